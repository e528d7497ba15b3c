//! Requests and their answers, protocol by protocol: answered, refused, unanswered, sent again, begun before the capture,
//! one direction only, seen on two links.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod run;

use std::net::{IpAddr, SocketAddr};

use event::{Event, Outcome, Transactions, Tunnel, TunnelState, What};
use run::{Run, config};
use testkit::frame::sccp::{self, Party};
use testkit::frame::{diameter, dns, gtp, gtpv2, map, pfcp, tcap, transport};
use testkit::timeline::{Linkset, Session, Side, Tcp, Timeline, at, v4};

/// What a transaction shows on one event: the outcome, the frame of the request, sent again, request unseen.
type Shown = (Option<Outcome>, Option<u64>, bool, bool);

const ASKED: Shown = (None, None, false, false);
const AGAIN: Shown = (None, None, true, false);

fn play(tl: Timeline) -> Run {
    let mut run = Run::new(&config());
    for (time, bytes) in tl.into_frames() {
        run.frame(event::Timestamp(time), 1, &bytes);
    }
    run.finish();
    run
}

fn shown(event: &Event) -> Option<Shown> {
    let some = |outcome, request: Option<u64>, duplicate, unseen, trip: Option<u64>| {
        assert_eq!(request.is_some(), trip.is_some(), "a request that is known gives a time");
        Some((outcome, request, duplicate, unseen))
    };
    match &event.what {
        What::Map(e) | What::Cap(e) => {
            some(e.outcome, e.request, e.duplicate, e.request_unseen, e.round_trip_us)
        }
        What::Gtp(e) => {
            some(e.outcome, e.request_frame, e.duplicate, e.request_unseen, e.round_trip_us)
        }
        What::Diameter(e) => {
            some(e.outcome, e.request_frame, e.duplicate, e.request_unseen, e.round_trip_us)
        }
        What::Pfcp(e) => {
            some(e.outcome, e.request_frame, e.duplicate, e.request_unseen, e.round_trip_us)
        }
        What::Dns(e) => {
            some(e.outcome, e.request_frame, e.duplicate, e.request_unseen, e.round_trip_us)
        }
        _ => None,
    }
}

fn all(run: &Run) -> Vec<Shown> {
    run.events.iter().filter_map(shown).collect()
}

/// Requests, answered, refused, unanswered, unseen, sent again.
fn counted(run: &Run) -> [u64; 6] {
    let of: Vec<Transactions> = run.counters().1.transactions;
    assert_eq!(of.len(), 1, "{of:?}");
    let of = &of[0];
    [of.requests, of.answered, of.refused, of.unanswered, of.request_unseen, of.duplicates]
}

fn answer(outcome: Outcome, request: u64) -> Shown {
    (Some(outcome), Some(request), false, false)
}

/// The same over UDP for every protocol that has a request and an answer in a datagram each.
fn over_udp(port: u16, request: &[u8], accepted: &[u8], refused: &[u8], good: Outcome) {
    let (client, server) = (at("198.51.100.20", port), at("192.0.2.20", port));
    let asked = |tl: &mut Timeline| tl.udp(client, server, request);
    let said = |tl: &mut Timeline, what: &[u8]| {
        tl.wait_ms(20);
        tl.udp(server, client, what);
    };

    let mut tl = Timeline::new(1);
    asked(&mut tl);
    said(&mut tl, accepted);
    let run = play(tl);
    assert_eq!(all(&run), [ASKED, answer(good, 1)], "answered");
    assert_eq!(counted(&run), [1, 1, 0, 0, 0, 0]);
    let median = run.counters().1.transactions[0].median_us.unwrap();
    assert!((16_000..=24_000).contains(&median), "{median}");

    let mut tl = Timeline::new(1);
    asked(&mut tl);
    said(&mut tl, refused);
    let run = play(tl);
    assert_eq!(all(&run), [ASKED, answer(Outcome::Refused, 1)], "refused");
    assert_eq!(counted(&run), [1, 0, 1, 0, 0, 0]);

    let mut tl = Timeline::new(1);
    asked(&mut tl);
    let run = play(tl);
    assert_eq!((all(&run), counted(&run)), (vec![ASKED], [1, 0, 0, 1, 0, 0]), "unanswered");

    let mut tl = Timeline::new(1);
    asked(&mut tl);
    tl.wait_secs(3);
    asked(&mut tl);
    said(&mut tl, accepted);
    said(&mut tl, accepted);
    let second = (Some(good), Some(1), true, false);
    let run = play(tl);
    assert_eq!(all(&run), [ASKED, AGAIN, answer(good, 1), second], "sent again");
    assert_eq!(counted(&run), [1, 1, 0, 0, 0, 2]);

    let mut tl = Timeline::new(1);
    said(&mut tl, accepted);
    asked(&mut tl);
    said(&mut tl, accepted);
    let run = play(tl);
    assert_eq!(all(&run), [(Some(good), None, false, true), ASKED, answer(good, 2)], "midway");
    assert!(run.counters().1.one_way.is_empty());

    let mut tl = Timeline::new(1);
    for index in 0..4 {
        tl.udp(SocketAddr::new(client.ip(), client.port() + index), server, request);
        tl.wait_secs(70);
    }
    let run = play(tl);
    let one_way = run.counters().1.one_way;
    assert_eq!(one_way.len(), 1);
    assert_eq!((one_way[0].src.as_str(), one_way[0].requests), ("198.51.100.20", 4), "requests");

    let mut tl = Timeline::new(1);
    for _ in 0..4 {
        said(&mut tl, accepted);
    }
    let one_way = play(tl).counters().1.one_way;
    assert_eq!((one_way[0].src.as_str(), one_way[0].answers), ("192.0.2.20", 4), "answers");
}

fn create() -> gtp::Create {
    gtp::Create::honest(
        "001020123456789",
        "99987654321",
        "001-02",
        v4("198.51.100.20"),
        0x0100_0001,
    )
}

fn created() -> gtp::Created {
    gtp::Created {
        teid_data: 0x0200_0001,
        teid_control: 0x0200_0002,
        address: v4("10.0.0.1"),
        ggsn: v4("192.0.2.20"),
        charging_id: 1,
    }
}

#[test]
fn gtp_version_1() {
    let create = create();
    let accepted = gtp::created(create.teid_control, 7, &created(), &create.qos);
    let refused = gtp::cause(gtp::CREATE_RESPONSE, create.teid_control, 7, gtp::MISSING_APN);
    over_udp(gtp::PORT_C, &create.request(7), &accepted, &refused, Outcome::AnsweredWithData);
}

fn session() -> gtpv2::Create {
    gtpv2::Create {
        imsi: "001020123456789".into(),
        msisdn: "99987654321".into(),
        imei: "3584560712345678".into(),
        apn: "internet.mnc001.mcc001.gprs".into(),
        serving: "001-02".into(),
        sgw: v4("198.51.100.20"),
        teid_control: 0x0100_0001,
        teid_data: 0x0100_0002,
        ebi: 5,
    }
}

#[test]
fn gtp_version_2() {
    let create = session();
    let gateway = gtpv2::Created {
        teid_control: 0x0200_0001,
        teid_data: 0x0200_0002,
        address: v4("10.0.0.1"),
        pgw: v4("192.0.2.20"),
        ebi: 5,
        charging_id: 1,
    };
    let accepted = gtpv2::created(create.teid_control, 9, &gateway);
    let refused =
        gtpv2::cause(gtpv2::CREATE_SESSION + 1, create.teid_control, 9, gtpv2::APN_ACCESS_DENIED);
    over_udp(gtp::PORT_C, &create.request(9), &accepted, &refused, Outcome::AnsweredWithData);
}

#[test]
fn names_of_hosts() {
    let query = dns::query(7, "internet.mnc001.mcc001.gprs", dns::A, false);
    let records = [dns::Data::A(v4("192.0.2.20"))];
    let accepted = dns::answer(7, "internet.mnc001.mcc001.gprs", dns::A, 0, false, &records);
    let refused = dns::answer(7, "internet.mnc001.mcc001.gprs", dns::A, 5, false, &[]);
    // The client has a port of its own.
    let (client, server) = (at("198.51.100.53", 40_000), at("192.0.2.53", 53));
    let mut tl = Timeline::new(1);
    tl.ask(client, server, &query, &accepted);
    tl.udp(server, client, &accepted);
    tl.wait_ms(5);
    let other = dns::query(7, "other.mnc001.mcc001.gprs", dns::A, false);
    tl.ask(client, server, &other, &accepted);
    tl.wait_ms(5);
    tl.ask(at("198.51.100.53", 40_001), server, &query, &refused);
    let run = play(tl);
    let good = Outcome::AnsweredWithData;
    let expected = [
        ASKED,
        answer(good, 1),
        (Some(good), Some(1), true, false),
        ASKED,
        // It answers another question than the one that waits.
        (Some(good), None, false, true),
        ASKED,
        answer(Outcome::Refused, 6),
    ];
    assert_eq!(all(&run), expected);
    assert_eq!(counted(&run), [3, 1, 1, 1, 1, 1]);
}

#[test]
fn sessions_of_pfcp() {
    let node: IpAddr = "192.0.2.30".parse().unwrap();
    let request = pfcp::association_setup(3, node, 1);
    let accepted = pfcp::association_set_up(3, node, 1, 1);
    let refused = pfcp::association_set_up(3, node, 64, 1);
    over_udp(8_805, &request, &accepted, &refused, Outcome::Answered);
}

fn hss() -> (diameter::Node, diameter::Node) {
    (diameter::Node::epc("mme1", "001-02"), diameter::Node::epc("hss1", "001-01"))
}

fn air(exchange: &diameter::Exchange, flags: u8) -> Vec<u8> {
    let (mme, hss) = hss();
    let mut request = diameter::s6a_request(
        exchange,
        diameter::AUTHENTICATION_INFORMATION,
        &mme,
        None,
        &hss.realm,
        "001010123456789",
        &diameter::air("001-02"),
    );
    request[4] |= flags;
    request
}

fn aia(exchange: &diameter::Exchange, result: u32) -> Vec<u8> {
    let command = diameter::AUTHENTICATION_INFORMATION;
    diameter::s6a_answer(exchange, command, &hss().1, result, &diameter::aia(&[7; 72]))
}

#[test]
fn diameter_hop_by_hop() {
    let (client, server) = (at("198.51.100.30", 40_000), at("192.0.2.30", 3_868));
    let mme = hss().0;
    let exchanges: Vec<_> = (1..6).map(|hop| diameter::Exchange::new(&mme, hop)).collect();
    let mut tl = Timeline::new(1);
    let mut tcp = Tcp::open(&mut tl, client, server);
    for (side, message) in [
        (Side::Client, air(&exchanges[0], 0)),
        (Side::Server, aia(&exchanges[0], 2_001)),
        (Side::Client, air(&exchanges[1], 0)),
        (Side::Server, aia(&exchanges[1], 5_001)),
        (Side::Client, air(&exchanges[2], 0)),
        (Side::Client, air(&exchanges[2], 0x10)),
        (Side::Server, aia(&exchanges[2], 2_001)),
        (Side::Server, aia(&exchanges[2], 2_001)),
        (Side::Server, aia(&exchanges[3], 2_001)),
        (Side::Client, air(&exchanges[4], 0)),
    ] {
        tcp.say(&mut tl, side, &message);
        tl.wait_ms(10);
    }
    let run = play(tl);
    let seen = all(&run);
    let good = Some(Outcome::AnsweredWithData);
    let outcomes: Vec<_> = seen.iter().map(|shown| (shown.0, shown.2, shown.3)).collect();
    let expected = [
        (None, false, false),
        (good, false, false),
        (None, false, false),
        (Some(Outcome::Refused), false, false),
        (None, false, false),
        (None, true, false),
        (good, false, false),
        (good, true, false),
        (good, false, true),
        (None, false, false),
    ];
    assert_eq!(outcomes, expected);
    assert_eq!(seen[6].1, seen[7].1, "both answers are to the first sending");
    assert_eq!(counted(&run), [4, 2, 1, 1, 1, 2]);
}

#[test]
fn diameter_over_a_relay_is_one_transaction() {
    let (mme, relay, hss) =
        ("198.51.100.30".to_owned(), "192.0.2.25".to_owned(), "192.0.2.30".to_owned());
    let mut tl = Timeline::new(1);
    let mut near = Tcp::open(&mut tl, at(&mme, 40_000), at(&relay, 3_868));
    let mut far = Tcp::open(&mut tl, at(&relay, 40_001), at(&hss, 3_868));
    let asked = diameter::Exchange::new(&self::hss().0, 1);
    let relayed = diameter::Exchange { hop: 77, ..asked.clone() };
    near.say(&mut tl, Side::Client, &air(&asked, 0));
    tl.wait_ms(5);
    far.say(&mut tl, Side::Client, &air(&relayed, 0));
    tl.wait_ms(5);
    far.say(&mut tl, Side::Server, &aia(&relayed, 2_001));
    tl.wait_ms(5);
    near.say(&mut tl, Side::Server, &aia(&asked, 2_001));
    let run = play(tl);
    let messages: Vec<&Event> =
        run.events.iter().filter(|event| matches!(event.what, What::Diameter(_))).collect();
    let seen = all(&run);
    assert!(seen.iter().all(|shown| !shown.2 && !shown.3), "{seen:?}");
    // Each answer knows the request on its own hop.
    assert_eq!(seen[2].1, Some(messages[1].frame));
    assert_eq!(seen[3].1, Some(messages[0].frame));
    assert_eq!(counted(&run), [1, 1, 0, 0, 0, 0]);
}

const HLR: &str = "99901000010";
const GMLC: &str = "99902000099";

fn parties() -> (Party, Party) {
    (Party::gt(GMLC, sccp::SSN_GMLC), Party::gt(HLR, sccp::SSN_HLR))
}

fn link(tl: &mut Timeline) -> Linkset {
    Linkset::open(tl, at("198.51.100.10", 2_905), at("192.0.2.10", 2_905), [2_001, 1_001])
}

fn ati() -> Vec<u8> {
    map::any_time_interrogation("99987654321", GMLC)
}

fn begin(otid: u32) -> Vec<u8> {
    let context = map::context(map::op::ANY_TIME_INTERROGATION);
    let invoke = tcap::invoke(1, map::op::ANY_TIME_INTERROGATION, &ati());
    tcap::begin(otid, Some(tcap::aarq(context)), &[invoke])
}

fn result() -> Vec<u8> {
    let info = map::subscriber_info("99901000020", "001-01", 7);
    tcap::result(1, map::op::ANY_TIME_INTERROGATION, &info)
}

/// Frames of the MAP events, and what they show.
fn maps(run: &Run) -> (Vec<u64>, Vec<Shown>) {
    run.events
        .iter()
        .filter(|event| matches!(event.what, What::Map(_) | What::Cap(_)))
        .map(|event| (event.frame, shown(event).unwrap()))
        .unzip()
}

/// A dialogue from the first linkset's client, and what is said in it.
fn tcap_run(messages: &[(Side, Vec<u8>)]) -> Run {
    let mut tl = Timeline::new(1);
    let mut link = link(&mut tl);
    let (gmlc, hlr) = parties();
    for (side, message) in messages {
        let (called, calling) = if *side == Side::Client { (&hlr, &gmlc) } else { (&gmlc, &hlr) };
        link.sccp(&mut tl, *side, &sccp::udt(called, calling, message));
        tl.wait_ms(20);
    }
    play(tl)
}

#[test]
fn dialogues_answered_refused_and_left_alone() {
    let good = Outcome::AnsweredWithData;
    let end = tcap::end(5, None, &[result()]);
    for (what, outcome, counts) in [
        (end.clone(), good, [1, 1, 0, 0, 0, 0]),
        (tcap::end(5, None, &[tcap::error(1, 49, &[])]), Outcome::Refused, [1, 0, 1, 0, 0, 0]),
        (tcap::end(5, None, &[tcap::reject(1, 1)]), Outcome::Refused, [1, 0, 1, 0, 0, 0]),
        (tcap::abort(5, 4), Outcome::Refused, [1, 0, 1, 0, 0, 0]),
        (tcap::end(5, None, &[]), Outcome::Answered, [1, 1, 0, 0, 0, 0]),
    ] {
        let run = tcap_run(&[(Side::Client, begin(5)), (Side::Server, what)]);
        let (frames, seen) = maps(&run);
        assert_eq!(seen, [ASKED, answer(outcome, frames[0])]);
        assert_eq!(counted(&run), counts);
        let last = run.events.iter().rev().find_map(|event| match &event.what {
            What::Map(map) => Some(map),
            _ => None,
        });
        let last = last.unwrap();
        assert_eq!(last.operation.as_deref(), Some("anyTimeInterrogation"), "{last:?}");
    }
    let run = tcap_run(&[(Side::Client, begin(5))]);
    assert_eq!((maps(&run).1, counted(&run)), (vec![ASKED], [1, 0, 0, 1, 0, 0]));
    // An abort names the invoke that it ends.
    let run = tcap_run(&[(Side::Client, begin(5)), (Side::Server, tcap::abort(5, 4))]);
    let abort = run.events.iter().find_map(|event| match &event.what {
        What::Map(map) if map.message == "abort" => Some(map),
        _ => None,
    });
    assert_eq!(abort.unwrap().invoke_id, Some(1));
}

#[test]
fn dialogues_sent_again_begun_before_and_of_one_side() {
    let good = Outcome::AnsweredWithData;
    let end = tcap::end(5, None, &[result()]);
    let run = tcap_run(&[
        (Side::Client, begin(5)),
        (Side::Client, begin(5)),
        (Side::Server, end.clone()),
        (Side::Server, end.clone()),
    ]);
    let (frames, seen) = maps(&run);
    let second = (Some(good), Some(frames[0]), true, false);
    assert_eq!(seen, [ASKED, AGAIN, answer(good, frames[0]), second]);
    assert_eq!(counted(&run), [1, 1, 0, 0, 0, 2]);

    // A number that is used again after its dialogue is over is another dialogue.
    let run = tcap_run(&[
        (Side::Client, begin(5)),
        (Side::Server, end.clone()),
        (Side::Client, begin(5)),
        (Side::Server, end.clone()),
    ]);
    let (frames, seen) = maps(&run);
    assert_eq!(seen, [ASKED, answer(good, frames[0]), ASKED, answer(good, frames[2])]);
    assert_eq!(counted(&run), [2, 2, 0, 0, 0, 0]);

    let run = tcap_run(&[(Side::Server, end.clone()), (Side::Server, tcap::end(6, None, &[]))]);
    assert_eq!(maps(&run).1, [(Some(good), None, false, true), (None, None, false, true)]);

    // Continuations make a dialogue known whose beginning is not in the capture.
    let insert = tcap::invoke(2, map::op::INSERT_SUBSCRIBER_DATA, &ati());
    let run = tcap_run(&[
        (Side::Server, tcap::continued(9, 5, None, &[insert])),
        (
            Side::Client,
            tcap::continued(5, 9, None, &[tcap::result(2, map::op::INSERT_SUBSCRIBER_DATA, &[])]),
        ),
        (Side::Server, end),
    ]);
    let (frames, seen) = maps(&run);
    let expected = [ASKED, answer(Outcome::Answered, frames[0]), (Some(good), None, false, true)];
    assert_eq!(seen, expected);

    let begins: Vec<_> = (1..6).map(|otid| (Side::Client, begin(otid))).collect();
    let one_way = tcap_run(&begins).counters().1.one_way;
    assert_eq!((one_way[0].src.as_str(), one_way[0].requests), ("198.51.100.10", 5));
}

#[test]
fn results_in_parts_belong_to_one_invoke() {
    let mut part = result();
    part[0] = 0xa7;
    let run = tcap_run(&[
        (Side::Client, begin(5)),
        (Side::Server, tcap::continued(9, 5, None, &[part])),
        (Side::Client, tcap::continued(5, 9, None, &[])),
        (Side::Server, tcap::end(5, None, &[result()])),
    ]);
    let (frames, seen) = maps(&run);
    let good = answer(Outcome::AnsweredWithData, frames[0]);
    assert_eq!(seen, [ASKED, good, ASKED, good]);
}

#[test]
fn a_dialogue_over_a_transfer_point_is_one() {
    let mut tl = Timeline::new(1);
    let mut near = link(&mut tl);
    let mut far =
        Linkset::open(&mut tl, at("192.0.2.10", 2_906), at("192.0.2.40", 2_905), [1_001, 1_040]);
    let (gmlc, hlr) = parties();
    let (there, back) = (
        sccp::udt(&hlr, &gmlc, &begin(5)),
        sccp::udt(&gmlc, &hlr, &tcap::end(5, None, &[result()])),
    );
    near.sccp(&mut tl, Side::Client, &there);
    tl.wait_ms(5);
    far.sccp(&mut tl, Side::Client, &there);
    tl.wait_ms(5);
    far.sccp(&mut tl, Side::Server, &back);
    tl.wait_ms(5);
    near.sccp(&mut tl, Side::Server, &back);
    let run = play(tl);
    let (frames, seen) = maps(&run);
    let good = Outcome::AnsweredWithData;
    assert_eq!(seen, [ASKED, ASKED, answer(good, frames[1]), answer(good, frames[0])]);
    assert_eq!(counted(&run), [1, 1, 0, 0, 0, 0]);
}

#[test]
fn the_first_answer_may_come_from_another_address() {
    let mut tl = Timeline::new(1);
    let mut link = link(&mut tl);
    let (gmlc, hlr) = parties();
    let node = Party::gt("99901000011", sccp::SSN_HLR);
    let insert = tcap::invoke(2, map::op::INSERT_SUBSCRIBER_DATA, &ati());
    let taken = tcap::result(2, map::op::INSERT_SUBSCRIBER_DATA, &[]);
    for (side, called, calling, message) in [
        (Side::Client, &hlr, &gmlc, begin(5)),
        (Side::Server, &gmlc, &node, tcap::continued(9, 5, None, &[insert])),
        (Side::Client, &node, &gmlc, tcap::continued(5, 9, None, &[taken])),
        (Side::Server, &gmlc, &node, tcap::end(5, None, &[result()])),
    ] {
        link.sccp(&mut tl, side, &sccp::udt(called, calling, &message));
        tl.wait_ms(20);
    }
    let (frames, seen) = maps(&play(tl));
    let expected = [
        ASKED,
        ASKED,
        answer(Outcome::Answered, frames[1]),
        answer(Outcome::AnsweredWithData, frames[0]),
    ];
    assert_eq!(seen, expected);
}

fn tunnels(run: &Run) -> Vec<Tunnel> {
    run.events
        .iter()
        .filter_map(|event| match &event.what {
            What::Tunnel(tunnel) => Some((**tunnel).clone()),
            _ => None,
        })
        .collect()
}

/// A session with packets in both directions.
fn talking(tl: &mut Timeline, packets: u16) -> Session {
    let session = Session::create_v1(tl, &create(), v4("192.0.2.20"), v4("10.0.0.1"), 7);
    chat(tl, &session, packets);
    session
}

fn chat(tl: &mut Timeline, session: &Session, packets: u16) {
    let (inside, outside) = (at("10.0.0.1", 5_000), at("203.0.113.9", 6_000));
    for _ in 0..packets {
        tl.packet_by(&session.way(), inside.ip(), &transport::udp(inside, outside, b"there"));
        tl.wait_ms(10);
        tl.packet_by(&session.way(), outside.ip(), &transport::udp(outside, inside, b"back"));
        tl.wait_ms(10);
    }
}

#[test]
fn a_deleted_tunnel_tells_all_its_traffic() {
    let mut tl = Timeline::new(1);
    let session = talking(&mut tl, 61);
    session.delete_v1(&mut tl, 8, 5);
    let deleted = tl.now;
    // Long enough for the shards to let go of the endpoints.
    tl.wait_secs(400);
    tl.udp(at("192.0.2.1", 1), at("192.0.2.2", 2), b"later");
    let run = play(tl);
    let told = tunnels(&run);
    let last = told.last().unwrap();
    assert_eq!((last.state, last.reason.as_deref()), (TunnelState::Closed, Some("deleted")));
    assert_eq!((last.packets_up, last.packets_down), (61, 61));
    assert_eq!(told.iter().filter(|tunnel| tunnel.state == TunnelState::Closed).count(), 1);
    let closed = run.events.iter().find(
        |event| matches!(&event.what, What::Tunnel(tunnel) if tunnel.state == TunnelState::Closed),
    );
    assert_eq!(closed.unwrap().at.0, deleted, "told later, ended then");
}

#[test]
fn an_error_indication_ends_a_tunnel_and_only_its_peer_can_send_it() {
    for (sender, ends) in [("192.0.2.20", true), ("203.0.113.66", false)] {
        let mut tl = Timeline::new(1);
        let session = talking(&mut tl, 3);
        let error = gtp::error_indication(session.uplink, "192.0.2.20".parse::<IpAddr>().unwrap());
        tl.udp(at(sender, gtp::PORT_U), at("198.51.100.20", gtp::PORT_U), &error);
        let told = tunnels(&play(tl));
        let reason = told.last().unwrap().reason.clone();
        assert_eq!(reason.as_deref() == Some("error indication"), ends, "{sender} {reason:?}");
    }
}

#[test]
fn a_handover_moves_the_tunnel() {
    let mut tl = Timeline::new(1);
    let session = Session::create_v2(&mut tl, &session(), v4("192.0.2.20"), v4("10.0.0.1"), 9);
    let (sgw, pgw) = (at("198.51.100.99", gtp::PORT_C), at("192.0.2.20", gtp::PORT_C));
    let modify = gtpv2::modify(session.control, 10, "001-02", 5, v4("198.51.100.99"), 0x0300_0001);
    tl.ask(sgw, pgw, &modify, &gtpv2::modified(0x0300_0002, 10, 5));
    let moved = Session { serving: v4("198.51.100.99"), downlink: 0x0300_0001, ..session };
    chat(&mut tl, &moved, 4);
    let told = tunnels(&play(tl));
    let states: Vec<_> = told.iter().map(|tunnel| tunnel.state).collect();
    assert_eq!(states, [TunnelState::Opened, TunnelState::Active, TunnelState::Closed]);
    let last = told.last().unwrap();
    assert_eq!(last.serving_ip, Some("198.51.100.99".parse().unwrap()));
    assert_eq!(last.serving_teid, Some(0x0300_0001));
    assert_eq!((last.packets_up, last.packets_down), (4, 4));
}

#[test]
fn a_command_is_answered_by_the_request_that_it_triggers() {
    let (sgw, pgw) = (at("198.51.100.20", gtp::PORT_C), at("192.0.2.20", gtp::PORT_C));
    let sequence = 0x80_0007;
    let mut tl = Timeline::new(1);
    // Delete Bearer Command, Delete Bearer Request, Delete Bearer Response.
    tl.udp(sgw, pgw, &gtpv2::message(66, Some(1), sequence, &gtpv2::element(73, 0, &[6])));
    tl.wait_ms(10);
    tl.udp(pgw, sgw, &gtpv2::message(99, Some(2), sequence, &gtpv2::element(73, 1, &[6])));
    tl.wait_ms(10);
    tl.udp(sgw, pgw, &gtpv2::cause(100, 1, sequence, gtpv2::ACCEPTED));
    let run = play(tl);
    assert_eq!(all(&run)[2], answer(Outcome::Answered, 2));
    assert_eq!(counted(&run), [2, 2, 0, 0, 0, 0]);
}

/// What an invoke in a Continue says of who it is about, and of the context that it does not belong to.
fn continued_with(opcode: u8, argument: &[u8], opening: tcap::Context) -> event::Map {
    let mut tl = Timeline::new(1);
    let (client, server) = (at("198.51.100.10", 2905), at("192.0.2.10", 2905));
    let mut links = Linkset::open(&mut tl, client, server, [2001, 1001]);
    let (a, b) = (Party::gt("99902000010", 7), Party::gt("99901000010", 6));
    let named = map::send_authentication_info("001010000000001", 1);
    let begin = tcap::begin(0x11, Some(tcap::aarq(opening)), &[tcap::invoke(1, 56, &named)]);
    links.sccp(&mut tl, Side::Client, &sccp::udt(&b, &a, &begin));
    let taken = tcap::continued(0x22, 0x11, Some(tcap::aare(opening)), &[]);
    links.sccp(&mut tl, Side::Server, &sccp::udt(&a, &b, &taken));
    let later = tcap::continued(0x11, 0x22, None, &[tcap::invoke(2, opcode, argument)]);
    links.sccp(&mut tl, Side::Client, &sccp::udt(&b, &a, &later));
    let run = play(tl);
    let mut invokes = run.events.iter().filter_map(|event| match &event.what {
        What::Map(map) if map.invoke_id == Some(2) => Some((**map).clone()),
        _ => None,
    });
    invokes.next().unwrap()
}

#[test]
fn what_opened_a_dialogue_holds_for_its_later_messages() {
    let vectors = tcap::Context(14, 3);
    let ati = map::any_time_interrogation("99901555000001", "99902000040");
    let foreign = continued_with(71, &ati, vectors);
    assert_eq!(foreign.dialogue_context.as_deref(), Some("0.4.0.0.1.0.14.3"));
    assert_eq!(foreign.anomalies, ["map.operation"]);
    assert!(foreign.msisdn.is_some() && foreign.imsi.is_none(), "it names another itself");

    let own = continued_with(56, &[], vectors);
    assert_eq!((own.dialogue_context, own.anomalies.len()), (None, 0));
    assert!(own.imsi.is_some(), "the opening message named the subscriber");

    // What no specification names says nothing of what belongs to it.
    let unknown = continued_with(71, &ati, tcap::Context(99, 9));
    assert_eq!(unknown.dialogue_context, None);
}
