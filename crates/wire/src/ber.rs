//! BER (ITU-T X.690): tags, lengths, values, read tolerantly, with every trick noted that a strict reader falls for.
//!
//! Two readings side by side. The **strict** one is what decoders generated from the ASN.1 do, and what [`strict`] does:
//! it takes X.690 and Q.773 §4.1 at their word and refuses the whole message at the first thing that they do not allow.
//! The **tolerant** one, [`Elements`], is what lenient stacks and tshark do: it takes every message as far as it can be
//! told apart. What a filter refuses, skips or reads otherwise than the node behind it is how messages get past filters,
//! so wherever the two would part, the tolerant pass notes it.
//!
//! Only the tolerant pass runs over traffic: a second pass would cost as much again and know nothing more. That it notes
//! all that the strict reader refuses is not a hope but a law (`laws.rs`): over any octets, a message without a note is
//! read by both, to the same.
//!
//! | field | what was found | tolerant reading | strict reading |
//! |---|---|---|---|
//! | `ber.length` | the long form for what the short form holds, more length octets than needed or than four, the reserved `0xff` | the length that is meant | refused; filters with fixed offsets read the length octets as content |
//! | `ber.indefinite` | indefinite length: in the transaction, dialogue and component portions, where peers send definite ones (legal, but filters stumble over it); on a primitive element; without its end | up to the end-of-contents, or to the end of the outer element | takes the legal ones, refuses the others |
//! | `ber.padding` | zero octets between or behind elements: fill, or an end-of-contents that closes nothing | stepped over (tshark shows an empty element) | refused |
//! | `ber.tag` | a tag in more octets than needed, a reserved one; a structure that says it is primitive, a string or number that says it is constructed | the tag that is meant, the first piece of a string | refused, or taken for an unknown element |
//! | `ber.integer` | an INTEGER without octets or with sign octets that it does not need (§8.3.2) | the number that is meant | refused |
//! | `ber.oid` | an object identifier with octets that an arc does not need, or that ends within one (§8.19.2) | the arcs that are meant | refused; filters that compare octets do not know the application context |
//! | `ber.overrun` | a length past the end of the outer element, or of the message | cut off there (tshark: malformed) | refused |
//! | `ber.depth` | nested deeper than [`MAX_DEPTH`] | not read | reads some levels more, then refuses |

mod check;
mod oid;
pub mod strict;

use std::fmt;

use crate::{Anomalies, Cursor, Flaw, Span};
pub use check::check;
pub use oid::Oid;

/// Elements nested deeper than this are not read.
pub const MAX_DEPTH: u8 = 16;

/// The class of a tag (§8.1.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    Universal,
    Application,
    Context,
    Private,
}

/// Class and number of a tag, whatever form it was written in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(u32);

impl Tag {
    pub const BOOLEAN: Self = Self::universal(1);
    pub const INTEGER: Self = Self::universal(2);
    pub const BIT_STRING: Self = Self::universal(3);
    pub const OCTET_STRING: Self = Self::universal(4);
    pub const NULL: Self = Self::universal(5);
    pub const OID: Self = Self::universal(6);
    pub const EXTERNAL: Self = Self::universal(8);
    pub const ENUMERATED: Self = Self::universal(10);
    pub const SEQUENCE: Self = Self::universal(16);
    pub const SET: Self = Self::universal(17);

    /// The largest number that is told apart; higher ones become it.
    const MAX_NUMBER: u32 = 0x3fff_ffff;

    const fn new(class: u32, number: u32) -> Self {
        Self(class << 30 | number)
    }

    pub const fn universal(number: u32) -> Self {
        Self::new(0, number)
    }

    pub const fn application(number: u32) -> Self {
        Self::new(1, number)
    }

    pub const fn context(number: u32) -> Self {
        Self::new(2, number)
    }

    pub const fn private(number: u32) -> Self {
        Self::new(3, number)
    }

    pub const fn class(self) -> Class {
        match self.0 >> 30 {
            0 => Class::Universal,
            1 => Class::Application,
            2 => Class::Context,
            _ => Class::Private,
        }
    }

    pub const fn number(self) -> u32 {
        self.0 & Self::MAX_NUMBER
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({})", self.class(), self.number())
    }
}

/// One tag, length and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    pub tag: Tag,
    pub constructed: bool,
    /// The length was given in the indefinite form (§8.1.3.6), which BER allows.
    pub indefinite: bool,
    /// The whole element with tag and length.
    pub span: Span,
    /// The value; for the indefinite form without its end-of-contents octets.
    pub content: Cursor<'a>,
    depth: u8,
}

impl<'a> Element<'a> {
    /// The elements inside, none beyond [`MAX_DEPTH`].
    pub fn elements(&self) -> Elements<'a> {
        Elements { cur: self.content, depth: self.depth.saturating_add(1) }
    }

    /// [`Self::elements`] of what has to be a structure; one that says it is primitive is noted and read all the same.
    #[inline]
    pub fn structure(&self, notes: &mut Anomalies) -> Elements<'a> {
        if !self.constructed {
            self.wrong_form(notes);
        }
        self.elements()
    }

    /// The octets of a string or number. One in pieces (§8.7.3) gives its first: BER allows that and nobody sends it, so it
    /// is noted.
    #[inline]
    pub fn value(&self, notes: &mut Anomalies) -> &'a [u8] {
        if self.constructed {
            self.wrong_form(notes);
            return self.octets();
        }
        self.content.rest()
    }

    /// Constructed where primitive is meant, or the other way round (§8.1.2.5).
    #[cold]
    fn wrong_form(&self, notes: &mut Anomalies) {
        notes.note(self.span, "ber.tag", Flaw::NotCanonical(u64::from(self.tag.number())));
    }

    /// Notes the indefinite form, for structures whose peers send definite lengths.
    #[inline]
    pub(crate) fn definite(&self, notes: &mut Anomalies) {
        if self.indefinite {
            let number = u64::from(self.tag.number());
            notes.note(self.span, "ber.indefinite", Flaw::NotCanonical(number));
        }
    }

    /// An object identifier; one with arcs that are padded or do not end is noted.
    pub(crate) fn oid(&self, notes: &mut Anomalies) -> Oid<'a> {
        let oid = Oid(self.value(notes));
        if !oid.is_canonical() {
            notes.note(self.span, "ber.oid", Flaw::NotCanonical(oid.0.len() as u64));
        }
        oid
    }

    /// Notes what X.690 says of the universal types and this element breaks.
    #[inline]
    fn check_type(&self, notes: &mut Anomalies) {
        if self.tag.class() != Class::Universal {
            return;
        }
        match self.tag {
            // EXTERNAL, EMBEDDED PDV, SEQUENCE, SET.
            Tag::EXTERNAL | Tag::SEQUENCE | Tag::SET | Tag(11) => {
                self.structure(notes);
            }
            Tag::INTEGER | Tag::ENUMERATED => {
                self.number(notes);
            }
            Tag::OID => {
                self.oid(notes);
            }
            _ if self.constructed => self.wrong_form(notes),
            _ => {}
        }
    }

    /// The octets of an INTEGER or ENUMERATED; more or fewer than it needs are noted (§8.3.2).
    #[inline]
    pub(crate) fn number(&self, notes: &mut Anomalies) -> &'a [u8] {
        let octets = self.value(notes);
        if !minimal(octets) {
            notes.note(self.span, "ber.integer", Flaw::NotCanonical(octets.len() as u64));
        }
        octets
    }

    /// [`Self::value`] without the note.
    pub fn octets(&self) -> &'a [u8] {
        let mut element = *self;
        let mut unnoted = Anomalies::default();
        while element.constructed {
            match element.elements().next(&mut unnoted) {
                Some(inner) => element = inner,
                None => return &[],
            }
        }
        element.content.rest()
    }

    /// The value as an integer (§8.3): at most eight octets are told apart.
    pub fn integer(&self) -> Option<i64> {
        integer(self.octets())
    }
}

/// Whether an integer has as many octets as it needs: the first nine bits are not all the same (§8.3.2).
pub(crate) const fn minimal(octets: &[u8]) -> bool {
    !matches!(octets, [] | [0, 0..0x80, ..] | [0xff, 0x80..=0xff, ..])
}

/// The two's complement number in these octets (§8.3), padded ones included; `None` when there are none or it does not fit.
pub fn integer(octets: &[u8]) -> Option<i64> {
    let (&first, _) = octets.split_first()?;
    let sign = if first >= 0x80 { -1i64 } else { 0 };
    octets.iter().try_fold(sign, |value, &octet| {
        value.checked_mul(256).map(|shifted| shifted | i64::from(octet))
    })
}

/// The elements that stand one after the other in some octets. Not an `Iterator` because each step may note something.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'a> {
    cur: Cursor<'a>,
    depth: u8,
}

impl<'a> Elements<'a> {
    pub const fn new(cur: Cursor<'a>) -> Self {
        Self { cur, depth: 0 }
    }

    /// What is left to read.
    pub const fn rest(&self) -> Cursor<'a> {
        self.cur
    }

    /// The next element, or `None` at the end or where nothing more can be told apart.
    #[inline]
    pub fn next(&mut self, notes: &mut Anomalies) -> Option<Element<'a>> {
        // One octet of tag, one of length, all there: what nearly every element is.
        if let &[first, length @ 0..0x80, ref value @ ..] = self.cur.rest()
            && first & 0x1f != 0x1f
            && first & 0xdf != 0
            && usize::from(length) <= value.len()
            && self.depth < MAX_DEPTH
        {
            let span = self.cur.span_of(usize::from(length).saturating_add(2));
            self.cur.sub(2);
            let (content, _) = self.cur.sub(usize::from(length));
            return Some(Element {
                tag: Tag::new(u32::from(first >> 6), u32::from(first & 0x1f)),
                constructed: first & 0x20 != 0,
                indefinite: false,
                span,
                content,
                depth: self.depth,
            });
        }
        if self.cur.is_empty() {
            return None;
        }
        self.uncommon(notes)
    }

    /// [`Self::next`] for all other forms.
    #[inline(never)]
    fn uncommon(&mut self, notes: &mut Anomalies) -> Option<Element<'a>> {
        self.padding(notes);
        if self.cur.is_empty() {
            return None;
        }
        if self.depth >= MAX_DEPTH {
            notes.note(self.cur.span(), "ber.depth", Flaw::TooDeep);
            self.cur.take_rest();
            return None;
        }
        let start = self.cur;
        let Some((tag, constructed)) = self.tag(notes) else {
            self.cur.take_rest();
            return None;
        };
        let Some(length) = self.length(notes, constructed) else {
            self.cur.take_rest();
            return None;
        };
        let content = match length {
            Some(length) => {
                let (content, whole) = self.cur.sub(length);
                if !whole {
                    let missing = crate::cursor::short(length.saturating_sub(content.len()));
                    notes.note(start.span(), "ber.overrun", Flaw::Truncated { missing });
                }
                content
            }
            None => {
                let inside = end_of_contents(self.cur, self.depth);
                let (content, _) = self.cur.sub(inside.unwrap_or(self.cur.len()));
                match inside {
                    // Cannot fail: the two octets were found there.
                    Some(_) => self.cur.skip(2).unwrap_or_default(),
                    None => {
                        notes.note(start.span(), "ber.indefinite", Flaw::Truncated { missing: 2 });
                    }
                }
                content
            }
        };
        let span =
            Span { start: start.offset(), len: self.cur.offset().saturating_sub(start.offset()) };
        Some(Element {
            tag,
            constructed,
            indefinite: length.is_none(),
            span,
            content,
            depth: self.depth,
        })
    }

    /// Steps over end-of-contents octets that close nothing, and a last zero octet.
    fn padding(&mut self, notes: &mut Anomalies) {
        let at = self.cur;
        while self.cur.rest().starts_with(&[0, 0]) {
            self.cur.skip(2).unwrap_or_default();
        }
        if self.cur.rest() == [0] {
            self.cur.take_rest();
        }
        let skipped = at.len().saturating_sub(self.cur.len());
        if skipped > 0 {
            notes.note(at.span_of(skipped), "ber.padding", Flaw::NotCanonical(skipped as u64));
        }
    }

    /// Identifier octets (§8.1.2).
    #[inline]
    fn tag(&mut self, notes: &mut Anomalies) -> Option<(Tag, bool)> {
        let at = self.cur;
        let first = self.cur.u8().ok()?;
        let (class, constructed, low) =
            (u32::from(first >> 6), first & 0x20 != 0, u32::from(first & 0x1f));
        if low != 0x1f {
            if first & 0xdf == 0 {
                // Reserved for the end-of-contents octets.
                notes.note(at.span_of(1), "ber.tag", Flaw::IllegalValue(0));
            }
            return Some((Tag::new(class, low), constructed));
        }
        let mut number = 0u32;
        let mut octets = 0u32;
        let mut padded = false;
        loop {
            let Ok(octet) = self.cur.u8() else {
                notes.note(at.span(), "ber.tag", Flaw::Truncated { missing: 1 });
                return None;
            };
            padded |= octets == 0 && octet == 0x80;
            octets = octets.saturating_add(1);
            number = number
                .saturating_mul(128)
                .saturating_add(u32::from(octet & 0x7f))
                .min(Tag::MAX_NUMBER);
            if octet & 0x80 == 0 {
                break;
            }
        }
        if number < 31 || padded || octets > 4 {
            notes.note(at.span_of(2), "ber.tag", Flaw::NotCanonical(u64::from(number)));
        }
        Some((Tag::new(class, number), constructed))
    }

    /// Length octets (§8.1.3): outer `None` when they are cut off, inner `None` for the indefinite form.
    #[inline]
    #[expect(clippy::option_option, reason = "cut off and indefinite are two different things")]
    fn length(&mut self, notes: &mut Anomalies, constructed: bool) -> Option<Option<usize>> {
        let at = self.cur;
        let Ok(first) = self.cur.u8() else {
            notes.note(at.span(), "ber.length", Flaw::Truncated { missing: 1 });
            return None;
        };
        if first < 0x80 {
            return Some(Some(usize::from(first)));
        }
        if first == 0x80 {
            if constructed {
                return Some(None);
            }
            // Forbidden for a primitive element (§8.1.3.2); its value is taken to be empty.
            notes.note(at.span_of(1), "ber.indefinite", Flaw::IllegalValue(0x80));
            return Some(Some(0));
        }
        if first == 0xff {
            // Reserved (§8.1.3.5 c); read as the number of length octets that it would be.
            notes.note(at.span_of(1), "ber.length", Flaw::IllegalValue(0xff));
        }
        let wanted = usize::from(first & 0x7f);
        let Ok(octets) = self.cur.take(wanted) else {
            let missing = crate::cursor::short(wanted.saturating_sub(self.cur.len()));
            notes.note(at.span(), "ber.length", Flaw::Truncated { missing });
            return None;
        };
        let length = octets
            .iter()
            .fold(0usize, |sum, &octet| sum.saturating_mul(256).saturating_add(usize::from(octet)));
        let fewest = match length {
            0..0x80 => 0,
            0x80..0x100 => 1,
            0x100..0x1_0000 => 2,
            0x1_0000..0x100_0000 => 3,
            _ => 4,
        };
        if wanted > fewest {
            let found = u64::try_from(length).unwrap_or(u64::MAX);
            notes.note(
                at.span_of(wanted.saturating_add(1)),
                "ber.length",
                Flaw::NotCanonical(found),
            );
        }
        Some(Some(length))
    }
}

/// How many octets stand before the end-of-contents octets that close an indefinite length at this level (§8.1.5).
/// What is nested deeper than [`MAX_DEPTH`] is not looked through, so that the work stays proportional to the input.
fn end_of_contents(cur: Cursor<'_>, depth: u8) -> Option<usize> {
    // Levels of indefinite form that are open; definite elements are stepped over whole.
    let mut open = 1u8;
    let mut unnoted = Anomalies::default();
    let mut elements = Elements { cur, depth: 0 };
    loop {
        let before = elements.cur.len();
        if elements.cur.rest().starts_with(&[0, 0]) {
            open = open.saturating_sub(1);
            if open == 0 {
                return Some(cur.len().saturating_sub(before));
            }
            elements.cur.skip(2).ok()?;
            continue;
        }
        let (_, constructed) = elements.tag(&mut unnoted)?;
        match elements.length(&mut unnoted, constructed)? {
            Some(length) => elements.cur.skip(length).ok()?,
            None => {
                open = open.saturating_add(1);
                if open.saturating_add(depth) > MAX_DEPTH {
                    return None;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
