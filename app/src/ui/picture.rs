//! Somebody's picture, or the first letter of their name.

use leptos::{either::Either, prelude::*};
use model::{Millis, UserId};

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
