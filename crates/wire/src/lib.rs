//! Bytes to typed messages and anomalies: one file or folder per protocol, and nothing else in the project slices bytes.
//!
//! **Panic contract:** nothing in this crate panics, loops without progress or allocates by a number from the wire,
//! whatever the input. A message that breaks its specification is still a message: what is wrong with it is noted in
//! [`Anomalies`] with its place, and reading goes on. [`Truncated`] means that a fixed header was cut short and there
//! is nothing to go on with. Messages borrow from the frame and hold no heap.

pub mod anomaly;
pub mod ber;
pub mod bssap;
pub mod cap;
pub mod cursor;
pub mod diameter;
pub mod dns;
pub mod envelope;
pub mod gtp;
pub mod http2;
pub mod icmp;
pub mod inap;
pub mod ip;
pub mod isup;
pub mod laws;
pub mod link;
pub mod m3ua;
pub mod map;
pub mod mtp3;
pub mod pfcp;
pub mod quic;
pub mod radius;
pub mod ranap;
pub mod s1ap;
pub mod sccp;
pub mod sctp;
pub mod sip;
pub mod smb;
pub mod ssh;
pub mod sua;
pub mod tbcd;
pub mod tcap;
pub mod telnet;
pub mod text;
pub mod tls;
pub mod transport;

pub use anomaly::{Anomalies, Anomaly, Flaw, Span};
pub use cursor::{Cursor, Truncated};
