//! Every message that the encoders can make, read by tshark.

use std::collections::BTreeSet;

use super::map::{self, op};
use super::sccp::{Party, SSN_HLR, SSN_VLR};
use super::{diameter, dns, gtp, gtpv2, m3ua, sctp};
use crate::pcap::{Format, bytes};
use crate::timeline::{Answer, Association, Linkset, Session, Side, Tcp, Timeline, addr, at, v4};
use crate::tshark;

const IMSI: &str = "001010123456789";
const MSISDN: &str = "999010003456";
const NODE: &str = "99902000020";

/// Operation, argument, result.
fn operations() -> Vec<(u8, Vec<u8>, Vec<u8>)> {
    let info = map::subscriber_info(NODE, "001-02", 7);
    vec![
        (op::UPDATE_LOCATION, map::update_location(IMSI, NODE, NODE), map::hlr_number(NODE)),
        (op::CANCEL_LOCATION, map::cancel_location(IMSI), vec![0x30, 0]),
        (
            op::PROVIDE_ROAMING_NUMBER,
            map::provide_roaming_number(IMSI, NODE),
            map::roaming_number(MSISDN),
        ),
        (op::INSERT_SUBSCRIBER_DATA, map::insert_subscriber_data(Some(IMSI), MSISDN), Vec::new()),
        (op::INSERT_SUBSCRIBER_DATA, map::insert_control_point(IMSI, NODE), Vec::new()),
        (op::REGISTER_SS, map::register_ss(MSISDN), Vec::new()),
        (
            op::PROCESS_UNSTRUCTURED_SS_REQUEST,
            map::process_unstructured_ss_request(&[0xaa, 0x18, 0x0c, 0x36, 0x02], MSISDN),
            Vec::new(),
        ),
        (
            op::SEND_ROUTING_INFO,
            map::send_routing_info(MSISDN, NODE),
            map::routing_info(IMSI, MSISDN),
        ),
        (
            op::UPDATE_GPRS_LOCATION,
            map::update_gprs_location(IMSI, NODE, v4("192.0.2.22")),
            map::hlr_number(NODE),
        ),
        (
            op::SEND_ROUTING_INFO_FOR_GPRS,
            map::send_routing_info_for_gprs(IMSI, NODE),
            map::routing_info_for_gprs(v4("192.0.2.22")),
        ),
        (op::MT_FORWARD_SM, map::mt_forward_sm(IMSI, NODE, MSISDN), Vec::new()),
        (
            op::SEND_ROUTING_INFO_FOR_SM,
            map::send_routing_info_for_sm(MSISDN, NODE),
            map::routing_info_for_sm(IMSI, NODE),
        ),
        (
            op::SEND_AUTHENTICATION_INFO,
            map::send_authentication_info(IMSI, 5),
            map::authentication_result(&[7; 72]),
        ),
        (op::SEND_IMSI, map::send_imsi(MSISDN), map::imsi(IMSI)),
        (
            op::ANY_TIME_SUBSCRIPTION_INTERROGATION,
            map::any_time_subscription_interrogation(MSISDN, NODE),
            vec![0x30, 0],
        ),
        (op::PURGE_MS, map::purge_ms(IMSI, NODE), vec![0x30, 0]),
        (op::PROVIDE_SUBSCRIBER_INFO, map::provide_subscriber_info(IMSI), info.clone()),
        (op::ANY_TIME_INTERROGATION, map::any_time_interrogation(MSISDN, NODE), info.clone()),
        (op::ANY_TIME_INTERROGATION, map::any_time_interrogation_of_imsi(IMSI, NODE), info),
        (op::PROVIDE_SUBSCRIBER_LOCATION, map::provide_subscriber_location(IMSI, NODE), Vec::new()),
        (op::SEND_ROUTING_INFO_FOR_LCS, map::send_routing_info_for_lcs(IMSI, NODE), Vec::new()),
    ]
}

/// The values of a field that tshark finds in these frames, after it had nothing to complain about.
fn seen(frames: &[(i64, Vec<u8>)], field: &str) -> Option<BTreeSet<String>> {
    let file = bytes(frames, Format::default());
    let Some(complaints) = tshark::complaints(&file) else {
        eprintln!("SKIPPED: tshark is not installed");
        return None;
    };
    assert!(complaints.is_empty(), "{complaints}");
    let values = tshark::run(&file, &["-T", "fields", "-E", "separator=,", "-e", field])?;
    Some(values.split([',', '\n']).filter(|value| !value.is_empty()).map(str::to_owned).collect())
}

#[test]
fn every_map_operation() {
    let mut tl = Timeline::new(1);
    let mut links =
        Linkset::open(&mut tl, at("198.51.100.10", 2905), at("192.0.2.10", 2905), [2001, 1001]);
    let (calling, called) = (Party::gt(NODE, SSN_VLR), Party::gt("99901000010", SSN_HLR));
    for (opcode, argument, result) in operations() {
        // The two whose results are shapes of estimates are asked and refused.
        let answer = if result.is_empty() && opcode >= op::PROVIDE_SUBSCRIBER_LOCATION {
            Answer::Error(52)
        } else {
            Answer::Result(result)
        };
        links.dialogue(&mut tl, Side::Client, [&calling, &called], opcode, &argument, &answer);
        tl.wait_secs(1);
    }
    for answer in [Answer::Error(1), Answer::Abort, Answer::Nothing] {
        let argument = map::send_imsi(MSISDN);
        let parties = [&calling, &called];
        links.dialogue(&mut tl, Side::Client, parties, op::SEND_IMSI, &argument, &answer);
    }
    let frames = tl.into_frames();
    let Some(found) = seen(&frames, "gsm_old.localValue") else { return };
    let wanted: BTreeSet<String> =
        operations().iter().map(|(opcode, ..)| opcode.to_string()).collect();
    assert!(found.is_superset(&wanted), "{:?}", wanted.difference(&found));
    let Some(imsis) = seen(&frames, "e212.imsi") else { return };
    assert_eq!(imsis, BTreeSet::from([IMSI.to_owned()]));
    let Some(titles) = seen(&frames, "sccp.calling.digits") else { return };
    assert_eq!(titles, BTreeSet::from([NODE.to_owned(), "99901000010".to_owned()]));
}

#[test]
fn segments_fragments_and_bundles() {
    let mut tl = Timeline::new(2);
    let (client, server) = (at("198.51.100.10", 2905), at("192.0.2.10", 2905));
    let more = [addr("198.51.100.11")];
    let association =
        Association::open_multihomed(&mut tl, client, server, &more, &[addr("192.0.2.11")]);
    let mut links = Linkset::open(&mut tl, at("198.51.100.12", 2905), server, [2001, 1001]);
    association.heartbeat(&mut tl, Side::Client);
    association.shutdown(&mut tl, Side::Server);
    let (calling, called) = (Party::gt(NODE, SSN_VLR), Party::gt("99901000010", SSN_HLR));
    let begin = super::tcap::begin(
        9,
        Some(super::tcap::aarq(map::context(op::UPDATE_LOCATION))),
        &[super::tcap::invoke(1, op::UPDATE_LOCATION, &map::update_location(IMSI, NODE, NODE))],
    );
    for part in super::sccp::xudt_segments(&called, &calling, &begin, 25, 77) {
        links.sccp(&mut tl, Side::Client, &part);
    }
    let whole = links.payload(Side::Client, &super::sccp::ludt(&called, &calling, &begin));
    links.association.say_fragmented(&mut tl, Side::Client, 2, sctp::PPID_M3UA, &whole, 40);
    let two = [m3ua::beat(&[1, 2, 3, 4]), whole];
    links.association.say_bundled(&mut tl, Side::Client, 2, sctp::PPID_M3UA, &two);
    let reject = super::tcap::end(9, None, &[super::tcap::reject(1, 1)]);
    links.sccp(&mut tl, Side::Server, &super::sccp::udt(&calling, &called, &reject));
    links.association.abort(&mut tl, Side::Server);
    let Some(imsis) = seen(&tl.into_frames(), "e212.imsi") else { return };
    assert_eq!(imsis, BTreeSet::from([IMSI.to_owned()]));
}

#[test]
fn every_gtp_message() {
    let mut tl = Timeline::new(3);
    let (sgsn, ggsn) = (v4("198.51.100.20"), v4("192.0.2.20"));
    let (a, b) = (at("198.51.100.20", 2123), at("192.0.2.20", 2123));
    let create = gtp::Create::honest(IMSI, MSISDN, "001-02", sgsn, 0x1234);
    let session = Session::create_v1(&mut tl, &create, ggsn, v4("10.20.0.1"), 1);
    let answer = gtp::Created {
        teid_data: 1,
        teid_control: 2,
        address: session.subscriber,
        ggsn,
        charging_id: 3,
    };
    let update = gtp::update(session.control, 2, 0x1234, 0x5678, sgsn);
    tl.ask(a, b, &update, &gtp::updated(0x5678, 2, &answer, &create.qos));
    session.delete_v1(&mut tl, 3, 5);
    Session::refused_v1(&mut tl, &create, ggsn, 4, gtp::IMSI_NOT_KNOWN);
    tl.udp(a, b, &gtp::message(gtp::VERSION_NOT_SUPPORTED, 0, 5, &[]));
    let old = gtp::Create { qos: vec![0x0b, 0x92, 0x1f], ..create };
    let (a0, b0) = (at("198.51.100.20", 3386), at("192.0.2.20", 3386));
    tl.ask(a0, b0, &gtp::v0_create(&old, 1), &gtp::v0_echo(2));
    let lte = gtpv2::Create {
        imsi: IMSI.to_owned(),
        msisdn: MSISDN.to_owned(),
        imei: "3584560712345601".to_owned(),
        apn: "internet.mnc001.mcc001.gprs".to_owned(),
        serving: "001-02".to_owned(),
        sgw: sgsn,
        teid_control: 5,
        teid_data: 6,
        ebi: 5,
    };
    let session = Session::create_v2(&mut tl, &lte, ggsn, v4("10.20.0.2"), 6);
    let modify = gtpv2::modify(session.control, 7, "001-02", 5, sgsn, 6);
    tl.ask(a, b, &modify, &gtpv2::modified(5, 7, 5));
    let gone = gtpv2::cause(gtpv2::DELETE_SESSION + 1, 5, 8, gtpv2::ACCEPTED);
    tl.ask(a, b, &gtpv2::delete(session.control, 8, 5, "001-02"), &gone);
    let frames = tl.into_frames();
    let Some(imsis) = seen(&frames, "e212.imsi") else { return };
    assert_eq!(imsis, BTreeSet::from([IMSI.to_owned()]));
    let Some(kinds) = seen(&frames, "gtp.message") else { return };
    let wanted = ["0x01", "0x03", "0x10", "0x11", "0x12", "0x13", "0x14", "0x15"];
    assert_eq!(kinds, wanted.map(str::to_owned).into());
    let Some(kinds) = seen(&frames, "gtpv2.message_type") else { return };
    assert_eq!(kinds, ["32", "33", "34", "35", "36", "37"].map(str::to_owned).into());
}

#[test]
fn every_diameter_and_dns_message() {
    let mut tl = Timeline::new(4);
    let mut tcp = Tcp::open(&mut tl, at("198.51.100.30", 40_000), at("192.0.2.30", 3868));
    let (mme, hss) = (diameter::Node::epc("mme1", "001-02"), diameter::Node::epc("hss1", "001-01"));
    let cer = diameter::capabilities(&mme, addr("198.51.100.30"), 1, 1, None);
    tcp.say(&mut tl, Side::Client, &cer);
    let cea = diameter::capabilities(&hss, addr("192.0.2.30"), 1, 1, Some(2001));
    tcp.say(&mut tl, Side::Server, &cea);
    tcp.say(&mut tl, Side::Client, &diameter::watchdog(&mme, 2, 2, None));
    tcp.say(&mut tl, Side::Server, &diameter::watchdog(&hss, 2, 2, Some(2001)));
    let asked = [
        (diameter::AUTHENTICATION_INFORMATION, diameter::air("001-02"), diameter::aia(&[3; 72])),
        (diameter::UPDATE_LOCATION, diameter::ulr("001-02"), diameter::ula(MSISDN)),
        (diameter::CANCEL_LOCATION, diameter::clr(), Vec::new()),
        (diameter::INSERT_SUBSCRIBER_DATA, diameter::idr_location(), Vec::new()),
        (diameter::PURGE_UE, Vec::new(), Vec::new()),
    ];
    let mut hop = 10;
    for (command, request, answer) in &asked {
        hop += 1;
        let exchange = diameter::Exchange::new(&mme, hop);
        let asks =
            diameter::s6a_request(&exchange, *command, &mme, Some(&hss), &hss.realm, IMSI, request);
        tcp.say(&mut tl, Side::Client, &asks);
        let code = if answer.is_empty() { 5001 } else { 2001 };
        let says = diameter::s6a_answer(&exchange, *command, &hss, code, answer);
        tcp.say(&mut tl, Side::Server, &says);
    }
    tcp.close(&mut tl);
    let records = [
        dns::Data::A(v4("192.0.2.1")),
        dns::Data::Txt("v=1".to_owned()),
        dns::Data::Srv { port: 3868, target: hss.host.clone() },
        dns::Data::Naptr {
            order: 1,
            flags: "a",
            service: "x-3gpp-ggsn:x-gp",
            replacement: hss.host.clone(),
        },
    ];
    let query = dns::query(1, "x.example.com", dns::A, true);
    let answer = dns::answer(1, "x.example.com", dns::A, 0, true, &records);
    tl.ask(at("198.51.100.53", 4_000), at("192.0.2.53", 53), &query, &answer);
    let frames = tl.into_frames();
    let Some(commands) = seen(&frames, "diameter.cmd.code") else { return };
    let wanted: BTreeSet<String> = asked
        .iter()
        .map(|(command, ..)| *command)
        .chain([diameter::CAPABILITIES_EXCHANGE, diameter::DEVICE_WATCHDOG])
        .map(|command| command.to_string())
        .collect();
    assert_eq!(commands, wanted);
    let Some(names) = seen(&frames, "diameter.User-Name") else { return };
    assert_eq!(names, BTreeSet::from([IMSI.to_owned()]));
}
