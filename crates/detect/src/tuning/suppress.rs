//! Alerts that the operator does not want to see for a while, counted all the same.

use event::{Alert, Level, Suppressed, Timestamp};
use ipnet::IpNet;
use network::Network;

/// What an alert has to be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// One of its entities, as written.
    Exactly(String),
    /// One of its addresses.
    Within(IpNet),
}

/// Keeps back alerts of a detection, with a reason and an end date.
#[derive(Clone, Debug)]
pub struct Suppression {
    pub(crate) detection: String,
    pub(crate) check: Option<String>,
    /// Whose the source is.
    pub(crate) partner: Option<String>,
    /// The alert is about all of these.
    pub(crate) about: Vec<About>,
    /// Worse than this is shown all the same.
    pub(crate) level: Option<Level>,
    pub(crate) reason: String,
    pub(crate) until: Timestamp,
    pub(crate) day: String,
    pub(crate) source: String,
    pub(crate) line: usize,
}

impl Suppression {
    /// Whether it keeps this alert back, or would if it had not ended.
    fn matches(&self, network: &Network, alert: &Alert) -> bool {
        self.detection == alert.detection
            && self.check.as_ref().is_none_or(|check| *check == alert.check)
            && self.level.is_none_or(|level| alert.level <= level)
            && self.about.iter().all(|about| about.is_in(alert))
            && self.partner.as_ref().is_none_or(|name| {
                let ip = alert.ends.map(|ends| network.owner_of_ip(ends.src_ip));
                let title = alert
                    .entities
                    .iter()
                    .find_map(|entity| entity.strip_prefix("gt:"))
                    .map(|digits| network.owner_of_gt(digits));
                [ip, title]
                    .into_iter()
                    .flatten()
                    .filter_map(network::Owner::partner)
                    .any(|partner| partner.name == *name)
            })
    }

    /// What goes on after the end date is shown.
    fn is_over(&self, alert: &Alert) -> bool {
        alert.last_seen >= self.until
    }
}

impl About {
    fn is_in(&self, alert: &Alert) -> bool {
        match self {
            Self::Exactly(entity) => alert.entities.contains(entity),
            Self::Within(net) => alert
                .entities
                .iter()
                .filter_map(|entity| entity.strip_prefix("ip:")?.parse::<std::net::IpAddr>().ok())
                .any(|ip| net.contains(&ip)),
        }
    }
}

/// Takes out what is suppressed, and counts it; an ended suppression counts what it no longer keeps back.
pub(crate) fn apply(
    suppressions: &[Suppression],
    network: &Network,
    alerts: &mut Vec<Alert>,
) -> Vec<Suppressed> {
    let mut counts: Vec<Suppressed> = suppressions
        .iter()
        .map(|suppression| Suppressed {
            decided_by: format!("{}:{}", suppression.source, suppression.line),
            reason: suppression.reason.clone(),
            until: suppression.day.clone(),
            ..Suppressed::default()
        })
        .collect();
    alerts.retain(|alert| {
        for (suppression, count) in suppressions.iter().zip(&mut counts) {
            if !suppression.matches(network, alert) {
                continue;
            }
            if suppression.is_over(alert) {
                count.expired = true;
                continue;
            }
            count.alerts += 1;
            count.level = count.level.max(Some(alert.level));
            return false;
        }
        true
    });
    counts
}
