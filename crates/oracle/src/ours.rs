//! Our side: the frames of a capture through one shard, and what its parsers read in each message that crosses its tap.
//!
//! The octets come from the product's own way through a frame: its envelopes, defragmentation, reassembly and
//! recognition are compared along with the parsers.

mod apps;
mod carriers;
mod diameter;
mod gtp;
mod map;
mod pfcp;
mod records;
mod sigtran;
mod ss7;
mod tcap;

use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::{Result, anyhow};
use capture::{Batch, Inputs};
use event::{Pseudonymiser, Timestamp};
use track::{Config, Frame, Shard};
use wire::isup::Flavour;
use wire::mtp3::Variant;
use wire::{Anomalies, Cursor};

use crate::said::Said;
use crate::table::Table;

/// Gathers what the parsers say of a frame.
#[derive(Debug)]
pub(crate) struct Speaker {
    table: Arc<Table>,
    said: Said,
    /// Names that the table does not have: a mistake of this crate.
    strangers: Vec<&'static str>,
    notes: Anomalies,
    /// Of the last datagram.
    ports: (u16, u16),
}

impl Speaker {
    /// A value of the field that has this Wireshark name.
    pub(crate) fn say(&mut self, name: &'static str, value: impl ToString) {
        let Some(row) = self.table.row(name) else {
            if !self.strangers.contains(&name) {
                self.strangers.push(name);
            }
            return;
        };
        if let Some(value) = self.table.settle(row, &value.to_string()) {
            self.said.put(row, value);
        }
    }

    pub(crate) fn say_some(&mut self, name: &'static str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.say(name, value);
        }
    }

    pub(crate) fn say_flag(&mut self, name: &'static str, value: bool) {
        self.say(name, u8::from(value));
    }

    /// Whether the last datagram came from or went to this port.
    pub(crate) const fn has_port(&self, port: u16) -> bool {
        self.ports.0 == port || self.ports.1 == port
    }

    /// Defects are not compared; parsers want to note them all the same.
    fn message(&mut self, protocol: &'static str, bytes: &[u8]) {
        let mut notes = std::mem::take(&mut self.notes);
        notes.clear();
        let cur = Cursor::new(bytes);
        match protocol {
            "ip" => carriers::ip(self, &mut notes, cur),
            "tcp" => carriers::tcp(self, &mut notes, cur),
            "udp" => carriers::udp(self, &mut notes, cur),
            "icmp" => carriers::icmp(self, cur, false),
            "icmpv6" => carriers::icmp(self, cur, true),
            "gre" => carriers::gre(self, &mut notes, cur),
            "sctp" => carriers::sctp(self, &mut notes, cur),
            "m3ua" => sigtran::m3ua(self, &mut notes, cur),
            "m2pa" => sigtran::m2pa(self, &mut notes, cur),
            "m2ua" => sigtran::m2ua(self, &mut notes, cur),
            "sua" => sigtran::sua(self, &mut notes, cur),
            "mtp2" => ss7::mtp2(self, &mut notes, cur),
            "mtp3" => ss7::mtp3(self, &mut notes, cur, Variant::Itu),
            "mtp3-ansi" => ss7::mtp3(self, &mut notes, cur, Variant::Ansi),
            "mtp3-china" => ss7::mtp3(self, &mut notes, cur, Variant::China),
            "mtp3-japan" => ss7::mtp3(self, &mut notes, cur, Variant::Japan),
            "sccp" => ss7::sccp(self, &mut notes, cur, Variant::Itu),
            "sccp-ansi" => ss7::sccp(self, &mut notes, cur, Variant::Ansi),
            "sccp-china" => ss7::sccp(self, &mut notes, cur, Variant::China),
            "sccp-japan" => ss7::sccp(self, &mut notes, cur, Variant::Japan),
            "isup" => ss7::isup(self, &mut notes, cur, Flavour::Itu),
            "isup-ansi" => ss7::isup(self, &mut notes, cur, Flavour::Ansi),
            "bicc" => ss7::isup(self, &mut notes, cur, Flavour::Bicc),
            "tcap" => tcap::tcap(self, &mut notes, cur),
            "gtp" => gtp::gtp(self, &mut notes, cur),
            "pfcp" => pfcp::pfcp(self, &mut notes, cur),
            "diameter" => diameter::diameter(self, &mut notes, cur),
            "s1ap" => apps::access(self, &mut notes, cur, "s1ap.procedureCode"),
            "ngap" => apps::access(self, &mut notes, cur, "ngap.procedureCode"),
            "sip" => apps::sip(self, bytes),
            "radius" => apps::radius(self, &mut notes, cur),
            "dns" => apps::dns(self, &mut notes, cur),
            _ => {}
        }
        self.notes = notes;
    }
}

/// What we say of each frame, by number.
pub fn read(table: &Arc<Table>, path: &Path) -> Result<Vec<(u64, Said)>> {
    let speaker = Arc::new(Mutex::new(Speaker {
        table: Arc::clone(table),
        said: Said::default(),
        strangers: Vec::new(),
        notes: Anomalies::new(),
        ports: (0, 0),
    }));
    let config = Config::new(Pseudonymiser::revealing([7; 32]));
    let mut shard = Shard::new(&config, 0);
    let tapped = Arc::clone(&speaker);
    shard.tap(Box::new(move |_, protocol, bytes| {
        if let Ok(mut speaker) = tapped.lock() {
            speaker.message(protocol, bytes);
        }
    }));
    let mut inputs = Inputs::open(&[path]).map_err(|error| anyhow!("{error}"))?;
    let mut batch = Batch::default();
    let mut frames = Vec::new();
    let mut events = Vec::new();
    while inputs.next_batch(&mut batch) {
        for capture::Frame { meta, bytes, .. } in batch.frames() {
            let at = Timestamp::from_nanos(meta.ts_nanos);
            let frame =
                Frame { number: meta.number, at, link: meta.link, bytes, orig_len: meta.orig_len };
            shard.frame(&frame, &mut events);
            let mut speaker = speaker.lock().map_err(|_| anyhow!("the tap broke off"))?;
            carriers::frame(&mut speaker, &frame, meta.ts_nanos);
            for event in events.drain(..) {
                records::of_flow(&mut speaker, &event);
                if event.frame == meta.number {
                    records::event(&mut speaker, &event);
                }
            }
            frames.push((meta.number, std::mem::take(&mut speaker.said)));
        }
    }
    shard.finish(&mut events);
    let mut speaker = speaker.lock().map_err(|_| anyhow!("the tap broke off"))?;
    for event in &events {
        records::of_flow(&mut speaker, event);
    }
    if let Some((_, last)) = frames.last_mut() {
        last.extend(std::mem::take(&mut speaker.said));
    }
    if !speaker.strangers.is_empty() {
        return Err(anyhow!("not in fields.tsv: {}", speaker.strangers.join(", ")));
    }
    Ok(frames)
}
