//! Descriptions good and bad, the questions, and what nodes show of themselves.

use std::net::IpAddr;

use event::{
    Diameter, Dns, Endpoints, Event, Flow, FlowState, Fteid, GlobalTitle, Gtp, Map, PointCode,
    Proto, SccpAddress, Sctp, SctpState, Timestamp, TunnelPath, What,
};

use crate::{Inventory, Network, Owner, Role, Use};

const WHOLE: &str = include_str!("tests.toml");

fn whole() -> Network {
    Network::parse(WHOLE, "network.toml").unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn shown(owner: Owner<'_>) -> String {
    match owner {
        Owner::Home(Some(element)) => format!("home:{}", element.name),
        Owner::Home(None) => "home".to_owned(),
        Owner::Partner(partner) => partner.name.clone(),
        Owner::Unknown => "?".to_owned(),
    }
}

#[test]
fn who_owns_an_address() {
    let network = whole();
    for (text, owner) in [
        ("192.0.2.10", "home:stp1"),
        ("192.0.2.11", "home"),
        ("::ffff:192.0.2.11", "home"),
        ("192.0.2.200", "Partner A"),
        ("10.10.0.1", "home"),
        ("10.10.128.1", "?"),
        ("10.10.128.53", "home:resolver"),
        ("2001:db8:1::1", "home"),
        ("2001:db8:2::1", "?"),
        ("198.51.100.20", "Partner A"),
        ("198.51.100.127", "Partner A"),
        ("198.51.100.128", "Hub"),
        ("203.0.113.1", "?"),
    ] {
        assert_eq!(shown(network.owner_of_ip(ip(text))), owner, "{text}");
    }
    assert!(network.is_management(ip("10.10.9.1")) && !network.is_management(ip("10.10.8.1")));
    assert!(network.is_subscriber(ip("10.10.200.1")) && !network.is_subscriber(ip("10.10.1.1")));
    assert!(!network.is_subscriber(ip("10.10.128.53")), "an element among subscribers");
    assert!(network.is_for_subscribers(ip("192.0.2.53")));
    assert!(!network.is_for_subscribers(ip("192.0.2.10")));
}

#[test]
fn who_owns_a_name_or_number() {
    let network = whole();
    for (digits, owner) in [
        ("99901000001", "home:stp1"),
        ("99901000002", "home"),
        ("99901000031", "home"),
        ("99902", "Partner A"),
        ("9990", "Partner A"),
        ("99", "?"),
        ("", "?"),
        ("31612345678", "?"),
        ("é9901", "?"),
    ] {
        assert_eq!(shown(network.owner_of_gt(digits)), owner, "{digits}");
    }
    for (pc, owner) in
        [(1001, "home:stp1"), (4 << 11 | 3 << 3 | 2, "home"), (2001, "Partner A"), (7, "?")]
    {
        assert_eq!(shown(network.owner_of_pc(PointCode(pc))), owner, "{pc}");
    }
    for (plmn, owner) in
        [("001-01", "home"), ("001-001", "home"), ("310-410", "Partner A"), ("001-03", "?")]
    {
        assert_eq!(shown(network.owner_of_plmn(plmn.parse().unwrap())), owner, "{plmn}");
    }
    for (name, owner) in [
        ("epc.mnc001.mcc001.3gppnetwork.org", "home"),
        ("MME7.EPC.mnc001.mcc001.3gppnetwork.org.", "home"),
        ("hss1.epc.mnc001.mcc001.3gppnetwork.org", "home:hss1"),
        ("notpartner-a.example", "?"),
        ("dra.partner-a.example", "Partner A"),
        ("partner-a.example.evil.example", "?"),
        ("epc.mnc001.mcc001.3gppnetwork.org.evil.example", "?"),
        ("epc.mnc410.mcc310.3gppnetwork.org", "Partner A"),
        ("apn.mnc001.mcc001.gprs", "home"),
        ("", "?"),
    ] {
        assert_eq!(shown(network.owner_of_realm(name)), owner, "{name}");
    }
    assert_eq!(shown(network.owner_of_realm(&".".repeat(1 << 20))), "?");
}

#[test]
fn lists_hubs_agreements_and_services() {
    let network = whole();
    let a = network.partner_by_name("Partner A").unwrap();
    assert!(network.partner_lists(a, ip("198.51.100.20"), Use::Gsn));
    assert!(!network.partner_lists(a, ip("198.51.100.20"), Use::Dns));
    assert_eq!(network.listed_by(ip("198.51.100.53"), Use::Dns).unwrap().name, "Partner A");
    assert!(network.listed_by(ip("198.51.100.53"), Use::Sigtran).is_none());
    let hubs: Vec<&str> = network.hubs_of(a).map(|hub| hub.name.as_str()).collect();
    assert_eq!(hubs, ["Hub"]);
    assert!(network.has_agreement(a, "map.70") && !network.has_agreement(a, "map.7"));
    assert!(network.has_gsn_lists() && network.has_home_gts() && network.has_point_codes());
    assert!(!Network::default().has_gsn_lists() && !Network::default().has_home_networks());

    let flow =
        |app: Option<&'static str>| Flow { app_proto: app.map(Into::into), ..Flow::default() };
    for (from, to, proto, port, app, allowed) in [
        ("198.51.100.9", "192.0.2.53", Proto::Tcp, 22, None, true),
        ("198.51.100.9", "192.0.2.53", Proto::Tcp, 2200, Some("ssh"), true),
        ("198.51.100.8", "192.0.2.53", Proto::Tcp, 22, None, false),
        ("198.51.100.9", "192.0.2.54", Proto::Tcp, 22, None, false),
        ("198.51.100.9", "192.0.2.53", Proto::Udp, 22, None, false),
        ("198.51.100.1", "192.0.2.1", Proto::Tcp, 8443, None, true),
        ("198.51.100.1", "192.0.3.1", Proto::Tcp, 8443, None, false),
        ("198.51.100.1", "192.0.3.1", Proto::Icmp, 0, None, true),
        ("198.51.100.1", "192.0.3.1", Proto::Gre, 0, None, true),
        ("198.51.100.1", "192.0.3.1", Proto::Esp, 0, None, false),
    ] {
        let ends =
            Endpoints { src_ip: ip(from), src_port: 4000, dest_ip: ip(to), dest_port: port, proto };
        let rule = network.allowed_service(a, &ends, &flow(app));
        assert_eq!(rule.is_some(), allowed, "{ends:?}");
    }
}

#[test]
fn alerts_can_cite_it() {
    let network = whole();
    assert_eq!(network.cite_home(), "network.toml:2 [home]");
    assert_eq!(network.cite_element(&network.elements[1]), "network.toml:23 element resolver");
    assert_eq!(network.cite_partner(&network.partners[0]), "network.toml:33 partner Partner A");
    assert_eq!(Network::default().cite_home(), "no network description");
}

#[test]
fn the_published_example_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/network.example.toml");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("SKIPPED: no {path}");
        return;
    };
    let network = Network::parse(&text, "network.example.toml").unwrap();
    let errors: Vec<_> = network.problems().into_iter().filter(|p| p.error).collect();
    assert_eq!(errors, []);
}

#[test]
fn what_is_not_understood_is_an_error_with_its_line() {
    let bad = r#"
hom = 1
[home]
gt_prefix = ["99901"]
plmns = ["00101", "001-02"]
networks = ["192.0.2.1/24", "example"]
point_codes = ["9-9-9-9", -1, 0x10]
gt_prefixes = ["+99901"]
location = [91.0, 0]

[[elment]]
name = "x"

[[element]]
role = ["stp"]
addresses = ["192.0.2.300"]

[[partner]]
name = "A"
services = ["sssh from 192.0.2.1", "ssh form 192.0.2.1", "ssh from", "22/xcp"]
agreements = ["map.x"]
gsn = "192.0.2.1"
realms = ["a b"]
"#;
    let error = Network::parse(bad, "network.toml").unwrap_err().to_string();
    let expected = r#"network.toml: line 2: unknown key `hom`; a description has [home], [[element]] and [[partner]]; did you mean `home`?
line 4: unknown key `gt_prefix` in [home]; did you mean `gt_prefixes`?
line 5: `plmns`: `00101`: not a PLMN: write MCC-MNC, such as 001-01 or 310-410
line 6: `networks`: `192.0.2.1/24`: has bits behind its prefix; did you mean `192.0.2.0/24`?
line 6: `networks`: `example`: not a network: write 192.0.2.0/24 or 2001:db8::/32
line 7: `point_codes`: not a point code: write a number, ITU 3-8-3 such as 4-3-2, or ANSI 8-8-8 such as 245-1-2
line 8: `gt_prefixes`: `+99901`: not a number: 1 to 15 digits, without + or spaces
line 9: `location`: not a latitude and a longitude such as [51.5, -0.1]
line 11: unknown key `elment`; a description has [home], [[element]] and [[partner]]; did you mean `element`?
line 14: [[element]] without a `name`
line 15: unknown key `role` in [[element]]; did you mean `roles`?
line 16: `addresses`: `192.0.2.300`: not an address: write 192.0.2.1 or 2001:db8::1
line 20: `services`: `22/xcp`: `xcp` is no protocol: tcp, udp, sctp, icmp, gre or esp; write for example "ssh from 198.51.100.9 to 192.0.2.53" or "8443/tcp to 192.0.2.0/24"
line 20: `services`: `ssh form 192.0.2.1`: `form` where `from` or `to` belongs; write for example "ssh from 198.51.100.9 to 192.0.2.53" or "8443/tcp to 192.0.2.0/24"
line 20: `services`: `ssh from`: nothing behind `from`; write for example "ssh from 198.51.100.9 to 192.0.2.53" or "8443/tcp to 192.0.2.0/24"
line 20: `services`: `sssh from 192.0.2.1`: `sssh` is no service; did you mean `ssh`?; write for example "ssh from 198.51.100.9 to 192.0.2.53" or "8443/tcp to 192.0.2.0/24"
line 21: `agreements`: `map.x`: not an operation: write map.70, cap.0, diameter.319 or gtpv1.50
line 22: `gsn` is not a list in brackets
line 23: `realms`: `a b`: not a name: letters, digits, hyphens and dots"#;
    assert_eq!(error, expected);
    let broken = Network::parse("[home]\nname = \n", "n.toml").unwrap_err().to_string();
    assert!(broken.starts_with("n.toml: line 2: "), "{broken}");
    let missing = Network::read(std::path::Path::new("/does/not/exist.toml")).unwrap_err();
    assert!(missing.to_string().starts_with("/does/not/exist.toml: "), "{missing}");
}

#[test]
fn nothing_is_a_description_too() {
    let network = Network::parse("", "network.toml").unwrap();
    assert!(!network.is_empty() && network.owner_of_ip(ip("192.0.2.1")).is_unknown());
    assert!(Network::default().is_empty());
}

#[test]
fn read_critically() {
    let text = r#"
[home]
plmns = ["262-01"]
gt_prefixes = ["99901"]
networks = ["192.0.2.0/24"]
subscriber_pools = ["192.0.2.128/25"]
realms = ["epc.mnc009.mcc262.3gppnetwork.org"]

[[element]]
name = "a"
roles = ["ggsm"]
addresses = ["203.0.113.1", "192.0.2.5"]

[[element]]
name = "a"
roles = ["dns"]
addresses = ["192.0.2.5"]

[[partner]]
name = "P"
plmns = ["262-01"]
gt_prefixes = ["999015"]
networks = ["192.0.2.0/26"]
gsn = ["198.51.100.1"]
hubs = ["Huub", "P"]

[[partner]]
name = "Hub"
gt_prefixes = ["99901"]
networks = ["192.0.2.0/24"]
gsn = ["198.51.100.1"]
"#;
    let network = Network::parse(text, "n.toml").unwrap();
    let found: Vec<String> = network
        .problems()
        .into_iter()
        .map(|p| {
            let kind = if p.error { "error" } else { "warning" };
            format!("{} {kind}: {}", p.line.unwrap_or(0), p.text)
        })
        .collect();
    let expected = [
        "2 warning: [home]: realm epc.mnc009.mcc262.3gppnetwork.org is of 262-09, none of its PLMNs",
        "2 warning: subscriber pool 192.0.2.128/25 overlaps our network 192.0.2.0/24: what is in the pool counts as subscribers",
        "9 warning: element a: 203.0.113.1 is in none of our `networks`",
        "9 error: element a: no role is called `ggsm`; did you mean `ggsn`?",
        "14 error: element a: address 192.0.2.5 is also of element a",
        "14 error: element a: line 9 has the same name",
        "19 warning: partner P: GT prefix 999015 lies in 99901 of partner Hub",
        "19 warning: partner P: `gsn` 198.51.100.1 is in none of its networks",
        "19 warning: partner P: network 192.0.2.0/26 lies in 192.0.2.0/24 of partner Hub",
        "19 error: partner P: PLMN 262-01 is also of [home]",
        "25 error: partner P is its own hub",
        "25 error: partner P: no partner is called `Huub`; did you mean `Hub`?",
        "27 warning: partner Hub: `gsn` 198.51.100.1 is in none of its networks",
        "27 error: partner Hub: GT prefix 99901 is also of [home]",
        "27 error: partner Hub: gsn 198.51.100.1 is also of partner P",
        "27 error: partner Hub: network 192.0.2.0/24 is also of [home]",
        "27 error: partner Hub: network 192.0.2.0/24 overlaps our subscriber pool 192.0.2.128/25",
    ];
    assert_eq!(found, expected);
    // The whole one has nothing that contradicts itself.
    assert!(whole().problems().iter().all(|p| !p.error), "{:?}", whole().problems());
}

fn event(frame: u64, src: &str, dest: &str, proto: Proto, port: u16, what: What) -> Event {
    let ends =
        Endpoints { src_ip: ip(src), src_port: port, dest_ip: ip(dest), dest_port: port, proto };
    Event::new(Timestamp::from_secs(i64::try_from(frame).unwrap()), frame, Some(ends), what)
}

fn gtp(version: u8, message_type: u8, interface: Option<u8>) -> What {
    let fteids = interface
        .map(|i| Fteid { plane: "control".into(), interface: Some(i), ..Fteid::default() })
        .into_iter()
        .collect();
    What::Gtp(Box::new(Gtp { version, message_type, fteids, ..Gtp::default() }))
}

fn flow(state: FlowState) -> What {
    What::Flow(Box::new(Flow { state, ..Flow::default() }))
}

#[test]
fn nodes_show_their_roles() {
    let mut inventory = Inventory::default();
    let (a, b) = ("198.51.100.1", "192.0.2.1");
    let address = |digits: &str, ssn| {
        Some(SccpAddress {
            gt: Some(GlobalTitle { digits: digits.into(), ..GlobalTitle::default() }),
            ssn: Some(ssn),
            ..SccpAddress::default()
        })
    };
    let map = |component: &'static str, opcode| {
        What::Map(Box::new(Map {
            user: "map".into(),
            component: Some(component.into()),
            opcode: Some(opcode),
            calling: address("99902000008", 8),
            called: address("99901000006", 6),
            opc: Some(PointCode(2001)),
            dpc: Some(PointCode(1001)),
            ..Map::default()
        }))
    };
    let diameter = |request, route: &[&str]| {
        What::Diameter(Box::new(Diameter {
            application_id: 16_777_251,
            command_code: 316,
            request,
            origin_host: Some("MME1.example".to_owned()),
            route_record: route.iter().map(|s| (*s).to_owned()).collect(),
            ..Diameter::default()
        }))
    };
    for e in [
        event(1, a, b, Proto::Udp, 2123, gtp(1, 16, None)),
        event(2, b, a, Proto::Udp, 2123, gtp(1, 17, None)),
        event(3, "198.51.100.2", b, Proto::Udp, 2123, gtp(2, 32, Some(6))),
        event(4, b, "198.51.100.2", Proto::Udp, 2123, gtp(2, 33, Some(7))),
        event(
            5,
            "192.0.2.53",
            a,
            Proto::Udp,
            53,
            What::Dns(Box::new(Dns { response: true, ..Dns::default() })),
        ),
        event(
            6,
            "192.0.2.54",
            a,
            Proto::Udp,
            5353,
            What::Dns(Box::new(Dns { response: true, ..Dns::default() })),
        ),
        event(
            7,
            "198.51.100.10",
            "192.0.2.10",
            Proto::Sctp,
            2905,
            What::Sctp(Box::new(Sctp {
                state: SctpState::Established,
                payload: Some("m3ua".into()),
                ..Sctp::default()
            })),
        ),
        event(8, "198.51.100.11", "192.0.2.10", Proto::Sctp, 2905, What::Sctp(Box::default())),
        event(9, "198.51.100.10", "192.0.2.10", Proto::Sctp, 2905, map("invoke", 45)),
        event(10, "198.51.100.30", "192.0.2.30", Proto::Sctp, 3868, diameter(true, &["x"])),
        event(11, "192.0.2.30", "192.0.2.31", Proto::Sctp, 3868, diameter(false, &[])),
        event(12, "198.51.100.30", "192.0.2.30", Proto::Sctp, 3868, diameter(false, &[])),
    ] {
        inventory.observe(&e);
    }
    for (text, roles) in [
        (a, "sgsn"),
        (b, "ggsn, pgw"),
        ("198.51.100.2", "sgw"),
        ("192.0.2.53", "dns"),
        ("192.0.2.54", ""),
        ("198.51.100.10", "stp"),
        ("192.0.2.10", "stp"),
        ("198.51.100.11", ""),
        ("198.51.100.30", "dra"),
        ("192.0.2.30", "hss"),
        ("203.0.113.1", ""),
    ] {
        assert_eq!(inventory.roles_of(ip(text)).to_string(), roles, "{text}");
    }
    assert_eq!(inventory.roles_of_gt("99902000008").to_string(), "msc, smsc");
    assert!(inventory.roles_of_gt("99901000006").is_empty(), "being called proves nothing");
    assert!(inventory.roles_of_host("mme1.example").has(Role::Mme));

    let elements = inventory.elements(&whole());
    let first = &elements[0];
    assert_eq!(first.address, Some(ip(b)));
    assert_eq!(first.owner.as_deref(), Some("home"));
    assert_eq!(first.roles, ["ggsn", "pgw"]);
    assert_eq!(first.evidence[0], "answers Create PDP Context Request (frame 2)");
    assert_eq!((first.peers, first.messages), (2, 2));
    assert_eq!(first.first_seen, Some(Timestamp::from_secs(1)));
    assert!(elements.iter().any(|e| e.point_code == Some(PointCode(2001))));
    let roles: Vec<bool> = elements.iter().map(|e| e.roles.is_empty()).collect();
    assert!(roles.is_sorted(), "those with roles come first");
    // What rides in a tunnel says nothing about nodes.
    let mut inner = event(13, "203.0.113.7", b, Proto::Udp, 2123, gtp(1, 16, None));
    inner.path =
        Some(Box::new(TunnelPath { src_ip: ip(a), dest_ip: ip(b), teid: 1, depth: 1, imsi: None }));
    inventory.observe(&inner);
    assert!(inventory.roles_of(ip("203.0.113.7")).is_empty());
}

#[test]
fn contacts_are_new_until_remembered() {
    let mut inventory = Inventory::default();
    let call = event(1, "192.0.2.1", "203.0.113.9", Proto::Tcp, 443, flow(FlowState::New));
    inventory.observe(&call);
    assert!(!inventory.contacted(ip("192.0.2.1"), ip("203.0.113.9")));
    inventory.remember_contact(&call);
    assert!(inventory.contacted(ip("192.0.2.1"), ip("203.0.113.9")));
    assert!(!inventory.contacted(ip("203.0.113.9"), ip("192.0.2.1")));
}

#[test]
fn a_sweep_pushes_out_no_node() {
    let mut inventory = Inventory::default();
    inventory.observe(&event(2, "192.0.2.1", "198.51.100.1", Proto::Udp, 2123, gtp(1, 17, None)));
    for i in 0..200_000u32 {
        let target = IpAddr::from(std::net::Ipv4Addr::from(0x0a00_0000 + i)).to_string();
        let call = event(3, "203.0.113.9", &target, Proto::Tcp, 22, flow(FlowState::New));
        inventory.observe(&call);
        inventory.remember_contact(&call);
    }
    assert!(inventory.roles_of(ip("192.0.2.1")).has(Role::Ggsn));
    for table in inventory.tables() {
        assert!(table.entries <= table.cap, "{table:?}");
    }
}
