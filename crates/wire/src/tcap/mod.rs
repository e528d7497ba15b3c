//! TCAP: transactions, and the operations that they carry.
//!
//! Spec: ITU-T Q.773 (06/1997). `§` below means a section of it. Every component is read, not the first alone, and
//! encodings that only serve to slip past a filter are noted and read all the same.

use smallvec::SmallVec;

pub use crate::ber::Oid;
use crate::{Anomalies, Cursor, Truncated};

/// More components than this in one message are only counted.
pub const MAX_COMPONENTS: usize = 16;

/// One message (§3.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Message<'a> {
    pub kind: Kind,
    /// Transaction identities as read, whatever their length.
    pub otid: Option<&'a [u8]>,
    pub dtid: Option<&'a [u8]>,
    /// P-Abort cause: the provider and not the user ended it.
    pub abort_cause: Option<u8>,
    pub dialogue: Option<Dialogue<'a>>,
    pub components: SmallVec<[Component<'a>; 4]>,
    /// Some length of the transaction or component portion was in the indefinite form.
    pub indefinite: bool,
}

/// The message type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Unidirectional,
    Begin,
    End,
    Continue,
    Abort,
    /// ANSI T1.114, recognised by its tag and not read.
    Ansi(u8),
}

impl Kind {
    /// `begin`, `continue`, `end`, `abort`, `unidirectional`, `ansi`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unidirectional => "unidirectional",
            Self::Begin => "begin",
            Self::End => "end",
            Self::Continue => "continue",
            Self::Abort => "abort",
            Self::Ansi(_) => "ansi",
        }
    }
}

/// The dialogue portion (§3.3, Q.773 §4.2.3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dialogue<'a> {
    pub pdu: DialoguePdu,
    pub application_context: Option<Oid<'a>>,
    /// AARE: 0 accepted, 1 rejected permanently.
    pub result: Option<i64>,
    /// AARE: why, as the dialogue service's user or provider says it.
    pub diagnostic: Option<i64>,
    /// ABRT: 0 the user, 1 the provider.
    pub abort_source: Option<i64>,
    /// User information (MAP-DialoguePDU and the like), the element's content.
    pub user_information: Option<Cursor<'a>>,
}

/// Which dialogue message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DialoguePdu {
    /// AARQ, and AUDT of a unidirectional dialogue, which has the same tag.
    Request,
    /// AARE.
    Response,
    /// ABRT.
    Abort,
    Unknown,
}

/// One component (§3.2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component<'a> {
    pub kind: ComponentKind,
    pub invoke_id: Option<i64>,
    pub linked_id: Option<i64>,
    /// Of invokes and, where they carry one, of results.
    pub opcode: Option<Code<'a>>,
    /// Of returnError.
    pub error: Option<Code<'a>>,
    /// Of reject.
    pub problem: Option<Problem>,
    /// The parameter with its tag, and whatever stands behind it; empty when there is none.
    pub parameter: Cursor<'a>,
}

/// The component type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComponentKind {
    Invoke,
    ReturnResultLast,
    ReturnError,
    Reject,
    ReturnResultNotLast,
    /// A tag that no component has.
    Unknown,
}

impl ComponentKind {
    /// `invoke`, `returnResultLast`…
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invoke => "invoke",
            Self::ReturnResultLast => "returnResultLast",
            Self::ReturnError => "returnError",
            Self::Reject => "reject",
            Self::ReturnResultNotLast => "returnResultNotLast",
            Self::Unknown => "unknown",
        }
    }
}

/// An operation or error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code<'a> {
    Local(i64),
    Global(Oid<'a>),
}

impl Code<'_> {
    pub const fn local(self) -> Option<i64> {
        match self {
            Self::Local(code) => Some(code),
            Self::Global(_) => None,
        }
    }
}

/// Why a component was rejected (§3.2.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// 0 general, 1 invoke, 2 returnResult, 3 returnError.
    pub kind: u8,
    pub code: i64,
}

impl Problem {
    /// `unrecognizedOperation`, `mistypedParameter`…
    pub const fn name(self) -> Option<&'static str> {
        None
    }
}

/// `unrecognizedTransactionID`…
pub const fn abort_cause_name(_cause: u8) -> Option<&'static str> {
    None
}

/// Is this plausibly TCAP, ITU or ANSI?
pub fn probe(_bytes: &[u8]) -> bool {
    false
}

/// Reads one message. Fails only when there is no message type.
pub fn dissect<'a>(_notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    cur.u8()?;
    Ok(Message {
        kind: Kind::Begin,
        otid: None,
        dtid: None,
        abort_cause: None,
        dialogue: None,
        components: SmallVec::new(),
        indefinite: false,
    })
}
