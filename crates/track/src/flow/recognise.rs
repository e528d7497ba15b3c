//! What a payload is: by its shape first, by its port only where the shape is too plain to tell.

use wire::{Cursor, dns, http2, quic, radius, sip, smb, telnet};

/// Ports whose service is told by the port, when the first payload does not contradict (threats on unusual ports are seen
/// by their shape, so that a port alone decides little).
const BY_PORT: &[(u16, &str)] = &[
    (49, "tacacs"),
    (123, "ntp"),
    (161, "snmp"),
    (162, "snmp"),
    (514, "syslog"),
    (1645, "radius"),
    (1646, "radius"),
    (1812, "radius"),
    (1813, "radius"),
    (3799, "radius"),
    (8805, "pfcp"),
];

/// Ports of services of operators, besides those below 1024: the side that has one of these did not begin.
const SERVICE_PORTS: &[u16] = &[
    1433, 1521, 1812, 1813, 2049, 2123, 2152, 2904, 2905, 2944, 2945, 3306, 3386, 3389, 3565, 3868,
    5060, 5061, 5432, 5868, 6379, 8080, 8443, 8805, 9900, 14001, 27017, 29118, 36412, 36422, 38412,
];

/// Ports of Diameter (IANA, RFC 6733 §11.4), and the one that its TLS is upgraded from.
const DIAMETER_PORTS: &[u16] = &[3868, 3869, 5868];

/// Whether a service listens on this port rather than a client.
pub(crate) fn is_service(port: u16) -> bool {
    port != 0 && (port < 1024 || SERVICE_PORTS.contains(&port))
}

/// A TCP stream by the first octets of either side; `None` while nothing says.
pub(crate) fn tcp(client: &[u8], server: &[u8], server_port: u16) -> Option<&'static str> {
    if client.starts_with(b"SSH-") || server.starts_with(b"SSH-") {
        return Some("ssh");
    }
    if is_tls(client) || (client.is_empty() && is_tls(server)) {
        return Some("tls");
    }
    if is_http(client) || server.starts_with(b"HTTP/1.") {
        return Some("http");
    }
    if http2::probe_client(client) || http2::probe_server(server) {
        return Some("http2");
    }
    for side in [client, server] {
        if wire::diameter::probe(side) {
            return Some("diameter");
        }
        // On its own ports a stream that was joined midway is worth a search.
        if DIAMETER_PORTS.contains(&server_port) && wire::diameter::find(side).is_some() {
            return Some("diameter");
        }
        if sip::probe(side) {
            return Some("sip");
        }
        if side.starts_with(&[0xff; 16]) {
            return Some("bgp");
        }
        if telnet::probe(side) {
            return Some("telnet");
        }
        if smb::probe(side) {
            return Some("smb");
        }
        if side.starts_with(b"RFB 00") {
            return Some("vnc");
        }
    }
    // TPKT with an X.224 connection request.
    if let [3, 0, _, _, _, 0xe0, ..] = client {
        return Some("rdp");
    }
    if server.starts_with(b"220") {
        return Some(if server_port == 21 || contains(server, b"FTP") { "ftp" } else { "smtp" });
    }
    if client.starts_with(b"EHLO ") || client.starts_with(b"HELO ") {
        return Some("smtp");
    }
    if is_mysql(server) {
        return Some("mysql");
    }
    if is_postgres(client) {
        return Some("postgres");
    }
    if client.starts_with(b"*") && matches!(client, [b'*', b'1'..=b'9', b'\r', b'\n', b'$', ..]) {
        return Some("redis");
    }
    if server_port == 53 && dns_framed(client) == Some(true) {
        return Some("dns");
    }
    for side in [client, server] {
        if dns_anywhere(side) {
            return Some("dns");
        }
    }
    if server_port == 49 && matches!(client, [0xc0 | 0xc1, 1..=3, ..]) {
        return Some("tacacs");
    }
    None
}

/// A UDP flow by its first payload.
pub(crate) fn udp(src_port: u16, dst_port: u16, payload: &[u8]) -> Option<&'static str> {
    let either = |port| src_port == port || dst_port == port;
    if either(2152) && wire::gtp::probe(payload).is_some() {
        return Some("gtp-u");
    }
    if (either(2123) || either(3386)) && wire::gtp::probe(payload).is_some() {
        return Some("gtp");
    }
    // Names of NetBIOS are asked for in messages of the same shape (RFC 1002 §4.2).
    if either(137) && dns::probe_dialect(payload) {
        return Some("netbios");
    }
    if (either(dns::PORT) && dns::probe(payload)) || dns::probe_anywhere(payload) {
        return Some("dns");
    }
    if (either(dns::MDNS_PORT) || either(dns::LLMNR_PORT)) && dns::probe_dialect(payload) {
        return Some("dns");
    }
    if sip::probe(payload) {
        return Some("sip");
    }
    if radius::probe(payload) {
        return Some("radius");
    }
    if either(8805) && matches!(payload, [0x20..=0x27, 1..=57, ..]) {
        return Some("pfcp");
    }
    if quic::probe(payload) {
        return Some("quic");
    }
    if let [b'<', b'0'..=b'9', ..] = payload
        && payload.iter().take(5).any(|octet| *octet == b'>')
    {
        return Some("syslog");
    }
    let port = BY_PORT.iter().find(|(port, _)| either(*port)).map(|(_, name)| *name)?;
    fits(port, payload).then_some(port)
}

/// Whether a payload can be what its port says.
fn fits(name: &str, payload: &[u8]) -> bool {
    match name {
        "ntp" => payload.len() >= 48 && matches!(payload.first(), Some(flags) if flags & 7 != 0),
        "snmp" => payload.first() == Some(&0x30),
        "radius" => is_radius(payload),
        "tacacs" => matches!(payload, [0xc0 | 0xc1, ..]),
        "pfcp" => matches!(payload, [0x20..=0x2f, ..]),
        "syslog" => false,
        _ => true,
    }
}

/// On its own ports what is cut short or padded counts too.
fn is_radius(payload: &[u8]) -> bool {
    let mut cur = Cursor::new(payload);
    let (Ok(code), Ok(_), Ok(length)) = (cur.u8(), cur.u8(), cur.u16()) else { return false };
    matches!(code, 1..=5 | 11..=13 | 40..=45)
        && usize::from(length) <= payload.len()
        && length >= 20
}

/// RFC 1035 §4.2.2: whether the stream begins with a length and a message of that length; unset while too short to tell.
pub(crate) fn dns_framed(bytes: &[u8]) -> Option<bool> {
    let mut cur = Cursor::new(bytes);
    let len = usize::from(cur.u16().ok()?);
    if len < 12 {
        return Some(false);
    }
    if cur.len() < 12 {
        return None;
    }
    // What is there beyond the first message may be the next one.
    let (message, whole) = cur.sub(len);
    if whole {
        return Some(dns::probe(message.rest()));
    }
    let mut header = message;
    let (_, flags, questions, answers) =
        (header.u16(), header.u16().ok()?, header.u16().ok()?, header.u16().ok()?);
    // Opcode, the reserved bit, and counts that make sense.
    Some(flags & 0x7840 <= 0x2800 && questions <= 4 && answers <= 512)
}

/// A whole message behind its length, strict enough for any port.
fn dns_anywhere(bytes: &[u8]) -> bool {
    let mut cur = Cursor::new(bytes);
    let Ok(len) = cur.u16() else { return false };
    let (message, whole) = cur.sub(usize::from(len));
    whole && dns::probe_anywhere(message.rest())
}

fn is_tls(bytes: &[u8]) -> bool {
    matches!(bytes, [0x16, 3, 0..=4, _, _, 1 | 2, ..])
}

fn is_http(bytes: &[u8]) -> bool {
    [
        &b"GET /"[..],
        b"POST /",
        b"HEAD /",
        b"PUT /",
        b"DELETE /",
        b"OPTIONS ",
        b"CONNECT ",
        b"PATCH /",
        b"GET http",
    ]
    .iter()
    .any(|verb| bytes.starts_with(verb))
}

/// Protocol 10 greeting.
fn is_mysql(bytes: &[u8]) -> bool {
    matches!(bytes, [len, 0, 0, 0, 10, b'3'..=b'9' | b'1', b'.' | b'0'..=b'9', ..] if *len > 20)
}

/// SSLRequest, or a StartupMessage of protocol 3.
fn is_postgres(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f, ..] | [0, 0, _, _, 0, 3, 0, 0, b'u' | b'd', ..]
    )
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).take(2_048).any(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_shape() {
        type Case = (&'static [u8], &'static [u8], u16, Option<&'static str>);
        let cases: &[Case] = &[
            (b"SSH-2.0-x\r\n", b"", 57722, Some("ssh")),
            (b"", b"SSH-2.0-x\r\n", 2222, Some("ssh")),
            (b"\x16\x03\x01\x02\x00\x01", b"", 9999, Some("tls")),
            (b"GET / HTTP/1.1\r\n", b"", 53, Some("http")),
            (b"", b"\xff\xfb\x01\xff\xfb\x03", 23, Some("telnet")),
            (b"INVITE sip:a@b SIP/2.0\r\n", b"", 40_000, Some("sip")),
            (b"INVITE sip:a@b", b"", 5060, None),
            (b"", b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0d", 7777, Some("http2")),
            (&[0xff; 19], b"", 179, Some("bgp")),
            (b"\0\0\0\x2a\xfeSMB", b"", 445, Some("smb")),
            (b"\x03\0\0\x13\x0e\xe0\0\0", b"", 3389, Some("rdp")),
            (b"", b"220 host ESMTP\r\n", 25, Some("smtp")),
            (b"", b"220 FTP\r\n", 21, Some("ftp")),
            (b"hello", b"there", 53, None),
            (b"", b"", 22, None),
        ];
        for (client, server, port, name) in cases {
            assert_eq!(tcp(client, server, *port), *name, "{client:?} {server:?}");
        }
    }

    #[test]
    fn datagrams_by_shape_on_any_port() {
        let mut question = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        question.extend(b"\x03www\x07example\x00\x00\x01\x00\x01");
        assert_eq!(udp(40_000, 40_001, &question), Some("dns"));
        assert_eq!(udp(40_000, 137, &question), Some("netbios"));
        let mut quic = vec![0xc3, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0];
        quic.resize(1_200, 7);
        assert_eq!(udp(40_000, 40_001, &quic), Some("quic"));
        assert_eq!(udp(40_000, 443, &quic[..1_100]), None);
        assert_eq!(udp(5060, 5070, b"SIP/2.0 200 OK\r\n"), Some("sip"));
        assert_eq!(udp(5060, 5070, b"\0\0\0\0"), None);
        let mut radius = vec![1, 7, 0, 27];
        radius.extend(0u8..16);
        radius.extend(b"\x01\x07alice");
        assert_eq!(udp(40_000, 40_001, &radius), Some("radius"));
        radius[3] = 26;
        assert_eq!(udp(40_000, 40_001, &radius), None);
        assert_eq!(udp(40_000, 1812, &radius), Some("radius"));
    }

    #[test]
    fn framed_as_dns_or_not() {
        assert_eq!(dns_framed(&[0]), None);
        assert_eq!(dns_framed(b"\0\x05hello"), Some(false));
        assert_eq!(dns_framed(b"id\nuid=0(root) gid=0(root)"), Some(false));
        assert_eq!(dns_framed(b"bash-4.2$ ls -la /tmp"), Some(false));
        let header = b"\0\x40\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03www";
        assert_eq!(dns_framed(header), Some(true));
    }
}
