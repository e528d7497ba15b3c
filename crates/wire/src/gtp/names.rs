//! Names of message types, causes, information elements and the like, as data.

mod v1;
mod v2;

/// Names by code, so that a look-up is one load.
type Names = [Option<&'static str>; 256];

static MESSAGES: Names = by_code(v1::MESSAGES);
static CAUSES: Names = by_code(v1::CAUSES);
static IES: Names = by_code(v1::IES);
static MESSAGES_V2: Names = by_code(v2::MESSAGES);
static CAUSES_V2: Names = by_code(v2::CAUSES);
static IES_V2: Names = by_code(v2::IES);
static EXTENSION_NAMES: Names = by_code(EXTENSIONS);
static INTERFACE_NAMES: Names = by_code(INTERFACES);
static RAT_NAMES: Names = by_code(RATS);

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses an index outside"
)]
const fn by_code(list: &[(u8, &'static str)]) -> Names {
    let mut names = [None; 256];
    let mut at = 0;
    while at < list.len() {
        names[list[at].0 as usize] = Some(list[at].1);
        at += 1;
    }
    names
}

fn find(names: &'static Names, code: u8) -> Option<&'static str> {
    names.get(usize::from(code)).copied().flatten()
}

/// Name of a message type, where its version has one.
pub fn message_name(version: u8, prime: bool, message_type: u8) -> Option<&'static str> {
    match (version, prime, message_type) {
        (_, true, 1..=7 | 240 | 241) => find(&MESSAGES, message_type),
        (_, true, _) => None,
        // Anonymous access went with version 0.
        (0, _, 22) => Some("Create AA PDP Context Request"),
        (0, _, 23) => Some("Create AA PDP Context Response"),
        // Version 0 had fewer, and ends of tunnels came with version 1.
        (0, _, 1..=7 | 16..=30 | 32..=37 | 48..=52 | 240 | 241 | 255) => {
            find(&MESSAGES, message_type)
        }
        (0, ..) | (1, _, 24 | 25) => None,
        (2, ..) => find(&MESSAGES_V2, message_type),
        _ => find(&MESSAGES, message_type),
    }
}

/// Whether a message name is that of an answer. The specifications are consistent in this.
pub(super) fn is_response(name: &str) -> bool {
    name.ends_with("Response")
        || name.ends_with("Acknowledge")
        || name.ends_with("Bearer Failure Indication")
        || name.ends_with("Resource Failure Indication")
        || name.starts_with("Version Not Supported")
}

/// Name of a cause value (TS 29.060 §7.7.1, TS 29.274 §8.4).
pub fn cause_name(version: u8, cause: u8) -> Option<&'static str> {
    find(if version == 2 { &CAUSES_V2 } else { &CAUSES }, cause)
}

/// Name of an information element (TS 29.060 §7.7, TS 29.274 §8.1).
pub fn ie_name(version: u8, kind: u8) -> Option<&'static str> {
    match (version, kind) {
        (0, 16) => Some("Flow Label Data I"),
        (0, 17) => Some("Flow Label Signalling"),
        (0, 18) => Some("Flow Label Data II"),
        (0, 19) => Some("MS Not Reachable Reason"),
        (2, _) => find(&IES_V2, kind),
        _ => find(&IES, kind),
    }
}

/// Name of a GTPv1 extension header type (TS 29.281 §5.2.1).
pub fn extension_name(kind: u8) -> Option<&'static str> {
    find(&EXTENSION_NAMES, kind)
}

/// Name of an F-TEID interface type (TS 29.274 §8.22).
pub fn interface_name(interface: u8) -> Option<&'static str> {
    find(&INTERFACE_NAMES, interface)
}

/// Name of a radio access technology (TS 29.060 §7.7.50, TS 29.274 §8.17).
pub fn rat_name(rat: u8) -> Option<&'static str> {
    find(&RAT_NAMES, rat)
}

/// TS 29.060 figure 6, TS 29.281 figure 5.2.1-3.
const EXTENSIONS: &[(u8, &str)] = &[
    (0x1, "MBMS Support Indication"),
    (0x2, "MS Info Change Reporting Support Indication"),
    (0x3, "Long PDCP PDU Number"),
    (0x20, "Service Class Indicator"),
    (0x40, "UDP Port"),
    (0x81, "RAN Container"),
    (0x82, "Long PDCP PDU Number"),
    (0x83, "Xw RAN Container"),
    (0x84, "NR RAN Container"),
    (0x85, "PDU Session Container"),
    (0xc0, "PDCP PDU Number"),
    (0xc1, "Suspend Request"),
    (0xc2, "Suspend Response"),
];

/// TS 29.274 §8.22.
const INTERFACES: &[(u8, &str)] = &[
    (0, "S1-U eNodeB GTP-U"),
    (1, "S1-U SGW GTP-U"),
    (2, "S12 RNC GTP-U"),
    (3, "S12 SGW GTP-U"),
    (4, "S5/S8 SGW GTP-U"),
    (5, "S5/S8 PGW GTP-U"),
    (6, "S5/S8 SGW GTP-C"),
    (7, "S5/S8 PGW GTP-C"),
    (8, "S5/S8 SGW PMIPv6"),
    (9, "S5/S8 PGW PMIPv6"),
    (10, "S11 MME GTP-C"),
    (11, "S11/S4 SGW GTP-C"),
    (12, "S10 MME GTP-C"),
    (13, "S3 MME GTP-C"),
    (14, "S3 SGSN GTP-C"),
    (15, "S4 SGSN GTP-U"),
    (16, "S4 SGW GTP-U"),
    (17, "S4 SGSN GTP-C"),
    (18, "S16 SGSN GTP-C"),
    (19, "eNodeB/gNodeB GTP-U for DL data forwarding"),
    (20, "eNodeB GTP-U for UL data forwarding"),
    (21, "RNC GTP-U for data forwarding"),
    (22, "SGSN GTP-U for data forwarding"),
    (23, "SGW GTP-U for data forwarding"),
    (24, "Sm MBMS GW GTP-C"),
    (25, "Sn MBMS GW GTP-C"),
    (26, "Sm MME GTP-C"),
    (27, "Sn SGSN GTP-C"),
    (28, "SGW GTP-U for UL data forwarding"),
    (29, "Sn SGSN GTP-U"),
    (30, "S2b ePDG GTP-C"),
    (31, "S2b-U ePDG GTP-U"),
    (32, "S2b PGW GTP-C"),
    (33, "S2b-U PGW GTP-U"),
    (34, "S2a TWAN GTP-U"),
    (35, "S2a TWAN GTP-C"),
    (36, "S2a PGW GTP-C"),
    (37, "S2a PGW GTP-U"),
    (38, "S11 MME GTP-U"),
    (39, "S11 SGW GTP-U"),
    (40, "N26 AMF GTP-C"),
];

/// Values up to 5 mean the same in v1 and v2.
const RATS: &[(u8, &str)] = &[
    (1, "UTRAN"),
    (2, "GERAN"),
    (3, "WLAN"),
    (4, "GAN"),
    (5, "HSPA Evolution"),
    (6, "EUTRAN"),
    (7, "Virtual"),
    (8, "EUTRAN-NB-IoT"),
    (9, "LTE-M"),
    (10, "NR"),
    (11, "WB-E-UTRAN(LEO)"),
    (12, "WB-E-UTRAN(MEO)"),
    (13, "WB-E-UTRAN(GEO)"),
    (14, "WB-E-UTRAN(OTHERSAT)"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        for table in [
            v1::MESSAGES,
            v1::CAUSES,
            v1::IES,
            v2::MESSAGES,
            v2::CAUSES,
            v2::IES,
            EXTENSIONS,
            INTERFACES,
            RATS,
        ] {
            assert!(table.is_sorted_by(|a, b| a.0 < b.0));
        }
        assert_eq!(message_name(1, false, 16), Some("Create PDP Context Request"));
        assert_eq!(message_name(2, false, 32), Some("Create Session Request"));
        assert_eq!(message_name(1, false, 24), None);
        assert_eq!(message_name(0, false, 22), Some("Create AA PDP Context Request"));
        assert_eq!(cause_name(1, 128), Some("Request accepted"));
        assert_eq!(cause_name(2, 16), Some("Request accepted"));
    }
}
