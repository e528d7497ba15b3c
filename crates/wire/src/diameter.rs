//! Diameter: header and AVPs of any application.
//!
//! Sources: RFC 6733 (`§` below means a section of it), 3GPP TS 29.272 (S6a/S6d) and TS 29.230 (codes).

mod avp;
mod dictionary;
mod facts;
mod mandatory;
mod names;
#[cfg(test)]
mod tests;
mod values;

pub use avp::{Avp, AvpId, Avps};
pub use dictionary::{DataType, Entry, MandatoryFlag, entries, entry};
pub use facts::{Facts, Holds, Others, facts};
pub use names::{
    application_name, avp_name, command_name, experimental_result_name, result_name, vendor_name,
};

use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// The port of Diameter over TCP and SCTP.
pub const PORT: u16 = 3868;

/// Octets of the header.
pub const HEADER_LEN: usize = 20;

/// Longer messages than this no node sends; a length beyond it is no framing.
pub const MAX_LEN: usize = 1 << 20;

/// Vendor of the AVPs of mobile networks (TS 29.230 §2).
pub const VENDOR_3GPP: u32 = 10_415;

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    pub version: u8,
    pub flags: u8,
    pub command_code: u32,
    pub application_id: u32,
    pub hop_by_hop_id: u32,
    pub end_to_end_id: u32,
    /// Octets that the header claims, itself included.
    pub claimed_len: u32,
    /// The AVPs.
    pub body: Cursor<'a>,
}

impl<'a> Message<'a> {
    /// §3: R.
    pub const fn is_request(&self) -> bool {
        self.flags & 0x80 != 0
    }

    /// §3: P.
    pub const fn is_proxiable(&self) -> bool {
        self.flags & 0x40 != 0
    }

    /// §3: E.
    pub const fn is_error(&self) -> bool {
        self.flags & 0x20 != 0
    }

    /// §3: T.
    pub const fn is_retransmitted(&self) -> bool {
        self.flags & 0x10 != 0
    }

    /// Name of the command without Request or Answer; `unknown` where it has none.
    pub fn command(&self) -> &'static str {
        command_name(self.command_code).unwrap_or("unknown")
    }

    /// Name of the application.
    pub fn application(&self) -> Option<&'static str> {
        application_name(self.application_id)
    }

    /// Whether the command has a name.
    pub fn is_known(&self) -> bool {
        command_name(self.command_code).is_some()
    }

    /// Whether all octets that the header claims are there.
    pub const fn is_whole(&self) -> bool {
        self.body.len().saturating_add(HEADER_LEN) == self.claimed_len as usize
    }

    /// Visits every AVP in the order of the octets, those in groups too, with its depth from 0.
    pub fn walk(&self, mut visit: impl FnMut(u8, &Avp<'a>)) {
        avp::walk(self.avps(), 0, &mut visit);
    }

    /// AVPs at the top level, in order, repeats kept.
    pub const fn avps(&self) -> Avps<'a> {
        Avps::new(self.body)
    }
}

/// How long the message is that begins here, for streams; needs four octets. `None` when they are no Diameter.
#[inline]
pub fn message_len(bytes: &[u8]) -> Option<usize> {
    let [version, a, b, c] = *bytes.first_chunk()?;
    let len = u32::from_be_bytes([0, a, b, c]) as usize;
    (version == 1 && len & 3 == 0 && (HEADER_LEN..=MAX_LEN).contains(&len)).then_some(len)
}

/// Is this the start of a Diameter message? Strict: version, length, reserved bits, a known command or application, and
/// a first AVP that fits.
pub fn probe(bytes: &[u8]) -> bool {
    let Some(len) = message_len(bytes) else { return false };
    let mut cur = Cursor::new(bytes);
    let mut quiet = Anomalies::default();
    let Ok(message) = dissect(&mut quiet, &mut cur) else { return false };
    let known = command_name(message.command_code).is_some()
        || application_name(message.application_id).is_some();
    let flags_fit = message.flags & 0x0f == 0 && message.flags & 0xa0 != 0xa0;
    let avp_fits = match first_avp(&message) {
        Some(fits) => fits,
        None => message.body.is_empty() || len > bytes.len(),
    };
    known && flags_fit && avp_fits
}

/// Whether the first AVP has a header that can stand there: its value may not have come yet. `None` when the header is
/// not all there.
fn first_avp(message: &Message<'_>) -> Option<bool> {
    let mut cur = message.body;
    let (code, flags, len) = (cur.u32().ok()?, cur.u8().ok()?, cur.u24().ok()?);
    let least = if flags & 0x80 == 0 { 8 } else { 12 };
    let most = message.claimed_len.saturating_sub(short(HEADER_LEN));
    Some(flags & 0x1f == 0 && code != 0 && (least..=most).contains(&len))
}

/// Where the first message begins in octets of a stream that was joined midway or lost some: the first place that
/// [`probe`] takes, with an AVP of a known name behind the header.
pub fn find(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    let mut at = 0usize;
    while HEADER_LEN.saturating_add(8) <= rest.len() {
        let skip = rest.iter().position(|octet| *octet == 1)?;
        rest = rest.get(skip..)?;
        at = at.saturating_add(skip);
        // Nothing that long begins with anything but zero here, which settles most places with one look.
        if let [1, 0 | 1, ..] = rest
            && probe(rest)
            && begins_with_avp(rest)
        {
            return Some(at);
        }
        rest = rest.get(1..)?;
        at = at.saturating_add(1);
    }
    None
}

fn begins_with_avp(bytes: &[u8]) -> bool {
    let Ok(message) = dissect(&mut Anomalies::default(), &mut Cursor::new(bytes)) else {
        return false;
    };
    let mut cur = message.body;
    let (Ok(code), Ok(flags)) = (cur.u32(), cur.u8()) else { return false };
    // Nearly all begin with one of the IETF's.
    flags & 0x80 == 0 && entry(0, code).is_some()
}

/// Reads one message and leaves the cursor behind it. Fails only when the header is cut short.
pub fn dissect<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let start = *cur;
    let version = cur.u8()?;
    let claimed_len = cur.u24()?;
    let flags = cur.u8()?;
    let command_code = cur.u24()?;
    let application_id = cur.u32()?;
    let hop_by_hop_id = cur.u32()?;
    let end_to_end_id = cur.u32()?;
    if version != 1 {
        notes.note(start.span_of(1), "diameter.version", Flaw::IllegalValue(u64::from(version)));
    }
    if flags & 0x0f != 0 {
        notes.note(start.span_of(5), "diameter.reserved", Flaw::IllegalValue(u64::from(flags)));
    }
    // §3: E only in answers; §3: T only in requests.
    if flags & 0xa0 == 0xa0 || flags & 0x90 == 0x10 {
        notes.note(start.span_of(5), "diameter.flags", Flaw::IllegalValue(u64::from(flags)));
    }
    let body_len = (claimed_len as usize).checked_sub(HEADER_LEN);
    if claimed_len & 3 != 0 || body_len.is_none() {
        let flaw = Flaw::IllegalValue(u64::from(claimed_len));
        notes.note(start.span_of(4), "diameter.length", flaw);
    }
    let body_len = body_len.unwrap_or_default();
    let (body, whole) = cur.sub(body_len);
    if !whole {
        let missing = short(body_len.saturating_sub(body.len()));
        notes.note(start.span(), "diameter.length", Flaw::Truncated { missing });
    }
    Ok(Message {
        version,
        flags,
        command_code,
        application_id,
        hop_by_hop_id,
        end_to_end_id,
        claimed_len,
        body,
    })
}
