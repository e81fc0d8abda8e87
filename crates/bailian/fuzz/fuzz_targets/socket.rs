//! Whatever a line says is an event or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    bailian::fuzzing::socket(text);
});
