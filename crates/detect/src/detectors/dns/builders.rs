//! DNS messages for the tests of the DNS detections, with the facts that tracking would give them.

use std::collections::BTreeMap;

use event::{Dns, Event, Outcome, Proto, What};

use crate::tests_support::Events;

/// A question for an address.
pub(crate) fn question(name: &str) -> Dns {
    let labels: Vec<&str> = name.split('.').collect();
    let own = &labels[..labels.len().saturating_sub(2)];
    let text: String = own.concat();
    let mut counts = BTreeMap::<u8, f64>::new();
    text.bytes().for_each(|octet| *counts.entry(octet).or_default() += 1.0);
    let total: f64 = counts.values().sum();
    let entropy: f64 = counts.values().map(|count| -count / total * (count / total).log2()).sum();
    let alphabet = match () {
        () if text.bytes().all(|b| b.is_ascii_digit() || b == b'-') => "digits",
        () if text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-') => "hex",
        () if text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) => "host",
        () => "printable",
    };
    Dns {
        qname: Some(name.to_owned()),
        qtype: Some(1),
        qclass: Some(1),
        qname_len: u16::try_from(name.len()).unwrap(),
        label_len_max: own
            .iter()
            .map(|label| u8::try_from(label.len()).unwrap())
            .max()
            .unwrap_or(0),
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 800")]
        entropy: (entropy * 100.0).round() as u16,
        alphabet: (!text.is_empty()).then(|| alphabet.into()),
        name_hash: Some(super::key_of(name).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        questions: 1,
        message_len: u32::try_from(name.len() + 18).unwrap(),
        recursion_desired: true,
        ..Dns::default()
    }
}

/// The same for another type.
pub(crate) fn of_type(qtype: u16, name: &str) -> Dns {
    Dns { qtype: Some(qtype), ..question(name) }
}

/// An answer with this code, and with addresses where there are any.
pub(crate) fn answer(name: &str, rcode: u8, addresses: &[&str]) -> Dns {
    let addresses: Vec<_> = addresses.iter().map(|ip| ip.parse().unwrap()).collect();
    let outcome = match rcode {
        0 if !addresses.is_empty() => Outcome::AnsweredWithData,
        0 | 3 => Outcome::Answered,
        _ => Outcome::Refused,
    };
    Dns {
        response: true,
        rcode: Some(rcode),
        answers: u16::try_from(addresses.len()).unwrap(),
        outcome: Some(outcome),
        addresses,
        ..question(name)
    }
}

pub(crate) fn push<'a>(
    events: &'a mut Events,
    secs: f64,
    src: &str,
    dest: &str,
    dns: Dns,
) -> &'a mut Event {
    let (src, dest) = match dns.response {
        false => (format!("{src}:40000"), format!("{dest}:53")),
        true => (format!("{src}:53"), format!("{dest}:40000")),
    };
    events.push(secs, &src, &dest, Proto::Udp, What::Dns(Box::new(dns)))
}

/// A question and its answer.
pub(crate) fn ask(
    events: &mut Events,
    secs: f64,
    [client, server]: [&str; 2],
    question: Dns,
    (rcode, addresses): (u8, &[&str]),
) {
    let name = question.qname.clone().unwrap_or_default();
    let (qtype, qclass) = (question.qtype, question.qclass);
    let frame = push(events, secs, client, server, question).frame;
    let answer =
        Dns { request_frame: Some(frame), qtype, qclass, ..answer(&name, rcode, addresses) };
    push(events, secs + 0.02, server, client, answer);
}

/// Text that looks random, the same in every run.
pub(crate) fn noise(seed: u32, alphabet: &str, len: usize) -> String {
    let mut state = u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
            let at = usize::try_from(state >> 40).unwrap() % alphabet.len();
            char::from(alphabet.as_bytes()[at])
        })
        .collect()
}

pub(crate) const BASE32: &str = "abcdefghijklmnopqrstuvwxyz234567";
pub(crate) const HEX: &str = "0123456789abcdef";
