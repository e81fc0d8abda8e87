//! What can be found in the open conversation and taken along of it: links, which work without scripts.

use leptos::{html, prelude::*};
use model::{ConversationForm, ConversationId, Permission};

use super::finding;
use crate::{
    address::with_query,
    language::{use_language, use_words},
    session::use_session,
    ui::{
        awaited::awaited,
        icon::{Glyph, Icon},
    },
};

/// The menu in the conversation's header.
#[component]
pub fn TakeAlong(id: ConversationId) -> impl IntoView {
    let words = use_words();
    let language = use_language().name();
    let session = use_session();
    let menu = NodeRef::<html::Details>::new();
    let close = move |_| {
        if let Some(menu) = menu.get_untracked() {
            // Taking a plain attribute away can't fail.
            let _closed = menu.remove_attribute("open");
        }
    };
    let export = format!("/c/{id}/export");
    let file = |form: ConversationForm, label: &'static str| {
        let href = with_query(&export, &[("form", form.as_str()), ("language", language)]);
        // The router is not to draw it: it is a file.
        view! { <li><a class="menu__item" href=href rel="external" download=""><Glyph icon=Icon::Download/>{label}</a></li> }
    };
    let files = [
        file(ConversationForm::Markdown, words.take_markdown),
        file(ConversationForm::Html, words.take_html),
        file(ConversationForm::Json, words.take_json),
    ];
    let files = files.into_iter().collect_view();
    let print = with_query(&format!("/c/{id}/print"), &[("language", language)]);
    let share = format!("/settings/shares?conversation={id}");
    let share = awaited(move || {
        let share = share.clone();
        async move {
            let session = session.await;
            session
                .is_ok_and(|session| session.permissions.contains(Permission::MediaShare))
                .then(|| view! {
                    <li><a class="menu__item" href=share><Glyph icon=Icon::Upload/>{words.take_share}</a></li>
                })
        }
    });
    let (find, filing) = (finding::path(id), format!("/conversations/{id}"));
    view! {
        <details class="take" node_ref=menu>
            <summary class="icon-button" title=words.take_along aria-label=words.take_along>
                <Glyph icon=Icon::Upload/>
            </summary>
            <ul class="menu__list take__list" on:click=close>
                <li><a class="menu__item take__find" href=find><Glyph icon=Icon::Search/>{words.find_here}</a></li>
                <li><a class="menu__item" href=filing><Glyph icon=Icon::Folder/>{words.filing}</a></li>
                {share}
                {files}
                <li>
                    <a class="menu__item" href=print target="_blank" rel="external noopener">
                        <Glyph icon=Icon::Copy/>
                        {words.take_print}
                    </a>
                </li>
            </ul>
        </details>
    }
}
