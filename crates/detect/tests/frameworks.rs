//! Promise: the ids of ATT&CK, FiGHT and MoTIF on a card have the form of their framework, and those of FiGHT exist.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop where it finds what it did not expect"
)]

use std::collections::BTreeMap;

use detect::DETECTORS;

const FIGHT: &str = include_str!("../src/fight.tsv");

/// `PREFIX`, `digits` digits, and perhaps a point and three more.
fn has_form(id: &str, prefix: &str, digits: usize) -> bool {
    let Some(rest) = id.strip_prefix(prefix) else { return false };
    let (technique, sub) = rest.split_once('.').map_or((rest, None), |(a, b)| (a, Some(b)));
    let number = |text: &str, length| {
        text.len() == length && text.bytes().all(|octet| octet.is_ascii_digit())
    };
    number(technique, digits) && sub.is_none_or(|sub| number(sub, 3))
}

#[test]
fn ids_have_the_form_of_their_framework() {
    for entry in DETECTORS {
        let card = entry.card;
        let forms = [(card.attack, "T"), (card.fight, "FGT"), (card.motif, "MOT")];
        for (ids, prefix) in forms {
            for id in ids {
                assert!(has_form(id, prefix, 4), "{}: {id} is no id of {prefix}", card.id);
            }
            let mut once = ids.to_vec();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), ids.len(), "{} names an id twice", card.id);
        }
        assert!(!card.fight.is_empty(), "{} names nothing of FiGHT", card.id);
    }
}

#[test]
fn ids_of_fight_exist_and_the_list_holds_no_others() {
    let known: BTreeMap<&str, &str> = FIGHT
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once('\t').expect("an id and a name"))
        .collect();
    let mut left = known.clone();
    for entry in DETECTORS {
        for id in entry.card.fight {
            assert!(known.contains_key(id), "{}: FiGHT has no {id}", entry.card.id);
            left.remove(id);
        }
    }
    assert!(left.is_empty(), "no detection names {left:?}");
}
