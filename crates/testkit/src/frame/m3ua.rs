//! M3UA (RFC 4666): every class, and the parameters that peers check.

use crate::bytes::Put;

/// Message classes.
pub const MGMT: u8 = 0;
pub const TRANSFER: u8 = 1;
pub const SSNM: u8 = 2;
pub const ASPSM: u8 = 3;
pub const ASPTM: u8 = 4;
pub const RKM: u8 = 9;

/// A message of this class and type with these parameters.
pub fn message(class: u8, kind: u8, parameters: &[Vec<u8>]) -> Vec<u8> {
    let len: usize = 8 + parameters.iter().map(Vec::len).sum::<usize>();
    let mut out = Vec::with_capacity(len);
    out.u8(1).u8(0).u8(class).u8(kind).u32(len as u32);
    for parameter in parameters {
        out.raw(parameter);
    }
    out
}

/// A parameter, padded to four octets.
pub fn parameter(tag: u16, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 8);
    out.u16(tag).u16((body.len() + 4) as u16).raw(body);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

pub fn routing_context(value: u32) -> Vec<u8> {
    parameter(6, &value.to_be_bytes())
}

pub fn network_appearance(value: u32) -> Vec<u8> {
    parameter(0x0200, &value.to_be_bytes())
}

pub fn asp_up() -> Vec<u8> {
    message(ASPSM, 1, &[])
}

pub fn asp_up_ack() -> Vec<u8> {
    message(ASPSM, 4, &[])
}

pub fn asp_down() -> Vec<u8> {
    message(ASPSM, 2, &[])
}

pub fn beat(data: &[u8]) -> Vec<u8> {
    message(ASPSM, 3, &[parameter(9, data)])
}

pub fn beat_ack(data: &[u8]) -> Vec<u8> {
    message(ASPSM, 6, &[parameter(9, data)])
}

/// ASP Active in loadshare mode.
pub fn asp_active(context: u32) -> Vec<u8> {
    message(ASPTM, 1, &[parameter(11, &2u32.to_be_bytes()), routing_context(context)])
}

pub fn asp_active_ack(context: u32) -> Vec<u8> {
    message(ASPTM, 3, &[parameter(11, &2u32.to_be_bytes()), routing_context(context)])
}

/// Error with its code (RFC 4666 §3.8.1).
pub fn error(code: u32) -> Vec<u8> {
    message(MGMT, 0, &[parameter(12, &code.to_be_bytes())])
}

/// Notify: AS state change, active.
pub fn notify() -> Vec<u8> {
    message(MGMT, 1, &[parameter(13, &[0, 1, 0, 3])])
}

/// DUNA, DAVA or DAUD (types 1 to 3) for one point code.
pub fn destination(kind: u8, point_code: u32) -> Vec<u8> {
    message(SSNM, kind, &[parameter(18, &(point_code & 0x00ff_ffff).to_be_bytes())])
}

/// Registration of a routing key for one destination.
pub fn registration(key_id: u32, point_code: u32) -> Vec<u8> {
    let mut key = parameter(0x020a, &key_id.to_be_bytes());
    key.raw(&parameter(0x020b, &point_code.to_be_bytes()));
    message(RKM, 1, &[parameter(0x0207, &key)])
}

/// The routing label of payload data.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    pub opc: u32,
    pub dpc: u32,
    /// Service indicator: 3 is SCCP.
    pub si: u8,
    /// Network indicator: 0 international, 2 national.
    pub ni: u8,
    pub sls: u8,
}

/// Payload data.
pub fn data(label: &Label, context: Option<u32>, user: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(user.len() + 12);
    body.u32(label.opc).u32(label.dpc).u8(label.si).u8(label.ni).u8(0).u8(label.sls).raw(user);
    let mut parameters = Vec::new();
    parameters.extend(context.map(routing_context));
    parameters.push(parameter(0x0210, &body));
    message(TRANSFER, 1, &parameters)
}
