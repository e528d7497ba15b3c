//! Components: who asks what, and the answers to it.
//!
//! Spec: ITU-T Q.773 §3.2. Those of ANSI TCAP have the same type and are read in `ansi.rs`.

use super::names;
use crate::ber::{Class, Element, Elements, Oid, Tag, check, integer};
use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw};

/// One component (§3.2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component<'a> {
    pub kind: ComponentKind,
    /// In answers of ANSI TCAP the correlation identity, which is the invoke identity that is answered.
    pub invoke_id: Option<i64>,
    /// The invoke that this one belongs to; in ANSI TCAP the correlation identity of an invoke.
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
    /// ANSI: of the national standard. For operations the family in the high octet, the specifier in the low one.
    National(i64),
    /// ANSI: of a user such as ANSI-41, whose operations are family 9.
    Private(i64),
}

impl Code<'_> {
    pub const fn local(self) -> Option<i64> {
        match self {
            Self::Local(code) => Some(code),
            Self::Global(_) | Self::National(_) | Self::Private(_) => None,
        }
    }

    /// The number, in whatever plan; a global one has none.
    pub const fn number(self) -> Option<i64> {
        match self {
            Self::Local(code) | Self::National(code) | Self::Private(code) => Some(code),
            Self::Global(_) => None,
        }
    }
}

/// Why a component was rejected (§3.2.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// 0 general, 1 invoke, 2 returnResult, 3 returnError; ANSI: 1 general, 2 invoke, 3 returnResult, 4 returnError,
    /// 5 transaction portion.
    pub kind: u8,
    pub code: i64,
    /// Of ANSI TCAP, which counts its own way.
    pub ansi: bool,
}

impl Problem {
    /// `unrecognizedOperation`, `mistypedParameter`…
    pub const fn name(self) -> Option<&'static str> {
        if self.ansi {
            names::ansi_problem_name(self.kind, self.code)
        } else {
            names::problem_name(self.kind, self.code)
        }
    }
}

/// Which field a code stands in, for what is noted about it.
struct Names {
    length: &'static str,
    global: &'static str,
    missing: &'static str,
}

const OPCODE: Names =
    Names { length: "tcap.opcode_length", global: "tcap.global_opcode", missing: "tcap.opcode" };
const ERROR: Names = Names {
    length: "tcap.error_code_length",
    global: "tcap.global_error_code",
    missing: "tcap.error_code",
};

impl<'a> Component<'a> {
    /// Nothing known yet; `at` is where the parameter would be.
    pub(super) fn new(kind: ComponentKind, mut at: Cursor<'a>) -> Self {
        at.take_rest();
        Self {
            kind,
            invoke_id: None,
            linked_id: None,
            opcode: None,
            error: None,
            problem: None,
            parameter: at,
        }
    }

    /// What is left is the parameter: one element.
    pub(super) fn take_parameter(&mut self, notes: &mut Anomalies, rest: Elements<'a>) {
        self.parameter = rest.rest();
        if check(notes, rest) > 1 {
            let octets = short(self.parameter.len());
            notes.note(self.parameter.span(), "tcap.parameter", Flaw::Trailing(octets));
        }
    }
}

/// §3.2.
pub(super) fn component<'a>(notes: &mut Anomalies, element: &Element<'a>) -> Component<'a> {
    element.definite(notes);
    let mut fields = element.structure(notes);
    let kind = match (element.tag.class(), element.tag.number()) {
        (Class::Context, 1) => ComponentKind::Invoke,
        (Class::Context, 2) => ComponentKind::ReturnResultLast,
        (Class::Context, 3) => ComponentKind::ReturnError,
        (Class::Context, 4) => ComponentKind::Reject,
        (Class::Context, 7) => ComponentKind::ReturnResultNotLast,
        (_, number) => {
            notes.note(element.span, "tcap.unknown_tag", Flaw::IllegalValue(u64::from(number)));
            ComponentKind::Unknown
        }
    };
    let mut component = Component::new(kind, fields.rest());
    let before = fields;
    match fields.next(notes) {
        Some(id) if id.tag == Tag::INTEGER => {
            component.invoke_id = identity(notes, &id, "tcap.invoke_id");
        }
        // A reject may not know what it rejects.
        Some(id) if id.tag == Tag::NULL => {
            if kind != ComponentKind::Reject || !id.value(notes).is_empty() {
                notes.note(id.span, "tcap.invoke_id", Flaw::IllegalValue(5));
            }
        }
        Some(_) => {
            notes.note(element.span, "tcap.invoke_id", Flaw::Missing);
            fields = before;
        }
        None => {
            notes.note(element.span, "tcap.invoke_id", Flaw::Missing);
            return component;
        }
    }
    match kind {
        ComponentKind::Invoke | ComponentKind::Unknown => {
            let mut before = fields;
            let mut next = fields.next(notes);
            if let Some(linked) = next.filter(|next| next.tag == Tag::context(0)) {
                component.linked_id = identity(notes, &linked, "tcap.linked_id");
                before = fields;
                next = fields.next(notes);
            }
            component.opcode = next.and_then(|next| code(notes, &next, &OPCODE));
            if component.opcode.is_none() {
                notes.note(element.span, OPCODE.missing, Flaw::Missing);
                fields = before;
            }
            component.take_parameter(notes, fields);
        }
        ComponentKind::ReturnResultLast | ComponentKind::ReturnResultNotLast => {
            let before = fields;
            match fields.next(notes) {
                // A sequence of operation code and parameter, or nothing at all (§3.2.2.2).
                Some(sequence) if sequence.tag == Tag::SEQUENCE => {
                    sequence.definite(notes);
                    let mut inside = sequence.structure(notes);
                    let before = inside;
                    component.opcode =
                        inside.next(notes).and_then(|operation| code(notes, &operation, &OPCODE));
                    if component.opcode.is_none() {
                        notes.note(sequence.span, OPCODE.missing, Flaw::Missing);
                        inside = before;
                    }
                    component.take_parameter(notes, inside);
                    nothing_behind(notes, fields);
                }
                Some(other) => {
                    let number = u64::from(other.tag.number());
                    notes.note(other.span, "tcap.unknown_tag", Flaw::IllegalValue(number));
                    component.take_parameter(notes, before);
                }
                None => {}
            }
        }
        ComponentKind::ReturnError => {
            let before = fields;
            component.error = fields.next(notes).and_then(|next| code(notes, &next, &ERROR));
            if component.error.is_none() {
                notes.note(element.span, ERROR.missing, Flaw::Missing);
                fields = before;
            }
            component.take_parameter(notes, fields);
        }
        ComponentKind::Reject => {
            match fields.next(notes) {
                Some(problem) if (0..=3).any(|kind| problem.tag == Tag::context(kind)) => {
                    component.problem = identity(notes, &problem, "tcap.problem").map(|code| {
                        let kind = u8::try_from(problem.tag.number()).unwrap_or_default();
                        Problem { kind, code, ansi: false }
                    });
                }
                Some(other) => {
                    let number = u64::from(other.tag.number());
                    notes.note(other.span, "tcap.problem", Flaw::IllegalValue(number));
                }
                None => notes.note(element.span, "tcap.problem", Flaw::Missing),
            }
            nothing_behind(notes, fields);
        }
    }
    component
}

/// Octets where a component has ended.
fn nothing_behind(notes: &mut Anomalies, rest: Elements<'_>) {
    let left = rest.rest();
    if !left.is_empty() {
        notes.note(left.span(), "tcap.parameter", Flaw::Trailing(short(left.len())));
        check(notes, rest);
    }
}

/// A number that has one octet: an identity or a problem code.
fn identity(notes: &mut Anomalies, element: &Element<'_>, field: &'static str) -> Option<i64> {
    let octets = element.number(notes);
    if octets.len() != 1 {
        notes.note(element.span, field, Flaw::NotCanonical(octets.len() as u64));
    }
    integer(octets)
}

/// An operation or error code (§3.2.2.5, §3.2.2.6); `None` where the element is neither form.
fn code<'a>(notes: &mut Anomalies, element: &Element<'a>, names: &Names) -> Option<Code<'a>> {
    match element.tag {
        Tag::INTEGER => {
            let octets = element.number(notes);
            if octets.len() != 1 {
                let len = octets.len() as u64;
                notes.note(element.span, names.length, Flaw::NotCanonical(len));
            }
            integer(octets).map(Code::Local)
        }
        Tag::OID => {
            let oid = element.oid(notes);
            notes.note(element.span, names.global, Flaw::NotCanonical(oid.0.len() as u64));
            Some(Code::Global(oid))
        }
        _ => None,
    }
}
