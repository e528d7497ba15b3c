//! Puts what IR.21 files say into a description, and leaves what somebody wrote there as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use event::Plmn;
use ipnet::IpNet;
use jiff::civil::Date;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value};

use super::Ir21;
use crate::{Network, Partner, ReadError};

/// How a file that was put in is remembered, above the partner's table.
const MARK: &str = "# IR.21 of ";
/// A file older than this, seen from the day of judging, is stale.
const STALE_DAYS: i32 = 365;
/// Items that are told of one key.
const TOLD: usize = 6;

/// A merge to be done.
#[derive(Debug, Default)]
pub struct Merge<'m> {
    /// The description as it is; empty for a new one.
    pub text: &'m str,
    /// Its name, for what is said about lines.
    pub source: &'m str,
    pub files: Vec<Ir21>,
    /// The day from which age is judged; by default that of the youngest file.
    pub as_of: Option<Date>,
}

/// What came out.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    pub text: String,
    /// What changed, partner by partner.
    pub changes: Vec<String>,
    /// What is stale.
    pub stale: Vec<String>,
    /// What contradicts something else.
    pub conflicts: Vec<String>,
    /// What could not be understood.
    pub doubts: Vec<String>,
}

/// Merges the files into the description.
pub fn merge(merge: Merge<'_>) -> Result<Merged, ReadError> {
    let Merge { text, source, mut files, as_of } = merge;
    let before = Network::parse(text, source)?;
    let fail = |text: String| ReadError { path: source.to_owned(), text };
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| fail(error.to_string()))?;
    let mut out = Merged::default();
    // Older files first, so that what the youngest says stands last; the name decides where dates are the same.
    files.sort_by(|a, b| (a.date, &a.file).cmp(&(b.date, &b.file)));
    let as_of = as_of.or_else(|| files.iter().filter_map(|file| file.date).max());
    replaced(&mut files, &mut out);
    let names = Names::of(&before, &files);
    let table = document
        .entry("partner")
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()))
        .as_array_of_tables_mut()
        .ok_or_else(|| fail("write the partners as [[partner]] tables".to_owned()))?;
    for file in &files {
        for (line, text) in &file.doubts {
            out.doubts.push(format!("{}:{line}: {text}", file.file));
        }
        if let Some(as_of) = as_of {
            age(file, as_of, &mut out);
        }
        let home =
            before.home.plmns.iter().any(|ours| file.plmns.iter().any(|p| p.same_network(*ours)));
        if home {
            out.conflicts.push(format!(
                "{}: {} is [home]: its own IR.21 is not a partner's, nothing was taken from it",
                file.file, file.organisation
            ));
            continue;
        }
        one(table, file, &before, &names, &mut out);
    }
    out.text = document.to_string();
    let after = Network::parse(&out.text, source)?;
    let known: BTreeSet<String> =
        before.problems().into_iter().filter(|p| p.error).map(|p| p.text).collect();
    for problem in after.problems().into_iter().filter(|p| p.error) {
        if !known.contains(&problem.text) {
            out.conflicts.push(problem.text);
        }
    }
    Ok(out)
}

/// Of several files of one operator the youngest counts.
fn replaced(files: &mut Vec<Ir21>, out: &mut Merged) {
    let mut last: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        if !file.tadigs.is_empty() {
            last.insert(file.tadigs.clone(), at);
        }
    }
    let mut at = 0;
    let youngest: Vec<(Option<Date>, String)> =
        files.iter().map(|file| (file.date, file.file.clone())).collect();
    files.retain(|file| {
        let best = last.get(&file.tadigs).copied().unwrap_or(at);
        let keep = best == at;
        if !keep && let Some((date, name)) = youngest.get(best) {
            out.stale.push(format!(
                "{}: {} replaces it ({} instead of {})",
                file.file,
                name,
                shown(*date),
                shown(file.date)
            ));
        }
        at += 1;
        keep
    });
}

fn age(file: &Ir21, as_of: Date, out: &mut Merged) {
    let Some(date) = file.date else {
        out.stale.push(format!("{}: it has no date: how old it is nobody can tell", file.file));
        return;
    };
    let days = as_of.since(date).map_or(0, |span| span.get_days());
    if days > STALE_DAYS {
        out.stale.push(format!(
            "{}: {} of {date} is {days} days old on {as_of}: ask for a newer one",
            file.file, file.organisation
        ));
    }
}

/// Names that `hubs` may take.
struct Names {
    /// By the name in lower case.
    partners: BTreeMap<String, String>,
    /// Who hosts a network, by the TADIG code of the hosted one.
    hosts: BTreeMap<String, String>,
}

impl Names {
    fn of(before: &Network, files: &[Ir21]) -> Self {
        let mut partners = BTreeMap::new();
        for partner in &before.partners {
            partners.insert(partner.name.to_lowercase(), partner.name.clone());
        }
        let mut hosts = BTreeMap::new();
        for file in files {
            let name = existing(before, file).map_or(&file.organisation, |partner| &partner.name);
            partners.entry(file.organisation.to_lowercase()).or_insert_with(|| name.clone());
            for hosted in &file.hosts_for {
                hosts.insert(hosted.clone(), name.clone());
            }
        }
        Self { partners, hosts }
    }

    fn hubs(&self, file: &Ir21, own: &str) -> Vec<String> {
        let carriers =
            file.carriers.iter().filter_map(|name| self.partners.get(&name.to_lowercase()));
        let hosts = file.tadigs.iter().filter_map(|code| self.hosts.get(code));
        let mut hubs: Vec<String> = Vec::new();
        for name in carriers.chain(hosts).filter(|name| *name != own) {
            if !hubs.contains(name) {
                hubs.push(name.clone());
            }
        }
        hubs
    }
}

/// The partner that a file is of: by its networks, else by its name.
fn existing<'n>(before: &'n Network, file: &Ir21) -> Option<&'n Partner> {
    let same =
        |plmns: &[Plmn]| plmns.iter().any(|own| file.plmns.iter().any(|p| p.same_network(*own)));
    before.partners.iter().find(|partner| same(&partner.plmns)).or_else(|| {
        let name = file.organisation.to_lowercase();
        before.partners.iter().find(|partner| partner.name.to_lowercase() == name)
    })
}

fn one(tables: &mut ArrayOfTables, file: &Ir21, before: &Network, names: &Names, out: &mut Merged) {
    let known = existing(before, file);
    let name = known.map_or_else(|| fresh_name(tables, file), |partner| partner.name.clone());
    let at = tables
        .iter()
        .position(|table| table.get("name").and_then(Item::as_str) == Some(name.as_str()));
    let mark = format!(
        "{MARK}{} ({}{}), {}",
        shown(file.date),
        file.tadigs.join(", "),
        file.schema.as_ref().map_or(String::new(), |schema| format!(", schema {schema}")),
        file.file
    );
    let mut said: Vec<String> = Vec::new();
    if at.is_none() {
        let mut table = Table::new();
        table.insert("name", name.as_str().into());
        table.decor_mut().set_prefix("\n");
        tables.push(table);
    }
    let place = at.unwrap_or_else(|| tables.len().saturating_sub(1));
    let Some(table) = tables.get_mut(place) else { return };
    if let (Some(old), Some(date)) = (marked(table), file.date)
        && old > date
    {
        out.stale.push(format!(
            "{}: of {date}, and {name} has one of {old} already: nothing was taken from it",
            file.file
        ));
        return;
    }
    fill(table, file, names, &name, &mark, &mut said);
    if let Some(partner) = known {
        missing(partner, file, &mut said);
    }
    out.changes.push(match (at, said.is_empty()) {
        (None, _) => format!("{name}: new, from {}", file.file),
        (Some(_), true) => format!("{name}: nothing new in {}", file.file),
        (Some(_), false) => format!("{name}: changed by {}", file.file),
    });
    out.changes.extend(said.into_iter().map(|text| format!("  {text}")));
}

/// A name that nobody has yet.
fn fresh_name(tables: &ArrayOfTables, file: &Ir21) -> String {
    let taken = |name: &str| {
        tables.iter().any(|table| table.get("name").and_then(Item::as_str) == Some(name))
    };
    let mut name = file.organisation.clone();
    if taken(&name) {
        name = format!("{} ({})", file.organisation, file.tadigs.join(" "));
    }
    let mut number = 2;
    while taken(&name) {
        name = format!("{} ({number})", file.organisation);
        number += 1;
    }
    name
}

/// Date of the IR.21 that was put in before.
fn marked(table: &Table) -> Option<Date> {
    let prefix = table.decor().prefix()?.as_str()?;
    let line = prefix.lines().rev().find_map(|line| line.strip_prefix(MARK))?;
    line.get(..10)?.parse().ok()
}

fn fill(
    table: &mut Table,
    file: &Ir21,
    names: &Names,
    name: &str,
    mark: &str,
    said: &mut Vec<String>,
) {
    let prefix = table.decor().prefix().and_then(|raw| raw.as_str()).unwrap_or("\n").to_owned();
    let mut lines: Vec<&str> = prefix.lines().filter(|line| !line.starts_with(MARK)).collect();
    if lines.is_empty() {
        lines.push("");
    }
    let mut lines = lines.join("\n");
    lines.push('\n');
    lines.push_str(mark);
    lines.push('\n');
    let carriers: Vec<&str> = file.carriers.iter().map(String::as_str).collect();
    for (what, list) in
        [("Carriers", &carriers), ("Hosts", &file.hosts.iter().map(String::as_str).collect())]
    {
        let comment = format!("# IR.21 {}: {}", what.to_lowercase(), list.join(", "));
        lines = lines
            .lines()
            .filter(|line| !line.starts_with(&format!("# IR.21 {}:", what.to_lowercase())))
            .map(|line| format!("{line}\n"))
            .collect();
        if !list.is_empty() {
            lines.push_str(&comment);
            lines.push('\n');
        }
    }
    table.decor_mut().set_prefix(lines);
    let text = |items: Vec<String>| items.into_iter().map(Value::from).collect::<Vec<_>>();
    let shown = |items: &[IpAddr]| items.iter().map(ToString::to_string).collect::<Vec<_>>();
    let same = |old: &str, new: &str| old.eq_ignore_ascii_case(new);
    let plmn = |old: &str, new: &str| match (old.parse::<Plmn>(), new.parse::<Plmn>()) {
        (Ok(old), Ok(new)) => old.same_network(new),
        _ => old == new,
    };
    let plmns = file.plmns.iter().map(ToString::to_string).collect();
    put(table, "plmns", text(plmns), plmn, said);
    put(
        table,
        "gt_prefixes",
        text(file.gt_prefixes.clone()),
        |old, new| new.starts_with(old),
        said,
    );
    let codes = file.point_codes.iter().map(|code| Value::from(i64::from(code.0))).collect();
    let code = |old: &str, new: &str| match (old.parse::<event::PointCode>(), new.parse()) {
        (Ok(old), Ok(new)) => old == new,
        _ => old == new,
    };
    put(table, "point_codes", codes, code, said);
    put(table, "realms", text(file.realms.clone()), same, said);
    let nets = file.networks.iter().map(ToString::to_string).collect();
    let inside = |old: &str, new: &str| match (crate::read::network(old), new.parse::<IpNet>()) {
        (Ok(old), Ok(new)) => old.contains(&new),
        _ => old == new,
    };
    put(table, "networks", text(nets), inside, said);
    put(table, "diameter", text(shown(&file.diameter)), same, said);
    put(table, "gsn", text(shown(&file.gsn)), same, said);
    put(table, "dns", text(shown(&file.dns)), same, said);
    put(table, "hubs", text(names.hubs(file, name)), same, said);
}

/// Adds to a list what it does not hold yet; `holds` says whether an old item covers a new one.
fn put(
    table: &mut Table,
    key: &'static str,
    items: Vec<Value>,
    holds: impl Fn(&str, &str) -> bool,
    said: &mut Vec<String>,
) {
    let plain = |value: &Value| match value {
        Value::String(text) => text.value().clone(),
        other => other.to_string().trim().to_owned(),
    };
    let old: Vec<String> = table
        .get(key)
        .and_then(Item::as_array)
        .map(|array| array.iter().map(plain).collect())
        .unwrap_or_default();
    let fresh: Vec<Value> = items
        .into_iter()
        .filter(|item| {
            let new = plain(item);
            !old.iter().any(|old| holds(old, &new))
        })
        .collect();
    if fresh.is_empty() {
        return;
    }
    let told: Vec<String> = fresh.iter().take(TOLD).map(plain).collect();
    let more = fresh.len().saturating_sub(TOLD);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    said.push(format!("{key}: added {}{more}", told.join(", ")));
    let entry = table.entry(key).or_insert_with(|| Array::new().into());
    let Some(array) = entry.as_array_mut() else { return };
    // A list that goes over lines goes on so; a long new one is broken.
    let broken = old.len() + fresh.len() > 6;
    for mut value in fresh {
        value.decor_mut().set_prefix(if broken {
            "\n    "
        } else if array.is_empty() {
            ""
        } else {
            " "
        });
        array.push_formatted(value);
    }
    if broken {
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
}

/// What the description lists and the file does not: kept, and told.
fn missing(partner: &Partner, file: &Ir21, said: &mut Vec<String>) {
    let mut tell = |key: &str, gone: Vec<String>| {
        if !gone.is_empty() {
            let more = gone.len().saturating_sub(TOLD);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let told: Vec<String> = gone.into_iter().take(TOLD).collect();
            said.push(format!(
                "{key}: kept {}{more}, which the file does not have",
                told.join(", ")
            ));
        }
    };
    let addresses = |ours: &[IpAddr], theirs: &[IpAddr]| -> Vec<String> {
        if theirs.is_empty() {
            return Vec::new();
        }
        let covered = |ip: &&IpAddr| {
            !theirs.contains(ip) && !file.networks.iter().any(|net| net.contains(*ip))
        };
        ours.iter().filter(covered).map(ToString::to_string).collect()
    };
    tell("gsn", addresses(&partner.gsn, &file.gsn));
    tell("dns", addresses(&partner.dns, &file.dns));
    tell("diameter", addresses(&partner.diameter, &file.diameter));
    if !file.gt_prefixes.is_empty() {
        let gone = partner.gt_prefixes.iter().filter(|own| {
            !file
                .gt_prefixes
                .iter()
                .any(|new| own.starts_with(new.as_str()) || new.starts_with(own.as_str()))
        });
        tell("gt_prefixes", gone.cloned().collect());
    }
    if !file.networks.is_empty() {
        let gone = partner
            .networks
            .iter()
            .filter(|own| !file.networks.iter().any(|new| new.contains(*own) || own.contains(new)));
        tell("networks", gone.map(ToString::to_string).collect());
    }
}

fn shown(date: Option<Date>) -> String {
    date.map_or_else(|| "unknown date".to_owned(), |date| date.to_string())
}
