//! A refusal in any envelope has a kind, and its words stay out of what is logged.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    if let Some(error) = bailian::fuzzing::refusal(body) {
        let shown = format!("{error} {error:?}");
        let said = error.message();
        // Short words can be part of a code or of this crate's own text.
        let elsewhere = error.code().is_some_and(|code| code.contains(said))
            || error.request_id().is_some_and(|id| id.contains(said));
        assert!(
            said.len() < 24 || elsewhere || !shown.contains(said),
            "{shown}"
        );
    }
});
