//! Valid frames of every kind, and what damage makes of them: food for parsers.

use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::frame::{dns, gtp, gtpv2, ip, link, m3ua, ping, sccp, sctp, transport};
use crate::scenarios::SCENARIOS;
use crate::timeline::{addr, at, v4};

/// Damages a message: flips, sets, cuts, repeats, inserts, or writes lengths that lie. Up to six times.
pub fn mutate(rng: &mut SmallRng, bytes: &mut Vec<u8>) {
    const TELLING: [u8; 10] = [0, 1, 2, 3, 0x0f, 0x7f, 0x80, 0x81, 0xfe, 0xff];
    for _ in 0..rng.random_range(1..=6) {
        if bytes.is_empty() {
            bytes.push(rng.random());
        }
        let len = bytes.len();
        let at = rng.random_range(0..len);
        match rng.random_range(0..10) {
            0 | 1 => bytes[at] ^= 1 << rng.random_range(0..8),
            2 => bytes[at] = rng.random(),
            3 | 4 => bytes[at] = TELLING[rng.random_range(0..TELLING.len())],
            5 => bytes.truncate(at),
            6 => {
                let end = (at + rng.random_range(1..40)).min(len);
                let part = bytes[at..end].to_vec();
                bytes.extend_from_slice(&part);
            }
            7 => {
                let end = (at + rng.random_range(1..12)).min(len);
                bytes.drain(at..end);
            }
            8 => {
                for _ in 0..rng.random_range(1..8) {
                    bytes.insert(at, rng.random());
                }
            }
            _ => {
                let end = (at + 2).min(len);
                let value: u16 =
                    *[0, 1, 4, 0x7fff, 0x8000, 0xffff, len as u16].choose(rng).unwrap_or(&0);
                bytes[at..end].copy_from_slice(&value.to_be_bytes()[..end - at]);
            }
        }
    }
}

/// Frames without end: mutated ones of every kind, with their link type; one in eight is random octets, one in eight is
/// left as it was.
pub fn random_frames(seed: u64) -> impl Iterator<Item = (u16, Vec<u8>)> {
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut valid = oddities();
    for scenario in SCENARIOS {
        let frames = (scenario.make)(seed);
        // A few of the first, which open conversations, and some from all over.
        let step = (frames.len() / 24).max(1);
        let some = frames.iter().take(12).chain(frames.iter().skip(12).step_by(step));
        valid.extend(some.map(|(_, frame)| (link::ETHERNET, frame.clone())));
    }
    std::iter::repeat_with(move || {
        let (kind, frame) = match valid.choose(&mut rng) {
            Some((kind, frame)) => (*kind, frame.clone()),
            None => (link::ETHERNET, Vec::new()),
        };
        match rng.random_range(0..8) {
            0 => {
                let mut noise = vec![0; rng.random_range(0..300)];
                rng.fill(&mut noise[..]);
                // Half of the noise stands behind headers that lead somewhere.
                if rng.random() {
                    let mut front = frame;
                    let keep = rng.random_range(0..=front.len().min(80));
                    front.truncate(keep);
                    front.extend_from_slice(&noise);
                    return (kind, front);
                }
                (kind, noise)
            }
            1 => (kind, frame),
            _ => {
                let mut damaged = frame;
                mutate(&mut rng, &mut damaged);
                (kind, damaged)
            }
        }
    })
}

/// Valid frames that no scenario has: link types, tags, fragments, options, other messages.
pub fn oddities() -> Vec<(u16, Vec<u8>)> {
    let (a4, b4) = (at("192.0.2.1", 2_123), at("198.51.100.1", 2_123));
    let (a6, b6) = (at("2001:db8::1", 2_123), at("2001:db8::2", 2_123));
    let plain = transport::udp(a4, b4, &gtp::echo_request(1));
    let six = transport::udp(a6, b6, &gtpv2::echo_request(1, 1));
    let mut out = vec![
        (link::RAW, plain.clone()),
        (link::RAW, six.clone()),
        (link::NULL, link::null(&plain)),
        (link::LINUX_SLL, link::sll(&plain)),
        (link::LINUX_SLL2, link::sll2(&six)),
    ];
    let mut ethernet = vec![
        link::tagged(&plain, &[(0x8100, 7)]),
        link::tagged(&six, &[(0x88a8, 7), (0x8100, 9)]),
        link::mpls(&plain, &[100, 200]),
        link::ethernet(&transport::echo(a6.ip(), b6.ip(), false, 1, 1, &ping::bsd(1))),
    ];
    let (v4a, v4b) = (v4("192.0.2.1"), v4("198.51.100.1"));
    let query = dns::query(1, "internet.mnc001.mcc001.gprs", dns::NAPTR, true);
    let segment = transport::udp_segment(a4, at("198.51.100.1", 53), &query);
    let optioned = ip::V4 { options: vec![7, 7, 4, 0, 0, 0, 0], ..ip::V4::default() };
    ethernet.push(link::ethernet(&ip::v4(&optioned, v4a, v4b, ip::UDP, &segment)));
    for part in ip::v4_fragments(9, v4a, v4b, ip::UDP, &segment, 24) {
        ethernet.push(link::ethernet(&part));
    }
    if let (std::net::IpAddr::V6(v6a), std::net::IpAddr::V6(v6b)) = (a6.ip(), b6.ip()) {
        let segment = transport::udp_segment(a6, b6, &query);
        for part in ip::v6_fragments(9, v6a, v6b, ip::UDP, &segment, 24) {
            ethernet.push(link::ethernet(&part));
        }
        let extensions = [(0, vec![5, 2, 0, 0, 1, 0]), (60, vec![1, 4, 0, 0, 0, 0])];
        ethernet.push(link::ethernet(&ip::v6(v6a, v6b, &extensions, ip::UDP, &segment)));
    }
    let inner =
        transport::echo(addr("10.20.0.1"), addr("198.18.0.1"), false, 1, 1, &ping::windows());
    let user = at("192.0.2.1", gtp::PORT_U);
    let gateway = at("198.51.100.1", gtp::PORT_U);
    for message in [
        gtp::g_pdu_extended(7, 9, &inner),
        gtp::error_indication(7, addr("192.0.2.1")),
        gtp::message(gtp::END_MARKER, 7, 1, &[]),
    ] {
        ethernet.push(link::ethernet(&transport::udp(user, gateway, &message)));
    }
    let (one, two) = (sccp::Party::gt("99901000010", 6), sccp::Party::point(1001, 8));
    let label = m3ua::Label { opc: 1001, dpc: 2001, si: 3, ni: 0, sls: 1 };
    let messages = [
        m3ua::destination(1, 2001),
        m3ua::registration(1, 2001),
        m3ua::beat(&[1, 2, 3, 4]),
        m3ua::data(&label, None, &sccp::ludt(&one, &two, &crate::frame::tcap::abort(1, 2))),
        m3ua::data(&label, Some(1), &sccp::udts(1, &one, &two, &crate::frame::tcap::abort(1, 2))),
        m3ua::data(&label, Some(1), &sccp::xudt(&one, &two, &[0x64, 2, 0x49, 0], None)),
    ];
    for payload in &messages {
        let data = sctp::data(&sctp::Data {
            tsn: 1,
            stream: 0,
            ssn: 0,
            ppid: sctp::PPID_M3UA,
            begin: true,
            end: true,
            payload,
        });
        let (a, b) = (at("192.0.2.10", 2_905), at("198.51.100.10", 2_905));
        ethernet.push(link::ethernet(&sctp::packet(a, b, 1, &[data])));
    }
    out.extend(ethernet.into_iter().map(|frame| (link::ETHERNET, frame)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pcap::{Format, bytes};
    use crate::tshark;

    #[test]
    fn without_end_and_the_same_from_a_seed() {
        let some = |seed| random_frames(seed).take(5_000).collect::<Vec<_>>();
        assert_eq!(some(1), some(1));
        assert_ne!(some(1), some(2));
    }

    #[test]
    fn oddities_are_valid() {
        let frames = oddities();
        let kinds: std::collections::BTreeSet<u16> = frames.iter().map(|(kind, _)| *kind).collect();
        for link in kinds {
            let some: Vec<(i64, Vec<u8>)> = (1_700_000_000_000_000..)
                .zip(frames.iter().filter(|(kind, _)| *kind == link))
                .map(|(at, (_, frame))| (at, frame.clone()))
                .collect();
            for format in [
                Format { link, ..Format::default() },
                Format { link, pcapng: true, ..Format::default() },
                Format { link, pcapng: true, big_endian: true, ..Format::default() },
                Format { link, big_endian: true, nanoseconds: false, ..Format::default() },
            ] {
                let Some(complaints) = tshark::complaints(&bytes(&some, format)) else {
                    eprintln!("SKIPPED: tshark is not installed");
                    return;
                };
                assert!(complaints.is_empty(), "{complaints}");
            }
        }
    }
}
