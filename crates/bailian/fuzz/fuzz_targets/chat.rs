//! Chunks of any form are read or refused, and gather into an answer.
#![no_main]

use bailian::{Accumulator, ChatChunk, ChatCompletion};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|lines: Vec<&str>| {
    let mut gathered = Accumulator::new();
    for line in lines {
        if let Ok(chunk) = serde_json::from_str::<ChatChunk>(line) {
            let _ = gathered.push(&chunk);
            let again = serde_json::to_string(&chunk).expect("what was read can be written");
            serde_json::from_str::<ChatChunk>(&again).expect("and read again");
        }
        let _ = serde_json::from_str::<ChatCompletion>(line);
    }
    let _ = gathered.finish();
});
