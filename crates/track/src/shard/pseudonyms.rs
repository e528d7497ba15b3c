//! Pseudonyms of subscribers. Signalling names the same ones again and again, so recent ones are remembered.

use event::{Identity, Pseudonymiser, Subscriber};
use wire::sccp::Digits;

/// How many are remembered; one that falls on another's place takes it.
const PLACES: usize = 2_048;

/// An identity and its pseudonym.
type Known = (Identity, Digits, Subscriber);

/// Makes pseudonyms, and remembers some.
pub(crate) struct Pseudonyms {
    key: Pseudonymiser,
    recent: Vec<Option<Known>>,
}

impl Pseudonyms {
    pub(crate) const fn new(key: Pseudonymiser) -> Self {
        Self { key, recent: Vec::new() }
    }

    pub(crate) fn subscriber(&mut self, identity: Identity, digits: &Digits) -> Subscriber {
        if self.recent.is_empty() {
            self.recent.resize(PLACES, None);
        }
        let place = usize::try_from(digits.mixed() >> 32).unwrap_or_default() % PLACES;
        let make = || (identity, *digits, self.key.subscriber(identity, digits.as_str()));
        let Some(place) = self.recent.get_mut(place) else { return make().2 };
        match place {
            Some((kind, known, subscriber)) if *kind == identity && known == digits => *subscriber,
            place => place.insert(make()).2,
        }
    }

    /// A domain name's hash.
    pub(crate) fn of_name(&self, name: &str) -> u64 {
        self.key.name(name)
    }

    /// Of what is no digits of the wire.
    pub(crate) fn of_text(&self, identity: Identity, digits: &str) -> Subscriber {
        self.key.subscriber(identity, digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_would_be_made() {
        let key = Pseudonymiser::new([3; 32]);
        let mut pseudonyms = Pseudonyms::new(key.clone());
        for round in 0..3u32 {
            for n in 0..6_000u32 {
                let digits = Digits::from_bcd(&(n / (round + 1)).to_be_bytes(), n & 1 != 0);
                for identity in [Identity::Imsi, Identity::Msisdn, Identity::Imei] {
                    let made = key.subscriber(identity, digits.as_str());
                    assert_eq!(pseudonyms.subscriber(identity, &digits), made, "{digits}");
                }
            }
        }
    }
}
