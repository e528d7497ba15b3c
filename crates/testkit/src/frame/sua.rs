//! SUA (RFC 3868): SCCP's users over SCTP.

use super::m3ua::{message, parameter, routing_context};
use super::sccp::Party;
use crate::bytes::{Put, bcd};

/// An address parameter: 0x0102 source, 0x0103 destination.
fn address(tag: u16, party: &Party) -> Vec<u8> {
    let mut body = Vec::new();
    let titled = !party.digits.is_empty();
    let pointed = u16::from(party.point_code.is_some());
    body.u16(if titled { 1 } else { 2 }).u16(u16::from(titled) << 2 | pointed << 1 | 1);
    if titled {
        let mut title = vec![0, 0, 0, 4];
        title.u8(party.digits.len() as u8).u8(party.translation).u8(party.plan).u8(party.nature);
        title.raw(&bcd(&party.digits));
        body.raw(&parameter(0x8001, &title));
    }
    if let Some(code) = party.point_code {
        body.raw(&parameter(0x8002, &u32::from(code).to_be_bytes()));
    }
    body.raw(&parameter(0x8003, &u32::from(party.ssn).to_be_bytes()));
    parameter(tag, &body)
}

fn number(tag: u16, value: u32) -> Vec<u8> {
    parameter(tag, &value.to_be_bytes())
}

/// Connectionless data transfer, class 0.
pub fn cldt(called: &Party, calling: &Party, data: &[u8]) -> Vec<u8> {
    let parameters = [
        routing_context(1),
        number(0x0115, 0),
        address(0x0102, calling),
        address(0x0103, called),
        number(0x0116, 5),
        parameter(0x010b, data),
    ];
    message(7, 1, &parameters)
}

/// Connectionless data response: what could not be delivered comes back with a return cause.
pub fn cldr(cause: u8, called: &Party, calling: &Party, data: &[u8]) -> Vec<u8> {
    let parameters = [
        routing_context(1),
        number(0x0106, 1 << 8 | u32::from(cause)),
        address(0x0102, calling),
        address(0x0103, called),
        parameter(0x010b, data),
    ];
    message(7, 2, &parameters)
}

/// Connection request, class 2, with data.
pub fn core(own: u32, called: &Party, data: &[u8]) -> Vec<u8> {
    let parameters = [
        routing_context(1),
        number(0x0115, 2),
        number(0x0104, own),
        address(0x0103, called),
        number(0x0116, 5),
        parameter(0x010b, data),
    ];
    message(8, 1, &parameters)
}

/// Connection acknowledge.
pub fn coak(other: u32, own: u32) -> Vec<u8> {
    let parameters = [
        routing_context(1),
        number(0x0115, 2),
        number(0x0105, other),
        number(0x0104, own),
        number(0x0116, 5),
    ];
    message(8, 2, &parameters)
}

/// Connection-oriented data; `more` follows.
pub fn codt(other: u32, more: bool, data: &[u8]) -> Vec<u8> {
    let parameters = [
        routing_context(1),
        number(0x0107, u32::from(more) << 8),
        number(0x0105, other),
        parameter(0x010b, data),
    ];
    message(8, 8, &parameters)
}
