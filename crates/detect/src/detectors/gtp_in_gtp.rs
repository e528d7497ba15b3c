//! A tunnel in a tunnel: GTP inside a G-PDU, at any depth.
//!
//! A subscriber's packets have no business to be GTP. Whoever sends such a packet speaks to the core with the gateway's
//! own voice: the inner message comes out behind the firewall.

use std::net::IpAddr;

use event::{Capped, Event, Gtp, Level, Outcome, TableCount, What};

use crate::{Card, Check, Detector, Finding, Kinds, Scene, Stage};

/// Inner messages that may still be answered.
const MAX_ASKED: usize = 4_096;

pub(crate) const CARD: Card = Card {
    id: "gtp-in-gtp",
    level: Level::Critical,
    summary: "GTP inside a subscriber's tunnel",
    needs: "A G-PDU whose inner packet is GTP again: control plane or user plane, at any depth.",
    quiet_for: "Inner packets on the GTP ports that are no GTP.",
    description: "Names the node that the inner message is for. Nothing is needed.",
    thresholds: "None: one packet is enough.",
    stage: Stage::Pivot,
    settings: &[],
    judges: Kinds::TUNNEL,
    basis: "3GPP TS 29.281; vendor GTP firewalls drop it by default; MITRE FiGHT FGT1572.501",
    checks: &[
        Check {
            name: "nested.control-plane",
            level: Level::Critical,
            looks_for: "a GTP control message inside a tunnel",
        },
        Check {
            name: "nested.user-plane",
            level: Level::Critical,
            looks_for: "a G-PDU inside a G-PDU",
        },
    ],
    attack: &["T1572"],
    fight: &["FGT1599.505", "FGT1572.501", "FGT5016"],
    motif: &["MOT3003"],
};

pub(crate) struct GtpInGtp {
    asked: Capped<u64, Finding>,
    /// Frame of the last inner message that was judged by its content: found, or no GTP but for its port.
    judged: Option<u64>,
}

impl Default for GtpInGtp {
    fn default() -> Self {
        Self { asked: Capped::new("gtp-in-gtp.asked", MAX_ASKED), judged: None }
    }
}

impl Detector for GtpInGtp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::ANOMALY.and(Kinds::GTP)
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        match &event.what {
            What::Anomaly(anomaly) if anomaly.field == "gtp.nested" => {
                if self.judged == Some(event.frame) {
                    return;
                }
                let mut finding = nested(scene, event, "nested.user-plane");
                finding.why = format!(
                    "The inner packet of a G-PDU is itself GTP{}. Subscribers' devices do not speak GTP; the gateway \
                     that takes this packet out of the tunnel hands the inner one to its own network.",
                    depth(event)
                );
                findings.push(finding);
            }
            What::Gtp(gtp) if event.path.is_some() => {
                self.judged = Some(event.frame);
                if !is_readable(gtp) {
                    return;
                }
                if let Some(request) = gtp.request_frame
                    && let Some(mut finding) = self.asked.remove(&request)
                {
                    finding.outcome = gtp.outcome.unwrap_or(Outcome::Answered);
                    finding.counts = false;
                    finding.at = event.at;
                    finding.frames.push(event.frame);
                    findings.push(finding);
                    return;
                }
                let finding = control(scene, event, gtp);
                if !gtp.user_plane {
                    self.asked.insert(event.frame, finding.clone());
                }
                findings.push(finding);
            }
            _ => {}
        }
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.asked.count()]
    }
}

/// Other programs use the GTP ports as their own; their data have no version or message type that exists.
fn is_readable(gtp: &Gtp) -> bool {
    gtp.version <= 2
        && gtp.message != "unknown"
        && (gtp.claimed_len <= gtp.payload_len || gtp.snapped)
}

fn control(scene: &Scene, event: &Event, gtp: &Gtp) -> Finding {
    let check = if gtp.user_plane { "nested.user-plane" } else { "nested.control-plane" };
    let mut finding = nested(scene, event, check);
    finding.confidence = 0.97;
    finding.why = format!(
        "A {} (GTP version {}) rides inside a subscriber's tunnel{}. If the gateway does not drop it, it reaches the \
         core from inside.",
        gtp.message,
        gtp.version,
        depth(event)
    );
    finding
}

fn depth(event: &Event) -> String {
    match event.path.as_ref().map_or(1, |path| path.depth) {
        0 | 1 => String::new(),
        more => format!(", {more} tunnels deep"),
    }
}

fn nested(scene: &Scene, event: &Event, check: &'static str) -> Finding {
    let mut finding = CARD.finding(check, event);
    finding.confidence = 0.93;
    let inner = event.ends.map(|ends| (ends.src_ip, ends.dest_ip));
    let name =
        |ip: Option<IpAddr>| ip.map_or_else(|| "an unreadable address".into(), |ip| scene.who(ip));
    let (from, to) = (name(inner.map(|(src, _)| src)), name(inner.map(|(_, dest)| dest)));
    let dest = inner.map_or_else(String::new, |(_, dest)| dest.to_string());
    finding.signature = format!("A tunnel carries GTP from {from} to {to}");
    finding.honest_cause = "A mirrored or re-encapsulated link inside the capture: GTP that a probe or a backhaul wraps \
                            in GTP again. A test of the firewall looks the same."
        .into();
    finding.entities = inner.map(|(src, _)| format!("ip:{src}")).into_iter().collect();
    match &event.path {
        Some(path) => {
            // Both directions of one tunnel are one story.
            let (a, b) = (path.src_ip.min(path.dest_ip), path.src_ip.max(path.dest_ip));
            finding.key = format!("{a}-{b}>{dest}");
            finding.entities.extend(path.imsi.map(|imsi| format!("imsi:{imsi}")));
            finding.entities.push(format!("teid:{:#010x}@{}", path.teid, path.dest_ip));
            finding.entities.extend(inner.map(|(_, dest)| format!("ip:{dest}")));
            finding.next_step = format!(
                "Find the subscriber of TEID {:#010x} at {} (session and charging records of the gateway), end the \
                 session, and check that the gateway drops packets to UDP 2123, 2152 and 3386 that come out of tunnels; \
                 look at {to} for messages from {from} at this time.",
                path.teid, path.dest_ip
            );
        }
        None => {
            finding.key = format!("{from}>{dest}");
            finding.entities.extend(inner.map(|(_, dest)| format!("ip:{dest}")));
            finding.next_step = format!(
                "Look at this frame to find the outer tunnel and its subscriber, and at {to} for messages from {from} \
                 at this time."
            );
        }
    }
    if finding.entities.is_empty() {
        finding.entities.push("ip:unknown".into());
    }
    if let Some((_, dest)) = inner {
        finding.decided_by = Some(scene.network.cite_owner(scene.network.owner_of_ip(dest)));
    }
    finding
}

#[cfg(test)]
mod tests {
    use event::{Anomaly, Gtp, Outcome, Proto};

    use crate::tests_support::{Events, check, names, path};

    fn echo(version: u8) -> Gtp {
        Gtp { version, message_type: 1, message: "Echo Request".into(), ..Gtp::default() }
    }

    #[test]
    fn gtp_outside_tunnels() {
        let mut events = Events::new();
        events.gtp(0.0, "198.51.100.20:2123", "192.0.2.20:2123", echo(1));
        events.anomaly(
            1.0,
            "198.51.100.20:2152",
            "192.0.2.20:2152",
            Proto::Udp,
            Anomaly { layer: "gtpv1".into(), field: "gtpv1.length".into(), ..Anomaly::default() },
        );
        let voice =
            Gtp { version: 4, message_type: 225, message: "unknown".into(), ..Gtp::default() };
        let tunnel = path("198.51.100.20", "192.0.2.20", 7);
        events.gtp(2.0, "10.20.0.5:2152", "203.0.113.7:2152", voice).path = tunnel.clone();
        let frame = events.list.last().unwrap().frame;
        let nested =
            Anomaly { layer: "gtp".into(), field: "gtp.nested".into(), ..Anomaly::default() };
        let event = events.anomaly(2.0, "10.20.0.5:2152", "203.0.113.7:2152", Proto::Udp, nested);
        (event.path, event.frame) = (tunnel, frame);
        assert_eq!(names(&check("gtp-in-gtp", &events)), [""; 0]);
    }

    #[test]
    fn control_and_user_plane_inside() {
        let mut events = Events::new();
        events.gtp(0.0, "10.20.0.5:2123", "192.0.2.20:2123", echo(1)).path =
            path("198.51.100.20", "192.0.2.20", 7);
        let answer = Gtp {
            message_type: 2,
            request_frame: Some(1),
            outcome: Some(Outcome::Answered),
            ..echo(1)
        };
        events.gtp(0.1, "192.0.2.20:2123", "10.20.0.5:2123", answer).path =
            path("192.0.2.20", "198.51.100.20", 9);
        let nested =
            Anomaly { layer: "gtp".into(), field: "gtp.nested".into(), ..Anomaly::default() };
        for secs in [1.0, 2.0] {
            events
                .anomaly(secs, "10.20.0.5:2152", "192.0.2.21:2152", Proto::Udp, nested.clone())
                .path = path("198.51.100.20", "192.0.2.20", 7);
        }
        let alerts = check("gtp-in-gtp", &events);
        assert_eq!(names(&alerts), ["nested.control-plane critical", "nested.user-plane critical"]);
        assert_eq!((alerts[0].count, alerts[0].outcome), (1, Outcome::Answered));
        assert_eq!((alerts[0].frames.as_slice(), alerts[1].count), (&[1, 2][..], 2));
        assert!(alerts[0].entities.contains(&"teid:0x00000007@192.0.2.20".to_owned()));
    }
}
