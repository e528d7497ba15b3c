//! Rules on events: what fires, what stays quiet, what is remembered, and how mistakes are explained.

use event::{
    AlertState, Diameter, Digits, GlobalTitle, Map, MapDetails, Proto, SccpAddress, Subscriber,
    What,
};
use network::Network;
use rsigma_eval::Event as _;

use super::view::View;
use super::{Mistake, RuleSet, Source};
use crate::tests_support::{Events, at, ends};
use crate::{Engine, Tuning};

pub(super) fn set(text: &str) -> (RuleSet, Vec<Mistake>) {
    RuleSet::read(&[Source { file: "rules.yml".into(), text: text.into() }])
}

pub(super) fn run(text: &str, network: Network, events: &Events) -> Engine {
    let (set, mistakes) = set(text);
    assert!(mistakes.is_empty(), "{}", mistakes.iter().map(Mistake::to_string).collect::<String>());
    let mut engine = Engine::with(network, Tuning::default(), vec![set.with_drafts().detector()]);
    for event in &events.list {
        engine.on_event(event);
    }
    engine.finish();
    engine
}

fn check(text: &str, events: &Events) -> Vec<event::Alert> {
    let alerts = run(text, Network::default(), events).alerts();
    assert_eq!(alerts, run(text, Network::default(), events).alerts(), "same events, other alerts");
    for alert in &alerts {
        assert!(!alert.frames.is_empty() && alert.frames.len() <= 16, "{alert:?}");
        assert!(!alert.entities.is_empty(), "{alert:?}");
        assert!(alert.first_seen <= alert.last_seen, "{alert:?}");
    }
    alerts
}

fn address(digits: &str) -> Option<SccpAddress> {
    let gt = GlobalTitle { digits: digits.into(), ..GlobalTitle::default() };
    Some(SccpAddress { gt: Some(gt), ssn: Some(8), ..SccpAddress::default() })
}

fn map(events: &mut Events, secs: f64, calling: &str, opcode: i64, change: impl FnOnce(&mut Map)) {
    let mut map = Map {
        user: "map".into(),
        message: "begin".into(),
        component: Some("invoke".into()),
        opcode: Some(opcode),
        calling: address(calling),
        called: address("99901000010"),
        ..Map::default()
    };
    change(&mut map);
    events.push(
        secs,
        "198.51.100.10:2905",
        "192.0.2.10:2905",
        Proto::Sctp,
        What::Map(Box::new(map)),
    );
}

fn subscriber(n: u64) -> Option<Subscriber> {
    Some(Subscriber { prefix: Digits::new("00101").unwrap(), pseudonym: Some(n) })
}

const SILENT: &str = "
title: Silent short message
id: 6c3a4e0e-0001-4000-8000-000000000001
name: silent-sms
status: stable
logsource: { product: roamguard, category: map }
detection:
  selection:
    map.opcode: [44, 46]
    map.details.tp_pid: 64
  condition: selection
level: medium
tags: [attack.t1430, attack.collection]
roamguard:
  why: a message of type 0 is acknowledged by the phone and never shown
  stage: collection
  entities: [map.calling.gt.digits, map.imsi]
";

fn silent(events: &mut Events, secs: f64, calling: &str, pid: u8) {
    map(events, secs, calling, 44, |map| {
        map.imsi = subscriber(7);
        map.details = Some(Box::new(MapDetails { tp_pid: Some(pid), ..MapDetails::default() }));
    });
}

#[test]
fn a_rule_fires_says_why_and_counts() {
    let mut events = Events::new();
    silent(&mut events, 0.0, "99902000031", 64);
    silent(&mut events, 1.0, "99902000031", 63);
    silent(&mut events, 2.0, "99902000031", 64);
    silent(&mut events, 3.0, "99903000031", 64);
    let alerts = check(SILENT, &events);
    assert_eq!(alerts.iter().map(|alert| alert.count).collect::<Vec<_>>(), [2, 1]);
    let alert = &alerts[0];
    assert_eq!((&*alert.detection, &*alert.check), ("rule:silent-sms", "match"));
    assert_eq!(alert.frames, [1, 3]);
    assert_eq!(alert.entities, ["gt:99902000031", "imsi:00101~0000000000000007"]);
    assert_eq!(alert.references.attack, ["T1430"]);
    assert_eq!(alert.state, AlertState::Active);
    assert!(alert.why.contains("map.details.tp_pid is 64"), "{}", alert.why);
    assert_eq!(
        alert.decided_by.as_deref(),
        Some("rules.yml:2: rule 6c3a4e0e-0001-4000-8000-000000000001")
    );
}

/// The home register that answers is not who attacked.
#[test]
fn an_answer_is_about_those_who_asked() {
    let rule = "
title: Any question
name: any-question
status: stable
logsource: { product: roamguard, category: map }
detection:
  selection: { map.opcode: 45 }
  condition: selection
level: high
";
    let mut events = Events::new();
    map(&mut events, 1.0, "99902000031", 45, |_| {});
    map(&mut events, 2.0, "99901000010", 45, |map| {
        map.called = address("99902000031");
        map.outcome = Some(event::Outcome::AnsweredWithData);
    });
    let alerts = check(rule, &events);
    assert_eq!((alerts.len(), alerts[0].entities[0].as_str()), (1, "gt:99902000031"), "{alerts:?}");
    assert_eq!(alerts[0].outcome, event::Outcome::AnsweredWithData);
}

#[test]
fn a_rule_on_trial_is_marked_and_a_draft_waits() {
    let mut events = Events::new();
    silent(&mut events, 0.0, "99902000031", 64);
    let trial = SILENT.replace("stable", "test");
    assert_eq!(check(&trial, &events)[0].state, AlertState::Test);
    let (draft, mistakes) = set(&SILENT.replace("stable", "experimental"));
    assert_eq!(mistakes, []);
    let mut engine = Engine::with(Network::default(), Tuning::default(), vec![draft.detector()]);
    events.list.iter().for_each(|event| engine.on_event(event));
    assert_eq!((engine.alerts().len(), engine.coverage().len()), (0, 0));
}

#[test]
fn a_rule_is_fired_clean_or_not_evaluable() {
    let state = |events: &Events| {
        let coverage = run(SILENT, Network::default(), events).coverage();
        let of = &coverage[0];
        format!("{} {:?} {}", of.detection, of.state, of.missing.clone().unwrap_or_default())
    };
    let mut events = Events::new();
    assert_eq!(state(&events), "rule:silent-sms NotEvaluable no map in the capture");
    silent(&mut events, 0.0, "99902000031", 0);
    assert_eq!(state(&events), "rule:silent-sms Clean ");
    silent(&mut events, 0.0, "99902000031", 64);
    assert_eq!(state(&events), "rule:silent-sms Fired ");
}

const BASE: &str = "
title: Location asked
name: location-asked
status: stable
logsource: { product: roamguard, category: map }
detection:
  selection: { map.opcode: 45 }
  condition: selection
level: low
---
title: Location updated
name: location-updated
status: stable
logsource: { product: roamguard, category: map }
detection:
  selection: { map.opcode: 2 }
  condition: selection
level: low
";

fn correlation(kind: &str, more: &str) -> String {
    format!(
        "{BASE}---
title: Joined
name: joined
status: stable
correlation:
  type: {kind}
  rules: [location-asked, location-updated]
  timespan: 60s
{more}
level: high
"
    )
}

#[test]
fn the_threshold_of_a_count_and_its_window() {
    let rules =
        correlation("event_count", "  group-by: [map.calling.gt.digits]\n  condition: { gte: 3 }");
    let counted = |times: &[f64]| {
        let mut events = Events::new();
        for secs in times {
            map(&mut events, *secs, "99902000031", 45, |_| ());
            map(&mut events, *secs, "99903000031", 44, |_| ());
        }
        check(&rules, &events)
    };
    assert_eq!(counted(&[0.0, 1.0]).len(), 0);
    assert_eq!(counted(&[0.0, 30.0, 60.000_001]).len(), 0, "the first has left the window");
    let alerts = counted(&[0.0, 30.0, 60.0]);
    assert_eq!(alerts.len(), 1, "at its very end it is still inside");
    assert_eq!((alerts[0].frames.as_slice(), alerts[0].count), ([1, 3, 5].as_slice(), 1));
    assert_eq!(alerts[0].entities[0], "gt:99902000031");
    assert_eq!(alerts[0].first_seen, at(0.0));
    // Reaching the threshold again counts, and no event counts twice.
    assert_eq!(counted(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])[0].count, 2);
}

#[test]
fn distinct_values_are_told_apart_and_repeats_hide_none() {
    let rules = correlation(
        "value_count",
        "  group-by: [map.calling.gt.digits]\n  condition: { field: map.imsi, gte: 3 }",
    );
    let counted = |subscribers: &[u64]| {
        let mut events = Events::new();
        for (n, who) in subscribers.iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "small")]
            map(&mut events, n as f64 / 100.0, "99902000031", 45, |map| {
                map.imsi = subscriber(*who)
            });
        }
        check(&rules, &events).len()
    };
    assert_eq!(counted(&[1, 2, 1, 2, 1, 2]), 0);
    let mut hidden = vec![1, 2];
    hidden.extend([2; 2_000]);
    hidden.push(3);
    assert_eq!(counted(&hidden), 1, "repeats push nothing out");
}

#[test]
fn in_order_and_not_the_other_way_round() {
    let rules = correlation("temporal_ordered", "  group-by: [map.imsi]");
    let ordered = |steps: &[(f64, i64, u64)]| {
        let mut events = Events::new();
        for (secs, opcode, who) in steps {
            map(&mut events, *secs, "99902000031", *opcode, |map| map.imsi = subscriber(*who));
        }
        check(&rules, &events)
    };
    let alerts = ordered(&[(0.0, 45, 1), (5.0, 2, 2), (10.0, 2, 1)]);
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].frames, [1, 3]);
    assert_eq!(ordered(&[(0.0, 2, 1), (10.0, 45, 1)]).len(), 0, "the wrong way round");
    assert_eq!(ordered(&[(0.0, 45, 1), (61.0, 2, 1)]).len(), 0, "too late");
    assert_eq!(ordered(&[(0.0, 45, 1), (50.0, 45, 1), (70.0, 2, 1)]).len(), 1, "the later one");
    let together = correlation("temporal", "  group-by: [map.imsi]");
    let mut events = Events::new();
    map(&mut events, 0.0, "1", 2, |map| map.imsi = subscriber(1));
    assert_eq!(check(&together, &events).len(), 0, "one of two is not all");
    map(&mut events, 9.0, "1", 45, |map| map.imsi = subscriber(1));
    assert_eq!(check(&together, &events).len(), 1);
}

#[test]
fn what_the_description_says_is_a_field() {
    let network: Network =
        Network::parse("[home]\nname = \"Ours\"\ngt_prefixes = [\"99901\"]\n", "network.toml")
            .unwrap();
    let rules = SILENT.replace("    map.details.tp_pid: 64\n", "    network.calling: unknown\n");
    let mut events = Events::new();
    silent(&mut events, 0.0, "99902000031", 64);
    silent(&mut events, 1.0, "99901000031", 64);
    let engine = run(&rules, network, &events);
    assert_eq!(engine.alerts().iter().map(|alert| alert.count).collect::<Vec<_>>(), [1]);
    let without = run(&rules, Network::default(), &events);
    assert_eq!(without.alerts().len(), 0);
    assert!(without.gaps()[0].missing.contains("no network description"), "{:?}", without.gaps());
}

#[test]
fn correlations_of_correlations_and_of_several_categories() {
    let rules = correlation("event_count", "  group-by: [src_ip]\n  condition: { gte: 2 }")
        + "---
title: Diameter refused
name: refused
status: stable
logsource: { product: roamguard, category: diameter }
detection:
  selection: { diameter.result_code|gte: 3000, diameter.request: false }
  condition: selection
level: low
---
title: Both ways
name: both
status: stable
correlation:
  type: temporal
  rules: [joined, refused]
  group-by: [src_ip]
  timespan: 5m
level: critical
";
    let mut events = Events::new();
    map(&mut events, 0.0, "1", 45, |_| ());
    map(&mut events, 1.0, "1", 2, |_| ());
    let refused = Diameter { result_code: Some(5012), ..Diameter::default() };
    events.push(
        2.0,
        "198.51.100.10:3868",
        "192.0.2.10:3868",
        Proto::Sctp,
        What::Diameter(Box::new(refused)),
    );
    let alerts = check(&rules, &events);
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(
        (&*alerts[0].detection, alerts[0].frames.as_slice()),
        ("rule:both", [1, 2, 3].as_slice())
    );
}

#[test]
fn groups_are_capped() {
    let rules =
        correlation("event_count", "  group-by: [map.calling.gt.digits]\n  condition: { gte: 3 }");
    let (set, _) = set(&rules);
    let mut detector = set.detector();
    let scene = crate::Scene::default();
    let mut findings = Vec::new();
    for n in 0..70_000_u32 {
        let mut events = Events::new();
        map(&mut events, 0.0, &n.to_string(), 45, |_| ());
        detector.on_event(&scene, &events.list[0], &mut findings);
    }
    let table = &detector.tables()[0];
    assert!(table.entries <= table.cap && 0 < table.evicted, "{table:?}");
}

#[test]
fn the_typed_event_and_its_record_say_the_same() {
    let fields = super::Fields::new();
    let mut events = Events::new();
    map(&mut events, 0.0, "99902000031", 44, |map| {
        map.imsi = subscriber(7);
        map.returned = vec!["imsi".into(), "location".into()];
        map.outcome = Some(event::Outcome::AnsweredWithData);
        map.addresses = vec![event::NodeAddress {
            role: "msc-Number".into(),
            gt: GlobalTitle { digits: "99902000032".into(), ..GlobalTitle::default() },
        }];
        map.details = Some(Box::new(MapDetails {
            tp_pid: Some(64),
            requested: vec!["imei".into()],
            ..MapDetails::default()
        }));
    });
    let diameter = Diameter {
        command_code: 316,
        request: true,
        origin_host: Some("mme.example".into()),
        route_record: vec!["a".into(), "b".into()],
        avps: vec![event::AvpCode { vendor: 10415, code: 1407 }],
        result_code: Some(2001),
        ..Diameter::default()
    };
    let other = ends("192.0.2.1:1", "192.0.2.2:2", Proto::Tcp);
    events.push(1.0, "192.0.2.1:1", "192.0.2.2:2", Proto::Tcp, What::Diameter(Box::new(diameter)));
    for what in [
        What::Gtp(Box::new(event::Gtp { version: 1, ies: vec![1, 2], ..Default::default() })),
        What::Dns(Box::new(event::Dns { qname: Some("a.b".into()), ..Default::default() })),
        What::Ssh(Box::new(event::Ssh { client: Some("SSH-2.0-x".into()), ..Default::default() })),
        What::Flow(Box::new(event::Flow { ja4: Some("t13".into()), ..Default::default() })),
        What::Sctp(Box::new(event::Sctp { ppids: vec![3], ..Default::default() })),
        What::Sccp(Box::new(event::Sccp { return_cause: Some(0), ..Default::default() })),
        What::Isup(Box::new(event::Isup { message: "IAM".into(), ..Default::default() })),
        What::Pfcp(Box::new(event::Pfcp { message_type: 5, ..Default::default() })),
        What::Icmp(Box::new(event::Icmp { icmp_type: 8, ..Default::default() })),
        What::Tunnel(Box::new(event::Tunnel { version: 2, ..Default::default() })),
        What::Anomaly(Box::new(event::Anomaly { field: "x.y".into(), ..Default::default() })),
    ] {
        events.list.push(event::Event::new(at(2.0), 9, Some(other), what));
    }
    let network = Network::default();
    for event in &events.list {
        let view = View::new(event, &network, false);
        let record = serde_json::to_value(event).unwrap();
        for field in fields.all() {
            let got = view.get_field(&field.path).map(|value| value.to_json());
            let mut written = super::view::walk(&record, &field.path).map(|value| value.to_json());
            if field.path == "timestamp" {
                continue;
            }
            let category = event.what.event_type();
            let own = field.path.starts_with(&format!("{category}."));
            if field.kind == "flag" && own && field.path.matches('.').count() == 1 {
                written = written.or(Some(false.into()));
            }
            if field.kind == "flag" && got == Some(false.into()) {
                continue;
            }
            assert_eq!(got, written, "{}", field.path);
        }
    }
}

#[test]
fn an_innocent_event_costs_no_record() {
    let mut events = Events::new();
    map(&mut events, 0.0, "1", 45, |_| ());
    let (network, event) = (Network::default(), &events.list[0]);
    let view = View::new(event, &network, false);
    for path in
        ["map.opcode", "map.details.tp_pid", "src_ip", "map.calling.gt.digits", "network.src"]
    {
        let _ = view.get_field(path);
    }
    assert!(!view.made_json());
}

fn said(text: &str) -> String {
    set(text).1.iter().map(Mistake::to_string).collect()
}

#[test]
fn mistakes_are_explained_where_they_stand() {
    for (from, to, wanted) in [
        (
            "map.opcode:",
            "map.opcod:",
            "rules.yml:9:5: no record has a field `map.opcod`\n  9 |     map.opcod: [44, 46]\n    |     ^\n  hint: did you mean `map.opcode`?\n",
        ),
        ("map.opcode:", "gtp.version:", "records of the category `map` have no `gtp.version`"),
        ("tp_pid:", "tp_pid|containss:", "unknown modifier `containss`"),
        ("category: map", "category: mapp", "did you mean `map`?"),
        ("product: roamguard", "product: windows", "the rule is not for our records"),
        ("condition: selection", "condition: selektion", "did you mean `selection`?"),
        ("condition: selection", "condition: selection and", "rules.yml:11:3"),
        ("level: medium", "levle: medium", "did you mean `level`?"),
        ("level: medium", "level: hihg", "there are informational, low"),
        ("status: stable", "status: ready", "there are experimental, test"),
        ("stage: collection", "stage: colection", "`colection` is no stage"),
        ("why:", "wy:", "did you mean `why`?"),
        ("map.imsi]", "map.imssi]", "did you mean `map.imsi`?"),
        ("    map.details.tp_pid: 64", "    map.details.tp_pid: : 64", "rules.yml:10"),
        ("    map.details.tp_pid: 64", "    map.operation|re: '(a{900}){900}'", "regex"),
        ("    map.details.tp_pid: 64", "    src_ip|cidr: 300.0.0.0/8", "rules.yml:"),
    ] {
        let text = SILENT.replace(from, to);
        assert_ne!(text, SILENT, "{from}");
        let said = said(&text);
        assert!(said.contains(wanted), "{to}:\n{said}");
        let (set, _) = set(&text);
        assert_eq!(set.list().len(), 0, "{to}: a rule with a mistake does not run");
    }
    assert!(said(&format!("{SILENT}---{SILENT}")).contains("is taken by the rule at rules.yml:2"));
}

#[test]
fn correlations_that_cannot_be_are_explained() {
    for (rules, wanted) in [
        (
            correlation("event_count", "  condition: { gte: 3 }")
                .replace("rules: [location-asked,", "rules: [location-askd,"),
            "did you mean `location-asked`?",
        ),
        (correlation("event_count", "  condition: { gte: 1000000 }"), "state without bound"),
        (correlation("value_count", "  condition: { gte: 5 }"), "which field's values count"),
        (
            correlation("event_count", "  group-by: [map.imsy]\n  condition: { gte: 3 }"),
            "did you mean `map.imsi`?",
        ),
        (
            correlation("event_count", "  condition: { gte: 3 }").replace("60s", "90d"),
            "longer than 31 days",
        ),
        (correlation("event_counts", "  condition: { gte: 3 }"), "event_counts"),
        (correlation("temporal", "").replace("location-updated]", "joined]"), "refers to itself"),
    ] {
        assert!(said(&rules).contains(wanted), "{wanted}:\n{}", said(&rules));
    }
}

#[test]
fn hostile_files_are_refused_and_cheap() {
    assert!(said(&"a".repeat(300 << 10)).contains("larger than 256 KiB"));
    let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for n in 0..20_u8 {
        let (from, to) = (char::from(b'a' + n), char::from(b'b' + n));
        bomb.push_str(&format!("{to}: &{to} [*{from}, *{from}, *{from}, *{from}]\n"));
    }
    assert!(said(&bomb).contains("aliases"), "{}", said(&bomb));
    for deep in
        ["a: ".to_owned() + &"[".repeat(100_000), format!("condition: {}s", "(".repeat(5_000))]
    {
        assert!(said(&deep).contains("brackets"), "{}", said(&deep));
    }
    assert!(!said(&"[".repeat(200_000)).is_empty());
    assert!(!said(&"a:\n ".repeat(20_000)).is_empty());
    let deep = SILENT.replace(
        "condition: selection",
        &format!("condition: {}selection{}", "(".repeat(5_000), ")".repeat(5_000)),
    );
    assert!(!said(&deep).is_empty());
    // Each correlation refers to the one before it twice: followed anew each time this would not end.
    let mut twice =
        correlation("event_count", "  condition: { gte: 3 }").replace("name: joined", "name: c0");
    for n in 1..60 {
        twice.push_str(&format!(
            "---\ntitle: C{n}\nname: c{n}\nstatus: stable\nlevel: low\ncorrelation:\n  type: temporal\n  rules: [c{0}, c{0}]\n  timespan: 5s\n",
            n - 1
        ));
    }
    assert_eq!(said(&twice), "");
}

proptest::proptest! {
    /// Whatever becomes of a file of rules, reading it gives rules or mistakes, and running them does not fail.
    #[test]
    fn mutated_rules_are_read(
        cut in 0_usize..2_000,
        changes in proptest::collection::vec((0_usize..2_000, proptest::prelude::any::<u8>()), 0..12),
    ) {
        let mut text = format!("{SILENT}---{}", correlation(
            "value_count",
            "  group-by: [map.calling.gt.digits]\n  condition: { field: map.imsi, gte: 3 }",
        )).into_bytes();
        for (at, byte) in changes {
            let at = at % text.len();
            text[at] = byte;
        }
        text.truncate(text.len().saturating_sub(cut));
        let text = String::from_utf8_lossy(&text).into_owned();
        let (set, mistakes) = set(&text);
        for mistake in &mistakes {
            assert!(mistake.line <= text.lines().count() + 1);
            assert!(!mistake.to_string().is_empty());
        }
        let mut events = Events::new();
        silent(&mut events, 0.0, "99902000031", 64);
        let mut engine = Engine::with(Network::default(), Tuning::default(), vec![set.with_drafts().detector()]);
        engine.on_event(&events.list[0]);
        engine.finish();
    }
}
