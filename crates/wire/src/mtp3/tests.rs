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
    assert_eq!(from_mtp2(&mut notes, &mut Cursor::new(&[1, 2, 0])), Ok(None));
    let msu = from_mtp2(&mut notes, &mut Cursor::new(&[1, 2, 3, 7, 8, 9, 0xaa, 0xbb]));
    assert_eq!(msu.unwrap().unwrap().rest(), [7, 8, 9]);
    assert!(notes.is_empty());
}

#[test]
fn adaptation_layers() {
    let m2ua_data = [1, 0, 6, 1, 0, 0, 0, 24, 0, 1, 0, 8, 0, 0, 0, 4, 3, 0, 0, 7, 0x83, 1, 2, 0];
    assert!(probe_m2ua(&m2ua_data) && !probe_m2pa(&m2ua_data) && !m3ua::probe(&m2ua_data));
    let message = m2ua(&mut Anomalies::new(), &mut Cursor::new(&m2ua_data)).unwrap();
    assert_eq!(message.interface, Some(4));
    assert_eq!(message.msu.unwrap().rest(), [0x83, 1, 2]);
    let m2pa_data = [1, 0, 11, 1, 0, 0, 0, 19, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0x83, 1];
    assert!(probe_m2pa(&m2pa_data) && !probe_m2ua(&m2pa_data));
    let message = m2pa(&mut Anomalies::new(), &mut Cursor::new(&m2pa_data)).unwrap();
    assert_eq!(message.msu.unwrap().rest(), [0x83, 1]);
}

proptest! {
    #[test]
    fn any_octets(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let notes = &mut Anomalies::new();
        let _ = (probe_m2ua(&bytes), probe_m2pa(&bytes), guess(&bytes));
        let _ = m2ua(notes, &mut Cursor::new(&bytes));
        let _ = m2pa(notes, &mut Cursor::new(&bytes));
        let _ = from_mtp2(notes, &mut Cursor::new(&bytes));
        let _ = dissect(notes, &mut Cursor::new(&bytes), Variant::Ansi);
    }
}
