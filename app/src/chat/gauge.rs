//! How much of what the model reads at once the conversation fills: a quiet number under the composer, which tells more to whoever opens
//! it. Nothing announces it.

use leptos::{prelude::*, task::spawn_local};
use model::ContextUse;

use super::estimating::Estimating;
use crate::{
    api::compare::load_context_use,
    language::use_words,
    ui::{figures::count, turns::Turns},
};

/// The number, once there is one.
#[component]
pub fn ContextGauge(
    estimating: Estimating,
    /// An application answers, of which nobody here knows what it reads.
    is_application: Signal<bool>,
) -> impl IntoView {
    let words = use_words();
    let filled = RwSignal::new(ContextUse::default());
    let turns = Turns::new();
    Effect::new(move |_| {
        // It is another one after each answer, and for each model.
        let model = estimating.model.get();
        let Some(id) = estimating.conversation else {
            return;
        };
        if estimating.is_generating.get() || is_application.get() {
            return;
        }
        let turn = turns.begin();
        spawn_local(async move {
            let loaded = load_context_use(id, model.into()).await;
            if turns.is_last(turn) {
                // What is not known is not shown.
                filled.try_set(loaded.unwrap_or_default());
            }
        });
    });
    let percent = Memo::new(move |_| {
        let is_shown = !is_application.get();
        filled.get().percent().filter(|_| is_shown)
    });
    let whole = move || {
        let ContextUse { used, window } = filled.get();
        let count = |tokens: u32| count(i64::from(tokens));
        words.context_whole(&count(used), &count(window.unwrap_or_default()))
    };
    let over = move || {
        filled
            .get()
            .is_over()
            .then_some(words.estimate_without_oldest)
    };
    move || {
        percent.get().is_some().then(|| {
            let short = move || {
                let percent = percent.get().unwrap_or_default();
                words.context_percent(&percent.to_string())
            };
            view! {
                <details class="gauge" data-over=move || filled.get().is_over().then_some("true")>
                    <summary class="gauge__sum">{short}</summary>
                    <p>{whole} " " {over}</p>
                </details>
            }
        })
    }
}
