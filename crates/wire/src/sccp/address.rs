//! Called and calling party: point code, subsystem, global title.
//!
//! Spec: ITU-T Q.713 §3.4, §3.5; ANSI T1.112.3 §3.4. ANSI has the subsystem before the point code, the two indicator bits
//! the other way round, point codes of 24 bits, and two formats of global title: 1 as ITU's format 3, 2 as ITU's.

use super::Digits;
use crate::mtp3::Variant;
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// Called or calling party address (§3.4, §3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Address indicator as read.
    pub indicator: u8,
    /// Routing indicator: on the subsystem number instead of the global title.
    pub route_on_ssn: bool,
    /// Read as ANSI has it.
    pub ansi: bool,
    /// 14 bits; 24 in ANSI networks and China, 16 in Japan.
    pub point_code: Option<u32>,
    pub ssn: Option<u8>,
    pub global_title: Option<GlobalTitle>,
}

/// §3.4.2.3, all four formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GlobalTitle {
    /// Which format: 1 nature of address, 2 translation type, 3 with numbering plan, 4 with both.
    pub gti: u8,
    pub tt: Option<u8>,
    /// Numbering plan: 1 E.164, 6 E.212, 7 E.214.
    pub np: Option<u8>,
    /// Encoding scheme: 1 odd, 2 even number of digits.
    pub es: Option<u8>,
    /// Nature of address: 4 international.
    pub nai: Option<u8>,
    pub digits: Digits,
}

/// §3.4.2.2 and TS 23.003 §8: the subsystems with a number of their own.
pub const fn ssn_name(ssn: u8) -> Option<&'static str> {
    Some(match ssn {
        1 => "scmg",
        3 => "isup",
        4 => "omap",
        5 => "map",
        6 => "hlr",
        7 => "vlr",
        8 => "msc",
        9 => "eir",
        10 => "auc",
        11 => "isdn-ss",
        13 => "b-isdn",
        14 => "tc-test",
        142 => "ranap",
        143 => "rnsap",
        145 => "gmlc",
        146 => "cap",
        147 => "gsmscf",
        148 => "siwf",
        149 => "sgsn",
        150 => "ggsn",
        248 => "css",
        249 => "pcap",
        250 => "bsc",
        251 => "msc-le",
        252 => "smlc",
        253 => "bss-om",
        254 => "bssap",
        _ => return None,
    })
}

/// §3.4: what is cut off stays unset.
pub(super) fn address(notes: &mut Anomalies, cur: Cursor<'_>, variant: Variant) -> Address {
    let mut rest = cur;
    let mut address = Address { ansi: is_ansi(cur, variant), ..Address::default() };
    if let Err(cut) = address.read(notes, &mut rest, variant) {
        notes.note(cur.span(), "sccp.address", Flaw::Truncated { missing: cut.missing });
    }
    address
}

/// Whether an address is coded as ANSI has it. Where it says that it is not, some nodes code it so nevertheless: they are
/// known by an address that reads only that way.
fn is_ansi(cur: Cursor<'_>, variant: Variant) -> bool {
    if variant != Variant::Ansi {
        return false;
    }
    if cur.peek().is_some_and(|indicator| indicator & NATIONAL != 0) {
        return true;
    }
    let reads = |ansi| {
        let (mut notes, mut rest) = (Anomalies::default(), cur);
        let mut address = Address { ansi, ..Address::default() };
        address.read(&mut notes, &mut rest, variant).is_ok()
            && notes.is_empty()
            && address.makes_sense()
    };
    !reads(false) && reads(true)
}

/// The bit that says in ANSI networks that an address is coded as they do it; ITU leaves it to national use.
const NATIONAL: u8 = 0x80;

impl Address {
    /// Whether it says that it is coded as national networks do it (ANSI) or as nobody should (ITU).
    pub(super) const fn is_national(&self) -> bool {
        self.indicator & NATIONAL != 0
    }

    /// Whether everything in it has a meaning: the measure by which one reading is preferred to another.
    pub(super) fn makes_sense(&self) -> bool {
        let known = self.ssn.is_none_or(|ssn| ssn == 0 || ssn_name(ssn).is_some());
        known
            && self.global_title.as_ref().is_none_or(|title| {
                let digits = title.digits.as_str();
                matches!(title.np, None | Some(1..=7 | 14))
                    && title.es.is_none_or(|scheme| matches!(scheme, 1 | 2))
                    && title.nai.is_none_or(|nature| nature <= 4)
                    && !digits.is_empty()
                    && digits.bytes().all(|digit| digit.is_ascii_digit())
            })
    }

    fn read(
        &mut self,
        notes: &mut Anomalies,
        cur: &mut Cursor<'_>,
        variant: Variant,
    ) -> Result<(), Truncated> {
        let at = *cur;
        let indicator = cur.u8()?;
        self.indicator = indicator;
        self.route_on_ssn = indicator & 0x40 != 0;
        if self.ansi {
            if indicator & 1 != 0 {
                self.ssn = Some(cur.u8()?);
            }
            if indicator & 2 != 0 {
                self.point_code = Some(variant.point_code(cur)?);
            }
        } else {
            if indicator & 1 != 0 {
                // What ANSI codes to the international standard has international point codes.
                let coded = if variant == Variant::Ansi { Variant::Itu } else { variant };
                self.point_code = Some(coded.point_code(cur)?);
            }
            if indicator & 2 != 0 {
                self.ssn = Some(cur.u8()?);
            }
        }
        let gti = indicator >> 2 & 15;
        if gti == 0 {
            if !cur.is_empty() {
                let left = u32::try_from(cur.len()).unwrap_or(u32::MAX);
                notes.note(cur.span(), "sccp.address", Flaw::Trailing(left));
            }
            return Ok(());
        }
        let mut title = GlobalTitle { gti, ..GlobalTitle::default() };
        let odd = match gti {
            1 if self.ansi => title.planned(cur)?,
            1 => {
                let octet = cur.u8()?;
                title.nai = Some(octet & 0x7f);
                octet & 0x80 != 0
            }
            2 => {
                title.tt = Some(cur.u8()?);
                false
            }
            3 if !self.ansi => title.planned(cur)?,
            4 if !self.ansi => {
                let odd = title.planned(cur)?;
                title.nai = Some(cur.u8()? & 0x7f);
                odd
            }
            _ => {
                notes.note(at.span_of(1), "sccp.gti", Flaw::IllegalValue(u64::from(gti)));
                self.global_title = Some(title);
                return Ok(());
            }
        };
        title.digits = Digits::from_bcd(cur.rest(), odd);
        if title.digits.dropped() > 0 {
            notes.note(cur.span(), "sccp.digits", Flaw::TooMany);
        }
        // "Even" with a filler behind: the digits and their count disagree.
        let full = cur.len().saturating_mul(2);
        let count = title.digits.len().saturating_add(usize::from(title.digits.dropped()));
        if title.es == Some(2) && count < full {
            let (found, expected) = (count as u64, full as u64);
            notes.note(cur.span(), "sccp.es", Flaw::Disagrees { found, expected });
        }
        self.global_title = Some(title);
        Ok(())
    }
}

impl GlobalTitle {
    /// Translation type, numbering plan and encoding scheme. Whether the number of digits is odd.
    fn planned(&mut self, cur: &mut Cursor<'_>) -> Result<bool, Truncated> {
        self.tt = Some(cur.u8()?);
        let octet = cur.u8()?;
        let scheme = octet & 15;
        (self.np, self.es) = (Some(octet >> 4), Some(scheme));
        Ok(scheme == 1)
    }
}
