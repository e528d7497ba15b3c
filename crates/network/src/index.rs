//! What makes questions cheap: prepared once from the description.

use std::net::IpAddr;

use ahash::AHashMap;
use event::PointCode;
use ipnet::IpNet;

use crate::numbers::Numbers;
use crate::ranges::Ranges;
use crate::{Element, Home, Partner, Use};

/// Whose something is, by position in the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Home,
    Element(usize),
    Partner(usize),
}

/// Maps from what the wire shows to who it is. None of them is ever iterated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    pub(crate) owners: Ranges<Whose>,
    pub(crate) management: Ranges<()>,
    pub(crate) pools: Ranges<()>,
    pub(crate) elements: AHashMap<IpAddr, usize>,
    pub(crate) titles: Numbers<Whose>,
    pub(crate) point_codes: AHashMap<PointCode, Whose>,
    pub(crate) plmns: AHashMap<(u16, u16), Whose>,
    /// Realms and hosts in lower case.
    pub(crate) names: AHashMap<String, Whose>,
    pub(crate) partner_names: AHashMap<String, usize>,
    pub(crate) listed: AHashMap<(Use, IpAddr), usize>,
    pub(crate) lists_any: [bool; Use::ALL.len()],
}

impl Index {
    /// Where two claim the same, the first counts: elements, then home, then partners in the order of the file.
    pub(crate) fn new(home: &Home, elements: &[Element], partners: &[Partner]) -> Self {
        let mut index = Self::default();
        let mut nets: Vec<(IpNet, Option<Whose>)> = Vec::new();
        for (i, element) in elements.iter().enumerate() {
            let whose = Whose::Element(i);
            for ip in &element.addresses {
                nets.push((IpNet::from(*ip), Some(whose)));
                index.elements.entry(*ip).or_insert(i);
            }
            for gt in &element.global_titles {
                index.titles.claim_number(gt, whose);
            }
            for pc in &element.point_codes {
                index.point_codes.entry(*pc).or_insert(whose);
            }
            for host in &element.hosts {
                index.names.entry(host.to_ascii_lowercase()).or_insert(whose);
            }
        }
        // Before the networks: what is handed to subscribers is taken out of them.
        nets.extend(home.subscriber_pools.iter().map(|net| (*net, None)));
        nets.extend(home.networks.iter().map(|net| (*net, Some(Whose::Home))));
        nets.extend(home.management.iter().map(|net| (*net, Some(Whose::Home))));
        for gt in &home.sms_router {
            index.titles.claim_number(gt, Whose::Home);
        }
        index.claim(Whose::Home, &home.gt_prefixes, &home.point_codes, &home.realms);
        for plmn in &home.plmns {
            index.plmns.entry((plmn.mcc, plmn.mnc)).or_insert(Whose::Home);
        }
        for (i, partner) in partners.iter().enumerate() {
            let whose = Whose::Partner(i);
            for of in Use::ALL {
                for ip in partner.list(of) {
                    nets.push((IpNet::from(*ip), Some(whose)));
                    index.listed.entry((of, *ip)).or_insert(i);
                }
                if let Some(any) = index.lists_any.get_mut(of as usize) {
                    *any |= !partner.list(of).is_empty();
                }
            }
            nets.extend(partner.networks.iter().map(|net| (*net, Some(whose))));
            index.claim(whose, &partner.gt_prefixes, &partner.point_codes, &partner.realms);
            for plmn in &partner.plmns {
                index.plmns.entry((plmn.mcc, plmn.mnc)).or_insert(whose);
            }
            index.partner_names.entry(partner.name.clone()).or_insert(i);
        }
        index.owners = Ranges::new(nets);
        index.management = Ranges::new(home.management.iter().map(|net| (*net, Some(()))));
        index.pools = Ranges::new(home.subscriber_pools.iter().map(|net| (*net, Some(()))));
        index
    }

    fn claim(
        &mut self,
        whose: Whose,
        gt_prefixes: &[String],
        point_codes: &[PointCode],
        realms: &[String],
    ) {
        for prefix in gt_prefixes {
            self.titles.claim_prefix(prefix, whose);
        }
        for pc in point_codes {
            self.point_codes.entry(*pc).or_insert(whose);
        }
        for realm in realms {
            self.names.entry(realm.to_ascii_lowercase()).or_insert(whose);
        }
    }
}
