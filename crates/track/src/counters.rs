//! What a shard and the join counted.

use std::collections::BTreeMap;

use event::{OneWay, Protocols, Stats, TableCount, Timestamp, Transactions};

/// Counters of a shard; those of several shards add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShardCounters {
    /// Frames that the shard was given, and their octets as they were on the wire.
    pub frames: u64,
    pub bytes: u64,
    /// Time of the first and of the last frame.
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    /// Frames cut short by the snap length.
    pub snapped: u64,
    /// Frames of link types that are not read.
    pub unread_link: u64,
    /// DATA chunks of SCTP seen, and how many their TSNs say there were.
    pub tsn_seen: u64,
    pub tsn_expected: u64,
    pub flows: u64,
    /// Packets or messages by protocol, in the order of [`Seen`].
    pub(crate) seen: SeenCounts,
    /// Anomalies by field, repeats included.
    pub anomalies: BTreeMap<&'static str, u64>,
    /// What each table holds.
    pub tables: Vec<TableCount>,
}

impl ShardCounters {
    /// Adds the counters of another shard.
    pub fn add(&mut self, other: &Self) {
        self.frames += other.frames;
        self.bytes += other.bytes;
        self.first_seen = match (self.first_seen, other.first_seen) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.last_seen = self.last_seen.max(other.last_seen);
        self.snapped += other.snapped;
        self.unread_link += other.unread_link;
        self.tsn_seen += other.tsn_seen;
        self.tsn_expected += other.tsn_expected;
        self.flows += other.flows;
        self.seen.add(&other.seen);
        for (field, count) in &other.anomalies {
            *self.anomalies.entry(field).or_default() += count;
        }
        for table in &other.tables {
            match self.tables.iter_mut().find(|mine| mine.table == table.table) {
                Some(mine) => {
                    mine.entries += table.entries;
                    mine.cap += table.cap;
                    mine.evicted += table.evicted;
                }
                None => self.tables.push(table.clone()),
            }
        }
    }

    /// Packets or messages by protocol, those that occurred.
    pub fn protocols(&self) -> Vec<Protocols> {
        let count = |(name, count): (&'static str, u64)| Protocols { name: name.into(), count };
        self.seen.named().filter(|(_, count)| *count > 0).map(count).collect()
    }

    /// Writes the counters into the record of the run.
    pub fn write(&self, stats: &mut Stats) {
        stats.frames += self.frames;
        stats.bytes += self.bytes;
        stats.first_seen = match (stats.first_seen, self.first_seen) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        stats.last_seen = stats.last_seen.max(self.last_seen);
        stats.snapped += self.snapped;
        stats.unread_link += self.unread_link;
        stats.tsn_seen += self.tsn_seen;
        stats.tsn_expected += self.tsn_expected;
        stats.flows += self.flows;
        stats.protocols.extend(self.protocols());
        let anomaly = |(field, count): (&&'static str, &u64)| Protocols {
            name: (*field).into(),
            count: *count,
        };
        stats.anomalies.extend(self.anomalies.iter().map(anomaly));
        stats.tables.extend(self.tables.iter().cloned());
    }
}

macro_rules! seen {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// What packets and messages are counted as.
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum Seen { $($variant),* }

        const NAMES: &[&str] = &[$($name),*];
    };
}

seen! {
    Ipv4 "ipv4", Ipv6 "ipv6", NotIp "not ip", Fragment "ip fragments", Tcp "tcp", Udp "udp", Sctp "sctp", Icmp "icmp",
    OtherIp "other ip protocols", Envelope "envelopes", Gtpu "gtp-u", GtpV0 "gtpv0", GtpV1 "gtpv1-c", GtpV2 "gtpv2-c", GtpPrime "gtp'", Pfcp "pfcp",
    Dns "dns", Diameter "diameter", M3ua "m3ua", M2ua "m2ua", M2pa "m2pa", Sua "sua", Mtp2 "mtp2 units", Mtp3 "mtp3", Mtp3Management "mtp3 management",
    OtherUserPart "other ss7 user parts", Isup "isup", Bicc "bicc", Sccp "sccp", Tcap "tcap", Map "map components",
    Radius "radius", Sip "sip", S1ap "s1ap", Ngap "ngap", Ssh "ssh sessions", Tls "tls openings",
}

/// How often each was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenCounts([u64; NAMES.len()]);

impl Default for SeenCounts {
    fn default() -> Self {
        Self([0; NAMES.len()])
    }
}

impl SeenCounts {
    pub(crate) fn note(&mut self, what: Seen) {
        if let Some(count) = self.0.get_mut(what as usize) {
            *count += 1;
        }
    }

    fn add(&mut self, other: &Self) {
        for (mine, other) in self.0.iter_mut().zip(other.0) {
            *mine += other;
        }
    }

    fn named(&self) -> impl Iterator<Item = (&'static str, u64)> {
        NAMES.iter().copied().zip(self.0)
    }
}

/// Counters of the join.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JoinCounters {
    /// Dialogues of TCAP, and requests of GTP, Diameter and DNS.
    pub dialogues: u64,
    /// Those that nobody answered in time.
    pub unanswered: u64,
    /// Tunnels, by the control plane or found without it.
    pub tunnels: u64,
    /// Subscribers, counted by their pseudonyms; within about 2 %.
    pub subscribers: u64,
    /// What became of requests, by protocol.
    pub transactions: Vec<Transactions>,
    /// Pairs of nodes of which one direction was seen.
    pub one_way: Vec<OneWay>,
    /// What each table holds.
    pub tables: Vec<TableCount>,
}

impl JoinCounters {
    /// Writes the counters into the record of the run.
    pub fn write(&self, stats: &mut Stats) {
        stats.dialogues += self.dialogues;
        stats.dialogues_unanswered += self.unanswered;
        stats.tunnels += self.tunnels;
        stats.subscribers += self.subscribers;
        stats.transactions.extend(self.transactions.iter().cloned());
        stats.one_way.extend(self.one_way.iter().cloned());
        stats.tables.extend(self.tables.iter().cloned());
    }
}
