//! MTP3 as it comes over links, M2UA and M2PA: whose label it is, who speaks to whom, and what for.
//!
//! Spec: ITU-T Q.704 (label, service information octet, management), ANSI T1.111.4, GF 001-9001 (China), JT-Q704 (Japan).
//!
//! Nothing in a message says which label it has: ITU's has 4 octets, Japan's 5, ANSI's and China's 7. [`evidence`] decides
//! only where the user part behind the label can be read at one of these places and at no other; whoever reads a link
//! keeps what it said of earlier messages for those that fit several.

mod link;
pub mod m2pa;
pub mod m2ua;
mod management;

use crate::{Anomalies, Cursor, Truncated, isup, sccp};

pub use link::{SignalUnit, StatusIndication, Unit, signal_unit};
pub use m2pa::{dissect as m2pa, probe as probe_m2pa};
pub use m2ua::{dissect as m2ua, probe as probe_m2ua};
pub use management::{Management, management, test};

/// Whose label: they differ in length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// Point codes of 14 bits.
    #[default]
    Itu,
    /// Point codes of 24 bits.
    Ansi,
    /// As ANSI's label, with ITU's user parts in it.
    China,
    /// Point codes of 16 bits.
    Japan,
}

impl Variant {
    /// The word for it in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Itu => "itu",
            Self::Ansi => "ansi",
            Self::China => "china",
            Self::Japan => "japan",
        }
    }

    /// Octets of the routing label.
    const fn label(self) -> usize {
        match self {
            Self::Itu => 4,
            Self::Ansi | Self::China => 7,
            Self::Japan => 5,
        }
    }

    /// A point code inside a message, its least significant octet first.
    pub fn point_code(self, cur: &mut Cursor<'_>) -> Result<u32, Truncated> {
        Ok(match self {
            Self::Itu => u32::from(cur.u16_le()? & 0x3fff),
            Self::Japan => u32::from(cur.u16_le()?),
            Self::Ansi | Self::China => {
                let [a, b, c] = cur.array()?;
                u32::from_le_bytes([a, b, c, 0])
            }
        })
    }
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

/// Service indicators (Q.704 §14.2.1).
pub mod si {
    pub const MANAGEMENT: u8 = 0;
    pub const TEST: u8 = 1;
    pub const SPECIAL_TEST: u8 = 2;
    pub const SCCP: u8 = 3;
    pub const ISUP: u8 = 5;
    pub const BICC: u8 = 13;
}

/// Q.704 §14.2.1: the user part that a service indicator names.
pub const fn si_name(si: u8) -> Option<&'static str> {
    Some(match si {
        0 => "SNM",
        1 => "MTN",
        2 => "MTNS",
        3 => "SCCP",
        4 => "TUP",
        5 => "ISUP",
        6 => "DUP call",
        7 => "DUP facility",
        8 => "MTP testing user part",
        9 => "Broadband ISUP",
        10 => "Satellite ISUP",
        12 => "AAL type 2",
        13 => "BICC",
        14 => "GCP",
        _ => return None,
    })
}

/// Whether this label leaves a user part that can be read. True of user parts that are not read here.
pub fn fits(bytes: &[u8], variant: Variant) -> bool {
    let Some((sio, rest)) = bytes.split_first() else { return false };
    let Some((_, payload)) = rest.split_at_checked(variant.label()) else { return false };
    match sio & 15 {
        si::SCCP => sccp::probe_as(payload, variant),
        si::ISUP => isup::probe(payload),
        si::TEST | si::SPECIAL_TEST => test(&mut Cursor::new(payload)).is_ok(),
        si::MANAGEMENT => management(&mut Cursor::new(payload), variant).is_ok(),
        _ => true,
    }
}

/// Which label stands here, where only one does that makes sense.
pub fn evidence(bytes: &[u8]) -> Option<Variant> {
    let mut found = [Variant::Itu, Variant::Ansi, Variant::Japan]
        .into_iter()
        .filter(|variant| fits(bytes, *variant));
    let only = found.next().filter(|_| found.next().is_none())?;
    if only == Variant::Ansi
        && bytes.first().is_some_and(|sio| sio & 15 == si::SCCP)
        && let Some(payload) = bytes.get(8..)
        && sccp::guess(payload, &[Variant::Ansi, Variant::China]) == Variant::China
    {
        return Some(Variant::China);
    }
    Some(only)
}

/// Which label stands here: ITU's where that cannot be said.
pub fn guess(bytes: &[u8]) -> Variant {
    evidence(bytes).unwrap_or_default()
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
        Variant::Ansi | Variant::China | Variant::Japan => {
            (variant.point_code(cur)?, variant.point_code(cur)?, cur.u8()?)
        }
    };
    if cur.is_empty() {
        notes.note(cur.span(), "mtp3.payload", crate::Flaw::Missing);
    }
    let (si, mp, ni) = (sio & 15, sio >> 4 & 3, sio >> 6);
    let len = cur.len();
    Ok(Msu { variant, opc, dpc, si, ni, mp, sls, payload: cur.sub(len).0 })
}

#[cfg(test)]
mod tests;
