//! What can be done with a message at once; the rest is in its menu. What changes something is a form, so it works before
//! the page is live.

use std::future::Future;

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use model::{MessageId, MessageStatus};
use server_fn::ServerFn;

use super::{
    acts::more_id, answer::OpenMessage, branch_switcher::BranchSwitcher, open::OpenConversation,
    rate::Rate,
};
use crate::{
    api::{
        conversations::load_source,
        generation::{ContinueAnswer, Regenerate, continue_answer, regenerate},
    },
    browser,
    error::AppError,
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// Other versions, editing, the menu; and an answer, where there is none.
#[component]
pub fn QuestionActions(message: OpenMessage, conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    let id = message.id;
    let is_unanswered = Memo::new(move |_| {
        let is_last = |last: &OpenMessage| last.id == id;
        let messages = conversation.messages;
        !conversation.is_past && messages.with(|messages| messages.last().is_some_and(is_last))
    });
    let edited = message.clone();
    let edit = move |_| {
        conversation
            .acts
            .edit(conversation.id, &edited, conversation.problem);
    };
    // The menu has it where scripts run. Ours alone: ids and words of the translations.
    let several = format!(
        r#"<a class="icon-button" data-labelled="true" href="/c/{}/compare/{id}">{}</a>"#,
        conversation.id, words.compare_several
    );
    let several =
        (!conversation.is_temporary).then(|| view! { <noscript inner_html=several></noscript> });
    view! {
        <div class="actions">
            <BranchSwitcher message conversation/>
            {several}
            {move || {
                is_unanswered
                    .get()
                    .then(|| {
                        view! {
                            <ActionButton
                                path=Regenerate::PATH
                                conversation
                                message=id
                                label=words.answer_now
                                icon=Icon::Again
                                labelled=true
                                run=move || regenerate(conversation.id, id, None, String::new())
                            />
                        }
                    })
            }}
            <button
                class="icon-button"
                type="button"
                data-needs="script"
                data-act="edit"
                title=words.edit
                aria-label=words.edit
                on:click=edit
            >
                <Glyph icon=Icon::Pen/>
            </button>
            <MoreButton conversation message=id/>
        </div>
    }
}

/// Other versions, copying, once more, going on, the menu. Hidden until the answer has settled.
#[component]
pub fn AnswerActions(message: OpenMessage, conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    let id = message.id;
    move || {
        let status = message.status.get();
        if status == MessageStatus::Generating {
            return None;
        }
        let again = if status == MessageStatus::Failed {
            words.try_again
        } else {
            words.regenerate
        };
        let has_text = !message.blocks.with(Vec::is_empty);
        let go_on = status.is_cut() && (has_text || !message.tools.with(Vec::is_empty));
        Some(view! {
            <div class="actions">
                {go_on.then(|| view! {
                    <ActionButton
                        path=ContinueAnswer::PATH
                        conversation
                        message=id
                        label=words.continue_answer
                        icon=Icon::Continue
                        labelled=true
                        run=move || continue_answer(conversation.id, id)
                    />
                })}
                <BranchSwitcher message=message.clone() conversation/>
                {has_text.then(|| view! { <CopyButton conversation message=id/> })}
                <ActionButton
                    path=Regenerate::PATH
                    conversation
                    message=id
                    label=again
                    icon=Icon::Again
                    labelled=status == MessageStatus::Failed
                    run=move || regenerate(conversation.id, id, None, String::new())
                />
                {has_text.then(|| view! { <Rate message=message.clone() conversation/> })}
                <MoreButton conversation message=id/>
                {message.model.clone().map(|model| view! { <span class="actions__model">{String::from(model)}</span> })}
            </div>
        })
    }
}

/// Sends a small form by a script and takes in what came of it; a second press meanwhile is none.
fn act<F>(
    event: &SubmitEvent,
    conversation: OpenConversation,
    busy: RwSignal<bool>,
    request: impl FnOnce() -> F,
) where
    F: Future<Output = Result<(), AppError>> + 'static,
{
    event.prevent_default();
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    conversation.problem.set(None);
    let request = request();
    spawn_local(async move {
        match request.await {
            Ok(()) => {
                conversation.reload().await;
                // What was pressed may have gone with what it stood below.
                browser::after_layout(|| browser::focus_where_lost("main"));
            }
            Err(error) => {
                conversation.problem.try_set(Some(error));
            }
        }
        busy.try_set(false);
    });
}

#[component]
fn ActionButton<R, F>(
    path: &'static str,
    conversation: OpenConversation,
    message: MessageId,
    label: &'static str,
    icon: Icon,
    labelled: bool,
    run: R,
) -> impl IntoView
where
    R: Fn() -> F + Send + 'static,
    F: Future<Output = Result<(), AppError>> + 'static,
{
    let busy = RwSignal::new(false);
    view! {
        <form method="post" action=path on:submit=move |event| act(&event, conversation, busy, &run)>
            <input type="hidden" name="id" value=conversation.id.to_string()/>
            <input type="hidden" name="message" value=message.to_string()/>
            <button
                class="icon-button"
                data-labelled=labelled.then_some("true")
                title=label
                aria-label=label
                aria-busy=move || busy.get().then_some("true")
            >
                <Glyph icon/>
                {labelled.then(|| view! { <span>{label}</span> })}
            </button>
        </form>
    }
}

/// Copies the answer's Markdown. Only a script can, so it shows only with one.
#[component]
fn CopyButton(conversation: OpenConversation, message: MessageId) -> impl IntoView {
    let words = use_words();
    let label = RwSignal::new(words.copy);
    let copy = move |_| {
        let copying = browser::copy_coming(load_source(conversation.id, message));
        spawn_local(async move {
            let copied = match copying.await {
                Ok(copied) => copied,
                Err(error) => {
                    conversation.problem.try_set(Some(error));
                    return;
                }
            };
            if !copied {
                // A name alone is seen by nobody who has no pointer.
                conversation.acts.tell(words.copy_failed);
                return;
            }
            label.try_set(words.copied);
            gloo_timers::future::TimeoutFuture::new(2_000).await;
            label.try_set(words.copy);
        });
    };
    view! {
        <button
            class="icon-button"
            type="button"
            data-needs="script"
            data-act="copy"
            data-done=move || (label.get() == words.copied).then_some("true")
            title=move || label.get()
            aria-label=move || label.get()
            on:click=copy
        >
            <Glyph icon=Icon::Copy/>
        </button>
    }
}

/// Opens the message's menu.
#[component]
fn MoreButton(conversation: OpenConversation, message: MessageId) -> impl IntoView {
    let words = use_words();
    view! {
        <button
            class="icon-button"
            type="button"
            id=more_id(message)
            data-needs="script"
            title=words.more
            aria-label=words.more
            aria-haspopup="dialog"
            on:click=move |_| conversation.acts.menu.set(Some(message))
        >
            <Glyph icon=Icon::More/>
        </button>
    }
}
