//! What is typed into the palette, and the conversations that have it.

use leptos::{prelude::*, task::spawn_local};
use model::SearchHit;

use crate::{
    api::conversations::search_conversations,
    error::AppError,
    ui::{keys::Composition, turns::Turns},
};

/// Searched is when nothing was typed for so long.
const PAUSE_MS: u32 = 150;

/// The field's text and what was found for it.
#[derive(Clone, Copy)]
pub struct Seeking {
    /// What is typed. Letters that an input method shows are not: they are not chosen yet.
    pub text: RwSignal<String>,
    /// What has it. Of the text before, until what has this one is known.
    pub hits: RwSignal<Vec<SearchHit>>,
    /// Why nothing can be found.
    pub problem: RwSignal<Option<AppError>>,
    /// What an input method does in the field.
    pub composition: Composition,
    /// Counts what was typed, so that only the last pause searches and only its answer counts.
    turns: Turns,
}

impl Seeking {
    /// Nothing is typed.
    pub fn new() -> Self {
        Self {
            text: RwSignal::new(String::new()),
            hits: RwSignal::new(Vec::new()),
            problem: RwSignal::new(None),
            composition: Composition::new(),
            turns: Turns::new(),
        }
    }

    /// An input method has chosen, at that time of the event.
    pub fn composed(self, time_stamp: f64, text: String) {
        self.composition.ends(time_stamp);
        self.typed(text);
    }

    /// The field has another text.
    pub fn typed(self, text: String) {
        if self.composition.is_on() {
            return;
        }
        let is_same = self.text.with_untracked(|before| *before == text);
        if is_same {
            return;
        }
        let sought = text.trim().to_owned();
        self.text.set(text);
        let turn = self.turns.begin();
        if sought.is_empty() {
            self.hits.set(Vec::new());
            self.problem.set(None);
        } else {
            self.search(sought, turn);
        }
    }

    fn search(self, sought: String, turn: u32) {
        let is_last = move || self.turns.is_last(turn);
        spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(PAUSE_MS).await;
            if !is_last() {
                return;
            }
            let (folder, tag) = (String::new(), String::new());
            let found = search_conversations(sought, folder, tag, None).await;
            if !is_last() {
                return;
            }
            match found {
                Ok(found) => {
                    self.problem.try_set(None);
                    self.hits.try_set(found.hits.items);
                }
                Err(error) => {
                    self.problem.try_set(Some(error));
                    self.hits.try_set(Vec::new());
                }
            }
        });
    }
}
