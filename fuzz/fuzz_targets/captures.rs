//! Octets as a capture file, through the whole pipeline.
#![no_main]

use engine::{Options, Quiet, capture::Inputs, detect::Tuning, event::Pseudonymiser, network::Network};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // What is no capture is refused, and nothing more is to be seen.
    let Ok(inputs) = Inputs::from_bytes("fuzz", bytes.to_vec()) else { return };
    let options = Options {
        workers: 1,
        pseudonymiser: Pseudonymiser::new([0; 32]),
        network: Network::default(),
        tuning: Tuning::default(),
        from: None,
        to: None,
        every_event: false,
    };
    engine::run(inputs, options, &mut Quiet).expect("a capture in memory can be read to its end");
});
