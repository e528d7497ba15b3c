//! SS7: MTP2, MTP3, SCCP and ISUP.

use wire::isup::{self, Flavour};
use wire::mtp3::{self, Unit, Variant};
use wire::sccp::{self, Address};
use wire::{Anomalies, Cursor};

use super::Speaker;

pub(super) fn mtp2(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    let Ok(unit) = mtp3::signal_unit(notes, &mut cur, None) else { return };
    say.say("mtp2.bsn", unit.bsn);
    say.say("mtp2.fsn", unit.fsn);
    say.say_flag("mtp2.bib", unit.bib);
    say.say_flag("mtp2.fib", unit.fib);
    say.say("mtp2.li", unit.li);
    if let Unit::Status(status) = unit.unit {
        say.say("mtp2.sf", status.0);
    }
}

pub(super) fn mtp3(
    say: &mut Speaker,
    notes: &mut Anomalies,
    mut cur: Cursor<'_>,
    variant: Variant,
) {
    let Ok(msu) = mtp3::dissect(notes, &mut cur, variant) else { return };
    say.say("mtp3.opc", msu.opc);
    say.say("mtp3.dpc", msu.dpc);
    say.say("mtp3.sls", msu.sls);
    say.say("mtp3.service_indicator", msu.si);
    say.say("mtp3.network_indicator", msu.ni);
}

pub(super) fn isup(
    say: &mut Speaker,
    notes: &mut Anomalies,
    mut cur: Cursor<'_>,
    flavour: Flavour,
) {
    let Ok(message) = isup::dissect(notes, &mut cur, flavour) else { return };
    let cic = if flavour == Flavour::Bicc { "bicc.cic" } else { "isup.cic" };
    say.say(cic, message.cic);
    say.say("isup.message_type", message.kind);
    say.say_some("isup.calling_partys_category", message.category);
    say.say_some("isup.cause_indicator", message.cause);
    say.say_some("isup.cause_location", message.cause_location);
    for number in &message.numbers {
        match number.role() {
            "calledPartyNumber" => say.say("isup.called", number.digits),
            "callingPartyNumber" => say.say("isup.calling", number.digits),
            _ => {}
        }
    }
}

pub(super) fn sccp(
    say: &mut Speaker,
    notes: &mut Anomalies,
    mut cur: Cursor<'_>,
    variant: Variant,
) {
    let Ok(message) = sccp::dissect_as(notes, &mut cur, variant) else { return };
    say.say("sccp.message_type", message.kind.0);
    say.say_some("sccp.class", message.class);
    say.say_some("sccp.return_cause", message.return_cause);
    say.say_some("sccp.hops", message.hop_counter);
    say.say_some("sccp.slr", message.source_reference);
    say.say_some("sccp.dlr", message.destination_reference);
    say.say_some("sccp.importance", message.importance);
    address(say, message.called.as_ref(), CALLED);
    address(say, message.calling.as_ref(), CALLING);
}

const CALLED: [&str; 9] = [
    "sccp.called.ri",
    "sccp.called.pc",
    "sccp.called.ssn",
    "sccp.called.gti",
    "sccp.called.tt",
    "sccp.called.np",
    "sccp.called.es",
    "sccp.called.nai",
    "sccp.called.digits",
];
const CALLING: [&str; 9] = [
    "sccp.calling.ri",
    "sccp.calling.pc",
    "sccp.calling.ssn",
    "sccp.calling.gti",
    "sccp.calling.tt",
    "sccp.calling.np",
    "sccp.calling.es",
    "sccp.calling.nai",
    "sccp.calling.digits",
];

fn address(say: &mut Speaker, address: Option<&Address>, names: [&'static str; 9]) {
    let Some(address) = address else { return };
    let [ri, pc, ssn, gti, tt, np, es, nai, digits] = names;
    say.say_flag(ri, address.route_on_ssn);
    say.say_some(pc, address.point_code);
    say.say_some(ssn, address.ssn);
    say.say(gti, address.global_title.map_or(0, |title| title.gti));
    if let Some(title) = address.global_title {
        say.say_some(tt, title.tt);
        say.say_some(np, title.np);
        say.say_some(es, title.es);
        say.say_some(nai, title.nai);
        say.say(digits, title.digits);
    }
}
