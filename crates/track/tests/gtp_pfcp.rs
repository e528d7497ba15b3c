//! GTP and PFCP messages become events, wherever they stand, and what they lack is said.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod run;

use event::{Event, Gtp, Pfcp, What};
use run::{Run, config, pick};
use testkit::frame::{gtp, gtpv2, link, pfcp, transport};
use testkit::timeline::{at, v4};

/// Events of datagrams between these ports.
fn events(ports: [u16; 2], datagrams: &[Vec<u8>]) -> Vec<Event> {
    let mut run = Run::new(&config());
    for datagram in datagrams {
        let packet =
            transport::udp(at("192.0.2.8", ports[0]), at("198.51.100.9", ports[1]), datagram);
        run.frame(event::Timestamp::from_secs(1_700_000_000), 1, &link::ethernet(&packet));
    }
    run.finish();
    run.events
}

fn gtps(events: &[Event]) -> Vec<&Gtp> {
    pick(events, |what| if let What::Gtp(gtp) = what { Some(gtp.as_ref()) } else { None })
}

fn pfcps(events: &[Event]) -> Vec<&Pfcp> {
    pick(events, |what| if let What::Pfcp(pfcp) = what { Some(pfcp.as_ref()) } else { None })
}

fn fields<'e>(events: &'e [Event]) -> Vec<&'e str> {
    let field = |what: &'e What| match what {
        What::Anomaly(anomaly) => Some(anomaly.field.as_ref()),
        _ => None,
    };
    events.iter().filter_map(|event| field(&event.what)).collect()
}

fn establish() -> Vec<u8> {
    pfcp::Establish {
        control: v4("192.0.2.8"),
        seid: 0x1d,
        imsi: "001010123456789".to_owned(),
        msisdn: "999010003456".to_owned(),
        network: "internet".to_owned(),
        ue: v4("10.45.0.2"),
        access: (v4("192.0.2.9"), 0x1001),
        radio: (v4("192.0.2.33"), 0x2001),
    }
    .request(3)
}

#[test]
fn a_session_of_the_user_plane() {
    // By its port, and by its shape on another.
    for ports in [[pfcp::PORT; 2], [40_000, 9_999]] {
        let events = events(ports, &[establish()]);
        let [session] = pfcps(&events)[..] else { panic!("{} messages", events.len()) };
        assert_eq!(session.message, "Session Establishment Request");
        assert_eq!((session.seid, session.sequence), (Some(0), 3));
        assert_eq!(session.node_id.as_deref(), Some("192.0.2.8"));
        assert_eq!(session.f_seid.as_ref().map(|f_seid| f_seid.seid), Some(0x1d));
        assert_eq!(
            (session.pdr_ids.as_slice(), session.far_ids.as_slice()),
            (&[1, 2][..], &[1, 2][..])
        );
        assert_eq!(session.fteids.len(), 2);
        assert_eq!(session.network_instance.as_deref(), Some("internet"));
        assert!(session.imsi.is_some() && session.msisdn.is_some() && session.imei.is_none());
        let record = serde_json::to_string(&events).unwrap_or_else(|error| error.to_string());
        assert!(!record.contains("0123456789") && !record.contains("010003456"), "{record}");
        assert_eq!(fields(&events), [""; 0]);
    }
}

#[test]
fn several_in_a_datagram() {
    let both = pfcp::followed_by(&pfcp::deletion(7, 6), &pfcp::deletion(8, 7));
    let events = events([pfcp::PORT; 2], &[both]);
    let seids: Vec<_> = pfcps(&events).iter().map(|message| message.seid).collect();
    assert_eq!(seids, [Some(7), Some(8)]);
}

#[test]
fn what_is_not_there() {
    let lacking = pfcp::message(pfcp::ESTABLISHMENT_REQUEST, Some(0), 1, &pfcp::cause(1));
    let lacking = events([pfcp::PORT; 2], &[lacking]);
    assert_eq!(pfcps(&lacking)[0].missing, [60, 57, 1, 3]);
    assert_eq!(fields(&lacking), ["pfcp.mandatory"]);
    let lacking = gtpv2::message(gtpv2::CREATE_SESSION, Some(0), 1, &gtpv2::element(82, 0, &[6]));
    let lacking = events([gtp::PORT_C; 2], &[lacking]);
    assert_eq!(gtps(&lacking)[0].missing, [87, 71, 93]);
    let lacking = gtp::message(gtp::CREATE_REQUEST, 0, 1, &gtp::element(2, &[0x21; 8]));
    let lacking = events([gtp::PORT_C; 2], &[lacking]);
    assert_eq!(gtps(&lacking)[0].missing, [16, 20, 133, 133, 135]);
    assert_eq!(fields(&lacking), ["gtpv1.mandatory"]);
}

#[test]
fn the_wrong_port() {
    let delete = gtp::delete(7, 1, 5);
    let found = events([gtp::PORT_U; 2], std::slice::from_ref(&delete));
    assert_eq!(fields(&found), ["gtp.port"]);
    assert!(gtps(&found)[0].user_plane);
    assert_eq!(fields(&events([gtp::PORT_C; 2], std::slice::from_ref(&delete))), [""; 0]);
    // By its shape alone, and GTP' and the user plane too.
    let inner = transport::udp(at("10.45.0.2", 40_000), at("203.0.113.9", 443), b"hello");
    let charging = vec![0x4f, 1, 0, 0, 0, 9];
    let found = events([40_000, 9_999], &[delete, charging, gtp::g_pdu(7, &inner)]);
    assert_eq!(gtps(&found).iter().map(|gtp| gtp.prime).collect::<Vec<_>>(), [false, true]);
    assert!(found.iter().any(|event| matches!(&event.what, What::Tunnel(_))));
}
