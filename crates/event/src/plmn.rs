//! Mobile networks by their codes.
//!
//! Source: 3GPP TS 23.003 §2.2 (IMSI), §12.1 (PLMN identity); ITU-T E.212.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A mobile network: MCC and MNC, the number of MNC digits kept because 01 and 001 are two networks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Plmn {
    pub mcc: u16,
    pub mnc: u16,
    /// 2 or 3.
    pub mnc_digits: u8,
}

/// Countries whose networks have three MNC digits (ITU-T E.212 assignments: North America and the Caribbean, parts
/// of Latin America, and the test range 999 aside). India's 405 and a few others mix both; two digits is taken there.
const THREE_DIGIT_MCC: &[u16] = &[
    302, 310, 311, 312, 313, 314, 315, 316, 334, 338, 342, 344, 346, 348, 350, 352, 354, 356, 358,
    360, 365, 366, 376, 708, 722, 732, 738, 750,
];

impl Plmn {
    /// From the first digits of an IMSI. Whether the MNC has two or three digits is not in an IMSI: the country decides.
    pub fn of_imsi(digits: &str) -> Option<Self> {
        let mcc: u16 = digits.get(..3)?.parse().ok()?;
        let mnc_digits: u8 = if THREE_DIGIT_MCC.contains(&mcc) { 3 } else { 2 };
        let mnc = digits.get(3..3 + usize::from(mnc_digits))?.parse().ok()?;
        Some(Self { mcc, mnc, mnc_digits })
    }

    /// From the three octets of TS 24.008 §10.5.1.3: MCC2 MCC1, MNC3 MCC3, MNC2 MNC1; filler F as MNC3 means two digits.
    pub fn from_octets(octets: [u8; 3]) -> Option<Self> {
        let [a, b, c] = octets;
        let digit = |d: u8| (d < 10).then_some(u16::from(d));
        let mcc = digit(a & 15)? * 100 + digit(a >> 4)? * 10 + digit(b & 15)?;
        let two = digit(c & 15)? * 10 + digit(c >> 4)?;
        match b >> 4 {
            15 => Some(Self { mcc, mnc: two, mnc_digits: 2 }),
            third => Some(Self { mcc, mnc: two * 10 + digit(third)?, mnc_digits: 3 }),
        }
    }

    /// The same network, whichever way the MNC was written (23.003 §12.1 pads two digits to three in names).
    pub fn same_network(self, other: Self) -> bool {
        self.mcc == other.mcc && self.mnc == other.mnc
    }

    /// From a realm or host such as `epc.mnc001.mcc001.3gppnetwork.org` or `internet.mnc001.mcc001.gprs` (TS 23.003 §19.2).
    pub fn of_domain(name: &str) -> Option<Self> {
        let number = |prefix: &str| {
            name.split('.').find_map(|label| {
                let rest = label
                    .get(..3)
                    .filter(|p| p.eq_ignore_ascii_case(prefix))
                    .and_then(|_| label.get(3..))?;
                (rest.len() == 3).then(|| rest.parse::<u16>().ok()).flatten()
            })
        };
        let (mcc, mnc) = (number("mcc")?, number("mnc")?);
        let mnc_digits = if mnc > 99 || THREE_DIGIT_MCC.contains(&mcc) { 3 } else { 2 };
        Some(Self { mcc, mnc, mnc_digits })
    }
}

impl fmt::Display for Plmn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}-{:0width$}", self.mcc, self.mnc, width = usize::from(self.mnc_digits))
    }
}

/// Text that is no PLMN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPlmn;

impl fmt::Display for NotAPlmn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a PLMN: write MCC-MNC, such as 001-01 or 310-410")
    }
}

impl std::error::Error for NotAPlmn {}

impl FromStr for Plmn {
    type Err = NotAPlmn;

    fn from_str(text: &str) -> Result<Self, NotAPlmn> {
        let (mcc, mnc) = text.split_once('-').ok_or(NotAPlmn)?;
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if mcc.len() != 3 || !(2..=3).contains(&mnc.len()) || !digits(mcc) || !digits(mnc) {
            return Err(NotAPlmn);
        }
        Ok(Self {
            mcc: mcc.parse().map_err(|_| NotAPlmn)?,
            mnc: mnc.parse().map_err(|_| NotAPlmn)?,
            mnc_digits: if mnc.len() == 3 { 3 } else { 2 },
        })
    }
}

impl Serialize for Plmn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Plmn {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Plmn {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Plmn".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9]{3}-[0-9]{2,3}$", "description": "MCC-MNC" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_in_four_spellings() {
        let plmn: Plmn = "001-01".parse().unwrap();
        assert_eq!(Plmn::of_imsi("001010000000001"), Some(plmn));
        assert_eq!(Plmn::from_octets([0x00, 0xf1, 0x10]), Some(plmn));
        assert_eq!(Plmn::of_domain("hss.epc.mnc001.mcc001.3gppnetwork.org"), Some(plmn));
        assert_eq!(plmn.to_string(), "001-01");
        assert_eq!(Plmn::of_imsi("310410123456789").unwrap().to_string(), "310-410");
    }

    #[test]
    fn what_is_no_plmn() {
        for text in ["", "1-1", "001-1", "001-0001", "0a1-01", "00101"] {
            assert_eq!(text.parse::<Plmn>(), Err(NotAPlmn), "{text}");
        }
        assert_eq!(Plmn::from_octets([0xff, 0xff, 0xff]), None);
        assert_eq!(Plmn::of_imsi("31"), None);
    }
}
