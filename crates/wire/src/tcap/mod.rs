//! TCAP: transactions, and the operations that they carry.
//!
//! Spec: ITU-T Q.773 (06/1997). `§` below means a section of it. Every component is read, not the first alone, and
//! encodings that only serve to slip past a filter are noted and read all the same.

use smallvec::SmallVec;

pub use crate::ber::Oid;
use crate::ber::{Class, Element, Elements, Tag, integer};
use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated};

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

/// One component (§3.2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component<'a> {
    pub kind: ComponentKind,
    pub invoke_id: Option<i64>,
    pub linked_id: Option<i64>,
    /// Of invokes and, where they carry one, of results.
    pub opcode: Option<Code<'a>>,
    /// Of returnError.
    pub error: Option<Code<'a>>,
    /// Of reject.
    pub problem: Option<Problem>,
    /// The parameter with its tag, and whatever stands behind it; empty when there is none.
    pub parameter: Cursor<'a>,
}

/// The component type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComponentKind {
    Invoke,
    ReturnResultLast,
    ReturnError,
    Reject,
    ReturnResultNotLast,
    /// A tag that no component has.
    Unknown,
}

impl ComponentKind {
    /// `invoke`, `returnResultLast`…
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invoke => "invoke",
            Self::ReturnResultLast => "returnResultLast",
            Self::ReturnError => "returnError",
            Self::Reject => "reject",
            Self::ReturnResultNotLast => "returnResultNotLast",
            Self::Unknown => "unknown",
        }
    }
}

/// An operation or error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code<'a> {
    Local(i64),
    Global(Oid<'a>),
}

impl Code<'_> {
    pub const fn local(self) -> Option<i64> {
        match self {
            Self::Local(code) => Some(code),
            Self::Global(_) => None,
        }
    }
}

/// Why a component was rejected (§3.2.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// 0 general, 1 invoke, 2 returnResult, 3 returnError.
    pub kind: u8,
    pub code: i64,
}

impl Problem {
    /// `unrecognizedOperation`, `mistypedParameter`…
    pub const fn name(self) -> Option<&'static str> {
        Some(match (self.kind, self.code) {
            (0, 0) => "unrecognizedComponent",
            (0, 1) => "mistypedComponent",
            (0, 2) => "badlyStructuredComponent",
            (1, 0) => "duplicateInvokeID",
            (1, 1) => "unrecognizedOperation",
            (1, 2) => "mistypedParameter",
            (1, 3) => "resourceLimitation",
            (1, 4) => "initiatingRelease",
            (1, 5) => "unrecognizedLinkedID",
            (1, 6) => "linkedResponseUnexpected",
            (1, 7) => "unexpectedLinkedOperation",
            (2 | 3, 0) => "unrecognizedInvokeID",
            (2, 1) => "returnResultUnexpected",
            (2, 2) | (3, 4) => "mistypedParameter",
            (3, 1) => "returnErrorUnexpected",
            (3, 2) => "unrecognizedError",
            (3, 3) => "unexpectedError",
            _ => return None,
        })
    }
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
    let octets = element.octets();
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
                    dialogue.application_context = Some(Oid(name.octets()));
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

/// §3.2.
fn component<'a>(notes: &mut Anomalies, element: &Element<'a>) -> Component<'a> {
    let kind = match (element.tag.class(), element.tag.number()) {
        (Class::Context, 1) => ComponentKind::Invoke,
        (Class::Context, 2) => ComponentKind::ReturnResultLast,
        (Class::Context, 3) => ComponentKind::ReturnError,
        (Class::Context, 4) => ComponentKind::Reject,
        (Class::Context, 7) => ComponentKind::ReturnResultNotLast,
        _ => {
            let number = u64::from(element.tag.number());
            notes.note(element.span, "tcap.component", Flaw::IllegalValue(number));
            ComponentKind::Unknown
        }
    };
    let mut fields = element.elements();
    let mut component = Component {
        kind,
        invoke_id: None,
        linked_id: None,
        opcode: None,
        error: None,
        problem: None,
        parameter: empty_end(fields.rest()),
    };
    let mut before = fields;
    match fields.next(notes) {
        Some(id) if id.tag == Tag::INTEGER => component.invoke_id = id.integer(),
        // A reject may not know what it rejects.
        Some(id) if id.tag == Tag::NULL && kind == ComponentKind::Reject => {}
        Some(_) => {
            notes.note(element.span, "tcap.invoke_id", Flaw::Missing);
            fields = before;
        }
        None => {
            notes.note(element.span, "tcap.invoke_id", Flaw::Missing);
            return component;
        }
    }
    before = fields;
    match kind {
        ComponentKind::Invoke | ComponentKind::Unknown => {
            let mut next = fields.next(notes);
            if let Some(linked) = next.filter(|next| next.tag == Tag::context(0)) {
                component.linked_id = linked.integer();
                before = fields;
                next = fields.next(notes);
            }
            component.opcode = next.and_then(|next| code(notes, &next));
            match component.opcode {
                Some(_) => component.parameter = fields.rest(),
                None => {
                    notes.note(element.span, "tcap.opcode", Flaw::Missing);
                    component.parameter = before.rest();
                }
            }
        }
        ComponentKind::ReturnResultLast | ComponentKind::ReturnResultNotLast => {
            match fields.next(notes) {
                // A sequence of operation code and parameter, or nothing at all (§3.2.2.2).
                Some(sequence) if sequence.tag == Tag::SEQUENCE => {
                    let mut inside = sequence.elements();
                    component.parameter = inside.rest();
                    if let Some(operation) = inside.next(notes)
                        && let Some(code) = code(notes, &operation)
                    {
                        component.opcode = Some(code);
                        component.parameter = inside.rest();
                    }
                }
                Some(_) => component.parameter = before.rest(),
                None => {}
            }
        }
        ComponentKind::ReturnError => {
            component.error = fields.next(notes).and_then(|next| code(notes, &next));
            component.parameter =
                if component.error.is_some() { fields.rest() } else { before.rest() };
        }
        ComponentKind::Reject => {
            if let Some(problem) = fields.next(notes)
                && problem.tag.class() == Class::Context
                && let (Ok(kind), Some(code)) =
                    (u8::try_from(problem.tag.number()), problem.integer())
            {
                component.problem = Some(Problem { kind, code });
            }
            component.parameter = fields.rest();
        }
    }
    component
}

/// The end of these octets.
fn empty_end(mut cur: Cursor<'_>) -> Cursor<'_> {
    cur.take_rest();
    cur
}

/// An operation or error code (§3.2.2.5, §3.2.2.6); `None` where the element is neither form.
fn code<'a>(notes: &mut Anomalies, element: &Element<'a>) -> Option<Code<'a>> {
    match element.tag {
        Tag::INTEGER => {
            let octets = element.octets();
            if octets.len() != 1 {
                let len = octets.len() as u64;
                notes.note(element.span, "tcap.opcode_length", Flaw::NotCanonical(len));
            }
            integer(octets).map(Code::Local)
        }
        Tag::OID => {
            let octets = element.octets();
            let len = octets.len() as u64;
            notes.note(element.span, "tcap.global_opcode", Flaw::NotCanonical(len));
            Some(Code::Global(Oid(octets)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
