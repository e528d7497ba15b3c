//! One event, one line: the record in the shape of EVE.

use std::net::IpAddr;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Alert, Anomaly, Diameter, Dns, Element, Endpoints, Envelope, Flow, Gtp, Icmp, Incident, Isup,
    M3ua, Map, Pfcp, Proto, Sccp, Sctp, Ssh, Stats, Timestamp, Tunnel, TunnelPath, community_id,
};

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum What {
    Alert(Box<Alert>),
    Anomaly(Box<Anomaly>),
    /// A TCAP component of CAP or INAP.
    Cap(Box<Map>),
    Diameter(Box<Diameter>),
    Dns(Box<Dns>),
    Element(Box<Element>),
    Flow(Box<Flow>),
    Gtp(Box<Gtp>),
    Icmp(Box<Icmp>),
    Incident(Box<Incident>),
    Isup(Box<Isup>),
    M3ua(Box<M3ua>),
    Map(Box<Map>),
    Pfcp(Box<Pfcp>),
    Sccp(Box<Sccp>),
    Sctp(Box<Sctp>),
    Ssh(Box<Ssh>),
    Stats(Box<Stats>),
    Tunnel(Box<Tunnel>),
}

impl What {
    /// Every `event_type` there is.
    pub const EVENT_TYPES: &[&str] = &[
        "alert", "anomaly", "cap", "diameter", "dns", "element", "flow", "gtp", "icmp", "incident",
        "isup", "m3ua", "map", "pfcp", "sccp", "sctp", "ssh", "stats", "tunnel",
    ];

    /// `event_type` of the record and the name of its object.
    pub const fn event_type(&self) -> &'static str {
        match self {
            Self::Alert(_) => "alert",
            Self::Anomaly(_) => "anomaly",
            Self::Cap(_) => "cap",
            Self::Diameter(_) => "diameter",
            Self::Dns(_) => "dns",
            Self::Element(_) => "element",
            Self::Flow(_) => "flow",
            Self::Gtp(_) => "gtp",
            Self::Icmp(_) => "icmp",
            Self::Incident(_) => "incident",
            Self::Isup(_) => "isup",
            Self::M3ua(_) => "m3ua",
            Self::Map(_) => "map",
            Self::Pfcp(_) => "pfcp",
            Self::Sccp(_) => "sccp",
            Self::Sctp(_) => "sctp",
            Self::Ssh(_) => "ssh",
            Self::Stats(_) => "stats",
            Self::Tunnel(_) => "tunnel",
        }
    }
}

/// Something that happened, seen in a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub at: Timestamp,
    /// Number of the frame in the whole run, from 1, in the order in which frames were read.
    pub frame: u64,
    /// File the frame stood in. Alerts carry none, so that a capture cut into pieces gives the same alerts.
    pub file: Option<Arc<str>>,
    pub ends: Option<Endpoints>,
    /// The same in all events of one conversation.
    pub flow_id: Option<u64>,
    /// The tunnel around it.
    pub path: Option<Box<TunnelPath>>,
    /// What else was wrapped around it.
    pub envelope: Option<Box<Envelope>>,
    pub what: What,
}

impl Event {
    pub const fn new(at: Timestamp, frame: u64, ends: Option<Endpoints>, what: What) -> Self {
        Self { at, frame, file: None, ends, flow_id: None, path: None, envelope: None, what }
    }
}

/// An incident as a record.
impl From<Incident> for Event {
    fn from(incident: Incident) -> Self {
        let frame = incident.frames.first().copied().unwrap_or_default();
        Self::new(incident.first_seen, frame, None, What::Incident(Box::new(incident)))
    }
}

/// An alert as a record.
impl From<Alert> for Event {
    fn from(alert: Alert) -> Self {
        let frame = alert.frames.first().copied().unwrap_or_default();
        Self::new(alert.first_seen, frame, alert.ends, What::Alert(Box::new(alert)))
    }
}

#[derive(Serialize)]
struct Written<'a> {
    timestamp: Timestamp,
    event_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dest_ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dest_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proto: Option<Proto>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    community_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a TunnelPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    envelope: Option<&'a Envelope>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pcap_filename: Option<&'a str>,
    pcap_cnt: u64,
    #[serde(flatten)]
    what: &'a What,
}

/// A record as it is read back, and the shape of the schema.
#[derive(Deserialize, JsonSchema)]
#[expect(
    dead_code,
    reason = "fields that are derived from others are part of the shape and are not read back"
)]
struct Read {
    timestamp: Timestamp,
    event_type: String,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    src_ip: Option<IpAddr>,
    #[serde(default)]
    src_port: Option<u16>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    dest_ip: Option<IpAddr>,
    #[serde(default)]
    dest_port: Option<u16>,
    #[serde(default)]
    proto: Option<Proto>,
    #[serde(default)]
    flow_id: Option<u64>,
    #[serde(default)]
    community_id: Option<String>,
    #[serde(default)]
    path: Option<Box<TunnelPath>>,
    #[serde(default)]
    envelope: Option<Box<Envelope>>,
    #[serde(default)]
    pcap_filename: Option<String>,
    pcap_cnt: u64,
    #[serde(flatten)]
    what: What,
}

impl Serialize for Event {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ends = self.ends.as_ref();
        let port = |port: u16| (port != 0).then_some(port);
        Written {
            timestamp: self.at,
            event_type: self.what.event_type(),
            src_ip: ends.map(|e| e.src_ip),
            src_port: ends.and_then(|e| port(e.src_port)),
            dest_ip: ends.map(|e| e.dest_ip),
            dest_port: ends.and_then(|e| port(e.dest_port)),
            proto: ends.map(|e| e.proto),
            flow_id: self.flow_id,
            community_id: ends.and_then(community_id),
            path: self.path.as_deref(),
            envelope: self.envelope.as_deref(),
            pcap_filename: self.file.as_deref(),
            pcap_cnt: self.frame,
            what: &self.what,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Read::deserialize(deserializer)?;
        let ends = match (read.src_ip, read.dest_ip) {
            (Some(src_ip), Some(dest_ip)) => Some(Endpoints {
                src_ip,
                src_port: read.src_port.unwrap_or(0),
                dest_ip,
                dest_port: read.dest_port.unwrap_or(0),
                proto: read.proto.unwrap_or_default(),
            }),
            _ => None,
        };
        let mut what = read.what;
        if let What::Alert(alert) = &mut what {
            alert.ends = ends;
        }
        Ok(Self {
            at: read.timestamp,
            frame: read.pcap_cnt,
            file: read.pcap_filename.map(Arc::from),
            ends,
            flow_id: read.flow_id,
            path: read.path,
            envelope: read.envelope,
            what,
        })
    }
}

/// The JSON Schema of a record, made from the types.
pub fn json_schema() -> schemars::Schema {
    schemars::schema_for!(Read)
}
