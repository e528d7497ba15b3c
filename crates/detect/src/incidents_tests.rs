//! Which alerts belong together, and which do not.

use event::{AlertState, Endpoints, Proto, References};
use proptest::prelude::*;

use super::*;
use crate::tests_support::at;

/// An alert of one stage; the attacker is named first.
fn alert(secs: f64, stage: Stage, level: Level, outcome: Outcome, entities: &[&str]) -> Alert {
    let who = entities.first().copied().unwrap_or_default();
    let address = entities.iter().find_map(|entity| entity.strip_prefix("ip:")?.parse().ok());
    #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "small numbers")]
    let frame = secs as u64 + 1;
    Alert {
        id: format!("{secs:012.1}-{}-{}", stage.name(), entities.join("+")),
        detection: "core-sweep".into(),
        check: "sweep.fast".into(),
        level,
        severity: level.severity(),
        signature: format!("{who} did something of {}", stage.name()),
        confidence: 0.9,
        outcome,
        returned: Vec::new(),
        why: "because".into(),
        honest_cause: "a test".into(),
        next_step: format!("look at {who}"),
        decided_by: None,
        entities: entities.iter().map(|entity| (*entity).to_owned()).collect(),
        frames: vec![frame],
        first_seen: at(secs),
        last_seen: at(secs + 1.0),
        count: 1,
        references: References::default(),
        state: AlertState::Active,
        stage: Some(stage.name().into()),
        incident: None,
        ends: address.map(|src_ip| Endpoints {
            src_ip,
            src_port: 1,
            dest_ip: src_ip,
            dest_port: 2,
            proto: Proto::Udp,
        }),
    }
}

fn high(secs: f64, stage: Stage, entities: &[&str]) -> Alert {
    alert(secs, stage, Level::High, Outcome::Answered, entities)
}

fn network() -> Network {
    let text = r#"
[home]
plmns = ["001-01"]
gt_prefixes = ["99901"]
point_codes = [1001]
networks = ["192.0.2.0/24"]
subscriber_pools = ["10.20.0.0/16"]
realms = ["epc.mnc001.mcc001.3gppnetwork.org"]
[[element]]
name = "edns1"
roles = ["dns"]
addresses = ["192.0.2.53"]
[[element]]
name = "dea1"
roles = ["dra"]
addresses = ["192.0.2.30"]
hosts = ["dea1.epc.mnc001.mcc001.3gppnetwork.org"]
[[element]]
name = "ggsn1"
roles = ["ggsn"]
addresses = ["192.0.2.20"]
[[partner]]
name = "Partner A"
gt_prefixes = ["99902"]
point_codes = [2001]
networks = ["198.51.100.0/25"]
realms = ["epc.mnc002.mcc001.3gppnetwork.org"]
[[partner]]
name = "Partner B"
gt_prefixes = ["99903"]
networks = ["198.51.100.128/25"]
hubs = ["Hub"]
[[partner]]
name = "Partner C"
gt_prefixes = ["99904"]
hubs = ["Hub"]
[[partner]]
name = "Hub"
point_codes = [4001]
networks = ["203.0.113.0/25"]
"#;
    Network::parse(text, "network.toml").unwrap()
}

/// The incidents as lists of places of alerts.
fn groups(alerts: &[Alert], network: &Network) -> Vec<Vec<usize>> {
    let mut alerts = alerts.to_vec();
    let incidents = incidents(&mut alerts, network);
    let mut groups: Vec<Vec<usize>> = incidents
        .iter()
        .map(|incident| {
            let members: Vec<usize> = (0..alerts.len())
                .filter(|place| alerts[*place].incident.as_ref() == Some(&incident.id))
                .collect();
            let mut ids: Vec<&String> = members.iter().map(|place| &alerts[*place].id).collect();
            let mut named: Vec<&String> = incident.alerts.iter().collect();
            ids.sort();
            named.sort();
            assert_eq!(ids, named, "an alert names its incident, and the incident its alerts");
            members
        })
        .collect();
    groups.sort();
    groups
}

use Stage::{Collection, Control, Foothold, Pivot, SignallingAccess};

/// The chain of the published intrusions: in by a partner's host, knocked, then out again as an SGSN.
fn chain() -> Vec<Alert> {
    vec![
        high(0.0, Foothold, &["ip:198.51.100.53", "ip:192.0.2.53", "ip:192.0.2.60"]),
        high(300.0, Control, &["ip:198.51.100.53", "ip:192.0.2.53", "ip:203.0.113.200"]),
        high(
            600.0,
            Control,
            &["ip:192.0.2.53", "ip:192.0.2.20", "imsi:00101~1", "teid:0x1@192.0.2.20"],
        ),
        high(700.0, Control, &["ip:203.0.113.200", "ip:10.20.3.222", "teid:0x1@192.0.2.20"]),
    ]
}

#[test]
fn a_chain_is_one_story_and_critical() {
    let mut alerts = chain();
    let incidents = incidents(&mut alerts, &network());
    assert_eq!(incidents.len(), 1, "{incidents:#?}");
    let incident = &incidents[0];
    assert_eq!((incident.level, incident.severity), (Level::Critical, 1));
    assert_eq!(incident.id, alerts[0].id);
    let stages: Vec<&str> = incident.stages.iter().map(|stage| stage.name.as_ref()).collect();
    assert_eq!(stages, ["foothold", "control"]);
    assert!(alerts.iter().all(|alert| alert.incident.as_ref() == Some(&incident.id)));
    let role = |id: &str| {
        incident.nodes.iter().find(|node| node.id == id).map(|node| node.role.to_string()).unwrap()
    };
    assert_eq!(role("ip:198.51.100.53"), "attacker");
    assert_eq!(role("ip:192.0.2.53"), "pivot");
    assert_eq!(role("ip:192.0.2.20"), "victim");
    assert_eq!(role("imsi:00101~1"), "subscriber");
    assert_eq!(incident.frames, [1, 301, 601, 701]);
    assert!(incident.title.contains("edns1 (192.0.2.53)"), "{}", incident.title);
    assert!(incident.story[0].contains("foothold > control"), "{:?}", incident.story);
    assert!(incident.next_step.contains("edns1"), "{}", incident.next_step);
    let ids: BTreeSet<&str> = incident.nodes.iter().map(|node| node.id.as_str()).collect();
    for edge in &incident.edges {
        assert!(ids.contains(edge.from.as_str()) && ids.contains(edge.to.as_str()), "{edge:?}");
    }
}

#[test]
fn scanners_of_one_host_stay_apart() {
    let mut alerts = Vec::new();
    for n in 0..40u32 {
        let who = format!("ip:100.64.{n}.9");
        alerts.push(high(f64::from(n) * 60.0, Foothold, &[&who, "ip:192.0.2.53"]));
    }
    for network in [network(), Network::default()] {
        assert_eq!(groups(&alerts, &network), Vec::<Vec<usize>>::new());
    }
    // Two of one neighbourhood, or of one partner, belong together.
    alerts.push(high(9_000.0, Foothold, &["ip:100.64.7.10", "ip:192.0.2.53"]));
    assert_eq!(groups(&alerts, &network()), [[7, 40]]);
}

#[test]
fn a_crowd_that_got_in_does_not_join_what_the_host_does_next() {
    let mut alerts = Vec::new();
    for n in 0..9u32 {
        let who = format!("ip:100.64.{n}.9");
        alerts.push(high(f64::from(n) * 60.0, Foothold, &[&who, "ip:192.0.2.53"]));
    }
    alerts.push(high(4_000.0, Pivot, &["ip:192.0.2.53", "ip:198.51.100.7"]));
    assert_eq!(groups(&alerts, &network()), Vec::<Vec<usize>>::new());
    // One who did more than get in is the one to ask.
    alerts.push(high(3_000.0, Control, &["ip:100.64.99.9", "ip:192.0.2.53"]));
    assert_eq!(groups(&alerts, &network()), [vec![8, 9, 10]], "and whoever got in last before it");
}

#[test]
fn a_refused_attempt_does_not_explain_what_a_host_does_later() {
    let attempt =
        |outcome| alert(0.0, Foothold, Level::High, outcome, &["ip:100.64.1.9", "ip:192.0.2.53"]);
    let later = high(900.0, Pivot, &["ip:192.0.2.53", "ip:198.51.100.7"]);
    let of = |outcome| groups(&[attempt(outcome), later.clone()], &network());
    assert!(of(Outcome::Refused).is_empty() && of(Outcome::Attempt).is_empty());
    assert_eq!(of(Outcome::Answered), [[0, 1]]);
    // What it did before it was reached has another cause.
    let before = high(0.0, Pivot, &["ip:192.0.2.53", "ip:198.51.100.7"]);
    let after = high(900.0, Foothold, &["ip:100.64.1.9", "ip:192.0.2.53"]);
    assert!(groups(&[before, after], &network()).is_empty());
}

#[test]
fn a_month_is_the_limit() {
    let first = high(0.0, Foothold, &["ip:198.51.100.53", "ip:192.0.2.53"]);
    let again = |days: f64| high(days * 86_400.0, Control, &["ip:198.51.100.53", "ip:192.0.2.20"]);
    let network = network();
    assert_eq!(groups(&[first.clone(), again(30.0)], &network), [[0, 1]]);
    assert!(groups(&[first.clone(), again(30.1)], &network).is_empty());
    // A chain of steps may take longer.
    assert_eq!(groups(&[first, again(20.0), again(40.0)], &network), [[0, 1, 2]]);
}

#[test]
fn gateways_and_point_codes_on_the_way_join_nothing() {
    let way = ["pc:2001", "ip:198.51.100.10", "ip:192.0.2.10", "pc:1001"];
    let of = |secs, gt: &str, target: &str| {
        let entities: Vec<&str> = [gt].into_iter().chain(way).chain([target]).collect();
        high(secs, Collection, &entities)
    };
    let alerts =
        [of(0.0, "gt:99903000001", "imsi:00101~1"), of(60.0, "gt:99904000001", "imsi:00101~2")];
    assert!(groups(&alerts, &network()).is_empty());
    assert!(groups(&alerts, &Network::default()).is_empty());
    // The same subscriber is a target; the same gateway that attacks itself is an attacker.
    let target =
        [of(0.0, "gt:99903000001", "imsi:00101~1"), of(60.0, "gt:99904000001", "imsi:00101~1")];
    assert_eq!(groups(&target, &network()), [[0, 1]]);
    let mut sent = of(60.0, "gt:99903000001", "imsi:00101~2");
    sent.ends.as_mut().unwrap().src_ip = "198.51.100.10".parse().unwrap();
    let rogue = high(0.0, SignallingAccess, &["ip:198.51.100.10", "ip:192.0.2.10"]);
    assert_eq!(groups(&[rogue, sent], &network()), [[0, 1]]);
}

#[test]
fn a_hub_is_nobody_in_particular() {
    let a = high(0.0, Foothold, &["ip:203.0.113.9", "ip:192.0.2.53"]);
    let b = high(60.0, Foothold, &["ip:203.0.113.9", "ip:192.0.2.20"]);
    let same = high(90.0, Control, &["ip:203.0.113.9", "ip:192.0.2.53"]);
    assert!(groups(&[a.clone(), b.clone()], &network()).is_empty());
    assert_eq!(groups(&[a.clone(), b.clone(), same], &network()), [[0, 2]]);
    assert_eq!(
        groups(&[a, b], &Network::default()),
        [[0, 1]],
        "unknown as a hub, it is one attacker"
    );
}

#[test]
fn a_whole_realm_joins_nothing() {
    let realm = "realm:epc.mnc002.mcc001.3gppnetwork.org";
    let of = |secs, who: &str| {
        high(secs, Collection, &[who, realm, "realm:epc.mnc001.mcc001.3gppnetwork.org"])
    };
    let alerts = [of(0.0, "host:mme1.example"), of(9.0, "host:mme2.example.net")];
    assert!(groups(&alerts, &network()).is_empty());
    let alerts =
        [high(0.0, Collection, &[realm, "imsi:1"]), high(9.0, Collection, &[realm, "imsi:2"])];
    assert!(groups(&alerts, &network()).is_empty());
}

#[test]
fn an_element_is_one_whatever_it_is_called() {
    let host = "host:dea1.epc.mnc001.mcc001.3gppnetwork.org";
    let reached = high(0.0, Foothold, &["ip:198.51.100.9", "ip:192.0.2.30"]);
    let acted = high(900.0, Collection, &[host, "imsi:00102~1"]);
    assert_eq!(groups(&[reached, acted], &network()), [[0, 1]]);
}

#[test]
fn signalling_of_a_network_that_got_in_belongs_to_it() {
    let inside = high(0.0, Control, &["ip:198.51.100.53", "ip:192.0.2.53"]);
    let asks =
        |hours: f64| high(hours * 3_600.0, Collection, &["gt:99902000040", "gt:99901000010"]);
    assert_eq!(groups(&[inside.clone(), asks(5.0)], &network()), [[0, 1]]);
    assert!(groups(&[inside.clone(), asks(25.0)], &network()).is_empty());
    let other = high(3_600.0, Collection, &["gt:99903000040", "gt:99901000010"]);
    assert!(groups(&[inside, other], &network()).is_empty());
}

#[test]
fn a_later_stage_by_another_network_joins_the_one_who_came_through_last() {
    let first = high(0.0, Foothold, &["ip:100.64.1.1", "ip:192.0.2.53"]);
    let second = high(60.0, Foothold, &["ip:100.64.2.2", "ip:192.0.2.53"]);
    let knock = high(120.0, Control, &["ip:100.64.3.3", "ip:192.0.2.53"]);
    let earlier = high(180.0, Foothold, &["ip:100.64.4.4", "ip:192.0.2.53"]);
    assert_eq!(groups(&[first, second, knock, earlier], &network()), [[1, 2]]);
}

#[test]
fn alone_only_the_critical_are_incidents() {
    let of = |level| {
        let mut alone =
            [alert(0.0, Control, level, Outcome::Answered, &["ip:198.51.100.9", "ip:192.0.2.53"])];
        incidents(&mut alone, &network()).len()
    };
    assert_eq!((of(Level::High), of(Level::Critical)), (0, 1));
    // Two of a low level are none either, and rules on trial are none.
    let low = |secs| {
        alert(
            secs,
            Foothold,
            Level::Medium,
            Outcome::Answered,
            &["ip:198.51.100.9", "ip:192.0.2.53"],
        )
    };
    assert!(groups(&[low(0.0), low(9.0)], &network()).is_empty());
    let mut trial = chain();
    trial.iter_mut().for_each(|alert| alert.state = AlertState::Test);
    assert!(groups(&trial, &network()).is_empty());
}

#[test]
fn two_detections_of_one_message_are_one_stage() {
    let a = high(0.0, Foothold, &["ip:198.51.100.9", "ip:192.0.2.20"]);
    let mut b = high(0.0, Control, &["ip:198.51.100.9", "ip:192.0.2.20"]);
    let level = |alerts: &[Alert]| incidents(&mut alerts.to_vec(), &network())[0].level;
    assert_eq!(level(&[a.clone(), b.clone()]), Level::High);
    b.frames = vec![77];
    assert_eq!(level(&[a, b]), Level::Critical);
}

#[test]
fn no_name_is_a_name() {
    let odd =
        ["", "ip:", "ip:unknown", "gt:", ":", "pc:x", "teid:", "realm:", "host:.", "what:ever"];
    let mut alerts: Vec<Alert> = Vec::new();
    for (n, who) in odd.iter().enumerate() {
        for other in odd {
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            alerts.push(high(n as f64, Foothold, &[who, other]));
        }
    }
    alerts.push(high(99.0, Control, &[]));
    for network in [network(), Network::default()] {
        let mut list = alerts.clone();
        let incidents = incidents(&mut list, &network);
        assert!(incidents.iter().all(|incident| !incident.story.is_empty()));
    }
}

#[test]
fn twenty_thousand_alerts_are_joined_at_once() {
    let mut alerts: Vec<Alert> = (0..20_000u32)
        .map(|n| {
            let (who, target) =
                (format!("ip:10.{}.{}.1", n / 200, n % 200), format!("imsi:00101~{}", n % 7));
            high(f64::from(n), Foothold, &[&who, "ip:192.0.2.53", &target, "ip:192.0.2.20"])
        })
        .collect();
    let incidents = incidents(&mut alerts, &network());
    for incident in &incidents {
        assert!(
            incident.nodes.len() <= 64 && incident.edges.len() <= 256 && incident.story.len() <= 24
        );
    }
}

/// Alerts over a small world, so that they share much.
fn some_alerts() -> impl Strategy<Value = Vec<Alert>> {
    let who = prop::sample::select(vec![
        "ip:198.51.100.53",
        "ip:198.51.100.54",
        "ip:192.0.2.53",
        "ip:192.0.2.20",
        "ip:100.64.1.1",
        "ip:203.0.113.9",
        "gt:99902000040",
        "gt:99903000001",
        "pc:2001",
        "imsi:00101~1",
        "teid:0x1@192.0.2.20",
        "realm:epc.mnc002.mcc001.3gppnetwork.org",
    ]);
    let stage = prop::sample::select(CHAIN.to_vec());
    let level = prop::sample::select(vec![Level::Low, Level::Medium, Level::High, Level::Critical]);
    let outcome = prop::sample::select(vec![Outcome::Attempt, Outcome::Refused, Outcome::Answered]);
    let one = (0u32..60, stage, level, outcome, prop::collection::vec(who, 1..4));
    prop::collection::vec(one, 1..14).prop_map(|list| {
        list.into_iter()
            .enumerate()
            .map(|(n, (days, stage, level, outcome, entities))| {
                #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                let secs = f64::from(days) * 86_400.0 + n as f64;
                alert(secs, stage, level, outcome, &entities)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_alerts_does_not_matter(
        alerts in some_alerts(),
        seed in any::<u64>(),
    ) {
        let network = network();
        let mut sorted = alerts.clone();
        let expected = incidents(&mut sorted, &network);
        // Some permutation.
        let mut mixed: Vec<(u64, Alert)> = alerts
            .into_iter()
            .enumerate()
            .map(|(n, alert)| ((n as u64 + 1).wrapping_mul(seed | 1).rotate_left(17), alert))
            .collect();
        mixed.sort_by_key(|(key, _)| *key);
        let mut mixed: Vec<Alert> = mixed.into_iter().map(|(_, alert)| alert).collect();
        let found = incidents(&mut mixed, &network);
        prop_assert_eq!(&found, &expected);
        // Told again, nothing changes.
        prop_assert_eq!(incidents(&mut mixed, &network), expected);
    }

    #[test]
    fn later_alerts_leave_ids_as_they_are(alerts in some_alerts(), cut in 0usize..14) {
        let network = network();
        let mut all = alerts;
        all.sort_by_key(|alert| alert.first_seen);
        let mut before: Vec<Alert> = all.iter().take(cut).cloned().collect();
        let _ = incidents(&mut before, &network);
        let told = incidents(&mut all, &network);
        for alert in before.iter().filter(|alert| alert.incident.is_some()) {
            let now = all.iter().find(|other| other.id == alert.id).unwrap();
            let (was, is) = (alert.incident.as_ref().unwrap(), now.incident.as_ref());
            prop_assert!(is.is_some(), "an incident does not go away: {}", alert.id);
            // The same, or one that began earlier and took it in.
            let is = told.iter().find(|incident| Some(&incident.id) == is).unwrap();
            prop_assert!(&is.id == was || is.alerts.contains(was));
        }
    }
}
