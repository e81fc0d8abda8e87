//! `/videos`: videos from words or from a first frame, and those that were made.

mod form;
mod offer;

use leptos::prelude::*;
use model::JobKind;

use crate::{
    language::use_words,
    works::page::{Place, WorksPage},
};
use form::VideoForm;

/// The page.
#[component]
pub fn VideosPage() -> impl IntoView {
    let words = use_words();
    let place = Place {
        kind: JobKind::Video,
        path: "/videos",
        title: words.videos,
        empty: words.videos_empty,
        form: |typed, offers, submission| {
            view! { <VideoForm typed offers=offers.videos submission/> }.into_any()
        },
    };
    view! { <WorksPage place/> }
}
