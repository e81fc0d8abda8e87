//! Hearing of what becomes of transcripts while a page of them is open.

use leptos::prelude::*;
use model::transcript::TranscriptLine;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use crate::browser::local::Local;

/// The name of the events among those of all jobs.
const EVENT: &str = "transcript";

/// A connection with its listener, which lives as long as it does. The browser mends a broken one by itself.
struct Connection {
    source: EventSource,
    _heard: Closure<dyn FnMut(MessageEvent)>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.source.close();
    }
}

/// Calls `hear` for each change until the page goes.
pub fn watch(hear: impl Fn(TranscriptLine) + Clone + 'static) {
    let connection = Local::<Connection>::new();
    Effect::new(move |_| {
        let Ok(source) = EventSource::new("/events/jobs") else {
            return;
        };
        let hear = hear.clone();
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data().as_string().unwrap_or_default();
            // What a newer server says is in the page when it is loaded again.
            if let Ok(line) = serde_json::from_str(&data) {
                hear(line);
            }
        });
        let listener = heard.as_ref().unchecked_ref();
        if source
            .add_event_listener_with_callback(EVENT, listener)
            .is_ok()
        {
            let opened = Connection {
                source,
                _heard: heard,
            };
            connection.set(Some(opened));
        }
    });
    on_cleanup(move || connection.set(None));
}
