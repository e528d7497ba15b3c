//! PFCP as an independent project encodes it decodes to what was put in.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use rs_pfcp::ie::cause::CauseValue;
use rs_pfcp::ie::create_far::{CreateFar, FarAction};
use rs_pfcp::ie::create_pdr::CreatePdrBuilder;
use rs_pfcp::ie::created_pdr::CreatedPdr;
use rs_pfcp::ie::destination_interface::{DestinationInterface, Interface};
use rs_pfcp::ie::f_teid::Fteid;
use rs_pfcp::ie::far_id::FarId;
use rs_pfcp::ie::forwarding_parameters::ForwardingParameters;
use rs_pfcp::ie::network_instance::NetworkInstance;
use rs_pfcp::ie::outer_header_creation::OuterHeaderCreation;
use rs_pfcp::ie::pdi::PdiBuilder;
use rs_pfcp::ie::pdr_id::PdrId;
use rs_pfcp::ie::precedence::Precedence;
use rs_pfcp::ie::source_interface::{SourceInterface, SourceInterfaceValue};
use rs_pfcp::ie::ue_ip_address::UeIpAddress;
use rs_pfcp::ie::{Ie, IeType};
use rs_pfcp::message::association_setup_request::AssociationSetupRequestBuilder;
use rs_pfcp::message::association_setup_response::AssociationSetupResponseBuilder;
use rs_pfcp::message::heartbeat_request::HeartbeatRequestBuilder;
use rs_pfcp::message::session_deletion_request::SessionDeletionRequestBuilder;
use rs_pfcp::message::session_deletion_response::SessionDeletionResponseBuilder;
use rs_pfcp::message::session_establishment_request::SessionEstablishmentRequestBuilder;
use rs_pfcp::message::session_establishment_response::SessionEstablishmentResponseBuilder;
use rs_pfcp::message::session_modification_request::SessionModificationRequestBuilder;
use wire::pfcp::{self, FSeid, Facts, Message, NodeId};
use wire::{Anomalies, Cursor};

/// Seconds between 1900, where the time stamps of PFCP begin, and 1970.
const TO_UNIX: u32 = 2_208_988_800;

/// A rule, the tunnel it finds packets in, the subscriber it is for, and where its packets go.
#[derive(Clone, Debug)]
struct Rule {
    pdr: u16,
    far: u32,
    teid: u32,
    address: Option<Ipv4Addr>,
    address6: Option<Ipv6Addr>,
    ue: Ipv4Addr,
    outer: Option<(u32, Ipv4Addr)>,
}

fn octets4() -> impl Strategy<Value = Ipv4Addr> {
    (1u32..).prop_map(Ipv4Addr::from)
}

fn octets6() -> impl Strategy<Value = Ipv6Addr> {
    (1u128..).prop_map(Ipv6Addr::from)
}

fn rule() -> impl Strategy<Value = Rule> {
    let tunnel = (1u32.., proptest::option::of(octets4()), proptest::option::of(octets6()));
    let outer = proptest::option::of((1u32.., octets4()));
    (any::<u16>(), any::<u32>(), tunnel, octets4(), outer).prop_map(
        |(pdr, far, (teid, address, address6), ue, outer)| Rule {
            pdr,
            far,
            teid,
            address: address.or(address6.is_none().then_some(Ipv4Addr::LOCALHOST)),
            address6,
            ue,
            outer,
        },
    )
}

fn read(bytes: &[u8]) -> (Message<'_>, Facts<'_>) {
    let (mut notes, mut cur) = (Anomalies::new(), Cursor::new(bytes));
    let message = pfcp::dissect(&mut notes, &mut cur).unwrap();
    let facts = pfcp::facts(&mut notes, &message);
    assert!(notes.is_empty() && cur.is_empty(), "{:?}", notes.as_slice());
    assert!(pfcp::probe(bytes));
    (message, facts)
}

/// Endpoints that the rules name, in the order of the message: where packets are found, then where they go.
fn endpoints(rules: &[Rule]) -> Vec<(Option<u32>, Option<IpAddr>)> {
    let found = rules.iter().flat_map(|rule| {
        let addresses = [rule.address.map(IpAddr::V4), rule.address6.map(IpAddr::V6)];
        addresses.into_iter().flatten().map(|ip| (Some(rule.teid), Some(ip)))
    });
    let sent = rules.iter().filter_map(|rule| rule.outer);
    found.chain(sent.map(|(teid, ip)| (Some(teid), Some(IpAddr::V4(ip))))).collect()
}

fn tunnel(rule: &Rule) -> Fteid {
    let (v4, v6) = (rule.address.is_some(), rule.address6.is_some());
    Fteid::new(v4, v6, rule.teid, rule.address, rule.address6, 0)
}

proptest! {
    #[test]
    fn sessions(
        seid in any::<u64>(),
        sequence in 0u32..0x0100_0000,
        node in octets4(),
        control in octets6(),
        rules in proptest::collection::vec(rule(), 1..4),
    ) {
        let mut builder =
            SessionEstablishmentRequestBuilder::new(0u64, sequence).node_id(node).fseid(seid, control);
        for rule in &rules {
            let pdi = PdiBuilder::new(SourceInterface::new(SourceInterfaceValue::Access))
                .f_teid(tunnel(rule))
                .network_instance(NetworkInstance::new("internet.example"))
                .ue_ip_address(UeIpAddress::new(Some(rule.ue), None))
                .build()
                .unwrap();
            let pdr = CreatePdrBuilder::new(PdrId::new(rule.pdr))
                .precedence(Precedence::new(100))
                .pdi(pdi)
                .far_id(FarId::new(rule.far));
            builder = builder.add_pdr(pdr.build().unwrap());
        }
        for rule in &rules {
            let mut far = CreateFar::with_action(FarId::new(rule.far), FarAction::Forward);
            if let Some((teid, ip)) = rule.outer {
                let to = ForwardingParameters::new(DestinationInterface::new(Interface::Core))
                    .with_outer_header_creation(OuterHeaderCreation::gtpu_ipv4(teid, ip));
                far = far.with_forwarding_parameters(to);
            }
            builder = builder.add_far(far);
        }
        let bytes = builder.marshal().unwrap();
        let (message, facts) = read(&bytes);
        prop_assert_eq!((message.message_type, message.seid, message.sequence), (50, Some(0), sequence));
        prop_assert_eq!(facts.node_id, Some(NodeId::Ip(node.into())));
        prop_assert_eq!(facts.f_seid, Some(FSeid { seid, ipv4: None, ipv6: Some(control) }));
        let pdrs: Vec<u16> = rules.iter().map(|rule| rule.pdr).collect();
        let fars: Vec<u32> = rules.iter().map(|rule| rule.far).collect();
        prop_assert_eq!(facts.pdr_ids.as_slice(), pdrs.as_slice());
        prop_assert_eq!(facts.far_ids.as_slice(), fars.as_slice());
        let fteids: Vec<_> = facts.fteids.iter().map(|fteid| (fteid.teid, fteid.ip)).collect();
        prop_assert_eq!(fteids, endpoints(&rules));
        for rule in &rules {
            prop_assert!(facts.ue_addresses.contains(&rule.ue.into()));
        }
        prop_assert_eq!(facts.network_instance.unwrap().to_string(), "internet.example");

        // What the user plane picked.
        let mut builder = SessionEstablishmentResponseBuilder::accepted(seid, sequence)
            .node_id(node)
            .fseid(!seid, control);
        for rule in &rules {
            builder = builder.created_pdr(CreatedPdr::new(PdrId::new(rule.pdr)).f_teid(tunnel(rule)).to_ie());
        }
        let bytes = builder.marshal().unwrap();
        let (message, facts) = read(&bytes);
        prop_assert_eq!((message.message_type, message.seid), (51, Some(seid)));
        prop_assert_eq!((facts.cause, facts.f_seid.unwrap().seid), (Some(1), !seid));
        prop_assert_eq!(facts.pdr_ids.as_slice(), pdrs.as_slice());

        // Its own types for these leave the inner element's header out; §7.5.4.6 and §7.5.4.7 have groups.
        let remove_pdrs = pdrs.iter().map(|pdr| Ie::new_grouped(IeType::RemovePdr, vec![PdrId::new(*pdr).to_ie()]));
        let remove_fars = fars.iter().map(|far| Ie::new_grouped(IeType::RemoveFar, vec![FarId::new(*far).to_ie()]));
        let bytes = SessionModificationRequestBuilder::new(seid | 1, sequence)
            .remove_pdrs(remove_pdrs.collect())
            .remove_fars(remove_fars.collect())
            .marshal();
        let (message, facts) = read(&bytes);
        prop_assert_eq!((message.message_type, message.seid), (52, Some(seid | 1)));
        prop_assert_eq!(facts.pdr_ids.as_slice(), pdrs.as_slice());
        prop_assert_eq!(facts.far_ids.as_slice(), fars.as_slice());

        let bytes = SessionDeletionRequestBuilder::new(seid | 1, sequence).marshal();
        prop_assert_eq!(read(&bytes).0.message_type, 54);
        let bytes = SessionDeletionResponseBuilder::new(seid, sequence)
            .cause(CauseValue::SessionContextNotFound)
            .marshal();
        let (message, facts) = read(&bytes);
        prop_assert_eq!((message.message_type, facts.cause), (55, Some(65)));
        prop_assert!(message.is_response());
    }

    #[test]
    fn nodes(sequence in 0u32..0x0100_0000, seconds in TO_UNIX.., node in octets6(), name in "[a-z]{1,20}\\.[a-z]{2,9}") {
        let since = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(seconds - TO_UNIX));
        let bytes = HeartbeatRequestBuilder::new(sequence).recovery_time_stamp(since).marshal();
        let (message, facts) = read(&bytes);
        prop_assert_eq!((message.message_type, message.seid, message.sequence), (1, None, sequence));
        prop_assert_eq!(facts.recovery_time_stamp, Some(seconds));

        let bytes = AssociationSetupRequestBuilder::new(sequence)
            .node_id_fqdn(&name)
            .recovery_time_stamp(since)
            .marshal();
        let (message, facts) = read(&bytes);
        prop_assert_eq!(message.name(), "Association Setup Request");
        let Some(NodeId::Fqdn(read_name)) = facts.node_id else { panic!("no name") };
        prop_assert_eq!(read_name.to_string(), name);

        let bytes = AssociationSetupResponseBuilder::new(sequence)
            .cause(CauseValue::NoEstablishedPfcpAssociation)
            .node_id(node)
            .recovery_time_stamp(since)
            .marshal();
        let (message, facts) = read(&bytes);
        prop_assert_eq!((message.message_type, facts.cause), (6, Some(72)));
        prop_assert_eq!(pfcp::cause_name(72), Some("No established PFCP Association"));
        prop_assert_eq!(facts.node_id, Some(NodeId::Ip(node.into())));
    }
}
