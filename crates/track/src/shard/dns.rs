//! DNS messages.

use event::{Dns, DnsRecord, Proto, What};
use wire::dns::{self, Data, Message, Section};
use wire::{Cursor, Flaw};

use super::Shard;
use super::cx::{Cx, Place};
use crate::counters::Seen;
use crate::entropy;

/// Records of an answer that an event shows.
const MAX_RECORDS: usize = 8;
/// Questions of one message that are looked at; more than one is odd already.
const MAX_QUESTIONS: usize = 16;
/// Octets of a record's data that an event shows.
const MAX_DATA: usize = 255;

impl Shard {
    pub(super) fn dns(&mut self, cx: &mut Cx<'_>, place: &Place, mut cur: Cursor<'_>) {
        self.show(cx, "dns", cur.rest());
        let message = match dns::dissect(&mut cx.notes, &mut cur) {
            Ok(message) => message,
            Err(truncated) => {
                cx.notes.cut("dns.header", truncated);
                return self.report(cx, place);
            }
        };
        self.counters.seen.note(Seen::Dns);
        let in_tunnel = place.path.is_some();
        let question = message.question.as_ref();
        let name = question.map(|question| question.name.to_string());
        let qname_len =
            name.as_ref().map_or(0, |name| u16::try_from(name.len()).unwrap_or(u16::MAX));
        let qtype = question.map(|question| question.qtype);
        let edns = message.edns.as_ref();
        if let Some(edns) = edns
            && edns.version != 0
        {
            // RFC 6891 §6.1.3: no other version exists.
            let flaw = Flaw::IllegalValue(u64::from(edns.version));
            cx.notes.note(cur.span(), "dns.opt.version", flaw);
        }
        let facts = Facts::of(&message);
        let rcode = message.response.then_some(message.rcode);
        let record = Dns {
            id: message.id,
            response: message.response,
            opcode: message.opcode,
            opcode_name: dns::opcode_name(message.opcode).map(Into::into),
            rcode_name: rcode.and_then(dns::rcode_name).map(Into::into),
            rcode: rcode.map(|rcode| u8::try_from(rcode).unwrap_or(u8::MAX)),
            authoritative: message.authoritative,
            recursion_desired: message.recursion_desired,
            recursion_available: message.recursion_available,
            truncated: message.truncated,
            qname: name.as_ref().map(|name| shown(name, in_tunnel)),
            qtype,
            qtype_name: qtype.and_then(dns::qtype_name).map(Into::into),
            qclass: question.map(|question| question.qclass),
            qname_len: facts.len.unwrap_or(qname_len),
            label_len_max: facts.label_len_max,
            entropy: facts.entropy,
            alphabet: facts.alphabet.map(Into::into),
            name_hash: match (&facts.name, &name) {
                (Some(longest), _) => Some(self.pseudonyms.of_name(longest)),
                (None, Some(name)) => Some(self.pseudonyms.of_name(name)),
                (None, None) => None,
            },
            questions: message.questions,
            answers: message.answers,
            authorities: message.authorities,
            additionals: message.additionals,
            addresses: message.addresses.to_vec(),
            records: records(&message, in_tunnel),
            udp_payload_size: edns.map(|edns| edns.udp_payload_size),
            options_len: edns.map_or(0, |edns| edns.options_len),
            dnssec_ok: edns.is_some_and(|edns| edns.dnssec_ok),
            options: edns.map(|edns| edns.options.to_vec()).unwrap_or_default(),
            stream: place.ends.is_some_and(|ends| ends.proto == Proto::Tcp),
            dialect: dialect(place).map(Into::into),
            message_len: message.message_len,
            trailing_len: message.trailing_len,
            ..Dns::default()
        };
        cx.emit(place, What::Dns(Box::new(record)));
        self.report(cx, place);
    }
}

/// What the longest of the questions' names is like, in front of its last two labels. Numbers only, so that a name need
/// not be kept for them.
#[derive(Default)]
struct Facts {
    label_len_max: u8,
    entropy: u16,
    alphabet: Option<&'static str>,
    /// Where another name than the first question's is the longest.
    len: Option<u16>,
    name: Option<String>,
}

impl Facts {
    fn of(message: &Message<'_>) -> Self {
        let Some(first) = message.question.as_ref() else { return Self::default() };
        if message.questions < 2 {
            return Self::of_name(&first.name);
        }
        let longest = message
            .questions()
            .take(MAX_QUESTIONS)
            .map(|question| question.name)
            .max_by_key(dns::Name::len)
            .filter(|longest| longest.len() > first.name.len());
        let Some(longest) = longest else { return Self::of_name(&first.name) };
        Self {
            len: u16::try_from(longest.len()).ok(),
            name: Some(longest.to_string()),
            ..Self::of_name(&longest)
        }
    }

    fn of_name(name: &dns::Name) -> Self {
        let count = name.labels().count().saturating_sub(2);
        let octets = || name.labels().take(count).flatten().copied();
        let longest = name.labels().take(count).map(<[u8]>::len).max().unwrap_or(0);
        Self {
            label_len_max: u8::try_from(longest).unwrap_or(u8::MAX),
            entropy: entropy::centibits_of(octets()),
            alphabet: octets()
                .map(alphabet)
                .max()
                .and_then(|alphabet| ALPHABETS.get(alphabet).copied()),
            ..Self::default()
        }
    }
}

/// By size; names are in lower case (RFC 4343).
const ALPHABETS: [&str; 5] = ["digits", "hex", "host", "printable", "binary"];

/// The place in [`ALPHABETS`] of the smallest one that has this octet.
const fn alphabet(octet: u8) -> usize {
    match octet {
        b'0'..=b'9' | b'-' => 0,
        b'a'..=b'f' => 1,
        b'g'..=b'z' | b'_' => 2,
        b'!'..=b'~' => 3,
        _ => 4,
    }
}

/// By the port on which only one of them is spoken (RFC 6762 §5, RFC 4795 §2).
fn dialect(place: &Place) -> Option<&'static str> {
    let ends = place.ends?;
    let has_port = |port| ends.src_port == port || ends.dest_port == port;
    if has_port(dns::MDNS_PORT) {
        Some("mdns")
    } else if has_port(dns::LLMNR_PORT) {
        Some("llmnr")
    } else {
        None
    }
}

/// The answers as records have them.
fn records(message: &Message<'_>, in_tunnel: bool) -> Vec<DnsRecord> {
    if message.answers == 0 {
        return Vec::new();
    }
    let answers = message.records().take_while(|record| record.section == Section::Answer);
    let record = |record: dns::Record<'_>| DnsRecord {
        name: record.name().map(|name| shown(&name.to_string(), in_tunnel)).unwrap_or_default(),
        rtype: record.rtype,
        rtype_name: dns::qtype_name(record.rtype).map(Into::into),
        ttl: record.ttl,
        data: match record.data() {
            Ok(data) if !in_tunnel => told(&data),
            _ => String::new(),
        },
    };
    answers.take(MAX_RECORDS).map(record).collect()
}

/// Data with the numbers of subscribers left out of their names.
fn told(data: &Data<'_>) -> String {
    let name = |name: &dns::Name| shown(&name.to_string(), false);
    let mut text = match data {
        Data::Domain(domain) => name(domain),
        Data::Srv { priority, weight, port, target } => {
            format!("{priority} {weight} {port} {}", name(target))
        }
        Data::Naptr { order, preference, flags, service, regexp, replacement } => {
            // ENUM writes the number into the expression (RFC 6116 §3.4.3).
            let regexp =
                if has_number(regexp.as_bytes()) { "*".to_owned() } else { regexp.to_string() };
            let replacement = name(replacement);
            format!("{order} {preference} \"{flags}\" \"{service}\" \"{regexp}\" {replacement}")
        }
        other => other.to_string(),
    };
    if text.len() > MAX_DATA {
        let end = (0..=MAX_DATA).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
    }
    text
}

fn has_number(bytes: &[u8]) -> bool {
    let mut run = 0;
    bytes.iter().any(|octet| {
        run = if octet.is_ascii_digit() { run + 1 } else { 0 };
        run >= 7
    })
}

/// What of a name may be kept: all of it, but in a subscriber's tunnel the last two labels, and of names that are made of
/// a telephone number (RFC 6116) or hold an IMSI (3GPP TS 23.003 §19) not that number.
fn shown(name: &str, in_tunnel: bool) -> String {
    let labels: Vec<&str> = name.trim_end_matches('.').split('.').collect();
    if in_tunnel {
        let skip = labels.len().saturating_sub(2);
        return labels.into_iter().skip(skip).collect::<Vec<_>>().join(".");
    }
    if let [.., zone, arpa] = labels.as_slice()
        && arpa.eq_ignore_ascii_case("arpa")
        && zone.eq_ignore_ascii_case("e164")
    {
        return format!("*.{zone}.{arpa}");
    }
    let is_number = |label: &&str| {
        label.len() >= 10 && label.len() <= 16 && label.bytes().all(|b| b.is_ascii_digit())
    };
    let labels: Vec<&str> =
        labels.iter().map(|label| if is_number(label) { "*" } else { *label }).collect();
    labels.join(".")
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn no_subscriber_in_a_name() {
        assert_eq!(shown("a.b.example.com", true), "example.com");
        assert_eq!(shown("com", true), "com");
        assert_eq!(shown("1.0.1.0.0.0.4.5.6.1.3.e164.arpa", false), "*.e164.arpa");
        assert_eq!(shown("001010123456789.pub.3gppnetwork.org", false), "*.pub.3gppnetwork.org");
        assert_eq!(shown("internet.mnc001.mcc001.gprs", false), "internet.mnc001.mcc001.gprs");
    }
}
