//! Diameter messages.

use event::{AvpCode, Diameter, DiameterOthers, Identity, Name, Plmn, What};
use wire::diameter::{self, Facts, Holds, Message};
use wire::text::Text;
use wire::{Cursor, Flaw};

use super::Shard;
use super::cx::{Cx, Place};
use super::sccp::without;
use crate::counters::Seen;

/// Longest text of an AVP that an event carries; names of nodes have 255 octets at most.
const MAX_TEXT: usize = 255;
/// Messages that one user message of SCTP may hold; there ought to be one (RFC 6733 §2.1).
const MAX_MESSAGES: usize = 64;
/// A text without so many digits in a row holds no identity that could be taken out of it.
const MIN_DIGITS: usize = 6;

impl Shard {
    /// One message, or several where a sender put them together.
    pub(super) fn diameter(&mut self, cx: &mut Cx<'_>, place: &Place, mut cur: Cursor<'_>) {
        self.one_diameter(cx, place, &mut cur);
        for _ in 0..MAX_MESSAGES {
            if cur.is_empty() {
                return;
            }
            if !diameter::probe(cur.rest()) {
                break;
            }
            self.one_diameter(cx, place, &mut cur);
        }
        if !cur.is_empty() {
            let octets = u32::try_from(cur.len()).unwrap_or(u32::MAX);
            cx.notes.note(cur.span(), "diameter.trailing", Flaw::Trailing(octets));
            self.report(cx, place);
        }
    }

    fn one_diameter(&mut self, cx: &mut Cx<'_>, place: &Place, cur: &mut Cursor<'_>) {
        let whole = *cur;
        let message = match diameter::dissect(&mut cx.notes, cur) {
            Ok(message) => message,
            Err(truncated) => {
                cx.notes.cut("diameter.header", truncated);
                cur.take_rest();
                return self.report(cx, place);
            }
        };
        let len = whole.len() - cur.len();
        self.show(cx, "diameter", whole.rest().get(..len).unwrap_or_default());
        self.counters.seen.note(Seen::Diameter);
        let facts = diameter::facts(&mut cx.notes, &message);
        let record = self.diameter_record(&message, &facts);
        cx.emit(place, What::Diameter(Box::new(record)));
        self.report(cx, place);
    }

    fn diameter_record(&self, message: &Message<'_>, facts: &Facts<'_>) -> Diameter {
        let key = &self.config.pseudonymiser;
        let digits = [
            facts.imsi.as_ref().map(|digits| digits.as_str()),
            facts.msisdn.as_ref().map(|digits| digits.as_str()),
            facts.imei.as_ref().map(|digits| digits.as_str()),
        ];
        let [imsi, msisdn, imei] = digits;
        let text = |text: &Option<Text<'_>>| text.as_ref().map(|text| shown(text, &digits));
        let visited_plmn = facts.visited_plmn.and_then(Plmn::from_octets).or_else(|| {
            let network = facts.visited_network.as_ref()?;
            Plmn::of_domain(std::str::from_utf8(network.as_bytes()).ok()?)
        });
        let result = match (facts.result_code, facts.experimental_result_code) {
            (Some(code), _) => diameter::result_name(code),
            (None, Some(code)) => diameter::experimental_result_name(code),
            (None, None) => None,
        };
        let number = |digits: &Option<wire::tbcd::Digits>| digits.map(|digits| digits.to_string());
        Diameter {
            command_code: message.command_code,
            command: message.command().into(),
            request: message.is_request(),
            proxiable: message.is_proxiable(),
            error_flag: message.is_error(),
            retransmitted: message.is_retransmitted(),
            application_id: message.application_id,
            application: message.application().map(Into::into),
            hop_by_hop_id: message.hop_by_hop_id,
            end_to_end_id: message.end_to_end_id,
            session_id: text(&facts.session_id),
            origin_host: text(&facts.origin_host),
            origin_realm: text(&facts.origin_realm),
            destination_host: text(&facts.destination_host),
            destination_realm: text(&facts.destination_realm),
            route_record: facts.route_records.iter().map(|text| shown(text, &digits)).collect(),
            host_ip_address: facts.host_ip_addresses.to_vec(),
            product_name: text(&facts.product_name),
            result_code: facts.result_code,
            experimental_result_code: facts.experimental_result_code,
            result: result.map(Into::into),
            imsi: imsi.map(|digits| key.subscriber(Identity::Imsi, digits)),
            msisdn: msisdn.map(|digits| key.subscriber(Identity::Msisdn, digits)),
            imei: imei.map(|digits| key.subscriber(Identity::Imei, digits)),
            visited_plmn,
            visited_network: text(&facts.visited_network),
            rat_type: facts.rat_type,
            command_flags: facts.command_flags,
            cancellation_type: facts.cancellation_type,
            serving_node: text(&facts.serving_node),
            serving_number: number(&facts.serving_number),
            sc_address: number(&facts.sc_address),
            apn: text(&facts.apn),
            framed_ip: facts.framed_ip,
            serving_ip: facts.serving_ip,
            cc_request_type: facts.cc_request_type,
            cc_request_number: facts.cc_request_number,
            auth_session_state: facts.auth_session_state,
            data_reference: facts.data_references.to_vec(),
            returned: returned(message, facts),
            writes: writes(message, facts.holds),
            redirect_host: text(&facts.redirect_host),
            requested_vectors: facts.requested_vectors,
            others: facts.others.as_deref().map(|others| {
                let other = others.imsi.as_ref().map(|digits| digits.as_str());
                let hidden = [imsi, msisdn, other];
                let text = |text: &Option<Text<'_>>| text.as_ref().map(|text| shown(text, &hidden));
                Box::new(DiameterOthers {
                    imsi: other.map(|digits| key.subscriber(Identity::Imsi, digits)),
                    session_id: text(&others.session_id),
                    origin_host: text(&others.origin_host),
                    origin_realm: text(&others.origin_realm),
                    destination_host: text(&others.destination_host),
                    destination_realm: text(&others.destination_realm),
                })
            }),
            applications: facts.applications.to_vec(),
            avps: facts
                .avps
                .iter()
                .map(|id| AvpCode { vendor: id.vendor, code: id.code })
                .collect(),
            avp_count: facts.avp_count,
            ..Diameter::default()
        }
    }
}

/// What an answer gives away, by kind.
fn returned(message: &Message<'_>, facts: &Facts<'_>) -> Vec<Name> {
    // Told by the sender of a request, these say nothing about what somebody learned.
    if message.is_request() || matches!(message.command_code, 257 | 280 | 282) {
        return Vec::new();
    }
    let holds = facts.holds;
    let kinds = [
        (holds.has(Holds::VECTORS), "authentication-vectors"),
        (holds.has(Holds::SUBSCRIPTION), "subscription"),
        (holds.has(Holds::USER_DATA), "user-data"),
        (holds.has(Holds::LOCATION), "location"),
        (holds.has(Holds::STATE), "state"),
        (holds.has(Holds::NODE), "node-address"),
        (facts.imsi.is_some(), "imsi"),
        (facts.msisdn.is_some(), "msisdn"),
        (facts.imei.is_some(), "imei"),
    ];
    kinds.into_iter().filter(|(there, _)| *there).map(|(_, kind)| kind.into()).collect()
}

/// What a request writes into a subscriber's data, by kind.
fn writes(message: &Message<'_>, holds: Holds) -> Vec<Name> {
    if !message.is_request() || holds.is_empty() {
        return Vec::new();
    }
    let kinds = [
        (Holds::APN, "apn"),
        (Holds::BARRING, "barring"),
        (Holds::ACCESS_RESTRICTION, "access-restriction"),
        (Holds::TRACE, "trace"),
    ];
    kinds.into_iter().filter(|(kind, _)| holds.has(*kind)).map(|(_, name)| name.into()).collect()
}

/// A text as records have it, without the identities that the message names.
fn shown(text: &Text<'_>, digits: &[Option<&str>]) -> String {
    let bytes = text.as_bytes();
    let has_digits = has_run(bytes);
    let plain = match std::str::from_utf8(bytes) {
        Ok(plain) if plain.len() <= MAX_TEXT => plain.to_owned(),
        _ => text.to_string(),
    };
    let mut text = if has_digits { without(plain, digits) } else { plain };
    if text.len() > MAX_TEXT {
        let end = (0..=MAX_TEXT).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
    }
    text
}

/// Whether there are digits enough in a row.
fn has_run(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    // Behind the last octet of a stretch that is no digit a run may begin; most texts are passed a stretch at a time.
    while let Some(stretch) = rest.first_chunk::<MIN_DIGITS>() {
        let Some(at) = stretch.iter().rposition(|octet| !octet.is_ascii_digit()) else {
            return true;
        };
        rest = rest.split_at(at + 1).1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_the_subscriber() {
        let imsi = "001010123456789";
        let text = |bytes: &[u8]| shown(&Text(bytes), &[Some(imsi), None, None]);
        assert_eq!(text(b"mme.example;1;001010123456789"), "mme.example;1;*");
        assert_eq!(text(b"mme.epc.mnc001.mcc001.3gppnetwork.org").len(), 37);
        assert_eq!(text(&[b'x'; 700]).len(), MAX_TEXT);
        assert_eq!(text(b"a\xffb"), "a\u{fffd}b");
        for at in 0..MIN_DIGITS * 2 {
            let padded = |digits: usize| ["x".repeat(at), "7".repeat(digits), "y".into()].concat();
            assert!(
                has_run(padded(MIN_DIGITS).as_bytes())
                    && !has_run(padded(MIN_DIGITS - 1).as_bytes())
            );
        }
        assert!(text("\u{e9}".repeat(300).as_bytes()).len() <= MAX_TEXT);
    }
}
