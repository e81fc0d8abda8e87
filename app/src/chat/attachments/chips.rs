//! The files beside a question that is being written: choosing, seeing and taking them away, and why they can't be sent as they are.

use leptos::{ev, html, prelude::*};
use model::{
    AttachmentKind, Unread,
    attachment::{DOCUMENTS, MEDIA_TOGETHER, MOST_ATTACHMENTS, TEXT_EXTENSIONS},
};

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    item::{Happened, Item, Misfit, Refusal, State},
    reading::{is_last, much, read_in},
    taking::Attaching,
};
use crate::{
    browser::{self, upload},
    language::{Words, use_words},
    ui::{
        icon::{Glyph, Icon},
        list::list_of,
        visible::visible,
    },
    works::words::bytes,
};

/// What of the media can be chosen; texts are added to it by how their names end.
const MEDIA: &str =
    "image/png,image/jpeg,image/webp,image/gif,.wav,.mp3,.aac,.amr,.mp4,.mov,.webm,.html,.svg";

/// Models that are offered where the chosen one can't do it, at most.
const OTHERS: usize = 3;

/// Chooses files, and says before that which. Only a script can send them, so it shows only with one.
#[component]
pub fn AttachButton(attaching: Attaching, id: &'static str) -> impl IntoView {
    let words = use_words();
    let input = NodeRef::<html::Input>::new();
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            let files = input.files();
            attaching.add_all(files.map_or_else(Vec::new, |files| upload::listed(&files)));
            // The same file can be chosen once more.
            input.set_value("");
        }
    };
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let documents = DOCUMENTS.iter().map(|(end, _)| end);
    let endings: Vec<String> = TEXT_EXTENSIONS
        .iter()
        .chain(documents)
        .map(|end| format!(".{end}"))
        .collect();
    let accepted = format!("{MEDIA},{}", endings.join(","));
    let limits_id = format!("{id}-limits");
    attaching.offered.attaches.then(|| {
        view! {
            <button
                class="icon-button"
                type="button"
                id=id
                data-needs="script"
                title=move || format!("{}\n{}", words.attach, limits(words, attaching))
                aria-label=words.attach
                aria-describedby=limits_id.clone()
                on:click=choose
            >
                <Glyph icon=Icon::Clip/>
            </button>
            <input type="file" multiple hidden accept=accepted node_ref=input on:change=chosen/>
            <span class="visually-hidden" id=limits_id>{move || limits(words, attaching)}</span>
        }
    })
}

/// The files, with how far each is; while some are there or held over the page, what the limits are.
#[component]
pub fn Attached(attaching: Attaching, button: &'static str) -> impl IntoView {
    let words = use_words();
    let is_told = Memo::new(move |_| attaching.is_over.get() || !attaching.is_empty());
    let last = move || {
        attaching.last.with(|last| match last {
            Some((name, Happened::Kept)) => words.attach_added(name),
            Some((name, Happened::Removed)) => words.attach_removed(name),
            Some((name, Happened::Refused(refusal))) => {
                words.attach_failed(name, &said(words, refusal))
            }
            None => String::new(),
        })
    };
    view! {
        <Show when=move || attaching.is_over.get()>
            <p class="attached__drop" aria-hidden="true">{words.attach_drop}</p>
        </Show>
        <Show when=move || !attaching.is_empty()>
            <ul class="attached" aria-label=words.attached>
                {list_of(
                    move || attaching.items.get(),
                    |item| item.key.to_string(),
                    move |item| view! { <Chip attaching item button/> },
                )}
            </ul>
        </Show>
        {move || much(words, attaching).map(|told| view! { <p class="attached__much" role="status">{told}</p> })}
        <Show when=move || is_told.get()>
            <p class="attached__limits" aria-hidden="true">{move || limits(words, attaching)}</p>
        </Show>
        <p class="visually-hidden" role="status">{last}</p>
    }
}

#[component]
fn Chip(attaching: Attaching, item: Item, button: &'static str) -> impl IntoView {
    let words = use_words();
    let Item {
        key,
        name,
        kind,
        bytes: size,
        state,
        document,
        pasted,
    } = item;
    let remove = move |_| {
        attaching.remove(key);
        browser::focus(button);
    };
    let picture = {
        let state = state.clone();
        Memo::new(move |_| match state.get() {
            State::Kept(file) if kind == Some(AttachmentKind::Image) => Some(file),
            _ => None,
        })
    };
    let is_refused = {
        let state = state.clone();
        move || matches!(state.get(), State::Refused(_)).then_some("true")
    };
    let told = {
        let state = state.clone();
        move || match state.get() {
            // With its last piece the server reads it.
            State::Sending(share)
                if kind == Some(AttachmentKind::Document) && is_last(size, share) =>
            {
                words.attach_reading.to_owned()
            }
            State::Sending(share) => words.upload_sent(&format!("{:.0}", share * 100.0)),
            State::Waiting => words.upload_waiting.to_owned(),
            State::Kept(_) => document.with(|document| match document {
                Some(document) => read_in(words, document, attaching),
                None => bytes(size),
            }),
            State::Refused(refusal) => said(words, &refusal),
        }
    };
    let looked = {
        let (state, name) = (state.clone(), name.clone());
        move || match state.get() {
            State::Kept(file) if kind == Some(AttachmentKind::Document) => Some(view! {
                <a
                    class="attached__act"
                    href=format!("/documents/{file}")
                    target="_blank"
                    rel="noopener"
                    aria-label=words.attachment_read(&name)
                >
                    {words.document_read}
                </a>
            }),
            State::Kept(_) | State::Sending(_) | State::Waiting | State::Refused(_) => None,
        }
    };
    let progress = move || match state.get() {
        State::Sending(share) => Some(view! {
            <progress class="attached__progress" max="1" value=share.to_string() aria-label=words.upload></progress>
        }),
        State::Waiting | State::Kept(_) | State::Refused(_) => None,
    };
    let as_text = pasted.map(|text| {
        let back = move |event: ev::MouseEvent| {
            write_on(&event);
            attaching.remove(key);
            attaching.return_text(&text);
        };
        view! {
            <button class="attached__act" type="button" on:click=back>{words.attach_as_text}</button>
        }
    });
    view! {
        <li class="attached__item" data-refused=is_refused>
            {move || match picture.get() {
                Some(file) => view! {
                    <img class="attached__picture" src=format!("/files/{file}/thumbnail?side=128") alt=""/>
                }
                    .into_any(),
                None => view! { <span class="attached__icon"><Glyph icon=icon(kind)/></span> }.into_any(),
            }}
            <span class="attached__name">{visible(name.clone())}</span>
            <span class="attached__told">{told}</span>
            {progress}
            {as_text}
            {looked}
            <button
                class="icon-button attached__remove"
                type="button"
                data-needs="script"
                title=words.attach_remove(&name)
                aria-label=words.attach_remove(&name)
                on:click=remove
            >
                <Glyph icon=Icon::Close/>
            </button>
        </li>
    }
}

/// Why the files can't be sent as they are, and the models that could be given them.
#[component]
pub fn FitsNot(attaching: Attaching) -> impl IntoView {
    let words = use_words();
    let misfit = Memo::new(move |_| attaching.misfit());
    move || {
        let text = match misfit.get()? {
            Misfit::Refused => words.attach_refused,
            Misfit::Mixed => words.error_media_mixed,
            Misfit::Model(AttachmentKind::Audio) => words.error_model_cant_hear,
            Misfit::Model(AttachmentKind::Video) => words.error_model_cant_watch,
            Misfit::Model(
                AttachmentKind::Image | AttachmentKind::Text | AttachmentKind::Document,
            ) => words.error_model_cant_see,
            Misfit::Unread(Unread::NoText) => words.error_document_without_text,
            Misfit::Unread(Unread::TooComplex) => words.error_document_too_complex,
        };
        // To choose another one helps where the chosen one is asked.
        let is_chosen = attaching.asked.get() == attaching.model.get();
        let others = match misfit.get()? {
            Misfit::Model(kind) if is_chosen => attaching.offered.that(|model| model.takes(kind)),
            Misfit::Unread(_) if is_chosen => attaching.offered.that(|model| model.reads_documents),
            Misfit::Refused | Misfit::Mixed | Misfit::Model(_) | Misfit::Unread(_) => Vec::new(),
        };
        let without = (misfit.get()? == Misfit::Refused).then(|| {
            let leave_out = move |event: ev::MouseEvent| {
                write_on(&event);
                attaching.leave_out();
            };
            view! { <button class="button" type="button" on:click=leave_out>{words.attach_without}</button> }
        });
        let others = others.into_iter().take(OTHERS).map(|model| {
            let label = words.attach_ask(&model.label);
            let choose = move |event: ev::MouseEvent| {
                write_on(&event);
                attaching.model.set(model.name.clone());
            };
            view! { <button class="button" type="button" on:click=choose>{label}</button> }
        });
        Some(view! {
            <div class="notice attached__misfit" role="status">
                <p>{text}</p>
                <div class="attached__models">{without} {others.collect_view()}</div>
            </div>
        })
    }
}

/// Gives the keyboard to where one writes beside what was pressed, which is about to go.
fn write_on(event: &ev::MouseEvent) {
    let form = browser::closest(event, "form");
    let field = form.and_then(|form| form.query_selector("textarea").ok().flatten());
    if let Some(Ok(field)) = field.map(JsCast::dyn_into::<HtmlElement>) {
        // A field of the page can be focused.
        let _focused = field.focus();
    }
}

/// What can be handed in, for the chosen model.
fn limits(words: &Words, attaching: Attaching) -> String {
    let megabytes = |bytes: i64| (bytes / 1_000_000).to_string();
    let most = MOST_ATTACHMENTS.to_string();
    let text = (AttachmentKind::Text.largest() / 1_000).to_string();
    let document = megabytes(AttachmentKind::Document.largest());
    let (sees, hears, watches) = attaching.chosen().map_or((true, true, true), |model| {
        (model.sees, model.hears, model.watches)
    });
    let medium = megabytes(AttachmentKind::Image.largest());
    let together = megabytes(MEDIA_TOGETHER);
    let mut told = vec![words.attach_limits(&most, &document, &text)];
    match (sees, hears) {
        (true, true) => told.push(words.attach_sees_and_hears(&medium, &together)),
        (true, false) => told.push(words.attach_sees(&medium, &together)),
        (false, true) => told.push(words.attach_hears(&medium, &together)),
        (false, false) if !watches => told.push(words.attach_reads.to_owned()),
        (false, false) => {}
    }
    if watches {
        let films = megabytes(AttachmentKind::Video.largest());
        told.push(words.attach_watches(&films));
    }
    told.join(" ")
}

fn said(words: &Words, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Kind => words.error_attachment_refused.to_owned(),
        Refusal::Large(most) => words.attach_too_large(&bytes(*most)),
        Refusal::Many => words.attach_too_many(&MOST_ATTACHMENTS.to_string()),
        Refusal::Together(most) => words.attach_too_large_together(&bytes(*most)),
        Refusal::Told(error) => words.failure(error.code).to_owned(),
    }
}

fn icon(kind: Option<AttachmentKind>) -> Icon {
    match kind {
        Some(AttachmentKind::Image) => Icon::Image,
        Some(AttachmentKind::Audio) => Icon::Voice,
        Some(AttachmentKind::Video) => Icon::Film,
        Some(AttachmentKind::Text | AttachmentKind::Document) | None => Icon::Sheet,
    }
}
