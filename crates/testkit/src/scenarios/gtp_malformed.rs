//! GTP that no stack sends by accident, and what some stacks do send.

use super::Scenario;
use super::places::{A_SGSN, GGSN, NETWORK, honest, partner_linkset, roam};
use crate::bytes::Put;
use crate::frame::{gtp, transport};
use crate::timeline::{Timeline, addr, at};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("gtp-malformed"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: broken,
    expect: &[("gtp-malformed", "medium")],
};

pub(super) const BROKEN: Scenario = Scenario {
    name: "gtp-malformed-requests",
    about: "Requests without mandatory elements, with lengths that lie, without TEID and with extension headers that never end.",
    ..LOUD
};

pub(super) const UNDESCRIBED: Scenario = Scenario {
    name: "gtp-malformed-undescribed",
    about: "A Create PDP Context Request whose length lies; without a description.",
    network: None,
    make: lying,
    ..LOUD
};

pub(super) const SPOOFED: Scenario = Scenario {
    name: "gtp-subscriber-spoofs",
    about: "Out of a subscriber's tunnel come packets from an address that was not given to it.",
    make: spoofed,
    ..LOUD
};

pub(super) const HABITS: Scenario = Scenario {
    name: "gtp-vendor-habits",
    benign: true,
    about: "The capture begins amid answers; one node sends its elements out of order.",
    make: habits,
    expect: &[],
    ..LOUD
};

fn send(tl: &mut Timeline, message: &[u8]) {
    tl.udp(at(A_SGSN, gtp::PORT_C), at(GGSN, gtp::PORT_C), message);
    tl.wait_secs(3);
}

fn longer(mut message: Vec<u8>) -> Vec<u8> {
    message[3] = message[3].wrapping_add(40);
    message
}

fn broken(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut imsi_only = gtp::element(2, &[0x00, 0x11, 0x10, 0x32, 0x54, 0x76, 0x98, 0xf0]);
    send(&mut tl, &gtp::message(gtp::CREATE_REQUEST, 0, 0x61, &imsi_only));
    send(&mut tl, &longer(honest(61).request(0x62)));
    send(&mut tl, &gtp::delete(0, 0x63, 5));
    let mut endless = vec![0x36, gtp::UPDATE_REQUEST];
    imsi_only.truncate(9);
    endless.u16(4 + 4 + 9).u32(0x77).u16(0x64).u8(0).u8(0xc0).u8(0).u8(0).u8(0).u8(0xc0);
    endless.raw(&imsi_only);
    send(&mut tl, &endless);
    tl.into_frames()
}

fn lying(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    send(&mut tl, &longer(honest(62).request(0x65)));
    tl.into_frames()
}

fn spoofed(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let session = roam(&mut tl, &mut links, 63);
    tl.wait_secs(2);
    for (from, port) in [("10.20.9.9", 40_001), ("203.0.113.50", 40_002)] {
        let inner = transport::udp(at(from, port), at("203.0.113.9", 443), b"\x40hello");
        let packet = gtp::g_pdu(session.uplink, &inner);
        tl.udp(at(A_SGSN, gtp::PORT_U), at(GGSN, gtp::PORT_U), &packet);
        tl.wait_secs(1);
    }
    tl.into_frames()
}

fn habits(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (sgsn, ggsn) = (at(A_SGSN, gtp::PORT_C), at(GGSN, gtp::PORT_C));
    for sequence in 0..6 {
        let teid = 0x100 + u32::from(sequence);
        let answer = gtp::cause(gtp::DELETE_RESPONSE, teid, sequence, gtp::ACCEPTED);
        tl.udp(ggsn, sgsn, &answer);
        tl.wait_secs(1);
    }
    let mut links = partner_linkset(&mut tl);
    let session = roam(&mut tl, &mut links, 64);
    tl.wait_secs(5);
    let inner = transport::udp(
        std::net::SocketAddr::new(session.subscriber.into(), 40_001),
        at("203.0.113.9", 443),
        b"\x40hello",
    );
    tl.packet_by(&session.way(), addr(&session.subscriber.to_string()), &inner);
    let mut disordered = gtp::element(20, &[5]);
    disordered.raw(&gtp::element(19, &[0xff]));
    let request = gtp::message(gtp::DELETE_REQUEST, session.control, 0x66, &disordered);
    let teid = session.downlink ^ 0x4000_0000;
    tl.ask(sgsn, ggsn, &request, &gtp::cause(gtp::DELETE_RESPONSE, teid, 0x66, gtp::ACCEPTED));
    tl.into_frames()
}
