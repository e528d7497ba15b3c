//! PFCP (TS 29.244).

use std::net::{IpAddr, Ipv4Addr};

use super::gtp::apn;
use crate::bytes::{Put, tbcd};

pub const PORT: u16 = 8805;

/// Message types.
pub const HEARTBEAT_REQUEST: u8 = 1;
pub const HEARTBEAT_RESPONSE: u8 = 2;
pub const ASSOCIATION_SETUP_REQUEST: u8 = 5;
pub const ASSOCIATION_SETUP_RESPONSE: u8 = 6;
pub const ESTABLISHMENT_REQUEST: u8 = 50;
pub const ESTABLISHMENT_RESPONSE: u8 = 51;
pub const MODIFICATION_REQUEST: u8 = 52;
pub const MODIFICATION_RESPONSE: u8 = 53;
pub const DELETION_REQUEST: u8 = 54;
pub const DELETION_RESPONSE: u8 = 55;

/// Causes.
pub const ACCEPTED: u8 = 1;
pub const CONTEXT_NOT_FOUND: u8 = 65;
pub const NO_ASSOCIATION: u8 = 72;

/// A message about a session has its SEID, one about nodes has none.
pub fn message(kind: u8, seid: Option<u64>, sequence: u32, elements: &[u8]) -> Vec<u8> {
    let mut rest = Vec::with_capacity(elements.len() + 12);
    if let Some(seid) = seid {
        rest.u64(seid);
    }
    rest.u24(sequence).u8(0).raw(elements);
    let mut out = Vec::with_capacity(rest.len() + 4);
    out.u8(0x20 | u8::from(seid.is_some())).u8(kind).u16(rest.len() as u16).raw(&rest);
    out
}

/// The same message with the flag that another one follows in the datagram.
pub fn followed_by(message: &[u8], next: &[u8]) -> Vec<u8> {
    let mut out = message.to_vec();
    out[0] |= 4;
    out.raw(next);
    out
}

/// An element: type, length, value. A group is an element of elements.
pub fn element(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 4);
    out.u16(kind).u16(value.len() as u16).raw(value);
    out
}

pub fn node_id(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => element(60, &[&[0][..], &v4.octets()].concat()),
        IpAddr::V6(v6) => element(60, &[&[1][..], &v6.octets()].concat()),
    }
}

pub fn f_seid(seid: u64, address: Ipv4Addr) -> Vec<u8> {
    let mut out = vec![2];
    out.u64(seid).raw(&address.octets());
    element(57, &out)
}

pub fn cause(cause: u8) -> Vec<u8> {
    element(19, &[cause])
}

/// Seconds since 1900.
pub fn recovery_time_stamp(seconds: u32) -> Vec<u8> {
    element(96, &seconds.to_be_bytes())
}

pub fn heartbeat(kind: u8, sequence: u32, since: u32) -> Vec<u8> {
    message(kind, None, sequence, &recovery_time_stamp(since))
}

pub fn association_setup(sequence: u32, node: IpAddr, since: u32) -> Vec<u8> {
    let elements = [node_id(node), recovery_time_stamp(since)].concat();
    message(ASSOCIATION_SETUP_REQUEST, None, sequence, &elements)
}

pub fn association_set_up(sequence: u32, node: IpAddr, answer: u8, since: u32) -> Vec<u8> {
    let elements = [node_id(node), cause(answer), recovery_time_stamp(since)].concat();
    message(ASSOCIATION_SETUP_RESPONSE, None, sequence, &elements)
}

/// What a control plane asks for when a subscriber gets a session: a rule for each direction.
#[derive(Clone, Debug)]
pub struct Establish {
    pub control: Ipv4Addr,
    pub seid: u64,
    pub imsi: String,
    pub msisdn: String,
    pub network: String,
    pub ue: Ipv4Addr,
    /// Where the user plane hears the radio.
    pub access: (Ipv4Addr, u32),
    /// Where it sends what is for the radio.
    pub radio: (Ipv4Addr, u32),
}

impl Establish {
    pub fn request(&self, sequence: u32) -> Vec<u8> {
        let mut f_teid = vec![1];
        f_teid.u32(self.access.1).raw(&self.access.0.octets());
        let network = element(22, &apn(&self.network));
        let ue = |flags: u8| element(93, &[&[flags][..], &self.ue.octets()].concat());
        let up = [element(20, &[0]), element(21, &f_teid), network, ue(2)].concat();
        let down = [element(20, &[1]), ue(6)].concat();
        let mut outer = vec![1, 0];
        outer.u32(self.radio.1).raw(&self.radio.0.octets());
        let to_core = element(4, &element(42, &[1]));
        let to_radio = element(4, &[element(42, &[0]), element(84, &outer)].concat());
        let mut out = node_id(self.control.into());
        out.raw(&f_seid(self.seid, self.control));
        out.raw(&create_pdr(1, &up, 1)).raw(&create_pdr(2, &down, 2));
        out.raw(&create_far(1, &to_core)).raw(&create_far(2, &to_radio));
        out.raw(&element(113, &[1])).raw(&user_id(&self.imsi, &self.msisdn));
        message(ESTABLISHMENT_REQUEST, Some(0), sequence, &out)
    }
}

fn create_pdr(id: u16, pdi: &[u8], far: u32) -> Vec<u8> {
    let mut out = element(56, &id.to_be_bytes());
    out.raw(&element(29, &255u32.to_be_bytes())).raw(&element(2, pdi));
    out.raw(&element(108, &far.to_be_bytes()));
    element(1, &out)
}

fn create_far(id: u32, parameters: &[u8]) -> Vec<u8> {
    let mut out = element(108, &id.to_be_bytes());
    out.raw(&element(44, &[2, 0])).raw(parameters);
    element(3, &out)
}

/// IMSI and MSISDN, each behind its length.
pub fn user_id(imsi: &str, msisdn: &str) -> Vec<u8> {
    let mut out = vec![5];
    for digits in [imsi, msisdn] {
        let digits = tbcd(digits);
        out.u8(digits.len() as u8).raw(&digits);
    }
    element(141, &out)
}

/// What a user plane answers; `seid` is that of the control plane.
pub fn established(seid: u64, sequence: u32, node: Ipv4Addr, own: u64) -> Vec<u8> {
    let elements = [node_id(node.into()), cause(ACCEPTED), f_seid(own, node)].concat();
    message(ESTABLISHMENT_RESPONSE, Some(seid), sequence, &elements)
}

pub fn deletion(seid: u64, sequence: u32) -> Vec<u8> {
    message(DELETION_REQUEST, Some(seid), sequence, &[])
}

pub fn deleted(seid: u64, sequence: u32, answer: u8) -> Vec<u8> {
    message(DELETION_RESPONSE, Some(seid), sequence, &cause(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{link, transport};
    use crate::pcap::{Format, bytes};
    use crate::timeline::{at, v4};
    use crate::tshark;

    #[test]
    fn tshark_reads_every_message() {
        let establish = Establish {
            control: v4("192.0.2.8"),
            seid: 0x1d,
            imsi: "001010123456789".to_owned(),
            msisdn: "999010003456".to_owned(),
            network: "internet".to_owned(),
            ue: v4("10.45.0.2"),
            access: (v4("192.0.2.9"), 0x1001),
            radio: (v4("192.0.2.33"), 0x2001),
        };
        let (control, user) = (v4("192.0.2.8"), v4("192.0.2.9"));
        let both = followed_by(&deletion(7, 6), &deletion(8, 7));
        let messages = [
            heartbeat(HEARTBEAT_REQUEST, 1, 3_900_000_000),
            heartbeat(HEARTBEAT_RESPONSE, 1, 3_900_000_001),
            association_setup(2, control.into(), 3_900_000_000),
            association_set_up(2, user.into(), ACCEPTED, 3_900_000_001),
            establish.request(3),
            established(0x1d, 3, user, 0x2e),
            both,
            deleted(0x1d, 6, CONTEXT_NOT_FOUND),
        ];
        let ends = (at("192.0.2.8", PORT), at("192.0.2.9", PORT));
        let frames: Vec<(i64, Vec<u8>)> = (0..)
            .zip(&messages)
            .map(|(second, message)| {
                let packet = transport::udp(ends.0, ends.1, message);
                (second * 1_000_000_000, link::ethernet(&packet))
            })
            .collect();
        let file = bytes(&frames, Format::default());
        let Some(complaints) = tshark::complaints(&file) else {
            eprintln!("SKIPPED: tshark is not installed");
            return;
        };
        assert!(complaints.is_empty(), "{complaints}");
        let fields = ["pfcp.msg_type", "pfcp.pdr_id", "e212.imsi", "pfcp.ue_ip_addr_ipv4"];
        let arguments: Vec<&str> =
            ["-T", "fields"].into_iter().chain(fields.iter().flat_map(|f| ["-e", *f])).collect();
        let said = tshark::run(&file, &arguments).unwrap();
        let said: Vec<&str> = said.lines().collect();
        assert_eq!(said.len(), messages.len());
        assert_eq!(said[4], "50\t1,2\t001010123456789\t10.45.0.2,10.45.0.2");
        assert!(said[6].starts_with("54,54"), "{}", said[6]);
    }
}
