//! Frames, IP and what stands on it.

use std::net::IpAddr;

use track::Frame;
use wire::envelope::{self, Envelope, Kind};
use wire::ip::{self, proto};
use wire::link::{self, Carried, LinkType, Tags};
use wire::sctp::{self, Body, Init, Parameter, Parameters};
use wire::{Anomalies, Cursor, icmp, transport};

use super::Speaker;

pub(super) fn frame(say: &mut Speaker, frame: &Frame<'_>, nanos: i64) {
    let (seconds, rest) = (nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000));
    say.say("frame.time_epoch", format!("{seconds}.{rest:09}"));
    say.say("frame.len", frame.orig_len);
    say.say("frame.cap_len", frame.bytes.len());
    let mut notes = Anomalies::default();
    let carried = link::network(&mut notes, LinkType(frame.link), Cursor::new(frame.bytes));
    if let Some(Carried::Ip { tags, .. } | Carried::Other { tags, .. }) = carried {
        self::tags(say, &tags);
    }
}

fn tags(say: &mut Speaker, tags: &Tags) {
    for id in tags.vlan_ids.iter().flatten() {
        say.say("vlan.id", id);
    }
    say.say_some("mpls.label", tags.mpls_label);
    say.say_some("pppoe.session_id", tags.pppoe_session);
}

pub(super) fn ip(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    let Some(packet) = ip::dissect(notes, &mut cur) else { return };
    let fragment = packet.fragment;
    if packet.src.is_ipv4() {
        say.say("ip.src", packet.src);
        say.say("ip.dst", packet.dst);
        say.say("ip.proto", packet.proto);
        say.say("ip.ttl", packet.ttl);
        say.say("ip.len", packet.total_len);
        say.say_flag("ip.flags.mf", fragment.is_some_and(|fragment| fragment.more));
        say.say("ip.frag_offset", fragment.map_or(0, |fragment| fragment.offset / 8));
    } else {
        say.say("ipv6.src", packet.src);
        say.say("ipv6.dst", packet.dst);
        say.say("ipv6.hlim", packet.ttl);
        say.say("ipv6.plen", packet.total_len.saturating_sub(40));
        if let Some(fragment) = fragment {
            say.say("ipv6.fraghdr.offset", fragment.offset / 8);
            say.say_flag("ipv6.fraghdr.more", fragment.more);
            say.say("ipv6.fraghdr.ident", fragment.id);
        }
    }
}

pub(super) fn udp(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    let Ok(udp) = transport::udp(notes, &mut cur) else { return };
    say.ports = (udp.src_port, udp.dst_port);
    say.say("udp.srcport", udp.src_port);
    say.say("udp.dstport", udp.dst_port);
    say.say("udp.length", udp.length);
    say.say("udp.checksum", udp.checksum);
    let envelope = envelope::in_udp(notes, udp.src_port, udp.dst_port, udp.payload);
    if let Some(envelope) = envelope {
        self::envelope(say, &envelope);
    }
}

pub(super) fn gre(say: &mut Speaker, notes: &mut Anomalies, cur: Cursor<'_>) {
    if let Some(envelope) = envelope::in_ip(notes, &around(proto::GRE, cur)) {
        self::envelope(say, &envelope);
    }
}

fn envelope(say: &mut Speaker, envelope: &Envelope<'_>) {
    if let Carried::Ip { tags, .. } | Carried::Other { tags, .. } = &envelope.carried {
        self::tags(say, tags);
    }
    let name = match envelope.kind {
        Kind::Gre => "gre.key",
        Kind::Vxlan | Kind::VxlanGpe => "vxlan.vni",
        Kind::Geneve => "geneve.vni",
        Kind::Erspan2 | Kind::Erspan3 => "erspan.spanid",
        _ => return,
    };
    say.say_some(name, envelope.id);
}

/// A packet around what is read without one: what it says is not compared there.
fn around(proto: u8, payload: Cursor<'_>) -> ip::Packet<'_> {
    let any = IpAddr::from([0, 0, 0, 0]);
    ip::Packet {
        src: any,
        dst: any,
        proto,
        ttl: 0,
        fragment: None,
        payload,
        total_len: 0,
        snapped: false,
    }
}

pub(super) fn tcp(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    let Ok(tcp) = transport::tcp(notes, &mut cur) else { return };
    say.say("tcp.srcport", tcp.src_port);
    say.say("tcp.dstport", tcp.dst_port);
    say.say("tcp.seq_raw", tcp.seq);
    say.say("tcp.ack_raw", tcp.ack);
    say.say("tcp.flags", tcp.flags.0);
    say.say("tcp.window_size_value", tcp.window);
    say.say("tcp.checksum", tcp.checksum);
    say.say("tcp.urgent_pointer", tcp.urgent_pointer);
    say.say("tcp.hdr_len", tcp.options.len().saturating_add(20));
    say.say("tcp.len", tcp.payload.len());
}

pub(super) fn icmp(say: &mut Speaker, cur: Cursor<'_>, v6: bool) {
    let packet = around(if v6 { proto::ICMPV6 } else { proto::ICMP }, cur);
    let Ok(icmp) = icmp::dissect(&mut Anomalies::default(), &packet) else { return };
    let names = if v6 {
        [
            "icmpv6.type",
            "icmpv6.code",
            "icmpv6.checksum",
            "icmpv6.echo.identifier",
            "icmpv6.echo.sequence_number",
        ]
    } else {
        ["icmp.type", "icmp.code", "icmp.checksum", "icmp.ident", "icmp.seq"]
    };
    let [kind, code, checksum, id, sequence] = names;
    say.say(kind, icmp.icmp_type);
    say.say(code, icmp.code);
    say.say(checksum, icmp.checksum);
    say.say_some(id, icmp.id);
    say.say_some(sequence, icmp.sequence);
}

pub(super) fn sctp(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    let Ok(packet) = sctp::dissect(notes, &mut cur) else { return };
    say.say("sctp.srcport", packet.src_port);
    say.say("sctp.dstport", packet.dst_port);
    say.say("sctp.verification_tag", packet.verification_tag);
    // CRC32c stands in the packet with its octets the other way round (RFC 9260 appendix A).
    say.say("sctp.checksum", packet.checksum.swap_bytes());
    let mut chunks = packet.chunks;
    while let Some(chunk) = chunks.next_chunk(notes) {
        say.say("sctp.chunk_type", chunk.kind.0);
        say.say("sctp.chunk_flags", chunk.flags);
        say.say("sctp.chunk_length", chunk.at.len);
        match chunk.body(notes) {
            Body::Data(data) => {
                say.say("sctp.data_tsn_raw", data.tsn);
                say.say("sctp.data_sid", data.stream);
                say.say_flag("sctp.data_b_bit", data.beginning);
                say.say_flag("sctp.data_e_bit", data.ending);
                say.say_flag("sctp.data_u_bit", data.unordered);
                say.say_flag("sctp.data_i_bit", data.immediate);
                if data.interleaved {
                    say.say("sctp.data_mid", data.ssn);
                } else {
                    say.say("sctp.data_ssn", data.ssn);
                }
                if !data.interleaved || data.beginning {
                    say.say("sctp.data_payload_proto_id", data.ppid);
                }
            }
            Body::Init(init) => {
                self::init(say, notes, &init, INIT);
            }
            Body::InitAck(init) => {
                self::init(say, notes, &init, INIT_ACK);
            }
            Body::Sack(sack) => {
                say.say("sctp.sack_cumulative_tsn_ack_raw", sack.cumulative_tsn_ack);
                say.say("sctp.sack_a_rwnd", sack.a_rwnd);
                say.say("sctp.sack_number_of_gap_blocks", sack.gap_blocks);
                say.say("sctp.sack_number_of_duplicated_tsns", sack.duplicates);
            }
            Body::Abort(mut causes) | Body::Error(mut causes) => {
                while let Some(cause) = causes.next_cause(notes) {
                    say.say("sctp.cause_code", cause.code);
                }
            }
            Body::Shutdown { cumulative_tsn_ack } => {
                say.say("sctp.shutdown_cumulative_tsn_ack", cumulative_tsn_ack);
            }
            Body::ForwardTsn { new_cumulative_tsn } => {
                say.say("sctp.forward_tsn_tsn", new_cumulative_tsn);
            }
            Body::Asconf { serial, parameters } => {
                say.say("sctp.asconf_seq_nr_number", serial);
                self::parameters(say, notes, parameters);
            }
            Body::AsconfAck { serial, parameters } => {
                say.say("sctp.asconf_ack_seq_nr_number", serial);
                self::parameters(say, notes, parameters);
            }
            Body::Auth { shared_key_id, .. } => {
                say.say("sctp.shared_key_id", shared_key_id);
            }
            Body::ReConfig(parameters)
            | Body::Heartbeat(parameters)
            | Body::HeartbeatAck(parameters) => self::parameters(say, notes, parameters),
            _ => {}
        }
    }
}

const INIT: [&str; 5] = [
    "sctp.init_initiate_tag",
    "sctp.init_credit",
    "sctp.init_nr_out_streams",
    "sctp.init_nr_in_streams",
    "sctp.init_initial_tsn",
];
const INIT_ACK: [&str; 5] = [
    "sctp.initack_initiate_tag",
    "sctp.initack_credit",
    "sctp.initack_nr_out_streams",
    "sctp.initack_nr_in_streams",
    "sctp.initack_initial_tsn",
];

fn init(say: &mut Speaker, notes: &mut Anomalies, init: &Init<'_>, names: [&'static str; 5]) {
    let [tag, window, outbound, inbound, tsn] = names;
    say.say(tag, init.initiate_tag);
    say.say(window, init.a_rwnd);
    say.say(outbound, init.outbound_streams);
    say.say(inbound, init.inbound_streams);
    say.say(tsn, init.initial_tsn);
    parameters(say, notes, init.parameters);
}

fn parameters(say: &mut Speaker, notes: &mut Anomalies, mut parameters: Parameters<'_>) {
    while let Some(parameter) = parameters.next_parameter(notes) {
        say.say("sctp.parameter_type", parameter.kind);
        let inner = parameter.asconf_address();
        if let Some(address) = inner {
            let kind =
                if address.is_ipv4() { Parameter::IPV4_ADDRESS } else { Parameter::IPV6_ADDRESS };
            say.say("sctp.parameter_type", kind);
        }
        match parameter.address().or(inner) {
            Some(IpAddr::V4(address)) => say.say("sctp.parameter_ipv4_address", address),
            Some(IpAddr::V6(address)) => say.say("sctp.parameter_ipv6_address", address),
            None => {}
        }
    }
}
