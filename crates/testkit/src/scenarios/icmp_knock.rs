//! Pings that wake a shell, and pings that do not.

use rand::Rng;

use super::Scenario;
use super::places::{A_HOST, EDNS, MONITOR, NETWORK, OUTSIDER, SYSLOG};
use crate::bytes::Put;
use crate::frame::{ping, transport};
use crate::timeline::{Side, Tcp, Timeline, addr, at};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("icmp-knock"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: binary,
    expect: &[("icmp-knock", "critical")],
};

pub(super) const BINARY: Scenario = Scenario {
    name: "icmp-knock-binary",
    about: "A ping carries address and port in network order; the pinged name server connects there.",
    ..LOUD
};

pub(super) const LITTLE_ENDIAN: Scenario = Scenario {
    name: "icmp-knock-little-endian",
    about: "The same in little-endian order, port first.",
    make: little_endian,
    ..LOUD
};

pub(super) const TEXT: Scenario = Scenario {
    name: "icmp-knock-text",
    about: "The ping says address and port in text; without a description.",
    network: None,
    make: text,
    ..LOUD
};

pub(super) const XOR: Scenario = Scenario {
    name: "icmp-knock-xor",
    about: "Address and port under one XORed octet; the connection comes 40 seconds later.",
    make: xor,
    ..LOUD
};

pub(super) const UNANNOUNCED: Scenario = Scenario {
    name: "icmp-knock-unannounced",
    about: "Data that means nothing to us; the pinged host connects where it never did.",
    make: unannounced,
    expect: &[("icmp-knock", "high")],
    ..LOUD
};

pub(super) const JUNOS: Scenario = Scenario {
    name: "icmp-knock-junos",
    about: "The published trigger of the Junos variant; nothing follows.",
    network: None,
    make: junos,
    ..LOUD
};

pub(super) const VERSION_6: Scenario = Scenario {
    name: "icmp-knock-ipv6",
    about: "ICMPv6 carries an IPv6 address and a port; without a description.",
    network: None,
    make: version_6,
    ..LOUD
};

pub(super) const REPLY_DIFFERS: Scenario = Scenario {
    name: "icmp-reply-differs",
    about: "A reply that does not return what was sent.",
    network: None,
    make: reply_differs,
    expect: &[("icmp-knock", "medium")],
    ..LOUD
};

pub(super) const HONEST_PINGS: Scenario = Scenario {
    name: "icmp-honest-pings",
    benign: true,
    about: "Linux, BSD, Windows, Cisco and fping; the pinged host logs where it always does, and to a new server.",
    make: honest_pings,
    expect: &[],
    ..LOUD
};

pub(super) const MONITORING: Scenario = Scenario {
    name: "icmp-monitoring-writes-addresses",
    benign: true,
    about: "Monitoring writes addresses into its pings; the host connects where it always does.",
    make: monitoring,
    expect: &[],
    ..LOUD
};

pub(super) const TOO_LATE: Scenario = Scenario {
    name: "icmp-connection-too-late",
    benign: true,
    about: "A connection three minutes after a strange ping from a monitor has nothing to do with it.",
    make: too_late,
    expect: &[],
    ..LOUD
};

/// A few keystrokes each way, as a shell looks from outside.
fn shell(tl: &mut Timeline, tcp: &mut Tcp) {
    for round in 0..6 {
        let typed = 3 + round * 5;
        let mut bytes = vec![0; typed];
        tl.rng.fill(&mut bytes[..]);
        tcp.say(tl, Side::Server, &bytes);
        let mut bytes = vec![0; 40 + typed * 9];
        tl.rng.fill(&mut bytes[..]);
        tcp.say(tl, Side::Client, &bytes);
        tl.wait_ms(1_700);
    }
    tcp.close(tl);
}

fn knock(
    seed: u64,
    pinger: &str,
    data: impl FnOnce(&mut Timeline) -> Vec<u8>,
    wait: i64,
) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let data = data(&mut tl);
    tl.ping_unanswered(addr(pinger), addr(EDNS), 0x4d2, &data);
    tl.wait_secs(wait);
    let mut tcp = Tcp::open(&mut tl, at(EDNS, 41_022), at(OUTSIDER, 53));
    shell(&mut tl, &mut tcp);
    tl.into_frames()
}

fn random(tl: &mut Timeline, len: usize) -> Vec<u8> {
    let mut out = vec![0; len];
    tl.rng.fill(&mut out[..]);
    out
}

fn binary(seed: u64) -> Vec<(i64, Vec<u8>)> {
    knock(
        seed,
        A_HOST,
        |tl| {
            let mut data = random(tl, 12);
            data.raw(&[203, 0, 113, 77]).u16(53).raw(&random(tl, 14));
            data
        },
        2,
    )
}

fn little_endian(seed: u64) -> Vec<(i64, Vec<u8>)> {
    knock(
        seed,
        A_HOST,
        |tl| {
            let mut data = random(tl, 7);
            data.raw(&53u16.to_le_bytes()).raw(&[77, 113, 0, 203]).raw(&random(tl, 9));
            data
        },
        1,
    )
}

fn text(seed: u64) -> Vec<(i64, Vec<u8>)> {
    knock(seed, A_HOST, |_| b"run 203.0.113.77:53 now".to_vec(), 3)
}

fn xor(seed: u64) -> Vec<(i64, Vec<u8>)> {
    knock(
        seed,
        A_HOST,
        |tl| {
            let mut data = vec![0x11, 0x07, 203, 0, 113, 77, 0, 53];
            data.raw(&random(tl, 12));
            data.iter().map(|octet| octet ^ 0x5a).collect()
        },
        40,
    )
}

fn unannounced(seed: u64) -> Vec<(i64, Vec<u8>)> {
    knock(
        seed,
        "203.0.113.9",
        |tl| {
            // Nothing in it may be an address by chance.
            random(tl, 45).iter().map(|octet| octet | 0x80).collect()
        },
        4,
    )
}

fn junos(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    // The trigger's place and octets as its analysis published them.
    let mut data = vec![b'0', 0];
    data.raw(&[
        0xf3, 0xd5, 0xe7, 0xf4, 0xe1, 0xf3, 0xf3, 0xd5, 0xb0, 0xb4, 0xe4, 0xcd, 0xd4, 0xc7, 0xb6,
        0xcc,
    ]);
    data.zeros(10);
    tl.ping_unanswered(addr(OUTSIDER), addr("192.0.2.1"), 0xaa56, &data);
    tl.into_frames()
}

fn version_6(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (host, far) = ("2001:db8:1::53", "2001:db8:77::9");
    let mut data = random(&mut tl, 10);
    if let std::net::IpAddr::V6(far) = addr(far) {
        data.raw(&far.octets()).u16(4_443);
    }
    data.raw(&random(&mut tl, 6));
    tl.ping_unanswered(addr("2001:db8:66::1"), addr(host), 0x4d3, &data);
    tl.wait_secs(3);
    let mut tcp = Tcp::open(&mut tl, at(host, 41_023), at(far, 4_443));
    shell(&mut tl, &mut tcp);
    tl.into_frames()
}

fn reply_differs(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (from, to) = (addr(A_HOST), addr(EDNS));
    let data: Vec<u8> = random(&mut tl, 40).iter().map(|octet| octet | 0x80).collect();
    tl.packet(&transport::echo(from, to, false, 0x300, 1, &data));
    tl.wait_ms(30);
    let data: Vec<u8> = random(&mut tl, 40).iter().map(|octet| octet | 0x80).collect();
    tl.packet(&transport::echo(to, from, true, 0x300, 1, &data));
    tl.into_frames()
}

fn honest_pings(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut log = Tcp::open(&mut tl, at(EDNS, 40_100), at(SYSLOG, 601));
    log.say(&mut tl, Side::Client, b"<134>1 2023-11-14T22:13:20Z edns1 named - - - ready\n");
    log.close(&mut tl);
    let kinds: [fn(i64, u32) -> Vec<u8>; 6] = [
        |now, _| ping::linux(now),
        |now, _| ping::bsd(now),
        |_, _| ping::windows(),
        |_, sequence| ping::cisco(sequence),
        |now, _| ping::fping(now),
        |_, _| ping::zeros(64),
    ];
    for (index, make) in (0u16..).zip(kinds) {
        for sequence in 1..4 {
            let data = make(tl.now, u32::from(sequence));
            tl.ping(addr(A_HOST), addr(EDNS), 0x100 + index, sequence, &data);
            tl.wait_secs(1);
        }
        let mut log = Tcp::open(&mut tl, at(EDNS, 40_101 + index), at(SYSLOG, 601));
        log.say(
            &mut tl,
            Side::Client,
            b"<134>1 2023-11-14T22:13:30Z edns1 named - - - still here\n",
        );
        log.close(&mut tl);
        tl.wait_secs(3);
    }
    let mut new = Tcp::open(&mut tl, at(EDNS, 40_200), at("10.10.5.9", 601));
    new.say(&mut tl, Side::Client, b"<134>1 2023-11-14T22:14:00Z edns1 named - - - moved\n");
    new.close(&mut tl);
    tl.into_frames()
}

fn monitoring(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let usual = |tl: &mut Timeline, port: u16| {
        let mut log = Tcp::open(tl, at(EDNS, port), at(SYSLOG, 601));
        log.say(tl, Side::Client, b"<134>1 - edns1 named - - - queries 1000\n");
        log.close(tl);
    };
    usual(&mut tl, 40_300);
    for round in 0..5u16 {
        let mut data = ping::monitor_text(addr(MONITOR), addr(EDNS));
        data.raw(b" log 10.10.5.6:601");
        tl.ping(addr(MONITOR), addr(EDNS), 0x777, round, &data);
        tl.wait_secs(5);
        usual(&mut tl, 40_301 + round);
        tl.wait_secs(25);
    }
    tl.into_frames()
}

fn too_late(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let data: Vec<u8> = random(&mut tl, 45).iter().map(|octet| octet | 0x80).collect();
    tl.ping(addr(MONITOR), addr(EDNS), 0x778, 1, &data);
    tl.wait_secs(180);
    let mut tcp = Tcp::open(&mut tl, at(EDNS, 40_400), at(SYSLOG, 601));
    tcp.say(&mut tl, Side::Client, b"<134>1 - edns1 named - - - hello\n");
    tcp.close(&mut tl);
    tl.into_frames()
}
