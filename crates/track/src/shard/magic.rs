//! The published magic constants of packet-filter backdoors at the start of a payload.
//!
//! Source: the published analyses of BPFDoor and its builds since: the classic filter compares the first two octets of
//! UDP and ICMP data with 0x7255 and of TCP data with 0x5293; later builds use the other constants.

use event::{Anomaly, What};

use super::cx::{Cx, Place};
use super::{Shard, hex};

const ANY: &[u16] =
    &[0x8d6c, 0x9f4f, 0x270f, 0x2048, 0x1155, 0x5433, 0x3182, 0x1051, 0x3321, 0xdead];
const UDP_AND_ICMP: u16 = 0x7255;
const TCP: u16 = 0x5293;
const WIDE: u32 = 0x3939_3939;
/// Octets of the payload that the event shows: the longest published packet has 24.
const SHOWN: usize = 64;

/// The constant that a payload begins with.
pub(crate) fn find(payload: &[u8], tcp: bool) -> Option<u32> {
    if let Some(&head) = payload.first_chunk::<4>()
        && u32::from_be_bytes(head) == WIDE
    {
        return Some(WIDE);
    }
    let head = u16::from_be_bytes(*payload.first_chunk::<2>()?);
    let classic = if tcp { TCP } else { UDP_AND_ICMP };
    (head == classic || ANY.contains(&head)).then_some(u32::from(head))
}

impl Shard {
    /// Tells of a magic constant at the start of a payload, if there is one.
    pub(crate) fn magic(&mut self, cx: &mut Cx<'_>, place: &Place, payload: &[u8], tcp: bool) {
        let Some(value) = find(payload, tcp) else { return };
        *self.counters.anomalies.entry("payload.magic").or_default() += 1;
        let anomaly = Anomaly {
            layer: "payload".into(),
            field: "payload.magic".into(),
            flaw: "magic".into(),
            value: Some(u64::from(value)),
            offset: None,
            // What a subscriber sends is not shown.
            data: place.path.is_none().then(|| hex(payload, SHOWN)),
            busy: place.busy,
        };
        cx.emit(place, What::Anomaly(Box::new(anomaly)));
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn constants_by_protocol() {
        assert_eq!(find(&[0x72, 0x55, 0, 0], false), Some(0x7255));
        assert_eq!(find(&[0x72, 0x55], true), None);
        assert_eq!(find(&[0x52, 0x93], true), Some(0x5293));
        assert_eq!(find(&[0x39; 5], true), Some(0x3939_3939));
        assert_eq!(find(&[0x39, 0x39, 0x39], false), None);
        assert_eq!(find(&[0xde, 0xad], false), Some(0xdead));
        assert_eq!(find(&[], false), None);
    }
}
