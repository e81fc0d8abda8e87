//! Which of it is shown.

use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::LibraryKind;

use super::Asked;
use crate::{
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        segments::{Segment, Segments},
        sought::show_sought,
    },
};

/// The kinds beside each other, and words to look for.
#[component]
pub fn Filters(asked: Memo<Asked>) -> impl IntoView {
    let words = use_words();
    let navigate = use_navigate();
    // What is typed is the field's alone, also before the page is alive.
    let field = NodeRef::<html::Input>::new();
    show_sought(field, move || asked.with(|asked| asked.words.clone()));
    let search = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(typed) = field.get_untracked() else {
            return;
        };
        let target = Asked {
            kind: asked.with_untracked(|asked| asked.kind.clone()),
            words: typed.value().trim().to_owned(),
            after: String::new(),
        };
        navigate(&target.link(), NavigateOptions::default());
    };
    let kinds = move || {
        let asked = asked.get();
        let segment = |kind: &str, label: &str| Segment {
            label: label.to_owned(),
            chosen: asked.kind == kind,
            href: Asked {
                kind: kind.to_owned(),
                words: asked.words.clone(),
                after: String::new(),
            }
            .link(),
        };
        let kinds = LibraryKind::ALL.iter();
        let mut choices = vec![segment("", words.all_kinds)];
        choices.extend(kinds.map(|kind| segment(kind.as_str(), words.library_kind(*kind))));
        view! { <Segments label=words.kind_of_work choices/> }
    };
    view! {
        <div class="library__filters">
            {kinds}
            <form class="search" method="get" action="/library" role="search" on:submit=search>
                <input type="hidden" name="kind" value=move || asked.with(|asked| asked.kind.clone())/>
                <input
                    class="field__line search__line"
                    type="search"
                    name="words"
                    aria-label=words.search_prompts
                    placeholder=words.search_prompts
                    value=asked.with_untracked(|asked| asked.words.clone())
                    node_ref=field
                />
                <button class="icon-button search__go" title=words.search aria-label=words.search>
                    <Glyph icon=Icon::Search/>
                </button>
            </form>
        </div>
    }
}
