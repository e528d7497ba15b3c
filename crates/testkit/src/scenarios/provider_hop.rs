//! A host of ours as a stepping stone between providers, and the bastion that is meant to be one.

use super::Scenario;
use super::places::{A_DNS, B_HOST, BASTION as BASTION_HOST, EDNS, NETWORK, STP};
use crate::timeline::{Ending, Login, Timeline, at};

pub(super) const HOP: Scenario = Scenario {
    name: "provider-hop",
    detection: Some("provider-hop"),
    benign: false,
    about: "Partner A's name server is logged in on ours; meanwhile ours logs in on a host of partner B.",
    network: Some(NETWORK),
    make: hop,
    expect: &[("provider-hop", "critical")],
};

pub(super) const BASTION: Scenario = Scenario {
    name: "bastion-hop",
    benign: true,
    about: "An administrator goes through the bastion to our elements.",
    make: bastion,
    expect: &[],
    ..HOP
};

fn hop(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let begin = tl.now;
    let ending = Ending::Accepted { refused: 0, commands: 40 };
    Login::new(at(A_DNS, 36_100), at(EDNS, 22), ending).play(&mut tl);
    tl.now = begin + 30_000_000;
    let ending = Ending::Accepted { refused: 0, commands: 20 };
    Login::new(at(EDNS, 36_101), at(B_HOST, 22), ending).play(&mut tl);
    tl.into_frames()
}

fn bastion(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let begin = tl.now;
    let ending = Ending::Accepted { refused: 0, commands: 40 };
    Login::new(at("10.10.3.7", 36_102), at(BASTION_HOST, 22), ending).play(&mut tl);
    for (number, to) in [STP, EDNS].into_iter().enumerate() {
        tl.now = begin + 20_000_000 * (number as i64 + 1);
        let ending = Ending::Accepted { refused: 0, commands: 12 };
        Login::new(at(BASTION_HOST, 36_103 + number as u16), at(to, 22), ending).play(&mut tl);
    }
    tl.into_frames()
}
