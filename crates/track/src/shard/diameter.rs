//! Diameter messages.

use event::{AvpCode, Diameter, Identity, Plmn, What};
use wire::{Cursor, diameter};

use super::Shard;
use super::cx::{Cx, Place};
use super::sccp::without;
use crate::counters::Seen;

/// Longest text of an AVP that an event carries; names of nodes have 255 octets at most.
const MAX_TEXT: usize = 255;

impl Shard {
    pub(super) fn diameter(&mut self, cx: &mut Cx<'_>, place: &Place, mut cur: Cursor<'_>) {
        self.show(cx, "diameter", cur.rest());
        let message = match diameter::dissect(&mut cx.notes, &mut cur) {
            Ok(message) => message,
            Err(truncated) => {
                cx.notes.cut("diameter.header", truncated);
                return self.report(cx, place);
            }
        };
        self.counters.seen.note(Seen::Diameter);
        let facts = diameter::facts(&mut cx.notes, &message);
        let key = &self.config.pseudonymiser;
        let digits = [
            facts.imsi.as_ref().map(|digits| digits.as_str()),
            facts.msisdn.as_ref().map(|digits| digits.as_str()),
            facts.imei.as_ref().map(|digits| digits.as_str()),
        ];
        let [imsi, msisdn, imei] = digits;
        let text = |text: String| {
            let mut text = without(text, &digits);
            let end = (0..=MAX_TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
            text.truncate(end.unwrap_or(0));
            text
        };
        let record = Diameter {
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
            session_id: facts.session_id.as_ref().map(|t| text(t.to_string())),
            origin_host: facts.origin_host.as_ref().map(|t| text(t.to_string())),
            origin_realm: facts.origin_realm.as_ref().map(|t| text(t.to_string())),
            destination_host: facts.destination_host.as_ref().map(|t| text(t.to_string())),
            destination_realm: facts.destination_realm.as_ref().map(|t| text(t.to_string())),
            route_record: facts.route_records.iter().map(|t| text(t.to_string())).collect(),
            host_ip_address: facts.host_ip_addresses.to_vec(),
            product_name: facts.product_name.as_ref().map(|t| text(t.to_string())),
            result_code: facts.result_code,
            experimental_result_code: facts.experimental_result_code,
            imsi: imsi.map(|digits| key.subscriber(Identity::Imsi, digits)),
            msisdn: msisdn.map(|digits| key.subscriber(Identity::Msisdn, digits)),
            imei: imei.map(|digits| key.subscriber(Identity::Imei, digits)),
            visited_plmn: facts.visited_plmn.and_then(Plmn::from_octets),
            avps: facts
                .avps
                .iter()
                .map(|id| AvpCode { vendor: id.vendor, code: id.code })
                .collect(),
            ..Diameter::default()
        };
        cx.emit(place, What::Diameter(Box::new(record)));
        self.report(cx, place);
    }
}
