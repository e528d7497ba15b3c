//! How long a TCAP message takes, and what of it the checks of a strict reader are.

#![expect(clippy::unwrap_used, reason = "a benchmark may fail")]

use divan::{Bencher, counter::ItemsCount};
use wire::{Anomalies, Cursor, tcap};

fn main() {
    divan::main();
}

/// A begin of anyTimeInterrogation with its dialogue portion, and a continue of CAP with armed events.
const BEGIN: &str =
    "624b4804000000096b1e281c060700118605010101a011600f80020780a109060704000001001d036c23a121
    0201010201473019a009810791214365870921a104800081008306912143658709";
const CONTINUE: &str = "6581be480213b8490206f76b2a2828060700118605010101a01d611b80020780a109060704000001003201a203020
    100a305a1030201006c8187a165020101020117305da05b300b800104810100a203800102300b800105810100a203800102300b800106810100a
    203800102300b800107810101a203800102300b800109810100a203800101300b800109810100a203800102300b80010a810101a203800101a11
    6020102020123300e8007a0058003008ca0a203800101a10602010302011f";

fn octets(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<u32> = hexadecimal.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits
        .chunks_exact(2)
        .filter_map(|pair| <[u32; 2]>::try_from(pair).ok())
        .map(|[high, low]| u8::try_from(high << 4 | low).unwrap())
        .collect()
}

/// The messages by their names.
fn message(name: &str) -> Vec<u8> {
    octets(if name == "begin" { BEGIN } else { CONTINUE })
}

#[divan::bench(args = ["begin", "continue"])]
fn tolerant(bencher: Bencher<'_, '_>, name: &str) {
    let message = message(name);
    let mut notes = Anomalies::new();
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| {
        notes.clear();
        tcap::dissect(&mut notes, &mut Cursor::new(divan::black_box(&message))).is_ok()
    });
    assert!(notes.is_empty(), "{notes:?}");
}

#[divan::bench(args = ["begin", "continue"])]
fn strict(bencher: Bencher<'_, '_>, name: &str) {
    let message = message(name);
    bencher
        .counter(ItemsCount::new(1usize))
        .bench_local(|| tcap::strict::read(divan::black_box(&message)).is_ok());
}
