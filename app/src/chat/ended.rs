//! An answer that ended in a conversation that is not looked at: said over the page, with the way there. On a phone nobody sees the list.

use leptos::prelude::*;

use super::sidebar::Sidebar;
use crate::{browser, language::use_words};

/// For the answer that ended last, until its conversation is looked at or this is closed.
#[component]
pub fn EndedToast() -> impl IntoView {
    let words = use_words();
    let ended = expect_context::<Sidebar>().ended;
    let close = move |_| {
        ended.set(None);
        browser::focus("main");
    };
    let toast = move || {
        let (id, title) = ended.get()?;
        Some(view! {
            <div class="toast" data-kind="ended">
                <span>{words.unseen_answer}</span>
                <a class="toast__way" href=format!("/c/{id}")><bdi>{title}</bdi></a>
                <button class="toast__action" type="button" on:click=close>{words.close}</button>
            </div>
        })
    };
    view! { <div role="status">{toast}</div> }
}
