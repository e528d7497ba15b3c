//! Remote control inside a subscriber's tunnel, and meters that report.

use rand::Rng;

use super::Scenario;
use super::places::{A_HOST, GGSN, NETWORK, emulated, partner_linkset, pool, roam};
use super::tinyshell_handshake;
use crate::frame::{gtp, tls};
use crate::timeline::{Session, Side, Tcp, Timeline, at, v4};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("tunnel-c2"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: shell,
    expect: &[
        ("tunnel-c2", "critical"),
        ("sgsn-emulation", "critical"),
        ("rogue-gtp-peer", "high"),
    ],
};

pub(super) const SHELL: Scenario = Scenario {
    name: "tunnel-c2-shell",
    about: "An emulated session carries a shell of twenty minutes, a few octets at a time.",
    ..LOUD
};

pub(super) const METERS: Scenario = Scenario {
    name: "tunnel-meters-report",
    benign: true,
    about: "Meters abroad report every hour through sessions that are in order.",
    make: meters,
    expect: &[],
    ..LOUD
};

fn shell(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let create = emulated(A_HOST, "240010123456789", "46702123456", 3);
    let (from, to) = (at(A_HOST, 2_123), at(GGSN, 2_123));
    tl.ask(from, to, &gtp::echo_request(1), &gtp::echo_response(1, 3));
    let session = Session::create_v1(&mut tl, &create, v4(GGSN), pool(910), 2);
    let client = std::net::SocketAddr::new(session.subscriber.into(), 38_111);
    let mut tcp = Tcp::open_by(&mut tl, session.way(), client, at("203.0.113.150", 443));
    tinyshell_handshake::session(&mut tl, &mut tcp, Side::Client, false, 20);
    for round in 0..50usize {
        tl.wait_secs(pause(round));
        let mut typed = vec![0; 36];
        tl.rng.fill(&mut typed[..]);
        tcp.say(&mut tl, Side::Server, &typed);
        let mut shown = vec![0; 36 + 16 * (round % 11)];
        tl.rng.fill(&mut shown[..]);
        tcp.say(&mut tl, Side::Client, &shown);
    }
    tcp.close(&mut tl);
    session.delete_v1(&mut tl, 9, 0);
    tl.into_frames()
}

/// Somebody types, reads, types again.
const fn pause(round: usize) -> i64 {
    [3, 11, 2, 40, 5, 1, 22, 4, 2, 61][round % 10]
}

fn meters(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let sessions: Vec<Session> = (1..4).map(|number| roam(&mut tl, &mut links, number)).collect();
    let begin = tl.now;
    for hour in 0..6i64 {
        for (index, session) in (0i64..).zip(&sessions) {
            tl.now = begin + hour * 3_600_000_000 + index * 20_000_000;
            let port = 40_000 + hour as u16;
            let client = std::net::SocketAddr::new(session.subscriber.into(), port);
            let mut tcp = Tcp::open_by(&mut tl, session.way(), client, at("198.18.9.9", 443));
            let hello = tls::client_hello(&mut tl.rng, "meters.example.com");
            tcp.say(&mut tl, Side::Client, &hello);
            let hello = tls::server_hello(&mut tl.rng);
            tcp.say(&mut tl, Side::Server, &hello);
            let report = tls::application(&mut tl.rng, 420);
            tcp.say(&mut tl, Side::Client, &report);
            let taken = tls::application(&mut tl.rng, 60);
            tcp.say(&mut tl, Side::Server, &taken);
            tcp.close(&mut tl);
        }
    }
    tl.into_frames()
}
