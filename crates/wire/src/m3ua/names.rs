//! What the messages, parameters and numbers of M3UA are called.
//!
//! Spec: RFC 4666 §3.

/// §3.1.2: the acronym of a message, `unknown` where there is none.
pub const fn name(class: u8, kind: u8) -> &'static str {
    match (class, kind) {
        (0, 0) => "ERR",
        (0, 1) => "NTFY",
        (1, 1) => "DATA",
        (2, 1) => "DUNA",
        (2, 2) => "DAVA",
        (2, 3) => "DAUD",
        (2, 4) => "SCON",
        (2, 5) => "DUPU",
        (2, 6) => "DRST",
        (3, 1) => "ASPUP",
        (3, 2) => "ASPDN",
        (3, 3) => "BEAT",
        (3, 4) => "ASPUP_ACK",
        (3, 5) => "ASPDN_ACK",
        (3, 6) => "BEAT_ACK",
        (4, 1) => "ASPAC",
        (4, 2) => "ASPIA",
        (4, 3) => "ASPAC_ACK",
        (4, 4) => "ASPIA_ACK",
        (9, 1) => "REG_REQ",
        (9, 2) => "REG_RSP",
        (9, 3) => "DEREG_REQ",
        (9, 4) => "DEREG_RSP",
        _ => "unknown",
    }
}

/// Whether there is such a message: one that [`name`] has a name for.
pub(super) const fn known(class: u8, kind: u8) -> bool {
    matches!((class, kind), (0, 0 | 1) | (1, 1) | (2 | 3, 1..=6) | (4 | 9, 1..=4))
}

/// §3.8.1: the error codes.
pub const fn error_name(code: u32) -> Option<&'static str> {
    Some(match code {
        0x01 => "Invalid Version",
        0x03 => "Unsupported Message Class",
        0x04 => "Unsupported Message Type",
        0x05 => "Unsupported Traffic Mode Type",
        0x06 => "Unexpected Message",
        0x07 => "Protocol Error",
        0x09 => "Invalid Stream Identifier",
        0x0d => "Refused - Management Blocking",
        0x0e => "ASP Identifier Required",
        0x0f => "Invalid ASP Identifier",
        0x11 => "Invalid Parameter Value",
        0x12 => "Parameter Field Error",
        0x13 => "Unexpected Parameter",
        0x14 => "Destination Status Unknown",
        0x15 => "Invalid Network Appearance",
        0x16 => "Missing Parameter",
        0x19 => "Invalid Routing Context",
        0x1a => "No Configured AS for ASP",
        _ => return None,
    })
}

/// §3.8.2: what a notification says; `status` as in [`Message::status`].
pub const fn status_name(status: u32) -> Option<&'static str> {
    Some(match status {
        0x1_0002 => "AS-INACTIVE",
        0x1_0003 => "AS-ACTIVE",
        0x1_0004 => "AS-PENDING",
        0x2_0001 => "Insufficient ASP Resources Active in AS",
        0x2_0002 => "Alternate ASP Active",
        0x2_0003 => "ASP Failure",
        _ => return None,
    })
}

/// §3.2: the name of a parameter.
pub const fn parameter_name(tag: u16) -> Option<&'static str> {
    Some(match tag {
        0x0003 => "Protocol Data (draft)",
        0x0004 => "INFO String",
        0x0006 => "Routing Context",
        0x0007 => "Diagnostic Information",
        0x0009 => "Heartbeat Data",
        0x000b => "Traffic Mode Type",
        0x000c => "Error Code",
        0x000d => "Status",
        0x0011 => "ASP Identifier",
        0x0012 => "Affected Point Code",
        0x0013 => "Correlation ID",
        0x0014 | 0x0208 => "Registration Result",
        0x0015 | 0x0209 => "Deregistration Result",
        0x0016 | 0x0212 => "Registration Status",
        0x0017 | 0x0213 => "Deregistration Status",
        0x0018 | 0x020a => "Local Routing Key Identifier",
        0x0200 => "Network Appearance",
        0x0204 => "User/Cause",
        0x0205 => "Congestion Indications",
        0x0206 => "Concerned Destination",
        0x0207 => "Routing Key",
        0x020b => "Destination Point Code",
        0x020c => "Service Indicators",
        0x020e => "Originating Point Code List",
        0x020f => "Circuit Range",
        0x0210 => "Protocol Data",
        _ => return None,
    })
}

/// §3.7.1.
pub const fn traffic_mode_name(mode: u32) -> Option<&'static str> {
    Some(match mode {
        1 => "override",
        2 => "loadshare",
        3 => "broadcast",
        _ => return None,
    })
}

/// §3.4.5: why a user part is unavailable.
pub const fn unavailability_cause_name(cause: u32) -> Option<&'static str> {
    Some(match cause {
        0 => "unknown",
        1 => "unequipped remote user",
        2 => "inaccessible remote user",
        _ => return None,
    })
}

/// §3.6.2, §3.6.4: what became of a registration; `leaving` for a deregistration.
pub const fn registration_status_name(status: u32, leaving: bool) -> Option<&'static str> {
    Some(match (leaving, status) {
        (false, 0) => "Successfully Registered",
        (true, 0) => "Successfully Deregistered",
        (_, 1) => "Error - Unknown",
        (false, 2) => "Error - Invalid DPC",
        (false, 3) => "Error - Invalid Network Appearance",
        (false, 4) => "Error - Invalid Routing Key",
        (false, 5) | (true, 3) => "Error - Permission Denied",
        (false, 6) => "Error - Cannot Support Unique Routing",
        (false, 7) => "Error - Routing Key not Currently Provisioned",
        (false, 8) => "Error - Insufficient Resources",
        (false, 9) => "Error - Unsupported RK Parameter Field",
        (false, 10) => "Error - Unsupported/Invalid Traffic Handling Mode",
        (false, 11) => "Error - Routing Key Change Refused",
        (false, 12) => "Error - Routing Key Already Registered",
        (true, 2) => "Error - Invalid Routing Context",
        (true, 4) => "Error - Not Registered",
        (true, 5) => "Error - ASP Currently Active for Routing Context",
        _ => return None,
    })
}
