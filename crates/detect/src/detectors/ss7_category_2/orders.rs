//! What control points tell our switches: only the home of the subscriber whose call it is may, and only when asked.
//!
//! Source: 3GPP TS 23.078 §4.6, TS 29.078 §6 to §8.

use event::{Level, Map};

use super::subject::{self, Subject};
use super::{CALL_ATTEMPT, CARD, Invoke, ORDER, REWRITTEN, Ss7Category2, UNASKED, dialogues};
use crate::card::Finding;
use crate::detectors::ss7;
use crate::detectors::ss7::outside::{Because, Origin, Outside, Way};

const INITIATE_CALL_ATTEMPT: i64 = 32;
/// callGap and activityTest need no call.
const WITHOUT_CALL: [i64; 2] = [41, 55];
/// connect and connectSMS.
const CONNECTS: [i64; 2] = [20, 62];

impl Ss7Category2 {
    /// An instruction of a control point.
    pub(super) fn cap(&mut self, invoke: &Invoke<'_>, findings: &mut Vec<Finding>) {
        let Invoke { scene, event, map, code, .. } = *invoke;
        let way = Way::of(event, map);
        let outside = match Origin::of(scene, &way) {
            Origin::Outside(outside) => outside,
            Origin::Unknown => {
                self.note_unknown(scene, &way);
                return;
            }
            Origin::Home | Origin::Passing => return,
        };
        if outside.agreed(&scene.network, &invoke.agreement()).is_some() {
            return;
        }
        if matches!(map.message.as_ref(), "begin" | "unidirectional") {
            if !WITHOUT_CALL.contains(&code) {
                let finding = opened(invoke, &way, &outside);
                self.say(invoke, finding, findings);
            }
            return;
        }
        let subject = self.dialogues.subject(invoke);
        let judgement = subject::judge(&scene.network, &way, &outside, subject);
        if let Some(finding) = self.told(invoke, &way, &outside, subject, judgement, ORDER) {
            self.say(invoke, finding, findings);
            return;
        }
        if CONNECTS.contains(&code)
            && let Some(finding) = self.rewritten(invoke, &way, &outside, subject)
        {
            self.say(invoke, finding, findings);
        }
    }

    /// The call goes to a country that nobody in it has to do with.
    fn rewritten(
        &mut self,
        invoke: &Invoke<'_>,
        way: &Way<'_>,
        outside: &Outside<'_>,
        subject: Subject,
    ) -> Option<Finding> {
        let map = invoke.map;
        let destination = destination(map)?;
        let dialled = self.dialogues.opening(map)?.dialled.clone();
        let network = &invoke.scene.network;
        let ours = [way.to.digits(), network.home.gt_prefixes.first().map_or("", String::as_str)];
        let code = |digits: &str| digits.get(..event::country_code_len(digits)).map(str::to_owned);
        let known = ours
            .into_iter()
            .chain([way.from.digits()])
            .filter(|digits| !digits.is_empty())
            .filter_map(code)
            .chain(dialled.map(|code| code.to_string()));
        // Titles of ours and theirs, and what was dialled; a destination in any of these countries is no detour.
        let mut seen = false;
        for code in known {
            seen = true;
            if code.starts_with(destination.as_str()) || destination.starts_with(code.as_str()) {
                return None;
            }
        }
        if !seen {
            return None;
        }
        let (who, whom) = (way.from.name(), way.to.name());
        let about = subject.name().map(|name| format!(" of {name}")).unwrap_or_default();
        Some(Finding {
            key: format!("{who}>{whom}>{destination}"),
            confidence: 0.6,
            signature: format!(
                "{who} sent a call{about} to a number of country code {destination} instead"
            ),
            why: format!(
                "{} changes the destination to country code {destination}, which is neither the dialled one, nor the \
                 control point's, nor ours: calls are intercepted by such a detour; {}",
                invoke.name(),
                outside.why(way)
            ),
            honest_cause: "A service of the home that routes calls through a third country, such as a cheaper route or an \
                           announcement platform."
                .to_owned(),
            next_step: "Ask the subscriber's home whether its service sends calls there, and look at where the other calls \
                        of this subscriber went."
                .to_owned(),
            decided_by: Some(outside.decided_by(network, way)),
            entities: ss7::entities(invoke.event, map, way),
            ..CARD.finding(REWRITTEN, invoke.event)
        })
    }
}

/// Country code of the number that a call is to go to.
fn destination(map: &Map) -> Option<event::CompactString> {
    let parties = &map.call.as_ref()?.parties;
    let roles = ["destinationRoutingAddress", "destinationSubscriberNumber", "calledPartyNumber"];
    let number = roles.iter().find_map(|role| parties.iter().find(|party| party.role == *role))?;
    dialogues::country_of_number(&number.number)
}

/// An instruction that nobody asked for.
fn opened(invoke: &Invoke<'_>, way: &Way<'_>, outside: &Outside<'_>) -> Finding {
    let begins = invoke.code == INITIATE_CALL_ATTEMPT;
    let check = if begins { CALL_ATTEMPT } else { UNASKED };
    let (who, whom) = (way.from.name(), way.to.name());
    let (name, code) = (invoke.name(), invoke.agreement());
    let undescribed = outside.because == Because::Country;
    Finding {
        key: format!("{who}>{whom}"),
        level: match (begins, undescribed) {
            (true, _) => Level::Medium,
            (false, true) => Level::High,
            (false, false) => Level::Critical,
        },
        confidence: outside.confidence(),
        signature: format!(
            "{who} opened a dialogue with {whom} by the instruction {name} ({code})"
        ),
        why: format!(
            "{name}{} is what a control point answers to a switch that asked; here it stands in a TCAP {}, and nobody asked; {}",
            ss7::place(invoke.map),
            invoke.map.message,
            outside.why(way)
        ),
        honest_cause: if begins {
            "A call service of a partner, such as a call-back, that begins calls in our switches by agreement.".to_owned()
        } else {
            "None is known of a sound control point; a gateway that translates between protocols may be wrong.".to_owned()
        },
        next_step: format!(
            "Look whether {whom} took the instruction, block CAP from {who} at the signalling firewall, and ask the partner \
             behind the link who uses that title."
        ),
        decided_by: Some(outside.decided_by(&invoke.scene.network, way)),
        entities: ss7::entities(invoke.event, invoke.map, way),
        ..CARD.finding(check, invoke.event)
    }
}
