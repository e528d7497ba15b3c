//! `network show FILE [SUBJECT]`: whose something is and by which line; without a subject, what the description holds.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use engine::network::{Network, Use};

use crate::exit::Outcome;
use crate::report::{BOLD, counted};
use crate::sanitise;
use crate::wrap::{cut, wide, wrap};

/// Whose an address, title, network, point code or name is, and by which line; without one, all in a table
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  roamguard network show network.toml
  roamguard network show network.toml 198.51.100.20
  roamguard network show network.toml gt:99902000011

A subject is an address, a number, MCC-MNC, a point code, a Diameter host or realm, or the name of an
element or partner; `ip:`, `gt:`, `plmn:`, `pc:`, `realm:`, `host:` or `name:` in front says which.")]
pub(crate) struct Args {
    /// The description, in TOML
    file: PathBuf,
    /// What to ask about
    subject: Option<String>,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    let network = Network::read(&args.file)?;
    let Some(subject) = &args.subject else {
        table(out, &network)?;
        return Ok(Outcome::Clean);
    };
    let things = network.things(subject);
    if things.is_empty() {
        bail!(
            "{subject}: neither an address, a number, MCC-MNC, a point code nor a name of the description; see roamguard network show --help"
        );
    }
    for thing in &things {
        let answer = network.answer(thing);
        writeln!(
            out,
            "{BOLD}{}{BOLD:#} as {}: {}",
            sanitise::text(subject),
            answer.kind,
            sanitise::text(&answer.owner)
        )?;
        writeln!(out, "    by {}", sanitise::text(&answer.line))?;
        for note in &answer.notes {
            for (at, line) in wrap(&sanitise::text(note), wide() - 6).into_iter().enumerate() {
                writeln!(out, "{}{line}", if at == 0 { "    " } else { "      " })?;
            }
        }
    }
    Ok(Outcome::Clean)
}

/// One line for each element and partner.
fn table(out: &mut dyn Write, network: &Network) -> Result<()> {
    let home = &network.home;
    let plmns: Vec<String> = home.plmns.iter().map(ToString::to_string).collect();
    let name = if home.name.is_empty() { "home, without a name" } else { home.name.as_str() };
    writeln!(
        out,
        "{BOLD}{}{BOLD:#}  {}  GT {}  {}, {}",
        sanitise::text(name),
        or_dash(&plmns),
        or_dash(&home.gt_prefixes),
        counted(home.networks.len() as u64, "network", "networks"),
        counted(home.subscriber_pools.len() as u64, "subscriber pool", "subscriber pools"),
    )?;
    if !network.elements.is_empty() {
        writeln!(out)?;
        writeln!(out, "{BOLD}{:<24} {:<20} IDENTITIES{BOLD:#}", "ELEMENT", "ROLES")?;
    }
    for element in &network.elements {
        let mut identities: Vec<String> =
            element.addresses.iter().map(ToString::to_string).collect();
        identities.extend(element.point_codes.iter().map(|pc| format!("pc {pc}")));
        identities.extend(element.global_titles.iter().map(|gt| format!("gt {gt}")));
        identities.extend(element.hosts.iter().cloned());
        row(out, &element.name, &element.roles.join(" "), &identities.join(" "))?;
    }
    if !network.partners.is_empty() {
        writeln!(out)?;
        writeln!(
            out,
            "{BOLD}{:<24} {:<20} {:>4} {:>4} {:>5} {:>4} {:>7} {:>8} {:>4} {:>4}{BOLD:#}",
            "PARTNER", "PLMN", "GT", "PC", "REALM", "NET", "SIGTRAN", "DIAMETER", "GSN", "DNS"
        )?;
    }
    for partner in &network.partners {
        let plmns: Vec<String> = partner.plmns.iter().map(ToString::to_string).collect();
        let [sigtran, diameter, gsn, dns] = Use::ALL.map(|of| partner.list(of).len());
        writeln!(
            out,
            "{:<24} {:<20} {:>4} {:>4} {:>5} {:>4} {sigtran:>7} {diameter:>8} {gsn:>4} {dns:>4}",
            cut(&sanitise::text(&partner.name), 24),
            cut(&or_dash(&plmns), 20),
            partner.gt_prefixes.len(),
            partner.point_codes.len(),
            partner.realms.len(),
            partner.networks.len(),
        )?;
        for (what, list) in [("brought by", &partner.hubs), ("agreed", &partner.agreements)] {
            if !list.is_empty() {
                writeln!(
                    out,
                    "    {}",
                    cut(&sanitise::text(&format!("{what} {}", list.join(", "))), wide() - 4)
                )?;
            }
        }
    }
    Ok(())
}

fn row(out: &mut dyn Write, name: &str, roles: &str, identities: &str) -> Result<()> {
    let (name, roles) = (cut(&sanitise::text(name), 24), cut(&sanitise::text(roles), 20));
    let identities = cut(&sanitise::text(identities), wide() - 46);
    writeln!(out, "{name:<24} {roles:<20} {identities}")?;
    Ok(())
}

fn or_dash(items: &[String]) -> String {
    if items.is_empty() { "-".to_owned() } else { items.join(" ") }
}
