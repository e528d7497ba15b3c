//! The whole chain of one intrusion amid clean traffic, and the clean traffic alone: the samples of the project.

use rand::Rng;

use super::Scenario;
use super::places::{
    A_DNS, EDNS, GGSN, NETWORK, OUTSIDER2, a_scf, emulated, hlr, partner_linkset, pool, roam,
    subscriber,
};
use super::tinyshell_handshake;
use crate::bytes::Put;
use crate::frame::map::{self, op};
use crate::frame::{dns, gtp, ping, ssh, tls};
use crate::timeline::{
    Answer, Ending, Linkset, Login, START, Session, Side, Tcp, Timeline, addr, at, v4,
};

pub(super) const INTRUSION: Scenario = Scenario {
    name: "intrusion",
    detection: None,
    benign: false,
    about: "Passwords are tried until one opens the name server; a ping wakes a shell; an emulated SGSN opens a tunnel \
            for it; locations are asked for from outside. Around it, ordinary traffic.",
    network: Some(NETWORK),
    make: intrusion,
    expect: &[
        ("ssh-password-spray", "critical"),
        ("icmp-knock", "critical"),
        ("forbidden-service", "high"),
        ("sgsn-emulation", "critical"),
        ("rogue-gtp-peer", "high"),
        ("tinyshell-handshake", "critical"),
        ("tunnel-c2", "critical"),
        ("ss7-category-1", "critical"),
    ],
};

pub(super) const CLEAN: Scenario = Scenario {
    name: "clean",
    detection: None,
    benign: true,
    about: "Eighteen ordinary minutes between two operators.",
    network: Some(NETWORK),
    make: clean,
    expect: &[],
};

/// Length of the ordinary traffic.
const MINUTES: u32 = 18;

/// Signalling is one conversation on one association, so what the intruder asks over it comes in its turn.
fn signalling(tl: &mut Timeline, locate: bool) {
    let mut links = partner_linkset(tl);
    for minute in 0..MINUTES {
        tl.now = START + i64::from(minute) * 60_000_000 + 2_000_000;
        if minute % 7 == 0 {
            links.association.heartbeat(tl, Side::Server);
        }
        let session = roam(tl, &mut links, minute + 1);
        if minute % 2 == 0 {
            deliver(tl, &mut links, minute + 1);
        }
        surf(tl, &session, minute);
        if locate && minute + 3 >= MINUTES {
            let argument = map::any_time_interrogation(&subscriber(minute).1, "99902000040");
            let answer =
                Answer::Result(map::subscriber_info("99901000020", "001-01", minute as u16));
            let opcode = op::ANY_TIME_INTERROGATION;
            links.dialogue(tl, Side::Client, [&a_scf(), &hlr()], opcode, &argument, &answer);
        }
        if minute % 3 == 0 {
            tl.wait_secs(5);
            session.delete_v1(tl, 0x4000 + minute as u16, gtp::Create::NSAPI);
        }
    }
}

/// A short message finds its way through the router.
fn deliver(tl: &mut Timeline, links: &mut Linkset, number: u32) {
    use crate::frame::sccp::{Party, SSN_MSC};
    let centre = Party::gt("99902000030", SSN_MSC);
    let router = Party::gt("99901000031", SSN_MSC);
    let alias = format!("00101{:010}", 9_000_000_000 + u64::from(number));
    let argument = map::send_routing_info_for_sm(&subscriber(number).1, "99902000030");
    let answer = Answer::Result(map::routing_info_for_sm(&alias, "99901000031"));
    let opcode = op::SEND_ROUTING_INFO_FOR_SM;
    links.dialogue(tl, Side::Client, [&centre, &hlr()], opcode, &argument, &answer);
    let argument = map::mt_forward_sm(&alias, "99902000030", "99902555000");
    let answer = Answer::Result(Vec::new());
    links.dialogue(tl, Side::Client, [&centre, &router], op::MT_FORWARD_SM, &argument, &answer);
}

/// A name and a page.
fn surf(tl: &mut Timeline, session: &Session, number: u32) {
    let way = session.way();
    let client = std::net::SocketAddr::new(session.subscriber.into(), 41_000 + number as u16);
    let query = dns::query(number as u16, "www.example.com", dns::A, true);
    let record = dns::Data::A(v4("198.18.3.3"));
    let answer = dns::answer(number as u16, "www.example.com", dns::A, 0, true, &[record]);
    tl.ask_by(&way, client, at("10.10.0.53", 53), &query, &answer);
    let mut tcp = Tcp::open_by(tl, way, client, at("198.18.3.3", 443));
    let hello = tls::client_hello(&mut tl.rng, "www.example.com");
    tcp.say(tl, Side::Client, &hello);
    let hello = tls::server_hello(&mut tl.rng);
    tcp.say(tl, Side::Server, &hello);
    for len in [300, 1_100, 640] {
        let record = tls::application(&mut tl.rng, 180);
        tcp.say_only(tl, Side::Client, &record);
        tl.wait_ms(20);
        let record = tls::application(&mut tl.rng, len);
        tcp.say(tl, Side::Server, &record);
    }
    tcp.close(tl);
}

/// Echoes, names, pings, an administrator.
fn ordinary(tl: &mut Timeline) {
    for minute in 0..MINUTES as u16 {
        tl.now = START + i64::from(minute) * 60_000_000 + 31_000_000;
        let (sgsn, ggsn) = (at("198.51.100.20", 2_123), at(GGSN, 2_123));
        tl.ask(sgsn, ggsn, &gtp::echo_request(minute), &gtp::echo_response(minute, 3));
        let name = "internet.mnc001.mcc001.gprs";
        let query = dns::query(minute, name, dns::A, false);
        let answer = dns::answer(minute, name, dns::A, 0, false, &[dns::Data::A(v4(GGSN))]);
        tl.ask(at(A_DNS, 30_000 + minute), at(EDNS, 53), &query, &answer);
        let data = ping::linux(tl.now);
        tl.ping(addr(A_DNS), addr(EDNS), 0x1111, minute, &data);
    }
    tl.now = START + 200_000_000;
    let ending = Ending::Accepted { refused: 1, commands: 14 };
    Login::new(at("10.10.9.5", 42_000), at(EDNS, 22), ending).play(tl);
}

fn clean(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    signalling(&mut tl, false);
    ordinary(&mut tl);
    tl.into_frames()
}

fn intrusion(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    signalling(&mut tl, true);
    ordinary(&mut tl);

    // Minute 5: from a name server of partner A's, passwords; the thirteenth host opens.
    tl.now = START + 300_000_000;
    for number in 0..13u16 {
        let host = if number == 12 { EDNS.to_owned() } else { format!("192.0.2.{}", 60 + number) };
        let ending = if number == 12 {
            Ending::Accepted { refused: 0, commands: 12 }
        } else {
            Ending::Refused(2)
        };
        let mut login = Login::new(at(A_DNS, 43_000 + number), at(&host, 22), ending);
        login.offer = ssh::LIBSSH;
        login.play(&mut tl);
        tl.wait_secs(6);
    }

    // Minute 10: a ping with an address in it; the name server calls out to port 53.
    tl.now = START + 600_000_000;
    let mut data = vec![0; 12];
    tl.rng.fill(&mut data[..]);
    data.raw(&[203, 0, 113, 200]).u16(53).raw(&[0x9d, 0xc3, 0xf0, 0x8e, 0xb1, 0xe2]);
    tl.ping_unanswered(addr(A_DNS), addr(EDNS), 0x7a69, &data);
    tl.wait_secs(2);
    let mut shell = Tcp::open(&mut tl, at(EDNS, 44_000), at(OUTSIDER2, 53));
    for round in 0..20usize {
        let mut bytes = vec![0xe7; 7 + round * 2];
        tl.rng.fill(&mut bytes[1..]);
        shell.say(&mut tl, Side::Server, &bytes);
        let mut bytes = vec![0xe7; 60 + round * 17];
        tl.rng.fill(&mut bytes[1..]);
        shell.say(&mut tl, Side::Client, &bytes);
        tl.wait_secs(4);
    }
    shell.close(&mut tl);

    // Minute 15: the name server plays SGSN, walks through subscribers, and gets a tunnel.
    tl.now = START + 900_000_000;
    let ours = at(EDNS, 2_123);
    tl.ask(ours, at(GGSN, 2_123), &gtp::echo_request(1), &gtp::echo_response(1, 3));
    for number in 0..8u32 {
        let (imsi, msisdn) = subscriber(700 + number);
        let create = emulated(EDNS, &imsi, &msisdn, 1 + number);
        let sequence = 2 + number as u16;
        Session::refused_v1(&mut tl, &create, v4(GGSN), sequence, gtp::IMSI_NOT_KNOWN);
        tl.wait_secs(3);
    }
    let (imsi, msisdn) = subscriber(708);
    let create = emulated(EDNS, &imsi, &msisdn, 9);
    let session = Session::create_v1(&mut tl, &create, v4(GGSN), pool(990), 10);
    let client = std::net::SocketAddr::new(session.subscriber.into(), 44_001);
    let mut inner = Tcp::open_by(&mut tl, session.way(), client, at(OUTSIDER2, 443));
    tinyshell_handshake::session(&mut tl, &mut inner, Side::Server, false, 36);
    inner.close(&mut tl);
    session.delete_v1(&mut tl, 11, 0);
    tl.into_frames()
}
