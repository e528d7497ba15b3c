//! SCTP: associations, their DATA put in order of arrival without repeats, and the messages in it.

use event::{Endpoints, Proto, SctpState, TunnelPath};
use wire::ip::Packet;
use wire::sctp::{self, Body, Chunk, ChunkType, Data, Init, Parameter};
use wire::{Cursor, Flaw, s1ap};

use super::association::Origin;
use super::cx::{Cx, Place};
use super::tsn::fingerprint;
use super::{Shard, ends};
use crate::counters::Seen;
use crate::side::Side;
use event::Slot;

/// Chunks of one packet that are read; a packet of 64 KiB holds more only if most are empty.
const MAX_CHUNKS: usize = 512;

impl Shard {
    pub(super) fn sctp(&mut self, cx: &mut Cx<'_>, packet: &Packet<'_>, path: Option<TunnelPath>) {
        let mut cur = packet.payload;
        let sctp = match sctp::dissect(&mut cx.notes, &mut cur) {
            Ok(sctp) => sctp,
            Err(truncated) => {
                cx.notes.cut("sctp.header", truncated);
                return self.unread(cx, packet, path);
            }
        };
        self.counters.seen.note(Seen::Sctp);
        if path.is_none() && !cx.snapped && !packet.snapped {
            sctp::check(&mut cx.notes, packet.payload);
        }
        let mut place = Place::of(ends(packet, sctp.src_port, sctp.dst_port, Proto::Sctp), path);
        let mut chunks = sctp.chunks;
        let from = match chunks.peek_kind() {
            Some(ChunkType::INIT | ChunkType::COOKIE_ECHO) => Some(Side::Client),
            Some(ChunkType::INIT_ACK | ChunkType::COOKIE_ACK) => Some(Side::Server),
            _ => None,
        };
        let touched = self.touch(cx, &place, packet, from);
        if touched.fresh {
            self.announce(cx, touched);
        }
        let mut origin = Origin {
            scope: cx.scope(place.path.as_ref()),
            level: cx.level(place.path.as_ref()),
            path: place.path,
            around: cx.around,
        };
        let mut flow_ends = None;
        if let Some(flow) = self.flows.get_mut(touched.slot) {
            flow_ends = Some(flow.ends);
            origin.path = flow.path();
        }
        let mut slot = None;
        for _ in 0..MAX_CHUNKS {
            let Some(chunk) = chunks.next_chunk(&mut cx.notes) else { break };
            let body = chunk.body(&mut cx.notes);
            let from = (&origin, flow_ends);
            slot = self.association(cx, &place, sctp.verification_tag, &body, slot, from);
            let Some(known) = slot else { continue };
            slot = Some(self.chunk(
                cx,
                &mut place,
                known,
                &origin,
                (&chunk, &body),
                sctp.verification_tag,
            ));
            let Some(known) = slot else { continue };
            if self.associations.get_mut(known).is_none() {
                slot = None;
            }
        }
        self.report(cx, &place);
    }

    /// The association that a chunk belongs to; it begins with what can only be part of one.
    fn association(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        tag: u32,
        body: &Body<'_>,
        known: Option<Slot>,
        (origin, flow_ends): (&Origin, Option<Endpoints>),
    ) -> Option<Slot> {
        let ends = place.ends?;
        if let Body::Init(init) = body {
            return Some(self.attempt(cx, ends, origin, init));
        }
        let found = known.or_else(|| self.associations.find(&ends, origin.scope, tag));
        let slot = match (found, body) {
            (Some(slot), _) => slot,
            (None, Body::InitAck(_)) => {
                self.associations.begin(cx.frame, cx.at, ends.reversed(), origin, cx.out)
            }
            (None, Body::Data(_) | Body::Abort(_)) => {
                self.midstream(cx, flow_ends.unwrap_or(ends), origin)
            }
            _ => return None,
        };
        if known.is_none()
            && let Some(association) = self.associations.get_mut(slot)
        {
            let side = association.side(&ends, tag);
            association.packet(side, cx.at, cx.frame);
        }
        Some(slot)
    }

    /// An association whose beginning was not captured.
    fn midstream(&mut self, cx: &mut Cx<'_>, ends: Endpoints, origin: &Origin) -> Slot {
        let slot = self.associations.begin(cx.frame, cx.at, ends, origin, cx.out);
        if let Some(association) = self.associations.get_mut(slot) {
            association.midstream = true;
        }
        slot
    }

    /// INIT: one event for each attempt, none for its repetition, by whatever path that goes.
    fn attempt(
        &mut self,
        cx: &mut Cx<'_>,
        ends: Endpoints,
        origin: &Origin,
        init: &Init<'_>,
    ) -> Slot {
        let scope = origin.scope;
        if let Some(slot) = self.associations.attempted(&ends, scope, init.initiate_tag) {
            if let Some(association) = self.associations.get_mut(slot) {
                association.packet(Side::Client, cx.at, cx.frame);
            }
            return slot;
        }
        if let Some(slot) = self.associations.find(&ends, scope, 0) {
            self.associations.end(slot, cx.at, "restart", cx.out);
        }
        let slot = self.associations.begin(cx.frame, cx.at, ends, origin, cx.out);
        self.associations.add_tag(slot, Side::Client, init.initiate_tag);
        if let Some(association) = self.associations.get_mut(slot) {
            association.packet(Side::Client, cx.at, cx.frame);
            association.streams = Some((init.outbound_streams, init.inbound_streams));
            association.tsns.client.begin(init.initial_tsn);
            for ip in init.parameters.addresses() {
                association.add_address(Side::Client, ip);
            }
            let event = association.event(SctpState::Init, cx.at, cx.frame, None);
            cx.out.push(event);
        }
        slot
    }

    /// Reads a chunk of an association; gives the one that it belongs to after all.
    fn chunk(
        &mut self,
        cx: &mut Cx<'_>,
        place: &mut Place,
        mut slot: Slot,
        origin: &Origin,
        (chunk, body): (&Chunk<'_>, &Body<'_>),
        tag: u32,
    ) -> Slot {
        let Some(association) = self.associations.get_mut(slot) else { return slot };
        let Some(ends) = place.ends else { return slot };
        let side = association.side(&ends, tag);
        place.flow_id = Some(association.id);
        // Whoever receives this chose the tag; ABORT and the last word may carry the sender's instead.
        if matches!(
            body,
            Body::Data(_) | Body::Sack(_) | Body::Heartbeat(_) | Body::HeartbeatAck(_)
        ) && tag != 0
            && association.tags.of(side.other()).is_none()
        {
            self.associations.add_tag(slot, side.other(), tag);
        }
        let Some(association) = self.associations.get_mut(slot) else { return slot };
        match body {
            Body::InitAck(init) => {
                if association.tags.server != Some(init.initiate_tag) {
                    association.tsns.server.begin(init.initial_tsn);
                }
                for ip in init.parameters.addresses() {
                    association.add_address(Side::Server, ip);
                }
                self.associations.add_tag(slot, Side::Server, init.initiate_tag);
            }
            Body::Data(data) => {
                if self.strays(cx, slot, side, chunk, tag) {
                    let ends = self.associations.get_mut(slot).map_or(ends, |known| known.ends);
                    self.associations.end(slot, cx.at, "restart", cx.out);
                    slot = self.midstream(cx, ends, origin);
                    self.associations.add_tag(slot, side.other(), tag);
                    if let Some(association) = self.associations.get_mut(slot) {
                        association.packet(side, cx.at, cx.frame);
                        place.flow_id = Some(association.id);
                    }
                }
                self.established(cx, slot);
                self.data(cx, place, slot, (side, tag), data, chunk);
            }
            Body::Abort(causes) => {
                let mut causes = *causes;
                let reason = causes.next_cause(&mut cx.notes).map_or("abort", |cause| cause.name());
                if association.state == SctpState::Init {
                    association.state = SctpState::Refused;
                    let event =
                        association.event(SctpState::Refused, cx.at, cx.frame, Some(reason));
                    cx.out.push(event);
                }
                self.associations.end(slot, cx.at, reason, cx.out);
            }
            Body::Asconf { parameters, .. } => {
                let mut parameters = *parameters;
                // A handful of changes at a time; the lists are bounded anyway.
                for _ in 0..16 {
                    let Some(parameter) = parameters.next_parameter(&mut cx.notes) else { break };
                    let Some(ip) = parameter.asconf_address() else { continue };
                    // The wildcard stands for where the packet came from (RFC 5061 §4.2.1).
                    match (parameter.kind, ip.is_unspecified()) {
                        (Parameter::ADD_IP, true) => {
                            association.add_address(side, ends.src_ip);
                        }
                        (Parameter::ADD_IP, false) => {
                            association.add_address(side, ip);
                        }
                        (Parameter::DELETE_IP, true) => association.keep_only(side, ends.src_ip),
                        (Parameter::DELETE_IP, false) => association.remove_address(side, ip),
                        _ => {}
                    }
                }
            }
            Body::ForwardTsn { new_cumulative_tsn } => {
                if let Some((association, pool)) = self.associations.with_pool(slot) {
                    association.tsns.of_mut(side).forward(pool, *new_cumulative_tsn);
                }
            }
            Body::Init(_)
            | Body::Sack(_)
            | Body::Error(_)
            | Body::Shutdown { .. }
            | Body::AsconfAck { .. }
            | Body::ReConfig(_)
            | Body::Auth { .. }
            | Body::Heartbeat(_)
            | Body::HeartbeatAck(_) => {}
            Body::Other => match chunk.kind {
                ChunkType::COOKIE_ACK => self.established(cx, slot),
                ChunkType::SHUTDOWN_ACK | ChunkType::SHUTDOWN_COMPLETE => {
                    self.associations.end(slot, cx.at, "shutdown", cx.out);
                }
                _ => {}
            },
        }
        slot
    }

    /// DATA with a tag that the receiver did not choose, which it drops (§8.5): noted, and true when so much of it came
    /// that the association must have begun anew unseen.
    fn strays(
        &mut self,
        cx: &mut Cx<'_>,
        slot: Slot,
        side: Side,
        chunk: &Chunk<'_>,
        tag: u32,
    ) -> bool {
        let Some(association) = self.associations.get_mut(slot) else { return false };
        if !association.is_stray(side, tag) {
            association.belongs();
            return false;
        }
        let expected = association.tags.of(side.other()).unwrap_or_default();
        let flaw = Flaw::Disagrees { found: u64::from(tag), expected: u64::from(expected) };
        cx.notes.note(chunk.at, "sctp.verification_tag", flaw);
        association.stray(tag)
    }

    fn established(&mut self, cx: &mut Cx<'_>, slot: Slot) {
        if let Some(association) = self.associations.get_mut(slot)
            && association.state == SctpState::Init
        {
            association.state = SctpState::Established;
            let event = association.event(SctpState::Established, cx.at, cx.frame, None);
            cx.out.push(event);
        }
    }

    fn data(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        slot: Slot,
        (side, tag): (Side, u32),
        data: &Data<'_>,
        chunk: &Chunk<'_>,
    ) {
        let Some((association, pool)) = self.associations.with_pool(slot) else { return };
        association.data_chunks += 1;
        // What does not belong to the association counts in no numbering.
        let stray = association.is_stray(side, tag);
        let tsns = association.tsns.of_mut(side);
        let mut contested = false;
        if !stray {
            // What is cut off by the snapshot length cannot be held against anything.
            let print = if chunk.whole { fingerprint(data) } else { 0 };
            let fresh = tsns.see(data.tsn);
            contested = !fresh && chunk.whole && tsns.differs(data.tsn, print);
            if contested {
                // A receiver keeps the first (RFC 9260 §6.2), unless another reached it: both are evidence.
                let flaw = Flaw::Disagrees { found: u64::from(data.tsn), expected: tsns.next() };
                cx.notes.note(chunk.at, "sctp.data_tsn", flaw);
            } else if !fresh {
                association.retransmitted += 1;
                return;
            }
            tsns.keep(data.tsn, print);
        }
        if data.is_complete() {
            self.user_message(cx, place, (slot, side), data.ppid, data.payload);
        } else if chunk.whole
            && !stray
            && !contested
            && let Some((ppid, message)) = tsns.piece(pool, data)
        {
            let in_frame = std::mem::replace(&mut cx.in_frame, false);
            self.user_message(cx, place, (slot, side), ppid, Cursor::new(&message));
            cx.in_frame = in_frame;
        }
    }

    /// A whole message of SCTP's user: by the identifier it came with, unless it looks like something else.
    fn user_message(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        (slot, side): (Slot, Side),
        ppid: u32,
        cur: Cursor<'_>,
    ) {
        let bytes = cur.rest();
        let mut said = claimed(ppid);
        if said.is_none() && claimed(ppid.swap_bytes()).is_some() {
            cx.notes.note(
                cur.span_of(0),
                "sctp.data_payload_proto_id",
                Flaw::NotCanonical(u64::from(ppid)),
            );
            said = claimed(ppid.swap_bytes());
        }
        let true_to_it = said.filter(|said| fits(said, bytes) || shares(said, bytes));
        let looks = if true_to_it.is_some() { None } else { shape(bytes) };
        let misfit = true_to_it.is_none() && looks.is_none() && !cx.snapped && !bytes.is_empty();
        let misfit = misfit && (said.is_some() || on_telecom_port(place));
        if misfit {
            cx.notes.note(cur.span_of(0), "sctp.payload", Flaw::IllegalValue(u64::from(ppid)));
        }
        let name = true_to_it.or_else(|| match (said, looks) {
            (Some(said), Some(looks)) if said != looks => {
                cx.notes.note(
                    cur.span_of(0),
                    "sctp.data_payload_proto_id",
                    Flaw::IllegalValue(u64::from(ppid)),
                );
                Some(looks)
            }
            (said, looks) => said.or(looks),
        });
        if let Some(association) = self.associations.get_mut(slot) {
            association.add_ppid(ppid);
            if misfit {
                association.add_misfit(side, bytes);
            }
            if association.payload.is_none() || association.payload == Some("unknown") {
                association.payload = Some(name.unwrap_or("unknown"));
            }
        }
        match name {
            Some("m3ua") => self.m3ua(cx, place, cur),
            Some("m2ua") => self.m2ua(cx, place, cur),
            Some("m2pa") => self.m2pa(cx, place, cur),
            Some("sua") => self.sua(cx, place, cur),
            Some("diameter") => self.diameter(cx, place, cur),
            Some("s1ap") => self.access(cx, "s1ap", Seen::S1ap, cur),
            Some("ngap") => self.access(cx, "ngap", Seen::Ngap, cur),
            _ => {}
        }
        self.report(cx, place);
    }

    /// A message between access and core, of which only the start is read.
    fn access(&mut self, cx: &mut Cx<'_>, name: &'static str, seen: Seen, mut cur: Cursor<'_>) {
        self.show(cx, name, cur.rest());
        self.counters.seen.note(seen);
        let layer = if name == "ngap" { &s1ap::NGAP } else { &s1ap::S1AP };
        if let Err(truncated) = s1ap::dissect(&mut cx.notes, layer, &mut cur) {
            cx.notes.cut(layer.header, truncated);
        }
    }
}

/// Whether one of the ports belongs to an adaptation layer of SIGTRAN or to Diameter (IANA).
fn on_telecom_port(place: &Place) -> bool {
    let telecom = |port: u16| matches!(port, 2904 | 2905 | 3565 | 3868 | 5868 | 14001);
    place.ends.is_some_and(|ends| telecom(ends.src_port) || telecom(ends.dest_port))
}

/// What an identifier says (IANA).
const fn claimed(ppid: u32) -> Option<&'static str> {
    Some(match ppid {
        sctp::PPID_M2UA => "m2ua",
        sctp::PPID_M3UA => "m3ua",
        sctp::PPID_SUA => "sua",
        sctp::PPID_M2PA => "m2pa",
        sctp::PPID_S1AP => "s1ap",
        sctp::PPID_DIAMETER | sctp::PPID_DIAMETER_DTLS => "diameter",
        sctp::PPID_NGAP => "ngap",
        27 => "x2ap",
        61 => "xnap",
        62 => "f1ap",
        64 => "e1ap",
        _ => return None,
    })
}

fn fits(name: &str, bytes: &[u8]) -> bool {
    match name {
        "m3ua" => wire::m3ua::probe(bytes),
        "m2ua" => wire::mtp3::probe_m2ua(bytes),
        "m2pa" => wire::mtp3::probe_m2pa(bytes),
        "sua" => wire::sua::probe(bytes),
        "diameter" => wire::diameter::probe(bytes),
        "s1ap" | "ngap" | "x2ap" | "xnap" | "f1ap" | "e1ap" => s1ap::fits(bytes),
        // Their messages are not read here, so their word is taken.
        _ => true,
    }
}

/// Management that the adaptation layers have in common looks like M3UA's, and is that of whoever says so.
fn shares(name: &str, bytes: &[u8]) -> bool {
    matches!(name, "m2ua" | "sua")
        && bytes.get(2).is_some_and(|class| matches!(class, 0 | 2..=4 | 9))
}

fn shape(bytes: &[u8]) -> Option<&'static str> {
    let names = ["m3ua", "diameter", "m2ua", "m2pa", "sua"];
    names.into_iter().find(|name| fits(name, bytes)).or_else(|| s1ap::probe(bytes))
}
