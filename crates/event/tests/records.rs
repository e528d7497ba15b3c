//! Promise: events survive JSON unchanged, and the shipped schema is the one that the types have.
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

use std::net::IpAddr;
use std::sync::Arc;

use event::{
    Alert, AlertState, Anomaly, Call, Coverage, CoverageState, Diameter, Dns, Element, ElementHint,
    ElementIdentity, ElementService, Endpoints, Envelope, Event, FSeid, Flow, FlowState, Fteid,
    GlobalTitle, Gtp, Handshake, Icmp, Identity, Incident, IncidentEdge, IncidentNode, Isup, Level,
    M3ua, Map, NodeAddress, Opening, Outcome, Party, Pco, Pfcp, Plmn, PointCode, Proto, Protocols,
    Pseudonymiser, References, Sccp, SccpAddress, Sctp, SctpState, Ssh, SshOutcome, SshState,
    Stage, Stats, Suppressed, TableCount, Timestamp, Tunnel, TunnelPath, TunnelState, Turn, What,
    json_schema,
};
use proptest::prelude::*;

/// One event of every kind, with nothing left at its default that could hide a lost field.
fn one_of_each(number: u64, small: u8, text: &str, ip: IpAddr) -> Vec<Event> {
    let key = Pseudonymiser::new([9; 32]);
    let imsi = Some(key.subscriber(Identity::Imsi, "001010123456789"));
    let msisdn = Some(key.subscriber(Identity::Msisdn, "31654000101"));
    let imei = Some(key.subscriber(Identity::Imei, "3534900698733190"));
    let plmn: Option<Plmn> = "001-01".parse().ok();
    let gt = GlobalTitle {
        digits: text.into(),
        subscriber: msisdn,
        tt: Some(small),
        np: Some(1),
        nai: Some(4),
    };
    let address = SccpAddress {
        gt: Some(gt.clone()),
        ssn: Some(small),
        pc: Some(PointCode(7)),
        route_on_ssn: true,
    };
    let at = Timestamp(i64::from(small) * 1_000_003);
    let owned = |s: &str| Some(s.to_owned());
    let whats = vec![
        What::Alert(Box::new(Alert {
            id: text.into(),
            state: AlertState::Test,
            incident: owned(text),
            stage: Some("foothold".into()),
            returned: vec!["location".into()],
            detection: "icmp-knock".into(),
            check: "callback.binary-address".into(),
            level: Level::High,
            severity: 2,
            signature: text.into(),
            confidence: f64::from(small) / 255.0,
            outcome: Outcome::AnsweredWithData,
            why: text.into(),
            honest_cause: text.into(),
            next_step: text.into(),
            decided_by: owned(text),
            entities: vec![text.into()],
            frames: vec![number],
            first_seen: at,
            last_seen: at,
            count: number,
            references: References {
                attack: vec!["T1205.002".into()],
                fight: vec!["FGT5016".into()],
                motif: vec!["MOT3002".into()],
            },
            ends: None,
        })),
        What::Anomaly(Box::new(Anomaly {
            layer: "gtpv1".into(),
            field: "gtpv1.length".into(),
            flaw: "disagrees".into(),
            value: Some(number),
            offset: Some(4),
            data: owned("7255"),
            busy: true,
        })),
        What::Cap(Box::new(Map {
            user: "cap".into(),
            round_trip_us: Some(number),
            request_unseen: true,
            duplicate: true,
            call: Some(Box::new(Call {
                service_key: Some(7),
                parties: vec![Party { role: "calledPartyNumber".into(), number: gt.clone() }],
                requested_events: vec![small],
                location_plmn: plmn,
                apn: owned(text),
                ..Call::default()
            })),
            ..Map::default()
        })),
        What::Diameter(Box::new(Diameter {
            command_code: 316,
            command: "Update-Location".into(),
            request: true,
            application_id: 16_777_251,
            session_id: owned(text),
            route_record: vec![text.into()],
            host_ip_address: vec![ip],
            imsi,
            msisdn,
            visited_plmn: plmn,
            avps: vec!["10415:1407".parse().unwrap(), "263".parse().unwrap()],
            outcome: Some(Outcome::Refused),
            round_trip_us: Some(number),
            ..Diameter::default()
        })),
        What::Dns(Box::new(Dns {
            qname: owned(text),
            addresses: vec![ip],
            trailing_len: 3,
            ..Dns::default()
        })),
        What::Element(Box::new(Element {
            address: Some(ip),
            gt: Some(gt.clone()),
            roles: vec!["stp".into()],
            evidence: vec![text.into()],
            plmn,
            first_seen: Some(at),
            identities: vec![ElementIdentity { id: text.into(), why: text.into() }],
            user_plane: vec![ip],
            hints: vec![ElementHint {
                kind: "ssh.server".into(),
                value: text.into(),
                frame: number,
            }],
            services: vec![ElementService {
                proto: Proto::Tcp,
                port: 22,
                app_proto: Some("ssh".into()),
                answered_to: vec!["partner".into()],
                conversations: number,
                first_seen: at,
                last_seen: at,
            }],
            peer_names: vec![text.into()],
            restarts: number,
            ..Element::default()
        })),
        What::Flow(Box::new(Flow {
            state: FlowState::Active,
            ip_proto: 6,
            app_proto: Some("ssh".into()),
            handshake: Handshake::Established,
            start: Some(at),
            opening: Some(Opening {
                turns: vec![92, -52, 160],
                marks_to_server: vec![40, 92],
                marks_to_client: vec![52],
                printable_run: 3,
            }),
            turns: vec![Turn { at, to_server: true, bytes: 40 }],
            dns_framed: Some(false),
            reason: Some("fin".into()),
            ..Flow::default()
        })),
        What::Gtp(Box::new(Gtp {
            version: 1,
            message: "Create PDP Context Request".into(),
            imsi,
            imei,
            rai_plmn: plmn,
            pco: Some(Pco {
                protocols: vec![0xc023],
                published_credentials: true,
                length_mismatch: true,
            }),
            fteids: vec![Fteid {
                plane: "data".into(),
                teid: Some(1),
                ip: Some(ip),
                interface: Some(4),
            }],
            ies: vec![2, 3, 14],
            key_field: Some(135_798_642),
            ..Gtp::default()
        })),
        What::Icmp(Box::new(Icmp {
            pattern: "unknown".into(),
            data: owned("00ff"),
            about_dest_ip: Some(ip),
            ..Icmp::default()
        })),
        What::Isup(Box::new(Isup {
            cic: 31,
            message: "IAM".into(),
            parties: vec![Party { role: "callingPartyNumber".into(), number: gt.clone() }],
            cause: Some(16),
            ..Isup::default()
        })),
        What::M3ua(Box::new(M3ua {
            routing_contexts: vec![1],
            affected_point_codes: vec![PointCode(3)],
            info: owned(text),
            ..M3ua::default()
        })),
        What::Map(Box::new(Map {
            user: "map".into(),
            calling: Some(address.clone()),
            called: Some(address),
            opcode: Some(71),
            operation: Some("anyTimeInterrogation".into()),
            imsi,
            addresses: vec![NodeAddress { role: "gsmSCF-Address".into(), gt }],
            returned: vec!["location".into()],
            outcome: Some(Outcome::Answered),
            request: Some(number),
            ..Map::default()
        })),
        What::Pfcp(Box::new(Pfcp {
            message: "Session Establishment Request".into(),
            seid: Some(number),
            node_id: owned(text),
            f_seid: Some(FSeid { seid: number, ip: Some(ip) }),
            pdr_ids: vec![1],
            far_ids: vec![2],
            ue_addresses: vec![ip],
            imsi,
            ..Pfcp::default()
        })),
        What::Sccp(Box::new(Sccp {
            message: "UDTS".into(),
            return_cause: Some(1),
            ..Sccp::default()
        })),
        What::Sctp(Box::new(Sctp {
            state: SctpState::Established,
            src_addresses: vec![ip],
            ppids: vec![3],
            tsn_expected: number,
            ..Sctp::default()
        })),
        What::Ssh(Box::new(Ssh {
            state: SshState::Closed,
            outcome: Some(SshOutcome::Refused),
            start: Some(at),
            ..Ssh::default()
        })),
        What::Incident(Box::new(Incident {
            frames: vec![number],
            id: text.into(),
            level: Level::Critical,
            severity: 1,
            title: text.into(),
            story: vec![text.into()],
            next_step: text.into(),
            stages: vec![Stage {
                name: "foothold".into(),
                alerts: vec![text.into()],
                first_seen: at,
                last_seen: at,
            }],
            entities: vec![text.into()],
            alerts: vec![text.into()],
            outcome: Some(Outcome::Answered),
            returned: vec!["imsi".into()],
            nodes: vec![IncidentNode {
                id: text.into(),
                label: text.into(),
                role: "victim".into(),
                first_seen: at,
                last_seen: at,
            }],
            edges: vec![IncidentEdge {
                from: text.into(),
                to: text.into(),
                detection: "icmp-knock".into(),
                level: Level::High,
                alert: text.into(),
                count: number,
                first_seen: at,
                last_seen: at,
            }],
            first_seen: at,
            last_seen: at,
        })),
        What::Stats(Box::new(Stats {
            frames: number,
            protocols: vec![Protocols { name: "map".into(), count: 3 }],
            coverage: vec![Coverage {
                detection: "icmp-knock".into(),
                check: "callback.text-address".into(),
                state: CoverageState::NotEvaluable,
                alerts: number,
                missing: owned(text),
            }],
            suppressed: vec![Suppressed {
                decided_by: text.into(),
                reason: text.into(),
                until: text.into(),
                expired: true,
                alerts: number,
                level: Some(Level::Low),
            }],
            tables: vec![TableCount { table: "flows".into(), entries: 1, cap: 2, evicted: 3 }],
            ..Stats::default()
        })),
        What::Tunnel(Box::new(Tunnel {
            state: TunnelState::Closed,
            serving_ip: Some(ip),
            imsi,
            apn: owned(text),
            ..Tunnel::default()
        })),
    ];
    let ends = Endpoints {
        src_ip: ip,
        src_port: 2123,
        dest_ip: ip,
        dest_port: u16::from(small),
        proto: Proto::Udp,
    };
    whats
        .into_iter()
        .map(|what| {
            let mut event = Event::new(at, number, Some(ends), what);
            event.file = Some(Arc::from(text));
            event.flow_id = Some(number);
            event.path =
                Some(Box::new(TunnelPath { src_ip: ip, dest_ip: ip, teid: 5, depth: 1, imsi }));
            event.envelope = Some(Box::new(Envelope {
                kind: "vxlan".into(),
                src_ip: Some(ip),
                dest_ip: Some(ip),
                id: Some(7),
                depth: 1,
            }));
            if let What::Alert(alert) = &mut event.what {
                alert.ends = Some(ends);
            }
            event
        })
        .collect()
}

proptest! {
    #[test]
    fn json_and_back_loses_nothing(number in 0u64..1 << 53, small: u8, text in "\\PC{0,20}", v6: u128) {
        for event in one_of_each(number, small, &text, IpAddr::V6(v6.into())) {
            let line = serde_json::to_string(&event).unwrap();
            prop_assert!(!line.contains('\n'));
            let back: Event = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(back, event);
        }
    }
}

#[test]
fn records_are_in_the_shape_of_eve() {
    let events = one_of_each(41, 53, "x", "192.0.2.53".parse().unwrap());
    let line: serde_json::Value = serde_json::to_value(&events[0]).unwrap();
    assert_eq!(line["event_type"], "alert");
    assert_eq!(line["src_ip"], "192.0.2.53");
    assert_eq!(line["proto"], "UDP");
    assert_eq!(line["pcap_cnt"], 41);
    assert_eq!(line["alert"]["detection"], "icmp-knock");
    assert_eq!(events.len(), What::EVENT_TYPES.len());
    for event in &events {
        let line = serde_json::to_value(event).unwrap();
        let kind = line["event_type"].as_str().unwrap();
        assert!(What::EVENT_TYPES.contains(&kind), "{kind} is in the list of types");
        assert!(line[kind].is_object(), "{kind} has an object of its name");
    }
}

/// The schema is made from the types; `UPDATE_SCHEMA=1` writes the shipped file anew.
#[test]
fn the_shipped_schema_is_current_and_every_record_follows_it() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/record.schema.json");
    let mut schema = serde_json::to_value(json_schema()).unwrap();
    // Some builds of serde_json keep the order of insertion.
    schema.sort_all_objects();
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let shipped = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(shipped == text, "the shipped schema is old: UPDATE_SCHEMA=1 cargo test -p event");
    let validator = jsonschema::validator_for(&schema).unwrap();
    for event in one_of_each(1, 2, "text", "2001:db8::1".parse().unwrap()) {
        let line = serde_json::to_value(&event).unwrap();
        let problems: Vec<String> =
            validator.iter_errors(&line).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{}: {problems:?}", event.what.event_type());
    }
}
