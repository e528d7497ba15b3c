//! The words of the product: events, alerts, identities, and the shapes of their records.
//!
//! Events are the narrow waist. What stands left of them is about bytes and time; what stands right of them never
//! sees a byte. One [`Event`] is one JSON object on one line, in the shape of Suricata's EVE, so that whatever reads
//! EVE reads us. Shapes are derived from the types below and never written twice; [`json_schema`] is made from them.

mod alert;
mod anomaly;
mod call;
mod capped;
mod community_id;
mod diameter;
mod dns;
mod element;
mod envelope;
mod flow;
mod gtp;
mod icmp;
mod incident;
mod isup;
mod m3ua;
mod map;
mod numbering;
mod outcome;
mod pfcp;
mod plmn;
mod record;
mod sccp;
mod sctp;
mod ssh;
mod stats;
mod subscriber;
mod timestamp;
mod tunnel;

pub use alert::{Alert, AlertState, Level, References};
pub use anomaly::Anomaly;
pub use call::{Call, Party};
pub use capped::{Capped, Slot, TableCount};
pub use community_id::community_id;
pub use compact_str::CompactString;
pub use diameter::{AvpCode, Diameter, DiameterOthers};
pub use dns::{Dns, DnsRecord};
pub use element::{Element, ElementHint, ElementIdentity, ElementService};
pub use envelope::{Endpoints, Envelope, Proto, TunnelPath};
pub use flow::{Flow, FlowState, Handshake, Opening, Turn};
pub use gtp::{Fteid, Gtp, Pco};
pub use icmp::Icmp;
pub use incident::{Incident, IncidentEdge, IncidentNode, Stage};
pub use isup::Isup;
pub use m3ua::{M3ua, M3uaRegistration};
pub use map::{Map, MapDetails, NodeAddress};
pub use numbering::{GlobalTitle, PointCode, SccpAddress, country_code_len};
pub use outcome::Outcome;
pub use pfcp::{FSeid, Pfcp};
pub use plmn::Plmn;
pub use record::{Event, What, json_schema};
pub use sccp::Sccp;
pub use sctp::{Sctp, SctpState};
pub use ssh::{Ssh, SshOutcome, SshState};
pub use stats::{Coverage, CoverageState, OneWay, Protocols, Stats, Suppressed, Transactions};
pub use subscriber::{Digits, Identity, Pseudonymiser, Subscriber};
pub use timestamp::Timestamp;
pub use tunnel::{Tunnel, TunnelState};

/// A name from a specification: borrowed from our tables when we write it, owned when it was read back.
pub type Name = std::borrow::Cow<'static, str>;
