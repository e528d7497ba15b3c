//! Applications of Diameter that never cross a roaming edge; and those that do.

use super::Scenario;
use super::places::{NETWORK, subscriber};
use crate::bytes::tbcd;
use crate::frame::diameter::{self, Exchange, Node, PORT, PROXIABLE, REQUEST, TGPP};
use crate::frame::sctp::PPID_DIAMETER;
use crate::timeline::{Association, Side, Timeline, at};

const SH: u32 = 16_777_217;
const GX: u32 = 16_777_238;
const SWX: u32 = 16_777_265;
const S6C: u32 = 16_777_312;

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("diameter-category-1"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: answered,
    expect: &[("diameter-category-1", "critical")],
};

pub(super) const ANSWERED: Scenario = Scenario {
    name: "sh-user-data-answered",
    about: "User-Data-Requests over Sh from partner A's edge; our HSS gives the data.",
    ..LOUD
};

pub(super) const REFUSED: Scenario = Scenario {
    name: "diameter-category-1-refused",
    about: "S6c, SWx and Gx from partner A's edge, each refused.",
    make: refused,
    expect: &[("diameter-category-1", "high")],
    ..LOUD
};

pub(super) const DISGUISED: Scenario = Scenario {
    name: "sh-under-s6a",
    about: "User-Data-Requests under the application of S6a, which edges let pass.",
    make: disguised,
    expect: &[("diameter-category-1", "high")],
    ..LOUD
};

pub(super) const UNDESCRIBED: Scenario = Scenario {
    name: "sh-undescribed",
    network: None,
    about: "The same between the realms of two networks; without a description.",
    make: answered,
    expect: &[("diameter-category-1", "high")],
    ..LOUD
};

pub(super) const AT_HOME: Scenario = Scenario {
    name: "sh-at-home",
    benign: true,
    about: "Our own application server asks our own HSS over Sh, and partner A's MME speaks S6a.",
    make: at_home,
    expect: &[],
    ..LOUD
};

/// A connection between two Diameter nodes.
pub(super) struct Link {
    association: Association,
    hop: u32,
}

impl Link {
    /// From `ip` to an address of ours; `from` and `to` exchange capabilities, accepted or refused with a result.
    pub(super) fn open(
        tl: &mut Timeline,
        [client, server]: [&str; 2],
        [from, to]: [&Node; 2],
        result: u32,
    ) -> Self {
        let (client, server) = (at(client, PORT), at(server, PORT));
        let mut association = Association::open(tl, client, server);
        let request = diameter::capabilities(from, client.ip(), 1, 1, None);
        association.say(tl, Side::Client, 0, PPID_DIAMETER, &request);
        let answer = diameter::capabilities(to, server.ip(), 1, 1, Some(result));
        association.say(tl, Side::Server, 0, PPID_DIAMETER, &answer);
        Self { association, hop: 0x2000 }
    }

    /// From partner A's edge to ours.
    pub(super) fn a(tl: &mut Timeline) -> Self {
        let nodes = [&Node::epc("dea1", "001-02"), &Node::epc("dea1", "001-01")];
        Self::open(tl, ["198.51.100.30", "192.0.2.30"], nodes, 2001)
    }

    /// From partner B's edge to ours.
    pub(super) fn b(tl: &mut Timeline) -> Self {
        let nodes = [&Node::epc("dea1", "001-03"), &Node::epc("dea1", "001-01")];
        Self::open(tl, ["198.51.100.158", "192.0.2.30"], nodes, 2001)
    }

    pub(super) fn close(&self, tl: &mut Timeline) {
        self.association.shutdown(tl, Side::Client);
    }

    pub(super) fn exchange(&mut self, from: &Node) -> Exchange {
        self.hop += 1;
        Exchange::new(from, self.hop)
    }

    /// A message of this side.
    pub(super) fn say(&mut self, tl: &mut Timeline, side: Side, message: &[u8]) {
        self.association.say(tl, side, 1, PPID_DIAMETER, message);
        tl.wait_ms(20);
    }

    /// An S6a request and its answer; none without a result.
    pub(super) fn s6a(
        &mut self,
        tl: &mut Timeline,
        (side, command): (Side, u32),
        [from, to]: [&Node; 2],
        imsi: &str,
        more: &[Vec<u8>],
        answer: Option<(u32, &[Vec<u8>])>,
    ) {
        let exchange = self.exchange(from);
        let request =
            diameter::s6a_request(&exchange, command, from, Some(to), &to.realm, imsi, more);
        self.say(tl, side, &request);
        if let Some((result, more)) = answer {
            self.say(tl, side.other(), &diameter::s6a_answer(&exchange, command, to, result, more));
        }
    }

    /// A request of any application, and its answer.
    pub(super) fn ask(
        &mut self,
        tl: &mut Timeline,
        (application, command): (u32, u32),
        [from, to]: [&Node; 2],
        more: &[Vec<u8>],
        (result, answer): (u32, &[Vec<u8>]),
    ) {
        let exchange = self.exchange(from);
        let group = diameter::grouped(
            260,
            &[diameter::number(266, TGPP), diameter::number(258, application)],
        );
        let session = diameter::text(263, &exchange.session);
        let origin =
            |node: &Node| [diameter::text(264, &node.host), diameter::text(296, &node.realm)];
        let mut request = vec![session.clone(), group.clone(), diameter::number(277, 1)];
        request.extend(origin(from));
        request.push(diameter::text(293, &to.host));
        request.push(diameter::text(283, &to.realm));
        request.extend_from_slice(more);
        let (hop, end) = (exchange.hop, exchange.end);
        let flags = REQUEST | PROXIABLE;
        self.say(
            tl,
            Side::Client,
            &diameter::message(flags, command, application, hop, end, &request),
        );
        let mut back =
            vec![session, group, diameter::number(268, result), diameter::number(277, 1)];
        back.extend(origin(to));
        back.extend_from_slice(answer);
        self.say(
            tl,
            Side::Server,
            &diameter::message(PROXIABLE, command, application, hop, end, &back),
        );
    }
}

fn mme() -> Node {
    Node::epc("mme1", "001-02")
}

fn hss() -> Node {
    Node::epc("hss1", "001-01")
}

/// Whom Sh asks about, and for what: where the subscriber is (TS 29.328 §7.6).
fn user_data(number: u32) -> Vec<Vec<u8>> {
    let msisdn = diameter::avp_3gpp(701, &tbcd(&subscriber(number).1));
    vec![diameter::grouped_3gpp(700, &[msisdn]), diameter::number_3gpp(703, 14)]
}

fn profile() -> Vec<Vec<u8>> {
    vec![diameter::avp_3gpp(702, b"<Sh-Data><Extension/></Sh-Data>")]
}

fn answered(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut link = Link::a(&mut tl);
    for number in 0..3 {
        link.ask(&mut tl, (SH, 306), [&mme(), &hss()], &user_data(number), (2001, &profile()));
        tl.wait_secs(2);
    }
    tl.into_frames()
}

fn refused(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut link = Link::a(&mut tl);
    let (imsi, msisdn) = subscriber(4);
    let short = vec![
        diameter::avp_3gpp(701, &tbcd(&msisdn)),
        diameter::avp_3gpp(3300, &tbcd("99902000050")),
    ];
    let vectors = vec![
        diameter::text(1, &imsi),
        diameter::grouped_3gpp(612, &[diameter::avp_3gpp(608, b"EAP-AKA")]),
        diameter::number_3gpp(607, 5),
    ];
    let rules = vec![
        diameter::number(258, GX),
        diameter::number(416, 1),
        diameter::number(415, 0),
        diameter::text(30, "internet"),
    ];
    let asked = [(S6C, 8_388_647, short), (SWX, 303, vectors), (GX, 272, rules)];
    for (application, command, more) in asked {
        link.ask(&mut tl, (application, command), [&mme(), &hss()], &more, (3007, &[]));
        tl.wait_secs(2);
    }
    tl.into_frames()
}

fn disguised(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut link = Link::a(&mut tl);
    let asked = (diameter::S6A, 306);
    link.ask(&mut tl, asked, [&mme(), &hss()], &user_data(5), (3001, &[]));
    tl.into_frames()
}

fn at_home(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let server = Node::epc("as1", "001-01");
    let mut inside = Link::open(&mut tl, ["10.10.1.50", "192.0.2.40"], [&server, &hss()], 2001);
    inside.ask(&mut tl, (SH, 306), [&server, &hss()], &user_data(6), (2001, &profile()));
    let mut link = Link::a(&mut tl);
    let (imsi, msisdn) = subscriber(6);
    let vectors = diameter::aia(&[9; 72]);
    let way = (Side::Client, diameter::AUTHENTICATION_INFORMATION);
    let nodes = [&mme(), &hss()];
    link.s6a(&mut tl, way, nodes, &imsi, &diameter::air("001-02"), Some((2001, &vectors)));
    let way = (Side::Client, diameter::UPDATE_LOCATION);
    let data = diameter::ula(&msisdn);
    link.s6a(&mut tl, way, nodes, &imsi, &diameter::ulr("001-02"), Some((2001, &data)));
    tl.into_frames()
}
