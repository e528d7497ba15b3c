//! Data in names and addresses, and names that only look like that.

use std::net::Ipv4Addr;

use rand::Rng;

use super::Scenario;
use super::places::{
    A_DNS, A_HOST, A_SGSN, EDNS, NETWORK, OUTSIDER, OUTSIDER2, partner_linkset, roam,
};
use crate::frame::dns;
use crate::timeline::{Side, Tcp, Timeline, at, v4};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("dns-tunnel"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: base32,
    expect: &[("dns-tunnel", "high")],
};

pub(super) const BASE32: Scenario = Scenario {
    name: "dns-tunnel-base32",
    about: "Our name server asks an outsider for sixty long names in half a minute, and gets texts.",
    ..LOUD
};

pub(super) const UNDESCRIBED: Scenario = Scenario {
    name: "dns-tunnel-hex-over-tcp",
    about: "Hexadecimal names over one TCP connection; without a description.",
    network: None,
    make: over_tcp,
    ..LOUD
};

pub(super) const SLOW: Scenario = Scenario {
    name: "dns-tunnel-slow",
    about: "One name a minute for two hours, addresses as answers.",
    make: slow,
    ..LOUD
};

pub(super) const TUNNELLED: Scenario = Scenario {
    name: "dns-tunnel-of-a-subscriber",
    about: "A roamer's session carries a channel over the subscribers' resolver.",
    make: tunnelled,
    ..LOUD
};

pub(super) const MANY_CLIENTS: Scenario = Scenario {
    name: "dns-tunnel-many-clients",
    about: "Six hosts of a partner share one domain, eight names each.",
    make: many_clients,
    ..LOUD
};

pub(super) const MANY_DOMAINS: Scenario = Scenario {
    name: "dns-tunnel-many-domains",
    about: "One host spreads its names over six domains.",
    make: many_domains,
    ..LOUD
};

pub(super) const COMMANDS: Scenario = Scenario {
    name: "dns-commands-in-addresses",
    about: "Addresses of an answer spell a command under XOR with 0x5a, under .nodep and elsewhere.",
    make: commands,
    ..LOUD
};

pub(super) const BUSY: Scenario = Scenario {
    name: "dns-busy-names",
    benign: true,
    about: "Content networks, lists of senders, reverse names, telemetry and mistyped access points.",
    make: busy,
    expect: &[],
    ..LOUD
};

pub(super) const BROWSING: Scenario = Scenario {
    name: "dns-subscribers-browse",
    benign: true,
    about: "Roamers resolve content networks and telemetry in their tunnels.",
    make: browsing,
    expect: &[],
    ..LOUD
};

/// Random text of this alphabet.
fn text(tl: &mut Timeline, alphabet: &[u8], len: usize) -> String {
    (0..len)
        .map(|_| {
            let at = tl.rng.random_range(0..alphabet.len());
            alphabet.get(at).copied().map_or('a', char::from)
        })
        .collect()
}

const BASE32_ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";
const HEX: &[u8] = b"0123456789abcdef";

fn long_name(tl: &mut Timeline, domain: &str) -> String {
    let (a, b) = (text(tl, BASE32_ALPHABET, 57), text(tl, BASE32_ALPHABET, 40));
    format!("{a}.{b}.{domain}")
}

fn base32(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for id in 0..60 {
        let name = long_name(&mut tl, "t.example.net");
        let answer = dns::Data::Txt(text(&mut tl, BASE32_ALPHABET, 180));
        let query = dns::query(id, &name, dns::TXT, true);
        let answer = dns::answer(id, &name, dns::TXT, 0, true, &[answer]);
        tl.ask(at(EDNS, 40_000 + id), at(OUTSIDER, 53), &query, &answer);
        tl.wait_ms(480);
    }
    tl.into_frames()
}

fn over_tcp(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut tcp = Tcp::open(&mut tl, at(A_HOST, 51_000), at(OUTSIDER, 53));
    for id in 0..60 {
        let name = format!("{}.{}.example.org", text(&mut tl, HEX, 60), text(&mut tl, HEX, 30));
        let record = dns::Data::Txt(text(&mut tl, HEX, 100));
        let query = dns::query(id, &name, dns::TXT, true);
        tcp.say(&mut tl, Side::Client, &dns::framed(&query));
        let answer = dns::answer(id, &name, dns::TXT, 0, true, &[record]);
        tcp.say(&mut tl, Side::Server, &dns::framed(&answer));
        tl.wait_ms(700);
    }
    tcp.close(&mut tl);
    tl.into_frames()
}

fn slow(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for id in 0..120 {
        let name = format!("{}.cache.example.net", text(&mut tl, HEX, 62));
        let query = dns::query(id, &name, dns::A, true);
        let record = dns::Data::A(Ipv4Addr::from(0xc612_0000 | u32::from(id)));
        let answer = dns::answer(id, &name, dns::A, 0, true, &[record]);
        tl.ask(at(EDNS, 40_000 + id), at(OUTSIDER, 53), &query, &answer);
        let jitter = tl.rng.random_range(0..4_000);
        tl.wait_ms(58_000 + jitter);
    }
    tl.into_frames()
}

fn tunnelled(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let roamer = roam(&mut tl, &mut links, 12);
    let client = std::net::SocketAddr::new(roamer.subscriber.into(), 38_500);
    for id in 0..60 {
        let name = long_name(&mut tl, "t.example.net");
        let query = dns::query(id, &name, dns::TXT, true);
        let record = dns::Data::Txt(text(&mut tl, BASE32_ALPHABET, 150));
        let answer = dns::answer(id, &name, dns::TXT, 0, true, &[record]);
        tl.ask_by(&roamer.way(), client, at("10.10.0.53", 53), &query, &answer);
        tl.wait_ms(900);
    }
    tl.into_frames()
}

fn many_clients(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for id in 0..48 {
        let host = format!("198.51.100.{}", 60 + id % 6);
        let name = long_name(&mut tl, "example.net");
        let query = dns::query(id, &name, dns::TXT, true);
        let record = dns::Data::Txt(text(&mut tl, BASE32_ALPHABET, 100));
        let answer = dns::answer(id, &name, dns::TXT, 0, true, &[record]);
        tl.ask(at(&host, 40_000 + id), at(OUTSIDER, 53), &query, &answer);
        tl.wait_secs(3);
    }
    tl.into_frames()
}

fn many_domains(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for id in 0..48 {
        let name = long_name(&mut tl, &format!("shop{}.example", id % 6));
        let query = dns::query(id, &name, dns::A, true);
        let record = dns::Data::A(Ipv4Addr::from(0xc612_0000 | u32::from(id)));
        let answer = dns::answer(id, &name, dns::A, 0, true, &[record]);
        tl.ask(at(A_HOST, 40_000 + id), at(OUTSIDER, 53), &query, &answer);
        tl.wait_secs(4);
    }
    tl.into_frames()
}

/// Text as addresses: four octets each, XORed.
fn spelled(text: &str, key: u8) -> Vec<dns::Data> {
    let mut octets: Vec<u8> = text.bytes().map(|octet| octet ^ key).collect();
    octets.resize(octets.len().next_multiple_of(4), key);
    octets
        .chunks_exact(4)
        .filter_map(|chunk| <[u8; 4]>::try_from(chunk).ok())
        .map(|octets| dns::Data::A(Ipv4Addr::from(octets)))
        .collect()
}

fn commands(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let orders = [
        ("x7.nodep", "cat /etc/hosts; id"),
        ("update.example.org", "ls -l /var/log | tail -3"),
        ("update.example.org", "ps -ef | grep sctp; uname -a"),
    ];
    for (id, (name, order)) in (1..).zip(orders) {
        let query = dns::query(id, name, dns::A, true);
        let answer = dns::answer(id, name, dns::A, 0, true, &spelled(order, 0x5a));
        tl.ask(at(EDNS, 41_000 + id), at(OUTSIDER2, 53), &query, &answer);
        tl.wait_secs(30);
    }
    tl.into_frames()
}

/// Asks and gets an address, or none.
fn look_up(tl: &mut Timeline, id: u16, name: &str, exists: bool) {
    let query = dns::query(id, name, dns::A, true);
    // Access points lead to the operator whose they are.
    let address = match name.ends_with(".gprs") {
        true => v4(A_SGSN),
        false => Ipv4Addr::from(0xc612_0700 | u32::from(id % 64)),
    };
    let record = dns::Data::A(address);
    let (rcode, records) = if exists { (0, vec![record]) } else { (3, Vec::new()) };
    let answer = dns::answer(id, name, dns::A, rcode, true, &records);
    tl.ask(at(EDNS, 42_000 + id), at(A_DNS, 53), &query, &answer);
    tl.wait_ms(350);
}

fn busy(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for id in 0..60 {
        let edge = text(&mut tl, b"abcdefghijklmnopqrstuvwxyz0123456789", 13);
        look_up(&mut tl, id, &format!("{edge}.cdn.example.com"), true);
        look_up(&mut tl, 100 + id, &format!("{}.2.0.192.zen.example.org", id % 200), id % 7 == 0);
        look_up(&mut tl, 200 + id, &format!("{}.113.0.203.in-addr.arpa", id % 20), true);
        let meter = "device-0a1b2c3d4e5f6071.eu-central.ingest.telemetry.vendor.example.com";
        look_up(&mut tl, 300 + id, meter, true);
        let apn = if id % 9 == 0 { text(&mut tl, HEX, 40) } else { "internet".to_owned() };
        look_up(&mut tl, 400 + id, &format!("{apn}.mnc002.mcc001.gprs"), apn == "internet");
        tl.wait_secs(2);
    }
    tl.into_frames()
}

fn browsing(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 20..23 {
        let roamer = roam(&mut tl, &mut links, number);
        let client = std::net::SocketAddr::new(roamer.subscriber.into(), 38_600);
        for id in 0..40 {
            let edge = text(&mut tl, b"abcdefghijklmnopqrstuvwxyz0123456789-", 16);
            let name = match id % 3 {
                0 => format!("r{id}---{edge}.video.example.com"),
                1 => format!("{edge}.edge.example.net"),
                _ => format!("api{}.example.org", id % 4),
            };
            let query = dns::query(id, &name, dns::A, true);
            let records = [dns::Data::A(v4("198.18.3.3")), dns::Data::A(v4("198.18.3.4"))];
            let answer = dns::answer(id, &name, dns::A, 0, true, &records);
            tl.ask_by(&roamer.way(), client, at("10.10.0.53", 53), &query, &answer);
            tl.wait_ms(700);
        }
    }
    tl.into_frames()
}
