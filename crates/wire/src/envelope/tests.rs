use super::*;

fn opened(proto: u8, bytes: &[u8]) -> Option<Envelope<'_>> {
    in_ip(&mut Anomalies::new(), &ip::Packet::around(proto, Cursor::new(bytes)))
}

fn inner<'a>(envelope: &Envelope<'a>) -> Option<&'a [u8]> {
    match envelope.carried {
        Carried::Ip { packet, .. } => Some(packet.rest()),
        _ => None,
    }
}

fn gre(bytes: &[u8]) -> Option<(Kind, Option<u32>, Option<&[u8]>)> {
    opened(proto::GRE, bytes).map(|envelope| (envelope.kind, envelope.id, inner(&envelope)))
}

#[test]
fn what_the_flags_of_gre_add_is_skipped() {
    assert_eq!(gre(&[0, 0, 8, 0, 0x45]), Some((Kind::Gre, None, Some(&[0x45][..]))));
    let keyed = [0x20, 0, 8, 0, 1, 2, 3, 4, 0x45];
    assert_eq!(gre(&keyed), Some((Kind::Gre, Some(0x0102_0304), Some(&[0x45][..]))));
    let all = [0xb0, 0, 0x86, 0xdd, 1, 2, 0, 0, 3, 4, 5, 6, 7, 8, 9, 10, 0x60];
    assert_eq!(gre(&all), Some((Kind::Gre, Some(0x0304_0506), Some(&[0x60][..]))));
    assert_eq!(gre(&all[..12]), None);
}
