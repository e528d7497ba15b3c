//! A tap on messages: whoever compares our reading with another program's gets the octets of each message as it is
//! handed to its decoder, streams and segments put together.

use wire::ip::proto;
use wire::isup::Flavour;
use wire::mtp3::Variant;

use super::Shard;
use super::cx::Cx;

/// Gets the number of the frame that completes the message, the protocol by our name, and the octets.
pub type Tap = Box<dyn FnMut(u64, &'static str, &[u8]) + Send>;

impl Shard {
    /// Hands every message to `tap` as well.
    pub fn tap(&mut self, tap: Tap) {
        self.tap = Some(tap);
    }

    /// A message goes to its decoder.
    pub(super) fn show(&mut self, cx: &Cx<'_>, protocol: &'static str, message: &[u8]) {
        if let Some(tap) = &mut self.tap {
            tap(cx.frame, protocol, message);
        }
    }
}

/// The name of what an IP packet carries, for those that are read.
pub(super) const fn transport(protocol: u8) -> &'static str {
    match protocol {
        proto::TCP => "tcp",
        proto::UDP => "udp",
        proto::SCTP => "sctp",
        proto::ICMP => "icmp",
        proto::ICMPV6 => "icmpv6",
        proto::GRE => "gre",
        proto::ESP => "esp",
        _ => "unread",
    }
}

/// MTP3 by whose label it has.
pub(super) const fn mtp3(variant: Variant) -> &'static str {
    match variant {
        Variant::Itu => "mtp3",
        Variant::Ansi => "mtp3-ansi",
        Variant::China => "mtp3-china",
        Variant::Japan => "mtp3-japan",
    }
}

/// SCCP by whose addresses it has.
pub(super) const fn sccp(variant: Variant) -> &'static str {
    match variant {
        Variant::Itu => "sccp",
        Variant::Ansi => "sccp-ansi",
        Variant::China => "sccp-china",
        Variant::Japan => "sccp-japan",
    }
}

/// ISUP by its circuit code.
pub(super) const fn isup(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::Itu => "isup",
        Flavour::Ansi => "isup-ansi",
        Flavour::Bicc => "bicc",
    }
}
