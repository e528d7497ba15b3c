//! MTP3 as it comes over links, M2UA and M2PA.
//!
//! Spec: ITU-T Q.704 (label, service information octet), ANSI T1.111.4, Q.703 (signal units), RFC 3331 (M2UA), RFC 4165 (M2PA).

use crate::{Anomalies, Cursor, Truncated};

/// Whose label: they differ in length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Point codes of 14 bits.
    Itu,
    /// Point codes of 24 bits.
    Ansi,
}

/// One message signal unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Msu<'a> {
    pub variant: Variant,
    pub opc: u32,
    pub dpc: u32,
    /// Service indicator: 3 SCCP, 5 ISUP.
    pub si: u8,
    /// Network indicator: 0 international, 2 national.
    pub ni: u8,
    /// Message priority (ANSI; spare bits in ITU).
    pub mp: u8,
    /// Signalling link selection.
    pub sls: u8,
    pub payload: Cursor<'a>,
}

/// A message of M2UA or M2PA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkMessage<'a> {
    pub class: u8,
    pub kind: u8,
    /// M2UA: interface identifier.
    pub interface: Option<u32>,
    /// The MTP3 message in it, from the service information octet on.
    pub msu: Option<Cursor<'a>>,
}

/// Which label stands here: the one behind which SCCP can be read, ITU where neither or both.
pub fn guess(_bytes: &[u8]) -> Variant {
    Variant::Itu
}

/// Reads service information octet and label.
pub fn dissect<'a>(
    _notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
    variant: Variant,
) -> Result<Msu<'a>, Truncated> {
    cur.u8()?;
    Ok(Msu { variant, opc: 0, dpc: 0, si: 0, ni: 0, mp: 0, sls: 0, payload: *cur })
}

/// The MTP3 message of an MTP2 signal unit; `None` for fill-in and link status units.
pub fn from_mtp2<'a>(
    _notes: &mut Anomalies,
    _cur: &mut Cursor<'a>,
) -> Result<Option<Cursor<'a>>, Truncated> {
    Ok(None)
}

/// Is this M2UA and nothing else?
pub fn probe_m2ua(_bytes: &[u8]) -> bool {
    false
}

/// Is this M2PA and nothing else?
pub fn probe_m2pa(_bytes: &[u8]) -> bool {
    false
}

/// Reads a message of M2UA (RFC 3331).
pub fn m2ua<'a>(
    _notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
) -> Result<LinkMessage<'a>, Truncated> {
    Ok(LinkMessage { class: cur.u8()?, kind: 0, interface: None, msu: None })
}

/// Reads a message of M2PA (RFC 4165).
pub fn m2pa<'a>(
    _notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
) -> Result<LinkMessage<'a>, Truncated> {
    Ok(LinkMessage { class: cur.u8()?, kind: 0, interface: None, msu: None })
}
