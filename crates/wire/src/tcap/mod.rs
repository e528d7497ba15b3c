//! TCAP: transactions, and the operations that they carry.
//!
//! Spec: ITU-T Q.773 (06/1997). `§` below means a section of it. ANSI T1.114 is read into the same types (`ansi.rs`), and
//! the names of its greatest user, ANSI-41, stand beside it ([`ansi41`]).
//!
//! Every component is read, not the first alone, and what only serves to slip past a filter is noted and read all the
//! same. What is noted of the encoding stands in [`crate::ber`]; of the message:
//!
//! | field | what was found | tolerant reading | strict reading |
//! |---|---|---|---|
//! | `tcap.message_type` | no message that there is | none | refused |
//! | `tcap.otid`, `tcap.dtid` | not there where the message type has it | without | refused |
//! | `tcap.otid_length`, `tcap.dtid_length` | not one to four octets (ANSI: four, or eight for both) | as long as it is | refused; filters that key on four octets lose the dialogue |
//! | `tcap.p_abort_cause` | not one octet of 0 to 127 | as it is | refused |
//! | `tcap.unknown_tag` | an element that this message or component does not have, also an identity in a message that has none | stepped over, its inside checked; what stands for a component is read like an invoke | refused |
//! | `tcap.duplicate` | an element twice, or two reasons of an abort | the last one counts, the components of all (as in tshark) | refused; others take the first |
//! | `tcap.order` | elements in another order | as if in order | refused |
//! | `tcap.components` | none in their portion; more than [`MAX_COMPONENTS`]; or invokes of different operations in a begin, which is legal | the first [`MAX_COMPONENTS`] | refuses the first; filters that look at one component miss the others |
//! | `tcap.invoke_id`, `tcap.linked_id`, `tcap.problem` | missing, or not one octet | the number that is meant | refused |
//! | `tcap.opcode`, `tcap.error_code` | neither form of a code | the whole rest is the parameter | refused |
//! | `tcap.opcode_length`, `tcap.error_code_length` | not one octet; legal where the number needs them | the number | reads it where it is minimal; filters that compare one octet do not |
//! | `tcap.global_opcode`, `tcap.global_error_code` | an object identifier, legal; no user sends it | as such | the same; filters that look for INTEGER find no operation |
//! | `tcap.parameter` | octets behind the parameter, or behind a component that has none | part of the parameter | refused |
//! | `tcap.dialogue` | a dialogue portion that is no EXTERNAL of this specification, with fields it does not have, or in a message that it does not belong in (legal, and no stack does it) | as far as it can be read | refuses the malformed ones |
//! | `tcap.trailing` | octets behind the message | not read | refused; some stacks read a second message there |

mod ansi;
pub mod ansi41;
mod component;
mod dialogue;
mod names;
pub mod strict;

use smallvec::SmallVec;

pub use crate::ber::Oid;
use crate::ber::{Class, Element, Elements, check, integer};
use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated};
pub use ansi::Package;
use component::component;
pub use component::{Code, Component, ComponentKind, Problem};
pub use dialogue::{Dialogue, DialoguePdu};
pub use names::{abort_cause_name, ansi_abort_cause_name};

/// More components than this in one message are only counted.
pub const MAX_COMPONENTS: usize = 16;

/// One message (§3.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Message<'a> {
    pub kind: Kind,
    /// Transaction identities as read, whatever their length.
    pub otid: Option<&'a [u8]>,
    pub dtid: Option<&'a [u8]>,
    /// P-Abort cause: the provider and not the user ended it.
    pub abort_cause: Option<u8>,
    pub dialogue: Option<Dialogue<'a>>,
    pub components: SmallVec<[Component<'a>; 2]>,
    /// Some length of the transaction or component portion was in the indefinite form.
    pub indefinite: bool,
}

/// The message type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Unidirectional,
    Begin,
    End,
    Continue,
    Abort,
    /// ANSI T1.114.
    Ansi(Package),
}

impl Kind {
    /// `begin`, `continue`, `end`, `abort`, `unidirectional`; ANSI: `queryWithPermission`, `response`…
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unidirectional => "unidirectional",
            Self::Begin => "begin",
            Self::End => "end",
            Self::Continue => "continue",
            Self::Abort => "abort",
            Self::Ansi(package) => package.name(),
        }
    }
}

/// Tags of this specification, all in the application class.
mod tag {
    use crate::ber::Tag;

    pub(super) const UNIDIRECTIONAL: u32 = 1;
    pub(super) const BEGIN: u32 = 2;
    pub(super) const END: u32 = 4;
    pub(super) const CONTINUE: u32 = 5;
    pub(super) const ABORT: u32 = 7;
    pub(super) const OTID: Tag = Tag::application(8);
    pub(super) const DTID: Tag = Tag::application(9);
    pub(super) const P_ABORT_CAUSE: Tag = Tag::application(10);
    pub(super) const DIALOGUE_PORTION: Tag = Tag::application(11);
    pub(super) const COMPONENT_PORTION: Tag = Tag::application(12);
}

/// Is this plausibly TCAP, ITU or ANSI? A message type and a length that fits.
pub fn probe(bytes: &[u8]) -> bool {
    let mut notes = Anomalies::default();
    let mut elements = Elements::new(Cursor::new(bytes));
    let Some(element) = elements.next(&mut notes) else {
        return false;
    };
    // Nothing behind it but the fill that some stacks leave.
    kind(&element).is_some()
        && element.constructed
        && !notes.as_slice().iter().any(|note| matches!(note.flaw, Flaw::Truncated { .. }))
        && elements.rest().rest().iter().all(|&octet| octet == 0)
}

/// Whether it begins as TCAP does: enough where the subsystem says that it is, so that a length that lies, octets behind or
/// a snapped frame hide nothing.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    let mut unnoted = Anomalies::default();
    let element = Elements::new(Cursor::new(bytes)).next(&mut unnoted);
    element.is_some_and(|element| kind(&element).is_some())
}

/// The message that an outermost element is.
fn kind(element: &Element<'_>) -> Option<Kind> {
    let number = element.tag.number();
    match (element.tag.class(), number) {
        (Class::Application, tag::UNIDIRECTIONAL) => Some(Kind::Unidirectional),
        (Class::Application, tag::BEGIN) => Some(Kind::Begin),
        (Class::Application, tag::END) => Some(Kind::End),
        (Class::Application, tag::CONTINUE) => Some(Kind::Continue),
        (Class::Application, tag::ABORT) => Some(Kind::Abort),
        (Class::Private, _) => Package::of(number).map(Kind::Ansi),
        _ => None,
    }
}

/// Reads one message. Fails only when there is no message type.
pub fn dissect<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let at = *cur;
    let mut outer = Elements::new(at);
    let no_type = Truncated { at: at.offset(), missing: 2 };
    let element = outer.next(notes).ok_or(no_type)?;
    let Some(kind) = kind(&element) else {
        notes.note(
            element.span,
            "tcap.message_type",
            Flaw::IllegalValue(u64::from(element.tag.number())),
        );
        return Err(no_type);
    };
    *cur = outer.rest();
    let mut message = Message {
        kind,
        otid: None,
        dtid: None,
        abort_cause: None,
        dialogue: None,
        components: SmallVec::new(),
        indefinite: element.indefinite,
    };
    element.definite(notes);
    match kind {
        Kind::Ansi(package) => ansi::package(notes, &mut message, package, &element),
        _ => message.portions(notes, &element),
    }
    if !cur.is_empty() {
        notes.note(cur.span(), "tcap.trailing", Flaw::Trailing(short(cur.len())));
    }
    Ok(message)
}

/// Notes an element that came before, or whose turn is over: `seen` has a bit for each rank that was there.
fn in_order(notes: &mut Anomalies, seen: &mut u32, rank: u32, element: &Element<'_>) {
    let bit = 1u32 << rank;
    if *seen & bit != 0 {
        notes.note(element.span, "tcap.duplicate", Flaw::Repeated);
    } else if *seen > bit {
        let number = u64::from(element.tag.number());
        notes.note(element.span, "tcap.order", Flaw::IllegalValue(number));
    }
    *seen |= bit;
}

/// The elements of a message in their order (§3.1), as bits.
mod portion {
    pub(super) const OTID: u32 = 0;
    pub(super) const DTID: u32 = 1;
    pub(super) const CAUSE: u32 = 2;
    pub(super) const DIALOGUE: u32 = 3;
    pub(super) const COMPONENTS: u32 = 4;

    pub(super) const fn bits(ranks: &[u32]) -> u32 {
        let mut bits = 0;
        let mut rest = ranks;
        while let [rank, tail @ ..] = rest {
            bits |= 1 << *rank;
            rest = tail;
        }
        bits
    }
}

impl Kind {
    /// The portions that it must have and those that it may have.
    const fn has(self) -> (u32, u32) {
        use portion::{CAUSE, COMPONENTS, DIALOGUE, DTID, OTID, bits};
        match self {
            Self::Begin => (bits(&[OTID]), bits(&[OTID, DIALOGUE, COMPONENTS])),
            Self::End => (bits(&[DTID]), bits(&[DTID, DIALOGUE, COMPONENTS])),
            Self::Continue => (bits(&[OTID, DTID]), bits(&[OTID, DTID, DIALOGUE, COMPONENTS])),
            Self::Abort => (bits(&[DTID]), bits(&[DTID, CAUSE, DIALOGUE])),
            Self::Unidirectional => (bits(&[COMPONENTS]), bits(&[DIALOGUE, COMPONENTS])),
            Self::Ansi(_) => (0, 0),
        }
    }
}

impl<'a> Message<'a> {
    /// The elements of the message (§3.1).
    fn portions(&mut self, notes: &mut Anomalies, element: &Element<'a>) {
        let (needed, allowed) = self.kind.has();
        let mut seen = 0u32;
        let mut portions = element.structure(notes);
        while let Some(portion) = portions.next(notes) {
            self.indefinite |= portion.indefinite;
            portion.definite(notes);
            let rank = match portion.tag {
                tag::OTID => portion::OTID,
                tag::DTID => portion::DTID,
                tag::P_ABORT_CAUSE => portion::CAUSE,
                tag::DIALOGUE_PORTION => portion::DIALOGUE,
                tag::COMPONENT_PORTION => portion::COMPONENTS,
                _ => u32::MAX,
            };
            if rank > portion::COMPONENTS || allowed >> rank & 1 == 0 {
                let number = u64::from(portion.tag.number());
                notes.note(portion.span, "tcap.unknown_tag", Flaw::IllegalValue(number));
                if rank > portion::COMPONENTS {
                    if portion.constructed {
                        check(notes, portion.elements());
                    }
                    continue;
                }
            }
            in_order(notes, &mut seen, rank, &portion);
            self.portion(notes, rank, &portion);
        }
        if self.kind == Kind::Abort && seen >> portion::CAUSE & 3 == 3 {
            // One reason may be given: the provider's, or the user's in the dialogue portion.
            notes.note(element.span, "tcap.duplicate", Flaw::Repeated);
        }
        for (rank, field) in [
            (portion::OTID, "tcap.otid"),
            (portion::DTID, "tcap.dtid"),
            (portion::COMPONENTS, "tcap.components"),
        ] {
            if needed & !seen & 1 << rank != 0 {
                notes.note(element.span, field, Flaw::Missing);
            }
        }
        if self.kind == Kind::Begin {
            self.operations(notes, element);
        }
    }

    fn portion(&mut self, notes: &mut Anomalies, rank: u32, portion: &Element<'a>) {
        match rank {
            portion::OTID => self.otid = Some(transaction_id(notes, portion, "tcap.otid_length")),
            portion::DTID => self.dtid = Some(transaction_id(notes, portion, "tcap.dtid_length")),
            portion::CAUSE => {
                let octets = portion.number(notes);
                if !matches!(octets, [0..0x80]) {
                    let found = octets.first().copied().unwrap_or_default();
                    notes.note(
                        portion.span,
                        "tcap.p_abort_cause",
                        Flaw::IllegalValue(u64::from(found)),
                    );
                }
                self.abort_cause = integer(octets).and_then(|cause| u8::try_from(cause).ok());
            }
            portion::DIALOGUE => self.dialogue = dialogue::dialogue(notes, self.kind, portion),
            _ => {
                let mut components = portion.structure(notes);
                if components.rest().is_empty() {
                    notes.note(portion.span, "tcap.components", Flaw::Missing);
                }
                while let Some(element) = components.next(notes) {
                    if self.components.len() >= MAX_COMPONENTS {
                        notes.note(element.span, "tcap.components", Flaw::TooMany);
                        break;
                    }
                    self.indefinite |= element.indefinite;
                    self.components.push(component(notes, &element));
                }
            }
        }
    }

    /// Several operations in one begin: what stands first need not be what is meant.
    fn operations(&self, notes: &mut Anomalies, element: &Element<'_>) {
        let mut opcodes = self
            .components
            .iter()
            .filter(|component| component.kind == ComponentKind::Invoke)
            .map(|component| component.opcode);
        let Some(first) = opcodes.next() else { return };
        if let Some(other) = opcodes.find(|opcode| *opcode != first) {
            let number = |code: Option<Code<'_>>| {
                code.and_then(Code::number).and_then(|n| u64::try_from(n).ok()).unwrap_or_default()
            };
            let flaw = Flaw::Disagrees { found: number(other), expected: number(first) };
            notes.note(element.span, "tcap.components", flaw);
        }
    }

    /// The name of the cause for which the provider ended the transaction.
    pub fn abort_cause_name(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Ansi(_) => self.abort_cause.and_then(ansi_abort_cause_name),
            _ => self.abort_cause.and_then(abort_cause_name),
        }
    }
}

/// One to four octets (§3.1); other lengths are kept as they are.
fn transaction_id<'a>(
    notes: &mut Anomalies,
    element: &Element<'a>,
    field: &'static str,
) -> &'a [u8] {
    let octets = element.value(notes);
    if !(1..=4).contains(&octets.len()) {
        notes.note(element.span, field, Flaw::IllegalValue(octets.len() as u64));
    }
    octets
}

#[cfg(test)]
mod tests;
