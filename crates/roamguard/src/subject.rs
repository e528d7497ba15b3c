//! Whom or what a timeline is about, as the user writes it.

use std::net::IpAddr;

use anyhow::{Result, bail};
use engine::event::{Digits, Identity, PointCode, Pseudonymiser, Subscriber};

/// The forms that a subject may have, for help and for errors.
pub(crate) const FORMS: &str =
    "  00101~5d3f09a1c47be210      a subscriber, by the pseudonym that records print
  imsi: msisdn: imei: DIGITS  a subscriber or device; needs --key-file
  gt:31654000101              a node's global title
  ip:192.0.2.53               an address
  teid:0x1a2b3c4d             an endpoint of a tunnel
  session:HOST;1;2            a Diameter session
  host:mme1.example.org       a Diameter node
  pc:1001, pc:4-3-2           a point code
  association:3               an SCTP association, by the number in its records";

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Any of these pseudonyms: one identity may have been written in several ways.
    Subscriber(Vec<Subscriber>),
    Title(String),
    Address(IpAddr),
    Teid(u32),
    Session(String),
    Host(String),
    /// Any of these: three parts may be ITU 3-8-3 or ANSI 8-8-8.
    PointCode(Vec<PointCode>),
    Association(u64),
}

impl Subject {
    /// Reads what the user wrote. `key` is there when the user named the file of the key.
    pub(crate) fn read(text: &str, key: Option<&Pseudonymiser>) -> Result<Self> {
        let text = text.trim();
        let Some((form, rest)) = text.split_once(':').filter(|(form, _)| {
            form.len() > 1
                && form.bytes().all(|octet| octet.is_ascii_alphabetic())
                && text.parse::<IpAddr>().is_err()
        }) else {
            return Self::recognise(text, key);
        };
        let rest = rest.trim();
        let read = match form.to_ascii_lowercase().as_str() {
            "imsi" => return Self::identity(Identity::Imsi, rest, key),
            "msisdn" => return Self::identity(Identity::Msisdn, rest, key),
            "imei" => return Self::identity(Identity::Imei, rest, key),
            "gt" => digits(rest).map(|digits| Self::Title(digits.to_owned())),
            "ip" => rest.parse().ok().map(Self::Address),
            "teid" => teid(rest).map(Self::Teid),
            "session" => Some(Self::Session(rest.to_owned())),
            "host" => Some(Self::Host(rest.to_ascii_lowercase())),
            "pc" => point_codes(rest).map(Self::PointCode),
            "association" => rest.parse().ok().map(Self::Association),
            "subscriber" => rest.parse().ok().map(|subscriber| Self::Subscriber(vec![subscriber])),
            _ => None,
        };
        match read.filter(|_| !rest.is_empty()) {
            Some(subject) => Ok(subject),
            None => bail!("{text}: not a subject; write one of\n{FORMS}"),
        }
    }

    /// What needs no word in front, because it can be nothing else.
    fn recognise(text: &str, key: Option<&Pseudonymiser>) -> Result<Self> {
        if text.contains('~')
            && let Ok(subscriber) = text.parse()
        {
            return Ok(Self::Subscriber(vec![subscriber]));
        }
        if let Ok(ip) = text.parse() {
            return Ok(Self::Address(ip));
        }
        if text.starts_with("0x")
            && let Some(teid) = teid(text)
        {
            return Ok(Self::Teid(teid));
        }
        if text.contains(';') {
            return Ok(Self::Session(text.to_owned()));
        }
        if text.contains('-')
            && let Some(codes) = point_codes(text)
        {
            return Ok(Self::PointCode(codes));
        }
        match digits(text) {
            // Longer than a telephone number is in practice: an IMSI, or the IMEI of a device.
            Some(digits) if (14..=16).contains(&digits.len()) => {
                let mut all = Vec::new();
                for identity in [Identity::Imsi, Identity::Imei] {
                    if let Self::Subscriber(some) = Self::identity(identity, digits, key)? {
                        all.extend(some);
                    }
                }
                Ok(Self::Subscriber(all))
            }
            Some(digits) => bail!(
                "{digits} may be a global title, a telephone number or a point code; write gt:{digits}, \
                 msisdn:{digits} or pc:{digits}"
            ),
            None if text.contains('.') && text.bytes().any(|octet| octet.is_ascii_alphabetic()) => {
                Ok(Self::Host(text.to_ascii_lowercase()))
            }
            None => bail!("{text}: not a subject; write one of\n{FORMS}"),
        }
    }

    /// A subscriber by an identity in clear: whoever asks so has the key.
    fn identity(identity: Identity, text: &str, key: Option<&Pseudonymiser>) -> Result<Self> {
        // Records print pseudonyms under these names too.
        if text.contains('~')
            && let Ok(subscriber) = text.parse()
        {
            return Ok(Self::Subscriber(vec![subscriber]));
        }
        let Some(digits) = digits(text) else {
            bail!(
                "\"{text}\": an identity is digits, or a pseudonym such as 00101~5d3f09a1c47be210"
            );
        };
        let Some(key) = key else {
            bail!(
                "a subscriber is asked for by digits only with the key that pseudonyms are made with: --key-file FILE; \
                 without it write the pseudonym that records print"
            );
        };
        let mut all = vec![key.subscriber(identity, digits)];
        if identity == Identity::Imei
            && let Some(device) = digits.get(..14)
        {
            // The last digits are a check digit or a software version (TS 23.003 §6.2): the device is the same.
            let endings =
                (0..10).map(|n| format!("{n}")).chain((0..100).map(|n| format!("{n:02}")));
            all.extend(endings.map(|end| key.subscriber(identity, &format!("{device}{end}"))));
        }
        Ok(Self::Subscriber(all))
    }
}

/// Digits as people write a number: with a plus, and with spaces.
fn digits(text: &str) -> Option<&str> {
    let text = text.strip_prefix('+').unwrap_or(text);
    Digits::new(text).map(|_| text)
}

/// A point code in every reading that its form allows.
fn point_codes(text: &str) -> Option<Vec<PointCode>> {
    let mut all: Vec<PointCode> = vec![text.parse().ok()?];
    let parts: Vec<u8> = text
        .split('-')
        .map(|part| part.trim().parse())
        .collect::<Result<_, _>>()
        .unwrap_or_default();
    if let [network, cluster, member] = *parts.as_slice() {
        let ansi = PointCode(u32::from_be_bytes([0, network, cluster, member]));
        if !all.contains(&ansi) {
            all.push(ansi);
        }
    }
    Some(all)
}

fn teid(text: &str) -> Option<u32> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_nothing_else_is_recognised() {
        let read = |text| Subject::read(text, None);
        assert_eq!(read("192.0.2.53").unwrap(), Subject::Address("192.0.2.53".parse().unwrap()));
        assert_eq!(read("2001:db8::1").unwrap(), Subject::Address("2001:db8::1".parse().unwrap()));
        assert_eq!(read("ip:fe80::1").unwrap(), Subject::Address("fe80::1".parse().unwrap()));
        assert_eq!(read("0x1a").unwrap(), Subject::Teid(26));
        assert_eq!(read("teid:26").unwrap(), Subject::Teid(26));
        assert_eq!(read("4-3-2").unwrap(), read("pc:4-3-2").unwrap());
        let both = vec![PointCode(4 << 11 | 3 << 3 | 2), PointCode(0x04_03_02)];
        assert_eq!(read("4-3-2").unwrap(), Subject::PointCode(both));
        assert_eq!(read("245-1-2").unwrap(), Subject::PointCode(vec![PointCode(0xf5_01_02)]));
        assert_eq!(read("a.example;1;2").unwrap(), Subject::Session("a.example;1;2".into()));
        assert_eq!(read("MME.example").unwrap(), Subject::Host("mme.example".into()));
        assert_eq!(read("gt:+31654").unwrap(), Subject::Title("31654".into()));
        assert!(matches!(read("00101~5d3f09a1c47be210").unwrap(), Subject::Subscriber(_)));
    }

    #[test]
    fn what_may_be_several_things_is_asked_back() {
        for (text, hint) in [
            ("31654000101", "gt:31654000101"),
            ("1001", "pc:1001"),
            ("nonsense", "association:"),
            ("gt:x", "gt:"),
            ("001010123456789", "--key-file"),
            ("msisdn:31654000101", "--key-file"),
        ] {
            let said = Subject::read(text, None).unwrap_err().to_string();
            assert!(said.contains(hint), "{text}: {said}");
        }
    }

    #[test]
    fn a_device_is_known_whatever_the_last_digits() {
        let key = Pseudonymiser::new([1; 32]);
        let Subject::Subscriber(all) = Subject::read("imei:35938403846710", Some(&key)).unwrap()
        else {
            panic!("no subscriber")
        };
        assert!(all.contains(&key.subscriber(Identity::Imei, "3593840384671012")));
        assert!(all.contains(&key.subscriber(Identity::Imei, "359384038467105")));
    }
}
