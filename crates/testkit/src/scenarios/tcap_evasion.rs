//! Encodings made to slip past a filter, each around an operation that has no business here; and legal ones that are rare.

use super::Scenario;
use super::places::{NETWORK, STP, a_scf, a_vlr, hlr, partner_linkset, subscriber};
use crate::bytes::join;
use crate::frame::ber::{cons, integer, oid, tlv, tlv_indefinite, tlv_padded};
use crate::frame::map::{self, op};
use crate::frame::sccp::{self, Party, SSN_HLR};
use crate::frame::tcap::{self, Context};
use crate::timeline::{Linkset, Side, Timeline, at};

const ATI: u8 = op::ANY_TIME_INTERROGATION;
const CONTEXT: Context = Context(29, 3);

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("tcap-evasion"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: |seed| asked(seed, &begin(&invoke()), true),
    expect: &[("tcap-evasion", "high"), ("ss7-category-1", "critical")],
};

pub(super) const GLOBAL: Scenario = Scenario {
    name: "tcap-global-opcode",
    about: "anyTimeInterrogation by an object identifier instead of a number.",
    make: |seed| asked(seed, &begin(&tcap::invoke_global(1, ATI, &argument())), true),
    ..LOUD
};

pub(super) const PADDED_OPCODE: Scenario = Scenario {
    name: "tcap-padded-opcode",
    about: "anyTimeInterrogation with an octet too many in its operation code.",
    make: |seed| asked(seed, &begin(&tcap::invoke_padded(1, ATI, &argument())), true),
    ..LOUD
};

pub(super) const LONG_TRANSACTION: Scenario = Scenario {
    name: "tcap-long-transaction",
    about: "anyTimeInterrogation in a transaction with an identity of eight octets.",
    make: long_transaction,
    ..LOUD
};

pub(super) const LONG_LENGTH: Scenario = Scenario {
    name: "tcap-long-lengths",
    about: "anyTimeInterrogation with lengths in more octets than they need.",
    make: |seed| {
        asked(seed, &whole(dialogue(), tlv_padded(0x6c, &tlv_padded(0xa1, &parts()))), true)
    },
    ..LOUD
};

pub(super) const INDEFINITE: Scenario = Scenario {
    name: "tcap-indefinite-lengths",
    about: "anyTimeInterrogation with indefinite lengths, by a sender who has no business with it.",
    make: |seed| {
        asked(seed, &whole(dialogue(), tlv_indefinite(0x6c, &tlv_indefinite(0xa1, &parts()))), true)
    },
    ..LOUD
};

pub(super) const EXTENDED_TAG: Scenario = Scenario {
    name: "tcap-extended-tags",
    about: "anyTimeInterrogation with the tags of invoke and operation code in two octets.",
    make: |seed| asked(seed, &whole(dialogue(), tlv(0x6c, &extended())), true),
    ..LOUD
};

pub(super) const NO_DIALOGUE: Scenario = Scenario {
    name: "tcap-no-dialogue",
    about: "anyTimeInterrogation in a begin without a dialogue portion.",
    make: |seed| asked(seed, &whole(Vec::new(), cons(0x6c, &[invoke()])), true),
    ..LOUD
};

pub(super) const OTHER_CONTEXT: Scenario = Scenario {
    name: "tcap-context-of-another",
    about: "anyTimeInterrogation in the context of sendAuthenticationInfo.",
    make: |seed| asked(seed, &whole(tcap::aarq(Context(14, 3)), cons(0x6c, &[invoke()])), true),
    ..LOUD
};

pub(super) const LATER_MESSAGE: Scenario = Scenario {
    name: "tcap-context-left-later",
    about: "A dialogue opened for sendAuthenticationInfo, and anyTimeInterrogation in the message that continues it.",
    make: later_message,
    ..LOUD
};

pub(super) const LONG_CONTEXT: Scenario = Scenario {
    name: "tcap-context-with-another-arc",
    about: "anyTimeInterrogation in a context with an arc more than it has.",
    make: |seed| asked(seed, &whole(longer_context(), cons(0x6c, &[invoke()])), true),
    ..LOUD
};

pub(super) const LATER_COMPONENT: Scenario = Scenario {
    name: "tcap-third-component",
    about: "anyTimeInterrogation as the third component, behind two that are allowed.",
    make: |seed| {
        let allowed = |id| {
            let argument = map::send_authentication_info(&subscriber(1).0, 1);
            tcap::invoke(id, op::SEND_AUTHENTICATION_INFO, &argument)
        };
        let third = tcap::invoke(1, ATI, &argument());
        let parts = cons(0x6c, &[allowed(2), allowed(3), third]);
        asked(seed, &whole(tcap::aarq(Context(14, 3)), parts), true)
    },
    ..LOUD
};

pub(super) const OVERLAP: Scenario = Scenario {
    name: "tcap-segments-overlap",
    about: "anyTimeInterrogation in segments, of which one is sent again with other octets.",
    make: overlap,
    ..LOUD
};

pub(super) const UNFINISHED: Scenario = Scenario {
    name: "tcap-segments-never-end",
    about: "First segments of messages whose last ones never come.",
    make: unfinished,
    expect: &[("tcap-evasion", "medium")],
    ..LOUD
};

pub(super) const REWRITTEN: Scenario = Scenario {
    name: "tcap-insert-data-long-lengths",
    about: "insertSubscriberData for a subscriber of ours, with lengths in more octets than they need.",
    make: rewritten,
    expect: &[("tcap-evasion", "high"), ("ss7-category-2", "critical")],
    ..LOUD
};

pub(super) const RARE: Scenario = Scenario {
    name: "tcap-rare-and-legal",
    benign: true,
    about: "Indefinite lengths around an honest request, a segmented one, and several orders in one continue.",
    make: rare,
    expect: &[],
    ..LOUD
};

fn argument() -> Vec<u8> {
    map::any_time_interrogation(&subscriber(1).1, "99902000040")
}

fn invoke() -> Vec<u8> {
    tcap::invoke(1, ATI, &argument())
}

/// What stands in the invoke.
fn parts() -> Vec<u8> {
    join(&[integer(1), integer(ATI), argument()])
}

fn dialogue() -> Vec<u8> {
    tcap::aarq(CONTEXT)
}

const OTID: [u8; 4] = [0x41, 0x00, 0x00, 0x17];

/// A begin of these portions.
fn whole(dialogue: Vec<u8>, components: Vec<u8>) -> Vec<u8> {
    cons(0x62, &[tlv(0x48, &OTID), dialogue, components])
}

fn begin(invoke: &[u8]) -> Vec<u8> {
    whole(dialogue(), tlv(0x6c, invoke))
}

/// X.690 §8.1.2.4 is for numbers from 31 on; a tolerant reader takes it for lower ones too.
fn extended() -> Vec<u8> {
    let mut inside = integer(1);
    inside.extend([0x1f, 0x02, 1, ATI]);
    inside.extend(argument());
    let mut out = vec![0xbf, 0x01, inside.len() as u8];
    out.extend(inside);
    out
}

fn longer_context() -> Vec<u8> {
    let name = tlv(0xa1, &oid(&[0, 4, 0, 0, 1, 0, 29, 3, 7]));
    let request = cons(0x60, &[tlv(0x80, &[7, 0x80]), name]);
    tlv(0x6b, &cons(0x28, &[oid(&[0, 0, 17, 773, 1, 1, 1]), tlv(0xa0, &request)]))
}

/// The location, to whoever asked.
fn located(dtid: &[u8]) -> Vec<u8> {
    let data = map::subscriber_info("99901000020", "001-01", 77);
    let result = tcap::result(1, ATI, &data);
    cons(0x64, &[tlv(0x49, dtid), tcap::aare(CONTEXT), cons(0x6c, &[result])])
}

/// A message over partner A's link, and the answer.
fn asked(seed: u64, begin: &[u8], answered: bool) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    links.sccp(&mut tl, Side::Client, &sccp::udt(&hlr(), &a_scf(), begin));
    tl.wait_ms(30);
    if answered {
        let end = located(&OTID);
        links.sccp(&mut tl, Side::Server, &sccp::udt(&a_scf(), &hlr(), &end));
    }
    tl.into_frames()
}

fn long_transaction(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let id = [0, 0, 0, 0, 0x41, 0, 0, 0x19];
    let begin = cons(0x62, &[tlv(0x48, &id), dialogue(), cons(0x6c, &[invoke()])]);
    links.sccp(&mut tl, Side::Client, &sccp::udt(&hlr(), &a_scf(), &begin));
    tl.wait_ms(30);
    links.sccp(&mut tl, Side::Server, &sccp::udt(&a_scf(), &hlr(), &located(&id)));
    tl.into_frames()
}

/// The first message is what it says; the operation comes when nobody reads a context any more.
fn later_message(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let context = Context(14, 3);
    let (theirs, ours) = (0x41_00_00_17, 0x22_00_00_05);
    let begin = tcap::begin(theirs, Some(tcap::aarq(context)), &[]);
    links.sccp(&mut tl, Side::Client, &sccp::udt(&hlr(), &a_scf(), &begin));
    tl.wait_ms(30);
    let taken = tcap::continued(ours, theirs, Some(tcap::aare(context)), &[]);
    links.sccp(&mut tl, Side::Server, &sccp::udt(&a_scf(), &hlr(), &taken));
    tl.wait_ms(30);
    let asked = tcap::continued(theirs, ours, None, &[invoke()]);
    links.sccp(&mut tl, Side::Client, &sccp::udt(&hlr(), &a_scf(), &asked));
    tl.wait_ms(30);
    let result = tcap::result(1, ATI, &map::subscriber_info("99901000020", "001-01", 77));
    let end = tcap::end(theirs, None, &[result]);
    links.sccp(&mut tl, Side::Server, &sccp::udt(&a_scf(), &hlr(), &end));
    tl.into_frames()
}

fn overlap(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let begin = begin(&invoke());
    let other: Vec<u8> = begin.iter().map(|octet| octet ^ 0x55).collect();
    let cut = |data: &[u8]| sccp::xudt_segments(&hlr(), &a_scf(), data, 30, 0x00_a1_09);
    let (real, decoy) = (cut(&begin), cut(&other));
    for part in [&real[0], &real[1], &decoy[1]].into_iter().chain(&real[2..]) {
        links.sccp(&mut tl, Side::Client, part);
        tl.wait_ms(3);
    }
    links.sccp(&mut tl, Side::Server, &sccp::udt(&a_scf(), &hlr(), &located(&OTID)));
    tl.into_frames()
}

fn unfinished(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 0..8 {
        let begin = begin(&invoke());
        let parts = sccp::xudt_segments(&hlr(), &a_scf(), &begin, 30, 0x00_b0_00 + number);
        links.sccp(&mut tl, Side::Client, &parts[0]);
        tl.wait_secs(20);
    }
    honest(&mut tl, &mut links);
    tl.wait_secs(30);
    honest(&mut tl, &mut links);
    tl.into_frames()
}

fn rewritten(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let (imsi, msisdn) = subscriber(9);
    let argument = map::insert_subscriber_data(Some(&imsi), &msisdn);
    let inside = join(&[integer(1), integer(op::INSERT_SUBSCRIBER_DATA), argument]);
    let components = tlv_padded(0x6c, &tlv_padded(0xa1, &inside));
    let begin = whole(tcap::aarq(map::context(op::INSERT_SUBSCRIBER_DATA)), components);
    let from = Party::gt("99902000010", SSN_HLR);
    let to = Party::gt("99901000020", 7);
    links.sccp(&mut tl, Side::Client, &sccp::udt(&to, &from, &begin));
    tl.into_frames()
}

/// Partner A's VLR asks for vectors of our subscriber.
fn honest(tl: &mut Timeline, links: &mut Linkset) {
    let argument = map::send_authentication_info(&subscriber(2).0, 2);
    let answer = crate::timeline::Answer::Result(map::authentication_result(&[4; 72]));
    let opcode = op::SEND_AUTHENTICATION_INFO;
    links.dialogue(tl, Side::Client, [&a_vlr(), &hlr()], opcode, &argument, &answer);
}

fn rare(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let argument = map::send_authentication_info(&subscriber(3).0, 1);
    let inside = join(&[integer(1), integer(op::SEND_AUTHENTICATION_INFO), argument]);
    let components = tlv_indefinite(0x6c, &tlv_indefinite(0xa1, &inside));
    let context = tcap::aarq(Context(14, 3));
    let begin = whole(context.clone(), components);
    links.sccp(&mut tl, Side::Client, &sccp::udt(&hlr(), &a_vlr(), &begin));
    tl.wait_secs(1);
    let plain = cons(0x62, &[tlv(0x48, &[1, 2, 3, 4]), context, cons(0x6c, &[tlv(0xa1, &inside)])]);
    for part in sccp::xudt_segments(&hlr(), &a_vlr(), &plain, 40, 0x00_a2_01) {
        links.sccp(&mut tl, Side::Client, &part);
        tl.wait_ms(3);
    }
    // Our HLR sends the profile in two pieces to partner A's VLR.
    let mut ours = Linkset::open(&mut tl, at(STP, 2906), at("198.51.100.11", 2905), [1001, 2001]);
    let part = |id| {
        let argument = map::insert_subscriber_data(None, &subscriber(3).1);
        tcap::invoke(id, op::INSERT_SUBSCRIBER_DATA, &argument)
    };
    let pieces = tcap::continued(0x11, 0x22, None, &[part(1), part(2)]);
    ours.sccp(&mut tl, Side::Client, &sccp::udt(&a_vlr(), &hlr(), &pieces));
    tl.into_frames()
}
