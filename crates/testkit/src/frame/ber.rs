//! BER (ITU-T X.690), the definite short and long forms; and the irregular ones that evasion uses.

use crate::bytes::Put;

/// Tag of one octet, length, content.
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 4);
    out.u8(tag);
    length(&mut out, content.len());
    out.raw(content);
    out
}

/// A constructed value of these parts.
pub fn cons(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(tag, &crate::bytes::join(parts))
}

/// The same with a length in more octets than needed.
pub fn tlv_padded(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag, 0x82];
    out.u16(content.len() as u16).raw(content);
    out
}

/// The same with an indefinite length.
pub fn tlv_indefinite(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag, 0x80];
    out.raw(content).u16(0);
    out
}

fn length(out: &mut Vec<u8>, len: usize) {
    match len {
        0..0x80 => out.u8(len as u8),
        0x80..0x100 => out.u8(0x81).u8(len as u8),
        _ => out.u8(0x82).u16(len as u16),
    };
}

/// INTEGER of a small value.
pub fn integer(value: u8) -> Vec<u8> {
    if value < 0x80 { tlv(2, &[value]) } else { tlv(2, &[0, value]) }
}

/// OBJECT IDENTIFIER from its arcs.
pub fn oid(arcs: &[u32]) -> Vec<u8> {
    let mut content = Vec::new();
    let first = arcs.first().copied().unwrap_or(0) * 40 + arcs.get(1).copied().unwrap_or(0);
    for arc in std::iter::once(first).chain(arcs.iter().skip(2).copied()) {
        let mut shift = 28;
        while shift > 0 {
            if arc >> shift != 0 {
                content.u8(0x80 | (arc >> shift & 0x7f) as u8);
            }
            shift -= 7;
        }
        content.u8((arc & 0x7f) as u8);
    }
    tlv(6, &content)
}
