//! The dialogue portion: which application context a dialogue has, and whether it was taken.
//!
//! Spec: ITU-T Q.773 §4.2.3.

use super::{Kind, names};
use crate::ber::{Element, Elements, Oid, Tag, check};
use crate::{Anomalies, Cursor, Flaw};

/// The dialogue portion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dialogue<'a> {
    pub pdu: DialoguePdu,
    /// What the content is written in: `0.0.17.773.1.1.1` for the messages of this specification, an abort's user may
    /// have his own.
    pub abstract_syntax: Option<Oid<'a>>,
    pub application_context: Option<Oid<'a>>,
    /// AARE: 0 accepted, 1 rejected permanently.
    pub result: Option<i64>,
    /// AARE: who says why: 1 the user of the dialogue service, 2 its provider.
    pub diagnostic_source: Option<u8>,
    /// AARE: why.
    pub diagnostic: Option<i64>,
    /// ABRT: 0 the user, 1 the provider.
    pub abort_source: Option<i64>,
    /// User information (MAP-DialoguePDU and the like), the element's content.
    pub user_information: Option<Cursor<'a>>,
}

/// Which dialogue message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DialoguePdu {
    /// AARQ.
    Request,
    /// AARE.
    Response,
    /// ABRT.
    Abort,
    /// AUDT.
    Unidirectional,
    /// Content of the user's own, or of the dialogue portion of ANSI TCAP, which has no messages.
    Unknown,
}

impl DialoguePdu {
    /// `AARQ`, `AARE`, `ABRT`, `AUDT`.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Request => "AARQ",
            Self::Response => "AARE",
            Self::Abort => "ABRT",
            Self::Unidirectional => "AUDT",
            Self::Unknown => return None,
        })
    }
}

impl<'a> Dialogue<'a> {
    pub(super) const EMPTY: Self = Self {
        pdu: DialoguePdu::Unknown,
        abstract_syntax: None,
        application_context: None,
        result: None,
        diagnostic_source: None,
        diagnostic: None,
        abort_source: None,
        user_information: None,
    };

    /// `accepted`, `reject-permanent`.
    pub const fn result_name(&self) -> Option<&'static str> {
        match self.result {
            Some(0) => Some("accepted"),
            Some(1) => Some("reject-permanent"),
            _ => None,
        }
    }

    /// `applicationContextNameNotSupported`…
    pub const fn diagnostic_name(&self) -> Option<&'static str> {
        match (self.diagnostic_source, self.diagnostic) {
            (Some(source), Some(code)) => names::diagnostic_name(source, code),
            _ => None,
        }
    }

    /// `dialogueServiceUser`, `dialogueServiceProvider`.
    pub const fn abort_source_name(&self) -> Option<&'static str> {
        match self.abort_source {
            Some(0) => Some("dialogueServiceUser"),
            Some(1) => Some("dialogueServiceProvider"),
            _ => None,
        }
    }
}

/// dialogue-as-id (structured) and uniDialogue-as-id: 0.0.17.773.1.1.1 and 0.0.17.773.1.2.1.
const STRUCTURED: &[u8] = &[0, 0x11, 0x86, 5, 1, 1, 1];
const UNSTRUCTURED: &[u8] = &[0, 0x11, 0x86, 5, 1, 2, 1];
/// Tags of the messages; RLRQ and RLRE of X.227, 2 and 3, have no use here.
const REQUEST: Tag = Tag::application(0);
const RESPONSE: Tag = Tag::application(1);
const ABORT: Tag = Tag::application(4);

/// EXTERNAL, in it the dialogue message.
pub(super) fn dialogue<'a>(
    notes: &mut Anomalies,
    message: Kind,
    portion: &Element<'a>,
) -> Option<Dialogue<'a>> {
    let mut inside = portion.structure(notes);
    let Some(external) = inside.next(notes) else {
        notes.note(portion.span, "tcap.dialogue", Flaw::Missing);
        return None;
    };
    nothing_behind(notes, inside);
    external.definite(notes);
    if external.tag != Tag::EXTERNAL {
        unexpected(notes, &external);
        return None;
    }
    let mut dialogue = Dialogue::EMPTY;
    let mut parts = external.structure(notes);
    let mut next = parts.next(notes);
    match next {
        Some(reference) if reference.tag == Tag::OID => {
            dialogue.abstract_syntax = Some(reference.oid(notes));
            next = parts.next(notes);
        }
        _ => notes.note(external.span, "tcap.dialogue", Flaw::Missing),
    }
    // An indirect reference or a descriptor may stand here in other uses of EXTERNAL.
    while let Some(other) = next.filter(|part| !(0..=2).any(|form| part.tag == Tag::context(form)))
    {
        unexpected(notes, &other);
        next = parts.next(notes);
    }
    let Some(encoding) = next else {
        notes.note(external.span, "tcap.dialogue", Flaw::Missing);
        return Some(dialogue);
    };
    nothing_behind(notes, parts);
    encoding.definite(notes);
    let syntax = dialogue.abstract_syntax.map(|oid| oid.0);
    let ours = matches!(syntax, Some(STRUCTURED | UNSTRUCTURED));
    // single-ASN1-type carries the message; octet-aligned carries the same octets, and no stack writes it so.
    let mut content = match encoding.tag.number() {
        0 => encoding.structure(notes),
        1 => Elements::new(Cursor::at(encoding.value(notes), encoding.content.offset())),
        _ => {
            encoding.value(notes);
            if ours {
                unexpected(notes, &encoding);
            }
            return Some(dialogue);
        }
    };
    let whole = content;
    let message_tags = [REQUEST, RESPONSE, ABORT];
    let mut unnoted = Anomalies::default();
    let speaks = content
        .next(if ours || encoding.tag.number() == 0 { notes } else { &mut unnoted })
        .filter(|pdu| message_tags.contains(&pdu.tag));
    let Some(pdu) = speaks else {
        if ours {
            notes.note(encoding.span, "tcap.dialogue", Flaw::Missing);
        } else {
            dialogue.user_information = Some(portion.content);
        }
        if encoding.tag.number() == 0 {
            check(notes, whole);
        }
        return Some(dialogue);
    };
    if !ours || encoding.tag.number() != 0 {
        // Names another syntax, or none, and speaks this one; or in a form that nobody writes it in.
        unexpected(notes, &encoding);
    }
    nothing_behind(notes, content);
    let unstructured = syntax == Some(UNSTRUCTURED);
    dialogue.pdu = match pdu.tag {
        REQUEST if unstructured => DialoguePdu::Unidirectional,
        REQUEST => DialoguePdu::Request,
        RESPONSE => DialoguePdu::Response,
        _ => DialoguePdu::Abort,
    };
    let fits = match dialogue.pdu {
        DialoguePdu::Request => message == Kind::Begin,
        DialoguePdu::Response => {
            !unstructured && matches!(message, Kind::Continue | Kind::End | Kind::Abort)
        }
        DialoguePdu::Abort => !unstructured && message == Kind::Abort,
        DialoguePdu::Unidirectional => message == Kind::Unidirectional,
        DialoguePdu::Unknown => true,
    };
    if !fits {
        // In a message that does not take it, or in the syntax of unidirectional dialogues, which have AUDT alone.
        unexpected(notes, &pdu);
    }
    message_fields(notes, &mut dialogue, &pdu);
    Some(dialogue)
}

/// The fields of AARQ, AARE, ABRT and AUDT, by the number of their tags.
fn message_fields<'a>(notes: &mut Anomalies, dialogue: &mut Dialogue<'a>, pdu: &Element<'a>) {
    const VERSION: u32 = 0;
    const CONTEXT: u32 = 1;
    const RESULT: u32 = 2;
    const DIAGNOSTIC: u32 = 3;
    const USER: u32 = 30;
    pdu.definite(notes);
    let (allowed, wanted): (&[u32], &[u32]) = match dialogue.pdu {
        DialoguePdu::Abort => (&[VERSION, USER], &[VERSION]),
        DialoguePdu::Response => {
            (&[VERSION, CONTEXT, RESULT, DIAGNOSTIC, USER], &[CONTEXT, RESULT, DIAGNOSTIC])
        }
        _ => (&[VERSION, CONTEXT, USER], &[CONTEXT]),
    };
    let mut seen = 0u32;
    let mut fields = pdu.structure(notes);
    while let Some(field) = fields.next(notes) {
        let number = field.tag.number();
        if field.tag != Tag::context(number) || !allowed.contains(&number) {
            unexpected(notes, &field);
            if field.constructed {
                check(notes, field.elements());
            }
            continue;
        }
        let bit = 1 << number;
        if seen & bit != 0 {
            notes.note(field.span, "tcap.duplicate", Flaw::Repeated);
        } else if seen > bit {
            notes.note(field.span, "tcap.order", Flaw::IllegalValue(u64::from(number)));
        }
        seen |= bit;
        match number {
            VERSION if dialogue.pdu == DialoguePdu::Abort => {
                dialogue.abort_source = number_of(notes, &field);
                if dialogue.abort_source_name().is_none() {
                    unexpected(notes, &field);
                }
            }
            VERSION => {
                if !matches!(field.value(notes), [7, 0x80]) {
                    // Version 1 is the only one there is.
                    unexpected(notes, &field);
                }
            }
            CONTEXT => match explicit(notes, &field) {
                Some(name) if name.tag == Tag::OID => {
                    dialogue.application_context = Some(name.oid(notes));
                }
                _ => unexpected(notes, &field),
            },
            RESULT => {
                dialogue.result = integer_in(notes, &field);
                if dialogue.result_name().is_none() {
                    unexpected(notes, &field);
                }
            }
            DIAGNOSTIC => {
                let source = explicit(notes, &field);
                match source {
                    Some(source) if source.tag.class() == crate::ber::Class::Context => {
                        dialogue.diagnostic_source = u8::try_from(source.tag.number()).ok();
                        dialogue.diagnostic = integer_in(notes, &source);
                        if dialogue.diagnostic_name().is_none() {
                            unexpected(notes, &source);
                        }
                    }
                    _ => unexpected(notes, &field),
                }
            }
            _ => {
                let information = field.structure(notes);
                field.definite(notes);
                dialogue.user_information = Some(field.content);
                check(notes, information);
            }
        }
    }
    if wanted.iter().any(|number| seen & 1 << number == 0) {
        notes.note(pdu.span, "tcap.dialogue", Flaw::Missing);
    }
}

/// What an explicit tag holds, alone.
fn explicit<'a>(notes: &mut Anomalies, field: &Element<'a>) -> Option<Element<'a>> {
    field.definite(notes);
    let mut inside = field.structure(notes);
    let found = inside.next(notes);
    nothing_behind(notes, inside);
    found
}

/// The INTEGER in an explicit tag.
fn integer_in(notes: &mut Anomalies, field: &Element<'_>) -> Option<i64> {
    match explicit(notes, field) {
        Some(number) if number.tag == Tag::INTEGER => number_of(notes, &number),
        _ => {
            unexpected(notes, field);
            None
        }
    }
}

/// A small number: all of them have one octet.
fn number_of(notes: &mut Anomalies, element: &Element<'_>) -> Option<i64> {
    if element.number(notes).len() != 1 {
        unexpected(notes, element);
    }
    element.integer()
}

fn unexpected(notes: &mut Anomalies, element: &Element<'_>) {
    let number = u64::from(element.tag.number());
    notes.note(element.span, "tcap.dialogue", Flaw::IllegalValue(number));
}

fn nothing_behind(notes: &mut Anomalies, rest: Elements<'_>) {
    let rest = rest.rest();
    if !rest.is_empty() {
        let octets = crate::cursor::short(rest.len());
        notes.note(rest.span(), "tcap.dialogue", Flaw::Trailing(octets));
    }
}
