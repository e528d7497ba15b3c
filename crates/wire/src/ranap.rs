//! RANAP: recognised, and which procedure it is.
//!
//! Spec: 3GPP TS 25.413 §9.3, in ALIGNED PER (X.691).

/// Which of the four kinds of message (§9.3.2): the choice's two bits stand behind its extension bit.
const fn kind(first: u8) -> Option<u8> {
    match first {
        0x00 | 0x20 | 0x40 | 0x60 => Some(first >> 5),
        _ => None,
    }
}

/// Is this RANAP? A choice, a procedure that exists, a criticality, and a length that ends where the octets do.
pub fn probe(bytes: &[u8]) -> bool {
    let [first, procedure, criticality, rest @ ..] = bytes else { return false };
    let length = match rest {
        [short @ 0..=0x7f, value @ ..] => usize::from(*short) == value.len(),
        [high @ 0x80..=0xbf, low, value @ ..] => {
            usize::from(u16::from_be_bytes([high & 0x3f, *low])) == value.len()
        }
        // In fragments of 16 Ki: nobody sends that.
        _ => false,
    };
    kind(*first).is_some()
        && procedure_name(*procedure) != "unknown"
        && matches!(criticality, 0x00 | 0x40 | 0x80)
        && length
}

/// The name of the message: its procedure, and what of it where it is no initiating message.
pub fn message_name(bytes: &[u8]) -> Option<&'static str> {
    let [first, procedure, ..] = bytes else { return None };
    let name = procedure_name(*procedure);
    Some(match (kind(*first)?, *procedure) {
        (1, 1) => "Iu-ReleaseComplete",
        (1, 2) => "RelocationCommand",
        (2, 2) => "RelocationPreparationFailure",
        (1, 3) => "RelocationRequestAcknowledge",
        (2, 3) => "RelocationFailure",
        (1, 4) => "RelocationCancelAcknowledge",
        (0, 5) => "SRNS-ContextRequest",
        (1, 5) => "SRNS-ContextResponse",
        (0, 6) => "SecurityModeCommand",
        (1, 6) => "SecurityModeComplete",
        (2, 6) => "SecurityModeReject",
        (0, 7) => "DataVolumeReportRequest",
        (1, 9) => "ResetAcknowledge",
        (1, 27) => "ResetResourceAcknowledge",
        (0, 0) => "RAB-AssignmentRequest",
        (0, 1) => "Iu-ReleaseCommand",
        (0, 2) => "RelocationRequired",
        (0, 3) => "RelocationRequest",
        (3, 0) => "RAB-AssignmentResponse",
        _ => name,
    })
}

/// §9.3.6: procedure codes.
pub const fn procedure_name(procedure: u8) -> &'static str {
    match procedure {
        0 => "RAB-Assignment",
        1 => "Iu-Release",
        2 => "RelocationPreparation",
        3 => "RelocationResourceAllocation",
        4 => "RelocationCancel",
        5 => "SRNS-ContextTransfer",
        6 => "SecurityModeControl",
        7 => "DataVolumeReport",
        9 => "Reset",
        10 => "RAB-ReleaseRequest",
        11 => "Iu-ReleaseRequest",
        12 => "RelocationDetect",
        13 => "RelocationComplete",
        14 => "Paging",
        15 => "CommonID",
        16 => "CN-InvokeTrace",
        17 => "LocationReportingControl",
        18 => "LocationReport",
        19 => "InitialUE-Message",
        20 => "DirectTransfer",
        21 => "OverloadControl",
        22 => "ErrorIndication",
        23 => "SRNS-DataForward",
        24 => "ForwardSRNS-Context",
        25 => "privateMessage",
        26 => "CN-DeactivateTrace",
        27 => "ResetResource",
        28 => "RANAP-Relocation",
        29 => "RAB-ModifyRequest",
        30 => "LocationRelatedData",
        31 => "InformationTransfer",
        32 => "UESpecificInformation",
        33 => "UplinkInformationExchange",
        34 => "DirectInformationTransfer",
        35 => "MBMSSessionStart",
        36 => "MBMSSessionUpdate",
        37 => "MBMSSessionStop",
        38 => "MBMSUELinking",
        39 => "MBMSRegistration",
        40 => "MBMSCNDe-Registration",
        41 => "MBMSRABEstablishmentIndication",
        42 => "MBMSRABRelease",
        43 => "enhancedRelocationComplete",
        44 => "enhancedRelocationCompleteConfirm",
        45 => "RANAPenhancedRelocation",
        46 => "SRVCCPreparation",
        47 => "UeRadioCapabilityMatch",
        48 => "UeRegistrationQuery",
        49 => "RerouteNASRequest",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// InitialUE-Message with no elements that matter: 3 octets of content.
    const INITIAL: &[u8] = &[0x00, 19, 0x40, 3, 0, 0, 0];

    #[test]
    fn by_procedure() {
        assert!(probe(INITIAL));
        assert_eq!(message_name(INITIAL), Some("InitialUE-Message"));
        assert_eq!(message_name(&[0x20, 1, 0x00, 3, 0, 0, 0]), Some("Iu-ReleaseComplete"));
        assert_eq!(message_name(&[0x00, 14, 0x40, 0]), Some("Paging"));
    }

    #[test]
    fn every_prefix_and_what_it_is_not() {
        for end in 0..INITIAL.len() {
            assert!(!probe(&INITIAL[..end]));
        }
        assert!(!probe(&[0x10, 19, 0x40, 3, 0, 0, 0]));
        assert!(!probe(&[0x00, 8, 0x40, 3, 0, 0, 0]));
        assert!(!probe(&[0x00, 19, 0x41, 3, 0, 0, 0]));
        let long = [&[0x00, 20, 0x40, 0x81, 0x00][..], &[0; 256]].concat();
        assert!(probe(&long) && !probe(&long[..200]));
    }
}
