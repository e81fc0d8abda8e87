//! One message.

use leptos::{either::Either, html, prelude::*};
use model::{AnswerFailure, MessageStatus, Millis, Speaker};

use super::{
    actions::{AnswerActions, QuestionActions},
    answer::OpenMessage,
    attachments::Attachments,
    editing::{EditBox, Unsaved, is_editing},
    found,
    once::AskedOnce,
    open::OpenConversation,
    reasoning::{BlockList, Reasoning},
    references::References,
    scroller::Scroller,
    tool_card::BlocksAndTools,
    tools,
};
use crate::{
    browser,
    language::use_words,
    ui::{visible::visible, wait::Wait},
};

/// A question or an answer.
#[component]
pub fn Message(
    message: OpenMessage,
    conversation: OpenConversation,
    scroller: Scroller,
) -> impl IntoView {
    match message.speaker {
        Speaker::User => Either::Left(view! { <Question message conversation scroller/> }),
        Speaker::Assistant => Either::Right(view! { <AnswerView message conversation scroller/> }),
    }
}

#[component]
fn Question(
    message: OpenMessage,
    conversation: OpenConversation,
    scroller: Scroller,
) -> impl IntoView {
    let words = use_words();
    let id = message.id;
    let editing = is_editing(conversation, id);
    let place = NodeRef::<html::Article>::new();
    let is_far = scroller.nearness.watch(place);
    let content = move || {
        let (message, shown) = (message.clone(), message.clone());
        view! {
            {move || {
                let message = shown.clone();
                if editing.get() {
                    Either::Left(view! { <EditBox message conversation scroller/> })
                } else {
                    let text = message.text.clone();
                    Either::Right(view! {
                        <AskedOnce asked=message.assistant.clone() is_answer=false/>
                        <Attachments attachments=message.attachments.clone()/>
                        {(!text.is_empty()).then(|| view! { <div class="message__question">{visible(text)}</div> })}
                        <QuestionActions message conversation/>
                    })
                }
            }}
            <Unsaved message conversation/>
        }
        .into_any()
    };
    view! {
        <article
            class="message"
            data-speaker="user"
            id=found::anchor(id)
            data-found=found::mark(id)
            node_ref=place
        >
            <h2 class="visually-hidden">{words.you}</h2>
            {move || (!is_far.get()).then(&content)}
        </article>
    }
}

#[component]
fn AnswerView(
    message: OpenMessage,
    conversation: OpenConversation,
    scroller: Scroller,
) -> impl IntoView {
    let words = use_words();
    let id = message.id;
    let editing = is_editing(conversation, id);
    let place = NodeRef::<html::Article>::new();
    let is_far = scroller.nearness.watch(place);
    let status = message.status.clone();
    let is_generating = Memo::new(move |_| status.get() == MessageStatus::Generating);
    let is_waiting = {
        let (blocks, reasoning) = (message.blocks.clone(), message.reasoning.clone());
        let tools = message.tools.clone();
        Memo::new(move |_| {
            is_generating.get()
                && blocks.with(Vec::is_empty)
                && reasoning.with(Vec::is_empty)
                && tools.with(Vec::is_empty)
        })
    };
    Effect::new(move |was_far: Option<bool>| {
        let is_far = is_far.get();
        if was_far == Some(true) && !is_far {
            // As with those of a new answer.
            browser::after_layout(move || {
                if let Some(place) = place.get_untracked() {
                    tools::name_buttons_in(&place, words);
                }
            });
        }
        is_far
    });
    let content = move || {
        let (message, edited) = (message.clone(), message.clone());
        view! {
            <AskedOnce asked=message.assistant.clone() is_answer=true/>
            <Reasoning message=message.clone()/>
            {move || {
                is_waiting
                    .get()
                    .then(|| {
                        view! {
                            <div class="message__waiting" role="img" aria-label=words.writing>
                                <span></span><span></span><span></span>
                            </div>
                        }
                    })
            }}
            <div class="prose message__answer" hidden=move || editing.get()>
                <Body message=message.clone() conversation/>
            </div>
            {move || {
                let message = edited.clone();
                editing.get().then(|| view! { <EditBox message conversation scroller/> })
            }}
            <References references=message.references.clone()/>
            {message.edited.then(|| view! { <p class="message__note">{words.edited}</p> })}
            <Ending message=message.clone()/>
            <Unsaved message=message.clone() conversation/>
            <AnswerActions message conversation/>
        }
        .into_any()
    };
    view! {
        <article
            class="message"
            data-speaker="assistant"
            id=found::anchor(id)
            data-found=found::mark(id)
            aria-busy=move || is_generating.get().then_some("true")
            node_ref=place
        >
            <h2 class="visually-hidden">{words.assistant}</h2>
            {move || (!is_far.get()).then(&content)}
        </article>
    }
}

/// What was said, and the tools that were called meanwhile.
#[component]
fn Body(message: OpenMessage, conversation: OpenConversation) -> impl IntoView {
    let tools = message.tools.clone();
    let has_tools = Memo::new(move |_| !tools.with(Vec::is_empty));
    move || {
        let message = message.clone();
        if has_tools.get() {
            Either::Right(view! { <BlocksAndTools message conversation/> })
        } else {
            Either::Left(view! { <BlockList blocks=message.blocks/> })
        }
    }
}

/// How an answer ended, where it did not simply finish.
#[component]
pub fn Ending(message: OpenMessage) -> impl IntoView {
    let words = use_words();
    move || {
        let note = match message.status.get() {
            MessageStatus::Complete | MessageStatus::Generating => return None,
            MessageStatus::Waiting => words.waits_for_you,
            MessageStatus::Stopped => words.stopped,
            MessageStatus::Interrupted => words.interrupted,
            MessageStatus::Truncated => words.truncated,
            MessageStatus::Failed => {
                return Some(Either::Left(
                    view! { <Failure failure=message.failure.get() begun=message.failed_of/> },
                ));
            }
        };
        Some(Either::Right(view! { <p class="message__note">{note}</p> }))
    }
}

#[component]
fn Failure(
    failure: Option<AnswerFailure>,
    /// When the answer was begun, where it had failed before it was shown.
    #[prop(optional_no_strip)]
    begun: Option<Millis>,
) -> impl IntoView {
    let words = use_words();
    let code = failure
        .as_ref()
        .map_or(model::FailureCode::Internal, |failure| failure.code);
    let wait = failure.as_ref().and_then(|failure| failure.retry_after_s);
    let reference = failure
        .map(|failure| failure.reference)
        .filter(|reference| !reference.is_empty());
    view! {
        <div class="notice" data-tone="danger">
            <p>
                {words.failure(code)}
                {wait.map(|seconds| view! { " " <Wait seconds begun/> })}
            </p>
            {reference.map(|id| view! { <p class="notice__reference">{words.reference(&id)}</p> })}
        </div>
    }
}
