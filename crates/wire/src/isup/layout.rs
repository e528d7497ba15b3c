//! Which parts each ISUP message has.
//!
//! Spec: ITU-T Q.763 tables 21 to 55; ANSI T1.113.3 for its initial address message and messages of its own.

use super::Flavour;

/// The mandatory parameters of fixed length with their lengths, those of variable length, and whether optional ones follow.
pub(super) struct Layout {
    pub(super) fixed: &'static [(u8, u8)],
    pub(super) variable: &'static [u8],
    pub(super) optional: bool,
}

/// Codes of the mandatory parameters (Q.763 table 5).
const TMR: u8 = 0x02;
const CALLED: u8 = 0x04;
const SUBSEQUENT: u8 = 0x05;
const NATURE_OF_CONNECTION: u8 = 0x06;
const FORWARD_CALL: u8 = 0x07;
const CATEGORY: u8 = 0x09;
const INFORMATION_REQUEST: u8 = 0x0e;
const INFORMATION: u8 = 0x0f;
const CONTINUITY: u8 = 0x10;
const BACKWARD_CALL: u8 = 0x11;
const CAUSE: u8 = 0x12;
const GROUP_TYPE: u8 = 0x15;
const RANGE_AND_STATUS: u8 = 0x16;
const FACILITY: u8 = 0x18;
const USER_SERVICE: u8 = 0x1d;
const USER_TO_USER: u8 = 0x20;
const SUSPEND: u8 = 0x22;
const EVENT: u8 = 0x24;
const CIRCUIT_STATE: u8 = 0x26;
const CVR_RESPONSE: u8 = 0xe6;
const GROUP_CHARACTERISTIC: u8 = 0xe5;

macro_rules! layout {
    ($fixed:expr, $variable:expr, $optional:expr) => {
        Some(&Layout { fixed: &$fixed, variable: &$variable, optional: $optional })
    };
}

/// The parts of a message; `None` for those that have none of a fixed shape.
pub(super) const fn layout(kind: u8, flavour: Flavour) -> Option<&'static Layout> {
    match kind {
        0x01 => match flavour {
            Flavour::Ansi => layout!(
                [(NATURE_OF_CONNECTION, 1), (FORWARD_CALL, 2), (CATEGORY, 1)],
                [USER_SERVICE, CALLED],
                true
            ),
            Flavour::Itu | Flavour::Bicc => layout!(
                [(NATURE_OF_CONNECTION, 1), (FORWARD_CALL, 2), (CATEGORY, 1), (TMR, 1)],
                [CALLED],
                true
            ),
        },
        0x02 => layout!([], [SUBSEQUENT], true),
        0x03 => layout!([(INFORMATION_REQUEST, 2)], [], true),
        0x04 => layout!([(INFORMATION, 2)], [], true),
        0x05 => layout!([(CONTINUITY, 1)], [], false),
        0x06 | 0x07 => layout!([(BACKWARD_CALL, 2)], [], true),
        0x0c => layout!([], [CAUSE], true),
        0x0d | 0x0e => layout!([(SUSPEND, 1)], [], true),
        0x11..=0x16 | 0x24 | 0x2e | 0x30 | 0xec => layout!([], [], false),
        0x17 | 0x29 | 0x2a => layout!([], [RANGE_AND_STATUS], false),
        0x18..=0x1b => layout!([(GROUP_TYPE, 1)], [RANGE_AND_STATUS], false),
        0x1f | 0x20 => layout!([(FACILITY, 1)], [], true),
        0x21 => layout!([(FACILITY, 1)], [CAUSE], true),
        0x2b => layout!([], [RANGE_AND_STATUS, CIRCUIT_STATE], false),
        0x2c => layout!([(EVENT, 1)], [], true),
        0x2d => layout!([], [USER_TO_USER], true),
        0x2f => layout!([], [CAUSE], true),
        0x08 | 0x09 | 0x10 | 0x32..=0x38 | 0x40..=0x43 | 0xed => layout!([], [], true),
        0xea => layout!([(NATURE_OF_CONNECTION, 1)], [], true),
        0xeb => layout!([(CVR_RESPONSE, 1), (GROUP_CHARACTERISTIC, 1)], [], true),
        _ => None,
    }
}
