//! What the detections of GTP share: the messages and where they belong, which interface is looked at, and answers.

mod border;
mod messages;
mod sweep;

use std::net::IpAddr;

use event::{Capped, Event, Gtp, Outcome, Plmn, Subscriber, TableCount};
use network::{Network, Owner};

use crate::Finding;

pub(crate) use border::{Border, Relations};
pub(crate) use messages::{Fit, Sender, kind, knows_pfcp, version_0_asks};
pub(crate) use sweep::{Attempt, Group, Trail, Window, is_near};

/// Findings about requests that may still be answered.
const MAX_ASKED: usize = 8_192;
/// Findings about one request: no more than there are checks.
const MAX_OF_ONE: usize = 8;

/// What was found about requests, until their answers come.
#[derive(Debug)]
pub(crate) struct Asked {
    table: Capped<u64, Vec<Finding>>,
}

impl Asked {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { table: Capped::new(name, MAX_ASKED) }
    }

    /// Keeps what was found about the request in this frame.
    pub(crate) fn put(&mut self, frame: u64, finding: &Finding) {
        let (list, _) = self.table.entry(&frame, Vec::new);
        if list.len() < MAX_OF_ONE {
            list.push(finding.clone());
        }
    }

    /// What was found about the request that this answers, the outcome written on it.
    pub(crate) fn answered(
        &mut self,
        event: &Event,
        request: u64,
        outcome: Outcome,
    ) -> Vec<Finding> {
        let mut found = self.table.remove(&request).unwrap_or_default();
        for finding in &mut found {
            finding.outcome = outcome;
            finding.counts = false;
            finding.at = event.at;
            finding.frames.push(event.frame);
        }
        found
    }

    pub(crate) fn count(&self) -> TableCount {
        self.table.count()
    }
}

/// Whether both are one network. The IMSI does not say how long its MNC is, so the first two digits of a longer one are
/// the same as far as can be told.
pub(crate) fn same_network(of_imsi: Plmn, named: Plmn) -> bool {
    of_imsi.same_network(named)
        || of_imsi.mcc == named.mcc
            && of_imsi.mnc_digits == 2
            && named.mnc_digits == 3
            && named.mnc / 10 == of_imsi.mnc
}

/// Whose subscriber it is.
pub(crate) fn owner_of_imsi<'a>(network: &'a Network, imsi: &Subscriber) -> Owner<'a> {
    let Some(plmn) = imsi.plmn() else { return Owner::Unknown };
    match network.owner_of_plmn(plmn) {
        Owner::Unknown => {
            let is = |list: &[Plmn]| list.iter().any(|other| same_network(plmn, *other));
            if is(&network.home.plmns) {
                return Owner::Home(None);
            }
            let partner = network.partners.iter().find(|partner| is(&partner.plmns));
            partner.map_or(Owner::Unknown, Owner::Partner)
        }
        owner => owner,
    }
}

/// Whether two addresses stand so near each other that one site has both.
pub(crate) fn same_site(a: IpAddr, b: IpAddr) -> bool {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => u32::from(a) >> 8 == u32::from(b) >> 8,
        (IpAddr::V6(a), IpAddr::V6(b)) => u128::from(a) >> 80 == u128::from(b) >> 80,
        _ => false,
    }
}

/// Requests that make, change and end a session, as the serving side sends them.
pub(crate) const fn is_create(gtp: &Gtp) -> bool {
    matches!((gtp.version, gtp.message_type), (0 | 1, 16) | (2, 32))
}

/// Answers to them.
pub(crate) const fn is_created(gtp: &Gtp) -> bool {
    matches!((gtp.version, gtp.message_type), (0 | 1, 17) | (2, 33))
}

/// Requests that change a session.
pub(crate) const fn is_update(gtp: &Gtp) -> bool {
    matches!((gtp.version, gtp.message_type), (0 | 1, 18 | 128) | (2, 34 | 38))
}

/// Requests that end one: deletions from either side, and the command that asks for one.
pub(crate) const fn is_delete(gtp: &Gtp) -> bool {
    matches!((gtp.version, gtp.message_type), (0 | 1, 20) | (2, 36 | 66 | 99))
}

/// The `ip:` entities of the two ends, the sender first, and the subscriber where one is named.
pub(crate) fn entities(from: IpAddr, to: IpAddr, imsi: Option<Subscriber>) -> Vec<String> {
    let mut out = vec![format!("ip:{from}"), format!("ip:{to}")];
    out.extend(imsi.map(|imsi| format!("imsi:{imsi}")));
    out
}
