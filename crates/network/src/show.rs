//! Whose something is, and which line says so.

use std::net::IpAddr;

use event::{Plmn, PointCode};

use crate::{Network, Owner, Use};

/// What somebody asks about.
#[derive(Clone, Debug, PartialEq)]
pub enum Thing {
    Address(IpAddr),
    Title(String),
    Network(Plmn),
    Code(PointCode),
    /// A Diameter host or realm.
    Name(String),
    /// The name of an element or a partner.
    Table(String),
}

/// An answer: how it is to be read, whose it is, and the line that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// `address`, `global title`…
    pub kind: &'static str,
    /// `home`, `home: element stp1`, `partner Partner A`, `nobody`.
    pub owner: String,
    /// `network.toml:57 partner Partner A, gsn`
    pub line: String,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

impl Network {
    /// What a text may be: `ip:`, `gt:`, `plmn:`, `pc:`, `realm:`, `host:` and `name:` in front make it one thing only.
    pub fn things(&self, text: &str) -> Vec<Thing> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let (kind, rest) = match text.split_once(':') {
            Some((kind @ ("ip" | "gt" | "plmn" | "pc" | "realm" | "host" | "name"), rest)) => {
                (kind, rest)
            }
            _ => ("", text),
        };
        let is = |wanted: &str| kind.is_empty() || kind == wanted;
        let mut out = Vec::new();
        let named = self.elements.iter().any(|e| e.name == rest)
            || self.partners.iter().any(|p| p.name == rest)
            || (self.home.name == rest && !rest.is_empty());
        if kind == "name" || (kind.is_empty() && named) {
            out.push(Thing::Table(rest.to_owned()));
        }
        if let Some(ip) = rest.parse().ok().filter(|_| is("ip")) {
            out.push(Thing::Address(ip));
        }
        if let Some(plmn) = rest.parse().ok().filter(|_| is("plmn")) {
            out.push(Thing::Network(plmn));
        }
        let title = rest.strip_prefix('+').unwrap_or(rest);
        if is("gt") && digits(title) && (title.len() <= 15) && (kind == "gt" || title.len() >= 5) {
            out.push(Thing::Title(title.to_owned()));
        }
        let may_be_code = kind == "pc" || rest.len() <= 8;
        if let Some(code) = rest.parse().ok().filter(|_| is("pc") && may_be_code) {
            out.push(Thing::Code(code));
        }
        let name = rest.contains('.') && out.is_empty();
        if matches!(kind, "realm" | "host") || (kind.is_empty() && name) {
            out.push(Thing::Name(rest.to_owned()));
        }
        out
    }

    /// Whose it is.
    pub fn answer(&self, thing: &Thing) -> Answer {
        let said = |kind, owner: Owner<'_>, line: String| Answer {
            kind,
            owner: self.called(owner),
            line,
            notes: self.notes(owner),
        };
        match thing {
            Thing::Address(ip) => {
                let mut answer = said("address", self.owner_of_ip(*ip), self.cite_ip(*ip));
                if self.is_subscriber(*ip) {
                    answer.owner = "one of our subscribers".to_owned();
                }
                if self.is_management(*ip) {
                    answer.notes.push("a bastion or monitoring of ours".to_owned());
                }
                for of in Use::ALL {
                    if let Some(partner) = self.listed_by(*ip, of) {
                        let line = self.cite_listed(*ip, of);
                        answer.notes.push(format!(
                            "may speak {} for {} ({line})",
                            of.name(),
                            partner.name
                        ));
                    }
                }
                answer
            }
            Thing::Title(gt) => said("global title", self.owner_of_gt(gt), self.cite_gt(gt)),
            Thing::Network(plmn) => said("PLMN", self.owner_of_plmn(*plmn), self.cite_plmn(*plmn)),
            Thing::Code(pc) => said("point code", self.owner_of_pc(*pc), self.cite_pc(*pc)),
            Thing::Name(name) => {
                said("host or realm", self.owner_of_realm(name), self.cite_realm(name))
            }
            Thing::Table(name) => {
                let element = self.elements.iter().find(|e| e.name == *name);
                let partner = self.partners.iter().find(|p| p.name == *name);
                let owner = match (element, partner) {
                    (Some(element), _) => Owner::Home(Some(element)),
                    (None, Some(partner)) => Owner::Partner(partner),
                    (None, None) if self.home.name == *name && !name.is_empty() => {
                        Owner::Home(None)
                    }
                    _ => Owner::Unknown,
                };
                said("name", owner, self.cite_owner(owner))
            }
        }
    }

    fn called(&self, owner: Owner<'_>) -> String {
        match owner {
            Owner::Home(Some(element)) => format!("home, element {}", element.name),
            Owner::Home(None) => "home".to_owned(),
            Owner::Partner(partner) => format!("partner {}", partner.name),
            Owner::Unknown => "nobody in the description".to_owned(),
        }
    }

    fn notes(&self, owner: Owner<'_>) -> Vec<String> {
        let mut notes = Vec::new();
        match owner {
            Owner::Home(Some(element)) if !element.roles.is_empty() => {
                notes.push(format!("roles {}", element.roles.join(", ")));
            }
            Owner::Partner(partner) => {
                if !partner.plmns.is_empty() {
                    let plmns: Vec<String> =
                        partner.plmns.iter().map(ToString::to_string).collect();
                    notes.push(format!("networks {}", plmns.join(", ")));
                }
                if !partner.hubs.is_empty() {
                    let line = self.cite_key(owner, "hubs");
                    notes.push(format!("brought by {} ({line})", partner.hubs.join(", ")));
                }
                let relayed: Vec<&str> = self
                    .partners
                    .iter()
                    .filter(|other| other.name != partner.name && self.may_relay(partner, other))
                    .map(|other| other.name.as_str())
                    .collect();
                if !relayed.is_empty() {
                    let more = relayed.len().saturating_sub(8);
                    let shown: Vec<&str> = relayed.into_iter().take(8).collect();
                    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                    notes.push(format!("speaks for {}{more}", shown.join(", ")));
                }
                if !partner.agreements.is_empty() {
                    let line = self.cite_key(owner, "agreements");
                    notes.push(format!("agreed: {} ({line})", partner.agreements.join(", ")));
                }
            }
            _ => {}
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[home]\nname = \"Us\"\nplmns = [\"001-01\"]\nsubscriber_pools = [\"10.20.0.0/16\"]\n\
        [[element]]\nname = \"stp1\"\nroles = [\"stp\"]\naddresses = [\"192.0.2.1\"]\n\
        [[partner]]\nname = \"A\"\nplmns = [\"001-02\"]\ngt_prefixes = [\"99902\"]\npoint_codes = [2001]\n\
        gsn = [\"198.51.100.1\"]\nhubs = [\"Hub\"]\n[[partner]]\nname = \"Hub\"\nrealms = [\"hub.example\"]\n";

    #[test]
    fn whose_and_by_which_line() {
        let network = Network::parse(TEXT, "n.toml").unwrap();
        for (text, expected) in [
            (
                "192.0.2.1",
                "address home, element stp1 n.toml:8 element stp1, addresses [roles stp]",
            ),
            ("10.20.3.4", "address one of our subscribers n.toml:4 [home], subscriber_pools []"),
            (
                "198.51.100.1",
                "address partner A n.toml:14 partner A, gsn [networks 001-02; brought by Hub (n.toml:15 partner A, hubs); may speak gsn for A (n.toml:14 partner A, gsn)]",
            ),
            (
                "001-02",
                "PLMN partner A n.toml:11 partner A, plmns [networks 001-02; brought by Hub (n.toml:15 partner A, hubs)]",
            ),
            (
                "x.hub.example",
                "host or realm partner Hub n.toml:18 partner Hub, realms [speaks for A]",
            ),
            ("pc:7", "point code nobody in the description n.toml: point code 7 not described []"),
            ("stp1", "name home, element stp1 n.toml:5 element stp1 [roles stp]"),
            ("name:nobody", "name nobody in the description n.toml: not described []"),
        ] {
            let things = network.things(text);
            assert_eq!(things.len(), 1, "{text}: {things:?}");
            let answer = network.answer(&things[0]);
            let said = format!(
                "{} {} {} [{}]",
                answer.kind,
                answer.owner,
                answer.line,
                answer.notes.join("; ")
            );
            assert_eq!(said, expected);
        }
        // What can be two things is answered twice.
        assert_eq!(
            network.things("99902"),
            [Thing::Title("99902".into()), Thing::Code(PointCode(99902))]
        );
        assert_eq!(network.things("gt:99902").len(), 1);
        assert_eq!(network.things("4-3-2"), [Thing::Code(PointCode(8218))]);
        for nothing in ["", "ip:x", "gt:", "what?", "plmn:99"] {
            assert_eq!(network.things(nothing), [], "{nothing}");
        }
    }
}
