//! ssh: examples of the specification, every prefix of them, and octets at random.

#![expect(clippy::cast_possible_truncation, reason = "lengths of messages made here")]

use super::*;

#[test]
fn a_banner_at_once_or_behind_other_lines() {
    let at_once = b"SSH-2.0-OpenSSH_8.2p1 Ubuntu-4ubuntu0.3\r\n\0\0";
    let Opening::Banner(banner) = banner(at_once) else { panic!() };
    assert_eq!((banner.version, banner.software), (&b"2.0"[..], &b"OpenSSH_8.2p1"[..]));
    assert_eq!((banner.comments, banner.end), (Some(&b"Ubuntu-4ubuntu0.3"[..]), 41));
    assert_eq!(banner.text(), "SSH-2.0-OpenSSH_8.2p1 Ubuntu-4ubuntu0.3");

    let behind = b"Authorised users only.\r\n\r\nSSH-2.0-dropbear\n";
    let Opening::Banner(banner) = super::banner(behind) else { panic!() };
    assert_eq!((banner.software, banner.comments, banner.end), (&b"dropbear"[..], None, 43));
    assert!(probe(at_once) && !probe(behind));
}

#[test]
fn what_is_no_banner() {
    assert_eq!(banner(b""), Opening::More);
    assert_eq!(banner(b"SSH-2.0-Open"), Opening::More);
    assert_eq!(banner(b"SSH-nonsense\r\n"), Opening::No);
    assert_eq!(banner(b"\x16\x03\x01\x00\xc8"), Opening::No);
    assert_eq!(banner(&b"hello\r\n".repeat(40)), Opening::No);
    assert_eq!(banner(&b"A".repeat(4000)), Opening::No);
    let hidden = b"SSH-2.0-a\x1b[2J\n";
    let Opening::Banner(banner) = banner(hidden) else { panic!() };
    assert_eq!(banner.text(), "SSH-2.0-a\\x1b[2J");
}

/// A KEXINIT with the padding that completes a multiple of eight octets.
fn kexinit(lists: [&str; 10]) -> Vec<u8> {
    let mut payload = vec![MSG_KEXINIT];
    payload.extend_from_slice(&[7; 16]);
    for list in lists {
        payload.extend_from_slice(&(list.len() as u32).to_be_bytes());
        payload.extend_from_slice(list.as_bytes());
    }
    payload.extend_from_slice(&[0; 5]);
    framed(&payload)
}

fn framed(payload: &[u8]) -> Vec<u8> {
    let padding = 4 + (8 - (payload.len() + 5 + 4) % 8) % 8;
    let mut bytes = ((payload.len() + padding + 1) as u32).to_be_bytes().to_vec();
    bytes.push(padding as u8);
    bytes.extend_from_slice(payload);
    bytes.resize(bytes.len() + padding, 0);
    bytes
}

#[test]
fn packets_until_the_keys_are_new() {
    let bytes = [
        kexinit(["kex", "host", "enc-c", "enc-s", "mac-c", "mac-s", "none", "zlib", "", ""]),
        framed(&[MSG_NEWKEYS]),
    ]
    .concat();
    let mut cur = Cursor::new(&bytes);
    let Framing::Packet(mut packet) = packet(&mut cur) else { panic!() };
    assert_eq!(packet.message, MSG_KEXINIT);
    let mut notes = Anomalies::new();
    let kex = kex_init(&mut notes, &mut packet.payload).unwrap();
    assert_eq!((kex.cookie, kex.kex_algorithms), ([7; 16], &b"kex"[..]));
    assert_eq!(kex.compression_server_to_client, b"zlib");
    // md5sum of "kex;enc-c;mac-c;none" and of "kex;enc-s;mac-s;zlib".
    assert_eq!(kex.hassh(), "2e188b84467466031b90acab11deb384");
    assert_eq!(kex.hassh_server(), "65c2c0ef54d840d7932a1f76745f0bcf");
    let Framing::Packet(packet) = super::packet(&mut cur) else { panic!() };
    assert_eq!((packet.message, packet.payload.len(), cur.len()), (MSG_NEWKEYS, 0, 0));
}

#[test]
fn packets_that_have_not_ended_and_packets_that_are_none() {
    let bytes = framed(&[MSG_NEWKEYS]);
    for len in 0..bytes.len() {
        let mut cur = Cursor::new(&bytes[..len]);
        assert_eq!(packet(&mut cur), Framing::More, "{len}");
        assert_eq!(cur.offset(), 0);
    }
    for lost in
        [[0x8f, 1, 2, 3, 4, 5], [0, 0, 0, 12, 2, 21], [0, 0, 0, 4, 4, 21], [0, 0, 0, 6, 4, 21]]
    {
        let framing = packet(&mut Cursor::new(&lost));
        assert_eq!(framing == Framing::Lost, lost[3] != 6, "{lost:?}");
    }
}

#[test]
fn a_list_that_reaches_outside_is_noted() {
    let mut bytes = vec![0; 16];
    bytes.extend_from_slice(&[0xff, 0xff, 0xff, 0xff, 1, 2]);
    let mut notes = Anomalies::new();
    assert!(kex_init(&mut notes, &mut Cursor::new(&bytes)).is_err());
    assert!(notes.has("ssh.name_list_length"));
}
