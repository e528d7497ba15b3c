//! SUA: SCCP's users over SCTP. Data is read as if SCCP had carried it; management is counted only.

use event::PointCode;
use wire::mtp3::Variant;
use wire::{Cursor, sua};

use super::Shard;
use super::cx::{Cx, Place};
use super::ss7::Route;
use crate::counters::Seen;

impl Shard {
    pub(super) fn sua(&mut self, cx: &mut Cx<'_>, place: &Place, mut cur: Cursor<'_>) {
        self.show(cx, "sua", cur.rest());
        let message = match sua::dissect(&mut cx.notes, &mut cur) {
            Ok(message) => message,
            Err(truncated) => return cx.notes.cut("sua.header", truncated),
        };
        self.counters.seen.note(Seen::Sua);
        let Some(sccp) = message.sccp() else { return };
        let point_code =
            |address: Option<sua::Address<'_>>| address.and_then(|address| address.point_code);
        // The point codes of the addresses stand for the label that SUA does not have, where both are given.
        let route = point_code(message.source).zip(point_code(message.destination));
        let route = route.map(|(opc, dpc)| Route {
            opc: PointCode(opc),
            dpc: PointCode(dpc),
            variant: Variant::Itu,
        });
        let name = sua::name(message.class, message.kind);
        self.sccp_message(cx, place, route, &sccp, Some(name));
        self.report(cx, place);
    }
}
