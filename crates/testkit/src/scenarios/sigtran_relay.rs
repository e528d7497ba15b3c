//! A host that turns what an outsider tells it into signalling, and one that only keeps its books.

use rand::Rng;

use super::Scenario;
use super::places::{A_STP, BILLING, NETWORK, OUTSIDER, STP, SYSLOG, a_vlr, hlr, subscriber};
use crate::frame::map;
use crate::timeline::{Answer, Linkset, Side, Tcp, Timeline, at};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("sigtran-relay"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: relay,
    expect: &[("sigtran-relay", "critical")],
};

pub(super) const RELAY: Scenario = Scenario {
    name: "sigtran-relay",
    about: "Each instruction over TCP is followed by one dialogue, each answer by one message back.",
    ..LOUD
};

pub(super) const HOUSEKEEPING: Scenario = Scenario {
    name: "stp-housekeeping",
    benign: true,
    about: "An STP logs on the minute and writes billing records, whatever its traffic.",
    make: housekeeping,
    expect: &[],
    ..LOUD
};

fn ours_asks(tl: &mut Timeline, links: &mut Linkset, number: u32) {
    let (imsi, _) = subscriber(number);
    let argument = map::provide_subscriber_info(&imsi);
    let answer = Answer::Result(map::subscriber_info("99902000020", "001-02", number as u16));
    let opcode = map::op::PROVIDE_SUBSCRIBER_INFO;
    links.dialogue(tl, Side::Server, [&hlr(), &a_vlr()], opcode, &argument, &answer);
}

fn relay(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = Linkset::open(&mut tl, at(A_STP, 2905), at(STP, 2905), [2001, 1001]);
    let mut order = Tcp::open(&mut tl, at(OUTSIDER, 51_000), at(STP, 7_777));
    for number in 0..14 {
        tl.wait_secs([7, 31, 12, 55, 20][number as usize % 5]);
        let mut bytes = vec![0; 70 + number as usize % 4 * 8];
        tl.rng.fill(&mut bytes[..]);
        order.say(&mut tl, Side::Client, &bytes);
        tl.wait_ms(120);
        ours_asks(&mut tl, &mut links, number);
        tl.wait_ms(90);
        let mut bytes = vec![0; 110 + number as usize % 4 * 8];
        tl.rng.fill(&mut bytes[..]);
        order.say(&mut tl, Side::Server, &bytes);
    }
    tl.into_frames()
}

fn housekeeping(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = Linkset::open(&mut tl, at(A_STP, 2905), at(STP, 2905), [2001, 1001]);
    let mut log = Tcp::open(&mut tl, at(STP, 51_001), at(SYSLOG, 514));
    let mut books = Tcp::open(&mut tl, at(STP, 51_002), at(BILLING, 2_100));
    let begin = tl.now;
    for minute in 0..12i64 {
        tl.now = begin + minute * 60_000_000;
        let line = format!("<134>stp1 links: up 2, messages {}\n", minute * 17);
        log.say(&mut tl, Side::Client, line.as_bytes());
        if minute % 3 == 0 {
            let records = format!("CDR;{minute};messages;{}\n", minute * 17).repeat(12);
            books.say(&mut tl, Side::Client, records.as_bytes());
            books.say(&mut tl, Side::Server, b"OK\n");
        }
        for dialogue in 0..4 {
            tl.now = begin + minute * 60_000_000 + 7_000_000 + dialogue * 11_300_000;
            ours_asks(&mut tl, &mut links, (minute * 4 + dialogue) as u32);
        }
    }
    tl.into_frames()
}
