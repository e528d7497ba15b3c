//! Addresses of the signalling network: global titles and point codes.
//!
//! Source: ITU-T Q.713 §3.4 (global title), Q.704 (point code), E.164 and its list of country codes.

use std::fmt;
use std::str::FromStr;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Subscriber;

/// How many digits of an E.164 number are its country code: one for zones 1 and 7, two for the codes below, three
/// for the rest (ITU-T E.164 Annex D). Zero when there are no digits.
pub fn country_code_len(digits: &str) -> usize {
    let wanted = match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    };
    wanted.min(digits.len())
}

/// A global title. `digits` are those of a node; where a message is routed on a subscriber's own number (called party
/// of sendRoutingInfoForSM, or an E.214 title made from an IMSI) `digits` is empty and `subscriber` stands instead.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct GlobalTitle {
    /// `sccp.calling.digits`, `sccp.called.digits`
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    #[schemars(with = "String")]
    pub digits: CompactString,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscriber: Option<Subscriber>,
    /// Translation type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tt: Option<u8>,
    /// Numbering plan: 1 E.164, 6 E.212, 7 E.214.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub np: Option<u8>,
    /// Nature of address: 4 international.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nai: Option<u8>,
}

impl fmt::Display for GlobalTitle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subscriber {
            Some(subscriber) => subscriber.fmt(f),
            None => f.write_str(&self.digits),
        }
    }
}

/// A signalling point: ITU 14 bits, or ANSI 24 bits.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct PointCode(pub u32);

impl fmt::Display for PointCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Text that is no point code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPointCode;

impl fmt::Display for NotAPointCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a point code: write a number, ITU 3-8-3 such as 4-3-2, or ANSI 8-8-8 such as 245-1-2")
    }
}

impl std::error::Error for NotAPointCode {}

impl FromStr for PointCode {
    type Err = NotAPointCode;

    /// A number; or three parts, ITU 3-8-3 bits where they fit and ANSI 8-8-8 otherwise.
    fn from_str(text: &str) -> Result<Self, NotAPointCode> {
        let parts: Vec<u32> = text
            .split('-')
            .map(|part| part.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|_| NotAPointCode)?;
        match *parts.as_slice() {
            [whole] if whole < 1 << 24 => Ok(Self(whole)),
            [zone, area, point] if zone < 8 && area < 256 && point < 8 => {
                Ok(Self(zone << 11 | area << 3 | point))
            }
            [network, cluster, member] if network < 256 && cluster < 256 && member < 256 => {
                Ok(Self(network << 16 | cluster << 8 | member))
            }
            _ => Err(NotAPointCode),
        }
    }
}

/// A called or calling party address of SCCP (Q.713 §3.4).
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct SccpAddress {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gt: Option<GlobalTitle>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssn: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pc: Option<PointCode>,
    /// The routing indicator: true routes on subsystem number, false on global title.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub route_on_ssn: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn country_codes() {
        for (digits, len) in [
            ("31654000101", 2),
            ("12025550100", 1),
            ("99901000031", 3),
            ("358401234", 3),
            ("", 0),
            ("3", 1),
        ] {
            assert_eq!(country_code_len(digits), len, "{digits}");
        }
    }

    #[test]
    fn point_codes() {
        assert_eq!("1001".parse(), Ok(PointCode(1001)));
        assert_eq!("4-3-2".parse(), Ok(PointCode(4 << 11 | 3 << 3 | 2)));
        assert_eq!("245-1-2".parse(), Ok(PointCode(245 << 16 | 1 << 8 | 2)));
        for text in ["", "a", "1-2", "1-2-3-4", "300-1-1", "16777216"] {
            assert_eq!(text.parse::<PointCode>(), Err(NotAPointCode), "{text}");
        }
    }
}
