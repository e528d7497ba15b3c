//! PFCP messages.

use event::{FSeid, Fteid, Identity, Pfcp, Pseudonymiser, What};
use wire::Cursor;
use wire::pfcp::{self, Facts, Message, NodeId};

use super::Shard;
use super::cx::{Cx, Place};
use crate::counters::Seen;

/// Messages of one datagram that are read: those that follow on are few (TS 29.244 §6.6).
const MAX_MESSAGES: usize = 8;

impl Shard {
    /// A datagram of PFCP.
    pub(super) fn pfcp(&mut self, cx: &mut Cx<'_>, place: &Place, payload: Cursor<'_>) {
        let mut cur = payload;
        for _ in 0..MAX_MESSAGES {
            if cur.is_empty() {
                return;
            }
            self.show(cx, "pfcp", cur.rest());
            let message = match pfcp::dissect(&mut cx.notes, &mut cur) {
                Ok(message) => message,
                Err(truncated) => return cx.notes.cut("pfcp.header", truncated),
            };
            // No such version exists (TS 29.244 §7.2.2.1): another program has the port.
            if message.version != 1 {
                return;
            }
            self.counters.seen.note(Seen::Pfcp);
            let facts = pfcp::facts(&mut cx.notes, &message);
            let record = record(&self.config.pseudonymiser, &message, &facts);
            cx.emit(place, What::Pfcp(Box::new(record)));
        }
    }
}

fn record(key: &Pseudonymiser, message: &Message<'_>, facts: &Facts<'_>) -> Pfcp {
    let subscriber =
        |identity, digits: Option<&str>| digits.map(|digits| key.subscriber(identity, digits));
    let imsi = facts.imsi.as_ref().map(|digits| digits.as_str());
    let msisdn = facts.msisdn.as_ref().map(|digits| digits.as_str());
    let imei = facts.imei.as_ref().map(|digits| digits.as_str());
    Pfcp {
        version: message.version,
        message_type: message.message_type,
        message: message.name().into(),
        seid: message.seid,
        sequence: message.sequence,
        node_id: facts.node_id.map(|node_id| match node_id {
            NodeId::Ip(ip) => ip.to_string(),
            NodeId::Fqdn(name) => name.to_string(),
        }),
        f_seid: facts.f_seid.map(|f_seid| FSeid {
            seid: f_seid.seid,
            ip: f_seid.ipv4.map(Into::into).or(f_seid.ipv6.map(Into::into)),
        }),
        cause: facts.cause,
        cause_name: facts.cause.and_then(pfcp::cause_name).map(Into::into),
        pdr_ids: facts.pdr_ids.to_vec(),
        far_ids: facts.far_ids.to_vec(),
        fteids: facts
            .fteids
            .iter()
            .map(|fteid| Fteid {
                plane: fteid.plane.name().into(),
                teid: fteid.teid,
                ip: fteid.ip,
                interface: None,
            })
            .collect(),
        ue_addresses: facts.ue_addresses.to_vec(),
        network_instance: facts
            .network_instance
            .map(|name| super::sccp::without(name.to_string(), &[imsi, msisdn, imei])),
        imsi: subscriber(Identity::Imsi, imsi),
        msisdn: subscriber(Identity::Msisdn, msisdn),
        imei: subscriber(Identity::Imei, imei),
        recovery_time_stamp: facts.recovery_time_stamp,
        ies: facts.ies.to_vec(),
        missing: facts.missing.to_vec(),
        ..Pfcp::default()
    }
}
