//! ISUP (ITU-T Q.763; ANSI T1.113): calls over circuits.

use crate::bytes::{Put, bcd};

/// Message types.
pub const IAM: u8 = 1;
pub const ACM: u8 = 6;
pub const ANM: u8 = 9;
pub const RLC: u8 = 0x10;

/// A number with its nature of address (4 international) in the form of the called party's.
pub fn number(nature: u8, digits: &str) -> Vec<u8> {
    let odd = u8::from(digits.len() % 2 == 1) << 7;
    let mut out = vec![odd | nature, 0x10];
    out.raw(&bcd(digits));
    out
}

fn optional(out: &mut Vec<u8>, parameters: &[(u8, Vec<u8>)]) {
    for (code, value) in parameters {
        out.u8(*code).u8(value.len() as u8).raw(value);
    }
    out.u8(0);
}

/// Initial address: the called number and optional parameters.
pub fn iam(cic: u16, called: &[u8], parameters: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut out = cic.to_le_bytes().to_vec();
    out.u8(IAM).u8(0).u16(0x6001).u8(10).u8(3);
    out.u8(2).u8((1 + called.len() + 1) as u8).u8(called.len() as u8).raw(called);
    optional(&mut out, parameters);
    out
}

/// Address complete.
pub fn acm(cic: u16) -> Vec<u8> {
    let mut out = cic.to_le_bytes().to_vec();
    out.u8(ACM).u16(0x1604).u8(0);
    out
}

/// Answer, with optional parameters.
pub fn anm(cic: u16, parameters: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut out = cic.to_le_bytes().to_vec();
    out.u8(ANM).u8(1);
    optional(&mut out, parameters);
    out
}

/// Release with a cause.
pub fn rel(cic: u16, cause: u8) -> Vec<u8> {
    let mut out = cic.to_le_bytes().to_vec();
    out.u8(0x0c).u8(2).u8(0).u8(2).u8(0x80).u8(0x80 | cause);
    out
}

/// Release complete.
pub fn rlc(cic: u16) -> Vec<u8> {
    let mut out = cic.to_le_bytes().to_vec();
    out.u8(RLC).u8(0);
    out
}

/// BICC: the same message under a call instance code of 32 bits.
pub fn bicc(cic: u32, isup: &[u8]) -> Vec<u8> {
    let mut out = cic.to_le_bytes().to_vec();
    out.raw(isup.get(2..).unwrap_or_default());
    out
}
