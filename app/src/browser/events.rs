//! Watches a stream of the server's through an `EventSource`: comes back after the network does, and says when it is
//! away.

use std::{rc::Rc, time::Duration};

use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

/// Whoever is told.
pub trait Watcher {
    /// Where the stream is, from what was seen last on.
    fn address(&self) -> String;

    /// Under which name its events come.
    fn event(&self) -> &'static str {
        "message"
    }

    /// An event came, under this id.
    fn receive(&self, data: &str, id: &str);

    /// The stream is there.
    fn is_back(&self);

    /// The stream is away.
    fn is_away(&self);

    /// The stream was refused or given up and is asked for anew.
    fn is_renewed(&self);
}

/// A connection with its listeners, which live as long as it does.
struct Connection {
    source: EventSource,
    event: &'static str,
    message: Closure<dyn FnMut(MessageEvent)>,
    _open: Closure<dyn FnMut()>,
    _error: Closure<dyn FnMut()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Fails for nothing that was added.
        let _removed = self
            .source
            .remove_event_listener_with_callback(self.event, self.message.as_ref().unchecked_ref());
        self.source.set_onopen(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

/// Made in the browser only: it belongs to one thread.
#[derive(Clone, Copy)]
struct Watch {
    watcher: StoredValue<Rc<dyn Watcher>, LocalStorage>,
    connection: StoredValue<Option<Connection>, LocalStorage>,
    failures: StoredValue<u32>,
}

/// Watches until the part of the page that shows it goes.
pub fn watch<W: Watcher + Copy + Send + Sync + 'static>(watcher: W) {
    Effect::new(move |_| begin(Rc::new(watcher)));
}

fn begin(watcher: Rc<dyn Watcher>) {
    let watch = Watch {
        watcher: StoredValue::new_local(watcher),
        connection: StoredValue::new_local(None),
        failures: StoredValue::new(0),
    };
    watch.connect();
    let online = window_event_listener(ev::online, move |_| watch.resume());
    let visible = window_event_listener(ev::focus, move |_| watch.resume());
    on_cleanup(move || {
        online.remove();
        visible.remove();
    });
}

impl Watch {
    fn connect(self) {
        let Some(watcher) = self.watcher.try_get_value() else {
            return;
        };
        let Ok(source) = EventSource::new(&watcher.address()) else {
            return;
        };
        let (told, event) = (Rc::clone(&watcher), watcher.event());
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data().as_string().unwrap_or_default();
            told.receive(&data, &event.last_event_id());
        });
        let open = Closure::<dyn FnMut()>::new(move || {
            self.failures.try_set_value(0);
            watcher.is_back();
        });
        let error = Closure::<dyn FnMut()>::new(move || self.fail());
        let listener = message.as_ref().unchecked_ref();
        if source
            .add_event_listener_with_callback(event, listener)
            .is_err()
        {
            return;
        }
        source.set_onopen(Some(open.as_ref().unchecked_ref()));
        source.set_onerror(Some(error.as_ref().unchecked_ref()));
        self.connection.try_set_value(Some(Connection {
            source,
            event,
            message,
            _open: open,
            _error: error,
        }));
    }

    fn is_closed(self) -> bool {
        self.connection
            .try_with_value(|connection| {
                connection
                    .as_ref()
                    .is_none_or(|c| c.source.ready_state() == EventSource::CLOSED)
            })
            .unwrap_or(false)
    }

    /// The browser retries a broken connection by itself, but gives up on a refused one.
    fn fail(self) {
        if let Some(watcher) = self.watcher.try_get_value() {
            watcher.is_away();
        }
        if !self.is_closed() {
            return;
        }
        let failures = self.failures.try_get_value().unwrap_or(0);
        self.failures.try_set_value(failures + 1);
        let wait = Duration::from_secs(1 << failures.min(5));
        spawn_local(async move {
            gloo_timers::future::sleep(wait).await;
            self.resume();
        });
    }

    fn resume(self) {
        if self.is_closed() {
            self.connect();
            if let Some(watcher) = self.watcher.try_get_value() {
                watcher.is_renewed();
            }
        }
    }
}
