//! What is known of a message: which model, how many tokens, what it cost, how long it took, and why it ended.

use leptos::{either::EitherOf3, html, prelude::*};
use model::{MessageDetails, MessageStatus, RunSum};

use super::{diagnostic::diagnostic, open::OpenConversation, sent};
use crate::{
    language::{Words, use_words},
    ui::{
        copy::CopyText,
        dialog::{DialogHead, follow},
        figures::{count, duration, exact_yuan},
        notice::Notice,
    },
};

/// The dialog of details, for whichever message asks for them.
#[component]
pub fn DetailsDialog(conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    let acts = conversation.acts;
    let dialog = NodeRef::<html::Dialog>::new();
    let close = move || acts.details_of.set(None);
    follow(
        dialog,
        Signal::derive(move || acts.details_of.with(Option::is_some)),
    );
    view! {
        <dialog class="dialog" aria-label=words.details node_ref=dialog on:close=move |_| close()>
            <DialogHead title=words.details close/>
            {move || {
                acts.details_of
                    .get()
                    .map(|_| match acts.details.get() {
                        None => EitherOf3::A(view! { <p role="status">{words.loading}</p> }),
                        Some(Ok(details)) => EitherOf3::B(view! { <Details details/> }),
                        Some(Err(error)) => {
                            let error = Signal::stored(Some(error));
                            EitherOf3::C(view! { <Notice error/> })
                        }
                    })
            }}
        </dialog>
    }
}

#[component]
fn Details(details: MessageDetails) -> impl IntoView {
    let words = use_words();
    let text = diagnostic(&details);
    let lines = lines(words, &details);
    view! {
        <dl class="details">
            {lines
                .into_iter()
                .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })
                .collect_view()}
        </dl>
        <CopyText text label=words.copy_diagnostic/>
    }
}

/// Name and value of each line, in the order in which they are asked for.
fn lines(words: &'static Words, details: &MessageDetails) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    // An application has models of its own, which nobody here was told.
    let runs = details.runs.iter().filter(|run| !run.sent.application);
    let mut models: Vec<&str> = runs.map(|run| run.model.as_str()).collect();
    models.dedup();
    if !models.is_empty() {
        lines.push((words.model, models.join(", ")));
    }
    if let Some(run) = details.runs.first() {
        lines.extend(sent::lines(words, &run.sent));
    }
    if details.edited {
        lines.push((words.version, words.edited.to_owned()));
    }
    if let Some(sum) = details.sum() {
        lines.extend(figures(words, sum));
    }
    let ended = match details.status {
        MessageStatus::Complete | MessageStatus::Generating => None,
        MessageStatus::Waiting => Some(words.waits_for_you),
        MessageStatus::Stopped => Some(words.stopped),
        MessageStatus::Interrupted => Some(words.interrupted),
        MessageStatus::Truncated => Some(words.truncated),
        MessageStatus::Failed => {
            let code = details.failure.as_ref().map(|failure| failure.code);
            Some(words.failure(code.unwrap_or(model::FailureCode::Internal)))
        }
    };
    if let Some(ended) = ended {
        lines.push((words.ended_early, ended.to_owned()));
    }
    if details.runs.len() > 1 {
        let continued = words.runs_count(&details.runs.len().to_string());
        lines.push((words.runs, continued));
    }
    for run in &details.runs {
        if let Some(id) = &run.upstream_request_id {
            lines.push((words.request_id, id.clone()));
        }
    }
    lines.push((words.message_id, details.message.to_string()));
    lines
}

fn figures(words: &'static Words, sum: RunSum) -> Vec<(&'static str, String)> {
    let usage = sum.usage;
    let mut lines = vec![
        (words.tokens_in, count(usage.input_tokens)),
        (words.tokens_out, count(usage.output_tokens)),
    ];
    // A detail of the two above, and most often nothing.
    if usage.reasoning_tokens > 0 {
        lines.push((words.tokens_reasoning, count(usage.reasoning_tokens)));
    }
    if usage.cached_tokens > 0 {
        lines.push((words.tokens_cached, count(usage.cached_tokens)));
    }
    let cost = sum
        .cost
        .map_or_else(|| words.cost_unknown.to_owned(), exact_yuan);
    lines.push((words.cost, cost));
    if let Some(first) = sum.first_token_ms {
        lines.push((words.first_token, duration(words, first)));
    }
    if let Some(tenths) = sum.tokens_in_ten_seconds {
        let speed = format!("{}.{}", tenths / 10, tenths % 10);
        lines.push((words.speed, words.tokens_a_second(&speed)));
    }
    if sum.is_estimate {
        lines.push((words.figures_from, words.figures_estimated.to_owned()));
    }
    lines
}
