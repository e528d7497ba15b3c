//! M3UA: MTP3's users over SCTP.
//!
//! Spec: RFC 4666. `§` below means a section of it.

use smallvec::SmallVec;

use crate::{Anomalies, Cursor, Truncated};

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

/// The parameters of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters<'a> {
    cur: Cursor<'a>,
}

impl<'a> Parameters<'a> {
    pub(crate) const fn new(cur: Cursor<'a>) -> Self {
        Self { cur }
    }

    /// The next parameter.
    pub fn next(&mut self, _notes: &mut Anomalies) -> Option<Parameter<'a>> {
        None
    }
}

/// §3.1.2: `DATA`, `ASPUP`, `ERR`…
pub const fn name(_class: u8, _kind: u8) -> &'static str {
    "unknown"
}

/// §3.8.1: `Invalid Routing Context`…
pub const fn error_name(_code: u32) -> Option<&'static str> {
    None
}

/// Is this M3UA and nothing else?
pub fn probe(_bytes: &[u8]) -> bool {
    false
}

/// Reads one message. Fails only when the common header is cut short.
pub fn dissect<'a>(_notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let version = cur.u8()?;
    Ok(Message {
        version,
        class: 0,
        kind: 0,
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
        parameters: Parameters::new(*cur),
    })
}
