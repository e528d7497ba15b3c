//! A subscriber's session over GTP, from its creation to its end.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{Timeline, Way};
use crate::frame::{gtp, gtpv2};

/// A session that was accepted.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    pub version: u8,
    pub serving: Ipv4Addr,
    pub gateway: Ipv4Addr,
    pub subscriber: Ipv4Addr,
    /// Control and data TEID at the gateway, data TEID at the serving node.
    pub control: u32,
    pub uplink: u32,
    pub downlink: u32,
}

fn c(ip: Ipv4Addr) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(ip), gtp::PORT_C)
}

impl Session {
    /// GTPv1: the request goes to `gateway`, which gives this address out.
    pub fn create_v1(
        tl: &mut Timeline,
        create: &gtp::Create,
        gateway: Ipv4Addr,
        subscriber: Ipv4Addr,
        sequence: u16,
    ) -> Self {
        let uplink = create.teid_data ^ 0x00a5_0000;
        let answer = gtp::Created {
            teid_data: uplink,
            teid_control: uplink ^ 0x4000_0000,
            address: subscriber,
            ggsn: gateway,
            charging_id: uplink,
        };
        let created = gtp::created(create.teid_control, sequence, &answer, &create.qos);
        tl.ask(c(create.sgsn), c(gateway), &create.request(sequence), &created);
        Self {
            version: 1,
            serving: create.sgsn,
            gateway,
            subscriber,
            control: answer.teid_control,
            uplink,
            downlink: create.teid_data,
        }
    }

    /// GTPv1: refused with this cause.
    pub fn refused_v1(
        tl: &mut Timeline,
        create: &gtp::Create,
        gateway: Ipv4Addr,
        sequence: u16,
        cause: u8,
    ) {
        let refusal = gtp::cause(gtp::CREATE_RESPONSE, create.teid_control, sequence, cause);
        tl.ask(c(create.sgsn), c(gateway), &create.request(sequence), &refusal);
    }

    /// GTPv2 over S8.
    pub fn create_v2(
        tl: &mut Timeline,
        create: &gtpv2::Create,
        gateway: Ipv4Addr,
        subscriber: Ipv4Addr,
        sequence: u32,
    ) -> Self {
        let uplink = create.teid_data ^ 0x00b6_0000;
        let answer = gtpv2::Created {
            teid_control: uplink ^ 0x4000_0000,
            teid_data: uplink,
            address: subscriber,
            pgw: gateway,
            ebi: create.ebi,
            charging_id: uplink,
        };
        let created = gtpv2::created(create.teid_control, sequence, &answer);
        tl.ask(c(create.sgw), c(gateway), &create.request(sequence), &created);
        Self {
            version: 2,
            serving: create.sgw,
            gateway,
            subscriber,
            control: answer.teid_control,
            uplink,
            downlink: create.teid_data,
        }
    }

    /// GTPv1: deletes it.
    pub fn delete_v1(&self, tl: &mut Timeline, sequence: u16, nsapi: u8) {
        let request = gtp::delete(self.control, sequence, nsapi);
        let teid = self.downlink ^ 0x4000_0000;
        let answer = gtp::cause(gtp::DELETE_RESPONSE, teid, sequence, gtp::ACCEPTED);
        tl.ask(c(self.serving), c(self.gateway), &request, &answer);
    }

    /// The way of packets in this session.
    pub const fn way(&self) -> Way {
        Way::Tunnel {
            subscriber: IpAddr::V4(self.subscriber),
            serving: IpAddr::V4(self.serving),
            gateway: IpAddr::V4(self.gateway),
            uplink: self.uplink,
            downlink: self.downlink,
        }
    }
}
