//! SS7 below SCCP: M3UA, M2UA, M2PA, MTP2 and MTP3.
//!
//! Management of M2UA and M2PA links, and of MTP3's links and routes, is counted and gives no events: whom it is about
//! shows in the association's own events, and what becomes of traffic in the traffic.

use event::{M3ua, M3uaRegistration, PointCode, What};
use wire::mtp3::{self, Unit, Variant, si};
use wire::{Cursor, isup, m3ua, sccp};

use super::cx::{Cx, Place};
use super::{Shard, tap};
use crate::counters::Seen;

/// The class of M3UA that carries users' messages (RFC 4666 §3.1.2).
const TRANSFER: u8 = 1;
/// The class by which routing keys are registered.
const ROUTING_KEYS: u8 = 9;
/// Longest text of an INFO parameter that an event carries (RFC 4666 §3.8.1).
const MAX_INFO: usize = 255;
/// What a point code of 14 bits does not exceed.
const ITU_POINT_CODES: u32 = 0x3fff;

/// Originating and destination point code, and whose they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) opc: PointCode,
    pub(crate) dpc: PointCode,
    pub(crate) variant: Variant,
}

/// What a traffic label is: told once for each association.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Label {
    association: Option<u64>,
    opc: u32,
    dpc: u32,
    si: u8,
    ni: u8,
    context: Option<u32>,
    appearance: Option<u32>,
}

/// A link whose label was recognised: its association, and the interface where that carries several.
pub(crate) type Link = (Option<u64>, Option<u32>);

impl Shard {
    pub(super) fn m3ua(&mut self, cx: &mut Cx<'_>, place: &Place, mut cur: Cursor<'_>) {
        self.show(cx, "m3ua", cur.rest());
        let read = m3ua::dissect(&mut cx.notes, &mut cur);
        let message = match &read {
            Ok(message) => message,
            Err(truncated) => return cx.notes.cut("m3ua.header", *truncated),
        };
        self.counters.seen.note(Seen::M3ua);
        let data = message.data.filter(|_| message.class == TRANSFER);
        let first = data.is_none_or(|data| {
            let label = Label {
                association: place.flow_id,
                opc: data.opc,
                dpc: data.dpc,
                si: data.si,
                ni: data.ni,
                context: message.routing_contexts.first().copied(),
                appearance: message.network_appearance,
            };
            let mut first = false;
            self.labels.entry(&label, || first = true);
            first
        });
        if first && message.msu.is_none() {
            let record = m3ua_record(cx, message, data.as_ref());
            cx.emit(place, What::M3ua(Box::new(record)));
        }
        if let Some(data) = data {
            self.user_part(cx, place, None, (data.opc, data.dpc), data.si, data.payload);
        } else if let Some(msu) = message.msu {
            self.msu(cx, place, (place.flow_id, None), msu);
        }
    }

    pub(super) fn m2ua(&mut self, cx: &mut Cx<'_>, place: &Place, mut cur: Cursor<'_>) {
        self.show(cx, "m2ua", cur.rest());
        self.counters.seen.note(Seen::M2ua);
        match mtp3::m2ua(&mut cx.notes, &mut cur) {
            Ok(message) => {
                if let Some(msu) = message.msu {
                    self.msu(cx, place, (place.flow_id, message.interface), msu);
                }
            }
            Err(truncated) => cx.notes.cut("m2ua.header", truncated),
        }
    }

    pub(super) fn m2pa(&mut self, cx: &mut Cx<'_>, place: &Place, mut cur: Cursor<'_>) {
        self.show(cx, "m2pa", cur.rest());
        self.counters.seen.note(Seen::M2pa);
        match mtp3::m2pa(&mut cx.notes, &mut cur) {
            Ok(message) => {
                if let Some(msu) = message.msu {
                    self.msu(cx, place, (place.flow_id, None), msu);
                }
            }
            Err(truncated) => cx.notes.cut("m2pa.header", truncated),
        }
    }

    pub(super) fn mtp2(&mut self, cx: &mut Cx<'_>, mut cur: Cursor<'_>) {
        self.show(cx, "mtp2", cur.rest());
        self.counters.seen.note(Seen::Mtp2);
        match mtp3::signal_unit(&mut cx.notes, &mut cur, None) {
            Ok(unit) => {
                if let Unit::Message(msu) = unit.unit {
                    self.mtp3(cx, &Place::NOWHERE, msu);
                }
            }
            Err(truncated) => cx.notes.cut("mtp2.header", truncated),
        }
    }

    /// A message of a capture of MTP3 alone.
    pub(super) fn mtp3(&mut self, cx: &mut Cx<'_>, place: &Place, cur: Cursor<'_>) {
        self.msu(cx, place, (place.flow_id, None), cur);
    }

    /// A message of MTP3 on this link. Whose label it is, a message says where it can; the link keeps that for those that
    /// cannot, as long as they fit.
    fn msu(&mut self, cx: &mut Cx<'_>, place: &Place, link: Link, mut cur: Cursor<'_>) {
        let known = self.links.get(&link).copied();
        let variant = match known.filter(|known| mtp3::fits(cur.rest(), *known)) {
            Some(known) => known,
            None => match mtp3::evidence(cur.rest()) {
                Some(seen) => {
                    self.links.insert(link, seen);
                    seen
                }
                None => known.unwrap_or_default(),
            },
        };
        self.show(cx, tap::mtp3(variant), cur.rest());
        match mtp3::dissect(&mut cx.notes, &mut cur, variant) {
            Ok(msu) => {
                self.counters.seen.note(Seen::Mtp3);
                self.user_part(cx, place, Some(variant), (msu.opc, msu.dpc), msu.si, msu.payload);
            }
            Err(truncated) => cx.notes.cut("mtp3.header", truncated),
        }
    }

    /// What MTP3 or M3UA carry. M3UA does not say whose point codes they are, but large ones are not ITU's.
    fn user_part(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        variant: Option<Variant>,
        (opc, dpc): (u32, u32),
        indicator: u8,
        payload: Cursor<'_>,
    ) {
        let wide = ITU_POINT_CODES < opc.max(dpc);
        let route = |variant| Route { opc: PointCode(opc), dpc: PointCode(dpc), variant };
        match indicator {
            si::SCCP => {
                let variant = variant.unwrap_or_else(|| {
                    if wide { wide_variant(payload.rest(), opc.max(dpc)) } else { Variant::Itu }
                });
                self.sccp(cx, place, Some(route(variant)), payload);
            }
            si::ISUP => {
                let flavour = if wide { isup::guess(payload.rest()) } else { isup::Flavour::Itu };
                let route = route(variant.unwrap_or_default());
                self.isup(cx, place, Some(route), payload, flavour);
            }
            si::BICC => {
                let route = route(variant.unwrap_or_default());
                self.isup(cx, place, Some(route), payload, isup::Flavour::Bicc);
            }
            si::MANAGEMENT | si::TEST | si::SPECIAL_TEST => {
                self.counters.seen.note(Seen::Mtp3Management);
            }
            _ => self.counters.seen.note(Seen::OtherUserPart),
        }
    }
}

/// Whose network has point codes that are too large for ITU's: Japan's end at 16 bits.
fn wide_variant(bytes: &[u8], largest: u32) -> Variant {
    if largest <= 0xffff {
        sccp::guess(bytes, &[Variant::Ansi, Variant::Japan, Variant::China])
    } else {
        sccp::guess(bytes, &[Variant::Ansi, Variant::China])
    }
}

fn m3ua_record(
    cx: &mut Cx<'_>,
    message: &m3ua::Message<'_>,
    data: Option<&m3ua::ProtocolData<'_>>,
) -> M3ua {
    let info = message.info.map(|info| {
        let shown: String = info.iter().take(MAX_INFO).map(|octet| printable(*octet)).collect();
        shown
    });
    let codes = |codes: &[u32]| codes.iter().copied().map(PointCode).collect();
    let leaving = message.kind >= 3;
    let registrations = if message.class == ROUTING_KEYS {
        let registration = |found: m3ua::Registration| M3uaRegistration {
            local_key: found.local_key,
            routing_context: found.routing_context,
            destinations: codes(&found.destinations),
            originators: codes(&found.originators),
            service_indicators: found.service_indicators.to_vec(),
            status: found
                .status
                .and_then(|status| m3ua::registration_status_name(status, leaving))
                .map(Into::into),
        };
        message.registrations(&mut cx.notes).into_iter().map(registration).collect()
    } else {
        Vec::new()
    };
    let user_cause = message.user_cause.map(u32::to_be_bytes);
    M3ua {
        message_class: message.class,
        message_type: message.kind,
        message: m3ua::name(message.class, message.kind).into(),
        routing_contexts: message.routing_contexts.to_vec(),
        network_appearance: message.network_appearance,
        asp_identifier: message.asp_identifier,
        error_code: message.error_code,
        error: message.error_code.and_then(m3ua::error_name).map(Into::into),
        status: message.status,
        status_name: message.status.and_then(m3ua::status_name).map(Into::into),
        traffic_mode: message.traffic_mode.and_then(m3ua::traffic_mode_name).map(Into::into),
        congestion_level: message.congestion_level,
        concerned_destination: message.concerned_destination.map(PointCode),
        user: user_cause.and_then(|[_, _, _, user]| mtp3::si_name(user)).map(Into::into),
        user_cause: user_cause
            .and_then(|[_, cause, _, _]| m3ua::unavailability_cause_name(cause.into()))
            .map(Into::into),
        registrations,
        affected_point_codes: message
            .affected_point_codes
            .iter()
            .map(|(_, code)| PointCode(*code))
            .collect(),
        opc: data.map(|data| PointCode(data.opc)),
        dpc: data.map(|data| PointCode(data.dpc)),
        si: data.map(|data| data.si),
        ni: data.map(|data| data.ni),
        info,
    }
}

/// An octet as text that cannot confuse a terminal.
fn printable(octet: u8) -> char {
    match octet {
        b' '..=b'~' => char::from(octet),
        _ => '.',
    }
}
