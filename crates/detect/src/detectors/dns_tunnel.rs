//! Data in names: a channel over DNS, from a node or from inside a subscriber's tunnel.
//!
//! Names that follow the grammar of 3GPP are set aside first. On a clean roaming exchange nothing is left then, and in a
//! subscriber's tunnel names are short and few are new; a channel needs long ones, and a new one for each message.

use std::net::IpAddr;
use std::time::Duration;

use event::{Capped, Dns, Endpoints, Event, Level, Outcome, TableCount, What};

use super::dns::names::{self, Node, Zone};
use super::dns::window::{self, Query, Scale, Window};
use super::dns::{Frames, commands, is_unicast, key_of};
use super::sides::tunnel_text;
use crate::card::{Card, Check, Detector, Finding, Kinds, Setting, Stage};
use crate::scene::Scene;
use crate::tuning::{Limit, Tuning};

pub(crate) const CARD: Card = Card {
    id: "dns-tunnel",
    level: Level::High,
    summary: "Data travel in DNS names",
    needs: "DNS queries and answers over UDP and TCP, also inside subscribers' tunnels, where of a name only its last two labels, \
            its length, its entropy, its alphabet and a keyed hash are kept.",
    quiet_for: "Names of the 3GPP grammar; reverse zones and telephone numbers; lists of senders and of files, and content \
                networks; long telemetry names that come back the same; service discovery and the dialects of a local link; \
                access points that a user mistyped (low).",
    description: "Not needed. Addresses of described networks are no commands; names and owners in the alert come from it.",
    thresholds: "A score of 70 of about 150: six tenths of the mean grade of the names (length, entropy, labels, alphabet); 20 for many \
                 names, 10 for hardly any repeated, 20 for types that carry data and 10 more when more comes down than goes up, 10 \
                 for volume, 10 for a fixed cadence, 5 for answers of no such name. Within 5 minutes, or within 6 hours for slow \
                 channels; per client and domain, per domain over its clients, and per client over its domains.",
    stage: Stage::Control,
    settings: SETTINGS,
    judges: Kinds::DNS,
    basis: "Published figures of Unit 42 on NoDepDNS (names over 52 and 80 characters, four addresses, 4.5 bits); 3GPP TS 23.003 for \
            what is set aside; RFC 1035, RFC 6891",
    checks: &[
        Check {
            name: "tunnel.names",
            level: Level::High,
            looks_for: "one client, one domain: a score of a channel within 5 minutes",
        },
        Check {
            name: "tunnel.slow",
            level: Level::High,
            looks_for: "the same within 6 hours: a query a minute, or fewer",
        },
        Check {
            name: "tunnel.many-clients",
            level: Level::High,
            looks_for: "several clients of one domain that make up a channel together",
        },
        Check {
            name: "tunnel.many-domains",
            level: Level::High,
            looks_for: "one client that spreads names like a channel's over several domains",
        },
        Check {
            name: "name.encoded-data",
            level: Level::High,
            looks_for: "a single long name in an alphabet that host names do not have; high when it begins as an archive does",
        },
        Check {
            name: "name.in-operator-zone",
            level: Level::High,
            looks_for: "data where an access point's or node's name should be, in a valid operator's zone: low while nobody answers, \
                        for users type such names; high when many are answered",
        },
        Check {
            name: "message.hidden-octets",
            level: Level::Medium,
            looks_for: "octets behind the last record, or in large EDNS options, again and again",
        },
        Check {
            name: "answer.command",
            level: Level::High,
            looks_for: "four or more addresses that spell a command, under any XOR with one octet; medium for a single short one",
        },
        Check {
            name: "answer.nodep",
            level: Level::High,
            looks_for: "a name that ends in .nodep, as NoDepDNS asks for; medium without several addresses in the answer",
        },
    ],
    attack: &["T1071.004", "T1572"],
    fight: &["FGT1572", "FGT1071.502", "FGT1041"],
    motif: &["MOT3002"],
};

const SCORE: Setting = Setting {
    name: "score",
    default: 70,
    most: 1_000,
    unit: "points",
    why: "a channel of base32 names reaches 78 by names alone; content networks stay below 40, file look-ups below 65",
};
const LONG: Setting = Setting {
    name: "long_name",
    default: 52,
    most: 255,
    unit: "characters",
    why: "published as a warning; names of the exchange that are longer follow the grammar",
};
const VERY_LONG: Setting = Setting {
    name: "very_long_name",
    default: 80,
    most: 255,
    unit: "characters",
    why: "published as high; hosts are not named like that",
};
const ENTROPY: Setting = Setting {
    name: "entropy",
    default: 450,
    most: 800,
    unit: "hundredths of a bit",
    why: "published as 4.5 bits; words have less than 4, base32 of 50 characters has 4.6",
};
const UNIQUE: Setting = Setting {
    name: "unique_names",
    default: 20,
    most: 700,
    unit: "names",
    why: "a client has no need of twenty names under one domain in five minutes; ten are asked before anything is judged",
};
const SLOW_UNIQUE: Setting = Setting {
    name: "slow_unique_names",
    default: 40,
    most: 700,
    unit: "names",
    why: "one query in nine minutes reaches it within six hours",
};
const VOLUME: Setting = Setting {
    name: "volume",
    default: 2_500,
    most: 1_000_000,
    unit: "characters",
    why: "fifty long names: more than any host tells about itself",
};
const SPREAD: Setting = Setting {
    name: "spread_names",
    default: 20,
    most: 300,
    unit: "names",
    why: "names like a channel's over several domains; a browser has some, among many that are not",
};

const SETTINGS: &[Setting] =
    &[SCORE, LONG, VERY_LONG, ENTROPY, UNIQUE, SLOW_UNIQUE, VOLUME, SPREAD];

const FAST: Duration = Duration::from_secs(5 * 60);
const SLOW: Duration = Duration::from_secs(6 * 3600);
/// Names that are seen before a score means anything.
const ENOUGH: u32 = 10;
/// From this grade on a name by itself is like a channel's.
const CARRIER: u64 = 45;
/// Octets behind a message or in its options that are no padding any more (RFC 7830 pads to 128 or 468 octets).
const HIDDEN: u64 = 24;
const MANY_OPTIONS: u16 = 512;
const HIDDEN_TIMES: u32 = 3;
const OPERATOR_NAMES: u32 = 20;
const MAX_PAIRS: usize = 16_384;
const MAX_DOMAINS: usize = 4_096;
const MAX_CLIENTS: usize = 8_192;

/// A client; inside a subscriber's tunnel with the gateway that it stands behind.
type Client = (IpAddr, Option<IpAddr>);

/// What goes on under one domain.
#[derive(Debug, Default)]
struct Talk {
    fast: Window,
    slow: Window,
}

/// What one client does over all domains.
#[derive(Debug, Default)]
struct Habit {
    /// Names like a channel's, and all of them.
    fast: Window,
    slow: Window,
    queries: u32,
    carriers: u32,
    hidden: u32,
    hidden_frames: Frames,
    /// Key of the last answer that read as a command, and of which name.
    command: Option<(u8, u64)>,
}

#[derive(Debug)]
pub(crate) struct DnsTunnel {
    pairs: Capped<(Client, u64), Talk>,
    domains: Capped<u64, Talk>,
    clients: Capped<Client, Habit>,
    scale: Scale,
    score: Limit,
    slow_unique: u32,
    spread: u32,
}

impl Default for DnsTunnel {
    fn default() -> Self {
        Self {
            pairs: Capped::new("dns-tunnel.pairs", MAX_PAIRS),
            domains: Capped::new("dns-tunnel.domains", MAX_DOMAINS),
            clients: Capped::new("dns-tunnel.clients", MAX_CLIENTS),
            scale: Scale {
                long: LONG.default,
                very_long: VERY_LONG.default,
                entropy: ENTROPY.default,
                unique: UNIQUE.default,
                volume: VOLUME.default,
            },
            score: Limit::new(&SCORE),
            slow_unique: small(SLOW_UNIQUE.default),
            spread: small(SPREAD.default),
        }
    }
}

fn small(limit: u64) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX)
}

/// A query, or an answer to one, as it is judged.
struct Asked<'a> {
    event: &'a Event,
    dns: &'a Dns,
    client: Client,
    /// Name as it was kept, and the domain that somebody registered.
    name: &'a str,
    domain: &'a str,
    zone: Zone,
    grade: u64,
    free: u64,
}

impl Detector for DnsTunnel {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::DNS
    }

    fn tune(&mut self, tuning: &Tuning) {
        let number = |setting: &Setting| tuning.limit(&CARD, setting.name).everybody();
        self.score = tuning.limit(&CARD, SCORE.name);
        self.scale = Scale {
            long: number(&LONG),
            very_long: number(&VERY_LONG),
            entropy: number(&ENTROPY),
            unique: number(&UNIQUE),
            volume: number(&VOLUME),
        };
        self.slow_unique = small(number(&SLOW_UNIQUE));
        self.spread = small(number(&SPREAD));
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let What::Dns(dns) = &event.what else { return };
        let Some(ends) = &event.ends else { return };
        if !is_unicast(dns) || dns.duplicate {
            return;
        }
        let client = client(event, ends, dns.response);
        self.hidden(scene, event, dns, client, findings);
        let Some(asked) = self.read(event, dns, client) else { return };
        if dns.response {
            if dns.addresses.len() >= 4 {
                self.command(scene, &asked, findings);
            }
            nodep(scene, &asked, findings);
        }
        let set_aside = match asked.zone {
            Zone::Reverse | Zone::Numbers => true,
            Zone::Gprs | Zone::Operators | Zone::Public => asked.grade < CARRIER,
            Zone::Internet => names::is_lookup(asked.domain),
        };
        if set_aside {
            return;
        }
        if asked.grade >= CARRIER
            && asked.zone == Zone::Internet
            && matches!(dns.alphabet.as_deref(), Some("printable" | "binary"))
        {
            single(scene, &asked, findings);
        }
        // Where only answers are seen, they stand for their questions.
        if !dns.response || dns.request_unseen {
            if !dns.response {
                nodep(scene, &asked, findings);
            }
            self.query(scene, &asked, findings);
        }
        if dns.response {
            self.answer(&asked);
        }
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.pairs.count(), self.domains.count(), self.clients.count()]
    }
}

/// Who asks. Up and down a tunnel differ in all but the gateway.
fn client(event: &Event, ends: &Endpoints, response: bool) -> Client {
    let path = event.path.as_deref();
    match response {
        false => (ends.src_ip, path.map(|path| path.dest_ip)),
        true => (ends.dest_ip, path.map(|path| path.src_ip)),
    }
}

impl DnsTunnel {
    fn read<'a>(&self, event: &'a Event, dns: &'a Dns, client: Client) -> Option<Asked<'a>> {
        let name = dns.qname.as_deref()?;
        let read = names::read(name)?;
        let (domain, free) = match read.zone {
            Zone::Internet | Zone::Reverse | Zone::Numbers => {
                let domain = names::registered(name);
                (domain, u64::from(dns.qname_len).saturating_sub(domain.len() as u64 + 1))
            }
            // Inside a tunnel two labels are left: then nobody can say what the grammar has to it.
            _ if event.path.is_some() => (name, 0),
            _ => (zone_of(name, read.free), read.free.len() as u64),
        };
        let grade = match read.zone {
            Zone::Internet => window::grade(dns, free, &self.scale),
            Zone::Reverse | Zone::Numbers => 0,
            // Fixed parts are long already, so that the free part has to carry it.
            _ if matches!(read.node, Node::Area | Node::Mme) || free < 24 => 0,
            _ => window::grade(dns, free, &self.scale),
        };
        let zone = read.zone;
        Some(Asked { event, dns, client, name, domain, zone, grade, free })
    }

    fn query(&mut self, scene: &Scene, asked: &Asked<'_>, findings: &mut Vec<Finding>) {
        let (dns, event) = (asked.dns, asked.event);
        let carrier = window::is_carrier_type(dns.qtype.unwrap_or(0)) || dns.questions > 1;
        let domain = key_of(asked.domain);
        let query = Query {
            at: event.at,
            frame: event.frame,
            name: dns.name_hash.unwrap_or_else(|| key_of(asked.name)),
            client: client_key(asked.client),
            domain,
            grade: asked.grade,
            free: asked.free,
            octets: u64::from(dns.message_len),
            carrier,
        };
        let operator = asked.zone != Zone::Internet;
        // Innocent names make no entries; where there is one, they count.
        let makes = asked.grade > 0 || carrier;
        let pair = (asked.client, domain);
        if makes {
            self.pairs.entry(&pair, Talk::default);
            self.clients.entry(&asked.client, Habit::default);
        }
        if let Some(talk) = self.pairs.get_mut(&pair) {
            talk.fast.query(&query, FAST);
            talk.slow.query(&query, SLOW);
            let owner = scene.network.owner_of_ip(asked.client.0);
            let score = self.score.of(owner);
            if operator {
                in_operator_zone(scene, asked, &mut talk.slow, findings);
            } else {
                let slow_scale = Scale { unique: u64::from(self.slow_unique), ..self.scale };
                let fast = talk.fast.score(&self.scale);
                let slow = talk.slow.score(&slow_scale);
                if fast >= score && due(&talk.fast, ENOUGH) {
                    talk.fast.told = talk.fast.distinct();
                    findings.push(tunnel(scene, asked, "tunnel.names", &talk.fast, fast));
                } else if slow >= score && due(&talk.slow, self.slow_unique) {
                    talk.slow.told = talk.slow.distinct();
                    findings.push(tunnel(scene, asked, "tunnel.slow", &talk.slow, slow));
                }
            }
        }
        if operator {
            return;
        }
        if makes {
            self.domains.entry(&domain, Talk::default);
        }
        if let Some(talk) = self.domains.get_mut(&domain) {
            let score = self.score.everybody();
            for (window, span, unique) in [
                (&mut talk.fast, FAST, small(self.scale.unique)),
                (&mut talk.slow, SLOW, self.slow_unique),
            ] {
                window.query(&query, span);
                let scale = Scale { unique: u64::from(unique), ..self.scale };
                // Each of them asks for new names; one name each is what a service gives its users.
                let several = window.clients() > 1 && window.distinct() >= window.clients() * 3;
                if several && due(window, unique) && window.score(&scale) >= score {
                    window.told = window.distinct();
                    let points = window.score(&scale);
                    findings.push(tunnel(scene, asked, "tunnel.many-clients", window, points));
                }
            }
        }
        self.habit(scene, asked, &query, findings);
    }

    /// One client over all domains: only names like a channel's are counted, against all that it asks for.
    fn habit(
        &mut self,
        scene: &Scene,
        asked: &Asked<'_>,
        query: &Query,
        findings: &mut Vec<Finding>,
    ) {
        let Some(habit) = self.clients.get_mut(&asked.client) else { return };
        habit.queries = habit.queries.saturating_add(1);
        if asked.grade < CARRIER {
            return;
        }
        habit.carriers = habit.carriers.saturating_add(1);
        let mostly = habit.carriers * 2 >= habit.queries;
        for (window, span, enough) in
            [(&mut habit.fast, FAST, self.spread), (&mut habit.slow, SLOW, self.spread * 2)]
        {
            window.query(query, span);
            if mostly && window.domains() > 2 && due(window, enough) {
                window.told = window.distinct();
                let points = window.score(&self.scale);
                findings.push(tunnel(scene, asked, "tunnel.many-domains", window, points));
            }
        }
    }

    fn answer(&mut self, asked: &Asked<'_>) {
        let domain = key_of(asked.domain);
        let frame = asked.event.frame;
        if let Some(talk) = self.pairs.get_mut(&(asked.client, domain)) {
            talk.fast.answer(asked.dns, frame);
            talk.slow.answer(asked.dns, frame);
        }
        if let Some(talk) = self.domains.get_mut(&domain) {
            talk.fast.answer(asked.dns, frame);
            talk.slow.answer(asked.dns, frame);
        }
    }

    /// Octets that no record holds.
    fn hidden(
        &mut self,
        scene: &Scene,
        event: &Event,
        dns: &Dns,
        client: Client,
        findings: &mut Vec<Finding>,
    ) {
        let behind = u64::from(dns.trailing_len);
        // Padding is option 12 (RFC 7830); what is padded is no secret, but nobody needs half a kilobyte of options.
        let options = if dns.options_len >= MANY_OPTIONS { u64::from(dns.options_len) } else { 0 };
        if behind < HIDDEN && options == 0 {
            return;
        }
        let (habit, _) = self.clients.entry(&client, Habit::default);
        habit.hidden = habit.hidden.saturating_add(1);
        habit.hidden_frames.add(event.frame);
        if habit.hidden < HIDDEN_TIMES || !habit.hidden.is_power_of_two() && habit.hidden != 3 {
            return;
        }
        let who = scene.who(client.0);
        let mut finding = CARD.finding("message.hidden-octets", event);
        finding.confidence = 0.6;
        finding.outcome = dns.outcome.unwrap_or(Outcome::Attempt);
        finding.key = format!("{}", client.0);
        finding.signature = format!("DNS messages of {who} carry octets that belong to no record");
        finding.why = format!(
            "{} messages; the last has {behind} octets behind its last record and {} in its EDNS options",
            habit.hidden, dns.options_len
        );
        finding.honest_cause =
            "A broken load balancer or a test tool that pads its messages".to_owned();
        finding.next_step = "Look at these octets in the frames: text, or as even as ciphertext? Then at the process that sends \
                             them"
            .to_owned();
        finding.decided_by = Some(scene.network.cite_owner(scene.network.owner_of_ip(client.0)));
        finding.frames = habit.hidden_frames.list();
        finding.entities = entities(event, client, None);
        findings.push(finding);
    }

    /// An answer whose addresses spell something.
    fn command(&mut self, scene: &Scene, asked: &Asked<'_>, findings: &mut Vec<Finding>) {
        let (dns, event) = (asked.dns, asked.event);
        let known = |ip: &IpAddr| !scene.network.owner_of_ip(*ip).is_unknown();
        if dns.addresses.iter().all(known) {
            return;
        }
        let Some(command) = commands::find(&dns.addresses) else { return };
        let (habit, _) = self.clients.entry(&asked.client, Habit::default);
        let mark =
            (command.key, dns.name_hash.unwrap_or(0) ^ key_of(&format!("{:?}", dns.addresses)));
        let again = habit.command.is_some_and(|(key, of)| key == mark.0 && of != mark.1);
        habit.command = Some(mark);
        let mut finding = CARD.finding("answer.command", event);
        let sure = again || command.len >= 24;
        finding.level = if sure { Level::High } else { Level::Medium };
        finding.confidence = if sure { 0.9 } else { 0.6 };
        finding.outcome = Outcome::AnsweredWithData;
        finding.key = format!("{}|{}", asked.client.0, asked.domain);
        let who = scene.who(asked.client.0);
        finding.signature = format!("The addresses of {} spell a command to {who}", asked.name);
        finding.why = format!(
            "{} addresses hold {} octets of text under XOR with {:#04x}, with the words and signs of a shell{}",
            dns.addresses.len(),
            command.len,
            command.key,
            if again { "; another answer read so under the same key" } else { "" }
        );
        finding.honest_cause =
            "None is known; chance does it once in millions of answers".to_owned();
        finding.next_step = "Read the answer with that key, find the process on the client that asked, and whoever holds the \
                             domain"
            .to_owned();
        finding.decided_by =
            Some(scene.network.cite_owner(scene.network.owner_of_ip(asked.client.0)));
        finding.frames = dns.request_frame.into_iter().chain([event.frame]).collect();
        finding.entities = entities(event, asked.client, Some(asked.domain));
        findings.push(finding);
    }
}

/// The operator's zone that a free part stands in.
fn zone_of<'a>(name: &'a str, free: &str) -> &'a str {
    name.get(free.len()..).map_or(name, |zone| zone.trim_start_matches('.'))
}

fn client_key((ip, gateway): Client) -> u64 {
    let of = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => u64::from(u32::from(ip)),
        IpAddr::V6(ip) => {
            let bits = u128::from(ip);
            u64::try_from((bits ^ (bits >> 64)) & u128::from(u64::MAX)).unwrap_or_default()
        }
    };
    let mixed = of(ip) ^ gateway.map_or(0, of).rotate_left(17);
    mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Told when there is enough, and again when it has doubled.
fn due(window: &Window, enough: u32) -> bool {
    let distinct = window.distinct();
    distinct >= enough.max(1) && (window.told == 0 || distinct >= window.told * 2)
}

fn entities(event: &Event, client: Client, domain: Option<&str>) -> Vec<String> {
    let mut entities = vec![format!("ip:{}", client.0)];
    entities.extend(domain.map(|domain| format!("host:{domain}")));
    if let Some(path) = &event.path {
        if let Some(imsi) = &path.imsi {
            entities.push(format!("imsi:{imsi}"));
        }
        entities.push(format!("teid:{:#010x}", path.teid));
    }
    entities
}

/// A channel, found by this window.
fn tunnel(
    scene: &Scene,
    asked: &Asked<'_>,
    check: &'static str,
    window: &Window,
    score: u64,
) -> Finding {
    let who = scene.who(asked.client.0);
    let owner = scene.network.owner_of_ip(asked.client.0);
    let event = asked.event;
    let inside = event.path.as_deref();
    let domain = asked.domain;
    let mut finding = CARD.finding(check, event);
    finding.outcome = window.outcome();
    if window.all_refused() {
        // Whoever was asked did not pass it on.
        finding.level = Level::Medium;
    }
    finding.confidence = match score {
        110.. => 0.95,
        90.. => 0.85,
        _ => 0.7,
    };
    let by = inside.map_or_else(String::new, |path| format!(" in {}", tunnel_text(path)));
    finding.signature = match check {
        "tunnel.many-clients" => {
            format!("{} clients send data in names under {domain}", window.clients())
        }
        "tunnel.many-domains" => {
            format!("{who} sends data in names under {} domains", window.domains())
        }
        _ => format!("{who} sends data in names under {domain}{by}"),
    };
    finding.key = match check {
        "tunnel.many-clients" => domain.to_owned(),
        "tunnel.many-domains" => format!("{}", asked.client.0),
        _ => format!("{}|{domain}", asked.client.0),
    };
    finding.why = format!(
        "Score {score}: {}; mean grade of a name {}; the last has {} characters at {}.{:02} bits each",
        window.figures(),
        window.mean_grade(),
        asked.dns.qname_len,
        asked.dns.entropy / 100,
        asked.dns.entropy % 100
    );
    finding.honest_cause = match owner.element() {
        Some(element) if inside.is_none() => format!(
            "{} may ask for others: then the client behind it is the one to find; some virus scanners and telemetry put hashes in \
             names, which has no place on a roaming exchange",
            element.name
        ),
        _ => "Some virus scanners and telemetry put hashes in names; on a roaming exchange they have no place".to_owned(),
    };
    finding.next_step = format!(
        "Ask who holds {domain} and where its name server stands; look at the process on {} that asks, and block the domain at the \
         resolver",
        asked.client.0
    );
    finding.decided_by = Some(scene.network.cite_owner(owner));
    finding.frames = window.frames.list();
    if finding.frames.is_empty() {
        finding.frames.push(event.frame);
    }
    finding.entities = entities(event, asked.client, Some(domain));
    finding
}

/// What archives and keys begin with, in base64; names come in lower case.
const BEGINNINGS: [&str; 6] = ["h4si", "uesdb", "lqwl", "tvqq", "f0vmr", "ls0tls1crud"];

/// One name that no host has.
fn single(scene: &Scene, asked: &Asked<'_>, findings: &mut Vec<Finding>) {
    let event = asked.event;
    let archive = BEGINNINGS.iter().any(|begin| asked.name.starts_with(begin));
    let who = scene.who(asked.client.0);
    let mut finding = CARD.finding("name.encoded-data", event);
    finding.level = if archive { Level::High } else { Level::Medium };
    finding.confidence = if archive { 0.9 } else { 0.6 };
    finding.outcome = asked.dns.outcome.unwrap_or(Outcome::Attempt);
    finding.counts = !asked.dns.response || asked.dns.request_unseen;
    finding.key = format!("{}|{}", asked.client.0, asked.domain);
    finding.signature =
        format!("{who} asks for a name that is encoded data, under {}", asked.domain);
    finding.why = format!(
        "{} characters at {}.{:02} bits each, the longest label {}, in an alphabet that host names do not have ({}){}",
        asked.dns.qname_len,
        asked.dns.entropy / 100,
        asked.dns.entropy % 100,
        asked.dns.label_len_max,
        asked.dns.alphabet.as_deref().unwrap_or("unknown"),
        if archive { "; it begins as an archive or program does in base64" } else { "" }
    );
    finding.honest_cause =
        "A client that puts keys or tokens in names, such as service discovery".to_owned();
    finding.next_step =
        format!("Decode the labels, and look at what else {} asks for", asked.client.0);
    finding.decided_by = Some(scene.network.cite_owner(scene.network.owner_of_ip(asked.client.0)));
    finding.entities = entities(event, asked.client, Some(asked.domain));
    findings.push(finding);
}

/// Data where the name of an access point or node should be.
fn in_operator_zone(
    scene: &Scene,
    asked: &Asked<'_>,
    window: &mut Window,
    findings: &mut Vec<Finding>,
) {
    if !due(window, OPERATOR_NAMES) {
        return;
    }
    window.told = window.distinct();
    let event = asked.event;
    let answered = window.outcome() == Outcome::AnsweredWithData;
    let who = scene.who(asked.client.0);
    let mut finding = CARD.finding("name.in-operator-zone", event);
    finding.level = if answered { Level::High } else { Level::Low };
    finding.confidence = if answered { 0.8 } else { 0.4 };
    finding.outcome = window.outcome();
    finding.key = format!("{}|{}", asked.client.0, asked.domain);
    finding.signature = format!("{who} asks for names under {} that read like data", asked.domain);
    finding.why = format!(
        "{}; mean grade of a name {}; their zone is an operator's, and {}",
        window.figures(),
        window.mean_grade(),
        if answered { "it answers them with data" } else { "nobody answers them with data" }
    );
    finding.honest_cause =
        "Users type access points as they please, and their terminals ask again and again"
            .to_owned();
    finding.next_step = format!(
        "Ask the operator of {} what its name server answers there, and see which subscribers asked",
        asked.domain
    );
    finding.decided_by = Some(scene.network.cite_owner(scene.network.owner_of_realm(asked.domain)));
    finding.frames = window.frames.list();
    finding.entities = entities(event, asked.client, Some(asked.domain));
    findings.push(finding);
}

/// `.nodep`: no such zone exists, and one implant is known to ask for it.
fn nodep(scene: &Scene, asked: &Asked<'_>, findings: &mut Vec<Finding>) {
    let (dns, event) = (asked.dns, asked.event);
    let suffix = asked.name.rsplit('.').next().is_some_and(|tld| tld.eq_ignore_ascii_case("nodep"));
    if !suffix {
        return;
    }
    let several = dns.response && dns.addresses.len() > 1;
    let mut finding = CARD.finding("answer.nodep", event);
    finding.level = if several { Level::High } else { Level::Medium };
    finding.confidence = if several { 0.9 } else { 0.6 };
    finding.outcome = dns.outcome.unwrap_or(Outcome::Attempt);
    finding.counts = !dns.response || dns.request_unseen;
    finding.key = format!("{}", asked.client.0);
    finding.signature = format!("{} asks for {}", scene.who(asked.client.0), asked.name);
    finding.why = format!(
        "No zone .nodep exists; NoDepDNS takes its orders from the addresses of such names{}",
        match (dns.response, dns.addresses.len()) {
            (true, n) if n > 1 => format!("; {n} addresses came back"),
            (true, _) => "; no list of addresses came back".to_owned(),
            (false, _) => String::new(),
        }
    );
    finding.honest_cause = "None is known".to_owned();
    finding.next_step = format!(
        "Treat {} as compromised: look for a raw socket on UDP 53 and for the process that asks",
        asked.client.0
    );
    finding.decided_by = Some(scene.network.cite_owner(scene.network.owner_of_ip(asked.client.0)));
    finding.frames = dns.request_frame.into_iter().chain([event.frame]).collect();
    finding.entities = entities(event, asked.client, None);
    findings.push(finding);
}

#[cfg(test)]
#[path = "dns_tunnel_tests.rs"]
mod tests;
