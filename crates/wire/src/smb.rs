//! The start of SMB messages of all versions, behind the header of a NetBIOS session.
//!
//! Specs: RFC 1002 §4.3.1 (session service), [MS-CIFS] §2.2.3.1, [MS-SMB2] §2.2.1 and §2.2.41.

use crate::{Cursor, Truncated};

/// Which generation a message is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    Smb1,
    /// SMB 2 and 3.
    Smb2,
    /// SMB 3, encrypted: nothing more can be read.
    Encrypted,
    /// SMB 3, compressed.
    Compressed,
}

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    pub version: Version,
    /// What is asked for, where it can be read.
    pub command: Option<u16>,
    pub response: bool,
}

/// Octets of the NetBIOS header and of the protocol's name.
const HEAD: usize = 8;

/// Is this the start of a side that speaks SMB? A session message with a sound length around one of the four names; or a
/// request for a session, which old clients send first.
pub fn probe(bytes: &[u8]) -> bool {
    match bytes {
        [0, high, _, _, 0xfc..=0xff, b'S', b'M', b'B', ..] => *high <= 1,
        // Session request: two names of 32 letters each (RFC 1002 §4.3.2).
        [0x81, 0, 0, 68, 32, rest @ ..] => {
            rest.len() >= 32 && rest.iter().take(32).all(|octet| (b'A'..=b'P').contains(octet))
        }
        _ => false,
    }
}

/// Reads the start of one message behind its NetBIOS header.
pub fn message(cur: &mut Cursor<'_>) -> Result<Message, Truncated> {
    let start = cur.offset();
    cur.skip(HEAD.saturating_sub(4))?;
    let name: [u8; 4] = cur.array()?;
    match name {
        [0xff, b'S', b'M', b'B'] => {
            let command = cur.u8()?;
            cur.skip(4)?;
            let flags = cur.u8()?;
            let (command, response) = (Some(u16::from(command)), flags & 0x80 != 0);
            Ok(Message { version: Version::Smb1, command, response })
        }
        [0xfe, b'S', b'M', b'B'] => {
            cur.skip(8)?;
            let command = cur.u16_le()?;
            cur.skip(2)?;
            let response = cur.u32_le()? & 1 != 0;
            Ok(Message { version: Version::Smb2, command: Some(command), response })
        }
        [0xfd, b'S', b'M', b'B'] => {
            Ok(Message { version: Version::Encrypted, command: None, response: false })
        }
        [0xfc, b'S', b'M', b'B'] => {
            Ok(Message { version: Version::Compressed, command: None, response: false })
        }
        _ => Err(Truncated { at: start, missing: 0 }),
    }
}

/// Name of a command of SMB 2 and 3 ([MS-SMB2] §2.2.1.2).
pub const fn command_name(command: u16) -> Option<&'static str> {
    Some(match command {
        0 => "NEGOTIATE",
        1 => "SESSION_SETUP",
        2 => "LOGOFF",
        3 => "TREE_CONNECT",
        4 => "TREE_DISCONNECT",
        5 => "CREATE",
        6 => "CLOSE",
        7 => "FLUSH",
        8 => "READ",
        9 => "WRITE",
        10 => "LOCK",
        11 => "IOCTL",
        12 => "CANCEL",
        13 => "ECHO",
        14 => "QUERY_DIRECTORY",
        15 => "CHANGE_NOTIFY",
        16 => "QUERY_INFO",
        17 => "SET_INFO",
        18 => "OPLOCK_BREAK",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_generations() {
        let read = |bytes: &[u8]| message(&mut Cursor::new(bytes)).ok();
        let old = b"\0\0\0\x2f\xffSMB\x72\0\0\0\0\x18";
        assert!(probe(old));
        let old = read(old).unwrap();
        assert_eq!((old.version, old.command, old.response), (Version::Smb1, Some(0x72), false));
        let new = b"\0\0\0\x40\xfeSMB\x40\0\0\0\0\0\0\0\x01\0\0\0\x01\0\0\0";
        assert!(probe(new));
        let new = read(new).unwrap();
        assert_eq!((new.version, new.command, new.response), (Version::Smb2, Some(1), true));
        assert_eq!(command_name(1), Some("SESSION_SETUP"));
        assert_eq!(read(b"\0\0\0\x40\xfdSMB").unwrap().version, Version::Encrypted);
        assert!(probe(&[&[0x81, 0, 0, 68, 32][..], &[b'C'; 63]].concat()));
        assert!(!probe(b"\0\0\0\x40SMB") && !probe(b"\0\x7f\0\x40\xfeSMB"));
        assert_eq!(read(b"\0\0\0\x40nope"), None);
    }
}
