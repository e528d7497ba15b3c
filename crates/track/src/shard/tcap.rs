//! TCAP: each component becomes an event.

use event::{CompactString, GlobalTitle, Identity, Map, NodeAddress, What};
use wire::map::{self, Argument, User};
use wire::tcap::{self, Code, Component, ComponentKind, Kind};
use wire::{Anomalies, Cursor, sccp};

use super::cx::{Cx, Place};
use super::sccp::Named;
use super::ss7::Route;
use super::{Shard, hex, len32};
use crate::counters::Seen;

/// Octets of a transaction identity that are shown; four are allowed (Q.773 §3.2.1.1).
const MAX_TID: usize = 32;
/// Numbering plan of an IMSI in an AddressString (TS 29.002 §17.7.8).
const E212: u8 = 6;
/// Longest application context or global code that is shown.
const MAX_OID: usize = 128;

/// What a component's parameter says, in whatever form its operation code came.
pub(super) fn argument_of(
    notes: &mut Anomalies,
    user: User,
    component: &Component<'_>,
) -> Argument {
    let opcode = component.opcode.as_ref().and_then(local).unwrap_or(-1);
    map::argument(notes, user, opcode, component.kind, component.parameter)
}

/// The local number of an operation or error. In the global form the last arc is read as that number: this is how the
/// form is used to slip past filters.
fn local(code: &Code<'_>) -> Option<i64> {
    match code {
        Code::Local(code) => Some(*code),
        Code::Global(oid) => oid.to_string().rsplit('.').next()?.parse().ok(),
    }
}

/// CAP and INAP have a record of their own.
fn record_of(user: User, record: Map) -> What {
    match user {
        User::Cap | User::Inap => What::Cap(Box::new(record)),
        _ => What::Map(Box::new(record)),
    }
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
        let message = match tcap::dissect(&mut cx.notes, &mut data) {
            Ok(message) if !matches!(message.kind, Kind::Ansi(_)) => message,
            _ => return false,
        };
        self.counters.seen.note(Seen::Tcap);
        let context = message.dialogue.and_then(|dialogue| dialogue.application_context);
        let ssn = |address: &Option<sccp::Address>| address.and_then(|address| address.ssn);
        let mut user = map::user(context, ssn(&sccp.called), ssn(&sccp.calling));
        if user == User::Unknown
            && message.components.iter().any(|component| {
                component.kind == ComponentKind::Invoke
                    && component
                        .opcode
                        .as_ref()
                        .and_then(local)
                        .is_some_and(|opcode| map::reads_as_map(opcode, component.parameter))
            })
        {
            user = User::Map;
        }
        // Whom the dialogue is about, for arguments that leave it to MAP-Open to say.
        let reference = message
            .dialogue
            .filter(|_| user == User::Map)
            .and_then(|dialogue| dialogue.user_information)
            .and_then(|information| map::references(&mut cx.notes, information).0)
            .filter(|reference| reference.plan == E212);
        // The identities of all components first: an address may be the number that only the last one names.
        let mut named = Named::default();
        let mut arguments = Vec::with_capacity(message.components.len());
        for component in &message.components {
            let mut argument = argument_of(&mut cx.notes, user, component);
            if component.kind == ComponentKind::Invoke {
                argument.imsi = argument.imsi.or(reference.map(|reference| reference.digits));
            }
            named.add(&argument);
            arguments.push(argument);
        }
        let (calling, called) = self.addresses(sccp, &named);
        let mut context_text = context.map(|oid| oid.to_string());
        if let Some(text) = &mut context_text {
            text.truncate(MAX_OID);
        }
        let known = context.and_then(map::application_context);
        let base = Map {
            user: user.name().into(),
            opc: route.map(|route| route.opc),
            dpc: route.map(|route| route.dpc),
            calling,
            called,
            message: message.kind.name().into(),
            otid: message.otid.map(|tid| hex(tid, MAX_TID)),
            dtid: message.dtid.map(|tid| hex(tid, MAX_TID)),
            application_context: context_text.map(Into::into),
            application_context_name: known.map(|context| context.name.into()),
            component_count: u8::try_from(message.components.len()).unwrap_or(u8::MAX),
            abort_cause: message.abort_cause,
            segmented,
            ..Map::default()
        };
        if message.components.is_empty() {
            cx.emit(place, record_of(user, base));
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
            self.component(&mut record, user, component, argument);
            cx.emit(place, record_of(user, record));
        }
        true
    }

    fn component(
        &self,
        record: &mut Map,
        user: User,
        component: &Component<'_>,
        argument: &Argument,
    ) {
        let key = &self.config.pseudonymiser;
        record.component = Some(component.kind.name().into());
        record.invoke_id = component.invoke_id;
        record.opcode = component.opcode.as_ref().and_then(local);
        record.operation =
            record.opcode.and_then(|code| map::operation_name(user, code)).map(Into::into);
        if let Some(Code::Global(oid)) = &component.opcode {
            let mut text = oid.to_string();
            text.truncate(MAX_OID);
            record.global_opcode = Some(text);
        }
        record.error_code = component.error.as_ref().and_then(local);
        record.error =
            record.error_code.and_then(|code| map::error_name(user, code)).map(Into::into);
        if let Some(problem) = component.problem {
            record.error_code = Some(problem.code);
            record.error = problem.name().map(Into::into);
        }
        let subscriber = |identity, digits: &str| key.subscriber(identity, digits);
        record.imsi = argument.imsi.map(|digits| subscriber(Identity::Imsi, digits.as_str()));
        record.msisdn =
            argument.msisdn.map(|number| subscriber(Identity::Msisdn, number.digits.as_str()));
        record.imei = argument.imei.map(|digits| subscriber(Identity::Imei, digits.as_str()));
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
    }

    /// A node's number; one that is the subscriber's own is hidden all the same.
    fn node(&self, argument: &Argument, number: &map::AddressString) -> GlobalTitle {
        let digits = number.digits.as_str();
        let own = |other: &str| {
            other.len() >= 6
                && (other.ends_with(digits) || digits.ends_with(other))
                && digits.len() >= 6
        };
        let subscriber = argument
            .msisdn
            .is_some_and(|msisdn| own(msisdn.digits.as_str()))
            .then(|| self.config.pseudonymiser.subscriber(Identity::Msisdn, digits));
        GlobalTitle {
            digits: if subscriber.is_some() { CompactString::default() } else { digits.into() },
            subscriber,
            tt: None,
            np: Some(number.plan),
            nai: Some(number.nature),
        }
    }
}
