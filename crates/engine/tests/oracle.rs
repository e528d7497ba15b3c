//! tshark beside us on every real capture: what it calls MAP, Diameter, GTP and ICMP is called the same here, and the
//! key fields agree on at least 99.5 % of the frames. Every difference that is left stands in
//! `oracle-differences.tsv` with its reason.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking and tells the share"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use engine::capture::{self, Batch, Inputs};
use engine::event::{Event, Pseudonymiser, SccpAddress, Timestamp, What};
use track::{Config, Frame, Shard};
use wire::link::{Carried, LinkType};
use wire::{Anomalies, Cursor};

/// What is compared: our name, tshark's field, and the layer of its stack that says it.
const FIELDS: &[(&str, &str, &str)] = &[
    ("map.opcode", "gsm_old.localValue", "gsm_map"),
    ("imsi", "e212.imsi", ""),
    // IMSI and NSAPI of version 0.
    ("imsi", "gtp.tid", "gtp"),
    ("sccp.called", "sccp.called.digits", "sccp"),
    ("sccp.calling", "sccp.calling.digits", "sccp"),
    ("gtp.message_type", "gtp.message", "gtp"),
    ("gtp.teid", "gtp.teid", "gtp"),
    ("gtpv2.message_type", "gtpv2.message_type", "gtpv2"),
    ("gtpv2.teid", "gtpv2.teid", "gtpv2"),
    ("diameter.command_code", "diameter.cmd.code", "diameter"),
];

/// Protocols that are compared: our name, and tshark's names in the stack.
const PROTOCOLS: &[(&str, &[&str])] = &[
    ("map", &["gsm_map"]),
    ("diameter", &["diameter"]),
    ("gtp", &["gtp", "gtpv2", "gtpprime"]),
    ("icmp", &["icmp", "icmpv6"]),
];

/// Our counters of packets that leave no event of their own, and what they are in the list above.
const COUNTED: &[(&str, &str)] = &[("gtp-u", "gtp"), ("icmp", "icmp")];

/// The least share of frames that agree, in percent.
const BAR: f64 = 99.5;

/// What one side says of a frame: names, and the values of each in order of size.
type Said = BTreeMap<&'static str, Vec<String>>;

/// A capture and what both sides say of its frames, the silent ones left out.
struct Compared {
    path: String,
    frames: BTreeMap<u64, (Said, Said)>,
}

#[test]
fn tshark_calls_it_the_same() {
    let Some(folder) = common::captures() else { return };
    let Ok(version) = Command::new("tshark").arg("--version").output() else {
        eprintln!("SKIPPED: tshark is not installed");
        return;
    };
    println!("{}", String::from_utf8_lossy(&version.stdout).lines().next().unwrap_or_default());
    let explained = explanations();
    let mut used = BTreeSet::new();
    let mut unexplained = Vec::new();
    let (mut frames, mut agree) = (0_u64, 0_u64);
    let mut by_field: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for Compared { path, frames: compared } in compare(common::index(&folder)) {
        for (number, (ours, theirs)) in compared {
            let mut same = true;
            for name in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
                let count = by_field.entry(name).or_default();
                count.0 += 1;
                if ours.get(name) == theirs.get(name) {
                    count.1 += 1;
                    continue;
                }
                same = false;
                let reason = [*name, "*"]
                    .into_iter()
                    .map(|name| (path.clone(), name.to_owned()))
                    .find(|key| explained.contains(key));
                match reason {
                    Some(key) => _ = used.insert(key),
                    None => unexplained.push(format!(
                        "{path} frame {number} {name}: ours {:?}, tshark {:?}",
                        ours.get(name).map_or(&[][..], Vec::as_slice),
                        theirs.get(name).map_or(&[][..], Vec::as_slice),
                    )),
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
        unexplained.iter().take(100).cloned().collect::<Vec<_>>().join("\n")
    );
    let idle: Vec<_> = explained.difference(&used).collect();
    assert!(idle.is_empty(), "reasons for differences that are not there: {idle:?}");
    assert!(frames > 10_000 && share >= BAR, "{share:.3} % of {frames} frames");
}

/// Both sides over every capture, in the order of the index. tshark takes most of the time: two run at once, and none
/// where neither we nor the index see one of the protocols.
fn compare(index: Vec<(PathBuf, Vec<String>)>) -> Vec<Compared> {
    let count = index.len();
    let work = Mutex::new(index.into_iter().enumerate());
    let done = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = work.lock().unwrap().next();
                    let Some((place, (path, columns))) = next else { return };
                    let ours = ours(&path);
                    let frames = if silent(&ours) && !announced(&columns[5]) {
                        BTreeMap::new()
                    } else {
                        both(ours, tshark(&path, &columns[8]))
                    };
                    let compared = Compared { path: columns[0].clone(), frames };
                    done.lock().unwrap().insert(place, compared);
                }
            });
        }
    });
    let done = done.into_inner().unwrap();
    assert_eq!(done.len(), count);
    done.into_values().collect()
}

fn silent(side: &BTreeMap<u64, Said>) -> bool {
    side.values().all(Said::is_empty)
}

/// Whether the index lists one of the protocols, by tshark's names, as `name:frames`.
fn announced(protocols: &str) -> bool {
    let listed = |name| protocols.split(',').any(|entry| entry.split(':').next() == Some(name));
    PROTOCOLS.iter().flat_map(|(_, names)| *names).any(|name| listed(name))
}

/// Frames behind the place where tshark gave a damaged file up cannot be compared.
fn both(mut ours: BTreeMap<u64, Said>, theirs: BTreeMap<u64, Said>) -> BTreeMap<u64, (Said, Said)> {
    theirs
        .into_iter()
        .map(|(number, theirs)| (number, (ours.remove(&number).unwrap_or_default(), theirs)))
        .filter(|(_, (ours, theirs))| !ours.is_empty() || !theirs.is_empty())
        .collect()
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

fn say(said: &mut Said, name: &'static str, value: impl ToString) {
    let value = value.to_string();
    if !value.is_empty() {
        said.entry(name).or_default().push(value);
    }
}

/// What is left of what was said: nothing when none of the protocols is there.
fn settled(mut said: Said) -> Said {
    if !said.contains_key("stack") {
        return Said::new();
    }
    for values in said.values_mut() {
        values.sort();
    }
    if let Some(stack) = said.get_mut("stack") {
        stack.dedup();
    }
    said
}

fn tshark(path: &Path, notes: &str) -> BTreeMap<u64, Said> {
    let mut command = Command::new("tshark");
    command.args(["-n", "-r"]).arg(path);
    // What the index says tshark needs for this capture.
    for option in notes.split("-o ").skip(1) {
        command.arg("-o").arg(option.split([' ', ';']).next().unwrap_or_default());
    }
    command.args(["-T", "fields", "-E", "separator=|", "-E", "aggregator=,", "-E", "occurrence=a"]);
    command.args(["-e", "frame.number", "-e", "frame.protocols"]);
    for (_, field, _) in FIELDS {
        command.args(["-e", field]);
    }
    let output = command.output().unwrap();
    let mut frames = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut cells = line.split('|');
        let Some(number) = cells.next().and_then(|cell| cell.parse().ok()) else { continue };
        let stack: Vec<&str> = cells.next().unwrap_or_default().split(':').collect();
        // What an ICMP error quotes is about another packet.
        let icmp = stack.iter().position(|layer| matches!(*layer, "icmp" | "icmpv6"));
        let stack = &stack[..icmp.map_or(stack.len(), |place| place + 1)];
        let mut said = Said::new();
        for (ours, names) in PROTOCOLS {
            if stack.iter().any(|layer| names.contains(layer)) {
                say(&mut said, "stack", ours);
            }
        }
        for ((ours, field, layer), cell) in FIELDS.iter().zip(cells) {
            let layers = stack.iter().filter(|name| *name == layer).count();
            let most = if icmp.is_some() { layers } else { usize::MAX };
            for value in cell.split(',').take(most) {
                match *field {
                    "gtp.tid" => say(&mut said, ours, imsi_of(value)),
                    _ => say(&mut said, ours, number_or_text(value)),
                }
            }
        }
        frames.insert(number, settled(said));
    }
    frames
}

/// The IMSI of a tunnel identifier (GSM 09.60 §6): all but the last digit, none in messages about no tunnel.
fn imsi_of(tid: &str) -> &str {
    let imsi = tid.get(..tid.len().saturating_sub(1)).unwrap_or_default();
    if imsi.bytes().all(|digit| digit == b'0') { "" } else { imsi.trim_end_matches('f') }
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
    let mut inputs = Inputs::open(&[path]).unwrap();
    let mut batch = Batch::default();
    let mut frames = BTreeMap::new();
    let mut events = Vec::new();
    let mut gpdus = Gpdus::default();
    let mut before = counted(&shard);
    while inputs.next_batch(&mut batch) {
        for capture::Frame { meta, bytes, .. } in batch.frames() {
            let at = Timestamp::from_nanos(meta.ts_nanos);
            let frame =
                Frame { number: meta.number, at, link: meta.link, bytes, orig_len: meta.orig_len };
            shard.frame(&frame, &mut events);
            let after = counted(&shard);
            let mut said = Said::new();
            for ((_, name), (before, after)) in COUNTED.iter().zip(before.iter().zip(&after)) {
                if after > before {
                    say(&mut said, "stack", name);
                }
            }
            before = after;
            for event in events.drain(..) {
                fields(&event, &mut said);
            }
            gpdus.frame(meta.link, bytes, &mut said);
            frames.insert(meta.number, settled(said));
        }
    }
    frames
}

fn counted(shard: &Shard) -> Vec<u64> {
    let protocols = shard.counters().protocols();
    let count = |name: &str| {
        protocols.iter().find(|protocol| protocol.name == name).map_or(0, |protocol| protocol.count)
    };
    COUNTED.iter().map(|(counter, _)| count(counter)).collect()
}

fn fields(event: &Event, said: &mut Said) {
    match &event.what {
        What::Map(map) | What::Cap(map) => {
            if map.component.is_some() && map.user == "map" {
                say(said, "stack", "map");
            }
            if let Some(code) = map.opcode {
                say(said, "map.opcode", code);
            }
            if let Some(code) = map.error_code {
                say(said, "map.opcode", code);
            }
            if let Some(imsi) = map.imsi {
                say(said, "imsi", imsi);
            }
            if map.component_index == 0 {
                addresses(said, map.called.as_ref(), map.calling.as_ref());
            }
        }
        What::Sccp(sccp) => addresses(said, sccp.called.as_ref(), sccp.calling.as_ref()),
        What::Gtp(gtp) => {
            say(said, "stack", "gtp");
            let (kind, teid) = if gtp.version == 2 && !gtp.prime {
                ("gtpv2.message_type", "gtpv2.teid")
            } else {
                ("gtp.message_type", "gtp.teid")
            };
            say(said, kind, gtp.message_type);
            // What a version 0 has there is its flow label.
            if let Some(value) = gtp.teid.filter(|_| gtp.version > 0) {
                say(said, teid, value);
            }
            if let Some(imsi) = gtp.imsi {
                say(said, "imsi", imsi);
            }
        }
        What::Diameter(diameter) => {
            say(said, "stack", "diameter");
            say(said, "diameter.command_code", diameter.command_code);
            if let Some(imsi) = diameter.imsi {
                say(said, "imsi", imsi);
            }
        }
        _ => {}
    }
}

fn addresses(said: &mut Said, called: Option<&SccpAddress>, calling: Option<&SccpAddress>) {
    for (name, address) in [("sccp.called", called), ("sccp.calling", calling)] {
        if let Some(title) = address.and_then(|address| address.gt.as_ref()) {
            say(said, name, title);
        }
    }
}

/// Offset, whether more follow, octets.
type Piece = (u32, bool, Vec<u8>);

/// G-PDUs leave no event of their own; their headers are read here, tunnels in tunnels and fragments too.
#[derive(Default)]
struct Gpdus {
    /// By sender, receiver and identification.
    pieces: BTreeMap<(IpAddr, IpAddr, u32), Vec<Piece>>,
}

impl Gpdus {
    fn frame(&mut self, link: u16, bytes: &[u8], said: &mut Said) {
        let mut notes = Anomalies::default();
        let carried = wire::link::network(&mut notes, LinkType(link), Cursor::new(bytes));
        if let Some(Carried::Ip { packet, .. }) = carried {
            self.ip(packet, said);
        }
    }

    fn ip(&mut self, mut cur: Cursor<'_>, said: &mut Said) {
        let Some(packet) = wire::ip::dissect(&mut Anomalies::default(), &mut cur) else { return };
        if packet.proto != wire::ip::proto::UDP {
            return;
        }
        let Some(fragment) = packet.fragment else { return self.udp(packet.payload, said) };
        let key = (packet.src, packet.dst, fragment.id);
        let pieces = self.pieces.entry(key).or_default();
        pieces.push((fragment.offset, fragment.more, packet.payload.rest().to_vec()));
        pieces.sort();
        let mut whole = Vec::new();
        for (offset, _, piece) in &*pieces {
            if usize::try_from(*offset).unwrap() != whole.len() {
                return;
            }
            whole.extend(piece);
        }
        if pieces.last().is_some_and(|(_, more, _)| !more) {
            self.pieces.remove(&key);
            self.udp(Cursor::new(&whole), said);
        }
    }

    fn udp(&mut self, mut cur: Cursor<'_>, said: &mut Said) {
        let mut notes = Anomalies::default();
        let Ok(udp) = wire::transport::udp(&mut notes, &mut cur) else { return };
        if ![udp.src_port, udp.dst_port].contains(&wire::gtp::USER_PORT) {
            return;
        }
        let mut cur = udp.payload;
        let Ok(message) = wire::gtp::dissect(&mut notes, &mut cur) else { return };
        if message.is_gpdu() {
            say(said, "gtp.message_type", message.message_type);
            say(said, "gtp.teid", message.teid.unwrap_or_default());
            self.ip(message.body, said);
        }
    }
}
