//! Whose a subscriber is, and whether the sender speaks for that network.

use event::{Map, Plmn, Subscriber, country_code_len};
use network::{Country, Network, Owner, Partner};

use super::may_speak;
use crate::detectors::ss7::outside::{Outside, Way, country_of};

pub(super) const RESET: i64 = 37;

/// Whom an operation is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject {
    Imsi(Subscriber, Option<Subscriber>),
    /// A number only: it tells the country, and with identities revealed the operator.
    Number(Subscriber),
    Nobody,
}

impl Subject {
    pub(super) fn imsi(self) -> Option<Subscriber> {
        match self {
            Self::Imsi(imsi, _) => Some(imsi),
            _ => None,
        }
    }

    pub(super) fn plmn(self) -> Option<Plmn> {
        super::plmn(self.imsi())
    }

    pub(super) fn name(self) -> Option<String> {
        match self {
            Self::Imsi(subscriber, _) | Self::Number(subscriber) => Some(subscriber.to_string()),
            Self::Nobody => None,
        }
    }
}

/// What the subscriber's network makes of the sender.
#[derive(Clone, Debug)]
pub(super) enum Judgement<'a> {
    /// The home, who speaks for it, or nothing to object to.
    Fine,
    /// A subscriber of ours; `what` says how that is known.
    Ours {
        what: String,
        sure: bool,
    },
    /// A partner's subscriber, and the sender is not that partner.
    Theirs {
        home: &'a Partner,
    },
    /// Nobody describes the subscriber's network, but its country is not the sender's.
    Elsewhere {
        what: String,
    },
    Unknown,
    /// Nobody is named.
    Nobody,
}

/// Whether the sender is, or speaks for, the subscriber's home.
pub(super) fn judge<'a>(
    network: &'a Network,
    way: &Way<'_>,
    outside: &Outside<'a>,
    subject: Subject,
) -> Judgement<'a> {
    match subject {
        Subject::Imsi(imsi, number) => of_imsi(network, way, outside, &imsi, number),
        Subject::Number(number) => of_number(network, way, outside, &number),
        Subject::Nobody => Judgement::Nobody,
    }
}

fn of_imsi<'a>(
    network: &'a Network,
    way: &Way<'_>,
    outside: &Outside<'a>,
    imsi: &Subscriber,
    number: Option<Subscriber>,
) -> Judgement<'a> {
    let owner = network.owner_of_subscriber(imsi);
    match owner {
        Owner::Home(_) => Judgement::Ours { what: "the subscriber is ours".to_owned(), sure: true },
        Owner::Partner(home) => {
            if may_speak(network, outside.owner, owner) {
                Judgement::Fine
            } else {
                Judgement::Theirs { home }
            }
        }
        Owner::Unknown => {
            // The description says nothing about the subscriber's network; geography may.
            let home = imsi.plmn().and_then(|plmn| Country::of_mcc(plmn.mcc));
            let sender = Country::of_number(way.from.digits());
            if let Some((home, sender)) = home.zip(sender) {
                // A hub's title is of the hub's country.
                return if home == sender || relays_for_many(network, outside) {
                    Judgement::Fine
                } else {
                    Judgement::Elsewhere {
                        what: format!(
                            "the subscriber is of {} and the calling title of {}",
                            home.name, sender.name
                        ),
                    }
                };
            }
            // A partner whose networks are known has no business with another's subscribers.
            if let Some(partner) = outside.owner.partner()
                && !partner.plmns.is_empty()
                && !relays_for_many(network, outside)
            {
                return Judgement::Elsewhere {
                    what: format!(
                        "the subscriber's network {} is none of {}'s",
                        imsi.plmn().map(|plmn| plmn.to_string()).unwrap_or_default(),
                        partner.name
                    ),
                };
            }
            match number.map(|number| of_number(network, way, outside, &number)) {
                Some(Judgement::Elsewhere { what }) => Judgement::Elsewhere { what },
                _ => Judgement::Unknown,
            }
        }
    }
}

/// A number keeps its country code when its subscriber changes the operator, so that it tells no more than the country.
fn of_number<'a>(
    network: &'a Network,
    way: &Way<'_>,
    outside: &Outside<'a>,
    number: &Subscriber,
) -> Judgement<'a> {
    let digits = number.prefix.to_string();
    let revealed = number.pseudonym.is_none();
    let code = digits.get(..country_code_len(&digits)).unwrap_or_default();
    if code.is_empty() {
        return Judgement::Unknown;
    }
    let home = network.home.msisdn_prefixes.iter().chain(&network.home.gt_prefixes);
    let mut home = home.map(String::as_str);
    let ours = if revealed {
        home.any(|prefix| digits.starts_with(prefix))
    } else {
        home.any(|prefix| prefix.get(..country_code_len(prefix)) == Some(code))
    };
    let calling = way.from.digits();
    let same = if revealed {
        country_of(calling).is_some() && country_of(calling) == country_of(&digits)
    } else {
        calling.get(..country_code_len(calling)) == Some(code)
    };
    if ours && (revealed || !same) {
        let what = "the subscriber's number is of our country, or ours".to_owned();
        return Judgement::Ours { what, sure: false };
    }
    if calling.is_empty() || same {
        return Judgement::Unknown;
    }
    if relays_for_many(network, outside) {
        return Judgement::Fine;
    }
    let what = format!("the subscriber's number is of country code {code} and {calling} is not");
    Judgement::Elsewhere { what }
}

/// A partner that others name as their hub and that has no network of its own: it brings many that are described nowhere.
fn relays_for_many(network: &Network, outside: &Outside<'_>) -> bool {
    outside.owner.partner().is_some_and(|partner| {
        partner.plmns.is_empty()
            && network.partners.iter().any(|other| other.hubs.contains(&partner.name))
    })
}

/// reset names the HLR whose subscribers are to be asked about again; only that HLR has a reason to.
pub(super) fn of_reset<'a>(
    network: &'a Network,
    way: &Way<'_>,
    outside: &Outside<'a>,
    map: &Map,
) -> Judgement<'a> {
    let named = map.addresses.iter().find(|address| address.role == "hlr-Number");
    let hlr = named.map_or("", |address| address.gt.digits.as_str());
    let calling = way.from.digits();
    let owner = if hlr.is_empty() { Owner::Unknown } else { network.owner_of_gt(hlr) };
    match owner {
        Owner::Home(_) => Judgement::Ours { what: format!("the HLR {hlr} is ours"), sure: true },
        Owner::Partner(home) => {
            if may_speak(network, outside.owner, owner) {
                Judgement::Fine
            } else {
                Judgement::Theirs { home }
            }
        }
        Owner::Unknown if hlr.is_empty() || calling.is_empty() => match outside.owner {
            Owner::Partner(_) => Judgement::Fine,
            _ if network.is_empty() => Judgement::Unknown,
            _ => Judgement::Elsewhere {
                what: "it names no HLR and comes from nobody in the description".to_owned(),
            },
        },
        Owner::Unknown if country_of(hlr) == country_of(calling) => {
            if outside.owner.is_unknown() && !network.is_empty() {
                Judgement::Elsewhere {
                    what: format!("the HLR {hlr} is nobody's in the description"),
                }
            } else {
                Judgement::Fine
            }
        }
        Owner::Unknown => Judgement::Elsewhere {
            what: format!("the HLR {hlr} and the calling title are of different countries"),
        },
    }
}
