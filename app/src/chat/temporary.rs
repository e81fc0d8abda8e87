//! Temporary conversations: begun from the page of a new one, told of while they last, gone when their page is left.

use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use model::ConversationId;
use server_fn::ServerFn;

use super::open::OpenConversation;
use crate::{
    address::with_query,
    api::folders::{ForgetConversation, forget_conversation},
    browser,
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// On the page of a new conversation: the way to a temporary one, and back.
#[component]
pub fn TemporarySwitch(is_temporary: Signal<bool>) -> impl IntoView {
    let words = use_words();
    let query = use_query_map();
    // With whom the conversation begins stays.
    let href = move || {
        let temporary = if is_temporary.get() { "" } else { "1" };
        query.with(|query| {
            let assistant = query.get_str("assistant").unwrap_or_default();
            with_query("/", &[("assistant", assistant), ("temporary", temporary)])
        })
    };
    let name = move || {
        if is_temporary.get() {
            words.temporary_off
        } else {
            words.temporary_on
        }
    };
    view! {
        <a
            class="icon-button"
            href=href
            title=name
            aria-label=name
            data-on=move || is_temporary.get().then_some("true")
        >
            <Glyph icon=Icon::Hourglass/>
        </a>
    }
}

/// What being temporary means.
#[component]
pub fn TemporaryNote() -> impl IntoView {
    view! { <div class="notice temporary" role="note"><Meaning/></div> }
}

/// What is kept of it is folded: on a phone all of it would cover what is said.
#[component]
fn Meaning() -> impl IntoView {
    let words = use_words();
    view! {
        <p>{words.temporary_note}</p>
        <details class="temporary__more">
            <summary>{words.temporary_more}</summary>
            <p>{words.temporary_kept}</p>
        </details>
    }
}

/// In the open conversation: what it is, and the button that ends it now. Leaving the page ends it too.
#[component]
pub fn TemporaryBar(conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    let id = conversation.id;
    leave_nothing(id);
    let navigate = use_navigate();
    let forget = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let navigate = navigate.clone();
        spawn_local(async move {
            match forget_conversation(id).await {
                Ok(()) => navigate("/?temporary=1", NavigateOptions::default()),
                Err(error) => {
                    conversation.problem.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <div class="notice temporary" role="note">
            <Meaning/>
            <form method="post" action=ForgetConversation::PATH on:submit=forget>
                <input type="hidden" name="id" value=id.to_string()/>
                <button class="button">{words.temporary_end}</button>
            </form>
        </div>
    }
}

/// Has the server forget it when the page goes, or leads elsewhere. What does not arrive is made up for by the clock.
fn leave_nothing(id: ConversationId) {
    let forget = move || {
        let id = id.to_string();
        browser::post_while_leaving(ForgetConversation::PATH, &[("id", &*id)]);
    };
    Effect::new(move |_| {
        let leaving = window_event_listener(ev::pagehide, move |_| forget());
        on_cleanup(move || {
            leaving.remove();
            forget();
        });
    });
}
