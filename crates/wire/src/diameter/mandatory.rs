//! Which AVPs a command must bring, and which may stand only once: a set of bits for each.
//!
//! Sources: RFC 6733 §3.2 and the grammar of each command; TS 29.272 §7.2, 29.229 §6.1, 29.329 §6.1, 29.338 §5.3 and
//! §6.3, RFC 8506 §3.

use super::{Message, VENDOR_3GPP};

/// AVPs at the top level that are watched: a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Watched(u64);

/// Vendor and code of each bit, from the lowest.
const BITS: &[(u32, u32)] = &[
    (0, 263),
    (0, 264),
    (0, 296),
    (0, 293),
    (0, 283),
    (0, 268),
    (0, 257),
    (0, 266),
    (0, 269),
    (0, 273),
    (0, 285),
    (0, 258),
    (0, 295),
    (0, 480),
    (0, 485),
    (0, 277),
    (0, 1),
    (VENDOR_3GPP, 1407),
    (VENDOR_3GPP, 1405),
    (VENDOR_3GPP, 1032),
    (VENDOR_3GPP, 1420),
    (VENDOR_3GPP, 1400),
    (0, 416),
    (0, 415),
    (0, 461),
    (VENDOR_3GPP, 601),
    (VENDOR_3GPP, 700),
    (VENDOR_3GPP, 703),
    (VENDOR_3GPP, 602),
    (VENDOR_3GPP, 614),
    (VENDOR_3GPP, 624),
    (VENDOR_3GPP, 600),
    (VENDOR_3GPP, 1401),
    (VENDOR_3GPP, 3300),
    (VENDOR_3GPP, 3301),
    (VENDOR_3GPP, 612),
];

const SESSION_ID: u64 = 1;
const ORIGIN_HOST: u64 = 1 << 1;
const ORIGIN_REALM: u64 = 1 << 2;
const DESTINATION_HOST: u64 = 1 << 3;
const DESTINATION_REALM: u64 = 1 << 4;
/// Either Result-Code or Experimental-Result.
const RESULT: u64 = 1 << 5;
const HOST_IP_ADDRESS: u64 = 1 << 6;
const VENDOR_ID: u64 = 1 << 7;
const PRODUCT_NAME: u64 = 1 << 8;
const DISCONNECT_CAUSE: u64 = 1 << 9;
const RE_AUTH_REQUEST_TYPE: u64 = 1 << 10;
const AUTH_APPLICATION_ID: u64 = 1 << 11;
const TERMINATION_CAUSE: u64 = 1 << 12;
const ACCOUNTING_RECORD: u64 = 1 << 13 | 1 << 14;
const AUTH_SESSION_STATE: u64 = 1 << 15;
const USER_NAME: u64 = 1 << 16;
const VISITED_PLMN_ID: u64 = 1 << 17;
const ULR_FLAGS: u64 = 1 << 18;
const RAT_TYPE: u64 = 1 << 19;
const CANCELLATION_TYPE: u64 = 1 << 20;
const SUBSCRIPTION_DATA: u64 = 1 << 21;
const CC_REQUEST: u64 = 1 << 22 | 1 << 23;
const SERVICE_CONTEXT_ID: u64 = 1 << 24;
const PUBLIC_IDENTITY: u64 = 1 << 25;
const USER_IDENTITY: u64 = 1 << 26;
const DATA_REFERENCE: u64 = 1 << 27;
const SERVER_NAME: u64 = 1 << 28;
const SERVER_ASSIGNMENT_TYPE: u64 = 1 << 29;
const USER_DATA_ALREADY_AVAILABLE: u64 = 1 << 30;
const VISITED_NETWORK_IDENTIFIER: u64 = 1 << 31;
const TERMINAL_INFORMATION: u64 = 1 << 32;
const SC_ADDRESS: u64 = 1 << 33;
const SM_RP_UI: u64 = 1 << 34;
const SIP_AUTH_DATA_ITEM: u64 = 1 << 35;

const BASE: u64 = SESSION_ID | ORIGIN_HOST | ORIGIN_REALM;
/// What 3GPP's own applications add to requests that carry no state between them.
const STATELESS: u64 = BASE | DESTINATION_REALM | AUTH_SESSION_STATE;

/// Those that no command allows twice. An identity and a result have checks with names of their own.
const SINGLE: u64 = DISCONNECT_CAUSE
    | RE_AUTH_REQUEST_TYPE
    | TERMINATION_CAUSE
    | ACCOUNTING_RECORD
    | AUTH_SESSION_STATE
    | ULR_FLAGS
    | CANCELLATION_TYPE
    | SUBSCRIPTION_DATA
    | CC_REQUEST
    | SERVICE_CONTEXT_ID
    | SERVER_ASSIGNMENT_TYPE
    | TERMINAL_INFORMATION
    | SM_RP_UI;

const CX: u32 = 16_777_216;
const SH: u32 = 16_777_217;
const S6A: u32 = 16_777_251;
const S13: u32 = 16_777_252;
const S6C: u32 = 16_777_312;
const SGD: u32 = 16_777_313;
const CREDIT_CONTROL: u32 = 4;

impl Watched {
    /// One more AVP at the top level. True when it stood there before and may not again.
    #[inline]
    pub(super) fn see(&mut self, vendor: u32, code: u32) -> bool {
        let bit = match (vendor, code) {
            (0, 263) => SESSION_ID,
            (0, 264) => ORIGIN_HOST,
            (0, 296) => ORIGIN_REALM,
            (0, 293) => DESTINATION_HOST,
            (0, 283) => DESTINATION_REALM,
            (0, 268 | 297) => RESULT,
            (0, 257) => HOST_IP_ADDRESS,
            (0, 266) => VENDOR_ID,
            (0, 269) => PRODUCT_NAME,
            (0, 273) => DISCONNECT_CAUSE,
            (0, 285) => RE_AUTH_REQUEST_TYPE,
            (0, 258) => AUTH_APPLICATION_ID,
            (0, 295) => TERMINATION_CAUSE,
            (0, 480) => 1 << 13,
            (0, 485) => 1 << 14,
            (0, 277) => AUTH_SESSION_STATE,
            (0, 1) => USER_NAME,
            (0, 416) => 1 << 22,
            (0, 415) => 1 << 23,
            (0, 461) => SERVICE_CONTEXT_ID,
            (VENDOR_3GPP, 1407) => VISITED_PLMN_ID,
            (VENDOR_3GPP, 1405) => ULR_FLAGS,
            (VENDOR_3GPP, 1032) => RAT_TYPE,
            (VENDOR_3GPP, 1420) => CANCELLATION_TYPE,
            (VENDOR_3GPP, 1400) => SUBSCRIPTION_DATA,
            (VENDOR_3GPP, 601) => PUBLIC_IDENTITY,
            (VENDOR_3GPP, 700) => USER_IDENTITY,
            (VENDOR_3GPP, 703) => DATA_REFERENCE,
            (VENDOR_3GPP, 602) => SERVER_NAME,
            (VENDOR_3GPP, 614) => SERVER_ASSIGNMENT_TYPE,
            (VENDOR_3GPP, 624) => USER_DATA_ALREADY_AVAILABLE,
            (VENDOR_3GPP, 600) => VISITED_NETWORK_IDENTIFIER,
            (VENDOR_3GPP, 1401) => TERMINAL_INFORMATION,
            (VENDOR_3GPP, 3300) => SC_ADDRESS,
            (VENDOR_3GPP, 3301) => SM_RP_UI,
            (VENDOR_3GPP, 612) => SIP_AUTH_DATA_ITEM,
            _ => return false,
        };
        let again = self.0 & bit & SINGLE != 0;
        self.0 |= bit;
        again
    }

    /// Codes of the AVPs that the command must bring and does not.
    pub(super) fn missing(self, message: &Message<'_>) -> impl Iterator<Item = u32> {
        let mut missing = needed(message) & !self.0;
        std::iter::from_fn(move || {
            let lowest = missing.trailing_zeros() as usize;
            missing &= missing.wrapping_sub(1);
            BITS.get(lowest).map(|(_, code)| *code)
        })
    }
}

fn needed(message: &Message<'_>) -> u64 {
    let (command, application) = (message.command_code, message.application_id);
    if !message.is_request() {
        // §7.2: an answer that reports a protocol error may come from a node that knows no session.
        return ORIGIN_HOST
            | ORIGIN_REALM
            | RESULT
            | match command {
                257 if !message.is_error() => HOST_IP_ADDRESS | VENDOR_ID | PRODUCT_NAME,
                257 | 280 | 282 => 0,
                _ if message.is_error() || !message.is_known() => 0,
                271 => SESSION_ID | ACCOUNTING_RECORD,
                272 => SESSION_ID | AUTH_APPLICATION_ID | CC_REQUEST,
                _ => SESSION_ID,
            };
    }
    match (command, application) {
        (257, _) => ORIGIN_HOST | ORIGIN_REALM | HOST_IP_ADDRESS | VENDOR_ID | PRODUCT_NAME,
        (280, _) => ORIGIN_HOST | ORIGIN_REALM,
        (282, _) => ORIGIN_HOST | ORIGIN_REALM | DISCONNECT_CAUSE,
        (258, _) => BASE | DESTINATION_REALM | DESTINATION_HOST | RE_AUTH_REQUEST_TYPE,
        (271, _) => BASE | DESTINATION_REALM | ACCOUNTING_RECORD,
        (274, _) => BASE | DESTINATION_REALM | DESTINATION_HOST,
        (275, _) => BASE | DESTINATION_REALM | TERMINATION_CAUSE,
        (272, CREDIT_CONTROL) => {
            BASE | DESTINATION_REALM | AUTH_APPLICATION_ID | CC_REQUEST | SERVICE_CONTEXT_ID
        }
        (272, _) => BASE | DESTINATION_REALM | AUTH_APPLICATION_ID | CC_REQUEST,
        (316, S6A) => STATELESS | USER_NAME | RAT_TYPE | ULR_FLAGS | VISITED_PLMN_ID,
        (317, S6A) => STATELESS | DESTINATION_HOST | USER_NAME | CANCELLATION_TYPE,
        (318, S6A) => STATELESS | USER_NAME | VISITED_PLMN_ID,
        (319, S6A) => STATELESS | DESTINATION_HOST | USER_NAME | SUBSCRIPTION_DATA,
        (320, S6A) => STATELESS | DESTINATION_HOST | USER_NAME,
        (321 | 323, S6A) => STATELESS | USER_NAME,
        (322, S6A) => STATELESS | DESTINATION_HOST,
        (324, S13) => STATELESS | TERMINAL_INFORMATION,
        (300, CX) => STATELESS | USER_NAME | PUBLIC_IDENTITY | VISITED_NETWORK_IDENTIFIER,
        (301, CX) => STATELESS | SERVER_NAME | SERVER_ASSIGNMENT_TYPE | USER_DATA_ALREADY_AVAILABLE,
        (302, CX) => STATELESS | PUBLIC_IDENTITY,
        (303, CX) => STATELESS | USER_NAME | PUBLIC_IDENTITY | SIP_AUTH_DATA_ITEM,
        (304, CX) => STATELESS | DESTINATION_HOST | USER_NAME,
        (306, SH) => STATELESS | USER_IDENTITY | DATA_REFERENCE,
        (8_388_648 | 8_388_649, S6C) => STATELESS | SC_ADDRESS,
        (8_388_645 | 8_388_646, SGD) => STATELESS | SC_ADDRESS | SM_RP_UI,
        _ if message.is_known() && application != 0 => BASE | DESTINATION_REALM,
        _ => ORIGIN_HOST | ORIGIN_REALM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_is_that_of_its_avp() {
        for (place, (vendor, code)) in BITS.iter().enumerate() {
            let mut watched = Watched::default();
            assert!(!watched.see(*vendor, *code));
            assert_eq!(watched.0, 1 << place, "{vendor}:{code}");
            assert_eq!(watched.see(*vendor, *code), SINGLE & 1 << place != 0);
        }
        assert_eq!(SIP_AUTH_DATA_ITEM, 1 << (BITS.len() - 1));
    }
}
