//! What must be in a message and how long it must be: the mandatory lists of TS 29.060 §7, TS 29.274 §7, TS 29.281 §7,
//! TS 32.295 §6 and GSM 09.60 §7 as data, and the check against them.
//!
//! Elements that are conditional are not asked for: only the node knows whether the condition held.

use smallvec::SmallVec;

use crate::{Anomalies, Cursor, Flaw};

use super::facts::Facts;
use super::ie::Ie;
use super::{END_MARKER, ERROR_INDICATION, G_PDU, Message};

/// Tunnel Status of the user plane (TS 29.281 §7.3.3).
const TUNNEL_STATUS: u8 = 253;
/// Supported Extension Headers Notification (TS 29.281 §7.2.3).
const SUPPORTED_EXTENSIONS: u8 = 31;

/// Which elements of a message were there, in constant space.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Instance 0.
    once: [u64; 4],
    /// Instance 0 a second time.
    again: [u64; 4],
    /// Instance 1 of v2.
    first: [u64; 4],
    last: u8,
    disordered: bool,
    repeated: bool,
}

/// Marks a type in a set; whether it was in it before.
fn mark(set: &mut [u64; 4], kind: u8) -> bool {
    let bit = 1u64 << (kind & 63);
    let Some(word) = set.get_mut(usize::from(kind >> 6)) else { return false };
    let before = *word & bit != 0;
    *word |= bit;
    before
}

fn marked(set: &[u64; 4], kind: u8) -> bool {
    set.get(usize::from(kind >> 6)).is_some_and(|word| *word & (1u64 << (kind & 63)) != 0)
}

impl Seen {
    /// An element of v0, v1 or GTP': in ascending order of types (TS 29.060 §7.7), most of them once, long enough.
    pub(super) fn v1(&mut self, notes: &mut Anomalies, message: &Message<'_>, ie: Ie<'_>) {
        if mark(&mut self.once, ie.kind) {
            mark(&mut self.again, ie.kind);
            if single_v1(ie.kind) && !self.repeated {
                self.repeated = true;
                notes.note(ie.value.span(), "gtpv1.duplicate", Flaw::Repeated);
            }
        }
        if ie.kind < self.last && !self.disordered && message.version == 1 && !message.prime {
            self.disordered = true;
            notes.note(ie.value.span(), "gtpv1.order", Flaw::IllegalValue(u64::from(ie.kind)));
        }
        self.last = ie.kind;
        if message.version == 1 && !message.prime {
            fits(notes, "gtpv1.ie_length", ie.value, length_v1(ie.kind));
        }
    }

    /// An element of v2 at the top level.
    pub(super) fn v2(&mut self, notes: &mut Anomalies, ie: Ie<'_>) {
        match ie.instance {
            0 if mark(&mut self.once, ie.kind) => {
                mark(&mut self.again, ie.kind);
                if single_v2(ie.kind) && !self.repeated {
                    self.repeated = true;
                    notes.note(ie.value.span(), "gtpv2.duplicate", Flaw::Repeated);
                }
            }
            1 => {
                mark(&mut self.first, ie.kind);
            }
            _ => {}
        }
    }

    /// An element inside another one.
    pub(super) fn inner(&mut self, ie: Ie<'_>) {
        if ie.instance == 0 {
            mark(&mut self.once, ie.kind);
        }
    }

    /// What a bearer context does not have; each type is listed once for the message.
    pub(super) fn lacks_in_bearer(
        &self,
        notes: &mut Anomalies,
        message_type: u8,
        bearer: Ie<'_>,
        missing: &mut SmallVec<[u16; 4]>,
    ) {
        for kind in mandatory_in_bearer(message_type, bearer.instance) {
            let wanted = u16::from(*kind);
            if !marked(&self.once, *kind) && !missing.contains(&wanted) {
                let flaw = Flaw::Lacks(u64::from(wanted));
                notes.note(bearer.value.span(), "gtpv2.mandatory", flaw);
                missing.push(wanted);
            }
        }
    }

    fn has(&self, wanted: u16) -> bool {
        let [instance, kind] = wanted.to_be_bytes();
        match instance {
            0 => marked(&self.once, kind),
            SECOND => marked(&self.again, kind),
            _ => marked(&self.first, kind),
        }
    }

    /// What the list of the message asks for and is not there. Only for messages that were read to their end.
    pub(super) fn lacks(
        &self,
        notes: &mut Anomalies,
        message: &Message<'_>,
        facts: &mut Facts<'_>,
    ) {
        let (field, wanted) = match (message.version, message.prime) {
            (_, true) => ("gtpprime.mandatory", mandatory_prime(message.message_type)),
            (0, _) => ("gtpv0.mandatory", mandatory_v0(message.message_type)),
            (1, _) if is_user_plane(message.message_type) => {
                ("gtpu.mandatory", mandatory_v1(message.message_type))
            }
            (1, _) => ("gtpv1.mandatory", mandatory_v1(message.message_type)),
            (2, _) => {
                let accepted = facts.cause.is_some_and(|cause| (16..=19).contains(&cause));
                ("gtpv2.mandatory", mandatory_v2(message.message_type, accepted))
            }
            _ => return,
        };
        for wanted in wanted.iter().copied().filter(|wanted| !self.has(*wanted)) {
            let [instance, kind] = wanted.to_be_bytes();
            let wanted = if instance == SECOND { u16::from(kind) } else { wanted };
            notes.note(message.whole.span_of(2), field, Flaw::Lacks(u64::from(wanted)));
            facts.missing.push(wanted);
        }
    }
}

/// Notes a value that is shorter than its specification says, or not as long where the length is fixed.
pub(super) fn fits(
    notes: &mut Anomalies,
    field: &'static str,
    value: Cursor<'_>,
    (least, fixed): (u8, bool),
) {
    let (found, expected) = (value.len() as u64, u64::from(least));
    if found < expected || (fixed && found != expected) {
        notes.note(value.span(), field, Flaw::Disagrees { found, expected });
    }
}

/// What a header may not say: TEIDs where there is no tunnel, none where there is one, and types that nothing has.
pub(super) fn header(notes: &mut Anomalies, message: &Message<'_>) {
    if message.prime || 2 < message.version {
        return;
    }
    let at = message.whole.span_of(2);
    let illegal = |value: u32| Flaw::IllegalValue(u64::from(value));
    let kind = message.message_type;
    let (teid_field, type_field) = match message.version {
        0 => ("gtpv0.flow_label", "gtpv0.message_type"),
        1 => ("gtpv1.teid", "gtpv1.message_type"),
        _ => ("gtpv2.teid", "gtpv2.message_type"),
    };
    if super::message_name(message.version, false, kind).is_none() {
        notes.note(at, type_field, illegal(u32::from(kind)));
    }
    match (message.version, message.teid) {
        // TS 29.060 §7.2, TS 29.281 §5.1: path messages and error indications belong to no tunnel.
        (1, Some(teid @ 1..))
            if matches!(kind, 1..=3 | ERROR_INDICATION | SUPPORTED_EXTENSIONS) =>
        {
            notes.note(at, teid_field, illegal(teid));
        }
        // These are said about a context that the receiver gave a TEID for (TS 29.060 §7.3.3, §7.3.5).
        (1, Some(0)) if matches!(kind, 18 | 20) => notes.note(at, teid_field, illegal(0)),
        // TS 29.274 §5.5.1: the T flag is for all but path messages; §5.5.2 lists what may go to no TEID.
        (2, Some(teid)) if matches!(kind, 1..=3) => notes.note(at, teid_field, illegal(teid)),
        (2, Some(0)) if matches!(kind, 34 | 36 | 64 | 66 | 68 | 95 | 97 | 99) => {
            notes.note(at, teid_field, illegal(0));
        }
        (2, None) if 3 < kind => notes.note(at, teid_field, Flaw::Missing),
        _ => {}
    }
    // TS 29.060 §6: the sequence number is there in all of the control plane.
    if message.version == 1 && message.sequence.is_none() && !is_user_plane(kind) {
        notes.note(at, "gtpv1.sequence", Flaw::Missing);
    }
}

/// Whether a v1 message is one of the user plane alone (TS 29.281 table 6.1-1).
pub(super) const fn is_user_plane(message_type: u8) -> bool {
    matches!(message_type, ERROR_INDICATION | TUNNEL_STATUS | END_MARKER | G_PDU)
}

impl Message<'_> {
    /// Whether the message may stand on the port of the user plane, or on that of the control plane (TS 29.281 table
    /// 6.1-1, TS 29.060 table 1). Version 0 had one port for both.
    pub const fn belongs_on(&self, user_plane: bool) -> bool {
        if self.prime || self.version == 0 || 2 < self.version {
            return true;
        }
        let path = matches!(self.message_type, 1..=3 | SUPPORTED_EXTENSIONS);
        match (user_plane, self.version) {
            (true, 1) => path || is_user_plane(self.message_type),
            (true, _) => false,
            (false, 1) => path || !is_user_plane(self.message_type),
            (false, _) => true,
        }
    }
}

/// Stands where v2 has the instance and asks for a second one of the same type.
const SECOND: u8 = 0x80;
/// A second GSN address; the second IP address of v2, in instance 1.
const SECOND_GSN_ADDRESS: u16 = u16::from_be_bytes([SECOND, 133]);
const IP_ADDRESS_1: u16 = u16::from_be_bytes([1, 74]);

/// TS 29.060 §7.2 to §7.5A, TS 29.281 §7.
const fn mandatory_v1(message_type: u8) -> &'static [u16] {
    match message_type {
        // Echo Response: Recovery.
        2 => &[14],
        // Create PDP Context: TEID Data I, NSAPI, two GSN addresses, QoS.
        16 => &[16, 20, 133, SECOND_GSN_ADDRESS, 135],
        // Update: a gateway says no more than the NSAPI. Delete: NSAPI.
        18 | 20 => &[20],
        // Answers: Cause.
        17 | 19 | 21 | 23 | 28 | 30 | 35 | 37 | 49 | 51 | 52 | 54 | 57 | 59 | 60 | 97 | 99
        | 101 | 103 | 105 | 113 | 115 | 117 | 119 | 121 | 129 => &[1],
        // Initiate PDP Context Activation: linked NSAPI, QoS, Correlation-ID.
        22 => &[20, 135, 183],
        // Error Indication: TEID Data I, GSN address.
        26 => &[16, 133],
        // PDU Notification and MBMS Notification: IMSI, TEID, address, APN, GGSN.
        27 => &[2, 17, 128, 131, 133],
        96 => &[2, 17, 20, 128, 131, 133],
        29 => &[1, 17, 128, 131],
        98 => &[1, 17, 20, 128, 131],
        // Supported Extension Headers Notification.
        31 => &[141],
        // Location management: IMSI, and the node's address where it calls itself.
        32 | 34 | 61 => &[2],
        33 => &[1, 2],
        36 => &[2, 133],
        // Identification and SGSN Context: routing area, P-TMSI; TEID and address.
        48 => &[3, 5],
        50 => &[3, 17, 133],
        // Forward Relocation: TEID, MM context, SGSN address.
        53 => &[17, 129, 133],
        // RAN Information Relay: the container.
        70 => &[144],
        // MBMS: the multicast address and its APN.
        100 => &[3, 128, 131, 133],
        112 | 114 | 116 | 118 | 120 => &[128, 131],
        // MS Info Change Notification: RAT.
        128 => &[151],
        _ => &[],
    }
}

/// GSM 09.60 §7.
const fn mandatory_v0(message_type: u8) -> &'static [u16] {
    match message_type {
        2 => &[14],
        16 => &[6, 15, 16, 17, 128, 131, 133, SECOND_GSN_ADDRESS, 134],
        18 => &[6, 16, 17, 133, SECOND_GSN_ADDRESS],
        17 | 19 | 21 | 23 | 25 => &[1],
        _ => &[],
    }
}

/// TS 32.295 §6.2.
const fn mandatory_prime(message_type: u8) -> &'static [u16] {
    match message_type {
        2 => &[14],
        4 => &[251],
        6 | 7 => &[1],
        240 => &[126],
        241 => &[1, 253],
        _ => &[],
    }
}

/// TS 29.274 §7.1 to §7.13. An answer that refuses has its cause; one that accepts has its bearers too.
const fn mandatory_v2(message_type: u8, accepted: bool) -> &'static [u16] {
    match message_type {
        1 | 2 => &[3],
        // Create Session: RAT type, sender's F-TEID, APN, bearer contexts.
        32 => &[82, 87, 71, 93],
        33 | 96 | 98 if accepted => &[2, 93],
        33 | 35 | 37 | 41 | 65 | 67 | 70 | 96 | 98 | 100 | 102 | 104 | 129 | 131 | 132 | 134
        | 136 | 138 | 140 | 149 | 150 | 154 | 156 | 159 | 161 | 163 | 165 | 167 | 169 | 171
        | 177 | 180 | 201 | 212 | 232 | 234 | 236 | 39 => &[2],
        // Change Notification: RAT type.
        38 => &[82],
        // Commands: AMBR and bearer; bearer; linked bearer and transaction.
        64 => &[72, 93],
        66 => &[93],
        68 => &[73, 100],
        69 => &[2, 73, 100],
        71 => &[96],
        72 => &[115],
        // Create, Update Bearer.
        95 => &[73, 93],
        97 => &[93, 72],
        103 | 151 | 158 | 164 => &[1],
        133 => &[87],
        141 => &[118, 121],
        152 => &[118],
        157 => &[168],
        160 => &[90],
        166 => &[93],
        179 => &[74, IP_ADDRESS_1],
        231 => &[87, 158, 138, 139, 142, 80],
        233 => &[158],
        _ => &[],
    }
}

/// What a bearer context must hold by the message it stands in: the EPS bearer id in all (TS 29.274 §7.2.1 to §7.2.9),
/// its quality of service where it is created, and a traffic flow template where it is dedicated.
const fn mandatory_in_bearer(message_type: u8, instance: u8) -> &'static [u8] {
    match (message_type, instance) {
        (32, 0) => &[73, 80],
        (95, 0) => &[73, 80, 84],
        (33 | 35 | 96 | 98, 0) => &[73, 2],
        _ => &[73],
    }
}

/// Types that no v0 or v1 message has twice.
const fn single_v1(kind: u8) -> bool {
    matches!(kind, 1 | 2 | 14..=17 | 26 | 127 | 134 | 135 | 148 | 149 | 151..=154)
}

/// Types that no v2 message has twice in instance 0.
const fn single_v2(kind: u8) -> bool {
    matches!(
        kind,
        1..=3 | 71..=73 | 75..=79 | 82 | 83 | 86 | 87 | 94 | 95 | 99 | 100 | 114 | 127 | 128
    )
}

/// Least length, and whether it is the only one (TS 29.060 table 37); types below 128 cannot have another.
const fn length_v1(kind: u8) -> (u8, bool) {
    match kind {
        149 | 150 | 151 | 163 | 166 => (1, true),
        153 => (2, true),
        164 | 168 => (3, true),
        152 | 154 => (8, true),
        148 | 170 | 171 | 178 | 181 | 182 | 184 | 187 | 191 | 195 | 197 | 203 => (1, false),
        189 => (2, false),
        135 | 196 | 214 => (4, false),
        194 | 198 => (8, false),
        _ => (0, false),
    }
}

/// The same for TS 29.274 table 8.1-1; almost all may grow. F-TEIDs, addresses and locations say their own.
pub(super) const fn length_v2(kind: u8) -> (u8, bool) {
    match kind {
        72 => (8, true),
        115 => (6, true),
        124 => (9, true),
        3
        | 73
        | 77
        | 82
        | 92
        | 97
        | 99
        | 100
        | 113
        | 122
        | 127
        | 128
        | 130
        | 131
        | 133
        | 135
        | 140
        | 146
        | 148..=150
        | 152
        | 155..=157
        | 173 => (1, false),
        2 | 95 | 114 | 126 | 144 => (2, false),
        83 | 112 | 120 | 138 => (3, false),
        88 | 94 | 111 | 147 | 170 => (4, false),
        158 => (6, false),
        145 | 161 => (8, false),
        117 => (10, false),
        81 => (21, false),
        80 => (22, false),
        _ => (0, false),
    }
}
