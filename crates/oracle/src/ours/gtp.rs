//! GTP of all versions.

use std::net::IpAddr;

use wire::gtp::{self, Format, Fteid, Ie, Ies, Message, Plane};
use wire::{Anomalies, Cursor};

use super::Speaker;

/// Elements of version 2 that hold elements (TS 29.274 table 8.1-1): bearer context, PDN connection, overload and load
/// control information, remote UE context, SCEF PDN connection.
const GROUPED: &[u8] = &[93, 109, 180, 181, 191, 195];
/// Groups in groups.
const DEPTH: u8 = 4;

pub(super) fn gtp(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    let Ok(message) = gtp::dissect(notes, &mut cur) else { return };
    if message.version == 2 && !message.prime {
        version_2(say, notes, &message);
    } else {
        version_1(say, notes, &message);
    }
}

/// Versions 0 and 1, GTP-U and GTP'.
fn version_1(say: &mut Speaker, notes: &mut Anomalies, message: &Message<'_>) {
    let flags = message.bytes().first().copied().unwrap_or_default();
    say.say("gtp.flags", flags);
    say.say("gtp.message", message.message_type);
    let header = match (message.prime, message.version) {
        (true, 0) if flags & 1 == 0 => 20,
        (true, _) => 6,
        (false, 0) => 20,
        (false, _) => 8,
    };
    say.say("gtp.length", message.claimed_len.saturating_sub(header));
    say.say_some("gtp.seq_number", message.sequence);
    say.say_some("gtp.npdu_number", message.n_pdu);
    if message.version == 0 {
        say.say_some("gtp.flow_label", message.teid);
        if let Some((Some(imsi), nsapi)) = message.tid {
            say.say("gtp.tid", format!("{imsi}{nsapi:x}"));
        }
    } else {
        say.say_some("gtp.teid", message.teid);
    }
    // tshark names the type that follows each header; none is 0.
    if !message.extensions.types().is_empty() {
        for kind in message.extensions.types().iter().chain(&[0]) {
            say.say("gtp.ext_hdr.next", kind);
        }
    }
    if message.is_gpdu() {
        return;
    }
    let facts = gtp::facts(notes, message);
    say.say_some("gtp.cause", facts.cause);
    say.say_some("gtp.apn", facts.apn);
    say.say_some("gtp.recovery", facts.recovery);
    say.say_some("gtp.nsapi", facts.nsapi.filter(|_| message.version > 0));
    // Version 0 has flow labels there.
    for fteid in facts.fteids.iter().filter(|_| message.version > 0) {
        let name = if fteid.plane == Plane::Control { "gtp.teid_cp" } else { "gtp.teid_data" };
        say.say_some(name, fteid.teid);
    }
}

fn version_2(say: &mut Speaker, notes: &mut Anomalies, message: &Message<'_>) {
    say.say("gtpv2.flags", message.bytes().first().copied().unwrap_or_default());
    say.say("gtpv2.message_type", message.message_type);
    say.say("gtpv2.msg_length", message.claimed_len.saturating_sub(4));
    say.say_some("gtpv2.teid", message.teid);
    say.say_some("gtpv2.seq", message.sequence);
    elements(say, message.ies(), 0);
    let facts = gtp::facts(notes, message);
    let mut before = None;
    // Without an identifier it is the bare address of a node.
    for fteid in facts.fteids.iter().filter(|fteid| fteid.teid.is_some()) {
        if !same_element(before.replace(*fteid), fteid) {
            say.say_some("gtpv2.f_teid_gre_key", fteid.teid);
            say.say_some("gtpv2.f_teid_interface_type", fteid.interface);
        }
        match fteid.ip {
            Some(IpAddr::V4(address)) => say.say("gtpv2.f_teid_ipv4", address),
            Some(IpAddr::V6(address)) => say.say("gtpv2.f_teid_ipv6", address),
            None => {}
        }
    }
    say.say_some("gtpv2.rat_type", facts.rat_type);
    say.say_some("gtpv2.rec", facts.recovery);
    say.say_some("gtpv2.apn", facts.apn);
}

/// Whether this endpoint is the IPv6 address of the element that the one before is the IPv4 address of.
pub(super) fn same_element(before: Option<Fteid>, fteid: &Fteid) -> bool {
    let v6 = |fteid: &Fteid| fteid.ip.is_some_and(|ip| ip.is_ipv6());
    before.is_some_and(|before| {
        before.teid == fteid.teid
            && before.interface == fteid.interface
            && before.ip.is_some()
            && !v6(&before)
            && v6(fteid)
    })
}

/// Every element with those inside it.
fn elements(say: &mut Speaker, ies: Ies<'_>, depth: u8) {
    for Ie { kind, instance, value } in ies {
        say.say("gtpv2.ie_type", kind);
        say.say("gtpv2.ie_len", value.len());
        say.say("gtpv2.instance", instance);
        if kind == 2 {
            say.say_some("gtpv2.cause", value.rest().first());
        }
        if GROUPED.contains(&kind) && depth < DEPTH {
            elements(say, Ies::new(Format::V2, value), depth.saturating_add(1));
        }
    }
}
