#![no_main]

#[path = "../../crates/uptake-read/tests/mutated/property.rs"]
mod property;

// Every reader reads what nobody wrote: a file is of the form that its bytes say, and these say nothing.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    property::delimited(bytes);
    property::json(bytes, false);
    property::json(bytes, true);
    property::workbook(bytes);
});
