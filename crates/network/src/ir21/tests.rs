//! IR.21 files of several versions, and hostile ones.

use proptest::prelude::*;

use super::{Ir21, Merge, Merged, between, merge, networks};
use crate::Network;

const NEW: &str = include_str!("../../tests/ir21/new.xml");
const OLD: &str = include_str!("../../tests/ir21/old.xml");

fn read(text: &str, name: &str) -> Ir21 {
    Ir21::parse(text.as_bytes(), name).unwrap()
}

fn shown<T: ToString>(list: &[T]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn merged(text: &str, files: &[(&str, &str)], as_of: &str) -> Merged {
    let files = files.iter().map(|(name, text)| read(text, name)).collect();
    let as_of = (!as_of.is_empty()).then(|| as_of.parse().unwrap());
    merge(Merge { text, source: "network.toml", files, as_of }).unwrap()
}

#[test]
fn a_new_file_in_every_part() {
    let file = read(NEW, "TSTAA.xml");
    assert_eq!(file.organisation, "Testaria & Sons Mobile");
    assert_eq!((shown(&file.tadigs), shown(&file.hosts_for)), ("TSTAA".into(), "TSTMV".into()));
    assert_eq!(file.date.unwrap().to_string(), "2024-05-02");
    assert_eq!(file.schema.as_deref(), Some("15.1"));
    assert_eq!(shown(&file.plmns), "001-02");
    // The management title covers the range; subscribers' and test numbers are no nodes.
    assert_eq!(shown(&file.gt_prefixes), "99902 99907000010");
    assert_eq!(shown(&file.point_codes), "2001 8218");
    assert_eq!(shown(&file.realms), "epc.mnc002.mcc001.3gppnetwork.org partner-a.example");
    assert_eq!(shown(&file.hosts), "dea1.epc.mnc002.mcc001.3gppnetwork.org");
    assert_eq!(shown(&file.networks), "198.51.100.0/25 203.0.113.0/28 2001:db8:2::/48");
    assert_eq!(shown(&file.gsn), "198.51.100.20");
    assert_eq!(shown(&file.dns), "198.51.100.53 198.51.100.54");
    assert_eq!(shown(&file.diameter), "198.51.100.30");
    assert_eq!(shown(&file.carriers), "Carrier One IPX Two");
    assert_eq!(file.doubts, []);
}

#[test]
fn an_old_file_and_what_is_wrong_in_it() {
    let file = read(OLD, "TSTMV.xml");
    assert_eq!(file.organisation, "Little MVNO");
    assert_eq!(shown(&file.plmns), "001-04");
    assert_eq!(shown(&file.gt_prefixes), "999044 99905");
    assert_eq!(shown(&file.networks), "198.51.100.200/29");
    let doubts: Vec<String> =
        file.doubts.iter().map(|(line, text)| format!("{line} {text}")).collect();
    assert_eq!(
        doubts,
        [
            "12 range 90 to 10 behind 99905 is none: all of 99905 is taken",
            "18 `nowhere` is no address and no network"
        ]
    );
}

#[test]
fn ranges_of_numbers_and_of_addresses() {
    let prefixes = |start: &str, from: &str, to: &str| between(start, from, to).map(|p| shown(&p));
    for (start, from, to, expected) in [
        ("999", "", "", Some("999")),
        ("999", "000", "999", Some("999")),
        ("999", "000", "199", Some("9990 9991")),
        ("999", "098", "111", Some("999098 999099 99910 999110 999111")),
        ("999", "5", "5", Some("9995")),
        ("999", "5", "", Some("9995")),
        ("999", "9", "1", None),
        ("999", "10", "200", None),
        ("999012345678", "0000", "9999", None),
        ("999", "00000001", "99999998", None),
    ] {
        assert_eq!(prefixes(start, from, to).as_deref(), expected, "{start} {from} {to}");
    }
    for (text, expected) in [
        ("192.0.2.1", Some("192.0.2.1/32")),
        ("192.0.2.1/24", Some("192.0.2.0/24")),
        (" 192.0.2.0 / 25 ", Some("192.0.2.0/25")),
        ("192.0.2.0-192.0.2.255", Some("192.0.2.0/24")),
        ("192.0.2.4 to 192.0.2.7", Some("192.0.2.4/30")),
        ("192.0.2.9-192.0.2.1", None),
        ("0.0.0.1-255.255.255.254", Some("")),
        ("2001:db8::-2001:db8::ff", Some("2001:db8::/120")),
        ("192.0.2.1-2001:db8::1", None),
        ("", None),
        ("x", None),
    ] {
        let found = networks(text).map(|nets| shown(&nets));
        if expected == Some("") {
            assert!(found.is_some(), "{text}");
        } else {
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}

#[test]
fn what_is_no_ir21_says_so_with_the_line_and_what_to_do() {
    let error = |text: &str| Ir21::parse(text.as_bytes(), "x").unwrap_err().to_string();
    for (text, expected) in [
        ("%PDF-1.4", "line 1: no XML"),
        ("", "line 1: no XML"),
        ("<a/>", "line 1: begins with <a>"),
        ("<TADIGRAEXAA14/>", "begins with <TADIGRAEXAA14>"),
        ("<TADIGRAEXIR21/>", "no network in it"),
        ("<TADIGRAEXIR21>\n<a>\n", "line 3: the file ends inside <a>"),
        ("<TADIGRAEXIR21>\n<a></b>", "line 2: broken XML"),
        ("<!DOCTYPE x [<!ENTITY a \"b\">]>\n<TADIGRAEXIR21>&a;</TADIGRAEXIR21>", "a document type"),
        ("<TADIGRAEXIR21>\n&lol;</TADIGRAEXIR21>", "line 2: an entity of its own"),
    ] {
        let said = error(text);
        assert!(said.contains(expected), "{text}: {said}");
    }
    let deep = format!("<TADIGRAEXIR21>{}", "<a>".repeat(100_000));
    assert!(error(&deep).contains("deep in each other"), "{}", error(&deep));
}

#[test]
fn encodings_that_exports_use() {
    let named = |octets: &[u8]| Ir21::parse(octets, "x").unwrap().organisation;
    let text = OLD.replace("Little", "Müller");
    assert_eq!(named(text.as_bytes()), "Müller MVNO");
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    assert_eq!(named(&latin), "Müller MVNO");
    let mut marked = vec![0xff, 0xfe];
    marked.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(named(&marked), "Müller MVNO");
    marked = vec![0xef, 0xbb, 0xbf];
    marked.extend(text.bytes());
    assert_eq!(named(&marked), "Müller MVNO");
}

#[test]
fn a_new_description_from_files() {
    let out = merged("", &[("TSTMV.xml", OLD), ("TSTAA.xml", NEW)], "");
    let network = Network::parse(&out.text, "network.toml").unwrap();
    assert_eq!(network.partners.len(), 2, "{}", out.text);
    let mvno = network.partner_by_name("Little MVNO").unwrap();
    assert_eq!(mvno.hubs, ["Testaria & Sons Mobile"], "its host speaks for it");
    let host = network.partner_by_name("Testaria & Sons Mobile").unwrap();
    assert!(network.speaks_for(crate::Owner::Partner(host), mvno));
    assert!(
        out.text.contains("# IR.21 of 2024-05-02 (TSTAA, schema 15.1), TSTAA.xml"),
        "{}",
        out.text
    );
    assert!(out.text.contains("# IR.21 carriers: Carrier One, IPX Two"), "{}", out.text);
    assert_eq!(out.stale.len(), 1, "{:?}", out.stale);
    assert!(out.stale[0].contains("TSTMV.xml: Little MVNO of 2011-06-01 is"), "{:?}", out.stale);
    assert_eq!(out.conflicts, [""; 0]);
    assert_eq!(out.doubts.len(), 2);
    // The same again changes nothing.
    let again = merged(&out.text, &[("TSTMV.xml", OLD), ("TSTAA.xml", NEW)], "");
    assert_eq!(again.text, out.text);
    assert!(again.changes.iter().all(|line| line.contains("nothing new")), "{:?}", again.changes);
}

#[test]
fn what_somebody_wrote_stays() {
    let text = "# Ours.\n[home]\nname = \"Us\"   # spaces kept\nplmns = [\"001-01\"]\n\n\
        # Signed in May.\n[[partner]]\nname = \"A\"\nplmns = [\"001-002\"] # the old way\n\
        gsn = [\n    \"198.51.100.21\", # the spare one\n    \"192.0.2.77\",\n]\nagreements = [\"map.70\"]\n";
    let out = merged(text, &[("TSTAA.xml", NEW)], "2024-06-01");
    for kept in [
        "# Ours.",
        "# spaces kept",
        "# Signed in May.",
        "# the old way",
        "# the spare one",
        "\"192.0.2.77\"",
        "agreements = [\"map.70\"]",
    ] {
        assert!(out.text.contains(kept), "{kept}:\n{}", out.text);
    }
    let network = Network::parse(&out.text, "network.toml").unwrap();
    assert_eq!(network.partners.len(), 1);
    assert_eq!(shown(&network.partners[0].gsn), "198.51.100.21 192.0.2.77 198.51.100.20");
    assert_eq!(
        shown(&network.partners[0].plmns),
        "001-002",
        "the same network in another spelling"
    );
    assert!(
        out.changes.iter().any(|line| line.contains("gsn: kept 192.0.2.77")),
        "{:?}",
        out.changes
    );
    // An older file changes nothing then.
    let older = NEW.replace("2024-05-02", "2020-05-02").replace("198.51.100.30", "198.51.100.31");
    let again = merged(&out.text, &[("older.xml", &older)], "2024-06-01");
    assert_eq!(again.text, out.text);
    assert!(
        again.stale.iter().any(|line| line.contains("has one of 2024-05-02 already")),
        "{:?}",
        again.stale
    );
}

#[test]
fn what_contradicts_is_told() {
    let other = NEW
        .replace("TSTAA", "TSTBB")
        .replace("Testaria &amp; Sons", "Other")
        .replace("<tadig-raex-21:MNC>02", "<tadig-raex-21:MNC>03");
    let out = merged("", &[("a.xml", NEW), ("b.xml", &other)], "");
    for part in [
        "GT prefix 99902 is also of",
        "network 198.51.100.0/25 is also of",
        "gsn 198.51.100.20 is also of",
    ] {
        assert!(
            out.conflicts.iter().any(|text| text.contains(part)),
            "{part}: {:#?}",
            out.conflicts
        );
    }
    let home = "[home]\nname = \"Us\"\nplmns = [\"001-01\"]\ngt_prefixes = [\"99902\"]\n";
    let out = merged(home, &[("a.xml", NEW)], "");
    assert!(
        out.conflicts.iter().any(|text| text.contains("99902 is also of [home]")),
        "{:?}",
        out.conflicts
    );
    let ours = "[home]\nname = \"Us\"\nplmns = [\"001-02\"]\n";
    let out = merged(ours, &[("a.xml", NEW)], "");
    assert!(out.conflicts[0].contains("is [home]") && !out.text.contains("[[partner]]"), "{out:?}");
    // Two of one operator: the younger counts.
    let younger = NEW.replace("2024-05-02", "2024-07-01").replace("198.51.100.30", "198.51.100.31");
    let out = merged("", &[("old.xml", NEW), ("young.xml", &younger)], "");
    assert!(out.text.contains("198.51.100.31") && !out.text.contains("198.51.100.30"));
    assert!(out.stale[0].contains("young.xml replaces it"), "{:?}", out.stale);
}

proptest! {
    /// Whatever a file holds, reading ends in a description that can be read or in an error, and merging never panics.
    #[test]
    fn mutated_files_are_read_or_refused(at in any::<prop::sample::Index>(), len in 0usize..64, junk in "\\PC{0,24}") {
        for sample in [NEW, OLD] {
            let mut octets = sample.as_bytes().to_vec();
            let start = at.index(octets.len());
            let end = (start + len).min(octets.len());
            octets.splice(start..end, junk.bytes());
            if let Ok(file) = Ir21::parse(&octets, "mutated.xml") {
                let out = merge(Merge { text: "", source: "n.toml", files: vec![file], as_of: None });
                prop_assert!(out.is_ok(), "{:?}", out.err());
            }
        }
    }

    #[test]
    fn any_xml_is_read_or_refused(text in "(<[a-zA-Z:]{1,6}/?>|</[a-zA-Z:]{1,6}>|&[a-z#0-9]{0,4};|[ -~]{0,8}|<!--|-->|<!\\[CDATA\\[|\\]\\]>){0,40}") {
        let _ = Ir21::parse(text.as_bytes(), "x");
        let _ = Ir21::parse(format!("<TADIGRAEXIR21>{text}</TADIGRAEXIR21>").as_bytes(), "x");
    }

    #[test]
    fn prefixes_hold_every_number_of_a_range_and_no_other(a in 0u32..10_000, b in 0u32..10_000, probe in 0u32..10_000) {
        let (low, high) = (a.min(b), a.max(b));
        if let Some(list) = between("99", &format!("{low:04}"), &format!("{high:04}")) {
            let number = format!("99{probe:04}");
            let held = list.iter().filter(|prefix| number.starts_with(prefix.as_str())).count();
            prop_assert_eq!(held, usize::from((low..=high).contains(&probe)));
        }
    }
}
