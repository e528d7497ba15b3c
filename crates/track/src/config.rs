//! What bounds the memory and the patience of the tracker.

use std::time::Duration;

use event::Pseudonymiser;

/// Caps and timeouts. The caps below bound the sixteen shards and the join together under 512 MB whatever arrives; each
/// says what an entry costs at most.
#[derive(Clone, Debug)]
pub struct Config {
    /// Turns identities into pseudonyms.
    pub pseudonymiser: Pseudonymiser,
    /// Flows of a shard: about 350 octets each and 900 more while payload is looked at, so that 16 × 12,288 of them are
    /// 65 MB as a rule and 240 MB when every one is a talking TCP stream.
    pub flows: usize,
    /// Octets that a shard keeps for TCP segments out of order and messages not complete yet.
    pub stream_bytes: usize,
    /// Tunnel directions of a shard: about 170 octets each, 16 × 32,768 of them are 90 MB.
    pub tunnel_ends: usize,
    /// IP datagrams of a shard that wait for fragments, and the octets that they may hold together.
    pub datagrams: usize,
    /// Octets of fragments that a shard keeps.
    pub fragment_bytes: usize,
    /// Recent echoes of a shard, about 80 octets each.
    pub echoes: usize,
    /// Defects already reported between two hosts, per shard, about 70 octets each.
    pub reported: usize,
    /// Associations; nearly all stand in the first shard, a few hundred are usual. About 1 KB each.
    pub associations: usize,
    /// Octets of SCTP fragments, SCCP segments and Diameter messages on the way, per shard.
    pub message_bytes: usize,
    /// Segmented SCCP messages on the way.
    pub segmented: usize,
    /// Requests of GTP that wait for an answer, in the join, about 300 octets each.
    pub gtp_requests: usize,
    /// Tunnels known from the control plane or found without it, in the join, about 400 octets each.
    pub tunnels: usize,
    /// Dialogues of TCAP open at once, about 450 octets each.
    pub dialogues: usize,
    /// Requests of Diameter that wait for an answer, about 100 octets each.
    pub diameter_requests: usize,
    /// Questions of DNS that wait for an answer, about 100 octets each.
    pub dns_requests: usize,
    /// A datagram whose fragments are not there after this long never completes (RFC 791 says 15 s, RFC 8200 60 s, stacks 30 s).
    pub fragment_idle: Duration,
    /// A flow that is silent for this long has ended. Stateful firewalls take 5 minutes or more for what is not closed.
    pub flow_idle: Duration,
    /// How often a flow or tunnel that lives is reported.
    pub report_every: Duration,
    /// A tunnel direction that is silent for this long is reported as idle and forgotten by the shard.
    pub tunnel_idle: Duration,
    /// An association without even a heartbeat (30 s by default, RFC 9260 §16) for this long is gone.
    pub association_idle: Duration,
    /// SCCP segments are put together within this time (Q.714 T(reass) is 10 to 20 s).
    pub segment_idle: Duration,
    /// A request of GTP or Diameter is unanswered after this long: T3 × N3 of 29.060 with the usual 5 s and 5 tries, doubled.
    pub answer_within: Duration,
    /// A dialogue of TCAP without a message for this long is over; MAP timers are at most "long", one to ten minutes.
    pub dialogue_idle: Duration,
    /// A tunnel without traffic and without control for this long is forgotten by the join: sessions live for days.
    pub session_idle: Duration,
}

impl Config {
    /// The defaults, with this site's pseudonyms.
    pub const fn new(pseudonymiser: Pseudonymiser) -> Self {
        Self {
            pseudonymiser,
            flows: 12_288,
            stream_bytes: 1 << 20,
            tunnel_ends: 32_768,
            datagrams: 512,
            fragment_bytes: 1 << 20,
            echoes: 8_192,
            reported: 4_096,
            associations: 2_048,
            message_bytes: 4 << 20,
            segmented: 4_096,
            gtp_requests: 32_768,
            tunnels: 98_304,
            dialogues: 65_536,
            diameter_requests: 65_536,
            dns_requests: 32_768,
            fragment_idle: Duration::from_secs(30),
            flow_idle: Duration::from_secs(300),
            report_every: Duration::from_secs(60),
            tunnel_idle: Duration::from_secs(300),
            association_idle: Duration::from_secs(600),
            segment_idle: Duration::from_secs(10),
            answer_within: Duration::from_secs(60),
            dialogue_idle: Duration::from_secs(60),
            session_idle: Duration::from_secs(172_800),
        }
    }
}
