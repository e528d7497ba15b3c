//! Every alert quotes the line that decided it, and relays speak for whom they relay.

use event::{Plmn, PointCode};

use crate::{Network, Owner, Use};

const TEXT: &str = r#"[home]
name = "Testland Mobile"
plmns = ["001-01"]
gt_prefixes = [
    "99901",
    "999011",
]
sms_router = ["99901000031"]
networks = ["192.0.2.0/24"]
subscriber_pools = ["10.20.0.0/16"]

[[element]]
name = "hss1"
addresses = ["192.0.2.7"]
point_codes = [1001]
global_titles = ["99901000007"]
hosts = ["hss1.home.example"]

[[partner]]
name = "Partner A"
plmns = ["001-02"]
gt_prefixes = ["99902"]
point_codes = [2001]
realms = ["a.example"]
networks = [
    "198.51.100.0/25",
    "198.51.100.0/28",
]
gsn = ["198.51.100.20", "198.51.100.21"]
hubs = ["Hub"]
agreements = ["map.70"]

[[partner]]
name = "Hub"
networks = ["203.0.113.0/24"]
hubs = ["Far hub"]
agreements = [
    "map.71",
    "diameter.319",
]

[[partner]]
name = "Far hub"
hubs = ["Hub"]

[[partner]]
name = "MVNO"
hubs = ["Partner A"]

[[partner]]
name = "Our MVNO"
hubs = ["Testland Mobile"]
"#;

fn network() -> Network {
    Network::parse(TEXT, "network.toml").unwrap()
}

#[test]
fn the_line_of_the_key_that_decided() {
    let network = network();
    let ip = |text: &str| network.cite_ip(text.parse().unwrap());
    for (said, expected) in [
        (ip("192.0.2.7"), "network.toml:14 element hss1, addresses"),
        (ip("192.0.2.8"), "network.toml:9 [home], networks"),
        (ip("10.20.1.1"), "network.toml:10 [home], subscriber_pools"),
        (ip("198.51.100.20"), "network.toml:29 partner Partner A, gsn"),
        (ip("198.51.100.100"), "network.toml:26 partner Partner A, networks"),
        (ip("::ffff:198.51.100.1"), "network.toml:27 partner Partner A, networks"),
        (ip("233.252.0.1"), "network.toml: 233.252.0.1 not described"),
        (network.cite_gt("99901000007"), "network.toml:16 element hss1, global_titles"),
        (network.cite_gt("99901000031"), "network.toml:8 [home], sms_router"),
        (network.cite_gt("9990199"), "network.toml:5 [home], gt_prefixes"),
        (network.cite_gt("99901199"), "network.toml:6 [home], gt_prefixes"),
        (network.cite_gt("9990212"), "network.toml:22 partner Partner A, gt_prefixes"),
        (network.cite_gt("31612"), "network.toml: 31612 not described"),
        (network.cite_pc(PointCode(1001)), "network.toml:15 element hss1, point_codes"),
        (network.cite_pc(PointCode(2001)), "network.toml:23 partner Partner A, point_codes"),
        (
            network.cite_plmn("001-02".parse::<Plmn>().unwrap()),
            "network.toml:21 partner Partner A, plmns",
        ),
        (network.cite_realm("hss1.HOME.example."), "network.toml:17 element hss1, hosts"),
        (network.cite_realm("x.a.example"), "network.toml:24 partner Partner A, realms"),
        (
            network.cite_realm("epc.mnc002.mcc001.3gppnetwork.org"),
            "network.toml:21 partner Partner A, plmns",
        ),
        (network.cite_realm("evil.example"), "network.toml: not described"),
        (
            network.cite_listed("198.51.100.21".parse().unwrap(), Use::Gsn),
            "network.toml:29 partner Partner A, gsn",
        ),
        (
            network.cite_listed("198.51.100.21".parse().unwrap(), Use::Dns),
            "network.toml: 198.51.100.21 in no dns list",
        ),
    ] {
        assert_eq!(said, expected);
    }
    let a = network.partner_by_name("Partner A").unwrap();
    assert_eq!(
        network.cite_key(Owner::Partner(a), "hubs"),
        "network.toml:30 partner Partner A, hubs"
    );
    assert_eq!(
        network.cite_key(Owner::Partner(a), "dns"),
        "network.toml:19 partner Partner A, no dns"
    );
    assert_eq!(network.cite_key(Owner::Home(None), "plmns"), "network.toml:3 [home], plmns");
    assert_eq!(network.cite_key(Owner::Unknown, "gsn"), "network.toml: not described");
    assert_eq!(Network::default().cite_ip("192.0.2.1".parse().unwrap()), "no network description");
}

#[test]
fn the_agreement_that_allows_or_that_there_is_none() {
    let network = network();
    let a = network.partner_by_name("Partner A").unwrap();
    let mvno = network.partner_by_name("MVNO").unwrap();
    assert_eq!(network.agreed_by(a, "map.70").unwrap().name, "Partner A");
    assert_eq!(network.agreed_by(a, "map.71").unwrap().name, "Hub");
    assert_eq!(network.agreed_by(mvno, "map.70").unwrap().name, "Partner A");
    assert!(network.agreed_by(a, "map.7").is_none() && network.agreed_by(a, "map.2").is_none());
    for (partner, operation, expected) in [
        (a, "map.70", "network.toml:31 partner Partner A, agreements"),
        (a, "diameter.319", "network.toml:39 partner Hub, agreements"),
        (a, "map.2", "network.toml:31 partner Partner A, agreements without map.2"),
        (mvno, "map.2", "network.toml:46 partner MVNO, no agreements"),
    ] {
        assert_eq!(network.cite_agreement(partner, operation), expected);
    }
}

#[test]
fn relays_speak_for_whom_they_relay_and_not_the_other_way() {
    let network = network();
    let partner = |name: &str| network.partner_by_name(name).unwrap();
    let speaks =
        |speaker: &str, of: &str| network.speaks_for(Owner::Partner(partner(speaker)), partner(of));
    for (speaker, of, expected) in [
        ("Partner A", "Partner A", true),
        ("Hub", "Partner A", true),
        ("Far hub", "Partner A", true),
        ("Partner A", "MVNO", true),
        ("Hub", "MVNO", true),
        ("Far hub", "MVNO", true),
        ("MVNO", "Partner A", false),
        ("Partner A", "Hub", false),
        ("Our MVNO", "Partner A", false),
        ("Hub", "Our MVNO", false),
    ] {
        assert_eq!(speaks(speaker, of), expected, "{speaker} for {of}");
    }
    assert!(network.speaks_for(Owner::Home(None), partner("Our MVNO")));
    assert!(!network.speaks_for(Owner::Home(None), partner("MVNO")));
    assert!(!network.speaks_for(Owner::Unknown, partner("MVNO")));
}

#[test]
fn the_critique_sees_loops_and_agreements_that_nobody_can_use() {
    let said: Vec<String> = network().problems().into_iter().map(|p| p.text).collect();
    assert!(
        said.iter().any(|text| text.contains("relay for each other") && text.contains("Far hub")),
        "{said:#?}"
    );
    assert!(!said.iter().any(|text| text.contains("no partner is called")), "{said:#?}");
    let text = "[[partner]]\nname = \"A\"\nagreements = [\"map.70\"]\n\
                [[partner]]\nname = \"B\"\nplmns = [\"262-01\"]\nagreements = [\"map.2\", \"map.2\"]\n";
    let said: Vec<String> =
        Network::parse(text, "n.toml").unwrap().problems().into_iter().map(|p| p.text).collect();
    for part in ["no traffic can be told to be its own", "map.2 stands twice", "map.2 needs none"] {
        assert!(said.iter().any(|text| text.contains(part)), "{part}: {said:#?}");
    }
}
