//! M3UA: MTP3's users over SCTP.
//!
//! Spec: RFC 4666. `§` below means a section of it. Drafts before the fifth had the whole MTP3 message in a parameter of
//! their own, which is read too; the numbers of the other parameters are the RFC's.

mod names;

use smallvec::SmallVec;

use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated};

pub use names::{
    error_name, name, parameter_name, registration_status_name, status_name, traffic_mode_name,
    unavailability_cause_name,
};

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
    /// DUPU: MTP3 user and why it is unavailable (§3.4.5), as one number with the cause in the upper half.
    pub user_cause: Option<u32>,
    /// SCON: how congested the destination is, and for whom (§3.4.4).
    pub congestion_level: Option<u32>,
    pub concerned_destination: Option<u32>,
    pub info: Option<&'a [u8]>,
    pub diagnostic: Option<&'a [u8]>,
    pub data: Option<ProtocolData<'a>>,
    /// The MTP3 message of an early draft, from the service information octet on.
    pub msu: Option<Cursor<'a>>,
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
    /// What a length that lies is noted as.
    field: &'static str,
}

/// A routing key that is asked for, or what became of it (§3.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    pub local_key: Option<u32>,
    pub routing_context: Option<u32>,
    /// Registration or deregistration status.
    pub status: Option<u32>,
    pub destinations: SmallVec<[u32; 2]>,
    pub originators: SmallVec<[u32; 2]>,
    pub service_indicators: SmallVec<[u8; 4]>,
}

impl<'a> Parameters<'a> {
    /// The parameters of another protocol that has them in the same form.
    pub(crate) const fn named(cur: Cursor<'a>, field: &'static str) -> Self {
        Self { cur, field }
    }

    /// The next parameter; its padding is stepped over.
    #[inline]
    pub fn next(&mut self, notes: &mut Anomalies) -> Option<Parameter<'a>> {
        if self.cur.is_empty() {
            return None;
        }
        let at = self.cur;
        let Ok([t1, t0, l1, l0]) = self.cur.array() else {
            notes.note(at.span(), self.field, Flaw::Trailing(short(at.len())));
            self.cur.take_rest();
            return None;
        };
        let tag = u16::from_be_bytes([t1, t0]);
        let length = usize::from(u16::from_be_bytes([l1, l0]));
        if length < 4 {
            // Nothing behind it can be found.
            notes.note(at.span_of(4), self.field, Flaw::IllegalValue(length as u64));
            self.cur.take_rest();
            return None;
        }
        let (value, whole) = self.cur.sub(length.saturating_sub(4));
        if !whole {
            let missing = short(length.saturating_sub(4).saturating_sub(value.len()));
            notes.note(at.span(), self.field, Flaw::Truncated { missing });
        }
        // Padded to four octets, which the last parameter of some stacks leaves out.
        self.cur.sub(length.wrapping_neg() & 3);
        Some(Parameter { tag, value })
    }
}

/// Is this M3UA and nothing else? The version, a message that exists, and a length that fits.
pub fn probe(bytes: &[u8]) -> bool {
    probe_common(bytes, |class, kind| {
        names::known(class, kind) && (class != 1 || data_parameter(bytes) == Some(true))
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

/// The common header of the adaptation layers (§3.1): class, type, and what the length covers.
pub(crate) fn common_header<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
    field: &'static str,
) -> Result<(u8, u8, Cursor<'a>), Truncated> {
    let at = *cur;
    let [_version, _reserved, class, kind] = cur.array()?;
    let length = cur.u32()?;
    let wanted = usize::try_from(length).unwrap_or(usize::MAX).saturating_sub(8);
    let available = cur.len();
    let (body, whole) = cur.sub(wanted);
    // The padding of the last parameter is counted by some stacks and not by others.
    let excess = available.abs_diff(wanted);
    if length < 8 || !whole || excess > 3 {
        let found = u64::from(length);
        let expected = (available as u64).saturating_add(8);
        notes.note(at.span_of(8), field, Flaw::Disagrees { found, expected });
    }
    Ok((class, kind, body))
}

/// Whether the first parameters of a DATA message are those of M3UA: M2UA and SUA have messages of the same shape.
fn data_parameter(bytes: &[u8]) -> Option<bool> {
    let mut rest = bytes.get(8..)?;
    for _ in 0..4 {
        let &[t1, t0, l1, l0, ref behind @ ..] = rest else { return None };
        let length = usize::from(u16::from_be_bytes([l1, l0]));
        if length < 4 {
            return None;
        }
        match u16::from_be_bytes([t1, t0]) {
            tag::PROTOCOL_DATA => return Some(true),
            tag::NETWORK_APPEARANCE | tag::ROUTING_CONTEXT | tag::CORRELATION_ID => {}
            _ => return Some(false),
        }
        rest = behind.get(length.next_multiple_of(4).saturating_sub(4)..).unwrap_or_default();
    }
    None
}

/// Reads one message. Fails only when the common header is cut short.
pub fn dissect<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let at = *cur;
    let version = cur.peek().unwrap_or_default();
    let (class, kind, body) = common_header(notes, cur, "m3ua.length")?;
    if version != 1 {
        notes.note(at.span_of(1), "m3ua.version", Flaw::IllegalValue(u64::from(version)));
    }
    if !names::known(class, kind) {
        let value = u64::from(u16::from_be_bytes([class, kind]));
        notes.note(at.span_of(4), "m3ua.message_type", Flaw::IllegalValue(value));
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
        user_cause: None,
        congestion_level: None,
        concerned_destination: None,
        info: None,
        diagnostic: None,
        data: None,
        msu: None,
        parameters: Parameters::named(body, "m3ua.parameter_length"),
    };
    let mut parameters = message.parameters;
    while let Some(parameter) = parameters.next(notes) {
        message.take(notes, parameter);
    }
    if (class, kind) == (1, 1) && message.data.is_none() && message.msu.is_none() {
        notes.note(at.span(), "m3ua.protocol_data", Flaw::Missing);
    }
    Ok(message)
}

/// Parameter tags (§3.2).
mod tag {
    /// An MTP3 message in the drafts; in M2UA and SUA something else.
    pub(super) const DRAFT_DATA: u16 = 0x0003;
    pub(super) const INFO: u16 = 0x0004;
    pub(super) const ROUTING_CONTEXT: u16 = 0x0006;
    pub(super) const TRAFFIC_MODE: u16 = 0x000b;
    pub(super) const DIAGNOSTIC: u16 = 0x0007;
    pub(super) const ERROR_CODE: u16 = 0x000c;
    pub(super) const STATUS: u16 = 0x000d;
    pub(super) const ASP_IDENTIFIER: u16 = 0x0011;
    pub(super) const AFFECTED_POINT_CODE: u16 = 0x0012;
    pub(super) const CORRELATION_ID: u16 = 0x0013;
    pub(super) const NETWORK_APPEARANCE: u16 = 0x0200;
    pub(super) const USER_CAUSE: u16 = 0x0204;
    pub(super) const CONGESTION: u16 = 0x0205;
    pub(super) const CONCERNED_DESTINATION: u16 = 0x0206;
    pub(super) const ROUTING_KEY: u16 = 0x0207;
    pub(super) const REGISTRATION_RESULT: u16 = 0x0208;
    pub(super) const DEREGISTRATION_RESULT: u16 = 0x0209;
    pub(super) const LOCAL_KEY: u16 = 0x020a;
    pub(super) const DESTINATION: u16 = 0x020b;
    pub(super) const SERVICE_INDICATORS: u16 = 0x020c;
    pub(super) const ORIGINATORS: u16 = 0x020e;
    pub(super) const PROTOCOL_DATA: u16 = 0x0210;
    pub(super) const REGISTRATION_STATUS: u16 = 0x0212;
    pub(super) const DEREGISTRATION_STATUS: u16 = 0x0213;
}

impl<'a> Message<'a> {
    /// The routing keys of a registration, deregistration or its answer (§3.6), as many as are read of a list.
    pub fn registrations(&self, notes: &mut Anomalies) -> Vec<Registration> {
        let mut found = Vec::new();
        let mut outer = self.parameters;
        while let Some(parameter) = outer.next(notes) {
            let (tag::ROUTING_KEY | tag::REGISTRATION_RESULT | tag::DEREGISTRATION_RESULT) =
                parameter.tag
            else {
                continue;
            };
            if found.len() >= MAX_LIST {
                notes.note(parameter.value.span(), "m3ua.routing_key", Flaw::TooMany);
                break;
            }
            let mut inner = Parameters::named(parameter.value, "m3ua.parameter_length");
            let mut registration = Registration::default();
            while let Some(part) = inner.next(notes) {
                registration.take(part);
            }
            found.push(registration);
        }
        found
    }

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
            tag::USER_CAUSE => one(&mut self.user_cause, notes),
            tag::CONGESTION => one(&mut self.congestion_level, notes),
            tag::CONCERNED_DESTINATION => one(&mut self.concerned_destination, notes),
            tag::DIAGNOSTIC => self.diagnostic = Some(value.rest()),
            tag::DRAFT_DATA if (self.class, self.kind) == (1, 1) => self.msu = Some(value),
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

impl Registration {
    fn take(&mut self, part: Parameter<'_>) {
        let mut value = part.value;
        let codes = |list: &mut SmallVec<[u32; 2]>| {
            let mut codes = part.value;
            while let (Ok(code), true) = (codes.u32(), list.len() < MAX_LIST) {
                // A mask stands before the point code.
                list.push(code & 0x00ff_ffff);
            }
        };
        match part.tag {
            tag::LOCAL_KEY => self.local_key = value.u32().ok(),
            tag::ROUTING_CONTEXT => self.routing_context = value.u32().ok(),
            tag::REGISTRATION_STATUS | tag::DEREGISTRATION_STATUS => {
                self.status = value.u32().ok();
            }
            tag::DESTINATION => codes(&mut self.destinations),
            tag::ORIGINATORS => codes(&mut self.originators),
            tag::SERVICE_INDICATORS => {
                self.service_indicators = value.rest().iter().copied().take(16).collect();
            }
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
