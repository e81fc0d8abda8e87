//! What is being said, shown while it is recorded.

use std::time::Duration;

use leptos::prelude::*;
use model::transcript::CAPTION_LANGUAGES;

use crate::{
    chat::dictation::{Dictation, DictationProblem},
    error::AppError,
    language::use_words,
    ui::{check::Check, notice::Notice, visible::visible},
};

/// No listening lasts longer than ten minutes at the server: before that, a new one begins.
const RENEWAL: Duration = Duration::from_mins(9);
/// So much of what was said stands there, in characters.
const SHOWN: usize = 400;

/// Captions of a recording; only for whoever wants them, since listening costs.
#[derive(Clone, Copy)]
pub(super) struct Captions {
    wanted: RwSignal<bool>,
    heard: RwSignal<String>,
    problem: RwSignal<Option<AppError>>,
    dictation: Dictation,
}

impl Captions {
    /// Listens in the chosen language while it `is_recording`.
    pub(super) fn new(is_recording: Signal<bool>, language: RwSignal<String>) -> Self {
        let (heard, problem) = (RwSignal::new(String::new()), RwSignal::new(None));
        let captions = Self {
            wanted: RwSignal::new(false),
            heard,
            problem,
            dictation: Dictation::new(heard, problem),
        };
        let Self {
            wanted, dictation, ..
        } = captions;
        Effect::new(move |_| {
            let is_listening = dictation.is_listening();
            if !(is_recording.get() && wanted.get()) {
                dictation.stop();
            } else if !is_listening && !captions.has_failed() {
                let language = language.get_untracked();
                let known = CAPTION_LANGUAGES
                    .into_iter()
                    .find(|known| *known == language);
                dictation.begin(known);
            }
        });
        Effect::new(move |_| {
            if let Ok(timer) = set_interval_with_handle(move || dictation.stop(), RENEWAL) {
                on_cleanup(move || timer.clear());
            }
        });
        captions
    }

    /// Nothing was said yet.
    pub(super) fn clear(self) {
        self.heard.set(String::new());
        self.problem.set(None);
    }

    fn has_failed(self) -> bool {
        self.problem.with(Option::is_some) || self.dictation.is_refused()
    }
}

/// The box that asks for them, and the last of what was said.
#[component]
pub(super) fn CaptionsView(captions: Captions) -> impl IntoView {
    let words = use_words();
    let Captions {
        wanted,
        heard,
        problem,
        dictation,
    } = captions;
    let last = Memo::new(move |_| heard.with(|heard| tail(heard, SHOWN).to_owned()));
    view! {
        <Check name="captions" value="on" label=words.captions checked=wanted/>
        <Show when=move || wanted.get() fallback=|| ()>
            <p class="recorder__captions" role="log" aria-label=words.captions>
                {move || visible(last.with(|last| if last.is_empty() { words.captions_none.to_owned() } else { last.clone() }))}
            </p>
            <DictationProblem dictation/>
            <Notice error=problem/>
        </Show>
    }
}

/// The last characters of a text.
fn tail(text: &str, characters: usize) -> &str {
    let from = text.char_indices().rev().nth(characters.saturating_sub(1));
    &text[from.map_or(0, |(at, _)| at)..]
}

#[cfg(test)]
mod tests {
    use super::tail;

    #[test]
    fn a_tail_is_whole_characters() {
        assert_eq!(tail("你好，世界", 2), "世界");
        assert_eq!(tail("你好", 2), "你好");
        assert_eq!(tail("你好", 3), "你好");
        assert_eq!(tail("", 3), "");
    }
}
