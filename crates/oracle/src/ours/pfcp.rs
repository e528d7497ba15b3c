//! PFCP: header, elements at every depth, and the values that detections read.

use std::net::IpAddr;

use wire::pfcp::{self, NodeId};
use wire::{Anomalies, Cursor};

use super::Speaker;
use super::gtp::same_element;

/// TS 29.244 table 8.1.2-1.
const CAUSE: u16 = 19;

pub(super) fn pfcp(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    let Ok(message) = pfcp::dissect(notes, &mut cur) else { return };
    say.say("pfcp.version", message.version);
    say.say("pfcp.msg_type", message.message_type);
    // The header says what follows its first four octets.
    say.say("pfcp.length", message.claimed_len.saturating_sub(4));
    say.say_some("pfcp.seid", message.seid);
    say.say("pfcp.seqno", message.sequence);
    message.ies().walk(&mut |_, ie| {
        say.say("pfcp.ie_type", ie.kind);
        let enterprise = if ie.enterprise.is_some() { 2 } else { 0 };
        say.say("pfcp.ie_len", ie.value.len().saturating_add(enterprise));
        say.say_some("pfcp.enterprise_id", ie.enterprise);
        if ie.kind == CAUSE {
            say.say_some("pfcp.cause", ie.value.rest().first());
        }
    });
    let facts = pfcp::facts(notes, &message);
    match facts.node_id {
        Some(NodeId::Ip(IpAddr::V4(address))) => say.say("pfcp.node_id_ipv4", address),
        Some(NodeId::Ip(IpAddr::V6(address))) => say.say("pfcp.node_id_ipv6", address),
        Some(NodeId::Fqdn(name)) => say.say("pfcp.node_id_fqdn", name),
        None => {}
    }
    if let Some(endpoint) = facts.f_seid {
        say.say("pfcp.seid", endpoint.seid);
        say.say_some("pfcp.f_seid.ipv4", endpoint.ipv4);
        say.say_some("pfcp.f_seid.ipv6", endpoint.ipv6);
    }
    let mut before = None;
    for fteid in &facts.fteids {
        if !same_element(before.replace(*fteid), fteid) {
            say.say_some("pfcp.f_teid.teid", fteid.teid);
        }
        match fteid.ip {
            Some(IpAddr::V4(address)) => say.say("pfcp.f_teid.ipv4_addr", address),
            Some(IpAddr::V6(address)) => say.say("pfcp.f_teid.ipv6_addr", address),
            None => {}
        }
    }
}
