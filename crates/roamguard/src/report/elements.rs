//! Who is there: the nodes that spoke, by what they were seen doing.

use std::io::{self, Write};

use engine::Summary;
use engine::event::Element;

use super::{DIM, counted, heading};
use crate::sanitise;
use crate::wrap::{columns, cut, grouped, wide};

/// Rows shown; `--format json` has all.
const ROWS: usize = 30;

pub(super) fn write(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    let mut elements: Vec<&Element> =
        summary.elements.iter().filter(|e| !e.roles.is_empty()).collect();
    let without = summary.elements.len() - elements.len();
    elements.sort_by_key(|e| std::cmp::Reverse(e.messages));
    let note = format!(
        "{} with a role, {} without",
        counted(elements.len() as u64, "node", "nodes"),
        without
    );
    heading(out, "WHO IS THERE", &note)?;
    if elements.is_empty() {
        writeln!(out, "  No node showed a telecom role.")?;
        return Ok(());
    }
    let rows: Vec<[String; 6]> = elements.iter().take(ROWS).map(|element| row(element)).collect();
    let limits = [40, 18, 18, 24, 7, 9];
    let titles = ["node", "roles", "owner", "protocols", "peers", "messages"];
    let mut widths = titles.map(columns);
    for row in &rows {
        for (width, (cell, limit)) in widths.iter_mut().zip(row.iter().zip(limits)) {
            *width = (*width).max(columns(cell).min(limit));
        }
    }
    write!(out, "  {DIM}")?;
    line(out, &titles.map(str::to_owned), &widths)?;
    write!(out, "{DIM:#}")?;
    for row in &rows {
        write!(out, "  ")?;
        line(out, row, &widths)?;
    }
    if elements.len() > ROWS {
        writeln!(out, "  … and {} more", elements.len() - ROWS)?;
    }
    Ok(())
}

fn line(out: &mut dyn Write, cells: &[String; 6], widths: &[usize; 6]) -> io::Result<()> {
    let mut text = String::new();
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let cell = cut(cell, *width);
        let pad = " ".repeat(width.saturating_sub(columns(&cell)));
        if index >= 4 {
            text.push_str(&pad);
            text.push_str(&cell);
        } else {
            text.push_str(&cell);
            text.push_str(&pad);
        }
        text.push_str("  ");
    }
    writeln!(out, "{}", cut(text.trim_end(), wide() - 2))
}

fn row(element: &Element) -> [String; 6] {
    let name = match (&element.address, &element.gt, &element.host, &element.point_code) {
        (Some(address), ..) => address.to_string(),
        (None, Some(gt), ..) => format!("gt {gt}"),
        (None, None, Some(host), _) => host.clone(),
        (None, None, None, Some(code)) => format!("pc {code}"),
        (None, None, None, None) => String::new(),
    };
    let join = |names: &[engine::event::Name]| {
        names.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(" ")
    };
    let owner = element
        .owner
        .clone()
        .or_else(|| element.plmn.map(|plmn| plmn.to_string()))
        .unwrap_or_default();
    [
        sanitise::text(&name),
        join(&element.roles),
        sanitise::text(&owner),
        join(&element.protocols),
        grouped(element.peers),
        grouped(element.messages),
    ]
}
