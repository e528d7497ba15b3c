//! The common shape of S1AP, NGAP, X2AP, XnAP and F1AP: which procedure a message belongs to.
//!
//! Specs: 3GPP TS 36.413, 38.413, 36.423, 38.423 and 38.473, each §9: aligned PER (ITU-T X.691) of a choice of three
//! messages, each with a procedure code, a criticality and an open type that holds a list of elements.

mod names;

use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated};

pub use names::procedure_name;

/// Names of the layer in what is noted. The protocols share a shape, not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    pub header: &'static str,
    pdu: &'static str,
    criticality: &'static str,
    length: &'static str,
    preamble: &'static str,
    element: &'static str,
    trailing: &'static str,
}

/// TS 36.413.
pub const S1AP: Layer = Layer {
    header: "s1ap.header",
    pdu: "s1ap.pdu",
    criticality: "s1ap.criticality",
    length: "s1ap.length",
    preamble: "s1ap.preamble",
    element: "s1ap.element",
    trailing: "s1ap.trailing",
};

/// TS 38.413.
pub const NGAP: Layer = Layer {
    header: "ngap.header",
    pdu: "ngap.pdu",
    criticality: "ngap.criticality",
    length: "ngap.length",
    preamble: "ngap.preamble",
    element: "ngap.element",
    trailing: "ngap.trailing",
};

/// The three kinds of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    InitiatingMessage,
    SuccessfulOutcome,
    UnsuccessfulOutcome,
}

/// The start of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub kind: Kind,
    pub procedure_code: u8,
    /// 0 reject, 1 ignore, 2 notify.
    pub criticality: u8,
    /// Elements that the message says it has.
    pub elements: u16,
    /// Number of the first element.
    pub first_element: Option<u16>,
}

/// Which of the protocols this is by its shape alone: every length fits, and the procedure begins with an element of
/// that protocol.
pub fn probe(bytes: &[u8]) -> Option<&'static str> {
    let mut notes = Anomalies::default();
    let header = dissect(&mut notes, &S1AP, &mut Cursor::new(bytes)).ok()?;
    if !notes.is_empty() {
        return None;
    }
    let first = header.first_element?;
    // F1AP alone has no bit for extension before the choice, so that only a first message has the same octet.
    match (bytes.first()?, header.procedure_code, first) {
        // MME-UE-S1AP-ID and eNB-UE-S1AP-ID; the set-up, and pages.
        (0 | 0x20 | 0x40, 0..=66, 0 | 8) => Some("s1ap"),
        (0, 17, 59) | (0x20, 17, 61 | 105) | (0x40, 17, 2) | (0, 10, 80) => Some("s1ap"),
        // AMF-UE-NGAP-ID and RAN-UE-NGAP-ID; the set-up, and pages.
        (0 | 0x20 | 0x40, 0..=75, 10 | 85) => Some("ngap"),
        (0, 21, 27) | (0x20, 21, 1) | (0x40, 21, 15) | (0, 24, 115) => Some("ngap"),
        _ => None,
    }
}

/// Whether a message has the shape that all of them share.
pub fn fits(bytes: &[u8]) -> bool {
    let mut notes = Anomalies::default();
    dissect(&mut notes, &S1AP, &mut Cursor::new(bytes)).is_ok() && notes.is_empty()
}

/// Reads the start of one message, which takes all octets.
pub fn dissect(
    notes: &mut Anomalies,
    layer: &Layer,
    cur: &mut Cursor<'_>,
) -> Result<Header, Truncated> {
    let at = cur.span_of(1);
    let choice = cur.u8()?;
    // With a bit for extension the alternatives are 0x00, 0x20 and 0x40; without one (F1AP) 0x00, 0x40 and 0x80.
    let kind = match choice {
        0x20 => Kind::SuccessfulOutcome,
        0x40 => Kind::UnsuccessfulOutcome,
        _ => Kind::InitiatingMessage,
    };
    if !matches!(choice, 0 | 0x20 | 0x40 | 0x80) {
        notes.note(at, layer.pdu, Flaw::IllegalValue(u64::from(choice)));
    }
    let procedure_code = cur.u8()?;
    let at = cur.span_of(1);
    let criticality = cur.u8()?;
    if criticality & 0x3f != 0 || criticality == 0xc0 {
        notes.note(at, layer.criticality, Flaw::IllegalValue(u64::from(criticality)));
    }
    let at = cur.span();
    let length = length(cur)?;
    let (mut body, whole) = cur.sub(length);
    if !whole {
        let missing = short(length.saturating_sub(body.len()));
        notes.note(at, layer.length, Flaw::Truncated { missing });
    }
    if !cur.is_empty() {
        notes.note(cur.span(), layer.trailing, Flaw::Trailing(short(cur.len())));
        cur.take_rest();
    }
    let at = body.span_of(1);
    let preamble = body.u8()?;
    if preamble & 0x7f != 0 {
        notes.note(at, layer.preamble, Flaw::IllegalValue(u64::from(preamble)));
    }
    let elements = body.u16()?;
    let mut first_element = None;
    let mut rest = elements;
    while rest != 0 {
        let at = body.span();
        match element(&mut body) {
            Ok((id, true)) => first_element = first_element.or(Some(id)),
            _ => {
                notes.note(at, layer.element, Flaw::Truncated { missing: 1 });
                return Ok(Header {
                    kind,
                    procedure_code,
                    criticality: criticality >> 6,
                    elements,
                    first_element,
                });
            }
        }
        rest = rest.saturating_sub(1);
    }
    // What a later release added stands behind the list, and says so in the first bit.
    if !body.is_empty() && preamble & 0x80 == 0 {
        notes.note(body.span(), layer.trailing, Flaw::Trailing(short(body.len())));
    }
    Ok(Header { kind, procedure_code, criticality: criticality >> 6, elements, first_element })
}

/// Number, criticality and an open type; whether it is all there.
fn element(cur: &mut Cursor<'_>) -> Result<(u16, bool), Truncated> {
    let id = cur.u16()?;
    let criticality = cur.u8()?;
    let length = length(cur)?;
    let (_, whole) = cur.sub(length);
    Ok((id, whole && criticality & 0x3f == 0))
}

/// X.691 §11.9.3: one octet, or two; what is sent in fragments of 16 KiB is none of these protocols' messages.
fn length(cur: &mut Cursor<'_>) -> Result<usize, Truncated> {
    let first = cur.u8()?;
    Ok(match first {
        0..=0x7f => usize::from(first),
        0x80..=0xbf => usize::from(u16::from_be_bytes([first & 0x3f, cur.u8()?])),
        _ => return Err(Truncated { at: cur.offset(), missing: 16_384 }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laws;

    fn message(choice: u8, procedure: u8, elements: &[(u16, &[u8])]) -> Vec<u8> {
        let mut body = vec![0, 0, u8::try_from(elements.len()).unwrap()];
        for (id, value) in elements {
            body.extend(id.to_be_bytes());
            body.extend([0x40, u8::try_from(value.len()).unwrap()]);
            body.extend(*value);
        }
        let mut bytes = vec![choice, procedure, 0];
        if body.len() > 127 {
            bytes.push(0x80);
        }
        bytes.push(u8::try_from(body.len()).unwrap());
        bytes.extend(body);
        bytes
    }

    #[test]
    fn set_ups_and_messages_of_a_subscriber() {
        let setup = message(0, 17, &[(59, &[0, 1, 2]), (64, &[1; 120]), (137, &[0x40])]);
        assert_eq!(probe(&setup), Some("s1ap"));
        let header = dissect(&mut Anomalies::new(), &S1AP, &mut Cursor::new(&setup)).unwrap();
        assert_eq!((header.kind, header.procedure_code), (Kind::InitiatingMessage, 17));
        assert_eq!((header.elements, header.first_element), (3, Some(59)));
        assert_eq!(probe(&message(0x20, 21, &[(1, b"amf"), (96, &[1])])), Some("ngap"));
        assert_eq!(probe(&message(0, 15, &[(85, &[0, 1]), (38, &[1; 40])])), Some("ngap"));
        assert_eq!(procedure_name("s1ap", 12), Some("initialUEMessage"));
        assert_eq!(procedure_name("ngap", 21), Some("NGSetup"));
        assert_eq!((procedure_name("ngap", 200), procedure_name("f1ap", 1)), (None, None));
    }

    #[test]
    fn defects_carry_the_name_of_the_protocol() {
        let long = [&message(0x20, 21, &[(1, b"amf")])[..], &[0]].concat();
        for (layer, field) in [(&S1AP, "s1ap.trailing"), (&NGAP, "ngap.trailing")] {
            let mut notes = Anomalies::new();
            dissect(&mut notes, layer, &mut Cursor::new(&long)).unwrap();
            assert_eq!(notes.as_slice().iter().map(|it| it.field).collect::<Vec<_>>(), [field]);
        }
    }

    #[test]
    fn what_does_not_fit_is_something_else() {
        let setup = message(0, 17, &[(59, &[0, 1, 2])]);
        for len in 0..setup.len() {
            assert_eq!(probe(&setup[..len]), None);
            laws::check(&setup[..len]);
        }
        assert_eq!(probe(&[&setup[..], &[0]].concat()), None);
        assert_eq!(probe(&message(0x60, 17, &[(59, &[])])), None);
        assert_eq!(probe(&message(0, 99, &[(0, &[])])), None);
        assert!(fits(&message(0x80, 1, &[(78, &[0])])));
        assert_eq!(probe(b"GET / HTTP/1.1\r\n"), None);
    }
}
