//! The messages by which signalling points manage their links and routes.
//!
//! Spec: ITU-T Q.704 §15, Q.707 §5; ANSI T1.111.4 §15, T1.111.7.

use super::Variant;
use crate::{Cursor, Truncated};

/// A message of signalling network management, or of the link test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Management {
    /// Heading codes: H0 in the lower half, H1 in the upper.
    pub heading: u8,
    /// Its acronym: `COO`, `TFP`, `UPU`, `SLTM`…
    pub name: &'static str,
    /// The destination that a route or user part message is about.
    pub affected: Option<u32>,
    /// UPU: user part and cause (§15.17.5).
    pub user: Option<u8>,
    pub cause: Option<u8>,
}

impl Management {
    /// §15.17.5: why a user part is unavailable.
    pub const fn cause_name(&self) -> Option<&'static str> {
        match self.cause {
            Some(0) => Some("unknown"),
            Some(1) => Some("unequipped remote user"),
            Some(2) => Some("inaccessible remote user"),
            _ => None,
        }
    }
}

/// §15.3, table of heading codes.
const fn name(heading: u8) -> Option<&'static str> {
    Some(match (heading & 15, heading >> 4) {
        (1, 1) => "COO",
        (1, 2) => "COA",
        (1, 3) => "XCO",
        (1, 4) => "XCA",
        (1, 5) => "CBD",
        (1, 6) => "CBA",
        (2, 1) => "ECO",
        (2, 2) => "ECA",
        (3, 1) => "RCT",
        (3, 2) => "TFC",
        (4, 1) => "TFP",
        (4, 2) => "TCP",
        (4, 3) => "TFR",
        (4, 4) => "TCR",
        (4, 5) => "TFA",
        (4, 6) => "TCA",
        (5, 1) => "RST",
        (5, 2) => "RSR",
        (5, 3) => "RCP",
        (5, 4) => "RCR",
        (6, 1) => "LIN",
        (6, 2) => "LUN",
        (6, 3) => "LIA",
        (6, 4) => "LUA",
        (6, 5) => "LID",
        (6, 6) => "LFU",
        (6, 7) => "LLT",
        (6, 8) => "LRT",
        (7, 1) => "TRA",
        (7, 2) => "TRW",
        (8, 1) => "DLC",
        (8, 2) => "CSS",
        (8, 3) => "CNS",
        (8, 4) => "CNP",
        (10, 1) => "UPU",
        _ => return None,
    })
}

/// Reads a message of service indicator 0. Fails where it is none, or cut short.
pub fn management(cur: &mut Cursor<'_>, variant: Variant) -> Result<Management, Truncated> {
    let at = cur.offset();
    let heading = cur.u8()?;
    let Some(name) = name(heading) else { return Err(Truncated { at, missing: 0 }) };
    let mut message = Management { heading, name, affected: None, user: None, cause: None };
    if matches!((heading & 15, name), (4 | 5 | 10, _) | (_, "TFC")) {
        message.affected = Some(variant.point_code(cur)?);
    }
    if name == "UPU" {
        let octet = cur.u8()?;
        (message.user, message.cause) = (Some(octet & 15), Some(octet >> 4));
    }
    cur.take_rest();
    Ok(message)
}

/// Reads a message of service indicator 1 or 2: SLTM or SLTA with a pattern of up to 15 octets. Fails where it is none.
pub fn test(cur: &mut Cursor<'_>) -> Result<Management, Truncated> {
    let at = cur.offset();
    let [heading, length] = cur.array()?;
    let name = match heading {
        0x11 => "SLTM",
        0x21 => "SLTA",
        _ => return Err(Truncated { at, missing: 0 }),
    };
    cur.skip(usize::from(length >> 4))?;
    // What a capture leaves of the check bits.
    if cur.len() > 2 {
        return Err(Truncated { at: cur.offset(), missing: 0 });
    }
    cur.take_rest();
    Ok(Management { heading, name, affected: None, user: None, cause: None })
}
