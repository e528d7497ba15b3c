//! What SCCP carries, by its shape and subsystem.

use super::{Message, management};
use crate::mtp3::Variant;
use crate::{Cursor, bssap, ranap, tcap};

/// The name of the message inside, where a header says it: `SST`, `Paging`, `InitialUE-Message`. `user` is what
/// [`user`] said.
pub fn user_message(user: &str, data: &[u8], variant: Variant) -> Option<&'static str> {
    match user {
        "scmg" => management(&mut Cursor::new(data), variant).ok().map(|message| message.name()),
        "bssap" => bssap::message_name(data),
        "ranap" => ranap::message_name(data),
        _ => None,
    }
}

/// What the user data is, by shape and subsystem: `tcap`, `scmg`, `bssap`, `ranap`, `isup` or `unknown`.
pub fn user(message: &Message<'_>, data: &[u8]) -> &'static str {
    let ssn = |address: &Option<super::Address>| address.as_ref().and_then(|address| address.ssn);
    let known = message.called.is_some() || message.calling.is_some();
    user_between([ssn(&message.called), ssn(&message.calling)], known, data)
}

/// [`user`] of a message that leaves it to another one to say between which subsystems: those of a connection. Without
/// `known` nobody said, and the shape alone decides.
pub fn user_between(ssns: [Option<u8>; 2], known: bool, data: &[u8]) -> &'static str {
    if tcap::probe(data) {
        return "tcap";
    }
    let ssn = |wanted: &[u8]| ssns.iter().flatten().any(|ssn| wanted.contains(ssn));
    if ssn(TCAP) && tcap::begins(data) {
        return "tcap";
    }
    match *data {
        // Q.713 §5.2: a format identifier, the subsystem, its point code, its multiplicity, perhaps congestion.
        [1..=6 | 0xfd.., _, _, _, _, ..] if ssn(&[1]) && data.len() <= 7 => "scmg",
        _ if (!known || ssn(BSSAP)) && bssap::probe(data) => "bssap",
        _ if (!known || ssn(&[RANAP])) && ranap::probe(data) => "ranap",
        [_, ..] if ssn(&[3]) => "isup",
        _ => "unknown",
    }
}

/// Subsystems whose messages are TCAP (TS 23.003 §8): those of MAP and CAP.
const TCAP: &[u8] = &[5, 6, 7, 8, 9, 10, 145, 146, 147, 148, 149, 150];

/// Subsystems of the A interface.
const BSSAP: &[u8] = &[250, 251, 252, 254];

/// The Iu interface.
const RANAP: u8 = 142;
