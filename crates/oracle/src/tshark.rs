//! tshark's side: one run a capture, every field of the table at once.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::said::Said;
use crate::table::Table;

/// Between fields, and between the values of one: no text of a frame has them unescaped.
const FIELD: char = '\u{1f}';
const VALUE: char = '\u{1e}';

/// Preferences for every capture: what is compared should not depend on the user's own profile.
const PREFERENCES: &[&str] = &[
    // What is on the wire, not what it is relative to.
    "sctp.relative_tsns:FALSE",
    "tcp.relative_sequence_numbers:FALSE",
    // Segments are put together as a receiver does.
    "sctp.reassembly:TRUE",
    "sccp.defragment_xudt:TRUE",
    "tcp.desegment_tcp_streams:TRUE",
    "tcp.reassemble_out_of_order:TRUE",
    // GTP has no TCP (TS 29.281 section 4.1).
    "gtp.dissect_gtp_over_tcp:FALSE",
];

/// What tshark needs for single captures besides what their index says.
const PREFERRED: &[(&str, &str)] = &[
    // Point codes of 24 bits, which it takes from this preference and not from the message.
    ("EvelymCastellon__VelyFirewall/ansi_map_win.pcap", "-o mtp3.standard:ANSI"),
];

/// The first line of `tshark --version`, or nothing where it is not installed.
pub fn version() -> Option<String> {
    let output = Command::new("tshark").arg("--version").stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().next().map(str::to_owned)
}

/// What tshark says of each frame, by number. `notes` are those of the index: the preferences that the capture needs.
pub fn read(table: &Table, path: &Path, notes: &str) -> Result<Vec<(u64, Said)>> {
    let mut command = Command::new("tshark");
    command.arg("-n").arg("-r").arg(path);
    for preference in PREFERENCES {
        command.args(["-o", preference]);
    }
    let own = PREFERRED.iter().filter(|(name, _)| path.ends_with(name)).map(|(_, words)| *words);
    for (option, value) in own.chain([notes]).flat_map(options) {
        command.args([option, value]);
    }
    command.args(["-T", "fields", "-E", "occurrence=a"]);
    command.args(["-E", &format!("separator={FIELD}"), "-E", &format!("aggregator={VALUE}")]);
    command.args(["-e", "frame.number", "-e", "_ws.malformed", "-e", "_ws.short"]);
    for name in table.theirs() {
        command.args(["-e", name]);
    }
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("tshark")?;
    let mut output = BufReader::new(child.stdout.take().context("tshark's output")?);
    let mut frames = Vec::new();
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        let mut cells = text.trim_end_matches('\n').split(FIELD);
        if let Some(number) = cells.next().and_then(|cell| cell.parse().ok()) {
            // Behind a malformed or missing octet tshark reads no further.
            let broken_off = cells.by_ref().take(2).filter(|cell| !cell.is_empty()).count() != 0;
            let mut said = said(table, cells);
            said.broken_off = broken_off;
            frames.push((number, said));
        }
        line.clear();
    }
    let status = child.wait()?;
    // Damaged files end with a failure too, behind the frames that could be read.
    if frames.is_empty() && status.code() == Some(1) {
        bail!("tshark takes no such arguments: {}", status);
    }
    Ok(frames)
}

/// `-o name:value` and `-d layer==port,protocol` as they stand in the notes.
fn options(notes: &str) -> impl Iterator<Item = (&'static str, &str)> {
    let mut words = notes.split([' ', ';']);
    std::iter::from_fn(move || {
        loop {
            let option = match words.next()? {
                "-o" => "-o",
                "-d" => "-d",
                _ => continue,
            };
            return words.next().map(|value| (option, value));
        }
    })
}

fn said<'a>(table: &Table, cells: impl Iterator<Item = &'a str>) -> Said {
    let mut said = Said::default();
    for (row, cell) in table.columns().zip(cells) {
        if cell.is_empty() {
            continue;
        }
        for value in cell.split(VALUE) {
            if let Some(value) = table.settle(row, value) {
                said.put(row, value);
            }
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_found_among_words() {
        let notes = "benign; tshark needs -o tcap.ssn:146,152 -d udp.port==99,gtp; more";
        let found: Vec<_> = options(notes).collect();
        assert_eq!(found, [("-o", "tcap.ssn:146,152"), ("-d", "udp.port==99,gtp")]);
    }
}
