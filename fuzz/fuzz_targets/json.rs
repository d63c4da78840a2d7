#![no_main]

#[path = "../../crates/uptake-read/tests/mutated/property.rs"]
#[allow(dead_code)] // each target reads one form
mod property;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    property::json(bytes, false);
    property::json(bytes, true);
});
