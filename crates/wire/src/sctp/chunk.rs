//! Chunks and what is in them (RFC 9260 §3.3).

use super::{Causes, Parameters};
use crate::{Anomalies, Cursor, Flaw, Span, Truncated};

/// What a chunk is for. Any octet is a type; some have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChunkType(pub u8);

impl ChunkType {
    pub const DATA: Self = Self(0);
    pub const INIT: Self = Self(1);
    pub const INIT_ACK: Self = Self(2);
    pub const SACK: Self = Self(3);
    pub const HEARTBEAT: Self = Self(4);
    pub const HEARTBEAT_ACK: Self = Self(5);
    pub const ABORT: Self = Self(6);
    pub const SHUTDOWN: Self = Self(7);
    pub const SHUTDOWN_ACK: Self = Self(8);
    pub const ERROR: Self = Self(9);
    pub const COOKIE_ECHO: Self = Self(10);
    pub const COOKIE_ACK: Self = Self(11);
    pub const ECNE: Self = Self(12);
    pub const CWR: Self = Self(13);
    pub const SHUTDOWN_COMPLETE: Self = Self(14);
    pub const AUTH: Self = Self(15);
    pub const I_DATA: Self = Self(64);
    pub const ASCONF_ACK: Self = Self(128);
    pub const RE_CONFIG: Self = Self(130);
    pub const PAD: Self = Self(132);
    pub const FORWARD_TSN: Self = Self(192);
    pub const ASCONF: Self = Self(193);
    pub const I_FORWARD_TSN: Self = Self(194);

    /// The name in the registry (IANA).
    pub const fn name(self) -> &'static str {
        match self {
            Self::DATA => "DATA",
            Self::INIT => "INIT",
            Self::INIT_ACK => "INIT ACK",
            Self::SACK => "SACK",
            Self::HEARTBEAT => "HEARTBEAT",
            Self::HEARTBEAT_ACK => "HEARTBEAT ACK",
            Self::ABORT => "ABORT",
            Self::SHUTDOWN => "SHUTDOWN",
            Self::SHUTDOWN_ACK => "SHUTDOWN ACK",
            Self::ERROR => "ERROR",
            Self::COOKIE_ECHO => "COOKIE ECHO",
            Self::COOKIE_ACK => "COOKIE ACK",
            Self::ECNE => "ECNE",
            Self::CWR => "CWR",
            Self::SHUTDOWN_COMPLETE => "SHUTDOWN COMPLETE",
            Self::AUTH => "AUTH",
            Self::I_DATA => "I-DATA",
            Self::ASCONF_ACK => "ASCONF-ACK",
            Self::RE_CONFIG => "RE-CONFIG",
            Self::PAD => "PAD",
            Self::FORWARD_TSN => "FORWARD-TSN",
            Self::ASCONF => "ASCONF",
            Self::I_FORWARD_TSN => "I-FORWARD-TSN",
            _ => "unknown",
        }
    }
}

/// One chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    pub kind: ChunkType,
    pub flags: u8,
    /// Header and value.
    pub at: Span,
    /// Behind type, flags and length.
    pub value: Cursor<'a>,
    /// All of the value is here.
    pub whole: bool,
}

/// A chunk read by its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// DATA or I-DATA.
    Data(Data<'a>),
    Init(Init<'a>),
    InitAck(Init<'a>),
    Sack(Sack),
    Abort(Causes<'a>),
    Error(Causes<'a>),
    /// Everything up to this TSN has arrived.
    Shutdown {
        cumulative_tsn_ack: u32,
    },
    /// Everything up to this TSN is given up: FORWARD-TSN, I-FORWARD-TSN.
    ForwardTsn {
        new_cumulative_tsn: u32,
    },
    /// The address that the parameters of ASCONF are about comes first among them.
    Asconf {
        serial: u32,
        parameters: Parameters<'a>,
    },
    AsconfAck {
        serial: u32,
        parameters: Parameters<'a>,
    },
    /// Streams begin anew or become more (RFC 6525 §3.1).
    ReConfig(Parameters<'a>),
    /// RFC 4895 §4.1.
    Auth {
        shared_key_id: u16,
        hmac_id: u16,
    },
    /// HEARTBEAT: the sender's own information comes back.
    Heartbeat(Parameters<'a>),
    HeartbeatAck(Parameters<'a>),
    /// Cookies, acknowledgements without content, padding, and types that nobody here asks about.
    Other,
}

/// User data: a message or a piece of one (§3.3.1, RFC 8260 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Data<'a> {
    pub tsn: u32,
    pub stream: u16,
    /// Stream sequence number; of I-DATA the message identifier.
    pub ssn: u32,
    /// Payload protocol identifier. I-DATA carries it in the first piece only and is zero after.
    pub ppid: u32,
    /// Of I-DATA, the place of the piece in its message; zero in the first.
    pub fsn: u32,
    pub unordered: bool,
    /// First piece.
    pub beginning: bool,
    /// Last piece.
    pub ending: bool,
    /// The sender asks for an acknowledgement at once.
    pub immediate: bool,
    pub interleaved: bool,
    pub payload: Cursor<'a>,
}

impl Data<'_> {
    /// The whole message is in this chunk.
    pub const fn is_complete(&self) -> bool {
        self.beginning && self.ending
    }
}

/// INIT and INIT ACK (§3.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Init<'a> {
    pub initiate_tag: u32,
    pub a_rwnd: u32,
    pub outbound_streams: u16,
    pub inbound_streams: u16,
    pub initial_tsn: u32,
    pub parameters: Parameters<'a>,
}

/// What has arrived (§3.3.4); the blocks behind the gap are not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sack {
    pub cumulative_tsn_ack: u32,
    pub a_rwnd: u32,
    pub gap_blocks: u16,
    pub duplicates: u16,
}

impl<'a> Chunk<'a> {
    /// Reads the value by the type. A value too short for its fixed part is noted and `Other`.
    pub fn body(&self, notes: &mut Anomalies) -> Body<'a> {
        let mut cur = self.value;
        match self.read(notes, &mut cur) {
            Ok(body) => body,
            Err(truncated) => {
                notes.note(self.at, "sctp.chunk", Flaw::Truncated { missing: truncated.missing });
                Body::Other
            }
        }
    }

    fn read(&self, notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Body<'a>, Truncated> {
        Ok(match self.kind {
            ChunkType::DATA | ChunkType::I_DATA => Body::Data(self.data(notes, cur)?),
            ChunkType::INIT => Body::Init(self.init(notes, cur)?),
            ChunkType::INIT_ACK => Body::InitAck(self.init(notes, cur)?),
            ChunkType::SACK => Body::Sack(Sack {
                cumulative_tsn_ack: cur.u32()?,
                a_rwnd: cur.u32()?,
                gap_blocks: cur.u16()?,
                duplicates: cur.u16()?,
            }),
            ChunkType::ABORT => Body::Abort(Causes::new(*cur)),
            ChunkType::ERROR => Body::Error(Causes::new(*cur)),
            ChunkType::SHUTDOWN => Body::Shutdown { cumulative_tsn_ack: cur.u32()? },
            ChunkType::FORWARD_TSN | ChunkType::I_FORWARD_TSN => {
                Body::ForwardTsn { new_cumulative_tsn: cur.u32()? }
            }
            ChunkType::ASCONF => {
                Body::Asconf { serial: cur.u32()?, parameters: Parameters::new(*cur) }
            }
            ChunkType::ASCONF_ACK => {
                Body::AsconfAck { serial: cur.u32()?, parameters: Parameters::new(*cur) }
            }
            ChunkType::RE_CONFIG => Body::ReConfig(Parameters::new(*cur)),
            ChunkType::AUTH => Body::Auth { shared_key_id: cur.u16()?, hmac_id: cur.u16()? },
            ChunkType::HEARTBEAT => Body::Heartbeat(Parameters::new(*cur)),
            ChunkType::HEARTBEAT_ACK => Body::HeartbeatAck(Parameters::new(*cur)),
            _ => Body::Other,
        })
    }

    fn data(&self, notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Data<'a>, Truncated> {
        let interleaved = self.kind == ChunkType::I_DATA;
        let (unordered, beginning) = (self.flags & 4 != 0, self.flags & 2 != 0);
        let tsn = cur.u32()?;
        let stream = cur.u16()?;
        let (mut ssn, mut fsn) = (u32::from(cur.u16()?), 0);
        if interleaved {
            ssn = cur.u32()?;
        }
        let mut ppid = cur.u32()?;
        if interleaved && !beginning {
            (ppid, fsn) = (0, ppid);
        }
        if cur.is_empty() && self.whole {
            // §6.2: a chunk without user data is answered with an ABORT.
            notes.note(self.at, "sctp.data_payload", Flaw::Missing);
        }
        Ok(Data {
            tsn,
            stream,
            ssn,
            ppid,
            fsn,
            unordered,
            beginning,
            ending: self.flags & 1 != 0,
            immediate: self.flags & 8 != 0,
            interleaved,
            payload: *cur,
        })
    }

    fn init(&self, notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Init<'a>, Truncated> {
        let init = Init {
            initiate_tag: cur.u32()?,
            a_rwnd: cur.u32()?,
            outbound_streams: cur.u16()?,
            inbound_streams: cur.u16()?,
            initial_tsn: cur.u32()?,
            parameters: Parameters::new(*cur),
        };
        // §3.3.2: a receiver discards these or answers with ABORT.
        if init.initiate_tag == 0 {
            notes.note(self.at, "sctp.init_initiate_tag", Flaw::IllegalValue(0));
        }
        if init.outbound_streams == 0 || init.inbound_streams == 0 {
            notes.note(self.at, "sctp.init_nr_streams", Flaw::IllegalValue(0));
        }
        Ok(init)
    }
}
