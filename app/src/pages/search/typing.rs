//! What is being typed into the field, and what of it is searched already.

use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::NavigateOptions;

use super::Asked;
use crate::ui::{keys::Composition, turns::Turns};

/// Searched is when nothing was typed for so long.
const PAUSE_MS: u32 = 200;

/// What is being typed.
#[derive(Clone, Copy)]
pub(super) struct Typing {
    /// The field.
    pub(super) node: NodeRef<html::Input>,
    /// What it says.
    text: StoredValue<String>,
    /// What an input method does in the field.
    pub(super) composition: Composition,
    /// What the page is asked for.
    asked: Memo<Asked>,
    /// With which words it was asked for last.
    sent: StoredValue<String>,
    /// Counts what was typed, so that only the last pause searches.
    turns: Turns,
}

impl Typing {
    pub(super) fn beginning_with(asked: Memo<Asked>) -> Self {
        let words = asked.with_untracked(|asked| asked.words.clone());
        Self {
            node: NodeRef::new(),
            text: StoredValue::new(words.clone()),
            composition: Composition::new(),
            asked,
            sent: StoredValue::new(words),
            turns: Turns::new(),
        }
    }

    /// What the page is to be asked for now, from its beginning; nothing when it is gone.
    pub(super) fn now(self) -> Option<Asked> {
        let words = self.text.try_get_value()?.trim().to_owned();
        let asked = self.asked.try_get_untracked()?;
        Some(Asked {
            words,
            after: String::new(),
            ..asked
        })
    }

    /// The same, unless its words are searched already.
    pub(super) fn due(self) -> Option<Asked> {
        let now = self.now()?;
        if self.sent.try_get_value()? == now.words {
            return None;
        }
        self.sent.try_set_value(now.words.clone());
        Some(now)
    }

    /// Takes what the field says, and calls `search` when nothing more is typed for a while.
    pub(super) fn typed(self, text: String, search: impl FnOnce() + 'static) {
        self.text.set_value(text);
        if self.composition.is_on() {
            return;
        }
        let turn = self.turns.begin();
        spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(PAUSE_MS).await;
            if self.turns.is_last(turn) {
                search();
            }
        });
    }

    /// Asks for something else than what is typed, which the field says from now on.
    pub(super) fn asks(self, asked: &Asked, navigate: impl Fn(&str, NavigateOptions)) {
        self.says(&asked.words);
        navigate(&asked.link(), replacing());
    }

    /// Has the field say what the address says: that changes by the browser's own buttons too.
    pub(super) fn follow(self) {
        Effect::new(move |_| {
            let words = self.asked.with(|asked| asked.words.clone());
            if self.sent.get_value() != words {
                self.says(&words);
            }
        });
    }

    /// These words are searched. They are no property of the field, which would be set anew as the page comes alive: what was typed before would
    /// be gone.
    fn says(self, words: &str) {
        if let Some(field) = self.node.try_get_untracked().flatten() {
            field.set_value(words);
        }
        self.text.try_set_value(words.to_owned());
        self.sent.try_set_value(words.to_owned());
    }

    /// Begins in the field, with what was typed into it before the page was alive.
    pub(super) fn begin(self, search: impl FnOnce() + Clone + 'static) {
        Effect::new(move |was_there: Option<bool>| {
            let Some(field) = self.node.get() else {
                return false;
            };
            if was_there != Some(true) {
                let early = field.value();
                if !early.is_empty() && early != self.text.get_value() {
                    self.typed(early, search.clone());
                } else if early.is_empty() {
                    // An element of the page can be focused.
                    let _focused = field.focus();
                }
            }
            true
        });
    }
}

/// While one types or chooses, the history is not filled with beginnings of words.
pub(super) fn replacing() -> NavigateOptions {
    NavigateOptions {
        replace: true,
        scroll: false,
        ..NavigateOptions::default()
    }
}
