//! tshark beside us on every real capture: what it calls MAP, Diameter, GTP and ICMP is called the same here, and the
//! key fields agree on at least 99.5 % of the frames. Every difference that is left stands in
//! `oracle-differences.tsv` with its reason.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use engine::capture::{self, Batch, Inputs};
use engine::event::{Event, Pseudonymiser, Timestamp, What};
use track::{Config, Frame, Shard};

/// What is compared: our name, and tshark's field.
const FIELDS: &[(&str, &str)] = &[
    ("map.opcode", "gsm_old.localValue"),
    ("imsi", "e212.imsi"),
    ("sccp.called", "sccp.called.digits"),
    ("sccp.calling", "sccp.calling.digits"),
    ("gtp.message_type", "gtp.message"),
    ("gtp.teid", "gtp.teid"),
    ("gtpv2.message_type", "gtpv2.message_type"),
    ("gtpv2.teid", "gtpv2.teid"),
    ("diameter.command_code", "diameter.cmd.code"),
];

/// Protocols that are compared: our counter, and tshark's name in the stack.
const PROTOCOLS: &[(&str, &[&str])] = &[
    ("map", &["gsm_map"]),
    ("diameter", &["diameter"]),
    ("gtp", &["gtp", "gtpv2", "gtpprime"]),
    ("icmp", &["icmp"]),
    ("icmpv6", &["icmpv6"]),
];

/// What one side says of a frame: name to values.
type Said = BTreeMap<&'static str, BTreeSet<String>>;

#[test]
fn tshark_calls_it_the_same() {
    let Some(folder) = common::captures() else { return };
    if Command::new("tshark").arg("--version").output().is_err() {
        eprintln!("SKIPPED: tshark is not installed");
        return;
    }
    let explained = explanations();
    let mut unexplained = Vec::new();
    let (mut frames, mut agree) = (0_u64, 0_u64);
    let mut by_field: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (path, index) in common::index(&folder) {
        let theirs = tshark(&path, &index[8]);
        let ours = ours(&path);
        let numbers: BTreeSet<u64> = theirs.keys().chain(ours.keys()).copied().collect();
        let nothing = Said::new();
        let last = theirs.keys().max().copied().unwrap_or(0);
        for number in numbers {
            // Frames behind the place where tshark gave a damaged file up cannot be compared.
            if number > last {
                continue;
            }
            let (a, b) =
                (ours.get(&number).unwrap_or(&nothing), theirs.get(&number).unwrap_or(&nothing));
            let mut same = true;
            for name in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                let count = by_field.entry(name).or_default();
                count.0 += 1;
                if a.get(name) == b.get(name) {
                    count.1 += 1;
                    continue;
                }
                same = false;
                let key = (index[0].clone(), (*name).to_owned());
                if !explained.contains(&key) && !explained.contains(&(index[0].clone(), "*".into()))
                {
                    unexplained.push(format!(
                        "{} frame {number} {name}: ours {:?}, tshark {:?}",
                        index[0],
                        a.get(name),
                        b.get(name)
                    ));
                }
            }
            frames += 1;
            agree += u64::from(same);
        }
    }
    for (field, (all, same)) in &by_field {
        println!("{field:<24} {same:>7} of {all:>7} frames agree");
    }
    let share = agree as f64 * 100.0 / frames as f64;
    println!("{agree} of {frames} frames agree in stack and key fields: {share:.3} %");
    assert!(
        unexplained.is_empty(),
        "{} differences without a reason:\n{}",
        unexplained.len(),
        unexplained.iter().take(60).cloned().collect::<Vec<_>>().join("\n")
    );
    assert!(frames > 10_000 && share >= 99.5, "{share:.3} % of {frames} frames");
}

/// Capture and field (or `*`) of each difference that has its reason.
fn explanations() -> BTreeSet<(String, String)> {
    include_str!("oracle-differences.tsv")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            assert!(fields.len() == 3 && fields[2].len() > 20, "capture, field, reason: {line}");
            (fields[0].to_owned(), fields[1].to_owned())
        })
        .collect()
}

fn tshark(path: &Path, notes: &str) -> BTreeMap<u64, Said> {
    let mut command = Command::new("tshark");
    command.args(["-n", "-r"]).arg(path);
    // What the index says tshark needs for this capture.
    let mut words = notes.split([' ', ';', ',']).peekable();
    while let Some(word) = words.next() {
        if word == "-o" {
            command.arg("-o").arg(
                notes.split("-o ").nth(1).unwrap_or_default().split(' ').next().unwrap_or_default(),
            );
            break;
        }
    }
    command.args(["-T", "fields", "-E", "separator=|", "-E", "aggregator=,", "-E", "occurrence=a"]);
    command.args(["-e", "frame.number", "-e", "frame.protocols"]);
    for (_, field) in FIELDS {
        command.args(["-e", field]);
    }
    let output = command.output().unwrap();
    let mut frames = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let cells: Vec<&str> = line.split('|').collect();
        let Some(number) = cells.first().and_then(|cell| cell.parse().ok()) else { continue };
        let mut said = Said::new();
        // What an ICMP error quotes is about another packet.
        let stack: Vec<&str> = cells.get(1).unwrap_or(&"").split(':').collect();
        let end = stack
            .iter()
            .position(|p| matches!(*p, "icmp" | "icmpv6"))
            .map_or(stack.len(), |place| place + 1);
        for (ours, names) in PROTOCOLS {
            if stack[..end].iter().any(|layer| names.contains(layer)) {
                said.entry("stack").or_default().insert((*ours).to_owned());
            }
        }
        if said.is_empty() {
            frames.insert(number, said);
            continue;
        }
        for (index, (ours, _)) in FIELDS.iter().enumerate() {
            for value in
                cells.get(index + 2).unwrap_or(&"").split(',').filter(|value| !value.is_empty())
            {
                said.entry(ours).or_default().insert(number_or_text(value));
            }
        }
        frames.insert(number, said);
    }
    frames
}

/// tshark writes some numbers in hexadecimal.
fn number_or_text(value: &str) -> String {
    match value.strip_prefix("0x").map(|digits| u64::from_str_radix(digits, 16)) {
        Some(Ok(number)) => number.to_string(),
        _ => value.to_owned(),
    }
}

fn ours(path: &Path) -> BTreeMap<u64, Said> {
    let config = Config::new(Pseudonymiser::revealing(common::KEY));
    let mut shard = Shard::new(&config, 0);
    let mut inputs = Inputs::open(&[path.to_path_buf()]).unwrap();
    let mut batch = Batch::default();
    let mut frames = BTreeMap::new();
    let mut events = Vec::new();
    let mut before = counts(&shard);
    while inputs.next_batch(&mut batch) {
        for capture::Frame { meta, bytes, .. } in batch.frames() {
            let at = Timestamp::from_nanos(meta.ts_nanos);
            let frame =
                Frame { number: meta.number, at, link: meta.link, bytes, orig_len: meta.orig_len };
            shard.frame(&frame, &mut events);
            let after = counts(&shard);
            let mut said = Said::new();
            for (ours, _) in PROTOCOLS {
                if after.get(*ours) > before.get(*ours) {
                    said.entry("stack").or_default().insert((*ours).to_owned());
                }
            }
            for event in events.drain(..) {
                fields(&event, &mut said);
            }
            gpdu(meta.link, bytes, &mut said);
            if !said.contains_key("stack") {
                said.clear();
            }
            frames.insert(meta.number, said);
            before = after;
        }
    }
    frames
}

fn counts(shard: &Shard) -> BTreeMap<String, u64> {
    shard
        .counters()
        .protocols()
        .into_iter()
        .map(|protocol| (protocol.name.to_string(), protocol.count))
        .collect()
}

fn fields(event: &Event, said: &mut Said) {
    let mut say = |name: &'static str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            said.entry(name).or_default().insert(value);
        }
    };
    match &event.what {
        What::Map(map) => {
            say("map.opcode", map.opcode.map(|code| code.to_string()));
            say("imsi", map.imsi.map(|imsi| imsi.to_string()));
            say(
                "sccp.called",
                map.called.as_ref().and_then(|a| a.gt.as_ref()).map(ToString::to_string),
            );
            say(
                "sccp.calling",
                map.calling.as_ref().and_then(|a| a.gt.as_ref()).map(ToString::to_string),
            );
        }
        What::Gtp(gtp) if gtp.version == 2 => {
            say("gtpv2.message_type", Some(gtp.message_type.to_string()));
            say("gtpv2.teid", gtp.teid.map(|teid| teid.to_string()));
            say("imsi", gtp.imsi.map(|imsi| imsi.to_string()));
        }
        What::Gtp(gtp) => {
            say("gtp.message_type", Some(gtp.message_type.to_string()));
            say("gtp.teid", gtp.teid.map(|teid| teid.to_string()));
            say("imsi", gtp.imsi.map(|imsi| imsi.to_string()));
        }
        What::Diameter(diameter) => {
            say("diameter.command_code", Some(diameter.command_code.to_string()));
            say("imsi", diameter.imsi.map(|imsi| imsi.to_string()));
        }
        _ => {}
    }
}

/// G-PDUs leave no event of their own; their header is read here by the parser that the tracker uses.
fn gpdu(link: u16, bytes: &[u8], said: &mut Said) {
    let mut notes = wire::Anomalies::default();
    let carried =
        wire::link::network(&mut notes, wire::link::LinkType(link), wire::Cursor::new(bytes));
    let Some(wire::link::Carried::Ip { packet: mut cur, .. }) = carried else { return };
    let Some(packet) = wire::ip::dissect(&mut notes, &mut cur) else { return };
    if packet.proto != wire::ip::proto::UDP || packet.fragment.is_some() {
        return;
    }
    let mut payload = packet.payload;
    let Ok(udp) = wire::transport::udp(&mut notes, &mut payload) else { return };
    if udp.src_port != 2152 && udp.dst_port != 2152 {
        return;
    }
    if let Some((teid, _)) = wire::gtp::gpdu(udp.payload) {
        said.entry("gtp.message_type").or_default().insert("255".into());
        said.entry("gtp.teid").or_default().insert(teid.to_string());
    }
}
