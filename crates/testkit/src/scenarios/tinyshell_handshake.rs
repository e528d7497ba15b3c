//! Conversations with the sizes by which TinyShell begins, and others that come close.

use rand::Rng;

use super::Scenario;
use super::places::{EDNS, NETWORK, OUTSIDER, SYSLOG, partner_linkset, roam};
use crate::frame::tls;
use crate::timeline::{Ending, Login, Side, Tcp, Timeline, Way, at};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("tinyshell-handshake"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: classic,
    expect: &[("tinyshell-handshake", "high")],
};

pub(super) const CLASSIC: Scenario = Scenario {
    name: "tinyshell-classic",
    about: "The caller sends 40 and 52, gets 52, sends 36; between two hosts of which nothing is known.",
    network: None,
    ..LOUD
};

pub(super) const CONNECT_BACK: Scenario = Scenario {
    name: "tinyshell-connect-back",
    about: "Our name server calls out; the one who is called speaks first.",
    make: connect_back,
    expect: &[("tinyshell-handshake", "critical")],
    ..LOUD
};

pub(super) const JOINED: Scenario = Scenario {
    name: "tinyshell-joined",
    about: "The first two messages come in one segment.",
    network: None,
    make: joined,
    ..LOUD
};

pub(super) const SPLIT: Scenario = Scenario {
    name: "tinyshell-split",
    about: "Every message is cut in several segments.",
    network: None,
    make: split,
    ..LOUD
};

pub(super) const TUNNELLED: Scenario = Scenario {
    name: "tinyshell-in-a-tunnel",
    about: "The same inside a subscriber's tunnel.",
    make: tunnelled,
    expect: &[("tinyshell-handshake", "critical")],
    ..LOUD
};

pub(super) const SMALL_MESSAGES: Scenario = Scenario {
    name: "tinyshell-small-messages",
    benign: true,
    about: "TLS, SSH and syslog with small messages.",
    make: small_messages,
    expect: &[],
    ..LOUD
};

pub(super) const TEXT_OF_THAT_SIZE: Scenario = Scenario {
    name: "tinyshell-text-of-that-size",
    benign: true,
    about: "A line protocol whose lines happen to have 40, 52, 52 and 36 octets.",
    make: text_of_that_size,
    expect: &[],
    ..LOUD
};

fn random(tl: &mut Timeline, len: usize) -> Vec<u8> {
    let mut out = vec![0; len];
    tl.rng.fill(&mut out[..]);
    out
}

/// The opening by sizes, then frames of a session; `first` speaks first.
pub(super) fn session(tl: &mut Timeline, tcp: &mut Tcp, first: Side, join: bool, rounds: usize) {
    let (a, b) = (random(tl, 40), random(tl, 52));
    if join {
        let both = [a, b].concat();
        tcp.say(tl, first, &both);
    } else {
        tcp.say(tl, first, &a);
        tl.wait_ms(20);
        tcp.say(tl, first, &b);
    }
    let answer = random(tl, 52);
    tcp.say(tl, first.other(), &answer);
    let action = random(tl, 36);
    tcp.say(tl, first, &action);
    for len in [36, 36, 52] {
        let frame = random(tl, len);
        tcp.say(tl, first, &frame);
    }
    for round in 0..rounds {
        tl.wait_ms(2_100);
        let typed = random(tl, 36);
        tcp.say(tl, first, &typed);
        let shown = random(tl, 36 + 16 * (round % 9));
        tcp.say(tl, first.other(), &shown);
    }
}

fn classic(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut tcp = Tcp::open(&mut tl, at(OUTSIDER, 50_123), at("192.0.2.77", 1_234));
    session(&mut tl, &mut tcp, Side::Client, false, 8);
    tcp.close(&mut tl);
    tl.into_frames()
}

fn connect_back(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut tcp = Tcp::open(&mut tl, at(EDNS, 50_124), at(OUTSIDER, 443));
    session(&mut tl, &mut tcp, Side::Server, false, 8);
    tcp.close(&mut tl);
    tl.into_frames()
}

fn joined(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut tcp = Tcp::open(&mut tl, at(OUTSIDER, 50_125), at("192.0.2.77", 7_586));
    session(&mut tl, &mut tcp, Side::Client, true, 4);
    tcp.close(&mut tl);
    tl.into_frames()
}

fn split(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut tcp = Tcp::open(&mut tl, at(OUTSIDER, 50_126), at("192.0.2.77", 8_000));
    tcp.segment = 17;
    session(&mut tl, &mut tcp, Side::Client, false, 4);
    tcp.close(&mut tl);
    tl.into_frames()
}

fn tunnelled(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let roamer = roam(&mut tl, &mut links, 5);
    let way = roamer.way();
    let client = std::net::SocketAddr::new(roamer.subscriber.into(), 50_127);
    let mut tcp = Tcp::open_by(&mut tl, way, client, at("198.18.4.4", 443));
    session(&mut tl, &mut tcp, Side::Client, false, 4);
    tcp.close(&mut tl);
    tl.into_frames()
}

fn small_messages(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut secure = Tcp::open(&mut tl, at("192.0.2.91", 50_001), at("10.10.5.20", 443));
    let hello = tls::client_hello(&mut tl.rng, "oam.example.net");
    secure.say(&mut tl, Side::Client, &hello);
    let hello = tls::server_hello(&mut tl.rng);
    secure.say(&mut tl, Side::Server, &hello);
    for len in [35, 47, 31, 31, 47] {
        let record = tls::application(&mut tl.rng, len);
        secure.say(&mut tl, Side::Client, &record);
        let record = tls::application(&mut tl.rng, 47);
        secure.say(&mut tl, Side::Server, &record);
    }
    secure.close(&mut tl);
    let ending = Ending::Accepted { refused: 0, commands: 6 };
    Login { way: Way::Direct, ..Login::new(at("10.10.9.5", 50_002), at(EDNS, 22), ending) }
        .play(&mut tl);
    let mut log = Tcp::open(&mut tl, at(EDNS, 50_003), at(SYSLOG, 514));
    for round in 0..6 {
        let line = format!("<134>edns1 named[1]: client count {round:04}\n");
        log.say(&mut tl, Side::Client, line.as_bytes());
        tl.wait_secs(2);
    }
    log.close(&mut tl);
    tl.into_frames()
}

fn text_of_that_size(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut tcp = Tcp::open(&mut tl, at("192.0.2.92", 50_004), at("10.10.5.21", 7_000));
    let line = |len: usize, word: &str| {
        let mut line: String = word.chars().cycle().take(len - 1).collect();
        line.push('\n');
        line.into_bytes()
    };
    tcp.say(&mut tl, Side::Client, &line(40, "HELO operator "));
    tcp.say(&mut tl, Side::Client, &line(52, "SUBSCRIBE alarms "));
    tcp.say(&mut tl, Side::Server, &line(52, "OK subscribed "));
    tcp.say(&mut tl, Side::Client, &line(36, "NEXT please "));
    tcp.close(&mut tl);
    tl.into_frames()
}
