//! Labelled traffic: every technique that a detection names, and its honest twins.
//!
//! Addresses are those set aside for documentation, networks are test networks, and what looks like an implant's traffic
//! has its published sizes and positions only; between them stand random octets.

mod bpfdoor_knock;
mod core_sweep;
mod diameter_category_1;
mod diameter_category_2;
mod diameter_category_3;
mod diameter_harvest;
mod diameter_realm_mismatch;
mod diameter_rogue_peer;
mod dns_grx_enumeration;
mod dns_open_to_outside;
mod dns_tunnel;
mod forbidden_service;
mod gtp_illegal_message;
mod gtp_imsi_sweep;
mod gtp_in_gtp;
mod gtp_malformed;
mod gtp_peer_mismatch;
mod gtp_teid_sweep;
mod gtpdoor_knock;
mod icmp_knock;
mod intrusion;
mod map_address_mismatch;
mod map_harvest;
mod places;
mod provider_hop;
mod rogue_gtp_peer;
mod sccp_covert_payload;
mod sgsn_emulation;
mod sigtran_relay;
mod sigtran_rogue_peer;
mod sms_home_routing_bypass;
mod ss7_category_1;
mod ss7_category_2;
mod ss7_category_3;
mod ssh_password_spray;
mod tcap_evasion;
mod tinyshell_handshake;
mod tunnel_c2;
mod tunnel_to_core;

pub use places::NETWORK;

/// One labelled capture.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    pub name: &'static str,
    /// The detection that it is made for: the one that must speak, or for an honest twin the one that must not.
    pub detection: Option<&'static str>,
    /// Nothing in it is an attack: no alert of level medium or above.
    pub benign: bool,
    pub about: &'static str,
    /// The description to read it with; none shows what can be said without.
    pub network: Option<&'static str>,
    /// Frames with their time in microseconds, in time order; Ethernet.
    pub make: fn(u64) -> Vec<(i64, Vec<u8>)>,
    /// Detections that must be among the alerts, and their level.
    pub expect: &'static [(&'static str, &'static str)],
}

/// All scenarios.
pub const SCENARIOS: &[Scenario] = &[
    icmp_knock::BINARY,
    icmp_knock::LITTLE_ENDIAN,
    icmp_knock::TEXT,
    icmp_knock::XOR,
    icmp_knock::UNANNOUNCED,
    icmp_knock::JUNOS,
    icmp_knock::VERSION_6,
    icmp_knock::REPLY_DIFFERS,
    icmp_knock::HONEST_PINGS,
    icmp_knock::MONITORING,
    icmp_knock::TOO_LATE,
    bpfdoor_knock::UDP_CALLBACK,
    bpfdoor_knock::TCP_REDIRECT,
    bpfdoor_knock::ICMP_ALONE,
    bpfdoor_knock::BUSY_PORT,
    gtpdoor_knock::PUBLISHED_KEY,
    gtpdoor_knock::OTHER_KEY,
    gtpdoor_knock::BEACON,
    gtpdoor_knock::NO_IP,
    gtpdoor_knock::NO_IP_OF_A_SESSION,
    gtpdoor_knock::HONEST_ECHOES,
    tinyshell_handshake::CLASSIC,
    tinyshell_handshake::CONNECT_BACK,
    tinyshell_handshake::JOINED,
    tinyshell_handshake::SPLIT,
    tinyshell_handshake::TUNNELLED,
    tinyshell_handshake::SMALL_MESSAGES,
    tinyshell_handshake::TEXT_OF_THAT_SIZE,
    sgsn_emulation::DEFAULTS,
    sgsn_emulation::CHANGED,
    sgsn_emulation::VERSION_0,
    sgsn_emulation::WALK,
    sgsn_emulation::DAILY,
    sgsn_emulation::UNANNOUNCED,
    sgsn_emulation::ROAMERS,
    sgsn_emulation::MIDWAY,
    rogue_gtp_peer::UNLISTED,
    rogue_gtp_peer::UNLISTED_LTE,
    rogue_gtp_peer::LISTED,
    tunnel_c2::SHELL,
    tunnel_c2::METERS,
    core_sweep::GTP_FAST,
    core_sweep::SCTP_SLOW,
    core_sweep::MIXED,
    core_sweep::KEEP_ALIVES,
    core_sweep::MONITORING,
    sigtran_rogue_peer::UNLISTED,
    sigtran_rogue_peer::REFUSED,
    sigtran_rogue_peer::OUR_TITLE,
    sigtran_rogue_peer::SECOND_ASSOCIATION,
    sigtran_relay::RELAY,
    sigtran_relay::HOUSEKEEPING,
    ssh_password_spray::FAST,
    ssh_password_spray::ACCEPTED,
    ssh_password_spray::SLOW,
    ssh_password_spray::MISTYPED,
    ssh_password_spray::BASTION,
    provider_hop::HOP,
    provider_hop::BASTION,
    forbidden_service::SSH,
    forbidden_service::NO_DNS_ON_53,
    forbidden_service::PORT_57722,
    forbidden_service::DATABASE,
    forbidden_service::AGREED,
    tunnel_to_core::ANSWERED,
    tunnel_to_core::ATTEMPT,
    tunnel_to_core::SUBSCRIBER_DNS,
    gtp_in_gtp::USER_PLANE,
    gtp_in_gtp::CONTROL_PLANE,
    gtp_in_gtp::GAME,
    gtp_peer_mismatch::CLAIMED,
    gtp_peer_mismatch::REDIRECTED,
    gtp_peer_mismatch::ENDED,
    gtp_peer_mismatch::MOVES,
    gtp_imsi_sweep::FAST,
    gtp_imsi_sweep::SLOW,
    gtp_imsi_sweep::ROTATING,
    gtp_imsi_sweep::RESTART,
    gtp_teid_sweep::CONTROL,
    gtp_teid_sweep::USER,
    gtp_teid_sweep::SESSIONS,
    gtp_teid_sweep::RESTART,
    gtp_illegal_message::CONTEXT,
    gtp_illegal_message::INTERNAL,
    gtp_illegal_message::VERSION_0,
    gtp_illegal_message::PFCP,
    gtp_illegal_message::PFCP_TUNNEL,
    gtp_illegal_message::AT_HOME,
    gtp_malformed::BROKEN,
    gtp_malformed::UNDESCRIBED,
    gtp_malformed::SPOOFED,
    gtp_malformed::HABITS,
    ss7_category_1::ANSWERED,
    ss7_category_1::REFUSED,
    ss7_category_1::SECOND_COMPONENT,
    ss7_category_1::SEGMENTED,
    ss7_category_1::UNDESCRIBED,
    ss7_category_1::AGREED,
    ss7_category_1::AT_HOME,
    ss7_category_2::LOCATED,
    ss7_category_2::CONTROL_POINT,
    ss7_category_2::THROWN_OUT,
    ss7_category_2::ORDERED,
    ss7_category_2::UNDESCRIBED,
    ss7_category_2::GUESTS,
    map_address_mismatch::FORGED_VLR,
    map_address_mismatch::FORGED_CONTROL_POINT,
    map_address_mismatch::WRONG_LINK,
    map_address_mismatch::AGREE,
    sms_home_routing_bypass::PAST,
    sms_home_routing_bypass::LEAK,
    sms_home_routing_bypass::ROUTED,
    ss7_category_3::TAKEN_OVER,
    ss7_category_3::BY_TURNS,
    ss7_category_3::PURGED,
    ss7_category_3::VECTORS,
    ss7_category_3::UNDESCRIBED,
    ss7_category_3::FLIGHT,
    map_harvest::ROUTING,
    map_harvest::VECTORS,
    map_harvest::SLOW,
    map_harvest::CENTRE,
    map_harvest::RESTART,
    tcap_evasion::GLOBAL,
    tcap_evasion::PADDED_OPCODE,
    tcap_evasion::LONG_TRANSACTION,
    tcap_evasion::LONG_LENGTH,
    tcap_evasion::INDEFINITE,
    tcap_evasion::EXTENDED_TAG,
    tcap_evasion::NO_DIALOGUE,
    tcap_evasion::OTHER_CONTEXT,
    tcap_evasion::LATER_MESSAGE,
    tcap_evasion::LONG_CONTEXT,
    tcap_evasion::LATER_COMPONENT,
    tcap_evasion::OVERLAP,
    tcap_evasion::UNFINISHED,
    tcap_evasion::REWRITTEN,
    tcap_evasion::RARE,
    diameter_category_1::ANSWERED,
    diameter_category_1::REFUSED,
    diameter_category_1::DISGUISED,
    diameter_category_1::UNDESCRIBED,
    diameter_category_1::AT_HOME,
    diameter_category_2::OWN,
    diameter_category_2::FOREIGN,
    diameter_category_2::UNDESCRIBED,
    diameter_category_2::HOME,
    diameter_realm_mismatch::OWN,
    diameter_realm_mismatch::BORROWED,
    diameter_realm_mismatch::TWICE,
    diameter_realm_mismatch::VISITED,
    diameter_realm_mismatch::SPELLED,
    diameter_rogue_peer::UNLISTED,
    diameter_rogue_peer::OTHER_NAME,
    diameter_rogue_peer::UNDESCRIBED,
    diameter_rogue_peer::RECONNECTS,
    diameter_category_3::TAKEN_OVER,
    diameter_category_3::PURGED,
    diameter_category_3::SESSION,
    diameter_category_3::TRAVEL,
    diameter_harvest::VECTORS,
    diameter_harvest::UNKNOWN,
    diameter_harvest::RESTART,
    dns_tunnel::BASE32,
    dns_tunnel::UNDESCRIBED,
    dns_tunnel::SLOW,
    dns_tunnel::TUNNELLED,
    dns_tunnel::MANY_CLIENTS,
    dns_tunnel::MANY_DOMAINS,
    dns_tunnel::COMMANDS,
    dns_tunnel::BUSY,
    dns_tunnel::BROWSING,
    dns_grx_enumeration::NETWORKS,
    dns_grx_enumeration::NODES,
    dns_grx_enumeration::TRANSFER,
    dns_grx_enumeration::REFUSED,
    dns_grx_enumeration::VISITORS,
    dns_open_to_outside::RECURSION,
    dns_open_to_outside::INTERNAL,
    dns_open_to_outside::REDIRECTED,
    dns_open_to_outside::LISTED,
    sccp_covert_payload::BOTH_WAYS,
    sccp_covert_payload::UNDESCRIBED,
    sccp_covert_payload::MISFIT,
    sccp_covert_payload::PRIVATE,
    intrusion::INTRUSION,
    intrusion::CLEAN,
];

/// The scenario of this name.
pub fn find(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}

impl Scenario {
    /// What it is and what must be found in it, in a few lines.
    pub fn label(&self) -> String {
        let mut label = format!("{}\n{}\n", self.name, self.about);
        label.push_str(if self.benign {
            "benign: nothing of level medium or above may be found\n"
        } else {
            "must be found:\n"
        });
        for (detection, level) in self.expect {
            label.push_str(&format!("  {detection} {level}\n"));
        }
        label.push_str(
            "made up for exercises and tests; every address is set aside for documentation\n",
        );
        label
    }
}

/// The captures that the project gives away, by file name.
pub fn samples() -> Vec<(String, Vec<u8>)> {
    ["clean", "intrusion"]
        .into_iter()
        .filter_map(find)
        .map(|scenario| {
            let frames = (scenario.make)(1);
            let file = crate::pcap::bytes(&frames, crate::pcap::Format::default());
            (format!("{}.pcap", scenario.name), file)
        })
        .collect()
}

/// What must be found in each scenario, for programs: one JSON object a line.
pub fn expectations() -> String {
    let mut out = String::new();
    for scenario in SCENARIOS {
        let expect: Vec<String> = scenario
            .expect
            .iter()
            .map(|(detection, level)| {
                format!("{{\"detection\":\"{detection}\",\"level\":\"{level}\"}}")
            })
            .collect();
        out.push_str(&format!(
            "{{\"scenario\":\"{}\",\"detection\":\"{}\",\"benign\":{},\"network\":{},\"expect\":[{}]}}\n",
            scenario.name,
            scenario.detection.unwrap_or_default(),
            scenario.benign,
            scenario.network.is_some(),
            expect.join(",")
        ));
    }
    out
}

/// The list of scenarios, as it stands in the project.
pub fn catalogue() -> String {
    let mut out = String::from(
        "# Scenarios\n\nLabelled traffic that the detections are tested with. Each is a function in \
         `crates/testkit/src/scenarios/`, one file per detection; frames are made anew from a seed. Addresses are set \
         aside for documentation, networks are test networks. With a description means \
         `crates/testkit/src/scenarios/network.toml`. `roamguard synth NAME` writes one as a capture with its label and description, \
         `roamguard synth --all DIR` all of them; `expected.jsonl` beside this page is the table for programs. This page is generated: \
         `UPDATE=1 cargo test -p testkit written_down`.\n\n\
         | scenario | what it shows | description | must be found |\n|---|---|---|---|\n",
    );
    for scenario in SCENARIOS {
        let found: Vec<String> = scenario
            .expect
            .iter()
            .map(|(detection, level)| format!("`{detection}` {level}"))
            .collect();
        let found = if found.is_empty() { "nothing".to_owned() } else { found.join(", ") };
        let described = if scenario.network.is_some() { "yes" } else { "no" };
        let (name, about) = (scenario.name, scenario.about);
        out.push_str(&format!("| `{name}` | {about} | {described} | {found} |\n"));
    }
    out
}

#[cfg(test)]
mod tests;
