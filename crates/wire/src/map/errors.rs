//! What the parameter of an error says more than its name.
//!
//! Spec: 3GPP TS 29.002 §17.7.7 (release 17), with the bare values of versions 1 and 2 beside the sequences of version 3;
//! TS 29.078 §5.2.

use super::User;
use crate::ber::{Element, Elements, Tag};
use crate::{Anomalies, Cursor};

/// The cause, diagnostic or resource that an error's parameter names; `None` where it names none.
///
/// What is wrong with the encoding was noted when the component was read.
pub fn error_diagnostic(user: User, error: i64, parameter: Cursor<'_>) -> Option<u32> {
    let tags: &[Tag] = match (user, error) {
        // callBarred, cug-Reject, roamingNotAllowed, sm-DeliveryFailure, systemFailure, pw-RegistrationFailure,
        // unknownSubscriber: enumerated.
        (User::Map, 1 | 8 | 13 | 15 | 32 | 34 | 37) => &[Tag::ENUMERATED],
        // absentSubscriberSM: absentSubscriberDiagnosticSM, or the additional one alone.
        (User::Map, 6) => &[Tag::INTEGER, Tag::context(0)],
        // absentSubscriber, unauthorizedLCSClient, positionMethodFailure.
        (User::Map, 27 | 53 | 54) => &[Tag::context(0)],
        // ss-ErrorStatus.
        (User::Map, 17) => &[Tag::OCTET_STRING],
        // ss-Incompatibility: the service.
        (User::Map, 20) => &[Tag::context(1)],
        // cancelFailed: problem.
        (User::Cap | User::Inap, 1) => &[Tag::context(0)],
        // requestedInfoError, systemFailure, taskRefused, unknown resource.
        (User::Cap | User::Inap, 10..=12) => &[Tag::ENUMERATED],
        _ => return None,
    };
    let mut unnoted = Anomalies::default();
    let outer = Elements::new(parameter).next(&mut unnoted)?;
    if outer.tag != Tag::SEQUENCE {
        return tags.contains(&outer.tag).then(|| number(&outer)).flatten();
    }
    let mut inside = outer.elements();
    while let Some(element) = inside.next(&mut unnoted) {
        if tags.contains(&element.tag) {
            return number(&element);
        }
    }
    None
}

fn number(element: &Element<'_>) -> Option<u32> {
    match element.octets() {
        &[octet] => Some(u32::from(octet)),
        _ => element.integer().and_then(|value| u32::try_from(value).ok()),
    }
}
