//! The opening of a TLS connection (RFC 8446), and records that look encrypted.

use rand::{Rng, RngCore};

use crate::bytes::{Put, patch_u16};

/// A record of this content type.
pub fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 5);
    out.u8(kind).u16(0x0303).u16(body.len() as u16).raw(body);
    out
}

fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![kind];
    out.u24(body.len() as u32).raw(body);
    record(22, &out)
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u16(kind).u16(body.len() as u16).raw(body);
    out
}

/// ClientHello for a server name.
pub fn client_hello(rng: &mut impl RngCore, server_name: &str) -> Vec<u8> {
    let mut random = [0; 96];
    rng.fill_bytes(&mut random);
    let mut out = Vec::new();
    out.u16(0x0303).raw(&random[..32]).u8(32).raw(&random[32..64]);
    out.u16(6).u16(0x1301).u16(0x1302).u16(0x1303).u8(1).u8(0);
    let at = out.len();
    out.u16(0);
    let mut name = Vec::new();
    name.u16(server_name.len() as u16 + 3).u8(0).u16(server_name.len() as u16);
    name.raw(server_name.as_bytes());
    out.raw(&extension(0, &name));
    out.raw(&extension(10, &[0, 4, 0, 0x1d, 0, 0x17]));
    out.raw(&extension(13, &[0, 6, 4, 3, 8, 4, 4, 1]));
    out.raw(&extension(16, b"\x00\x0c\x02h2\x08http/1.1"));
    out.raw(&extension(43, &[2, 3, 4]));
    let mut share = vec![0, 36, 0, 0x1d, 0, 32];
    share.raw(&random[64..96]);
    out.raw(&extension(51, &share));
    let len = out.len() - at - 2;
    patch_u16(&mut out, at, len as u16);
    handshake(1, &out)
}

/// ServerHello, and the change of cipher that middleboxes expect behind it.
pub fn server_hello(rng: &mut impl RngCore) -> Vec<u8> {
    let mut random = [0; 96];
    rng.fill_bytes(&mut random);
    let mut out = Vec::new();
    out.u16(0x0303).raw(&random[..32]).u8(32).raw(&random[32..64]).u16(0x1301).u8(0);
    let mut share = vec![0, 0x1d, 0, 32];
    share.raw(&random[64..96]);
    let mut extensions = extension(43, &[3, 4]);
    extensions.raw(&extension(51, &share));
    out.u16(extensions.len() as u16).raw(&extensions);
    let mut both = handshake(2, &out);
    both.raw(&record(20, &[1]));
    both
}

/// A record of application data.
pub fn application(rng: &mut impl Rng, len: usize) -> Vec<u8> {
    let mut body = vec![0; len];
    rng.fill(&mut body[..]);
    record(23, &body)
}
