//! SCCP messages: addresses without subscribers in them, and what is not TCAP.

use ahash::RandomState;

use event::{Capped, CompactString, GlobalTitle, Identity, PointCode, Sccp, SccpAddress, What};
use smallvec::SmallVec;
use wire::mtp3::Variant;
use wire::sccp::{self, Address, Digits, Message, MessageType};

use wire::{Cursor, tcap};

use super::connections::Joined;
use super::cx::{Cx, Place};
use super::pseudonyms::Pseudonyms;
use super::ss7::Route;
use super::{Shard, len32, tap};
use crate::counters::Seen;
use crate::entropy;

/// Fewer digits than this in common prove nothing.
const MIN_COMMON: usize = 6;

/// A message on its way to its user.
struct Unit<'m> {
    message: &'m Message<'m>,
    route: Option<Route>,
    /// Its name where SUA carried it.
    sua: Option<&'static str>,
    /// Subsystems of the connection that it belongs to.
    ssns: Option<[Option<u8>; 2]>,
    /// Its data was put together from several messages.
    segmented: bool,
}

/// Identities that a message names, as digits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    pub(crate) imsis: SmallVec<[Digits; 2]>,
    pub(crate) msisdns: SmallVec<[Digits; 2]>,
}

/// Global titles that were a subscriber's number once; they stay that, also where the message does not say so again.
pub(crate) struct Titles {
    hasher: RandomState,
    known: Capped<u64, Identity>,
}

impl Titles {
    pub(crate) fn new() -> Self {
        Self { hasher: RandomState::new(), known: Capped::new("subscriber titles", 8_192) }
    }

    /// The address as events carry it.
    fn address(
        &mut self,
        pseudonyms: &mut Pseudonyms,
        address: &Address,
        named: &Named,
    ) -> SccpAddress {
        let gt = address.global_title.as_ref().map(|title| {
            let digits = title.digits.as_str();
            let subscriber = self.identity(digits, title.np, named);
            GlobalTitle {
                digits: if subscriber.is_some() { CompactString::default() } else { digits.into() },
                subscriber: subscriber
                    .map(|identity| pseudonyms.subscriber(identity, &title.digits)),
                tt: title.tt,
                np: title.np,
                nai: title.nai,
            }
        });
        SccpAddress {
            gt,
            ssn: address.ssn,
            pc: address.point_code.map(PointCode),
            route_on_ssn: address.route_on_ssn,
        }
    }

    /// Whose number a title is, where it is a subscriber's.
    fn identity(&mut self, digits: &str, np: Option<u8>, named: &Named) -> Option<Identity> {
        let identity = match np {
            // E.212 is an IMSI; E.214 is one whose first digits were translated to E.164.
            Some(6) => Some(Identity::Imsi),
            Some(7) => Some(Identity::Msisdn),
            _ if named.msisdns.iter().any(|number| same_number(digits, number.as_str())) => {
                Some(Identity::Msisdn)
            }
            _ if named.imsis.iter().any(|imsi| holds_msin(digits, imsi.as_str())) => {
                Some(Identity::Imsi)
            }
            _ if self.known.is_empty() => None,
            _ => return self.known.get(&self.hasher.hash_one(digits)).copied(),
        };
        if let Some(identity) = identity {
            self.known.insert(self.hasher.hash_one(digits), identity);
        }
        identity
    }
}

/// The same number in the international and in a national form: one ends with the other.
fn same_number(a: &str, b: &str) -> bool {
    a.len().min(b.len()) >= MIN_COMMON && (a.ends_with(b) || b.ends_with(a))
}

/// Digits that carry the part of an IMSI that is the subscriber's own.
fn holds_msin(digits: &str, imsi: &str) -> bool {
    // Behind MCC and a network code of three digits. By hand: a search that prepares itself costs more than it saves here.
    imsi.get(6..).is_some_and(|msin| {
        msin.len() >= MIN_COMMON
            && digits.as_bytes().windows(msin.len()).any(|part| part == msin.as_bytes())
    })
}

/// A text without the identities that the message names.
pub(crate) fn without(mut text: String, digits: &[Option<&str>]) -> String {
    for digits in digits.iter().copied().flatten().filter(|digits| digits.len() >= MIN_COMMON) {
        if text.contains(digits) {
            text = text.replace(digits, "*");
        }
        if let Some(msin) = digits.get(5..).filter(|msin| msin.len() > 7)
            && text.contains(msin)
        {
            text = text.replace(msin, "*");
        }
    }
    text
}

impl Shard {
    pub(super) fn sccp(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        route: Option<Route>,
        mut cur: Cursor<'_>,
    ) {
        // Without a label there is only the message to say how its addresses are coded.
        let variant =
            route.map_or_else(|| sccp::guess(cur.rest(), &[Variant::Ansi]), |route| route.variant);
        self.show(cx, tap::sccp(variant), cur.rest());
        match &sccp::dissect_as(&mut cx.notes, &mut cur, variant) {
            Ok(message) => {
                self.counters.seen.note(Seen::Sccp);
                self.sccp_message(cx, place, route, message, None);
            }
            Err(truncated) => cx.notes.cut("sccp.header", *truncated),
        }
        self.report(cx, place);
    }

    /// A message, from SCCP or in the form of it: `sua` is its name where SUA carried it.
    pub(super) fn sccp_message(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        route: Option<Route>,
        message: &Message<'_>,
        sua: Option<&'static str>,
    ) {
        let mut unit = Unit { message, route, sua, ssns: None, segmented: false };
        if !message.kind.is_connectionless() {
            unit.ssns = self.connections.see(message, route.as_ref(), place);
        }
        let Some(data) = message.data else {
            return self.sccp_event(cx, place, &unit, None);
        };
        let whole = match message.segmentation {
            Some(segmentation) if !(segmentation.first && segmentation.remaining == 0) => {
                match self.segments.add(cx, place, message, segmentation, route, data) {
                    Some(whole) => Joined::Whole(whole),
                    None => Joined::Pending,
                }
            }
            _ if matches!(message.kind, MessageType::DT1 | MessageType::DT2) => {
                self.connections.data(&mut cx.notes, message, route.as_ref(), place, data)
            }
            _ => Joined::Alone(data),
        };
        match whole {
            Joined::Pending => {}
            Joined::Alone(data) => self.sccp_user(cx, place, &unit, data),
            Joined::Whole(whole) => {
                unit.segmented = true;
                let in_frame = std::mem::replace(&mut cx.in_frame, false);
                self.sccp_user(cx, place, &unit, Cursor::new(&whole));
                cx.in_frame = in_frame;
            }
        }
    }

    /// Whole user data.
    fn sccp_user(&mut self, cx: &mut Cx<'_>, place: &Place, unit: &Unit<'_>, data: Cursor<'_>) {
        let message = unit.message;
        let user = match unit.ssns {
            Some(ssns) => sccp::user_between(ssns, true, data.rest()),
            None => sccp::user(message, data.rest()),
        };
        let readable = user == "tcap" && !message.kind.is_service();
        if readable && self.tcap(cx, place, unit.route, message, data, unit.segmented) {
            return;
        }
        self.sccp_event(cx, place, unit, Some((user, data)));
    }

    fn sccp_event(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        unit: &Unit<'_>,
        data: Option<(&'static str, Cursor<'_>)>,
    ) {
        let (message, route) = (unit.message, unit.route);
        // What came back is addressed as what was sent: it may name the subscriber.
        let (named, otid) = data
            .filter(|(user, _)| *user == "tcap")
            .map(|(_, data)| named(data))
            .unwrap_or_default();
        let (calling, called) = self.addresses(message, &named);
        let variant = route.map(|route| route.variant).unwrap_or_default();
        let management = data
            .filter(|(user, _)| *user == "scmg")
            .and_then(|(_, mut data)| sccp::management(&mut data, variant).ok());
        let record = Sccp {
            opc: route.map(|route| route.opc),
            dpc: route.map(|route| route.dpc),
            message_type: message.kind.0,
            message: message.kind.name().into(),
            calling,
            called,
            return_cause: message.return_cause,
            return_cause_name: message
                .return_cause
                .and_then(sccp::return_cause_name)
                .map(Into::into),
            otid: otid.filter(|_| message.kind.is_service()),
            source_reference: message.source_reference,
            destination_reference: message.destination_reference,
            class: message.class,
            hop_counter: message.hop_counter,
            cause: message.cause,
            cause_name: message
                .cause
                .and_then(|cause| sccp::cause_name(message.kind, cause))
                .map(Into::into),
            affected_ssn: management.map(|management| management.affected_ssn),
            affected_pc: management.map(|management| PointCode(management.affected_point_code)),
            sua: unit.sua.map(Into::into),
            payload: data.map(|(user, _)| user.into()),
            payload_message: data
                .and_then(|(user, data)| sccp::user_message(user, data.rest(), variant))
                .map(Into::into),
            payload_len: data.map_or(0, |(_, data)| len32(data.len())),
            entropy: data
                .filter(|(user, _)| *user == "unknown")
                .map(|(_, data)| entropy::centibits(data.rest())),
            segmented: unit.segmented,
            ..Sccp::default()
        };
        cx.emit(place, What::Sccp(Box::new(record)));
    }

    /// Calling and called address.
    pub(super) fn addresses(
        &mut self,
        message: &Message<'_>,
        named: &Named,
    ) -> (Option<SccpAddress>, Option<SccpAddress>) {
        let mut read = |address| self.titles.address(&mut self.pseudonyms, address, named);
        (message.calling.as_ref().map(&mut read), message.called.as_ref().map(read))
    }
}

/// Identities that a TCAP message names, and the transaction that it opens.
fn named(mut data: Cursor<'_>) -> (Named, Option<CompactString>) {
    let mut notes = wire::Anomalies::default();
    let (mut named, mut otid) = (Named::default(), None);
    if let Ok(message) = tcap::dissect(&mut notes, &mut data) {
        otid = message.otid.filter(|_| message.dtid.is_none()).map(super::tcap::transaction);
        for component in &message.components {
            let mut argument = wire::map::Argument::default();
            let user = wire::map::User::Map;
            super::tcap::read_argument(&mut notes, user, component, &mut argument);
            named.add(&argument);
        }
    }
    (named, otid)
}

impl Named {
    pub(crate) fn add(&mut self, argument: &wire::map::Argument) {
        if let Some(imsi) = argument.imsi {
            self.imsis.push(imsi);
        }
        if let Some(number) = &argument.msisdn {
            self.msisdns.push(number.digits);
        }
    }
}
