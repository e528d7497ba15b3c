//! IP fragments put together again: within a pool of fixed size, the first octet at a place wins, overlaps are noted.
//!
//! Spec: RFC 791 §3.2, RFC 8200 §4.5; RFC 5722 forbids overlaps in IPv6, and no stack makes them in IPv4.

use std::net::IpAddr;
use std::time::Duration;

use event::{TableCount, Timestamp};
use wire::ip::{Fragment, Packet};
use wire::{Anomalies, Flaw};

use event::Capped;

/// Pieces of one datagram: enough for 64 KiB in the smallest fragments that IPv4 routers make (RFC 791: 576 octets).
const MAX_PIECES: usize = 128;
/// A datagram cannot be longer than its length field says.
const MAX_DATAGRAM: u32 = 65_535;

/// What belongs together; inside a tunnel, fragments of that tunnel only, and of one tenant's network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    src: IpAddr,
    dst: IpAddr,
    proto: u8,
    id: u32,
    tunnel: Option<(IpAddr, u32)>,
    tenant: Option<u32>,
}

/// The tunnel that a fragment came by, and the tenant's network.
type From = (Option<(IpAddr, u32)>, Option<u32>);

#[derive(Debug)]
struct Datagram {
    /// In order of offset, not overlapping.
    pieces: Vec<(u32, Vec<u8>)>,
    bytes: usize,
    /// Known once the last piece is there.
    total: Option<u32>,
    last: Timestamp,
}

/// Datagrams that wait for fragments.
pub(crate) struct Fragments {
    table: Capped<Key, Datagram>,
    bytes: usize,
    max_bytes: usize,
    idle: Duration,
}

impl Fragments {
    pub(crate) fn new(cap: usize, max_bytes: usize, idle: Duration) -> Self {
        Self { table: Capped::new("ip fragments", cap), bytes: 0, max_bytes, idle }
    }

    /// Takes a fragment; gives the payload of the datagram when this was the piece that was missing.
    pub(crate) fn add(
        &mut self,
        notes: &mut Anomalies,
        at: Timestamp,
        packet: &Packet<'_>,
        fragment: Fragment,
        (tunnel, tenant): From,
    ) -> Option<Vec<u8>> {
        let span = packet.payload.span();
        let bytes = packet.payload.rest();
        let key = Key {
            src: packet.src,
            dst: packet.dst,
            proto: packet.proto,
            id: fragment.id,
            tunnel,
            tenant,
        };
        let end = fragment.offset.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        if end > MAX_DATAGRAM || bytes.is_empty() {
            notes.note(span, "ip.fragment", Flaw::IllegalValue(u64::from(end)));
            return None;
        }
        let slot = match self.table.find(&key) {
            Some(slot) => slot,
            None => {
                let fresh = Datagram { pieces: Vec::new(), bytes: 0, total: None, last: at };
                let (slot, gone) = self.table.put(key, fresh);
                self.forget(gone.map(|(_, datagram)| datagram));
                slot
            }
        };
        let datagram = self.table.at_mut(slot)?;
        datagram.last = at;
        if !fragment.more {
            if datagram.total.is_some_and(|total| total != end) {
                notes.note(span, "ip.fragment", Flaw::Overlap);
            }
            datagram.total.get_or_insert(end);
        }
        let before = datagram.bytes;
        if datagram.pieces.len() < MAX_PIECES {
            if datagram.put(fragment.offset, bytes) {
                notes.note(span, "ip.fragment", Flaw::Overlap);
            }
        } else {
            notes.note(span, "ip.fragment", Flaw::TooMany);
        }
        self.bytes += datagram.bytes - before;
        let whole = datagram.whole();
        if whole.is_some() {
            let gone = self.table.take(slot);
            self.forget(gone.map(|(_, datagram)| datagram));
        }
        while self.bytes > self.max_bytes {
            let gone = self.table.pop_oldest();
            if gone.is_none() {
                break;
            }
            self.forget(gone.map(|(_, datagram)| datagram));
        }
        whole
    }

    /// Lets go of datagrams that will not complete any more.
    pub(crate) fn tick(&mut self, now: Timestamp) {
        while self.table.oldest().is_some_and(|(_, datagram)| now.since(datagram.last) >= self.idle)
        {
            let gone = self.table.pop_oldest();
            self.forget(gone.map(|(_, datagram)| datagram));
        }
    }

    pub(crate) fn count(&self) -> TableCount {
        self.table.count()
    }

    fn forget(&mut self, datagram: Option<Datagram>) {
        self.bytes = self.bytes.saturating_sub(datagram.map_or(0, |datagram| datagram.bytes));
    }
}

impl Datagram {
    /// Puts in what is not there yet; true when the piece lay over others with other octets or other borders.
    fn put(&mut self, offset: u32, bytes: &[u8]) -> bool {
        let len = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        // The very same piece once more is a duplicate on the way, not an overlap.
        if self.pieces.iter().any(|(at, piece)| *at == offset && piece.as_slice() == bytes) {
            return false;
        }
        let end = offset.saturating_add(len(bytes));
        let mut overlap = false;
        let (mut at, mut rest) = (offset, bytes);
        let mut fresh: Vec<(u32, Vec<u8>)> = Vec::new();
        for (start, piece) in &self.pieces {
            let stop = start.saturating_add(len(piece));
            if stop <= at {
                continue;
            }
            if *start >= end {
                break;
            }
            overlap = true;
            if *start > at {
                let (head, _) = split(rest, start - at);
                fresh.push((at, head.to_vec()));
            }
            let (_, tail) = split(rest, stop.saturating_sub(at));
            rest = tail;
            at = stop;
        }
        if !rest.is_empty() {
            fresh.push((at, rest.to_vec()));
        }
        for (at, piece) in fresh {
            self.bytes += piece.len();
            let place = self.pieces.partition_point(|(start, _)| *start < at);
            self.pieces.insert(place, (at, piece));
        }
        overlap
    }

    fn whole(&self) -> Option<Vec<u8>> {
        let total = usize::try_from(self.total?).ok()?;
        let mut whole = Vec::with_capacity(self.bytes);
        for (at, piece) in &self.pieces {
            if usize::try_from(*at).ok()? != whole.len() {
                return None;
            }
            whole.extend_from_slice(piece);
        }
        if whole.len() < total {
            return None;
        }
        whole.truncate(total);
        Some(whole)
    }
}

fn split(bytes: &[u8], at: u32) -> (&[u8], &[u8]) {
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    bytes.split_at_checked(at).unwrap_or((bytes, &[]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wire::Cursor;

    use super::*;

    fn packet(bytes: &[u8]) -> Packet<'_> {
        Packet {
            src: IpAddr::from([192, 0, 2, 1]),
            dst: IpAddr::from([192, 0, 2, 2]),
            proto: 17,
            ttl: 64,
            fragment: None,
            payload: Cursor::new(bytes),
            total_len: 0,
            snapped: false,
        }
    }

    fn pool(cap: usize, bytes: usize) -> Fragments {
        Fragments::new(cap, bytes, Duration::from_secs(30))
    }

    proptest! {
        #[test]
        fn any_order_gives_the_same(len in 17usize..400, cuts in proptest::collection::vec(0usize..50, 0..8), swaps in proptest::collection::vec((0usize..10, 0usize..10), 0..10)) {
            let data: Vec<u8> = (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect();
            let mut borders: Vec<usize> = cuts.iter().map(|cut| cut * 8).filter(|cut| *cut > 0 && *cut < len).collect();
            borders.extend([0, len]);
            borders.sort_unstable();
            borders.dedup();
            let mut pieces: Vec<(usize, usize)> = borders.windows(2).map(|w| (w[0], w[1])).collect();
            for (a, b) in swaps {
                let n = pieces.len();
                pieces.swap(a % n, b % n);
            }
            let (mut pool, mut notes) = (pool(4, 1 << 20), Anomalies::new());
            let mut whole = None;
            for (start, end) in pieces {
                let fragment = Fragment { id: 7, offset: u32::try_from(start).unwrap(), more: end < len };
                prop_assert!(whole.is_none());
                whole = pool.add(&mut notes, Timestamp(0), &packet(&data[start..end]), fragment, (None, None));
            }
            prop_assert_eq!(whole, Some(data));
            prop_assert!(notes.is_empty());
            prop_assert_eq!(pool.bytes, 0);
        }
    }

    #[test]
    fn the_first_octets_win_and_the_overlap_is_noted() {
        let (mut pool, mut notes) = (pool(4, 1 << 20), Anomalies::new());
        let piece = |offset, more| Fragment { id: 1, offset, more };
        assert_eq!(
            pool.add(&mut notes, Timestamp(0), &packet(&[1; 16]), piece(0, true), (None, None)),
            None
        );
        assert_eq!(
            pool.add(&mut notes, Timestamp(0), &packet(&[1; 16]), piece(0, true), (None, None)),
            None
        );
        assert!(notes.is_empty());
        let whole =
            pool.add(&mut notes, Timestamp(0), &packet(&[2; 16]), piece(8, false), (None, None));
        assert_eq!(whole, Some([[1; 8], [1; 8], [2; 8]].concat()));
        assert!(notes.has("ip.fragment"));
    }

    #[test]
    fn a_flood_stays_within_the_pool() {
        let (mut pool, mut notes) = (pool(64, 10_000), Anomalies::new());
        for id in 0..100_000 {
            notes.clear();
            let fragment = Fragment { id, offset: 8, more: true };
            pool.add(
                &mut notes,
                Timestamp(i64::from(id)),
                &packet(&[0; 1_000]),
                fragment,
                (None, None),
            );
            assert!(pool.bytes <= 10_000 && pool.table.len() <= 64);
        }
        pool.tick(Timestamp::from_secs(60));
        assert_eq!((pool.bytes, pool.table.len()), (0, 0));
    }
}
