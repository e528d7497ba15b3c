//! Somebody plays SGSN to get a tunnel; and real ones with many subscribers.

use super::Scenario;
use super::places::{
    A_HOST, EDNS, GGSN, NETWORK, OUTSIDER, emulated, honest, partner_linkset, pool, register, roam,
    subscriber,
};
use crate::frame::{gtp, ping};
use crate::timeline::{Session, Timeline, addr, at, v4};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("sgsn-emulation"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: defaults,
    expect: &[("sgsn-emulation", "critical")],
};

pub(super) const DEFAULTS: Scenario = Scenario {
    name: "sgsnemu-defaults",
    about: "The emulator with its published identity and credentials; then it pings through its tunnel.",
    network: None,
    ..LOUD
};

pub(super) const CHANGED: Scenario = Scenario {
    name: "sgsnemu-changed",
    about: "Other identity and credentials; the emulator's other habits stay.",
    network: None,
    make: changed,
    expect: &[("sgsn-emulation", "high")],
    ..LOUD
};

pub(super) const VERSION_0: Scenario = Scenario {
    name: "sgsnemu-version-0",
    about: "The emulator falls back to GTPv0.",
    network: None,
    make: version_0,
    ..LOUD
};

pub(super) const WALK: Scenario = Scenario {
    name: "sgsnemu-walk",
    about: "Nine pairs of IMSI and MSISDN one after the other, refused, until the last is accepted.",
    make: walk,
    ..LOUD
};

pub(super) const DAILY: Scenario = Scenario {
    name: "sgsnemu-daily-window",
    about: "Four days, the same half hour each: the same pairs are tried from an ordinary-looking node.",
    make: daily,
    expect: &[("sgsn-emulation", "high")],
    ..LOUD
};

pub(super) const UNANNOUNCED: Scenario = Scenario {
    name: "session-that-nobody-announced",
    about: "Amid roamers who registered, a session for one who did not.",
    make: unannounced,
    expect: &[("sgsn-emulation", "high")],
    ..LOUD
};

pub(super) const ROAMERS: Scenario = Scenario {
    name: "sgsn-with-many-roamers",
    benign: true,
    about: "A listed SGSN creates sessions for thirty subscribers who registered; two are refused.",
    make: roamers,
    expect: &[],
    ..LOUD
};

pub(super) const MIDWAY: Scenario = Scenario {
    name: "sgsn-capture-begins-midway",
    benign: true,
    about: "The capture begins after the subscribers registered: sessions come with no registration in sight.",
    make: midway,
    expect: &[],
    ..LOUD
};

fn defaults(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (from, to) = (at(A_HOST, 2_123), at(GGSN, 2_123));
    tl.udp(from, to, &gtp::echo_request(0x1800));
    tl.wait_ms(1);
    let create = emulated(A_HOST, "240010123456789", "46702123456", 1);
    let session = Session::create_v1(&mut tl, &create, v4(GGSN), pool(900), 0x1801);
    tl.udp(to, from, &gtp::echo_response(0x1800, 3));
    let way = session.way();
    for sequence in 0..10 {
        tl.wait_secs(1);
        let data = ping::zeros(56);
        tl.ping_by(&way, session.subscriber.into(), addr("198.18.0.1"), 0, sequence, &data);
    }
    session.delete_v1(&mut tl, 0x1802, 0);
    tl.into_frames()
}

fn changed(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (imsi, msisdn) = subscriber(40);
    let mut create = emulated(A_HOST, &imsi, &msisdn, 1);
    create.pco = Some(gtp::pap("user", "secret"));
    create.apn = "internet.mnc001.mcc001.gprs".to_owned();
    let (from, to) = (at(A_HOST, 2_123), at(GGSN, 2_123));
    tl.ask(from, to, &gtp::echo_request(1), &gtp::echo_response(1, 3));
    Session::create_v1(&mut tl, &create, v4(GGSN), pool(901), 2);
    tl.into_frames()
}

fn version_0(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (from, to) = (at(A_HOST, gtp::PORT_V0), at(GGSN, gtp::PORT_V0));
    let mut create = emulated(A_HOST, "240010123456789", "46702123456", 1);
    create.qos = vec![0x0b, 0x92, 0x1f];
    tl.udp(from, to, &gtp::v0_echo(1));
    tl.wait_ms(1);
    for sequence in 2..5 {
        tl.udp(from, to, &gtp::v0_create(&create, sequence));
        tl.wait_secs(3);
    }
    tl.into_frames()
}

fn walk(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let causes = [
        gtp::IMSI_NOT_KNOWN,
        gtp::AUTHENTICATION_FAILED,
        gtp::MISSING_APN,
        gtp::IMSI_NOT_KNOWN,
        gtp::IMSI_NOT_KNOWN,
        gtp::AUTHENTICATION_FAILED,
        gtp::IMSI_NOT_KNOWN,
        gtp::IMSI_NOT_KNOWN,
    ];
    let ask = |number: u32| {
        let (imsi, msisdn) = subscriber(100 + number);
        let mut create = gtp::Create::honest(&imsi, &msisdn, "001-02", v4(OUTSIDER), 50 + number);
        create.rai = None;
        create.pco = Some(gtp::pap("web", "web"));
        create
    };
    for (number, cause) in (0u32..).zip(causes) {
        Session::refused_v1(&mut tl, &ask(number), v4(GGSN), number as u16, cause);
        tl.wait_secs(11);
    }
    Session::create_v1(&mut tl, &ask(8), v4(GGSN), pool(902), 8);
    tl.into_frames()
}

fn daily(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let begin = tl.now;
    for day in 0..4i64 {
        tl.now = begin + day * 86_400_000_000 + day * 90_000_000;
        for number in 0..5u32 {
            let (imsi, msisdn) = subscriber(200 + number);
            let create = gtp::Create::honest(&imsi, &msisdn, "001-02", v4(A_HOST), 90 + number);
            let sequence = (day * 10) as u16 + number as u16;
            Session::refused_v1(&mut tl, &create, v4(GGSN), sequence, gtp::IMSI_NOT_KNOWN);
            tl.wait_secs(240);
        }
    }
    tl.into_frames()
}

fn unannounced(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 1..25 {
        roam(&mut tl, &mut links, number);
        tl.wait_secs(45);
    }
    let (imsi, msisdn) = subscriber(300);
    let create = gtp::Create::honest(&imsi, &msisdn, "001-02", v4(A_HOST), 0x77);
    Session::create_v1(&mut tl, &create, v4(GGSN), pool(300), 0x900);
    for number in 25..30 {
        roam(&mut tl, &mut links, number);
        tl.wait_secs(20);
    }
    tl.into_frames()
}

fn roamers(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 1..31 {
        register(&mut tl, &mut links, number);
        tl.wait_ms(300);
        let sequence = number as u16;
        if number % 15 == 0 {
            Session::refused_v1(&mut tl, &honest(number), v4(GGSN), sequence, gtp::MISSING_APN);
        } else {
            Session::create_v1(&mut tl, &honest(number), v4(GGSN), pool(number), sequence);
        }
        tl.wait_secs(4);
    }
    tl.into_frames()
}

fn midway(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for number in 1..8 {
        let session =
            Session::create_v1(&mut tl, &honest(number), v4(GGSN), pool(number), number as u16);
        let way = session.way();
        let query = crate::frame::dns::query(9, "www.example.com", 1, true);
        let record = crate::frame::dns::Data::A(v4("198.18.1.9"));
        let answer = crate::frame::dns::answer(9, "www.example.com", 1, 0, true, &[record]);
        let client = std::net::SocketAddr::new(session.subscriber.into(), 40_000);
        tl.ask_by(&way, client, at("10.10.0.53", 53), &query, &answer);
        tl.wait_secs(6);
    }
    let query = crate::frame::dns::query(3, "internet.mnc001.mcc001.gprs", 1, false);
    let record = crate::frame::dns::Data::A(v4(GGSN));
    let answer =
        crate::frame::dns::answer(3, "internet.mnc001.mcc001.gprs", 1, 0, false, &[record]);
    tl.ask(at("198.51.100.53", 30_000), at(EDNS, 53), &query, &answer);
    tl.into_frames()
}
