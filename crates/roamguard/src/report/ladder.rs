//! A timeline as a ladder: a column for each node, an arrow for each message, time downwards.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::row::{Row, Shape};
use super::timeline::{Look, paint, plain};
use super::{BOLD, DIM};
use crate::wrap::{columns, cut, wrap};

/// Columns there are; the busiest nodes get one each, the others share the last.
const MAX_NODES: usize = 8;
/// Columns of time and frame on the left.
const CLOCK: usize = 12;

/// The lines of which it is drawn.
struct Pen {
    life: char,
    line: char,
    dashed: char,
    double: char,
    right: char,
    left: char,
    start_right: char,
    start_left: char,
}

const UNICODE: Pen = Pen {
    life: '│',
    line: '─',
    dashed: '╌',
    double: '═',
    right: '▶',
    left: '◀',
    start_right: '├',
    start_left: '┤',
};

const ASCII: Pen = Pen {
    life: '|',
    line: '-',
    dashed: '.',
    double: '=',
    right: '>',
    left: '<',
    start_right: '+',
    start_left: '+',
};

/// Where the columns stand, and who stands in them.
struct Ladder<'a> {
    pen: &'a Pen,
    look: Look,
    gutter: usize,
    /// Middle of each column, from the gutter.
    places: Vec<usize>,
    columns: BTreeMap<&'a str, usize>,
    /// Nodes that share the last column, by the number they got.
    others: BTreeMap<&'a str, usize>,
}

/// Draws the rows.
pub(crate) fn ladder(out: &mut dyn Write, rows: &[Row], look: Look) -> io::Result<()> {
    let nodes = nodes(rows);
    if nodes.is_empty() {
        return Ok(());
    }
    let shared = nodes.len() > MAX_NODES;
    let own = if shared { MAX_NODES - 1 } else { nodes.len() };
    let count = own + usize::from(shared);
    let frames = rows.iter().map(|row| row.frame.to_string().len()).max().unwrap_or(1).max(5);
    let gutter = CLOCK + 1 + frames + 1;
    let room = look.width.saturating_sub(gutter);
    let pitch = (room / count).max(4);
    let ladder = Ladder {
        pen: if look.ascii { &ASCII } else { &UNICODE },
        look,
        gutter,
        places: (0..count).map(|index| index * pitch + pitch / 2).collect(),
        columns: nodes.iter().enumerate().map(|(index, node)| (*node, index.min(own))).collect(),
        others: nodes.iter().skip(own).enumerate().map(|(i, node)| (*node, i + 1)).collect(),
    };
    ladder.head(out, &nodes, own, pitch)?;
    let mut day = String::new();
    for row in rows {
        let time = row.at.to_string();
        let date = time.get(..10).unwrap_or("");
        if day != date {
            writeln!(out, "{DIM}{date}{DIM:#}")?;
            day = date.to_owned();
        }
        ladder.row(out, row, time.get(11..23).unwrap_or(""), frames)?;
    }
    Ok(())
}

/// Everybody, in the order in which they come up; where they are too many, the busiest first.
fn nodes(rows: &[Row]) -> Vec<&str> {
    let mut order: Vec<&str> = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.shape != Shape::Note) {
        for node in [row.from.as_str(), row.to.as_str()] {
            if node.is_empty() {
                continue;
            }
            let count = counts.entry(node).or_default();
            if *count == 0 {
                order.push(node);
            }
            *count += 1;
        }
    }
    if order.len() > MAX_NODES {
        // Stable: nodes that are as busy stay in the order of their coming.
        let mut busiest = order.clone();
        busiest.sort_by_key(|node| std::cmp::Reverse(counts.get(node).copied().unwrap_or(0)));
        let (first, rest) = busiest.split_at(MAX_NODES - 1);
        let mut kept: Vec<&str> = order.iter().copied().filter(|n| first.contains(n)).collect();
        kept.extend(order.iter().copied().filter(|node| rest.contains(node)));
        return kept;
    }
    order
}

impl Ladder<'_> {
    /// Names over the columns where they fit, letters where not, and then a legend.
    fn head(
        &self,
        out: &mut dyn Write,
        nodes: &[&str],
        own: usize,
        pitch: usize,
    ) -> io::Result<()> {
        let fits = nodes.iter().take(own).all(|node| columns(node) < pitch);
        let letter = |index: usize| {
            char::from_u32(u32::from('A') + u32::try_from(index).unwrap_or(0)).unwrap_or('?')
        };
        if !fits {
            for (index, node) in nodes.iter().take(own).enumerate() {
                let line = format!("  {} = {node}", letter(index));
                writeln!(out, "{}", cut(&line, self.look.width))?;
            }
        }
        for (node, number) in nodes.iter().skip(own).zip(1..=99) {
            writeln!(out, "{}", cut(&format!("  [{number}] = {node}"), self.look.width))?;
        }
        if nodes.len() > own + 99 {
            writeln!(out, "  and {} more nodes", nodes.len() - own - 99)?;
        }
        let mut line = vec![' '; self.gutter];
        for (index, place) in self.places.iter().enumerate() {
            let name = match nodes.get(index) {
                Some(_) if index == own => "others".to_owned(),
                Some(node) if fits => (*node).to_owned(),
                _ => letter(index).to_string(),
            };
            let start = self.gutter + place.saturating_sub(columns(&name) / 2);
            put(&mut line, start, &name);
        }
        writeln!(out, "{BOLD}{}{BOLD:#}", text(&line))
    }

    /// Lifelines and nothing else.
    fn empty(&self) -> Vec<char> {
        let mut line = vec![' '; self.gutter];
        for place in &self.places {
            put(&mut line, self.gutter + place, &self.pen.life.to_string());
        }
        line
    }

    fn column(&self, node: &str) -> Option<usize> {
        self.columns.get(node).and_then(|column| self.places.get(*column)).copied()
    }

    fn row(&self, out: &mut dyn Write, row: &Row, clock: &str, frames: usize) -> io::Result<()> {
        // A tunnel or a flow says itself what it is.
        let mut label = if row.message.starts_with(row.protocol) {
            row.message.clone()
        } else {
            format!("{} {}", row.protocol, row.message)
        };
        let became = row.became();
        if !became.is_empty() {
            label.push_str(" (");
            label.push_str(&became);
            label.push(')');
        }
        for (node, arrow) in [(&row.from, "from"), (&row.to, "to")] {
            if let Some(number) =
                self.others.get(node.as_str()).filter(|_| row.shape != Shape::Note)
            {
                label = format!("[{arrow} {number}] {label}");
            }
        }
        let label = plain(&label, self.look);
        let paint = paint(row);
        let head = format!("{clock:<CLOCK$} {:>frames$} ", row.frame);
        let ends = self.column(&row.from).zip(self.column(&row.to));
        let mut line = self.empty();
        let Some((from, to)) = ends.filter(|(from, to)| row.shape != Shape::Note && from != to)
        else {
            // About one node or none: words only.
            put(&mut line, 0, &head);
            let at = ends.map_or(self.places.first().copied().unwrap_or(0), |(from, _)| from);
            return self.label(out, line, at, &format!("* {label}"), paint);
        };
        self.label(out, line, from.min(to), &label, paint)?;
        let mut line = self.empty();
        put(&mut line, 0, &head);
        let (low, high) = (self.gutter + from.min(to), self.gutter + from.max(to));
        let stroke = match row.shape {
            Shape::Between => self.pen.double,
            _ if row.retransmission => self.pen.dashed,
            _ => self.pen.line,
        };
        for cell in line.iter_mut().take(high).skip(low + 1) {
            *cell = stroke;
        }
        let (left, right) = match row.shape {
            Shape::Between => (self.pen.left, self.pen.right),
            _ if from < to => (self.pen.start_right, self.pen.right),
            _ => (self.pen.left, self.pen.start_left),
        };
        if let Some(cell) = line.get_mut(low) {
            *cell = left;
        }
        if let Some(cell) = line.get_mut(high) {
            *cell = right;
        }
        writeln!(out, "{paint}{}{paint:#}", text(&line))
    }

    /// Words beside a lifeline, on the lines that they take, moved to the left where the page ends.
    fn label(
        &self,
        out: &mut dyn Write,
        first: Vec<char>,
        place: usize,
        label: &str,
        paint: anstyle::Style,
    ) -> io::Result<()> {
        let room = self.look.width.saturating_sub(self.gutter + 2);
        let lines = wrap(label, room);
        let widest = lines.iter().map(|line| columns(line)).max().unwrap_or(0);
        let latest = self.look.width.saturating_sub(widest + 1);
        let start = (self.gutter + place + 1).min(latest).max(self.gutter);
        let mut line = first;
        for words in &lines {
            // A space on both sides, so that words and lifelines do not run together.
            put(&mut line, start, &format!(" {words} "));
            line.truncate(self.look.width);
            writeln!(out, "{paint}{}{paint:#}", text(&line))?;
            line = self.empty();
        }
        Ok(())
    }
}

fn put(line: &mut Vec<char>, start: usize, text: &str) {
    for (index, c) in (start..).zip(text.chars()) {
        if line.len() <= index {
            line.resize(index + 1, ' ');
        }
        if let Some(cell) = line.get_mut(index) {
            *cell = c;
        }
    }
}

fn text(line: &[char]) -> String {
    line.iter().collect::<String>().trim_end().to_owned()
}
