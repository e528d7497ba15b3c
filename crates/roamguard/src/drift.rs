//! Two inventories side by side: which nodes are new, which are gone, what changed of the others.

use std::collections::{BTreeMap, BTreeSet};

use engine::event::{Element, Name};
use serde::Serialize;

/// One difference.
#[derive(Debug, Serialize)]
pub(crate) struct Drift<'a> {
    /// `new`, `gone` or `changed`.
    pub(crate) change: &'static str,
    /// All names of the node, the first its own.
    pub(crate) names: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<&'a str>,
    pub(crate) roles: &'a [Name],
    /// What changed, one sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) what: Vec<String>,
}

/// Whether a node is one to keep a list of: others are hosts that come and go.
pub(crate) fn matters(element: &Element) -> bool {
    !element.roles.is_empty() || !element.services.is_empty() || element.owner.is_some()
}

/// All names of a node, its own first.
pub(crate) fn names(element: &Element) -> Vec<String> {
    let own = [
        element.address.map(|ip| format!("ip:{ip}")),
        element.gt.as_ref().map(|gt| format!("gt:{gt}")),
        element.host.as_ref().map(|host| format!("host:{host}")),
        element.point_code.map(|code| format!("pc:{code}")),
    ];
    let mut names: Vec<String> = own.into_iter().flatten().collect();
    for identity in &element.identities {
        if !names.contains(&identity.id) {
            names.push(identity.id.clone());
        }
    }
    names
}

/// The differences, new nodes first, then gone ones, then changes, each in the order of the inventories. A node is the same
/// when it has a name in common.
pub(crate) fn between<'a>(old: &[&'a Element], new: &[&'a Element]) -> Vec<Drift<'a>> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (place, element) in old.iter().enumerate() {
        for name in names(element) {
            places.entry(name).or_insert(place);
        }
    }
    let (mut added, mut changed) = (Vec::new(), Vec::new());
    let mut met: BTreeSet<usize> = BTreeSet::new();
    for element in new {
        let all = names(element);
        let same: BTreeSet<usize> =
            all.iter().filter_map(|name| places.get(name).copied()).collect();
        met.extend(&same);
        if same.is_empty() {
            added.push(drift("new", element, Vec::new()));
            continue;
        }
        let before: Vec<&Element> =
            same.iter().filter_map(|place| old.get(*place).copied()).collect();
        let what = changes(&before, element);
        if !what.is_empty() {
            changed.push(drift("changed", element, what));
        }
    }
    let gone = old
        .iter()
        .enumerate()
        .filter(|(place, _)| !met.contains(place))
        .map(|(_, element)| drift("gone", element, Vec::new()));
    added.into_iter().chain(gone).chain(changed).collect()
}

fn drift<'a>(change: &'static str, element: &'a Element, what: Vec<String>) -> Drift<'a> {
    Drift {
        change,
        names: names(element),
        owner: element.owner.as_deref(),
        roles: &element.roles,
        what,
    }
}

fn changes(before: &[&Element], now: &Element) -> Vec<String> {
    let mut out = Vec::new();
    let mut compare = |word: &str, list: fn(&Element) -> BTreeSet<String>| {
        let old: BTreeSet<String> = before.iter().flat_map(|element| list(element)).collect();
        let new = list(now);
        for (title, a, b) in [("new", &new, &old), ("no longer", &old, &new)] {
            let only: Vec<&str> = a.difference(b).map(String::as_str).collect();
            if !only.is_empty() {
                out.push(format!("{title} {word}: {}", only.join(", ")));
            }
        }
    };
    compare("name", |element| names(element).into_iter().collect());
    compare("owner", |element| element.owner.iter().cloned().collect());
    compare("role", |element| element.roles.iter().map(ToString::to_string).collect());
    compare("make", |element| {
        element.hints.iter().map(|hint| format!("{} {:?}", hint.kind, hint.value)).collect()
    });
    compare("open port", |element| {
        element
            .services
            .iter()
            .map(|of| format!("{}/{}", of.proto.name().to_ascii_lowercase(), of.port))
            .collect()
    });
    compare("port answering", |element| {
        element
            .services
            .iter()
            .flat_map(|of| {
                let port = format!("{}/{}", of.proto.name().to_ascii_lowercase(), of.port);
                of.answered_to.iter().map(move |who| format!("{port} to {who}"))
            })
            .collect()
    });
    compare("user-plane address", |element| {
        element.user_plane.iter().map(ToString::to_string).collect()
    });
    out
}

#[cfg(test)]
mod tests {
    use engine::event::{ElementIdentity, ElementService, Proto};

    use super::*;

    fn node(ip: &str, role: &'static str) -> Element {
        Element {
            address: ip.parse().ok(),
            roles: vec![role.into()],
            evidence: vec!["seen".into()],
            ..Element::default()
        }
    }

    #[test]
    fn new_gone_and_changed_are_told_apart() {
        let same = node("192.0.2.1", "dns");
        let gone = node("192.0.2.2", "stp");
        let before = node("192.0.2.3", "ggsn");
        let mut moved = node("192.0.2.33", "ggsn");
        moved.roles.push("sgsn".into());
        moved.identities.push(ElementIdentity { id: "ip:192.0.2.3".into(), why: "one".into() });
        moved.services.push(ElementService {
            proto: Proto::Tcp,
            port: 22,
            answered_to: vec!["outside".into()],
            ..ElementService::default()
        });
        let added = node("192.0.2.4", "mme");
        let list = between(&[&same, &gone, &before], &[&same, &moved, &added]);
        let said: Vec<(&str, &str)> =
            list.iter().map(|drift| (drift.change, drift.names[0].as_str())).collect();
        assert_eq!(
            said,
            [("new", "ip:192.0.2.4"), ("gone", "ip:192.0.2.2"), ("changed", "ip:192.0.2.33")]
        );
        assert_eq!(
            list[2].what,
            [
                "new name: ip:192.0.2.33",
                "new role: sgsn",
                "new open port: tcp/22",
                "new port answering: tcp/22 to outside"
            ]
        );
        assert!(between(&[&same], &[&same]).is_empty());
    }
}
