//! Which program sent a ping, told from the data it carries.
//!
//! The shapes are those of the programs' output on the wire. A clock inside the data has to be a possible time, so that
//! little else can hide in its place.

/// Every answer of [`pattern`], and `snapped`.
pub const PATTERNS: &[&str] = &[
    "empty",
    "zero",
    "constant",
    "linux",
    "bsd",
    "windows",
    "cisco",
    "busybox",
    "fping",
    "check_icmp",
    "counting",
    "repeated",
    "text",
    "snapped",
    "unknown",
];

/// Classifies the data of an echo.
///
/// - `empty`: none (nmap and other scanners).
/// - `zero`, `constant`: one octet over and over (mtr, fping 4, tracert, hping).
/// - `linux`: iputils and what was made from it, a clock of 16 octets and a run that counts on from 10 hex.
/// - `bsd`: BSD, macOS, Junos and 32-bit iputils, a clock of 8 octets and a run that counts on from 08 hex.
/// - `windows`: the letters a to w over and over; .NET and what is built on it too.
/// - `cisco`: the uptime and ab cd over and over.
/// - `busybox`: a clock of 4 octets and zeros.
/// - `fping`: counter and clock, and zeros; smokeping too.
/// - `check_icmp`: a clock, an identifier, and zeros.
/// - `counting`: a run that counts from the first octet on.
/// - `repeated`: up to 16 octets over and over, behind a clock or not (`ping -p`). A person chose them.
/// - `text`: all printable. A person or a program chose it.
pub fn pattern(data: &[u8]) -> &'static str {
    let Some(&first) = data.first() else { return "empty" };
    if data.iter().all(|octet| *octet == first) {
        return if first == 0 { "zero" } else { "constant" };
    }
    if is_windows(data) {
        return "windows";
    }
    if counts_from(data, first) && 4 <= data.len() {
        return "counting";
    }
    let (clock16, behind16) = split(data, 16);
    if clock16.first_chunk().is_some_and(is_timeval16) {
        if counts_from(behind16, 0x10) {
            return "linux";
        }
        if is_zero(behind16) {
            return "fping";
        }
        if 2 < behind16.len() && is_zero(split(behind16, 2).1) {
            return "check_icmp";
        }
        if is_repeated(behind16) {
            return "repeated";
        }
    }
    // The user plane test of free5GC leaves the seconds out.
    if let Some((micros, run)) = data.split_first_chunk::<8>()
        && u64::from_le_bytes(*micros) < 1_000_000
        && 4 <= run.len()
        && counts_from(run, 0x10)
    {
        return "linux";
    }
    let (_, behind4) = split(data, 4);
    if is_zero(behind4) && 8 <= behind4.len() {
        return "busybox";
    }
    let (clock8, behind8) = split(data, 8);
    if clock8.first_chunk().is_some_and(is_timeval8) {
        if counts_from(behind8, 0x08) && 4 <= behind8.len() {
            return "bsd";
        }
        if is_zero(behind8) && 8 <= behind8.len() {
            return "fping";
        }
        if is_repeated(behind8) {
            return if is_cisco(behind8) { "cisco" } else { "repeated" };
        }
    }
    if is_cisco(behind8) && clock8.starts_with(&[0, 0, 0, 0]) || is_cisco(data) {
        return "cisco";
    }
    if is_fping(data) {
        return "fping";
    }
    if is_repeated(data) {
        return "repeated";
    }
    if data.iter().all(|octet| matches!(octet, b' '..=b'~' | b'\t' | b'\r' | b'\n')) {
        return "text";
    }
    "unknown"
}

fn split(data: &[u8], at: usize) -> (&[u8], &[u8]) {
    data.split_at_checked(at).unwrap_or((data, &[]))
}

fn is_zero(data: &[u8]) -> bool {
    data.iter().all(|octet| *octet == 0)
}

fn counts_from(data: &[u8], first: u8) -> bool {
    let mut expected = first;
    data.iter().all(|octet| {
        let fits = *octet == expected;
        expected = expected.wrapping_add(1);
        fits
    })
}

/// `abcdefghijklmnopqrstuvw`, again from the start.
fn is_windows(data: &[u8]) -> bool {
    4 <= data.len()
        && data.iter().zip((b'a'..=b'w').cycle()).all(|(octet, letter)| *octet == letter)
}

fn is_cisco(data: &[u8]) -> bool {
    4 <= data.len()
        && data.iter().zip([0xab, 0xcd].into_iter().cycle()).all(|(octet, filler)| *octet == filler)
}

/// Two to sixteen octets, at least three times.
fn is_repeated(data: &[u8]) -> bool {
    (1..=16usize).any(|period| {
        period * 3 <= data.len()
            && data.iter().zip(data.iter().skip(period)).all(|(octet, again)| octet == again)
    })
}

/// Seconds since 1970 of a clock that is set (1995 to 2046), or since the machine started (up to eight years).
const fn is_second(seconds: u32) -> bool {
    matches!(seconds, 0..=0x0fff_ffff | 0x3000_0000..=0x8fff_ffff)
}

/// Seconds and microseconds of 64 bits in either byte order.
fn is_timeval16(clock: &[u8; 16]) -> bool {
    let (seconds, micros) = clock.split_at(8);
    let read = |octets: &[u8], little: bool| -> Option<u64> {
        let octets = *octets.first_chunk::<8>()?;
        Some(if little { u64::from_le_bytes(octets) } else { u64::from_be_bytes(octets) })
    };
    [true, false].into_iter().any(|little| {
        read(seconds, little).and_then(|s| u32::try_from(s).ok()).is_some_and(is_second)
            && read(micros, little).is_some_and(|micros| micros < 1_000_000)
    })
}

/// Seconds and microseconds of 32 bits in either byte order; FreeBSD sends nanoseconds, big endian.
fn is_timeval8(clock: &[u8; 8]) -> bool {
    let [s3, s2, s1, s0, f3, f2, f1, f0] = *clock;
    is_second(u32::from_be_bytes([s3, s2, s1, s0]))
        && u32::from_be_bytes([f3, f2, f1, f0]) < 1_000_000_000
        || is_second(u32::from_le_bytes([s3, s2, s1, s0]))
            && u32::from_le_bytes([f3, f2, f1, f0]) < 1_000_000
}

/// fping 2 and 3: a count, perhaps padding, a clock of 8 or 16 octets, and zeros.
fn is_fping(data: &[u8]) -> bool {
    let (count, behind) = split(data, 4);
    let small = |count: &[u8]| {
        count.first_chunk::<4>().is_some_and(|count| {
            u32::from_le_bytes(*count) <= 0xffff || u32::from_be_bytes(*count) <= 0xffff
        })
    };
    if !small(count) {
        return false;
    }
    let (clock, rest) = split(behind, 8);
    if clock.first_chunk().is_some_and(is_timeval8) && 8 <= rest.len() && is_zero(rest) {
        return true;
    }
    let (padding, behind) = split(behind, 4);
    let (clock, rest) = split(behind, 16);
    is_zero(padding) && clock.first_chunk().is_some_and(is_timeval16) && is_zero(rest)
}
