//! Watches the open conversation through an `EventSource`: resumes where it was, comes back after the network
//! does, and says so when it is away.

use std::time::Duration;

use leptos::{ev, prelude::*, task::spawn_local};
use model::ConversationEvent;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use super::open::OpenConversation;

/// A connection with its listeners, which live as long as it does.
struct Connection {
    source: EventSource,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _open: Closure<dyn FnMut()>,
    _error: Closure<dyn FnMut()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.source.set_onmessage(None);
        self.source.set_onopen(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

#[derive(Clone, Copy)]
struct Watch {
    conversation: OpenConversation,
    connection: StoredValue<Option<Connection>, LocalStorage>,
    failures: StoredValue<u32>,
}

/// Watches until the page that shows the conversation goes.
pub fn watch(conversation: OpenConversation) {
    Effect::new(move |_| {
        // Made in the browser only: it belongs to one thread.
        let watch = Watch {
            conversation,
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
    });
}

impl Watch {
    fn connect(self) {
        let mut address = format!("/events/conversations/{}", self.conversation.id);
        if let Some(position) = self.conversation.position() {
            address.push_str("?after=");
            address.push_str(&position);
        }
        let Ok(source) = EventSource::new(&address) else {
            return;
        };
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data().as_string().unwrap_or_default();
            match serde_json::from_str::<ConversationEvent>(&data) {
                Ok(event) => self.conversation.receive(event),
                // A newer server speaks: what it means is in the messages.
                Err(_) => self.conversation.refresh(),
            }
        });
        let open = Closure::<dyn FnMut()>::new(move || {
            self.failures.try_set_value(0);
            let was_away = self.conversation.is_offline.try_get_untracked();
            self.conversation.is_offline.try_set(false);
            if was_away == Some(true) {
                // A server that was killed could not tell that it stopped writing.
                self.conversation.refresh();
            }
        });
        let error = Closure::<dyn FnMut()>::new(move || self.fail());
        source.set_onmessage(Some(message.as_ref().unchecked_ref()));
        source.set_onopen(Some(open.as_ref().unchecked_ref()));
        source.set_onerror(Some(error.as_ref().unchecked_ref()));
        self.connection.try_set_value(Some(Connection {
            source,
            _message: message,
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
        self.conversation.is_offline.try_set(true);
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
            // Tells what was missed, or why the connection is refused.
            self.conversation.refresh();
        }
    }
}
