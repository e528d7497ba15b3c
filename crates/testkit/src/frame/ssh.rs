//! The opening of an SSH connection (RFC 4253), and packets that look encrypted.

use rand::{Rng, RngCore};

use crate::bytes::Put;

/// Algorithms that one side offers; what a client program is known by.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    pub banner: &'static str,
    pub kex: &'static str,
    pub host_key: &'static str,
    pub ciphers: &'static str,
    pub macs: &'static str,
    pub compression: &'static str,
}

pub const OPENSSH: Offer = Offer {
    banner: "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3",
    kex: "sntrup761x25519-sha512@openssh.com,curve25519-sha256,ecdh-sha2-nistp256,diffie-hellman-group16-sha512",
    host_key: "ssh-ed25519,rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256",
    ciphers: "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com",
    macs: "umac-64-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256",
    compression: "none,zlib@openssh.com",
};

pub const LIBSSH: Offer = Offer {
    banner: "SSH-2.0-libssh_0.9.6",
    kex: "curve25519-sha256,ecdh-sha2-nistp256,diffie-hellman-group14-sha256",
    host_key: "ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-256",
    ciphers: "aes256-ctr,aes192-ctr,aes128-ctr",
    macs: "hmac-sha2-256,hmac-sha1",
    compression: "none",
};

/// The identification line.
pub fn banner(offer: &Offer) -> Vec<u8> {
    let mut out = offer.banner.as_bytes().to_vec();
    out.raw(b"\r\n");
    out
}

/// A packet of the clear phase: padding to a multiple of eight.
pub fn packet(payload: &[u8]) -> Vec<u8> {
    let mut padding = 8 - (payload.len() + 5) % 8;
    if padding < 4 {
        padding += 8;
    }
    let mut out = Vec::new();
    out.u32((payload.len() + padding + 1) as u32).u8(padding as u8).raw(payload).zeros(padding);
    out
}

pub fn kexinit(rng: &mut impl RngCore, offer: &Offer) -> Vec<u8> {
    let mut out = vec![20];
    let mut cookie = [0; 16];
    rng.fill_bytes(&mut cookie);
    out.raw(&cookie);
    let lists = [
        offer.kex,
        offer.host_key,
        offer.ciphers,
        offer.ciphers,
        offer.macs,
        offer.macs,
        offer.compression,
        offer.compression,
        "",
        "",
    ];
    for list in lists {
        out.u32(list.len() as u32).raw(list.as_bytes());
    }
    out.u8(0).u32(0);
    packet(&out)
}

/// ECDH key exchange: the client's public key.
pub fn kex_init(rng: &mut impl RngCore) -> Vec<u8> {
    let mut key = [0; 32];
    rng.fill_bytes(&mut key);
    let mut out = vec![30];
    out.u32(32).raw(&key);
    packet(&out)
}

/// ECDH key exchange: host key, public key, signature; and the server's NEWKEYS behind it.
pub fn kex_reply(rng: &mut impl RngCore) -> Vec<u8> {
    let mut random = [0; 32 + 32 + 64];
    rng.fill_bytes(&mut random);
    let mut host_key = Vec::new();
    host_key.u32(11).raw(b"ssh-ed25519").u32(32).raw(&random[..32]);
    let mut signature = Vec::new();
    signature.u32(11).raw(b"ssh-ed25519").u32(64).raw(&random[64..]);
    let mut out = vec![31];
    out.u32(host_key.len() as u32).raw(&host_key);
    out.u32(32).raw(&random[32..64]);
    out.u32(signature.len() as u32).raw(&signature);
    let mut both = packet(&out);
    both.raw(&newkeys());
    both
}

pub fn newkeys() -> Vec<u8> {
    packet(&[21])
}

/// Octets that look like ciphertext.
pub fn encrypted(rng: &mut impl Rng, len: usize) -> Vec<u8> {
    let mut out = vec![0; len];
    rng.fill(&mut out[..]);
    out
}
