//! The laws every parser of this crate keeps, whatever the input: no panic, the same answer twice, every span and the
//! cursor inside the input. Property tests, fuzz targets and the corpus of crashes all call [`check`].
//!
//! A new parser is one line in [`PARSERS`].

use std::fmt::Debug;

use crate::link::{Carried, Exported, LinkType};
use crate::{
    Anomalies, Cursor, bssap, diameter, dns, envelope, gtp, http2, icmp, ip, isup, link, m3ua, map,
    mtp3, pfcp, quic, radius, ranap, s1ap, sccp, sctp, sip, smb, ssh, sua, tcap, telnet, tls,
    transport,
};

/// A parser under its name, run over octets as if they were its message; it panics where a law is broken.
pub type Parser = (&'static str, fn(&[u8]));

/// Every parser of this crate.
pub const PARSERS: &[Parser] = &[
    ("link", |bytes| LinkType::READ.iter().for_each(|link| frame(*link, bytes))),
    ("ip", |bytes| keep(bytes, packet)),
    ("ip.extensions", |bytes| {
        keep(bytes, |notes, cur| {
            let next = cur.u8().unwrap_or_default();
            ip::extensions(notes, next, cur)
        });
    }),
    ("udp", |bytes| keep(bytes, |notes, cur| transport::udp(notes, cur))),
    ("tcp", |bytes| keep(bytes, |notes, cur| transport::tcp(notes, cur))),
    ("icmp", |bytes| keep(bytes, |_, cur| icmp::pattern(cur.rest()))),
    ("sctp", |bytes| keep(bytes, sctp_packet)),
    ("ssh", |bytes| {
        keep(bytes, |_, cur| (ssh::probe(cur.rest()), ssh::banner(cur.rest())));
        keep(bytes, ssh_packets);
        keep(bytes, |notes, cur| {
            ssh::kex_init(notes, cur).map(|kex| (kex, kex.hassh(), kex.hassh_server()))
        });
    }),
    ("envelope", |bytes| {
        for proto in
            [ip::proto::IPV4, ip::proto::GRE, ip::proto::ETHERIP, ip::proto::MPLS, ip::proto::L2TP]
        {
            keep(bytes, |notes, cur| {
                let packet = ip::Packet::around(proto, *cur);
                envelope::in_ip(notes, &packet)
                    .inspect(|envelope| carried(bytes, &envelope.carried))
            });
        }
        for port in [4789, 4790, 6081, 1701, 3544, 6635, 4754] {
            keep(bytes, |notes, cur| {
                envelope::in_udp(notes, 49_152, port, *cur)
                    .inspect(|envelope| carried(bytes, &envelope.carried))
            });
        }
        keep(bytes, |_, cur| {
            let shape = envelope::looks_like_vxlan(cur.rest());
            (shape, envelope::esp(*cur), envelope::ike(*cur), envelope::in_udp_4500(*cur))
        });
    }),
    ("gtp", |bytes| {
        keep(bytes, |notes, cur| {
            (gtp::probe(cur.rest()), gtp::gpdu(*cur), gtp_messages(notes, cur))
        });
    }),
    ("pfcp", |bytes| {
        keep(bytes, |notes, cur| (pfcp::probe(cur.rest()), pfcp_messages(notes, cur)));
    }),
    ("diameter", |bytes| {
        keep(bytes, |notes, cur| (diameter::probe(cur.rest()), diameter_messages(notes, cur)));
        assert!(
            diameter::find(bytes).is_none_or(|at| at < bytes.len()),
            "a message is found outside"
        );
    }),
    ("s1ap", |bytes| {
        keep(bytes, |notes, cur| (s1ap::probe(bytes), s1ap::dissect(notes, &s1ap::NGAP, cur)))
    }),
    ("radius", |bytes| {
        keep(bytes, |notes, cur| (radius::probe(bytes), radius::dissect(notes, cur)));
    }),
    ("sip", |bytes| keep(bytes, |_, _| sip::start_line(bytes))),
    ("http2", |bytes| {
        keep(bytes, |_, cur| (http2::probe_server(bytes), http2::frame(cur)));
    }),
    ("smb", |bytes| keep(bytes, |_, cur| (smb::probe(bytes), smb::message(cur)))),
    ("telnet", |bytes| {
        keep(bytes, |_, _| (telnet::probe(bytes), telnet::options(bytes).count()));
    }),
    ("quic", |bytes| keep(bytes, |_, cur| (quic::probe(bytes), quic::long_header(cur)))),
    ("dns", |bytes| {
        keep(bytes, |notes, cur| (dns::probe(cur.rest()), dns::dissect(notes, cur)));
        keep(bytes, |notes, cur| (dns::probe_dialect(cur.rest()), dns_records(notes, cur)));
    }),
    ("tls", |bytes| {
        keep(bytes, |notes, cur| (tls::probe(cur.rest()), tls::opening(notes, *cur)));
        keep(bytes, |notes, cur| {
            (tls::joined(bytes), tls::hello(notes, cur).map(|hello| (hello.ja4(), hello)))
        });
    }),
    ("m3ua", |bytes| keep(bytes, |notes, cur| (m3ua::probe(bytes), m3ua::dissect(notes, cur)))),
    ("mtp3", |bytes| {
        keep(bytes, |notes, cur| mtp3::dissect(notes, cur, mtp3::guess(bytes)));
        keep(bytes, |notes, cur| mtp3::signal_unit(notes, cur, None));
        keep(bytes, |notes, cur| (mtp3::probe_m2ua(bytes), mtp3::m2ua(notes, cur)));
        keep(bytes, |notes, cur| (mtp3::probe_m2pa(bytes), mtp3::m2pa(notes, cur)));
    }),
    ("sccp", |bytes| {
        keep(bytes, |notes, cur| (sccp::probe(bytes), sccp::dissect(notes, cur)));
        keep(bytes, |notes, cur| sccp::dissect_as(notes, cur, mtp3::Variant::Ansi));
        keep(bytes, |_, _| sccp::guess(bytes, &[mtp3::Variant::Ansi, mtp3::Variant::China]));
    }),
    ("sua", |bytes| {
        keep(bytes, |notes, cur| {
            (sua::probe(bytes), sua::dissect(notes, cur).map(|message| (message.sccp(), message)))
        });
    }),
    ("isup", |bytes| {
        keep(bytes, |notes, cur| {
            (isup::probe(bytes), isup::dissect(notes, cur, isup::guess(bytes)))
        });
        keep(bytes, |notes, cur| isup::dissect(notes, cur, isup::Flavour::Bicc));
    }),
    ("bssap", |bytes| {
        keep(bytes, |_, _| (bssap::message_name(bytes), ranap::probe(bytes)));
    }),
    ("tcap", |bytes| {
        keep(bytes, |notes, cur| (tcap::probe(bytes), tcap::dissect(notes, cur)));
        two_readings(bytes);
    }),
    ("map", |bytes| keep(bytes, map_argument)),
];

/// Holds the laws up to every parser.
pub fn check(bytes: &[u8]) {
    for (_, parser) in PARSERS {
        parser(bytes);
    }
}

/// Runs `read` twice over the same octets and asserts the laws. `read` gives back all that it found.
#[track_caller]
pub fn keep<'a, T: PartialEq + Debug>(
    bytes: &'a [u8],
    read: impl Fn(&mut Anomalies, &mut Cursor<'a>) -> T,
) {
    let (mut notes, mut cur) = (Anomalies::default(), Cursor::new(bytes));
    let found = read(&mut notes, &mut cur);
    let (mut notes_again, mut cur_again) = (Anomalies::default(), Cursor::new(bytes));
    let found_again = read(&mut notes_again, &mut cur_again);
    assert_eq!(found, found_again, "another answer the second time");
    assert_eq!(notes, notes_again, "other anomalies the second time");
    assert_eq!(cur, cur_again, "another place the second time");
    inside(bytes, &cur);
    for anomaly in notes.as_slice() {
        let end = u64::from(anomaly.at.start).saturating_add(u64::from(anomaly.at.len));
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        assert!(end <= len, "{anomaly:?} is outside of {len} octets");
        let layer = anomaly.field.split('.').next().unwrap_or_default();
        assert!(!layer.is_empty() && layer.len() < anomaly.field.len(), "{anomaly:?} has no layer");
    }
}

/// Asserts that what a cursor has left is where it says, in the input.
#[track_caller]
pub fn inside(bytes: &[u8], cur: &Cursor<'_>) {
    let at = usize::try_from(cur.offset()).unwrap_or(usize::MAX);
    let there = bytes.get(at..).and_then(|rest| rest.get(..cur.len()));
    assert!(there == Some(cur.rest()), "{cur:?} is not where it says in {} octets", bytes.len());
}

/// The questions and records of a DNS message, names and data read.
fn dns_records(notes: &mut Anomalies, cur: &mut Cursor<'_>) -> Option<String> {
    let message = dns::dissect(notes, cur).ok()?;
    let questions: Vec<_> = message.questions().collect();
    let records = message.records().take(64);
    let records: Vec<_> = records.map(|record| (record.name(), record.data())).collect();
    Some(format!("{questions:?} {records:?}"))
}

/// A frame from its link type inwards.
fn frame(link: LinkType, bytes: &[u8]) {
    keep(bytes, |notes, cur| {
        let found = link::network(notes, link, *cur);
        if let Some(found) = &found {
            carried(bytes, found);
        }
        if let Some(Carried::Ip { packet: mut ip, .. }) = found {
            packet(notes, &mut ip);
            inside(bytes, &ip);
        }
        found
    });
}

/// What something carries stands in it.
fn carried(bytes: &[u8], carried: &Carried<'_>) {
    let (Carried::Ip { packet: payload, .. }
    | Carried::Mtp2(payload)
    | Carried::Mtp3(payload)
    | Carried::Sccp(payload)
    | Carried::Exported(Exported { payload, .. })
    | Carried::Other { payload, .. }) = carried;
    inside(bytes, payload);
}

/// Holds the tolerant reader of TCAP against the strict one: without a note both read the same, and what the strict one
/// takes has no note but those of what is legal. (A dialogue portion in a syntax of the user's own is closed to the strict
/// one, and is looked into where it speaks like ours.)
#[track_caller]
pub fn two_readings(bytes: &[u8]) {
    let mut notes = Anomalies::default();
    let strict = tcap::strict::read(bytes);
    let Ok(message) = tcap::dissect(&mut notes, &mut Cursor::new(bytes)) else {
        assert!(strict.is_err(), "only the strict reader reads it");
        return;
    };
    if notes.is_empty() {
        let tolerant = tcap::strict::Reading::of(&message);
        assert_eq!(strict, Ok(tolerant), "the readers part and nothing is noted");
    } else if strict.is_ok() && !notes.has("tcap.dialogue") {
        for note in notes.as_slice() {
            let legal = tcap::strict::NOTED_THOUGH_LEGAL.contains(&note.field);
            assert!(legal, "{note:?}: the strict reader takes it");
        }
    }
}

/// A packet and what it carries; the words say how far that went.
fn packet(notes: &mut Anomalies, cur: &mut Cursor<'_>) -> Option<String> {
    let whole = *cur;
    let packet = ip::dissect(notes, cur)?;
    assert!(cur.len() <= whole.len() && packet.payload.len() <= whole.len(), "an IP packet grew");
    let mut payload = packet.payload;
    Some(match packet.proto {
        ip::proto::UDP => format!(
            "{:?}",
            transport::udp(notes, &mut payload)
                .map(|udp| (udp, transport::check_udp(notes, &packet, &udp)))
        ),
        ip::proto::TCP => {
            format!(
                "{:?} {:?}",
                transport::tcp(notes, &mut payload),
                transport::check_tcp(notes, &packet)
            )
        }
        ip::proto::ICMP | ip::proto::ICMPV6 => format!(
            "{:?}",
            icmp::dissect(notes, &packet)
                .map(|icmp| { (icmp, icmp.pattern(), icmp.quoted(), icmp::check(notes, &packet)) })
        ),
        ip::proto::SCTP => {
            format!(
                "{:?} {:?}",
                sctp_packet(notes, &mut payload),
                sctp::check(notes, packet.payload)
            )
        }
        _ => format!("{packet:?}"),
    })
}

/// An argument, a result and an error of the operation that the first octet names.
fn map_argument(notes: &mut Anomalies, cur: &mut Cursor<'_>) -> ([map::Argument; 4], Option<u32>) {
    let opcode = i64::from(cur.u8().unwrap_or_default() & 0x7f);
    let mut read = |user, kind| map::argument(notes, user, opcode, kind, *cur);
    let arguments = [
        read(map::User::Map, tcap::ComponentKind::Invoke),
        read(map::User::Map, tcap::ComponentKind::ReturnResultLast),
        read(map::User::Cap, tcap::ComponentKind::Invoke),
        read(map::User::Inap, tcap::ComponentKind::Invoke),
    ];
    (arguments, map::error_diagnostic(map::User::Map, opcode, *cur))
}

fn sctp_packet<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Vec<sctp::Body<'a>> {
    let most = cur.len() / 4;
    let Ok(mut packet) = sctp::dissect(notes, cur) else { return Vec::new() };
    let mut bodies = Vec::new();
    while let Some(chunk) = packet.chunks.next_chunk(notes) {
        let body = chunk.body(notes);
        match body {
            sctp::Body::Init(init) | sctp::Body::InitAck(init) => {
                parameters(notes, init.parameters, most);
            }
            sctp::Body::Asconf { parameters: list, .. }
            | sctp::Body::AsconfAck { parameters: list, .. }
            | sctp::Body::ReConfig(list)
            | sctp::Body::Heartbeat(list)
            | sctp::Body::HeartbeatAck(list) => parameters(notes, list, most),
            sctp::Body::Abort(mut causes) | sctp::Body::Error(mut causes) => {
                let mut seen = 0;
                while let Some(cause) = causes.next_cause(notes) {
                    seen += 1;
                    assert!(!cause.name().is_empty() && seen <= most, "causes without end");
                }
            }
            _ => {}
        }
        bodies.push(body);
        assert!(bodies.len() <= most, "chunks without end");
    }
    bodies
}

fn parameters(notes: &mut Anomalies, mut list: sctp::Parameters<'_>, most: usize) {
    let mut addresses = list.addresses();
    let mut seen = 0;
    while let Some(parameter) = list.next_parameter(notes) {
        seen += 1;
        assert!(seen <= most, "parameters without end");
        parameter.asconf_address();
        if let Some(address) = parameter.address() {
            assert_eq!(addresses.next(), Some(address), "another address the second time");
        }
    }
}

fn ssh_packets<'a>(_notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Vec<ssh::Packet<'a>> {
    let mut packets = Vec::new();
    loop {
        let left = cur.len();
        match ssh::packet(cur) {
            ssh::Framing::Packet(packet) => packets.push(packet),
            ssh::Framing::More | ssh::Framing::Lost => return packets,
        }
        assert!(cur.len() < left, "a packet without octets");
    }
}

fn gtp_messages<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
) -> Vec<(gtp::Message<'a>, gtp::Facts<'a>)> {
    let mut messages = Vec::new();
    while !cur.is_empty() {
        let left = cur.len();
        let Ok(message) = gtp::dissect(notes, cur) else { break };
        assert!(cur.len() < left, "a message without octets");
        assert!(message.body.len() <= left, "a body larger than its datagram");
        let facts = gtp::facts(notes, &message);
        messages.push((message, facts));
    }
    messages
}

fn pfcp_messages<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
) -> Vec<(pfcp::Message<'a>, pfcp::Facts<'a>)> {
    let mut messages = Vec::new();
    while !cur.is_empty() {
        let left = cur.len();
        let Ok(message) = pfcp::dissect(notes, cur) else { break };
        assert!(cur.len() < left, "a message without octets");
        let facts = pfcp::facts(notes, &message);
        messages.push((message, facts));
    }
    messages
}

fn diameter_messages<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
) -> Vec<(diameter::Message<'a>, diameter::Facts<'a>)> {
    let mut messages = Vec::new();
    while !cur.is_empty() {
        let left = cur.len();
        let Ok(message) = diameter::dissect(notes, cur) else { break };
        assert!(cur.len() < left, "a message without octets");
        let facts = diameter::facts(notes, &message);
        messages.push((message, facts));
    }
    messages
}
