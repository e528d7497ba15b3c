//! Passwords tried over many hosts, and people who mistype theirs.

use super::Scenario;
use super::places::{A_DNS, BASTION as BASTION_HOST, EDNS, NETWORK};
use crate::frame::ssh;
use crate::timeline::{Ending, Login, Timeline, at};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("ssh-password-spray"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: fast,
    expect: &[("ssh-password-spray", "high")],
};

pub(super) const FAST: Scenario = Scenario {
    name: "ssh-spray-fast",
    about: "Two passwords on each of fourteen hosts within minutes, from a partner's name server.",
    ..LOUD
};

pub(super) const ACCEPTED: Scenario = Scenario {
    name: "ssh-spray-accepted",
    about: "The same; the last host lets it in. Without a description.",
    network: None,
    make: accepted,
    expect: &[("ssh-password-spray", "critical")],
    ..LOUD
};

pub(super) const SLOW: Scenario = Scenario {
    name: "ssh-spray-slow",
    about: "One attempt every ninety minutes, each on another host.",
    make: slow,
    ..LOUD
};

pub(super) const MISTYPED: Scenario = Scenario {
    name: "ssh-mistyped",
    benign: true,
    about: "An administrator mistypes three times and is let in.",
    make: mistyped,
    expect: &[],
    ..LOUD
};

pub(super) const BASTION: Scenario = Scenario {
    name: "ssh-bastion-sessions",
    benign: true,
    about: "A bastion holds long sessions to a dozen hosts.",
    make: bastion,
    expect: &[],
    ..LOUD
};

fn host(number: u32) -> String {
    format!("192.0.2.{}", 60 + number)
}

fn attempt(tl: &mut Timeline, number: u32, ending: Ending) {
    let client = at(A_DNS, 35_000 + number as u16);
    let mut login = Login::new(client, at(&host(number % 20), 22), ending);
    login.offer = ssh::LIBSSH;
    login.play(tl);
}

fn fast(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for number in 0..14 {
        attempt(&mut tl, number, Ending::Refused(2));
        tl.wait_secs(9);
    }
    tl.into_frames()
}

fn accepted(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for number in 0..14 {
        attempt(&mut tl, number, Ending::Refused(2));
        tl.wait_secs(9);
    }
    attempt(&mut tl, 14, Ending::Accepted { refused: 0, commands: 30 });
    tl.into_frames()
}

fn slow(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for number in 0..14 {
        attempt(&mut tl, number, Ending::Refused(1));
        tl.wait_secs(90 * 60);
    }
    tl.into_frames()
}

fn mistyped(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let ending = Ending::Accepted { refused: 3, commands: 12 };
    Login::new(at("10.10.3.7", 35_100), at("10.10.5.30", 22), ending).play(&mut tl);
    tl.into_frames()
}

fn bastion(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let begin = tl.now;
    for number in 0..12u32 {
        tl.now = begin + i64::from(number) * 3_000_000;
        let to = if number == 0 { EDNS.to_owned() } else { host(number) };
        let ending = Ending::Accepted { refused: 0, commands: 15 };
        let mut login = Login::new(at(BASTION_HOST, 36_000 + number as u16), at(&to, 22), ending);
        login.pause_secs = 8;
        login.play(&mut tl);
    }
    tl.into_frames()
}
