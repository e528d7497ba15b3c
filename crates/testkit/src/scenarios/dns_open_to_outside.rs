//! A name server of the exchange that answers whom it should not, and names that lead elsewhere.

use super::Scenario;
use super::places::{A_DNS, A_SGSN, EDNS, GGSN, NETWORK, OUTSIDER, OUTSIDER2};
use crate::frame::dns;
use crate::timeline::{Timeline, at, v4};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("dns-open-to-outside"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: recursion,
    expect: &[("dns-open-to-outside", "medium")],
};

pub(super) const RECURSION: Scenario = Scenario {
    name: "dns-open-recursion",
    about: "Our name server resolves names of the internet for an outsider.",
    ..LOUD
};

pub(super) const INTERNAL: Scenario = Scenario {
    name: "dns-internal-names-told",
    about: "Our name server tells an outsider where our gateway is.",
    make: internal,
    ..LOUD
};

pub(super) const REDIRECTED: Scenario = Scenario {
    name: "dns-name-redirected",
    about: "An answer to our SGSN puts partner A's gateway on an outsider's address.",
    make: redirected,
    expect: &[("dns-open-to-outside", "high")],
    ..LOUD
};

pub(super) const LISTED: Scenario = Scenario {
    name: "dns-listed-resolvers",
    benign: true,
    about: "A partner's listed resolver asks for our access points, and ours for its.",
    make: listed,
    expect: &[],
    ..LOUD
};

const OURS: &str = "internet.mnc001.mcc001.gprs";
const THEIRS: &str = "internet.apn.epc.mnc002.mcc001.3gppnetwork.org";

/// A question, and an answer that is not the server's own where `recursive`.
fn ask(
    tl: &mut Timeline,
    [from, to]: [&str; 2],
    id: u16,
    name: &str,
    address: &str,
    recursive: bool,
) {
    let query = dns::query(id, name, dns::A, recursive);
    let records = [dns::Data::A(v4(address))];
    let mut answer = dns::answer(id, name, dns::A, 0, recursive, &records);
    if recursive && let Some(flags) = answer.get_mut(2) {
        *flags &= !0x04;
    }
    tl.ask(at(from, 33_000 + id), at(to, 53), &query, &answer);
    tl.wait_secs(2);
}

fn recursion(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for (id, name) in (1..).zip(["www.example.com", "mail.example.org", "cdn.example.net"]) {
        ask(&mut tl, [OUTSIDER, EDNS], id, name, "198.18.5.5", true);
    }
    tl.into_frames()
}

fn internal(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    ask(&mut tl, [OUTSIDER, EDNS], 1, OURS, GGSN, false);
    let node = "topon.s8.pgw1.node.epc.mnc001.mcc001.3gppnetwork.org";
    ask(&mut tl, [OUTSIDER, EDNS], 2, node, "192.0.2.21", false);
    tl.into_frames()
}

fn redirected(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    ask(&mut tl, ["192.0.2.22", OUTSIDER2], 1, THEIRS, OUTSIDER2, false);
    tl.into_frames()
}

fn listed(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for id in 1..6 {
        ask(&mut tl, [A_DNS, EDNS], id, OURS, GGSN, false);
        ask(&mut tl, [EDNS, A_DNS], 10 + id, THEIRS, A_SGSN, false);
    }
    tl.into_frames()
}
