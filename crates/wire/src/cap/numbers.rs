//! The numbers of a call in their several codings, all read to the nature of address of Q.763.
//!
//! Spec: ITU-T Q.763 §3.9 to §3.30 (ISUP parameters), 3GPP TS 24.008 §10.5.4.7 (BCD), TS 29.002 §17.7.8 (AddressString).

use crate::map::AddressString;
use crate::sccp::Digits;

/// How a number is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// AddressString: type and plan in one octet, then digits up to a filler.
    Map,
    /// Called, calling, redirecting party number, location number: two octets, the first says whether the last digit counts.
    Isup,
    /// Generic number: a qualifier before the form above.
    Generic,
    /// Called party BCD number.
    Bcd,
}

/// Type of number that says the address is text and no digits (TS 23.040 §9.1.2.5).
const ALPHANUMERIC: u8 = 5;

impl Form {
    /// `None` where the octets before the digits are not all there, or where it is text and no number.
    pub(crate) fn read(self, octets: &[u8]) -> Option<AddressString> {
        match (self, octets) {
            (Self::Map | Self::Bcd, &[first, ref digits @ ..]) => {
                let nature = first >> 4 & 7;
                (nature != ALPHANUMERIC).then(|| AddressString {
                    nature: isup_nature(nature),
                    plan: first & 15,
                    digits: Digits::from_bcd(digits, false),
                })
            }
            (Self::Isup, &[first, second, ref digits @ ..])
            | (Self::Generic, &[_, first, second, ref digits @ ..]) => Some(AddressString {
                nature: first & 0x7f,
                plan: second >> 4 & 7,
                // The filler of an odd number of digits is no digit, but ST, the end of the number (15), ends it.
                digits: Digits::from_bcd(digits, first & 0x80 != 0),
            }),
            _ => None,
        }
    }
}

/// Type of number (TS 24.008) as nature of address (Q.763).
const fn isup_nature(kind: u8) -> u8 {
    match kind {
        // Unknown, international, national, network specific, dedicated access: subscriber.
        0 => 2,
        1 => 4,
        2 => 3,
        3 => 5,
        4 => 1,
        _ => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: Form, octets: &[u8]) -> Option<(u8, u8, String)> {
        form.read(octets).map(|number| (number.nature, number.plan, number.digits.to_string()))
    }

    #[test]
    fn one_number_in_every_form() {
        let expected = Some((4, 1, "31654000101".to_owned()));
        let digits = [0x13, 0x56, 0x04, 0x00, 0x01];
        let ended = |first: &[u8], last: u8| [first, &digits, &[last]].concat();
        assert_eq!(read(Form::Map, &ended(&[0x91], 0xf1)), expected);
        assert_eq!(read(Form::Bcd, &ended(&[0x91], 0xf1)), expected);
        assert_eq!(read(Form::Isup, &ended(&[0x84, 0x10], 0x01)), expected);
        assert_eq!(read(Form::Generic, &ended(&[0x06, 0x84, 0x13], 0x01)), expected);
    }

    #[test]
    fn even_numbers_and_their_end_signal() {
        assert_eq!(read(Form::Isup, &[0x03, 0x90, 0x21, 0x43]), Some((3, 1, "1234".to_owned())));
        assert_eq!(read(Form::Isup, &[0x03, 0x90, 0x21, 0xf3]), Some((3, 1, "123".to_owned())));
    }

    #[test]
    fn what_is_no_number() {
        assert_eq!(read(Form::Isup, &[0x84]), None);
        assert_eq!(read(Form::Generic, &[0x00, 0x84]), None);
        assert_eq!(read(Form::Map, &[]), None);
        // A sender's name.
        assert_eq!(read(Form::Bcd, &[0xd0, 0xc3, 0x65]), None);
    }
}
