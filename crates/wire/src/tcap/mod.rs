//! TCAP: transactions, and the operations that they carry.
//!
//! Spec: ITU-T Q.773 (06/1997). `§` below means a section of it. Every component is read, not the first alone, and
//! encodings that only serve to slip past a filter are noted and read all the same.

mod component;

use smallvec::SmallVec;

pub use crate::ber::Oid;
use crate::ber::{Class, Element, Elements, Tag};
use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated};
use component::component;
pub use component::{Code, Component, ComponentKind, Problem};

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
    /// ANSI T1.114, recognised by its tag and not read.
    Ansi(u8),
}

impl Kind {
    /// `begin`, `continue`, `end`, `abort`, `unidirectional`, `ansi`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unidirectional => "unidirectional",
            Self::Begin => "begin",
            Self::End => "end",
            Self::Continue => "continue",
            Self::Abort => "abort",
            Self::Ansi(_) => "ansi",
        }
    }
}

/// The dialogue portion (§3.3, Q.773 §4.2.3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dialogue<'a> {
    pub pdu: DialoguePdu,
    pub application_context: Option<Oid<'a>>,
    /// AARE: 0 accepted, 1 rejected permanently.
    pub result: Option<i64>,
    /// AARE: why, as the dialogue service's user or provider says it.
    pub diagnostic: Option<i64>,
    /// ABRT: 0 the user, 1 the provider.
    pub abort_source: Option<i64>,
    /// User information (MAP-DialoguePDU and the like), the element's content.
    pub user_information: Option<Cursor<'a>>,
}

/// Which dialogue message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DialoguePdu {
    /// AARQ, and AUDT of a unidirectional dialogue, which has the same tag.
    Request,
    /// AARE.
    Response,
    /// ABRT.
    Abort,
    Unknown,
}

/// P-Abort causes (§3.1).
pub const fn abort_cause_name(cause: u8) -> Option<&'static str> {
    Some(match cause {
        0 => "unrecognizedMessageType",
        1 => "unrecognizedTransactionID",
        2 => "badlyFormattedTransactionPortion",
        3 => "incorrectTransactionPortion",
        4 => "resourceLimitation",
        _ => return None,
    })
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
    /// Dialogue messages.
    pub(super) const REQUEST: Tag = Tag::application(0);
    pub(super) const RESPONSE: Tag = Tag::application(1);
    pub(super) const DIALOGUE_ABORT: Tag = Tag::application(4);
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
        // T1.114.3 table 4: unidirectional, query and conversation with and without permission, response, abort.
        (Class::Private, 1..=6 | 22) => u8::try_from(number).ok().map(Kind::Ansi),
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
    if let Kind::Ansi(_) = kind {
        return Ok(message);
    }
    let mut portions = element.elements();
    while let Some(portion) = portions.next(notes) {
        message.indefinite |= portion.indefinite;
        message.portion(notes, &portion);
    }
    message.check(notes, &element);
    if !cur.is_empty() {
        notes.note(cur.span(), "tcap.trailing", Flaw::Trailing(short(cur.len())));
    }
    Ok(message)
}

impl<'a> Message<'a> {
    /// One element of the message (§3.1).
    fn portion(&mut self, notes: &mut Anomalies, portion: &Element<'a>) {
        match portion.tag {
            tag::OTID => self.otid = Some(transaction_id(notes, portion, "tcap.otid_length")),
            tag::DTID => self.dtid = Some(transaction_id(notes, portion, "tcap.dtid_length")),
            tag::P_ABORT_CAUSE => {
                self.abort_cause = portion.integer().and_then(|cause| u8::try_from(cause).ok());
            }
            tag::DIALOGUE_PORTION => {
                if self.dialogue.is_some() {
                    notes.note(portion.span, "tcap.dialogue", Flaw::Repeated);
                }
                self.dialogue = dialogue(notes, portion);
            }
            tag::COMPONENT_PORTION => {
                let mut components = portion.elements();
                while let Some(element) = components.next(notes) {
                    if self.components.len() >= MAX_COMPONENTS {
                        notes.note(element.span, "tcap.components", Flaw::TooMany);
                        break;
                    }
                    self.indefinite |= element.indefinite;
                    self.components.push(component(notes, &element));
                }
            }
            _ => {
                let number = u64::from(portion.tag.number());
                notes.note(portion.span, "tcap.portion", Flaw::IllegalValue(number));
            }
        }
    }

    /// The identities that a message of this type must have.
    fn check(&self, notes: &mut Anomalies, element: &Element<'_>) {
        let needs_otid = matches!(self.kind, Kind::Begin | Kind::Continue);
        let needs_dtid = matches!(self.kind, Kind::End | Kind::Continue | Kind::Abort);
        if needs_otid && self.otid.is_none() {
            notes.note(element.span, "tcap.otid", Flaw::Missing);
        }
        if needs_dtid && self.dtid.is_none() {
            notes.note(element.span, "tcap.dtid", Flaw::Missing);
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

/// EXTERNAL, in it the dialogue message (§4.2.3).
fn dialogue<'a>(notes: &mut Anomalies, portion: &Element<'a>) -> Option<Dialogue<'a>> {
    let mut inside = portion.elements();
    let external = inside.next(notes)?;
    if external.tag != Tag::EXTERNAL {
        let number = u64::from(external.tag.number());
        notes.note(external.span, "tcap.dialogue", Flaw::IllegalValue(number));
        return None;
    }
    let mut parts = external.elements();
    while let Some(part) = parts.next(notes) {
        // direct-reference stands first; single-ASN1-type carries the message.
        if part.tag == Tag::context(0) {
            return part.elements().next(notes).map(|pdu| dialogue_pdu(notes, &pdu));
        }
    }
    None
}

fn dialogue_pdu<'a>(notes: &mut Anomalies, pdu: &Element<'a>) -> Dialogue<'a> {
    let kind = match pdu.tag {
        tag::REQUEST => DialoguePdu::Request,
        tag::RESPONSE => DialoguePdu::Response,
        tag::DIALOGUE_ABORT => DialoguePdu::Abort,
        _ => DialoguePdu::Unknown,
    };
    let mut dialogue = Dialogue {
        pdu: kind,
        application_context: None,
        result: None,
        diagnostic: None,
        abort_source: None,
        user_information: None,
    };
    let mut fields = pdu.elements();
    while let Some(field) = fields.next(notes) {
        match (field.tag.class(), field.tag.number()) {
            (Class::Context, 0) if kind == DialoguePdu::Abort => {
                dialogue.abort_source = field.integer();
            }
            (Class::Context, 1) => {
                if let Some(name) = field.elements().next(notes)
                    && name.tag == Tag::OID
                {
                    dialogue.application_context = Some(Oid(name.value(notes)));
                }
            }
            (Class::Context, 2) => dialogue.result = innermost(field).integer(),
            (Class::Context, 3) => dialogue.diagnostic = innermost(field).integer(),
            (Class::Context, 30) => dialogue.user_information = Some(field.content),
            _ => {}
        }
    }
    dialogue
}

/// The first primitive element at the bottom of explicit tags.
fn innermost(mut element: Element<'_>) -> Element<'_> {
    let mut unnoted = Anomalies::default();
    while element.constructed
        && let Some(inner) = element.elements().next(&mut unnoted)
    {
        element = inner;
    }
    element
}

#[cfg(test)]
mod tests;
