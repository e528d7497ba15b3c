//! ANSI TCAP: packages, their dialogue portion and components, read into the types of the ITU's.
//!
//! Spec: ANSI T1.114.3-2000; sections of it are cited. All tags are in the private class.

use super::component::{Code, Component, ComponentKind, Problem};
use super::dialogue::Dialogue;
use super::{MAX_COMPONENTS, Message};
use crate::ber::{Class, Element, Elements, Tag, check, integer};
use crate::{Anomalies, Flaw};

/// The package type (§3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Package {
    Unidirectional,
    QueryWithPermission,
    QueryWithoutPermission,
    Response,
    ConversationWithPermission,
    ConversationWithoutPermission,
    Abort,
}

impl Package {
    pub(super) const fn of(number: u32) -> Option<Self> {
        Some(match number {
            1 => Self::Unidirectional,
            2 => Self::QueryWithPermission,
            3 => Self::QueryWithoutPermission,
            4 => Self::Response,
            5 => Self::ConversationWithPermission,
            6 => Self::ConversationWithoutPermission,
            22 => Self::Abort,
            _ => return None,
        })
    }

    /// `queryWithPermission`, `response`…
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unidirectional => "unidirectional",
            Self::QueryWithPermission => "queryWithPermission",
            Self::QueryWithoutPermission => "queryWithoutPermission",
            Self::Response => "response",
            Self::ConversationWithPermission => "conversationWithPermission",
            Self::ConversationWithoutPermission => "conversationWithoutPermission",
            Self::Abort => "abort",
        }
    }

    /// Octets of its transaction identities: an originating one, a responding one, or both (§3.2).
    const fn identities(self) -> (usize, usize) {
        match self {
            Self::Unidirectional => (0, 0),
            Self::QueryWithPermission | Self::QueryWithoutPermission => (4, 0),
            Self::Response | Self::Abort => (0, 4),
            Self::ConversationWithPermission | Self::ConversationWithoutPermission => (4, 4),
        }
    }
}

/// Tags.
mod tag {
    use crate::ber::Tag;

    pub(super) const TRANSACTION_ID: Tag = Tag::private(7);
    pub(super) const COMPONENTS: Tag = Tag::private(8);
    pub(super) const COMPONENT_IDS: Tag = Tag::private(15);
    pub(super) const NATIONAL_OPERATION: Tag = Tag::private(16);
    pub(super) const PRIVATE_OPERATION: Tag = Tag::private(17);
    pub(super) const PARAMETER_SET: Tag = Tag::private(18);
    pub(super) const NATIONAL_ERROR: Tag = Tag::private(19);
    pub(super) const PRIVATE_ERROR: Tag = Tag::private(20);
    pub(super) const PROBLEM: Tag = Tag::private(21);
    pub(super) const ABORT_CAUSE: Tag = Tag::private(23);
    pub(super) const USER_ABORT: Tag = Tag::private(24);
    pub(super) const DIALOGUE: Tag = Tag::private(25);
    pub(super) const OBJECT_CONTEXT: Tag = Tag::private(28);
    pub(super) const USER_INFORMATION: Tag = Tag::private(29);
}

/// Reads the portions of a package.
pub(super) fn package<'a>(
    notes: &mut Anomalies,
    message: &mut Message<'a>,
    package: Package,
    element: &Element<'a>,
) {
    let mut seen = 0u32;
    let mut portions = element.structure(notes);
    while let Some(portion) = portions.next(notes) {
        message.indefinite |= portion.indefinite;
        portion.definite(notes);
        let abort = package == Package::Abort;
        let rank = match portion.tag {
            tag::TRANSACTION_ID => 0,
            tag::ABORT_CAUSE if abort => 1,
            tag::DIALOGUE => 2,
            tag::COMPONENTS if !abort => 3,
            tag::USER_ABORT if abort => 3,
            _ => {
                let number = u64::from(portion.tag.number());
                notes.note(portion.span, "tcap.unknown_tag", Flaw::IllegalValue(number));
                check(notes, portion.elements());
                continue;
            }
        };
        super::in_order(notes, &mut seen, rank, &portion);
        match rank {
            0 => identities(notes, message, package, &portion),
            1 => {
                let cause = integer(portion.number(notes));
                message.abort_cause = cause.and_then(|cause| u8::try_from(cause).ok());
            }
            2 => message.dialogue = Some(dialogue(notes, &portion)),
            // What the user says of an abort may be an octet string or a structure.
            _ if abort => {
                if portion.constructed {
                    check(notes, portion.elements());
                }
            }
            _ => components(notes, message, &portion),
        }
    }
    if seen & 1 == 0 {
        let field = if package.identities().0 > 0 { "tcap.otid" } else { "tcap.dtid" };
        notes.note(element.span, field, Flaw::Missing);
    }
}

/// The transaction identities: both in one element (§3.2).
fn identities<'a>(
    notes: &mut Anomalies,
    message: &mut Message<'a>,
    package: Package,
    element: &Element<'a>,
) {
    let (originating, responding) = package.identities();
    let octets = element.value(notes);
    if octets.len() != originating.saturating_add(responding) {
        let field = if originating > 0 { "tcap.otid_length" } else { "tcap.dtid_length" };
        notes.note(element.span, field, Flaw::IllegalValue(octets.len() as u64));
    }
    match octets.split_at_checked(4) {
        Some((first, second)) if originating > 0 && responding > 0 => {
            message.otid = Some(first);
            message.dtid = Some(second);
        }
        _ if octets.is_empty() => {}
        _ if originating > 0 => message.otid = Some(octets),
        _ if responding > 0 => message.dtid = Some(octets),
        _ => {}
    }
}

/// §4: version, application context, user information, and security that is not looked at.
fn dialogue<'a>(notes: &mut Anomalies, portion: &Element<'a>) -> Dialogue<'a> {
    let mut dialogue = Dialogue::EMPTY;
    let mut fields = portion.structure(notes);
    while let Some(field) = fields.next(notes) {
        match field.tag {
            tag::OBJECT_CONTEXT => dialogue.application_context = Some(field.oid(notes)),
            tag::USER_INFORMATION => {
                let information = field.structure(notes);
                check(notes, information);
                dialogue.user_information = Some(field.content);
            }
            // Version and the integer form of the context; identifiers of security and confidentiality.
            _ if matches!(
                (field.tag.class(), field.tag.number()),
                (Class::Private, 26 | 27) | (Class::Context, 0..=2)
            ) =>
            {
                if field.constructed {
                    check(notes, field.elements());
                }
            }
            _ => {
                let number = u64::from(field.tag.number());
                notes.note(field.span, "tcap.dialogue", Flaw::IllegalValue(number));
                if field.constructed {
                    check(notes, field.elements());
                }
            }
        }
    }
    dialogue
}

/// §5.
fn components<'a>(notes: &mut Anomalies, message: &mut Message<'a>, portion: &Element<'a>) {
    let mut components = portion.structure(notes);
    if components.rest().is_empty() {
        notes.note(portion.span, "tcap.components", Flaw::Missing);
    }
    while let Some(element) = components.next(notes) {
        if message.components.len() >= MAX_COMPONENTS {
            notes.note(element.span, "tcap.components", Flaw::TooMany);
            break;
        }
        message.indefinite |= element.indefinite;
        message.components.push(component(notes, &element));
    }
}

fn component<'a>(notes: &mut Anomalies, element: &Element<'a>) -> Component<'a> {
    element.definite(notes);
    let mut fields = element.structure(notes);
    let kind = match (element.tag.class(), element.tag.number()) {
        // Last and not last.
        (Class::Private, 9 | 13) => ComponentKind::Invoke,
        (Class::Private, 10) => ComponentKind::ReturnResultLast,
        (Class::Private, 11) => ComponentKind::ReturnError,
        (Class::Private, 12) => ComponentKind::Reject,
        (Class::Private, 14) => ComponentKind::ReturnResultNotLast,
        (_, number) => {
            notes.note(element.span, "tcap.unknown_tag", Flaw::IllegalValue(u64::from(number)));
            ComponentKind::Unknown
        }
    };
    let mut component = Component::new(kind, fields.rest());
    let mut before = fields;
    match fields.next(notes) {
        Some(ids) if ids.tag == tag::COMPONENT_IDS => {
            let octets = ids.value(notes);
            let most = if kind == ComponentKind::Invoke { 2 } else { 1 };
            if octets.len() > most {
                let len = octets.len() as u64;
                notes.note(ids.span, "tcap.invoke_id", Flaw::IllegalValue(len));
            }
            let mut octets = octets.iter().copied().map(i64::from);
            component.invoke_id = octets.next();
            component.linked_id = octets.next();
        }
        _ => {
            notes.note(element.span, "tcap.invoke_id", Flaw::Missing);
            fields = before;
        }
    }
    before = fields;
    let code = fields.next(notes);
    match kind {
        ComponentKind::Invoke | ComponentKind::Unknown => match code {
            Some(code) if code.tag == tag::NATIONAL_OPERATION => {
                component.opcode =
                    number(notes, &code, 2, "tcap.opcode_length").map(Code::National);
            }
            Some(code) if code.tag == tag::PRIVATE_OPERATION => {
                component.opcode = number(notes, &code, 2, "tcap.opcode_length").map(Code::Private);
            }
            _ => {
                notes.note(element.span, "tcap.opcode", Flaw::Missing);
                fields = before;
            }
        },
        ComponentKind::ReturnError => match code {
            Some(code) if code.tag == tag::NATIONAL_ERROR => {
                component.error =
                    number(notes, &code, 1, "tcap.error_code_length").map(Code::National);
            }
            Some(code) if code.tag == tag::PRIVATE_ERROR => {
                component.error =
                    number(notes, &code, 1, "tcap.error_code_length").map(Code::Private);
            }
            _ => {
                notes.note(element.span, "tcap.error_code", Flaw::Missing);
                fields = before;
            }
        },
        ComponentKind::Reject => match code {
            Some(problem) if problem.tag == tag::PROBLEM => {
                component.problem = match *problem.value(notes) {
                    [kind, code] => Some(Problem { kind, code: i64::from(code), ansi: true }),
                    ref octets => {
                        let len = octets.len() as u64;
                        notes.note(problem.span, "tcap.problem", Flaw::IllegalValue(len));
                        None
                    }
                };
            }
            _ => {
                notes.note(element.span, "tcap.problem", Flaw::Missing);
                fields = before;
            }
        },
        // A result names no operation: the correlation identity says what it answers.
        ComponentKind::ReturnResultLast | ComponentKind::ReturnResultNotLast => fields = before,
    }
    let mut parameter = fields;
    if let Some(parameter) = parameter.next(notes)
        && !matches!(parameter.tag, tag::PARAMETER_SET | Tag::SEQUENCE | Tag::SET)
    {
        let number = u64::from(parameter.tag.number());
        notes.note(parameter.span, "tcap.parameter", Flaw::IllegalValue(number));
    }
    component.take_parameter(notes, fields);
    component
}

/// A code that has this many octets.
fn number(
    notes: &mut Anomalies,
    element: &Element<'_>,
    wanted: usize,
    field: &'static str,
) -> Option<i64> {
    let octets = element.value(notes);
    if octets.len() != wanted {
        notes.note(element.span, field, Flaw::NotCanonical(octets.len() as u64));
    }
    integer(octets)
}

/// The elements of a parameter set or sequence, without the tag around them.
pub(super) fn parameters<'a>(parameter: crate::Cursor<'a>) -> Option<Elements<'a>> {
    let mut unnoted = Anomalies::default();
    Elements::new(parameter).next(&mut unnoted).map(|set| set.elements())
}

#[cfg(test)]
mod tests;
