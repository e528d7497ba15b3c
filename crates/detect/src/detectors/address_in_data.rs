//! Does this data name that address and port: in binary or text, in clear or under one repeated key octet?
//!
//! A magic packet tells its listener where to call. Which layout it uses is not published for every tool, so all plain
//! ones are tried: the destination of the call that followed is known, and only that one is looked for.

use std::net::IpAddr;

/// How far from the address its port may stand: a socket address structure, or two octets of padding and a 32-bit port.
const NEAR: usize = 8;
/// Shortest run of hexadecimal digits that can hold an IPv4 address and a port.
const MIN_HEX: usize = 12;

/// How the address was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Binary,
    Text,
    Xor(u8),
}

/// An address and its port, found in data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) form: Form,
    /// `in network byte order`
    pub(super) how: &'static str,
    pub(super) offset: usize,
    /// The port stands beside the address; otherwise elsewhere in the data.
    pub(super) near: bool,
}

/// Octets of a string of hexadecimal digits, as events carry data; what is no digit ends it.
pub(super) fn unhex(text: &str) -> Vec<u8> {
    let digit = |octet: u8| char::from(octet).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let mut out = Vec::with_capacity(text.len() / 2);
    for pair in text.as_bytes().chunks_exact(2) {
        let &[high, low] = pair else { break };
        let (Some(high), Some(low)) = (digit(high), digit(low)) else { break };
        out.push(high << 4 | low);
    }
    out
}

/// Where `data` names both `ip` and `port`, the most telling place first.
pub(super) fn find(data: &[u8], ip: IpAddr, port: u16) -> Option<Found> {
    let ip = ip.to_canonical();
    binary(data, ip, port)
        .into_iter()
        .chain(text(data, ip, port))
        .chain(hex_text(data, ip, port))
        .min_by_key(|found| (matches!(found.form, Form::Xor(_)), !found.near))
}

/// Whether `data` names `ip` in clear, with or without a port.
pub(super) fn names(data: &[u8], ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    let binary = |octets: &[u8]| data.windows(octets.len()).any(|window| window == octets);
    orders(ip).iter().any(|(octets, _)| binary(octets)) || binary(ip.to_string().as_bytes())
}

/// The octets of an address in the orders that machines keep them.
fn orders(ip: IpAddr) -> Vec<(Vec<u8>, &'static str)> {
    match ip {
        IpAddr::V4(v4) => vec![
            (v4.octets().to_vec(), "in network byte order"),
            (v4.octets().iter().rev().copied().collect(), "in host byte order"),
        ],
        IpAddr::V6(v6) => vec![(v6.octets().to_vec(), "in network byte order")],
    }
}

/// The key under which `window` is `pattern`; 0 when it is in clear.
fn key_of(window: &[u8], pattern: &[u8]) -> Option<u8> {
    let key = window.first()? ^ pattern.first()?;
    window.iter().zip(pattern).all(|(w, p)| w ^ p == key).then_some(key)
}

fn binary(data: &[u8], ip: IpAddr, port: u16) -> Option<Found> {
    let mut best: Option<Found> = None;
    for (octets, how) in orders(ip) {
        // An address of equal octets is under some key wherever four octets are equal.
        let plain_only = octets.windows(2).all(|pair| pair.first() == pair.last());
        for (offset, window) in data.windows(octets.len()).enumerate() {
            let Some(key) = key_of(window, &octets) else { continue };
            if key != 0 && plain_only {
                continue;
            }
            let end = offset + octets.len();
            let near = has_port(data, (offset.saturating_sub(NEAR), offset), port, key)
                || has_port(data, (end, end + NEAR), port, key);
            let far = key == 0
                && (has_port(data, (0, offset), port, 0)
                    || has_port(data, (end, data.len()), port, 0));
            if !near && !far {
                continue;
            }
            let form = if key == 0 { Form::Binary } else { Form::Xor(key) };
            let found = Found { form, how, offset, near };
            if near && key == 0 {
                return Some(found);
            }
            best = Some(match best {
                Some(kept) if kept.form == Form::Binary => kept,
                _ => found,
            });
        }
    }
    best
}

/// Whether the port stands in this part of the data, in either byte order.
fn has_port(data: &[u8], (from, to): (usize, usize), port: u16, key: u8) -> bool {
    let [high, low] = port.to_be_bytes().map(|octet| octet ^ key);
    let part = data.get(from..to.min(data.len())).unwrap_or_default();
    part.windows(2).any(|pair| pair == [high, low] || pair == [low, high])
}

fn text(data: &[u8], ip: IpAddr, port: u16) -> Option<Found> {
    let mut forms = vec![(ip.to_string(), "as text")];
    if let IpAddr::V4(v4) = ip {
        forms.push((u32::from(v4).to_string(), "as a decimal number"));
    }
    for (form, how) in forms {
        let pattern = form.as_bytes();
        for (offset, window) in data.windows(pattern.len()).enumerate() {
            let Some(key) = key_of(window, pattern) else { continue };
            let clear: Vec<u8> = data.iter().map(|octet| octet ^ key).collect();
            if is_address_part(&clear, offset, offset + pattern.len())
                && let Some(near) = text_port(&clear, offset, offset + pattern.len(), port)
                    .or_else(|| beside(&clear, offset, offset + pattern.len(), port))
            {
                let form = if key == 0 { Form::Text } else { Form::Xor(key) };
                return Some(Found { form, how, offset, near });
            }
        }
    }
    None
}

/// Whether the port stands right beside the text in binary.
fn beside(clear: &[u8], start: usize, end: usize, port: u16) -> Option<bool> {
    let near = has_port(clear, (start.saturating_sub(4), start), port, 0)
        || has_port(clear, (end, end + 4), port, 0);
    near.then_some(true)
}

/// The address is whole: not a part of a longer one.
fn is_address_part(clear: &[u8], start: usize, end: usize) -> bool {
    let at = |i: usize| clear.get(i).copied().unwrap_or(b' ');
    let before = start.checked_sub(1).map_or(b' ', at);
    !before.is_ascii_digit() && before != b'.' && !at(end).is_ascii_digit()
}

/// Whether the port stands in the text as a number of its own, and whether right behind the address. An octet of
/// another dotted address is no port.
fn text_port(clear: &[u8], start: usize, end: usize, port: u16) -> Option<bool> {
    let dot = |i: Option<usize>| i.and_then(|i| clear.get(i)) == Some(&b'.');
    let mut found = None;
    let mut i = 0;
    while i < clear.len() {
        let digits = clear.iter().skip(i).take_while(|octet| octet.is_ascii_digit()).count();
        let run = (i, i + digits);
        i += digits.max(1);
        let outside = run.1 <= start || end <= run.0;
        let octet_of_another =
            dot(run.0.checked_sub(1)) && run.0 != end + 1 || dot(Some(run.1)) && run.1 + 1 != start;
        if !(1..=5).contains(&digits) || !outside || octet_of_another {
            continue;
        }
        let value = clear.get(run.0..run.1).and_then(|text| std::str::from_utf8(text).ok());
        if value.and_then(|text| text.parse().ok()) == Some(port) {
            let near = run.0.abs_diff(end) <= NEAR || start.abs_diff(run.1) <= NEAR;
            found = Some(found.unwrap_or(false) || near);
        }
    }
    found
}

/// Binary that was written out as hexadecimal digits.
fn hex_text(data: &[u8], ip: IpAddr, port: u16) -> Option<Found> {
    let mut offset = 0;
    for run in data.split(|octet| !octet.is_ascii_hexdigit()) {
        let start = offset;
        offset += run.len() + 1;
        if run.len() < MIN_HEX {
            continue;
        }
        let octets = std::str::from_utf8(run).map(unhex).unwrap_or_default();
        if let Some(found) = binary(&octets, ip, port)
            && found.form == Form::Binary
            && found.near
        {
            let offset = start + 2 * found.offset;
            return Some(Found {
                form: Form::Text,
                how: "as hexadecimal text",
                offset,
                near: true,
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const IP: &str = "203.0.113.77";

    fn form(data: &[u8], port: u16) -> Option<(Form, bool)> {
        find(data, IP.parse().unwrap(), port).map(|found| (found.form, found.near))
    }

    #[test]
    fn layouts_of_an_address_and_its_port() {
        let filler = [0x9c, 0x11, 0xe3, 0x72];
        let with = |parts: &[&[u8]]| [&[&filler[..]], parts, &[&filler[..]]].concat().concat();
        for data in [
            with(&[&[203, 0, 113, 77], &[0, 53]]),
            with(&[&[0, 53], &[203, 0, 113, 77]]),
            with(&[&[203, 0, 113, 77], &[53, 0]]),
            with(&[&[77, 113, 0, 203], &[53, 0]]),
            with(&[&[77, 113, 0, 203], &[53, 0, 0, 0]]),
            with(&[&[2, 0], &[0, 53], &[203, 0, 113, 77]]),
            with(&[&[203, 0, 113, 77], &[0, 0, 0, 53]]),
        ] {
            assert_eq!(form(&data, 53), Some((Form::Binary, true)), "{data:02x?}");
            let hidden: Vec<u8> = data.iter().map(|octet| octet ^ 0x5a).collect();
            assert_eq!(form(&hidden, 53), Some((Form::Xor(0x5a), true)), "{data:02x?}");
            let text: String = data.iter().map(|octet| format!("{octet:02X}")).collect();
            assert_eq!(form(text.as_bytes(), 53), Some((Form::Text, true)), "{text}");
        }
        for text in
            ["203.0.113.77:53", "connect 203.0.113.77 53", "53@203.0.113.77", "x=3405803853;53"]
        {
            assert_eq!(form(text.as_bytes(), 53).unwrap().0, Form::Text, "{text}");
            let hidden: Vec<u8> = text.bytes().map(|octet| octet ^ 0x86).collect();
            assert_eq!(form(&hidden, 53).unwrap().0, Form::Xor(0x86), "{text}");
        }
        let mixed = with(&[b"203.0.113.77", &[0], &[0x11, 0x5c]]);
        assert_eq!(form(&mixed, 4444), Some((Form::Text, true)));
        let far = with(&[&[203, 0, 113, 77], &[7; 20], &[0x11, 0x5c]]);
        assert_eq!(form(&far, 4444), Some((Form::Binary, false)));
    }

    #[test]
    fn what_names_another_address_or_no_port() {
        for text in [
            "203.0.113.77",
            "203.0.113.77 54",
            "203.0.113.770:53",
            "1203.0.113.77:53",
            "from 203.0.113.77 to 192.0.2.53",
        ] {
            assert_eq!(form(text.as_bytes(), 53), None, "{text}");
        }
        assert_eq!(form(&[203, 0, 113, 77, 0, 54], 53), None);
        assert_eq!(find(&[5; 64], "9.9.9.9".parse().unwrap(), 0x0909), None);
    }

    #[test]
    fn ipv6() {
        let ip: IpAddr = "2001:db8::77".parse().unwrap();
        let IpAddr::V6(v6) = ip else { unreachable!() };
        let data = [&v6.octets()[..], &[0x11, 0x5c]].concat();
        assert_eq!(find(&data, ip, 4444).unwrap().form, Form::Binary);
        assert_eq!(find(b"[2001:db8::77]:4444", ip, 4444).unwrap().form, Form::Text);
    }

    proptest! {
        #[test]
        fn never_panics(data in proptest::collection::vec(any::<u8>(), 0..256), ip: u32, port: u16) {
            let ip = IpAddr::V4(ip.into());
            let _ = find(&data, ip, port);
            let _ = names(&data, ip);
        }
    }
}
