//! What a detection is: its card for people, its logic for events, and what it says.

use event::{AlertState, Endpoints, Event, Level, Name, Outcome, TableCount, Timestamp, What};

use crate::{Scene, Tuning};

/// One finer check inside a detection.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// `callback.binary-address`
    pub name: &'static str,
    pub level: Level,
    /// What it looks for, in a sentence.
    pub looks_for: &'static str,
}

/// A number that a detection judges by. The configuration may change it, for everybody or for one partner.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Key under `[thresholds.DETECTION]`: `fast_destinations`.
    pub name: &'static str,
    pub default: u64,
    /// The largest value that makes sense: what is kept for it is bounded. Zero is never allowed.
    pub most: u64,
    /// `destinations`, `seconds`, `km/h`, `percent`.
    pub unit: &'static str,
    /// Why this default.
    pub why: &'static str,
}

/// A stage of an intrusion over the interconnect, in the order of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Looking for a way in, and getting in.
    Foothold,
    /// Orders to what stands inside, and answers.
    Control,
    /// From one host or network to the next.
    Pivot,
    /// Taking part in signalling.
    SignallingAccess,
    /// Subscribers' data: location, identities, vectors, messages, calls.
    Collection,
}

impl Stage {
    /// Its name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Foothold => "foothold",
            Self::Control => "control",
            Self::Pivot => "pivot",
            Self::SignallingAccess => "signalling-access",
            Self::Collection => "collection",
        }
    }
}

/// The manual page of a detection: feeds `rules list`, `rules explain`, the report and the tidy test.
#[derive(Clone, Copy, Debug)]
pub struct Card {
    /// As in the list of detections: never renamed, never reused.
    pub id: &'static str,
    /// The level it reaches at most.
    pub level: Level,
    /// What an alert of it says, in a few words.
    pub summary: &'static str,
    /// What it needs to see, in plain sentences.
    pub needs: &'static str,
    /// What it stays quiet for.
    pub quiet_for: &'static str,
    /// Which parts of the network description sharpen it, and what is not evaluable without.
    pub description: &'static str,
    /// Where it stands in the chain of an intrusion.
    pub stage: Stage,
    /// What its numbers rest on, beyond `settings`.
    pub thresholds: &'static str,
    /// The numbers it judges by, each with its reason; the configuration may change them.
    pub settings: &'static [Setting],
    /// Kinds of events that it judges: where none was seen, none of its checks was evaluable.
    pub judges: Kinds,
    /// Public sources it stands on.
    pub basis: &'static str,
    pub checks: &'static [Check],
    pub attack: &'static [&'static str],
    pub fight: &'static [&'static str],
    pub motif: &'static [&'static str],
}

impl Card {
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }

    /// A finding of one of this card's checks, at the check's own level; fill in the rest.
    pub fn finding(&self, check: &'static str, event: &Event) -> Finding {
        debug_assert!(self.check(check).is_some(), "{check} is not on the card of {}", self.id);
        Finding {
            detection: self.id,
            check,
            level: self.check(check).map_or(self.level, |check| check.level),
            key: String::new(),
            confidence: 0.5,
            outcome: Outcome::Attempt,
            returned: Vec::new(),
            signature: self.summary.to_owned(),
            why: String::new(),
            honest_cause: String::new(),
            next_step: String::new(),
            decided_by: None,
            entities: Vec::new(),
            frames: vec![event.frame],
            at: event.at,
            first_seen: event.at,
            ends: event.ends,
            counts: true,
        }
    }
}

/// One thing found. Findings of the same detection, check and key become one alert that counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub detection: &'static str,
    pub check: &'static str,
    pub level: Level,
    /// Who and where, so that repetition is recognised: `192.0.2.9>192.0.2.53`.
    pub key: String,
    pub confidence: f64,
    pub outcome: Outcome,
    /// What an answer gave away, by kind: `location`, `authentication-vectors`.
    pub returned: Vec<Name>,
    /// One line: what happened, with names and addresses.
    pub signature: String,
    pub why: String,
    pub honest_cause: String,
    pub next_step: String,
    /// The line of the network description that decided.
    pub decided_by: Option<String>,
    /// `ip:…`, `gt:…`, `pc:…`, `imsi:…`, `teid:…`, `realm:…`; who did it first.
    pub entities: Vec<String>,
    /// Frames it stands on, never empty.
    pub frames: Vec<u64>,
    pub at: Timestamp,
    /// Time of the first of its frames.
    pub first_seen: Timestamp,
    pub ends: Option<Endpoints>,
    /// `false` when it only says more about something that an earlier finding of the same key counted: that it was
    /// answered, for example.
    pub counts: bool,
}

/// A check that could not be judged, and what it lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    pub detection: &'static str,
    pub check: &'static str,
    /// `no network description`, `the capture begins after the registrations`…
    pub missing: String,
}

/// A set of kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u32);

impl Kinds {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(u32::MAX);
    pub const ANOMALY: Self = Self(1);
    pub const DIAMETER: Self = Self(1 << 1);
    pub const DNS: Self = Self(1 << 2);
    pub const FLOW: Self = Self(1 << 3);
    pub const GTP: Self = Self(1 << 4);
    pub const ICMP: Self = Self(1 << 5);
    pub const M3UA: Self = Self(1 << 6);
    pub const MAP: Self = Self(1 << 7);
    pub const SCCP: Self = Self(1 << 8);
    pub const SCTP: Self = Self(1 << 9);
    pub const SSH: Self = Self(1 << 10);
    pub const TUNNEL: Self = Self(1 << 11);
    /// Alerts, elements and statistics: what we say ourselves.
    pub const OURS: Self = Self(1 << 12);
    pub const CAP: Self = Self(1 << 13);
    pub const ISUP: Self = Self(1 << 14);
    pub const PFCP: Self = Self(1 << 15);

    /// The kind of one event.
    pub const fn of(what: &What) -> Self {
        match what {
            What::Anomaly(_) => Self::ANOMALY,
            What::Cap(_) => Self::CAP,
            What::Diameter(_) => Self::DIAMETER,
            What::Dns(_) => Self::DNS,
            What::Flow(_) => Self::FLOW,
            What::Gtp(_) => Self::GTP,
            What::Icmp(_) => Self::ICMP,
            What::Isup(_) => Self::ISUP,
            What::M3ua(_) => Self::M3UA,
            What::Map(_) => Self::MAP,
            What::Pfcp(_) => Self::PFCP,
            What::Sccp(_) => Self::SCCP,
            What::Sctp(_) => Self::SCTP,
            What::Ssh(_) => Self::SSH,
            What::Tunnel(_) => Self::TUNNEL,
            What::Alert(_) | What::Element(_) | What::Incident(_) | What::Stats(_) => Self::OURS,
        }
    }

    /// The kinds in the set as their records are called.
    pub fn names(self) -> Vec<&'static str> {
        const NAMES: [(Kinds, &str); 15] = [
            (Kinds::ANOMALY, "anomaly"),
            (Kinds::CAP, "cap"),
            (Kinds::DIAMETER, "diameter"),
            (Kinds::DNS, "dns"),
            (Kinds::FLOW, "flow"),
            (Kinds::GTP, "gtp"),
            (Kinds::ICMP, "icmp"),
            (Kinds::ISUP, "isup"),
            (Kinds::M3UA, "m3ua"),
            (Kinds::MAP, "map"),
            (Kinds::PFCP, "pfcp"),
            (Kinds::SCCP, "sccp"),
            (Kinds::SCTP, "sctp"),
            (Kinds::SSH, "ssh"),
            (Kinds::TUNNEL, "tunnel"),
        ];
        NAMES.into_iter().filter(|(kind, _)| self.any(*kind)).map(|(_, name)| name).collect()
    }

    /// The kind whose records are called so; none for names that are no kind.
    pub fn named(name: &str) -> Self {
        (0..u32::BITS)
            .map(|bit| Self(1 << bit))
            .find(|kind| *kind != Self::OURS && kind.names() == [name])
            .unwrap_or(Self::NONE)
    }

    /// The place of a single kind among all of them.
    pub const fn place(self) -> usize {
        self.0.trailing_zeros() as usize
    }

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the two sets have a kind in common.
    pub const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }
}

/// The logic of a detection. Constant work per event, bounded state.
pub trait Detector: Send {
    fn card(&self) -> &'static Card;

    /// Every card that it speaks for, and whether what it finds counts; the operator's rules have one each.
    fn cards(&self) -> Vec<(&'static Card, AlertState)> {
        vec![(self.card(), AlertState::Active)]
    }

    /// The kinds of events it looks at; it is not asked about others.
    fn wants(&self) -> Kinds {
        Kinds::ALL
    }

    /// Takes its numbers from the configuration; called once, before the first event.
    fn tune(&mut self, tuning: &Tuning) {
        let _ = tuning;
    }

    /// Looks at one event. `scene` already knows it.
    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>);

    /// Time has come to `now` without an event: windows may close. Called once per second of capture time and at the end.
    fn advance(&mut self, scene: &Scene, now: Timestamp, findings: &mut Vec<Finding>) {
        let _ = (scene, now, findings);
    }

    /// Checks that what was seen so far did not allow to judge. Called at the end.
    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        let _ = scene;
        Vec::new()
    }

    /// The tables it keeps.
    fn tables(&self) -> Vec<TableCount> {
        Vec::new()
    }
}
