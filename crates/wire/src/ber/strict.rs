//! BER as a strict decoder reads it: refused at the first thing that X.690 does not allow, or that no encoder writes.
//!
//! Shares nothing with the tolerant reader but the cursor, so that each can be held against the other. It is a yardstick
//! for tests and the laws and does not run over traffic. `§` means a section of ITU-T X.690.

use crate::{Cursor, Truncated};

/// The message is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl From<Truncated> for Refused {
    fn from(_: Truncated) -> Self {
        Self
    }
}

/// Elements nested deeper than this are refused.
const MAX_DEPTH: u8 = 64;

/// One tag, length and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// First identifier octet: class, form and, where they fit, number.
    pub first: u8,
    /// The tag's number.
    pub number: u32,
    /// The value without end-of-contents octets.
    pub content: &'a [u8],
}

impl<'a> Element<'a> {
    pub const fn is_constructed(&self) -> bool {
        self.first & 0x20 != 0
    }

    /// The elements inside.
    pub fn elements(&self) -> Result<Reader<'a>, Refused> {
        if self.is_constructed() { Ok(Reader::new(self.content)) } else { Err(Refused) }
    }
}

/// Elements that stand one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader<'a> {
    cur: Cursor<'a>,
}

impl<'a> Reader<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { cur: Cursor::new(bytes) }
    }

    /// What is left.
    pub const fn rest(&self) -> &'a [u8] {
        self.cur.rest()
    }

    /// The next element, `None` at the end.
    pub fn next_element(&mut self) -> Result<Option<Element<'a>>, Refused> {
        if self.cur.is_empty() { Ok(None) } else { element(&mut self.cur, 0).map(Some) }
    }

    /// The next element, which has to be there.
    pub fn one(&mut self) -> Result<Element<'a>, Refused> {
        self.next_element()?.ok_or(Refused)
    }

    /// Nothing may be left.
    pub fn end(&self) -> Result<(), Refused> {
        if self.cur.is_empty() { Ok(()) } else { Err(Refused) }
    }
}

/// Refuses unless all that is nested in these octets is as it should be.
pub fn check(bytes: &[u8]) -> Result<(), Refused> {
    nested(bytes, 0)
}

fn nested(bytes: &[u8], depth: u8) -> Result<(), Refused> {
    if depth > MAX_DEPTH {
        return Err(Refused);
    }
    let mut cur = Cursor::new(bytes);
    while !cur.is_empty() {
        let found = element(&mut cur, depth)?;
        match found.first {
            // BOOLEAN, strings, NULL, OBJECT IDENTIFIER and what else holds no elements (§8.2 to §8.23).
            0x21..=0x27 | 0x29 | 0x2a | 0x2c..=0x2f | 0x32..=0x3f => return Err(Refused),
            0x02 | 0x0a if !is_number(found.content) => return Err(Refused),
            0x06 => object_identifier(found.content)?,
            // EXTERNAL, EMBEDDED PDV, SEQUENCE, SET.
            0x08 | 0x0b | 0x10 | 0x11 => return Err(Refused),
            _ => {}
        }
        if found.is_constructed() {
            nested(found.content, depth.saturating_add(1))?;
        }
    }
    Ok(())
}

/// As many octets as the number needs (§8.3.2).
pub fn is_number(octets: &[u8]) -> bool {
    match octets {
        [] => false,
        [_] => true,
        [first, second, ..] => {
            let sign_only = (*first == 0 && *second < 0x80) || (*first == 0xff && *second >= 0x80);
            !sign_only
        }
    }
}

/// Arcs of seven bits an octet, the last of each without the high bit, the first not all padding (§8.19.2).
pub fn object_identifier(octets: &[u8]) -> Result<(), Refused> {
    let mut before = 0;
    for octet in octets {
        if *octet == 0x80 && before < 0x80 {
            return Err(Refused);
        }
        before = *octet;
    }
    if octets.is_empty() || before >= 0x80 { Err(Refused) } else { Ok(()) }
}

fn element<'a>(cur: &mut Cursor<'a>, depth: u8) -> Result<Element<'a>, Refused> {
    if depth > MAX_DEPTH {
        return Err(Refused);
    }
    let (first, number) = identifier(cur)?;
    let content = match length(cur)? {
        Some(length) => cur.take(length)?,
        // Only for constructed elements (§8.1.3.2).
        None if first & 0x20 == 0 => return Err(Refused),
        None => {
            let mut end = *cur;
            while end.rest().first_chunk() != Some(&[0, 0]) {
                element(&mut end, depth.saturating_add(1))?;
            }
            let content = cur.take(cur.len().saturating_sub(end.len()))?;
            cur.skip(2)?;
            content
        }
    };
    Ok(Element { first, number, content })
}

/// §8.1.2.
fn identifier(cur: &mut Cursor<'_>) -> Result<(u8, u32), Refused> {
    let first = cur.u8()?;
    if first & 0x1f != 0x1f {
        // Universal 0 is reserved for the end-of-contents octets.
        let reserved = first & 0xdf == 0;
        return if reserved { Err(Refused) } else { Ok((first, u32::from(first & 0x1f))) };
    }
    let mut number = 0u32;
    for place in 0..4 {
        let octet = cur.u8()?;
        if place == 0 && octet == 0x80 {
            return Err(Refused);
        }
        number = number << 7 | u32::from(octet & 0x7f);
        if octet < 0x80 {
            return if number < 31 { Err(Refused) } else { Ok((first, number)) };
        }
    }
    Err(Refused)
}

/// §8.1.3, the shortest form alone; `None` is the indefinite one.
fn length(cur: &mut Cursor<'_>) -> Result<Option<usize>, Refused> {
    let length = match cur.u8()? {
        length @ 0..0x80 => return Ok(Some(usize::from(length))),
        0x80 => return Ok(None),
        0x81 => match cur.u8()? {
            length @ 0x80.. => u32::from(length),
            _ => return Err(Refused),
        },
        0x82 => match cur.u16()? {
            length @ 0x100.. => u32::from(length),
            _ => return Err(Refused),
        },
        0x83 => match cur.u24()? {
            length @ 0x1_0000.. => length,
            _ => return Err(Refused),
        },
        0x84 => match cur.u32()? {
            length @ 0x100_0000.. => length,
            _ => return Err(Refused),
        },
        _ => return Err(Refused),
    };
    usize::try_from(length).map(Some).map_err(|_| Refused)
}
