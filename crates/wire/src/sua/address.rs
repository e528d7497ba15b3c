//! Source and destination address of SUA.
//!
//! Spec: RFC 3868 §3.10.2, §3.10.3.

use crate::m3ua::Parameters;
use crate::sccp::{self, Digits};
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// An address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Address<'a> {
    /// Routing indicator: 1 global title, 2 point code and subsystem, 3 host name, 4 IP address and subsystem.
    pub routing_indicator: u16,
    /// Which of title, point code and subsystem count for routing (bits 2, 1, 0).
    pub indicator: u16,
    pub point_code: Option<u32>,
    pub ssn: Option<u8>,
    pub global_title: Option<sccp::GlobalTitle>,
    pub hostname: Option<&'a [u8]>,
    pub ipv4: Option<[u8; 4]>,
    pub ipv6: Option<[u8; 16]>,
}

impl Address<'_> {
    /// The address as SCCP has it.
    pub const fn sccp(&self) -> sccp::Address {
        sccp::Address {
            indicator: 0,
            route_on_ssn: self.routing_indicator != 1,
            ansi: false,
            point_code: self.point_code,
            ssn: self.ssn,
            global_title: self.global_title,
        }
    }
}

/// What is cut off stays unset.
pub(super) fn address<'a>(notes: &mut Anomalies, mut cur: Cursor<'a>) -> Address<'a> {
    let at = cur;
    let mut address = Address::default();
    let (Ok(routing_indicator), Ok(indicator)) = (cur.u16(), cur.u16()) else {
        notes.note(at.span(), "sua.address", Flaw::Truncated { missing: 4 });
        return address;
    };
    (address.routing_indicator, address.indicator) = (routing_indicator, indicator);
    let mut parameters = Parameters::named(cur, "sua.address");
    while let Some(parameter) = parameters.next(notes) {
        if let Err(cut) = address.take(parameter.tag, parameter.value) {
            let at = parameter.value.span();
            notes.note(at, "sua.address", Flaw::Truncated { missing: cut.missing });
        }
    }
    address
}

impl<'a> Address<'a> {
    fn take(&mut self, tag: u16, mut value: Cursor<'a>) -> Result<(), Truncated> {
        match tag {
            0x8001 => self.global_title = Some(title(value)?),
            0x8002 => self.point_code = Some(value.u32()?),
            0x8003 => self.ssn = Some(super::last(&mut value)?),
            0x8004 => self.ipv4 = Some(value.array()?),
            0x8005 => self.hostname = Some(value.rest()),
            0x8006 => self.ipv6 = Some(value.array()?),
            _ => {}
        }
        Ok(())
    }
}

/// §3.10.2.3: indicator, number of digits, translation type, plan and nature, each in an octet, then the digits.
fn title(mut cur: Cursor<'_>) -> Result<sccp::GlobalTitle, Truncated> {
    let [_, _, _, gti] = cur.array()?;
    let [count, tt, np, nai] = cur.array()?;
    // The number of digits is what says whether the last half octet counts.
    let octets = cur.rest().get(..usize::from(count).div_ceil(2)).unwrap_or(cur.rest());
    Ok(sccp::GlobalTitle {
        gti,
        tt: Some(tt),
        np: Some(np),
        es: None,
        nai: Some(nai),
        digits: Digits::from_bcd(octets, count & 1 == 1),
    })
}
