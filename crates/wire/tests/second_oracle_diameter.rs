//! Diameter messages that an independent project encoded decode to what was put in, and what is cut, joined or lost of
//! them is found again.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use proptest::prelude::*;
use wire::diameter::{self, DataType};
use wire::{Anomalies, Cursor};

const RECORDED: &str = include_str!("second_oracle_diameter.tsv");

/// One message and what it was made of.
struct Recorded {
    command: u32,
    application: u32,
    flags: u8,
    ids: (u32, u32),
    /// Depth, vendor, code, and the value in hexadecimal or `g`.
    avps: Vec<(u8, u32, u32, String)>,
    bytes: Vec<u8>,
}

fn recorded() -> Vec<Recorded> {
    let rows = RECORDED.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let fields: Vec<&str> = row.split('\t').collect();
        let avp = |avp: &str| {
            let parts: Vec<&str> = avp.split(':').collect();
            let number = |at: usize| parts[at].parse().unwrap();
            (parts[0].parse().unwrap(), number(1), number(2), parts[3].to_owned())
        };
        Recorded {
            command: fields[0].parse().unwrap(),
            application: fields[1].parse().unwrap(),
            flags: fields[2].parse().unwrap(),
            ids: (fields[3].parse().unwrap(), fields[4].parse().unwrap()),
            avps: fields[5].split_whitespace().map(avp).collect(),
            bytes: octets(fields[6]),
        }
    })
    .collect()
}

fn octets(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[test]
fn every_message_decodes_to_what_was_put_in() {
    let all = recorded();
    let mut avps = 0;
    for message in &all {
        let (mut notes, mut cur) = (Anomalies::new(), Cursor::new(&message.bytes));
        let read = diameter::dissect(&mut notes, &mut cur).unwrap();
        assert!(cur.is_empty() && notes.is_empty() && read.is_whole());
        assert_eq!(
            (read.command_code, read.application_id),
            (message.command, message.application)
        );
        assert_eq!(
            (read.flags, (read.hop_by_hop_id, read.end_to_end_id)),
            (message.flags, message.ids)
        );
        let mut found = Vec::new();
        read.walk(|depth, avp| {
            let known = diameter::entry(avp.id.vendor, avp.id.code).unwrap();
            let value = match known.data_type {
                DataType::Grouped => "g".to_owned(),
                _ => hex(avp.value.rest()),
            };
            found.push((depth, avp.id.vendor, avp.id.code, value));
        });
        assert_eq!(found, message.avps);
        avps += found.len();
        let facts = diameter::facts(&mut notes, &read);
        assert_eq!(facts.undecoded_len, 0);
        assert!(!notes.has("diameter.avp_length") && !notes.has("diameter.avp_padding"));
    }
    assert!(all.len() >= 100 && avps >= 500, "{avps} of {}", all.len());
}

proptest! {
    #[test]
    fn messages_behind_one_another_are_cut_where_they_end(order in proptest::collection::vec(any::<prop::sample::Index>(), 1..8)) {
        let all = recorded();
        let picked: Vec<&Recorded> = order.iter().map(|index| index.get(&all)).collect();
        let stream: Vec<u8> = picked.iter().flat_map(|message| message.bytes.clone()).collect();
        let mut rest = stream.as_slice();
        for message in picked {
            prop_assert_eq!(diameter::message_len(rest), Some(message.bytes.len()));
            let mut cur = Cursor::new(rest);
            let read = diameter::dissect(&mut Anomalies::new(), &mut cur).unwrap();
            prop_assert_eq!(read.end_to_end_id, message.ids.1);
            rest = &rest[message.bytes.len()..];
        }
        prop_assert!(rest.is_empty());
    }

    #[test]
    fn a_message_is_found_behind_what_was_lost(index in any::<prop::sample::Index>(), lost in proptest::collection::vec(2u8.., 0..60)) {
        let all = recorded();
        let message = index.get(&all);
        let first_is_ietf = message.avps.first().is_some_and(|(_, vendor, ..)| *vendor == 0);
        let stream = [&lost[..], &message.bytes].concat();
        let found = diameter::find(&stream);
        if first_is_ietf {
            prop_assert_eq!(found, Some(lost.len()));
        } else {
            prop_assert!(found.is_none_or(|at| at > lost.len()));
        }
    }
}
