//! A TinyShell session began.
//!
//! The operator's side opens with 40 octets (two initialisation vectors of 20), then a challenge; the other side answers
//! with its own challenge; then the operator asks for something. Every message is AES-CBC over a two-octet length and
//! the data, padded to 16, with an HMAC-SHA1 of 20 behind it: a challenge of 16 octets makes 52, one octet makes 36. So
//! the stream offsets are 40, 92 and 128 on one side and 52 on the other, whoever dialled and however segments fell.

use event::{Capped, Event, Flow, FlowState, Level, Opening, Outcome, Proto, TableCount, What};

use crate::{Card, Check, Detector, Finding, Kinds, Scene, Stage};

/// Vectors, and a challenge of 16 octets in its frame.
const VECTORS: i32 = 40;
const CHALLENGE: i32 = 52;
/// The least that a frame has: one padded block and the authentication code.
const SMALLEST_FRAME: i32 = 36;
/// Ciphertext of 512 octets holds a longer printable run once in ten thousand sessions; text protocols hold one always.
const MAX_PRINTABLE: u16 = 15;
/// Flows already told: their later events say the same.
const MAX_TOLD: usize = 16_384;

pub(crate) const CARD: Card = Card {
    id: "tinyshell-handshake",
    level: Level::Critical,
    summary: "A TinyShell session began",
    needs: "The first turns of a TCP stream: 40 and then 52 octets by one side (92 together), 52 by the other, then at \
            least 36 by the first, no printable text in them. Either side may have dialled; segments may be joined or \
            split; inside a subscriber's tunnel as well.",
    quiet_for: "TLS, SSH, HTTP and other recognised protocols; text protocols with messages of these sizes; syslog.",
    description: "Tells which end is a core element, which makes it critical. Nothing is needed.",
    thresholds: "Sizes 40, 52, 52 and 36 follow from the published framing. A printable run over 15 octets is no \
                 ciphertext.",
    stage: Stage::Control,
    settings: &[],
    judges: Kinds::FLOW,
    basis: "creaktive/tsh (public source); CrowdStrike, LightBasin (2021) and LIMINAL PANDA (2024)",
    checks: &[
        Check {
            name: "handshake.sizes",
            level: Level::High,
            looks_for: "the sizes of TinyShell's opening on two ends that are no core elements",
        },
        Check {
            name: "handshake.core-element",
            level: Level::Critical,
            looks_for: "the same with a core element at one end",
        },
        Check {
            name: "handshake.in-tunnel",
            level: Level::Critical,
            looks_for: "the same inside a subscriber's tunnel",
        },
    ],
    attack: &["T1059.004", "T1573.001", "T1105"],
    fight: &["FGT1059", "FGT1041"],
    motif: &["MOT3003"],
};

/// A TinyShell opening that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The operator's side dialled; otherwise the implant called back.
    pub(super) operator_dialled: bool,
    /// A segment ended after the vectors, as two writes leave it.
    pub(super) marked: bool,
    /// Everything said after the opening is made of whole frames.
    pub(super) framed: bool,
}

/// Whether a stream opened like a TinyShell session.
pub(super) fn shape(flow: &Flow, opening: &Opening) -> Option<Shape> {
    if opening.printable_run > MAX_PRINTABLE || is_recognised(flow) {
        return None;
    }
    let turns = joined(&opening.turns);
    let &[first, answer, request, ..] = turns.as_slice() else { return None };
    let side = first.signum();
    let rest = request.saturating_mul(side) - SMALLEST_FRAME;
    if first.saturating_mul(side) != VECTORS + CHALLENGE
        || answer.saturating_mul(-side) != CHALLENGE
        || !(rest == 0 || is_frames(rest))
    {
        return None;
    }
    let operator_dialled = side > 0;
    let marks = if operator_dialled { &opening.marks_to_server } else { &opening.marks_to_client };
    // The last turn may still be growing.
    let later = turns.get(3..turns.len().saturating_sub(1)).unwrap_or_default();
    Some(Shape {
        operator_dialled,
        marked: marks.contains(&40),
        framed: later.iter().all(|turn| is_frames(turn.saturating_abs())),
    })
}

/// Protocols that are recognised by what they say, not by their port.
fn is_recognised(flow: &Flow) -> bool {
    matches!(
        flow.app_proto.as_deref(),
        Some(
            "tls"
                | "ssh"
                | "http"
                | "smtp"
                | "ftp"
                | "sip"
                | "smb"
                | "rdp"
                | "diameter"
                | "mysql"
                | "postgres"
        )
    ) || flow.dns_framed == Some(true)
}

/// Turns of one side that a pause split belong together.
fn joined(turns: &[i32]) -> Vec<i32> {
    let mut out: Vec<i32> = Vec::with_capacity(turns.len());
    for &turn in turns.iter().filter(|turn| **turn != 0) {
        match out.last_mut() {
            Some(last) if last.signum() == turn.signum() => *last = last.saturating_add(turn),
            _ => out.push(turn),
        }
    }
    out
}

/// Whether that many octets are whole frames of 20 and a multiple of 16 each.
fn is_frames(octets: i32) -> bool {
    // Twenty is four modulo sixteen: a quarter of the octets modulo four says how many frames there are, modulo four.
    (1..=4).any(|frames| {
        let blocks = octets - 20 * frames;
        blocks % 16 == 0 && blocks / 16 >= frames
    })
}

pub(crate) struct TinyshellHandshake {
    told: Capped<u64, ()>,
}

impl Default for TinyshellHandshake {
    fn default() -> Self {
        Self { told: Capped::new("tinyshell-handshake.told", MAX_TOLD) }
    }
}

impl Detector for TinyshellHandshake {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::FLOW
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let What::Flow(flow) = &event.what else { return };
        if flow.state == FlowState::New {
            return;
        }
        let Some(shape) = flow.opening.as_ref().and_then(|opening| shape(flow, opening)) else {
            return;
        };
        if event.flow_id.is_some_and(|id| self.told.contains(&id)) {
            return;
        }
        if let Some(finding) = handshake(scene, event, flow, shape) {
            if let Some(id) = event.flow_id {
                self.told.insert(id, ());
            }
            findings.push(finding);
        }
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.told.count()]
    }
}

fn handshake(scene: &Scene, event: &Event, flow: &Flow, shape: Shape) -> Option<Finding> {
    let ends = event.ends.filter(|ends| ends.proto == Proto::Tcp)?;
    let core = [ends.src_ip, ends.dest_ip].into_iter().find(|ip| scene.is_core(*ip));
    let check = match (&event.path, core) {
        (Some(_), _) => "handshake.in-tunnel",
        (None, Some(_)) => "handshake.core-element",
        (None, None) => "handshake.sizes",
    };
    let (operator, implant) = if shape.operator_dialled {
        (ends.src_ip, ends.dest_ip)
    } else {
        (ends.dest_ip, ends.src_ip)
    };
    let mut finding = CARD.finding(check, event);
    finding.confidence = match (shape.marked, shape.framed) {
        (true, true) => 0.92,
        (false, true) => 0.82,
        (true, false) => 0.7,
        (false, false) => 0.6,
    };
    finding.key = format!("{}>{}:{}", ends.src_ip, ends.dest_ip, ends.dest_port);
    finding.outcome = Outcome::Answered;
    let way = match &event.path {
        Some(path) => format!(" inside the tunnel to {} TEID {:#010x}", path.dest_ip, path.teid),
        None => String::new(),
    };
    let dialled = if shape.operator_dialled { "dialled in" } else { "was called back" };
    finding.signature = format!(
        "A TinyShell session began: {} {dialled}, the shell is on {}{way}",
        scene.who(operator),
        scene.who(implant),
    );
    let marked = if shape.marked { ", the first 40 of them in a segment of their own" } else { "" };
    let framed = if shape.framed { ", and all that followed is made of whole frames" } else { "" };
    finding.why = format!(
        "On TCP port {} one side opened with 92 octets{marked}, the other answered with 52, and the first went on with \
         36 or more{framed}: initialisation vectors, two challenges and an action, as TinyShell frames them. Nothing \
         in it is text, and no known protocol was recognised.",
        ends.dest_port
    );
    finding.honest_cause =
        "A proprietary binary protocol whose first messages happen to have 92, 52 and 36 octets; \
                            it would show the same sizes in every session of that service."
            .into();
    finding.next_step = format!(
        "On {implant} find the process behind the connection with {operator}:{} (ss -tnp), keep its memory and its \
         binary (look for the challenge constant 58 90 AE 86 F1 B9 1C F6), and list its earlier connections to \
         {operator}.",
        ends.dest_port
    );
    finding.entities = vec![format!("ip:{operator}"), format!("ip:{implant}")];
    if let Some(path) = &event.path {
        finding.entities.extend(path.imsi.map(|imsi| format!("imsi:{imsi}")));
        finding.entities.push(format!("teid:{:#010x}@{}", path.teid, path.dest_ip));
    }
    finding.decided_by = core.map(|ip| match scene.network.owner_of_ip(ip) {
        network::Owner::Unknown => format!("{ip} was seen as {}", scene.inventory.roles_of(ip)),
        owner => scene.network.cite_owner(owner),
    });
    if let Some(start) = flow.start {
        finding.first_seen = start;
    }
    Some(finding)
}

#[cfg(test)]
mod tests {
    use event::{Flow, FlowState, Opening};
    use network::Network;
    use proptest::prelude::*;

    use super::*;
    use crate::tests_support::{Events, check, check_with, names, path};

    const OUT: &str = "203.0.113.7:443";
    const IN: &str = "192.0.2.53:40000";

    fn one(turns: &[i32], marks: &[u16]) -> Vec<String> {
        let mut events = Events::new();
        events.opened(0.0, IN, OUT, turns, marks);
        names(&check("tinyshell-handshake", &events))
    }

    #[test]
    fn joined_or_split_from_either_side() {
        for turns in [
            &[92, -52, 36][..],
            &[40, 52, -52, 36],
            &[-92, 52, -36, 1000],
            &[-40, -52, 52, -36],
            &[92, -52, 36 + 36 + 36 + 52],
            &[92, -52, 36, 52, -68, 36],
            &[92, -20, -32, 36],
        ] {
            assert_eq!(one(turns, &[40, 92]), ["handshake.sizes high"], "{turns:?}");
            assert_eq!(one(turns, &[]), ["handshake.sizes high"], "{turns:?}");
        }
    }

    #[test]
    fn one_octet_off() {
        for turns in [
            &[91, -52, 36][..],
            &[93, -52, 36],
            &[92, -51, 36],
            &[92, -53, 36],
            &[92, -52, 35],
            &[92, -52, 37],
            &[92, -52, 36 + 20],
            &[92, -52],
            &[40, -52, 52, 36],
            &[],
        ] {
            assert_eq!(one(turns, &[40, 92]), [""; 0], "{turns:?}");
        }
    }

    #[test]
    fn protocols_with_small_messages() {
        for (app_proto, printable_run) in [
            (Some("tls"), 4),
            (Some("ssh"), 4),
            (Some("http"), 4),
            (None, 16),
            (Some("syslog"), 80),
        ] {
            let flow = Flow {
                state: FlowState::Opened,
                app_proto: app_proto.map(Into::into),
                opening: Some(Opening {
                    turns: vec![92, -52, 36],
                    printable_run,
                    ..Opening::default()
                }),
                ..Flow::default()
            };
            let mut events = Events::new();
            events.flow(0.0, IN, OUT, flow);
            assert_eq!(names(&check("tinyshell-handshake", &events)), [""; 0], "{app_proto:?}");
        }
    }

    #[test]
    fn critical_in_a_tunnel_or_from_a_core_element() {
        let mut events = Events::new();
        events.opened(0.0, "10.20.0.5:40000", OUT, &[92, -52, 36], &[]).path =
            path("198.51.100.20", "192.0.2.20", 7);
        events.opened(9.0, "10.20.0.5:40000", OUT, &[92, -52, 36], &[]).path =
            path("198.51.100.20", "192.0.2.20", 7);
        let alerts = check("tinyshell-handshake", &events);
        assert_eq!(names(&alerts), ["handshake.in-tunnel critical"]);
        assert_eq!(alerts[0].count, 1, "the end of the flow tells nothing new");

        let text = "[home]\nnetworks = [\"192.0.2.0/24\"]\n\
            [[element]]\nname = \"edns1\"\nroles = [\"dns\"]\naddresses = [\"192.0.2.53\"]\n";
        let mut events = Events::new();
        events.opened(0.0, IN, OUT, &[-92, 52, -36], &[]);
        let network = Network::parse(text, "network.toml").unwrap();
        let alerts = check_with("tinyshell-handshake", network, &events);
        assert_eq!(names(&alerts), ["handshake.core-element critical"]);
        assert_eq!(alerts[0].entities, ["ip:203.0.113.7", "ip:192.0.2.53"], "operator first");
    }

    proptest! {
        #[test]
        fn sums_of_frames_are_frames(blocks in proptest::collection::vec(1i32..300, 1..12)) {
            prop_assert!(is_frames(blocks.iter().map(|n| 20 + 16 * n).sum()));
        }

        #[test]
        fn never_panics(turns in proptest::collection::vec(any::<i32>(), 0..8)) {
            let opening = Opening { turns, ..Opening::default() };
            let _ = shape(&Flow::default(), &opening);
        }
    }
}
