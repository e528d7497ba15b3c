//! A message of GTP or PFCP on an interface that never carries it.
//!
//! Gp and S8 carry the life of a session and nothing else. A context request asks for a subscriber's keys, PFCP programs
//! a user plane, GTP' writes charging records: whoever sends them across a border tries what only stands open inside.

use event::{Anomaly, Endpoints, Event, Gtp, Level, Outcome, Pfcp, TableCount, What};
use network::{Owner, Role};

use super::gtp::{
    Asked, Border, Fit, Relations, Sender, entities, kind, knows_pfcp, version_0_asks,
};
use super::sides::NO_DESCRIPTION;
use crate::{Card, Check, Detector, Finding, Gap, Kinds, Scene, Stage};

pub(crate) const CARD: Card = Card {
    id: "gtp-illegal-message",
    level: Level::Critical,
    summary: "A message that this interface never carries",
    needs: "GTP and PFCP messages with their type, version and port, and whose the two ends are: a message between us and \
            somebody else crosses an interconnect (Gp, S8, N9), where only the messages of sessions, echoes and the user \
            plane have a place.",
    quiet_for: "Links inside one network: a description that puts both ends at home says that this is an internal tap. \
                Echoes of version 0, which old nodes probe with. What a contract allows: agreements such as gtpv1.50, \
                gtpv2.71, pfcp.50.",
    description: "Needs [home] networks or elements. Without, an interconnect is known only by the sessions of roamers that \
                  were asked for over it: medium at most, and PFCP high. PFCP out of a subscriber's tunnel needs nothing.",
    thresholds: "None: one message is enough. Answered with a subscriber's context it is critical. Which side sends what is \
                 read from the roles of the specification and from no published list: medium at most.",
    stage: Stage::SignallingAccess,
    settings: &[],
    judges: Kinds::GTP.and(Kinds::PFCP),
    basis: "TS 29.060 §7.1, TS 29.274 §6.1, TS 29.281 §6.1, TS 29.244 §5.3; allow-lists of vendors' GTP firewalls for roaming",
    checks: &[
        Check {
            name: "interface.internal",
            level: Level::High,
            looks_for: "a message of an interface inside a network (Gn between SGSNs, S3, S10, S11, S16, Sv, Gc, MBMS) on an \
                        interconnect; critical when a subscriber's context came back",
        },
        Check {
            name: "interface.charging",
            level: Level::High,
            looks_for: "GTP' or charging records on an interconnect",
        },
        Check {
            name: "interface.user-plane",
            level: Level::High,
            looks_for: "a message of the user plane on the port of the control plane, or the other way round",
        },
        Check {
            name: "type.unassigned",
            level: Level::High,
            looks_for: "a message type that its version does not have",
        },
        Check {
            name: "type.by-agreement",
            level: Level::Low,
            looks_for: "a message that crosses only by agreement: network-initiated activation, trace, triggering",
        },
        Check {
            name: "version.0",
            level: Level::High,
            looks_for: "GTP version 0 on a roaming interface",
        },
        Check {
            name: "direction",
            level: Level::Medium,
            looks_for: "a message that only the other side sends: a session asked for at a serving node, a bearer made at a \
                        gateway",
        },
        Check {
            name: "endpoint.internal",
            level: Level::Medium,
            looks_for: "a session asked for over an interconnect with an endpoint of an internal interface (S1-U, S10, S11…)",
        },
        Check {
            name: "pfcp.interconnect",
            level: Level::Critical,
            looks_for: "PFCP between us and somebody else",
        },
        Check {
            name: "pfcp.tunnel",
            level: Level::Critical,
            looks_for: "PFCP out of a subscriber's tunnel",
        },
    ],
    attack: &["T1199", "T1557"],
    fight: &["FGT5016", "FGT1599.505"],
    motif: &["MOT3003", "MOT3002"],
};

/// Roles that ask for sessions, and those that grant them.
const SERVING: &[Role] = &[Role::Sgsn, Role::Sgw, Role::Mme, Role::Amf];
const GATEWAY: &[Role] = &[Role::Ggsn, Role::Pgw, Role::Smf];

pub(crate) struct GtpIllegalMessage {
    asked: Asked,
    relations: Relations,
    not_evaluable: bool,
}

impl Default for GtpIllegalMessage {
    fn default() -> Self {
        Self {
            asked: Asked::new("gtp-illegal-message.asked"),
            relations: Relations::new("gtp-illegal-message.relations"),
            not_evaluable: false,
        }
    }
}

/// What makes us call a link an interconnect.
#[derive(Clone, Copy)]
enum Known<'a> {
    /// The description puts the two ends into two networks.
    Described { from: Owner<'a> },
    /// Roamers' sessions were asked for between the two.
    Seen,
}

impl Detector for GtpIllegalMessage {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::ANOMALY.and(Kinds::GTP).and(Kinds::PFCP)
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let Some(ends) = &event.ends else { return };
        match &event.what {
            What::Gtp(gtp) if event.path.is_none() => self.gtp(scene, event, ends, gtp, findings),
            What::Pfcp(pfcp) => self.pfcp(scene, event, ends, pfcp, findings),
            What::Anomaly(anomaly) if anomaly.field == "gtp.port" && event.path.is_none() => {
                findings.extend(self.wrong_port(scene, event, ends, anomaly));
            }
            _ => {}
        }
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if !self.not_evaluable {
            return Vec::new();
        }
        let missing = if scene.network.is_empty() {
            format!("{NO_DESCRIPTION}: which links are interconnects is not known")
        } else {
            format!("{} does not say whose the ends of some links are", scene.network.source)
        };
        let checks = CARD.checks.iter().filter(|check| check.name != "pfcp.tunnel");
        checks
            .map(|check| Gap { detection: CARD.id, check: check.name, missing: missing.clone() })
            .collect()
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.asked.count(), self.relations.count()]
    }
}

impl GtpIllegalMessage {
    fn known<'a>(&mut self, scene: &'a Scene, ends: &Endpoints) -> Option<Known<'a>> {
        match Border::of(&scene.network, ends) {
            Border::Interconnect { from } => Some(Known::Described { from }),
            Border::Internal => None,
            Border::Unknown if self.relations.knows(ends) => Some(Known::Seen),
            Border::Unknown => {
                self.not_evaluable = true;
                None
            }
        }
    }

    fn gtp(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        gtp: &Gtp,
        findings: &mut Vec<Finding>,
    ) {
        if let (Some(request), Some(outcome)) = (gtp.request_frame, gtp.outcome) {
            for mut finding in self.asked.answered(event, request, outcome) {
                answered(&mut finding, gtp, outcome);
                findings.push(finding);
            }
        }
        if scene.network.is_empty() {
            self.relations.learn(ends, gtp);
        }
        let kind = kind(gtp.version, gtp.prime, gtp.message_type);
        let v0 = gtp.version == 0 && !gtp.prime;
        // The cheap question first: nearly all messages are what they should be.
        let about_endpoints = gtp.version == 2 && gtp.message_type == 32;
        let about_direction = kind.sender != Sender::Either && !gtp.user_plane;
        if matches!(kind.fit, Fit::Roaming) && !v0 && !about_endpoints && !about_direction {
            return;
        }
        // Answers are told with their requests; those whose request nobody saw stand for themselves.
        if gtp.request_frame.is_some() || gtp.duplicate || !is_readable(gtp) {
            return;
        }
        let user_plane = gtp.user_plane && matches!(kind.fit, Fit::UserPlane);
        if user_plane {
            return;
        }
        let Some(known) = self.known(scene, ends) else { return };
        if agreed(scene, ends, &format_operation(gtp)) {
            return;
        }
        let interface = |name: &'static str| (name.to_owned(), "interface.internal");
        let (what, check) = match kind.fit {
            Fit::Internal(name) | Fit::Context(name) => interface(name),
            Fit::Charging => ("the link to a charging gateway".to_owned(), "interface.charging"),
            Fit::UserPlane => ("the port of the user plane".to_owned(), "interface.user-plane"),
            Fit::Unassigned => (String::new(), "type.unassigned"),
            _ if v0 && version_0_asks(gtp.message_type) => (String::new(), "version.0"),
            Fit::Rare => (String::new(), "type.by-agreement"),
            Fit::Roaming => {
                let odd = if about_endpoints { odd_endpoint(gtp) } else { None };
                match odd.or_else(|| wrong_way(scene, ends, kind.sender)) {
                    Some(odd) => odd,
                    None => return,
                }
            }
        };
        let mut finding = found(scene, event, ends, &known, check);
        finding.why = match check {
            "type.unassigned" => {
                format!("GTP version {} has no message type {}", gtp.version, gtp.message_type)
            }
            "version.0" => format!(
                "A {} of GTP version 0: no roaming interface has spoken it since release 99 (its header carries the \
                 whole IMSI, and its flow labels are 16 bits)",
                gtp.message
            ),
            "type.by-agreement" => {
                format!("A {} (GTP version {}) crosses by agreement only", gtp.message, gtp.version)
            }
            "direction" => format!("A {} is sent by {what}", gtp.message),
            "endpoint.internal" => format!("A {} names {what}", gtp.message),
            _ => format!("A {} (GTP version {}) belongs on {what}", gtp.message, gtp.version),
        };
        let name = if gtp.message == "unknown" {
            format!("GTP message of type {}", gtp.message_type)
        } else {
            gtp.message.to_string()
        };
        close(&mut finding, scene, ends, &known, &name);
        finding.entities = entities(ends.src_ip, ends.dest_ip, gtp.imsi);
        if gtp.outcome.is_some_and(|outcome| outcome >= Outcome::Answered) {
            answered(&mut finding, gtp, Outcome::Answered);
        } else if gtp.outcome.is_none() {
            self.asked.put(event.frame, &finding);
        }
        findings.push(finding);
    }

    fn pfcp(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        pfcp: &Pfcp,
        findings: &mut Vec<Finding>,
    ) {
        if let (Some(request), Some(outcome)) = (pfcp.request_frame, pfcp.outcome) {
            for mut finding in self.asked.answered(event, request, outcome) {
                let said = if outcome == Outcome::Refused { "refused" } else { "answered" };
                finding.why.push_str(&format!(" It was {said}."));
                findings.push(finding);
            }
            return;
        }
        // Other programs have the port by chance, and their data lack what every message has.
        let sound = pfcp.version == 1 && knows_pfcp(pfcp.message_type) && pfcp.missing.is_empty();
        if pfcp.duplicate || !sound {
            return;
        }
        let mut finding = if let Some(path) = &event.path {
            let mut finding = CARD.finding("pfcp.tunnel", event);
            finding.confidence = 0.9;
            finding.entities.extend(path.imsi.map(|imsi| format!("imsi:{imsi}")));
            finding.entities.push(format!("teid:{:#010x}", path.teid));
            finding.decided_by = Some(scene.network.cite_ip(ends.dest_ip));
            finding.signature = format!(
                "A subscriber's tunnel carries PFCP from {} to {}",
                ends.src_ip,
                scene.who(ends.dest_ip)
            );
            finding.honest_cause =
                "A laboratory that runs one core over the subscriber access of another.".to_owned();
            finding
        } else {
            let Some(known) = self.known(scene, ends) else { return };
            if agreed(scene, ends, &format!("pfcp.{}", pfcp.message_type)) {
                return;
            }
            let mut finding = found(scene, event, ends, &known, "pfcp.interconnect");
            if matches!(known, Known::Seen) {
                finding.level = Level::High;
            }
            close(&mut finding, scene, ends, &known, &format!("PFCP {}", pfcp.message));
            finding
        };
        finding.why = format!(
            "A {} of PFCP{}: a user plane takes orders from its own control plane only (N4, Sxa, Sxb), never over an \
             interconnect or from a subscriber.",
            pfcp.message,
            pfcp.node_id.as_ref().map_or_else(String::new, |node| format!(" from node {node}"))
        );
        finding.next_step = format!(
            "Close UDP 8805 at the border and at the subscriber's side of the gateway; look at {} for associations and \
             sessions that {} set up or changed, and compare its forwarding rules with those of your own control plane.",
            ends.dest_ip, ends.src_ip
        );
        finding.entities.splice(0..0, entities(ends.src_ip, ends.dest_ip, pfcp.imsi));
        finding.entities.dedup();
        if pfcp.outcome.is_none() {
            self.asked.put(event.frame, &finding);
        }
        findings.push(finding);
    }

    /// A message on the port of the other plane. The message itself is read all the same and judged by its type.
    fn wrong_port(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        anomaly: &Anomaly,
    ) -> Option<Finding> {
        let known = self.known(scene, ends)?;
        // The control plane has a check of its own for what the type alone tells.
        let message_type = anomaly.value.and_then(|value| u8::try_from(value).ok())?;
        let user = matches!(kind(1, false, message_type).fit, Fit::UserPlane);
        if user && message_type != 255 {
            return None;
        }
        let mut finding = found(scene, event, ends, &known, "interface.user-plane");
        let (here, there) = if user { ("control", "user") } else { ("user", "control") };
        finding.why = format!(
            "A message of type {message_type} came to the port of the {here} plane; it belongs on that of the {there} plane"
        );
        close(&mut finding, scene, ends, &known, &format!("GTP message of type {message_type}"));
        finding.entities = entities(ends.src_ip, ends.dest_ip, None);
        Some(finding)
    }
}

/// Other programs use the ports of GTP; their data have no version or lengths that fit.
fn is_readable(gtp: &Gtp) -> bool {
    let whole = gtp.claimed_len <= gtp.payload_len || gtp.snapped;
    let known = gtp.message != "unknown";
    gtp.version <= 2 && (known || (whole && gtp.undecoded_len == 0 && gtp.trailing() == 0))
}

/// Octets that no length field covers.
trait Trailing {
    fn trailing(&self) -> u32;
}

impl Trailing for Gtp {
    fn trailing(&self) -> u32 {
        self.payload_len.saturating_sub(self.claimed_len)
    }
}

/// As contracts call it: `gtpv1.50`, `gtpv2.130`, `gtp-prime.240`.
fn format_operation(gtp: &Gtp) -> String {
    if gtp.prime {
        format!("gtp-prime.{}", gtp.message_type)
    } else {
        format!("gtpv{}.{}", gtp.version, gtp.message_type)
    }
}

/// Whether the partner at either end may do this by contract.
fn agreed(scene: &Scene, ends: &Endpoints, operation: &str) -> bool {
    [ends.src_ip, ends.dest_ip].into_iter().any(|ip| {
        let partner = scene.network.owner_of_ip(ip).partner();
        partner.is_some_and(|partner| scene.network.agreed_by(partner, operation).is_some())
    })
}

/// An endpoint in a request for a session that S8 and S2b never name (TS 29.274 §8.22).
fn odd_endpoint(gtp: &Gtp) -> Option<(String, &'static str)> {
    let odd = gtp
        .fteids
        .iter()
        .filter_map(|fteid| fteid.interface)
        .find(|interface| matches!(interface, 0..=3 | 10..=14 | 18..=29 | 38..=40))?;
    let name = match odd {
        0 | 1 => "S1-U",
        2 | 3 => "S12",
        10 | 11 | 38 | 39 => "S11",
        12 => "S10",
        13 | 14 => "S3",
        18 => "S16",
        40 => "N26",
        _ => "an interface inside a network",
    };
    Some((format!("an endpoint of {name} (interface type {odd})"), "endpoint.internal"))
}

/// Whether the side that sends is known to be the other one: by the description, else by what it was seen doing.
fn wrong_way(scene: &Scene, ends: &Endpoints, sender: Sender) -> Option<(String, &'static str)> {
    let side = |ip| {
        let roles = match scene.network.element_of_ip(ip) {
            Some(element) => element.role_set(),
            None => return None,
        };
        match (roles.any(SERVING), roles.any(GATEWAY)) {
            (true, false) => Some(Sender::Serving),
            (false, true) => Some(Sender::Gateway),
            _ => None,
        }
    };
    let opposite = |side| match side {
        Sender::Serving => Sender::Gateway,
        _ => Sender::Serving,
    };
    let is = side(ends.src_ip).or_else(|| side(ends.dest_ip).map(opposite))?;
    (is != sender && sender != Sender::Either).then(|| {
        let (who, here) = match sender {
            Sender::Serving => ("the serving side (SGSN, SGW)", "gateway"),
            _ => ("the gateway (GGSN, PGW)", "serving side"),
        };
        (format!("{who}, and this one came from the {here}"), "direction")
    })
}

fn found(
    scene: &Scene,
    event: &Event,
    ends: &Endpoints,
    known: &Known<'_>,
    check: &'static str,
) -> Finding {
    let mut finding = CARD.finding(check, event);
    finding.key = format!("{}>{}", ends.src_ip, ends.dest_ip);
    match known {
        Known::Described { from } => {
            finding.confidence = match check {
                "direction" | "endpoint.internal" | "type.by-agreement" => 0.6,
                _ if from.is_unknown() => 0.8,
                _ => 0.9,
            };
            let foreign = if from.is_home() { ends.dest_ip } else { ends.src_ip };
            finding.decided_by = Some(scene.network.cite_ip(foreign));
        }
        Known::Seen => {
            finding.level = finding.level.min(Level::Medium);
            finding.confidence = 0.5;
            finding.decided_by = Some(NO_DESCRIPTION.to_owned());
        }
    }
    finding
}

/// What all sentences have in common.
fn close(finding: &mut Finding, scene: &Scene, ends: &Endpoints, known: &Known<'_>, message: &str) {
    let (from, to) = (scene.who(ends.src_ip), scene.who(ends.dest_ip));
    finding.signature = format!("{from} sent {to} a {message}, which has no place between the two");
    let how = match known {
        Known::Described { .. } => "the description puts the two ends into two networks",
        Known::Seen => "sessions of roamers are asked for between the two",
    };
    finding.why.push_str(&format!("; {how}."));
    finding.honest_cause = match finding.check {
        "interface.internal" => {
            "A handover between neighbouring networks that the partners agreed upon (agreements in the description), or \
             nodes of ours that the description does not name."
        }
        "version.0" => "A partner's very old node, or a tester that falls back to version 0.",
        "direction" | "endpoint.internal" => {
            "A node that plays both roles, or one whose role the description has wrong."
        }
        "type.by-agreement" => "A contract that the description does not name (agreements).",
        _ => "Nodes of ours that the description does not name, a misrouted link, or a test of the firewall.",
    }
    .to_owned();
    finding.next_step = format!(
        "Ask the operator of {} what sends it; drop this type at the border (allow-list of roaming messages by version and \
         direction), and look at {} for what it answered.",
        ends.src_ip, ends.dest_ip
    );
}

/// The answer: what came back raises it.
fn answered(finding: &mut Finding, gtp: &Gtp, outcome: Outcome) {
    finding.outcome = outcome;
    if outcome == Outcome::Refused {
        finding.why.push_str(&format!(
            " It was refused{}.",
            gtp.cause_name.as_ref().map_or_else(String::new, |name| format!(" ({name})"))
        ));
        return;
    }
    let context = matches!((gtp.version, gtp.message_type), (1, 49 | 51) | (2, 129 | 131));
    if context {
        // MM context (TS 29.060 §7.7.28), and those of GTPv2 (TS 29.274 §8.38).
        let keys = gtp.ies.iter().any(|ie| match gtp.version {
            2 => matches!(ie, 103..=108 | 138),
            _ => matches!(ie, 129 | 136),
        });
        finding.outcome = Outcome::AnsweredWithData;
        finding.returned = vec!["imsi".into()];
        if keys {
            finding.returned.push("authentication-vectors".into());
        }
        if finding.check == "interface.internal" && finding.level == Level::High {
            finding.level = Level::Critical;
        }
        finding.why.push_str(" The answer carries the subscriber's context.");
    } else {
        finding.why.push_str(" It was answered.");
    }
    finding.confidence = finding.confidence.max(0.9_f64.min(finding.confidence + 0.05));
}

#[cfg(test)]
#[path = "gtp_illegal_message_tests.rs"]
mod tests;
