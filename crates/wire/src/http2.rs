//! Frames of HTTP/2, which the service-based interfaces of 5G speak.
//!
//! Spec: RFC 9113 §3.4 (preface) and §4.1 (frames), RFC 7540.

use crate::{Cursor, Truncated};

/// What a client says first.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Octets of a frame's header.
pub const HEADER_LEN: usize = 9;

/// The header of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub length: u32,
    pub frame_type: u8,
    pub flags: u8,
    pub stream: u32,
}

impl Frame {
    /// Name of its type (RFC 9113 §6, RFC 7838, RFC 8336, RFC 9218).
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self.frame_type {
            0 => "DATA",
            1 => "HEADERS",
            2 => "PRIORITY",
            3 => "RST_STREAM",
            4 => "SETTINGS",
            5 => "PUSH_PROMISE",
            6 => "PING",
            7 => "GOAWAY",
            8 => "WINDOW_UPDATE",
            9 => "CONTINUATION",
            10 => "ALTSVC",
            12 => "ORIGIN",
            16 => "PRIORITY_UPDATE",
            _ => return None,
        })
    }

    /// Whether it is one that an implementation may send.
    const fn is_sound(&self) -> bool {
        match self.frame_type {
            4 => self.stream == 0 && self.length.is_multiple_of(6) && self.length <= 1_024,
            6 => self.stream == 0 && self.length == 8,
            8 => self.length == 4,
            3 => self.stream != 0 && self.length == 4,
            2 => self.stream != 0 && self.length == 5,
            _ => false,
        }
    }
}

/// Is this the start of a client's side? The first sixteen octets settle it.
pub fn probe_client(bytes: &[u8]) -> bool {
    let head = bytes.get(..PREFACE.len()).unwrap_or(bytes);
    16 <= head.len() && PREFACE.starts_with(head)
}

/// Is this the start of a server's side? Its first frame must be SETTINGS (RFC 9113 §3.4), and the one behind it, where
/// it is there, sound too.
pub fn probe_server(bytes: &[u8]) -> bool {
    let mut cur = Cursor::new(bytes);
    let Ok(first) = frame(&mut cur) else { return false };
    if first.frame_type != 4 || first.flags > 1 || !first.is_sound() {
        return false;
    }
    // One frame of nothing but zeros and a type is too plain to stand alone.
    match frame(&mut cur) {
        Ok(next) => next.is_sound() || (next.name().is_some() && next.stream != 0),
        Err(_) => first.length >= 6,
    }
}

/// Reads the header of one frame and leaves the cursor behind the frame, or at the end where it goes on in what follows.
pub fn frame(cur: &mut Cursor<'_>) -> Result<Frame, Truncated> {
    let length = cur.u24()?;
    let frame_type = cur.u8()?;
    let flags = cur.u8()?;
    let stream = cur.u32()? & 0x7fff_ffff;
    let _ = cur.sub(length as usize);
    Ok(Frame { length, frame_type, flags, stream })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &[u8] = &[0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100];

    #[test]
    fn both_sides() {
        assert!(
            probe_client(PREFACE) && probe_client(&PREFACE[..16]) && !probe_client(b"PRI * HTTP")
        );
        assert!(probe_server(SETTINGS));
        let with_window = [SETTINGS, &[0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 1, 0, 0]].concat();
        assert!(probe_server(&with_window));
        let mut cur = Cursor::new(&with_window);
        assert_eq!(frame(&mut cur).unwrap().name(), Some("SETTINGS"));
        assert_eq!(frame(&mut cur).unwrap().name(), Some("WINDOW_UPDATE"));
        assert!(cur.is_empty() && frame(&mut cur).is_err());
        assert!(!probe_server(&[0; 9]) && !probe_server(&[0, 0, 0, 4, 0, 0, 0, 0, 0]));
        assert!(!probe_server(&[0, 0, 7, 4, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7]));
        assert!(!probe_server(b"HTTP/1.1 200 OK\r\n"));
    }
}
