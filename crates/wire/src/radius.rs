//! RADIUS: code, identifier, authenticator and the walk over its attributes.
//!
//! Spec: RFC 2865 §3 and §5, RFC 2866, RFC 5176.

use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// Octets of the header.
pub const HEADER_LEN: usize = 20;
/// No packet is longer (§3).
const MAX_LEN: u16 = 4_096;

/// One packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    pub code: u8,
    pub identifier: u8,
    /// Octets that the header claims, itself included.
    pub length: u16,
    pub authenticator: [u8; 16],
    /// Attributes that could be read.
    pub attributes: u16,
}

/// Name of a code (IANA RADIUS types).
pub const fn code_name(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "Access-Request",
        2 => "Access-Accept",
        3 => "Access-Reject",
        4 => "Accounting-Request",
        5 => "Accounting-Response",
        11 => "Access-Challenge",
        12 => "Status-Server",
        13 => "Status-Client",
        40 => "Disconnect-Request",
        41 => "Disconnect-ACK",
        42 => "Disconnect-NAK",
        43 => "CoA-Request",
        44 => "CoA-ACK",
        45 => "CoA-NAK",
        _ => return None,
    })
}

/// Is this RADIUS? A known code, a length that is that of the datagram, attributes that fit to the last octet, and an
/// authenticator that is not of one octet.
pub fn probe(bytes: &[u8]) -> bool {
    let mut notes = Anomalies::default();
    let Ok(packet) = dissect(&mut notes, &mut Cursor::new(bytes)) else { return false };
    let [first, rest @ ..] = packet.authenticator;
    // Of an Accounting-Request whose secret is not known it may be nothing but zeros (RFC 2866 §3).
    let random = rest.iter().any(|octet| *octet != first);
    notes.is_empty()
        && code_name(packet.code).is_some()
        && usize::from(packet.length) == bytes.len()
        && (random || packet.code == 4)
        && (packet.attributes != 0 || matches!(packet.code, 2 | 3 | 5 | 41 | 44))
}

/// Reads one packet, which takes all octets. Fails only when the header is cut short.
pub fn dissect(notes: &mut Anomalies, cur: &mut Cursor<'_>) -> Result<Packet, Truncated> {
    let start = *cur;
    let code = cur.u8()?;
    let identifier = cur.u8()?;
    let length = cur.u16()?;
    let authenticator = cur.array()?;
    if code_name(code).is_none() {
        notes.note(start.span_of(1), "radius.code", Flaw::IllegalValue(u64::from(code)));
    }
    let body_len = usize::from(length).checked_sub(HEADER_LEN);
    if body_len.is_none() || MAX_LEN < length {
        notes.note(start.span_of(4), "radius.length", Flaw::IllegalValue(u64::from(length)));
    }
    let (mut body, whole) = cur.sub(body_len.unwrap_or_default());
    if !whole {
        let missing = u32::from(length).saturating_sub(short(start.len()));
        notes.note(start.span_of(4), "radius.length", Flaw::Truncated { missing });
    }
    // §3: octets behind the length are padding.
    cur.take_rest();
    let mut attributes = 0u16;
    while !body.is_empty() {
        let at = body.span();
        match attribute(&mut body) {
            Ok(()) => attributes = attributes.saturating_add(1),
            Err(flaw) => {
                // Of a packet that was cut short the last attribute is as well.
                if whole {
                    notes.note(at, "radius.avp.length", flaw);
                }
                break;
            }
        }
    }
    Ok(Packet { code, identifier, length, authenticator, attributes })
}

/// §5: type, length of the whole, value.
fn attribute(cur: &mut Cursor<'_>) -> Result<(), Flaw> {
    let cut = |cut: Truncated| Flaw::Truncated { missing: cut.missing };
    cur.u8().map_err(cut)?;
    let length = cur.u8().map_err(cut)?;
    let value = length.checked_sub(2).ok_or(Flaw::IllegalValue(u64::from(length)))?;
    cur.skip(usize::from(value)).map_err(cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laws;

    fn request() -> Vec<u8> {
        let mut bytes = vec![1, 7, 0, 0];
        bytes.extend(0u8..16);
        bytes.extend([1, 7, b'a', b'l', b'i', b'c', b'e', 4, 6, 192, 0, 2, 1]);
        bytes[3] = u8::try_from(bytes.len()).unwrap();
        bytes
    }

    fn fields(bytes: &[u8]) -> Vec<&'static str> {
        let mut notes = Anomalies::new();
        dissect(&mut notes, &mut Cursor::new(bytes)).unwrap();
        notes.as_slice().iter().map(|anomaly| anomaly.field).collect()
    }

    #[test]
    fn a_request_and_what_it_is_not() {
        let bytes = request();
        assert!(probe(&bytes) && fields(&bytes).is_empty());
        let packet = dissect(&mut Anomalies::new(), &mut Cursor::new(&bytes)).unwrap();
        assert_eq!((code_name(packet.code), packet.attributes), (Some("Access-Request"), 2));
        for len in 0..bytes.len() {
            assert!(!probe(&bytes[..len]));
            laws::check(&bytes[..len]);
        }
        for (at, value, field) in [
            (0, 99, "radius.code"),
            (2, 9, "radius.length"),
            (3, 19, "radius.length"),
            (21, 1, "radius.avp.length"),
            (28, 9, "radius.avp.length"),
        ] {
            let mut bytes = bytes.clone();
            bytes[at] = value;
            assert!(!probe(&bytes) && fields(&bytes).contains(&field), "{field}");
        }
        let mut plain = bytes.clone();
        plain[4..20].fill(0);
        assert!(!probe(&plain));
    }
}
