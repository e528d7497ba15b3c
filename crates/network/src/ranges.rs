//! Whose prefix an address falls into, the most specific one first: steps over the number line and a binary search.

use std::net::IpAddr;

use ipnet::IpNet;

/// Where the answer changes, in ascending order; the answer at a key is that of the last step not behind it.
type Steps<K, T> = Vec<(K, Option<T>)>;

/// A map from prefixes to values, built once. Where a prefix is given twice the first one counts.
#[derive(Clone, Debug)]
pub(crate) struct Ranges<T> {
    v4: Steps<u32, T>,
    v6: Steps<u128, T>,
}

impl<T> Default for Ranges<T> {
    fn default() -> Self {
        Self { v4: Vec::new(), v6: Vec::new() }
    }
}

impl<T: Copy> Ranges<T> {
    /// A value of `None` takes a prefix out of the larger one around it.
    pub(crate) fn new(entries: impl IntoIterator<Item = (IpNet, Option<T>)>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (net, value) in entries {
            match net {
                IpNet::V4(net) => {
                    v4.push((u32::from(net.network()), u32::from(net.broadcast()), value));
                }
                IpNet::V6(net) => {
                    v6.push((u128::from(net.network()), u128::from(net.broadcast()), value));
                }
            }
        }
        Self {
            v4: steps(v4, |last| last.checked_add(1)),
            v6: steps(v6, |last| last.checked_add(1)),
        }
    }

    pub(crate) fn get(&self, ip: IpAddr) -> Option<T> {
        match ip.to_canonical() {
            IpAddr::V4(ip) => at(&self.v4, u32::from(ip)),
            IpAddr::V6(ip) => at(&self.v6, u128::from(ip)),
        }
    }
}

fn at<K: Ord + Copy, T: Copy>(steps: &Steps<K, T>, key: K) -> Option<T> {
    let after = steps.partition_point(|(start, _)| *start <= key);
    steps.get(after.checked_sub(1)?)?.1
}

/// Prefixes either nest or do not touch, so one pass with a stack of the open ones finds every step.
fn steps<K: Ord + Copy, T: Copy>(
    mut spans: Vec<(K, K, Option<T>)>,
    next: impl Fn(K) -> Option<K>,
) -> Steps<K, T> {
    // The wider first; the sort is stable, so that of equal ones the first stays first.
    spans.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    spans.dedup_by(|later, first| later.0 == first.0 && later.1 == first.1);
    let mut steps: Steps<K, T> = Vec::new();
    let mut open: Vec<(K, Option<T>)> = Vec::new();
    let put = |steps: &mut Steps<K, T>, key: K, value: Option<T>| match steps.last_mut() {
        Some(last) if last.0 == key => last.1 = value,
        _ => steps.push((key, value)),
    };
    let close = |steps: &mut Steps<K, T>, open: &mut Vec<(K, Option<T>)>| {
        if let Some((last, _)) = open.pop()
            && let Some(key) = next(last)
        {
            put(steps, key, open.last().and_then(|(_, value)| *value));
        }
    };
    for (start, last, value) in spans {
        while open.last().is_some_and(|(end, _)| *end < start) {
            close(&mut steps, &mut open);
        }
        put(&mut steps, start, value);
        open.push((last, value));
    }
    while !open.is_empty() {
        close(&mut steps, &mut open);
    }
    steps
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_if_every_prefix_were_tried(
            nets in proptest::collection::vec((any::<u32>(), 0u8..=32, any::<Option<u8>>()), 0..24),
            probes in proptest::collection::vec(any::<u32>(), 0..24),
        ) {
            // Few distinct high bits make nesting common; the ends of the number line are always probed.
            let nets: Vec<(IpNet, Option<u8>)> = nets
                .iter()
                .map(|(ip, len, value)| {
                    let net = ipnet::Ipv4Net::new(Ipv4Addr::from(ip & 0xe000_00ff), *len).unwrap();
                    (IpNet::V4(net.trunc()), *value)
                })
                .collect();
            let ranges = Ranges::new(nets.clone());
            let edges = nets.iter().flat_map(|(net, _)| [net.network(), net.broadcast()]);
            let all = probes
                .iter()
                .map(|ip| IpAddr::from(Ipv4Addr::from(ip & 0xe000_00ff)))
                .chain(edges)
                .chain([Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::BROADCAST.into()]);
            for ip in all {
                let mut best: Option<&(IpNet, Option<u8>)> = None;
                for entry in nets.iter().filter(|(net, _)| net.contains(&ip)) {
                    if best.is_none_or(|b| entry.0.prefix_len() > b.0.prefix_len()) {
                        best = Some(entry);
                    }
                }
                prop_assert_eq!(ranges.get(ip), best.and_then(|b| b.1), "{}", ip);
            }
        }
    }
}
