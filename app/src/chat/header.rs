//! The line above the conversation.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{open::OpenConversation, sidebar_item::RenameForm};
use crate::{
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// The sidebar's button, what the page is about, a new chat.
#[component]
pub fn Header(children: Children) -> impl IntoView {
    let words = use_words();
    view! {
        <header class="topbar">
            <label class="icon-button topbar__menu" for="sidebar-switch" title=words.open_menu>
                <Glyph icon=Icon::Menu/>
            </label>
            {children()}
            <a class="icon-button topbar__new" href="/" title=words.new_chat aria-label=words.new_chat>
                <Glyph icon=Icon::Compose/>
            </a>
        </header>
    }
}

/// The open conversation's title, or the form to change it that a page without scripts asks for.
#[component]
pub fn ConversationTitle(conversation: OpenConversation) -> impl IntoView {
    let renames = use_query_map().with_untracked(|query| query.get("rename").is_some());
    let is_renaming = RwSignal::new(renames);
    move || {
        if is_renaming.get() {
            let value = RwSignal::new(conversation.title.get_untracked());
            view! { <RenameForm id=conversation.id value done=move || is_renaming.set(false)/> }
                .into_any()
        } else {
            view! { <h1 class="topbar__title">{conversation.title}</h1> }.into_any()
        }
    }
}
