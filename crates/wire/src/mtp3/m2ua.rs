//! M2UA: the upper half of MTP2 over SCTP, between a signalling gateway and a node that has MTP3.
//!
//! Spec: RFC 3331. `§` below means a section of it. Its errors and notifications are counted as those of M3UA are.

use crate::m3ua::{self, Parameters};
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// One message: the common header (§3.1) and the parameters that say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    pub class: u8,
    pub kind: u8,
    /// Interface identifier: which link (§3.2).
    pub interface: Option<u32>,
    pub interface_text: Option<&'a [u8]>,
    pub error_code: Option<u32>,
    pub traffic_mode: Option<u32>,
    pub asp_identifier: Option<u32>,
    pub correlation_id: Option<u32>,
    /// Status type and information of a notification, as one number with the type in the upper half.
    pub status: Option<u32>,
    /// The number that a link is driven by: state request, state event, congestion, action, sequence number or result,
    /// whichever the message has (§3.3.1).
    pub state: Option<u32>,
    pub info: Option<&'a [u8]>,
    /// The MTP3 message in it, from the service information octet on.
    pub msu: Option<Cursor<'a>>,
    /// All parameters, in order.
    pub parameters: Parameters<'a>,
}

/// §3.1.2: the name of a message, `unknown` where there is none.
pub const fn name(class: u8, kind: u8) -> &'static str {
    match (class, kind) {
        (6, 1) => "Data",
        (6, 2) => "Establish Request",
        (6, 3) => "Establish Confirm",
        (6, 4) => "Release Request",
        (6, 5) => "Release Confirm",
        (6, 6) => "Release Indication",
        (6, 7) => "State Request",
        (6, 8) => "State Confirm",
        (6, 9) => "State Indication",
        (6, 10) => "Data Retrieval Request",
        (6, 11) => "Data Retrieval Confirm",
        (6, 12) => "Data Retrieval Indication",
        (6, 13) => "Data Retrieval Complete Indication",
        (6, 14) => "Congestion Indication",
        (6, 15) => "Data Acknowledge",
        (10, 1) => "REG_REQ",
        (10, 2) => "REG_RSP",
        (10, 3) => "DEREG_REQ",
        (10, 4) => "DEREG_RSP",
        (0 | 3 | 4, _) => m3ua::name(class, kind),
        _ => "unknown",
    }
}

/// §3.2, §3.3: the name of a parameter.
pub const fn parameter_name(tag: u16) -> Option<&'static str> {
    Some(match tag {
        0x0001 => "Interface Identifier (integer)",
        0x0003 => "Interface Identifier (text)",
        0x0004 => "Info String",
        0x0007 => "Diagnostic Information",
        0x0008 => "Interface Identifier (integer range)",
        0x0009 => "Heartbeat Data",
        0x000b => "Traffic Mode Type",
        0x000c => "Error Code",
        0x000d => "Status Type/Information",
        0x0011 => "ASP Identifier",
        0x0013 => "Correlation Id",
        0x0300 => "Protocol Data 1",
        0x0301 => "Protocol Data 2",
        0x0302 => "State Request",
        0x0303 => "State Event",
        0x0304 => "Congestion Status",
        0x0305 => "Discard Status",
        0x0306 => "Action",
        0x0307 => "Sequence Number",
        0x0308 => "Retrieval Result",
        0x0309 => "Link Key",
        0x030a => "Local-LK-Identifier",
        0x030b => "Signalling Data Terminal Identifier",
        0x030c => "Signalling Data Link Identifier",
        0x030d => "Registration Result",
        0x030e => "Registration Status",
        0x030f => "De-Registration Result",
        0x0310 => "De-Registration Status",
        _ => return None,
    })
}

/// §3.3.3.1: the error codes.
pub const fn error_name(code: u32) -> Option<&'static str> {
    Some(match code {
        0x02 => "Invalid Interface Identifier",
        0x08 => "Unsupported Interface Identifier Type",
        0x10 => "ASP Active for Interface Identifier(s)",
        // What only M3UA has.
        0x14 | 0x15 | 0x19 | 0x1a => return None,
        _ => return m3ua::error_name(code),
    })
}

/// Is this M2UA and nothing else? Class 6 is its alone.
pub fn probe(bytes: &[u8]) -> bool {
    m3ua::probe_common(bytes, |class, kind| class == 6 && (1..=15).contains(&kind))
}

/// Reads one message (§3). Fails only when the common header is cut short.
pub fn dissect<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let at = *cur;
    let (class, kind, body) = m3ua::common_header(notes, cur, "m2ua.length")?;
    if name(class, kind) == "unknown" {
        let value = u64::from(u16::from_be_bytes([class, kind]));
        notes.note(at.span_of(4), "m2ua.message_type", Flaw::IllegalValue(value));
    }
    let mut message = Message {
        class,
        kind,
        interface: None,
        interface_text: None,
        error_code: None,
        traffic_mode: None,
        asp_identifier: None,
        correlation_id: None,
        status: None,
        state: None,
        info: None,
        msu: None,
        parameters: Parameters::named(body, "m2ua.parameter_length"),
    };
    let mut parameters = message.parameters;
    while let Some(parameter) = parameters.next(notes) {
        let mut value = parameter.value;
        match parameter.tag {
            0x0001 => message.interface = value.u32().ok(),
            0x0003 => message.interface_text = Some(value.rest()),
            0x0004 => message.info = Some(value.rest()),
            0x000b => message.traffic_mode = value.u32().ok(),
            0x000c => message.error_code = value.u32().ok(),
            0x000d => message.status = value.u32().ok(),
            0x0011 => message.asp_identifier = value.u32().ok(),
            0x0013 => message.correlation_id = value.u32().ok(),
            0x0302..=0x0308 => message.state = value.u32().ok(),
            0x0300 if (class, kind) == (6, 1) => message.msu = Some(value),
            // Protocol Data 2 of TTC has a priority octet first (§3.3.1.2).
            0x0301 if (class, kind) == (6, 1) => {
                message.msu = value.skip(1).ok().map(|()| value);
            }
            _ => {}
        }
    }
    if (class, kind) == (6, 1) && message.msu.is_none() {
        notes.note(at.span(), "m2ua.protocol_data", Flaw::Missing);
    }
    Ok(message)
}
