//! One hash for what has to be the same in every run, build and machine: ids, and keys that order nothing.

/// FNV-1a, 64 bits. Nobody gains by a collision where it is used.
pub(crate) fn stable_hash(octets: impl IntoIterator<Item = u8>) -> u64 {
    octets.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    /// Published test vectors of FNV-1a.
    #[test]
    fn vectors() {
        assert_eq!(super::stable_hash(*b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(super::stable_hash(*b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(super::stable_hash(*b"foobar"), 0x8594_4171_f739_67e8);
    }
}
