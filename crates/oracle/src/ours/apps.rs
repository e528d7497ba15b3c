//! What else stands on UDP and TCP.

use std::net::IpAddr;

use wire::dns::{self, Data, Name, Record};
use wire::sip::{self, StartLine};
use wire::{Anomalies, Cursor, radius, s1ap};

use super::Speaker;

/// NetBIOS names, link-local and multicast DNS.
const NBNS_PORT: u16 = 137;
const LLMNR_PORT: u16 = 5355;
const MDNS_PORT: u16 = 5353;

pub(super) fn access(
    say: &mut Speaker,
    notes: &mut Anomalies,
    mut cur: Cursor<'_>,
    name: &'static str,
) {
    if let Ok(header) = s1ap::dissect(notes, &s1ap::S1AP, &mut cur) {
        say.say(name, header.procedure_code);
    }
}

pub(super) fn sip(say: &mut Speaker, bytes: &[u8]) {
    match sip::start_line(bytes) {
        Some(StartLine::Request { method, .. }) => say.say("sip.Method", method),
        Some(StartLine::Status { code }) => say.say("sip.Status-Code", code),
        None => {}
    }
}

pub(super) fn radius(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    let Ok(packet) = radius::dissect(notes, &mut cur) else { return };
    say.say("radius.code", packet.code);
    say.say("radius.id", packet.identifier);
    say.say("radius.length", packet.length);
}

pub(super) fn dns(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    // tshark has NetBIOS under names of its own.
    if say.has_port(NBNS_PORT) {
        return;
    }
    let Ok(message) = dns::dissect(notes, &mut cur) else { return };
    say.say("dns.id", message.id);
    say.say_flag("dns.flags.response", message.response);
    say.say("dns.flags.opcode", message.opcode);
    say.say_flag("dns.flags.truncated", message.truncated);
    // LLMNR has other flags in these places (RFC 4795 §2.1.1).
    let plain = !say.has_port(LLMNR_PORT);
    if plain {
        say.say_flag("dns.flags.recdesired", message.recursion_desired);
    }
    if message.response {
        if plain {
            say.say_flag("dns.flags.authoritative", message.authoritative);
            say.say_flag("dns.flags.recavail", message.recursion_available);
        }
        say.say("dns.flags.rcode", message.rcode & 15);
    }
    say.say("dns.count.queries", message.questions);
    say.say("dns.count.answers", message.answers);
    say.say("dns.count.auth_rr", message.authorities);
    say.say("dns.count.add_rr", message.additionals);
    for question in message.questions() {
        say.say("dns.qry.name", name(question.name));
        say.say("dns.qry.type", question.qtype);
        // Of multicast DNS tshark tells the wish for a unicast answer apart (RFC 6762 §5.4).
        let mask = if say.has_port(MDNS_PORT) { 0x7fff } else { 0xffff };
        say.say("dns.qry.class", question.qclass & mask);
    }
    for record in message.records() {
        self::record(say, &record);
    }
    if let Some(edns) = message.edns {
        say.say("dns.rr.udp_payload_size", edns.udp_payload_size);
        say.say("dns.resp.edns0_version", edns.version);
        say.say_flag("dns.resp.z.do", edns.dnssec_ok);
        for option in &edns.options {
            say.say("dns.opt.code", option);
        }
    }
}

/// Types whose names are told apart.
const NS: u16 = 2;
const CNAME: u16 = 5;
const PTR: u16 = 12;
const OPT: u16 = 41;

fn record(say: &mut Speaker, record: &Record<'_>) {
    say.say_some("dns.resp.name", record.name().map(name));
    say.say("dns.resp.type", record.rtype);
    say.say("dns.resp.len", record.rdata.len());
    // OPT has its flags where others have the time to live.
    if record.rtype != OPT {
        say.say("dns.resp.ttl", record.ttl);
    }
    match record.data() {
        Ok(Data::Address(IpAddr::V4(address))) => say.say("dns.a", address),
        Ok(Data::Address(IpAddr::V6(address))) => say.say("dns.aaaa", address),
        Ok(Data::Domain(domain)) => match record.rtype {
            NS => say.say("dns.ns", name(domain)),
            CNAME => say.say("dns.cname", name(domain)),
            PTR => say.say("dns.ptr.domain_name", name(domain)),
            _ => {}
        },
        Ok(Data::Mx { preference, exchange }) => {
            say.say("dns.mx.preference", preference);
            say.say("dns.mx.mail_exchange", name(exchange));
        }
        Ok(Data::Soa { primary, serial }) => {
            say.say("dns.soa.mname", name(primary));
            say.say("dns.soa.serial_number", serial);
        }
        Ok(Data::Srv { priority, weight, port, target }) => {
            say.say("dns.srv.priority", priority);
            say.say("dns.srv.weight", weight);
            say.say("dns.srv.port", port);
            say.say("dns.srv.target", name(target));
        }
        Ok(Data::Naptr { order, preference, flags, service, regexp, replacement }) => {
            say.say("dns.naptr.order", order);
            say.say("dns.naptr.preference", preference);
            say.say("dns.naptr.flags", flags);
            say.say("dns.naptr.service", service);
            say.say("dns.naptr.regex", regexp);
            say.say("dns.naptr.replacement", name(replacement));
        }
        _ => {}
    }
}

/// As tshark writes it: the root has a name, too.
fn name(name: Name) -> String {
    if name.is_empty() { "<Root>".to_owned() } else { name.to_string() }
}
