//! The questions that detections ask of the description. Each costs a few look-ups at most.

use std::net::IpAddr;

use event::{Endpoints, Flow, GlobalTitle, Plmn, PointCode, SccpAddress, Subscriber};

use crate::index::Whose;
use crate::inventory::lower;
use crate::{Element, Network, Owner, Partner, Role, Service, Use};

/// Longest name that is looked at: a domain name has no more octets (RFC 1035 §2.3.4).
const MAX_NAME: usize = 255;
/// How many relays may stand one behind another.
const MAX_RELAYS: u8 = 4;

impl Network {
    /// Whose address it is: by element, by partner's listed addresses, by networks; subscriber pools are not ours in this sense.
    pub fn owner_of_ip(&self, ip: IpAddr) -> Owner<'_> {
        self.owner(self.index.owners.get(ip))
    }

    /// Whose node a global title names: by element, then by the longest prefix.
    pub fn owner_of_gt(&self, digits: &str) -> Owner<'_> {
        self.owner(self.index.titles.get(digits))
    }

    /// Whose point code it is.
    pub fn owner_of_pc(&self, pc: PointCode) -> Owner<'_> {
        self.owner(self.index.point_codes.get(&pc).copied())
    }

    /// Whose network it is, whichever way the MNC is written.
    pub fn owner_of_plmn(&self, plmn: Plmn) -> Owner<'_> {
        self.owner(self.index.plmns.get(&(plmn.mcc, plmn.mnc)).copied())
    }

    /// Whose subscriber it is, by the network part of an IMSI.
    pub fn owner_of_subscriber(&self, subscriber: &Subscriber) -> Owner<'_> {
        subscriber.plmn().map_or(Owner::Unknown, |plmn| self.owner_of_plmn(plmn))
    }

    /// Whose Diameter host or realm it is: the longest described name that is the whole or ends it at a dot; otherwise,
    /// for names of the form that TS 23.003 §19 gives to every operator, by the network in it.
    pub fn owner_of_realm(&self, name: &str) -> Owner<'_> {
        let name = name.strip_suffix('.').unwrap_or(name);
        if name.len() > MAX_NAME {
            return Owner::Unknown;
        }
        let lower = lower(name);
        let mut rest = Some(lower.as_ref());
        while let Some(tail) = rest {
            if let Some(whose) = self.index.names.get(tail) {
                return self.owner(Some(*whose));
            }
            rest = tail.split_once('.').map(|(_, parent)| parent);
        }
        if !lower.ends_with(".3gppnetwork.org") && !lower.ends_with(".gprs") {
            return Owner::Unknown;
        }
        Plmn::of_domain(&lower).map_or(Owner::Unknown, |plmn| self.owner_of_plmn(plmn))
    }

    /// Whose node an SCCP address names: by its global title, else by its point code.
    pub fn owner_of_sccp(&self, address: &SccpAddress) -> Owner<'_> {
        match (&address.gt, address.pc) {
            (Some(gt), _) if !gt.digits.is_empty() => self.owner_of_gt(&gt.digits),
            (_, Some(pc)) => self.owner_of_pc(pc),
            _ => Owner::Unknown,
        }
    }

    /// Bastions and monitoring of ours.
    pub fn is_management(&self, ip: IpAddr) -> bool {
        self.index.management.get(ip).is_some()
    }

    /// An address that we hand to subscribers, and no element of ours.
    pub fn is_subscriber(&self, ip: IpAddr) -> bool {
        self.index.pools.get(ip).is_some() && self.element_of_ip(ip).is_none()
    }

    /// An address of ours that subscribers may reach: what they resolve names with, and portals.
    pub fn is_for_subscribers(&self, ip: IpAddr) -> bool {
        self.element_of_ip(ip).is_some_and(|element| {
            element.has_role(Role::SubscriberDns) || element.has_role(Role::Proxy)
        })
    }

    /// The element with this address.
    pub fn element_of_ip(&self, ip: IpAddr) -> Option<&Element> {
        self.elements.get(*self.index.elements.get(&ip.to_canonical())?)
    }

    /// The element with exactly this global title.
    pub fn element_of_gt(&self, digits: &str) -> Option<&Element> {
        self.owner(self.index.titles.exactly(digits)).element()
    }

    /// The element with this point code.
    pub fn element_of_pc(&self, pc: PointCode) -> Option<&Element> {
        self.owner_of_pc(pc).element()
    }

    /// The element with this Diameter identity.
    pub fn element_of_host(&self, host: &str) -> Option<&Element> {
        if host.len() > MAX_NAME {
            return None;
        }
        self.owner(self.index.names.get(lower(host).as_ref()).copied()).element()
    }

    /// The partner of that name; names are compared as written.
    pub fn partner_by_name(&self, name: &str) -> Option<&Partner> {
        self.partners.get(*self.index.partner_names.get(name)?)
    }

    /// Whether the partner lists the address for that use.
    pub fn partner_lists(&self, partner: &Partner, ip: IpAddr, of: Use) -> bool {
        partner.list(of).contains(&ip.to_canonical())
    }

    /// The first partner that lists the address for that use.
    pub fn listed_by(&self, ip: IpAddr, of: Use) -> Option<&Partner> {
        self.partners.get(*self.index.listed.get(&(of, ip.to_canonical()))?)
    }

    /// The partners that relay for this one.
    pub fn hubs_of<'a>(&'a self, partner: &'a Partner) -> impl Iterator<Item = &'a Partner> {
        partner.hubs.iter().filter_map(|name| self.partner_by_name(name))
    }

    /// Whether `relay` may bring traffic of `partner`: it is the partner, one of its hubs, or a hub of these.
    pub fn may_relay(&self, relay: &Partner, partner: &Partner) -> bool {
        relay.name == partner.name || self.relays(&relay.name, partner, MAX_RELAYS)
    }

    /// Whether a node of `speaker` may speak for `partner`: it is the partner's own, that of a hub of it, or of the
    /// operator whose network an MVNO uses; its `hubs` name both. Ours speaks for an MVNO whose `hubs` name `[home]`.
    pub fn speaks_for(&self, speaker: Owner<'_>, partner: &Partner) -> bool {
        match speaker {
            Owner::Partner(speaker) => self.may_relay(speaker, partner),
            Owner::Home(_) => {
                !self.home.name.is_empty() && self.relays(&self.home.name, partner, MAX_RELAYS)
            }
            Owner::Unknown => false,
        }
    }

    /// Relays behind relays are few: an MVNO, its host, the host's hub, that hub's peer.
    fn relays(&self, relay: &str, partner: &Partner, left: u8) -> bool {
        partner.hubs.iter().any(|hub| hub == relay)
            || (left > 1
                && self
                    .hubs_of(partner)
                    .any(|hub| hub.name != partner.name && self.relays(relay, hub, left - 1)))
    }

    /// Who holds the contract that allows the operation to the partner: itself, or one of its hubs.
    pub fn agreed_by<'a>(&'a self, partner: &'a Partner, operation: &str) -> Option<&'a Partner> {
        let direct = Some(partner).filter(|partner| self.has_agreement(partner, operation));
        direct.or_else(|| self.hubs_of(partner).find(|hub| self.has_agreement(hub, operation)))
    }

    /// Whether a contract with the partner allows the operation: `map.70`, `diameter.319`.
    pub fn has_agreement(&self, partner: &Partner, operation: &str) -> bool {
        partner.agreements.iter().any(|agreed| agreed == operation)
    }

    /// The rule of the partner that allows this flow, if one does.
    pub fn allowed_service<'a>(
        &self,
        partner: &'a Partner,
        ends: &Endpoints,
        flow: &Flow,
    ) -> Option<&'a Service> {
        partner.rules.iter().find(|rule| rule.allows(ends, flow))
    }

    /// Whether a title is where SMS home routing answers.
    pub fn is_sms_router(&self, gt: &GlobalTitle) -> bool {
        self.home.sms_router.iter().any(|title| *title == gt.digits)
            || self
                .element_of_gt(&gt.digits)
                .is_some_and(|element| element.has_role(Role::SmsRouter))
    }

    /// Whether our addresses are described.
    pub fn has_home_networks(&self) -> bool {
        !self.home.networks.is_empty() || self.elements.iter().any(|e| !e.addresses.is_empty())
    }

    /// Whether our global titles are described.
    pub fn has_home_gts(&self) -> bool {
        !self.home.gt_prefixes.is_empty()
            || self.elements.iter().any(|e| !e.global_titles.is_empty())
    }

    /// Whether our PLMNs are described.
    pub const fn has_home_plmns(&self) -> bool {
        !self.home.plmns.is_empty()
    }

    /// Whether our realms are described.
    pub const fn has_home_realms(&self) -> bool {
        !self.home.realms.is_empty()
    }

    /// Whether anybody's point codes are described.
    pub fn has_point_codes(&self) -> bool {
        !self.index.point_codes.is_empty()
    }

    /// Whether any partner lists addresses for that use.
    pub fn has_lists(&self, of: Use) -> bool {
        self.index.lists_any.get(of as usize).copied().unwrap_or(false)
    }

    /// Whether any partner lists its GSNs.
    pub fn has_gsn_lists(&self) -> bool {
        self.has_lists(Use::Gsn)
    }

    /// Whether any partner lists its SIGTRAN peers.
    pub fn has_sigtran_lists(&self) -> bool {
        self.has_lists(Use::Sigtran)
    }

    /// Whether any partner lists its Diameter peers.
    pub fn has_diameter_lists(&self) -> bool {
        self.has_lists(Use::Diameter)
    }

    /// Whether any partner lists its resolvers.
    pub fn has_dns_lists(&self) -> bool {
        self.has_lists(Use::Dns)
    }

    fn owner(&self, whose: Option<Whose>) -> Owner<'_> {
        match whose {
            Some(Whose::Home) => Owner::Home(None),
            Some(Whose::Element(i)) => Owner::Home(self.elements.get(i)),
            Some(Whose::Partner(i)) => self.partners.get(i).map_or(Owner::Unknown, Owner::Partner),
            None => Owner::Unknown,
        }
    }
}
