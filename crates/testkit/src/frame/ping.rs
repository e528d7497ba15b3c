//! Echo data as well-known programs fill it.

use crate::bytes::Put;

/// iputils on Linux: 16 octets of `timeval`, then octets counting up from 0x10; 56 octets by default.
pub fn linux(at_us: i64) -> Vec<u8> {
    let mut out = Vec::new();
    out.raw(&(at_us / 1_000_000).to_le_bytes()).raw(&(at_us % 1_000_000).to_le_bytes());
    for value in 0x10..0x38 {
        out.u8(value);
    }
    out
}

/// BSD and macOS: 8 octets of time, then octets counting up from 8.
pub fn bsd(at_us: i64) -> Vec<u8> {
    let mut out = Vec::new();
    out.u32((at_us / 1_000_000) as u32).u32((at_us % 1_000_000) as u32);
    for value in 8..56 {
        out.u8(value);
    }
    out
}

/// Windows: the alphabet to `w`, over and over; 32 octets.
pub fn windows() -> Vec<u8> {
    (b'a'..=b'w').cycle().take(32).collect()
}

/// Cisco IOS: 0xabcd repeated after a counter; 72 octets.
pub fn cisco(sequence: u32) -> Vec<u8> {
    let mut out = Vec::new();
    out.u32(0).u32(sequence);
    for _ in 0..32 {
        out.u16(0xabcd);
    }
    out
}

/// fping: a time stamp and zeros.
pub fn fping(at_us: i64) -> Vec<u8> {
    let mut out = Vec::new();
    out.raw(&(at_us / 1_000_000).to_le_bytes()).raw(&(at_us % 1_000_000).to_le_bytes()).zeros(40);
    out
}

/// Nothing but zeros.
pub fn zeros(len: usize) -> Vec<u8> {
    vec![0; len]
}

/// Monitoring that says in text who pings whom.
pub fn monitor_text(from: std::net::IpAddr, to: std::net::IpAddr) -> Vec<u8> {
    format!("netmon probe from {from} to {to} seq=1;").into_bytes()
}
