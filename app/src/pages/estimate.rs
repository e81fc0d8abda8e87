//! What a question comes to, in tokens and in yuan, beneath the composer. Reckoned here, from numbers that were loaded once: no key asks the
//! server, and none draws the transcript.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use model::{
    EstimateBase,
    estimate::{Fit, tokens_of, tokens_of_bytes},
};

use crate::{
    api::compare::load_estimate,
    chat::estimating::Estimating,
    language::use_words,
    ui::{
        figures::{count, yuan},
        turns::Turns,
    },
};

/// How long after the last key it is reckoned anew.
const PAUSE: Duration = Duration::from_millis(150);

/// Bytes that a character of a document is reckoned as: its script is not known here, and this lies between them.
const BYTES_PER_CHARACTER: i64 = 2;

/// Tokens of the answer that a price is told for.
const THOUSAND: &str = "1,000";

/// The line, which opens to what it is made of.
#[component]
pub fn EstimatePanel() -> impl IntoView {
    let words = use_words();
    let estimating: Estimating = expect_context();
    let base = RwSignal::new(EstimateBase::default());
    let typed = RwSignal::new(0_u32);
    load_after_answers(estimating, base);
    reckon_after_keys(estimating, typed);
    let is_shown =
        Memo::new(move |_| estimating.is_enough() && base.with(|base| !base.models.is_empty()));
    let estimate = Memo::new(move |_| {
        let (model, tokens) = (estimating.model.get(), typed.get());
        base.with(|base| base.of(&model, tokens))
    });
    let media = move || estimating.attaching.has_media();
    move || {
        is_shown.get().then(|| {
            let summary = move || {
                let estimate = estimate.get();
                let tokens = count(i64::from(estimate.sent_tokens));
                match estimate.input_cost {
                    Some(cost) => words.estimate_cost(&tokens, &yuan(cost)),
                    None => words.estimate_tokens(&tokens),
                }
            };
            let parts = move || {
                let estimate = estimate.get();
                let context = estimate.sent_tokens.saturating_sub(estimate.typed_tokens);
                words.estimate_parts(
                    &count(i64::from(estimate.typed_tokens)),
                    &count(i64::from(context)),
                )
            };
            let answer = move || {
                let cost = estimate.get().thousand_out?;
                let told = words.estimate_answer(THOUSAND, &yuan(cost));
                Some(view! { <p>{told}</p> })
            };
            let fit = move || match estimate.get().fit {
                Fit::Whole => None,
                Fit::WithoutTheOldest => Some(words.estimate_without_oldest),
                Fit::TooLong => Some(words.estimate_too_long),
            };
            view! {
                <details class="estimate">
                    <summary class="estimate__sum">{summary}</summary>
                    <p>{parts}</p>
                    {answer}
                    {move || media().then(|| view! { <p>{words.estimate_without_media}</p> })}
                    <p>{words.estimate_about}</p>
                </details>
                <p class="estimate__warning" role="status">{fit}</p>
            }
        })
    }
}

/// The conversation's size is another one after each answer.
fn load_after_answers(estimating: Estimating, base: RwSignal<EstimateBase>) {
    Effect::new(move |_| {
        if estimating.is_generating.get() {
            return;
        }
        let id = estimating.conversation.map(|id| id.to_string());
        spawn_local(async move {
            // What can't be reckoned is not shown.
            if let Ok(loaded) = load_estimate(id.unwrap_or_default()).await {
                base.try_set(loaded);
            }
        });
    });
}

fn reckon_after_keys(estimating: Estimating, typed: RwSignal<u32>) {
    let turns = Turns::new();
    Effect::new(move |was_reckoned: Option<bool>| {
        estimating.text.track();
        let attaching = estimating.attaching;
        let documents = attaching.characters().saturating_mul(BYTES_PER_CHARACTER);
        let files = attaching.text_bytes().saturating_add(documents);
        let turn = turns.begin();
        spawn_local(async move {
            if was_reckoned.is_some() {
                gloo_timers::future::sleep(PAUSE).await;
            }
            if turns.is_last(turn) {
                let words = estimating.text.try_with_untracked(|text| tokens_of(text));
                let all = words.unwrap_or(0).saturating_add(tokens_of_bytes(files));
                typed.try_set(all);
            }
        });
        true
    });
}
