//! A folder and a tag to search in. Without scripts they are sent with the field.

use leptos::{html, prelude::*};
use leptos_router::hooks::use_navigate;
use model::Cabinet;

use super::{Asked, field::FORM, typed::Kind, typing::Typing};
use crate::{
    browser,
    language::{Words, use_words},
};

/// The lists of what the person has, and the way back to all conversations.
#[component]
pub(super) fn Narrowing(asked: Memo<Asked>, typing: Typing, cabinet: Cabinet) -> impl IntoView {
    let words = use_words();
    let navigate = use_navigate();
    let has_any = !cabinet.folders.is_empty() || !cabinet.tags.is_empty();
    let known = Kind::BOTH.map(|kind| kind.all(&cabinet));
    let cabinet = StoredValue::new(cabinet);
    // What is typed of it counts at once, though it stays in the field.
    let settled = Memo::new(move |_| {
        asked.with(|asked| cabinet.with_value(|cabinet| asked.settled(cabinet).asked))
    });
    let choose = move |kind: Kind, id: &str| {
        let Some(now) = typing.now() else { return };
        let settled = cabinet.try_with_value(|cabinet| now.settled(cabinet).asked);
        if let Some(settled) = settled {
            typing.asks(&settled.narrowed_to(kind, id), &navigate);
        }
    };
    let is_narrow = Memo::new(move |_| settled.with(|asked| asked.narrowed.is_narrow()));
    if !has_any && !is_narrow.get_untracked() {
        return None;
    }
    Effect::new(move |before: Option<bool>| {
        let is_narrow = is_narrow.get();
        if before == Some(true) && !is_narrow {
            // The link that led here is gone.
            browser::after_layout(|| browser::focus_where_lost("main"));
        }
        is_narrow
    });
    let clear = move || {
        is_narrow.get().then(|| {
            let everywhere = settled.with(|asked| asked.everywhere().link());
            view! { <a class="button" href=everywhere>{words.filter_clear}</a> }
        })
    };
    let hint = move || {
        let is_empty = settled.with(|asked| asked.words.trim().is_empty());
        (has_any && is_empty)
            .then(|| view! { <p class="finder__hint">{words.search_names_hint}</p> })
    };
    let lists = Kind::BOTH.into_iter().zip(known).map(|(kind, known)| {
        let chosen = Memo::new(move |_| settled.with(|asked| asked.id_of(kind)));
        let choose = choose.clone();
        view! { <List kind known chosen choose=move |id: String| choose(kind, &id)/> }
    });
    Some(view! {
        <div class="narrowing" role="group" aria-label=words.narrow>
            {lists.collect_view()}
            {clear}
        </div>
        {hint}
    })
}

/// One list; nothing where there is nothing to choose from.
#[component]
fn List(
    kind: Kind,
    known: Vec<(String, String)>,
    chosen: Memo<String>,
    choose: impl Fn(String) + Clone + 'static,
) -> impl IntoView {
    let words = use_words();
    let at_first = chosen.get_untracked();
    if known.is_empty() && at_first.is_empty() {
        return None;
    }
    let (id, name, label) = names(words, kind);
    let node = NodeRef::<html::Select>::new();
    let press = choose.clone();
    Effect::new(move |before: Option<Option<String>>| {
        let now = chosen.get();
        let list = node.get()?;
        let shown = list.value();
        match before.flatten() {
            // It was chosen before the page was alive.
            None if shown != now => choose(shown),
            Some(before) if before != now => list.set_value(&now),
            _ => {}
        }
        Some(now)
    });
    let options = options(words, kind, known, &at_first);
    let options = options.into_iter().map(move |(id, called)| {
        let is_chosen = id == at_first;
        view! { <option value=id selected=is_chosen>{called}</option> }
    });
    Some(view! {
        <div class="field">
            <label class="field__label" for=id>{label}</label>
            <select
                class="field__line"
                id=id
                name=name
                form=FORM
                autocomplete="off"
                node_ref=node
                on:change:target=move |event| press(event.target().value())
            >
                {options.collect_view()}
            </select>
        </div>
    })
}

/// The list's id, what it is called in the address, and for whoever reads.
fn names(words: &Words, kind: Kind) -> (&'static str, &'static str, &'static str) {
    match kind {
        Kind::Folder => ("search-folder", "folder", words.folder),
        Kind::Tag => ("search-tag", "tag", words.tag),
    }
}

/// All that there are, and what is sought though it is not among them: it was deleted, or the address is another person's.
fn options(
    words: &Words,
    kind: Kind,
    known: Vec<(String, String)>,
    chosen: &str,
) -> Vec<(String, String)> {
    let (all, gone) = match kind {
        Kind::Folder => (words.folders_all, words.search_folder_gone),
        Kind::Tag => (words.tags_all, words.search_tag_gone),
    };
    let mut options = vec![(String::new(), all.to_owned())];
    options.extend(known);
    if options.iter().all(|(id, _)| id != chosen) {
        options.push((chosen.to_owned(), gone.to_owned()));
    }
    options
}
