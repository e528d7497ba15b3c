//! Messages on interfaces that never carry them; and the same where they belong.

use super::Scenario;
use super::places::{A_HOST, A_SGSN, A_SGW, GGSN, NETWORK, PGW, honest, roam, subscriber};
use crate::bytes::{Put, tbcd};
use crate::frame::{gtp, gtpv2, pfcp, transport};
use crate::timeline::{Timeline, at, v4};

/// Ours.
const SGSN: &str = "192.0.2.22";
const SGSN2: &str = "192.0.2.24";
const UPF: &str = "192.0.2.25";

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("gtp-illegal-message"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: context,
    expect: &[("gtp-illegal-message", "critical")],
};

pub(super) const CONTEXT: Scenario = Scenario {
    name: "gtp-context-over-gp",
    about: "A partner's node asks our SGSN for a subscriber's context, and gets it with its keys.",
    ..LOUD
};

pub(super) const INTERNAL: Scenario = Scenario {
    name: "gtp-internal-over-s8",
    about: "Release Access Bearers and Forward Relocation arrive over S8; both are refused.",
    make: internal,
    expect: &[("gtp-illegal-message", "high")],
    ..LOUD
};

pub(super) const VERSION_0: Scenario = Scenario {
    name: "gtp-version-0-over-gp",
    about: "A listed SGSN asks for a session in GTP version 0.",
    make: version_0,
    expect: &[("gtp-illegal-message", "high")],
    ..LOUD
};

pub(super) const PFCP: Scenario = Scenario {
    name: "pfcp-over-interconnect",
    about: "A partner's host sets up a session at a user plane of ours.",
    make: pfcp_from_outside,
    ..LOUD
};

pub(super) const PFCP_TUNNEL: Scenario = Scenario {
    name: "pfcp-out-of-a-tunnel",
    about: "A subscriber sends PFCP to a user plane through the tunnel.",
    make: pfcp_from_subscriber,
    ..LOUD
};

pub(super) const AT_HOME: Scenario = Scenario {
    name: "gtp-internal-at-home",
    benign: true,
    about: "The same messages between nodes of one network: the tap is an internal one.",
    make: at_home,
    expect: &[],
    ..LOUD
};

fn context_request(tl: &mut Timeline, from: &str, to: &str) {
    let mut ask = gtp::element(3, &[0x00, 0xf1, 0x10, 0, 1, 1]);
    ask.raw(&gtp::element(5, &[0xc0, 0, 0, 1])).raw(&gtp::element(17, &[0, 0, 0x50, 1]));
    ask.raw(&gtp::element(133, &v4(from).octets()));
    let (imsi, _) = subscriber(41);
    let mut identity = tbcd(&imsi);
    identity.resize(8, 0xff);
    let mut give = gtp::element(1, &[gtp::ACCEPTED]);
    give.raw(&gtp::element(2, &identity)).raw(&gtp::element(17, &[0, 0, 0x60, 1]));
    give.raw(&gtp::element(129, &[0x51; 40])).raw(&gtp::element(133, &v4(to).octets()));
    let request = gtp::message(50, 0, 0x41, &ask);
    let answer = gtp::message(51, 0x5001, 0x41, &give);
    tl.ask(at(from, gtp::PORT_C), at(to, gtp::PORT_C), &request, &answer);
}

fn context(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    context_request(&mut tl, A_SGSN, SGSN);
    tl.into_frames()
}

fn release_and_relocate(tl: &mut Timeline, from: &str, to: &str) {
    let (from, to) = (at(from, gtp::PORT_C), at(to, gtp::PORT_C));
    let request = gtpv2::message(170, Some(0x42), 0x42, &[]);
    tl.ask(from, to, &request, &gtpv2::cause(171, 0, 0x42, 64));
    tl.wait_secs(2);
    let request = gtpv2::message(133, Some(0), 0x43, &gtpv2::f_teid(0, 12, 0x43, v4(A_SGW)));
    tl.ask(from, to, &request, &gtpv2::cause(134, 0x43, 0x43, 94));
}

fn internal(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    release_and_relocate(&mut tl, A_SGW, PGW);
    tl.into_frames()
}

fn version_0(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let request = gtp::v0_create(&honest(43), 0x44);
    tl.udp(at(A_SGSN, gtp::PORT_V0), at(GGSN, gtp::PORT_V0), &request);
    tl.into_frames()
}

fn establish(from: &str, user_plane: &str) -> Vec<u8> {
    let (imsi, msisdn) = subscriber(44);
    pfcp::Establish {
        control: v4(from),
        seid: 0x44,
        imsi,
        msisdn,
        network: "internet".to_owned(),
        ue: v4("10.20.0.44"),
        access: (v4(user_plane), 0x1044),
        radio: (v4(from), 0x2044),
    }
    .request(0x44)
}

fn pfcp_from_outside(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    tl.udp(at(A_HOST, pfcp::PORT), at(UPF, pfcp::PORT), &establish(A_HOST, UPF));
    tl.into_frames()
}

fn pfcp_from_subscriber(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = super::places::partner_linkset(&mut tl);
    let session = roam(&mut tl, &mut links, 45);
    tl.wait_secs(3);
    let from = std::net::SocketAddr::new(session.subscriber.into(), pfcp::PORT);
    let order = establish(&session.subscriber.to_string(), UPF);
    let packet = transport::udp(from, at(UPF, pfcp::PORT), &order);
    tl.packet_by(&session.way(), from.ip(), &packet);
    tl.into_frames()
}

fn at_home(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    context_request(&mut tl, SGSN2, SGSN);
    tl.wait_secs(1);
    release_and_relocate(&mut tl, SGSN2, SGSN);
    tl.wait_secs(1);
    tl.udp(at(PGW, pfcp::PORT), at(UPF, pfcp::PORT), &establish(PGW, UPF));
    tl.into_frames()
}
