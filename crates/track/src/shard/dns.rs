//! DNS messages.

use event::{Dns, What};
use wire::{Cursor, dns};

use super::Shard;
use super::cx::{Cx, Place};
use crate::counters::Seen;

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
        let name = message.question.map(|question| question.name.to_string());
        let qname_len =
            name.as_ref().map_or(0, |name| u16::try_from(name.len()).unwrap_or(u16::MAX));
        let qtype = message.question.map(|question| question.qtype);
        let record = Dns {
            id: message.id,
            response: message.response,
            opcode: message.opcode,
            rcode: message.response.then(|| u8::try_from(message.rcode).unwrap_or(u8::MAX)),
            authoritative: message.authoritative,
            recursion_desired: message.recursion_desired,
            recursion_available: message.recursion_available,
            truncated: message.truncated,
            qname: name.map(|name| shown(&name, place.path.is_some())),
            qtype,
            qtype_name: qtype.and_then(dns::qtype_name).map(Into::into),
            qclass: message.question.map(|question| question.qclass),
            qname_len,
            questions: message.questions,
            answers: message.answers,
            authorities: message.authorities,
            additionals: message.additionals,
            addresses: message.addresses.to_vec(),
            message_len: message.message_len,
            trailing_len: message.trailing_len,
            ..Dns::default()
        };
        cx.emit(place, What::Dns(Box::new(record)));
        self.report(cx, place);
    }
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
