//! What the detections of Diameter share: applications and commands, whose a message is, what an answer gave away.

pub(crate) mod commands;
