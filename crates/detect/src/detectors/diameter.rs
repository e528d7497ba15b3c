//! What the detections of Diameter share: applications and commands, whose a message is, what an answer gave away.

pub(crate) mod answers;
pub(crate) mod commands;
pub(crate) mod peers;
#[cfg(test)]
pub(crate) mod testing;
