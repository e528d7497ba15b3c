//! Message types of GTP and PFCP: which interface carries them, who sends them, and how sure that is.
//!
//! Sources: TS 29.060 §7.1 table 1, TS 29.274 §6.1 table 6.1-1, TS 29.281 table 6.1-1, TS 29.244 §7.3; what a roaming
//! interface carries by the published allow-lists of vendors' GTP firewalls. Who sends what on S8 is read from the roles
//! in TS 29.274 and from no such list.

/// Where a message belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// Gp, S8.
    Roaming,
    /// On Gp and S8 by agreement only.
    Rare,
    /// Between nodes of one operator, by the name of the interface.
    Internal(&'static str),
    /// The same, and the answer carries a subscriber's context with keys.
    Context(&'static str),
    /// GTP' between a node and its charging gateway.
    Charging,
    /// GTP-U.
    UserPlane,
    /// No message has this type.
    Unassigned,
}

/// Which side of a roaming interface sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    Either,
    Serving,
    Gateway,
}

/// A message type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) fit: Fit,
    pub(crate) sender: Sender,
}

/// First and last type, where they belong, who sends them.
type Row = (u8, u8, Fit, Sender);

const UNASSIGNED: Kind = Kind { fit: Fit::Unassigned, sender: Sender::Either };

static V1: [Kind; 256] = by_type(&[
    (1, 3, Fit::Roaming, Sender::Either),
    (4, 7, Fit::Charging, Sender::Either),
    (16, 16, Fit::Roaming, Sender::Serving),
    (17, 17, Fit::Roaming, Sender::Gateway),
    (18, 21, Fit::Roaming, Sender::Either),
    (22, 22, Fit::Rare, Sender::Gateway),
    (23, 23, Fit::Rare, Sender::Serving),
    (26, 26, Fit::UserPlane, Sender::Either),
    (27, 27, Fit::Rare, Sender::Gateway),
    (28, 29, Fit::Rare, Sender::Serving),
    (30, 30, Fit::Rare, Sender::Gateway),
    (31, 31, Fit::Roaming, Sender::Either),
    (32, 37, Fit::Internal("Gc, between a GGSN and its HLR"), Sender::Either),
    (48, 49, Fit::Context("Gn, between SGSNs"), Sender::Either),
    (50, 52, Fit::Context("Gn, between SGSNs"), Sender::Either),
    (53, 54, Fit::Context("Gn, between SGSNs"), Sender::Either),
    (55, 60, Fit::Internal("Gn, between SGSNs"), Sender::Either),
    (61, 62, Fit::Internal("Gn, between SGSNs"), Sender::Either),
    (70, 70, Fit::Internal("Gn, between SGSNs"), Sender::Either),
    (96, 105, Fit::Internal("Gn and Gmb, for MBMS"), Sender::Either),
    (112, 121, Fit::Internal("Gn and Gmb, for MBMS"), Sender::Either),
    (128, 128, Fit::Roaming, Sender::Serving),
    (129, 129, Fit::Roaming, Sender::Gateway),
    (240, 241, Fit::Charging, Sender::Either),
    (253, 255, Fit::UserPlane, Sender::Either),
]);

static V2: [Kind; 256] = by_type(&[
    (1, 3, Fit::Roaming, Sender::Either),
    (25, 31, Fit::Internal("Sv, between an MME and an MSC server"), Sender::Either),
    (32, 32, Fit::Roaming, Sender::Serving),
    (33, 33, Fit::Roaming, Sender::Gateway),
    (34, 34, Fit::Roaming, Sender::Serving),
    (35, 35, Fit::Roaming, Sender::Gateway),
    (36, 36, Fit::Roaming, Sender::Serving),
    (37, 37, Fit::Roaming, Sender::Gateway),
    (38, 38, Fit::Roaming, Sender::Serving),
    (39, 39, Fit::Roaming, Sender::Gateway),
    (40, 41, Fit::Internal("S11 and S5"), Sender::Either),
    (64, 64, Fit::Roaming, Sender::Serving),
    (65, 65, Fit::Roaming, Sender::Gateway),
    (66, 66, Fit::Roaming, Sender::Serving),
    (67, 67, Fit::Roaming, Sender::Gateway),
    (68, 68, Fit::Roaming, Sender::Serving),
    (69, 69, Fit::Roaming, Sender::Gateway),
    (70, 70, Fit::Internal("S11 and S4"), Sender::Either),
    (71, 72, Fit::Rare, Sender::Serving),
    (73, 73, Fit::Internal("S11 and S4"), Sender::Either),
    (95, 95, Fit::Roaming, Sender::Gateway),
    (96, 96, Fit::Roaming, Sender::Serving),
    (97, 97, Fit::Roaming, Sender::Gateway),
    (98, 98, Fit::Roaming, Sender::Serving),
    (99, 99, Fit::Roaming, Sender::Gateway),
    (100, 100, Fit::Roaming, Sender::Serving),
    (101, 102, Fit::Roaming, Sender::Either),
    (103, 103, Fit::Rare, Sender::Gateway),
    (104, 104, Fit::Rare, Sender::Serving),
    (128, 134, Fit::Context("S10, S3, S16 and N26, between MMEs, SGSNs and AMFs"), Sender::Either),
    (135, 141, Fit::Internal("S10, S3 and S16, between MMEs and SGSNs"), Sender::Either),
    (149, 161, Fit::Internal("S3, S10, S11 and Sn"), Sender::Either),
    (162, 162, Fit::Roaming, Sender::Serving),
    (163, 163, Fit::Roaming, Sender::Gateway),
    (164, 164, Fit::Roaming, Sender::Serving),
    (165, 165, Fit::Roaming, Sender::Gateway),
    (166, 169, Fit::Internal("S11 and S4"), Sender::Either),
    (170, 171, Fit::Internal("S11 and S4"), Sender::Either),
    (176, 177, Fit::Internal("S11 and S4"), Sender::Either),
    (179, 180, Fit::Internal("S11 and S5"), Sender::Either),
    (200, 200, Fit::Roaming, Sender::Serving),
    (201, 201, Fit::Roaming, Sender::Gateway),
    (211, 212, Fit::Internal("S11"), Sender::Either),
    (231, 236, Fit::Internal("Sm and Sn, for MBMS"), Sender::Either),
    (240, 244, Fit::Internal("Sv, between an MME and an MSC server"), Sender::Either),
]);

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses an index outside"
)]
const fn by_type(rows: &[Row]) -> [Kind; 256] {
    let mut kinds = [UNASSIGNED; 256];
    let mut row = 0;
    while row < rows.len() {
        let (first, last, fit, sender) = rows[row];
        let mut at = first as usize;
        while at <= last as usize {
            kinds[at] = Kind { fit, sender };
            at += 1;
        }
        row += 1;
    }
    kinds
}

/// Where a message type belongs; version 0 numbers the ones that it has like version 1.
pub(crate) fn kind(version: u8, prime: bool, message_type: u8) -> Kind {
    if prime {
        return Kind { fit: Fit::Charging, sender: Sender::Either };
    }
    let table = if version == 2 { &V2 } else { &V1 };
    table.get(usize::from(message_type)).copied().unwrap_or(UNASSIGNED)
}

/// Whether PFCP has this type (TS 29.244 table 7.3-1).
pub(crate) const fn knows_pfcp(message_type: u8) -> bool {
    matches!(message_type, 1..=17 | 50..=57)
}

/// Whether a message of version 0 asks for more than what is spoken: echoes of probing neighbours ask for nothing.
pub(crate) const fn version_0_asks(message_type: u8) -> bool {
    !matches!(message_type, 1..=3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_stand_where_they_belong() {
        for (version, message_type, fit) in [
            (1, 16, Fit::Roaming),
            (1, 22, Fit::Rare),
            (1, 26, Fit::UserPlane),
            (1, 50, Fit::Context("Gn, between SGSNs")),
            (1, 8, Fit::Unassigned),
            (1, 240, Fit::Charging),
            (2, 32, Fit::Roaming),
            (2, 4, Fit::Unassigned),
            (2, 170, Fit::Internal("S11 and S4")),
            (2, 255, Fit::Unassigned),
        ] {
            assert_eq!(kind(version, false, message_type).fit, fit, "{version} {message_type}");
        }
        assert_eq!(kind(1, true, 1).fit, Fit::Charging);
    }

    #[test]
    fn the_two_sides_of_a_roaming_interface() {
        for version in [1, 2] {
            for message_type in 0..=255 {
                let kind = kind(version, false, message_type);
                let roams = matches!(kind.fit, Fit::Roaming | Fit::Rare);
                assert!(roams || kind.sender == Sender::Either, "{version} {message_type}");
            }
        }
        assert_eq!(kind(2, false, 99).sender, Sender::Gateway);
        assert_eq!(kind(1, false, 128).sender, Sender::Serving);
    }
}
