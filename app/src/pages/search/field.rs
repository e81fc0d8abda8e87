//! Where the words are typed: what has them is shown meanwhile.

use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;

use super::{
    Asked, PATH,
    typing::{Typing, replacing},
};
use crate::{
    api::folders::load_cabinet,
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// The field's id.
pub(super) const FIELD: &str = "search-words";

/// The form's id: what it is narrowed by stands beside it.
pub(super) const FORM: &str = "search-form";

/// The form. Without scripts it asks for the page that it is on.
#[component]
pub(super) fn Field(asked: Memo<Asked>, typing: Typing) -> impl IntoView {
    let words = use_words();
    let navigate = use_navigate();
    let search = {
        let navigate = navigate.clone();
        move || {
            if let Some(now) = typing.due() {
                navigate(&now.link(), replacing());
            }
        }
    };
    let submit = {
        let search = search.clone();
        move |event: ev::SubmitEvent| {
            event.prevent_default();
            let Some(now) = typing.now().filter(Asked::has_names) else {
                search();
                return;
            };
            // What is named leaves the field: from now on it stands in the lists beside it.
            let (navigate, search) = (navigate.clone(), search.clone());
            spawn_local(async move {
                let Ok(cabinet) = load_cabinet().await else {
                    search();
                    return;
                };
                // Something else may have been typed meanwhile.
                if typing.now().as_ref() == Some(&now) {
                    typing.asks(&now.settled(&cabinet).asked, navigate);
                }
            });
        }
    };
    let typed = {
        let search = search.clone();
        move |text| typing.typed(text, search.clone())
    };
    let chosen = {
        let typed = typed.clone();
        move |time_stamp: f64, text: String| {
            typing.composition.ends(time_stamp);
            typed(text);
        }
    };
    typing.follow();
    typing.begin(search);
    let name = move || asked.with(|asked| asked.name(words));
    view! {
        <form class="finder__form" id=FORM method="get" action=PATH role="search" on:submit=submit>
            <Glyph icon=Icon::Search/>
            {move || {
                let within = asked.with(|asked| asked.within)?;
                Some(view! { <input type="hidden" name="conversation" value=within.to_string()/> })
            }}
            <input
                class="finder__field"
                id=FIELD
                type="search"
                name="words"
                maxlength="200"
                autocomplete="off"
                enterkeyhint="search"
                aria-label=name
                placeholder=name
                value=asked.get_untracked().words
                node_ref=typing.node
                on:compositionstart=move |_| typing.composition.begins()
                on:compositionend:target=move |event| chosen(event.time_stamp(), event.target().value())
                on:input:target=move |event| typed(event.target().value())
            />
            <button class="button">{words.search}</button>
        </form>
    }
}
