//! What else can be done with a message: one menu for all of them, at the button that opened it, and on a narrow screen at
//! the foot.

use leptos::{ev, html, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::{MessageId, ModelChoice, ModelName, Permission, Speaker};

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    acts::{Acts, more_id},
    again_with::AgainWith,
    aloud::{Aloud, AloudBar, all, spoken},
    answer::OpenMessage,
    model_picker::ModelPicker,
    open::OpenConversation,
    remember,
};
use crate::{
    api::{conversations::load_source, generation::regenerate, messages::delete_branch},
    browser,
    language::use_words,
    session::use_session,
    ui::{
        dialog::follow,
        icon::{Glyph, Icon},
    },
};

/// Between the menu, its button and the window's edges, in pixels.
const GAP: f64 = 8.0;

/// What an answer says, part by part.
const SAID: &str = ".message__answer > .prose__block";

/// The menu, for whichever message opens it.
#[component]
pub fn MessageMenu(conversation: OpenConversation, models: Vec<ModelChoice>) -> impl IntoView {
    let words = use_words();
    let menu = conversation.acts.menu;
    let aloud = Aloud(RwSignal::new(None));
    let dialog = NodeRef::<html::Dialog>::new();
    // Closes by itself when its message goes.
    let message = Memo::new(move |_| menu.get().filter(|id| conversation.find(*id).is_some()));
    follow(dialog, Signal::derive(move || message.get().is_some()));
    Effect::new(move |_| {
        if let (Some(id), Some(dialog)) = (message.get(), dialog.get()) {
            browser::after_layout(move || place(&dialog, &more_id(id)));
        }
    });
    let outside = move |event: ev::MouseEvent| {
        // Only the backdrop is the dialog itself: inside it stands its list.
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlElement>().ok());
        if target.is_some_and(|target| target.tag_name() == "DIALOG") {
            menu.set(None);
        }
    };
    view! {
        <dialog
            class="menu"
            aria-label=words.message_actions
            node_ref=dialog
            on:close=move |_| menu.set(None)
            on:click=outside
        >
            {move || {
                let message = conversation.find(message.get()?)?;
                Some(view! { <Items message conversation aloud models=models.clone()/> })
            }}
        </dialog>
        <AloudBar aloud/>
    }
}

#[component]
fn Items(
    message: OpenMessage,
    conversation: OpenConversation,
    aloud: Aloud,
    models: Vec<ModelChoice>,
) -> impl IntoView {
    let words = use_words();
    let session = use_session().get_untracked().and_then(Result::ok);
    let may_speak =
        session.is_some_and(|session| session.permissions.contains(Permission::MediaUse));
    let (acts, problem, id) = (conversation.acts, conversation.problem, message.id);
    let is_answer = message.speaker == Speaker::Assistant;
    // A temporary conversation is gone with its page, which comparing leaves.
    let question = if is_answer { message.parent } else { Some(id) };
    let question = question.filter(|_| !conversation.is_temporary);
    let has_text = !is_answer || message.blocks.with_untracked(|blocks| !blocks.is_empty());
    let copy_source = move || {
        let copying = browser::copy_coming(load_source(conversation.id, id));
        spawn_local(async move {
            match copying.await {
                Ok(true) => acts.tell(words.copied),
                Ok(false) => acts.tell(words.copy_failed),
                Err(error) => {
                    problem.try_set(Some(error));
                }
            }
        });
    };
    let copy_text = move || {
        if let Some(text) = shown_text(&more_id(id)) {
            spawn_local(async move { acts.copy(&text, words.copied, words.copy_failed).await });
        }
    };
    let read_aloud = move || match spoken(&more_id(id)) {
        Some(text) => aloud.0.set(Some(text)),
        None => acts.tell(words.read_aloud_nothing),
    };
    let navigate = use_navigate();
    let keep = move || {
        let navigate = navigate.clone();
        spawn_local(async move {
            match load_source(conversation.id, id).await {
                Ok(text) => {
                    remember::wait(&text);
                    navigate(remember::PAGE, NavigateOptions::default());
                }
                Err(error) => {
                    problem.try_set(Some(error));
                }
            }
        });
    };
    let edited = message.clone();
    let edit = move || acts.edit(conversation.id, &edited, problem);
    let delete = move || {
        spawn_local(async move {
            match delete_branch(conversation.id, id).await {
                Ok(()) => {
                    acts.deleted.try_set(Some(id));
                    conversation.refresh();
                    browser::focus_drawn("main".to_owned());
                }
                Err(error) => {
                    problem.try_set(Some(error));
                }
            }
        });
    };
    view! {
            <ul class="menu__list">
                {has_text.then(|| {
                    let label = if is_answer { words.copy_markdown } else { words.copy };
                    view! { <Item label icon=Icon::Copy acts act=copy_source/> }
                })}
                {(has_text && is_answer).then(|| view! {
                    <Item label=words.copy_text icon=Icon::Copy acts act=copy_text/>
                })}
                {(has_text && is_answer && may_speak).then(|| view! {
                    <Item label=words.read_aloud icon=Icon::Voice acts act=read_aloud/>
                })}
                {has_text.then(|| view! { <Item label=words.edit icon=Icon::Pen acts act=edit/> })}
    // There are none to choose from where an application answers.
    {(is_answer && !models.is_empty()).then(|| view! { <li><AgainWith conversation message=id/></li> })}
    {(!models.is_empty()).then(|| view! { <li><WithModel conversation message=id question models/></li> })}
    {(has_text && !conversation.is_temporary).then(|| view! { <Item label=words.memory_keep icon=Icon::Pin acts act=keep/> })}

                <Item
                    label=words.details
                    icon=Icon::Columns
                    acts
                    act=move || acts.show_details(conversation.id, id)
                />
                <Item label=words.delete_branch icon=Icon::Bin acts act=delete/>
            </ul>
        }
}

/// A line of the menu: closes it and does something.
#[component]
fn Item<F>(label: &'static str, icon: Icon, acts: Acts, act: F) -> impl IntoView
where
    F: Fn() + Send + Sync + 'static,
{
    let press = move |_| {
        acts.menu.set(None);
        act();
    };
    view! {
        <li>
            <button class="menu__item" type="button" on:click=press>
                <Glyph icon/>
                {label}
            </button>
        </li>
    }
}

/// Answers once more, by a model that is chosen here and answers from then on.
#[component]
fn WithModel(
    conversation: OpenConversation,
    message: MessageId,
    /// What several models can answer on the page that compares them.
    question: Option<MessageId>,
    models: Vec<ModelChoice>,
) -> impl IntoView {
    let words = use_words();
    let chosen = RwSignal::new(conversation.model.get_untracked());
    let again = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let model: ModelName = chosen.get_untracked();
        conversation.acts.menu.set(None);
        conversation.problem.set(None);
        // Who answers a single question is not who answers next.
        let is_once = conversation.messages.with_untracked(|messages| {
            let mut all = messages.iter();
            all.any(|it| it.id == message && it.assistant.is_some())
        });
        spawn_local(async move {
            match regenerate(
                conversation.id,
                message,
                Some(model.clone().into()),
                String::new(),
            )
            .await
            {
                Ok(()) => {
                    if !is_once {
                        conversation.model.try_set(model);
                    }
                    conversation.refresh();
                }
                Err(error) => {
                    conversation.problem.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <form class="menu__row" on:submit=again>
            <ModelPicker models chosen/>
            <button class="button">
                <Glyph icon=Icon::Again/>
                {words.regenerate}
            </button>
        </form>
            {question.map(|question| view! {
                <a
                    class="menu__item"
                    href=format!("/c/{}/compare/{question}", conversation.id)
                    on:click=move |_| conversation.acts.menu.set(None)
                >
                    <Glyph icon=Icon::Columns/>
                    {words.compare_several}
                </a>
            })}
    }
}

/// The answer beside that button as it is read, without the tools that were called for it.
fn shown_text(button: &str) -> Option<String> {
    let document = browser::window()?.document()?;
    let message = document.get_element_by_id(button)?.closest(".message");
    let blocks = all(&message.ok()??, SAID).into_iter();
    let texts = blocks.filter_map(|block| Some(block.dyn_into::<HtmlElement>().ok()?.inner_text()));
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}

/// Moves the menu to its button; the style sheet decides whether it stays there.
fn place(menu: &web_sys::HtmlDialogElement, button: &str) {
    let button = browser::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id(button));
    let (Some(button), Some(root)) = (button, browser::root()) else {
        return;
    };
    let (button, own) = (
        button.get_bounding_client_rect(),
        menu.get_bounding_client_rect(),
    );
    let (width, height) = (
        f64::from(root.client_width()),
        f64::from(root.client_height()),
    );
    let top = beside(button.top(), button.bottom(), own.height(), height);
    let left = button.left().min(width - own.width() - GAP).max(GAP);
    let style = HtmlElement::style(menu);
    for (name, value) in [("--menu-top", top), ("--menu-left", left)] {
        // Setting a plain property can't fail.
        let _set = style.set_property(name, &format!("{value:.0}px"));
    }
}

/// Where the upper edge of a menu of this height is: under its button, above it where there is no room, and always within
/// the window.
fn beside(top: f64, bottom: f64, menu: f64, window: f64) -> f64 {
    let below = bottom + GAP;
    let fits = below + menu + GAP <= window;
    let wanted = if fits { below } else { top - GAP - menu };
    wanted.min(window - menu - GAP).max(GAP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_stands_where_there_is_room() {
        for (top, bottom, menu, expected) in [
            (100.0, 136.0, 300.0, 144.0),
            (600.0, 636.0, 300.0, 292.0),
            (100.0, 136.0, 900.0, GAP),
        ] {
            let found = beside(top, bottom, menu, 800.0);
            assert!((found - expected).abs() < f64::EPSILON, "{found}");
        }
    }
}
