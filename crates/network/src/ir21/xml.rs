//! A small tree of XML: names without their namespaces, text, lines. Nothing is expanded, nothing is fetched.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use super::NotIr21;

/// An IR.21 file has some hundred kilobytes; the largest known a few megabytes.
pub(super) const MAX_FILE: usize = 32 << 20;
/// Elements that stand in each other: IR.21 has some twelve.
const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 1_000_000;
/// Octets of one text: contact details and remarks are long, what we read is short.
const MAX_TEXT: usize = 64 << 10;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Without namespace.
    pub(super) name: String,
    pub(super) text: String,
    pub(super) line: usize,
    pub(super) children: Vec<Self>,
}

impl Node {
    /// The text of the first child of that name, in any case.
    pub(super) fn child(&self, name: &str) -> Option<&str> {
        self.nodes(name).next().map(|node| node.text.trim()).filter(|text| !text.is_empty())
    }

    /// Children of that name, in any case.
    pub(super) fn nodes(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |node| node.name.eq_ignore_ascii_case(name))
    }

    /// Every element below, in the order of the file, with the names around it from here on.
    pub(super) fn walk<'n>(&'n self, mut see: impl FnMut(&[&'n str], &'n Self)) {
        // The tree is no deeper than its reader allows.
        fn inner<'n>(
            node: &'n Node,
            path: &mut Vec<&'n str>,
            see: &mut dyn FnMut(&[&'n str], &'n Node),
        ) {
            for child in &node.children {
                see(path, child);
                path.push(&child.name);
                inner(child, path, see);
                path.pop();
            }
        }
        inner(self, &mut Vec::new(), &mut see);
    }

    /// Elements below of that name, in any case.
    pub(super) fn all(&self, name: &str) -> Vec<&Self> {
        let mut found = Vec::new();
        self.walk(|_, node| {
            if node.name.eq_ignore_ascii_case(name) {
                found.push(node);
            }
        });
        found
    }
}

/// Text of a file in one of the encodings that such files come in: UTF-8, UTF-16 with a mark, or Latin-1.
pub(super) fn decoded(octets: &[u8]) -> String {
    let utf16 = |from: fn([u8; 2]) -> u16, rest: &[u8]| {
        let units = rest.chunks_exact(2).map(|pair| match pair {
            [a, b] => from([*a, *b]),
            _ => 0,
        });
        char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect::<String>()
    };
    match octets {
        [0xff, 0xfe, rest @ ..] => utf16(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => utf16(u16::from_be_bytes, rest),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        all => match std::str::from_utf8(all) {
            Ok(text) => text.to_owned(),
            Err(_) => all.iter().map(|octet| char::from(*octet)).collect(),
        },
    }
}

/// Reads a document; the root element stands alone below the node that is returned.
pub(super) fn read(text: &str) -> Result<Node, NotIr21> {
    let ends: Vec<usize> =
        text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at).collect();
    let line_of = |at: u64| {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        ends.partition_point(|end| *end < at) + 1
    };
    let fail = |line: usize, text: String| NotIr21 { line, text };
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = vec![Node::default()];
    let mut nodes = 0;
    loop {
        let line = line_of(reader.buffer_position());
        let event = reader.read_event().map_err(|error| {
            fail(
                line_of(reader.error_position()),
                format!("broken XML ({error}): export the file again, it may have been cut short"),
            )
        })?;
        let begins = match &event {
            Event::Start(tag) | Event::Empty(tag) => tag.local_name().as_ref().to_owned(),
            _ => String::new(),
        };
        match &event {
            Event::Start(_) | Event::Empty(_) => {
                nodes += 1;
                if nodes > MAX_NODES {
                    return Err(fail(
                        line,
                        format!("more than {MAX_NODES} elements: no IR.21 file"),
                    ));
                }
                if open.len() > MAX_DEPTH {
                    return Err(fail(
                        line,
                        format!(
                            "elements stand more than {MAX_DEPTH} deep in each other: no IR.21 file"
                        ),
                    ));
                }
                let node = Node { name: begins, line, ..Node::default() };
                if matches!(event, Event::Start(_)) {
                    open.push(node);
                } else if let Some(parent) = open.last_mut() {
                    parent.children.push(node);
                }
            }
            Event::End(_) => close(&mut open),
            Event::Text(part) => add(&mut open, part),
            Event::CData(part) => add(&mut open, part),
            Event::GeneralRef(reference) => match character(reference) {
                Some(c) => add(&mut open, c.encode_utf8(&mut [0; 4])),
                None => {
                    return Err(fail(
                        line,
                        "an entity of its own: IR.21 files need none, and none is expanded"
                            .to_owned(),
                    ));
                }
            },
            Event::DocType(_) => {
                return Err(fail(
                    line,
                    "a document type declaration: IR.21 files have none, and none is read"
                        .to_owned(),
                ));
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    if open.len() > 1 {
        let unclosed = open.last().map_or("", |node| node.name.as_str());
        return Err(fail(
            line_of(text.len() as u64),
            format!("the file ends inside <{}>: it was cut short", clip(unclosed)),
        ));
    }
    Ok(open.pop().unwrap_or_default())
}

fn close(open: &mut Vec<Node>) {
    if open.len() > 1
        && let Some(node) = open.pop()
        && let Some(parent) = open.last_mut()
    {
        parent.children.push(node);
    }
}

fn add(open: &mut [Node], part: &str) {
    if let Some(node) = open.last_mut()
        && node.text.len() + part.len() <= MAX_TEXT
    {
        node.text.push_str(part);
    }
}

/// The five entities of XML itself and characters by number (XML 1.0 §4.1, §4.6).
fn character(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Some(c);
    }
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// The beginning of a name from a file, for an error.
pub(super) fn clip(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}
