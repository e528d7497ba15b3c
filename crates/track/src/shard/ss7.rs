//! SS7 below SCCP: M3UA, M2UA, M2PA, MTP2 and MTP3.

use event::{M3ua, PointCode, What};
use wire::{Cursor, m3ua, mtp3};

use super::Shard;
use super::cx::{Cx, Place};
use crate::counters::Seen;

/// The classes of M3UA that carry users' messages (RFC 4666 §3.1.2).
const TRANSFER: u8 = 1;
/// Service indicator of SCCP (Q.704 §14.2.1).
const SCCP: u8 = 3;
/// Longest text of an INFO parameter that an event carries (RFC 4666 §3.8.1).
const MAX_INFO: usize = 255;

/// Originating and destination point code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) opc: PointCode,
    pub(crate) dpc: PointCode,
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

impl Shard {
    pub(super) fn m3ua(&mut self, cx: &mut Cx<'_>, place: &Place, mut cur: Cursor<'_>) {
        self.show(cx, "m3ua", cur.rest());
        let message = match m3ua::dissect(&mut cx.notes, &mut cur) {
            Ok(message) => message,
            Err(truncated) => return cx.notes.cut("m3ua.header", truncated),
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
        if first {
            let info = message.info.map(|info| {
                let shown: String =
                    info.iter().take(MAX_INFO).map(|octet| printable(*octet)).collect();
                shown
            });
            let record = M3ua {
                message_class: message.class,
                message_type: message.kind,
                message: m3ua::name(message.class, message.kind).into(),
                routing_contexts: message.routing_contexts.to_vec(),
                network_appearance: message.network_appearance,
                asp_identifier: message.asp_identifier,
                error_code: message.error_code,
                error: message.error_code.and_then(m3ua::error_name).map(Into::into),
                status: message.status,
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
            };
            cx.emit(place, What::M3ua(Box::new(record)));
        }
        if let Some(data) = data
            && data.si == SCCP
        {
            let route = Route { opc: PointCode(data.opc), dpc: PointCode(data.dpc) };
            self.sccp(cx, place, Some(route), data.payload);
        }
    }

    pub(super) fn m2ua(&mut self, cx: &mut Cx<'_>, place: &Place, mut cur: Cursor<'_>) {
        self.counters.seen.note(Seen::M2ua);
        match mtp3::m2ua(&mut cx.notes, &mut cur) {
            Ok(message) => {
                if let Some(msu) = message.msu {
                    self.mtp3(cx, place, msu);
                }
            }
            Err(truncated) => cx.notes.cut("m2ua.header", truncated),
        }
    }

    pub(super) fn m2pa(&mut self, cx: &mut Cx<'_>, place: &Place, mut cur: Cursor<'_>) {
        self.counters.seen.note(Seen::M2pa);
        match mtp3::m2pa(&mut cx.notes, &mut cur) {
            Ok(message) => {
                if let Some(msu) = message.msu {
                    self.mtp3(cx, place, msu);
                }
            }
            Err(truncated) => cx.notes.cut("m2pa.header", truncated),
        }
    }

    pub(super) fn mtp2(&mut self, cx: &mut Cx<'_>, mut cur: Cursor<'_>) {
        match mtp3::from_mtp2(&mut cx.notes, &mut cur) {
            Ok(Some(msu)) => self.mtp3(cx, &Place::NOWHERE, msu),
            Ok(None) => {}
            Err(truncated) => cx.notes.cut("mtp2.header", truncated),
        }
    }

    pub(super) fn mtp3(&mut self, cx: &mut Cx<'_>, place: &Place, mut cur: Cursor<'_>) {
        let variant = mtp3::guess(cur.rest());
        match mtp3::dissect(&mut cx.notes, &mut cur, variant) {
            Ok(msu) => {
                self.counters.seen.note(Seen::Mtp3);
                if msu.si == SCCP {
                    let route = Route { opc: PointCode(msu.opc), dpc: PointCode(msu.dpc) };
                    self.sccp(cx, place, Some(route), msu.payload);
                }
            }
            Err(truncated) => cx.notes.cut("mtp3.header", truncated),
        }
    }
}

/// An octet as text that cannot confuse a terminal.
fn printable(octet: u8) -> char {
    match octet {
        b' '..=b'~' => char::from(octet),
        _ => '.',
    }
}
