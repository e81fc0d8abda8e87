//! Looking for words in what is said: how often they are there, the next and the one before.

use leptos::prelude::*;
use model::transcript::Sentence;

use super::player::Player;
use crate::{
    browser::{self, highlight},
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        keys::{Action, Lines, decide},
        text_field::press_of,
    },
};

/// The name of what is marked, for the style sheet.
const MARK: &str = "sought";

/// What is looked for, and which of what was found is shown. It is the page's, and outlives what is drawn anew.
#[derive(Clone, Copy)]
pub(super) struct Sought {
    words: RwSignal<String>,
    place: RwSignal<usize>,
}

impl Sought {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            words: RwSignal::new(String::new()),
            place: RwSignal::new(0),
        }
    }

    /// Nothing any more.
    pub(super) fn forget(self) {
        self.words.set(String::new());
        self.place.set(0);
    }
}

/// The sentences with these words, in order.
fn hits(sentences: &[(u32, String)], words: &str) -> Vec<u32> {
    let words = words.trim().to_lowercase();
    if words.is_empty() {
        return Vec::new();
    }
    let found = sentences.iter().filter(|(_, text)| text.contains(&words));
    found.map(|(id, _)| *id).collect()
}

/// The field, with what it found.
#[component]
pub(super) fn Search(sentences: Vec<Sentence>, sought: Sought, player: Player) -> impl IntoView {
    let words = use_words();
    let texts: Vec<(u32, String)> = sentences
        .into_iter()
        .map(|sentence| (sentence.id, sentence.text.to_lowercase()))
        .collect();
    let texts = StoredValue::new(texts);
    let Sought {
        words: sought,
        place,
    } = sought;
    let found =
        Memo::new(move |_| sought.with(|sought| texts.with_value(|texts| hits(texts, sought))));
    Effect::new(move |_| {
        let sought = sought.get();
        let document = browser::window().and_then(|window| window.document());
        let elements = document.into_iter().flat_map(|document| {
            let found = found.get();
            found.into_iter().filter_map(move |id| {
                let words = format!("#s-{id} .sentence__words");
                document.query_selector(&words).ok().flatten()
            })
        });
        highlight::mark(MARK, elements, &sought);
        on_cleanup(|| highlight::unmark(MARK));
    });
    let go = move |forward: bool| {
        let count = found.with_untracked(Vec::len);
        if count == 0 {
            return;
        }
        place.update(|place| {
            *place = if forward {
                (*place + 1) % count
            } else {
                (*place + count - 1) % count
            }
        });
        if let Some(id) = found.with_untracked(|found| found.get(place.get_untracked()).copied()) {
            player.show(id);
        }
    };
    let typed = move |text: String| {
        sought.set(text);
        place.set(0);
        if let Some(id) = found.with_untracked(|found| found.first().copied()) {
            player.show(id);
        }
    };
    let count = move || {
        if sought.with(|sought| sought.trim().is_empty()) {
            return String::new();
        }
        let count = found.with(Vec::len);
        // Of what was drawn anew there may be less.
        let here = (place.get() + 1).min(count);
        format!("{here} / {count}")
    };
    view! {
        <div class="minutes__search" role="search" data-needs="script">
            <input
                class="field__line"
                type="search"
                aria-label=words.transcript_search
                placeholder=words.transcript_search
                prop:value=sought
                on:input:target=move |event| typed(event.target().value())
                on:keydown=move |event| {
                    // Enter that chooses a word is the input method's.
                    if decide(press_of(&event, None), Lines::One) == Action::Send {
                        event.prevent_default();
                        go(!event.shift_key());
                    }
                }
            />
            <span class="minutes__hits" role="status">{count}</span>
            <button class="icon-button" type="button" title=words.search_previous aria-label=words.search_previous on:click=move |_| go(false)>
                <Glyph icon=Icon::Left/>
            </button>
            <button class="icon-button" type="button" title=words.search_next aria-label=words.search_next on:click=move |_| go(true)>
                <Glyph icon=Icon::Right/>
            </button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::hits;

    #[test]
    fn words_are_found_whatever_their_case() {
        let texts = [
            (0, "hello there".to_owned()),
            (1, "预算".to_owned()),
            (2, "say hello".to_owned()),
        ];
        assert_eq!(hits(&texts, " HELLO "), [0, 2]);
        assert_eq!(hits(&texts, "预"), [1]);
        assert_eq!(hits(&texts, " "), [0_u32; 0]);
    }
}
