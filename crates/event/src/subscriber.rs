//! Subscriber identities, which leave the tracker only as pseudonyms.
//!
//! An identity keeps the part that says which network or country it belongs to; the rest becomes a keyed BLAKE3 hash,
//! stable for one key, so that two records of one subscriber still join. Whoever holds no key cannot try all numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::numbering::country_code_len;
use crate::plmn::Plmn;

/// Up to 19 decimal digits, leading zeros kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits {
    value: u64,
    len: u8,
}

impl Digits {
    /// `None` for anything but one to 19 decimal digits.
    pub fn new(text: &str) -> Option<Self> {
        if text.is_empty() || text.len() > 19 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Some(Self { value: text.parse().ok()?, len: u8::try_from(text.len()).ok()? })
    }

    pub const fn len(self) -> usize {
        self.len as usize
    }

    /// As a number, leading zeros lost.
    pub const fn value(self) -> u64 {
        self.value
    }

    pub const fn is_empty(self) -> bool {
        self.len == 0
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.len == 0 {
            return Ok(());
        }
        write!(f, "{:0width$}", self.value, width = usize::from(self.len))
    }
}

/// What kind of identity it was; two kinds with the same digits give two pseudonyms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    Imsi,
    Msisdn,
    Imei,
}

/// A subscriber or device identity as events carry it: `00101~5d3f09a1c47be210`, or all digits where the operator
/// asked to see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subscriber {
    /// IMSI: MCC and MNC. MSISDN: country code. IMEI: the type allocation code, which names a model and not a person.
    /// With identities revealed, all digits.
    pub prefix: Digits,
    /// `None` when identities are revealed.
    pub pseudonym: Option<u64>,
}

impl Subscriber {
    /// The home network of an IMSI.
    pub fn plmn(&self) -> Option<Plmn> {
        let text = self.prefix.to_string();
        match (self.pseudonym, text.len()) {
            (Some(_), 5) => Some(Plmn {
                mcc: text.get(..3)?.parse().ok()?,
                mnc: text.get(3..)?.parse().ok()?,
                mnc_digits: 2,
            }),
            (Some(_), 6) => Some(Plmn {
                mcc: text.get(..3)?.parse().ok()?,
                mnc: text.get(3..)?.parse().ok()?,
                mnc_digits: 3,
            }),
            (None, _) => Plmn::of_imsi(&text),
            _ => None,
        }
    }
}

impl fmt::Display for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pseudonym {
            Some(hash) => write!(f, "{}~{hash:016x}", self.prefix),
            None => write!(f, "{}", self.prefix),
        }
    }
}

/// Text that is no subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotASubscriber;

impl fmt::Display for NotASubscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a subscriber such as 00101~5d3f09a1c47be210")
    }
}

impl std::error::Error for NotASubscriber {}

impl FromStr for Subscriber {
    type Err = NotASubscriber;

    fn from_str(text: &str) -> Result<Self, NotASubscriber> {
        let (prefix, pseudonym) = match text.split_once('~') {
            Some((prefix, hash)) if hash.len() == 16 => {
                (prefix, Some(u64::from_str_radix(hash, 16).map_err(|_| NotASubscriber)?))
            }
            Some(_) => return Err(NotASubscriber),
            None => (text, None),
        };
        let prefix = if prefix.is_empty() && pseudonym.is_some() {
            Digits::default()
        } else {
            Digits::new(prefix).ok_or(NotASubscriber)?
        };
        Ok(Self { prefix, pseudonym })
    }
}

impl Serialize for Subscriber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Subscriber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Subscriber {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Subscriber".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "pattern": "^[0-9]*(~[0-9a-f]{16})?$",
            "description": "a pseudonym: network or country prefix, then a keyed hash"
        })
    }
}

/// Turns identities into pseudonyms with the site's key.
#[derive(Clone)]
pub struct Pseudonymiser {
    key: [u8; 32],
    reveal: bool,
}

impl fmt::Debug for Pseudonymiser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pseudonymiser").field("reveal", &self.reveal).finish_non_exhaustive()
    }
}

impl Pseudonymiser {
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key, reveal: false }
    }

    /// Identities stay readable. The caller logs that this was asked for.
    pub const fn revealing(key: [u8; 32]) -> Self {
        Self { key, reveal: true }
    }

    /// `digits` as read from the message. What is no string of digits is hashed whole, with no prefix.
    pub fn subscriber(&self, identity: Identity, digits: &str) -> Subscriber {
        if self.reveal
            && let Some(prefix) = Digits::new(digits)
        {
            return Subscriber { prefix, pseudonym: None };
        }
        let keep = match identity {
            Identity::Imsi => {
                Plmn::of_imsi(digits).map_or(0, |plmn| 3 + usize::from(plmn.mnc_digits))
            }
            Identity::Msisdn => country_code_len(digits),
            Identity::Imei => 8,
        };
        let prefix = digits.get(..keep).and_then(Digits::new).unwrap_or_default();
        Subscriber { prefix, pseudonym: Some(self.hash(identity, digits)) }
    }

    /// The keyed hash of a domain name.
    pub fn name(&self, name: &str) -> u64 {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(b"name:");
        hasher.update(name.as_bytes());
        let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// The keyed hash alone.
    pub fn hash(&self, identity: Identity, digits: &str) -> u64 {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(match identity {
            Identity::Imsi => b"imsi:",
            Identity::Msisdn => b"msisdn:",
            Identity::Imei => b"imei:",
        });
        hasher.update(digits.as_bytes());
        let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_for_a_key_and_different_for_another() {
        let a = Pseudonymiser::new([1; 32]);
        let one = a.subscriber(Identity::Imsi, "001010123456789");
        assert_eq!(one, a.subscriber(Identity::Imsi, "001010123456789"));
        assert_ne!(one, Pseudonymiser::new([2; 32]).subscriber(Identity::Imsi, "001010123456789"));
        assert_ne!(one.pseudonym, a.subscriber(Identity::Msisdn, "001010123456789").pseudonym);
    }

    #[test]
    fn keeps_the_network_and_nothing_more() {
        let key = Pseudonymiser::new([1; 32]);
        let imsi = key.subscriber(Identity::Imsi, "001010123456789").to_string();
        assert!(imsi.starts_with("00101~") && !imsi.contains("0123456789"), "{imsi}");
        let msisdn = key.subscriber(Identity::Msisdn, "31654000101").to_string();
        assert!(msisdn.starts_with("31~"), "{msisdn}");
        assert_eq!(
            key.subscriber(Identity::Imsi, "001010123456789").plmn().unwrap().to_string(),
            "001-01"
        );
    }

    #[test]
    fn text_and_back() {
        let key = Pseudonymiser::new([7; 32]);
        for digits in ["001010123456789", "", "1", "not digits", "99999999999999999999999"] {
            for kind in [Identity::Imsi, Identity::Msisdn, Identity::Imei] {
                let subscriber = key.subscriber(kind, digits);
                assert_eq!(subscriber.to_string().parse(), Ok(subscriber), "{digits}");
            }
        }
        let clear = Pseudonymiser::revealing([7; 32]).subscriber(Identity::Imsi, "001010123456789");
        assert_eq!(clear.to_string(), "001010123456789");
        assert_eq!("001010123456789".parse(), Ok(clear));
        assert_eq!(clear.plmn().unwrap().to_string(), "001-01");
    }
}
