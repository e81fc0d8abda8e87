//! `/images`: images from words or from an image, and those that were made.

mod edit;
mod form;
mod offer;

use leptos::prelude::*;
use model::JobKind;

use crate::{
    language::use_words,
    works::page::{Place, WorksPage},
};
use form::ImageForm;

/// The page.
#[component]
pub fn ImagesPage() -> impl IntoView {
    let words = use_words();
    let place = Place {
        kind: JobKind::Image,
        path: "/images",
        title: words.images,
        empty: words.images_empty,
        form: |typed, offers, submission| {
            view! { <ImageForm typed offers=offers.images submission/> }.into_any()
        },
    };
    view! { <WorksPage place/> }
}
