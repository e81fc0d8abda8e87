//! The messages, in a view that scrolls by the rules.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::{
    message::Message,
    open::OpenConversation,
    quote::{QuoteButton, Quoting},
    scroller::Scroller,
};
use crate::{
    browser,
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// The conversation so far. `pending` is a question that is on its way to the server, `text` what is typed in the
/// composer.
#[component]
pub fn Transcript(
    conversation: OpenConversation,
    scroller: Scroller,
    pending: RwSignal<Option<String>>,
    text: RwSignal<String>,
) -> impl IntoView {
    let words = use_words();
    let quoting = Quoting::new();
    let older = move || conversation.load_older(move || scroller.hold());
    Effect::new(move |_| {
        watch_growth(conversation);
        scroller.drawn();
        browser::after_layout(move || name_copy_buttons(words.copy));
    });
    view! {
        <div
            class="transcript"
            id="main"
            tabindex="-1"
            node_ref=scroller.view
            on:scroll=move |_| {
                scroller.rested(older);
                quoting.moved();
            }
            on:wheel=move |event| scroller.wheel(&event)
            on:touchmove=move |event| scroller.touch(&event)
            on:keydown=move |event| scroller.key(&event)
            on:mousedown=move |event| scroller.press(&event)
            on:click=move |event| copy_code(&event)
        >
            <div class="transcript__column">
                {move || {
                    conversation
                        .older_than
                        .get()
                        .map(|message| {
                            view! {
                                <a class="transcript__older" href=format!("/c/{}?before={message}", conversation.id) rel="external">
                                    {move || if conversation.is_loading_older.get() { words.loading_older } else { words.older }}
                                </a>
                            }
                        })
                }}
                <For
                    each=move || conversation.messages.get()
                    key=|message| message.id
                    children=move |message| view! { <Message message conversation scroller/> }
                />
                {move || pending.get().map(|text| view! { <PendingQuestion text/> })}
                <div class="transcript__spacer" node_ref=scroller.spacer></div>
            </div>
        </div>
        <QuoteButton quoting text/>
        <button
            class="to-bottom"
            type="button"
            aria-label=words.to_bottom
            hidden=move || !scroller.offers_button().get()
            on:click=move |_| scroller.return_to_end()
        >
            <Glyph icon=Icon::Down/>
        </button>
    }
}

/// A question that the server has not taken yet.
#[component]
pub fn PendingQuestion(text: String) -> impl IntoView {
    view! {
        <article class="message" data-speaker="user" data-pending="true">
            <div class="message__question">{text}</div>
        </article>
        <div class="message__waiting" aria-hidden="true"><span></span><span></span><span></span></div>
    }
}

/// Makes the running effect depend on everything that makes the newest message taller.
fn watch_growth(conversation: OpenConversation) {
    conversation.messages.with(|messages| {
        if let Some(last) = messages.last() {
            last.status.track();
            for blocks in [&last.reasoning, &last.blocks] {
                blocks.with(|blocks| {
                    if let Some(open) = blocks.last() {
                        open.track();
                    }
                });
            }
        }
    });
}

/// The server renders an answer once for readers of every language: the buttons' names are the page's.
fn name_copy_buttons(name: &str) {
    let Some(document) = browser::window().and_then(|window| window.document()) else {
        return;
    };
    let Ok(buttons) = document.query_selector_all("[data-action=copy-code]:not([aria-label])")
    else {
        return;
    };
    for index in 0..buttons.length() {
        if let Some(button) = buttons
            .item(index)
            .and_then(|node| node.dyn_into::<Element>().ok())
        {
            // A constant attribute can be set.
            let _named = button.set_attribute("aria-label", name);
        }
    }
}

/// One listener for the copy buttons inside the rendered answers.
fn copy_code(event: &leptos::ev::MouseEvent) {
    let Some(button) = browser::closest(event, "[data-action=copy-code]") else {
        return;
    };
    let Some(code) = button
        .closest(".code, figure, pre")
        .ok()
        .flatten()
        .and_then(|block| block.query_selector("code").ok().flatten())
        .and_then(|code| code.text_content())
    else {
        return;
    };
    leptos::task::spawn_local(async move {
        if browser::copy(&code).await {
            // Attributes of an element that exists can be set.
            let _shown = button.set_attribute("data-state", "copied");
            gloo_timers::future::TimeoutFuture::new(2_000).await;
            let _hidden = button.remove_attribute("data-state");
        }
    });
}
