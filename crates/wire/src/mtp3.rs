//! MTP3 as it comes over links, M2UA and M2PA.
//!
//! Spec: ITU-T Q.704 (label, service information octet), ANSI T1.111.4, Q.703 (signal units), RFC 3331 (M2UA), RFC 4165 (M2PA).

use crate::cursor::short;
use crate::m3ua::{self, Parameters};
use crate::{Anomalies, Cursor, Flaw, Truncated, sccp};

/// Whose label: they differ in length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Point codes of 14 bits.
    Itu,
    /// Point codes of 24 bits.
    Ansi,
}

/// One message signal unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Msu<'a> {
    pub variant: Variant,
    pub opc: u32,
    pub dpc: u32,
    /// Service indicator: 3 SCCP, 5 ISUP.
    pub si: u8,
    /// Network indicator: 0 international, 2 national.
    pub ni: u8,
    /// Message priority (ANSI; spare bits in ITU).
    pub mp: u8,
    /// Signalling link selection.
    pub sls: u8,
    pub payload: Cursor<'a>,
}

/// A message of M2UA or M2PA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkMessage<'a> {
    pub class: u8,
    pub kind: u8,
    /// M2UA: interface identifier.
    pub interface: Option<u32>,
    /// The MTP3 message in it, from the service information octet on.
    pub msu: Option<Cursor<'a>>,
}

/// Which label stands here: the one behind which SCCP can be read, ITU where neither or both.
pub fn guess(bytes: &[u8]) -> Variant {
    let sccp_behind = |label: usize| {
        bytes.first().is_some_and(|sio| sio & 15 == 3)
            && bytes.get(label.saturating_add(1)..).is_some_and(sccp::probe)
    };
    if !sccp_behind(4) && sccp_behind(7) { Variant::Ansi } else { Variant::Itu }
}

/// Reads service information octet (Q.704 §14.2) and routing label (§2.2, T1.111.4 §2.2).
pub fn dissect<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
    variant: Variant,
) -> Result<Msu<'a>, Truncated> {
    let sio = cur.u8()?;
    let (dpc, opc, sls) = match variant {
        Variant::Itu => {
            let label = cur.u32_le()?;
            // Three numbers side by side, least significant bit first: 14, 14 and 4 bits.
            let sls = u8::try_from(label >> 28).unwrap_or_default();
            (label & 0x3fff, label >> 14 & 0x3fff, sls)
        }
        Variant::Ansi => {
            let [d, dd, ddd, o, oo, ooo, sls] = cur.array()?;
            (u32::from_le_bytes([d, dd, ddd, 0]), u32::from_le_bytes([o, oo, ooo, 0]), sls)
        }
    };
    if cur.is_empty() {
        notes.note(cur.span(), "mtp3.payload", Flaw::Missing);
    }
    let (si, mp, ni) = (sio & 15, sio >> 4 & 3, sio >> 6);
    Ok(Msu { variant, opc, dpc, si, ni, mp, sls, payload: cur_rest(cur) })
}

/// All that is left, as a cursor.
fn cur_rest<'a>(cur: &mut Cursor<'a>) -> Cursor<'a> {
    let len = cur.len();
    cur.sub(len).0
}

/// The MTP3 message of an MTP2 signal unit (Q.703 §2.2); `None` for fill-in and link status units.
pub fn from_mtp2<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
) -> Result<Option<Cursor<'a>>, Truncated> {
    let at = *cur;
    let [_bsn, _fsn, indicator] = cur.array()?;
    let indicator = usize::from(indicator & 0x3f);
    if indicator <= 2 {
        cur.take_rest();
        return Ok(None);
    }
    // 63 stands for that many or more; what a capture leaves of the check bits stands behind the message.
    let (msu, whole) = if indicator == 63 { (cur_rest(cur), true) } else { cur.sub(indicator) };
    if !whole {
        let missing = short(indicator.saturating_sub(msu.len()));
        notes.note(at.span(), "mtp2.li", Flaw::Truncated { missing });
    }
    Ok(Some(msu))
}

/// Is this M2UA and nothing else? Class 6 is its alone.
pub fn probe_m2ua(bytes: &[u8]) -> bool {
    m3ua::probe_common(bytes, |class, kind| class == 6 && (1..=15).contains(&kind))
}

/// Is this M2PA and nothing else? Class 11 is its alone.
pub fn probe_m2pa(bytes: &[u8]) -> bool {
    m3ua::probe_common(bytes, |class, kind| {
        class == 11 && matches!(kind, 1 | 2) && bytes.len() >= 16
    })
}

/// Reads a message of M2UA (RFC 3331 §3).
pub fn m2ua<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<LinkMessage<'a>, Truncated> {
    let (class, kind, body) = common_header(notes, cur, "m2ua.length")?;
    let mut message = LinkMessage { class, kind, interface: None, msu: None };
    let mut parameters = Parameters::new(body);
    while let Some(mut parameter) = parameters.next(notes) {
        match parameter.tag {
            // Interface Identifier (integer).
            0x0001 => message.interface = parameter.value.u32().ok(),
            // Protocol Data 1; Protocol Data 2 of TTC has a priority octet first (§3.3.1.2).
            0x0300 if (class, kind) == (6, 1) => message.msu = Some(parameter.value),
            0x0301 if (class, kind) == (6, 1) => {
                message.msu = parameter.value.skip(1).ok().map(|()| parameter.value);
            }
            _ => {}
        }
    }
    Ok(message)
}

/// Reads a message of M2PA (RFC 4165 §2).
pub fn m2pa<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<LinkMessage<'a>, Truncated> {
    let (class, kind, mut body) = common_header(notes, cur, "m2pa.length")?;
    // Backward and forward sequence number.
    body.skip(8)?;
    let mut message = LinkMessage { class, kind, interface: None, msu: None };
    // User data without octets is an acknowledgement (§2.2.2); the first octet is TTC's priority.
    if kind == 1 && body.skip(1).is_ok() && !body.is_empty() {
        message.msu = Some(body);
    }
    Ok(message)
}

/// The header that M2UA and M2PA share with M3UA: class, type and what the length covers.
fn common_header<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
    field: &'static str,
) -> Result<(u8, u8, Cursor<'a>), Truncated> {
    let at = *cur;
    let [_version, _spare, class, kind] = cur.array()?;
    let length = cur.u32()?;
    let wanted = usize::try_from(length).unwrap_or(usize::MAX).saturating_sub(8);
    let expected = (cur.len() as u64).saturating_add(8);
    let (body, whole) = cur.sub(wanted);
    if length < 8 || !whole {
        notes.note(at.span_of(8), field, Flaw::Disagrees { found: u64::from(length), expected });
    }
    Ok((class, kind, body))
}

#[cfg(test)]
mod tests;
