//! The first line of a SIP message.
//!
//! Spec: RFC 3261 §7 and §25.1; methods of RFC 3262, 3265, 3311, 3428, 3515, 3903 and 6086.

use crate::text::Text;

/// What the first line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartLine<'a> {
    Request { method: &'static str, uri: Text<'a> },
    Status { code: u16 },
}

const METHODS: &[&str] = &[
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "OPTIONS",
    "REGISTER",
    "PRACK",
    "SUBSCRIBE",
    "NOTIFY",
    "UPDATE",
    "MESSAGE",
    "REFER",
    "PUBLISH",
    "INFO",
];

const VERSION: &[u8] = b"SIP/2.0";
/// Longer first lines are not looked for an end.
const MAX_LINE: usize = 2_048;

/// Is this a SIP message? Its whole first line must be there.
pub fn probe(bytes: &[u8]) -> bool {
    start_line(bytes).is_some()
}

/// The first line of a message.
pub fn start_line(bytes: &[u8]) -> Option<StartLine<'_>> {
    if !bytes.first()?.is_ascii_uppercase() {
        return None;
    }
    let window = bytes.get(..MAX_LINE).unwrap_or(bytes);
    if let Some(rest) = window.strip_prefix(b"SIP/2.0 ") {
        let [a @ b'1'..=b'6', b @ b'0'..=b'9', c @ b'0'..=b'9', b' ' | b'\r', ..] = rest else {
            return None;
        };
        let digit = |octet: &u8| u16::from(octet & 15);
        let code = digit(a).saturating_mul(100);
        let code = code.saturating_add(digit(b).saturating_mul(10)).saturating_add(digit(c));
        return Some(StartLine::Status { code });
    }
    let method = METHODS.iter().find(|method| {
        window.strip_prefix(method.as_bytes()).is_some_and(|rest| rest.first() == Some(&b' '))
    })?;
    let rest = window.get(method.len().saturating_add(1)..)?;
    let end = rest.iter().position(|octet| *octet == b'\n')?;
    let line = rest.get(..end)?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let uri = line.strip_suffix(VERSION)?.strip_suffix(b" ")?;
    let sound = !uri.is_empty() && uri.contains(&b':') && !uri.contains(&b' ');
    sound.then_some(StartLine::Request { method, uri: Text(uri) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_lines() {
        let line = start_line(b"INVITE sip:+99901@ims.example SIP/2.0\r\nVia: x\r\n");
        let uri = Text(b"sip:+99901@ims.example");
        assert_eq!(line, Some(StartLine::Request { method: "INVITE", uri }));
        assert_eq!(start_line(b"SIP/2.0 404 Not Found\r\n"), Some(StartLine::Status { code: 404 }));
        let message = b"REGISTER sip:ims.example SIP/2.0\r\n\r\n";
        for len in 0..message.len() - 2 {
            assert_eq!(probe(&message[..len]), len > 33, "{len}");
        }
        for other in [
            &b"OPTIONS * RTSP/1.0\r\n"[..],
            b"GET / HTTP/1.1\r\n",
            b"INVITED sip:a SIP/2.0\r\n",
            b"INVITE  SIP/2.0\r\n",
            b"SIP/2.0 9x9 \r\n",
            b"MESSAGE sip:a HTTP/1.1\r\n",
            b"",
        ] {
            assert_eq!(start_line(other), None);
        }
    }
}
