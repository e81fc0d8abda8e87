//! What the model thought: open while it thinks, folded when the answer begins.

use leptos::prelude::*;
use model::MessageStatus;

use super::{
    answer::{Blocks, OpenMessage},
    growing::listed,
};
use crate::{language::use_words, ui::list::list_of};

/// The reasoning of `message`, if there is any.
#[component]
pub fn Reasoning(message: OpenMessage) -> impl IntoView {
    let words = use_words();
    let OpenMessage {
        reasoning,
        blocks,
        status,
        reasoning_ms,
        ..
    } = message;
    let exists = {
        let reasoning = reasoning.clone();
        Memo::new(move |_| !reasoning.with(Vec::is_empty))
    };
    let is_thinking =
        Memo::new(move |_| status.get() == MessageStatus::Generating && blocks.with(Vec::is_empty));
    let summary = move || {
        if is_thinking.get() {
            return words.thinking.to_owned();
        }
        match reasoning_ms.get() {
            Some(ms) => words.thought_for(&((ms + 500) / 1000).max(1).to_string()),
            None => words.thought.to_owned(),
        }
    };
    move || {
        let reasoning = reasoning.clone();
        let summary = summary.clone();
        exists.get().then(|| {
            view! {
                <details class="reasoning" open=move || is_thinking.get() data-thinking=move || is_thinking.get().then_some("true")>
                    <summary class="reasoning__summary">{summary}</summary>
                    <div class="prose reasoning__text"><BlockList blocks=reasoning/></div>
                </details>
            }
        })
    }
}

/// Rendered blocks, each patched alone.
#[component]
pub fn BlockList(blocks: Blocks) -> impl IntoView {
    list_of(
        move || listed(&blocks),
        |(index, _)| index.to_string(),
        |(_, html)| view! { <div class="prose__block" inner_html=html></div> },
    )
}
