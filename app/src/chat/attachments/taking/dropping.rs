//! Files that are held over the page and dropped on it.

use leptos::{ev, prelude::*};

use super::Attaching;
use crate::browser::upload;

impl Attaching {
    /// Takes what is dropped on the page, as long as the part of the page that calls this is there.
    pub fn watch_drops(self) {
        if !self.offered.attaches {
            return;
        }
        Effect::new(move |_| {
            let over = window_event_listener(ev::dragover, move |event| {
                let data = event.data_transfer();
                if data.is_some_and(|data| upload::carries_files(&data)) {
                    event.prevent_default();
                    self.is_over.try_set(true);
                }
            });
            let left = window_event_listener(ev::dragleave, move |event| {
                // It goes from one element to the next all the time.
                if event.related_target().is_none() {
                    self.is_over.try_set(false);
                }
            });
            let dropped = window_event_listener(ev::drop, move |event| self.dropped(&event));
            on_cleanup(move || {
                over.remove();
                left.remove();
                dropped.remove();
            });
        });
    }

    /// Takes the files that were dropped.
    pub fn dropped(self, event: &ev::DragEvent) {
        self.is_over.try_set(false);
        if event.default_prevented() {
            // Another part of the page took them.
            return;
        }
        let files = event.data_transfer().as_ref().map(upload::files_of);
        if let Some(files) = files.filter(|files| !files.is_empty()) {
            event.prevent_default();
            self.add_all(files);
        }
    }
}
