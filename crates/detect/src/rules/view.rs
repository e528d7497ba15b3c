//! An event as rules see it: a field by its path, read from the typed event.
//!
//! What is common in rules is one `match` away; the rest is looked up in the JSON of the event, made at most once. Flags
//! are always there, `false` where the record leaves them out, so that `diameter.request: false` means what it says.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt::Display;

use event::{
    Diameter, Dns, Event, Flow, GlobalTitle, Gtp, Icmp, Isup, Map, MapDetails, Name, Pfcp, Sccp,
    SccpAddress, Sctp, Ssh, Subscriber, Tunnel, What,
};
use network::{Network, Owner};
use rsigma_eval::EventValue;
use serde_json::Value;

/// A field that is there or not.
type Got<'a> = Option<EventValue<'a>>;
/// A field of the typed event; `None` when only the JSON knows it.
type Fast<'a> = Option<Got<'a>>;

/// One event, and the description that says whose its addresses are.
pub(crate) struct View<'a> {
    event: &'a Event,
    network: &'a Network,
    described: bool,
    json: OnceCell<Value>,
}

impl<'a> View<'a> {
    /// `described` says whether there is a network description at all.
    pub(crate) const fn new(event: &'a Event, network: &'a Network, described: bool) -> Self {
        Self { event, network, described, json: OnceCell::new() }
    }

    /// The event's record.
    fn json(&self) -> &Value {
        self.json.get_or_init(|| serde_json::to_value(self.event).unwrap_or_default())
    }

    /// Whether the record had to be made.
    #[cfg(test)]
    pub(crate) fn made_json(&self) -> bool {
        self.json.get().is_some()
    }

    /// A field as text, lists joined: for keys and entities.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        text_of(&rsigma_eval::Event::get_field(self, path)?)
    }

    fn common(&self, path: &str) -> Fast<'_> {
        let event = self.event;
        let ends = event.ends.as_ref();
        let port = |port: u16| (port != 0).then_some(port);
        Some(match path {
            "src_ip" => shown(ends.map(|ends| ends.src_ip)),
            "dest_ip" => shown(ends.map(|ends| ends.dest_ip)),
            "src_port" => int(ends.and_then(|ends| port(ends.src_port))),
            "dest_port" => int(ends.and_then(|ends| port(ends.dest_port))),
            "proto" => ends.and_then(|ends| text(ends.proto.name())),
            "event_type" => text(event.what.event_type()),
            "pcap_cnt" => big(Some(event.frame)),
            "flow_id" => big(event.flow_id),
            "path.depth" => int(event.path.as_ref().map(|path| path.depth)),
            "path.teid" => int(event.path.as_ref().map(|path| path.teid)),
            "path.src_ip" => shown(event.path.as_ref().map(|path| path.src_ip)),
            "path.dest_ip" => shown(event.path.as_ref().map(|path| path.dest_ip)),
            "path.imsi" => shown(event.path.as_ref().and_then(|path| path.imsi)),
            "envelope.kind" => event.envelope.as_ref().and_then(|envelope| text(&envelope.kind)),
            _ => return None,
        })
    }

    /// What the description says: absent without one, and where the event does not have what it is about.
    fn network(&self, what: &str) -> Got<'_> {
        if !self.described {
            return None;
        }
        let (of, name) = match what.strip_suffix("_name") {
            Some(of) => (of, true),
            None => (what, false),
        };
        let owner = self.owner(of)?;
        let element = owner.element().map(|element| element.name.as_str());
        match (owner, name) {
            (Owner::Home(_), false) => text("home"),
            (Owner::Partner(_), false) => text("partner"),
            (Owner::Unknown, false) => text("unknown"),
            (Owner::Home(_), true) => element.and_then(text),
            (Owner::Partner(partner), true) => text(&partner.name),
            (Owner::Unknown, true) => None,
        }
    }

    fn owner(&self, of: &str) -> Option<Owner<'_>> {
        let ends = self.event.ends.as_ref();
        match of {
            "src" => ends.map(|ends| self.network.owner_of_ip(ends.src_ip)),
            "dest" => ends.map(|ends| self.network.owner_of_ip(ends.dest_ip)),
            "calling" | "called" => {
                let (calling, called) = match &self.event.what {
                    What::Map(map) | What::Cap(map) => (&map.calling, &map.called),
                    What::Sccp(sccp) => (&sccp.calling, &sccp.called),
                    _ => return None,
                };
                let address = if of == "calling" { calling } else { called };
                address.as_ref().map(|address| self.network.owner_of_sccp(address))
            }
            "origin" | "destination" => {
                let What::Diameter(diameter) = &self.event.what else { return None };
                let (host, realm) = if of == "origin" {
                    (&diameter.origin_host, &diameter.origin_realm)
                } else {
                    (&diameter.destination_host, &diameter.destination_realm)
                };
                host.as_ref().or(realm.as_ref()).map(|name| self.network.owner_of_realm(name))
            }
            "subscriber" => {
                let imsi = match &self.event.what {
                    What::Map(map) | What::Cap(map) => map.imsi,
                    What::Diameter(diameter) => diameter.imsi,
                    What::Gtp(gtp) => gtp.imsi,
                    What::Pfcp(pfcp) => pfcp.imsi,
                    What::Tunnel(tunnel) => tunnel.imsi,
                    _ => None,
                };
                imsi.map(|imsi| self.network.owner_of_subscriber(&imsi))
            }
            _ => None,
        }
    }

    fn own(&self, rest: &str) -> Fast<'_> {
        match &self.event.what {
            What::Map(map) | What::Cap(map) => map_field(map, rest),
            What::Diameter(diameter) => diameter_field(diameter, rest),
            What::Gtp(gtp) => gtp_field(gtp, rest),
            What::Sccp(sccp) => sccp_field(sccp, rest),
            What::Sctp(sctp) => sctp_field(sctp, rest),
            What::Isup(isup) => isup_field(isup, rest),
            What::Pfcp(pfcp) => pfcp_field(pfcp, rest),
            What::Dns(dns) => dns_field(dns, rest),
            What::Ssh(ssh) => ssh_field(ssh, rest),
            What::Flow(flow) => flow_field(flow, rest),
            What::Icmp(icmp) => icmp_field(icmp, rest),
            What::Tunnel(tunnel) => tunnel_field(tunnel, rest),
            What::Anomaly(anomaly) => match rest {
                "layer" => Some(text(&anomaly.layer)),
                "field" => Some(text(&anomaly.field)),
                "flaw" => Some(text(&anomaly.flaw)),
                "value" => Some(big(anomaly.value)),
                "busy" => Some(flag(anomaly.busy)),
                _ => None,
            },
            _ => None,
        }
    }
}

impl rsigma_eval::Event for View<'_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        let fast = match path.split_once('.') {
            Some(("network", what)) => Some(self.network(what)),
            Some((first, rest)) if first == self.event.what.event_type() => self.own(rest),
            Some((first, _)) if What::EVENT_TYPES.contains(&first) => Some(None),
            _ => self.common(path),
        };
        fast.unwrap_or_else(|| walk(self.json(), path))
    }

    fn any_string_value(&self, pred: &dyn Fn(&str) -> bool) -> bool {
        let mut found = false;
        strings(self.json(), &mut |value| found = found || pred(value));
        found
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        let mut all = Vec::new();
        strings(self.json(), &mut |value| all.push(Cow::Owned(value.to_owned())));
        all
    }

    fn to_json(&self) -> Value {
        self.json().clone()
    }
}

/// A value as text, lists joined with commas.
fn text_of(value: &EventValue<'_>) -> Option<String> {
    match value {
        EventValue::Array(values) => {
            let parts: Vec<String> = values.iter().take(16).filter_map(text_of).collect();
            (!parts.is_empty()).then(|| parts.join(","))
        }
        other => other.as_str().map(Cow::into_owned),
    }
}

/// A path through objects; through a list it leads to what all its elements have there.
pub(super) fn walk<'v>(value: &'v Value, path: &str) -> Got<'v> {
    if path.is_empty() {
        return (!value.is_null()).then(|| EventValue::from(value));
    }
    match value {
        Value::Object(object) => {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            walk(object.get(first)?, rest)
        }
        Value::Array(elements) => {
            let mut found = Vec::new();
            for got in elements.iter().filter_map(|element| walk(element, path)) {
                match got {
                    EventValue::Array(more) => found.extend(more),
                    one => found.push(one),
                }
            }
            (!found.is_empty()).then_some(EventValue::Array(found))
        }
        _ => None,
    }
}

fn strings(value: &Value, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(values) => values.iter().for_each(|value| strings(value, visit)),
        Value::Object(object) => object.values().for_each(|value| strings(value, visit)),
        _ => {}
    }
}

fn text(value: &str) -> Got<'_> {
    Some(EventValue::Str(Cow::Borrowed(value)))
}

fn word(value: &Option<Name>) -> Got<'_> {
    value.as_deref().and_then(text)
}

fn string(value: &Option<String>) -> Got<'_> {
    value.as_deref().and_then(text)
}

fn shown<'a>(value: Option<impl Display>) -> Got<'a> {
    value.map(|value| EventValue::Str(Cow::Owned(value.to_string())))
}

fn int<'a>(value: Option<impl Into<i64>>) -> Got<'a> {
    value.map(|value| EventValue::Int(value.into()))
}

fn big<'a>(value: Option<u64>) -> Got<'a> {
    #[expect(clippy::cast_precision_loss, reason = "as JSON numbers beyond 63 bits are read")]
    value.map(|value| i64::try_from(value).map_or(EventValue::Float(value as f64), EventValue::Int))
}

fn flag<'a>(value: bool) -> Got<'a> {
    Some(EventValue::Bool(value))
}

/// A list; absent when empty, as in the record.
fn list<'a, T: 'a>(values: &'a [T], one: impl Fn(&'a T) -> Got<'a>) -> Got<'a> {
    let found: Vec<EventValue<'a>> = values.iter().filter_map(one).collect();
    (!found.is_empty()).then_some(EventValue::Array(found))
}

/// A name that serde writes for a variant.
fn variant<'a>(written: Option<serde_json::Result<Value>>) -> Got<'a> {
    match written?.ok()? {
        Value::String(text) => Some(EventValue::Str(Cow::Owned(text))),
        _ => None,
    }
}

fn title<'a>(gt: Option<&'a GlobalTitle>, rest: &str) -> Fast<'a> {
    let Some(gt) = gt else { return Some(None) };
    Some(match rest {
        "digits" => (!gt.digits.is_empty()).then(|| text(&gt.digits)).flatten(),
        "subscriber" => shown(gt.subscriber),
        "tt" => int(gt.tt),
        "np" => int(gt.np),
        "nai" => int(gt.nai),
        _ => return None,
    })
}

fn address<'a>(address: &'a Option<SccpAddress>, rest: &str) -> Fast<'a> {
    let Some(address) = address else { return Some(None) };
    if let Some(rest) = rest.strip_prefix("gt.") {
        return title(address.gt.as_ref(), rest);
    }
    Some(match rest {
        "ssn" => int(address.ssn),
        "pc" => int(address.pc.map(|pc| pc.0)),
        "route_on_ssn" => flag(address.route_on_ssn),
        _ => return None,
    })
}

fn subscriber<'a>(
    (imsi, msisdn, imei): (Option<Subscriber>, Option<Subscriber>, Option<Subscriber>),
    rest: &str,
) -> Fast<'a> {
    Some(match rest {
        "imsi" => shown(imsi),
        "msisdn" => shown(msisdn),
        "imei" => shown(imei),
        _ => return None,
    })
}

fn map_field<'a>(map: &'a Map, rest: &str) -> Fast<'a> {
    if let Some((first, below)) = rest.split_once('.') {
        return match first {
            "calling" => address(&map.calling, below),
            "called" => address(&map.called, below),
            "details" => {
                map.details.as_ref().map_or(Some(None), |details| details_field(details, below))
            }
            "addresses" => Some(match below {
                "role" => list(&map.addresses, |node| text(&node.role)),
                "gt.digits" => list(&map.addresses, |node| {
                    (!node.gt.digits.is_empty()).then(|| text(&node.gt.digits)).flatten()
                }),
                _ => return None,
            }),
            "call" if map.call.is_none() => Some(None),
            _ => None,
        };
    }
    Some(match rest {
        "opcode" => int(map.opcode),
        "operation" => word(&map.operation),
        "component" => word(&map.component),
        "message" => text(&map.message),
        "user" => text(&map.user),
        "application_context_name" => word(&map.application_context_name),
        "application_context" => word(&map.application_context),
        "error_code" => int(map.error_code),
        "error" => word(&map.error),
        "error_diagnostic" => int(map.error_diagnostic),
        "abort_cause" => int(map.abort_cause),
        "opc" => int(map.opc.map(|pc| pc.0)),
        "dpc" => int(map.dpc.map(|pc| pc.0)),
        "component_index" => int(Some(map.component_index)),
        "component_count" => int(Some(map.component_count)),
        "invoke_id" => int(map.invoke_id),
        "otid" => map.otid.as_deref().and_then(text),
        "dtid" => map.dtid.as_deref().and_then(text),
        "global_opcode" => string(&map.global_opcode),
        "returned" => list(&map.returned, |name| text(name)),
        "parameter_len" => int(Some(map.parameter_len)),
        "outcome" => variant(map.outcome.map(serde_json::to_value)),
        "segmented" => flag(map.segmented),
        "duplicate" => flag(map.duplicate),
        "request_unseen" => flag(map.request_unseen),
        "round_trip_us" => big(map.round_trip_us),
        "request" => big(map.request),
        _ => return subscriber((map.imsi, map.msisdn, map.imei), rest),
    })
}

fn details_field<'a>(details: &'a MapDetails, rest: &str) -> Fast<'a> {
    Some(match rest {
        "tp_pid" => int(details.tp_pid),
        "tp_dcs" => int(details.tp_dcs),
        "tp_mti" => int(details.tp_mti),
        "tp_udhi" => flag(details.tp_udhi),
        "sm_len" => int(details.sm_len),
        "ussd_len" => int(details.ussd_len),
        "ussd_dcs" => int(details.ussd_dcs),
        "ss_code" => int(details.ss_code),
        "purpose" => int(details.purpose),
        "geographical" => flag(details.geographical),
        "requested" => list(&details.requested, |name| text(name)),
        "requested_vectors" => int(details.requested_vectors),
        "vectors" => int(details.vectors),
        "location_plmn" => shown(details.location_plmn),
        "location_kind" => word(&details.location_kind),
        "subscriber_state" => word(&details.subscriber_state),
        _ => return None,
    })
}

fn diameter_field<'a>(diameter: &'a Diameter, rest: &str) -> Fast<'a> {
    Some(match rest {
        "command_code" => int(Some(diameter.command_code)),
        "command" => text(&diameter.command),
        "request" => flag(diameter.request),
        "proxiable" => flag(diameter.proxiable),
        "error_flag" => flag(diameter.error_flag),
        "retransmitted" => flag(diameter.retransmitted),
        "duplicate" => flag(diameter.duplicate),
        "request_unseen" => flag(diameter.request_unseen),
        "application_id" => int(Some(diameter.application_id)),
        "application" => word(&diameter.application),
        "session_id" => string(&diameter.session_id),
        "origin_host" => string(&diameter.origin_host),
        "origin_realm" => string(&diameter.origin_realm),
        "destination_host" => string(&diameter.destination_host),
        "destination_realm" => string(&diameter.destination_realm),
        "route_record" => list(&diameter.route_record, |name| text(name)),
        "host_ip_address" => list(&diameter.host_ip_address, |ip| shown(Some(ip))),
        "product_name" => string(&diameter.product_name),
        "result_code" => int(diameter.result_code),
        "experimental_result_code" => int(diameter.experimental_result_code),
        "result" => word(&diameter.result),
        "visited_plmn" => shown(diameter.visited_plmn),
        "visited_network" => string(&diameter.visited_network),
        "rat_type" => int(diameter.rat_type),
        "command_flags" => int(diameter.command_flags),
        "cancellation_type" => int(diameter.cancellation_type),
        "apn" => string(&diameter.apn),
        "data_reference" => list(&diameter.data_reference, |number| int(Some(*number))),
        "applications" => list(&diameter.applications, |number| int(Some(*number))),
        "avps" => list(&diameter.avps, |code| shown(Some(code))),
        "outcome" => variant(diameter.outcome.map(serde_json::to_value)),
        "request_frame" => big(diameter.request_frame),
        "round_trip_us" => big(diameter.round_trip_us),
        _ => return subscriber((diameter.imsi, diameter.msisdn, diameter.imei), rest),
    })
}

fn gtp_field<'a>(gtp: &'a Gtp, rest: &str) -> Fast<'a> {
    Some(match rest {
        "version" => int(Some(gtp.version)),
        "prime" => flag(gtp.prime),
        "user_plane" => flag(gtp.user_plane),
        "message_type" => int(Some(gtp.message_type)),
        "message" => text(&gtp.message),
        "teid" => int(gtp.teid),
        "sequence" => int(gtp.sequence),
        "cause" => int(gtp.cause),
        "cause_name" => word(&gtp.cause_name),
        "published_identity" => flag(gtp.published_identity),
        "apn" => string(&gtp.apn),
        "nsapi" => int(gtp.nsapi),
        "ebi" => int(gtp.ebi),
        "rai_plmn" => shown(gtp.rai_plmn),
        "uli_plmn" => shown(gtp.uli_plmn),
        "serving_network" => shown(gtp.serving_network),
        "rat_type" => int(gtp.rat_type),
        "selection_mode" => int(gtp.selection_mode),
        "fteids.ip" => list(&gtp.fteids, |fteid| shown(fteid.ip)),
        "fteids.teid" => list(&gtp.fteids, |fteid| int(fteid.teid)),
        "end_user_address" => shown(gtp.end_user_address),
        "recovery" => int(gtp.recovery),
        "ies" => list(&gtp.ies, |number| int(Some(*number))),
        "missing" => list(&gtp.missing, |number| int(Some(*number))),
        "extensions" => list(&gtp.extensions, |number| int(Some(*number))),
        "payload_len" => int(Some(gtp.payload_len)),
        "claimed_len" => int(Some(gtp.claimed_len)),
        "undecoded_len" => int(Some(gtp.undecoded_len)),
        "snapped" => flag(gtp.snapped),
        "duplicate" => flag(gtp.duplicate),
        "request_unseen" => flag(gtp.request_unseen),
        "outcome" => variant(gtp.outcome.map(serde_json::to_value)),
        "request_frame" => big(gtp.request_frame),
        "round_trip_us" => big(gtp.round_trip_us),
        _ => return subscriber((gtp.imsi, gtp.msisdn, gtp.imei), rest),
    })
}

fn sccp_field<'a>(sccp: &'a Sccp, rest: &str) -> Fast<'a> {
    if let Some((first, below)) = rest.split_once('.') {
        return match first {
            "calling" => address(&sccp.calling, below),
            "called" => address(&sccp.called, below),
            _ => None,
        };
    }
    Some(match rest {
        "opc" => int(sccp.opc.map(|pc| pc.0)),
        "dpc" => int(sccp.dpc.map(|pc| pc.0)),
        "message_type" => int(Some(sccp.message_type)),
        "message" => text(&sccp.message),
        "return_cause" => int(sccp.return_cause),
        "return_cause_name" => word(&sccp.return_cause_name),
        "cause" => int(sccp.cause),
        "payload" => word(&sccp.payload),
        "payload_message" => word(&sccp.payload_message),
        "payload_len" => int(Some(sccp.payload_len)),
        "affected_ssn" => int(sccp.affected_ssn),
        "affected_pc" => int(sccp.affected_pc.map(|pc| pc.0)),
        "segmented" => flag(sccp.segmented),
        _ => return None,
    })
}

fn sctp_field<'a>(sctp: &'a Sctp, rest: &str) -> Fast<'a> {
    Some(match rest {
        "state" => variant(Some(serde_json::to_value(sctp.state))),
        "payload" => word(&sctp.payload),
        "reason" => word(&sctp.reason),
        "ppids" => list(&sctp.ppids, |number| int(Some(*number))),
        "packets" => big(Some(sctp.packets)),
        "data_chunks" => big(Some(sctp.data_chunks)),
        "midstream" => flag(sctp.midstream),
        "one_way" => flag(sctp.one_way),
        _ => return None,
    })
}

fn isup_field<'a>(isup: &'a Isup, rest: &str) -> Fast<'a> {
    Some(match rest {
        "opc" => int(isup.opc.map(|pc| pc.0)),
        "dpc" => int(isup.dpc.map(|pc| pc.0)),
        "cic" => int(Some(isup.cic)),
        "bicc" => flag(isup.bicc),
        "message_type" => int(Some(isup.message_type)),
        "message" => text(&isup.message),
        "calling_party_category" => int(isup.calling_party_category),
        "cause" => int(isup.cause),
        "cause_name" => word(&isup.cause_name),
        "parties.role" => list(&isup.parties, |party| text(&party.role)),
        _ => return None,
    })
}

fn pfcp_field<'a>(pfcp: &'a Pfcp, rest: &str) -> Fast<'a> {
    Some(match rest {
        "version" => int(Some(pfcp.version)),
        "message_type" => int(Some(pfcp.message_type)),
        "message" => text(&pfcp.message),
        "seid" => big(pfcp.seid),
        "node_id" => string(&pfcp.node_id),
        "cause" => int(pfcp.cause),
        "cause_name" => word(&pfcp.cause_name),
        "network_instance" => string(&pfcp.network_instance),
        "duplicate" => flag(pfcp.duplicate),
        "request_unseen" => flag(pfcp.request_unseen),
        "outcome" => variant(pfcp.outcome.map(serde_json::to_value)),
        _ => return subscriber((pfcp.imsi, pfcp.msisdn, pfcp.imei), rest),
    })
}

fn dns_field<'a>(dns: &'a Dns, rest: &str) -> Fast<'a> {
    Some(match rest {
        "id" => int(Some(dns.id)),
        "response" => flag(dns.response),
        "opcode" => int(Some(dns.opcode)),
        "rcode" => int(dns.rcode),
        "rcode_name" => word(&dns.rcode_name),
        "authoritative" => flag(dns.authoritative),
        "recursion_desired" => flag(dns.recursion_desired),
        "recursion_available" => flag(dns.recursion_available),
        "truncated" => flag(dns.truncated),
        "dnssec_ok" => flag(dns.dnssec_ok),
        "qname" => string(&dns.qname),
        "qtype" => int(dns.qtype),
        "qtype_name" => word(&dns.qtype_name),
        "qclass" => int(dns.qclass),
        "qname_len" => int(Some(dns.qname_len)),
        "answers" => int(Some(dns.answers)),
        "stream" => flag(dns.stream),
        "dialect" => word(&dns.dialect),
        "message_len" => int(Some(dns.message_len)),
        "duplicate" => flag(dns.duplicate),
        "request_unseen" => flag(dns.request_unseen),
        "outcome" => variant(dns.outcome.map(serde_json::to_value)),
        _ => return None,
    })
}

fn ssh_field<'a>(ssh: &'a Ssh, rest: &str) -> Fast<'a> {
    Some(match rest {
        "state" => variant(Some(serde_json::to_value(ssh.state))),
        "client" => string(&ssh.client),
        "server" => string(&ssh.server),
        "hassh" => string(&ssh.hassh),
        "hassh_server" => string(&ssh.hassh_server),
        "outcome" => variant(ssh.outcome.map(serde_json::to_value)),
        "duration_us" => big(Some(ssh.duration_us)),
        _ => return None,
    })
}

fn flow_field<'a>(flow: &'a Flow, rest: &str) -> Fast<'a> {
    Some(match rest {
        "state" => variant(Some(serde_json::to_value(flow.state))),
        "handshake" => variant(Some(serde_json::to_value(flow.handshake))),
        "ip_proto" => int(Some(flow.ip_proto)),
        "app_proto" => word(&flow.app_proto),
        "sni" => string(&flow.sni),
        "ja4" => string(&flow.ja4),
        "reason" => word(&flow.reason),
        "midstream" => flag(flow.midstream),
        "packets_to_server" => big(Some(flow.packets_to_server)),
        "packets_to_client" => big(Some(flow.packets_to_client)),
        "bytes_to_server" => big(Some(flow.bytes_to_server)),
        "bytes_to_client" => big(Some(flow.bytes_to_client)),
        _ => return None,
    })
}

fn icmp_field<'a>(icmp: &'a Icmp, rest: &str) -> Fast<'a> {
    Some(match rest {
        "icmp_type" => int(Some(icmp.icmp_type)),
        "icmp_code" => int(Some(icmp.icmp_code)),
        "data_len" => int(Some(icmp.data_len)),
        "pattern" => text(&icmp.pattern),
        "reply_differs" => flag(icmp.reply_differs),
        _ => return None,
    })
}

fn tunnel_field<'a>(tunnel: &'a Tunnel, rest: &str) -> Fast<'a> {
    Some(match rest {
        "state" => variant(Some(serde_json::to_value(tunnel.state))),
        "version" => int(Some(tunnel.version)),
        "without_control" => flag(tunnel.without_control),
        "serving_ip" => shown(tunnel.serving_ip),
        "gateway_ip" => shown(tunnel.gateway_ip),
        "apn" => string(&tunnel.apn),
        "end_user_address" => shown(tunnel.end_user_address),
        "serving_network" => shown(tunnel.serving_network),
        "rat_type" => int(tunnel.rat_type),
        "reason" => word(&tunnel.reason),
        "bytes_up" => big(Some(tunnel.bytes_up)),
        "bytes_down" => big(Some(tunnel.bytes_down)),
        _ => return subscriber((tunnel.imsi, tunnel.msisdn, None), rest),
    })
}
