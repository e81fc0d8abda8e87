//! `/documents/{id}`: what was read in a document, so that people see what models are given.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::{DocumentText, Session, Unread};

use crate::{
    api::files::load_document_text,
    chat::header::Header,
    language::use_words,
    ui::{
        area::PageHead,
        figures::count,
        icon::{Glyph, Icon},
        loaded::Loaded,
    },
    works::words::bytes,
};

/// The page.
#[component]
pub fn DocumentPage() -> impl IntoView {
    let words = use_words();
    let (params, query) = (use_params_map(), use_query_map());
    let id = Memo::new(move |_| {
        params.with(|params| params.get_str("id").unwrap_or_default().to_owned())
    });
    let from = Memo::new(move |_| {
        query.with(|query| query.get_str("from").unwrap_or_default().to_owned())
    });
    let found = Resource::new_blocking(
        move || (id.get(), from.get()),
        |(id, from)| load_document_text(id, from),
    );
    view! {
        <Header>
            <span class="topbar__title">{words.document_read}</span>
        </Header>
        <div class="finder" id="main" tabindex="-1">
            <div class="finder__column">
                <PageHead title=words.document_read lead=words.document_lead/>
                <Loaded
                    what=found
                    view=move |part: DocumentText, _session: Session| {
                        let id = id.get_untracked();
                        view! { <Part part id/> }
                    }
                />
            </div>
        </div>
    }
}

#[component]
fn Part(part: DocumentText, id: String) -> impl IntoView {
    let words = use_words();
    let DocumentText {
        document,
        text,
        previous,
        next,
    } = part;
    let mut facts = vec![bytes(document.bytes)];
    facts.extend(document.pages.map(|pages| words.pages(pages)));
    facts.push(words.attach_characters(&count(document.characters.into())));
    facts.extend(words.blank_pages(document.blank_pages));
    let nothing = document.unread.map(|unread| {
        let why = match unread {
            Unread::NoText => words.document_none,
            Unread::TooComplex => words.document_too_complex,
        };
        view! { <p class="panel__note">{why}</p> }
    });
    let is_cut = document.is_cut && next.is_none();
    let to = |from: Option<u32>, rel: &'static str, told: &'static str| {
        let id = &id;
        from.map(|from| {
            let place = format!("/documents/{id}?from={from}");
            view! { <a class="button" href=place rel=rel>{told}</a> }
        })
    };
    let turns = view! {
        {to(previous, "prev", words.document_previous)}
        {to(next, "next", words.document_next)}
    };
    let has_text = !text.is_empty();
    view! {
        <h2 class="document__name">{document.name.clone()}</h2>
        <p class="document__facts">
            <span>{facts.join(" · ")}</span>
            <a
                class="icon-button"
                href=format!("/files/{id}")
                download=document.name
                rel="external"
                title=words.document_download
                aria-label=words.document_download
            >
                <Glyph icon=Icon::Download/>
            </a>
        </p>
        {nothing}
        {has_text.then(|| view! { <pre class="document__text" dir="auto" tabindex="0">{text}</pre> })}
        {is_cut.then(|| view! { <p class="panel__note">{words.document_cut}</p> })}
        <div class="panel__row">{turns}</div>
    }
}
