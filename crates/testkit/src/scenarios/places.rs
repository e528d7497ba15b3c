//! Who is where in the scenarios.

use std::net::Ipv4Addr;

use crate::frame::sccp::{Party, SSN_HLR, SSN_SCF, SSN_SGSN, SSN_VLR};
use crate::frame::{gtp, map};
use crate::timeline::{Linkset, Session, Side, Timeline, at, v4};

/// Ours.
pub(super) const STP: &str = "192.0.2.10";
pub(super) const GGSN: &str = "192.0.2.20";
pub(super) const PGW: &str = "192.0.2.21";
pub(super) const EDNS: &str = "192.0.2.53";
pub(super) const BILLING: &str = "10.10.5.5";
pub(super) const SYSLOG: &str = "10.10.5.6";
pub(super) const BASTION: &str = "10.10.9.5";
pub(super) const MONITOR: &str = "10.10.9.20";
/// Partner A's.
pub(super) const A_STP: &str = "198.51.100.10";
pub(super) const A_STP2: &str = "198.51.100.11";
pub(super) const A_SGSN: &str = "198.51.100.20";
pub(super) const A_SGW: &str = "198.51.100.21";
pub(super) const A_DNS: &str = "198.51.100.53";
/// A host of partner A's that is no node.
pub(super) const A_HOST: &str = "198.51.100.77";
/// Partner B's.
pub(super) const B_STP: &str = "198.51.100.138";
pub(super) const B_HOST: &str = "198.51.100.200";
/// Nobody's that we know.
pub(super) const OUTSIDER: &str = "203.0.113.77";
pub(super) const OUTSIDER2: &str = "203.0.113.200";

/// The description that fits these places.
pub const NETWORK: &str = include_str!("network.toml");

pub(super) fn hlr() -> Party {
    Party::gt("99901000010", SSN_HLR)
}

pub(super) fn a_sgsn() -> Party {
    Party::gt("99902000022", SSN_SGSN)
}

pub(super) fn a_vlr() -> Party {
    Party::gt("99902000020", SSN_VLR)
}

pub(super) fn a_scf() -> Party {
    Party::gt("99902000040", SSN_SCF)
}

/// A subscriber of ours: IMSI and MSISDN.
pub(super) fn subscriber(number: u32) -> (String, String) {
    (format!("00101{:010}", 10_000 + number * 37), format!("99901{:07}", 3_000_000 + number * 41))
}

/// The linkset of partner A with us.
pub(super) fn partner_linkset(tl: &mut Timeline) -> Linkset {
    Linkset::open(tl, at(A_STP, 2905), at(STP, 2905), [2001, 1001])
}

/// A subscriber of ours registers with partner A's SGSN.
pub(super) fn register(tl: &mut Timeline, links: &mut Linkset, number: u32) {
    let (imsi, msisdn) = subscriber(number);
    let argument = map::update_gprs_location(&imsi, "99902000022", v4(A_SGSN));
    let opcode = map::op::UPDATE_GPRS_LOCATION;
    links.location_update(tl, Side::Client, [&a_sgsn(), &hlr()], opcode, &argument, &msisdn);
}

/// What partner A's SGSN asks for a subscriber of ours.
pub(super) fn honest(number: u32) -> gtp::Create {
    let (imsi, msisdn) = subscriber(number);
    gtp::Create::honest(&imsi, &msisdn, "001-02", v4(A_SGSN), 0x0100_0000 + number)
}

/// Address of a subscriber in our pool.
pub(super) fn pool(number: u32) -> Ipv4Addr {
    Ipv4Addr::new(10, 20, (number >> 8) as u8, number as u8)
}

/// A registered subscriber of ours gets a session from partner A's SGSN.
pub(super) fn roam(tl: &mut Timeline, links: &mut Linkset, number: u32) -> Session {
    register(tl, links, number);
    tl.wait_ms(400);
    Session::create_v1(tl, &honest(number), v4(GGSN), pool(number), 0x100 + number as u16)
}

/// What the emulator of the osmo-ggsn package asks with nothing changed but addresses: its habits are in its manual.
pub(super) fn emulated(from: &str, imsi: &str, msisdn: &str, teid: u32) -> gtp::Create {
    gtp::Create {
        imsi: imsi.to_owned(),
        msisdn: msisdn.to_owned(),
        apn: "internet".to_owned(),
        sgsn: v4(from),
        teid_data: teid,
        teid_control: teid,
        nsapi: 0,
        recovery: Some(1),
        selection_mode: 1,
        charging: Some(0x0800),
        pco: Some(gtp::pap("mig", "hemmelig")),
        qos: vec![0x00, 0x0b, 0x92, 0x1f],
        rai: None,
        uli: None,
        rat: None,
        time_zone: None,
        imeisv: None,
    }
}
