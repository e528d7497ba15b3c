//! MAP and CAP: what arguments and results say, as it stands in records.

use event::{GlobalTitle, Map, Plmn};

use super::Speaker;

/// Addresses of nodes: our names, Wireshark's.
const ROLES: &[(&str, &str)] = &[
    ("networkNode-Number", "gsm_map.sm.networkNode_Number"),
    ("msc-Number", "gsm_map.ms.msc_Number"),
    ("vlr-Number", "gsm_map.ms.vlr_Number"),
    ("sgsn-Number", "gsm_map.ms.sgsn_Number"),
    ("hlr-Number", "gsm_map.ms.hlr_Number"),
    ("serviceCentreAddress", "gsm_map.sm.serviceCentreAddress"),
    ("serviceCentreAddressDA", "gsm_map.sm.serviceCentreAddressDA"),
    ("serviceCentreAddressOA", "gsm_map.sm.serviceCentreAddressOA"),
    ("gsmSCF-Address", "gsm_map.ms.gsmSCF_Address"),
    ("gmsc-Address", "gsm_map.ch.gmsc_Address"),
    ("gmsc-OrGsmSCF-Address", "gsm_map.ch.gmsc_OrGsmSCF_Address"),
    ("roamingNumber", "gsm_map.ch.roamingNumber"),
    ("vmsc-Address", "gsm_map.ch.vmsc_Address"),
    ("mlc-Number", "gsm_map.lcs.mlc_Number"),
    ("mlcNumber", "gsm_map.lcs.mlcNumber"),
    ("ggsn-Number", "gsm_map.ms.ggsn_Number"),
    ("targetMSC-Number", "gsm_map.ms.targetMSC_Number"),
    ("newMSC-Number", "gsm_map.ms.newMSC_Number"),
    ("newVLR-Number", "gsm_map.ms.newVLR_Number"),
    ("smsGmscAddress", "gsm_map.sm.smsGmscAddress"),
    ("vlr-number", "gsm_map.ms.vlr_Number"),
    ("mscAddress", "camel.mscAddress"),
    ("sMSCAddress", "camel.sMSCAddress"),
];

pub(super) fn map(say: &mut Speaker, map: &Map) {
    // ANSI-41 has other elements, which tshark has under other names.
    if map.user != "map" {
        return say.say_some("e212.imsi", map.imsi);
    }
    identities(say, map);
    if let Some(call) = &map.call {
        for party in call.parties.iter().filter(|party| party.role == "forwardedToNumber") {
            say.say("gsm_map.ss.forwardedToNumber", call_number(&party.number));
        }
    }
    let Some(details) = &map.details else { return };
    say.say_some(PLACE, details.location_plmn.map(plmn));
    say.say_some("gsm_map.ms.ageOfLocationInformation", details.location_age_min);
    say.say_some("gsm_map.ms.numberOfRequestedVectors", details.requested_vectors);
    say.say_some(
        "gsm_map.ss.ussd_DataCodingScheme",
        details.ussd_dcs.map(|dcs| format!("{dcs:02x}")),
    );
    say.say_some("gsm_map.ss.ss_Code", details.ss_code);
    say.say_some("gsm_sms.tp-pid", details.tp_pid);
    say.say_some("gsm_sms.tp-dcs", details.tp_dcs);
}

pub(super) fn cap(say: &mut Speaker, cap: &Map) {
    identities(say, cap);
    let Some(call) = &cap.call else { return };
    say.say_some(PLACE, call.location_plmn.map(plmn));
    // INAP has its own names for the rest.
    if cap.user != "cap" {
        return;
    }
    say.say_some("camel.serviceKey", call.service_key);
    let events = match cap.opcode {
        Some(0 | 23 | 24) => Some("camel.eventTypeBCSM"),
        Some(60 | 63 | 64) => Some("camel.eventTypeSMS"),
        _ => None,
    };
    if let Some(name) = events {
        for event in call.event_type.iter().chain(&call.requested_events) {
            say.say(name, event);
        }
    }
    if cap.opcode == Some(35) {
        say.say_some("camel.maxCallPeriodDuration", call.max_duration_ds);
    }
    say.say_some("isup.cause_indicator", call.cause);
    for party in &call.parties {
        match &*party.role {
            "calledPartyBCDNumber" => {
                say.say("camel.calledPartyBCDNumber", call_number(&party.number));
            }
            // With short messages they are coded as in MAP.
            _ if events == Some("camel.eventTypeSMS") => {}
            "calledPartyNumber" | "destinationRoutingAddress" | "destinationAddress" => {
                say.say("isup.called", &party.number);
            }
            "callingPartyNumber" => say.say("isup.calling", &party.number),
            _ => {}
        }
    }
}

const PLACE: &str = "gsm_map.cellGlobalIdOrServiceAreaIdFixedLength";

fn identities(say: &mut Speaker, map: &Map) {
    say.say_some("e212.imsi", map.imsi);
    // The record keeps the digits alone; international is but a first octet to cut off.
    say.say_some("gsm_map.ms.msisdn", map.msisdn.map(|number| address(1, 1, &number.to_string())));
    for node in &map.addresses {
        if let Some((_, name)) = ROLES.iter().find(|(role, _)| node.role == *role) {
            let (nature, plan) = (node.gt.nai.unwrap_or_default(), node.gt.np.unwrap_or_default());
            say.say(name, address(nature, plan, &node.gt.to_string()));
        }
    }
}

/// Numbers of a call have their nature as in Q.763, whatever form they came in.
fn call_number(number: &GlobalTitle) -> String {
    let nature = match number.nai.unwrap_or_default() {
        1 => 4,
        2 => 0,
        3 => 2,
        4 => 1,
        5 => 3,
        other => other,
    };
    address(nature, number.np.unwrap_or_default(), &number.to_string())
}

/// AddressString as octets in hexadecimal (TS 29.002 section 17.7.8).
fn address(nature: u8, plan: u8, digits: &str) -> String {
    let mut text = format!("{:02x}", 0x80 | nature << 4 | plan);
    for pair in digits.as_bytes().chunks(2) {
        let low = pair.first().copied().map_or('f', char::from);
        let high = pair.get(1).copied().map_or('f', char::from);
        text.extend([high, low]);
    }
    text
}

/// TS 24.008 section 10.5.1.3.
fn plmn(plmn: Plmn) -> String {
    let (mcc, mnc) = (format!("{:03}", plmn.mcc), plmn.mnc);
    let mnc = if plmn.mnc_digits == 3 { format!("{mnc:03}") } else { format!("{mnc:02}f") };
    let order = [(&mcc, 1), (&mcc, 0), (&mnc, 2), (&mcc, 2), (&mnc, 1), (&mnc, 0)];
    order.into_iter().filter_map(|(code, place)| code.chars().nth(place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_on_the_wire() {
        assert_eq!(address(1, 1, "31654"), "911356f4");
        assert_eq!(plmn("001-01".parse().unwrap()), "00f110");
        assert_eq!(plmn("310-410".parse().unwrap()), "130014");
    }
}
