//! SS7 in every wrapping becomes the same events, and tshark reads the same in the same frames.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking"
)]

mod run;

use event::{Event, Isup, Map, PointCode, Sccp, Timestamp, What};
use run::{Run, config, events_of, pick};
use testkit::frame::m3ua::Label;
use testkit::frame::sccp::{self, Party, SSN_HLR, SSN_MSC};
use testkit::frame::{isup, link, m3ua, map, ss7, sua, tcap};
use testkit::pcap::{self, Format};
use testkit::timeline::{Association, Side, Timeline, at};

const LABEL: Label = Label { opc: 1001, dpc: 2002, si: 3, ni: 2, sls: 5 };
const WIDE: Label = Label { opc: 0xf5_02_01, dpc: 0xf6_04_03, si: 3, ni: 2, sls: 5 };

fn maps(events: &[Event]) -> Vec<&Map> {
    pick(events, |what| if let What::Map(map) = what { Some(map.as_ref()) } else { None })
}

fn sccps(events: &[Event]) -> Vec<&Sccp> {
    pick(events, |what| if let What::Sccp(sccp) = what { Some(sccp.as_ref()) } else { None })
}

fn isups(events: &[Event]) -> Vec<&Isup> {
    pick(events, |what| if let What::Isup(isup) = what { Some(isup.as_ref()) } else { None })
}

fn fields(events: &[Event]) -> Vec<&str> {
    pick(events, |what| if let What::Anomaly(anomaly) = what { Some(anomaly) } else { None })
        .into_iter()
        .map(|anomaly| anomaly.field.as_ref())
        .collect()
}

fn calling() -> Party {
    Party::gt("491720000001", SSN_MSC)
}

fn called() -> Party {
    Party::gt("31201111111", SSN_HLR)
}

/// An invoke of sendRoutingInfoForSM.
fn begin() -> Vec<u8> {
    let opcode = map::op::SEND_ROUTING_INFO_FOR_SM;
    let argument = map::send_routing_info_for_sm("31612345678", "491720000001");
    let invoke = tcap::invoke(1, opcode, &argument);
    tcap::begin(0x0102_0304, Some(tcap::aarq(map::context(opcode))), &[invoke])
}

/// Messages of one user of SCTP, one way.
fn association(ppid: u32, messages: &[Vec<u8>]) -> Timeline {
    let mut tl = Timeline::new(5);
    let ends = (at("203.0.113.1", 2_905), at("198.51.100.1", 2_905));
    let mut association = Association::open(&mut tl, ends.0, ends.1);
    for message in messages {
        association.say(&mut tl, Side::Client, 1, ppid, message);
    }
    tl
}

fn events(ppid: u32, messages: &[Vec<u8>]) -> Vec<Event> {
    events_of(&config(), &association(ppid, messages).into_frames())
}

/// Frames of another link type.
fn on_link(link: u16, frames: &[Vec<u8>]) -> Vec<Event> {
    let mut run = Run::new(&config());
    for (second, frame) in (1..).zip(frames) {
        run.frame(Timestamp::from_secs(second), link, frame);
    }
    run.finish();
    run.events
}

#[test]
fn one_message_in_every_wrapping() {
    let udt = sccp::udt(&called(), &calling(), &begin());
    let msu = ss7::msu(&LABEL, &udt);
    for (name, events) in [
        ("m3ua", events(3, &[m3ua::data(&LABEL, None, &udt)])),
        ("m2ua", events(2, &[ss7::m2ua(4, &msu)])),
        ("m2pa", events(5, &[ss7::m2pa_status(4), ss7::m2pa_data(0, 1, &msu)])),
        ("mtp2", on_link(ss7::MTP2, &[ss7::signal_unit(1, 2, &msu)])),
        ("mtp2 extended", on_link(ss7::MTP2, &[ss7::signal_unit_extended(1, 2, &msu)])),
        ("mtp3", on_link(ss7::MTP3, &[msu])),
    ] {
        assert_eq!(fields(&events), [""; 0], "{name}");
        let found = maps(&events);
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!((found[0].opc, found[0].dpc), (Some(PointCode(1001)), Some(PointCode(2002))));
        let digits = &found[0].calling.as_ref().unwrap().gt.as_ref().unwrap().digits;
        assert_eq!(digits, "491720000001", "{name}");
    }
    let events = events(4, &[sua::cldt(&called(), &calling(), &begin())]);
    assert_eq!(fields(&events), [""; 0]);
    let found = maps(&events);
    assert_eq!((found.len(), found[0].opc), (1, None));
    assert_eq!(found[0].called.as_ref().unwrap().gt.as_ref().unwrap().digits, "31201111111");
}

#[test]
fn sua_gives_back_and_connects() {
    let bsc = Party::point(2002, 254);
    let layer3 = [0, 3, 87, 0x05, 0x08];
    let events = events(
        4,
        &[sua::cldr(1, &called(), &calling(), &begin()), sua::core(0x0a_0b_0c, &bsc, &layer3)],
    );
    let found = sccps(&events);
    assert_eq!((found[0].message.as_ref(), found[0].sua.as_deref()), ("UDTS", Some("CLDR")));
    assert_eq!(found[0].return_cause, Some(1));
    assert_eq!((found[1].message.as_ref(), found[1].sua.as_deref()), ("CR", Some("CORE")));
    assert_eq!(found[1].payload_message.as_deref(), Some("Complete Layer 3 Information"));
}

#[test]
fn a_connection_knows_its_user_and_puts_its_data_together() {
    let (exchange, bsc) = (0x01_02_03, 0x0a_0b_0c);
    let back = Label { opc: LABEL.dpc, dpc: LABEL.opc, ..LABEL };
    let party = Party::point(2002, 254);
    let there = |sccp: &[u8]| m3ua::data(&LABEL, None, sccp);
    let here = |sccp: &[u8]| m3ua::data(&back, None, sccp);
    // A message of BSSAP in two halves, which only together have the length that they say.
    let setup = [1, 0, 6, 0x03, 0x45, 1, 2, 3, 4];
    let events = events(
        3,
        &[
            there(&sccp::cr(bsc, &party, &[0, 3, 87, 0x05, 0x08])),
            here(&sccp::cc(bsc, exchange)),
            there(&sccp::dt1(exchange, true, &setup[..4])),
            there(&sccp::dt1(exchange, false, &setup[4..])),
            here(&sccp::dt1(bsc, false, &[0, 1, 32])),
            there(&sccp::rlsd(exchange, bsc, 3)),
            here(&sccp::rlc(bsc, exchange)),
            here(&sccp::dt1(bsc, false, &[0, 3, 1, 2, 3])),
        ],
    );
    assert_eq!(fields(&events), [""; 0]);
    let found = sccps(&events);
    let shown: Vec<_> = found
        .iter()
        .map(|sccp| (sccp.message.as_ref(), sccp.payload_message.as_deref(), sccp.segmented))
        .collect();
    assert_eq!(
        shown,
        [
            ("CR", Some("Complete Layer 3 Information"), false),
            ("CC", None, false),
            ("DT1", Some("Setup"), true),
            ("DT1", Some("Clear Command"), false),
            ("RLSD", None, false),
            ("RLC", None, false),
            ("DT1", Some("Assignment Request"), false),
        ]
    );
    assert_eq!((found[0].source_reference, found[0].class), (Some(bsc), Some(2)));
    assert_eq!(found[4].cause_name.as_deref(), Some("SCCP user originated"));
}

#[test]
fn subsystems_that_are_managed() {
    let stp = Party::point(0, 1);
    let test = sccp::udt(&stp, &stp, &sccp::management(3, 6, 2002));
    let events = events(3, &[m3ua::data(&LABEL, None, &test)]);
    let found = sccps(&events);
    assert_eq!(found[0].payload.as_deref(), Some("scmg"));
    assert_eq!(found[0].payload_message.as_deref(), Some("SST"));
    assert_eq!((found[0].affected_ssn, found[0].affected_pc), (Some(6), Some(PointCode(2002))));
}

#[test]
fn ansi_networks_are_told_by_their_messages() {
    let party = |ssn, code| sccp::ansi_party(ssn, code, "");
    let udt = sccp::udt_between(
        &party(6, 0xf5_01_01),
        &sccp::ansi_party(8, 0xf6_01_01, "2025550100"),
        &begin(),
    );
    let calls = [
        ss7::msu_ansi(&WIDE, &udt),
        // Alone this could be anybody's; the link is known by now.
        ss7::msu_ansi(&Label { si: 5, ..WIDE }, &isup::anm(7, &[])),
    ];
    let on_m2ua: Vec<_> = calls.iter().map(|msu| ss7::m2ua(9, msu)).collect();
    for events in [events(2, &on_m2ua), events(3, &[m3ua::data(&WIDE, None, &udt)])] {
        assert_eq!(fields(&events), [""; 0]);
        let found = maps(&events);
        assert_eq!(found[0].opc, Some(PointCode(0xf5_02_01)));
        let called = found[0].called.as_ref().unwrap();
        assert_eq!((called.ssn, called.pc), (Some(6), Some(PointCode(0xf5_01_01))));
        let title = found[0].calling.as_ref().unwrap().gt.as_ref().unwrap();
        assert_eq!((title.digits.as_str(), title.tt, title.nai), ("2025550100", Some(10), None));
    }
    let events = events(2, &on_m2ua);
    let calls = isups(&events);
    assert_eq!((calls[0].opc, calls[0].cic), (Some(PointCode(0xf5_02_01)), 7));
}

#[test]
fn calls_and_whom_they_connect() {
    let label = Label { si: 5, ..LABEL };
    let iam = isup::iam(
        14,
        &isup::number(4, "31612345678"),
        &[(0x0a, isup::number(3, "612345678")), (0x28, isup::number(4, "31612345678"))],
    );
    let messages =
        [iam.clone(), isup::acm(14), isup::anm(14, &[]), isup::rel(14, 17), isup::rlc(14)];
    let wrapped: Vec<_> = messages.iter().map(|isup| m3ua::data(&label, None, isup)).collect();
    let by_m3ua = events(3, &wrapped);
    let units: Vec<_> =
        messages.iter().map(|isup| ss7::signal_unit(0, 0, &ss7::msu(&label, isup))).collect();
    for events in [by_m3ua, on_link(ss7::MTP2, &units)] {
        assert_eq!(fields(&events), [""; 0]);
        let found = isups(&events);
        let names: Vec<_> = found.iter().map(|isup| isup.message.as_ref()).collect();
        assert_eq!(names, ["IAM", "ACM", "ANM", "REL", "RLC"]);
        assert!(found.iter().all(|isup| isup.cic == 14 && !isup.bicc));
        assert_eq!(found[3].cause_name.as_deref(), Some("user busy"));
        let [called, calling, original] = found[0].parties.as_slice() else { panic!() };
        assert_eq!(called.role, "calledPartyNumber");
        let shown = |party: &event::Party| party.number.subscriber.unwrap().to_string();
        assert!(shown(called).starts_with("31~"), "{}", shown(called));
        // A national number says nothing of a country.
        assert!(shown(calling).starts_with('~'), "{}", shown(calling));
        assert_eq!(shown(called), shown(original));
        assert!(found[0].parties.iter().all(|party| party.number.digits.is_empty()));
    }
    let bicc = isup::bicc(0x1_0001, &iam);
    let events = events(3, &[m3ua::data(&Label { si: 13, ..LABEL }, None, &bicc)]);
    let found = isups(&events);
    assert_eq!((found[0].cic, found[0].bicc, found[0].parties.len()), (0x1_0001, true, 3));
}

#[test]
fn segments_that_never_end_are_told() {
    let mut segments = sccp::xudt_segments(&called(), &calling(), &begin(), 20, 7);
    let last = segments.pop().unwrap();
    let wrapped: Vec<_> = segments.iter().map(|xudt| m3ua::data(&LABEL, None, xudt)).collect();
    let found = events(3, &wrapped);
    assert_eq!(fields(&found), ["sccp.unfinished"]);
    segments.push(last);
    let wrapped: Vec<_> = segments.iter().map(|xudt| m3ua::data(&LABEL, None, xudt)).collect();
    let found = events(3, &wrapped);
    assert_eq!(fields(&found), [""; 0]);
    assert!(maps(&found)[0].segmented);
}

#[test]
fn data_that_never_ends_takes_bounded_memory() {
    let mut run = Run::new(&config());
    for reference in 0..20_000 {
        let part = sccp::dt1(reference, true, &[reference as u8; 200]);
        run.frame(Timestamp::from_secs(1), ss7::MTP3, &ss7::msu(&LABEL, &part));
    }
    let table = |run: &Run| {
        let (counters, _) = run.counters();
        counters.tables.into_iter().find(|table| table.table == "sccp connections").unwrap()
    };
    let full = table(&run);
    assert!(full.entries <= 8_192 && full.evicted > 0, "{full:?}");
    // One connection that goes on and on is cut where no message is as long.
    let label = ss7::msu(&LABEL, &sccp::dt1(1, true, &[7; 200]));
    for _ in 0..100 {
        run.frame(Timestamp::from_secs(2), ss7::MTP3, &label);
    }
    run.frame(Timestamp::from_secs(2), ss7::MTP3, &ss7::msu(&LABEL, &sccp::dt1(1, false, &[7])));
    run.finish();
    assert_eq!(fields(&run.events), ["sccp.more_data"]);
    assert!(sccps(&run.events).iter().all(|sccp| sccp.payload_len <= 8_192));
}

/// What tshark reads in these fields: of each all its values in all frames.
fn tshark(capture: &[u8], options: &[&str], fields: &[&str]) -> Option<Vec<Vec<String>>> {
    let mut arguments = options.to_vec();
    arguments.extend(["-T", "fields", "-E", "occurrence=a"]);
    arguments.extend(fields.iter().flat_map(|field| ["-e", field]));
    let text = testkit::tshark::run(capture, &arguments)?;
    let mut read = vec![Vec::new(); fields.len()];
    for line in text.lines() {
        for (values, column) in read.iter_mut().zip(line.split('\t')) {
            values.extend(column.split(',').filter(|value| !value.is_empty()).map(str::to_owned));
        }
    }
    Some(read)
}

#[test]
fn tshark_reads_the_same() {
    let sccp = sccp::udt(&called(), &calling(), &begin());
    let iam =
        isup::iam(14, &isup::number(4, "31612345678"), &[(0x0a, isup::number(3, "612345678"))]);
    let call = Label { si: 5, ..LABEL };
    let udt_ansi = sccp::udt_between(
        &sccp::ansi_party(6, 0xf5_01_01, ""),
        &sccp::ansi_party(8, 0xf6_01_01, "2025550100"),
        &begin(),
    );
    let on = |ppid, messages: &[Vec<u8>]| association(ppid, messages).into_frames();
    let mtp2 = |msu: Vec<u8>| vec![(0, ss7::signal_unit(1, 2, &msu))];
    let ansi = &["-o", "mtp3.standard:ANSI"][..];
    for (frames, link, options, expected) in [
        (
            on(5, &[ss7::m2pa_status(9), ss7::m2pa_data(3, 4, &ss7::msu(&LABEL, &sccp))]),
            link::ETHERNET,
            &[][..],
            &[
                ("m2pa.status", &["9"][..]),
                ("m2pa.fsn", &["16777215", "4"]),
                ("mtp3.opc", &["1001"]),
                ("mtp3.dpc", &["2002"]),
                ("mtp3.sls", &["5"]),
                ("sccp.called.digits", &["31201111111"]),
                ("sccp.calling.digits", &["491720000001"]),
                ("_ws.malformed", &[]),
            ][..],
        ),
        (
            on(2, &[ss7::m2ua_state(7, 4, 0x0302, 3), ss7::m2ua(4, &ss7::msu(&call, &iam))]),
            link::ETHERNET,
            &[],
            &[
                ("m2ua.interface_identifier_int", &["4", "4"]),
                ("m2ua.state", &["3"]),
                ("isup.cic", &["14"]),
                ("isup.called", &["31612345678"]),
                ("isup.calling", &["612345678"]),
                ("_ws.malformed", &[]),
            ],
        ),
        (
            on(
                4,
                &[
                    sua::cldt(&called(), &calling(), &begin()),
                    sua::codt(77, true, &[1, 2, 3]),
                    sua::coak(1, 2),
                ],
            ),
            link::ETHERNET,
            &[],
            &[
                ("sua.message_type", &["1", "8", "2"]),
                ("sua.destination.ssn", &["6"]),
                ("sua.source.global_title_digits", &["491720000001"]),
                ("sua.destination_reference_number", &["77", "1"]),
                ("sua.sequence_number_more_data_bit", &["1"]),
                ("tcap.otid", &["01020304"]),
                ("_ws.malformed", &[]),
            ],
        ),
        (
            mtp2(ss7::msu_ansi(&WIDE, &udt_ansi)),
            ss7::MTP2,
            ansi,
            &[
                ("mtp3.opc.network", &["245"]),
                ("mtp3.opc.cluster", &["2"]),
                ("mtp3.opc.member", &["1"]),
                ("sccp.called.ssn", &["6"]),
                ("sccp.called.network", &["245"]),
                ("sccp.calling.digits", &["2025550100"]),
                ("sccp.calling.tt", &["0x0a"]),
                ("_ws.malformed", &[]),
            ],
        ),
        (
            mtp2(ss7::msu(&call, &isup::rel(14, 17))),
            ss7::MTP2,
            &[],
            &[("isup.message_type", &["12"]), ("isup.cause_indicator", &["17"])],
        ),
    ] {
        let capture = pcap::bytes(&frames, Format { link, ..Format::default() });
        let fields: Vec<_> = expected.iter().map(|(field, _)| *field).collect();
        let Some(read) = tshark(&capture, options, &fields) else {
            return eprintln!("SKIPPED: no tshark");
        };
        for ((field, values), read) in expected.iter().zip(read) {
            assert_eq!(read, *values, "{field}");
        }
    }
}
