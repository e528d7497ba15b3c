//! The clear opening of SSH: banner, binary packets up to NEWKEYS, and the offers that HASSH is made of.
//!
//! Spec: RFC 4253; HASSH by its specification (MD5 over the offers of one side).

use md5::{Digest, Md5};

use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// What the first octets of one side are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening<'a> {
    Banner(Banner<'a>),
    /// It may become a banner with more octets.
    More,
    /// No SSH.
    No,
}

/// The identification string (§4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Banner<'a> {
    /// Without the line end.
    pub line: &'a [u8],
    /// `2.0`, and `1.99` of a server that also speaks the first version.
    pub version: &'a [u8],
    pub software: &'a [u8],
    pub comments: Option<&'a [u8]>,
    /// Octets up to and with the line end; binary packets begin there.
    pub end: usize,
}

impl Banner<'_> {
    /// The line as text; octets that are no printable ASCII are written as `\xNN`.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(64);
        for octet in self.line.iter().take(MAX_LINE) {
            match octet {
                b' '..=b'~' => text.push(char::from(*octet)),
                _ => text.push_str(&format!("\\x{octet:02x}")),
            }
        }
        text
    }
}

/// §4.2 allows 255; some go beyond.
const MAX_LINE: usize = 512;
/// Lines that a server may send before its banner, as many as are read.
const MAX_LINES: usize = 16;
/// RFC 4253 §6.1 asks for 35000; OpenSSH takes 256 KiB.
const MAX_PACKET: u32 = 256 * 1024;

/// Whether a stream that begins like this is SSH. Strict: a banner at once.
pub fn probe(bytes: &[u8]) -> bool {
    bytes.starts_with(b"SSH-2.0-") || bytes.starts_with(b"SSH-1.")
}

/// Looks for the banner at the start of a stream, behind other lines if need be.
pub fn banner(bytes: &[u8]) -> Opening<'_> {
    let mut cur = Cursor::new(bytes);
    for _ in 0..MAX_LINES {
        let line = cur.rest();
        let ends = line.iter().take(MAX_LINE).position(|octet| *octet == b'\n');
        let Some(len) = ends else {
            let possible = line.len() < MAX_LINE && line.iter().all(|octet| is_text(*octet));
            return if possible { Opening::More } else { Opening::No };
        };
        let Ok(line) = cur.take(len.saturating_add(1)) else { return Opening::More };
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b"SSH-") {
            return parse_banner(line, bytes.len().saturating_sub(cur.len()));
        }
        if !line.iter().all(|octet| is_text(*octet)) {
            return Opening::No;
        }
    }
    Opening::No
}

fn is_text(octet: u8) -> bool {
    !octet.is_ascii_control() || matches!(octet, b'\r' | b'\t')
}

/// `SSH-protoversion-softwareversion SP comments`.
fn parse_banner(line: &[u8], end: usize) -> Opening<'_> {
    let mut parts = line.splitn(3, |octet| *octet == b'-');
    let (Some(_), Some(version), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return Opening::No;
    };
    let mut words = rest.splitn(2, |octet| *octet == b' ');
    let software = words.next().unwrap_or_default();
    Opening::Banner(Banner { line, version, software, comments: words.next(), end })
}

/// What stands at the start of the octets behind the banner or behind another packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing<'a> {
    Packet(Packet<'a>),
    /// The packet has not ended; the cursor did not move.
    More,
    /// No packet can look like this: encrypted, or no SSH.
    Lost,
}

/// A binary packet in the clear (§6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// First octet of the payload: one of the `MSG_` numbers.
    pub message: u8,
    /// Behind it.
    pub payload: Cursor<'a>,
}

pub const MSG_DISCONNECT: u8 = 1;
pub const MSG_KEXINIT: u8 = 20;
/// Everything behind it is encrypted.
pub const MSG_NEWKEYS: u8 = 21;

/// Reads one packet in the clear.
pub fn packet<'a>(cur: &mut Cursor<'a>) -> Framing<'a> {
    let mut ahead = *cur;
    let (Ok(length), Ok(padding)) = (ahead.u32(), ahead.u8()) else { return Framing::More };
    // At least four octets of padding, and one for the number of the message.
    let octets = length.checked_sub(u32::from(padding).saturating_add(1));
    let Some(octets) = octets.filter(|octets| *octets != 0) else { return Framing::Lost };
    if MAX_PACKET < length || padding < 4 {
        return Framing::Lost;
    }
    let Ok(octets) = usize::try_from(octets) else { return Framing::Lost };
    let (mut payload, whole) = ahead.sub(octets);
    let (_, padded) = ahead.sub(usize::from(padding));
    if !whole || !padded {
        return Framing::More;
    }
    let Ok(message) = payload.u8() else { return Framing::Lost };
    *cur = ahead;
    Framing::Packet(Packet { message, payload })
}

/// The offers of one side (§7.1): names separated by commas, as they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KexInit<'a> {
    pub cookie: [u8; 16],
    pub kex_algorithms: &'a [u8],
    pub server_host_key_algorithms: &'a [u8],
    pub encryption_client_to_server: &'a [u8],
    pub encryption_server_to_client: &'a [u8],
    pub mac_client_to_server: &'a [u8],
    pub mac_server_to_client: &'a [u8],
    pub compression_client_to_server: &'a [u8],
    pub compression_server_to_client: &'a [u8],
    pub first_kex_packet_follows: bool,
}

/// Reads the payload of a packet whose message is [`MSG_KEXINIT`].
pub fn kex_init<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<KexInit<'a>, Truncated> {
    let cookie = cur.array()?;
    let mut list = || name_list(notes, cur);
    let kex_algorithms = list()?;
    let server_host_key_algorithms = list()?;
    let encryption_client_to_server = list()?;
    let encryption_server_to_client = list()?;
    let mac_client_to_server = list()?;
    let mac_server_to_client = list()?;
    let compression_client_to_server = list()?;
    let compression_server_to_client = list()?;
    // Languages.
    list()?;
    list()?;
    Ok(KexInit {
        cookie,
        kex_algorithms,
        server_host_key_algorithms,
        encryption_client_to_server,
        encryption_server_to_client,
        mac_client_to_server,
        mac_server_to_client,
        compression_client_to_server,
        compression_server_to_client,
        first_kex_packet_follows: cur.u8()? != 0,
    })
}

/// RFC 4251 §5. One that reaches outside the packet is noted and ends the reading.
fn name_list<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<&'a [u8], Truncated> {
    let at = cur.span_of(4);
    let length = usize::try_from(cur.u32()?).unwrap_or(usize::MAX);
    cur.take(length).inspect_err(|_| {
        notes.note(at, "ssh.name_list_length", Flaw::IllegalValue(u64::from(short(length))));
    })
}

impl KexInit<'_> {
    /// HASSH, when a client offers this: MD5 of key exchange, encryption, MAC and compression, as hexadecimal digits.
    pub fn hassh(&self) -> String {
        digest([
            self.kex_algorithms,
            self.encryption_client_to_server,
            self.mac_client_to_server,
            self.compression_client_to_server,
        ])
    }

    /// HASSHServer, when a server offers this.
    pub fn hassh_server(&self) -> String {
        digest([
            self.kex_algorithms,
            self.encryption_server_to_client,
            self.mac_server_to_client,
            self.compression_server_to_client,
        ])
    }
}

fn digest(lists: [&[u8]; 4]) -> String {
    let mut hash = Md5::new();
    for (nth, list) in lists.into_iter().enumerate() {
        if nth != 0 {
            hash.update(b";");
        }
        hash.update(list);
    }
    hash.finalize().iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests;
