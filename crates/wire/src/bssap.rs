//! BSSAP, the A interface: recognised, and which message it is.
//!
//! Spec: 3GPP TS 48.006 §9.3 (distribution), TS 48.008 §3.2.2.1 (BSSMAP), TS 24.007 §11.2.3 and TS 24.008 §10.4 (DTAP).

/// What is behind the header: BSSMAP, or the mobile's own message and its data link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// Between base station and exchange, the message type first.
    Bssmap(&'a [u8]),
    /// Between mobile and exchange, passed through.
    Dtap { dlci: u8, message: &'a [u8] },
}

/// Is this BSSAP? Discrimination 0 or 1 (with a data link identifier), and a length that ends where the octets do.
pub fn probe(bytes: &[u8]) -> bool {
    match dissect(bytes) {
        Some(Message::Bssmap(message)) => {
            message.first().is_some_and(|kind| bssmap_name(*kind) != "unknown")
        }
        // Bits 4 to 6 of the data link identifier are spare.
        Some(Message::Dtap { dlci, message }) => dlci & 0x38 == 0 && !message.is_empty(),
        None => false,
    }
}

/// The message behind the header, where its length is right.
pub fn dissect(bytes: &[u8]) -> Option<Message<'_>> {
    match bytes {
        [0, length, message @ ..] if usize::from(*length) == message.len() => {
            Some(Message::Bssmap(message))
        }
        [1, dlci, length, message @ ..] if usize::from(*length) == message.len() => {
            Some(Message::Dtap { dlci: *dlci, message })
        }
        _ => None,
    }
}

/// The name of the message inside.
pub fn message_name(bytes: &[u8]) -> Option<&'static str> {
    match dissect(bytes)? {
        Message::Bssmap(message) => message.first().map(|kind| bssmap_name(*kind)),
        Message::Dtap { message, .. } => dtap_name(message),
    }
}

/// Protocol discriminator and message type; where only the discriminator is known, the protocol.
fn dtap_name(message: &[u8]) -> Option<&'static str> {
    let [discriminator, kind, ..] = message else { return None };
    Some(match discriminator & 15 {
        // Bits 7 and 8 of the type count sequence numbers in these two.
        3 => call_control_name(kind & 0x3f),
        5 => mobility_name(kind & 0x3f),
        6 => "RR",
        8 => "GMM",
        9 => match kind {
            0x01 => "CP-DATA",
            0x04 => "CP-ACK",
            0x10 => "CP-ERROR",
            _ => "SMS",
        },
        10 => "SM",
        11 => "SS",
        _ => return None,
    })
}

/// TS 24.008 table 9.2.1: mobility management.
const fn mobility_name(kind: u8) -> &'static str {
    match kind {
        0x01 => "IMSI Detach Indication",
        0x02 => "Location Updating Accept",
        0x04 => "Location Updating Reject",
        0x08 => "Location Updating Request",
        0x11 => "Authentication Reject",
        0x12 => "Authentication Request",
        0x14 => "Authentication Response",
        0x1c => "Authentication Failure",
        0x18 => "Identity Request",
        0x19 => "Identity Response",
        0x1a => "TMSI Reallocation Command",
        0x1b => "TMSI Reallocation Complete",
        0x21 => "CM Service Accept",
        0x22 => "CM Service Reject",
        0x23 => "CM Service Abort",
        0x24 => "CM Service Request",
        0x25 => "CM Service Prompt",
        0x28 => "CM Re-establishment Request",
        0x29 => "Abort",
        0x31 => "MM Status",
        0x32 => "MM Information",
        _ => "MM",
    }
}

/// TS 24.008 table 9.3: call control.
const fn call_control_name(kind: u8) -> &'static str {
    match kind {
        0x01 => "Alerting",
        0x02 => "Progress",
        0x03 => "Call Proceeding",
        0x05 => "Setup",
        0x07 => "Connect",
        0x08 => "Call Confirmed",
        0x0e => "Emergency Setup",
        0x0f => "Connect Acknowledge",
        0x17 => "Modify",
        0x1c => "Retrieve",
        0x18 => "Hold",
        0x25 => "Disconnect",
        0x2a => "Release Complete",
        0x2d => "Release",
        0x34 => "Status Enquiry",
        0x35 => "Start DTMF",
        0x36 => "Start DTMF Acknowledge",
        0x31 => "Stop DTMF",
        0x32 => "Stop DTMF Acknowledge",
        0x3a => "Facility",
        0x3d => "Status",
        0x3e => "Notify",
        _ => "CC",
    }
}

/// TS 48.008 §3.2.2.1: the type of a BSSMAP message.
pub const fn bssmap_name(kind: u8) -> &'static str {
    match kind {
        1 => "Assignment Request",
        2 => "Assignment Complete",
        3 => "Assignment Failure",
        4 => "VGCS/VBS Setup",
        5 => "VGCS/VBS Setup Ack",
        6 => "VGCS/VBS Setup Refuse",
        7 => "VGCS/VBS Assignment Request",
        8 => "Channel Modify request",
        16 => "Handover Request",
        17 => "Handover Required",
        18 => "Handover Request Acknowledge",
        19 => "Handover Command",
        20 => "Handover Complete",
        21 => "Handover Succeeded",
        22 => "Handover Failure",
        23 => "Handover Performed",
        24 => "Handover Candidate Enquire",
        25 => "Handover Candidate Response",
        26 => "Handover Required Reject",
        27 => "Handover Detect",
        28 => "VGCS/VBS Assignment Result",
        29 => "VGCS/VBS Assignment Failure",
        30 => "VGCS/VBS Queuing Indication",
        31 => "Uplink Request",
        32 => "Clear Command",
        33 => "Clear Complete",
        34 => "Clear Request",
        37 => "SAPI \"n\" Reject",
        38 => "Confusion",
        39 => "Uplink Request Acknowledge",
        40 => "Suspend",
        41 => "Resume",
        42 => "Connection Oriented Information",
        43 => "Perform Location Request",
        44 => "LSA Information",
        45 => "Perform Location Response",
        46 => "Perform Location Abort",
        47 => "Common Id",
        48 => "Reset",
        49 => "Reset Acknowledge",
        50 => "Overload",
        52 => "Reset Circuit",
        53 => "Reset Circuit Acknowledge",
        54 => "MSC Invoke Trace",
        55 => "BSS Invoke Trace",
        58 => "Connectionless Information",
        59 => "VGCS/VBS Assignment Status",
        60 => "VGCS/VBS Area Cell Info",
        61 => "Reset IP Resource",
        62 => "Reset IP Resource Acknowledge",
        64 => "Block",
        65 => "Blocking Acknowledge",
        66 => "Unblock",
        67 => "Unblocking Acknowledge",
        68 => "Circuit Group Block",
        69 => "Circuit Group Blocking Acknowledge",
        70 => "Circuit Group Unblock",
        71 => "Circuit Group Unblocking Acknowledge",
        72 => "Unequipped Circuit",
        73 => "Uplink Request Confirmation",
        74 => "Uplink Release Indication",
        75 => "Uplink Reject Command",
        76 => "Uplink Release Command",
        77 => "Uplink Seized Command",
        78 => "Change Circuit",
        79 => "Change Circuit Acknowledge",
        80 => "Resource Request",
        81 => "Resource Indication",
        82 => "Paging",
        83 => "Cipher Mode Command",
        84 => "Classmark Update",
        85 => "Cipher Mode Complete",
        86 => "Queuing Indication",
        87 => "Complete Layer 3 Information",
        88 => "Classmark Request",
        89 => "Cipher Mode Reject",
        90 => "Load Indication",
        96 => "VGCS Additional Information",
        97 => "VGCS SMS",
        98 => "Notification Data",
        99 => "Uplink Application Data",
        112 => "Internal Handover Required",
        113 => "Internal Handover Required Reject",
        114 => "Internal Handover Command",
        115 => "Internal Handover Enquiry",
        116 => "LCLS-Connect-Control",
        117 => "LCLS-Connect-Control-Ack",
        118 => "LCLS-Notification",
        120 => "Reroute Command",
        121 => "Reroute Complete",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_the_header() {
        let layer3 = [0x00, 3, 87, 0x05, 0x08];
        assert!(probe(&layer3));
        assert_eq!(message_name(&layer3), Some("Complete Layer 3 Information"));
        let update = [0x01, 0x00, 2, 0x05, 0x48];
        assert!(probe(&update));
        assert_eq!(message_name(&update), Some("Location Updating Request"));
        assert_eq!(message_name(&[0x01, 0x03, 2, 0x19, 0x01]), Some("CP-DATA"));
        assert_eq!(message_name(&[0x01, 0x00, 2, 0x03, 0x45]), Some("Setup"));
    }

    #[test]
    fn every_prefix_and_what_it_is_not() {
        let bytes = [0x01, 0x00, 2, 0x05, 0x48];
        for end in 0..bytes.len() {
            assert!(!probe(&bytes[..end]));
            assert_eq!(message_name(&bytes[..end]), None);
        }
        assert!(!probe(&[2, 1, 1]) && !probe(&[0, 0]) && !probe(&[0, 1, 0xff]));
    }
}
