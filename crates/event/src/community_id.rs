//! The Community ID flow hash, version 1, by which other sensors' records of the same flow are found.
//!
//! Source: the Community ID flow hashing specification (Corelight), version 1.

use std::net::IpAddr;

use base64::Engine as _;
use sha1::Digest as _;

use crate::{Endpoints, Proto};

fn octets(ip: IpAddr, out: &mut Vec<u8>) {
    match ip {
        IpAddr::V4(v4) => out.extend_from_slice(&v4.octets()),
        IpAddr::V6(v6) => out.extend_from_slice(&v6.octets()),
    }
}

/// `1:` and the base64 of SHA-1 over seed 0, the ordered endpoints and the protocol. `None` for protocols without ports,
/// for which one would need what the record no longer has.
pub fn community_id(ends: &Endpoints) -> Option<String> {
    if !matches!(ends.proto, Proto::Tcp | Proto::Udp | Proto::Sctp) {
        return None;
    }
    let (a, b) = ((ends.src_ip, ends.src_port), (ends.dest_ip, ends.dest_port));
    let (low, high) = if a <= b { (a, b) } else { (b, a) };
    let mut bytes = Vec::with_capacity(40);
    bytes.extend_from_slice(&[0, 0]);
    octets(low.0, &mut bytes);
    octets(high.0, &mut bytes);
    bytes.extend_from_slice(&[ends.proto.number(), 0]);
    bytes.extend_from_slice(&low.1.to_be_bytes());
    bytes.extend_from_slice(&high.1.to_be_bytes());
    let hash = sha1::Sha1::digest(&bytes);
    Some(format!("1:{}", base64::engine::general_purpose::STANDARD.encode(hash)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_specification_publishes_it() {
        // The reference vector of the specification: TCP 128.232.110.120:34855 to 66.35.250.204:80.
        let ends = Endpoints {
            src_ip: "128.232.110.120".parse().unwrap(),
            src_port: 34855,
            dest_ip: "66.35.250.204".parse().unwrap(),
            dest_port: 80,
            proto: Proto::Tcp,
        };
        assert_eq!(community_id(&ends).as_deref(), Some("1:LQU9qZlK+B5F3KDmev6m5PMibrg="));
        assert_eq!(community_id(&ends.reversed()), community_id(&ends));
    }
}
