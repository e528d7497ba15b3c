//! The negotiation that Telnet begins with.
//!
//! Spec: RFC 854 (commands), RFC 855 (options); option numbers by IANA.

use crate::Cursor;

const IAC: u8 = 255;
const SE: u8 = 240;
const SB: u8 = 250;

/// Is this the start of a side that speaks Telnet? It must begin with commands, one of which negotiates an option that
/// exists, and what follows them must be more commands or text.
pub fn probe(bytes: &[u8]) -> bool {
    let mut cur = Cursor::new(bytes);
    let mut options = 0u8;
    while let [IAC, ..] = cur.rest() {
        match command(&mut cur) {
            Some(Some(_)) => options = options.saturating_add(1),
            Some(None) => {}
            // Cut off by the end of what is there so far.
            None => return options != 0 && cur.is_empty(),
        }
    }
    options != 0 && cur.peek().is_none_or(|octet| octet < 0x80)
}

/// Options that this side speaks of, in order, as far as they stand at the start.
pub fn options(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let mut cur = Cursor::new(bytes);
    std::iter::from_fn(move || {
        loop {
            if cur.peek() != Some(IAC) {
                return None;
            }
            if let Some(option) = command(&mut cur)? {
                return Some(option);
            }
        }
    })
}

/// One command: the option it is about, if it is about one. `None` when it is no command, or not all there, and then
/// nothing is left only in the second case.
fn command(cur: &mut Cursor<'_>) -> Option<Option<u8>> {
    cur.skip(1).ok()?;
    match cur.u8().ok()? {
        // WILL, WONT, DO, DONT.
        251..=254 => {
            let option = cur.u8().ok()?;
            is_option(option).then_some(Some(option))
        }
        SB => {
            let option = cur.u8().ok()?;
            if !is_option(option) {
                return None;
            }
            let mut rest = cur.rest().windows(2);
            let Some(end) = rest.position(|pair| pair == [IAC, SE]) else {
                cur.take_rest();
                return None;
            };
            cur.skip(end.saturating_add(2)).ok()?;
            Some(Some(option))
        }
        241..=249 => Some(None),
        _ => None,
    }
}

const fn is_option(option: u8) -> bool {
    matches!(option, 0..=49 | 138..=140 | 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiation_and_what_only_looks_so() {
        let server = b"\xff\xfd\x18\xff\xfd\x20\xff\xfb\x03login: ";
        assert!(probe(server));
        assert_eq!(options(server).collect::<Vec<_>>(), [24, 32, 3]);
        assert!(probe(b"\xff\xfa\x18\x00xterm\xff\xf0\xff\xfc\x01"));
        assert!(probe(b"\xff\xfb\x01\xff\xfb"));
        for other in [
            &[0xff; 19][..],
            b"\xff\xd8\xff\xe0",
            b"\xff\xfb",
            b"\xff\xfb\x90x",
            b"\xff\xfb\x01\x80\x81",
            b"hello",
        ] {
            assert!(!probe(other), "{other:?}");
        }
    }
}
