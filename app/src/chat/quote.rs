//! Quoting: a small button at what is selected in an answer puts that into the composer.

use leptos::prelude::*;

use crate::{
    browser::{
        self,
        selection::{self, Selected},
    },
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// Where a selection can be quoted from.
const QUOTABLE: &str = ".message__answer";

/// How high the button is with its distance, in pixels.
const ROOM: f64 = 52.0;

/// The selection that the button stands at.
#[derive(Clone, Copy)]
pub struct Quoting(RwSignal<Option<Selected>>);

impl Quoting {
    /// Watches the selection until the part of the page that calls this goes.
    pub fn new() -> Self {
        let quoting = Self(RwSignal::new(None));
        Effect::new(move |_| {
            // Goes with the effect.
            let _watch = StoredValue::new_local(selection::watch(move || quoting.look()));
        });
        quoting
    }

    /// Looks where the selection is now.
    pub fn look(self) {
        let selected = selection::within(QUOTABLE);
        if self
            .0
            .try_get_untracked()
            .is_some_and(|shown| shown != selected)
        {
            self.0.set(selected);
        }
    }

    /// The page has moved under the button.
    pub fn moved(self) {
        if self.0.with_untracked(Option::is_some) {
            self.look();
        }
    }
}

/// The button. `text` is what is typed in the composer.
#[component]
pub fn QuoteButton(quoting: Quoting, text: RwSignal<String>) -> impl IntoView {
    let words = use_words();
    let quote = move |_| {
        if let Some(selected) = quoting.0.get_untracked() {
            text.update(|typed| *typed = with_quote(typed, &selected.text));
            selection::clear();
            quoting.0.set(None);
            browser::focus_at_end("textarea[name=prompt]".to_owned());
        }
    };
    move || {
        let selected = quoting.0.get()?;
        // Fingers have the browser's own menu above what they select.
        let above = selected.top > ROOM && !browser::has_coarse_pointer();
        let top = if above {
            format!("{:.0}px", selected.top - ROOM + 8.0)
        } else {
            // What is selected may end below the window.
            format!("min({:.0}px, 100dvh - 10rem)", selected.bottom + 8.0)
        };
        Some(view! {
            <button
                class="quote"
                type="button"
                style:top=top
                style:left=format!("min({:.0}px, 100vw - 7rem)", selected.left)
                on:mousedown=|event| event.prevent_default()
                on:click=quote
            >
                <Glyph icon=Icon::Quote/>
                {words.quote}
            </button>
        })
    }
}

/// A text as a Markdown quotation.
fn quoted(text: &str) -> String {
    let lines = text.trim().lines().map(|line| {
        let line = line.trim_end();
        if line.is_empty() {
            ">".to_owned()
        } else {
            format!("> {line}")
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What is typed, with a quotation below it and room to go on.
fn with_quote(typed: &str, selected: &str) -> String {
    let typed = typed.trim_end();
    let gap = if typed.is_empty() { "" } else { "\n\n" };
    format!("{typed}{gap}{}\n\n", quoted(selected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_quotation_is_marked() {
        assert_eq!(quoted(" 春眠 \n\n> 不觉晓\n"), "> 春眠\n>\n> > 不觉晓");
    }

    #[test]
    fn a_quotation_stands_below_what_was_typed() {
        assert_eq!(with_quote("", "春眠"), "> 春眠\n\n");
        assert_eq!(with_quote("这句？\n", "春眠"), "这句？\n\n> 春眠\n\n");
    }
}
