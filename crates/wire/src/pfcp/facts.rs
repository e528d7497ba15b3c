//! What is read in the elements of a message: nodes, sessions, rules, tunnels, identities, causes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use smallvec::SmallVec;

use crate::cursor::short;
use crate::gtp::{Apn, Fteid, Plane};
use crate::tbcd::Digits;
use crate::{Anomalies, Cursor, Flaw, Truncated};

use super::Message;
use super::ie::{Ie, Ies, is_grouped};
use super::structure::{self, Seen};

/// Who sends (§8.2.38).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeId<'a> {
    Ip(IpAddr),
    /// Labels with their lengths, as access point names have them.
    Fqdn(Apn<'a>),
}

/// A session endpoint (§8.2.37).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FSeid {
    pub seid: u64,
    pub ipv4: Option<Ipv4Addr>,
    pub ipv6: Option<Ipv6Addr>,
}

/// The values of one message. A repeated element keeps its first value unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts<'a> {
    pub node_id: Option<NodeId<'a>>,
    pub f_seid: Option<FSeid>,
    pub cause: Option<u8>,
    /// Identities of rules that the message creates, changes or removes, or that were created, in order.
    pub pdr_ids: SmallVec<[u16; 8]>,
    pub far_ids: SmallVec<[u32; 8]>,
    /// F-TEIDs, and the outer headers that packets are to get, in order; those that the user plane is to choose have no
    /// value yet and are left out.
    pub fteids: SmallVec<[Fteid; 4]>,
    pub ue_addresses: SmallVec<[IpAddr; 4]>,
    /// Network Instance, otherwise APN/DNN.
    pub network_instance: Option<Apn<'a>>,
    pub imsi: Option<Digits>,
    pub msisdn: Option<Digits>,
    pub imei: Option<Digits>,
    pub recovery_time_stamp: Option<u32>,
    /// Types at the top level, in order, repeats kept, at most [`Self::IES`].
    pub ies: SmallVec<[u16; 24]>,
    /// Mandatory elements that are not there, those of groups included, each type once.
    pub missing: SmallVec<[u16; 4]>,
}

impl Facts<'_> {
    /// What of each is listed at most.
    pub const IES: usize = 96;
    pub const RULES: usize = 32;
    pub const FTEIDS: usize = 16;
    pub const UE_ADDRESSES: usize = 8;
}

/// Reads the elements of a message.
pub fn facts<'a>(notes: &mut Anomalies, message: &Message<'a>) -> Facts<'a> {
    let mut facts = Facts::default();
    structure::header(notes, message);
    let mut ies = message.ies();
    let mut seen = Seen::default();
    let mut apn = None;
    for ie in ies.by_ref() {
        if facts.ies.len() < Facts::IES {
            facts.ies.push(ie.kind);
        } else if !notes.has("pfcp.ies") {
            notes.note(ie.value.span(), "pfcp.ies", Flaw::TooMany);
        }
        if seen.mark(ie.kind) && matches!(ie.kind, 19 | 39 | 57 | 60 | 96 | 101) {
            notes.note(ie.value.span(), "pfcp.duplicate", Flaw::Repeated);
        }
        facts.element(notes, ie, 0, 0, &mut apn);
    }
    if let Some((at, flaw)) = ies.defect() {
        notes.note(at, "pfcp.ie_length", flaw);
    } else if message.is_whole() {
        for kind in structure::mandatory(message.message_type) {
            if !seen.has(*kind) {
                facts.lacks(notes, message.whole.span_of(2), *kind);
            }
        }
    }
    facts.network_instance = facts.network_instance.or(apn);
    facts
}

impl<'a> Facts<'a> {
    /// An element, `group` being the type of the one around it.
    fn element(
        &mut self,
        notes: &mut Anomalies,
        ie: Ie<'a>,
        group: u16,
        depth: u8,
        apn: &mut Option<Apn<'a>>,
    ) {
        if ie.enterprise.is_some() {
            return;
        }
        structure::fits(notes, ie);
        let mut cur = ie.value;
        match ie.kind {
            19 if depth == 0 => set(&mut self.cause, cur.u8().ok()),
            21 => self.f_teid(notes, cur),
            22 => set(&mut self.network_instance, text(cur)),
            56 if matches!(group, 1 | 8 | 9 | 15 | 256) => {
                push(&mut self.pdr_ids, cur.u16().ok(), Self::RULES);
            }
            57 => {
                let f_seid = f_seid(notes, cur);
                set(&mut self.f_seid, f_seid);
            }
            60 => {
                let node_id = node_id(notes, cur);
                set(&mut self.node_id, node_id);
            }
            84 => self.outer_header_creation(notes, cur),
            93 => self.ue_address(notes, cur),
            96 => set(&mut self.recovery_time_stamp, cur.u32().ok()),
            108 if matches!(group, 3 | 10 | 16) => {
                push(&mut self.far_ids, cur.u32().ok(), Self::RULES);
            }
            141 => {
                if let Err(cut) = self.user_id(cur) {
                    let flaw = Flaw::Truncated { missing: cut.missing };
                    notes.note(ie.value.span(), "pfcp.user_id", flaw);
                }
            }
            159 => set(apn, text(cur)),
            kind if is_grouped(kind) && depth < Ies::MAX_DEPTH => {
                self.group(notes, ie, depth.saturating_add(1), apn);
            }
            kind if is_grouped(kind) => notes.note(cur.span(), "pfcp.grouped", Flaw::TooDeep),
            _ => {}
        }
    }

    /// The elements inside another one.
    fn group(
        &mut self,
        notes: &mut Anomalies,
        group: Ie<'a>,
        depth: u8,
        apn: &mut Option<Apn<'a>>,
    ) {
        let mut inner = Ies::new(group.value);
        let mut seen = Seen::default();
        for ie in inner.by_ref() {
            seen.mark(ie.kind);
            self.element(notes, ie, group.kind, depth, apn);
        }
        if let Some((at, flaw)) = inner.defect() {
            notes.note(at, "pfcp.ie_length", flaw);
            return;
        }
        for kind in structure::mandatory_in(group.kind) {
            if !seen.has(*kind) {
                self.lacks(notes, group.value.span(), *kind);
            }
        }
    }

    fn lacks(&mut self, notes: &mut Anomalies, at: crate::Span, kind: u16) {
        if !self.missing.contains(&kind) {
            notes.note(at, "pfcp.mandatory", Flaw::Lacks(u64::from(kind)));
            self.missing.push(kind);
        }
    }

    fn endpoint(&mut self, teid: Option<u32>, ip: Option<IpAddr>) {
        let fteid = Fteid { plane: Plane::Data, teid, ip, interface: None };
        push(&mut self.fteids, Some(fteid), Self::FTEIDS);
    }

    /// §8.2.3: with the CHOOSE flag the user plane picks, and there is nothing to read.
    fn f_teid(&mut self, notes: &mut Anomalies, value: Cursor<'a>) {
        let mut cur = value;
        let flags = cur.u8().unwrap_or_default();
        if flags & 4 != 0 {
            return;
        }
        let teid = cur.u32().ok();
        let whole =
            teid.is_some() && self.addresses(&mut cur, flags & 1 != 0, flags & 2 != 0, teid);
        if flags & 3 == 0 && teid.is_some() {
            self.endpoint(teid, None);
        }
        if !whole || flags & 3 == 0 {
            notes.note(value.span(), "pfcp.f_teid", Flaw::IllegalValue(u64::from(flags)));
        }
    }

    /// The addresses that flags announce, each an endpoint; whether all were there.
    fn addresses(&mut self, cur: &mut Cursor<'a>, v4: bool, v6: bool, teid: Option<u32>) -> bool {
        let mut whole = true;
        if v4 {
            match ipv4(cur) {
                Ok(ip) => self.endpoint(teid, Some(ip.into())),
                Err(_) => whole = false,
            }
        }
        if v6 && whole {
            match ipv6(cur) {
                Ok(ip) => self.endpoint(teid, Some(ip.into())),
                Err(_) => whole = false,
            }
        }
        whole
    }

    /// §8.2.56: a description in two octets, a TEID for GTP-U, addresses.
    fn outer_header_creation(&mut self, notes: &mut Anomalies, value: Cursor<'a>) {
        let mut cur = value;
        let Ok([description, _]) = cur.array() else { return };
        let teid = if description & 3 == 0 {
            None
        } else {
            match cur.u32() {
                Ok(teid) => Some(teid),
                Err(cut) => {
                    let flaw = Flaw::Truncated { missing: cut.missing };
                    return notes.note(value.span(), "pfcp.outer_header_creation", flaw);
                }
            }
        };
        let (v4, v6) = (description & 0x15 != 0, description & 0x2a != 0);
        if !self.addresses(&mut cur, v4, v6, teid) {
            let flaw = Flaw::IllegalValue(u64::from(description));
            notes.note(value.span(), "pfcp.outer_header_creation", flaw);
        }
    }

    /// §8.2.62.
    fn ue_address(&mut self, notes: &mut Anomalies, value: Cursor<'a>) {
        let mut cur = value;
        let Ok(flags) = cur.u8() else {
            return notes.note(value.span(), "pfcp.ue_ip_address", Flaw::Missing);
        };
        let mut read = |wanted: bool, address: &mut dyn FnMut() -> Result<IpAddr, Truncated>| {
            if !wanted {
                return;
            }
            match address() {
                Ok(ip) if self.ue_addresses.contains(&ip) || ip.is_unspecified() => {}
                Ok(ip) => push(&mut self.ue_addresses, Some(ip), Self::UE_ADDRESSES),
                Err(cut) => {
                    let flaw = Flaw::Truncated { missing: cut.missing };
                    notes.note(value.span(), "pfcp.ue_ip_address", flaw);
                }
            }
        };
        // With CHV4 and CHV6 the user plane picks, and there is no address.
        read(flags & 0x12 == 0x02, &mut || ipv4(&mut cur).map(IpAddr::V4));
        read(flags & 0x21 == 0x01, &mut || ipv6(&mut cur).map(IpAddr::V6));
    }

    /// §8.2.101: flags, then each identity behind its length.
    fn user_id(&mut self, value: Cursor<'a>) -> Result<(), Truncated> {
        let mut cur = value;
        let flags = cur.u8()?;
        for (flag, slot) in [(1, &mut self.imsi), (2, &mut self.imei), (4, &mut self.msisdn)] {
            if flags & flag != 0 {
                let len = cur.u8()?;
                let digits = Digits::tbcd(cur.take(usize::from(len))?);
                set(slot, digits);
            }
        }
        Ok(())
    }
}

fn ipv4(cur: &mut Cursor<'_>) -> Result<Ipv4Addr, Truncated> {
    cur.array::<4>().map(Ipv4Addr::from)
}

fn ipv6(cur: &mut Cursor<'_>) -> Result<Ipv6Addr, Truncated> {
    cur.array::<16>().map(Ipv6Addr::from)
}

fn text(cur: Cursor<'_>) -> Option<Apn<'_>> {
    (!cur.is_empty()).then(|| Apn(cur.rest()))
}

fn node_id<'a>(notes: &mut Anomalies, value: Cursor<'a>) -> Option<NodeId<'a>> {
    let mut cur = value;
    let kind = cur.u8().unwrap_or(0xff) & 15;
    let read = match (kind, cur.len()) {
        (0, 4..) => ipv4(&mut cur).ok().map(|ip| NodeId::Ip(ip.into())),
        (1, 16..) => ipv6(&mut cur).ok().map(|ip| NodeId::Ip(ip.into())),
        (2, 1..) => Some(NodeId::Fqdn(Apn(cur.rest()))),
        _ => None,
    };
    if read.is_none() {
        notes.note(value.span(), "pfcp.node_id", Flaw::IllegalValue(u64::from(kind)));
    }
    read
}

fn f_seid(notes: &mut Anomalies, value: Cursor<'_>) -> Option<FSeid> {
    let mut cur = value;
    let (Ok(flags), Ok(seid)) = (cur.u8(), cur.u64()) else {
        let flaw = Flaw::IllegalValue(u64::from(short(value.len())));
        notes.note(value.span(), "pfcp.f_seid", flaw);
        return None;
    };
    let ipv4 = if flags & 2 == 0 { None } else { ipv4(&mut cur).ok() };
    let ipv6 = if flags & 1 == 0 { None } else { ipv6(&mut cur).ok() };
    // One address at least, and each that the flags announce.
    if flags & 3 == 0 || (flags & 2 != 0) != ipv4.is_some() || (flags & 1 != 0) != ipv6.is_some() {
        notes.note(value.span(), "pfcp.f_seid", Flaw::IllegalValue(u64::from(flags)));
    }
    Some(FSeid { seid, ipv4, ipv6 })
}

/// The first value stays: a repeated element must not overwrite what the receiver acts upon.
fn set<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

fn push<T, const N: usize>(list: &mut SmallVec<[T; N]>, value: Option<T>, most: usize) {
    if let Some(value) = value
        && list.len() < most
    {
        list.push(value);
    }
}
