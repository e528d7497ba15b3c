//! GTPv0 (GSM 09.60), GTPv1-C (TS 29.060) and GTP-U (TS 29.281).

use std::net::{IpAddr, Ipv4Addr};

use crate::bytes::{Put, plmn, tbcd};

/// Ports.
pub const PORT_C: u16 = 2123;
pub const PORT_U: u16 = 2152;
pub const PORT_V0: u16 = 3386;

/// Message types.
pub const ECHO_REQUEST: u8 = 1;
pub const ECHO_RESPONSE: u8 = 2;
pub const VERSION_NOT_SUPPORTED: u8 = 3;
pub const CREATE_REQUEST: u8 = 16;
pub const CREATE_RESPONSE: u8 = 17;
pub const UPDATE_REQUEST: u8 = 18;
pub const UPDATE_RESPONSE: u8 = 19;
pub const DELETE_REQUEST: u8 = 20;
pub const DELETE_RESPONSE: u8 = 21;
pub const ERROR_INDICATION: u8 = 26;
pub const END_MARKER: u8 = 254;
pub const G_PDU: u8 = 255;

/// Causes.
pub const ACCEPTED: u8 = 128;
pub const IMSI_NOT_KNOWN: u8 = 194;
pub const AUTHENTICATION_FAILED: u8 = 209;
pub const CONTEXT_NOT_FOUND: u8 = 210;
pub const MISSING_APN: u8 = 219;

/// A GTPv1 message with sequence number: header and information elements.
pub fn message(kind: u8, teid: u32, sequence: u16, elements: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(elements.len() + 12);
    out.u8(0x32).u8(kind).u16((elements.len() + 4) as u16).u32(teid);
    out.u16(sequence).u8(0).u8(0).raw(elements);
    out
}

/// An element of type, length and value; types below 128 have a fixed length and say none.
pub fn element(kind: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![kind];
    if kind >= 128 {
        out.u16(value.len() as u16);
    }
    out.raw(value);
    out
}

pub fn echo_request(sequence: u16) -> Vec<u8> {
    message(ECHO_REQUEST, 0, sequence, &[])
}

pub fn echo_response(sequence: u16, recovery: u8) -> Vec<u8> {
    message(ECHO_RESPONSE, 0, sequence, &element(14, &[recovery]))
}

/// Private Extension of a vendor.
pub fn private_extension(enterprise: u16, value: &[u8]) -> Vec<u8> {
    let mut body = enterprise.to_be_bytes().to_vec();
    body.raw(value);
    element(255, &body)
}

/// An access point name in labels.
pub fn apn(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in name.split('.') {
        out.u8(label.len() as u8).raw(label.as_bytes());
    }
    out
}

/// Protocol configuration options with PAP credentials.
pub fn pap(user: &str, password: &str) -> Vec<u8> {
    let inner = 4 + 1 + user.len() + 1 + password.len();
    let mut out = vec![0x80, 0xc0, 0x23, inner as u8, 1, 1];
    out.u16(inner as u16).u8(user.len() as u8).raw(user.as_bytes());
    out.u8(password.len() as u8).raw(password.as_bytes());
    out
}

/// Protocol configuration options that ask for DNS servers, as phones send them.
pub fn pco_dns() -> Vec<u8> {
    vec![0x80, 0x00, 0x0d, 0x00, 0x00, 0x0a, 0x00]
}

/// What a Create PDP Context Request says. Elements that are `None` are left out.
#[derive(Clone, Debug)]
pub struct Create {
    pub imsi: String,
    pub msisdn: String,
    pub apn: String,
    pub sgsn: Ipv4Addr,
    pub teid_data: u32,
    pub teid_control: u32,
    pub nsapi: u8,
    pub recovery: Option<u8>,
    pub selection_mode: u8,
    pub charging: Option<u16>,
    pub pco: Option<Vec<u8>>,
    pub qos: Vec<u8>,
    /// Network of the routing area, and of the cell.
    pub rai: Option<String>,
    pub uli: Option<String>,
    pub rat: Option<u8>,
    pub time_zone: Option<u8>,
    pub imeisv: Option<String>,
}

impl Create {
    /// The first NSAPI that a phone may use.
    pub const NSAPI: u8 = 5;

    /// As a serving node asks for a phone that roams in `visited`.
    pub fn honest(imsi: &str, msisdn: &str, visited: &str, sgsn: Ipv4Addr, teid: u32) -> Self {
        Self {
            imsi: imsi.to_owned(),
            msisdn: msisdn.to_owned(),
            apn: "internet.mnc001.mcc001.gprs".to_owned(),
            sgsn,
            teid_data: teid,
            teid_control: teid ^ 0x4000_0000,
            nsapi: Self::NSAPI,
            recovery: Some(7),
            selection_mode: 0,
            charging: Some(0x0400),
            pco: Some(pco_dns()),
            qos: vec![0x02, 0x23, 0x92, 0x1f, 0x91, 0x96, 0x68, 0xfe, 0x74, 0xf9, 0xff, 0xff],
            rai: Some(visited.to_owned()),
            uli: Some(visited.to_owned()),
            rat: Some(1),
            time_zone: Some(0x04),
            imeisv: Some("3584560712345601".to_owned()),
        }
    }

    /// The elements, in the order of TS 29.060 §7.3.1.
    pub fn elements(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut imsi = tbcd(&self.imsi);
        imsi.resize(8, 0xff);
        out.raw(&element(2, &imsi));
        if let Some(network) = &self.rai {
            let mut rai = plmn(network).to_vec();
            rai.u16(1).u8(1);
            out.raw(&element(3, &rai));
        }
        if let Some(counter) = self.recovery {
            out.raw(&element(14, &[counter]));
        }
        out.raw(&element(15, &[0xfc | self.selection_mode]));
        out.raw(&element(16, &self.teid_data.to_be_bytes()));
        out.raw(&element(17, &self.teid_control.to_be_bytes()));
        out.raw(&element(20, &[self.nsapi]));
        if let Some(charging) = self.charging {
            out.raw(&element(26, &charging.to_be_bytes()));
        }
        out.raw(&element(128, &[0xf1, 0x21]));
        out.raw(&element(131, &apn(&self.apn)));
        if let Some(pco) = &self.pco {
            out.raw(&element(132, pco));
        }
        out.raw(&element(133, &self.sgsn.octets())).raw(&element(133, &self.sgsn.octets()));
        let mut msisdn = vec![0x91];
        msisdn.raw(&tbcd(&self.msisdn));
        out.raw(&element(134, &msisdn));
        out.raw(&element(135, &self.qos));
        if let Some(rat) = self.rat {
            out.raw(&element(151, &[rat]));
        }
        if let Some(network) = &self.uli {
            let mut uli = vec![0];
            uli.raw(&plmn(network)).u16(1).u16(77);
            out.raw(&element(152, &uli));
        }
        if let Some(zone) = self.time_zone {
            out.raw(&element(153, &[zone, 0]));
        }
        if let Some(imeisv) = &self.imeisv {
            out.raw(&element(154, &tbcd(imeisv)));
        }
        out
    }

    pub fn request(&self, sequence: u16) -> Vec<u8> {
        message(CREATE_REQUEST, 0, sequence, &self.elements())
    }
}

/// What an accepting gateway answers.
#[derive(Clone, Copy, Debug)]
pub struct Created {
    pub teid_data: u32,
    pub teid_control: u32,
    pub address: Ipv4Addr,
    pub ggsn: Ipv4Addr,
    pub charging_id: u32,
}

/// Create PDP Context Response, request accepted; `teid` is the control TEID of the serving node.
pub fn created(teid: u32, sequence: u16, answer: &Created, qos: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.raw(&element(1, &[ACCEPTED])).raw(&element(8, &[0xfe])).raw(&element(14, &[3]));
    out.raw(&element(16, &answer.teid_data.to_be_bytes()));
    out.raw(&element(17, &answer.teid_control.to_be_bytes()));
    out.raw(&element(127, &answer.charging_id.to_be_bytes()));
    let mut address = vec![0xf1, 0x21];
    address.raw(&answer.address.octets());
    out.raw(&element(128, &address));
    let ggsn = element(133, &answer.ggsn.octets());
    out.raw(&ggsn).raw(&ggsn).raw(&element(135, qos));
    message(CREATE_RESPONSE, teid, sequence, &out)
}

/// A response that says no more than a cause: refusals, and the answers to updates and deletes.
pub fn cause(kind: u8, teid: u32, sequence: u16, cause: u8) -> Vec<u8> {
    message(kind, teid, sequence, &element(1, &[cause]))
}

/// Update PDP Context Request of a serving node that moved within its network.
pub fn update(
    teid: u32,
    sequence: u16,
    teid_data: u32,
    teid_control: u32,
    sgsn: Ipv4Addr,
) -> Vec<u8> {
    let mut out = Vec::new();
    out.raw(&element(16, &teid_data.to_be_bytes())).raw(&element(17, &teid_control.to_be_bytes()));
    out.raw(&element(20, &[5])).raw(&element(133, &sgsn.octets()));
    out.raw(&element(133, &sgsn.octets()));
    out.raw(&element(
        135,
        &[0x02, 0x23, 0x92, 0x1f, 0x91, 0x96, 0x68, 0xfe, 0x74, 0xf9, 0xff, 0xff],
    ));
    message(UPDATE_REQUEST, teid, sequence, &out)
}

/// Update PDP Context Response, accepted.
pub fn updated(teid: u32, sequence: u16, answer: &Created, qos: &[u8]) -> Vec<u8> {
    let mut out = element(1, &[ACCEPTED]);
    out.raw(&element(16, &answer.teid_data.to_be_bytes()));
    out.raw(&element(17, &answer.teid_control.to_be_bytes()));
    out.raw(&element(127, &answer.charging_id.to_be_bytes()));
    let ggsn = element(133, &answer.ggsn.octets());
    out.raw(&ggsn).raw(&ggsn).raw(&element(135, qos));
    message(UPDATE_RESPONSE, teid, sequence, &out)
}

/// Delete PDP Context Request, with teardown.
pub fn delete(teid: u32, sequence: u16, nsapi: u8) -> Vec<u8> {
    let mut out = element(19, &[0xff]);
    out.raw(&element(20, &[nsapi]));
    message(DELETE_REQUEST, teid, sequence, &out)
}

/// A user packet in its tunnel, without sequence number.
pub fn g_pdu(teid: u32, packet: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(packet.len() + 8);
    out.u8(0x30).u8(G_PDU).u16(packet.len() as u16).u32(teid).raw(packet);
    out
}

/// A user packet with a PDU session container in an extension header.
pub fn g_pdu_extended(teid: u32, qfi: u8, packet: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u8(0x34).u8(G_PDU).u16((packet.len() + 8) as u16).u32(teid);
    out.u16(0).u8(0).u8(0x85).u8(1).u8(0x10).u8(qfi & 0x3f).u8(0).raw(packet);
    out
}

/// Error Indication for a TEID that nobody knows.
pub fn error_indication(teid: u32, address: IpAddr) -> Vec<u8> {
    let mut out = element(16, &teid.to_be_bytes());
    match address {
        IpAddr::V4(v4) => out.raw(&element(133, &v4.octets())),
        IpAddr::V6(v6) => out.raw(&element(133, &v6.octets())),
    };
    message(ERROR_INDICATION, 0, 0, &out)
}

/// A GTPv0 message: the twenty octets of its header, and elements.
pub fn v0(kind: u8, sequence: u16, flow: u16, tid: &str, elements: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u8(0x1e).u8(kind).u16(elements.len() as u16).u16(sequence).u16(flow);
    let mut tid = tbcd(tid);
    tid.resize(8, 0xff);
    out.u8(0xff).u8(0xff).u8(0xff).u8(0xff).raw(&tid).raw(elements);
    out
}

pub fn v0_echo(sequence: u16) -> Vec<u8> {
    v0(ECHO_REQUEST, sequence, 0, "0000000000000000", &[])
}

/// Create PDP Context Request in GTPv0 (GSM 09.60 §7.5.1).
pub fn v0_create(create: &Create, sequence: u16) -> Vec<u8> {
    let mut out = element(6, &create.qos[..3]);
    if let Some(counter) = create.recovery {
        out.raw(&element(14, &[counter]));
    }
    out.raw(&element(15, &[0xfc | create.selection_mode]));
    out.raw(&element(16, &(create.teid_data as u16).to_be_bytes()));
    out.raw(&element(17, &(create.teid_control as u16).to_be_bytes()));
    out.raw(&element(128, &[0xf1, 0x21])).raw(&element(131, &apn(&create.apn)));
    if let Some(pco) = &create.pco {
        out.raw(&element(132, pco));
    }
    out.raw(&element(133, &create.sgsn.octets())).raw(&element(133, &create.sgsn.octets()));
    let mut msisdn = vec![0x91];
    msisdn.raw(&tbcd(&create.msisdn));
    out.raw(&element(134, &msisdn));
    // The TID is the IMSI with the NSAPI as its last digit (GSM 09.60 §6).
    let mut tid = create.imsi.clone();
    tid.push_str(&format!("{:x}", create.nsapi & 15));
    v0(CREATE_REQUEST, sequence, 0, &tid, &out)
}
