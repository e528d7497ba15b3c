//! What the messages, parameters and errors of SUA are called.
//!
//! Spec: RFC 3868 §3.1.2, §3.9, §3.10, §3.10.17.

use crate::m3ua;

/// The acronym of a message, `unknown` where there is none.
pub const fn name(class: u8, kind: u8) -> &'static str {
    match (class, kind) {
        (2, 5) => "DUPU",
        (7, 1) => "CLDT",
        (7, 2) => "CLDR",
        (8, 1) => "CORE",
        (8, 2) => "COAK",
        (8, 3) => "COREF",
        (8, 4) => "RELRE",
        (8, 5) => "RELCO",
        (8, 6) => "RESCO",
        (8, 7) => "RESRE",
        (8, 8) => "CODT",
        (8, 9) => "CODA",
        (8, 10) => "COERR",
        (8, 11) => "COIT",
        (0 | 2..=4 | 9, _) => m3ua::name(class, kind),
        _ => "unknown",
    }
}

/// The name of a parameter.
pub const fn parameter_name(tag: u16) -> Option<&'static str> {
    Some(match tag {
        0x0004 => "Info String",
        0x0006 => "Routing Context",
        0x0007 => "Diagnostic Info",
        0x0009 => "Heartbeat Data",
        0x000b => "Traffic Mode Type",
        0x000c => "Error Code",
        0x000d => "Status",
        0x0011 => "ASP Identifier",
        0x0012 => "Affected Point Code",
        0x0013 => "Correlation ID",
        0x0014 => "Registration Result",
        0x0015 => "Deregistration Result",
        0x0016 => "Registration Status",
        0x0017 => "Deregistration Status",
        0x0018 => "Local Routing Key Identifier",
        0x0101 => "SS7 Hop Counter",
        0x0102 => "Source Address",
        0x0103 => "Destination Address",
        0x0104 => "Source Reference Number",
        0x0105 => "Destination Reference Number",
        0x0106 => "SCCP Cause",
        0x0107 => "Sequence Number",
        0x0108 => "Receive Sequence Number",
        0x0109 => "ASP Capabilities",
        0x010a => "Credit",
        0x010b => "Data",
        0x010c => "User/Cause",
        0x010d => "Network Appearance",
        0x010e => "Routing Key",
        0x010f => "DRN Label",
        0x0110 => "TID Label",
        0x0111 => "Address Range",
        0x0112 => "SMI",
        0x0113 => "Importance",
        0x0114 => "Message Priority",
        0x0115 => "Protocol Class",
        0x0116 => "Sequence Control",
        0x0117 => "Segmentation",
        0x0118 => "Congestion Level",
        0x8001 => "Global Title",
        0x8002 => "Point Code",
        0x8003 => "Subsystem Number",
        0x8004 => "IPv4 Address",
        0x8005 => "Hostname",
        0x8006 => "IPv6 Address",
        _ => return None,
    })
}

/// The error codes: those of M3UA and two of its own.
pub const fn error_name(code: u32) -> Option<&'static str> {
    Some(match code {
        0x1b => "Subsystem Status Unknown",
        0x1c => "Invalid Loadsharing Label",
        _ => return m3ua::error_name(code),
    })
}
