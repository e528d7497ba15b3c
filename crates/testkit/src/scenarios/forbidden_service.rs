//! Services that have no business on an interconnect, and those that were agreed.

use rand::Rng;

use super::Scenario;
use super::places::{A_DNS, A_HOST, EDNS, GGSN, NETWORK, OUTSIDER, STP};
use crate::frame::dns;
use crate::timeline::{Ending, Login, Side, Tcp, Timeline, at, v4};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("forbidden-service"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: ssh,
    expect: &[("forbidden-service", "high")],
};

pub(super) const SSH: Scenario = Scenario {
    name: "forbidden-ssh",
    about: "A partner's host opens SSH to a gateway of ours, on a port that ends in 22.",
    ..LOUD
};

pub(super) const NO_DNS_ON_53: Scenario = Scenario {
    name: "forbidden-no-dns-on-53",
    about: "Our name server calls out to TCP port 53, and speaks no DNS there; without a description.",
    network: None,
    make: no_dns_on_53,
    expect: &[("forbidden-service", "medium")],
    ..LOUD
};

pub(super) const PORT_57722: Scenario = Scenario {
    name: "forbidden-57722",
    about: "SSH on TCP 57722 of a node, from outside every partner.",
    make: port_57722,
    ..LOUD
};

pub(super) const DATABASE: Scenario = Scenario {
    name: "forbidden-database",
    about: "A partner's host reaches a database and a Telnet port of ours.",
    make: database,
    ..LOUD
};

pub(super) const AGREED: Scenario = Scenario {
    name: "forbidden-but-agreed",
    benign: true,
    about: "A service that the description names, and DNS over TCP between name servers.",
    make: agreed,
    expect: &[],
    ..LOUD
};

fn ssh(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let ending = Ending::Accepted { refused: 0, commands: 8 };
    Login::new(at(A_HOST, 37_000), at(GGSN, 10_022), ending).play(&mut tl);
    tl.into_frames()
}

fn no_dns_on_53(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut tcp = Tcp::open(&mut tl, at(EDNS, 37_001), at(OUTSIDER, 53));
    for round in 0..12usize {
        let mut bytes = vec![0xf3; 9 + round * 3];
        tl.rng.fill(&mut bytes[1..]);
        tcp.say(&mut tl, Side::Server, &bytes);
        let mut bytes = vec![0xf3; 120 + round * 31];
        tl.rng.fill(&mut bytes[1..]);
        tcp.say(&mut tl, Side::Client, &bytes);
        tl.wait_secs(4);
    }
    tcp.close(&mut tl);
    tl.into_frames()
}

fn port_57722(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let ending = Ending::Accepted { refused: 0, commands: 5 };
    Login::new(at(OUTSIDER, 37_002), at(STP, 57_722), ending).play(&mut tl);
    tl.into_frames()
}

fn database(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut tcp = Tcp::open(&mut tl, at(A_HOST, 37_003), at("192.0.2.40", 5_432));
    // PostgreSQL: start-up, and the request for a password.
    tcp.say(&mut tl, Side::Client, b"\0\0\0\x12\0\x03\0\0user\0cdr\0\0");
    tcp.say(&mut tl, Side::Server, b"R\0\0\0\x0c\0\0\0\x05\x1b\x5a\x93\x07");
    tcp.close(&mut tl);
    let mut tcp = Tcp::open(&mut tl, at(A_HOST, 37_004), at(EDNS, 23));
    tcp.say(&mut tl, Side::Server, &[0xff, 0xfd, 0x18, 0xff, 0xfd, 0x20, 0xff, 0xfb, 0x01]);
    tcp.say(&mut tl, Side::Client, &[0xff, 0xfb, 0x18, 0xff, 0xfc, 0x20]);
    tcp.say(&mut tl, Side::Server, b"login: ");
    tcp.close(&mut tl);
    tl.into_frames()
}

fn agreed(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let ending = Ending::Accepted { refused: 0, commands: 6 };
    Login::new(at("198.51.100.9", 37_005), at(EDNS, 22), ending).play(&mut tl);
    let name = "internet.mnc001.mcc001.gprs";
    let query = dns::framed(&dns::query(0x77, name, dns::A, false));
    let record = dns::Data::A(v4(GGSN));
    let answer = dns::framed(&dns::answer(0x77, name, dns::A, 0, false, &[record]));
    let mut tcp = Tcp::open(&mut tl, at(A_DNS, 37_006), at(EDNS, 53));
    tcp.say(&mut tl, Side::Client, &query);
    tcp.say(&mut tl, Side::Server, &answer);
    tcp.close(&mut tl);
    tl.into_frames()
}
