//! Where a message of MAP or CAP comes from: from outside, from us, or nobody can tell.
//!
//! The calling global title says it, then the link and the originating point code: a title can be written by anybody, a
//! link cannot. Nothing here allocates until a finding needs words.

use std::net::IpAddr;

use event::{Event, GlobalTitle, Map, PointCode, SccpAddress, country_code_len};
use network::{Network, Owner, Partner};

use crate::detectors::sides::NO_DESCRIPTION;
use crate::scene::Scene;

/// The two ends of a message: SCCP address, point code, IP address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way<'m> {
    pub(crate) from: End<'m>,
    pub(crate) to: End<'m>,
}

/// One end of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End<'m> {
    pub(crate) address: Option<&'m SccpAddress>,
    pub(crate) code: Option<PointCode>,
    pub(crate) ip: Option<IpAddr>,
}

impl<'m> Way<'m> {
    /// From who sent the message to whom it is for.
    pub(crate) fn of(event: &Event, map: &'m Map) -> Self {
        let ends = event.ends.as_ref();
        Self {
            from: End {
                address: map.calling.as_ref(),
                code: map.opc,
                ip: ends.map(|ends| ends.src_ip),
            },
            to: End {
                address: map.called.as_ref(),
                code: map.dpc,
                ip: ends.map(|ends| ends.dest_ip),
            },
        }
    }

    /// The other way: the request that an answer answers came from where the answer goes.
    pub(crate) const fn back(self) -> Self {
        Self { from: self.to, to: self.from }
    }
}

impl<'m> End<'m> {
    /// The digits of a node's global title; empty where there is none, or where it is a subscriber's own number.
    pub(crate) fn digits(&self) -> &'m str {
        self.title().map_or("", |gt| gt.digits.as_str())
    }

    pub(crate) fn title(&self) -> Option<&'m GlobalTitle> {
        self.address?.gt.as_ref()
    }

    /// `GT 99902000040`, `point code 2001`, `an unnamed node`.
    pub(crate) fn name(&self) -> String {
        let text = self.title().map(ToString::to_string).filter(|text| !text.is_empty());
        match (text, self.code) {
            (Some(gt), _) => format!("GT {gt}"),
            (None, Some(code)) => format!("point code {code}"),
            (None, None) => "an unnamed node".to_owned(),
        }
    }
}

/// Where a message comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'a> {
    /// From outside, to us.
    Outside(Outside<'a>),
    /// From a node of ours.
    Home,
    /// On its way between others: not ours to judge.
    Passing,
    /// No description, and the titles do not tell.
    Unknown,
}

/// A message that came from outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outside<'a> {
    /// Whose the sender is, by title, link or point code; unknown for what nobody describes.
    pub(crate) owner: Owner<'a>,
    pub(crate) because: Because,
}

/// What says that a message came from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Because {
    /// The calling title is a partner's, or nobody's.
    Title,
    /// The calling title is ours and the link or the point code is not.
    Spoofed,
    /// It has no calling title, or titles do not tell; the link is not ours.
    Link,
    /// It has no calling title; the originating point code is a partner's.
    PointCode,
    /// Nothing is described; the titles are of different countries.
    Country,
}

impl<'a> Origin<'a> {
    /// Of a message with these ends.
    pub(crate) fn of(scene: &'a Scene, way: &Way<'_>) -> Self {
        if scene.network.has_home_gts() {
            described(&scene.network, way)
        } else {
            undescribed(&scene.network, way)
        }
    }

    /// Whence, if from outside.
    pub(crate) const fn outside(self) -> Option<Outside<'a>> {
        match self {
            Self::Outside(outside) => Some(outside),
            _ => None,
        }
    }
}

impl<'a> Outside<'a> {
    /// How sure it is that the message came from outside.
    pub(crate) const fn confidence(&self) -> f64 {
        match (self.because, self.owner) {
            (Because::Title, Owner::Partner(_)) => 0.95,
            (Because::Title | Because::Spoofed, _) => 0.9,
            (Because::Link | Because::PointCode, _) => 0.8,
            (Because::Country, _) => 0.6,
        }
    }

    /// Why it counts as one from outside, in words.
    pub(crate) fn why(&self, way: &Way<'_>) -> String {
        let calling = way.from.digits();
        match (self.because, self.owner) {
            (Because::Title, Owner::Partner(partner)) => {
                format!("{calling} is a title of {}", partner.name)
            }
            (Because::Title, _) => format!("{calling} is a title of nobody in the description"),
            (Because::Spoofed, _) => format!(
                "the calling title {calling} is one of ours, but the link it came over is not"
            ),
            (Because::Link, _) if calling.is_empty() => {
                "it has no calling global title and came over a link from outside".to_owned()
            }
            (Because::Link, _) => "it came over a link from outside".to_owned(),
            (Because::PointCode, _) => {
                "it has no calling global title and a point code of a partner".to_owned()
            }
            (Because::Country, _) => {
                let code = |end: &End<'_>| end.title().and_then(country).unwrap_or_default();
                format!(
                    "the calling title is of country code {}, the called one of {}",
                    code(&way.from),
                    code(&way.to)
                )
            }
        }
    }

    /// The line of the description that says so.
    pub(crate) fn decided_by(&self, network: &Network, way: &Way<'_>) -> String {
        let calling = way.from.digits();
        match self.because {
            Because::Title if self.owner.is_unknown() => network.cite_home(),
            Because::Title => network.cite_gt(calling),
            Because::Spoofed => network.cite_home(),
            Because::Link => {
                way.from.ip.map_or_else(|| network.cite_home(), |ip| network.cite_ip(ip))
            }
            Because::PointCode => {
                way.from.code.map_or_else(|| network.cite_home(), |code| network.cite_pc(code))
            }
            Because::Country => NO_DESCRIPTION.to_owned(),
        }
    }

    /// Who holds the contract that allows `operation` (`map.71`, `cap.0`) to the sender: the partner or one of its hubs.
    pub(crate) fn agreed(&self, network: &'a Network, operation: &str) -> Option<&'a Partner> {
        // A title that is not the sender's own earns no trust.
        let partner = self.owner.partner().filter(|_| self.because != Because::Spoofed)?;
        network.agreed_by(partner, operation)
    }
}

fn described<'a>(network: &'a Network, way: &Way<'_>) -> Origin<'a> {
    let from_ip = way.from.ip.map(|ip| network.owner_of_ip(ip));
    let link_to_us = way.to.ip.is_some_and(|ip| network.owner_of_ip(ip).is_home());
    let link_foreign = network.has_home_networks() && from_ip.is_some_and(|owner| !owner.is_home());
    let called = way.to.digits();
    if !called.is_empty() && !link_to_us && !network.owner_of_gt(called).is_home() {
        return Origin::Passing;
    }
    let outside = |owner, because| Origin::Outside(Outside { owner, because });
    let code = way.from.code.map_or(Owner::Unknown, |code| network.owner_of_pc(code));
    let calling = way.from.digits();
    if calling.is_empty() {
        // Without a title the link has to say it.
        return match from_ip {
            Some(owner) if link_foreign && link_to_us => outside(owner, Because::Link),
            Some(owner) if owner.is_home() => Origin::Home,
            _ if code.partner().is_some() => outside(code, Because::PointCode),
            _ if code.is_home() => Origin::Home,
            _ => Origin::Unknown,
        };
    }
    match network.owner_of_gt(calling) {
        Owner::Home(_) if link_foreign && link_to_us => {
            outside(from_ip.unwrap_or_default(), Because::Spoofed)
        }
        Owner::Home(_) if code.partner().is_some() => outside(code, Because::Spoofed),
        Owner::Home(_) => Origin::Home,
        owner => outside(owner, Because::Title),
    }
}

/// Without our titles, one of another country is outside; so is what comes over a link that is not ours.
fn undescribed<'a>(network: &'a Network, way: &Way<'_>) -> Origin<'a> {
    let codes = way.from.title().and_then(country).zip(way.to.title().and_then(country));
    if let Some((calling, called)) = codes
        && calling != called
    {
        return Origin::Outside(Outside { owner: Owner::Unknown, because: Because::Country });
    }
    let owners = way.from.ip.zip(way.to.ip).filter(|_| network.has_home_networks());
    match owners.map(|(from, to)| (network.owner_of_ip(from), network.owner_of_ip(to))) {
        Some((from, to)) if !from.is_home() && to.is_home() => {
            Origin::Outside(Outside { owner: from, because: Because::Link })
        }
        _ => Origin::Unknown,
    }
}

/// The country code of an E.164 title; for codes that several networks share (and the reserved 999) the two digits after
/// it belong to the network (ITU-T E.164.1).
pub(crate) fn country(gt: &GlobalTitle) -> Option<event::CompactString> {
    if !matches!(gt.np, None | Some(1)) {
        return None;
    }
    match &gt.subscriber {
        Some(subscriber) => country_of(&subscriber.prefix.to_string()),
        None => country_of(&gt.digits),
    }
}

/// The same of a number in its international form.
pub(crate) fn country_of(digits: &str) -> Option<event::CompactString> {
    let len = country_code_len(digits);
    let code = digits.get(..len).filter(|code| !code.is_empty())?;
    let shared = matches!(code, "870" | "878" | "881" | "882" | "883" | "888" | "979" | "999");
    let code = if shared { digits.get(..len + 2)? } else { code };
    Some(code.into())
}
