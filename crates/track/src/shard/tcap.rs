//! TCAP: each component becomes an event.

use event::{
    Call, CompactString, GlobalTitle, Identity, Map, MapDetails, Name, NodeAddress, Party, Plmn,
    What,
};
use smallvec::SmallVec;
use wire::map::{self, Argument, User};
use wire::tcap::{self, Code, Component, ComponentKind, Kind, Message, ansi41};
use wire::{Anomalies, Cursor, sccp};

use super::cx::{Cx, Place};
use super::sccp::Named;
use super::ss7::Route;
use super::{Shard, hex_pair, len32};
use crate::counters::Seen;

/// Octets of a transaction identity that are shown; four are allowed (Q.773 §3.2.1.1).
const MAX_TID: usize = 32;
/// Numbering plan of an IMSI in an AddressString (TS 29.002 §17.7.8).
const E212: u8 = 6;
/// Digits of a number of North America without its country code.
const NORTH_AMERICAN: usize = 10;
/// Fields of which something was noted that one event names.
const MAX_FIELDS: usize = 16;
/// Longest application context or global code that is shown.
const MAX_OID: usize = 128;

/// What a component's parameter says, in whatever form its operation code came.
pub(super) fn read_argument(
    notes: &mut Anomalies,
    user: User,
    component: &Component<'_>,
    argument: &mut Argument,
) {
    if let Some(Code::National(_) | Code::Private(_)) = component.opcode {
        *argument = ansi_argument(component);
        return;
    }
    let opcode = component.opcode.as_ref().and_then(local).unwrap_or(-1);
    map::read_argument(notes, user, opcode, component.kind, component.parameter, argument);
}

/// Who a parameter of ANSI-41 is about.
fn ansi_argument(component: &Component<'_>) -> Argument {
    let identities = ansi41::identities(component.parameter);
    let mut argument = Argument { imsi: identities.imsi, ..Argument::default() };
    // A MIN is a North American number without its country code; some switches write an extension for a directory number.
    let directory = identities.mdn.filter(|mdn| mdn.len() >= NORTH_AMERICAN);
    let number = directory.or(identities.min).or(identities.mdn);
    argument.msisdn = number.map(|digits| map::AddressString { nature: 0, plan: 1, digits });
    if matches!(
        component.kind,
        ComponentKind::ReturnResultLast | ComponentKind::ReturnResultNotLast
    ) {
        argument.returned.extend(argument.imsi.is_some().then_some("imsi"));
        argument.returned.extend(argument.msisdn.is_some().then_some("msisdn"));
    }
    argument
}

/// The number of an operation or error. In the global form the last arc is read as that number: this is how the form is used
/// to slip past filters.
fn local(code: &Code<'_>) -> Option<i64> {
    match code {
        Code::Local(code) | Code::National(code) | Code::Private(code) => Some(*code),
        Code::Global(oid) => oid.last_arc().and_then(|arc| i64::try_from(arc).ok()),
    }
}

/// A transaction identity as records have it.
pub(super) fn transaction(tid: &[u8]) -> CompactString {
    let mut text = [0; MAX_TID * 2];
    let (pairs, _) = text.as_chunks_mut::<2>();
    for (pair, octet) in pairs.iter_mut().zip(tid) {
        *pair = hex_pair(*octet);
    }
    let digits = text.get(..tid.len().min(MAX_TID) * 2).unwrap_or_default();
    CompactString::from_utf8(digits).unwrap_or_default()
}

/// Who speaks over TCAP.
#[derive(Clone, Copy)]
enum Speaker {
    Itu(User),
    Ansi41,
    /// ANSI TCAP with another user.
    Ansi,
}

impl Speaker {
    /// The application context says, or the subsystems do; what neither tells, its shape may.
    fn of(message: &Message<'_>, sccp: &sccp::Message<'_>) -> Self {
        let ssn = |address: &Option<sccp::Address>| address.and_then(|address| address.ssn);
        let (called, calling) = (ssn(&sccp.called), ssn(&sccp.calling));
        if let Kind::Ansi(_) = message.kind {
            // TIA-41 part 520: the subsystems of mobile networks.
            let mobile = [called, calling].iter().flatten().any(|ssn| (5..=14).contains(ssn));
            let coded = message.components.iter().any(|component| component.opcode.is_some());
            let speaks = ansi41::is_ansi41(message) || (mobile && !coded);
            return if speaks { Self::Ansi41 } else { Self::Ansi };
        }
        let context = message.dialogue.and_then(|dialogue| dialogue.application_context);
        let user = map::user(context, called, calling);
        if user == User::Unknown {
            let reads = |reads_as: fn(i64, Cursor<'_>) -> bool| {
                message.components.iter().any(|component| {
                    component.kind == ComponentKind::Invoke
                        && component
                            .opcode
                            .as_ref()
                            .and_then(local)
                            .is_some_and(|opcode| reads_as(opcode, component.parameter))
                })
            };
            if reads(map::reads_as_map) {
                return Self::Itu(User::Map);
            }
            if reads(map::reads_as_cap) {
                return Self::Itu(User::Cap);
            }
        }
        Self::Itu(user)
    }

    const fn user(self) -> User {
        match self {
            Self::Itu(user) => user,
            Self::Ansi41 | Self::Ansi => User::Unknown,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Itu(user) => user.name(),
            Self::Ansi41 => "ansi-map",
            Self::Ansi => "unknown",
        }
    }

    fn operation_name(self, code: i64) -> Option<&'static str> {
        match self {
            Self::Itu(user) => map::operation_name(user, code),
            Self::Ansi41 => ansi41::operation_name(code),
            Self::Ansi => None,
        }
    }

    fn error_name(self, code: i64) -> Option<&'static str> {
        match self {
            Self::Itu(user) => map::error_name(user, code),
            Self::Ansi41 => ansi41::error_name(code),
            Self::Ansi => None,
        }
    }

    /// CAP and INAP have a record of their own.
    fn record(self, record: Box<Map>) -> What {
        match self.user() {
            User::Cap | User::Inap => What::Cap(record),
            _ => What::Map(record),
        }
    }
}

/// Why a transaction or a dialogue was ended or refused, where no component says it.
fn refusal(message: &Message<'_>) -> Option<&'static str> {
    let dialogue = message.dialogue.as_ref();
    message.abort_cause_name().or_else(|| {
        let dialogue = dialogue?;
        let refused = dialogue.result.filter(|result| *result != 0);
        refused.and_then(|_| dialogue.diagnostic_name()).or(dialogue.abort_source_name())
    })
}

impl Shard {
    /// False when it is none that can be read.
    pub(super) fn tcap(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        route: Option<Route>,
        sccp: &sccp::Message<'_>,
        mut data: Cursor<'_>,
        segmented: bool,
    ) -> bool {
        self.show(cx, "tcap", data.rest());
        let noted = cx.notes.as_slice().len();
        let Ok(message) = tcap::dissect(&mut cx.notes, &mut data) else { return false };
        self.counters.seen.note(Seen::Tcap);
        let speaker = Speaker::of(&message, sccp);
        let user = speaker.user();
        // Whom the dialogue is about, for arguments that leave it to MAP-Open to say.
        let reference = message
            .dialogue
            .filter(|_| user == User::Map)
            .and_then(|dialogue| dialogue.user_information)
            .and_then(|information| map::references(&mut cx.notes, information).0)
            .filter(|reference| reference.plan == E212);
        // The identities of all components first: an address may be the number that only the last one names.
        let mut named = Named::default();
        let mut arguments = SmallVec::<[Argument; 1]>::new();
        for component in &message.components {
            arguments.push(Argument::default());
            let Some(argument) = arguments.last_mut() else { break };
            match speaker {
                Speaker::Itu(user) => read_argument(&mut cx.notes, user, component, argument),
                Speaker::Ansi41 => *argument = ansi_argument(component),
                Speaker::Ansi => {}
            }
            if component.kind == ComponentKind::Invoke {
                argument.imsi = argument.imsi.or(reference.map(|reference| reference.digits));
            }
            named.add(argument);
            if let Some(call) = &argument.call {
                let persons = call.parties.iter().filter(|party| party.person);
                named.msisdns.extend(persons.map(|party| party.number.digits));
            }
        }
        let (calling, called) = self.addresses(sccp, &named);
        let context = message.dialogue.and_then(|dialogue| dialogue.application_context);
        let known = context.and_then(map::application_context);
        if let Some(known) = &known {
            let invokes = message.components.iter();
            for component in invokes.filter(|component| component.kind == ComponentKind::Invoke) {
                let opcode = component.opcode.as_ref().and_then(local).unwrap_or(-1);
                map::check_operation(&mut cx.notes, known, opcode, component.parameter.span());
            }
        }
        // Filled where it stands: it is large.
        let mut base = Box::<Map>::default();
        base.user = speaker.name().into();
        base.opc = route.map(|route| route.opc);
        base.dpc = route.map(|route| route.dpc);
        base.calling = calling;
        base.called = called;
        base.message = message.kind.name().into();
        base.otid = message.otid.map(transaction);
        base.dtid = message.dtid.map(transaction);
        base.application_context = match known {
            Some(known) => Some(known.dotted.into()),
            None => context.map(|oid| shown(&oid).into()),
        };
        base.application_context_name = known.map(|context| context.name.into());
        base.component_count = u8::try_from(message.components.len()).unwrap_or(u8::MAX);
        base.abort_cause = message.abort_cause;
        base.segmented = segmented;
        if !cx.notes.is_empty() && !cx.snapped {
            base.anomalies = fields(cx.notes.as_slice(), noted);
        }
        if message.components.is_empty() {
            base.error = refusal(&message).map(Into::into);
            let known = &mut self.pseudonyms;
            base.imsi =
                reference.map(|reference| known.subscriber(Identity::Imsi, &reference.digits));
            cx.emit(place, speaker.record(base));
            return true;
        }
        let count = message.components.len();
        let mut base = Some(base);
        for (index, (component, argument)) in message.components.iter().zip(&arguments).enumerate()
        {
            self.counters.seen.note(Seen::Map);
            let own = if index + 1 == count { base.take() } else { base.clone() };
            let Some(mut record) = own else { break };
            record.component_index = u8::try_from(index).unwrap_or(u8::MAX);
            self.component(&mut record, speaker, component, argument);
            cx.emit(place, speaker.record(record));
        }
        true
    }

    fn component(
        &mut self,
        record: &mut Map,
        speaker: Speaker,
        component: &Component<'_>,
        argument: &Argument,
    ) {
        record.component = Some(component.kind.name().into());
        record.invoke_id = component.invoke_id;
        record.opcode = component.opcode.as_ref().and_then(local);
        record.operation =
            record.opcode.and_then(|code| speaker.operation_name(code)).map(Into::into);
        if let Some(Code::Global(oid)) = &component.opcode {
            record.global_opcode = Some(shown(oid));
        }
        if let Some(error) = component.error.as_ref().and_then(local) {
            record.error_code = Some(error);
            record.error = speaker.error_name(error).map(Into::into);
            record.error_diagnostic =
                map::error_diagnostic(speaker.user(), error, component.parameter);
        }
        if let Some(problem) = component.problem {
            record.error_code = Some(problem.code);
            record.error = problem.name().map(Into::into);
        }
        let known = &mut self.pseudonyms;
        record.imsi = argument.imsi.as_ref().map(|imsi| known.subscriber(Identity::Imsi, imsi));
        record.msisdn = argument.msisdn.as_ref().map(|number| match speaker {
            // Ten digits of North America are a number of its country code.
            Speaker::Ansi41 if number.digits.len() == NORTH_AMERICAN => {
                known.of_text(Identity::Msisdn, &format!("1{}", number.digits))
            }
            _ => known.subscriber(Identity::Msisdn, &number.digits),
        });
        record.imei = argument.imei.as_ref().map(|imei| known.subscriber(Identity::Imei, imei));
        record.addresses = argument
            .addresses
            .iter()
            .map(|(role, number)| NodeAddress {
                role: (*role).into(),
                gt: self.node(argument, number),
            })
            .collect();
        record.returned = argument.returned.iter().map(|kind| (*kind).into()).collect();
        record.parameter_len = len32(component.parameter.len());
        let in_call = matches!(speaker.user(), User::Cap | User::Inap);
        record.call = self.call(argument, in_call);
        if !in_call {
            record.details = details(&argument.details).map(Box::new);
        }
    }

    /// What an argument says of a call. The place of the caller is part of it, where it is one of CAP or INAP.
    fn call(&mut self, argument: &Argument, in_call: bool) -> Option<Box<Call>> {
        let location = argument.details.location_plmn.filter(|_| in_call);
        let location_plmn = location.and_then(Plmn::from_octets);
        let Some(call) = &argument.call else {
            return location_plmn.map(|_| Box::new(Call { location_plmn, ..Call::default() }));
        };
        let parties = call.parties.iter().map(|party| Party {
            role: party.role.into(),
            number: if party.person {
                let digits = &party.number.digits;
                GlobalTitle {
                    subscriber: Some(self.pseudonyms.subscriber(Identity::Msisdn, digits)),
                    np: Some(party.number.plan),
                    nai: Some(party.number.nature),
                    ..GlobalTitle::default()
                }
            } else {
                self.node(argument, &party.number)
            },
        });
        Some(Box::new(Call {
            service_key: call.service_key,
            parties: parties.collect(),
            event_type: call.event_type,
            event_type_name: call.event_type_name.map(Into::into),
            requested_events: call.requested_events.to_vec(),
            cause: call.cause,
            location_plmn,
            max_duration_ds: call.max_duration_ds,
            correlated: call.correlated,
            apn: call.apn.clone(),
        }))
    }

    /// A node's number; one that is the subscriber's own is hidden all the same.
    fn node(&mut self, argument: &Argument, number: &map::AddressString) -> GlobalTitle {
        let digits = number.digits.as_str();
        let own = |other: &str| {
            other.len() >= 6
                && (other.ends_with(digits) || digits.ends_with(other))
                && digits.len() >= 6
        };
        let persons = argument.call.iter().flat_map(|call| &call.parties);
        let mut persons = persons.filter(|party| party.person).map(|party| party.number);
        let subscriber = (argument.msisdn.is_some_and(|msisdn| own(msisdn.digits.as_str()))
            || persons.any(|person| own(person.digits.as_str())))
        .then(|| self.pseudonyms.subscriber(Identity::Msisdn, &number.digits));
        GlobalTitle {
            digits: if subscriber.is_some() { CompactString::default() } else { digits.into() },
            subscriber,
            tt: None,
            np: Some(number.plan),
            nai: Some(number.nature),
        }
    }
}

/// The fields that the notes of a TCAP message are about, each once; and whether the segments that it came in lay over each
/// other, which was noted before.
#[cold]
fn fields(notes: &[wire::Anomaly], before: usize) -> Vec<Name> {
    let mut fields: Vec<Name> = Vec::new();
    for (index, note) in notes.iter().enumerate() {
        let about = before <= index || note.field == "sccp.segmentation";
        if about && fields.len() < MAX_FIELDS && !fields.iter().any(|field| field == note.field) {
            fields.push(note.field.into());
        }
    }
    fields
}

/// An object identifier as records carry it.
fn shown(oid: &tcap::Oid<'_>) -> String {
    let mut text = oid.to_string();
    text.truncate(MAX_OID);
    text
}

/// What an argument or a result says besides; `None` where that is nothing.
fn details(read: &map::Details) -> Option<MapDetails> {
    if *read == map::Details::default() {
        return None;
    }
    Some(MapDetails {
        requested: read.requested().map(Into::into).collect(),
        requested_vectors: read.requested_vectors,
        requesting_node: read.requesting_node,
        vectors: read.vectors,
        location_plmn: read.location_plmn.and_then(Plmn::from_octets),
        location_kind: read.location_kind.map(|kind| kind.name().into()),
        geographical: read.geographical,
        location_age_min: read.location_age_min,
        subscriber_state: read.subscriber_state.map(Into::into),
        sm_len: read.sm_len,
        tp_mti: read.tp_mti,
        tp_pid: read.tp_pid,
        tp_dcs: read.tp_dcs,
        tp_udhi: read.tp_udhi,
        ussd_len: read.ussd_len,
        ussd_dcs: read.ussd_dcs,
        ss_code: read.ss_code,
        purpose: read.purpose,
    })
}
