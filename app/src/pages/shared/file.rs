//! An uploaded file that is shared: what it is, a look at it where a browser can do that without running anything of it, and the way to
//! keep it.

use leptos::prelude::*;
use leptos_meta::Title;
use model::{JobKind, Medium, SharedFile};

use crate::{
    language::use_words,
    ui::{
        icon::{Glyph, Icon},
        moment::Moment,
        visible::visible,
    },
    works::{large::Large, words::bytes},
};

/// The file; `source` is where its content is.
#[component]
pub fn File(shared: SharedFile, source: String) -> impl IntoView {
    let words = use_words();
    let medium = shared.medium();
    let SharedFile {
        name,
        bytes: size,
        pixels,
        created_at,
        mime: _,
    } = shared;
    let title = format!("{name} · {}", words.product);
    let facts = format!("{} · {}", words.one_file(medium), bytes(size));
    let stage = medium.map(|medium| {
        let (source, prompt) = (source.clone(), name.clone());
        let medium = match medium {
            Medium::Image => JobKind::Image,
            Medium::Video => JobKind::Video,
            Medium::Audio => JobKind::Speech,
        };
        view! {
            <div class="shared__stage"><Large medium source prompt pixels/></div>
        }
    });
    view! {
        <Title text=title/>
        <h1 class="shared__title">{visible(name)}</h1>
        {stage}
        <p class="shared__facts">
            <span>{facts}</span>
            <Moment at=created_at/>
            <a class="icon-button" data-labelled="true" href=source download="" rel="external">
                <Glyph icon=Icon::Download/>
                {words.download_work}
            </a>
        </p>
    }
}
