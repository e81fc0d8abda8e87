//! Answers of the native protocol are read or refused.
#![no_main]

use bailian::native::{GenerationOutput, GenerationUsage, NativeAnswer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    if let Ok(answer) =
        serde_json::from_slice::<NativeAnswer<GenerationOutput, GenerationUsage>>(body)
    {
        let _ = format!("{answer:?}");
    }
});
