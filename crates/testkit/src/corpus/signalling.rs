//! MAP and Diameter of the corpus: subscribers register where they are, messages reach them.

use std::net::Ipv4Addr;

use rand::Rng;

use super::{Later, Mill, NETWORKS, Subscriber, Way, nodes};
use crate::frame::diameter::{self, Exchange, Node};
use crate::frame::map::{self, op};
use crate::frame::sccp::{self, Party, SSN_HLR, SSN_MSC, SSN_SGSN, SSN_VLR};
use crate::frame::sctp::{PPID_DIAMETER, PPID_M3UA};
use crate::frame::tcap;
use crate::timeline::Side;

fn node(network: u8, number: u32) -> String {
    format!("9990{}{number:06}", network + 1)
}

impl Mill<'_> {
    /// One dialogue, or the several of a registration.
    pub(super) fn map(&mut self) {
        let few = self.waiting.len() + self.registering.len() < 256;
        let chance = self.tl.rng.random_range(0..100);
        if chance < 25 || few && self.tl.rng.random_bool(0.7) {
            let subscriber = self.new_subscriber(false);
            return self.register(subscriber, subscriber.partner());
        }
        // One of ours who is abroad.
        let number = self.tl.rng.random_range(0..self.next_subscriber.max(1));
        let subscriber = Subscriber::new(number - number % 10 + number % 7, false);
        let partner = subscriber.visited;
        match chance {
            25..55 => self.short_message(subscriber, partner),
            55..78 => self.authenticate(subscriber, partner),
            78..85 => self.where_is(subscriber, partner),
            85..88 => self.purge(subscriber, partner),
            _ => self.occasion(subscriber, partner),
        }
    }

    pub(super) fn party(network: u8, number: u32, ssn: u8) -> Party {
        Party::gt(&node(network, number), ssn)
    }

    /// M3UA payload on the linkset with this partner; the partner is the client of the association.
    pub(super) fn carry(&self, partner: u8, from_partner: bool, sccp: &[u8]) -> (bool, Vec<u8>) {
        let side = if from_partner { Side::Client } else { Side::Server };
        (from_partner, self.linksets[usize::from(partner) - 1].payload(side, sccp))
    }

    pub(super) fn transaction(&mut self) -> u32 {
        self.transaction = self.transaction.wrapping_add(0x13);
        self.transaction
    }

    /// One invoke and its result: who asks, who is asked, and who answers under its own address.
    pub(super) fn exchange(
        &mut self,
        partner: u8,
        from_partner: bool,
        parties: [&Party; 3],
        opcode: u8,
        argument: &[u8],
        result: &[u8],
    ) -> Vec<(bool, Vec<u8>)> {
        let [calling, called, answers] = parties;
        let context = map::context(opcode);
        let otid = self.transaction();
        let begin =
            tcap::begin(otid, Some(tcap::aarq(context)), &[tcap::invoke(1, opcode, argument)]);
        let end = tcap::end(otid, Some(tcap::aare(context)), &[tcap::result(1, opcode, result)]);
        vec![
            self.carry(partner, from_partner, &sccp::udt(called, calling, &begin)),
            self.carry(partner, !from_partner, &sccp::udt(calling, answers, &end)),
        ]
    }

    pub(super) fn say(&mut self, partner: u8, messages: Vec<(bool, Vec<u8>)>) {
        let stream = self.tl.rng.random_range(1..5);
        self.converse(usize::from(partner) - 1, stream, PPID_M3UA, messages);
    }

    /// A subscriber arrives, and may ask for a session soon.
    fn register(&mut self, subscriber: Subscriber, partner: u8) {
        self.arrive(subscriber, partner);
        self.registering.push((subscriber.number, subscriber));
        self.after_ms(700, Later::Registered(subscriber.number));
    }

    /// Authentication, location in the packet domain, and for some in the circuit domain as well.
    pub(super) fn arrive(&mut self, subscriber: Subscriber, partner: u8) {
        let from_partner = subscriber.home == 0;
        let hlr = Self::party(subscriber.home, 10, SSN_HLR);
        let sgsn = Self::party(subscriber.visited, 22, SSN_SGSN);
        let vlr = Self::party(subscriber.visited, 20, SSN_VLR);
        let (imsi, msisdn) = (subscriber.imsi(), subscriber.msisdn());
        // Before translation a request is addressed to the subscriber's own number: E.214, made from the IMSI.
        let mut mobile = hlr.clone();
        if subscriber.number.is_multiple_of(3) {
            mobile.plan = 7;
            let own: String = imsi.chars().skip(5).collect();
            mobile.digits = format!("9990{}{own}", subscriber.home + 1);
        }
        let mut messages = self.exchange(
            partner,
            from_partner,
            [&sgsn, &mobile, &hlr],
            op::SEND_AUTHENTICATION_INFO,
            &map::send_authentication_info(&imsi, 1),
            &self.vector(),
        );
        let address: Ipv4Addr = nodes(subscriber.visited).sgsn;
        let argument = map::update_gprs_location(&imsi, &sgsn.digits, address);
        messages.extend(self.located(
            partner,
            from_partner,
            [&sgsn, &hlr],
            op::UPDATE_GPRS_LOCATION,
            &argument,
            &msisdn,
        ));
        if subscriber.number.is_multiple_of(2) {
            let argument = map::update_location(&imsi, &vlr.digits, &vlr.digits);
            messages.extend(self.located(
                partner,
                from_partner,
                [&vlr, &hlr],
                op::UPDATE_LOCATION,
                &argument,
                &msisdn,
            ));
        }
        self.say(partner, messages);
    }

    pub(super) fn vector(&self) -> Vec<u8> {
        let mut material = [0; 72];
        for (index, octet) in material.iter_mut().enumerate() {
            *octet = (self.transaction as usize * 31 + index * 97) as u8;
        }
        map::authentication_result(&material)
    }

    /// A location update with the profile in its middle.
    fn located(
        &mut self,
        partner: u8,
        from_partner: bool,
        parties: [&Party; 2],
        opcode: u8,
        argument: &[u8],
        msisdn: &str,
    ) -> Vec<(bool, Vec<u8>)> {
        let [calling, called] = parties;
        let context = map::context(opcode);
        let (otid, dtid) = (self.transaction(), self.transaction());
        let invoke = tcap::invoke(1, opcode, argument);
        let insert =
            tcap::invoke(1, op::INSERT_SUBSCRIBER_DATA, &map::insert_subscriber_data(None, msisdn));
        let taken = tcap::result(1, op::INSERT_SUBSCRIBER_DATA, &[]);
        let done = tcap::result(1, opcode, &map::hlr_number(&called.digits));
        let steps = [
            tcap::begin(otid, Some(tcap::aarq(context)), &[invoke]),
            tcap::continued(dtid, otid, Some(tcap::aare(context)), &[insert]),
            tcap::continued(otid, dtid, None, &[taken]),
            tcap::end(otid, None, &[done]),
        ];
        steps
            .iter()
            .enumerate()
            .map(|(index, message)| {
                if index % 2 == 0 {
                    self.carry(partner, from_partner, &sccp::udt(called, calling, message))
                } else {
                    self.carry(partner, !from_partner, &sccp::udt(calling, called, message))
                }
            })
            .collect()
    }

    /// A partner's message centre asks for the way and delivers to the router that it was given.
    fn short_message(&mut self, subscriber: Subscriber, partner: u8) {
        let centre = Self::party(partner, 30, SSN_MSC);
        let hlr = Self::party(0, 10, SSN_HLR);
        let router = Self::party(0, 31, SSN_MSC);
        let number = Party::gt(&subscriber.msisdn(), SSN_HLR);
        // The router answers with an identity of its own making.
        let alias = format!("00101{:010}", 9_000_000_000 + u64::from(subscriber.number));
        let mut messages = self.exchange(
            partner,
            true,
            [&centre, &number, &hlr],
            op::SEND_ROUTING_INFO_FOR_SM,
            &map::send_routing_info_for_sm(&subscriber.msisdn(), &centre.digits),
            &map::routing_info_for_sm(&alias, &router.digits),
        );
        messages.extend(self.exchange(
            partner,
            true,
            [&centre, &router, &router],
            op::MT_FORWARD_SM,
            &map::mt_forward_sm(&alias, &centre.digits, "99902555000"),
            &[],
        ));
        self.say(partner, messages);
    }

    /// A visited network asks for fresh vectors of a subscriber that it serves.
    fn authenticate(&mut self, subscriber: Subscriber, partner: u8) {
        let vlr = Self::party(partner, 20, SSN_VLR);
        let hlr = Self::party(0, 10, SSN_HLR);
        let argument = map::send_authentication_info(&subscriber.imsi(), 1);
        let result = self.vector();
        let mut messages = self.exchange(
            partner,
            true,
            [&vlr, &hlr, &hlr],
            op::SEND_AUTHENTICATION_INFO,
            &argument,
            &result,
        );
        let argument = map::update_location(&subscriber.imsi(), &vlr.digits, &vlr.digits);
        let msisdn = subscriber.msisdn();
        messages.extend(self.located(
            partner,
            true,
            [&vlr, &hlr],
            op::UPDATE_LOCATION,
            &argument,
            &msisdn,
        ));
        self.say(partner, messages);
    }

    /// The home asks the visited network where its own subscriber is.
    fn where_is(&mut self, subscriber: Subscriber, partner: u8) {
        let hlr = Self::party(0, 10, SSN_HLR);
        let vlr = Self::party(partner, 20, SSN_VLR);
        let argument = map::provide_subscriber_info(&subscriber.imsi());
        let network = NETWORKS[usize::from(partner)];
        let result = map::subscriber_info(&vlr.digits, network, subscriber.number as u16);
        let messages = self.exchange(
            partner,
            false,
            [&hlr, &vlr, &vlr],
            op::PROVIDE_SUBSCRIBER_INFO,
            &argument,
            &result,
        );
        self.say(partner, messages);
    }

    /// A visited network forgets a subscriber who left; in the circuit domain, where every other registered.
    fn purge(&mut self, subscriber: Subscriber, partner: u8) {
        let subscriber = Subscriber { number: subscriber.number & !1, ..subscriber };
        let vlr = Self::party(partner, 20, SSN_VLR);
        let hlr = Self::party(0, 10, SSN_HLR);
        let argument = map::purge_ms(&subscriber.imsi(), &vlr.digits);
        let messages =
            self.exchange(partner, true, [&vlr, &hlr, &hlr], op::PURGE_MS, &argument, &[0x30, 0]);
        self.say(partner, messages);
    }

    /// Messages of S6a with this partner: over SCTP, or over TCP with the second.
    pub(super) fn diameter(&mut self, partner: u8, messages: Vec<(bool, Vec<u8>)>) {
        if let Way::Sctp(index) = self.ways[usize::from(partner) - 1] {
            return self.converse(index, 1, PPID_DIAMETER, messages);
        }
        let mut wait = 0;
        for (client, message) in messages {
            let later = Later::Tcp { client, message };
            if wait == 0 {
                self.happen(self.now_ns, later);
            } else {
                self.after_ms(wait, later);
            }
            wait += self.tl.rng.random_range(12..45);
        }
    }

    /// A request and its answer. What a partner's node asks comes through the agents before us, which say so.
    pub(super) fn s6a_exchange(
        &mut self,
        command: u32,
        [from, to]: [&Node; 2],
        subscriber: Subscriber,
        request: &[Vec<u8>],
        (result, answer): (u32, &[Vec<u8>]),
    ) -> [Vec<u8>; 2] {
        self.hop = self.hop.wrapping_add(1);
        let exchange = Exchange::new(from, self.hop);
        // The serving node of a subscriber is known by its name; a home is asked by its realm.
        let named = matches!(command, diameter::CANCEL_LOCATION | diameter::INSERT_SUBSCRIBER_DATA);
        let partner = usize::from(subscriber.partner());
        let mut request = request.to_vec();
        if partner != 2 {
            request.push(diameter::text(282, &from.host));
        }
        if partner == 3 && from.realm != Node::epc("", NETWORKS[0]).realm {
            request.push(diameter::text(282, &Node::epc("dea1", NETWORKS[3]).host));
        }
        let imsi = subscriber.imsi();
        let host = named.then_some(to);
        [
            diameter::s6a_request(&exchange, command, from, host, &to.realm, &imsi, &request),
            diameter::s6a_answer(&exchange, command, to, result, answer),
        ]
    }

    /// A subscriber registers in LTE; now and then something else happens.
    pub(super) fn s6a(&mut self) {
        if self.next_subscriber > 64 && self.tl.rng.random_range(0..100) < 12 {
            return self.s6a_occasion();
        }
        let subscriber = self.new_subscriber(true);
        self.arrive_in_lte(subscriber);
        self.registering.push((subscriber.number, subscriber));
        self.after_ms(400, Later::Registered(subscriber.number));
    }

    /// The nodes that speak of this subscriber: where it is, and at home.
    pub(super) fn lte_nodes(subscriber: Subscriber) -> [Node; 2] {
        [
            Node::epc("mmec01.mmegi8001.mme", NETWORKS[usize::from(subscriber.visited)]),
            Node::epc("hss1", NETWORKS[usize::from(subscriber.home)]),
        ]
    }

    pub(super) fn arrive_in_lte(&mut self, subscriber: Subscriber) {
        let visited = NETWORKS[usize::from(subscriber.visited)];
        let [mme, hss] = Self::lte_nodes(subscriber);
        let mut material = [0; 72];
        self.tl.rng.fill(&mut material[..]);
        let air = self.s6a_exchange(
            diameter::AUTHENTICATION_INFORMATION,
            [&mme, &hss],
            subscriber,
            &diameter::air(visited),
            (2001, &diameter::aia(&material)),
        );
        let ulr = self.s6a_exchange(
            diameter::UPDATE_LOCATION,
            [&mme, &hss],
            subscriber,
            &diameter::ulr(visited),
            (2001, &diameter::ula(&subscriber.msisdn())),
        );
        let messages = air.into_iter().chain(ulr).collect();
        self.s6a_say(subscriber, subscriber.home == 0, messages);
    }

    /// Requests of this side, each with its answer.
    pub(super) fn s6a_say(
        &mut self,
        subscriber: Subscriber,
        from_partner: bool,
        all: Vec<Vec<u8>>,
    ) {
        let messages = all
            .into_iter()
            .enumerate()
            .map(|(index, message)| ((index % 2 == 0) == from_partner, message))
            .collect();
        self.diameter(subscriber.partner(), messages);
    }

    /// Device watchdogs of all peers.
    pub(super) fn watchdogs(&mut self) {
        let ours = Node::epc("dea1", NETWORKS[0]);
        for partner in [1, 2, 3] {
            self.hop = self.hop.wrapping_add(1);
            let theirs = if partner == 3 {
                super::occasions::hub()
            } else {
                Node::epc("dea1", NETWORKS[usize::from(partner)])
            };
            let request = diameter::watchdog(&theirs, self.hop, self.hop, None);
            let answer = diameter::watchdog(&ours, self.hop, self.hop, Some(2001));
            self.diameter(partner, vec![(true, request), (false, answer)]);
        }
    }
}
