//! TCAP as a strict decoder reads it: the grammar of Q.773 to the letter, refused whole where anything does not fit.
//!
//! The yardstick that the tolerant reader is held against (see [`crate::ber`]); it does not run over traffic. What it
//! takes and the tolerant reader still notes is legal and suspicious: [`NOTED_THOUGH_LEGAL`]. ANSI T1.114 too.

use super::{Code, ComponentKind, Kind, Message, Oid, Package};
use crate::ber::integer;
use crate::ber::strict::{Element, Reader, Refused, check, is_number, object_identifier};

/// Fields that may be noted of a message that the strict reader takes.
pub const NOTED_THOUGH_LEGAL: &[&str] = &[
    "ber.indefinite",
    "ber.depth",
    "tcap.components",
    "tcap.opcode_length",
    "tcap.global_opcode",
    "tcap.error_code_length",
    "tcap.global_error_code",
    "tcap.dialogue",
];

/// What both readers have to agree on.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading<'a> {
    pub kind: Kind,
    pub otid: Option<&'a [u8]>,
    pub dtid: Option<&'a [u8]>,
    pub abort_cause: Option<u8>,
    pub application_context: Option<&'a [u8]>,
    pub components: Vec<Part<'a>>,
}

/// One component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part<'a> {
    pub kind: ComponentKind,
    pub invoke_id: Option<i64>,
    pub linked_id: Option<i64>,
    /// Operation or error code.
    pub code: Option<Code<'a>>,
    /// Kind and code of a reject.
    pub problem: Option<(u8, i64)>,
    pub parameter: &'a [u8],
}

impl<'a> Reading<'a> {
    /// What the tolerant reader has read.
    pub fn of(message: &Message<'a>) -> Self {
        let context = message.dialogue.and_then(|dialogue| dialogue.application_context);
        Self {
            kind: message.kind,
            otid: message.otid,
            dtid: message.dtid,
            abort_cause: message.abort_cause,
            application_context: context.map(|oid| oid.0),
            components: message
                .components
                .iter()
                .map(|component| Part {
                    kind: component.kind,
                    invoke_id: component.invoke_id,
                    linked_id: component.linked_id,
                    code: component.opcode.or(component.error),
                    problem: component.problem.map(|problem| (problem.kind, problem.code)),
                    parameter: component.parameter.rest(),
                })
                .collect(),
        }
    }
}

/// Reads one message and nothing behind it.
pub fn read(bytes: &[u8]) -> Result<Reading<'_>, Refused> {
    let mut outer = Reader::new(bytes);
    let message = outer.one()?;
    outer.end()?;
    let mut reading = Reading {
        kind: Kind::Unidirectional,
        otid: None,
        dtid: None,
        abort_cause: None,
        application_context: None,
        components: Vec::new(),
    };
    let mut parts = Parts { reader: message.elements()?, next: None };
    parts.advance()?;
    match message.first {
        0x61 => {
            reading.dialogue(&mut parts)?;
            reading.components(&mut parts)?;
            if reading.components.is_empty() {
                return Err(Refused);
            }
        }
        0x62 => {
            reading.kind = Kind::Begin;
            reading.otid = Some(transaction_id(&mut parts, 0x48)?);
            reading.dialogue(&mut parts)?;
            reading.components(&mut parts)?;
        }
        0x64 => {
            reading.kind = Kind::End;
            reading.dtid = Some(transaction_id(&mut parts, 0x49)?);
            reading.dialogue(&mut parts)?;
            reading.components(&mut parts)?;
        }
        0x65 => {
            reading.kind = Kind::Continue;
            reading.otid = Some(transaction_id(&mut parts, 0x48)?);
            reading.dtid = Some(transaction_id(&mut parts, 0x49)?);
            reading.dialogue(&mut parts)?;
            reading.components(&mut parts)?;
        }
        0x67 => {
            reading.kind = Kind::Abort;
            reading.dtid = Some(transaction_id(&mut parts, 0x49)?);
            match parts.take(0x4a)? {
                Some(cause) => match *cause.content {
                    [cause @ 0..0x80] => reading.abort_cause = Some(cause),
                    _ => return Err(Refused),
                },
                None => reading.dialogue(&mut parts)?,
            }
        }
        _ => ansi(&mut reading, &message, &mut parts)?,
    }
    if parts.next.is_some() { Err(Refused) } else { Ok(reading) }
}

/// The elements of a structure, one looked at ahead.
struct Parts<'a> {
    reader: Reader<'a>,
    next: Option<Element<'a>>,
}

impl<'a> Parts<'a> {
    fn advance(&mut self) -> Result<(), Refused> {
        self.next = self.reader.next_element()?;
        Ok(())
    }

    /// The next element when its identifier is this octet.
    fn take(&mut self, first: u8) -> Result<Option<Element<'a>>, Refused> {
        match self.next {
            Some(element) if element.first == first => {
                self.advance()?;
                Ok(Some(element))
            }
            _ => Ok(None),
        }
    }
}

fn transaction_id<'a>(parts: &mut Parts<'a>, first: u8) -> Result<&'a [u8], Refused> {
    let octets = parts.take(first)?.ok_or(Refused)?.content;
    if (1..=4).contains(&octets.len()) { Ok(octets) } else { Err(Refused) }
}

impl<'a> Reading<'a> {
    fn dialogue(&mut self, parts: &mut Parts<'a>) -> Result<(), Refused> {
        let Some(portion) = parts.take(0x6b)? else { return Ok(()) };
        check(portion.content)?;
        let mut inside = portion.elements()?;
        let external = inside.one()?;
        inside.end()?;
        let mut fields = external.elements()?;
        let (syntax, encoding) = (fields.one()?, fields.one()?);
        fields.end()?;
        if external.first != 0x28 || syntax.first != 6 {
            return Err(Refused);
        }
        let ours = matches!(syntax.content, [0, 0x11, 0x86, 5, 1, 1 | 2, 1]);
        if !ours {
            let known = matches!(encoding.first, 0xa0 | 0x81 | 0x82);
            return if known { Ok(()) } else { Err(Refused) };
        }
        if encoding.first != 0xa0 {
            return Err(Refused);
        }
        let mut content = encoding.elements()?;
        let pdu = content.one()?;
        content.end()?;
        let mut fields = Parts { reader: pdu.elements()?, next: None };
        fields.advance()?;
        let unstructured = matches!(syntax.content, [.., 2, _]);
        match pdu.first {
            0x61 | 0x64 if unstructured => return Err(Refused),
            0x60 => {
                fields.take(0x80)?;
                self.application_context = Some(explicit(&mut fields, 0xa1, 6)?);
            }
            0x61 => {
                fields.take(0x80)?;
                self.application_context = Some(explicit(&mut fields, 0xa1, 6)?);
                named(explicit(&mut fields, 0xa2, 2)?, 1)?;
                let mut diagnostic = fields.take(0xa3)?.ok_or(Refused)?.elements()?;
                let source = diagnostic.one()?;
                diagnostic.end()?;
                if !matches!(source.first, 0xa1 | 0xa2) {
                    return Err(Refused);
                }
                let mut code = source.elements()?;
                let number = code.one()?;
                code.end()?;
                if number.first != 2 {
                    return Err(Refused);
                }
                named(number.content, 2)?;
            }
            0x64 => named(fields.take(0x80)?.ok_or(Refused)?.content, 1)?,
            _ => return Err(Refused),
        }
        if let Some(information) = fields.take(0xbe)? {
            check(information.content)?;
        }
        if fields.next.is_some() { Err(Refused) } else { Ok(()) }
    }

    fn components(&mut self, parts: &mut Parts<'a>) -> Result<(), Refused> {
        let Some(portion) = parts.take(0x6c)? else { return Ok(()) };
        let mut components = portion.elements()?;
        while let Some(element) = components.next_element()? {
            self.components.push(component(&element)?);
        }
        if self.components.is_empty() { Err(Refused) } else { Ok(()) }
    }
}

/// The content of the one element in an explicit tag, which has to have this identifier.
fn explicit<'a>(parts: &mut Parts<'a>, outer: u8, inner: u8) -> Result<&'a [u8], Refused> {
    let mut inside = parts.take(outer)?.ok_or(Refused)?.elements()?;
    let element = inside.one()?;
    inside.end()?;
    if element.first == inner { Ok(element.content) } else { Err(Refused) }
}

/// A number that has a name, up to this one.
fn named(octets: &[u8], most: u8) -> Result<(), Refused> {
    match octets {
        [number] if *number <= most => Ok(()),
        _ => Err(Refused),
    }
}

/// A number of one octet.
fn octet(octets: &[u8]) -> Result<(), Refused> {
    if octets.len() == 1 { Ok(()) } else { Err(Refused) }
}

fn component<'a>(element: &Element<'a>) -> Result<Part<'a>, Refused> {
    let kind = match element.first {
        0xa1 => ComponentKind::Invoke,
        0xa2 => ComponentKind::ReturnResultLast,
        0xa3 => ComponentKind::ReturnError,
        0xa4 => ComponentKind::Reject,
        0xa7 => ComponentKind::ReturnResultNotLast,
        _ => return Err(Refused),
    };
    let mut fields = Parts { reader: element.elements()?, next: None };
    fields.advance()?;
    let invoke_id = match fields.take(2)? {
        Some(id) => {
            octet(id.content)?;
            integer(id.content)
        }
        None if kind == ComponentKind::Reject => {
            let absent = fields.take(5)?.ok_or(Refused)?;
            if !absent.content.is_empty() {
                return Err(Refused);
            }
            None
        }
        None => return Err(Refused),
    };
    let mut part =
        Part { kind, invoke_id, linked_id: None, code: None, problem: None, parameter: &[] };
    match kind {
        ComponentKind::Invoke => {
            if let Some(linked) = fields.take(0x80)? {
                octet(linked.content)?;
                part.linked_id = integer(linked.content);
            }
            part.code = Some(code(&mut fields)?);
            part.parameter = parameter(&fields, element)?;
        }
        ComponentKind::ReturnError => {
            part.code = Some(code(&mut fields)?);
            part.parameter = parameter(&fields, element)?;
        }
        ComponentKind::Reject => {
            let problem = fields.next.ok_or(Refused)?;
            if !(0x80..=0x83).contains(&problem.first) {
                return Err(Refused);
            }
            octet(problem.content)?;
            fields.advance()?;
            part.problem = integer(problem.content).map(|code| (problem.first & 3, code));
        }
        _ => {
            if let Some(sequence) = fields.take(0x30)? {
                let mut inside = Parts { reader: sequence.elements()?, next: None };
                inside.advance()?;
                part.code = Some(code(&mut inside)?);
                part.parameter = parameter(&inside, &sequence)?;
            }
            if fields.next.is_some() {
                return Err(Refused);
            }
        }
    }
    if kind == ComponentKind::Reject && fields.next.is_some() {
        return Err(Refused);
    }
    Ok(part)
}

fn code<'a>(fields: &mut Parts<'a>) -> Result<Code<'a>, Refused> {
    if let Some(local) = fields.take(2)? {
        if !is_number(local.content) {
            return Err(Refused);
        }
        return integer(local.content).map(Code::Local).ok_or(Refused);
    }
    let global = fields.take(6)?.ok_or(Refused)?.content;
    object_identifier(global)?;
    Ok(Code::Global(Oid(global)))
}

/// The last element of a structure, whole and alone.
fn parameter<'a>(fields: &Parts<'a>, structure: &Element<'a>) -> Result<&'a [u8], Refused> {
    if fields.next.is_none() {
        return Ok(&[]);
    }
    fields.reader.end()?;
    // The element that was looked at reaches to the end: find where it begins by reading up to it.
    let mut before = structure.elements()?;
    let mut start = before;
    while before.next_element()?.is_some() {
        if before.rest().is_empty() {
            break;
        }
        start = before;
    }
    check(start.rest())?;
    Ok(start.rest())
}

/// T1.114.3.
fn ansi<'a>(
    reading: &mut Reading<'a>,
    message: &Element<'a>,
    parts: &mut Parts<'a>,
) -> Result<(), Refused> {
    let package = match message.first {
        0xe1..=0xe6 | 0xf6 => Package::of(message.number).ok_or(Refused)?,
        _ => return Err(Refused),
    };
    reading.kind = Kind::Ansi(package);
    let ids = parts.take(0xc7)?.ok_or(Refused)?.content;
    let (otid, dtid) = match package {
        Package::Unidirectional => (None, None),
        Package::QueryWithPermission | Package::QueryWithoutPermission => (Some(ids), None),
        Package::Response | Package::Abort => (None, Some(ids)),
        _ => match ids.split_at_checked(4) {
            Some((otid, dtid)) => (Some(otid), Some(dtid)),
            None => return Err(Refused),
        },
    };
    let wrong = |id: Option<&[u8]>| id.is_some_and(|id| id.len() != 4);
    if wrong(otid) || wrong(dtid) || (package == Package::Unidirectional && !ids.is_empty()) {
        return Err(Refused);
    }
    (reading.otid, reading.dtid) = (otid, dtid);
    if package == Package::Abort {
        if let Some(cause) = parts.take(0xd7)? {
            if !is_number(cause.content) {
                return Err(Refused);
            }
            reading.abort_cause = integer(cause.content).and_then(|cause| u8::try_from(cause).ok());
        }
        ansi_dialogue(reading, parts)?;
        if parts.take(0xd8)?.is_none()
            && let Some(information) = parts.take(0xf8)?
        {
            check(information.content)?;
        }
        return Ok(());
    }
    ansi_dialogue(reading, parts)?;
    if let Some(portion) = parts.take(0xe8)? {
        let mut components = portion.elements()?;
        while let Some(element) = components.next_element()? {
            reading.components.push(ansi_component(&element)?);
        }
        if reading.components.is_empty() {
            return Err(Refused);
        }
    }
    Ok(())
}

fn ansi_dialogue<'a>(reading: &mut Reading<'a>, parts: &mut Parts<'a>) -> Result<(), Refused> {
    let Some(portion) = parts.take(0xf9)? else { return Ok(()) };
    let mut fields = portion.elements()?;
    while let Some(field) = fields.next_element()? {
        match field.first {
            0xdc => {
                object_identifier(field.content)?;
                reading.application_context = Some(field.content);
            }
            0xfd => check(field.content)?,
            0xda | 0xdb | 0x80..=0x82 => {}
            0xfa | 0xfb | 0xa0..=0xa2 => check(field.content)?,
            _ => return Err(Refused),
        }
    }
    Ok(())
}

fn ansi_component<'a>(element: &Element<'a>) -> Result<Part<'a>, Refused> {
    let kind = match element.first {
        0xe9 | 0xed => ComponentKind::Invoke,
        0xea => ComponentKind::ReturnResultLast,
        0xeb => ComponentKind::ReturnError,
        0xec => ComponentKind::Reject,
        0xee => ComponentKind::ReturnResultNotLast,
        _ => return Err(Refused),
    };
    let mut fields = Parts { reader: element.elements()?, next: None };
    fields.advance()?;
    let ids = fields.take(0xcf)?.ok_or(Refused)?.content;
    if ids.len() > if kind == ComponentKind::Invoke { 2 } else { 1 } {
        return Err(Refused);
    }
    let mut each = ids.iter().copied().map(i64::from);
    let (invoke_id, linked_id) = (each.next(), each.next());
    let mut part = Part { kind, invoke_id, linked_id, code: None, problem: None, parameter: &[] };
    let mut number = |first: u8, len: usize| -> Result<Option<i64>, Refused> {
        match fields.take(first)? {
            Some(code) if code.content.len() == len => Ok(integer(code.content)),
            Some(_) => Err(Refused),
            None => Ok(None),
        }
    };
    match kind {
        ComponentKind::Invoke => {
            let national = number(0xd0, 2)?.map(Code::National);
            let private = if national.is_none() { number(0xd1, 2)? } else { None };
            part.code = national.or(private.map(Code::Private));
            part.code.ok_or(Refused)?;
        }
        ComponentKind::ReturnError => {
            let national = number(0xd3, 1)?.map(Code::National);
            let private = if national.is_none() { number(0xd4, 1)? } else { None };
            part.code = national.or(private.map(Code::Private));
            part.code.ok_or(Refused)?;
        }
        ComponentKind::Reject => match *fields.take(0xd5)?.ok_or(Refused)?.content {
            [kind, code] => part.problem = Some((kind, i64::from(code))),
            _ => return Err(Refused),
        },
        _ => {}
    }
    if fields.next.is_some_and(|parameter| !matches!(parameter.first, 0xf2 | 0x30 | 0x31 | 0xd2)) {
        return Err(Refused);
    }
    part.parameter = parameter(&fields, element)?;
    Ok(part)
}
