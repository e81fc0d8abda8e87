//! Hearing of what becomes of transcripts while a page of them is open.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use model::transcript::TranscriptLine;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use crate::browser::local::Local;

/// The name of the events among those of all jobs.
const EVENT: &str = "transcript";

/// A stream that was refused, as where too many are open, is asked for again after so long.
const AGAIN: Duration = Duration::from_secs(10);

/// A connection with its listeners, which live as long as it does. The browser mends a broken one by itself, but gives up on one that
/// is refused.
struct Connection {
    source: EventSource,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _failed: Closure<dyn FnMut()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.source.set_onerror(None);
        self.source.close();
    }
}

/// Calls `hear` for each change until the page goes.
pub fn watch(hear: impl Fn(TranscriptLine) + Clone + 'static) {
    let connection = Local::<Connection>::new();
    Effect::new(move |_| connect(connection, hear.clone(), Rc::default()));
    on_cleanup(move || connection.set(None));
}

/// `seen` is the id of the last event.
fn connect(
    connection: Local<Connection>,
    hear: impl Fn(TranscriptLine) + Clone + 'static,
    seen: Rc<RefCell<String>>,
) {
    let address = match seen.borrow().as_str() {
        "" => "/events/jobs".to_owned(),
        since => format!("/events/jobs?since={since}"),
    };
    let Ok(source) = EventSource::new(&address) else {
        return;
    };
    let (told, last) = (hear.clone(), Rc::clone(&seen));
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        last.replace(event.last_event_id());
        let data = event.data().as_string().unwrap_or_default();
        // What a newer server says is in the page when it is loaded again.
        if let Ok(line) = serde_json::from_str(&data) {
            told(line);
        }
    });
    let failed = Closure::<dyn FnMut()>::new(move || {
        let is_closed = connection.with(|open| open.source.ready_state() == EventSource::CLOSED);
        if is_closed != Some(true) {
            return;
        }
        let (hear, seen) = (hear.clone(), Rc::clone(&seen));
        spawn_local(async move {
            gloo_timers::future::sleep(AGAIN).await;
            // Not where the page was left meanwhile.
            if connection.is_some() {
                connect(connection, hear, seen);
            }
        });
    });
    source.set_onerror(Some(failed.as_ref().unchecked_ref()));
    let listener = heard.as_ref().unchecked_ref();
    if source
        .add_event_listener_with_callback(EVENT, listener)
        .is_ok()
    {
        connection.set(Some(Connection {
            source,
            _heard: heard,
            _failed: failed,
        }));
    }
}
