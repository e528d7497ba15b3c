//! Diameter (RFC 6733) and its S6a application (TS 29.272).

use std::net::IpAddr;

use crate::bytes::{Put, join, plmn, tbcd};

pub const PORT: u16 = 3868;
/// Vendor id of 3GPP.
pub const TGPP: u32 = 10_415;
/// Application id of S6a.
pub const S6A: u32 = 16_777_251;

/// Commands.
pub const CAPABILITIES_EXCHANGE: u32 = 257;
pub const DEVICE_WATCHDOG: u32 = 280;
pub const UPDATE_LOCATION: u32 = 316;
pub const CANCEL_LOCATION: u32 = 317;
pub const AUTHENTICATION_INFORMATION: u32 = 318;
pub const INSERT_SUBSCRIBER_DATA: u32 = 319;
pub const PURGE_UE: u32 = 321;

/// A message's header flags.
pub const REQUEST: u8 = 0x80;
pub const PROXIABLE: u8 = 0x40;
pub const ERROR: u8 = 0x20;

/// A message.
pub fn message(
    flags: u8,
    command: u32,
    application: u32,
    hop: u32,
    end: u32,
    avps: &[Vec<u8>],
) -> Vec<u8> {
    let body = join(avps);
    let mut out = Vec::with_capacity(body.len() + 20);
    out.u8(1).u24((body.len() + 20) as u32).u8(flags).u24(command);
    out.u32(application).u32(hop).u32(end).raw(&body);
    out
}

/// A mandatory AVP of the base protocol.
pub fn avp(code: u32, data: &[u8]) -> Vec<u8> {
    encode(code, 0x40, None, data)
}

/// A mandatory AVP of 3GPP.
pub fn avp_3gpp(code: u32, data: &[u8]) -> Vec<u8> {
    encode(code, 0xc0, Some(TGPP), data)
}

fn encode(code: u32, flags: u8, vendor: Option<u32>, data: &[u8]) -> Vec<u8> {
    let len = 8 + if vendor.is_some() { 4 } else { 0 } + data.len();
    let mut out = Vec::with_capacity(len + 3);
    out.u32(code).u8(flags).u24(len as u32);
    if let Some(vendor) = vendor {
        out.u32(vendor);
    }
    out.raw(data);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

pub fn text(code: u32, text: &str) -> Vec<u8> {
    avp(code, text.as_bytes())
}

pub fn number(code: u32, value: u32) -> Vec<u8> {
    avp(code, &value.to_be_bytes())
}

pub fn number_3gpp(code: u32, value: u32) -> Vec<u8> {
    avp_3gpp(code, &value.to_be_bytes())
}

pub fn grouped(code: u32, parts: &[Vec<u8>]) -> Vec<u8> {
    avp(code, &join(parts))
}

pub fn grouped_3gpp(code: u32, parts: &[Vec<u8>]) -> Vec<u8> {
    avp_3gpp(code, &join(parts))
}

fn address(ip: IpAddr) -> Vec<u8> {
    let mut out = Vec::new();
    match ip {
        IpAddr::V4(v4) => out.u16(1).raw(&v4.octets()),
        IpAddr::V6(v6) => out.u16(2).raw(&v6.octets()),
    };
    avp(257, &out)
}

/// A Diameter node: its identity and its realm.
#[derive(Clone, Debug)]
pub struct Node {
    pub host: String,
    pub realm: String,
}

impl Node {
    /// `NAME` in the EPC realm of a network such as `001-01`.
    pub fn epc(name: &str, network: &str) -> Self {
        let digits: String = network.chars().filter(char::is_ascii_digit).collect();
        let (mcc, mnc) = digits.split_at(3);
        let realm = format!("epc.mnc{mnc:0>3}.mcc{mcc}.3gppnetwork.org");
        Self { host: format!("{name}.{realm}"), realm }
    }

    fn origin(&self) -> [Vec<u8>; 2] {
        [text(264, &self.host), text(296, &self.realm)]
    }
}

fn s6a_application() -> Vec<u8> {
    grouped(260, &[number(266, TGPP), number(258, S6A)])
}

/// Capabilities-Exchange-Request, or its answer when `result` is there.
pub fn capabilities(
    from: &Node,
    address_of: IpAddr,
    hop: u32,
    end: u32,
    result: Option<u32>,
) -> Vec<u8> {
    let mut avps = Vec::new();
    avps.extend(result.map(|code| number(268, code)));
    avps.extend(from.origin());
    avps.push(address(address_of));
    avps.push(number(266, TGPP));
    avps.push(encode(269, 0, None, b"signalling edge"));
    avps.push(number(265, TGPP));
    avps.push(s6a_application());
    let flags = if result.is_some() { 0 } else { REQUEST };
    message(flags, CAPABILITIES_EXCHANGE, 0, hop, end, &avps)
}

/// Device-Watchdog-Request, or its answer.
pub fn watchdog(from: &Node, hop: u32, end: u32, result: Option<u32>) -> Vec<u8> {
    let mut avps = Vec::new();
    avps.extend(result.map(|code| number(268, code)));
    avps.extend(from.origin());
    let flags = if result.is_some() { 0 } else { REQUEST };
    message(flags, DEVICE_WATCHDOG, 0, hop, end, &avps)
}

/// Numbers of one exchange: hop-by-hop and end-to-end identifier, and the session.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub hop: u32,
    pub end: u32,
    pub session: String,
}

impl Exchange {
    pub fn new(from: &Node, hop: u32) -> Self {
        Self { hop, end: 0x4a00_0000 | hop, session: format!("{};1700000000;{hop}", from.host) }
    }
}

/// An S6a request: the parts that all share, then `more`.
pub fn s6a_request(
    exchange: &Exchange,
    command: u32,
    from: &Node,
    to_host: Option<&Node>,
    to_realm: &str,
    imsi: &str,
    more: &[Vec<u8>],
) -> Vec<u8> {
    let mut avps = vec![text(263, &exchange.session), s6a_application(), number(277, 1)];
    avps.extend(from.origin());
    avps.extend(to_host.map(|node| text(293, &node.host)));
    avps.push(text(283, to_realm));
    avps.push(text(1, imsi));
    avps.extend_from_slice(more);
    message(REQUEST | PROXIABLE, command, S6A, exchange.hop, exchange.end, &avps)
}

/// An S6a answer with a result, or with an experimental one of 3GPP when it is none of the base protocol.
pub fn s6a_answer(
    exchange: &Exchange,
    command: u32,
    from: &Node,
    result: u32,
    more: &[Vec<u8>],
) -> Vec<u8> {
    let mut avps = vec![text(263, &exchange.session), s6a_application()];
    if matches!(result, 5001 | 5004 | 5420 | 5421 | 5422 | 5423 | 4181) {
        avps.push(grouped(297, &[number(266, TGPP), number(298, result)]));
    } else {
        avps.push(number(268, result));
    }
    avps.push(number(277, 1));
    avps.extend(from.origin());
    avps.extend_from_slice(more);
    message(PROXIABLE, command, S6A, exchange.hop, exchange.end, &avps)
}

/// What an Update-Location-Request adds.
pub fn ulr(visited: &str) -> Vec<Vec<u8>> {
    vec![number_3gpp(1032, 1004), number_3gpp(1405, 0x22), avp_3gpp(1407, &plmn(visited))]
}

/// What an Update-Location-Answer adds: a small profile.
pub fn ula(msisdn: &str) -> Vec<Vec<u8>> {
    let ambr = grouped_3gpp(1435, &[number_3gpp(516, 50_000_000), number_3gpp(515, 150_000_000)]);
    vec![
        number_3gpp(1406, 1),
        grouped_3gpp(
            1400,
            &[avp_3gpp(701, &tbcd(msisdn)), number_3gpp(1424, 0), number_3gpp(1417, 2), ambr],
        ),
    ]
}

/// What an Authentication-Information-Request adds.
pub fn air(visited: &str) -> Vec<Vec<u8>> {
    vec![
        grouped_3gpp(1408, &[number_3gpp(1410, 1), number_3gpp(1412, 0)]),
        avp_3gpp(1407, &plmn(visited)),
    ]
}

/// What an Authentication-Information-Answer adds: one vector of these octets (RAND, XRES, AUTN, KASME).
pub fn aia(material: &[u8; 72]) -> Vec<Vec<u8>> {
    let vector = grouped_3gpp(
        1414,
        &[
            number_3gpp(1419, 1),
            avp_3gpp(1447, &material[..16]),
            avp_3gpp(1448, &material[16..24]),
            avp_3gpp(1449, &material[24..40]),
            avp_3gpp(1450, &material[40..72]),
        ],
    );
    vec![grouped_3gpp(1413, &[vector])]
}

/// What a Cancel-Location-Request adds: the subscriber moved.
pub fn clr() -> Vec<Vec<u8>> {
    vec![number_3gpp(1420, 0)]
}

/// What an Insert-Subscriber-Data-Request adds that asks for the location.
pub fn idr_location() -> Vec<Vec<u8>> {
    vec![grouped_3gpp(1400, &[]), number_3gpp(1490, 0x18)]
}
