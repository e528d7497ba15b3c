//! M2PA: an MTP2 link replaced by an SCTP association.
//!
//! Spec: RFC 4165. `§` below means a section of it. Drafts 7 to 13 have its header; drafts 2 to 6 had other message
//! types (0x0601 and 0x0602), no sequence numbers in the header, and a length that did not count it, by which they are
//! known.

use crate::m3ua;
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    pub class: u8,
    pub kind: u8,
    /// As the early drafts had it.
    pub draft: bool,
    /// Backward and forward sequence number of 24 bits (§2.2).
    pub bsn: Option<u32>,
    pub fsn: Option<u32>,
    /// Link status (§2.3.2).
    pub status: Option<u32>,
    /// The priority that TTC uses (§2.3.1).
    pub priority: Option<u8>,
    /// The MTP3 message in it, from the service information octet on.
    pub msu: Option<Cursor<'a>>,
}

/// §2.1.3.
pub const fn name(kind: u8) -> &'static str {
    match kind {
        1 => "User Data",
        2 => "Link Status",
        _ => "unknown",
    }
}

impl Message<'_> {
    /// What the link status says (§2.3.2); the drafts had fewer.
    pub const fn status_name(&self) -> Option<&'static str> {
        let Some(status) = self.status else { return None };
        Some(match (self.draft, status) {
            (true, 1) => "In Service",
            (false, 1) => "Alignment",
            (false, 2) => "Proving Normal",
            (false, 3) => "Proving Emergency",
            (false, 4) => "Ready",
            (true, 2) | (false, 5) => "Processor Outage",
            (true, 3) | (false, 6) => "Processor Recovered",
            (true, 4) | (false, 7) => "Busy",
            (true, 5) | (false, 8) => "Busy Ended",
            (false, 9) => "Out of Service",
            _ => return None,
        })
    }
}

/// The class that is its alone (§2.1.2).
const CLASS: u8 = 11;

/// Is this M2PA and nothing else?
pub fn probe(bytes: &[u8]) -> bool {
    drafted(bytes)
        || m3ua::probe_common(bytes, |class, kind| {
            class == CLASS && matches!(kind, 1 | 2) && bytes.len() >= 16
        })
}

/// The header of the early drafts: the length is that of what follows it.
fn drafted(bytes: &[u8]) -> bool {
    let [1, 0, 6, kind @ (1 | 2), a, b, c, d, rest @ ..] = bytes else { return false };
    let length = u32::from_be_bytes([*a, *b, *c, *d]);
    usize::try_from(length) == Ok(rest.len()) && !rest.is_empty() && (*kind == 1 || rest.len() == 4)
}

/// Reads one message. Fails only when its headers are cut short.
pub fn dissect<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let at = *cur;
    let draft = drafted(cur.rest());
    let (class, kind, mut body) = if draft {
        let [_version, _spare, class, kind] = cur.array()?;
        let length = cur.u32()?;
        (class, kind, cur.sub(usize::try_from(length).unwrap_or(usize::MAX)).0)
    } else {
        m3ua::common_header(notes, cur, "m2pa.length")?
    };
    let mut message = Message {
        class,
        kind,
        draft,
        bsn: None,
        fsn: None,
        status: None,
        priority: None,
        msu: None,
    };
    if !draft {
        if class != CLASS || name(kind) == "unknown" {
            let value = u64::from(u16::from_be_bytes([class, kind]));
            notes.note(at.span_of(4), "m2pa.message_type", Flaw::IllegalValue(value));
        }
        message.bsn = Some(body.u32()? & 0x00ff_ffff);
        message.fsn = Some(body.u32()? & 0x00ff_ffff);
    }
    match kind {
        // User data without octets is an acknowledgement (§2.2.2).
        1 if !body.is_empty() => {
            message.priority = Some(body.u8()?);
            if !body.is_empty() {
                message.msu = Some(body);
            }
        }
        2 => message.status = Some(body.u32()?),
        _ => {}
    }
    Ok(message)
}
