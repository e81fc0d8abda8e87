//! Somebody's picture, or the first letter of their name.

use leptos::{either::Either, prelude::*};
use model::{Millis, UserId};

use crate::language::use_words;

/// The picture. It says nothing to screen readers: the name stands beside it.
#[component]
pub fn Picture(
    user: Option<UserId>,
    name: String,
    changed: Option<Millis>,
    #[prop(optional)] large: bool,
) -> impl IntoView {
    let size = large.then_some("large");
    if let (Some(user), Some(changed)) = (user, changed) {
        // The time in the address makes a new picture another file for the browser.
        let address = format!("/pictures/{user}?at={}", changed.get());
        Either::Left(view! { <img class="picture" data-size=size src=address alt=""/> })
    } else {
        let initial: String = name.chars().next().into_iter().collect();
        Either::Right(
            view! { <span class="picture" data-size=size aria-hidden="true">{initial}</span> },
        )
    }
}

/// Sends a file to be one. The browser does it by itself, with and without scripts.
#[component]
pub fn PictureUpload(
    /// Where it is sent.
    action: String,
) -> impl IntoView {
    let words = use_words();
    view! {
        <form class="form" method="post" action=action enctype="multipart/form-data">
            <div class="field">
                <label class="field__label" for="picture">{words.picture_choose}</label>
                <input
                    class="field__file"
                    type="file"
                    id="picture"
                    name="picture"
                    accept="image/png,image/jpeg,image/webp"
                    aria-describedby="picture-hint"
                    required
                />
                <p class="field__hint" id="picture-hint">{words.picture_hint}</p>
            </div>
            <button class="button">{words.picture_upload}</button>
        </form>
    }
}
