//! Associations: one over all its paths, each message once, and the share of what crossed that was seen.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod run;

use std::net::{IpAddr, SocketAddr};

use event::{Event, Sctp, SctpState, What};
use run::{config, events_of};
use testkit::frame::sctp::{self, Data};
use testkit::frame::{link, m3ua, sccp};

const CLIENT: u32 = 0x1111_1111;
const SERVER: u32 = 0x2222_2222;

/// A host's address in one of two planes.
fn at(plane: u8, host: u8) -> SocketAddr {
    SocketAddr::new(IpAddr::from([192, 0, plane, host]), 2905)
}

fn say(from: SocketAddr, to: SocketAddr, tag: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    link::ethernet(&sctp::packet(from, to, tag, chunks))
}

/// M3UA around an SCCP message that is as long as asked.
fn message(number: u8, len: usize) -> Vec<u8> {
    let party = sccp::Party::gt("4915112345", 6);
    let user = sccp::udt(&party, &party, &vec![number; len]);
    let label = m3ua::Label { opc: u32::from(number), dpc: 2, si: 3, ni: 0, sls: 1 };
    m3ua::data(&label, None, &user)
}

fn data(tsn: u32, payload: &[u8], begin: bool, end: bool) -> Data<'_> {
    Data { tsn, stream: 1, ssn: 0, ppid: 3, begin, end, payload }
}

fn chunk(tsn: u32, payload: &[u8]) -> Vec<u8> {
    sctp::data(&data(tsn, payload, true, true))
}

fn events(frames: Vec<Vec<u8>>) -> Vec<Event> {
    let frames: Vec<_> = frames.into_iter().zip(1..).map(|(frame, n)| (n * 1_000, frame)).collect();
    events_of(&config(), &frames)
}

fn records(events: &[Event], state: SctpState) -> Vec<&Sctp> {
    run::pick(events, |what| match what {
        What::Sctp(sctp) if sctp.state == state => Some(sctp.as_ref()),
        _ => None,
    })
}

/// Numbers of the messages that were decoded, in order.
fn decoded(events: &[Event]) -> Vec<u32> {
    events
        .iter()
        .filter_map(|event| match &event.what {
            What::M3ua(m3ua) => m3ua.opc.map(|code| code.0),
            _ => None,
        })
        .collect()
}

fn fields(events: &[Event]) -> Vec<&str> {
    run::pick(events, |what| match what {
        What::Anomaly(anomaly) => Some(&anomaly.field),
        _ => None,
    })
    .into_iter()
    .map(AsRef::as_ref)
    .collect()
}

#[test]
fn planes_without_a_common_address_are_one_association() {
    // INIT was not captured: only tag and ports say that both paths belong together.
    let events = events(vec![
        say(at(1, 1), at(1, 2), SERVER, &[chunk(10, &message(1, 8))]),
        say(at(1, 2), at(1, 1), CLIENT, &[sctp::sack(10, &[])]),
        say(at(2, 1), at(2, 2), SERVER, &[chunk(11, &message(2, 8))]),
        say(at(2, 2), at(2, 1), CLIENT, &[chunk(70, &message(3, 8))]),
    ]);
    let closed = records(&events, SctpState::Closed);
    assert_eq!(closed.len(), 1);
    assert!(closed.iter().all(|sctp| sctp.midstream && !sctp.one_way));
    for sctp in closed {
        assert_eq!((sctp.src_addresses.len(), sctp.dest_addresses.len()), (2, 2));
        assert_eq!((sctp.tsn_seen, sctp.tsn_expected, sctp.packets), (3, 3, 4));
    }
    assert_eq!(decoded(&events), [1, 2, 3]);
}

#[test]
fn other_nodes_with_the_same_ports_are_another_association() {
    let events = events(vec![
        say(at(1, 1), at(1, 2), SERVER, &[chunk(10, &message(1, 8))]),
        say(at(2, 1), at(2, 2), SERVER + 1, &[chunk(10, &message(2, 8))]),
    ]);
    let closed = records(&events, SctpState::Closed);
    assert_eq!(closed.len(), 2);
    assert!(closed.iter().all(|sctp| sctp.one_way && sctp.midstream));
}

#[test]
fn an_attempt_by_two_paths_is_one() {
    let both = [at(1, 1).ip(), at(2, 1).ip()];
    let init = sctp::init(CLIENT, 10, 2, &both);
    let peers = [at(1, 2).ip(), at(2, 2).ip()];
    let events = events(vec![
        say(at(1, 1), at(1, 2), 0, std::slice::from_ref(&init)),
        say(at(2, 1), at(1, 2), 0, &[init]),
        say(at(2, 2), at(2, 1), CLIENT, &[sctp::init_ack(SERVER, 50, 2, &peers, &[1; 4])]),
        say(at(2, 1), at(2, 2), SERVER, &[sctp::cookie_echo(&[1; 4])]),
        say(at(1, 2), at(1, 1), CLIENT, &[sctp::cookie_ack()]),
        say(at(1, 1), at(2, 2), SERVER, &[chunk(10, &message(1, 8))]),
    ]);
    assert_eq!(records(&events, SctpState::Init).len(), 1);
    let established = records(&events, SctpState::Established);
    assert_eq!(established.len(), 1);
    assert!(established.iter().all(|sctp| !sctp.midstream));
    let closed = records(&events, SctpState::Closed);
    assert_eq!(closed.iter().map(|sctp| sctp.packets).collect::<Vec<_>>(), [6]);
}

#[test]
fn address_changes_are_followed() {
    let (old, new) = (at(1, 1), at(3, 1));
    let events = events(vec![
        say(old, at(1, 2), SERVER, &[chunk(10, &message(1, 8))]),
        say(old, at(1, 2), SERVER, &[sctp::asconf(1, old.ip(), &[new.ip()], &[])]),
        say(new, at(1, 2), SERVER, &[chunk(11, &message(2, 8))]),
        say(new, at(1, 2), SERVER, &[sctp::asconf(2, new.ip(), &[], &[old.ip()])]),
        say(new, at(1, 2), SERVER, &[chunk(12, &message(3, 8))]),
    ]);
    let closed = records(&events, SctpState::Closed);
    assert_eq!(closed.len(), 1);
    assert!(closed.iter().all(|sctp| sctp.src_addresses == [new.ip()] && sctp.tsn_expected == 3));
}

#[test]
fn what_is_sent_again_is_decoded_once_and_gaps_are_counted_by_direction() {
    let events = events(vec![
        say(at(1, 1), at(1, 2), SERVER, &[chunk(10, &message(1, 8))]),
        say(at(1, 1), at(1, 2), SERVER, &[chunk(12, &message(2, 8))]),
        say(at(2, 1), at(1, 2), SERVER, &[chunk(12, &message(2, 8))]),
        say(at(1, 1), at(1, 2), SERVER, &[chunk(10, &message(1, 8)), chunk(13, &message(3, 8))]),
        say(at(1, 2), at(1, 1), CLIENT, &[chunk(90, &message(4, 8))]),
    ]);
    assert_eq!(decoded(&events), [1, 2, 3, 4]);
    let closed = records(&events, SctpState::Closed);
    let share: Vec<_> = closed
        .iter()
        .map(|sctp| {
            (
                [sctp.tsn_seen_from_src, sctp.tsn_expected_from_src],
                [sctp.tsn_seen_from_dest, sctp.tsn_expected_from_dest],
                sctp.retransmitted,
            )
        })
        .collect();
    assert_eq!(share, [([3, 4], [1, 1], 2)]);
}

#[test]
fn the_same_tsn_with_another_message_is_read_too_and_told() {
    let events = events(vec![
        say(at(1, 1), at(1, 2), SERVER, &[chunk(10, &message(1, 8))]),
        say(at(1, 1), at(1, 2), SERVER, &[chunk(11, &message(2, 8))]),
        say(at(1, 1), at(1, 2), SERVER, &[chunk(10, &message(3, 8))]),
        // Sent again as it was before.
        say(at(2, 1), at(1, 2), SERVER, &[chunk(10, &message(3, 8))]),
        say(at(1, 1), at(1, 2), SERVER, &[chunk(11, &message(2, 8))]),
    ]);
    assert_eq!(decoded(&events), [1, 2, 3]);
    assert_eq!(fields(&events), ["sctp.data_tsn"]);
    let closed = records(&events, SctpState::Closed);
    assert_eq!(closed.iter().map(|sctp| sctp.retransmitted).collect::<Vec<_>>(), [2]);
    assert!(closed.iter().all(|sctp| (sctp.tsn_seen, sctp.tsn_expected) == (2, 2)));
}

#[test]
fn a_piece_that_differs_from_its_first_is_told_and_joins_nothing() {
    let whole = message(7, 60);
    let (a, b) = whole.split_at(30);
    let other = vec![0xee; b.len()];
    let piece = |tsn, bytes, begin, end| sctp::data(&data(tsn, bytes, begin, end));
    let events = events(vec![
        say(at(1, 1), at(1, 2), SERVER, &[piece(11, b, false, true)]),
        say(at(1, 1), at(1, 2), SERVER, &[piece(11, &other, false, true)]),
        say(at(1, 1), at(1, 2), SERVER, &[piece(10, a, true, false)]),
    ]);
    assert_eq!(decoded(&events), [7]);
    assert_eq!(fields(&events), ["sctp.data_tsn"]);
}

#[test]
fn pieces_come_together_over_paths_and_out_of_order() {
    let whole = message(7, 60);
    let (a, rest) = whole.split_at(30);
    let (b, c) = rest.split_at(30);
    let piece = |tsn, bytes, begin, end| sctp::data(&data(tsn, bytes, begin, end));
    let events = events(vec![
        say(at(1, 1), at(1, 2), SERVER, &[chunk(9, &message(1, 8))]),
        say(at(1, 1), at(1, 2), SERVER, &[piece(12, c, false, true)]),
        say(at(2, 1), at(1, 2), SERVER, &[piece(10, a, true, false)]),
        say(at(1, 1), at(2, 2), SERVER, &[piece(11, b, false, false)]),
    ]);
    assert_eq!(decoded(&events), [1, 7]);
    assert_eq!(fields(&events), [""; 0]);
}

#[test]
fn interleaved_messages_come_together_by_their_own_numbers() {
    let (one, two) = (message(1, 40), message(2, 40));
    let half = one.len() / 2;
    let piece = |tsn, ssn, payload, begin, fsn| {
        let data = Data { ssn, ..data(tsn, payload, begin, !begin) };
        sctp::i_data(&data, fsn)
    };
    let events = events(vec![
        say(at(1, 1), at(1, 2), SERVER, &[piece(10, 5, &one[..half], true, 0)]),
        say(at(1, 1), at(1, 2), SERVER, &[piece(11, 6, &two[..half], true, 0)]),
        say(at(1, 1), at(1, 2), SERVER, &[piece(12, 6, &two[half..], false, 1)]),
        say(at(1, 1), at(1, 2), SERVER, &[piece(13, 5, &one[half..], false, 1)]),
    ]);
    assert_eq!(decoded(&events), [2, 1]);
}

#[test]
fn what_the_sender_gives_up_is_missing_and_does_not_wait() {
    let events = events(vec![
        say(at(1, 1), at(1, 2), SERVER, &[chunk(10, &message(1, 8))]),
        say(at(1, 1), at(1, 2), SERVER, &[sctp::forward_tsn(15)]),
        say(at(1, 1), at(1, 2), SERVER, &[chunk(16, &message(2, 8))]),
    ]);
    let closed = records(&events, SctpState::Closed);
    let share: Vec<_> = closed.iter().map(|sctp| (sctp.tsn_seen, sctp.tsn_expected)).collect();
    assert_eq!(share, [(2, 7)]);
}

#[test]
fn a_foreign_tag_is_said_and_three_are_a_restart() {
    let mut frames = vec![
        say(at(1, 1), at(1, 2), SERVER, &[chunk(10, &message(1, 8))]),
        say(at(1, 1), at(1, 2), SERVER + 9, &[chunk(5_000_000, &message(2, 8))]),
        say(at(1, 1), at(1, 2), SERVER, &[chunk(11, &message(3, 8))]),
    ];
    let one = events(frames.clone());
    assert_eq!(decoded(&one), [1, 2, 3]);
    assert_eq!(fields(&one), ["sctp.verification_tag"]);
    let closed = records(&one, SctpState::Closed);
    assert_eq!(closed.iter().map(|sctp| sctp.tsn_expected).collect::<Vec<_>>(), [2]);

    for n in 0..5 {
        frames.push(say(at(1, 1), at(1, 2), SERVER + 7, &[chunk(800 + n, &message(4, 8))]));
    }
    let restarted = events(frames);
    let closed = records(&restarted, SctpState::Closed);
    let reasons: Vec<_> =
        closed.iter().map(|sctp| (sctp.reason.as_deref().unwrap(), sctp.tsn_seen)).collect();
    assert_eq!(reasons, [("restart", 2), ("end of capture", 3)]);
}
