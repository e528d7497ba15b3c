//! M3UA over an association, and MAP dialogues over that.

use std::net::SocketAddr;

use super::{Association, Side, Timeline};
use crate::frame::sccp::{self, Party};
use crate::frame::sctp::PPID_M3UA;
use crate::frame::{m3ua, map, tcap};

/// M3UA between two signalling points.
#[derive(Clone, Debug)]
pub struct Linkset {
    pub association: Association,
    /// Point codes of the client's and the server's side.
    pub point_codes: [u32; 2],
    pub routing_context: Option<u32>,
    next_transaction: u32,
}

/// How a dialogue ends.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A result with this parameter; empty for none.
    Result(Vec<u8>),
    /// An error by its code.
    Error(u8),
    /// The provider aborts.
    Abort,
    /// Nobody answers.
    Nothing,
}

impl Linkset {
    /// Association, ASP up and active.
    pub fn open(
        tl: &mut Timeline,
        client: SocketAddr,
        server: SocketAddr,
        point_codes: [u32; 2],
    ) -> Self {
        let association = Association::open(tl, client, server);
        let mut new = Self {
            association,
            point_codes,
            routing_context: Some(1),
            next_transaction: 0x1000_0001,
        };
        new.say(tl, Side::Client, 0, &m3ua::asp_up());
        new.say(tl, Side::Server, 0, &m3ua::asp_up_ack());
        new.say(tl, Side::Client, 0, &m3ua::asp_active(1));
        new.say(tl, Side::Server, 0, &m3ua::asp_active_ack(1));
        new.say(tl, Side::Server, 0, &m3ua::notify());
        new
    }

    /// Association and ASP up, refused with an error code by the other side, which then aborts.
    pub fn refused(tl: &mut Timeline, client: SocketAddr, server: SocketAddr, code: u32) {
        let mut association = Association::open(tl, client, server);
        association.say(tl, Side::Client, 0, PPID_M3UA, &m3ua::asp_up());
        association.say(tl, Side::Server, 0, PPID_M3UA, &m3ua::error(code));
        tl.wait_ms(50);
        association.abort(tl, Side::Server);
    }

    /// An M3UA message on this stream.
    pub fn say(&mut self, tl: &mut Timeline, side: Side, stream: u16, message: &[u8]) {
        self.association.say(tl, side, stream, PPID_M3UA, message);
    }

    /// SCCP in payload data.
    pub fn payload(&self, side: Side, sccp: &[u8]) -> Vec<u8> {
        let own = side as usize;
        let label = m3ua::Label {
            opc: self.point_codes[own],
            dpc: self.point_codes[1 - own],
            si: 3,
            ni: 0,
            sls: 5,
        };
        m3ua::data(&label, self.routing_context, sccp)
    }

    /// SCCP from this side.
    pub fn sccp(&mut self, tl: &mut Timeline, side: Side, sccp: &[u8]) {
        let message = self.payload(side, sccp);
        self.say(tl, side, 1, &message);
    }

    /// A fresh transaction id.
    pub const fn transaction(&mut self) -> u32 {
        self.next_transaction = self.next_transaction.wrapping_add(0x11);
        self.next_transaction
    }

    /// A whole MAP dialogue between the calling and the called party: one invoke in the context of its operation, and
    /// how it ended.
    pub fn dialogue(
        &mut self,
        tl: &mut Timeline,
        side: Side,
        [calling, called]: [&Party; 2],
        opcode: u8,
        argument: &[u8],
        answer: &Answer,
    ) {
        let context = map::context(opcode);
        let otid = self.transaction();
        let invoke = tcap::invoke(1, opcode, argument);
        let begin = tcap::begin(otid, Some(tcap::aarq(context)), &[invoke]);
        self.sccp(tl, side, &sccp::udt(called, calling, &begin));
        tl.wait_ms(30);
        let aare = Some(tcap::aare(context));
        let end = match answer {
            Answer::Result(parameter) => {
                tcap::end(otid, aare, &[tcap::result(1, opcode, parameter)])
            }
            Answer::Error(code) => tcap::end(otid, aare, &[tcap::error(1, *code, &[])]),
            Answer::Abort => tcap::abort(otid, 4),
            Answer::Nothing => return,
        };
        self.sccp(tl, side.other(), &sccp::udt(calling, called, &end));
        tl.wait_ms(5);
    }

    /// A location update with the profile in the middle: begin, continue, continue, end.
    pub fn location_update(
        &mut self,
        tl: &mut Timeline,
        side: Side,
        [calling, called]: [&Party; 2],
        opcode: u8,
        argument: &[u8],
        msisdn: &str,
    ) {
        let context = map::context(opcode);
        let (otid, dtid) = (self.transaction(), self.transaction());
        let invoke = tcap::invoke(1, opcode, argument);
        let begin = tcap::begin(otid, Some(tcap::aarq(context)), &[invoke]);
        self.sccp(tl, side, &sccp::udt(called, calling, &begin));
        tl.wait_ms(25);
        let profile = map::insert_subscriber_data(None, msisdn);
        let insert = tcap::invoke(1, map::op::INSERT_SUBSCRIBER_DATA, &profile);
        let go_on = tcap::continued(dtid, otid, Some(tcap::aare(context)), &[insert]);
        self.sccp(tl, side.other(), &sccp::udt(calling, called, &go_on));
        tl.wait_ms(25);
        let taken = tcap::result(1, map::op::INSERT_SUBSCRIBER_DATA, &[]);
        self.sccp(
            tl,
            side,
            &sccp::udt(called, calling, &tcap::continued(otid, dtid, None, &[taken])),
        );
        tl.wait_ms(25);
        let done = tcap::result(1, opcode, &map::hlr_number(&called.digits));
        self.sccp(tl, side.other(), &sccp::udt(calling, called, &tcap::end(otid, None, &[done])));
        tl.wait_ms(5);
    }
}
