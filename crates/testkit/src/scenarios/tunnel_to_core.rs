//! Subscribers who reach our nodes through their tunnels, and those who only use what is meant for them.

use super::Scenario;
use super::places::{BILLING, NETWORK, STP, partner_linkset, roam};
use crate::frame::{dns, gtp};
use crate::timeline::{Side, Tcp, Timeline, at, v4};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("tunnel-to-core"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: answered,
    expect: &[("tunnel-to-core", "critical")],
};

pub(super) const ANSWERED: Scenario = Scenario {
    name: "tunnel-to-core-answered",
    about: "From a subscriber's address a connection to a signalling node, which answers.",
    ..LOUD
};

pub(super) const ATTEMPT: Scenario = Scenario {
    name: "tunnel-to-core-attempt",
    about: "Datagrams to an internal host; nobody answers.",
    make: attempt,
    expect: &[("tunnel-to-core", "high")],
    ..LOUD
};

pub(super) const SUBSCRIBER_DNS: Scenario = Scenario {
    name: "tunnel-subscriber-dns",
    benign: true,
    about: "Subscribers ask the resolver that is there for them, and surf.",
    make: subscriber_dns,
    expect: &[],
    ..LOUD
};

fn answered(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let roamer = roam(&mut tl, &mut links, 8);
    let client = std::net::SocketAddr::new(roamer.subscriber.into(), 38_000);
    let mut tcp = Tcp::open_by(&mut tl, roamer.way(), client, at(STP, 8_080));
    tcp.say(&mut tl, Side::Client, b"GET / HTTP/1.1\r\nHost: stp1\r\n\r\n");
    tcp.say(&mut tl, Side::Server, b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    tcp.close(&mut tl);
    tl.into_frames()
}

fn attempt(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let roamer = roam(&mut tl, &mut links, 9);
    let client = std::net::SocketAddr::new(roamer.subscriber.into(), 38_001);
    for _ in 0..3 {
        let datagram = crate::frame::transport::udp(client, at(BILLING, 5_000), b"hello?");
        tl.packet_by(&roamer.way(), client.ip(), &datagram);
        tl.wait_secs(2);
    }
    tl.into_frames()
}

fn subscriber_dns(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 1..5 {
        let roamer = roam(&mut tl, &mut links, number);
        let client = std::net::SocketAddr::new(roamer.subscriber.into(), 38_010);
        let query = dns::query(number as u16, "www.example.com", dns::A, true);
        let record = dns::Data::A(v4("198.18.3.3"));
        let answer = dns::answer(number as u16, "www.example.com", dns::A, 0, true, &[record]);
        tl.ask_by(&roamer.way(), client, at("10.10.0.53", 53), &query, &answer);
        let mut tcp = Tcp::open_by(&mut tl, roamer.way(), client, at("198.18.3.3", 443));
        let hello = crate::frame::tls::client_hello(&mut tl.rng, "www.example.com");
        tcp.say(&mut tl, Side::Client, &hello);
        let hello = crate::frame::tls::server_hello(&mut tl.rng);
        tcp.say(&mut tl, Side::Server, &hello);
        tcp.close(&mut tl);
        roamer.delete_v1(&mut tl, 0x700 + number as u16, gtp::Create::NSAPI);
    }
    tl.into_frames()
}
