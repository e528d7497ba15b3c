//! Payload protocol identifiers (IANA): what a sender says that its user data is.

pub const PPID_M2UA: u32 = 2;
pub const PPID_M3UA: u32 = 3;
pub const PPID_SUA: u32 = 4;
pub const PPID_M2PA: u32 = 5;
pub const PPID_S1AP: u32 = 18;
pub const PPID_DIAMETER: u32 = 46;
pub const PPID_DIAMETER_DTLS: u32 = 47;
pub const PPID_NGAP: u32 = 60;

/// The name of an identifier that has one.
pub const fn ppid_name(ppid: u32) -> Option<&'static str> {
    Some(match ppid {
        0 => "unspecified",
        1 => "IUA",
        2 => "M2UA",
        3 => "M3UA",
        4 => "SUA",
        5 => "M2PA",
        6 => "V5UA",
        7 => "H.248",
        8 => "BICC",
        9 => "TALI",
        10 => "DUA",
        11 => "ASAP",
        12 => "ENRP",
        13 => "H.323",
        14 => "Q.IPC",
        15 => "SIMCO",
        16 => "DDP segment",
        17 => "DDP stream",
        18 => "S1AP",
        19 => "RUA",
        20 => "HNBAP",
        21 => "ForCES-HP",
        22 => "ForCES-MP",
        23 => "ForCES-LP",
        24 => "SBc-AP",
        25 => "NBAP",
        27 => "X2AP",
        28 => "IRCP",
        29 => "LCS-AP",
        30 => "MPICH2",
        31 => "SABP",
        42 => "PUA",
        43 => "LPPa",
        44 => "M2AP",
        45 => "M3AP",
        46 => "Diameter",
        47 => "Diameter over DTLS",
        50 => "WebRTC DCEP",
        51 => "WebRTC string",
        53 => "WebRTC binary",
        58 => "XwAP",
        59 => "Xw control plane",
        60 => "NGAP",
        61 => "XnAP",
        62 => "F1AP",
        63 => "HTTP",
        64 => "E1AP",
        66 => "NGAP over DTLS",
        67 => "XnAP over DTLS",
        68 => "F1AP over DTLS",
        69 => "E1AP over DTLS",
        70 => "E2 control plane",
        71 => "E2 user plane",
        _ => return None,
    })
}
