//! One event as a row of a timeline: when, between whom, what, and what became of it.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use engine::event::{
    Alert, Event, Flow, FlowState, GlobalTitle, Level, Map, Outcome, PointCode, SccpAddress,
    SctpState, SshState, Timestamp, Tunnel, TunnelState, What,
};
use engine::network::Network;

use super::counted;
use crate::sanitise;
use crate::wrap::grouped;

/// How a row is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// From one node to another.
    Message,
    /// Between two nodes.
    Between,
    /// About neither.
    Note,
}

/// A row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) at: Timestamp,
    pub(crate) frame: u64,
    pub(crate) protocol: &'static str,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) message: String,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) round_trip_us: Option<u64>,
    pub(crate) shape: Shape,
    /// What of the subject it names.
    pub(crate) carried: Vec<String>,
    pub(crate) retransmission: bool,
    pub(crate) request_unseen: bool,
    pub(crate) unanswered: bool,
    /// Of an alert.
    pub(crate) level: Option<Level>,
}

impl Row {
    /// What became of it, in words; empty where there is nothing to say.
    pub(crate) fn became(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        if let Some(outcome) = self.outcome {
            words.push(
                match outcome {
                    Outcome::Attempt => "no answer seen",
                    Outcome::Refused => "refused",
                    Outcome::Answered => "answered",
                    Outcome::AnsweredWithData => "answered with data",
                }
                .into(),
            );
        }
        if let Some(micros) = self.round_trip_us {
            words.push(format!("in {}", took(micros)));
        }
        let mut text = words.join(" ");
        for (is, mark) in [
            (self.retransmission, "retransmission"),
            (self.request_unseen, "request not in the capture"),
            (self.unanswered, "no answer seen"),
        ] {
            if is {
                if !text.is_empty() {
                    text.push_str(", ");
                }
                text.push_str(mark);
            }
        }
        text
    }
}

/// A round trip in the unit that fits.
#[expect(clippy::cast_precision_loss, reason = "for people")]
pub(crate) fn took(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..10_000 => format!("{:.1} ms", micros as f64 / 1e3),
        10_000..10_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{} s", Duration::from_micros(micros).as_secs()),
    }
}

/// Which requests were answered, as far as the rows show.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    frames: BTreeSet<u64>,
    /// Transactions that somebody answered in, by the identity that the opener gave them.
    dialogues: BTreeSet<String>,
}

impl Answers {
    pub(crate) fn note(&mut self, event: &Event) {
        let request = match &event.what {
            What::Map(map) | What::Cap(map) => {
                if let Some(dtid) = &map.dtid {
                    self.dialogues.insert(dtid.to_string());
                }
                map.request
            }
            What::Gtp(gtp) => gtp.request_frame,
            What::Diameter(diameter) => diameter.request_frame,
            What::Dns(dns) => dns.request_frame,
            What::Pfcp(pfcp) => pfcp.request_frame,
            _ => None,
        };
        self.frames.extend(request);
    }

    /// Whether the event asks for something that nobody was seen giving.
    fn is_missing(&self, event: &Event) -> bool {
        let asks = match &event.what {
            What::Map(map) | What::Cap(map) => {
                let opens = map.message == "begin" || map.message.starts_with("query");
                return opens
                    && map
                        .otid
                        .as_ref()
                        .is_some_and(|otid| !self.dialogues.contains(otid.as_str()));
            }
            What::Gtp(gtp) => !gtp.duplicate && gtp.message.ends_with("Request"),
            What::Diameter(diameter) => diameter.request && !diameter.duplicate,
            What::Dns(dns) => !dns.response && !dns.duplicate,
            What::Pfcp(pfcp) => !pfcp.duplicate && pfcp.message.ends_with("Request"),
            _ => false,
        };
        asks && !self.frames.contains(&event.frame)
    }
}

/// Nodes by the names that the description gives them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names<'a>(pub(crate) &'a Network);

impl Names<'_> {
    fn ip(self, ip: IpAddr) -> String {
        self.0.element_of_ip(ip).map_or_else(|| ip.to_string(), |element| element.name.clone())
    }

    fn gt(self, gt: &GlobalTitle) -> String {
        self.0
            .element_of_gt(&gt.digits)
            .map_or_else(|| gt.to_string(), |element| element.name.clone())
    }

    fn code(self, code: PointCode) -> String {
        self.0
            .element_of_pc(code)
            .map_or_else(|| format!("pc {code}"), |element| element.name.clone())
    }

    fn sccp(
        self,
        address: Option<&SccpAddress>,
        code: Option<PointCode>,
        ip: Option<IpAddr>,
    ) -> String {
        let title = address.and_then(|address| address.gt.as_ref());
        let code = address.and_then(|address| address.pc).or(code);
        match (title, code, ip) {
            (Some(title), ..) => self.gt(title),
            (None, Some(code), _) => self.code(code),
            (None, None, Some(ip)) => self.ip(ip),
            (None, None, None) => "?".into(),
        }
    }
}

/// The row of an event; none for what only repeats a flow's counters.
pub(crate) fn row(
    event: &Event,
    carried: Vec<String>,
    names: Names<'_>,
    answers: &Answers,
) -> Option<Row> {
    let ips = event.ends.map(|ends| (ends.src_ip, ends.dest_ip)).unzip();
    let (mut from, mut to) = (
        ips.0.map_or_else(String::new, |ip| names.ip(ip)),
        ips.1.map_or_else(String::new, |ip| names.ip(ip)),
    );
    let mut row = Row {
        at: event.at,
        frame: event.frame,
        protocol: event.what.event_type(),
        from: String::new(),
        to: String::new(),
        message: String::new(),
        outcome: None,
        round_trip_us: None,
        shape: Shape::Message,
        carried,
        retransmission: false,
        request_unseen: false,
        unanswered: answers.is_missing(event),
        level: None,
    };
    match &event.what {
        What::Map(map) | What::Cap(map) => {
            row.protocol = match map.user.as_ref() {
                "map" => "map",
                "cap" => "cap",
                "inap" => "inap",
                "ansi-map" => "ansi-map",
                _ => "tcap",
            };
            from = names.sccp(map.calling.as_ref(), map.opc, ips.0);
            to = names.sccp(map.called.as_ref(), map.dpc, ips.1);
            row.message = component(map);
            row.outcome = map.outcome;
            row.round_trip_us = map.round_trip_us;
            row.retransmission = map.duplicate;
            row.request_unseen = map.request_unseen;
        }
        What::Gtp(gtp) => {
            row.message = gtp.message.to_string();
            let more = [
                gtp.cause_name.as_deref().map(str::to_owned),
                gtp.apn.as_ref().map(|apn| format!("apn {apn}")),
                gtp.end_user_address.map(|ip| format!("address {ip}")),
            ];
            append(&mut row.message, more);
            row.outcome = gtp.outcome;
            row.round_trip_us = gtp.round_trip_us;
            row.retransmission = gtp.duplicate;
            row.request_unseen = gtp.request_unseen;
        }
        What::Diameter(diameter) => {
            let kind = if diameter.request { "Request" } else { "Answer" };
            row.message = format!("{} {kind}", diameter.command);
            let result = diameter.result_code.or(diameter.experimental_result_code);
            append(&mut row.message, [result.map(|code| code.to_string())]);
            row.outcome = diameter.outcome;
            row.round_trip_us = diameter.round_trip_us;
            row.retransmission = diameter.duplicate || diameter.retransmitted;
            row.request_unseen = diameter.request_unseen;
        }
        What::Pfcp(pfcp) => {
            row.message = pfcp.message.to_string();
            append(&mut row.message, [pfcp.cause_name.as_deref().map(str::to_owned)]);
            row.outcome = pfcp.outcome;
            row.round_trip_us = pfcp.round_trip_us;
            row.retransmission = pfcp.duplicate;
            row.request_unseen = pfcp.request_unseen;
        }
        What::Dns(dns) => {
            let kind = dns.qtype_name.as_deref().unwrap_or("");
            let name = dns.qname.as_deref().unwrap_or("");
            row.message = if dns.response {
                format!("answer {kind} {name}: {} records", dns.answers)
            } else {
                format!("question {kind} {name}")
            };
            row.outcome = dns.outcome;
            row.round_trip_us = dns.round_trip_us;
            row.retransmission = dns.duplicate;
            row.request_unseen = dns.request_unseen;
        }
        What::Tunnel(tunnel) => {
            row.shape = Shape::Between;
            row.message = tunnel_text(tunnel);
        }
        What::Flow(flow) => {
            row.shape = Shape::Between;
            row.message = flow_text(event, flow)?;
        }
        What::Icmp(icmp) => {
            row.message = match icmp.icmp_type {
                8 | 128 => "echo request".into(),
                0 | 129 => "echo reply".into(),
                kind => format!("type {kind} code {}", icmp.icmp_code),
            };
            append(&mut row.message, [Some(format!("{} octets, {}", icmp.data_len, icmp.pattern))]);
        }
        What::Ssh(ssh) => {
            row.shape = Shape::Between;
            let state = match ssh.state {
                SshState::Opened => "session begins",
                SshState::Closed => "session ends",
            };
            row.message = state.into();
            let outcome = ssh.outcome.and_then(|outcome| serde_json::to_value(outcome).ok());
            let outcome = outcome.as_ref().and_then(serde_json::Value::as_str).map(str::to_owned);
            append(&mut row.message, [ssh.client.clone(), outcome]);
        }
        What::Sctp(sctp) => {
            row.shape = Shape::Between;
            let state = match sctp.state {
                SctpState::Init => "attempt",
                SctpState::Established => "established",
                SctpState::Refused => "refused",
                SctpState::Closed => "closed",
            };
            row.message = format!("association {} {state}", sctp.association);
            let midstream = sctp.midstream.then(|| "began before the capture".to_owned());
            let reason = sctp.reason.as_deref().map(str::to_owned);
            append(
                &mut row.message,
                [sctp.payload.as_deref().map(str::to_owned), reason, midstream],
            );
        }
        What::M3ua(m3ua) => {
            row.message = m3ua.message.to_string();
            let label =
                m3ua.opc.zip(m3ua.dpc).map(|(opc, dpc)| format!("first from {opc} to {dpc}"));
            append(&mut row.message, [label, m3ua.error.as_deref().map(str::to_owned)]);
        }
        What::Sccp(sccp) => {
            from = names.sccp(sccp.calling.as_ref(), sccp.opc, ips.0);
            to = names.sccp(sccp.called.as_ref(), sccp.dpc, ips.1);
            row.message = sccp.message.to_string();
            append(
                &mut row.message,
                [
                    sccp.payload.as_deref().map(str::to_owned),
                    sccp.return_cause_name.as_deref().map(str::to_owned),
                ],
            );
        }
        What::Isup(isup) => {
            from = names.sccp(None, isup.opc, ips.0);
            to = names.sccp(None, isup.dpc, ips.1);
            row.message = format!("{} cic {}", isup.message, isup.cic);
            append(&mut row.message, [isup.cause.map(|cause| format!("cause {cause}"))]);
        }
        What::Anomaly(anomaly) => {
            row.shape = Shape::Note;
            row.message = format!("{}: {}", anomaly.field, anomaly.flaw);
        }
        What::Alert(_) | What::Element(_) | What::Incident(_) | What::Stats(_) => return None,
    }
    row.from = sanitise::text(&from);
    row.to = sanitise::text(&to);
    row.message = sanitise::text(&row.message);
    Some(row)
}

/// An alert that stands on frames of the subject.
pub(crate) fn alert(alert: &Alert, names: Names<'_>) -> Row {
    let (from, to) = alert
        .ends
        .map_or_else(Default::default, |ends| (names.ip(ends.src_ip), names.ip(ends.dest_ip)));
    Row {
        at: alert.first_seen,
        frame: alert.frames.first().copied().unwrap_or_default(),
        protocol: "alert",
        from: sanitise::text(&from),
        to: sanitise::text(&to),
        message: sanitise::text(&format!("{}: {}", alert.detection, alert.signature)),
        outcome: None,
        round_trip_us: None,
        shape: Shape::Note,
        carried: Vec::new(),
        retransmission: false,
        request_unseen: false,
        unanswered: false,
        level: Some(alert.level),
    }
}

/// Adds what there is, behind a colon and commas.
fn append<const N: usize>(text: &mut String, more: [Option<String>; N]) {
    let mut gap = ": ";
    for part in more.into_iter().flatten().filter(|part| !part.is_empty()) {
        text.push_str(gap);
        text.push_str(&part);
        gap = ", ";
    }
}

fn component(map: &Map) -> String {
    let operation = match (&map.operation, map.opcode) {
        (Some(name), _) => name.to_string(),
        (None, Some(code)) => format!("operation {code}"),
        (None, None) => String::new(),
    };
    let error = match (&map.error, map.error_code) {
        (Some(name), _) => name.to_string(),
        (None, Some(code)) => format!("{code}"),
        (None, None) => String::new(),
    };
    let mut text = format!("{} ", map.message);
    match map.component.as_deref() {
        Some(kind) if kind.starts_with("invoke") => text.push_str(&operation),
        Some(kind) if kind.starts_with("returnResult") => {
            text.push_str("result of ");
            text.push_str(&operation);
            append(&mut text, [Some(map.returned.join(", "))]);
        }
        Some("reject") => text.push_str(&format!("reject {error} {operation}")),
        Some(_) => text.push_str(&format!("error {error} of {operation}")),
        None if operation.is_empty() => {}
        None => text.push_str(&format!("({operation})")),
    }
    text.trim_end().to_owned()
}

fn tunnel_text(tunnel: &Tunnel) -> String {
    let state = match tunnel.state {
        TunnelState::Opened => "opened",
        TunnelState::Active => "goes on",
        TunnelState::Closed => "closed",
    };
    let mut text = format!("tunnel {} {state}", tunnel.tunnel);
    let traffic = (tunnel.packets_up + tunnel.packets_down > 0).then(|| {
        format!("{} packets up, {} down", grouped(tunnel.packets_up), grouped(tunnel.packets_down))
    });
    append(
        &mut text,
        [
            tunnel.reason.as_deref().map(str::to_owned),
            tunnel.without_control.then(|| "nobody was seen making it".into()),
            tunnel.apn.as_ref().map(|apn| format!("apn {apn}")),
            tunnel.end_user_address.map(|ip| format!("address {ip}")),
            traffic,
        ],
    );
    text
}

/// A flow at its beginning and at its end; reports in between say nothing new here.
fn flow_text(event: &Event, flow: &Flow) -> Option<String> {
    let state = match flow.state {
        FlowState::New => "flow begins",
        FlowState::Closed => "flow ends",
        FlowState::Opened | FlowState::Active => return None,
    };
    let mut text = state.to_owned();
    let port = event
        .ends
        .filter(|ends| ends.dest_port != 0)
        .map(|ends| format!("{} port {}", ends.proto.name(), ends.dest_port));
    let traffic = (flow.state == FlowState::Closed).then(|| {
        let there = counted(flow.packets_to_server, "packet", "packets");
        format!("{there} there, {} back", grouped(flow.packets_to_client))
    });
    append(
        &mut text,
        [
            port,
            flow.app_proto.as_deref().map(str::to_owned),
            flow.sni.clone(),
            traffic,
            flow.midstream.then(|| "began before the capture".into()),
        ],
    );
    Some(text)
}
