//! MAP (TS 29.002): arguments and results of the operations that cross an interconnect, and of those that should not.

use super::ber::{cons, integer, tlv};
use super::tcap::Context;
use crate::bytes::{Put, plmn, tbcd};

/// Operation codes (TS 29.002 §17.5).
pub mod op {
    pub const UPDATE_LOCATION: u8 = 2;
    pub const CANCEL_LOCATION: u8 = 3;
    pub const PROVIDE_ROAMING_NUMBER: u8 = 4;
    pub const INSERT_SUBSCRIBER_DATA: u8 = 7;
    pub const REGISTER_SS: u8 = 10;
    pub const SEND_ROUTING_INFO: u8 = 22;
    pub const UPDATE_GPRS_LOCATION: u8 = 23;
    pub const SEND_ROUTING_INFO_FOR_GPRS: u8 = 24;
    pub const MT_FORWARD_SM: u8 = 44;
    pub const SEND_ROUTING_INFO_FOR_SM: u8 = 45;
    pub const MO_FORWARD_SM: u8 = 46;
    pub const SEND_AUTHENTICATION_INFO: u8 = 56;
    pub const SEND_IMSI: u8 = 58;
    pub const PROCESS_UNSTRUCTURED_SS_REQUEST: u8 = 59;
    pub const ANY_TIME_SUBSCRIPTION_INTERROGATION: u8 = 62;
    pub const ANY_TIME_MODIFICATION: u8 = 65;
    pub const PURGE_MS: u8 = 67;
    pub const PROVIDE_SUBSCRIBER_INFO: u8 = 70;
    pub const ANY_TIME_INTERROGATION: u8 = 71;
    pub const PROVIDE_SUBSCRIBER_LOCATION: u8 = 83;
    pub const SEND_ROUTING_INFO_FOR_LCS: u8 = 85;
}

/// The context in which each of these operations is asked.
pub fn context(opcode: u8) -> Context {
    match opcode {
        op::UPDATE_LOCATION => Context(1, 3),
        op::CANCEL_LOCATION => Context(2, 3),
        op::PROVIDE_ROAMING_NUMBER => Context(3, 3),
        op::SEND_ROUTING_INFO => Context(5, 3),
        op::SEND_AUTHENTICATION_INFO => Context(14, 3),
        op::INSERT_SUBSCRIBER_DATA => Context(16, 3),
        op::REGISTER_SS => Context(18, 2),
        op::PROCESS_UNSTRUCTURED_SS_REQUEST => Context(19, 2),
        op::SEND_ROUTING_INFO_FOR_SM => Context(20, 3),
        op::MO_FORWARD_SM => Context(21, 3),
        op::MT_FORWARD_SM => Context(25, 3),
        op::SEND_IMSI => Context(26, 2),
        op::PURGE_MS => Context(27, 3),
        op::PROVIDE_SUBSCRIBER_INFO => Context(28, 3),
        op::ANY_TIME_INTERROGATION => Context(29, 3),
        op::UPDATE_GPRS_LOCATION => Context(32, 3),
        op::SEND_ROUTING_INFO_FOR_GPRS => Context(33, 3),
        op::SEND_ROUTING_INFO_FOR_LCS => Context(37, 3),
        op::PROVIDE_SUBSCRIBER_LOCATION => Context(38, 3),
        op::ANY_TIME_SUBSCRIPTION_INTERROGATION | op::ANY_TIME_MODIFICATION => Context(43, 3),
        _ => Context(1, 3),
    }
}

/// ISDN-AddressString: international, E.164.
pub fn address(digits: &str) -> Vec<u8> {
    let mut out = vec![0x91];
    out.raw(&tbcd(digits));
    out
}

fn gsn_address(ip: std::net::Ipv4Addr) -> Vec<u8> {
    let mut out = vec![0x04];
    out.raw(&ip.octets());
    out
}

pub fn update_location(imsi: &str, msc: &str, vlr: &str) -> Vec<u8> {
    let capability = tlv(0xa6, &tlv(0x80, &[4, 0xe0]));
    cons(0x30, &[tlv(4, &tbcd(imsi)), tlv(0x81, &address(msc)), tlv(4, &address(vlr)), capability])
}

/// Result of updateLocation and updateGprsLocation.
pub fn hlr_number(hlr: &str) -> Vec<u8> {
    cons(0x30, &[tlv(4, &address(hlr))])
}

pub fn update_gprs_location(imsi: &str, sgsn: &str, ip: std::net::Ipv4Addr) -> Vec<u8> {
    cons(0x30, &[tlv(4, &tbcd(imsi)), tlv(4, &address(sgsn)), tlv(4, &gsn_address(ip))])
}

pub fn send_authentication_info(imsi: &str, vectors: u8) -> Vec<u8> {
    cons(0x30, &[tlv(0x80, &tbcd(imsi)), integer(vectors)])
}

/// One authentication vector of these octets: RAND, XRES, CK, IK, AUTN.
pub fn authentication_result(material: &[u8; 72]) -> Vec<u8> {
    let vector = cons(
        0x30,
        &[
            tlv(4, &material[..16]),
            tlv(4, &material[16..24]),
            tlv(4, &material[24..40]),
            tlv(4, &material[40..56]),
            tlv(4, &material[56..72]),
        ],
    );
    tlv(0xa3, &tlv(0xa1, &vector))
}

/// The subscriber's profile; inside the dialogue of a location update it names no IMSI.
pub fn insert_subscriber_data(imsi: Option<&str>, msisdn: &str) -> Vec<u8> {
    let mut parts = Vec::new();
    parts.extend(imsi.map(|imsi| tlv(0x80, &tbcd(imsi))));
    parts.push(tlv(0x81, &address(msisdn)));
    parts.push(tlv(0x82, &[0x0a]));
    parts.push(tlv(0x83, &[0]));
    parts.push(cons(0xa6, &[tlv(4, &[0x11]), tlv(4, &[0x21]), tlv(4, &[0x22])]));
    cons(0x30, &parts)
}

/// A profile that makes the visited switch report every outgoing call to this control point.
pub fn insert_control_point(imsi: &str, scf: &str) -> Vec<u8> {
    let trigger =
        cons(0x30, &[tlv(10, &[2]), integer(1), tlv(0x80, &address(scf)), tlv(0x81, &[0])]);
    let originating = tlv(0xa0, &cons(0x30, &[trigger]));
    cons(0x30, &[tlv(0x80, &tbcd(imsi)), tlv(0xad, &originating)])
}

/// All calls are forwarded to this number.
pub fn register_ss(forwarded_to: &str) -> Vec<u8> {
    cons(0x30, &[tlv(4, &[0x21]), tlv(0x83, &[0x11]), tlv(0x84, &address(forwarded_to))])
}

/// A request of a subscriber, in the alphabet of GSM.
pub fn process_unstructured_ss_request(packed: &[u8], msisdn: &str) -> Vec<u8> {
    cons(0x30, &[tlv(4, &[15]), tlv(4, packed), tlv(0x80, &address(msisdn))])
}

pub fn cancel_location(imsi: &str) -> Vec<u8> {
    cons(0xa3, &[tlv(4, &tbcd(imsi)), tlv(0x0a, &[0])])
}

pub fn provide_roaming_number(imsi: &str, msc: &str) -> Vec<u8> {
    cons(0x30, &[tlv(0x80, &tbcd(imsi)), tlv(0x81, &address(msc))])
}

pub fn roaming_number(msrn: &str) -> Vec<u8> {
    cons(0x30, &[tlv(4, &address(msrn))])
}

pub fn send_routing_info(msisdn: &str, gmsc: &str) -> Vec<u8> {
    cons(0x30, &[tlv(0x80, &address(msisdn)), tlv(0x83, &[0]), tlv(0x86, &address(gmsc))])
}

pub fn routing_info(imsi: &str, msrn: &str) -> Vec<u8> {
    cons(0xa3, &[tlv(0x89, &tbcd(imsi)), tlv(4, &address(msrn))])
}

pub fn send_routing_info_for_sm(msisdn: &str, centre: &str) -> Vec<u8> {
    cons(0x30, &[tlv(0x80, &address(msisdn)), tlv(0x81, &[0xff]), tlv(0x82, &address(centre))])
}

pub fn routing_info_for_sm(imsi: &str, node: &str) -> Vec<u8> {
    cons(0x30, &[tlv(4, &tbcd(imsi)), tlv(0xa0, &tlv(0x81, &address(node)))])
}

/// A short message that carries no text.
pub fn mt_forward_sm(imsi: &str, centre: &str, from: &str) -> Vec<u8> {
    let mut deliver = vec![0x04, from.len() as u8, 0x91];
    deliver.raw(&tbcd(from)).u8(0).u8(0);
    deliver.raw(&[0x32, 0x11, 0x41, 0x22, 0x31, 0x02, 0x00]).u8(0);
    cons(0x30, &[tlv(0x80, &tbcd(imsi)), tlv(0x84, &address(centre)), tlv(4, &deliver)])
}

/// A short message on its way to the centre, without a text.
pub fn mo_forward_sm(centre: &str, from: &str, to: &str) -> Vec<u8> {
    let mut submit = vec![0x01, 0x00, to.len() as u8, 0x91];
    submit.raw(&tbcd(to)).u8(0).u8(0).u8(0);
    cons(0x30, &[tlv(0x84, &address(centre)), tlv(0x82, &address(from)), tlv(4, &submit)])
}

pub fn send_routing_info_for_gprs(imsi: &str, ggsn: &str) -> Vec<u8> {
    cons(0x30, &[tlv(0x80, &tbcd(imsi)), tlv(0x82, &address(ggsn))])
}

pub fn routing_info_for_gprs(sgsn: std::net::Ipv4Addr) -> Vec<u8> {
    cons(0x30, &[tlv(0x80, &gsn_address(sgsn))])
}

pub fn send_imsi(msisdn: &str) -> Vec<u8> {
    tlv(4, &address(msisdn))
}

pub fn imsi(digits: &str) -> Vec<u8> {
    tlv(4, &tbcd(digits))
}

fn location_and_state(tag: u8) -> Vec<u8> {
    cons(tag, &[tlv(0x80, &[]), tlv(0x81, &[])])
}

pub fn provide_subscriber_info(imsi: &str) -> Vec<u8> {
    cons(0x30, &[tlv(0x80, &tbcd(imsi)), location_and_state(0xa2)])
}

/// Asks about an MSISDN.
pub fn any_time_interrogation(msisdn: &str, scf: &str) -> Vec<u8> {
    let who = tlv(0xa0, &tlv(0x81, &address(msisdn)));
    cons(0x30, &[who, location_and_state(0xa1), tlv(0x83, &address(scf))])
}

/// Asks about an IMSI.
pub fn any_time_interrogation_of_imsi(imsi: &str, scf: &str) -> Vec<u8> {
    let who = tlv(0xa0, &tlv(0x80, &tbcd(imsi)));
    cons(0x30, &[who, location_and_state(0xa1), tlv(0x83, &address(scf))])
}

/// Where a subscriber is: result of provideSubscriberInfo and anyTimeInterrogation.
pub fn subscriber_info(vlr: &str, network: &str, cell: u16) -> Vec<u8> {
    let mut cgi = plmn(network).to_vec();
    cgi.u16(1).u16(cell);
    let location = cons(0xa0, &[integer(1), tlv(0x81, &address(vlr)), tlv(0xa3, &tlv(0x80, &cgi))]);
    cons(0x30, &[cons(0x30, &[location, tlv(0xa1, &tlv(0x80, &[]))])])
}

pub fn any_time_subscription_interrogation(msisdn: &str, scf: &str) -> Vec<u8> {
    let who = tlv(0xa0, &tlv(0x81, &address(msisdn)));
    cons(0x30, &[who, tlv(0xa1, &tlv(0x82, &[])), tlv(0x82, &address(scf))])
}

pub fn provide_subscriber_location(imsi: &str, gmlc: &str) -> Vec<u8> {
    let kind = tlv(0x30, &tlv(0x80, &[0]));
    cons(0x30, &[kind, tlv(4, &address(gmlc)), tlv(0x82, &tbcd(imsi))])
}

pub fn send_routing_info_for_lcs(imsi: &str, gmlc: &str) -> Vec<u8> {
    cons(0x30, &[tlv(0x80, &address(gmlc)), tlv(0xa1, &tlv(0x80, &tbcd(imsi)))])
}

pub fn purge_ms(imsi: &str, vlr: &str) -> Vec<u8> {
    cons(0xa3, &[tlv(4, &tbcd(imsi)), tlv(0x80, &address(vlr))])
}
