//! Components: who asks what, and the answers to it.
//!
//! Spec: ITU-T Q.773 §3.2.

use crate::ber::{Class, Element, Oid, Tag, integer};
use crate::{Anomalies, Cursor, Flaw};

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

/// §3.2.
pub(super) fn component<'a>(notes: &mut Anomalies, element: &Element<'a>) -> Component<'a> {
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
            let octets = element.value(notes);
            if octets.len() != 1 {
                let len = octets.len() as u64;
                notes.note(element.span, "tcap.opcode_length", Flaw::NotCanonical(len));
            }
            integer(octets).map(Code::Local)
        }
        Tag::OID => {
            let octets = element.value(notes);
            let len = octets.len() as u64;
            notes.note(element.span, "tcap.global_opcode", Flaw::NotCanonical(len));
            Some(Code::Global(Oid(octets)))
        }
        _ => None,
    }
}
