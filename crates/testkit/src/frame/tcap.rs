//! TCAP (ITU-T Q.773): transactions, the dialogue portion, components.

use super::ber::{cons, integer, oid, tlv};
use crate::bytes::Put;

/// Application context of MAP: number and version (TS 29.002 §17.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context(pub u32, pub u32);

impl Context {
    fn name(self) -> Vec<u8> {
        tlv(0xa1, &oid(&[0, 4, 0, 0, 1, 0, self.0, self.1]))
    }
}

fn dialogue(pdu: &[u8]) -> Vec<u8> {
    let external = cons(0x28, &[oid(&[0, 0, 17, 773, 1, 1, 1]), tlv(0xa0, pdu)]);
    tlv(0x6b, &external)
}

/// AARQ: the caller names the context.
pub fn aarq(context: Context) -> Vec<u8> {
    dialogue(&cons(0x60, &[tlv(0x80, &[7, 0x80]), context.name()]))
}

/// AARE: the answer takes it.
pub fn aare(context: Context) -> Vec<u8> {
    let result = tlv(0xa2, &integer(0));
    let diagnostic = tlv(0xa3, &tlv(0xa1, &integer(0)));
    dialogue(&cons(0x61, &[tlv(0x80, &[7, 0x80]), context.name(), result, diagnostic]))
}

fn transaction(tag: u8, ids: &[(u8, u32)], portion: Option<Vec<u8>>, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut content = Vec::new();
    for (tag, id) in ids {
        content.raw(&tlv(*tag, &id.to_be_bytes()));
    }
    content.raw(&portion.unwrap_or_default());
    if !parts.is_empty() {
        content.raw(&cons(0x6c, parts));
    }
    tlv(tag, &content)
}

pub fn begin(otid: u32, portion: Option<Vec<u8>>, components: &[Vec<u8>]) -> Vec<u8> {
    transaction(0x62, &[(0x48, otid)], portion, components)
}

pub fn continued(
    otid: u32,
    dtid: u32,
    portion: Option<Vec<u8>>,
    components: &[Vec<u8>],
) -> Vec<u8> {
    transaction(0x65, &[(0x48, otid), (0x49, dtid)], portion, components)
}

pub fn end(dtid: u32, portion: Option<Vec<u8>>, components: &[Vec<u8>]) -> Vec<u8> {
    transaction(0x64, &[(0x49, dtid)], portion, components)
}

/// An abort by the provider, with its cause.
pub fn abort(dtid: u32, cause: u8) -> Vec<u8> {
    transaction(0x67, &[(0x49, dtid)], Some(tlv(0x4a, &[cause])), &[])
}

pub fn invoke(id: u8, opcode: u8, argument: &[u8]) -> Vec<u8> {
    cons(0xa1, &[integer(id), integer(opcode), argument.to_vec()])
}

/// The result, which names the operation where it carries a parameter.
pub fn result(id: u8, opcode: u8, parameter: &[u8]) -> Vec<u8> {
    if parameter.is_empty() {
        return cons(0xa2, &[integer(id)]);
    }
    cons(0xa2, &[integer(id), cons(0x30, &[integer(opcode), parameter.to_vec()])])
}

pub fn error(id: u8, code: u8, parameter: &[u8]) -> Vec<u8> {
    cons(0xa3, &[integer(id), integer(code), parameter.to_vec()])
}

/// Reject: an invoke problem, such as 1, unrecognised operation.
pub fn reject(id: u8, problem: u8) -> Vec<u8> {
    cons(0xa4, &[integer(id), tlv(0x81, &[problem])])
}
