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

/// An invoke whose operation is named by an object identifier: the operation's number behind the arc of MAP's.
pub fn invoke_global(id: u8, opcode: u8, argument: &[u8]) -> Vec<u8> {
    let code = oid(&[0, 4, 0, 0, 1, 1, u32::from(opcode)]);
    cons(0xa1, &[integer(id), code, argument.to_vec()])
}

/// An invoke whose operation code has an octet more than it needs.
pub fn invoke_padded(id: u8, opcode: u8, argument: &[u8]) -> Vec<u8> {
    cons(0xa1, &[integer(id), tlv(2, &[0, opcode]), argument.to_vec()])
}

/// AARE: the context is refused, its name not supported.
pub fn aare_refused(context: Context) -> Vec<u8> {
    let result = tlv(0xa2, &integer(1));
    let diagnostic = tlv(0xa3, &tlv(0xa1, &integer(2)));
    dialogue(&cons(0x61, &[tlv(0x80, &[7, 0x80]), context.name(), result, diagnostic]))
}

/// An abort by the user, with what the dialogue portion says of it.
pub fn abort_by_user(dtid: u32, portion: Option<Vec<u8>>) -> Vec<u8> {
    transaction(0x67, &[(0x49, dtid)], portion, &[])
}

/// ANSI TCAP (T1.114) and the parameters of ANSI-41 that name a subscriber.
pub mod ansi {
    use super::super::ber::{cons, tlv};
    use crate::bytes::tbcd;

    /// The operation family of ANSI-41.
    const FAMILY: u8 = 9;

    /// A query with permission to release.
    pub fn query(otid: u32, components: &[Vec<u8>]) -> Vec<u8> {
        cons(0xe2, &[tlv(0xc7, &otid.to_be_bytes()), cons(0xe8, components)])
    }

    /// A conversation without permission to release.
    pub fn conversation(otid: u32, dtid: u32, components: &[Vec<u8>]) -> Vec<u8> {
        let ids = [otid.to_be_bytes(), dtid.to_be_bytes()].concat();
        cons(0xe6, &[tlv(0xc7, &ids), cons(0xe8, components)])
    }

    pub fn response(dtid: u32, components: &[Vec<u8>]) -> Vec<u8> {
        cons(0xe4, &[tlv(0xc7, &dtid.to_be_bytes()), cons(0xe8, components)])
    }

    /// An abort by the provider, with its cause.
    pub fn abort(dtid: u32, cause: u8) -> Vec<u8> {
        cons(0xf6, &[tlv(0xc7, &dtid.to_be_bytes()), tlv(0xd7, &[cause])])
    }

    /// The last invoke of an operation of ANSI-41 by its specifier.
    pub fn invoke(id: u8, specifier: u8, parameters: &[Vec<u8>]) -> Vec<u8> {
        let code = tlv(0xd1, &[FAMILY, specifier]);
        cons(0xe9, &[tlv(0xcf, &[id]), code, cons(0xf2, parameters)])
    }

    pub fn result(id: u8, parameters: &[Vec<u8>]) -> Vec<u8> {
        cons(0xea, &[tlv(0xcf, &[id]), cons(0xf2, parameters)])
    }

    pub fn error(id: u8, code: u8) -> Vec<u8> {
        cons(0xeb, &[tlv(0xcf, &[id]), tlv(0xd4, &[code]), cons(0xf2, &[])])
    }

    /// mobileIdentificationNumber, ten digits.
    pub fn min(digits: &str) -> Vec<u8> {
        tlv(0x88, &tbcd(digits))
    }
}
