//! GTPv2-C (TS 29.274).

use std::net::Ipv4Addr;

use super::gtp::apn;
use crate::bytes::{Put, plmn, tbcd};

/// Message types.
pub const CREATE_SESSION: u8 = 32;
pub const MODIFY_BEARER: u8 = 34;
pub const DELETE_SESSION: u8 = 36;

/// Causes.
pub const ACCEPTED: u8 = 16;
pub const APN_ACCESS_DENIED: u8 = 93;
pub const IMSI_NOT_KNOWN: u8 = 96;

/// A message with a TEID, or without one as the path messages are.
pub fn message(kind: u8, teid: Option<u32>, sequence: u32, elements: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(elements.len() + 12);
    let rest = elements.len() + 4 + if teid.is_some() { 4 } else { 0 };
    out.u8(0x40 | u8::from(teid.is_some()) << 3).u8(kind).u16(rest as u16);
    if let Some(teid) = teid {
        out.u32(teid);
    }
    out.u24(sequence).u8(0).raw(elements);
    out
}

/// An element: type, length, instance, value.
pub fn element(kind: u8, instance: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![kind];
    out.u16(value.len() as u16).u8(instance).raw(value);
    out
}

pub fn echo_request(sequence: u32, recovery: u8) -> Vec<u8> {
    message(1, None, sequence, &element(3, 0, &[recovery]))
}

/// Echo Response; with node features where the node has any.
pub fn echo_response(sequence: u32, recovery: u8, features: Option<u8>) -> Vec<u8> {
    let mut out = element(3, 0, &[recovery]);
    if let Some(features) = features {
        out.raw(&element(152, 0, &[features]));
    }
    message(2, None, sequence, &out)
}

/// A fully qualified TEID with an IPv4 address.
pub fn f_teid(instance: u8, interface: u8, teid: u32, address: Ipv4Addr) -> Vec<u8> {
    let mut out = vec![0x80 | interface];
    out.u32(teid).raw(&address.octets());
    element(87, instance, &out)
}

/// User location: TAI and ECGI.
pub fn uli(network: &str) -> Vec<u8> {
    let network = plmn(network);
    let mut out = vec![0x18];
    out.raw(&network).u16(1).raw(&network).u32(0x0001_0203);
    element(86, 0, &out)
}

/// What a Create Session Request says.
#[derive(Clone, Debug)]
pub struct Create {
    pub imsi: String,
    pub msisdn: String,
    pub imei: String,
    pub apn: String,
    /// Network that serves the subscriber.
    pub serving: String,
    pub sgw: Ipv4Addr,
    pub teid_control: u32,
    pub teid_data: u32,
    pub ebi: u8,
}

impl Create {
    pub fn request(&self, sequence: u32) -> Vec<u8> {
        let mut out = element(1, 0, &tbcd(&self.imsi));
        out.raw(&element(76, 0, &tbcd(&self.msisdn))).raw(&element(75, 0, &tbcd(&self.imei)));
        out.raw(&uli(&self.serving)).raw(&element(83, 0, &plmn(&self.serving)));
        out.raw(&element(82, 0, &[6])).raw(&element(77, 0, &[0x08, 0, 0]));
        out.raw(&f_teid(0, 6, self.teid_control, self.sgw));
        out.raw(&element(71, 0, &apn(&self.apn))).raw(&element(128, 0, &[0]));
        out.raw(&element(99, 0, &[1])).raw(&element(79, 0, &[1, 0, 0, 0, 0]));
        out.raw(&element(127, 0, &[0]));
        let mut ambr = Vec::new();
        ambr.u32(50_000).u32(150_000);
        out.raw(&element(72, 0, &ambr)).raw(&element(78, 0, &super::gtp::pco_dns()));
        let mut bearer = element(73, 0, &[self.ebi]);
        bearer.raw(&f_teid(2, 4, self.teid_data, self.sgw)).raw(&bearer_qos());
        out.raw(&element(93, 0, &bearer)).raw(&element(3, 0, &[9]));
        out.raw(&element(114, 0, &[0x04, 0])).raw(&element(95, 0, &[0x04, 0]));
        message(CREATE_SESSION, Some(0), sequence, &out)
    }
}

fn bearer_qos() -> Vec<u8> {
    let mut out = vec![0x49, 9];
    out.zeros(20);
    element(80, 0, &out)
}

/// What an accepting gateway answers.
#[derive(Clone, Copy, Debug)]
pub struct Created {
    pub teid_control: u32,
    pub teid_data: u32,
    pub address: Ipv4Addr,
    pub pgw: Ipv4Addr,
    pub ebi: u8,
    pub charging_id: u32,
}

fn cause_element(cause: u8) -> Vec<u8> {
    element(2, 0, &[cause, 0])
}

/// Create Session Response, request accepted; `teid` is the control TEID of the serving gateway.
pub fn created(teid: u32, sequence: u32, answer: &Created) -> Vec<u8> {
    let mut out = cause_element(ACCEPTED);
    out.raw(&f_teid(1, 7, answer.teid_control, answer.pgw));
    let mut paa = vec![1];
    paa.raw(&answer.address.octets());
    out.raw(&element(79, 0, &paa)).raw(&element(127, 0, &[0]));
    let mut bearer = element(73, 0, &[answer.ebi]);
    bearer.raw(&cause_element(ACCEPTED)).raw(&f_teid(2, 5, answer.teid_data, answer.pgw));
    bearer.raw(&bearer_qos()).raw(&element(94, 0, &answer.charging_id.to_be_bytes()));
    out.raw(&element(93, 0, &bearer)).raw(&element(3, 0, &[4]));
    message(CREATE_SESSION + 1, Some(teid), sequence, &out)
}

/// A response that says no more than a cause.
pub fn cause(kind: u8, teid: u32, sequence: u32, cause: u8) -> Vec<u8> {
    message(kind, Some(teid), sequence, &cause_element(cause))
}

/// Modify Bearer Request over S5/S8: the serving gateway tells where the subscriber is now.
pub fn modify(
    teid: u32,
    sequence: u32,
    serving: &str,
    ebi: u8,
    sgw: Ipv4Addr,
    teid_data: u32,
) -> Vec<u8> {
    let mut out = uli(serving);
    out.raw(&element(83, 0, &plmn(serving))).raw(&element(82, 0, &[6]));
    let mut bearer = element(73, 0, &[ebi]);
    bearer.raw(&f_teid(1, 4, teid_data, sgw));
    out.raw(&element(93, 0, &bearer));
    message(MODIFY_BEARER, Some(teid), sequence, &out)
}

/// Modify Bearer Response, accepted.
pub fn modified(teid: u32, sequence: u32, ebi: u8) -> Vec<u8> {
    let mut out = cause_element(ACCEPTED);
    let mut bearer = element(73, 0, &[ebi]);
    bearer.raw(&cause_element(ACCEPTED));
    out.raw(&element(93, 0, &bearer));
    message(MODIFY_BEARER + 1, Some(teid), sequence, &out)
}

/// Delete Session Request.
pub fn delete(teid: u32, sequence: u32, ebi: u8, serving: &str) -> Vec<u8> {
    let mut out = element(73, 0, &[ebi]);
    out.raw(&uli(serving));
    message(DELETE_SESSION, Some(teid), sequence, &out)
}
