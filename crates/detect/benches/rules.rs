//! What rules cost per event: none of their category, a few, and many.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a measurement may stop where it finds what it did not expect"
)]

use std::fmt::Write as _;

use detect::rules::Source;
use detect::{Detector, RuleSet, Scene};
use event::{Endpoints, Event, GlobalTitle, Map, Proto, SccpAddress, Timestamp, What};

const EVENTS: i64 = 10_000;

fn main() {
    divan::main();
}

/// Invokes as a roaming link carries them, of a hundred titles.
fn events() -> Vec<Event> {
    let ends = Endpoints {
        src_ip: [198, 51, 100, 10].into(),
        src_port: 2905,
        dest_ip: [192, 0, 2, 10].into(),
        dest_port: 2905,
        proto: Proto::Sctp,
    };
    let address = |digits: String| {
        let gt = GlobalTitle { digits: digits.as_str().into(), ..GlobalTitle::default() };
        Some(SccpAddress { gt: Some(gt), ssn: Some(6), ..SccpAddress::default() })
    };
    (0..EVENTS)
        .map(|n| {
            let map = Map {
                user: "map".into(),
                message: "begin".into(),
                component: Some("invoke".into()),
                opcode: Some([2, 56, 7, 45, 44, 3][usize::try_from(n % 6).unwrap()]),
                calling: address(format!("999020000{:02}", n % 100)),
                called: address("99901000010".into()),
                ..Map::default()
            };
            Event::new(Timestamp(n * 1_000), 1, Some(ends), What::Map(Box::new(map)))
        })
        .collect()
}

/// Rules of four conditions each, none of which the events meet.
fn rules(n: usize) -> Box<dyn Detector> {
    let mut text = String::new();
    for at in 0..n {
        writeln!(
            text,
            "---\ntitle: Rule {at}\nstatus: stable\nlevel: low\nlogsource: {{ product: roamguard, category: map }}\n\
             detection:\n  a:\n    map.opcode: [{}, 70]\n    map.calling.gt.digits|startswith: '9990{}'\n    map.component: invoke\n  \
             b: {{ src_ip|cidr: 192.0.2.0/24 }}\n  condition: a and b",
            at % 90,
            at % 10
        )
        .unwrap();
    }
    let (set, mistakes) = RuleSet::read(&[Source { file: "rules.yml".into(), text }]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    set.detector()
}

#[divan::bench(args = [0, 10, 200])]
fn map_events(bencher: divan::Bencher<'_, '_>, n: usize) {
    let (events, scene) = (events(), Scene::default());
    let mut detector = rules(n);
    let wants = detector.wants();
    bencher.counter(divan::counter::ItemsCount::new(EVENTS.unsigned_abs())).bench_local(|| {
        let mut findings = Vec::new();
        for event in &events {
            if wants.any(detect::Kinds::of(&event.what)) {
                detector.on_event(&scene, event, &mut findings);
            }
        }
        findings
    });
}
