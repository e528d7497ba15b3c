//! The table of fields: ours, Wireshark's, and how their values are brought to one form.

use std::collections::HashMap;
use std::net::IpAddr;

use anyhow::{Context as _, Result, bail};

/// The table as people read it.
pub const FIELDS: &str = include_str!("fields.tsv");

/// A field of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row(u16);

/// How values are brought to one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Decimal; Wireshark writes some in hexadecimal, and flags as words.
    Number,
    /// The low octet of a number.
    Octet,
    /// As it stands, white space at the ends and letter case apart.
    Text,
    /// An IP address in its usual form.
    Address,
    /// A name of labels: octets that are no ASCII are written in several ways.
    Name,
    /// A number; Wireshark writes those of ANSI networks as three.
    PointCode,
    /// Hexadecimal digits without separators.
    Octets,
    /// Digits of an identity, fillers cut off.
    Digits,
    /// The IMSI in a tunnel identifier (GSM 09.60 section 6): all but the last digit.
    TunnelImsi,
    /// AddressString (TS 29.002 section 17.7.8): octets, the extension bit set, which some senders leave out.
    AddressString,
    /// AddressString: its digits, where its nature and plan are not kept.
    AddressDigits,
    /// The PLMN at the start of a cell's or an area's identity.
    Plmn,
    /// Seconds and their parts, zeros at the end cut off.
    Time,
}

/// Which values of a frame are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them, whatever their order.
    All,
    /// The first: where we keep no more of several, or Wireshark has one name for different things.
    First,
    /// The set of those of all frames: a record tells them with a later frame, or once for a flow.
    OfCapture,
}

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Field {
    pub protocol: &'static str,
    /// Wireshark's names; several where it spreads over protocols what is one thing here.
    pub theirs: Vec<&'static str>,
    pub how: How,
    /// Which values of a frame are compared.
    pub which: Which,
    /// Where we have it.
    pub ours: &'static str,
}

impl Field {
    /// The name under which it is reported: Wireshark's first.
    pub fn name(&self) -> &'static str {
        self.theirs.first().copied().unwrap_or_default()
    }
}

/// All lines, with what it takes to look them up.
#[derive(Debug)]
pub struct Table {
    fields: Vec<Field>,
    by_name: HashMap<&'static str, Row>,
    columns: Vec<(Row, &'static str)>,
}

impl Table {
    /// The table of this crate.
    pub fn new() -> Result<Self> {
        Self::parse(FIELDS)
    }

    fn parse(text: &'static str) -> Result<Self> {
        let mut table = Self { fields: Vec::new(), by_name: HashMap::new(), columns: Vec::new() };
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let cells: Vec<&'static str> = line.split('\t').collect();
            let &[protocol, theirs, how, ours] = cells.as_slice() else {
                bail!("fields.tsv: protocol, Wireshark's fields, how, ours: {line}");
            };
            let (how, which) = match how.split_once(' ') {
                Some((how, "capture")) => (how, Which::OfCapture),
                Some((how, "first")) => (how, Which::First),
                Some(_) => bail!("fields.tsv: {line}"),
                None => (how, Which::All),
            };
            let how = match how {
                "number" => How::Number,
                "octet" => How::Octet,
                "text" => How::Text,
                "address" => How::Address,
                "name" => How::Name,
                "point-code" => How::PointCode,
                "octets" => How::Octets,
                "digits" => How::Digits,
                "address-string" => How::AddressString,
                "address-digits" => How::AddressDigits,
                "plmn" => How::Plmn,
                "tunnel-imsi" => How::TunnelImsi,
                "time" => How::Time,
                _ => bail!("fields.tsv: no such comparison: {line}"),
            };
            let row = Row(u16::try_from(table.fields.len()).context("fields.tsv")?);
            let theirs: Vec<&'static str> = theirs.split('+').collect();
            for name in &theirs {
                table.columns.push((row, name));
            }
            let field = Field { protocol, theirs, how, which, ours };
            if table.by_name.insert(field.name(), row).is_some() {
                bail!("fields.tsv: twice: {line}");
            }
            table.fields.push(field);
        }
        Ok(table)
    }

    pub fn len(&self) -> usize {
        self.fields.len()
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field of a row.
    pub fn field(&self, row: Row) -> Option<&Field> {
        self.fields.get(usize::from(row.0))
    }

    /// The row of a field by Wireshark's first name.
    pub fn row(&self, name: &str) -> Option<Row> {
        self.by_name.get(name).copied()
    }

    /// Wireshark's names in the order of [`Self::columns`].
    pub fn theirs(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.columns.iter().map(|(_, name)| *name)
    }

    pub fn columns(&self) -> impl Iterator<Item = Row> + '_ {
        self.columns.iter().map(|(row, _)| *row)
    }

    /// A value in the form in which it is compared; nothing where it says nothing.
    pub fn settle(&self, row: Row, value: &str) -> Option<String> {
        let how = self.field(row)?.how;
        settle(how, value)
    }
}

fn settle(how: How, value: &str) -> Option<String> {
    let value = value.trim();
    let settled = match how {
        How::Number => number(value).map_or_else(|| value.to_owned(), |n| n.to_string()),
        How::Octet => number(value).map_or_else(|| value.to_owned(), |n| (n & 255).to_string()),
        How::Text => value.to_ascii_lowercase(),
        How::Address => {
            value.parse::<IpAddr>().map_or_else(|_| value.to_owned(), |address| address.to_string())
        }
        How::Name => name(value),
        How::PointCode => point_code(value),
        How::Octets => octets(value),
        How::AddressString => address_string(&octets(value)),
        How::AddressDigits => address_digits(&octets(value)),
        How::Plmn => octets(value).chars().take(6).collect(),
        How::Digits => {
            value.trim_end_matches(['f', 'F']).chars().filter(char::is_ascii_alphanumeric).collect()
        }
        How::TunnelImsi => {
            let imsi = value.get(..value.len().saturating_sub(1)).unwrap_or_default();
            let imsi = imsi.trim_end_matches('f');
            if imsi.bytes().all(|digit| digit == b'0') { String::new() } else { imsi.to_owned() }
        }
        How::Time => value.trim_end_matches('0').to_owned(),
    };
    (!settled.is_empty()).then_some(settled)
}

fn octets(value: &str) -> String {
    value.replace(':', "").to_ascii_lowercase()
}

fn address_string(octets: &str) -> String {
    match octets.split_at_checked(2).map(|(first, rest)| (u8::from_str_radix(first, 16), rest)) {
        Some((Ok(first), rest)) => format!("{:02x}{rest}", first | 0x80),
        _ => octets.to_owned(),
    }
}

/// The digits behind the first octet, the low half of each octet first, up to the filler.
fn address_digits(octets: &str) -> String {
    let halves: Vec<char> = octets.chars().skip(2).collect();
    let (pairs, _) = halves.as_chunks::<2>();
    let digits = pairs.iter().flat_map(|[high, low]| [*low, *high]);
    digits.take_while(|digit| *digit != 'f').collect()
}

/// Every stretch of octets that are no printable ASCII becomes a question mark, however it was written.
fn name(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value.chars();
    while let Some(letter) = rest.next() {
        let odd = match letter {
            '\\' => {
                let digits: String = rest.clone().take_while(char::is_ascii_alphanumeric).collect();
                let len = if digits.starts_with('x') { 3 } else { 3.min(digits.len()) };
                for _ in 0..len {
                    rest.next();
                }
                true
            }
            _ => !letter.is_ascii_graphic(),
        };
        match (odd, text.ends_with('?')) {
            (true, true) => {}
            (true, false) => text.push('?'),
            (false, _) => text.push(letter.to_ascii_lowercase()),
        }
    }
    text
}

/// `1-2-3` is network, cluster and member, an octet each.
fn point_code(value: &str) -> String {
    if let Some(number) = number(value) {
        return number.to_string();
    }
    let value = value.split([',', ' ', '(']).next().unwrap_or_default();
    let parts: Vec<u32> = value.split('-').filter_map(|part| part.parse().ok()).collect();
    match parts.as_slice() {
        [network, cluster, member] => (network << 16 | cluster << 8 | member).to_string(),
        _ => value.to_owned(),
    }
}

/// Decimal, hexadecimal, or a flag in words.
fn number(value: &str) -> Option<i128> {
    match value {
        "True" => Some(1),
        "False" => Some(0),
        _ => match value.strip_prefix("0x") {
            Some(digits) => i128::from_str_radix(digits, 16).ok(),
            None => value.parse().ok(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_well_formed_and_large() {
        let table = Table::new().unwrap();
        assert!(table.len() >= 150, "{} fields", table.len());
        for field in table.fields() {
            assert!(!field.ours.is_empty(), "{}", field.name());
        }
    }

    #[test]
    fn values_come_to_one_form() {
        let cases = [
            (How::Number, "0x0000001f", "31"),
            (How::Number, "True", "1"),
            (How::Number, "-1", "-1"),
            (How::Octet, "0x012", "18"),
            (How::Address, "2001:DB8:0::1", "2001:db8::1"),
            (How::Octets, "0A:0b", "0a0b"),
            (How::Digits, "31654f", "31654"),
            (How::TunnelImsi, "2345000000000015", "234500000000001"),
            (How::AddressString, "11:13:f4", "9113f4"),
            (How::AddressDigits, "91:13:56:04:f0", "3165400"),
            (How::Plmn, "00:f1:10:00:01", "00f110"),
            (How::Text, " Echo ", "echo"),
            (How::Name, "a\\228\\229b.C", "a?b.c"),
            (How::PointCode, "1-2-3 (66051)", "66051"),
        ];
        for (how, value, expected) in cases {
            assert_eq!(settle(how, value).as_deref(), Some(expected), "{value}");
        }
        assert_eq!(settle(How::TunnelImsi, "0000000000000000"), None);
    }
}
