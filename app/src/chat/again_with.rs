//! Asking for one more answer that is shorter, longer, or as the person says. What is sent of it is what the button tells.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use model::{AnswerWish, FailureCode, MessageId};

use super::open::OpenConversation;
use crate::{
    api::generation::regenerate,
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        text_field::{Kind, TextField},
    },
};

/// The part of an answer's menu that asks for another one.
#[component]
pub fn AgainWith(conversation: OpenConversation, message: MessageId) -> impl IntoView {
    let words = use_words();
    let own = RwSignal::new(String::new());
    let problem = RwSignal::new(None);
    let ready = [
        (words.again_shorter, words.wish_shorter),
        (words.again_longer, words.wish_longer),
        (words.again_details, words.wish_details),
    ];
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = own.get_untracked();
        match AnswerWish::parse(&typed) {
            Ok(None) => {}
            Ok(Some(_)) => ask(conversation, message, typed),
            Err(code) => problem.set(Some(code)),
        }
    };
    let told = Signal::derive(move || {
        let problem: Option<FailureCode> = problem.get();
        problem.map(|code| words.failure(code).to_owned())
    });
    let is_blank = move || own.with(|typed| typed.trim().is_empty());
    view! {
        <div class="menu__again" role="group" aria-label=words.again_with>
            <p class="menu__head" aria-hidden="true">{words.again_with}</p>
            <div class="menu__row">
                {ready
                    .map(|(label, wish)| {
                        let press = move |_| ask(conversation, message, wish.to_owned());
                        view! {
                            <button class="button" type="button" title=wish on:click=press>
                                {label}
                            </button>
                        }
                    })
                    .into_iter()
                    .collect_view()}
            </div>
            <form class="menu__row" on:submit=submit>
                <TextField
                    name="wish"
                    label=words.again_own
                    kind=Kind::Optional("off")
                    value=own
                    problem=told
                    hint=words.again_own_note
                />
                <button
                    class="icon-button"
                    title=words.again_own_send
                    aria-label=words.again_own_send
                    disabled=is_blank
                >
                    <Glyph icon=Icon::Again/>
                </button>
            </form>
        </div>
    }
}

/// Closes the menu and asks; what goes wrong is said in the page.
fn ask(conversation: OpenConversation, message: MessageId, wish: String) {
    conversation.acts.menu.set(None);
    conversation.problem.set(None);
    spawn_local(async move {
        match regenerate(conversation.id, message, None, wish).await {
            Ok(()) => conversation.refresh(),
            Err(error) => {
                conversation.problem.try_set(Some(error));
            }
        }
    });
}
