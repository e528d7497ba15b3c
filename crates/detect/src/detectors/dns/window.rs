//! What was asked under one domain in one span of time, and how much of it is like a tunnel.

use std::time::Duration;

use event::{Dns, Outcome, Timestamp};

use super::{Distinct, Frames};

/// The weights and bounds of the score, as the settings have them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    pub(crate) long: u64,
    pub(crate) very_long: u64,
    pub(crate) entropy: u64,
    pub(crate) unique: u64,
    pub(crate) volume: u64,
}

/// How much one name is like a carrier of data, 0 to 100; `free` is how many of its characters its owner may choose.
pub(crate) fn grade(dns: &Dns, free: u64, scale: &Scale) -> u64 {
    let label = u64::from(dns.label_len_max);
    let (len, entropy) = (u64::from(dns.qname_len), u64::from(dns.entropy));
    let alphabet = dns.alphabet.as_deref().unwrap_or("");
    // Nibbles and octets one by one: reverse zones, lists of senders, telephone numbers.
    if free < 8 || label <= 3 && matches!(alphabet, "digits" | "hex") {
        return 0;
    }
    let mut grade = match alphabet {
        "binary" => 60,
        "printable" => 35,
        _ => 0,
    };
    grade += match len {
        _ if len > scale.very_long => 30,
        _ if len > scale.long => 20,
        _ => 0,
    };
    // Sixteen digits have four bits at most, so that hexadecimal text is told by its length.
    let hex = matches!(alphabet, "hex" | "digits") && label >= 24 && entropy >= 320;
    grade += match entropy {
        _ if entropy >= scale.entropy => 30,
        _ if hex || entropy + 70 >= scale.entropy => 15,
        _ => 0,
    };
    grade += match label {
        50.. => 20,
        32.. => 10,
        _ => 0,
    };
    grade.min(100)
}

/// Types that carry data of the answerer's choice, and that no host needs.
pub(crate) const fn is_carrier_type(qtype: u16) -> bool {
    // NULL, TXT, KEY, CERT, ANY, the private range, and what RFC 1035 calls experimental.
    matches!(qtype, 10 | 16 | 25 | 37 | 255 | 7..=9 | 65_280..=65_534)
}

/// One span of time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Window {
    began: Option<Timestamp>,
    names: Distinct<16>,
    clients: Distinct<4>,
    domains: Distinct<4>,
    pub(crate) queries: u32,
    /// Of distinct names: the sum of their grades and of their free characters.
    grades: u64,
    pub(crate) characters: u64,
    /// Queries for types that carry data.
    carriers: u32,
    pub(crate) answers: u32,
    missing: u32,
    refused: u32,
    asked: u64,
    answered: u64,
    last: Option<Timestamp>,
    gap: i64,
    steady: u32,
    gaps: u32,
    outcome: Option<Outcome>,
    pub(crate) frames: Frames,
    /// Distinct names when it was last told.
    pub(crate) told: u32,
}

/// A query as windows count it.
pub(crate) struct Query {
    pub(crate) at: Timestamp,
    pub(crate) frame: u64,
    pub(crate) name: u64,
    pub(crate) client: u64,
    pub(crate) domain: u64,
    pub(crate) grade: u64,
    pub(crate) free: u64,
    pub(crate) octets: u64,
    pub(crate) carrier: bool,
}

impl Window {
    /// Begins anew where the span is over.
    fn at(&mut self, at: Timestamp, span: Duration) {
        let over = self.began.is_none_or(|began| at >= began.plus(span) || at < began);
        if over {
            *self = Self { began: Some(at), ..Self::default() };
        }
    }

    pub(crate) fn query(&mut self, query: &Query, span: Duration) {
        self.at(query.at, span);
        self.queries = self.queries.saturating_add(1);
        self.carriers = self.carriers.saturating_add(u32::from(query.carrier));
        self.asked += query.octets;
        self.clients.add(query.client);
        self.domains.add(query.domain);
        if self.names.add(query.name) {
            self.grades += query.grade;
            self.characters += query.free;
        }
        if query.grade > 0 || query.carrier {
            self.frames.add(query.frame);
        }
        if let Some(last) = self.last {
            let gap = query.at.0.saturating_sub(last.0);
            // Within a tenth of the one before, and slow enough not to be a page that loads.
            let near = (gap - self.gap).abs() * 10 <= self.gap && gap >= 2_000_000;
            self.steady = self.steady.saturating_add(u32::from(near));
            self.gaps = self.gaps.saturating_add(1);
            self.gap = gap;
        }
        self.last = Some(query.at);
    }

    pub(crate) fn answer(&mut self, dns: &Dns, frame: u64) {
        if self.began.is_none() {
            return;
        }
        self.answers = self.answers.saturating_add(1);
        self.answered += u64::from(dns.message_len);
        self.missing = self.missing.saturating_add(u32::from(dns.rcode == Some(3)));
        let outcome = dns.outcome.unwrap_or(match dns.rcode {
            Some(0) if dns.answers > 0 => Outcome::AnsweredWithData,
            Some(0 | 3) => Outcome::Answered,
            _ => Outcome::Refused,
        });
        self.refused = self.refused.saturating_add(u32::from(outcome == Outcome::Refused));
        if outcome > self.outcome() || self.outcome.is_none() {
            self.outcome = Some(outcome);
            self.frames.add(frame);
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        self.outcome.unwrap_or(Outcome::Attempt)
    }

    pub(crate) const fn distinct(&self) -> u32 {
        self.names.count()
    }

    pub(crate) const fn clients(&self) -> u32 {
        self.clients.count()
    }

    pub(crate) const fn domains(&self) -> u32 {
        self.domains.count()
    }

    /// Mean grade of its names.
    pub(crate) fn mean_grade(&self) -> u64 {
        self.grades.checked_div(u64::from(self.names.count())).unwrap_or(0)
    }

    pub(crate) const fn all_refused(&self) -> bool {
        self.answers > 0 && self.refused == self.answers
    }

    /// How much it is like a tunnel: 70 is the default bound.
    pub(crate) fn score(&self, scale: &Scale) -> u64 {
        let (distinct, queries) = (u64::from(self.names.count()), u64::from(self.queries));
        let (answers, missing) = (u64::from(self.answers), u64::from(self.missing));
        let points = |true_of_it: bool, points: u64| if true_of_it { points } else { 0 };
        let typed = u64::from(self.carriers) * 2 >= queries;
        let steady = self.gaps >= 8 && self.steady * 10 >= self.gaps * 7;
        let down = self.answered > self.asked * 2 || self.answered > self.asked + 80 * answers;
        self.mean_grade() * 6 / 10
            + points(distinct >= scale.unique, 20)
            + points(distinct * 10 >= queries * 8, 10)
            + points(typed, 20)
            + points(answers > 0 && typed && down, 10)
            + points(answers > 4 && missing * 10 >= answers * 8, 5)
            + points(self.characters >= scale.volume, 10)
            + points(steady, 10)
    }

    /// The figures, for `why`.
    pub(crate) fn figures(&self) -> String {
        let typed = match self.carriers {
            0 => String::new(),
            n => format!(", {n} for TXT, NULL or other types that carry data"),
        };
        format!(
            "{} queries with {} names{typed}; {} characters in them; {} answers, {} of them of no such name; {} octets asked, {} \
             answered",
            self.queries,
            self.names.count(),
            self.characters,
            self.answers,
            self.missing,
            self.asked,
            self.answered
        )
    }
}
