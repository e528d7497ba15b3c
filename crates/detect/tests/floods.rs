//! Promise: every table has a cap. Whoever sends millions of distinct keys of every kind pays in evictions, not in memory.
//!
//! `ROAMGUARD_FLOOD=10000000` makes each kind as long as the bars of the design ask; without it each is long enough to fill
//! every table.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "a test may stop where it finds what it did not expect"
)]

use std::net::{IpAddr, Ipv4Addr};

use detect::{Engine, Tuning};
use event::{
    Anomaly, Diameter, Dns, Endpoints, Event, Flow, FlowState, Fteid, GlobalTitle, Gtp, Handshake,
    Icmp, Identity, Isup, M3ua, Map, NodeAddress, Opening, Outcome, Pfcp, Plmn, PointCode, Proto,
    Pseudonymiser, Sccp, SccpAddress, Sctp, SctpState, Ssh, SshOutcome, SshState, Subscriber,
    Timestamp, Tunnel, TunnelPath, TunnelState, What,
};
use network::Network;

const NETWORK: &str = r#"
[home]
name = "Home"
plmns = ["001-01"]
gt_prefixes = ["99901"]
msisdn_prefixes = ["99901"]
point_codes = [1001]
realms = ["epc.mnc001.mcc001.3gppnetwork.org"]
networks = ["192.0.2.0/24"]
subscriber_pools = ["10.20.0.0/16"]
sms_router = ["99901000031"]

[[element]]
name = "edns"
roles = ["dns"]
addresses = ["192.0.2.53"]

[[partner]]
name = "A"
plmns = ["001-02"]
gt_prefixes = ["99902"]
point_codes = [2001]
realms = ["epc.mnc002.mcc001.3gppnetwork.org"]
networks = ["198.18.0.0/15"]
gsn = ["198.18.0.1"]
sigtran = ["198.18.0.2"]
diameter = ["198.18.0.3"]
dns = ["198.18.0.4"]
"#;

/// Whoever floods: everything distinct in every event, and enough variety to reach every branch.
struct Flood {
    key: Pseudonymiser,
    state: u64,
}

impl Flood {
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.next() as usize % list.len()]
    }

    fn chance(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }

    fn ip(&mut self) -> IpAddr {
        let random = self.next() as u32;
        match random % 3 {
            // Of the partner, and of nobody.
            0 => IpAddr::V4(Ipv4Addr::from(0xc612_0000 | random >> 15)),
            _ => IpAddr::V4(Ipv4Addr::from(random | 0x0100_0000)),
        }
    }

    fn ours(&mut self) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from(0xc000_0200 | (self.next() as u32 & 0xff)))
    }

    fn subscriber(&mut self, identity: Identity) -> Option<Subscriber> {
        let prefix = self.of(&["00101", "00102", "23415", "310410", "26201"]);
        let tail = self.next() % 1_000_000_000;
        Some(self.key.subscriber(identity, &format!("{prefix}{tail:010}")))
    }

    fn title(&mut self) -> Option<SccpAddress> {
        let prefix = self.of(&["99901", "99902", "4477", "1202", "4917"]);
        let digits = format!("{prefix}{:08}", self.next() % 100_000_000);
        let gt = GlobalTitle { digits: digits.into(), np: Some(1), ..GlobalTitle::default() };
        let ssn = self.of(&[6, 7, 8, 147, 149]);
        Some(SccpAddress { gt: Some(gt), ssn: Some(ssn), ..SccpAddress::default() })
    }

    fn realm(&mut self) -> Option<String> {
        let network = self.next() % 1_000;
        Some(match self.next() % 3 {
            0 => format!("epc.mnc{network:03}.mcc234.3gppnetwork.org"),
            1 => "epc.mnc001.mcc001.3gppnetwork.org".to_owned(),
            _ => format!("r{}.example", self.next()),
        })
    }

    fn outcome(&mut self) -> Option<Outcome> {
        self.of(&[None, Some(Outcome::Refused), Some(Outcome::AnsweredWithData)])
    }

    fn map(&mut self) -> Map {
        let component = self.of(&["invoke", "invoke", "invoke", "returnError", "returnResultLast"]);
        let opcode = self.of(&[
            2, 3, 7, 8, 10, 14, 22, 23, 24, 37, 44, 45, 46, 47, 56, 58, 60, 62, 67, 70, 71, 83, 85,
        ]);
        let invoke = component == "invoke";
        let outcome = if invoke { None } else { self.outcome() };
        Map {
            user: "map".into(),
            opc: Some(PointCode(self.next() as u32 & 0x3fff)),
            dpc: Some(PointCode(1001)),
            calling: self.title(),
            called: self.title(),
            message: if invoke { "begin" } else { "end" }.into(),
            otid: invoke.then(|| format!("{:08x}", self.next() as u32).into()),
            dtid: (!invoke).then(|| format!("{:08x}", self.next() as u32).into()),
            component: Some(component.into()),
            component_count: 1,
            invoke_id: Some(1),
            opcode: Some(opcode),
            operation: Some("operation".into()),
            imsi: self.subscriber(Identity::Imsi),
            msisdn: self.subscriber(Identity::Msisdn),
            addresses: vec![NodeAddress {
                role: self
                    .of(&["vlr-Number", "sgsn-Number", "msc-Number", "gsmSCF-Address"])
                    .into(),
                gt: self.title().unwrap().gt.unwrap(),
            }],
            request: (!invoke).then(|| self.next() % 1_000_000),
            outcome,
            ..Map::default()
        }
    }

    fn diameter(&mut self) -> Diameter {
        let request = self.chance();
        let realm = self.realm();
        Diameter {
            command_code: self.of(&[257, 316, 317, 318, 319, 320, 321, 322, 323, 306, 8388622]),
            command: "Command".into(),
            request,
            application_id: self.of(&[0, 16_777_251, 16_777_217, 16_777_216, 16_777_312]),
            hop_by_hop_id: self.next() as u32,
            end_to_end_id: self.next() as u32,
            origin_host: realm.as_ref().map(|realm| format!("h{}.{realm}", self.next())),
            origin_realm: realm,
            destination_realm: self.realm(),
            session_id: Some(format!("s{};1;2", self.next())),
            imsi: self.subscriber(Identity::Imsi),
            visited_plmn: Some(Plmn { mcc: 234, mnc: (self.next() % 100) as u16, mnc_digits: 2 }),
            outcome: if request { None } else { self.outcome() },
            request_frame: (!request).then(|| self.next() % 1_000_000),
            ..Diameter::default()
        }
    }

    fn gtp(&mut self) -> Gtp {
        let version = self.of(&[0, 1, 1, 2]);
        let message_type = if version == 2 {
            self.of(&[1, 2, 32, 33, 34, 36, 37])
        } else {
            self.of(&[1, 2, 16, 17, 18, 20, 26, 254])
        };
        let response = matches!(message_type, 2 | 17 | 33 | 37);
        Gtp {
            version,
            message_type,
            message: "Message".into(),
            teid: Some(self.next() as u32),
            sequence: Some(self.next() as u32 & 0xffff),
            cause: response.then_some(192),
            imsi: self.subscriber(Identity::Imsi),
            msisdn: self.subscriber(Identity::Msisdn),
            apn: Some("internet".into()),
            serving_network: Some(Plmn {
                mcc: 234,
                mnc: (self.next() % 100) as u16,
                mnc_digits: 2,
            }),
            fteids: vec![Fteid {
                plane: "control".into(),
                teid: Some(self.next() as u32),
                ip: Some(self.ip()),
                interface: None,
            }],
            outcome: if response { self.outcome() } else { None },
            request_frame: response.then(|| self.next() % 1_000_000),
            missing: vec![2],
            payload_len: 60,
            claimed_len: 60,
            undecoded_len: if self.chance() { 12 } else { 0 },
            key_field: Some(self.next() as u32),
            ..Gtp::default()
        }
    }

    fn dns(&mut self) -> Dns {
        let response = self.chance();
        let (random, network) = (self.next(), self.next() % 1_000);
        let name = match random % 3 {
            0 => format!("internet.mnc{network:03}.mcc{:03}.gprs", 200 + network % 500),
            1 => format!("{:016x}.d{}.example", random, self.next() % 1_000_000),
            _ => format!("{random:016x}{random:016x}.t.example"),
        };
        Dns {
            id: random as u16,
            response,
            rcode: response.then_some(3),
            qname_len: name.len() as u16,
            qname: Some(name),
            qtype: Some(self.of(&[1, 16, 10, 252, 255])),
            qclass: Some(1),
            recursion_desired: true,
            recursion_available: true,
            questions: 1,
            message_len: 100,
            outcome: if response { Some(Outcome::Refused) } else { None },
            request_frame: response.then(|| self.next() % 1_000_000),
            ..Dns::default()
        }
    }

    fn flow(&mut self) -> Flow {
        let state = self.of(&[FlowState::New, FlowState::Opened, FlowState::Closed]);
        let opening = Opening {
            turns: vec![40, -40, 52, -52],
            marks_to_server: vec![40, 92, 128],
            marks_to_client: vec![52],
            printable_run: 3,
        };
        Flow {
            state,
            ip_proto: 6,
            app_proto: self.of(&[None, Some("ssh"), Some("telnet")]).map(Into::into),
            handshake: self.of(&[Handshake::Syn, Handshake::Established, Handshake::Refused]),
            opening: (state == FlowState::Opened).then_some(opening),
            packets_to_server: 30,
            packets_to_client: 30,
            bytes_to_server: 3_000,
            payload_to_server: 1_500,
            payload_to_client: 1_500,
            turn_count: 40,
            small_turn_count: 40,
            ..Flow::default()
        }
    }

    fn sccp(&mut self) -> Sccp {
        Sccp {
            opc: Some(PointCode(self.next() as u32 & 0x3fff)),
            message: "UDT".into(),
            message_type: 9,
            calling: self.title(),
            called: self.title(),
            payload: Some("unknown".into()),
            payload_len: 200,
            ..Sccp::default()
        }
    }

    fn anomaly(&mut self) -> Anomaly {
        let field = self.of(&[
            "ber.length",
            "ber.tag",
            "tcap.components",
            "tcap.tid",
            "sccp.segment",
            "gtp.version",
            "gtp.length",
            "payload.magic",
            "gtpu.inner",
            "tcp.urgent",
            "sctp.data_tsn",
        ]);
        Anomaly { field: field.into(), value: Some(0x7255), ..Anomaly::default() }
    }

    fn what(&mut self, kind: u64) -> (Proto, What) {
        match kind {
            0 => (Proto::Sctp, What::Map(Box::new(self.map()))),
            1 => {
                let opcode = self.of(&[0, 20, 22, 23, 31, 35, 60, 78]);
                let cap = Map { user: "cap".into(), opcode: Some(opcode), ..self.map() };
                (Proto::Sctp, What::Cap(Box::new(cap)))
            }
            2 => (Proto::Sctp, What::Diameter(Box::new(self.diameter()))),
            3 => (Proto::Udp, What::Gtp(Box::new(self.gtp()))),
            4 => (Proto::Udp, What::Dns(Box::new(self.dns()))),
            5 => (Proto::Tcp, What::Flow(Box::new(self.flow()))),
            6 => (Proto::Sctp, What::Sccp(Box::new(self.sccp()))),
            7 => (Proto::Udp, What::Anomaly(Box::new(self.anomaly()))),
            8 => {
                let icmp = Icmp {
                    icmp_type: self.of(&[8, 0]),
                    id: Some(1),
                    sequence: Some(1),
                    data_len: 32,
                    pattern: "unknown".into(),
                    data: Some(format!("{:064x}", self.next())),
                    reply_differs: self.chance(),
                    ..Icmp::default()
                };
                (Proto::Icmp, What::Icmp(Box::new(icmp)))
            }
            9 => {
                let state = self.of(&[SctpState::Init, SctpState::Refused, SctpState::Established]);
                let sctp =
                    Sctp { state, association: self.next(), ppids: vec![3], ..Sctp::default() };
                (Proto::Sctp, What::Sctp(Box::new(sctp)))
            }
            10 => {
                let ssh = Ssh {
                    state: SshState::Closed,
                    outcome: Some(SshOutcome::Refused),
                    client: Some(format!("SSH-2.0-x{}", self.next())),
                    ..Ssh::default()
                };
                (Proto::Tcp, What::Ssh(Box::new(ssh)))
            }
            11 => {
                let tunnel = Tunnel {
                    state: self.of(&[TunnelState::Opened, TunnelState::Closed]),
                    tunnel: self.next(),
                    version: 1,
                    without_control: self.chance(),
                    imsi: self.subscriber(Identity::Imsi),
                    serving_teid: Some(self.next() as u32),
                    gateway_teid: Some(self.next() as u32),
                    ..Tunnel::default()
                };
                (Proto::Udp, What::Tunnel(Box::new(tunnel)))
            }
            12 => (Proto::Sctp, What::M3ua(Box::<M3ua>::default())),
            13 => (Proto::Udp, What::Pfcp(Box::new(Pfcp { message_type: 50, ..Pfcp::default() }))),
            _ => (Proto::Sctp, What::Isup(Box::<Isup>::default())),
        }
    }

    /// One event of a kind; a third of them come out of a tunnel of their own.
    fn event(&mut self, number: u64, kind: u64) -> Event {
        let (proto, what) = self.what(kind);
        let (src_ip, dest_ip) =
            if self.chance() { (self.ip(), self.ours()) } else { (self.ours(), self.ip()) };
        let port = |random: u64| [22, 53, 2123, 2152, 443, 40_000][random as usize % 6];
        let ends = Endpoints {
            src_ip,
            src_port: (self.next() as u16) | 1024,
            dest_ip,
            dest_port: port(self.next()),
            proto,
        };
        let at = Timestamp(1_700_000_000_000_000 + number as i64 * 300);
        let mut event = Event::new(at, number, Some(ends), what);
        event.flow_id = Some(self.next());
        if self.next().is_multiple_of(3) && matches!(proto, Proto::Tcp | Proto::Udp | Proto::Icmp) {
            event.path = Some(Box::new(TunnelPath {
                src_ip: self.ip(),
                dest_ip: self.ours(),
                teid: self.next() as u32,
                depth: 1,
                imsi: self.subscriber(Identity::Imsi),
            }));
        }
        event
    }
}

const KINDS: u64 = 15;

#[test]
fn memory_is_flat_under_every_flood() {
    let each: u64 = std::env::var("ROAMGUARD_FLOOD")
        .ok()
        .map_or(150_000, |text| text.parse().expect("ROAMGUARD_FLOOD is a number"));
    let network = Network::parse(NETWORK, "network.toml").unwrap();
    let mut engine = Engine::new(network, Tuning::default());
    let mut flood = Flood { key: Pseudonymiser::new([7; 32]), state: 1 };
    let mut number = 0;
    let mut run = |share: u64| {
        for _ in 0..each / 100 * share {
            for kind in 0..KINDS {
                number += 1;
                let event = flood.event(number, kind);
                engine.on_event(&event);
            }
        }
    };
    // The first part fills the tables, the rest may not add to them.
    let first = allocation_counter::measure(|| run(50));
    let rest = allocation_counter::measure(|| run(50));
    let megabytes = |bytes: i64| bytes / 1_000_000;
    println!(
        "{number} events: {} MB after half of them, {} MB more after the rest, {} MB at most",
        megabytes(first.bytes_current),
        megabytes(rest.bytes_current),
        megabytes(first.bytes_max as i64),
    );
    let tables = engine.tables();
    for table in &tables {
        assert!(table.entries <= table.cap, "{table:?}");
        if std::env::var_os("ROAMGUARD_FLOOD").is_some() {
            println!(
                "{:<40} {:>9} of {:>9}, {} gone",
                table.table, table.entries, table.cap, table.evicted
            );
        }
    }
    assert!(first.bytes_max < 512_000_000, "{} octets", first.bytes_max);
    // A short flood still fills the largest tables in its second half.
    let share = if each >= 1_000_000 { 20 } else { 5 };
    assert!(rest.bytes_current < first.bytes_current / share, "{rest:?} after {first:?}");
}
