//! A thing among others: what it is at a glance, a box to tick, and the way to it. A work is seen large in its place.

use leptos::prelude::*;
use model::{
    JobKind, LibraryFile, LibraryItem, Medium, Permission, WorkView, transcript::TranscriptLine,
};

use super::{Shelf, chosen::CHOSEN};
use crate::{
    address::with_query,
    language::use_words,
    session::use_session,
    ui::{
        figures::duration,
        icon::{Glyph, Icon},
        moment::Moment,
    },
    works::{picker::keep_ticked, result::address, words::bytes},
};

/// The tile.
#[component]
pub fn Tile(item: LibraryItem, shelf: Shelf) -> impl IntoView {
    let words = use_words();
    let id = item.id();
    let name = item.name().to_owned();
    let is_chosen = move || shelf.chosen.with(|chosen| chosen.contains(&id));
    let take = move || shelf.chosen.update(|chosen| chosen.push(id));
    let node = NodeRef::new();
    keep_ticked(node, is_chosen, take);
    let tick = move |event: leptos::ev::Event| {
        let is_ticked = event_target_checked(&event);
        shelf.chosen.update(|chosen| {
            chosen.retain(|other| *other != id);
            if is_ticked {
                chosen.push(id);
            }
        });
    };
    let (thing, facts) = match item {
        LibraryItem::Work(work) => (
            view! { <Work work=work.clone() shelf/> }.into_any(),
            view! {
                <span>{work.model}</span>
                <Moment at=work.created_at/>
            }
            .into_any(),
        ),
        LibraryItem::Transcript(line) => (
            view! { <Said line=line.clone()/> }.into_any(),
            view! {
                <span>{words.transcript_state(&line)}</span>
                <Moment at=line.created_at/>
            }
            .into_any(),
        ),
        LibraryItem::File(kept) => (
            view! { <Kept kept=kept.clone()/> }.into_any(),
            view! { <Belongs kept/> }.into_any(),
        ),
    };
    view! {
        <li class="shelf__place" data-chosen=move || is_chosen().then_some("true")>
            {thing}
            <label class="shelf__choose" title=words.choose_work>
                <input
                    type="checkbox"
                    form=CHOSEN
                    name="ids[]"
                    value=id.to_string()
                    aria-label=words.choose_this(&name)
                    node_ref=node
                    on:change=tick
                />
            </label>
            <p class="shelf__prompt">{name}</p>
            <p class="shelf__facts">{facts}</p>
        </li>
    }
}

#[component]
fn Work(work: WorkView, shelf: Shelf) -> impl IntoView {
    let words = use_words();
    let id = work.id;
    let kind = words.work_kind(work.kind);
    let lasts = work.duration_ms.map(|ms| duration(words, ms));
    let label = named(words.open_work(kind, &work.prompt), lasts.as_deref());
    let open = move |event: leptos::ev::MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            shelf.shown.set(Some(id));
        }
    };
    view! {
        <a
            class="shelf__open"
            href=address(&work)
            rel="external"
            aria-label=label
            on:click=open
        >
            <Glance work=work.clone()/>
        </a>
    }
}

#[component]
fn Glance(work: WorkView) -> impl IntoView {
    let words = use_words();
    let lasts = work.duration_ms.map(|ms| duration(words, ms));
    match work.kind {
        JobKind::Image => view! {
            <img class="shelf__picture" src=format!("/files/{}/thumbnail?side=512", work.file) alt="" loading="lazy"/>
        }
        .into_any(),
        JobKind::Video => view! {
            <video class="shelf__picture" src=address(&work) preload="metadata" muted playsinline tabindex="-1" aria-hidden="true"></video>
            <span class="shelf__badge"><Glyph icon=Icon::Film/>{lasts}</span>
        }
        .into_any(),
        JobKind::Speech | JobKind::Transcript => view! {
            <span class="shelf__sound"><Glyph icon=Icon::Voice/></span>
            <span class="shelf__badge">{lasts}</span>
        }
        .into_any(),
    }
}

/// A transcript.
#[component]
fn Said(line: TranscriptLine) -> impl IntoView {
    let words = use_words();
    let lasts = (line.duration_ms > 0).then(|| duration(words, line.duration_ms));
    let title = words.open_work(words.one_work(JobKind::Transcript), &line.title);
    let label = named(title, lasts.as_deref());
    view! {
        <a
            class="shelf__open"
            href=format!("/transcripts/{}", line.id)
            aria-label=label
        >
            <span class="shelf__sound"><Glyph icon=Icon::Sheet/></span>
            <span class="shelf__badge">{lasts}</span>
        </a>
    }
}

/// An uploaded file.
#[component]
fn Kept(kept: LibraryFile) -> impl IntoView {
    let words = use_words();
    let file = kept.file;
    let lasts = file.duration_ms.map(|ms| duration(words, ms));
    let label = named(
        words.open_work(words.library_file, &file.name),
        lasts.as_deref(),
    );
    let glance = match Medium::of_mime(&file.mime) {
        Some(Medium::Image) => view! {
            <img class="shelf__picture" src=format!("/files/{}/thumbnail?side=512", file.id) alt="" loading="lazy"/>
        }
        .into_any(),
        Some(Medium::Video) => sign(Icon::Film),
        Some(Medium::Audio) => sign(Icon::Voice),
        None => sign(Icon::Clip),
    };
    view! {
        <a
            class="shelf__open"
            href=format!("/files/{}", file.id)
            rel="external"
            aria-label=label
        >
            {glance}
            <span class="shelf__badge">{lasts}</span>
        </a>
    }
}

/// A name that says what is written on the tile: how long it lasts.
fn named(name: String, lasts: Option<&str>) -> String {
    match lasts {
        Some(lasts) => format!("{name} · {lasts}"),
        None => name,
    }
}

fn sign(icon: Icon) -> AnyView {
    view! { <span class="shelf__sound"><Glyph icon/></span> }.into_any()
}

/// How large a file is, what has it, and the way to a link to it. Only below a `Suspense` that has awaited the session.
#[component]
fn Belongs(kept: LibraryFile) -> impl IntoView {
    let words = use_words();
    let transcript = kept.transcript.map(|id| {
        view! { <a href=format!("/transcripts/{id}")>{words.one_transcript}</a> }
    });
    let conversation = kept.conversation.map(|id| {
        view! { <a href=format!("/c/{id}")>{words.one_conversation}</a> }
    });
    let session = use_session().get_untracked().and_then(Result::ok);
    let may_share =
        session.is_some_and(|session| session.permissions.contains(Permission::MediaShare));
    let share = may_share.then(|| {
        let link = with_query("/settings/shares", &[("file", &kept.file.id.to_string())]);
        let label = format!("{}: {}", words.share, kept.file.name);
        view! { <a href=link aria-label=label>{words.share}</a> }
    });
    view! {
        <span>{bytes(kept.file.bytes)}</span>
        <Moment at=kept.file.created_at/>
        {transcript}
        {conversation}
        {share}
    }
}
