//! What happens now and then in the signalling of the corpus: calls and services, refusals, departures and journeys.

use rand::Rng;

use super::{Later, Mill, NETWORKS, Subscriber};
use crate::frame::ber::{cons, tlv};
use crate::frame::cap;
use crate::frame::diameter::{self, Node};
use crate::frame::map::{self, op};
use crate::frame::sccp::{self, Party, SSN_CAP, SSN_HLR, SSN_MSC, SSN_SGSN, SSN_VLR};
use crate::frame::tcap::{self, Context};

/// gsmSSF to scfGeneric of CAP version 2 (TS 29.078 §5.6).
const CAP_CALL: Context = Context(50, 1);
/// Errors of MAP (TS 29.002 §17.6.6).
const UNKNOWN_SUBSCRIBER: u8 = 1;
const ABSENT_SUBSCRIBER_SM: u8 = 6;
const ROAMING_NOT_ALLOWED: u8 = 8;
/// Notify-Request (TS 29.272 §7.2.17).
const NOTIFY: u32 = 323;
/// Travellers under way, and so never more than these to come.
const TRAVELLERS: u32 = 400;
const HOUR_MS: i64 = 3_600_000;

/// The agent of the hub through which the third partner is reached.
pub(super) fn hub() -> Node {
    Node { host: "dea1.ipx.example".to_owned(), realm: "ipx.example".to_owned() }
}

impl Mill<'_> {
    /// One of ours abroad calls, dials a code, writes, is called, is refused or leaves; or somebody sets out.
    pub(super) fn occasion(&mut self, subscriber: Subscriber, partner: u8) {
        match self.tl.rng.random_range(0..100) {
            0..25 => self.call(subscriber, partner),
            25..40 => self.code_dialled(subscriber, partner),
            40..60 => self.message_sent(subscriber, partner),
            60..72 => self.called(subscriber, partner),
            72..78 => self.nobody_there(subscriber, partner),
            78..84 => self.not_known(subscriber, partner),
            84..97 => self.leaves(subscriber, partner),
            _ if self.travellers < TRAVELLERS => {
                self.travellers += 1;
                // Numbers that nobody else has; all ours.
                let number = 400_000_000 + self.travellers * 10;
                let lte = self.mix.diameter > 0 && self.travellers.is_multiple_of(2);
                self.journey(number, 0, lte);
            }
            _ => self.call(subscriber, partner),
        }
    }

    /// The switch asks our control point what to do with a call, and tells it how that ended.
    fn call(&mut self, subscriber: Subscriber, partner: u8) {
        let switch = Self::party(partner, 20, SSN_CAP);
        let control = Self::party(0, 40, SSN_CAP);
        let (otid, dtid) = (self.transaction(), self.transaction());
        let (imsi, msisdn) = (subscriber.imsi(), subscriber.msisdn());
        let network = NETWORKS[usize::from(partner)];
        let asked = cap::initial_dp(1, &imsi, &msisdn, "99901555777", &switch.digits, network);
        let events = cap::request_report_bcsm_event(&[7, 9]);
        let report = |id, event| {
            tcap::invoke(id, cap::op::EVENT_REPORT_BCSM, &cap::event_report_bcsm(event))
        };
        let steps = [
            tcap::begin(
                otid,
                Some(tcap::aarq(CAP_CALL)),
                &[tcap::invoke(1, cap::op::INITIAL_DP, &asked)],
            ),
            tcap::continued(
                dtid,
                otid,
                Some(tcap::aare(CAP_CALL)),
                &[
                    tcap::invoke(1, cap::op::REQUEST_REPORT_BCSM_EVENT, &events),
                    tcap::invoke(2, cap::op::CONTINUE, &[]),
                ],
            ),
            tcap::continued(otid, dtid, None, &[report(2, 7)]),
            tcap::end(dtid, None, &[report(3, 9)]),
        ];
        let messages = steps
            .iter()
            .zip([true, false, true, true])
            .map(|(step, asks)| {
                let (to, from) = if asks { (&control, &switch) } else { (&switch, &control) };
                self.carry(partner, asks, &sccp::udt(to, from, step))
            })
            .collect();
        self.say(partner, messages);
    }

    /// A code such as *100# goes home and is answered.
    fn code_dialled(&mut self, subscriber: Subscriber, partner: u8) {
        let (vlr, hlr) = (Self::party(partner, 20, SSN_VLR), Self::party(0, 10, SSN_HLR));
        let packed = [0xaa, 0x18, 0x0c, 0x36, 0x02];
        let argument = map::process_unstructured_ss_request(&packed, &subscriber.msisdn());
        let result = cons(0x30, &[tlv(4, &[15]), tlv(4, &packed)]);
        let opcode = op::PROCESS_UNSTRUCTURED_SS_REQUEST;
        let messages = self.exchange(partner, true, [&vlr, &hlr, &hlr], opcode, &argument, &result);
        self.say(partner, messages);
    }

    /// A message of a roamer to our centre.
    fn message_sent(&mut self, subscriber: Subscriber, partner: u8) {
        let (msc, centre) = (Self::party(partner, 20, SSN_MSC), Self::party(0, 32, SSN_MSC));
        let argument = map::mo_forward_sm(&centre.digits, &subscriber.msisdn(), "99901555777");
        let parties = [&msc, &centre, &centre];
        let messages = self.exchange(partner, true, parties, op::MO_FORWARD_SM, &argument, &[]);
        self.say(partner, messages);
    }

    /// Our register asks for a number under which the visited switch can be called.
    fn called(&mut self, subscriber: Subscriber, partner: u8) {
        let (vlr, hlr) = (Self::party(partner, 20, SSN_VLR), Self::party(0, 10, SSN_HLR));
        let argument = map::provide_roaming_number(&subscriber.imsi(), &vlr.digits);
        let number = format!("9990{}0990{:03}", partner + 1, subscriber.number % 1_000);
        let result = map::roaming_number(&number);
        let opcode = op::PROVIDE_ROAMING_NUMBER;
        let messages =
            self.exchange(partner, false, [&hlr, &vlr, &vlr], opcode, &argument, &result);
        self.say(partner, messages);
    }

    /// A question that is answered with an error.
    fn refusal(
        &mut self,
        partner: u8,
        parties: [&Party; 2],
        opcode: u8,
        argument: &[u8],
        error: u8,
    ) {
        let [calling, called] = parties;
        let context = map::context(opcode);
        let otid = self.transaction();
        let begin =
            tcap::begin(otid, Some(tcap::aarq(context)), &[tcap::invoke(1, opcode, argument)]);
        let end = tcap::end(otid, Some(tcap::aare(context)), &[tcap::error(1, error, &[])]);
        let messages = vec![
            self.carry(partner, true, &sccp::udt(called, calling, &begin)),
            self.carry(partner, false, &sccp::udt(calling, called, &end)),
        ];
        self.say(partner, messages);
    }

    /// A message for a phone that is switched off.
    fn nobody_there(&mut self, subscriber: Subscriber, partner: u8) {
        let (centre, hlr) = (Self::party(partner, 30, SSN_MSC), Self::party(0, 10, SSN_HLR));
        let argument = map::send_routing_info_for_sm(&subscriber.msisdn(), &centre.digits);
        let opcode = op::SEND_ROUTING_INFO_FOR_SM;
        self.refusal(partner, [&centre, &hlr], opcode, &argument, ABSENT_SUBSCRIBER_SM);
    }

    /// A card that was cancelled, or one that may not roam.
    fn not_known(&mut self, subscriber: Subscriber, partner: u8) {
        let (vlr, hlr) = (Self::party(partner, 20, SSN_VLR), Self::party(0, 10, SSN_HLR));
        // Numbers that nobody else has.
        let number = 600_000_000 + subscriber.number % 1_000_000;
        let imsi = Subscriber { number, ..subscriber }.imsi();
        if self.tl.rng.random_bool(0.5) {
            let argument = map::send_authentication_info(&imsi, 1);
            let opcode = op::SEND_AUTHENTICATION_INFO;
            self.refusal(partner, [&vlr, &hlr], opcode, &argument, UNKNOWN_SUBSCRIBER);
        } else {
            let argument = map::update_location(&imsi, &vlr.digits, &vlr.digits);
            let parties = [&vlr, &hlr];
            self.refusal(partner, parties, op::UPDATE_LOCATION, &argument, ROAMING_NOT_ALLOWED);
        }
    }

    /// The home tells the visited network that a subscriber is elsewhere now: ours comes home, a visitor leaves us.
    fn leaves(&mut self, subscriber: Subscriber, partner: u8) {
        let visitor = self.tl.rng.random_bool(0.5);
        let subscriber = if visitor {
            Subscriber::new(subscriber.number - subscriber.number % 10 + 7, false)
        } else {
            subscriber
        };
        self.cancelled(subscriber, partner);
    }

    fn cancelled(&mut self, subscriber: Subscriber, partner: u8) {
        let hlr = Self::party(subscriber.home, 10, SSN_HLR);
        let argument = map::cancel_location(&subscriber.imsi());
        for (number, ssn) in [(20, SSN_VLR), (22, SSN_SGSN)] {
            let node = Self::party(subscriber.visited, number, ssn);
            let from_partner = subscriber.home != 0;
            let parties = [&hlr, &node, &node];
            let opcode = op::CANCEL_LOCATION;
            let messages = self.exchange(partner, from_partner, parties, opcode, &argument, &[]);
            self.say(partner, messages);
        }
    }

    /// One of ours lands with the first partner, a day later with the second at the other end of the world, and a day
    /// after that is at home again.
    pub(super) fn journey(&mut self, number: u32, leg: u8, lte: bool) {
        let at = |visited| Subscriber { number, home: 0, visited, lte };
        if leg > 0 {
            // Our register has heard of the subscriber from elsewhere.
            if lte {
                self.cancelled_in_lte(at(leg));
            } else {
                self.cancelled(at(leg), leg);
            }
        }
        if leg < 2 {
            if lte {
                self.arrive_in_lte(at(leg + 1));
            } else {
                self.arrive(at(leg + 1), leg + 1);
            }
            self.after_ms(24 * HOUR_MS, Later::Journey { number, leg: leg + 1, lte });
        }
    }

    fn cancelled_in_lte(&mut self, subscriber: Subscriber) {
        let [mme, hss] = Self::lte_nodes(subscriber);
        let command = diameter::CANCEL_LOCATION;
        let ways = [&hss, &mme];
        let all = self.s6a_exchange(command, ways, subscriber, &diameter::clr(), (2001, &[]));
        self.s6a_say(subscriber, subscriber.home != 0, all.into());
    }

    /// In LTE somebody leaves or is forgotten, tells of a device, or is refused; or an agent finds no way.
    pub(super) fn s6a_occasion(&mut self) {
        let number = self.tl.rng.random_range(0..self.next_subscriber.max(1));
        let subscriber = Subscriber::new(number, true);
        let [mme, hss] = Self::lte_nodes(subscriber);
        let visited = NETWORKS[usize::from(subscriber.visited)];
        let outward = subscriber.home == 0;
        let (command, more, result) = match self.tl.rng.random_range(0..100) {
            0..30 => return self.cancelled_in_lte(subscriber),
            30..55 => (diameter::PURGE_UE, Vec::new(), 2001),
            55..70 => (NOTIFY, vec![diameter::number_3gpp(1443, 1)], 2001),
            70..80 => (diameter::AUTHENTICATION_INFORMATION, diameter::air(visited), 5001),
            80..90 => (diameter::UPDATE_LOCATION, diameter::ulr(visited), 5004),
            90..95 => (diameter::UPDATE_LOCATION, diameter::ulr(visited), 5421),
            _ => (diameter::AUTHENTICATION_INFORMATION, diameter::air(visited), 3002),
        };
        let refused = result != 2001 && result != 3002;
        let subscriber = if refused {
            Subscriber { number: 600_000_000 + number % 1_000_000, ..subscriber }
        } else {
            subscriber
        };
        let mut all = self.s6a_exchange(command, [&mme, &hss], subscriber, &more, (result, &[]));
        if result == 3002 {
            // The agent answers in its own name, and says that it is an error of the way (RFC 6733 §7.1.3).
            let agent = Node::epc("dea1", NETWORKS[usize::from(subscriber.home)]);
            let ways = [&mme, &agent];
            all = self.s6a_exchange(command, ways, subscriber, &more, (result, &[]));
            all[1][4] |= diameter::ERROR;
        }
        self.s6a_say(subscriber, outward, all.into());
    }
}
