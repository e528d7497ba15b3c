//! ISUP and BICC: which circuit, and whom a call connects.

use event::{CompactString, GlobalTitle, Identity, Isup, Party, Subscriber, What};
use wire::{Cursor, isup};

use super::cx::{Cx, Place};
use super::ss7::Route;
use super::{Shard, len32, tap};
use crate::counters::Seen;

/// Nature of address: with the country code (Q.763 §3.9).
const INTERNATIONAL: u8 = 4;

impl Shard {
    pub(super) fn isup(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        route: Option<Route>,
        mut cur: Cursor<'_>,
        flavour: isup::Flavour,
    ) {
        let bicc = flavour == isup::Flavour::Bicc;
        self.show(cx, tap::isup(flavour), cur.rest());
        let message = match isup::dissect(&mut cx.notes, &mut cur, flavour) {
            Ok(message) => message,
            Err(truncated) => {
                cx.notes.cut("isup.header", truncated);
                return self.report(cx, place);
            }
        };
        self.counters.seen.note(if bicc { Seen::Bicc } else { Seen::Isup });
        let parties = message
            .numbers
            .iter()
            .filter(|number| !number.digits.is_empty())
            .map(|number| Party { role: number.role().into(), number: self.person(number) })
            .collect();
        let record = Isup {
            opc: route.map(|route| route.opc),
            dpc: route.map(|route| route.dpc),
            cic: message.cic,
            bicc,
            message_type: message.kind,
            message: isup::name(message.kind).into(),
            parties,
            calling_party_category: message.category,
            cause: message.cause,
            cause_name: message.cause.and_then(isup::cause_name).map(Into::into),
            payload_len: len32(message.body.len()),
        };
        cx.emit(place, What::Isup(Box::new(record)));
        self.report(cx, place);
    }

    /// A number of a call. All of them belong to people; one without its country code says nothing of a country.
    fn person(&self, number: &isup::Number) -> GlobalTitle {
        let digits = number.digits.as_str();
        let mut subscriber = self.config.pseudonymiser.subscriber(Identity::Msisdn, digits);
        if number.nai != Some(INTERNATIONAL) && subscriber.pseudonym.is_some() {
            subscriber = Subscriber { prefix: event::Digits::default(), ..subscriber };
        }
        GlobalTitle {
            digits: CompactString::default(),
            subscriber: Some(subscriber),
            tt: None,
            np: number.npi,
            nai: number.nai,
        }
    }
}
