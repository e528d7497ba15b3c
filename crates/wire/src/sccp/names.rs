//! What the causes of SCCP are called.
//!
//! Spec: ITU-T Q.713 §3.11 to §3.15; ANSI T1.112.3 for those above 0xf0.

use super::MessageType;

/// §3.12.
pub const fn return_cause_name(cause: u8) -> Option<&'static str> {
    Some(match cause {
        0x00 => "no translation for an address of such nature",
        0x01 => "no translation for this specific address",
        0x02 => "subsystem congestion",
        0x03 => "subsystem failure",
        0x04 => "unequipped user",
        0x05 => "MTP failure",
        0x06 => "network congestion",
        0x07 => "unqualified",
        0x08 => "error in message transport",
        0x09 => "error in local processing",
        0x0a => "destination cannot perform reassembly",
        0x0b => "SCCP failure",
        0x0c => "hop counter violation",
        0x0d => "segmentation not supported",
        0x0e => "segmentation failure",
        0xf7 => "message change failure",
        0xf8 => "invalid INS routing request",
        0xf9 => "invalid ISNI routing request",
        0xfa => "unauthorized message",
        0xfb => "message incompatibility",
        0xfc => "cannot perform ISNI constrained routing",
        0xfd => "redundant ISNI constrained routing",
        0xfe => "unable to perform ISNI identification",
        _ => return None,
    })
}

/// The cause of a refusal (CREF), release (RLSD), reset (RSR) or error (ERR): each has its own list.
pub const fn cause_name(kind: MessageType, cause: u8) -> Option<&'static str> {
    match kind {
        MessageType::CREF => refusal(cause),
        MessageType::RLSD => release(cause),
        MessageType::RSR => reset(cause),
        MessageType::ERR => error(cause),
        _ => None,
    }
}

/// §3.15.
const fn refusal(cause: u8) -> Option<&'static str> {
    Some(match cause {
        0x00 => "end user originated",
        0x01 => "end user congestion",
        0x02 => "end user failure",
        0x03 => "SCCP user originated",
        0x04 => "destination address unknown",
        0x05 => "destination inaccessible",
        0x06 => "quality of service not available for long",
        0x07 => "quality of service not available for now",
        0x08 => "access failure",
        0x09 => "access congestion",
        0x0a => "subsystem failure",
        0x0b => "subsystem congestion",
        0x0c => "expiration of the connection establishment timer",
        0x0d => "incompatible user data",
        0x0f => "unqualified",
        0x10 => "hop counter violation",
        0x11 => "SCCP failure",
        0x12 => "no translation for an address of such nature",
        0x13 => "unequipped user",
        _ => return None,
    })
}

/// §3.11.
const fn release(cause: u8) -> Option<&'static str> {
    Some(match cause {
        0x00 => "end user originated",
        0x01 => "end user congestion",
        0x02 => "end user failure",
        0x03 => "SCCP user originated",
        0x04 => "remote procedure error",
        0x05 => "inconsistent connection data",
        0x06 => "access failure",
        0x07 => "access congestion",
        0x08 => "subsystem failure",
        0x09 => "subsystem congestion",
        0x0a => "MTP failure",
        0x0b => "network congestion",
        0x0c => "expiration of the reset timer",
        0x0d => "expiration of the receive inactivity timer",
        0x0f => "unqualified",
        0x10 => "SCCP failure",
        _ => return None,
    })
}

/// §3.13.
const fn reset(cause: u8) -> Option<&'static str> {
    Some(match cause {
        0x00 => "end user originated",
        0x01 => "SCCP user originated",
        0x02 => "incorrect P(S)",
        0x03 => "incorrect P(R)",
        0x04 => "message out of window",
        0x05 => "incorrect P(S) after initialization",
        0x06 => "remote procedure error",
        0x07 => "remote end user operational",
        0x08 => "network operational",
        0x09 => "access operational",
        0x0a => "network congestion",
        0x0c => "unqualified",
        _ => return None,
    })
}

/// §3.14.
const fn error(cause: u8) -> Option<&'static str> {
    Some(match cause {
        0x00 => "unassigned destination local reference",
        0x01 => "inconsistent source local reference",
        0x02 => "point code mismatch",
        0x03 => "service class mismatch",
        0x04 => "unqualified",
        _ => return None,
    })
}
