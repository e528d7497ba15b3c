//! The rules at work: an event meets those of its category, and what they say becomes findings.

use ahash::RandomState;
use event::{AlertState, Event, Outcome, TableCount, What};
use network::Network;
use rsigma_eval::{EvaluationResult, FieldMatch};

use super::load::Ref;
use super::view::View;
use super::window::{Correlation, Hit, Key, Met, Value, entries};
use super::{Meta, RuleSet, RuleState};
use crate::{Card, Check, Detector, Finding, Gap, Kinds, Scene, Stage};

/// Memory for the groups of all correlations, octets.
const MAX_STATE: usize = 64 << 20;
/// Entities of one finding, values that its text names, and characters of each.
const MAX_ENTITIES: usize = 16;
const MAX_TOLD: usize = 6;
const MAX_SHOWN: usize = 120;
/// Correlations of correlations that one event may set off.
const MAX_CHAIN: usize = 64;

/// What stands for all rules where one card is asked for.
static CARD: Card = Card {
    id: "rules",
    level: event::Level::Critical,
    summary: "The operator's own rules",
    needs: "",
    quiet_for: "",
    description: "",
    stage: Stage::Foothold,
    thresholds: "",
    settings: &[],
    judges: Kinds::ALL,
    basis: "",
    checks: &[Check { name: "match", level: event::Level::Critical, looks_for: "" }],
    attack: &[],
    fight: &[],
    motif: &[],
};

/// One rule or correlation that runs.
struct Running {
    card: &'static Card,
    check: &'static str,
    meta: Meta,
    alerts: AlertState,
    silent: bool,
    /// Correlations that it feeds, and as which of their rules.
    feeds: Vec<(usize, usize)>,
    /// Names that aliases know it by.
    names: Vec<String>,
    /// Categories it judges.
    judges: Kinds,
}

/// The rules, by category.
pub(super) struct Rules {
    /// By the bit of their kind.
    engines: Vec<Option<rsigma_eval::Engine>>,
    wants: Kinds,
    /// Rules, then correlations.
    running: Vec<Running>,
    plain: usize,
    correlations: Vec<Correlation>,
    hasher: RandomState,
    described: Option<bool>,
    seen: Kinds,
}

impl Rules {
    pub(super) fn new(set: &RuleSet, drafts: bool) -> Self {
        let loaded = &set.inner.loaded;
        let plain = loaded.plain.len();
        let mut running: Vec<Running> = set
            .metas()
            .zip(&set.inner.cards)
            .zip(&set.inner.silent)
            .map(|((meta, card), silent)| Running {
                card,
                check: card.checks.first().map_or("match", |check| check.name),
                meta: meta.clone(),
                alerts: meta.state.alerts(),
                silent: *silent,
                feeds: Vec::new(),
                names: [Some(meta.name.clone()), meta.id.clone()].into_iter().flatten().collect(),
                judges: card.judges,
            })
            .collect();
        let runs = |state: RuleState| match state {
            RuleState::Active | RuleState::Test => true,
            RuleState::Draft => drafts,
            RuleState::Retired => false,
        };
        // What a correlation is made of runs with it, whatever its own state is.
        let mut wanted: Vec<bool> =
            running.iter().map(|rule| runs(rule.meta.state) && !rule.silent).collect();
        let mut queue: Vec<usize> =
            (plain..running.len()).filter(|at| wanted.get(*at) == Some(&true)).collect();
        let octets = MAX_STATE / loaded.joined.len().max(1);
        while let Some(at) = queue.pop() {
            let Some(joined) = at.checked_sub(plain).and_then(|at| loaded.joined.get(at)) else {
                continue;
            };
            for (position, of) in joined.refs.iter().enumerate() {
                let source = match *of {
                    Ref::Plain(rule) => rule,
                    Ref::Joined(other) => plain + other,
                };
                if let Some(rule) = running.get_mut(source) {
                    rule.feeds.push((at - plain, position));
                }
                if let Some(wanted) = wanted.get_mut(source)
                    && !*wanted
                {
                    *wanted = true;
                    if plain <= source {
                        queue.push(source);
                    }
                    if let Some(rule) = running.get_mut(source) {
                        rule.silent |= !runs(rule.meta.state);
                    }
                }
            }
        }
        let mut engines: Vec<Option<rsigma_eval::Engine>> = Vec::new();
        let mut wants = Kinds::NONE;
        for (rule, _) in loaded.plain.iter().zip(&wanted).filter(|(_, wanted)| **wanted) {
            let kind = Kinds::named(&rule.category);
            let at = kind.place();
            engines.resize_with(engines.len().max(at + 1), || None);
            if let Some(slot) = engines.get_mut(at) {
                slot.get_or_insert_default().add_compiled_rule(rule.compiled.clone());
            }
            wants = wants.and(kind);
        }
        let correlations = loaded
            .joined
            .iter()
            .zip(set.inner.cards.iter().skip(plain))
            .map(|(rule, card)| Correlation::new(card.id, rule.compiled.clone(), octets))
            .collect();
        for (rule, wanted) in running.iter_mut().zip(wanted) {
            rule.silent |= !wanted;
        }
        Self {
            engines,
            wants,
            running,
            plain,
            correlations,
            hasher: RandomState::new(),
            described: None,
            seen: Kinds::NONE,
        }
    }

    /// What an event that matched a rule sets off: correlations, and correlations of these.
    fn feed(&mut self, view: &View<'_>, event: &Event, rule: usize, findings: &mut Vec<Finding>) {
        let mut queue: Vec<(usize, Option<(Key, Met)>)> = vec![(rule, None)];
        let mut done = 0;
        while let Some((from, fired)) = queue.pop() {
            let feeds = self.running.get(from).map(|rule| rule.feeds.clone()).unwrap_or_default();
            // A later place in an ordered correlation looks at what was there before this event.
            for (to, position) in feeds.into_iter().rev() {
                done += 1;
                if MAX_CHAIN < done {
                    return;
                }
                let Some((key, value)) =
                    self.key(view, from, to, fired.as_ref().map(|(key, _)| key))
                else {
                    continue;
                };
                let own = [event.frame];
                let (frames, since) = match &fired {
                    Some((_, met)) => (met.frames.as_slice(), met.since),
                    None => (own.as_slice(), event.at),
                };
                let hit = Hit { position, at: event.at, frames, since, value };
                let Some(met) = self
                    .correlations
                    .get_mut(to)
                    .and_then(|correlation| correlation.hit(&key, &hit))
                else {
                    continue;
                };
                let at = self.plain + to;
                if let (Some(running), Some(correlation)) =
                    (self.running.get(at), self.correlations.get(to))
                    && !running.silent
                {
                    findings.push(joined(running, correlation, view, event, &key, &met));
                }
                queue.push((at, Some((key, met))));
            }
        }
    }

    /// The group that a hit belongs to, and what it counts there.
    fn key(
        &self,
        view: &View<'_>,
        from: usize,
        to: usize,
        fired: Option<&Key>,
    ) -> Option<(Key, Value)> {
        let correlation = self.correlations.get(to)?;
        if let Some(key) = fired {
            let of = from.checked_sub(self.plain).and_then(|at| self.correlations.get(at))?;
            let key = correlation.key_of(of, key);
            return Some((key, Value::None));
        }
        let names: Vec<&str> = self.running.get(from)?.names.iter().map(String::as_str).collect();
        let key = correlation.key(&names, |field| view.text(field));
        let value = match correlation.counted_fields() {
            None => Value::None,
            Some(fields) if correlation.counts_numbers() => fields
                .first()
                .and_then(|field| view.text(field)?.parse::<f64>().ok())
                .filter(|number| number.is_finite())
                .map_or(Value::None, Value::Number),
            Some(fields) => {
                let values: Option<Vec<String>> =
                    fields.iter().map(|field| view.text(field)).collect();
                values.map_or(Value::None, |values| Value::Distinct(self.hasher.hash_one(values)))
            }
        };
        Some((key, value))
    }
}

impl Detector for Rules {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn cards(&self) -> Vec<(&'static Card, AlertState)> {
        self.running
            .iter()
            .filter(|rule| !rule.silent)
            .map(|rule| (rule.card, rule.alerts))
            .collect()
    }

    fn wants(&self) -> Kinds {
        self.wants
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let kind = Kinds::of(&event.what);
        let described = *self.described.get_or_insert_with(|| is_described(&scene.network));
        self.seen = self.seen.and(kind);
        let Some(Some(engine)) = self.engines.get(kind.place()) else { return };
        let view = View::new(event, &scene.network, described);
        let matches = engine.evaluate(&view);
        for matched in &matches {
            let Some(at) =
                matched.header.rule_id.as_deref().and_then(|id| id.parse::<usize>().ok())
            else {
                continue;
            };
            let Some(rule) = self.running.get(at) else { continue };
            if !rule.silent {
                findings.push(plain(rule, &view, event, matched));
            }
            if !rule.feeds.is_empty() {
                self.feed(&view, event, at, findings);
            }
        }
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if is_described(&scene.network) {
            return Vec::new();
        }
        self.running
            .iter()
            .filter(|rule| !rule.silent && rule.meta.needs_network && self.seen.any(rule.judges))
            .map(|rule| Gap {
                detection: rule.card.id,
                check: rule.check,
                missing: "no network description: the rule asks whose something is".into(),
            })
            .collect()
    }

    fn tables(&self) -> Vec<TableCount> {
        let used = self.running.iter().skip(self.plain).zip(&self.correlations);
        used.filter(|(rule, _)| !rule.silent || !rule.feeds.is_empty())
            .map(|(_, correlation)| correlation.table())
            .collect()
    }
}

fn is_described(network: &Network) -> bool {
    network.has_home_networks()
        || network.has_home_gts()
        || network.has_home_realms()
        || network.has_point_codes()
        || !network.partners.is_empty()
}

fn plain(rule: &Running, view: &View<'_>, event: &Event, matched: &EvaluationResult) -> Finding {
    let mut told: Vec<String> = Vec::new();
    if let Some(body) = matched.as_detection() {
        for FieldMatch { field, value, .. } in &body.matched_fields {
            let value = shorten(&match value {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            let one = format!("{field} is {value}");
            if told.len() < MAX_TOLD && !told.contains(&one) {
                told.push(one);
            }
        }
    }
    let entities = entities(&rule.meta, view, event);
    let mut finding = rule.card.finding(rule.check, event);
    finding.key = entities.first().cloned().unwrap_or_default();
    fill(&mut finding, rule, &told, entities, event);
    finding
}

fn joined(
    rule: &Running,
    correlation: &Correlation,
    view: &View<'_>,
    event: &Event,
    key: &Key,
    met: &Met,
) -> Finding {
    let of = &correlation.rule;
    let group: Vec<String> = correlation
        .pairs(key)
        .map(|(field, value)| format!("{field} {}", shorten(value)))
        .collect();
    let span = format!("within {} s", of.timespan_secs);
    let mut told = vec![match entries(of) {
        0 => format!("{} {span}", of.rule_refs.join(", ")),
        _ => format!("{} of {} {span}", rounded(met.value), of.rule_refs.join(", ")),
    }];
    if !group.is_empty() {
        told.push(format!("for {}", group.join(", ")));
    }
    let mut entities = entities(&rule.meta, view, event);
    for (field, value) in correlation.pairs(key) {
        push(&mut entities, entity(field, value));
    }
    let mut finding = rule.card.finding(rule.check, event);
    finding.key = group.join(", ");
    finding.frames.clone_from(&met.frames);
    finding.first_seen = met.since.min(event.at);
    fill(&mut finding, rule, &told, entities, event);
    finding
}

/// What every finding of a rule says.
fn fill(
    finding: &mut Finding,
    rule: &Running,
    told: &[String],
    entities: Vec<String>,
    event: &Event,
) {
    let meta = &rule.meta;
    let told = told.join("; ");
    finding.signature = match entities.first() {
        Some(who) => format!("{} ({who})", meta.title),
        None => meta.title.clone(),
    };
    finding.why = match (&meta.why, told.is_empty()) {
        (Some(why), false) => format!("{why}: {told}"),
        (Some(why), true) => why.clone(),
        (None, false) => format!("the rule matched: {told}"),
        (None, true) => "the rule matched".to_owned(),
    };
    finding.honest_cause.clone_from(&meta.honest_cause);
    finding.next_step.clone_from(&meta.next_step);
    finding.decided_by = Some(match &meta.id {
        Some(id) => format!("{}: rule {id}", meta.file),
        None => meta.file.clone(),
    });
    finding.confidence = meta.confidence;
    finding.entities =
        if entities.is_empty() { vec![finding.detection.to_owned()] } else { entities };
    let (outcome, returned) = match &event.what {
        What::Map(map) | What::Cap(map) => (map.outcome, map.returned.as_slice()),
        What::Diameter(diameter) => (diameter.outcome, [].as_slice()),
        What::Gtp(gtp) => (gtp.outcome, [].as_slice()),
        What::Pfcp(pfcp) => (pfcp.outcome, [].as_slice()),
        What::Dns(dns) => (dns.outcome, [].as_slice()),
        _ => (None, [].as_slice()),
    };
    finding.outcome = outcome.unwrap_or(Outcome::Attempt);
    finding.returned = returned.to_vec();
}

/// The entities that the rule names, or those that events of the kind have.
fn entities(meta: &Meta, view: &View<'_>, event: &Event) -> Vec<String> {
    // The first of them is taken for who did it: an answer is about those who asked.
    let default: &[&str] = match &event.what {
        What::Map(map) if map.outcome.is_some() => {
            &["map.called.gt.digits", "dest_ip", "map.calling.gt.digits"]
        }
        What::Cap(cap) if cap.outcome.is_some() => {
            &["cap.called.gt.digits", "dest_ip", "cap.calling.gt.digits"]
        }
        What::Diameter(diameter) if diameter.outcome.is_some() => {
            &["dest_ip", "diameter.origin_host", "diameter.origin_realm"]
        }
        What::Gtp(gtp) if gtp.outcome.is_some() => &["dest_ip", "src_ip"],
        What::Pfcp(pfcp) if pfcp.outcome.is_some() => &["dest_ip", "src_ip"],
        What::Dns(dns) if dns.response => &["dest_ip", "src_ip"],
        What::Map(_) => &["map.calling.gt.digits", "src_ip", "map.called.gt.digits"],
        What::Cap(_) => &["cap.calling.gt.digits", "src_ip", "cap.called.gt.digits"],
        What::Sccp(_) => &["sccp.calling.gt.digits", "src_ip", "sccp.called.gt.digits"],
        What::Diameter(_) => &["diameter.origin_host", "src_ip", "diameter.origin_realm"],
        What::Isup(_) => &["isup.opc", "isup.dpc"],
        _ => &["src_ip", "dest_ip"],
    };
    let mut found = Vec::new();
    let own = meta.entities.iter().map(String::as_str);
    let fields: Vec<&str> = if meta.entities.is_empty() { default.to_vec() } else { own.collect() };
    for field in fields {
        for value in view.text(field).unwrap_or_default().split(',') {
            push(&mut found, entity(field, value));
        }
    }
    found
}

fn push(entities: &mut Vec<String>, entity: Option<String>) {
    if let Some(entity) = entity
        && entities.len() < MAX_ENTITIES
        && !entities.contains(&entity)
    {
        entities.push(entity);
    }
}

/// The value of a field as an entity, by what the field is called.
fn entity(field: &str, value: &str) -> Option<String> {
    let last = field.rsplit('.').next().unwrap_or_default();
    let kind = match last {
        "digits" | "serving_number" | "sc_address" => "gt",
        "opc" | "dpc" | "pc" | "affected_pc" => "pc",
        "imsi" => "imsi",
        "msisdn" => "msisdn",
        "teid" | "serving_teid" | "gateway_teid" => "teid",
        "ip" | "framed_ip" | "end_user_address" | "host_ip_address" => "ip",
        _ if last.ends_with("_ip") => "ip",
        "origin_realm" | "destination_realm" => "realm",
        "origin_host" | "destination_host" | "node_id" | "sni" | "qname" | "serving_node" => "host",
        _ => return None,
    };
    let value = if matches!(kind, "host" | "realm") {
        value.to_ascii_lowercase()
    } else {
        value.to_owned()
    };
    (!value.is_empty()).then(|| format!("{kind}:{}", shorten(&value)))
}

fn shorten(text: &str) -> String {
    let clean: String =
        text.chars().take(MAX_SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.len() < text.len() { format!("{clean}…") } else { clean }
}

/// A count without the point that a count does not have.
fn rounded(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}
