//! The dictionary of AVPs: names, data types and flags, kept as data in `avps.tsv`.
//!
//! It is read once, when the first message asks; after that a look-up is one index for the spaces of the IETF and of
//! 3GPP, and a binary search for the rest.

use std::sync::LazyLock;

use super::VENDOR_3GPP;

/// Basic and derived data types (RFC 6733 §4.2, §4.3, §4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataType {
    OctetString,
    Integer32,
    Integer64,
    Unsigned32,
    Unsigned64,
    Float32,
    Float64,
    Address,
    Time,
    Utf8String,
    DiameterIdentity,
    DiameterUri,
    Enumerated,
    IpFilterRule,
    Grouped,
}

impl DataType {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "OctetString" => Self::OctetString,
            "Integer32" => Self::Integer32,
            "Integer64" => Self::Integer64,
            "Unsigned32" => Self::Unsigned32,
            "Unsigned64" => Self::Unsigned64,
            "Float32" => Self::Float32,
            "Float64" => Self::Float64,
            "Address" => Self::Address,
            "Time" => Self::Time,
            "UTF8String" => Self::Utf8String,
            "DiameterIdentity" => Self::DiameterIdentity,
            "DiameterURI" => Self::DiameterUri,
            "Enumerated" => Self::Enumerated,
            "IPFilterRule" => Self::IpFilterRule,
            "Grouped" => Self::Grouped,
            _ => return None,
        })
    }

    /// Octets of a value, where the type fixes them.
    pub const fn width(self) -> Option<usize> {
        match self {
            Self::Integer32 | Self::Unsigned32 | Self::Float32 | Self::Time | Self::Enumerated => {
                Some(4)
            }
            Self::Integer64 | Self::Unsigned64 | Self::Float64 => Some(8),
            _ => None,
        }
    }
}

/// What RFC 6733 §4.5 says of the M flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MandatoryFlag {
    Must,
    MustNot,
    Unsaid,
}

/// One AVP of the dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Zero for the space of the IETF.
    pub vendor: u32,
    pub code: u32,
    pub name: &'static str,
    pub data_type: DataType,
    pub mandatory: MandatoryFlag,
    /// The document that defines it.
    pub spec: &'static str,
}

/// What the dictionary says of an AVP; vendor 0 is the IETF's space.
#[inline]
pub fn entry(vendor: u32, code: u32) -> Option<&'static Entry> {
    DICTIONARY.find(vendor, code)
}

/// All AVPs, by vendor and code.
pub fn entries() -> &'static [Entry] {
    &DICTIONARY.entries
}

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| Dictionary::read(TEXT));

const TEXT: &str = include_str!("avps.tsv");

/// Codes below this are found by index.
const INDEXED: usize = 4_608;

struct Dictionary {
    entries: Vec<Entry>,
    /// Place in `entries` and one, of the IETF's and of 3GPP's codes; 0 is a code without a name.
    ietf: Box<[u16]>,
    tgpp: Box<[u16]>,
}

impl Dictionary {
    fn read(text: &'static str) -> Self {
        let entries: Vec<Entry> = text.lines().filter_map(line).collect();
        let mut ietf = vec![0; INDEXED].into_boxed_slice();
        let mut tgpp = ietf.clone();
        for (place, entry) in (1..=u16::MAX).zip(&entries) {
            let index = match entry.vendor {
                0 => &mut ietf,
                VENDOR_3GPP => &mut tgpp,
                _ => continue,
            };
            if let Some(slot) = index.get_mut(entry.code as usize) {
                *slot = place;
            }
        }
        Self { entries, ietf, tgpp }
    }

    #[inline]
    fn find(&self, vendor: u32, code: u32) -> Option<&Entry> {
        let index = match vendor {
            0 => &self.ietf,
            VENDOR_3GPP => &self.tgpp,
            _ => return self.search(vendor, code),
        };
        match index.get(code as usize) {
            Some(place) => self.entries.get(usize::from(*place).checked_sub(1)?),
            None => self.search(vendor, code),
        }
    }

    fn search(&self, vendor: u32, code: u32) -> Option<&Entry> {
        let at = self
            .entries
            .binary_search_by_key(&(vendor, code), |entry| (entry.vendor, entry.code))
            .ok()?;
        self.entries.get(at)
    }
}

/// One row; a remark or a row that breaks the shape is none, and a test counts them.
fn line(line: &'static str) -> Option<Entry> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = line.split('\t');
    let mut field = || fields.next();
    Some(Entry {
        vendor: field()?.parse().ok()?,
        code: field()?.parse().ok()?,
        name: field()?,
        data_type: DataType::of(field()?)?,
        mandatory: match field()? {
            "M" => MandatoryFlag::Must,
            "-" => MandatoryFlag::MustNot,
            _ => MandatoryFlag::Unsaid,
        },
        spec: field()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_in_its_place() {
        let rows = TEXT.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(entries().len(), rows);
        assert!(2_000 < rows && rows < usize::from(u16::MAX));
        assert!(entries().is_sorted_by(|a, b| (a.vendor, a.code) < (b.vendor, b.code)));
        for wanted in entries() {
            assert_eq!(entry(wanted.vendor, wanted.code), Some(wanted));
            assert!(!wanted.name.is_empty() && !wanted.spec.is_empty(), "{wanted:?}");
        }
    }

    #[test]
    fn by_name() {
        let name = |vendor, code| entry(vendor, code).map(|entry| entry.name);
        assert_eq!(name(0, 263), Some("Session-Id"));
        assert_eq!(name(VENDOR_3GPP, 1407), Some("Visited-PLMN-Id"));
        assert_eq!(name(13_019, 300), Some("Globally-Unique-Address"));
        assert_eq!((name(0, 0), name(0, 9_999_999), name(1, 1)), (None, None, None));
        let ambr = entry(VENDOR_3GPP, 1435).unwrap();
        assert_eq!((ambr.data_type, ambr.spec), (DataType::Grouped, "TS 29.272"));
        assert_eq!(entry(0, 264).unwrap().mandatory, MandatoryFlag::Must);
        assert_eq!(entry(0, 281).unwrap().mandatory, MandatoryFlag::MustNot);
    }
}
