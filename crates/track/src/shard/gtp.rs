//! GTP messages: of the control plane, of paths, of the charging protocol.

use event::{Fteid, Gtp, Identity, Pco, Plmn, Pseudonymiser, What};
use wire::gtp::{self, Facts, Message};
use wire::{Cursor, Flaw};

use super::cx::{Cx, Place};
use super::{Shard, hex};
use crate::counters::Seen;

/// Messages of one datagram that are read: one may be piggybacked on another (TS 29.274 §5.5.1).
const MAX_MESSAGES: usize = 4;
/// Octets of a quality of service profile that are shown; the longest has 254.
const MAX_QOS: usize = 32;

impl Shard {
    /// A datagram on a port of GTP, or one that is nothing else.
    pub(super) fn gtp(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        len: u32,
        payload: Cursor<'_>,
        user_plane: bool,
    ) {
        let mut cur = payload;
        for _ in 0..MAX_MESSAGES {
            if cur.is_empty() {
                return;
            }
            self.show(cx, "gtp", cur.rest());
            let message = match gtp::dissect(&mut cx.notes, &mut cur) {
                Ok(message) => message,
                Err(truncated) => {
                    cx.notes.cut("gtp.header", truncated);
                    return;
                }
            };
            if message.is_gpdu() {
                if let Some(teid) = message.teid {
                    if port_of(place) == Some(false) {
                        let flaw = Flaw::IllegalValue(u64::from(message.message_type));
                        cx.notes.note(message.whole.span_of(2), "gtp.port", flaw);
                    }
                    self.report(cx, place);
                    self.gpdu(cx, place, len, teid, message.body);
                }
                return;
            }
            // No such version exists (TS 29.281 §4.3): another program has the port. Echoes are looked at all the same.
            if message.version > 2 && !message.is_echo() {
                return;
            }
            self.counters.seen.note(match (message.prime, message.version) {
                (true, _) => Seen::GtpPrime,
                (_, 0) => Seen::GtpV0,
                (_, 2) => Seen::GtpV2,
                _ => Seen::GtpV1,
            });
            self.nested(cx, place);
            if let Some(user_plane) = port_of(place)
                && !message.belongs_on(user_plane)
            {
                let flaw = Flaw::IllegalValue(u64::from(message.message_type));
                cx.notes.note(message.whole.span_of(2), "gtp.port", flaw);
            }
            let facts = gtp::facts(&mut cx.notes, &message);
            let mut record = record(&self.config.pseudonymiser, &message, &facts, user_plane);
            record.snapped = cx.snapped;
            cx.emit(place, What::Gtp(Box::new(record)));
        }
    }
}

/// Whether the port is that of the user plane; unset where neither or both are there.
fn port_of(place: &Place) -> Option<bool> {
    let ends = place.ends.as_ref()?;
    let has = |port| ends.src_port == port || ends.dest_port == port;
    let user = has(gtp::USER_PORT);
    (user != has(gtp::CONTROL_PORT)).then_some(user)
}

fn record(key: &Pseudonymiser, message: &Message<'_>, facts: &Facts<'_>, user_plane: bool) -> Gtp {
    let plmn = |octets: Option<[u8; 3]>| octets.and_then(Plmn::from_octets);
    let subscriber =
        |identity, digits: Option<&str>| digits.map(|digits| key.subscriber(identity, digits));
    let imsi = facts.imsi.as_ref().map(|digits| digits.as_str());
    let msisdn = facts.msisdn.as_ref().map(|digits| digits.as_str());
    let imei = facts.imei.as_ref().map(|digits| digits.as_str());
    Gtp {
        version: message.version,
        prime: message.prime,
        user_plane,
        message_type: message.message_type,
        message: message.name().into(),
        teid: message.teid,
        sequence: message.sequence,
        cause: facts.cause,
        cause_name: facts
            .cause
            .and_then(|cause| {
                gtp::cause_name(if message.prime { 1 } else { message.version }, cause)
            })
            .map(Into::into),
        imsi: subscriber(Identity::Imsi, imsi),
        msisdn: subscriber(Identity::Msisdn, msisdn),
        imei: subscriber(Identity::Imei, imei),
        published_identity: facts.published_identity,
        apn: facts.apn.map(|apn| super::sccp::without(apn.to_string(), &[imsi, msisdn, imei])),
        nsapi: facts.nsapi,
        ebi: facts.ebi,
        rai_plmn: plmn(facts.rai_plmn),
        uli_plmn: plmn(facts.uli_plmn),
        serving_network: plmn(facts.serving_network),
        rat_type: facts.rat_type,
        selection_mode: facts.selection_mode,
        charging_characteristics: facts.charging_characteristics,
        private_extension: facts.private_extension,
        qos: facts.qos.map(|qos| hex(qos, MAX_QOS)),
        pco: facts.pco.as_ref().map(|pco| Pco {
            protocols: pco.protocols.to_vec(),
            published_credentials: pco.published_credentials,
            length_mismatch: pco.length_mismatch,
        }),
        fteids: facts
            .fteids
            .iter()
            .map(|fteid| Fteid {
                plane: fteid.plane.name().into(),
                teid: fteid.teid,
                ip: fteid.ip,
                interface: fteid.interface,
            })
            .collect(),
        end_user_address: facts.end_user_address,
        recovery: facts.recovery,
        ies: facts.ies.to_vec(),
        missing: facts.missing.to_vec(),
        extensions: message.extensions.types().to_vec(),
        payload_len: message.payload_len,
        claimed_len: message.claimed_len,
        undecoded_len: facts.undecoded_len,
        key_field: facts.key_field,
        key_message: facts.key_message,
        ..Gtp::default()
    }
}
