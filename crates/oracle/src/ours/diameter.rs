//! Diameter: header, AVPs at every depth, and the values that detections read.

use std::net::IpAddr;

use wire::diameter::{self, Avps, DataType};
use wire::{Anomalies, Cursor};

use super::Speaker;
use super::tcap::hex;

pub(super) fn diameter(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    let Ok(message) = diameter::dissect(notes, &mut cur) else { return };
    say.say("diameter.version", message.version);
    say.say("diameter.length", message.claimed_len);
    say.say("diameter.flags", message.flags);
    say.say("diameter.cmd.code", message.command_code);
    say.say("diameter.applicationId", message.application_id);
    say.say("diameter.hopbyhopid", message.hop_by_hop_id);
    say.say("diameter.endtoendid", message.end_to_end_id);
    avps(say, message.avps(), 0);
    let facts = diameter::facts(notes, &message);
    say.say_some("diameter.Session-Id", facts.session_id);
    say.say_some("diameter.Origin-Host", facts.origin_host);
    say.say_some("diameter.Origin-Realm", facts.origin_realm);
    say.say_some("diameter.Destination-Host", facts.destination_host);
    say.say_some("diameter.Destination-Realm", facts.destination_realm);
    say.say_some("diameter.Experimental-Result-Code", facts.experimental_result_code);
    say.say_some("diameter.Product-Name", facts.product_name);
    for host in &facts.route_records {
        say.say("diameter.Route-Record", host);
    }
    for address in &facts.host_ip_addresses {
        match address {
            IpAddr::V4(address) => say.say("diameter.Host-IP-Address.IPv4", address),
            IpAddr::V6(address) => say.say("diameter.Host-IP-Address.IPv6", address),
        }
    }
}

/// Groups in groups.
const DEPTH: u8 = 8;

fn avps(say: &mut Speaker, list: Avps<'_>, depth: u8) {
    for avp in list {
        say.say("diameter.avp.code", avp.id.code);
        say.say("diameter.avp.flags", avp.flags);
        let vendor = avp.flags & 0x80 != 0;
        let header = if vendor { 12 } else { 8 };
        say.say("diameter.avp.len", avp.value.len().saturating_add(header));
        if vendor {
            say.say("diameter.avp.vendorId", avp.id.vendor);
        }
        let Some(entry) = diameter::entry(avp.id.vendor, avp.id.code) else { continue };
        if entry.data_type == DataType::Grouped && depth < DEPTH {
            avps(say, avp.group(), depth.saturating_add(1));
        }
        let text = || String::from_utf8_lossy(avp.value.rest());
        match entry.name {
            "Result-Code" => say.say_some("diameter.Result-Code", avp.number()),
            "User-Name" => say.say("diameter.User-Name", text()),
            "Called-Station-Id" => say.say("diameter.Called-Station-Id", text()),
            "Visited-PLMN-Id" => say.say("diameter.Visited-PLMN-Id", hex(avp.value.rest())),
            "Auth-Session-State" => say.say_some("diameter.Auth-Session-State", avp.number()),
            "CC-Request-Type" => say.say_some("diameter.CC-Request-Type", avp.number()),
            "CC-Request-Number" => say.say_some("diameter.CC-Request-Number", avp.number()),
            "RAT-Type" => say.say_some("diameter.RAT-Type", avp.number()),
            _ => {}
        }
    }
}
