//! What an argument or a result says besides identities and addresses: what is asked for, where and how a subscriber is, and
//! the headers of texts.
//!
//! Spec: 3GPP TS 29.002 §17.7 (release 17); TS 23.040 §9.2 for the header of a short message; TS 23.003 for cells and areas.

use super::Argument;
use crate::ber::{Class, Element, Tag};
use crate::{Anomalies, Cursor, Truncated};

/// Everything is inline: this is made for each component that is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// What an interrogation asks for, one bit for each name of [`Self::requested`].
    pub(super) requested: u32,
    /// `numberOfRequestedVectors`
    pub requested_vectors: Option<u8>,
    /// `requestingNodeType`
    pub requesting_node: Option<u8>,
    /// Authentication vectors in a result.
    pub vectors: Option<u8>,
    /// MCC and MNC (TS 23.003 §12.1) of the cell or area of a location, or of the network that asks.
    pub location_plmn: Option<[u8; 3]>,
    pub location_kind: Option<LocationKind>,
    /// Coordinates are there.
    pub geographical: bool,
    /// `ageOfLocationInformation`, minutes.
    pub location_age_min: Option<u32>,
    /// `assumedIdle`, `camelBusy`…
    pub subscriber_state: Option<&'static str>,
    /// Octets of a short message, header and text.
    pub sm_len: Option<u16>,
    /// TP-Message-Type-Indicator, TP-Protocol-Identifier, TP-Data-Coding-Scheme.
    pub tp_mti: Option<u8>,
    pub tp_pid: Option<u8>,
    pub tp_dcs: Option<u8>,
    /// TP-User-Data-Header-Indicator.
    pub tp_udhi: bool,
    /// Octets and coding of a USSD string.
    pub ussd_len: Option<u16>,
    pub ussd_dcs: Option<u8>,
    /// SS-Code (§17.7.5).
    pub ss_code: Option<u8>,
    /// The number that says what the operation is for: `cancellationType`, `locationEstimateType`, `sm-DeliveryOutcome`,
    /// `alertReason`, `interrogationType`…
    pub purpose: Option<u8>,
}

/// How fine a location is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocationKind {
    Area,
    Cell,
}

impl LocationKind {
    /// `area`, `cell`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Cell => "cell",
        }
    }
}

/// The names of the bits: RequestedInfo by its tags, then RequestedSubscriptionInfo from [`SUBSCRIPTION`] on (§17.7.1). Those
/// that say how and not what to answer have none.
const REQUESTED: [&str; 31] = [
    "locationInformation",
    "subscriberState",
    "",
    "currentLocation",
    "",
    "ms-classmark",
    "imei",
    "mnpRequestedInfo",
    "t-adsData",
    "",
    "servingNodeIndication",
    "",
    "localTimeZoneRequest",
    "",
    "",
    "",
    "",
    "requestedSS-Info",
    "odb",
    "requestedCAMEL-SubscriptionInfo",
    "supportedVLR-CAMEL-Phases",
    "supportedSGSN-CAMEL-Phases",
    "",
    "additionalRequestedCAMEL-SubscriptionInfo",
    "msisdn-BS-List",
    "csg-SubscriptionDataRequested",
    "cw-Info",
    "clip-Info",
    "clir-Info",
    "hold-Info",
    "ect-Info",
];
const SUBSCRIPTION: u32 = 16;

impl Details {
    /// What an interrogation asks for, by its ASN.1 names: `locationInformation`, `subscriberState`, `imei`…
    pub fn requested(&self) -> impl Iterator<Item = &'static str> + use<> {
        let bits = self.requested;
        REQUESTED
            .iter()
            .enumerate()
            .filter(move |(bit, name)| bits >> (bit & 31) & 1 != 0 && !name.is_empty())
            .map(|(_, name)| *name)
    }
}

/// Calls `each` with the elements inside; what is wrong with them was noted or is of no use here.
fn inside<'a>(element: &Element<'a>, mut each: impl FnMut(&Element<'a>)) {
    let mut unnoted = Anomalies::default();
    let mut elements = element.elements();
    while let Some(inner) = elements.next(&mut unnoted) {
        each(&inner);
    }
}

/// The first element inside.
fn first<'a>(element: &Element<'a>) -> Option<Element<'a>> {
    element.elements().next(&mut Anomalies::default())
}

fn byte(element: &Element<'_>) -> Option<u8> {
    element.integer().and_then(|value| u8::try_from(value).ok())
}

fn length(element: &Element<'_>) -> Option<u16> {
    Some(u16::try_from(element.octets().len()).unwrap_or(u16::MAX))
}

fn request(argument: &mut Argument, element: &Element<'_>, offset: u32) {
    inside(element, |wanted| {
        if wanted.tag.class() == Class::Context && wanted.tag.number() < SUBSCRIPTION {
            let bit = wanted.tag.number().saturating_add(offset);
            argument.details.requested |= 1u32.checked_shl(bit).unwrap_or_default();
        }
    });
}

/// RequestedInfo.
pub(super) fn requested_info(argument: &mut Argument, element: &Element<'_>) {
    request(argument, element, 0);
}

/// RequestedSubscriptionInfo.
pub(super) fn requested_subscription(argument: &mut Argument, element: &Element<'_>) {
    request(argument, element, SUBSCRIPTION);
}

/// NumberOfRequestedVectors.
pub(super) fn requested_vectors(argument: &mut Argument, element: &Element<'_>) {
    argument.details.requested_vectors = byte(element);
}

/// RequestingNodeType.
pub(super) fn requesting_node(argument: &mut Argument, element: &Element<'_>) {
    argument.details.requesting_node = byte(element);
}

/// How many vectors a list has.
pub(super) fn vectors(argument: &mut Argument, element: &Element<'_>) {
    let mut count = argument.details.vectors.unwrap_or_default();
    inside(element, |_| count = count.saturating_add(1));
    argument.details.vectors = Some(count);
}

/// One vector that stands by itself in the list of version 2.
pub(super) fn vector(argument: &mut Argument, _: &Element<'_>) {
    let count = argument.details.vectors.unwrap_or_default();
    argument.details.vectors = Some(count.saturating_add(1));
}

/// PLMN-Id, or what begins with one.
pub(super) fn plmn(argument: &mut Argument, element: &Element<'_>) {
    if let Some(plmn) = element.octets().first_chunk::<3>() {
        argument.details.location_plmn.get_or_insert(*plmn);
    }
}

fn place(argument: &mut Argument, element: &Element<'_>, kind: LocationKind) {
    plmn(argument, element);
    if argument.details.location_kind.is_none_or(|known| known < kind) {
        argument.details.location_kind = Some(kind);
    }
}

/// CellGlobalIdOrServiceAreaIdOrLAI: the choice of MAP with its explicit tag, or the bare octets of CAP.
pub(crate) fn cell_or_area(argument: &mut Argument, element: &Element<'_>) {
    let choice = if element.constructed { first(element) } else { Some(*element) };
    let Some(choice) = choice else { return };
    // MCC, MNC and LAC are five octets; a cell or service area has two more.
    let kind = if choice.octets().len() < 7 { LocationKind::Area } else { LocationKind::Cell };
    place(argument, &choice, kind);
}

/// E-UTRAN-CGI, NR-CGI.
pub(crate) fn cell(argument: &mut Argument, element: &Element<'_>) {
    place(argument, element, LocationKind::Cell);
}

/// RAIdentity, TA-Id.
pub(crate) fn area(argument: &mut Argument, element: &Element<'_>) {
    place(argument, element, LocationKind::Area);
}

/// GeographicalInformation, GeodeticInformation.
pub(crate) fn geographical(argument: &mut Argument, _: &Element<'_>) {
    argument.details.geographical = true;
}

/// AgeOfLocationInformation.
pub(crate) fn age(argument: &mut Argument, element: &Element<'_>) {
    argument.details.location_age_min =
        element.integer().and_then(|minutes| u32::try_from(minutes).ok());
}

/// SubscriberState, in its explicit tag.
pub(crate) fn subscriber_state(argument: &mut Argument, element: &Element<'_>) {
    argument.details.subscriber_state =
        first(element).and_then(|state| match (state.tag.class(), state.tag.number()) {
            (Class::Context, 0) => Some("assumedIdle"),
            (Class::Context, 1) => Some("camelBusy"),
            (Class::Context, 2) => Some("notProvidedFromVLR"),
            (Class::Universal, 10) => Some("netDetNotReachable"),
            _ => None,
        });
}

/// PS-SubscriberState, in its explicit tag.
pub(super) fn ps_subscriber_state(argument: &mut Argument, element: &Element<'_>) {
    argument.details.subscriber_state =
        first(element).and_then(|state| match (state.tag.class(), state.tag.number()) {
            (Class::Context, 0) => Some("notProvidedFromSGSNorMME"),
            (Class::Context, 1) => Some("ps-Detached"),
            (Class::Context, 2) => Some("ps-AttachedNotReachableForPaging"),
            (Class::Context, 3) => Some("ps-AttachedReachableForPaging"),
            (Class::Context, 4) => Some("ps-PDP-ActiveNotReachableForPaging"),
            (Class::Context, 5) => Some("ps-PDP-ActiveReachableForPaging"),
            (Class::Universal, 10) => Some("netDetNotReachable"),
            _ => None,
        });
}

/// USSD-DataCodingScheme.
pub(super) fn ussd_coding(argument: &mut Argument, element: &Element<'_>) {
    argument.details.ussd_dcs = element.octets().first().copied();
}

/// USSD-String, of which the length is all that is kept.
pub(super) fn ussd_string(argument: &mut Argument, element: &Element<'_>) {
    argument.details.ussd_len = length(element);
}

/// SS-Code.
pub(super) fn ss_code(argument: &mut Argument, element: &Element<'_>) {
    argument.details.ss_code = element.octets().first().copied();
}

/// What the operation is for, as a number.
pub(super) fn purpose(argument: &mut Argument, element: &Element<'_>) {
    argument.details.purpose = byte(element);
}

/// A structure that begins with what the operation is for.
pub(super) fn purpose_inside(argument: &mut Argument, element: &Element<'_>) {
    if let Some(kind) = first(element).filter(|kind| kind.tag == Tag::context(0)) {
        argument.details.purpose = byte(&kind);
    }
}

/// TP-PID and TP-DCS that stand by themselves (CAP).
pub(crate) fn tp_pid(argument: &mut Argument, element: &Element<'_>) {
    argument.details.tp_pid = element.octets().first().copied();
}

pub(crate) fn tp_dcs(argument: &mut Argument, element: &Element<'_>) {
    argument.details.tp_dcs = element.octets().first().copied();
}

/// TPShortMessageSpecificInfo: the first octet of the message (CAP).
pub(crate) fn tp_first(argument: &mut Argument, element: &Element<'_>) {
    if let Some(first) = element.octets().first() {
        argument.details.tp_mti = Some(first & 3);
        argument.details.tp_udhi = first & 0x40 != 0;
    }
}

/// SM-RP-UI: the header of a short message and nothing behind it. It travels towards the mobile where a service centre is the
/// originator, and away from it otherwise.
pub(super) fn short_message(argument: &mut Argument, element: &Element<'_>) {
    argument.details.sm_len = length(element);
    let terminated = argument.addresses.iter().any(|(role, _)| *role == "serviceCentreAddressOA");
    // What is cut short has said what it had.
    let _ = header(&mut argument.details, Cursor::new(element.octets()), terminated);
}

/// TS 23.040 §9.2.2.
fn header(details: &mut Details, mut cur: Cursor<'_>, terminated: bool) -> Result<(), Truncated> {
    let first = cur.u8()?;
    let kind = first & 3;
    details.tp_mti = Some(kind);
    details.tp_udhi = first & 0x40 != 0;
    match (kind, terminated) {
        // SMS-DELIVER: originator, PID, DCS.
        (0, true) => {}
        // SMS-SUBMIT: reference, destination, PID, DCS.
        (1, false) => cur.skip(1)?,
        // SMS-COMMAND: reference, PID.
        (2, false) => {
            cur.skip(1)?;
            details.tp_pid = Some(cur.u8()?);
            return Ok(());
        }
        // SMS-STATUS-REPORT has its optional parts at the end; the rest are no messages.
        _ => return Ok(()),
    }
    // Digits of the address, its type, two digits an octet (§9.1.2.5).
    let digits = usize::from(cur.u8()?);
    cur.skip(digits.div_ceil(2).saturating_add(1))?;
    details.tp_pid = Some(cur.u8()?);
    details.tp_dcs = Some(cur.u8()?);
    Ok(())
}
