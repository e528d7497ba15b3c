//! Operators mapped by DNS, and nodes that resolve what their visitors bring.

use super::Scenario;
use super::places::{A_DNS, A_HOST, EDNS, NETWORK, OUTSIDER};
use crate::frame::dns;
use crate::timeline::{Side, Tcp, Timeline, at, v4};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("dns-grx-enumeration"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: networks,
    expect: &[("dns-grx-enumeration", "high")],
};

pub(super) const NETWORKS: Scenario = Scenario {
    name: "dns-walk-of-networks",
    about: "A host of a partner asks our name server for the ePDGs and MMEs of ninety networks; three exist.",
    ..LOUD
};

pub(super) const NODES: Scenario = Scenario {
    name: "dns-walk-of-areas",
    about: "An outsider walks through tracking areas and MME codes of one operator; without a description.",
    network: None,
    make: nodes,
    expect: &[("dns-grx-enumeration", "medium")],
    ..LOUD
};

pub(super) const TRANSFER: Scenario = Scenario {
    name: "dns-zone-handed-out",
    about: "A host of a partner asks for the version and transfers the zone over TCP.",
    make: transfer,
    ..LOUD
};

pub(super) const REFUSED: Scenario = Scenario {
    name: "dns-version-and-transfer-refused",
    about: "version.bind, hostname.bind and AXFR, all refused.",
    make: refused,
    expect: &[("dns-grx-enumeration", "medium")],
    ..LOUD
};

pub(super) const VISITORS: Scenario = Scenario {
    name: "dns-visitors-of-many-networks",
    benign: true,
    about: "A partner's resolver asks for the access points of visitors of forty networks; most exist.",
    make: visitors,
    expect: &[],
    ..LOUD
};

fn ask(tl: &mut Timeline, from: &str, id: u16, name: &str, record: Option<dns::Data>) {
    let query = dns::query(id, name, dns::A, false);
    let (rcode, records) = record.map_or((3, Vec::new()), |record| (0, vec![record]));
    let answer = dns::answer(id, name, dns::A, rcode, false, &records);
    tl.ask(at(from, 30_000 + id), at(EDNS, 53), &query, &answer);
}

fn networks(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for id in 0..180 {
        let service = if id % 2 == 0 { "epdg.epc" } else { "mmec01.mmegi8001.mme.epc" };
        let name = format!("{service}.mnc{:03}.mcc262.3gppnetwork.org", id / 2 + 1);
        let record = (id / 2 < 3).then(|| dns::Data::A(v4("203.0.113.40")));
        ask(&mut tl, A_HOST, id, &name, record);
        tl.wait_ms(900);
    }
    tl.into_frames()
}

fn nodes(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for id in 0..80 {
        let name = format!("tac-lb{id:02x}.tac-hb00.tac.epc.mnc001.mcc001.3gppnetwork.org");
        ask(&mut tl, OUTSIDER, id, &name, (id == 17).then(|| dns::Data::A(v4("192.0.2.24"))));
        tl.wait_ms(1_500);
    }
    tl.into_frames()
}

/// A question that says nothing about a host.
fn version(tl: &mut Timeline, from: &str, id: u16, name: &str, answer: Option<&str>) {
    let query = dns::chaos(id, name);
    tl.udp(at(from, 31_000 + id), at(EDNS, 53), &query);
    tl.wait_ms(15);
    tl.udp(at(EDNS, 53), at(from, 31_000 + id), &dns::chaos_answer(id, name, answer));
    tl.wait_secs(2);
}

fn transfer(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    version(&mut tl, A_HOST, 1, "version.bind", Some("9.11.4"));
    let zone = "epc.mnc001.mcc001.3gppnetwork.org";
    let mut tcp = Tcp::open(&mut tl, at(A_HOST, 52_000), at(EDNS, 53));
    tcp.say(&mut tl, Side::Client, &dns::framed(&dns::query(2, zone, dns::AXFR, false)));
    let records: Vec<dns::Data> =
        (20..40).map(|host| dns::Data::A(v4(&format!("192.0.2.{host}")))).collect();
    let answer = dns::answer(2, zone, dns::AXFR, 0, false, &records);
    tcp.say(&mut tl, Side::Server, &dns::framed(&answer));
    tcp.close(&mut tl);
    tl.into_frames()
}

fn refused(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    version(&mut tl, OUTSIDER, 1, "version.bind", None);
    version(&mut tl, OUTSIDER, 2, "hostname.bind", None);
    let zone = "mnc001.mcc001.gprs";
    let mut tcp = Tcp::open(&mut tl, at(OUTSIDER, 52_001), at(EDNS, 53));
    tcp.say(&mut tl, Side::Client, &dns::framed(&dns::query(3, zone, dns::AXFR, false)));
    let answer = dns::answer(3, zone, dns::AXFR, 5, false, &[]);
    tcp.say(&mut tl, Side::Server, &dns::framed(&answer));
    tcp.close(&mut tl);
    tl.into_frames()
}

fn visitors(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for id in 0..160 {
        let name = format!("internet.mnc{:03}.mcc{}.gprs", id % 4 + 1, 204 + id % 40);
        let record = (id % 5 != 0).then(|| dns::Data::A(v4("203.0.113.41")));
        ask(&mut tl, A_DNS, id, &name, record);
        tl.wait_secs(2);
    }
    tl.into_frames()
}
