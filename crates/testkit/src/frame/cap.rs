//! CAP (TS 29.078): what a switch tells the control point of a call, and what that makes of it.

use super::ber::{cons, tlv};
use crate::bytes::{Put, plmn, tbcd};

/// Operation codes (TS 29.078 §5.3).
pub mod op {
    pub const INITIAL_DP: u8 = 0;
    pub const CONNECT: u8 = 20;
    pub const RELEASE_CALL: u8 = 22;
    pub const REQUEST_REPORT_BCSM_EVENT: u8 = 23;
    pub const EVENT_REPORT_BCSM: u8 = 24;
    pub const CONTINUE: u8 = 31;
    pub const INITIATE_CALL_ATTEMPT: u8 = 32;
}

/// A number as ISUP codes it (Q.763 §3.9): international, E.164.
pub fn isup(digits: &str) -> Vec<u8> {
    let odd = digits.len() % 2 == 1;
    let mut out = vec![if odd { 0x84 } else { 0x04 }, 0x10];
    let mut bcd = tbcd(digits);
    if let Some(last) = bcd.last_mut().filter(|_| odd) {
        *last &= 0x0f;
    }
    out.raw(&bcd);
    out
}

/// A call of `imsi` from `calling` to the number that was dialled, seen at `msc` in a cell of `network`.
pub fn initial_dp(
    service: u8,
    imsi: &str,
    calling: &str,
    dialled: &str,
    msc: &str,
    network: &str,
) -> Vec<u8> {
    let mut cell = plmn(network).to_vec();
    cell.u16(1).u16(1);
    let address = super::map::address;
    let location = [tlv(0x81, &address(msc)), tlv(0xa3, &tlv(0x80, &cell))].concat();
    cons(
        0x30,
        &[
            tlv(0x80, &[service]),
            tlv(0x83, &isup(calling)),
            tlv(0x9c, &[2]),
            far(0x9f, 50, &tbcd(imsi)),
            far(0xbf, 52, &location),
            far(0x9f, 55, &address(msc)),
            far(0x9f, 56, &address(dialled)),
        ],
    )
}

/// The call goes there instead.
pub fn connect(destination: &str) -> Vec<u8> {
    cons(0x30, &[tlv(0xa0, &tlv(4, &isup(destination)))])
}

/// A call that the control point begins by itself.
pub fn initiate_call_attempt(destination: &str, calling: &str, scf: &str) -> Vec<u8> {
    let scf = far(0x9f, 52, &super::map::address(scf));
    cons(0x30, &[tlv(0xa0, &tlv(4, &isup(destination))), tlv(0x9e, &isup(calling)), scf])
}

/// Arms these events, to be told and not to be asked.
pub fn request_report_bcsm_event(events: &[u8]) -> Vec<u8> {
    let armed = |event: &u8| cons(0x30, &[tlv(0x80, &[*event]), tlv(0x81, &[1])]);
    let events: Vec<_> = events.iter().map(armed).collect();
    cons(0x30, &[cons(0xa0, &events)])
}

pub fn event_report_bcsm(event: u8) -> Vec<u8> {
    cons(0x30, &[tlv(0x80, &[event])])
}

/// A bare cause (Q.850), location user.
pub fn release_call(cause: u8) -> Vec<u8> {
    tlv(4, &[0x80, 0x80 | cause])
}

/// A context tag above 30.
fn far(first: u8, number: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    let mut rest = tlv(number, value);
    out.append(&mut rest);
    out
}
