//! Prefixes that hold what belongs together and nothing else: networks around addresses, digits before titles.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

/// How far around an address its owner's network is guessed to reach.
const WIDEST: [u8; 2] = [24, 64];

/// Networks that hold every address of `owner` and none of anybody else; `all` are addresses with their owners, sorted.
pub(super) fn networks(all: &[(IpAddr, usize)], owner: usize) -> Vec<IpNet> {
    let mut nets: Vec<IpNet> = Vec::new();
    for (ip, _) in all.iter().filter(|(_, whose)| *whose == owner) {
        if !nets.last().is_some_and(|net| net.contains(ip)) {
            nets.extend(around(*ip, all, owner));
        }
    }
    IpNet::aggregate(&nets)
}

/// The widest network around an address that holds nobody else.
fn around(ip: IpAddr, all: &[(IpAddr, usize)], owner: usize) -> Option<IpNet> {
    let [v4, v6] = WIDEST;
    let (widest, narrowest) = if ip.is_ipv4() { (v4, 32) } else { (v6, 128) };
    (widest..=narrowest).find_map(|len| {
        let net = IpNet::new(ip, len).ok()?.trunc();
        let (first, last) = (net.network(), net.broadcast());
        let from = all.partition_point(|(other, _)| *other < first);
        let mut inside = all.iter().skip(from).take_while(|(other, _)| *other <= last);
        inside.all(|(_, whose)| *whose == owner).then_some(net)
    })
}

/// Wider networks where many narrow ones were seen side by side: 8 of 256 make one.
pub(super) fn widened(nets: &[IpNet], taken: &[IpNet]) -> Vec<IpNet> {
    let mut wide: BTreeMap<IpNet, Vec<IpNet>> = BTreeMap::new();
    for net in nets {
        let len = if net.addr().is_ipv4() { 16 } else { 40 };
        let around = IpNet::new(net.addr(), len).map_or(*net, |net| net.trunc());
        wide.entry(around).or_default().push(*net);
    }
    let mut out = Vec::new();
    for (around, narrow) in wide {
        let free = taken.iter().all(|net| !around.contains(net) && !net.contains(&around));
        if narrow.len() >= 8 && free {
            out.push(around);
        } else {
            out.extend(narrow);
        }
    }
    IpNet::aggregate(&out)
}

/// Groups of titles by the shortest prefix, from `len` digits on, within which only one owner is known.
pub(super) fn prefixes<K: Copy + PartialEq>(
    titles: &[(&str, Option<K>)],
    len: usize,
) -> Vec<(String, Option<K>)> {
    let mut out = Vec::new();
    let mut groups: BTreeMap<&str, Vec<(&str, Option<K>)>> = BTreeMap::new();
    for (digits, owner) in titles {
        groups.entry(digits.get(..len).unwrap_or(digits)).or_default().push((digits, *owner));
    }
    for (prefix, members) in groups {
        let mut owners = members.iter().filter_map(|(_, owner)| *owner);
        let first = owners.next();
        if owners.all(|owner| Some(owner) == first) || len >= 15 {
            out.push((prefix.to_owned(), first));
        } else {
            out.extend(prefixes(&members, len + 1));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_end_where_somebody_else_begins() {
        let shown = |own: &[&str], foreign: &[&str]| {
            let all = own.iter().map(|ip| (*ip, 1)).chain(foreign.iter().map(|ip| (*ip, 2)));
            let mut all: Vec<(IpAddr, usize)> =
                all.map(|(ip, whose)| (ip.parse().unwrap(), whose)).collect();
            all.sort_unstable();
            networks(&all, 1).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(shown(&["192.0.2.1", "192.0.2.9"], &["198.51.100.1"]), ["192.0.2.0/24"]);
        assert_eq!(shown(&["192.0.2.1", "192.0.2.9"], &["192.0.2.200"]), ["192.0.2.0/25"]);
        assert_eq!(shown(&["192.0.2.1"], &["192.0.2.0"]), ["192.0.2.1/32"]);
        assert_eq!(shown(&["192.0.2.1"], &["192.0.2.1"]), [""; 0]);
        assert_eq!(shown(&["2001:db8::1"], &["2001:db8::ffff"]), ["2001:db8::/113"]);
    }

    #[test]
    fn prefixes_are_as_long_as_it_takes_to_tell_owners_apart() {
        let all =
            [("9990100", Some(1)), ("9990111", Some(1)), ("9990200", Some(2)), ("9990299", None)];
        assert_eq!(
            prefixes(&all, 5),
            [("99901".to_owned(), Some(1)), ("99902".to_owned(), Some(2))]
        );
        let near = [("9990100", Some(1)), ("9990111", Some(2)), ("9990122", None)];
        assert_eq!(
            prefixes(&near, 5),
            [
                ("999010".to_owned(), Some(1)),
                ("999011".to_owned(), Some(2)),
                ("999012".to_owned(), None)
            ]
        );
        let same = [("99901", Some(1)), ("99901", Some(2))];
        assert_eq!(prefixes(&same, 5).len(), 1, "no digit tells them apart");
    }
}
