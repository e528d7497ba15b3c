//! Every parser under its laws.
#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wire::laws::check(bytes));
