//! Which interface a message crosses: one between operators, or one inside a network.

use std::net::IpAddr;

use event::{Capped, Endpoints, Gtp, TableCount};
use network::{Network, Owner};

use super::{is_create, same_network};

/// Pairs of nodes that were seen serving roamers.
const MAX_RELATIONS: usize = 8_192;

/// The border between two ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Border<'a> {
    /// Between us and somebody else; who sends is `from`.
    Interconnect { from: Owner<'a> },
    /// Both ends are of one operator.
    Internal,
    /// Nobody said whose the ends are.
    Unknown,
}

impl<'a> Border<'a> {
    pub(crate) fn of(network: &'a Network, ends: &Endpoints) -> Self {
        if network.is_empty() {
            return Border::Unknown;
        }
        let (from, to) = (network.owner_of_ip(ends.src_ip), network.owner_of_ip(ends.dest_ip));
        match (from, to) {
            _ if from.same(to) => Border::Internal,
            (Owner::Unknown, Owner::Unknown) => Border::Unknown,
            // A partner's own nodes that it did not list are no business of ours.
            (Owner::Partner(_), Owner::Unknown) | (Owner::Unknown, Owner::Partner(_)) => {
                Border::Unknown
            }
            _ => Border::Interconnect { from },
        }
    }
}

/// Pairs of nodes between which sessions of roamers were asked for: where no description says so, they show where an
/// interconnect is.
#[derive(Debug)]
pub(crate) struct Relations {
    pairs: Capped<(IpAddr, IpAddr), ()>,
}

impl Relations {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { pairs: Capped::new(name, MAX_RELATIONS) }
    }

    /// Learns from a request for a session whose subscriber is served by another network than the own.
    pub(crate) fn learn(&mut self, ends: &Endpoints, gtp: &Gtp) {
        if !is_create(gtp) || gtp.duplicate {
            return;
        }
        let serving = gtp.serving_network.or(gtp.rai_plmn);
        let home = gtp.imsi.and_then(|imsi| imsi.plmn());
        let (Some(serving), Some(home)) = (serving, home) else { return };
        // An MME asks its own serving gateway for the same subscriber; that one then speaks as S5/S8 SGW.
        let gateway = gtp.version < 2 || gtp.fteids.iter().any(|fteid| fteid.interface == Some(6));
        if gateway && !same_network(home, serving) {
            self.pairs.insert(pair(ends), ());
        }
    }

    pub(crate) fn knows(&self, ends: &Endpoints) -> bool {
        !self.pairs.is_empty() && self.pairs.contains(&pair(ends))
    }

    pub(crate) fn count(&self) -> TableCount {
        self.pairs.count()
    }
}

fn pair(ends: &Endpoints) -> (IpAddr, IpAddr) {
    (ends.src_ip.min(ends.dest_ip), ends.src_ip.max(ends.dest_ip))
}
