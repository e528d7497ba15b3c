//! The inventory for people: a paragraph a node.

use std::io::{self, Write};

use engine::event::{Element, ElementService};

use super::{BOLD, DIM, counted, labelled, span};
use crate::drift::{Drift, names};
use crate::sanitise;
use crate::wrap::{cut, grouped, wide, wrap};

/// Nodes written out; `--format json` has all.
const MOST: usize = 500;

pub(crate) fn write(
    out: &mut dyn Write,
    input: &str,
    elements: &[&Element],
    hidden: usize,
) -> io::Result<()> {
    let with = elements.iter().filter(|element| !element.roles.is_empty()).count();
    let mut text =
        format!("{input}: {}, {with} with a role", counted(elements.len() as u64, "node", "nodes"));
    if hidden > 0 {
        text.push_str(&format!(
            "; {} without role, owner and open port left to --all",
            grouped(hidden as u64)
        ));
    }
    for line in wrap(&sanitise::text(&text), wide()) {
        writeln!(out, "{BOLD}{line}{BOLD:#}")?;
    }
    for element in elements.iter().take(MOST) {
        one(out, element)?;
    }
    if elements.len() > MOST {
        writeln!(out)?;
        writeln!(
            out,
            "… and {} more: --format json has all",
            grouped((elements.len() - MOST) as u64)
        )?;
    }
    Ok(())
}

fn one(out: &mut dyn Write, element: &Element) -> io::Result<()> {
    let roles: Vec<&str> = element.roles.iter().map(AsRef::as_ref).collect();
    let own = names(element).first().cloned().unwrap_or_default();
    let mut head = own.strip_prefix("ip:").unwrap_or(&own).to_owned();
    if let Some(owner) = &element.owner {
        head.push_str(&format!("  {owner}"));
    } else if let Some(plmn) = element.plmn {
        head.push_str(&format!("  {plmn}"));
    }
    if !roles.is_empty() {
        head.push_str(&format!("  {}", roles.join(" ")));
    }
    writeln!(out)?;
    writeln!(out, "{BOLD}{}{BOLD:#}", cut(&sanitise::text(&head), wide()))?;
    for (role, why) in element.roles.iter().zip(&element.evidence) {
        labelled(out, "role", &format!("{role}: {why}"))?;
    }
    for identity in &element.identities {
        labelled(out, "also", &format!("{}: {}", identity.id, identity.why))?;
    }
    if !element.user_plane.is_empty() {
        let list: Vec<String> = element.user_plane.iter().map(ToString::to_string).collect();
        labelled(out, "gtp-u", &list.join(", "))?;
    }
    for hint in &element.hints {
        labelled(out, "make", &format!("{} \"{}\" (frame {})", hint.kind, hint.value, hint.frame))?;
    }
    if !element.services.is_empty() {
        let list: Vec<String> = element.services.iter().map(service).collect();
        labelled(out, "answers", &list.join("; "))?;
    }
    if element.peers > 0 {
        let mut text = element
            .peer_names
            .iter()
            .map(|name| name.strip_prefix("ip:").unwrap_or(name))
            .collect::<Vec<&str>>()
            .join(", ");
        let more = element.peers.saturating_sub(element.peer_names.len() as u64);
        if more > 0 {
            text.push_str(&format!(" and {} more", grouped(more)));
        }
        labelled(out, "peers", text.trim_start())?;
    }
    let mut seen = match (element.first_seen, element.last_seen) {
        (Some(first), Some(last)) => span(first, last),
        _ => String::new(),
    };
    seen.push_str(&format!("; {} sent", counted(element.messages, "message", "messages")));
    if element.restarts > 0 {
        seen.push_str(&format!(", {}", counted(element.restarts, "restart", "restarts")));
    }
    let protocols: Vec<&str> = element.protocols.iter().map(AsRef::as_ref).collect();
    if !protocols.is_empty() {
        seen.push_str(&format!("; {}", protocols.join(" ")));
    }
    labelled(out, "seen", &seen)
}

/// `tcp/22 ssh to partner, outside (13)`
pub(crate) fn service(of: &ElementService) -> String {
    let app = of.app_proto.as_deref().map(|app| format!(" {app}")).unwrap_or_default();
    let who: Vec<&str> = of.answered_to.iter().map(AsRef::as_ref).collect();
    let proto = of.proto.name().to_ascii_lowercase();
    format!("{proto}/{}{app} to {} ({})", of.port, who.join(", "), grouped(of.conversations))
}

/// What changed, one node after another.
pub(crate) fn drift(out: &mut dyn Write, changes: &[Drift<'_>]) -> io::Result<()> {
    if changes.is_empty() {
        return writeln!(out, "Nothing changed.");
    }
    for change in changes {
        let mut text = change.names.join(", ");
        if let Some(owner) = change.owner {
            text.push_str(&format!(" of {owner}"));
        }
        if !change.roles.is_empty() {
            let roles: Vec<&str> = change.roles.iter().map(AsRef::as_ref).collect();
            text.push_str(&format!(": {}", roles.join(" ")));
        }
        for (index, line) in wrap(&sanitise::text(&text), wide() - 9).into_iter().enumerate() {
            let word = if index == 0 { change.change } else { "" };
            writeln!(out, "{BOLD}{word:<9}{BOLD:#}{line}")?;
        }
        for what in &change.what {
            for line in wrap(&sanitise::text(what), wide() - 11) {
                writeln!(out, "           {DIM}{line}{DIM:#}")?;
            }
        }
    }
    Ok(())
}
