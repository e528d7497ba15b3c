//! `docs/coverage.md`: which scenarios show each detection, which techniques it belongs to, and what of the techniques of
//! LIMINAL PANDA is seen and what is not. Generated here, so that it cannot disagree with the code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may stop where it finds what it did not expect"
)]

use std::fmt::Write as _;
use std::path::Path;

use engine::detect::{DETECTORS, find};
use testkit::scenarios::{SCENARIOS, Scenario};

/// A technique of the group, what it did, which detections see it on the wire, and what stays unseen.
struct Technique {
    id: &'static str,
    name: &'static str,
    did: &'static str,
    seen_by: &'static [&'static str],
    unseen: &'static str,
}

const fn technique(
    id: &'static str,
    name: &'static str,
    did: &'static str,
    seen_by: &'static [&'static str],
    unseen: &'static str,
) -> Technique {
    Technique { id, name, did, seen_by, unseen }
}

/// MITRE FiGHT 3.1, group FGG5001: its 23 techniques, all of status "Observed".
const LIMINAL_PANDA: &[Technique] = &[
    technique(
        "FGT1021",
        "Remote Services",
        "SSH from another operator's hacked host to an eDNS server",
        &["forbidden-service", "provider-hop"],
        "what was typed: SSH is encrypted",
    ),
    technique(
        "FGT1036.005",
        "Match Legitimate Name or Location",
        "a program of its own under the name of iptables",
        &[],
        "files on hosts: `roamguard host` is to look there",
    ),
    technique(
        "FGT1036.502",
        "Port Number",
        "control over TCP port 53 between a partner's eDNS and its own server",
        &["forbidden-service", "icmp-knock"],
        "a channel that speaks well-formed DNS over TCP at a low rate",
    ),
    technique(
        "FGT1040",
        "Network Sniffing",
        "CordScan records telecom protocols",
        &["core-sweep"],
        "sniffing itself sends nothing: only the scan before it and what is carried off are seen",
    ),
    technique(
        "FGT1041",
        "Exfiltration Over C2 Channel",
        "collected data leave over channels shaped as SIGTRAN, GTP-U or DNS",
        &["sigtran-relay", "sccp-covert-payload", "tunnel-c2", "dns-tunnel"],
        "data in protocols that are not read, and volumes small enough to pass for signalling",
    ),
    technique(
        "FGT1046.501",
        "Protocol Fingerprinting",
        "CordScan asks nodes by telecom protocols",
        &["core-sweep"],
        "fewer than the configured number of destinations in a day",
    ),
    technique(
        "FGT1059",
        "Command and Scripting Interpreter",
        "TinyShell beside an SGSN emulator",
        &["tinyshell-handshake", "tunnel-c2"],
        "the commands: they are encrypted; a session that began before the capture",
    ),
    technique("FGT1071.501", "SSH", "SSH on TCP port 53", &["forbidden-service"], "what was typed"),
    technique(
        "FGT1071.502",
        "Telecom Protocols",
        "SIGTRANslator on a roaming partner's host",
        &["sigtran-relay", "sigtran-rogue-peer", "sccp-covert-payload"],
        "a relay whose outside session is not on a captured link",
    ),
    technique(
        "FGT1078.001",
        "Default Accounts",
        "default accounts of a vendor open an eDNS server",
        &["ssh-password-spray"],
        "the account's name, and a first try that succeeds: host logs have it",
    ),
    technique(
        "FGT1090.001",
        "Internal Proxy",
        "Microsocks inside the network",
        &["provider-hop", "forbidden-service"],
        "hops that do not cross a captured link",
    ),
    technique(
        "FGT1090.002",
        "External Proxy",
        "Fast Reverse Proxy for access from outside",
        &["forbidden-service", "provider-hop"],
        "sessions to addresses that the host reaches anyway",
    ),
    technique(
        "FGT1090.003",
        "Multi-hop Proxy",
        "ProxyChains through hosts of several operators",
        &["provider-hop"],
        "hops elsewhere: each operator sees its own",
    ),
    technique(
        "FGT1110.001",
        "Password Guessing",
        "weak passwords with a vendor's name over SSH",
        &["ssh-password-spray"],
        "fewer tries than the limit in a day from each address",
    ),
    technique(
        "FGT1195.502",
        "Compromise Service Supply Chain",
        "service providers as a way in",
        &[],
        "what happens at the provider; from there on it is a partner's or management's host like any other",
    ),
    technique(
        "FGT1205",
        "Traffic Signaling",
        "PingPong wakes on a magic ping and calls back over TCP port 53",
        &["icmp-knock", "bpfdoor-knock", "gtpdoor-knock"],
        "a trigger without a call back, in data that look like a known ping",
    ),
    technique(
        "FGT1562.004",
        "Disable or Modify System Firewall",
        "the eDNS host's rules let the other operator in",
        &["forbidden-service"],
        "the rules themselves: seen on the wire is only what they let through",
    ),
    technique(
        "FGT1564.501",
        "Command Output Filtering",
        "tools on the host hide what it did",
        &[],
        "hosts: `roamguard host` is to compare kernel and tools",
    ),
    technique(
        "FGT1572",
        "Protocol Tunneling",
        "control carried in DNS between a partner's eDNS and its own server",
        &["dns-tunnel", "tunnel-c2", "gtp-in-gtp"],
        "few short names an hour, within what ordinary telemetry does",
    ),
    technique(
        "FGT1588.002",
        "Tool",
        "obtained SIGTRANslator",
        &[],
        "preparation: nothing of it crosses the interconnect",
    ),
    technique(
        "FGT5042",
        "Bypass Telecom Signaling Firewall",
        "GTPDOOR carries data out past signalling firewalls",
        &["gtpdoor-knock", "tcap-evasion", "sms-home-routing-bypass"],
        "what the firewall itself never showed to the tap",
    ),
    technique(
        "FGT5045",
        "Telecom Protocol Payload",
        "encrypted control data inside SIGTRAN",
        &["sccp-covert-payload", "sigtran-relay"],
        "data shaped as well-formed TCAP at the rate of ordinary dialogues",
    ),
    technique(
        "FGT5046",
        "Program Wrapper",
        "iptables replaced by one that hides rules",
        &[],
        "hosts: `roamguard host` is to compare kernel and tools",
    ),
];

fn list(ids: &[&str]) -> String {
    if ids.is_empty() { "–".to_owned() } else { ids.join(" ") }
}

fn scenarios_of(id: &str, benign: bool) -> Vec<&'static Scenario> {
    SCENARIOS
        .iter()
        .filter(|scenario| {
            scenario.benign == benign
                && (scenario.detection == Some(id)
                    || scenario.expect.iter().any(|(detection, _)| *detection == id))
        })
        .collect()
}

fn page() -> String {
    let mut out = String::from(
        "# What is covered\n\nGenerated by `UPDATE=1 cargo test -p engine --test coverage`. A scenario is a labelled capture \
         that the tests draw and judge (`roamguard synth --list`, `scenarios/README.md`); a twin is honest traffic of the \
         same kind that must raise nothing of level medium or above.\n\n## Detections\n\n\
         | detection | level | stage | checks | scenarios | twins | ATT&CK | FiGHT | MoTIF |\n|---|---|---|--:|--:|--:|---|---|---|\n",
    );
    for entry in DETECTORS {
        let card = entry.card;
        writeln!(
            out,
            "| `{}` | {} | {} | {} | {} | {} | {} | {} | {} |",
            card.id,
            card.level,
            card.stage.name(),
            card.checks.len(),
            scenarios_of(card.id, false).len(),
            scenarios_of(card.id, true).len(),
            list(card.attack),
            list(card.fight),
            list(card.motif)
        )
        .unwrap();
    }
    let checks: usize = DETECTORS.iter().map(|entry| entry.card.checks.len()).sum();
    let twins = SCENARIOS.iter().filter(|scenario| scenario.benign).count();
    writeln!(
        out,
        "\n{} detections, {checks} checks, {} scenarios, {twins} of them honest.",
        DETECTORS.len(),
        SCENARIOS.len()
    )
    .unwrap();
    out.push_str(
        "\n## LIMINAL PANDA\n\nThe techniques that MITRE FiGHT 3.1 gives to group FGG5001, which detections see them on the wire, \
         and what of them stays unseen. `roamguard host` is not built yet: what only a host shows is not covered today.\n\n\
         | technique | what the group did | seen by | not seen |\n|---|---|---|---|\n",
    );
    for technique in LIMINAL_PANDA {
        let seen: Vec<String> = technique.seen_by.iter().map(|id| format!("`{id}`")).collect();
        let seen = if seen.is_empty() { "nothing".to_owned() } else { seen.join(", ") };
        let Technique { id, name, did, unseen, .. } = technique;
        writeln!(out, "| {id} {name} | {did} | {seen} | {unseen} |").unwrap();
    }
    let seen = LIMINAL_PANDA.iter().filter(|technique| !technique.seen_by.is_empty()).count();
    writeln!(
        out,
        "\n{seen} of {} techniques show on the wire; the others are preparation or happen on hosts.",
        LIMINAL_PANDA.len()
    )
    .unwrap();
    out
}

#[test]
fn the_page_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/coverage.md");
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/coverage.md is stale: UPDATE=1 cargo test -p engine --test coverage"
    );
}

#[test]
fn what_is_said_to_be_seen_is_a_detection_with_scenarios() {
    for technique in LIMINAL_PANDA {
        for id in technique.seen_by {
            assert!(find(id).is_some(), "{id}");
            assert!(!scenarios_of(id, false).is_empty(), "{id} has no scenario");
        }
    }
}
