//! Which shard a frame belongs to: a cheap symmetric hash of its outermost IP addresses.
//!
//! It only spreads load, so it is not keyed; and it is part of what makes the answer independent of the number of
//! workers, so it must never depend on anything but the frame.

use wire::envelope;
use wire::ip::proto;
use wire::link::Carried;
use wire::{Anomalies, Cursor, transport};

use crate::shard::MAX_ENVELOPES;

/// Shards of a run; fixed, whatever the number of workers.
pub const SHARDS: usize = 16;

const ETHERNET: u16 = 1;
const NULL: u16 = 0;
const LOOP: u16 = 108;
const SLL: u16 = 113;
const SLL2: u16 = 276;
const RAW: [u16; 5] = [12, 14, 101, 228, 229];

/// The shard of a frame. Signalling stays together: SCTP, in envelopes too, the MTP and SCCP link types, and whatever is
/// no IP go to shard 0.
pub fn shard_of(link: u16, bytes: &[u8]) -> u8 {
    peek(link, Cursor::new(bytes)).unwrap_or(0)
}

fn peek(link: u16, mut cur: Cursor<'_>) -> Option<u8> {
    match link {
        ETHERNET => {
            cur.skip(12).ok()?;
            ethertype(cur)
        }
        SLL => {
            cur.skip(14).ok()?;
            ethertype(cur)
        }
        SLL2 => {
            let protocol = cur.u16().ok()?;
            cur.skip(18).ok()?;
            match protocol {
                0x8100 | 0x88a8 | 0x9100 | 0x8847 | 0x8848 | 0x8864 => behind(protocol, cur),
                _ => ip(cur),
            }
        }
        NULL | LOOP => {
            cur.skip(4).ok()?;
            ip(cur)
        }
        link if RAW.contains(&link) => ip(cur),
        _ => None,
    }
}

fn ethertype(mut cur: Cursor<'_>) -> Option<u8> {
    let kind = cur.u16().ok()?;
    behind(kind, cur)
}

fn behind(mut kind: u16, mut cur: Cursor<'_>) -> Option<u8> {
    // As many tags as the link layer reads.
    for _ in 0..10 {
        match kind {
            0x0800 | 0x86dd => return ip(cur),
            0x8100 | 0x88a8 | 0x9100 => {
                cur.skip(2).ok()?;
                kind = cur.u16().ok()?;
            }
            0x8847 | 0x8848 => {
                let mut labels = 0;
                while cur.u32().ok()? & 0x100 == 0 {
                    labels += 1;
                    if labels > 16 {
                        return None;
                    }
                }
                if cur.peek()? >> 4 != 0 {
                    return ip(cur);
                }
                // A pseudowire: control word, then Ethernet.
                cur.skip(4 + 12).ok()?;
                kind = cur.u16().ok()?;
            }
            0x8864 => {
                cur.skip(8).ok()?;
                return ip(cur);
            }
            _ => return None,
        }
    }
    None
}

fn ip(cur: Cursor<'_>) -> Option<u8> {
    let (spread, protocol, fragment, payload) = outermost(cur)?;
    if protocol == proto::SCTP {
        return None;
    }
    // Signalling stays together in whatever it is wrapped, and by however many mirrors it comes. A fragment cannot be
    // looked into, so all of them go by their addresses.
    if !fragment && may_wrap(protocol, payload) && wraps_sctp(cur, 0) {
        return None;
    }
    Some(spread)
}

/// What the addresses of a packet say, its protocol, whether it is a fragment, and what it carries.
fn outermost(mut cur: Cursor<'_>) -> Option<(u8, u8, bool, Cursor<'_>)> {
    match cur.peek()? >> 4 {
        4 => {
            let words = usize::from(cur.peek()? & 15);
            cur.skip(6).ok()?;
            let fragment = cur.u16().ok()? & 0x3fff != 0;
            cur.skip(1).ok()?;
            let protocol = cur.u8().ok()?;
            cur.skip(2).ok()?;
            let (src, dst) = (cur.u32().ok()?, cur.u32().ok()?);
            cur.skip(words.saturating_sub(5) * 4).ok();
            Some((spread(u64::from(src), u64::from(dst)), protocol, fragment, cur))
        }
        6 => {
            cur.skip(6).ok()?;
            let mut next = cur.u8().ok()?;
            cur.skip(1).ok()?;
            let mut half = || cur.u64().ok();
            let (a, b, c, d) = (half()?, half()?, half()?, half()?);
            let spread = spread(a ^ b.rotate_left(32), c ^ d.rotate_left(32));
            let mut fragment = false;
            // SCTP may stand behind extension headers, and fragments of it must follow.
            for _ in 0..8 {
                match next {
                    proto::HOP_BY_HOP | proto::ROUTING | proto::DESTINATION => {
                        next = cur.u8().ok()?;
                        let len = usize::from(cur.u8().ok()?) * 8 + 6;
                        cur.skip(len).ok()?;
                    }
                    proto::FRAGMENT => {
                        next = cur.u8().ok()?;
                        cur.skip(7).ok()?;
                        fragment = true;
                    }
                    _ => break,
                }
            }
            Some((spread, next, fragment, cur))
        }
        _ => None,
    }
}

/// Whether it is worth a second look: two numbers for nearly every packet.
fn may_wrap(protocol: u8, payload: Cursor<'_>) -> bool {
    match protocol {
        proto::UDP => match payload.rest().first_chunk() {
            Some(&[s1, s0, d1, d0]) => {
                envelope::is_port(u16::from_be_bytes([d1, d0]))
                    || envelope::is_port(u16::from_be_bytes([s1, s0]))
            }
            None => false,
        },
        proto::GRE | proto::IPV4 | proto::IPV6 | proto::ETHERIP | proto::MPLS | proto::L2TP => true,
        _ => false,
    }
}

/// Whether envelopes are around SCTP, as deep as they are opened.
fn wraps_sctp(mut cur: Cursor<'_>, depth: u8) -> bool {
    let notes = &mut Anomalies::default();
    let Some(packet) = wire::ip::dissect(notes, &mut cur) else { return false };
    if packet.proto == proto::SCTP {
        return true;
    }
    if packet.fragment.is_some() || depth >= MAX_ENVELOPES {
        return false;
    }
    let mut payload = packet.payload;
    let opened = match packet.proto {
        proto::UDP => transport::udp(notes, &mut payload)
            .ok()
            .and_then(|udp| envelope::in_udp(notes, udp.src_port, udp.dst_port, udp.payload)),
        _ => envelope::in_ip(notes, &packet),
    };
    match opened.map(|envelope| envelope.carried) {
        Some(Carried::Ip { packet, .. }) => wraps_sctp(packet, depth + 1),
        _ => false,
    }
}

fn spread(a: u64, b: u64) -> u8 {
    // A sum and a product do not care which comes first. The multiplier is 2^64 divided by the golden ratio.
    let mixed =
        (a.wrapping_add(b) ^ a.wrapping_mul(b).rotate_left(23)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    u8::try_from(mixed >> 60).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(src: [u8; 4], dst: [u8; 4], protocol: u8) -> Vec<u8> {
        let mut bytes = vec![0x45, 0, 0, 20, 0, 0, 0, 0, 64, protocol, 0, 0];
        bytes.extend(src);
        bytes.extend(dst);
        bytes
    }

    fn ethernet(tags: &[u8], inner: &[u8]) -> Vec<u8> {
        [&[0; 12][..], tags, &[8, 0], inner].concat()
    }

    proptest! {
        #[test]
        fn both_directions_and_every_envelope_agree(src: [u8; 4], dst: [u8; 4]) {
            let there = frame(src, dst, 17);
            let shard = shard_of(101, &there);
            prop_assert!(usize::from(shard) < SHARDS);
            prop_assert_eq!(shard, shard_of(101, &frame(dst, src, 17)));
            prop_assert_eq!(shard, shard_of(1, &ethernet(&[], &there)));
            prop_assert_eq!(shard, shard_of(1, &ethernet(&[0x81, 0, 0, 7, 0x88, 0xa8, 0, 1], &there)));
            prop_assert_eq!(0, shard_of(101, &frame(src, dst, 132)));
        }

        #[test]
        fn anything_has_a_shard(link in 0u16..300, bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(usize::from(shard_of(link, &bytes)) < SHARDS);
        }
    }

    #[test]
    fn spreads() {
        let mut seen = [0u32; SHARDS];
        for host in 0..=255 {
            for peer in 0..16 {
                seen[usize::from(shard_of(
                    101,
                    &frame([192, 0, 2, host], [198, 51, 100, peer], 17),
                ))] += 1;
            }
        }
        assert!(seen.iter().all(|&count| count > 100 && count < 600), "{seen:?}");
    }
}
