//! The opening of TLS: the first records and the ClientHello in them, with what JA4 is made of.
//!
//! Spec: RFC 8446 §4.1.2 and §5.1, RFC 6066 §3 (server name), RFC 7301 (ALPN).

mod ja4;

use smallvec::SmallVec;

use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// What the first octets of one side are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening<'a> {
    ClientHello(ClientHello<'a>),
    /// A ClientHello that goes on in further records, all of which are there: [`joined`] puts it together.
    Split,
    /// TLS records that open with something else: the server's side, or a stream seen from its middle.
    Record {
        content_type: u8,
        version: u16,
    },
    /// It may become a record, or the ClientHello has not ended.
    More,
    /// No TLS.
    No,
}

/// What a client offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientHello<'a> {
    /// The highest version offered: of the supported versions, otherwise of the hello itself.
    pub version: u16,
    /// Two octets each.
    pub cipher_suites: &'a [u8],
    /// Host name that the client asks for, when it is one.
    pub server_name: Option<&'a str>,
    /// First protocol offered.
    pub alpn: Option<&'a [u8]>,
    /// Types of the extensions, in order.
    pub extensions: SmallVec<[u16; 32]>,
    /// Two octets each.
    pub signature_algorithms: &'a [u8],
}

const CONTENT_HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const EXTENSION_SERVER_NAME: u16 = 0;
const EXTENSION_SIGNATURE_ALGORITHMS: u16 = 13;
const EXTENSION_ALPN: u16 = 16;
const EXTENSION_SUPPORTED_VERSIONS: u16 = 43;
/// 2^14 octets and what encryption may add (RFC 8446 §5.2, RFC 5246 §6.2.3).
const MAX_RECORD: u16 = 16_384 + 2_048;
/// Extensions of one hello that are read.
const MAX_EXTENSIONS: usize = 128;

/// Whether a stream that begins like this is TLS: a plausible record header, and a handshake message in it where it is
/// one.
pub fn probe(bytes: &[u8]) -> bool {
    match *bytes {
        [CONTENT_HANDSHAKE, 3, 0..=4, high, low, message, ..] => {
            plausible(high, low) && matches!(message, 0 | 1 | 2 | 4 | 11 | 12 | 13 | 14 | 16 | 20)
        }
        _ => false,
    }
}

fn plausible(high: u8, low: u8) -> bool {
    (1..=MAX_RECORD).contains(&u16::from_be_bytes([high, low]))
}

/// Reads the start of a stream.
pub fn opening<'a>(notes: &mut Anomalies, mut cur: Cursor<'a>) -> Opening<'a> {
    let (content_type, version) = match *cur.rest() {
        [content_type @ 20..=23, 3, minor @ 0..=4, high, low, ..] if plausible(high, low) => {
            (content_type, u16::from_be_bytes([3, minor]))
        }
        [] | [20..=23] | [20..=23, 3] | [20..=23, 3, 0..=4] | [20..=23, 3, 0..=4, _] => {
            return Opening::More;
        }
        _ => return Opening::No,
    };
    if content_type != CONTENT_HANDSHAKE {
        return Opening::Record { content_type, version };
    }
    let Ok([_, _, _, high, low]) = cur.array() else { return Opening::More };
    let (mut record, whole) = cur.sub(usize::from(u16::from_be_bytes([high, low])));
    let start = record;
    let (Ok(message), Ok(length)) = (record.u8(), record.u24()) else { return Opening::More };
    if message != CLIENT_HELLO {
        return Opening::Record { content_type, version };
    }
    let (mut hello, complete) = record.sub(usize::try_from(length).unwrap_or(usize::MAX));
    if !complete {
        let missing = (length as usize).saturating_sub(hello.len());
        return match joined_len(&cur, missing) {
            _ if !whole => Opening::More,
            Joined::More => Opening::More,
            Joined::Whole => Opening::Split,
            Joined::Broken => Opening::Record { content_type, version },
        };
    }
    match client_hello(notes, &mut hello) {
        Ok(hello) => Opening::ClientHello(hello),
        Err(truncated) => {
            let flaw = Flaw::Truncated { missing: truncated.missing };
            notes.note(start.span_of(4), "tls.handshake.length", flaw);
            Opening::Record { content_type, version }
        }
    }
}

/// The ClientHello of a stream that begins with [`Opening::Split`]: its records without their headers.
pub fn joined(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut cur = Cursor::new(bytes);
    let mut message = Vec::new();
    let mut wanted = 4usize;
    while message.len() < wanted {
        let mut record = handshake_record(&mut cur)?;
        message.extend_from_slice(record.take_rest());
        if let [_, length @ .., _] = message.first_chunk::<5>()?
            && wanted == 4
        {
            let [a, b, c] = *length;
            wanted = (u32::from_be_bytes([0, a, b, c]) as usize).saturating_add(4);
        }
    }
    message.truncate(wanted);
    Some(message)
}

/// Reads a ClientHello without the headers of records, as [`joined`] gives it.
pub fn hello<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Option<ClientHello<'a>> {
    if cur.u8().ok()? != CLIENT_HELLO {
        return None;
    }
    let length = cur.u24().ok()?;
    let (mut hello, whole) = cur.sub(length as usize);
    if whole { client_hello(notes, &mut hello).ok() } else { None }
}

enum Joined {
    Whole,
    More,
    Broken,
}

/// Whether the records behind the first, which is whole, have the rest of its message.
fn joined_len(behind: &Cursor<'_>, mut missing: usize) -> Joined {
    let mut cur = *behind;
    while missing != 0 {
        let before = cur;
        match handshake_record(&mut cur) {
            Some(record) => missing = missing.saturating_sub(record.len()),
            None if before.len() < 5 || plausible_handshake(before.rest()) => return Joined::More,
            None => return Joined::Broken,
        }
    }
    Joined::Whole
}

/// What a record of the handshake carries; `None` when it is another, or not all there.
fn handshake_record<'a>(cur: &mut Cursor<'a>) -> Option<Cursor<'a>> {
    if !plausible_handshake(cur.rest()) {
        return None;
    }
    cur.skip(3).ok()?;
    let length = cur.u16().ok()?;
    let (record, whole) = cur.sub(usize::from(length));
    whole.then_some(record)
}

fn plausible_handshake(bytes: &[u8]) -> bool {
    matches!(*bytes, [CONTENT_HANDSHAKE, 3, 0..=4, high, low, ..] if plausible(high, low))
}

fn client_hello<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
) -> Result<ClientHello<'a>, Truncated> {
    let mut version = cur.u16()?;
    cur.skip(32)?;
    let session_id = cur.u8()?;
    cur.skip(usize::from(session_id))?;
    let cipher_suites = cur.u16()?;
    let cipher_suites = cur.take(usize::from(cipher_suites))?;
    let compressions = cur.u8()?;
    cur.skip(usize::from(compressions))?;
    let (mut server_name, mut alpn) = (None, None);
    let mut kinds = SmallVec::new();
    let mut signature_algorithms = [].as_slice();
    if !cur.is_empty() {
        let length = cur.u16()?;
        let at = cur.offset();
        let mut extensions = Cursor::at(cur.take(usize::from(length))?, at);
        for _ in 0..MAX_EXTENSIONS {
            if extensions.is_empty() {
                break;
            }
            let kind = extensions.u16()?;
            let length = usize::from(extensions.u16()?);
            let at = extensions.span_of(length);
            let (mut value, whole) = extensions.sub(length);
            if !whole {
                let missing = short(length.saturating_sub(value.len()));
                notes.note(at, "tls.handshake.extension.len", Flaw::Truncated { missing });
            }
            kinds.push(kind);
            match kind {
                EXTENSION_SIGNATURE_ALGORITHMS => {
                    signature_algorithms = value
                        .u16()
                        .ok()
                        .and_then(|length| value.take(usize::from(length)).ok())
                        .unwrap_or_default();
                }
                EXTENSION_SERVER_NAME => server_name = read_server_name(notes, &mut value),
                EXTENSION_ALPN => {
                    alpn = value
                        .skip(2)
                        .and_then(|()| value.u8())
                        .ok()
                        .and_then(|length| value.take(usize::from(length)).ok());
                }
                EXTENSION_SUPPORTED_VERSIONS => {
                    let offered = value.rest().get(1..).unwrap_or_default().as_chunks::<2>().0;
                    let highest = offered.iter().map(|pair| u16::from_be_bytes(*pair));
                    // GREASE (RFC 8701) offers versions that do not exist.
                    version = highest.filter(|v| v >> 8 == 3).max().unwrap_or(version);
                }
                _ => {}
            }
        }
    }
    Ok(ClientHello {
        version,
        cipher_suites,
        server_name,
        alpn,
        extensions: kinds,
        signature_algorithms,
    })
}

/// RFC 6066 §3: a list of names of which only the host name has a meaning. One that is no host name is noted.
fn read_server_name<'a>(notes: &mut Anomalies, value: &mut Cursor<'a>) -> Option<&'a str> {
    value.skip(2).ok()?;
    if value.u8().ok()? != 0 {
        return None;
    }
    let length = value.u16().ok()?;
    let at = value.span_of(usize::from(length));
    let name = value.take(usize::from(length)).ok()?;
    let name = std::str::from_utf8(name).ok().filter(|name| {
        !name.is_empty() && name.len() <= 253 && name.bytes().all(|octet| octet.is_ascii_graphic())
    });
    if name.is_none() {
        notes.note(
            at,
            "tls.handshake.extensions_server_name",
            Flaw::IllegalValue(u64::from(length)),
        );
    }
    name
}

#[cfg(test)]
mod tests;
