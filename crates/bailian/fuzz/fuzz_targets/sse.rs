//! Server-sent events mean the same wherever the network cuts them, and none is larger than allowed.
#![no_main]

use bailian::sse::{Decoder, Event, EventTooLarge};
use libfuzzer_sys::fuzz_target;

const MAX_EVENT_BYTES: usize = 4_096;

fuzz_target!(|input: (Vec<u8>, Vec<usize>)| {
    let (bytes, cuts) = input;
    let whole = decode(&[&bytes]);
    let mut rest = bytes.as_slice();
    let mut pieces = Vec::new();
    for cut in cuts {
        let (piece, after) = rest.split_at(cut % (rest.len() + 1));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    assert_eq!(decode(&pieces), whole);
});

/// All events, and whether the stream was broken off for one that is too large.
fn decode(pieces: &[&[u8]]) -> (Vec<Event>, bool) {
    let mut decoder = Decoder::new(MAX_EVENT_BYTES);
    let mut events = Vec::new();
    for piece in pieces {
        match decoder.feed(piece) {
            Ok(more) => events.extend(more),
            // Which events came before the one that is too large depends on the pieces.
            Err(EventTooLarge) => return (Vec::new(), true),
        }
    }
    events.extend(decoder.finish());
    assert!(
        events
            .iter()
            .all(|event| event.data.len() <= MAX_EVENT_BYTES)
    );
    (events, false)
}
