//! The messages, in a view that scrolls by the rules.

use leptos::{ev, prelude::*};

use super::{
    finding::LeftOut,
    message::Message,
    open::OpenConversation,
    quote::{QuoteButton, Quoting},
    scroller::Scroller,
    tools::{self, Preview},
};
use crate::{
    browser::{self, frames::OnceAFrame},
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        list::list_of,
        visible::visible,
    },
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
    let preview = RwSignal::new(None);
    let quoting = Quoting::new();
    let older = move || {
        conversation.load_older(move || {
            scroller.hold();
            if browser::has_keyboard(".transcript__older") {
                // With the first of all messages goes what was pressed.
                browser::after_layout(|| browser::focus_where_lost("main"));
            }
        });
    };
    // To leave the page would end a temporary conversation. Who wants a tab of its own gets one.
    let press_older = move |event: ev::MouseEvent| {
        if !event.ctrl_key() && !event.meta_key() && !event.shift_key() {
            event.prevent_default();
            older();
        }
    };
    let comes = OnceAFrame::new();
    Effect::new(move |_| {
        conversation.messages.track();
        comes.ask(move || tools::name_buttons(words));
    });
    Effect::new(move |_| {
        watch_growth(conversation);
        scroller.drawn(move || {
            if let Some(answer) = scroller.newest_answer() {
                tools::name_buttons_in(&answer, words);
            }
        });
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
            on:click=move |event| tools::press(&event, words, preview)
        >
            <div class="transcript__column">
                <PrintedInPart conversation/>
                {move || {
                    conversation
                        .older_than
                        .get()
                        .map(|message| {
                            view! {
                                <a
                                    class="transcript__older"
                                    href=format!("/c/{}?before={message}", conversation.id)
                                    rel="external"
                                    on:click=press_older
                                >
                                    {move || if conversation.is_loading_older.get() { words.loading_older } else { words.older }}
                                </a>
                            }
                        })
                }}
                {list_of(
                    move || conversation.ids(),
                    ToString::to_string,
                    move |id| {
                        let message = untrack(|| conversation.find(id));
                        message.map(|message| view! { <Message message conversation scroller/> })
                    },
                )}
                {move || pending.get().map(|text| view! { <PendingQuestion text/> })}
                <div class="transcript__spacer" node_ref=scroller.spacer></div>
            </div>
        </div>
        <QuoteButton quoting text/>
        <LeftOut conversation scroller/>
        <button
            class="to-bottom"
            type="button"
            aria-label=words.to_bottom
            hidden=move || !scroller.offers_button().get()
            on:click=move |_| scroller.return_to_end()
        >
            <Glyph icon=Icon::Down/>
        </button>
        <Preview code=preview/>
    }
}

/// Says on paper, and only there, how all of it is printed. A temporary conversation is nowhere else.
#[component]
fn PrintedInPart(conversation: OpenConversation) -> impl IntoView {
    let words = use_words();
    move || {
        let is_said = conversation.is_in_part() && !conversation.is_temporary;
        is_said.then(|| {
            let way = words.print_part(words.take_print, words.take_along);
            view! { <p class="transcript__part">{way}</p> }
        })
    }
}

/// A question that the server has not taken yet.
#[component]
pub fn PendingQuestion(text: String) -> impl IntoView {
    view! {
        <article class="message" data-speaker="user" data-pending="true">
            {(!text.trim().is_empty()).then(|| view! { <div class="message__question">{visible(text)}</div> })}
        </article>
        <div class="message__waiting" aria-hidden="true"><span></span><span></span><span></span></div>
    }
}

/// Makes the running effect depend on everything that makes the newest message taller.
fn watch_growth(conversation: OpenConversation) {
    conversation.messages.with(|messages| {
        if let Some(last) = messages.last() {
            last.status.track();
            last.tools.track();
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
