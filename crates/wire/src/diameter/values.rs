//! Values of AVPs that mean more than their octets: identities, networks, addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::Cursor;
use crate::tbcd::Digits;

/// An IMSI alone (TS 29.272 §5.2), or the user part of a NAI: there EAP methods put one digit before it (TS 23.003
/// §14.3, §19.3.2), and IMS does not (§13.3).
pub(super) fn imsi_of(name: &[u8]) -> Option<Digits> {
    let at = name.iter().position(|octet| *octet == b'@');
    let Some((user, realm)) = at.and_then(|at| name.split_at_checked(at)) else {
        return imsi(name);
    };
    if !ends_with(realm, b".3gppnetwork.org") {
        return None;
    }
    let eap = starts_with(realm, b"@nai.") || starts_with(realm, b"@wlan.");
    match user.split_first() {
        Some((b'0'..=b'8', rest)) if eap => imsi(rest),
        _ => imsi(user),
    }
}

/// Digits alone, as many as an IMSI has.
pub(super) fn imsi(text: &[u8]) -> Option<Digits> {
    Digits::ascii(text).filter(|imsi| (6..=15).contains(&imsi.len()))
}

/// The IMEI or IMEISV of a User-Equipment-Info-Value or 3GPP-IMEISV: as text, or two digits an octet.
pub(super) fn imei(value: &[u8]) -> Option<Digits> {
    Digits::ascii(value)
        .filter(|imei| (14..=16).contains(&imei.len()))
        .or_else(|| Digits::tbcd(value).filter(|imei| (14..=16).contains(&imei.len())))
}

/// What a public identity (RFC 3261 URI, RFC 3966 number) names: an IMSI under an IMS realm (TS 23.003 §13.4B), or a
/// telephone number.
pub(super) fn public_identity(uri: &[u8]) -> (Option<Digits>, Option<Digits>) {
    let rest = uri.strip_prefix(b"sip:").or_else(|| uri.strip_prefix(b"tel:")).unwrap_or(uri);
    if let Some(number) = rest.strip_prefix(b"+") {
        let end = number.iter().position(|octet| !octet.is_ascii_digit()).unwrap_or(number.len());
        return (None, number.get(..end).and_then(Digits::ascii));
    }
    (if rest.contains(&b'@') { imsi_of(rest) } else { None }, None)
}

/// RFC 6733 §4.3.1: two octets of address family (IANA), then the address.
pub(super) fn address(value: Cursor<'_>) -> Option<IpAddr> {
    let mut cur = value;
    match (cur.u16().ok()?, cur.len()) {
        (1, 4) => v4(cur),
        (2, 16) => v6(cur),
        _ => None,
    }
}

/// The same, or the address alone as AVPs from RADIUS have it.
pub(super) fn any_address(value: Cursor<'_>) -> Option<IpAddr> {
    match value.len() {
        4 => v4(value),
        16 => v6(value),
        _ => address(value),
    }
}

fn v4(mut cur: Cursor<'_>) -> Option<IpAddr> {
    cur.array::<4>().ok().map(|octets| Ipv4Addr::from(octets).into())
}

fn v6(mut cur: Cursor<'_>) -> Option<IpAddr> {
    cur.array::<16>().ok().map(|octets| Ipv6Addr::from(octets).into())
}

/// RFC 3162 §2.3: a reserved octet, the length of the prefix, and as many octets of it as are needed.
pub(super) fn prefix(mut value: Cursor<'_>) -> Option<IpAddr> {
    let (_, bits) = (value.u8().ok()?, value.u8().ok()?);
    if bits > 128 || value.len() > 16 {
        return None;
    }
    let mut octets = [0; 16];
    for (to, from) in octets.iter_mut().zip(value.rest()) {
        *to = *from;
    }
    Some(Ipv6Addr::from(octets).into())
}

/// Three octets of MCC and MNC from five or six digits of text (3GPP-SGSN-MCC-MNC, TS 29.061 §16.4.7).
pub(super) fn plmn_of_digits(text: &[u8]) -> Option<[u8; 3]> {
    let digit = |octet: &u8| octet.is_ascii_digit().then_some(octet & 15);
    let (a, b, c, d, e, f) = match text {
        [a, b, c, d, e] => (a, b, c, d, e, None),
        [a, b, c, d, e, f] => (a, b, c, d, e, Some(f)),
        _ => return None,
    };
    let third = f.map_or(Some(15), digit)?;
    Some([digit(b)? << 4 | digit(a)?, third << 4 | digit(c)?, digit(e)? << 4 | digit(d)?])
}

/// The network of a 3GPP-User-Location-Info (TS 29.061 §16.4.7.2, TS 29.274 §8.21-5): every kind of place begins with
/// its MCC and MNC.
pub(super) fn plmn_of_location(mut value: Cursor<'_>) -> Option<[u8; 3]> {
    match value.u8().ok()? {
        0..=2 | 128..=132 | 135..=137 => value.array().ok(),
        _ => None,
    }
}

fn ends_with(text: &[u8], end: &[u8]) -> bool {
    let start = text.len().saturating_sub(end.len());
    text.get(start..).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

fn starts_with(text: &[u8], start: &[u8]) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_addresses() {
        assert_eq!(plmn_of_digits(b"00101"), Some([0x00, 0xf1, 0x10]));
        assert_eq!(plmn_of_digits(b"310410"), Some([0x13, 0x00, 0x14]));
        assert_eq!(plmn_of_digits(b"31x410"), None);
        assert_eq!(
            plmn_of_location(Cursor::new(&[130, 0, 0xf1, 0x10, 0, 1])),
            Some([0, 0xf1, 0x10])
        );
        assert_eq!(plmn_of_location(Cursor::new(&[200, 0, 0xf1, 0x10])), None);
        let ip = |value: &[u8]| any_address(Cursor::new(value)).map(|ip| ip.to_string());
        assert_eq!(ip(&[192, 0, 2, 1]).as_deref(), Some("192.0.2.1"));
        assert_eq!(ip(&[0, 1, 192, 0, 2, 1]).as_deref(), Some("192.0.2.1"));
        assert_eq!(ip(&[0, 2, 192, 0, 2, 1]), None);
        let net = prefix(Cursor::new(&[0, 64, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 1])).unwrap();
        assert_eq!(net.to_string(), "2001:db8:0:1::");
    }

    #[test]
    fn identities() {
        let text = |digits: Option<Digits>| digits.map(|digits| digits.to_string());
        let (imsi, msisdn) = public_identity(b"sip:+99901000031@ims.example;user=phone");
        assert_eq!((text(imsi), text(msisdn).as_deref()), (None, Some("99901000031")));
        assert_eq!(text(imei(b"3564900800000101")).as_deref(), Some("3564900800000101"));
        assert_eq!(
            text(imei(&[0x53, 0x46, 0x09, 0x80, 0, 0, 0x10, 0x10])).as_deref(),
            Some("3564900800000101")
        );
        assert_eq!(text(imei(b"\0\x11\x22\x33\x44\x55")), None);
    }
}
