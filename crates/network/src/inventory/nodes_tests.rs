//! Which names are one node, what it answers, and that nobody can fill the tables.

use event::{
    Diameter, DnsRecord, Endpoints, Event, Flow, FlowState, Gtp, Handshake, Map, Pfcp, Proto, Sctp,
    SctpState, Ssh, Timestamp, What,
};

use super::*;

fn seen(inventory: &mut Inventory, network: &Network, secs: i64, from: &str, to: &str, what: What) {
    let end = |text: &str| {
        let socket: std::net::SocketAddr = text.parse().unwrap();
        (socket.ip(), socket.port())
    };
    let ((src_ip, src_port), (dest_ip, dest_port)) = (end(from), end(to));
    let proto = match &what {
        What::Flow(_) | What::Ssh(_) => Proto::Tcp,
        What::Gtp(_) | What::Dns(_) | What::Pfcp(_) => Proto::Udp,
        _ => Proto::Sctp,
    };
    let ends = Endpoints { src_ip, src_port, dest_ip, dest_port, proto };
    let frame = u64::try_from(secs).unwrap() + 1;
    let event = Event::new(Timestamp::from_secs(secs), frame, Some(ends), what);
    inventory.observe(&event);
    inventory.remember_facts(&event, network);
}

fn network() -> Network {
    let text = r#"
[home]
networks = ["192.0.2.0/24"]
[[element]]
name = "dea1"
roles = ["dra"]
addresses = ["192.0.2.30", "192.0.2.31"]
hosts = ["dea1.home.example"]
[[partner]]
name = "Partner A"
networks = ["198.51.100.0/25"]
"#;
    Network::parse(text, "network.toml").unwrap()
}

fn capabilities(host: &str, product: &str) -> What {
    What::Diameter(Box::new(Diameter {
        command_code: 257,
        request: true,
        origin_host: Some(host.to_owned()),
        product_name: Some(product.to_owned()),
        ..Diameter::default()
    }))
}

fn flow(handshake: Handshake) -> What {
    What::Flow(Box::new(Flow {
        state: FlowState::Closed,
        handshake,
        ip_proto: 6,
        ..Flow::default()
    }))
}

fn all_names(elements: &[Element]) -> Vec<String> {
    elements
        .iter()
        .map(|element| {
            let own = identity(element).unwrap_or_default();
            let others: Vec<&str> = element.identities.iter().map(|i| i.id.as_str()).collect();
            format!("{own} {}", others.join(" ")).trim_end().to_owned()
        })
        .collect()
}

#[test]
fn a_direct_peer_says_its_own_name_and_two_who_say_the_same_do_not() {
    let (mut inventory, network) = (Inventory::default(), network());
    let (agent, dea) = ("198.51.100.30:3868", "192.0.2.30:3868");
    seen(&mut inventory, &network, 1, agent, dea, capabilities("DRA1.a.example", "freeDiameter"));
    seen(&mut inventory, &network, 2, dea, agent, capabilities("dea1.home.example", "x"));
    let nodes = inventory.nodes(&network);
    let mut said = all_names(&nodes);
    said.sort();
    assert_eq!(
        said,
        ["ip:192.0.2.30 host:dea1.home.example", "ip:198.51.100.30 host:dra1.a.example"]
    );
    let partner = nodes.iter().find(|node| node.owner.as_deref() == Some("Partner A")).unwrap();
    assert_eq!(
        (partner.hints[0].kind.as_ref(), partner.hints[0].value.as_str()),
        ("diameter.product-name", "freeDiameter")
    );
    assert!(partner.identities[0].why.contains("frame 2"), "{partner:?}");
    // Somebody else borrows the name: it is nobody's any more.
    seen(&mut inventory, &network, 3, "203.0.113.9:3868", dea, capabilities("dra1.a.example", "y"));
    let said = all_names(&inventory.nodes(&network));
    assert!(said.contains(&"host:dra1.a.example".to_owned()), "{said:?}");
}

#[test]
fn one_association_is_one_node_but_not_with_somebody_elses_address() {
    let (mut inventory, network) = (Inventory::default(), network());
    let list = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    let sctp = Sctp {
        state: SctpState::Established,
        src_addresses: list(&["198.51.100.10", "198.51.100.11", "192.0.2.31"]),
        dest_addresses: list(&["192.0.2.30"]),
        ..Sctp::default()
    };
    for (n, from) in ["198.51.100.10:2905", "198.51.100.11:2905"].into_iter().enumerate() {
        let secs = i64::try_from(n).unwrap();
        seen(
            &mut inventory,
            &network,
            secs,
            from,
            "192.0.2.30:2905",
            What::Sctp(Box::new(sctp.clone())),
        );
        let map = Map { opc: Some(PointCode(2001)), dpc: Some(PointCode(1001)), ..Map::default() };
        seen(&mut inventory, &network, secs, from, "192.0.2.30:2905", What::Map(Box::new(map)));
    }
    let other = Map { opc: Some(PointCode(3001)), dpc: Some(PointCode(1001)), ..Map::default() };
    seen(
        &mut inventory,
        &network,
        9,
        "192.0.2.31:2905",
        "192.0.2.30:2905",
        What::Map(Box::new(other)),
    );
    let said = all_names(&inventory.nodes(&network));
    assert!(said.contains(&"ip:198.51.100.10 ip:198.51.100.11 pc:2001".to_owned()), "{said:?}");
    assert!(said.iter().any(|names| names.starts_with("ip:192.0.2.30 ip:192.0.2.31")), "{said:?}");
}

#[test]
fn a_gateway_of_many_codes_is_none_of_them() {
    let (mut inventory, network) = (Inventory::default(), Network::default());
    for code in [2001, 2002] {
        let map = Map { opc: Some(PointCode(code)), dpc: Some(PointCode(1001)), ..Map::default() };
        seen(
            &mut inventory,
            &network,
            1,
            "198.51.100.10:2905",
            "192.0.2.30:2905",
            What::Map(Box::new(map)),
        );
    }
    assert!(inventory.nodes(&network).iter().all(|node| node.identities.is_empty()));
}

#[test]
fn what_answers_is_open_and_to_whom() {
    let (mut inventory, network) = (Inventory::default(), network());
    let host = "192.0.2.30:22";
    seen(&mut inventory, &network, 1, "198.51.100.9:5000", host, flow(Handshake::Established));
    seen(&mut inventory, &network, 2, "203.0.113.9:5000", host, flow(Handshake::SynAck));
    seen(
        &mut inventory,
        &network,
        3,
        "203.0.113.9:5000",
        "192.0.2.30:23",
        flow(Handshake::Refused),
    );
    seen(&mut inventory, &network, 4, "203.0.113.9:5000", "192.0.2.30:24", flow(Handshake::Syn));
    let ssh = Ssh { server: Some("SSH-2.0-\u{1b}[2J".repeat(20)), ..Ssh::default() };
    seen(&mut inventory, &network, 5, "203.0.113.9:5000", host, What::Ssh(Box::new(ssh)));
    let nodes = inventory.nodes(&network);
    let node = nodes.iter().find(|node| node.address == "192.0.2.30".parse().ok()).unwrap();
    let open: Vec<(u16, String, u64)> = node
        .services
        .iter()
        .map(|of| (of.port, of.answered_to.join(" "), of.conversations))
        .collect();
    assert_eq!(open, [(22, "partner outside".to_owned(), 2)]);
    assert_eq!(node.hints[0].value.chars().count(), 64);
    assert_eq!(node.peer_names, ["ip:203.0.113.9"]);
}

#[test]
fn make_restarts_user_plane_and_pfcp_names() {
    let (mut inventory, network) = (Inventory::default(), Network::default());
    for (secs, recovery) in [(1, 5), (2, 5), (3, 6)] {
        let gtp = Gtp {
            version: 1,
            message_type: 2,
            recovery: Some(recovery),
            private_extension: Some(10_923),
            ..Gtp::default()
        };
        seen(
            &mut inventory,
            &network,
            secs,
            "192.0.2.20:2123",
            "198.51.100.20:2123",
            What::Gtp(Box::new(gtp)),
        );
    }
    let session = Gtp {
        version: 1,
        message_type: 17,
        fteids: vec![event::Fteid {
            plane: "data".into(),
            ip: "192.0.2.21".parse().ok(),
            ..event::Fteid::default()
        }],
        ..Gtp::default()
    };
    seen(
        &mut inventory,
        &network,
        4,
        "192.0.2.20:2123",
        "198.51.100.20:2123",
        What::Gtp(Box::new(session)),
    );
    let pfcp =
        Pfcp { message_type: 5, node_id: Some("UPF1.home.example".into()), ..Pfcp::default() };
    seen(
        &mut inventory,
        &network,
        5,
        "192.0.2.20:8805",
        "192.0.2.40:8805",
        What::Pfcp(Box::new(pfcp)),
    );
    let version = event::Dns {
        response: true,
        qclass: Some(3),
        records: vec![DnsRecord {
            name: "version.bind".into(),
            rtype: 16,
            data: "9.18".into(),
            ..DnsRecord::default()
        }],
        ..event::Dns::default()
    };
    seen(
        &mut inventory,
        &network,
        6,
        "192.0.2.20:53",
        "198.51.100.20:5000",
        What::Dns(Box::new(version)),
    );
    let nodes = inventory.nodes(&network);
    let node = nodes.iter().find(|node| node.address == "192.0.2.20".parse().ok()).unwrap();
    assert_eq!(node.restarts, 1);
    assert_eq!(node.user_plane, ["192.0.2.21".parse::<IpAddr>().unwrap()]);
    assert_eq!(node.identities[0].id, "node:upf1.home.example");
    let hints: Vec<String> =
        node.hints.iter().map(|hint| format!("{} {}", hint.kind, hint.value)).collect();
    assert_eq!(hints, ["gtp.private-extension enterprise 10923", "dns.version 9.18"]);
}

#[test]
fn a_flood_fills_no_table_beyond_its_cap() {
    let (mut inventory, network) = (Inventory::default(), network());
    for n in 0..80_000u32 {
        let from = format!("10.{}.{}.{}:3868", n >> 16, (n >> 8) & 255, n & 255);
        let host = format!("host{n}.example");
        seen(
            &mut inventory,
            &network,
            i64::from(n),
            &from,
            "192.0.2.30:3868",
            capabilities(&host, &host),
        );
        let to = format!("192.0.2.{}:{}", n & 255, n >> 3);
        seen(
            &mut inventory,
            &network,
            i64::from(n),
            "203.0.113.9:1",
            &to,
            flow(Handshake::Established),
        );
    }
    for table in inventory.tables() {
        assert!(table.entries <= table.cap, "{table:?}");
    }
    let nodes = inventory.nodes(&network);
    assert!(nodes.iter().all(|node| node.services.len() <= 64
        && node.peer_names.len() <= MAX_PEERS
        && node.hints.len() <= 16));
}
