//! M3UA: MTP3's users over SCTP.
//!
//! Spec: RFC 4666. `§` below means a section of it.

use smallvec::SmallVec;

use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// More values than this of one list are only noted.
pub const MAX_LIST: usize = 64;

/// One message: the common header (§3.1) and the parameters that say something.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<'a> {
    pub version: u8,
    pub class: u8,
    pub kind: u8,
    pub network_appearance: Option<u32>,
    pub routing_contexts: SmallVec<[u32; 2]>,
    pub asp_identifier: Option<u32>,
    pub traffic_mode: Option<u32>,
    pub correlation_id: Option<u32>,
    pub error_code: Option<u32>,
    /// Status type and information of a notification (§3.8.2), as one number with the type in the upper half.
    pub status: Option<u32>,
    /// Mask and point code of each affected destination.
    pub affected_point_codes: SmallVec<[(u8, u32); 4]>,
    pub info: Option<&'a [u8]>,
    pub data: Option<ProtocolData<'a>>,
    /// All parameters, in order.
    pub parameters: Parameters<'a>,
}

/// §3.3.1: the MTP3 label and what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolData<'a> {
    pub opc: u32,
    pub dpc: u32,
    /// Service indicator: 3 SCCP, 5 ISUP.
    pub si: u8,
    /// Network indicator: 0 international, 2 national.
    pub ni: u8,
    /// Message priority.
    pub mp: u8,
    /// Signalling link selection.
    pub sls: u8,
    pub payload: Cursor<'a>,
}

/// One parameter (§3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter<'a> {
    pub tag: u16,
    pub value: Cursor<'a>,
}

/// The parameters of a message, in order. Not an `Iterator` because each step may note something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters<'a> {
    cur: Cursor<'a>,
}

impl<'a> Parameters<'a> {
    pub(crate) const fn new(cur: Cursor<'a>) -> Self {
        Self { cur }
    }

    /// The next parameter; its padding is stepped over.
    pub fn next(&mut self, notes: &mut Anomalies) -> Option<Parameter<'a>> {
        if self.cur.is_empty() {
            return None;
        }
        let at = self.cur;
        let (Ok(tag), Ok(length)) = (self.cur.u16(), self.cur.u16()) else {
            notes.note(at.span(), "m3ua.parameter_length", Flaw::Trailing(short(at.len())));
            self.cur.take_rest();
            return None;
        };
        let length = usize::from(length);
        if length < 4 {
            // Nothing behind it can be found.
            notes.note(at.span_of(4), "m3ua.parameter_length", Flaw::IllegalValue(length as u64));
            self.cur.take_rest();
            return None;
        }
        let (value, whole) = self.cur.sub(length.saturating_sub(4));
        if !whole {
            let missing = short(length.saturating_sub(4).saturating_sub(value.len()));
            notes.note(at.span(), "m3ua.parameter_length", Flaw::Truncated { missing });
        }
        // Padded to four octets, which the last parameter of some stacks leaves out.
        self.cur.sub(length.wrapping_neg() & 3);
        Some(Parameter { tag, value })
    }
}

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

/// Is this M3UA and nothing else? The version, a message that exists, and a length that fits.
pub fn probe(bytes: &[u8]) -> bool {
    probe_common(bytes, |class, kind| {
        name(class, kind) != "unknown" && (class != 1 || data_parameter(bytes) == Some(true))
    })
}

/// The common header that the adaptation layers share (§3.1), with `known` to say which messages there are.
pub(crate) fn probe_common(bytes: &[u8], known: impl FnOnce(u8, u8) -> bool) -> bool {
    let mut cur = Cursor::new(bytes);
    let Ok([1, 0, class, kind]) = cur.array::<4>() else {
        return false;
    };
    let Ok(length) = cur.u32() else {
        return false;
    };
    let excess = u64::from(length).abs_diff(bytes.len() as u64);
    length >= 8 && excess < 4 && known(class, kind)
}

/// Whether the first parameters of a DATA message are those of M3UA: M2UA and SUA have messages of the same shape.
fn data_parameter(bytes: &[u8]) -> Option<bool> {
    let mut cur = Cursor::new(bytes);
    cur.skip(8).ok()?;
    let mut unnoted = Anomalies::default();
    let mut parameters = Parameters::new(cur);
    for _ in 0..4 {
        match parameters.next(&mut unnoted)?.tag {
            tag::PROTOCOL_DATA => return Some(true),
            tag::NETWORK_APPEARANCE | tag::ROUTING_CONTEXT | tag::CORRELATION_ID => {}
            _ => return Some(false),
        }
    }
    None
}

/// Reads one message. Fails only when the common header is cut short.
pub fn dissect<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let at = *cur;
    let [version, _reserved, class, kind] = cur.array()?;
    let length = cur.u32()?;
    if version != 1 {
        notes.note(at.span_of(1), "m3ua.version", Flaw::IllegalValue(u64::from(version)));
    }
    if name(class, kind) == "unknown" {
        let value = u64::from(u16::from_be_bytes([class, kind]));
        notes.note(at.span_of(4), "m3ua.message_type", Flaw::IllegalValue(value));
    }
    let wanted = usize::try_from(length).unwrap_or(usize::MAX).saturating_sub(8);
    let available = cur.len();
    let (body, whole) = cur.sub(wanted);
    // The padding of the last parameter is counted by some stacks and not by others.
    let excess = available.abs_diff(wanted);
    if length < 8 || !whole || excess > 3 {
        let found = u64::from(length);
        let expected = (available as u64).saturating_add(8);
        notes.note(at.span_of(8), "m3ua.length", Flaw::Disagrees { found, expected });
    }
    let mut message = Message {
        version,
        class,
        kind,
        network_appearance: None,
        routing_contexts: SmallVec::new(),
        asp_identifier: None,
        traffic_mode: None,
        correlation_id: None,
        error_code: None,
        status: None,
        affected_point_codes: SmallVec::new(),
        info: None,
        data: None,
        parameters: Parameters::new(body),
    };
    let mut parameters = message.parameters;
    while let Some(parameter) = parameters.next(notes) {
        message.take(notes, parameter);
    }
    if (class, kind) == (1, 1) && message.data.is_none() {
        notes.note(at.span(), "m3ua.protocol_data", Flaw::Missing);
    }
    Ok(message)
}

/// Parameter tags (§3.2).
mod tag {
    pub(super) const INFO: u16 = 0x0004;
    pub(super) const ROUTING_CONTEXT: u16 = 0x0006;
    pub(super) const TRAFFIC_MODE: u16 = 0x000b;
    pub(super) const ERROR_CODE: u16 = 0x000c;
    pub(super) const STATUS: u16 = 0x000d;
    pub(super) const ASP_IDENTIFIER: u16 = 0x0011;
    pub(super) const AFFECTED_POINT_CODE: u16 = 0x0012;
    pub(super) const CORRELATION_ID: u16 = 0x0013;
    pub(super) const NETWORK_APPEARANCE: u16 = 0x0200;
    pub(super) const PROTOCOL_DATA: u16 = 0x0210;
}

impl<'a> Message<'a> {
    fn take(&mut self, notes: &mut Anomalies, parameter: Parameter<'a>) {
        let mut value = parameter.value;
        let at = value;
        let one = |slot: &mut Option<u32>, notes: &mut Anomalies| match { at }.u32() {
            Ok(number) => *slot = Some(number),
            Err(cut) => {
                notes.note(at.span(), "m3ua.parameter", Flaw::Truncated { missing: cut.missing });
            }
        };
        match parameter.tag {
            tag::NETWORK_APPEARANCE => one(&mut self.network_appearance, notes),
            tag::ASP_IDENTIFIER => one(&mut self.asp_identifier, notes),
            tag::TRAFFIC_MODE => one(&mut self.traffic_mode, notes),
            tag::CORRELATION_ID => one(&mut self.correlation_id, notes),
            tag::ERROR_CODE => one(&mut self.error_code, notes),
            tag::STATUS => one(&mut self.status, notes),
            tag::ROUTING_CONTEXT => {
                while let Ok(context) = value.u32() {
                    if self.routing_contexts.len() >= MAX_LIST {
                        notes.note(at.span(), "m3ua.routing_context", Flaw::TooMany);
                        break;
                    }
                    self.routing_contexts.push(context);
                }
            }
            tag::AFFECTED_POINT_CODE => {
                while let Ok([mask, a, b, c]) = value.array::<4>() {
                    if self.affected_point_codes.len() >= MAX_LIST {
                        notes.note(at.span(), "m3ua.affected_point_code", Flaw::TooMany);
                        break;
                    }
                    self.affected_point_codes.push((mask, u32::from_be_bytes([0, a, b, c])));
                }
            }
            tag::INFO => self.info = Some(value.rest()),
            tag::PROTOCOL_DATA if self.data.is_some() => {
                notes.note(at.span(), "m3ua.protocol_data", Flaw::Repeated);
            }
            tag::PROTOCOL_DATA => match protocol_data(value) {
                Ok(data) => self.data = Some(data),
                Err(cut) => notes.note(
                    at.span(),
                    "m3ua.protocol_data",
                    Flaw::Truncated { missing: cut.missing },
                ),
            },
            _ => {}
        }
    }
}

fn protocol_data(mut cur: Cursor<'_>) -> Result<ProtocolData<'_>, Truncated> {
    let (opc, dpc) = (cur.u32()?, cur.u32()?);
    let [si, ni, mp, sls] = cur.array()?;
    Ok(ProtocolData { opc, dpc, si, ni, mp, sls, payload: cur })
}

#[cfg(test)]
mod tests;
