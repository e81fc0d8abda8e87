//! Finding words in the open conversation. The browser's own search finds what the page shows, which is not all of a long conversation: who
//! opens it is told so, and where everything is found.

use leptos::{ev, prelude::*};
use model::ConversationId;

use super::{open::OpenConversation, scroller::Scroller};
use crate::{address::with_query, browser, language::use_words, over::shortcuts};

/// Where words are found in that conversation.
pub fn path(id: ConversationId) -> String {
    with_query("/search", &[("conversation", &id.to_string())])
}

/// Says it, once a visit. The browser's search opens all the same.
#[component]
pub fn LeftOut(conversation: OpenConversation, scroller: Scroller) -> impl IntoView {
    let words = use_words();
    let is_told = RwSignal::new(false);
    // What is temporary is in no search.
    let was_told = StoredValue::new(conversation.is_temporary);
    let leaves_out =
        move || untrack(|| conversation.is_in_part()) || scroller.nearness.leaves_out();
    Effect::new(move |_| {
        let pressed = window_event_listener(ev::keydown, move |event| {
            if shortcuts::searches_page(&event) && !was_told.get_value() && leaves_out() {
                was_told.set_value(true);
                is_told.set(true);
            }
        });
        on_cleanup(move || pressed.remove());
    });
    let close = move |_| {
        is_told.set(false);
        browser::after_layout(|| browser::focus_where_lost("main"));
    };
    let told = move || {
        is_told.get().then(|| {
            view! {
                <div class="toast">
                    <span>{words.find_left_out}</span>
                    <a class="toast__action" href=path(conversation.id)>{words.find_here}</a>
                    <button class="toast__action" type="button" on:click=close>{words.close}</button>
                </div>
            }
        })
    };
    view! { <div role="status">{told}</div> }
}
