//! The list of detections: one line each.

mod address_in_data;
mod bpfdoor_knock;
mod category_3;
mod core_sweep;
mod diameter;
mod diameter_category_1;
mod diameter_category_2;
mod diameter_category_3;
mod diameter_harvest;
mod diameter_realm_mismatch;
mod diameter_rogue_peer;
mod dns;
mod dns_grx_enumeration;
mod dns_open_to_outside;
mod dns_tunnel;
mod forbidden_service;
mod gtp;
mod gtp_illegal_message;
mod gtp_imsi_sweep;
mod gtp_in_gtp;
mod gtp_malformed;
mod gtp_peer_mismatch;
mod gtp_teid_sweep;
mod gtpdoor_knock;
mod harvest;
mod icmp_knock;
mod map_address_mismatch;
mod map_harvest;
mod provider_hop;
mod rogue_gtp_peer;
mod sccp_covert_payload;
mod sgsn_emulation;
mod sides;
mod sigtran_relay;
mod sigtran_rogue_peer;
mod sms_home_routing_bypass;
mod ss7;
mod ss7_category_1;
mod ss7_category_2;
mod ss7_category_3;
mod ssh_password_spray;
mod tcap_evasion;
mod tinyshell_handshake;
mod tunnel_c2;
mod tunnel_to_core;

use crate::{Card, Detector};

/// A detection in the list: its card, and how to make one.
#[derive(Clone, Copy)]
pub struct Entry {
    pub card: &'static Card,
    pub make: fn() -> Box<dyn Detector>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.card.id)
    }
}

/// Every detection, in the order of the list in the manual.
pub const DETECTORS: &[Entry] = &[
    entry::<icmp_knock::IcmpKnock>(&icmp_knock::CARD),
    entry::<bpfdoor_knock::BpfdoorKnock>(&bpfdoor_knock::CARD),
    entry::<gtpdoor_knock::GtpdoorKnock>(&gtpdoor_knock::CARD),
    entry::<tinyshell_handshake::TinyshellHandshake>(&tinyshell_handshake::CARD),
    entry::<sgsn_emulation::SgsnEmulation>(&sgsn_emulation::CARD),
    entry::<tunnel_c2::TunnelC2>(&tunnel_c2::CARD),
    entry::<core_sweep::CoreSweep>(&core_sweep::CARD),
    entry::<sigtran_rogue_peer::SigtranRoguePeer>(&sigtran_rogue_peer::CARD),
    entry::<sigtran_relay::SigtranRelay>(&sigtran_relay::CARD),
    entry::<sccp_covert_payload::SccpCovertPayload>(&sccp_covert_payload::CARD),
    entry::<ssh_password_spray::SshPasswordSpray>(&ssh_password_spray::CARD),
    entry::<provider_hop::ProviderHop>(&provider_hop::CARD),
    entry::<forbidden_service::ForbiddenService>(&forbidden_service::CARD),
    entry::<dns_tunnel::DnsTunnel>(&dns_tunnel::CARD),
    entry::<dns_grx_enumeration::DnsGrxEnumeration>(&dns_grx_enumeration::CARD),
    entry::<dns_open_to_outside::DnsOpenToOutside>(&dns_open_to_outside::CARD),
    entry::<ss7_category_1::Ss7Category1>(&ss7_category_1::CARD),
    entry::<ss7_category_2::Ss7Category2>(&ss7_category_2::CARD),
    entry::<map_address_mismatch::MapAddressMismatch>(&map_address_mismatch::CARD),
    entry::<sms_home_routing_bypass::SmsHomeRoutingBypass>(&sms_home_routing_bypass::CARD),
    entry::<ss7_category_3::Ss7Category3>(&ss7_category_3::CARD),
    entry::<map_harvest::MapHarvest>(&map_harvest::CARD),
    entry::<tcap_evasion::TcapEvasion>(&tcap_evasion::CARD),
    entry::<diameter_category_1::DiameterCategory1>(&diameter_category_1::CARD),
    entry::<diameter_category_2::DiameterCategory2>(&diameter_category_2::CARD),
    entry::<diameter_category_3::DiameterCategory3>(&diameter_category_3::CARD),
    entry::<diameter_harvest::DiameterHarvest>(&diameter_harvest::CARD),
    entry::<diameter_realm_mismatch::DiameterRealmMismatch>(&diameter_realm_mismatch::CARD),
    entry::<diameter_rogue_peer::DiameterRoguePeer>(&diameter_rogue_peer::CARD),
    entry::<rogue_gtp_peer::RogueGtpPeer>(&rogue_gtp_peer::CARD),
    entry::<gtp_peer_mismatch::GtpPeerMismatch>(&gtp_peer_mismatch::CARD),
    entry::<gtp_imsi_sweep::GtpImsiSweep>(&gtp_imsi_sweep::CARD),
    entry::<gtp_teid_sweep::GtpTeidSweep>(&gtp_teid_sweep::CARD),
    entry::<gtp_illegal_message::GtpIllegalMessage>(&gtp_illegal_message::CARD),
    entry::<gtp_malformed::GtpMalformed>(&gtp_malformed::CARD),
    entry::<gtp_in_gtp::GtpInGtp>(&gtp_in_gtp::CARD),
    entry::<tunnel_to_core::TunnelToCore>(&tunnel_to_core::CARD),
];

const fn entry<D: Detector + Default + 'static>(card: &'static Card) -> Entry {
    Entry { card, make: make::<D> }
}

fn make<D: Detector + Default + 'static>() -> Box<dyn Detector> {
    Box::new(D::default())
}

/// The detection with this id.
pub fn find(id: &str) -> Option<&'static Entry> {
    DETECTORS.iter().find(|entry| entry.card.id == id)
}
