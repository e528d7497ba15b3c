//! SCCP (ITU-T Q.713, ANSI T1.112): the connectionless messages, whole and in segments, connections, and management.

use crate::bytes::{Put, bcd};

/// Subsystem numbers.
pub const SSN_HLR: u8 = 6;
pub const SSN_VLR: u8 = 7;
pub const SSN_MSC: u8 = 8;
pub const SSN_GMLC: u8 = 145;
pub const SSN_CAP: u8 = 146;
pub const SSN_SCF: u8 = 147;
pub const SSN_SGSN: u8 = 149;
pub const SSN_GGSN: u8 = 150;

/// A party address with a global title in its international form (indicator 4).
#[derive(Clone, Debug)]
pub struct Party {
    pub ssn: u8,
    pub digits: String,
    /// Numbering plan: 1 E.164, 7 E.214.
    pub plan: u8,
    pub translation: u8,
    /// Nature of address: 4 international.
    pub nature: u8,
    pub point_code: Option<u16>,
    pub route_on_ssn: bool,
}

impl Party {
    /// An E.164 title.
    pub fn gt(digits: &str, ssn: u8) -> Self {
        Self {
            ssn,
            digits: digits.to_owned(),
            plan: 1,
            translation: 0,
            nature: 4,
            point_code: None,
            route_on_ssn: false,
        }
    }

    /// No title: a point code and a subsystem.
    pub fn point(point_code: u16, ssn: u8) -> Self {
        Self {
            digits: String::new(),
            point_code: Some(point_code),
            route_on_ssn: true,
            ..Self::gt("", ssn)
        }
    }

    pub fn encode(&self) -> Vec<u8> {
        let titled = !self.digits.is_empty();
        let mut out = vec![
            u8::from(self.route_on_ssn) << 6
                | u8::from(titled) << 4
                | 2
                | u8::from(self.point_code.is_some()),
        ];
        if let Some(code) = self.point_code {
            out.raw(&code.to_le_bytes());
        }
        out.u8(self.ssn);
        if titled {
            let scheme = if self.digits.len() % 2 == 1 { 1 } else { 2 };
            out.u8(self.translation).u8(self.plan << 4 | scheme).u8(self.nature);
            out.raw(&bcd(&self.digits));
        }
        out
    }
}

/// A party address as ANSI has it: the subsystem before the point code of 24 bits, and with digits a title with
/// translation type, plan and scheme.
pub fn ansi_party(ssn: u8, point_code: u32, digits: &str) -> Vec<u8> {
    let titled = !digits.is_empty();
    let mut out = vec![0x80 | u8::from(!titled) << 6 | u8::from(titled) << 2 | 3, ssn];
    out.raw(&point_code.to_le_bytes()[..3]);
    if titled {
        let scheme = if digits.len() % 2 == 1 { 1 } else { 2 };
        out.u8(10).u8(1 << 4 | scheme).raw(&bcd(digits));
    }
    out
}

/// Unitdata.
pub fn udt(called: &Party, calling: &Party, data: &[u8]) -> Vec<u8> {
    udt_between(&called.encode(), &calling.encode(), data)
}

/// Unitdata between addresses that are encoded already.
pub fn udt_between(called: &[u8], calling: &[u8], data: &[u8]) -> Vec<u8> {
    let mut out = vec![9, 0x80];
    // Each pointer counts from itself to the length octet of its parameter.
    out.u8(3).u8((2 + called.len() + 1) as u8).u8((1 + called.len() + 1 + calling.len() + 1) as u8);
    out.u8(called.len() as u8).raw(called).u8(calling.len() as u8).raw(calling);
    out.u8(data.len() as u8).raw(data);
    out
}

/// Unitdata service: the network gives a message back with a return cause.
pub fn udts(cause: u8, called: &Party, calling: &Party, data: &[u8]) -> Vec<u8> {
    let mut out = udt(called, calling, data);
    out[0] = 10;
    out[1] = cause;
    out
}

/// Segmentation parameter of XUDT and LUDT (Q.713 §3.17).
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    pub first: bool,
    pub in_sequence: bool,
    pub remaining: u8,
    pub reference: u32,
}

/// Extended unitdata.
pub fn xudt(called: &Party, calling: &Party, data: &[u8], segment: Option<Segment>) -> Vec<u8> {
    let (called, calling) = (called.encode(), calling.encode());
    let class = if segment.is_some_and(|segment| segment.in_sequence) { 0x81 } else { 0x80 };
    let mut out = vec![0x11, class, 15];
    let to_data = 2 + called.len() + 1 + calling.len() + 1;
    let to_options = segment.map_or(0, |_| to_data - 1 + data.len() + 1);
    out.u8(4).u8((3 + called.len() + 1) as u8).u8(to_data as u8).u8(to_options as u8);
    out.u8(called.len() as u8).raw(&called).u8(calling.len() as u8).raw(&calling);
    out.u8(data.len() as u8).raw(data);
    if let Some(segment) = segment {
        out.u8(0x10).u8(4);
        out.u8(u8::from(segment.first) << 7
            | u8::from(segment.in_sequence) << 6
            | segment.remaining & 15);
        out.u24(segment.reference).u8(0);
    }
    out
}

/// A message as XUDT segments of at most `size` octets, sixteen at most.
pub fn xudt_segments(
    called: &Party,
    calling: &Party,
    data: &[u8],
    size: usize,
    reference: u32,
) -> Vec<Vec<u8>> {
    let count = data.len().div_ceil(size.max(1));
    data.chunks(size.max(1))
        .enumerate()
        .map(|(index, part)| {
            let segment = Segment {
                first: index == 0,
                in_sequence: true,
                remaining: (count - 1 - index) as u8,
                reference,
            };
            xudt(called, calling, part, Some(segment))
        })
        .collect()
}

/// Long unitdata.
pub fn ludt(called: &Party, calling: &Party, data: &[u8]) -> Vec<u8> {
    let (called, calling) = (called.encode(), calling.encode());
    let mut out = vec![0x13, 0x80, 15];
    // Pointers of two octets, least significant first, each counted from its second octet (Q.713 §1.5).
    let mut pointer = |value: usize| {
        out.raw(&(value as u16).to_le_bytes());
    };
    pointer(7);
    pointer(5 + called.len() + 1);
    pointer(3 + called.len() + 1 + calling.len() + 1);
    pointer(0);
    out.u8(called.len() as u8).raw(&called).u8(calling.len() as u8).raw(&calling);
    out.raw(&(data.len() as u16).to_le_bytes()).raw(data);
    out
}

/// Three octets of a local reference, the least significant first.
fn reference(value: u32) -> [u8; 3] {
    let [a, b, c, _] = value.to_le_bytes();
    [a, b, c]
}

/// Connection request, class 2, with data.
pub fn cr(own: u32, called: &Party, data: &[u8]) -> Vec<u8> {
    let called = called.encode();
    let mut out = vec![1];
    out.raw(&reference(own)).u8(2).u8(2).u8((1 + called.len() + 1) as u8);
    out.u8(called.len() as u8).raw(&called);
    out.u8(0x0f).u8(data.len() as u8).raw(data).u8(0);
    out
}

/// Connection confirm, class 2.
pub fn cc(other: u32, own: u32) -> Vec<u8> {
    let mut out = vec![2];
    out.raw(&reference(other)).raw(&reference(own)).u8(2).u8(0);
    out
}

/// Data form 1; `more` follows.
pub fn dt1(other: u32, more: bool, data: &[u8]) -> Vec<u8> {
    let mut out = vec![6];
    out.raw(&reference(other)).u8(u8::from(more)).u8(1).u8(data.len() as u8).raw(data);
    out
}

/// Released.
pub fn rlsd(other: u32, own: u32, cause: u8) -> Vec<u8> {
    let mut out = vec![4];
    out.raw(&reference(other)).raw(&reference(own)).u8(cause).u8(0);
    out
}

/// Release complete.
pub fn rlc(other: u32, own: u32) -> Vec<u8> {
    let mut out = vec![5];
    out.raw(&reference(other)).raw(&reference(own));
    out
}

/// A message of SCCP management: 1 SSA, 2 SSP, 3 SST.
pub fn management(kind: u8, ssn: u8, point_code: u16) -> Vec<u8> {
    let mut out = vec![kind, ssn];
    out.raw(&point_code.to_le_bytes()).u8(0);
    out
}
