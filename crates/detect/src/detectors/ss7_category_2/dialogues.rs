//! Whom a dialogue is about, where only its opening message says so: a profile sent in the middle of a location update names
//! nobody, nor does what a control point answers to a call.

use event::{Capped, CompactString, Map, PointCode, SccpAddress, Subscriber, TableCount};

use super::Invoke;
use super::subject::Subject;
use crate::detectors::ss7::operations::User;
use crate::detectors::ss7::outside::country_of;

/// Dialogues that nodes of ours opened and others answer; one lasts seconds, a call minutes.
const MAX_DIALOGUES: usize = 65_536;

/// A transaction and whose it is: by title, else by point code.
type Key = (CompactString, CompactString, Option<PointCode>);

/// What the opening message said.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    pub(super) imsi: Subscriber,
    /// Country code of the number that was dialled, where it was dialled in international form.
    pub(super) dialled: Option<CompactString>,
}

#[derive(Debug)]
pub(super) struct Dialogues {
    opened: Capped<Key, Opening>,
    /// The subscriber whom an earlier component of the message in this frame named.
    message: Option<(u64, Option<CompactString>, Subscriber)>,
}

impl Default for Dialogues {
    fn default() -> Self {
        Self { opened: Capped::new("ss7-category-2.dialogues", MAX_DIALOGUES), message: None }
    }
}

impl Dialogues {
    /// Remembers whom an opening message is about, where what comes back may leave it out.
    pub(super) fn observe(&mut self, invoke: &Invoke<'_>) {
        let Invoke { scene, event, map, user, code, .. } = *invoke;
        let Some(imsi) = map.imsi else { return };
        if map.component_count > 1 {
            self.message = Some((event.frame, map.otid.clone(), imsi));
        }
        // The node that opens it is the one that visits; what its HLR or control point answers with is of category 2.
        let asks = match user {
            User::Map => matches!(code, 2 | 10..=14 | 17 | 19 | 23 | 57 | 59 | 76 | 77),
            User::Cap => matches!(code, 0 | 60 | 78),
        };
        if !asks || map.message != "begin" {
            return;
        }
        // Our own subscribers register with us out of sight, and with others in dialogues that these open.
        if user == User::Map
            && (!scene.network.has_home_plmns()
                || scene.network.owner_of_subscriber(&imsi).is_home())
        {
            return;
        }
        let Some(otid) = map.otid.clone() else { return };
        let dialled = if user == User::Cap { dialled(map) } else { None };
        self.opened.insert(key(otid, map.calling.as_ref(), map.opc), Opening { imsi, dialled });
    }

    /// Whom an invoke is about.
    pub(super) fn subject(&mut self, invoke: &Invoke<'_>) -> Subject {
        let map = invoke.map;
        let earlier = self.message.as_ref().filter(|(frame, otid, _)| {
            map.component_count > 1 && *frame == invoke.event.frame && *otid == map.otid
        });
        let imsi = map.imsi.or(earlier.map(|(.., imsi)| *imsi));
        let imsi = imsi.or_else(|| self.opening(map).map(|opening| opening.imsi));
        match (imsi, map.msisdn) {
            (Some(imsi), number) => Subject::Imsi(imsi, number),
            (None, Some(number)) => Subject::Number(number),
            (None, None) => Subject::Nobody,
        }
    }

    /// How the dialogue of a message began that goes to who opened it.
    pub(super) fn opening(&mut self, map: &Map) -> Option<&Opening> {
        let dtid = map.dtid.clone()?;
        self.opened.get(&key(dtid, map.called.as_ref(), map.dpc))
    }

    pub(super) fn count(&self) -> TableCount {
        self.opened.count()
    }
}

fn key(tid: CompactString, address: Option<&SccpAddress>, code: Option<PointCode>) -> Key {
    let title = address.and_then(|address| address.gt.as_ref());
    let digits = title.map_or_else(CompactString::default, |gt| gt.digits.clone());
    let code = code.filter(|_| digits.is_empty());
    (tid, digits, code)
}

/// The country that was dialled. The nature of the number says whether it begins with a country (Q.763 §3.9: 4).
fn dialled(map: &Map) -> Option<CompactString> {
    let parties = &map.call.as_ref()?.parties;
    let number = ["calledPartyBCDNumber", "calledPartyNumber"]
        .iter()
        .find_map(|role| parties.iter().find(|party| party.role == *role))?;
    country_of_number(&number.number)
}

/// The country code of a number in its international form, digits or pseudonym.
pub(super) fn country_of_number(number: &event::GlobalTitle) -> Option<CompactString> {
    if number.nai != Some(4) {
        return None;
    }
    match &number.subscriber {
        // A pseudonym keeps the country code and no more.
        Some(subscriber) if subscriber.pseudonym.is_some() => {
            let prefix = subscriber.prefix.to_string();
            (!prefix.is_empty()).then(|| prefix.as_str().into())
        }
        Some(subscriber) => country_of(&subscriber.prefix.to_string()),
        None => country_of(&number.digits),
    }
}
