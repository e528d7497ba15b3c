//! A packet of a known flow in a known tunnel costs no allocation. The counting allocator of this test counts for the
//! whole process, so it stands alone.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use event::{Pseudonymiser, Timestamp};
use track::{Config, Frame, Shard};

/// IPv4 and UDP around a payload; checksums absent or not looked at.
fn packet(src: [u8; 4], dst: [u8; 4], ports: (u16, u16), payload: &[u8]) -> Vec<u8> {
    let udp_len = u16::try_from(payload.len() + 8).unwrap();
    let mut packet = vec![0x45, 0];
    packet.extend((udp_len + 20).to_be_bytes());
    packet.extend([0, 0, 0, 0, 64, 17, 0, 0]);
    packet.extend(src);
    packet.extend(dst);
    let words = packet.chunks(2).map(|word| u32::from(word[0]) << 8 | u32::from(word[1]));
    let sum = words.sum::<u32>();
    let sum = u16::try_from(sum % 0xffff).unwrap();
    packet[10..12].copy_from_slice(&(!sum).to_be_bytes());
    packet.extend(ports.0.to_be_bytes());
    packet.extend(ports.1.to_be_bytes());
    packet.extend(udp_len.to_be_bytes());
    packet.extend([0, 0]);
    packet.extend(payload);
    packet
}

/// A subscriber's packet in its tunnel, up or down.
fn frame(flow: u8, up: bool) -> Vec<u8> {
    let (subscriber, server) = ([10, 20, 0, flow], [203, 0, 113, 9]);
    let (serving, gateway) = ([198, 51, 100, 20], [192, 0, 2, 20]);
    let data = [0x55; 600];
    let (inner, src, dst, teid) = if up {
        (
            packet(subscriber, server, (40_000, 9_000), &data),
            serving,
            gateway,
            0x1000 + u32::from(flow),
        )
    } else {
        (
            packet(server, subscriber, (9_000, 40_000), &data),
            gateway,
            serving,
            0x2000 + u32::from(flow),
        )
    };
    let mut gtp = vec![0x30, 0xff];
    gtp.extend(u16::try_from(inner.len()).unwrap().to_be_bytes());
    gtp.extend(teid.to_be_bytes());
    gtp.extend(inner);
    packet(src, dst, (2152, 2152), &gtp)
}

#[test]
fn none_for_a_hundred_thousand_packets_of_known_flows() {
    let mut shard = Shard::new(&Config::new(Pseudonymiser::new([7; 32])), 0);
    let mut out = Vec::with_capacity(10_000);
    let frames: Vec<Vec<u8>> =
        (0..64).flat_map(|flow| [frame(flow, true), frame(flow, false)]).collect();
    let mut number = 0;
    let mut run = |rounds: usize, out: &mut Vec<event::Event>| {
        for bytes in frames.iter().cycle().take(rounds) {
            number += 1;
            // A thousand a second and flow: bulk, in which nobody takes turns.
            let at = Timestamp(i64::try_from(number).unwrap() * 10);
            let orig_len = u32::try_from(bytes.len()).unwrap();
            shard.frame(&Frame { number, at, link: 101, bytes, orig_len }, out);
        }
    };
    // Long enough for the flows to be known as bulk, and for reports of doubled tunnels to be over for a while.
    run(270_000, &mut out);
    out.clear();
    let info = allocation_counter::measure(|| run(100_000, &mut out));
    assert_eq!(out.len(), 0, "{:?}", out.first());
    assert_eq!(info.count_total, 0, "{info:?}");
}
