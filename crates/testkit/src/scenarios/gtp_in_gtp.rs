//! A tunnel inside a tunnel.

use super::Scenario;
use super::places::{GGSN, NETWORK, partner_linkset, roam, subscriber};
use crate::frame::{gtp, ping, transport};
use crate::timeline::{Timeline, addr, at, v4};

pub(super) const USER_PLANE: Scenario = Scenario {
    name: "gtp-in-gtp-user-plane",
    detection: Some("gtp-in-gtp"),
    benign: false,
    about: "A subscriber sends G-PDUs with packets of somebody else to the gateway.",
    network: Some(NETWORK),
    make: user_plane,
    expect: &[("gtp-in-gtp", "critical")],
};

pub(super) const CONTROL_PLANE: Scenario = Scenario {
    name: "gtp-in-gtp-control-plane",
    about: "A subscriber sends a Create PDP Context Request; without a description.",
    network: None,
    make: control_plane,
    ..USER_PLANE
};

pub(super) const GAME: Scenario = Scenario {
    name: "gtp-in-gtp-game-on-its-port",
    benign: true,
    about: "A subscriber's game uses the port of the user plane for something else.",
    make: game,
    expect: &[],
    ..USER_PLANE
};

fn game(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let roamer = roam(&mut tl, &mut links, 15);
    let from = std::net::SocketAddr::new(roamer.subscriber.into(), gtp::PORT_U);
    for round in 0..20u8 {
        let packet = transport::udp(
            from,
            at("203.0.113.80", gtp::PORT_U),
            &[b'G', round, 7, 0, round, 1, 2, 3, 4, 5],
        );
        tl.packet_by(&roamer.way(), from.ip(), &packet);
        tl.wait_secs(1);
    }
    tl.into_frames()
}

fn user_plane(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let roamer = roam(&mut tl, &mut links, 13);
    let from = std::net::SocketAddr::new(roamer.subscriber.into(), gtp::PORT_U);
    for sequence in 0..3 {
        let data = ping::linux(tl.now);
        let forged =
            transport::echo(addr("10.20.9.9"), addr("198.18.0.9"), false, 9, sequence, &data);
        let inner = gtp::g_pdu(0x1234, &forged);
        let packet = transport::udp(from, at(GGSN, gtp::PORT_U), &inner);
        tl.packet_by(&roamer.way(), from.ip(), &packet);
        tl.wait_secs(1);
    }
    tl.into_frames()
}

fn control_plane(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let roamer = roam(&mut tl, &mut links, 14);
    let (imsi, msisdn) = subscriber(500);
    let create = gtp::Create::honest(&imsi, &msisdn, "001-02", v4("10.20.0.14"), 0x99);
    let from = std::net::SocketAddr::new(roamer.subscriber.into(), gtp::PORT_C);
    let packet = transport::udp(from, at(GGSN, gtp::PORT_C), &create.request(1));
    tl.packet_by(&roamer.way(), from.ip(), &packet);
    tl.into_frames()
}
