//! One message that waits: what it says, and what can be done with it. Each is a form, so it works before the page is live.

use std::future::Future;

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use model::{FailureCode, Queue, QueuedMessage, SubmissionId, queue::Direction};
use server_fn::ServerFn;

use super::typed::{FIELD, Typed};
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
        visible::visible,
    },
};

/// A message that waits.
#[component]
pub fn Waiting(queueing: Queueing, item: QueuedMessage, is_paused: Memo<bool>) -> impl IntoView {
    let words = use_words();
    let id = item.id;
    // The row stays as it is while its message changes, with what is typed into it.
    let shown = Memo::new(move |_| {
        let found = queueing.queue.with(|queue| {
            let mut items = queue.items.iter();
            items.find(|other| other.id == id).cloned()
        });
        found.unwrap_or_else(|| item.clone())
    });
    let refused = Memo::new(move |_| shown.with(|item| item.refused));
    let typed = shown.with_untracked(Typed::of);
    let conversation = queueing.conversation;
    let busy = RwSignal::new(false);
    let place = Memo::new(move |_| {
        queueing.queue.with(|queue| {
            let place = queue.items.iter().position(|other| other.id == id);
            place.map(|place| (place == 0, place + 1 == queue.items.len()))
        })
    });
    let withdraw = move |event: SubmitEvent| {
        // A page without a composer leads to the one that has it.
        if queueing.composer.is_none() {
            return;
        }
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let unsaved = typed.take_unsaved();
        spawn_local(async move {
            match withdraw_queued(conversation, id).await {
                Ok((mut message, queue)) => {
                    if let Some(unsaved) = unsaved {
                        message.text = unsaved;
                    }
                    queueing.queue.try_set(queue);
                    queueing.take_back(message);
                    browser::focus_at_end(FIELD.to_owned());
                }
                Err(error) => {
                    typed.is_still_unsaved();
                    failed(queueing, error);
                }
            }
            busy.try_set(false);
        });
    };
    let is_busy = move || busy.get().then_some("true");
    view! {
        <li class="queue__item" id=item_id(id) tabindex="-1" data-refused=move || refused.with(Option::is_some).then_some("true")>
            <Said shown refused/>
            <div class="queue__acts">
                {move || {
                    let send = move |event: SubmitEvent| {
                        // With the message goes what was pressed.
                        let done = || browser::after_layout(|| browser::focus_where_lost("main"));
                        act(&event, queueing, busy, send_queued(conversation, id), done);
                    };
                    is_paused.get().then(|| view! {
                        <form method="post" action=SendQueued::PATH on:submit=send>
                            <Place queueing id/>
                            <button class="button" aria-busy=is_busy>{words.queue_send_now}</button>
                        </form>
                    })
                }}
                <Step queueing id place busy direction=Direction::Up/>
                <Step queueing id place busy direction=Direction::Down/>
                <form method="post" action=WithdrawQueued::PATH on:submit=withdraw>
                    <Place queueing id/>
                    <button class="icon-button" title=words.queue_withdraw aria-label=words.queue_withdraw aria-busy=is_busy>
                        <Glyph icon=Icon::Undo/>
                    </button>
                </form>
            </div>
            <Editing queueing shown typed busy/>
        </li>
    }
}

/// Moves a message one place, unless it stands at that end already. `place` knows whether it is the first and the last.
#[component]
fn Step(
    queueing: Queueing,
    id: SubmissionId,
    place: Memo<Option<(bool, bool)>>,
    busy: RwSignal<bool>,
    direction: Direction,
) -> impl IntoView {
    let words = use_words();
    let (label, class) = match direction {
        Direction::Up => (words.queue_up, "icon-button queue__up"),
        Direction::Down => (words.queue_down, "icon-button"),
    };
    let run = move |event: SubmitEvent| {
        let moved = move_queued(queueing.conversation, id, direction.as_str().to_owned());
        act(&event, queueing, busy, moved, move || {
            go_on_moving(id, direction);
        });
    };
    let is_at_end = move || {
        place
            .get()
            .is_none_or(|(is_first, is_last)| match direction {
                Direction::Up => is_first,
                Direction::Down => is_last,
            })
    };
    view! {
        <form method="post" action=MoveQueued::PATH on:submit=run>
            <Place queueing id/>
            <input type="hidden" name="direction" value=direction.as_str()/>
            <button
                class=class
                data-way=direction.as_str()
                title=label
                aria-label=label
                disabled=is_at_end
                aria-busy=move || busy.get().then_some("true")
            >
                <Glyph icon=Icon::Down/>
            </button>
        </form>
    }
}

/// What it says, which files go along, and why it could not be sent.
#[component]
fn Said(shown: Memo<QueuedMessage>, refused: Memo<Option<FailureCode>>) -> impl IntoView {
    let words = use_words();
    let text = Memo::new(move |_| shown.with(|item| item.text.clone()));
    let files = Memo::new(move |_| {
        shown.with(|item| {
            let files = item.attachments.iter();
            let names = files.map(|file| {
                if file.is_gone {
                    words.attachment_gone
                } else {
                    file.name.as_str()
                }
            });
            names.collect::<Vec<_>>().join(", ")
        })
    });
    view! {
        <div class="queue__said">
            {move || {
                let name = shown.with(|item| item.assistant.as_ref().map(|card| card.name.clone()));
                name.map(|name| view! { <p class="queue__whom">{words.assistant_once(&name)}</p> })
            }}
            <p class="queue__text">{move || visible(text.get())}</p>
            {move || {
                let files = files.get();
                (!files.is_empty()).then(|| view! { <p class="queue__files">{visible(files)}</p> })
            }}
            {move || refused.get().map(|code| view! { <p class="queue__refused" role="status">{words.failure(code)}</p> })}
        </div>
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

/// Changing what it says, where it stands. What is typed stays while the box is open, whatever becomes of the message meanwhile.
#[component]
fn Editing(
    queueing: Queueing,
    shown: Memo<QueuedMessage>,
    typed: Typed,
    busy: RwSignal<bool>,
) -> impl IntoView {
    let words = use_words();
    let id = shown.with_untracked(|item| item.id);
    let fold = typed.fold;
    on_cleanup(move || typed.rescue(queueing, id));
    let now = Memo::new(move |_| shown.with(|item| (item.version, item.text.clone())));
    let (first, _) = now.get_untracked();
    // The version of which the reader knows.
    let version = RwSignal::new(first);
    // Another version was told of before it was here.
    let is_told = StoredValue::new(false);
    Effect::new(move |_| {
        let (newest, text) = now.get();
        let is_open = fold.get_untracked().is_some_and(|fold| fold.open());
        let was_told = is_told.get_value();
        is_told.set_value(false);
        if !is_open {
            typed.begin(text);
        }
        if !is_open || was_told {
            version.set(newest);
        }
    });
    let outdated = move || {
        let newest = now.try_with_untracked(|(newest, _)| *newest);
        if newest == version.try_get_untracked() {
            is_told.try_set_value(true);
        } else if let Some(newest) = newest {
            version.try_set(newest);
        }
    };
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (of, text) = (version.get_untracked(), typed.text.get_untracked());
        let edited = edit_queued(queueing.conversation, id, of, text);
        spawn_local(async move {
            match edited.await {
                Ok(queue) => {
                    if let Some(fold) = fold.try_get_untracked().flatten() {
                        fold.set_open(false);
                    }
                    queueing.problem.try_set(None);
                    queueing.queue.try_set(queue);
                    // It may have been told of already, while the box was open.
                    if let Some((newest, text)) = now.try_get_untracked() {
                        version.try_set(newest);
                        typed.begin(text);
                    }
                    browser::focus_drawn(item_id(id));
                }
                Err(error) => {
                    if error.code == FailureCode::Outdated {
                        outdated();
                    }
                    failed(queueing, error);
                }
            }
            busy.try_set(false);
        });
    };
    view! {
        <details class="queue__edit" node_ref=fold>
            <summary>{words.edit}</summary>
            <form method="post" action=EditQueued::PATH on:submit=save>
                <Place queueing id/>
                <input type="hidden" name="version" value=move || version.get().to_string()/>
                <TextField name="text" label=words.queue_edit kind=Kind::LongText value=typed.text/>
                <button class="button" disabled=move || busy.get()>{words.save}</button>
            </form>
        </details>
    }
}

fn item_id(id: SubmissionId) -> String {
    format!("waiting-{id}")
}

/// Gives the keyboard to what moved that message, or to the message itself once it goes no farther: a line that is moved loses it.
fn go_on_moving(id: SubmissionId, direction: Direction) {
    browser::after_layout(move || {
        let item = item_id(id);
        let way = direction.as_str();
        let buttons = browser::all(&format!("#{item} [data-way={way}]:enabled"));
        if let Some(button) = buttons.first() {
            // A button of the page can be focused.
            let _focused = button.focus();
        } else {
            browser::focus(&item);
        }
    });
}

/// Sends a small form by a script, takes in what waits then, and calls `done`; nothing while something else is done with the message.
fn act<F>(
    event: &SubmitEvent,
    queueing: Queueing,
    busy: RwSignal<bool>,
    request: F,
    done: impl FnOnce() + 'static,
) where
    F: Future<Output = Result<Queue, AppError>> + 'static,
{
    event.prevent_default();
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    spawn_local(async move {
        match request.await {
            Ok(queue) => {
                queueing.problem.try_set(None);
                queueing.queue.try_set(queue);
                done();
            }
            Err(error) => failed(queueing, error),
        }
        busy.try_set(false);
    });
}

/// Says why, and looks at what waits by now: something may have been sent meanwhile.
fn failed(queueing: Queueing, error: AppError) {
    queueing.problem.try_set(Some(error));
    crate::chat::queueing::reload_queue(queueing.conversation, queueing.queue);
}
