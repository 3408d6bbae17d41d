//! Runs [`virtual_card_fuzz::apdu`] on whatever the fuzzer thinks of.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| virtual_card_fuzz::apdu(bytes));
