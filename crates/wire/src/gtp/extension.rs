//! The extension headers of GTPv1 (TS 29.281 §5.2).

use crate::{Anomalies, Cursor, Flaw, Span};

use super::names::extension_name;

/// The extension headers of one message: their types in order, and what is read of their contents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    types: [u8; Self::CAP],
    len: u8,
    /// QoS flow identifier of a PDU session container (TS 38.415 §5.5.2).
    pub qfi: Option<u8>,
    /// Whether that container goes towards the radio (PDU type 0) or from it (1); others are spare.
    pub pdu_type: Option<u8>,
    /// Source port of the packet that an error indication is about (TS 29.281 §5.2.2.1).
    pub udp_port: Option<u16>,
    /// Service class indicator (TS 29.281 §5.2.2.3).
    pub service_class: Option<u8>,
    /// PDCP number, of 16 or of 18 bits (TS 29.281 §5.2.2.2, §5.2.2.2A).
    pub pdcp_number: Option<u32>,
}

/// Whether a node that does not know an extension header must not go on (TS 29.281 §5.2.1: the uppermost bit, for the
/// endpoint that receives it).
pub const fn must_be_known(kind: u8) -> bool {
    kind & 0x80 != 0
}

/// Octets of content that a type has, where it has always as many.
const fn content_len(kind: u8) -> Option<usize> {
    match kind {
        0x01 | 0x02 | 0x20 | 0x40 | 0xc0 | 0xc1 | 0xc2 => Some(2),
        0x03 | 0x82 => Some(6),
        _ => None,
    }
}

impl Extensions {
    /// More than this no interface chains; the rest is not read.
    pub const CAP: usize = 8;

    pub fn types(&self) -> &[u8] {
        self.types.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Walks the chain that begins with a header of type `next`, and leaves the cursor behind it.
    pub(super) fn read(notes: &mut Anomalies, cur: &mut Cursor<'_>, next: u8) -> Self {
        let mut read = Self::default();
        let mut next = next;
        while next != 0 {
            let Some(slot) = read.types.get_mut(usize::from(read.len)) else {
                notes.note(cur.span(), "gtpv1.extension", Flaw::TooMany);
                break;
            };
            *slot = next;
            read.len = read.len.saturating_add(1);
            if extension_name(next).is_none() {
                let field = if must_be_known(next) {
                    "gtpv1.extension_required"
                } else {
                    "gtpv1.extension"
                };
                notes.note(cur.span_of(1), field, Flaw::IllegalValue(u64::from(next)));
            }
            let at = cur.span();
            let units = cur.u8();
            // The length counts itself, the content and the next type, in units of four octets; zero would never end.
            if units == Ok(0) {
                notes.note(at, "gtpv1.extension_length", Flaw::IllegalValue(0));
                break;
            }
            let content =
                usize::from(units.unwrap_or_default()).saturating_mul(4).saturating_sub(2);
            let kind = next;
            match units.and_then(|_| cur.take(content)).and_then(|content| Ok((content, cur.u8()?)))
            {
                Ok((content, following)) => {
                    read.content(notes, at, kind, content);
                    next = following;
                }
                Err(cut) => {
                    notes.note(at, "gtpv1.extension", Flaw::Truncated { missing: cut.missing });
                    cur.take_rest();
                    break;
                }
            }
        }
        read
    }
    /// What stands in a header of a type that is known. The first one counts.
    fn content(&mut self, notes: &mut Anomalies, at: Span, kind: u8, content: &[u8]) {
        if let Some(expected) = content_len(kind).filter(|expected| *expected != content.len()) {
            let flaw = Flaw::Disagrees { found: content.len() as u64, expected: expected as u64 };
            notes.note(at, "gtpv1.extension_length", flaw);
        }
        match (kind, content) {
            (0x20, [class, ..]) => {
                self.service_class.get_or_insert(*class);
            }
            (0x40, [a, b, ..]) => {
                self.udp_port.get_or_insert(u16::from_be_bytes([*a, *b]));
            }
            (0x85, [first, second, ..]) => {
                self.pdu_type.get_or_insert(first >> 4);
                self.qfi.get_or_insert(second & 0x3f);
            }
            (0x03 | 0x82, [a, b, c, ..]) => {
                self.pdcp_number.get_or_insert(u32::from_be_bytes([0, a & 3, *b, *c]));
            }
            (0xc0, [a, b, ..]) => {
                self.pdcp_number.get_or_insert(u32::from(u16::from_be_bytes([*a, *b])));
            }
            _ => {}
        }
    }
}
