//! Configurations: what is read, what is refused and with which words, and what suppressions keep back.

use event::{Alert, AlertState, Endpoints, Level, Outcome, Proto, References, Timestamp};
use network::Network;

use super::*;

const NETWORK: &str = "[[partner]]\nname = \"A\"\nnetworks = [\"198.51.100.0/25\"]\n";

fn alert(level: Level, last_seen: &str) -> Alert {
    let last_seen: Timestamp = last_seen.parse().unwrap();
    Alert {
        id: "0".into(),
        detection: "core-sweep".into(),
        check: "sweep.fast".into(),
        level,
        severity: level.severity(),
        signature: "x".into(),
        confidence: 0.5,
        outcome: Outcome::Attempt,
        returned: Vec::new(),
        why: "x".into(),
        honest_cause: "x".into(),
        next_step: "x".into(),
        decided_by: None,
        entities: vec!["ip:198.51.100.9".into(), "ip:192.0.2.10".into()],
        frames: vec![1],
        first_seen: last_seen,
        last_seen,
        count: 1,
        references: References::default(),
        state: AlertState::Active,
        incident: None,
        stage: None,
        ends: Some(Endpoints {
            src_ip: "198.51.100.9".parse().unwrap(),
            src_port: 1,
            dest_ip: "192.0.2.10".parse().unwrap(),
            dest_port: 2,
            proto: Proto::Udp,
        }),
    }
}

const DAY: &str = "2023-11-14T22:13:20Z";

/// What is left of one alert, and what the count says.
fn kept(config: &str, alert: Alert) -> (bool, Suppressed) {
    let network = Network::parse(NETWORK, "network.toml").unwrap();
    let tuning = Tuning::parse(config, "roamguard.toml").unwrap();
    let mut alerts = vec![alert];
    let counts = tuning.suppress(&network, &mut alerts);
    (!alerts.is_empty(), counts[0].clone())
}

fn suppress(more: &str) -> String {
    format!(
        "[[suppress]]\ndetection = \"core-sweep\"\nreason = \"a test, ticket 12\"\nuntil = 2023-12-01\n{more}"
    )
}

fn errors(config: &str) -> String {
    Tuning::parse(config, "roamguard.toml").unwrap_err().text
}

#[test]
fn a_threshold_for_everybody_and_for_one_partner() {
    let card = crate::find("core-sweep").unwrap().card;
    let text = "[thresholds.core-sweep]\ndestinations = 30\n\
                [[partner]]\nname = \"A\"\nreason = \"monitors us\"\n\
                [partner.thresholds.core-sweep]\ndestinations = 60\n";
    let tuning = Tuning::parse(text, "roamguard.toml").unwrap();
    let limit = tuning.limit(card, "destinations");
    let network = Network::parse(NETWORK, "network.toml").unwrap();
    let of = |ip: &str| limit.of(network.owner_of_ip(ip.parse().unwrap()));
    assert_eq!((limit.everybody(), of("198.51.100.9"), of("203.0.113.1")), (30, 60, 30));
    assert_eq!(tuning.unknown_partners(&network), []);
    let nobody = tuning.unknown_partners(&Network::default());
    assert_eq!(nobody, [(3, "A".to_owned())].map(|(_, name)| (nobody[0].0, name)));
    assert_eq!(Tuning::default().limit(card, "destinations").everybody(), 20);
}

#[test]
fn the_numbers_of_incidents() {
    let tuning = Tuning::parse("[thresholds.incidents]\ndays = 7\n", "roamguard.toml").unwrap();
    let rules = tuning.incident_rules();
    assert_eq!((rules.days, rules.hours), (7, IncidentRules::default().hours));
    assert_eq!(Tuning::default().incident_rules(), IncidentRules::default());
    assert!(errors("[thresholds.incidents]\ndays = 0").contains("line 2: `days` is 1 to 365"));
}

#[test]
fn a_suppression_keeps_back_what_it_names_and_counts_it() {
    let (shown, count) = kept(&suppress(""), alert(Level::High, DAY));
    assert!(!shown);
    assert_eq!((count.alerts, count.level, count.expired), (1, Some(Level::High), false));
    assert_eq!(count.decided_by, "roamguard.toml:1");
    for more in [
        "check = \"sweep.fast\"",
        "partner = \"A\"",
        "entities = [\"ip:198.51.100.0/25\"]",
        "entities = [\"ip:198.51.100.9\", \"ip:192.0.2.10\"]",
        "level = \"high\"",
    ] {
        assert!(!kept(&suppress(more), alert(Level::High, DAY)).0, "{more}");
    }
}

#[test]
fn a_suppression_keeps_back_nothing_else() {
    for more in [
        "check = \"sweep.slow\"",
        "partner = \"B\"",
        "entities = [\"ip:198.51.100.10\"]",
        "entities = [\"ip:198.51.100.9\", \"ip:192.0.2.99\"]",
        "level = \"medium\"",
    ] {
        let (shown, count) = kept(&suppress(more), alert(Level::High, DAY));
        assert!(shown && count.alerts == 0 && !count.expired, "{more}");
    }
    let (shown, count) = kept(&suppress(""), alert(Level::High, "2023-12-01T00:00:00Z"));
    assert!(shown && count.expired && count.alerts == 0, "the end date is over");
    let (shown, _) = kept(&suppress(""), alert(Level::High, "2023-11-30T23:59:59Z"));
    assert!(!shown, "the last second counts");
}

#[test]
fn categories_of_operations() {
    let tuning = Tuning::parse("[operations]\n\"map.37\" = 2\n\"cap.0\" = 0\n", "c").unwrap();
    assert_eq!((tuning.category("map.37"), tuning.category("cap.0")), (Some(2), Some(0)));
    assert_eq!(tuning.category("map.71"), None);
}

#[test]
fn mistakes_have_a_line_and_a_hint() {
    for (config, said) in [
        (
            "[thresholds.core-sweeps]\nx = 1",
            "line 1: `core-sweeps` is no detection; did you mean `core-sweep`?",
        ),
        (
            "[thresholds.core-sweep]\n\ndestination = 1",
            "line 3: `destination` is no threshold: core-sweep has",
        ),
        ("[thresholds.core-sweep]\ndestinations = -1", "line 2: "),
        ("[thresholds.core-sweep]\ndestinations = \"20\"", "line 2: "),
        ("[threshold.core-sweep]\ndestinations = 20", "line 1: unknown field `threshold`"),
        ("[operations]\n\"map.x\" = 1", "line 2: `map.x` is no operation"),
        ("[operations]\n\"map.37\" = 4", "line 2: a category is 1, 2 or 3"),
        ("x", "line 1: "),
        ("[[suppress]]\ndetection = \"core-sweep\"\nuntil = 2023-12-01", "missing field `reason`"),
        ("[[suppress]]\ndetection = \"core-sweep\"\nreason = \"r\"", "missing field `until`"),
        (
            "[[suppress]]\ndetection = \"core-sweep\"\nreason = \" \"\nuntil = 2023-12-01",
            "line 3: a `reason`",
        ),
        (
            "[[suppress]]\ndetection = \"core-sweep\"\nreason = \"r\"\nuntil = 22:00:00",
            "line 4: an end date",
        ),
    ] {
        let text = errors(config);
        assert!(text.contains(said), "{config}\n{text}");
    }
    for (more, said) in [
        (
            "check = \"sweep.fas\"",
            "line 5: `sweep.fas` is no check of core-sweep: sweep.fast, sweep.slow; did you mean `sweep.fast`?",
        ),
        ("entities = [\"198.51.100.9\"]", "line 5: `198.51.100.9` is no entity"),
        ("entities = [\"ip:x\"]", "line 5: `ip:x` is no entity"),
        ("level = \"hi\"", "line 5: `hi` is not a level"),
        ("entity = []", "line 5: unknown field `entity`"),
    ] {
        let text = errors(&suppress(more));
        assert!(text.contains(said), "{more}\n{text}");
    }
}

#[test]
fn a_threshold_moves_the_boundary() {
    use crate::tests_support::Events;
    use event::Gtp;
    let mut events = Events::new();
    for host in 0..12 {
        let gtp =
            Gtp { version: 1, message_type: 1, message: "Echo Request".into(), ..Gtp::default() };
        events.gtp(
            f64::from(host),
            "198.51.100.66:2123",
            &format!("192.0.2.{}:2123", host + 1),
            gtp,
        );
    }
    let run = |config: &str| {
        let detectors = vec![(crate::find("core-sweep").unwrap().make)()];
        let tuning = Tuning::parse(config, "roamguard.toml").unwrap();
        let mut engine = crate::Engine::with(Network::default(), tuning, detectors);
        events.list.iter().for_each(|event| engine.on_event(event));
        engine.finish();
        engine.alerts().len()
    };
    let limit = |n: u32| format!("[thresholds.core-sweep]\ndestinations = {n}\n");
    assert_eq!((run(""), run(&limit(12)), run(&limit(13))), (0, 1, 0));
}

/// What one could write by accident or on purpose is an error with a line, never a panic.
mod hostile {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text(text in "\\PC{0,200}") {
            let _ = Tuning::parse(&text, "x");
        }

        #[test]
        fn a_changed_sample(at in 0_usize..200, with in "\\PC{0,3}") {
            let mut text = suppress("entities = [\"ip:198.51.100.0/25\"]\n[operations]\n\"map.37\" = 2\n");
            let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.insert_str(at, &with);
            if let Err(error) = Tuning::parse(&text, "x") {
                prop_assert!(error.text.starts_with("line "), "{}", error.text);
            }
        }
    }
}
