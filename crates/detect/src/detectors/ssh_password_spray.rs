//! One source that tries passwords over many hosts, or many times, by SSH.
//!
//! Whether a password was refused is encrypted; that a session ended after a few small exchanges is not. The sessions are
//! classed where they are tracked, and counted here.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use event::{
    Capped, Event, Flow, FlowState, Handshake, Level, Outcome, Proto, Ssh, SshOutcome, SshState,
    TableCount, Timestamp, What,
};

use network::Owner;

use super::sides::{NO_DESCRIPTION, Side, time_text};
use crate::Tuning;
use crate::card::{Card, Check, Detector, Finding, Kinds, Stage};
use crate::scene::Scene;
use crate::wording::{counted, some};

pub(crate) const CARD: Card = Card {
    id: "ssh-password-spray",
    level: Level::Critical,
    summary: "One source tries passwords by SSH",
    needs: "Ends of SSH sessions with their likely outcome; where SSH was not decoded, short TCP conversations on port 22.",
    quiet_for: "Somebody who mistypes a few times; a bastion whose sessions mostly get in; banner checks of monitoring, which never \
                try a password; sources in the management networks.",
    description: "[home] management names the bastions and monitors that are left alone.",
    thresholds: "Slow is not told where one or two hosts are asked by the clock, as jobs with an expired key do. At least half of the \
                 source's sessions must be refused.",
    stage: Stage::Foothold,
    settings: Limits::SETTINGS,
    judges: Kinds::SSH,
    basis: "CrowdStrike on LightBasin (2021); Unit 42 on CL-STA-0969 (2025): accepted after ten failures in 30 minutes",
    checks: &[
        Check {
            name: "spray.fast",
            level: Level::High,
            looks_for: "ten or more refused sessions of one source within 30 minutes",
        },
        Check {
            name: "spray.slow",
            level: Level::High,
            looks_for: "ten or more refused sessions of one source within 24 hours, over three or more hosts or at uneven times",
        },
        Check {
            name: "spray.accepted",
            level: Level::Critical,
            looks_for: "a session that got in after ten or more refused ones of the same source within 24 hours",
        },
    ],
    attack: &["T1110.003", "T1078", "T1021.004"],
    fight: &["FGT1110.001", "FGT1078.001", "FGT1021"],
    motif: &["MOT1199"],
};

limits! {
    Limits {
        refused: 10, at most MAX_KEPT as u64, "sessions",
            "an administrator gives up or asks before that, and the published hunting threshold is ten";
        fast_seconds: 1_800, at most 86_400, "seconds",
            "a tool that does not hide needs minutes";
        slow_seconds: 86_400, at most 604_800, "seconds",
            "ten in 24 hours is the published figure for a spray that hides";
        slow_hosts: 3, at most MAX_KEPT as u64, "hosts",
            "a job with an expired key asks one or two";
    }
}

/// The limits for one source.
#[derive(Clone, Copy)]
struct Bounds {
    refused: u64,
    fast: Duration,
    slow: Duration,
    slow_hosts: u64,
}

impl Limits {
    fn of(&self, owner: Owner<'_>) -> Bounds {
        Bounds {
            refused: self.refused.of(owner),
            fast: self.fast_seconds.secs(owner),
            slow: self.slow_seconds.secs(owner),
            slow_hosts: self.slow_hosts.of(owner),
        }
    }
}

const MAX_SOURCES: usize = 4_096;
/// Refused sessions kept per source: more say nothing new.
const MAX_KEPT: usize = 64;
/// Conversations that were decoded as SSH, so that their flow is not counted again.
const MAX_DECODED: usize = 16_384;

/// Octets of payload below which an undecoded conversation on port 22 cannot have held more than the key exchange and a few
/// refused passwords: OpenSSH needs about 2.5 kB each way for the exchange.
const SHORT_PAYLOAD: u64 = 6_000;

/// A source inside a tunnel is another than the same address outside.
type Source = (IpAddr, Option<IpAddr>);

#[derive(Clone, Copy, Debug)]
struct Refused {
    at: Timestamp,
    host: IpAddr,
    frame: u64,
}

#[derive(Debug, Default)]
struct Tries {
    refused: VecDeque<Refused>,
    /// Refused, accepted and unauthenticated sessions in the last 24 hours at most; they start again when the refused ones ran out.
    refused_count: u64,
    accepted_count: u64,
    bare_count: u64,
    /// When the tenth refusal was seen.
    enough_at: Option<Timestamp>,
    /// Client banner, and whether all sessions had the same key exchange fingerprint.
    client: Option<String>,
    hassh: Option<String>,
    one_hassh: bool,
    fast_told: bool,
    slow_told: bool,
}

#[derive(Debug)]
pub(crate) struct SshPasswordSpray {
    sources: Capped<Source, Tries>,
    decoded: Capped<u64, ()>,
    limits: Limits,
}

impl Default for SshPasswordSpray {
    fn default() -> Self {
        Self {
            sources: Capped::new("ssh-password-spray.sources", MAX_SOURCES),
            decoded: Capped::new("ssh-password-spray.decoded", MAX_DECODED),
            limits: Limits::default(),
        }
    }
}

impl Detector for SshPasswordSpray {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::FLOW.and(Kinds::SSH)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.limits = Limits::tuned(tuning, &CARD);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        match &event.what {
            What::Ssh(ssh) => {
                if let Some(id) = event.flow_id {
                    self.decoded.insert(id, ());
                }
                if let Some(outcome) = ssh.outcome.filter(|_| ssh.state == SshState::Closed) {
                    let start = ssh
                        .start
                        .unwrap_or_else(|| event.at.minus(Duration::from_micros(ssh.duration_us)));
                    self.session(scene, event, start, outcome, Some(ssh), findings);
                }
            }
            What::Flow(flow) if flow.state == FlowState::Closed => {
                let short =
                    event.ends.is_some_and(|ends| is_short_ssh(ends.proto, ends.dest_port, flow));
                if short && !event.flow_id.is_some_and(|id| self.decoded.contains(&id)) {
                    let start = flow.start.unwrap_or(event.at);
                    self.session(scene, event, start, SshOutcome::Refused, None, findings);
                }
            }
            _ => {}
        }
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.sources.count(), self.decoded.count()]
    }
}

/// A conversation that looks like a refused session, where nothing was decoded.
fn is_short_ssh(proto: Proto, port: u16, flow: &Flow) -> bool {
    proto == Proto::Tcp
        && (flow.app_proto.as_deref() == Some("ssh") || (flow.app_proto.is_none() && port == 22))
        && flow.handshake == Handshake::Established
        && !flow.midstream
        // A key exchange went both ways: more than a look at the banner.
        && flow.payload_to_server > 1_000
        && flow.payload_to_client > 1_000
        && flow.payload_to_server.max(flow.payload_to_client) < SHORT_PAYLOAD
}

impl SshPasswordSpray {
    fn session(
        &mut self,
        scene: &Scene,
        event: &Event,
        start: Timestamp,
        outcome: SshOutcome,
        ssh: Option<&Ssh>,
        findings: &mut Vec<Finding>,
    ) {
        let Some(ends) = event.ends else { return };
        if scene.network.is_management(ends.src_ip) {
            return;
        }
        let source = (ends.src_ip, event.path.as_ref().map(|path| path.src_ip));
        let (tries, _) = self.sources.entry(&source, Tries::default);
        let bounds = self.limits.of(scene.network.owner_of_ip(ends.src_ip));
        tries.forget(start, bounds);
        tries.fingerprint(ssh);
        match outcome {
            SshOutcome::NoAuthentication => tries.bare_count += 1,
            SshOutcome::Accepted => {
                tries.accepted_count += 1;
                let after = tries.enough_at.is_some_and(|enough| start >= enough);
                if after && tries.mostly_refused() {
                    findings.push(accepted(scene, event, source, (tries, bounds)));
                }
            }
            SshOutcome::Refused => {
                tries.refused_count += 1;
                if tries.refused.len() >= MAX_KEPT {
                    tries.refused.pop_front();
                }
                tries.refused.push_back(Refused {
                    at: start,
                    host: ends.dest_ip,
                    frame: event.frame,
                });
                if tries.has(bounds.refused) {
                    tries.enough_at.get_or_insert(start);
                }
                tries.judge(scene, event, source, (start, bounds), findings);
            }
        }
    }
}

impl Tries {
    /// Whether that many refusals are kept.
    fn has(&self, refused: u64) -> bool {
        u64::try_from(self.refused.len()).is_ok_and(|len| len >= refused)
    }

    fn forget(&mut self, now: Timestamp, bounds: Bounds) {
        while self.refused.front().is_some_and(|refused| now.since(refused.at) > bounds.slow) {
            self.refused.pop_front();
        }
        if self.refused.is_empty() {
            *self = Self {
                client: self.client.take(),
                hassh: self.hassh.take(),
                one_hassh: self.one_hassh,
                ..Self::default()
            };
        }
        if !self.has(bounds.refused) {
            self.enough_at = None;
        }
    }

    fn fingerprint(&mut self, ssh: Option<&Ssh>) {
        let Some(ssh) = ssh else { return };
        if self.client.is_none() {
            self.client.clone_from(&ssh.client);
        }
        match (&self.hassh, &ssh.hassh) {
            (None, Some(hassh)) => {
                self.hassh = Some(hassh.clone());
                self.one_hassh = true;
            }
            (Some(known), Some(hassh)) if known != hassh => self.one_hassh = false,
            _ => {}
        }
    }

    /// A bastion has failures too, but most of its sessions get in.
    const fn mostly_refused(&self) -> bool {
        self.refused_count >= self.accepted_count
    }

    fn hosts(&self, since: Timestamp) -> Vec<IpAddr> {
        let mut hosts: Vec<IpAddr> = self
            .refused
            .iter()
            .filter(|refused| refused.at >= since)
            .map(|refused| refused.host)
            .collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    fn judge(
        &mut self,
        scene: &Scene,
        event: &Event,
        source: Source,
        (now, bounds): (Timestamp, Bounds),
        findings: &mut Vec<Finding>,
    ) {
        if !self.mostly_refused() || !self.has(bounds.refused) {
            return;
        }
        let since = now.minus(bounds.fast);
        let fast = self.refused.iter().filter(|refused| refused.at >= since).count() as u64;
        if fast >= bounds.refused {
            // Told again at every tenth refusal, so that the count of the alert shows how long it went on.
            if !self.fast_told || self.refused_count.is_multiple_of(bounds.refused) {
                self.fast_told = true;
                findings.push(self.finding(scene, event, source, "spray.fast", since, bounds.fast));
            }
            return;
        }
        self.fast_told = false;
        let since = now.minus(bounds.slow);
        // A job whose key expired comes by the clock, and to one host.
        let spread = self.hosts(since).len() as u64 >= bounds.slow_hosts;
        if (spread || !self.is_periodic())
            && (!self.slow_told || self.refused_count.is_multiple_of(bounds.refused))
        {
            self.slow_told = true;
            findings.push(self.finding(scene, event, source, "spray.slow", since, bounds.slow));
        }
    }

    /// Whether the refused sessions came at even distances: within a tenth of the mean, all but one in five.
    fn is_periodic(&self) -> bool {
        let gaps: Vec<Duration> = self
            .refused
            .iter()
            .zip(self.refused.iter().skip(1))
            .map(|(one, next)| next.at.since(one.at))
            .collect();
        let mut sorted = gaps.clone();
        sorted.sort_unstable();
        let Some(middle) = sorted.get(sorted.len() / 2).copied() else { return false };
        let even = gaps.iter().filter(|gap| gap.abs_diff(middle) * 10 <= middle).count();
        even * 5 >= gaps.len() * 4
    }

    fn finding(
        &self,
        scene: &Scene,
        event: &Event,
        (ip, tunnel): Source,
        check: &'static str,
        since: Timestamp,
        span: Duration,
    ) -> Finding {
        let span = time_text(span.as_secs());
        let hosts = self.hosts(since);
        let kept: Vec<&Refused> =
            self.refused.iter().filter(|refused| refused.at >= since).collect();
        let mut frames: Vec<u64> =
            kept.iter().rev().take(16).map(|refused| refused.frame).collect();
        frames.sort_unstable();
        frames.dedup();
        let side = Side::of(&scene.network, ip);
        let who = if scene.network.is_empty() {
            ip.to_string()
        } else {
            format!("{ip} ({})", side.name())
        };
        let by_way =
            tunnel.map(|outer| format!(" through a tunnel of {outer}")).unwrap_or_default();
        let on = match hosts.as_slice() {
            [host] => host.to_string(),
            many => format!("{} hosts", many.len()),
        };
        let mut entities = vec![format!("ip:{ip}")];
        entities.extend(tunnel.map(|outer| format!("ip:{outer}")));
        entities.extend(hosts.iter().take(12).map(|host| format!("ip:{host}")));
        Finding {
            key: tunnel.map_or_else(|| ip.to_string(), |outer| format!("{ip}@{outer}")),
            confidence: if hosts.len() > 2 { 0.9 } else { 0.8 },
            outcome: Outcome::Refused,
            signature: format!("{who} tried SSH passwords on {on}{by_way}: {} refused within {span}", kept.len()),
            why: format!(
                "{} of {ip} to {on} within {span} ended after a few small exchanges, as refused passwords do{}{}{}",
                counted(kept.len(), "session", "sessions"),
                some(self.accepted_count, "got in"),
                some(self.bare_count, "ended before anybody could authenticate"),
                self.tool()
            ),
            honest_cause: "A script or a backup job with an expired key or password, or a scanner of the security team. Outcomes are \
                           judged by sizes and times, not read."
                .to_owned(),
            next_step: format!(
                "Read the authentication logs of {on} for {ip} (which accounts, in which order), and block {ip} from SSH at the border."
            ),
            decided_by: Some(side.cite(&scene.network)).filter(|cite| cite != NO_DESCRIPTION),
            first_seen: kept.first().map_or(event.at, |refused| refused.at),
            frames: if frames.is_empty() { vec![event.frame] } else { frames },
            entities,
            ..CARD.finding(check, event)
        }
    }

    fn tool(&self) -> String {
        let Some(client) = self.client.as_deref() else { return String::new() };
        let lower = client.to_ascii_lowercase();
        // Programs that log in by themselves carry the banner of their library.
        let library =
            ["libssh", "paramiko", "-go", "jsch", "ncrack", "medusa", "asyncssh", "russh"]
                .into_iter()
                .any(|name| lower.contains(name));
        let kind = if library { ", that of a library for programs" } else { "" };
        let same = if self.one_hassh { "; all with the same key exchange fingerprint" } else { "" };
        let shown: String = client.chars().take(80).collect();
        format!("; the client calls itself {shown:?}{kind}{same}")
    }
}

fn accepted(
    scene: &Scene,
    event: &Event,
    source: Source,
    (tries, bounds): (&Tries, Bounds),
) -> Finding {
    let (ip, _) = source;
    let host = event.ends.map_or(ip, |ends| ends.dest_ip);
    let since = event.at.minus(bounds.slow + bounds.slow);
    let base = tries.finding(scene, event, source, "spray.accepted", since, bounds.slow);
    let mut frames = base.frames.clone();
    // The last place is the one that got in.
    frames.truncate(15);
    frames.push(event.frame);
    let mut entities = vec![format!("ip:{ip}"), format!("ip:{host}")];
    entities.extend(
        base.entities
            .iter()
            .filter(|entity| !entities.contains(entity))
            .cloned()
            .collect::<Vec<_>>(),
    );
    Finding {
        key: format!("{}>{host}", base.key),
        level: Level::Critical,
        confidence: 0.9,
        outcome: Outcome::Answered,
        signature: format!(
            "{ip} got into {host} by SSH after {} refused sessions",
            tries.refused_count
        ),
        why: format!(
            "{}; the session to {host} that ended in frame {} carried more than authentication needs",
            base.why, event.frame
        ),
        next_step: format!(
            "Treat {host} as compromised: take its memory and disk, see which account logged in from {ip} and what it started, and \
             change every password that {host} knew."
        ),
        frames,
        entities,
        ..base
    }
}

#[cfg(test)]
#[path = "ssh_password_spray_tests.rs"]
mod tests;
