//! The Community ID flow hash, version 1, by which other sensors' records of the same flow are found.
//!
//! Source: the Community ID flow hashing specification (Corelight), version 1.

use std::cell::RefCell;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Digest as _;

use crate::{Capped, Endpoints, Proto};

thread_local! {
    /// The flows asked for last, and their texts: signalling runs over few flows, in turns.
    static LATEST: RefCell<Capped<Endpoints, String>> = RefCell::new(Capped::new("community ids", LATEST_FLOWS));
}

const LATEST_FLOWS: usize = 256;

/// `1:` and the base64 of SHA-1 over seed 0, the ordered endpoints and the protocol. `None` for protocols without ports,
/// for which one would need what the record no longer has.
pub fn community_id(ends: &Endpoints) -> Option<String> {
    if !matches!(ends.proto, Proto::Tcp | Proto::Udp | Proto::Sctp) {
        return None;
    }
    let (a, b) = ((ends.src_ip, ends.src_port), (ends.dest_ip, ends.dest_port));
    let ordered = if a <= b { *ends } else { ends.reversed() };
    LATEST.with_borrow_mut(|latest| Some(latest.entry(&ordered, || hash(&ordered)).0.clone()))
}

fn hash(ends: &Endpoints) -> String {
    let mut sha = sha1::Sha1::new_with_prefix([0, 0]);
    for ip in [ends.src_ip, ends.dest_ip] {
        match ip {
            IpAddr::V4(ip) => sha.update(ip.octets()),
            IpAddr::V6(ip) => sha.update(ip.octets()),
        }
    }
    sha.update([ends.proto.number(), 0]);
    sha.update(ends.src_port.to_be_bytes());
    sha.update(ends.dest_port.to_be_bytes());
    let mut text = String::with_capacity(30);
    text.push_str("1:");
    STANDARD.encode_string(sha.finalize(), &mut text);
    text
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
