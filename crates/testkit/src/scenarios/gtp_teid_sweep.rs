//! Tunnel identifiers guessed on both planes, and a gateway that lost its tunnels.

use super::Scenario;
use super::places::{A_SGSN, A_SGW, GGSN, NETWORK, PGW, partner_linkset, roam};
use crate::frame::{gtp, gtpv2, pfcp, transport};
use crate::timeline::{Timeline, addr, at};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("gtp-teid-sweep"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: control,
    expect: &[("gtp-teid-sweep", "high")],
};

pub(super) const CONTROL: Scenario = Scenario {
    name: "teid-sweep-deletes",
    about: "Delete Session Requests for thirty tunnels that do not exist, in half a minute.",
    ..LOUD
};

pub(super) const USER: Scenario = Scenario {
    name: "teid-sweep-user-plane",
    about: "G-PDUs for one tunnel identifier after the other; error indications come back. Without a description.",
    network: None,
    make: user,
    ..LOUD
};

pub(super) const SESSIONS: Scenario = Scenario {
    name: "teid-sweep-pfcp",
    about: "PFCP deletions of twenty-five sessions that do not exist; without a description.",
    network: None,
    make: sessions,
    ..LOUD
};

pub(super) const RESTART: Scenario = Scenario {
    name: "teid-sweep-restarted-gateway",
    benign: true,
    about: "A gateway restarts and knows none of its tunnels any more; its recovery counter says so a minute later.",
    make: restart,
    expect: &[],
    ..LOUD
};

fn control(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (from, to) = (at(A_SGW, gtp::PORT_C), at(PGW, gtp::PORT_C));
    for guess in 0..30u32 {
        let request = gtpv2::delete(0x1000 + guess, 0x40 + guess, 5, "001-02");
        let answer = gtpv2::cause(gtpv2::DELETE_SESSION + 1, 0, 0x40 + guess, 64);
        tl.ask(from, to, &request, &answer);
        tl.wait_secs(1);
    }
    tl.into_frames()
}

/// Packets for tunnels that the gateway does not know.
fn astray(tl: &mut Timeline, teids: impl Iterator<Item = u32>) {
    let (from, to) = (at(A_SGSN, gtp::PORT_U), at(GGSN, gtp::PORT_U));
    for teid in teids {
        let inner = transport::udp(at("10.20.1.1", 40_000), at("203.0.113.9", 443), b"\x40hello");
        let told = gtp::error_indication(teid, addr(GGSN));
        tl.ask(from, to, &gtp::g_pdu(teid, &inner), &told);
        tl.wait_ms(900);
    }
}

fn user(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    astray(&mut tl, 0x2000..0x2000 + 40);
    tl.into_frames()
}

fn sessions(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (from, to) = (at("192.0.2.40", pfcp::PORT), at("192.0.2.41", pfcp::PORT));
    for guess in 0..25u32 {
        let request = pfcp::message(54, Some(0x100 + u64::from(guess)), guess, &[]);
        let answer = pfcp::message(55, Some(0), guess, &pfcp::cause(65));
        tl.ask(from, to, &request, &answer);
        tl.wait_secs(1);
    }
    tl.into_frames()
}

fn restart(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (sgsn, ggsn) = (at(A_SGSN, gtp::PORT_C), at(GGSN, gtp::PORT_C));
    tl.ask(sgsn, ggsn, &gtp::echo_request(1), &gtp::echo_response(1, 3));
    let mut links = partner_linkset(&mut tl);
    roam(&mut tl, &mut links, 70);
    tl.wait_secs(5);
    // Tunnels from before the capture.
    astray(&mut tl, (0..30u32).map(|n| n.wrapping_mul(0x9e37_79b9)));
    tl.ask(sgsn, ggsn, &gtp::echo_request(2), &gtp::echo_response(2, 4));
    tl.into_frames()
}
