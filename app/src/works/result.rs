//! A work on a page: an image to open, a film or a sound to play.

use leptos::prelude::*;
use model::{JobKind, WorkId, WorkView};

use crate::{
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// What the file is called when it is downloaded.
pub fn file_name(work: &WorkView) -> String {
    let extension = match work.mime.as_str() {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        "video/mp4" => "mp4",
        "audio/mpeg" => "mp3",
        "audio/wav" | "audio/x-wav" | "audio/wave" => "wav",
        "audio/ogg" | "audio/opus" => "opus",
        _ => "bin",
    };
    let id = work.id.to_string();
    format!("{}-{}.{extension}", work.kind.as_str(), &id[id.len() - 8..])
}

/// Where its file is.
pub fn address(work: &WorkView) -> String {
    format!("/files/{}", work.file)
}

/// The work. `open` is called with an image that is to be seen large.
#[component]
pub fn ResultView(work: WorkView, #[prop(into)] open: Callback<WorkId>) -> impl IntoView {
    match work.kind {
        JobKind::Video => view! { <Film work/> }.into_any(),
        JobKind::Speech | JobKind::Transcript => view! { <Sound work/> }.into_any(),
        JobKind::Image => view! { <Image work open/> }.into_any(),
    }
}

#[component]
fn Image(work: WorkView, open: Callback<WorkId>) -> impl IntoView {
    let words = use_words();
    let id = work.id;
    let label = words.open_image(&work.prompt);
    let (width, height) = work.pixels.map(|size| (size.width, size.height)).unzip();
    view! {
        <a
            class="work-image"
            href=address(&work)
            rel="external"
            aria-label=label
            on:click=move |event| {
                if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                    event.prevent_default();
                    open.run(id);
                }
            }
        >
            <img
                class="work-image__picture"
                src=format!("/files/{}/thumbnail?side=512", work.file)
                alt=""
                loading="lazy"
                width=width
                height=height
            />
        </a>
    }
}

/// A film with its player.
#[component]
pub fn Film(work: WorkView) -> impl IntoView {
    let (width, height) = work.pixels.map(|size| (size.width, size.height)).unzip();
    view! {
        <div class="work-film">
            <video
                class="work-film__player"
                controls
                playsinline
                preload="metadata"
                src=address(&work)
                aria-label=work.prompt.clone()
                width=width
                height=height
            ></video>
            <Download work/>
        </div>
    }
}

/// A sound with its player.
#[component]
pub fn Sound(work: WorkView) -> impl IntoView {
    view! {
        <div class="work-sound">
            <audio
                class="work-sound__player"
                controls
                preload="metadata"
                src=address(&work)
                aria-label=work.prompt.clone()
            ></audio>
            <Download work/>
        </div>
    }
}

/// A link to the file, to keep it.
#[component]
pub fn Download(work: WorkView) -> impl IntoView {
    let words = use_words();
    view! {
        <a class="icon-button" data-labelled="true" href=address(&work) download=file_name(&work) rel="external">
            <Glyph icon=Icon::Download/>
            {words.download_work}
        </a>
    }
}
