//! SIGTRAN: M3UA, M2PA, M2UA and SUA.

use wire::m3ua::{self, Parameters};
use wire::{Anomalies, Cursor, mtp3, sua};

use super::Speaker;

pub(super) fn m3ua(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    let Ok(message) = m3ua::dissect(notes, &mut cur) else { return };
    say.say("m3ua.version", message.version);
    say.say("m3ua.message_class", message.class);
    say.say("m3ua.message_type", message.kind);
    parameters(say, notes, message.parameters, ["m3ua.parameter_tag", "m3ua.parameter_length"]);
    say.say_some("m3ua.network_appearance", message.network_appearance);
    for context in &message.routing_contexts {
        say.say("m3ua.routing_context", context);
    }
    say.say_some("m3ua.asp_identifier", message.asp_identifier);
    say.say_some("m3ua.traffic_mode_type", message.traffic_mode);
    say.say_some("m3ua.correlation_identifier", message.correlation_id);
    say.say_some("m3ua.error_code", message.error_code);
    for (mask, code) in &message.affected_point_codes {
        say.say("m3ua.affected_point_code_mask", mask);
        say.say("m3ua.affected_point_code_pc", code);
    }
    if let Some(data) = message.data {
        say.say("m3ua.protocol_data_opc", data.opc);
        say.say("m3ua.protocol_data_dpc", data.dpc);
        say.say("m3ua.protocol_data_si", data.si);
        say.say("m3ua.protocol_data_ni", data.ni);
        say.say("m3ua.protocol_data_mp", data.mp);
        say.say("m3ua.protocol_data_sls", data.sls);
        // tshark has the label under the names of MTP3 as well.
        say.say("mtp3.opc", data.opc);
        say.say("mtp3.dpc", data.dpc);
        say.say("mtp3.sls", data.sls);
    }
}

pub(super) fn m2pa(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    let Ok(message) = mtp3::m2pa(notes, &mut cur) else { return };
    say.say("m2pa.class", message.class);
    say.say("m2pa.type", message.kind);
    say.say_some("m2pa.bsn", message.bsn);
    say.say_some("m2pa.fsn", message.fsn);
    say.say_some("m2pa.status", message.status);
}

pub(super) fn m2ua(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    let Ok(message) = mtp3::m2ua(notes, &mut cur) else { return };
    say.say("m2ua.message_class", message.class);
    say.say("m2ua.message_type", message.kind);
    parameters(say, notes, message.parameters, ["m2ua.parameter_tag", "m2ua.parameter_length"]);
    say.say_some("m2ua.interface_identifier_int", message.interface);
    say.say_some("m2ua.error_code", message.error_code);
    say.say_some("m2ua.traffic_mode_type", message.traffic_mode);
    say.say_some("m2ua.asp_identifier", message.asp_identifier);
    say.say_some("m2ua.correlation_identifier", message.correlation_id);
}

pub(super) fn sua(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    let Ok(message) = sua::dissect(notes, &mut cur) else { return };
    say.say("sua.message_class", message.class);
    say.say("sua.message_type", message.kind);
    parameters(say, notes, message.parameters, ["sua.parameter_tag", "sua.parameter_length"]);
    for context in &message.routing_contexts {
        say.say("sua.routing_context", context);
    }
    for (address, [indicator, code, ssn, digits]) in
        [(&message.source, SOURCE), (&message.destination, DESTINATION)]
    {
        let Some(address) = address else { continue };
        say.say(indicator, address.routing_indicator);
        say.say_some(code, address.point_code);
        say.say_some(ssn, address.ssn);
        say.say_some(digits, address.global_title.map(|title| title.digits));
    }
}

const SOURCE: [&str; 4] = [
    "sua.source.routing_indicator",
    "sua.source.point_code",
    "sua.source.ssn",
    "sua.source.global_title_digits",
];
const DESTINATION: [&str; 4] = [
    "sua.destination.routing_indicator",
    "sua.destination.point_code",
    "sua.destination.ssn",
    "sua.destination.global_title_digits",
];

fn parameters(
    say: &mut Speaker,
    notes: &mut Anomalies,
    mut parameters: Parameters<'_>,
    [tag, length]: [&'static str; 2],
) {
    while let Some(parameter) = parameters.next(notes) {
        say.say(tag, parameter.tag);
        say.say(length, parameter.value.len().saturating_add(4));
    }
}
