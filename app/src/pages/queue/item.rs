//! One message that waits: what it says, and what can be done with it. Each is a form, so it works before the page is live.

use std::future::Future;

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use model::{Queue, QueuedMessage, SubmissionId, queue::Direction};
use server_fn::ServerFn;

use crate::{
    api::queue::{
        EditQueued, MoveQueued, SendQueued, WithdrawQueued, edit_queued, move_queued, send_queued,
        withdraw_queued,
    },
    browser,
    chat::queueing::Queueing,
    error::AppError,
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        text_field::{Kind, TextField},
    },
};

/// The composer's field.
const FIELD: &str = ".composer textarea[name=prompt]";

/// A message that waits.
#[component]
pub fn Waiting(queueing: Queueing, item: QueuedMessage, is_paused: Memo<bool>) -> impl IntoView {
    let words = use_words();
    let QueuedMessage {
        id,
        text,
        attachments,
        refused,
        version,
        ..
    } = item;
    let conversation = queueing.conversation;
    let names: Vec<String> = attachments
        .iter()
        .map(|file| {
            if file.is_gone {
                words.attachment_gone.to_owned()
            } else {
                file.name.clone()
            }
        })
        .collect();
    let place = Memo::new(move |_| {
        queueing.queue.with(|queue| {
            let place = queue.items.iter().position(|other| other.id == id);
            place.map(|place| (place == 0, place + 1 == queue.items.len()))
        })
    });
    let is_first = move || place.get().is_none_or(|(first, _)| first);
    let is_last = move || place.get().is_none_or(|(_, last)| last);
    let withdraw = move |event: SubmitEvent| {
        // A page without a composer leads to the one that has it.
        if queueing.composer.is_none() {
            return;
        }
        event.prevent_default();
        spawn_local(async move {
            match withdraw_queued(conversation, id).await {
                Ok((message, queue)) => {
                    queueing.queue.try_set(queue);
                    queueing.take_back(message);
                    browser::focus_at_end(FIELD.to_owned());
                }
                Err(error) => failed(queueing, error),
            }
        });
    };
    let step = move |direction: Direction, label: &'static str, class: &'static str| {
        let run = move |event: SubmitEvent| {
            let moved = move_queued(conversation, id, direction.as_str().to_owned());
            act(&event, queueing, moved);
        };
        let is_at_end = move || match direction {
            Direction::Up => is_first(),
            Direction::Down => is_last(),
        };
        view! {
            <form method="post" action=MoveQueued::PATH on:submit=run>
                <Place queueing id/>
                <input type="hidden" name="direction" value=direction.as_str()/>
                <button class=class title=label aria-label=label disabled=is_at_end>
                    <Glyph icon=Icon::Down/>
                </button>
            </form>
        }
    };
    view! {
        <li class="queue__item" id=item_id(id) tabindex="-1" data-refused=refused.is_some().then_some("true")>
            <div class="queue__said">
                <p class="queue__text">{text.clone()}</p>
                {(!names.is_empty()).then(|| view! { <p class="queue__files">{names.join(", ")}</p> })}
                {refused.map(|code| view! { <p class="queue__refused" role="status">{words.failure(code)}</p> })}
            </div>
            <div class="queue__acts">
                {move || {
                    let send = move |event: SubmitEvent| act(&event, queueing, send_queued(conversation, id));
                    is_paused.get().then(|| view! {
                        <form method="post" action=SendQueued::PATH on:submit=send>
                            <Place queueing id/>
                            <button class="button">{words.queue_send_now}</button>
                        </form>
                    })
                }}
                {step(Direction::Up, words.queue_up, "icon-button queue__up")}
                {step(Direction::Down, words.queue_down, "icon-button")}
                <form method="post" action=WithdrawQueued::PATH on:submit=withdraw>
                    <Place queueing id/>
                    <button class="icon-button" title=words.queue_withdraw aria-label=words.queue_withdraw>
                        <Glyph icon=Icon::Undo/>
                    </button>
                </form>
            </div>
            <Editing queueing id version text/>
        </li>
    }
}

/// Which message a form is about.
#[component]
fn Place(queueing: Queueing, id: SubmissionId) -> impl IntoView {
    view! {
        <input type="hidden" name="id" value=queueing.conversation.to_string()/>
        <input type="hidden" name="item" value=id.to_string()/>
    }
}

/// Changing what it says, where it stands.
#[component]
fn Editing(queueing: Queueing, id: SubmissionId, version: i64, text: String) -> impl IntoView {
    let words = use_words();
    let typed = RwSignal::new(text);
    let is_saving = RwSignal::new(false);
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if is_saving.get_untracked() {
            return;
        }
        is_saving.set(true);
        let edited = edit_queued(queueing.conversation, id, version, typed.get_untracked());
        spawn_local(async move {
            match edited.await {
                Ok(queue) => {
                    queueing.problem.try_set(None);
                    queueing.queue.try_set(queue);
                    // It is drawn anew.
                    browser::focus_drawn(item_id(id));
                }
                Err(error) => failed(queueing, error),
            }
            is_saving.try_set(false);
        });
    };
    view! {
        <details class="queue__edit">
            <summary>{words.edit}</summary>
            <form method="post" action=EditQueued::PATH on:submit=save>
                <Place queueing id/>
                <input type="hidden" name="version" value=version.to_string()/>
                <TextField name="text" label=words.queue_edit kind=Kind::LongText value=typed/>
                <button class="button" disabled=move || is_saving.get()>{words.save}</button>
            </form>
        </details>
    }
}

fn item_id(id: SubmissionId) -> String {
    format!("waiting-{id}")
}

/// Sends a small form by a script and takes in what waits then.
fn act<F>(event: &SubmitEvent, queueing: Queueing, request: F)
where
    F: Future<Output = Result<Queue, AppError>> + 'static,
{
    event.prevent_default();
    spawn_local(async move {
        match request.await {
            Ok(queue) => {
                queueing.problem.try_set(None);
                queueing.queue.try_set(queue);
            }
            Err(error) => failed(queueing, error),
        }
    });
}

/// Says why, and looks at what waits by now: something may have been sent meanwhile.
fn failed(queueing: Queueing, error: AppError) {
    queueing.problem.try_set(Some(error));
    crate::chat::queueing::reload_queue(queueing.conversation, queueing.queue);
}
