//! SS7 links and what replaces them: MTP2 (ITU-T Q.703), MTP3 labels (Q.704, ANSI T1.111.4), M2UA (RFC 3331) and M2PA
//! (RFC 4165).

use super::m3ua::{Label, message, parameter};
use crate::bytes::Put;

/// Link types as capture files number them.
pub const MTP2: u16 = 140;
pub const MTP3: u16 = 141;

/// SCTP payload protocol identifier.
pub const PPID_M2PA: u32 = 5;

/// A message with ITU's label.
pub fn msu(label: &Label, user: &[u8]) -> Vec<u8> {
    let mut out = vec![label.ni << 6 | label.si];
    let word = label.dpc & 0x3fff | (label.opc & 0x3fff) << 14 | u32::from(label.sls) << 28;
    out.raw(&word.to_le_bytes()).raw(user);
    out
}

/// A message with ANSI's label.
pub fn msu_ansi(label: &Label, user: &[u8]) -> Vec<u8> {
    let mut out = vec![label.ni << 6 | label.si];
    out.raw(&label.dpc.to_le_bytes()[..3]).raw(&label.opc.to_le_bytes()[..3]);
    out.u8(label.sls).raw(user);
    out
}

/// A signal unit around a message, without check bits.
pub fn signal_unit(bsn: u8, fsn: u8, msu: &[u8]) -> Vec<u8> {
    let mut out = vec![bsn, fsn, msu.len().min(63) as u8];
    out.raw(msu);
    out
}

/// A signal unit with sequence numbers of 12 bits.
pub fn signal_unit_extended(bsn: u16, fsn: u16, msu: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.raw(&bsn.to_le_bytes()).raw(&fsn.to_le_bytes()).raw(&(msu.len() as u16).to_le_bytes());
    out.raw(msu);
    out
}

/// M2UA: a message of MTP3 on this interface.
pub fn m2ua(interface: u32, msu: &[u8]) -> Vec<u8> {
    message(6, 1, &[parameter(1, &interface.to_be_bytes()), parameter(0x0300, msu)])
}

/// M2UA: a message of class 6 other than data, with a parameter of one number.
pub fn m2ua_state(kind: u8, interface: u32, tag: u16, value: u32) -> Vec<u8> {
    let parameters = [parameter(1, &interface.to_be_bytes()), parameter(tag, &value.to_be_bytes())];
    message(6, kind, &parameters)
}

fn m2pa(kind: u8, bsn: u32, fsn: u32, body: &[u8]) -> Vec<u8> {
    let mut out = vec![1, 0, 11, kind];
    out.u32(16 + body.len() as u32).u32(bsn).u32(fsn).raw(body);
    out
}

/// M2PA: a message of MTP3; empty for an acknowledgement.
pub fn m2pa_data(bsn: u32, fsn: u32, msu: &[u8]) -> Vec<u8> {
    if msu.is_empty() {
        return m2pa(1, bsn, fsn, &[]);
    }
    let mut body = vec![0];
    body.raw(msu);
    m2pa(1, bsn, fsn, &body)
}

/// M2PA: link status, 4 ready, 9 out of service.
pub fn m2pa_status(status: u32) -> Vec<u8> {
    m2pa(2, 0x00ff_ffff, 0x00ff_ffff, &status.to_be_bytes())
}
