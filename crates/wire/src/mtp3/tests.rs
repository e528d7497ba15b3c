//! Tests of the MTP3 reader.

use proptest::prelude::*;

use super::*;

#[test]
fn itu_label() {
    // DPC 2, OPC 1, SLS 5 (Q.704 figure 3): 0x5000_4002 least significant octet first.
    let bytes = [0x83, 0x02, 0x40, 0x00, 0x50, 9, 0];
    let msu = dissect(&mut Anomalies::new(), &mut Cursor::new(&bytes), Variant::Itu).unwrap();
    assert_eq!((msu.dpc, msu.opc, msu.sls, msu.si, msu.ni), (2, 1, 5, 3, 2));
    assert_eq!(msu.payload.rest(), [9, 0]);
}

#[test]
fn ansi_label() {
    let bytes = [0xb3, 1, 2, 245, 4, 5, 246, 7, 9, 0];
    let msu = dissect(&mut Anomalies::new(), &mut Cursor::new(&bytes), Variant::Ansi).unwrap();
    assert_eq!((msu.dpc, msu.opc, msu.sls), (0xf5_02_01, 0xf6_05_04, 7));
    assert_eq!((msu.si, msu.ni, msu.mp), (3, 2, 3));
}

#[test]
fn signal_units() {
    let mut notes = Anomalies::new();
    let mut read =
        |bytes: &'static [u8]| signal_unit(&mut notes, &mut Cursor::new(bytes), None).unwrap();
    assert_eq!(read(&[1, 2, 0]).unit, Unit::FillIn);
    let status = read(&[0xff, 0xff, 1, 3]);
    assert_eq!(status.unit, Unit::Status(StatusIndication(3)));
    assert_eq!(StatusIndication(3).name(), "SIOS");
    let unit = read(&[0x81, 2, 3, 7, 8, 9, 0xaa, 0xbb]);
    assert_eq!((unit.bsn, unit.bib, unit.fsn, unit.fib), (1, true, 2, false));
    assert_eq!(unit.fcs, Some(0xbbaa));
    let Unit::Message(msu) = unit.unit else { panic!("{unit:?}") };
    assert_eq!(msu.rest(), [7, 8, 9]);
    // Sequence numbers of 12 bits: only so the length is right.
    let unit = read(&[0x34, 0x82, 0x56, 0x04, 5, 0, 1, 2, 3, 4, 5]);
    assert_eq!((unit.extended, unit.bsn, unit.bib, unit.fsn), (true, 0x234, true, 0x456));
    assert!(notes.is_empty(), "{notes:?}");
    signal_unit(&mut notes, &mut Cursor::new(&[1, 2, 9, 7, 8, 9]), Some(false)).unwrap();
    assert!(notes.has("mtp2.li"));
}

/// SCCP unitdata between subsystems 6 and 8 with point codes of this many octets in the addresses.
fn unitdata(called: &[u8], calling: &[u8]) -> Vec<u8> {
    let len = |part: &[u8]| u8::try_from(part.len()).unwrap();
    let mut out = vec![9, 0, 3, 3 + len(called), 3 + len(called) + len(calling)];
    for part in [called, calling, &[0x62, 0]] {
        out.push(len(part));
        out.extend(part);
    }
    out
}

#[test]
fn the_label_is_told_by_what_is_behind_it() {
    let behind = |label: usize, user: &[u8]| [&[0x83][..], &vec![1; label], user].concat();
    let itu = unitdata(&[0x43, 1, 0, 6], &[0x43, 2, 0, 8]);
    // ANSI: subsystem first, then the point code; the national bit.
    let ansi = unitdata(&[0xc3, 6, 1, 2, 245], &[0xc3, 8, 4, 5, 246]);
    let china = unitdata(&[0x43, 1, 2, 3, 6], &[0x43, 4, 5, 6, 8]);
    assert_eq!(evidence(&behind(4, &itu)), Some(Variant::Itu));
    assert_eq!(evidence(&behind(7, &ansi)), Some(Variant::Ansi));
    assert_eq!(evidence(&behind(7, &china)), Some(Variant::China));
    assert_eq!(evidence(&behind(5, &itu)), Some(Variant::Japan));
    // ANSI's networks carry ITU's addresses too.
    assert_eq!(evidence(&behind(7, &itu)), Some(Variant::Ansi));
    // User parts that are not read say nothing.
    assert_eq!(evidence(&[0x84, 1, 2, 3, 4, 5, 6, 7, 8, 9]), None);
    // RSC on circuit 1: only three octets are left behind ITU's label.
    assert_eq!(evidence(&[0x85, 1, 2, 3, 4, 1, 0, 0x12]), Some(Variant::Itu));
    assert_eq!(evidence(&[0x81, 1, 2, 3, 4, 0x11, 0x20, 0xaa, 0xbb]), Some(Variant::Itu));
    let message = sccp::dissect_as(&mut Anomalies::new(), &mut Cursor::new(&ansi), Variant::Ansi);
    let called = message.unwrap().called.unwrap();
    assert_eq!((called.ssn, called.point_code, called.ansi), (Some(6), Some(0xf5_02_01), true));
}

#[test]
fn labels_of_other_countries() {
    let notes = &mut Anomalies::new();
    let bytes = [0x83, 1, 2, 3, 4, 5, 9, 0];
    let msu = dissect(notes, &mut Cursor::new(&bytes), Variant::Japan).unwrap();
    assert_eq!((msu.dpc, msu.opc, msu.sls), (0x0201, 0x0403, 5));
    for variant in [Variant::Itu, Variant::Ansi, Variant::China, Variant::Japan] {
        for end in 0..6 {
            let short = dissect(notes, &mut Cursor::new(&bytes[..end.min(5)]), variant);
            assert!(short.is_err() || variant == Variant::Itu && end >= 5, "{variant:?} {end}");
        }
    }
}

#[test]
fn management_messages() {
    let read = |bytes: &[u8]| management(&mut Cursor::new(bytes), Variant::Itu).unwrap();
    let prohibited = read(&[0x14, 0x34, 0x12]);
    assert_eq!((prohibited.name, prohibited.affected), ("TFP", Some(0x1234)));
    let unavailable = read(&[0x1a, 2, 0, 0x13]);
    assert_eq!((unavailable.name, unavailable.user), ("UPU", Some(3)));
    assert_eq!(unavailable.cause_name(), Some("unequipped remote user"));
    assert_eq!(read(&[0x11, 0x07]).name, "COO");
    assert!(management(&mut Cursor::new(&[0x0f]), Variant::Itu).is_err());
    assert!(management(&mut Cursor::new(&[0x14, 0x34]), Variant::Itu).is_err());
    assert_eq!(test(&mut Cursor::new(&[0x21, 0x20, 1, 2])).unwrap().name, "SLTA");
    assert!(test(&mut Cursor::new(&[0x21, 0x20, 1])).is_err());
}

#[test]
fn adaptation_layers() {
    let m2ua_data = [1, 0, 6, 1, 0, 0, 0, 24, 0, 1, 0, 8, 0, 0, 0, 4, 3, 0, 0, 7, 0x83, 1, 2, 0];
    assert!(probe_m2ua(&m2ua_data) && !probe_m2pa(&m2ua_data) && !crate::m3ua::probe(&m2ua_data));
    let message = m2ua(&mut Anomalies::new(), &mut Cursor::new(&m2ua_data)).unwrap();
    assert_eq!(message.interface, Some(4));
    assert_eq!(message.msu.unwrap().rest(), [0x83, 1, 2]);
    let m2pa_data = [1, 0, 11, 1, 0, 0, 0, 19, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0x83, 1];
    assert!(probe_m2pa(&m2pa_data) && !probe_m2ua(&m2pa_data));
    let message = m2pa(&mut Anomalies::new(), &mut Cursor::new(&m2pa_data)).unwrap();
    assert_eq!(message.msu.unwrap().rest(), [0x83, 1]);
    assert_eq!((message.bsn, message.fsn, message.priority), (Some(1), Some(2), Some(0)));
}

#[test]
fn link_status_and_early_drafts() {
    let notes = &mut Anomalies::new();
    let status = [1, 0, 11, 2, 0, 0, 0, 20, 0, 0xff, 0xff, 0xff, 0, 0xff, 0xff, 0xff, 0, 0, 0, 9];
    let message = m2pa(notes, &mut Cursor::new(&status)).unwrap();
    assert_eq!(message.status_name(), Some("Out of Service"));
    // The length of the drafts does not count the header, where M2UA's does.
    let draft = [1, 0, 6, 1, 0, 0, 0, 3, 0, 0x83, 1];
    assert!(probe_m2pa(&draft) && !probe_m2ua(&draft));
    let message = m2pa(notes, &mut Cursor::new(&draft)).unwrap();
    assert_eq!((message.draft, message.msu.unwrap().rest()), (true, &[0x83, 1][..]));
    let draft = [1, 0, 6, 2, 0, 0, 0, 4, 0, 0, 0, 1];
    let message = m2pa(notes, &mut Cursor::new(&draft)).unwrap();
    assert_eq!(message.status_name(), Some("In Service"));
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn errors_of_m2ua() {
    let bytes = [1, 0, 0, 0, 0, 0, 0, 16, 0, 0x0c, 0, 8, 0, 0, 0, 2];
    let message = m2ua(&mut Anomalies::new(), &mut Cursor::new(&bytes)).unwrap();
    assert_eq!(message.error_code.and_then(m2ua::error_name), Some("Invalid Interface Identifier"));
    assert_eq!(m2ua::name(6, 15), "Data Acknowledge");
}

proptest! {
    #[test]
    fn any_octets(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let notes = &mut Anomalies::new();
        let _ = (probe_m2ua(&bytes), probe_m2pa(&bytes), guess(&bytes));
        let _ = m2ua(notes, &mut Cursor::new(&bytes));
        let _ = m2pa(notes, &mut Cursor::new(&bytes));
        let _ = signal_unit(notes, &mut Cursor::new(&bytes), None);
        let _ = dissect(notes, &mut Cursor::new(&bytes), Variant::Ansi);
    }
}
