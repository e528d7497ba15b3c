//! SUA: SCCP's users over SCTP, without SCCP and MTP3 below them.
//!
//! Spec: RFC 3868. `§` below means a section of it. The messages that carry users' data say what SCCP's do in another
//! form, and [`Message::sccp`] gives them in SCCP's.

mod address;
mod names;

use smallvec::SmallVec;

use crate::m3ua::{self, MAX_LIST, Parameters};
use crate::sccp::{self, MessageType, Segmentation};
use crate::{Anomalies, Cursor, Flaw, Truncated};

pub use address::Address;
pub use names::{error_name, name, parameter_name};

/// One message: the common header (§3.1) and the parameters that say something.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<'a> {
    pub class: u8,
    pub kind: u8,
    pub routing_contexts: SmallVec<[u32; 2]>,
    pub network_appearance: Option<u32>,
    pub source: Option<Address<'a>>,
    pub destination: Option<Address<'a>>,
    /// Protocol class (§3.10.20), with the bit that asks for return on error.
    pub protocol_class: Option<u8>,
    pub hop_counter: Option<u8>,
    pub importance: Option<u8>,
    pub sequence_control: Option<u32>,
    pub segmentation: Option<Segmentation>,
    /// Type of the cause and its value (§3.10.6).
    pub cause: Option<(u8, u8)>,
    pub source_reference: Option<u32>,
    pub destination_reference: Option<u32>,
    pub credit: Option<u32>,
    pub correlation_id: Option<u32>,
    pub error_code: Option<u32>,
    pub status: Option<u32>,
    /// Mask and point code of each affected destination.
    pub affected_point_codes: SmallVec<[(u8, u32); 2]>,
    pub info: Option<&'a [u8]>,
    /// The user's octets.
    pub data: Option<Cursor<'a>>,
    /// CODT: more follows (§3.10.7).
    pub more_data: bool,
    /// All parameters, in order.
    pub parameters: Parameters<'a>,
}

/// Classes of its own (§3.1.2).
pub mod class {
    pub const CONNECTIONLESS: u8 = 7;
    pub const CONNECTION_ORIENTED: u8 = 8;
}

/// Is this SUA and nothing else? Its own classes; what it shares with M3UA is taken for that.
pub fn probe(bytes: &[u8]) -> bool {
    m3ua::probe_common(bytes, |class, kind| {
        matches!(class, class::CONNECTIONLESS | class::CONNECTION_ORIENTED)
            && name(class, kind) != "unknown"
    })
}

/// Reads one message. Fails only when the common header is cut short.
pub fn dissect<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let at = *cur;
    let (class, kind, body) = m3ua::common_header(notes, cur, "sua.length")?;
    if name(class, kind) == "unknown" {
        let value = u64::from(u16::from_be_bytes([class, kind]));
        notes.note(at.span_of(4), "sua.message_type", Flaw::IllegalValue(value));
    }
    let mut message = Message {
        class,
        kind,
        routing_contexts: SmallVec::new(),
        network_appearance: None,
        source: None,
        destination: None,
        protocol_class: None,
        hop_counter: None,
        importance: None,
        sequence_control: None,
        segmentation: None,
        cause: None,
        source_reference: None,
        destination_reference: None,
        credit: None,
        correlation_id: None,
        error_code: None,
        status: None,
        affected_point_codes: SmallVec::new(),
        info: None,
        data: None,
        more_data: false,
        parameters: Parameters::named(body, "sua.parameter_length"),
    };
    let mut parameters = message.parameters;
    while let Some(parameter) = parameters.next(notes) {
        if let Err(cut) = message.take(notes, parameter) {
            let at = parameter.value.span();
            notes.note(at, "sua.parameter", Flaw::Truncated { missing: cut.missing });
        }
    }
    // §3.3: data is mandatory in these.
    if matches!((class, kind), (7, 1 | 2) | (8, 8)) && message.data.is_none() {
        notes.note(at.span(), "sua.data", Flaw::Missing);
    }
    Ok(message)
}

impl<'a> Message<'a> {
    fn take(
        &mut self,
        notes: &mut Anomalies,
        parameter: m3ua::Parameter<'a>,
    ) -> Result<(), Truncated> {
        let mut value = parameter.value;
        match parameter.tag {
            // Data of the drafts, and of the RFC.
            0x0003 | 0x010b => {
                if self.data.is_some() {
                    notes.note(value.span(), "sua.data", Flaw::Repeated);
                }
                self.data = Some(value);
            }
            0x0004 => self.info = Some(value.rest()),
            0x0006 => {
                while let (Ok(context), true) =
                    (value.u32(), self.routing_contexts.len() < MAX_LIST)
                {
                    self.routing_contexts.push(context);
                }
            }
            0x000c => self.error_code = Some(value.u32()?),
            0x000d => self.status = Some(value.u32()?),
            0x0012 => {
                while let (Ok([mask, a, b, c]), true) =
                    (value.array::<4>(), self.affected_point_codes.len() < MAX_LIST)
                {
                    self.affected_point_codes.push((mask, u32::from_be_bytes([0, a, b, c])));
                }
            }
            0x0013 => self.correlation_id = Some(value.u32()?),
            0x0101 => self.hop_counter = Some(last(&mut value)?),
            0x0102 => self.source = Some(address::address(notes, value)),
            0x0103 => self.destination = Some(address::address(notes, value)),
            0x0104 => self.source_reference = Some(value.u32()?),
            0x0105 => self.destination_reference = Some(value.u32()?),
            0x0106 => {
                let [_, _, kind, cause] = value.array()?;
                self.cause = Some((kind, cause));
            }
            0x0107 => {
                let [_, _, receive, _send] = value.array()?;
                self.more_data = receive & 1 != 0;
            }
            0x010a => self.credit = Some(value.u32()?),
            0x010d => self.network_appearance = Some(value.u32()?),
            0x0113 => self.importance = Some(last(&mut value)?),
            0x0115 => self.protocol_class = Some(last(&mut value)?),
            0x0116 => self.sequence_control = Some(value.u32()?),
            0x0117 => {
                let [first, a, b, c] = value.array()?;
                self.segmentation = Some(Segmentation {
                    first: first & 0x80 != 0,
                    class: 1,
                    remaining: first & 0x7f,
                    local_reference: u32::from_be_bytes([0, a, b, c]),
                });
            }
            _ => {}
        }
        Ok(())
    }

    /// What SCCP would say: `None` for the messages that only manage. References have 32 bits here.
    pub fn sccp(&self) -> Option<sccp::Message<'a>> {
        let kind = match (self.class, self.kind) {
            (7, 1) if self.segmentation.is_some() => MessageType::XUDT,
            (7, 1) => MessageType::UDT,
            (7, 2) if self.segmentation.is_some() => MessageType::XUDTS,
            (7, 2) => MessageType::UDTS,
            (8, 1) => MessageType::CR,
            (8, 2) => MessageType::CC,
            (8, 3) => MessageType::CREF,
            (8, 4) => MessageType::RLSD,
            (8, 5) => MessageType::RLC,
            (8, 6) => MessageType::RSR,
            (8, 7) => MessageType::RSC,
            (8, 8) => MessageType::DT1,
            (8, 9) => MessageType::AK,
            (8, 10) => MessageType::ERR,
            (8, 11) => MessageType::IT,
            _ => return None,
        };
        let mut message = sccp::Message::new(kind);
        message.class = self.protocol_class.map(|class| class & 3);
        message.return_on_error = self.protocol_class.is_some_and(|class| class & 0x80 != 0);
        message.called = self.destination.as_ref().map(Address::sccp);
        message.calling = self.source.as_ref().map(Address::sccp);
        let cause = self.cause.map(|(_, cause)| cause);
        if self.class == class::CONNECTIONLESS {
            message.return_cause = cause;
        } else {
            message.cause = cause;
        }
        message.hop_counter = self.hop_counter;
        message.importance = self.importance;
        message.segmentation = self.segmentation;
        message.source_reference = self.source_reference;
        message.destination_reference = self.destination_reference;
        message.more_data = self.more_data;
        message.data = self.data;
        Some(message)
    }
}

/// A number of one octet behind three that are reserved.
fn last(value: &mut Cursor<'_>) -> Result<u8, Truncated> {
    value.array().map(|[_, _, _, octet]| octet)
}

#[cfg(test)]
mod tests;
