//! IPv4 and IPv6: addresses, what is carried, and where it ends.
//!
//! Spec: RFC 791, RFC 8200; RFC 4302 (AH), RFC 6946 (atomic fragments).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Span};

/// Protocol numbers (IANA) that somebody here asks for.
pub mod proto {
    pub const HOP_BY_HOP: u8 = 0;
    pub const ICMP: u8 = 1;
    pub const IPV4: u8 = 4;
    pub const TCP: u8 = 6;
    pub const UDP: u8 = 17;
    pub const IPV6: u8 = 41;
    pub const ROUTING: u8 = 43;
    pub const FRAGMENT: u8 = 44;
    pub const GRE: u8 = 47;
    pub const ESP: u8 = 50;
    pub const AH: u8 = 51;
    pub const ICMPV6: u8 = 58;
    pub const NO_NEXT: u8 = 59;
    pub const DESTINATION: u8 = 60;
    pub const ETHERIP: u8 = 97;
    pub const L2TP: u8 = 115;
    pub const SCTP: u8 = 132;
    pub const MOBILITY: u8 = 135;
    pub const MPLS: u8 = 137;
    pub const HIP: u8 = 139;
    pub const SHIM6: u8 = 140;
}

/// One packet of either version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    pub src: IpAddr,
    pub dst: IpAddr,
    /// What `payload` is; of IPv6, behind the extension headers.
    pub proto: u8,
    /// Time to live, or hop limit.
    pub ttl: u8,
    /// Set when `payload` is a piece of a datagram.
    pub fragment: Option<Fragment>,
    /// What is carried, without the padding of the frame.
    pub payload: Cursor<'a>,
    /// Octets of the whole packet with its header, as it says itself.
    pub total_len: u32,
    /// Octets of the end are not in the frame: the capture cut it, or the length is a lie. A capture that cuts frames
    /// says so itself, so the caller can tell.
    pub snapped: bool,
}

impl<'a> Packet<'a> {
    /// A packet from nowhere to nowhere around `payload`: for whoever has only that.
    pub const fn around(proto: u8, payload: Cursor<'a>) -> Self {
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Self {
            src: nowhere,
            dst: nowhere,
            proto,
            ttl: 0,
            fragment: None,
            payload,
            total_len: 0,
            snapped: false,
        }
    }
}

/// A piece of a datagram. Pieces belong together when addresses, `id` and, in IPv4, the protocol are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    pub id: u32,
    /// Where the piece stands in the datagram, in octets.
    pub offset: u32,
    /// More pieces follow.
    pub more: bool,
}

/// Extension headers of one packet that are read.
const MAX_EXTENSIONS: usize = 8;

/// Reads a packet of the version that its first octet says and moves behind it: what `cur` has left is padding or a
/// trailer. `None` when the header is cut short or the version is neither; that is noted.
#[inline]
pub fn dissect<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Option<Packet<'a>> {
    match cur.peek() {
        Some(0x40..=0x4f) => v4(notes, cur),
        Some(0x60..=0x6f) => v6(notes, cur),
        Some(octet) => {
            notes.note(cur.span_of(1), "ip.version", Flaw::IllegalValue(u64::from(octet >> 4)));
            None
        }
        None => {
            notes.note(cur.span(), "ip.header", Flaw::Truncated { missing: 20 });
            None
        }
    }
}

/// RFC 791 §3.1.
#[inline]
fn v4<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Option<Packet<'a>> {
    let start = *cur;
    // Read where it stands: a copy in between costs more than all the rest.
    let Some(header) = start.rest().first_chunk::<20>() else {
        let missing = short(20usize.saturating_sub(start.len()));
        notes.note(start.span(), "ip.header", Flaw::Truncated { missing });
        return None;
    };
    cur.skip(20).ok()?;
    let &[
        version_ihl,
        _,
        l1,
        l0,
        i1,
        i0,
        f1,
        f0,
        ttl,
        mut proto,
        _,
        _,
        s3,
        s2,
        s1,
        s0,
        d3,
        d2,
        d1,
        d0,
    ] = header;
    let mut sum = sum_of(header);
    let mut header_len = 20;
    if version_ihl != 0x45 {
        let options = options(notes, start, cur, version_ihl & 0x0f);
        sum = sum.wrapping_add(sum_of(options));
        header_len += options.len();
    }
    if fold(sum) != 0xffff {
        bad_header_checksum(notes, start, header, sum);
    }

    let stated = u16::from_be_bytes([l1, l0]);
    let (total_len, mut payload, snapped) = v4_payload(notes, start, cur, stated, header_len);

    let flags_offset = u16::from_be_bytes([f1, f0]);
    let mut fragment = None;
    // All but "don't fragment".
    if flags_offset & 0xbfff != 0 {
        if flags_offset & 0x8000 != 0 {
            notes.note(start.span_of(20), "ip.flags.rb", Flaw::IllegalValue(1));
        }
        let piece = Fragment {
            id: u32::from(u16::from_be_bytes([i1, i0])),
            offset: u32::from(flags_offset & 0x1fff) << 3,
            more: flags_offset & 0x2000 != 0,
        };
        fragment = Some(piece).filter(|piece| piece.more || piece.offset != 0);
    }
    if proto == proto::AH && fragment.is_none() {
        proto = extensions(notes, proto, &mut payload).0;
    }
    Some(Packet {
        src: IpAddr::V4(Ipv4Addr::new(s3, s2, s1, s0)),
        dst: IpAddr::V4(Ipv4Addr::new(d3, d2, d1, d0)),
        proto,
        ttl,
        fragment,
        payload,
        total_len,
        snapped,
    })
}

/// The options of a header longer than 20 octets.
#[cold]
fn options<'a>(
    notes: &mut Anomalies,
    start: Cursor<'a>,
    cur: &mut Cursor<'a>,
    ihl: u8,
) -> &'a [u8] {
    let Some(words) = usize::from(ihl).checked_sub(5) else {
        notes.note(start.span_of(1), "ip.hdr_len", Flaw::IllegalValue(u64::from(ihl) * 4));
        return &[];
    };
    let (options, whole) = cur.sub(words * 4);
    if !whole {
        let missing = short(words * 4 - options.len());
        notes.note(start.span_of(1), "ip.hdr_len", Flaw::Truncated { missing });
    }
    options.rest()
}

#[inline]
fn v4_payload<'a>(
    notes: &mut Anomalies,
    start: Cursor<'a>,
    cur: &mut Cursor<'a>,
    stated: u16,
    header_len: usize,
) -> (u32, Cursor<'a>, bool) {
    let (wanted, total_len) = match usize::from(stated).checked_sub(header_len) {
        Some(wanted) => (wanted, u32::from(stated)),
        None => {
            // Zero is what a card leaves that cuts the segments itself; then the frame tells the length.
            if stated != 0 {
                let flaw = Flaw::IllegalValue(u64::from(stated));
                notes.note(start.span_of(4), "ip.len", flaw);
            }
            (cur.len(), short(start.len()))
        }
    };
    let (payload, whole) = cur.sub(wanted);
    if !whole {
        let missing = short(wanted - payload.len());
        notes.note(start.span_of(4), "ip.len", Flaw::Truncated { missing });
    }
    (total_len, payload, !whole)
}

#[cold]
fn bad_header_checksum(notes: &mut Anomalies, start: Cursor<'_>, header: &[u8; 20], sum: u64) {
    let [.., high, low, _, _, _, _, _, _, _, _] = *header;
    let found = u16::from_be_bytes([high, low]);
    let computed = without(sum, found, 10);
    let flaw = Flaw::BadChecksum { found: u64::from(found), computed: u64::from(computed) };
    notes.note(start.span_of(20), "ip.checksum", flaw);
}

/// RFC 8200 §3.
#[inline]
fn v6<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Option<Packet<'a>> {
    let start = *cur;
    let header: [u8; 8] = match cur.array() {
        Ok(header) => header,
        Err(truncated) => {
            notes.cut("ipv6.header", truncated);
            return None;
        }
    };
    let [_, _, _, _, l1, l0, next, ttl] = header;
    let (src, dst) = match (cur.array::<16>(), cur.array::<16>()) {
        (Ok(src), Ok(dst)) => (Ipv6Addr::from(src), Ipv6Addr::from(dst)),
        (Err(truncated), _) | (_, Err(truncated)) => {
            notes.cut("ipv6.header", truncated);
            return None;
        }
    };
    let stated = usize::from(u16::from_be_bytes([l1, l0]));
    // Zero: a jumbogram (RFC 2675), or a segment that the card was to cut. The frame tells the length.
    let wanted = if stated == 0 && next != proto::NO_NEXT { cur.len() } else { stated };
    let (mut payload, whole) = cur.sub(wanted);
    if !whole {
        let missing = short(wanted.saturating_sub(payload.len()));
        notes.note(start.span_of(6), "ipv6.plen", Flaw::Truncated { missing });
    }
    let (proto, fragment) = extensions(notes, next, &mut payload);
    Some(Packet {
        src: IpAddr::V6(src),
        dst: IpAddr::V6(dst),
        proto,
        ttl,
        fragment,
        payload,
        total_len: short(wanted).saturating_add(40),
        snapped: !whole,
    })
}

/// Walks IPv6 extension headers from `next` on and gives the protocol that `payload` then stands at. Stops at a piece of
/// a datagram; once the datagram is whole, the walk goes on with what is in it.
#[inline]
pub fn extensions(
    notes: &mut Anomalies,
    next: u8,
    payload: &mut Cursor<'_>,
) -> (u8, Option<Fragment>) {
    match next {
        proto::TCP | proto::UDP | proto::SCTP | proto::ICMPV6 => (next, None),
        _ => walk_extensions(notes, next, payload),
    }
}

/// RFC 8200 §4.
fn walk_extensions(
    notes: &mut Anomalies,
    mut next: u8,
    payload: &mut Cursor<'_>,
) -> (u8, Option<Fragment>) {
    for _ in 0..MAX_EXTENSIONS {
        let at = payload.span_of(8);
        let mut cur = *payload;
        let read = match next {
            proto::FRAGMENT => match cur.array::<8>() {
                Ok([after, _, o1, o0, i3, i2, i1, i0]) => {
                    let offset_more = u16::from_be_bytes([o1, o0]);
                    let piece = Fragment {
                        id: u32::from_be_bytes([i3, i2, i1, i0]),
                        offset: u32::from(offset_more & 0xfff8),
                        more: offset_more & 1 == 1,
                    };
                    if piece.more || piece.offset != 0 {
                        *payload = cur;
                        return (after, Some(piece));
                    }
                    Ok(after)
                }
                Err(truncated) => Err(truncated),
            },
            proto::HOP_BY_HOP
            | proto::ROUTING
            | proto::DESTINATION
            | proto::AH
            | proto::MOBILITY
            | proto::HIP
            | proto::SHIM6 => cur.array::<2>().and_then(|[after, len]| {
                // AH counts words of four octets less two, all others words of eight less one.
                let octets = match next {
                    proto::AH => (usize::from(len) + 2) * 4,
                    _ => (usize::from(len) + 1) * 8,
                };
                cur.skip(octets - 2).map(|()| after)
            }),
            _ => return (next, None),
        };
        match read {
            Ok(after) => {
                next = after;
                *payload = cur;
            }
            Err(truncated) => {
                notes.note(at, "ipv6.exthdr", Flaw::Truncated { missing: truncated.missing });
                return (next, None);
            }
        }
    }
    notes.note(payload.span_of(0), "ipv6.exthdr", Flaw::TooMany);
    (next, None)
}

/// The sum of 16-bit words (RFC 1071), not folded; an odd last octet counts as the high one of its word.
#[inline]
pub(crate) fn sum_of(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<4>();
    let mut sum = words.iter().fold(0u64, |sum, word| {
        // A sum of 32-bit words folds to the same 16 bits.
        sum.wrapping_add(u64::from(u32::from_be_bytes(*word)))
    });
    sum = sum.wrapping_add(match *rest {
        [a] => u64::from(a) << 8,
        [a, b] => u64::from(u16::from_be_bytes([a, b])),
        [a, b, c] => (u64::from(u16::from_be_bytes([a, b]))) + (u64::from(c) << 8),
        _ => 0,
    });
    sum
}

/// Folds a sum to 16 bits with end-around carry.
#[inline]
pub(crate) fn fold(mut sum: u64) -> u16 {
    sum = (sum & 0xffff_ffff) + (sum >> 32);
    sum = (sum & 0xffff_ffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    (sum & 0xffff) as u16
}

/// What the checksum at `at` would have to be, given the sum over everything with `found` in that place.
fn without(sum: u64, found: u16, at: usize) -> u16 {
    let place = if at.is_multiple_of(4) { 16 } else { 0 };
    !fold(sum.wrapping_sub(u64::from(found) << place))
}

/// What a checksum is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Checksum {
    Right,
    /// Zero where zero means that the sender computed none.
    Absent,
    /// Not all octets are here, so nobody can tell.
    Unknown,
    /// As the stack leaves it for the card to finish: captured at the sender. Noted.
    Unfinished,
    /// Noted.
    Wrong,
}

/// Checks UDP, TCP, ICMP or ICMPv6 in an unfragmented or reassembled packet against its pseudo-header, and notes what is
/// unfinished or wrong under `field`. `at` is where the checksum stands in `segment`.
pub(crate) fn check_segment(
    notes: &mut Anomalies,
    packet: &Packet<'_>,
    segment: Cursor<'_>,
    at: usize,
    field: &'static str,
) -> Checksum {
    let bytes = segment.rest();
    let Some(&[high, low]) = bytes.get(at..).and_then(|from| from.first_chunk::<2>()) else {
        return Checksum::Unknown;
    };
    if packet.snapped || packet.fragment.is_some() {
        return Checksum::Unknown;
    }
    let found = u16::from_be_bytes([high, low]);
    let pseudo = pseudo_header(packet, bytes.len());
    let sum = pseudo.wrapping_add(sum_of(bytes));
    if fold(sum) == 0xffff {
        return Checksum::Right;
    }
    let computed = without(sum, found, at);
    let place = Span { start: segment.offset().saturating_add(short(at)), len: 2 };
    let flaw = Flaw::BadChecksum { found: u64::from(found), computed: u64::from(computed) };
    notes.note(place, field, flaw);
    // Before offload the field holds the sum of the pseudo-header, or nothing.
    if found == 0 || found == fold(pseudo) { Checksum::Unfinished } else { Checksum::Wrong }
}

/// RFC 9293 §3.1, RFC 8200 §8.1. ICMP of IPv4 has none.
fn pseudo_header(packet: &Packet<'_>, len: usize) -> u64 {
    let addresses = match (packet.src, packet.dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            if packet.proto == proto::ICMP {
                return 0;
            }
            sum_of(&src.octets()).wrapping_add(sum_of(&dst.octets()))
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            sum_of(&src.octets()).wrapping_add(sum_of(&dst.octets()))
        }
        _ => 0,
    };
    addresses.wrapping_add(u64::from(packet.proto)).wrapping_add(u64::from(short(len)))
}

#[cfg(test)]
mod tests;
