//! Where the words are typed: what has them is shown meanwhile.

use leptos::{ev, html, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{Asked, PATH};
use crate::{
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        keys::Composition,
        turns::Turns,
    },
};

/// The field's id.
pub(super) const FIELD: &str = "search-words";

/// Searched is when nothing was typed for so long.
const PAUSE_MS: u32 = 200;

/// What is being typed.
#[derive(Clone, Copy)]
struct Typing {
    text: RwSignal<String>,
    /// What the page was asked for last.
    sent: StoredValue<String>,
    /// What an input method does in the field.
    composition: Composition,
    /// Counts what was typed, so that only the last pause searches.
    turns: Turns,
}

impl Typing {
    fn beginning_with(words: &str) -> Self {
        Self {
            text: RwSignal::new(words.to_owned()),
            sent: StoredValue::new(words.to_owned()),
            composition: Composition::new(),
            turns: Turns::new(),
        }
    }

    /// What was typed, unless it is searched already.
    fn due(self) -> Option<String> {
        let words = self.text.try_get_untracked()?.trim().to_owned();
        if self.sent.try_get_value()? == words {
            return None;
        }
        self.sent.try_set_value(words.clone());
        Some(words)
    }

    /// Takes what the field says, and calls `search` when nothing more is typed for a while.
    fn typed(self, text: String, search: impl FnOnce() + 'static) {
        self.text.set(text);
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
}

/// The form. Without scripts it asks for the page that it is on.
#[component]
pub(super) fn Field(asked: Memo<Asked>) -> impl IntoView {
    let words = use_words();
    let navigate = use_navigate();
    let node = NodeRef::<html::Input>::new();
    let typing = Typing::beginning_with(&asked.get_untracked().words);
    let search = move || {
        // The page may be gone by now.
        let within = asked.try_with_untracked(|asked| asked.within);
        if let (Some(words), Some(within)) = (typing.due(), within) {
            let after = String::new();
            let target = Asked {
                words,
                after,
                within,
            }
            .link();
            // While one types, the history is not filled with beginnings of words.
            let replacing = NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&target, replacing);
        }
    };
    let submit = {
        let search = search.clone();
        move |event: ev::SubmitEvent| {
            event.prevent_default();
            search();
        }
    };
    let typed = {
        let search = search.clone();
        move |text| typing.typed(text, search.clone())
    };
    let chosen = {
        let typed = typed.clone();
        move |time_stamp: f64, text: String| {
            typing.composition.ends(time_stamp);
            typed(text);
        }
    };
    // The address changes by the browser's own buttons too.
    Effect::new(move |_| {
        let words = asked.with(|asked| asked.words.clone());
        if typing.sent.get_value() != words {
            typing.sent.set_value(words.clone());
            typing.text.set(words);
        }
    });
    Effect::new(move |was_there: Option<bool>| {
        let Some(field) = node.get() else {
            return false;
        };
        if was_there != Some(true) {
            let early = field.value();
            if !early.is_empty() && early != typing.text.get_untracked() {
                // Typed before the page was alive.
                typing.typed(early, search.clone());
            } else if early.is_empty() {
                // An element of the page can be focused.
                let _focused = field.focus();
            }
        }
        true
    });
    let name = move || asked.with(|asked| asked.name(words));
    view! {
        <form class="finder__form" method="get" action=PATH role="search" on:submit=submit>
            <Glyph icon=Icon::Search/>
            {move || {
                let within = asked.with(|asked| asked.within)?;
                Some(view! { <input type="hidden" name="conversation" value=within.to_string()/> })
            }}
            <input
                class="finder__field"
                id=FIELD
                type="search"
                name="words"
                maxlength="200"
                autocomplete="off"
                enterkeyhint="search"
                aria-label=name
                placeholder=name
                value=asked.get_untracked().words
                prop:value=typing.text
                node_ref=node
                on:compositionstart=move |_| typing.composition.begins()
                on:compositionend:target=move |event| chosen(event.time_stamp(), event.target().value())
                on:input:target=move |event| typed(event.target().value())
            />
            <button class="button">{words.search}</button>
        </form>
    }
}
