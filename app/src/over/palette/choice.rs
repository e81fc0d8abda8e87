//! Which of what is shown Enter chooses.

use leptos::prelude::*;
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

use super::{
    entries::{Deed, Entry},
    matching::step,
};
use crate::browser;

/// The id of the line at this place.
pub fn line_id(at: usize) -> String {
    format!("palette-{at}")
}

/// What is shown, and the one of it that is active.
#[derive(Clone, Copy)]
pub struct Choice {
    /// All of it, in order.
    pub shown: Memo<Vec<Entry>>,
    /// The place of the active one: the one that was walked to, as long as it is there, else the first.
    pub active: Memo<usize>,
    walked_to: RwSignal<Option<String>>,
    perform: Callback<Deed>,
}

impl Choice {
    /// The first is active.
    pub fn new(shown: Memo<Vec<Entry>>, perform: Callback<Deed>) -> Self {
        let walked_to = RwSignal::new(None::<String>);
        let active = Memo::new(move |_| {
            let place = walked_to.with(|key| {
                let key = key.as_ref()?;
                shown.with(|shown| shown.iter().position(|entry| entry.key == *key))
            });
            place.unwrap_or(0)
        });
        Self {
            shown,
            active,
            walked_to,
            perform,
        }
    }

    /// The first is active again.
    pub fn begin_anew(self) {
        self.walked_to.set(None);
    }

    /// Goes where the key leads. Whether it leads anywhere.
    pub fn walk(self, key: &str) -> bool {
        let count = self.shown.with_untracked(Vec::len);
        let Some(at) = step(key, self.active.get_untracked(), count) else {
            return false;
        };
        let key = self
            .shown
            .with_untracked(|shown| shown.get(at).map(|entry| entry.key.clone()));
        self.walked_to.set(key);
        show_line(at);
        true
    }

    /// Does what the one at this place does.
    pub fn run(self, at: usize) {
        let deed = self
            .shown
            .with_untracked(|shown| shown.get(at).map(|entry| entry.deed.clone()));
        if let Some(deed) = deed {
            self.perform.run(deed);
        }
    }
}

/// Brings the line at this place into view.
fn show_line(at: usize) {
    let line = browser::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id(&line_id(at)));
    if let Some(line) = line {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        line.scroll_into_view_with_scroll_into_view_options(&options);
    }
}
