//! What goes along with a frame on its way through the layers.

use std::net::IpAddr;

use event::{Endpoints, Envelope, Event, Timestamp, TunnelPath, What};
use wire::Anomalies;

/// The frame that is being read.
pub(crate) struct Cx<'o> {
    pub(crate) frame: u64,
    pub(crate) at: Timestamp,
    /// The capture cut the frame.
    pub(crate) snapped: bool,
    /// What is read stands in the frame itself, so that offsets are offsets in the frame.
    pub(crate) in_frame: bool,
    /// Envelopes around what is read, tunnels of GTP aside.
    pub(crate) around: Option<Around>,
    pub(crate) notes: Anomalies,
    pub(crate) out: &'o mut Vec<Event>,
}

/// The outermost envelope, and what of those inside counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub(crate) kind: &'static str,
    pub(crate) src_ip: IpAddr,
    pub(crate) dest_ip: IpAddr,
    pub(crate) id: Option<u32>,
    /// How many there are.
    pub(crate) depth: u8,
    /// The innermost identifier that tells networks apart whose addresses may be the same.
    pub(crate) tenant: Option<u32>,
}

impl Around {
    pub(crate) fn record(&self) -> Envelope {
        Envelope {
            kind: self.kind.into(),
            src_ip: Some(self.src_ip),
            dest_ip: Some(self.dest_ip),
            id: self.id,
            depth: self.depth,
        }
    }
}

/// Where addresses count: between which two nodes of a tunnel, how deep, and in which tenant's network. What is the same
/// there and has the same addresses is the same conversation; both directions of a tunnel have different endpoint
/// identifiers, so what counts of a tunnel is the pair of nodes that it runs between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    nodes: Option<(IpAddr, IpAddr)>,
    pub(crate) depth: u8,
    tenant: Option<u32>,
}

/// Between whom, and in which tunnel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) ends: Option<Endpoints>,
    pub(crate) path: Option<TunnelPath>,
    pub(crate) flow_id: Option<u64>,
    /// Both sides spoke before.
    pub(crate) busy: bool,
}

impl Place {
    /// Below IP, or beside it.
    pub(crate) const NOWHERE: Self = Self { ends: None, path: None, flow_id: None, busy: false };

    pub(crate) const fn of(ends: Endpoints, path: Option<TunnelPath>) -> Self {
        Self { ends: Some(ends), path, flow_id: None, busy: false }
    }
}

impl Cx<'_> {
    pub(crate) fn emit(&mut self, place: &Place, what: What) {
        let mut event = Event::new(self.at, self.frame, place.ends, what);
        event.flow_id = place.flow_id;
        event.path = place.path.map(Box::new);
        self.out.push(event);
    }

    /// The network that somebody's addresses belong to.
    pub(crate) const fn tenant(&self) -> Option<u32> {
        match &self.around {
            Some(around) => around.tenant,
            None => None,
        }
    }

    pub(crate) fn scope(&self, path: Option<&TunnelPath>) -> Scope {
        Scope {
            nodes: path.map(|path| (path.src_ip.min(path.dest_ip), path.src_ip.max(path.dest_ip))),
            depth: path.map_or(0, |path| path.depth),
            tenant: self.tenant(),
        }
    }

    /// Packets around the one that is read: its conversation is the frame's one at this level.
    pub(crate) fn level(&self, path: Option<&TunnelPath>) -> u8 {
        let envelopes = self.around.map_or(0, |around| around.depth);
        path.map_or(0, |path| path.depth).saturating_add(envelopes)
    }
}
