//! Where networks are: countries by mobile country code and by number, and how far two of them are apart at least.
//!
//! A network is somewhere in its country, and a country is large: distances are those between the edges of the discs that
//! cover them, so that what is called too far is too far from everywhere. Sources of the table stand in it.

use std::sync::LazyLock;

use event::Plmn;

use crate::{Network, Owner};

/// Radius of the network of an operator whose `location` is described but whose country is not known: that of a
/// country of middle size.
const DESCRIBED_RADIUS_KM: f64 = 300.0;
/// Mean radius of the earth (IUGG).
const EARTH_RADIUS_KM: f64 = 6_371.0;

/// A part of the earth's surface around a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disc {
    /// Degrees, north and east positive.
    pub latitude: f64,
    pub longitude: f64,
    pub radius_km: f64,
}

/// A country, or a territory with a code of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Country {
    /// ISO 3166-1 alpha-2; `XK` for Kosovo.
    pub iso: &'static str,
    pub name: &'static str,
    /// Together they cover it; never empty.
    pub discs: Vec<Disc>,
}

impl Country {
    /// By a mobile country code (E.212). Test networks (001, 999) and shared codes (901: satellites, ships, aircraft) are
    /// nowhere.
    pub fn of_mcc(mcc: u16) -> Option<&'static Self> {
        let table = &*TABLE;
        let place = *table.mcc.get(usize::from(mcc))?;
        table.countries.get(usize::from(place))
    }

    /// By a number in its international form (E.164). Numbers of satellites and shared codes are nowhere.
    pub fn of_number(digits: &str) -> Option<&'static Self> {
        TABLE.countries.get(usize::from(place_of_number(digits)?))
    }
}

/// Digits of a number that decide: an area code of zone 1 has four with the 1 before it, and no country code is longer.
const PREFIX_DIGITS: usize = 4;
/// No country.
const NOWHERE: u16 = u16::MAX;

/// The table, and where each code leads.
struct Table {
    countries: Vec<Country>,
    mcc: Vec<u16>,
    prefix: Vec<u16>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("geography.tsv")));

impl Table {
    fn read(text: &'static str) -> Self {
        let mut table = Self {
            countries: Vec::new(),
            mcc: vec![NOWHERE; 1_000],
            prefix: vec![NOWHERE; 10_usize.pow(4)],
        };
        let mut prefixes: Vec<(&str, u16)> = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t');
            let (Some(iso), Some(name), Some(discs)) =
                (fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            let Ok(own) = u16::try_from(table.countries.len()) else { break };
            let discs = discs.split(';').filter_map(disc).collect();
            table.countries.push(Country { iso, name, discs });
            let codes = |codes: Option<&'static str>| {
                codes.unwrap_or_default().split(',').filter(|code| !code.is_empty())
            };
            for code in codes(fields.next()) {
                let place = code.parse().ok().and_then(|code: usize| table.mcc.get_mut(code));
                if let Some(place) = place.filter(|place| **place == NOWHERE) {
                    *place = own;
                }
            }
            prefixes.extend(codes(fields.next()).map(|code| (code, own)));
        }
        // The longer code wins: 1 246 is Barbados and 1 the United States.
        prefixes.sort_by_key(|(code, _)| code.len());
        for (code, own) in prefixes {
            let width = 10_usize
                .pow(u32::try_from(PREFIX_DIGITS.saturating_sub(code.len())).unwrap_or_default());
            let Ok(value) = code.parse::<usize>() else { continue };
            let from = value.saturating_mul(width);
            for place in table.prefix.iter_mut().skip(from).take(width) {
                *place = own;
            }
        }
        table
    }
}

fn disc(text: &str) -> Option<Disc> {
    let mut numbers = text.split(',').filter_map(|number| number.parse().ok());
    Some(Disc { latitude: numbers.next()?, longitude: numbers.next()?, radius_km: numbers.next()? })
}

/// Great-circle distance between two points in degrees (haversine).
pub fn distance_km(a: [f64; 2], b: [f64; 2]) -> f64 {
    let [lat_a, lon_a, lat_b, lon_b] = [a[0], a[1], b[0], b[1]].map(f64::to_radians);
    let (north, east) = (((lat_b - lat_a) / 2.0).sin(), ((lon_b - lon_a) / 2.0).sin());
    let h = north * north + lat_a.cos() * lat_b.cos() * east * east;
    2.0 * EARTH_RADIUS_KM * h.clamp(0.0, 1.0).sqrt().asin()
}

/// How far two regions are apart at least: nothing where they touch.
pub fn gap_km(a: &[Disc], b: &[Disc]) -> Option<f64> {
    let centre = |disc: &Disc| [disc.latitude, disc.longitude];
    let gaps = a.iter().flat_map(|a| {
        b.iter()
            .map(move |b| (distance_km(centre(a), centre(b)) - a.radius_km - b.radius_km).max(0.0))
    });
    gaps.reduce(f64::min)
}

/// Whose network somebody is served by, as far as it can be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NetworkId {
    #[default]
    Unknown,
    Home,
    /// By position in the description.
    Partner(u16),
    /// Nobody's in the description: by its code.
    Plmn {
        mcc: u16,
        mnc: u16,
    },
    /// Nobody's, and known by a number: all that it tells is the country, by its place in the table.
    Country(u16),
}

impl NetworkId {
    /// Whether it is known whose it is: a country alone does not say that.
    pub const fn is_network(self) -> bool {
        matches!(self, Self::Home | Self::Partner(_) | Self::Plmn { .. })
    }
}

impl Network {
    /// The network of a node's number.
    pub fn network_of_gt(&self, digits: &str) -> NetworkId {
        match self.network_of_owner(self.owner_of_gt(digits)) {
            NetworkId::Unknown => {
                place_of_number(digits).map_or(NetworkId::Unknown, NetworkId::Country)
            }
            known => known,
        }
    }

    /// The network with this code.
    pub fn network_of_plmn(&self, plmn: Plmn) -> NetworkId {
        match self.network_of_owner(self.owner_of_plmn(plmn)) {
            NetworkId::Unknown => NetworkId::Plmn { mcc: plmn.mcc, mnc: plmn.mnc },
            known => known,
        }
    }

    /// The network of a Diameter host or realm.
    pub fn network_of_realm(&self, name: &str) -> NetworkId {
        match self.network_of_owner(self.owner_of_realm(name)) {
            NetworkId::Unknown => {
                let plmn = Plmn::of_domain(name.trim_end_matches('.'));
                plmn.map_or(NetworkId::Unknown, |plmn| NetworkId::Plmn {
                    mcc: plmn.mcc,
                    mnc: plmn.mnc,
                })
            }
            known => known,
        }
    }

    /// The network of an owner.
    pub fn network_of_owner(&self, owner: Owner<'_>) -> NetworkId {
        match owner {
            Owner::Home(_) => NetworkId::Home,
            Owner::Partner(partner) => self
                .partners
                .iter()
                .position(|known| std::ptr::eq(known, partner))
                .and_then(|place| u16::try_from(place).ok())
                .map_or(NetworkId::Unknown, NetworkId::Partner),
            Owner::Unknown => NetworkId::Unknown,
        }
    }

    /// Whose it is by the description.
    pub fn owner_of_network(&self, network: NetworkId) -> Owner<'_> {
        match network {
            NetworkId::Home => Owner::Home(None),
            NetworkId::Partner(place) => {
                self.partners.get(usize::from(place)).map_or(Owner::Unknown, Owner::Partner)
            }
            NetworkId::Plmn { .. } | NetworkId::Country(_) | NetworkId::Unknown => Owner::Unknown,
        }
    }

    /// The country of a network: by the code of the network, else by its numbers.
    pub fn country_of(&self, network: NetworkId) -> Option<&'static Country> {
        let of = |plmns: &[Plmn], prefixes: &[String]| {
            let by_code = plmns.iter().find_map(|plmn| Country::of_mcc(plmn.mcc));
            by_code.or_else(|| prefixes.iter().find_map(|prefix| of_prefix(prefix)))
        };
        match network {
            NetworkId::Unknown => None,
            NetworkId::Home => of(&self.home.plmns, &self.home.gt_prefixes),
            NetworkId::Partner(place) => {
                let partner = self.partners.get(usize::from(place))?;
                of(&partner.plmns, &partner.gt_prefixes)
            }
            NetworkId::Plmn { mcc, .. } => Country::of_mcc(mcc),
            NetworkId::Country(place) => TABLE.countries.get(usize::from(place)),
        }
    }

    /// Where a network is: what the description says comes first, then its country. `None` for test networks, for
    /// satellites, ships and aircraft, and for whom nothing is known of.
    pub fn region_of(&self, network: NetworkId) -> Option<Vec<Disc>> {
        let described = match network {
            NetworkId::Home => self.home.location,
            NetworkId::Partner(place) => {
                self.partners.get(usize::from(place)).and_then(|partner| partner.location)
            }
            _ => None,
        };
        let country = self.country_of(network);
        let Some([latitude, longitude]) = described else {
            return country.map(|country| country.discs.clone());
        };
        // A national network reaches as far from its described place as its country does.
        let widest = country
            .and_then(|country| country.discs.iter().map(|disc| disc.radius_km).reduce(f64::max));
        let radius_km = widest.unwrap_or(DESCRIBED_RADIUS_KM);
        Some(vec![Disc { latitude, longitude, radius_km }])
    }

    /// How far two networks are apart at least, in kilometres. Networks of one country are not apart.
    pub fn apart_km(&self, a: NetworkId, b: NetworkId) -> Option<f64> {
        if a == b && a != NetworkId::Unknown {
            return Some(0.0);
        }
        let (country_a, country_b) = (self.country_of(a), self.country_of(b));
        if country_a.is_some() && country_a == country_b {
            return Some(0.0);
        }
        gap_km(&self.region_of(a)?, &self.region_of(b)?)
    }

    /// What to call a network: `Partner A`, `262-01 (Germany)`, `a network of Germany`.
    pub fn name_of(&self, network: NetworkId) -> String {
        let country = self.country_of(network).map(|country| country.name);
        match (network, country) {
            (NetworkId::Home, _) if self.home.name.is_empty() => "the home network".to_owned(),
            (NetworkId::Home, _) => self.home.name.clone(),
            (NetworkId::Partner(place), _) => self
                .partners
                .get(usize::from(place))
                .map_or_else(|| "a partner".to_owned(), |partner| partner.name.clone()),
            (NetworkId::Plmn { mcc, mnc }, Some(country)) => {
                format!("{mcc:03}-{mnc:02} ({country})")
            }
            (NetworkId::Plmn { mcc, mnc }, None) => format!("{mcc:03}-{mnc:02}"),
            (NetworkId::Country(_), Some(country)) => format!("a network of {country}"),
            (NetworkId::Country(_) | NetworkId::Unknown, _) => "an unknown network".to_owned(),
        }
    }
}

/// Of a prefix, which may be shorter than what decides; then zeros stand for the rest.
fn of_prefix(prefix: &str) -> Option<&'static Country> {
    Country::of_number(&format!("{prefix:0<width$}", width = PREFIX_DIGITS))
}

/// Place of a number's country in the table.
fn place_of_number(digits: &str) -> Option<u16> {
    let mut index = 0;
    for digit in digits.as_bytes().get(..PREFIX_DIGITS)? {
        index = index * 10 + usize::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?);
    }
    TABLE.prefix.get(index).copied().filter(|place| *place != NOWHERE)
}

#[cfg(test)]
#[path = "geography_tests.rs"]
mod tests;
