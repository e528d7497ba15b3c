//! SCCP management: which subsystem is there and which is not.
//!
//! Spec: ITU-T Q.713 §5; ANSI T1.112.3 §5.

use crate::mtp3::Variant;
use crate::{Cursor, Truncated};

/// A message of SCCP management.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Management {
    pub kind: u8,
    /// The subsystem that it is about, and the point code where that is.
    pub affected_ssn: u8,
    pub affected_point_code: u32,
    /// Subsystem multiplicity indicator.
    pub multiplicity: u8,
    /// SSC: how congested it is.
    pub congestion_level: Option<u8>,
}

impl Management {
    /// §5.2.1: its acronym, `unknown` where there is none.
    pub const fn name(&self) -> &'static str {
        match self.kind {
            0x01 => "SSA",
            0x02 => "SSP",
            0x03 => "SST",
            0x04 => "SOR",
            0x05 => "SOG",
            0x06 => "SSC",
            0xfd => "SBR",
            0xfe => "SNR",
            0xff => "SRT",
            _ => "unknown",
        }
    }
}

/// Reads the user data of a message to or from subsystem 1.
pub fn management(cur: &mut Cursor<'_>, variant: Variant) -> Result<Management, Truncated> {
    let [kind, affected_ssn] = cur.array()?;
    let affected_point_code = variant.point_code(cur)?;
    let multiplicity = cur.u8()? & 3;
    let congestion_level = if kind == 6 { Some(cur.u8()? & 15) } else { None };
    Ok(Management { kind, affected_ssn, affected_point_code, multiplicity, congestion_level })
}
