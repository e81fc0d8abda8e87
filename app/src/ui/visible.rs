//! Text that somebody else may have written: what nobody would see in it is marked.

use leptos::{either::Either, prelude::*};
use model::{
    Stretch,
    invisible::{is_hidden, stretches},
};

/// The text. A mark has no text of its own, so that what is copied has neither.
pub fn visible(text: String) -> impl IntoView {
    if !text.contains(is_hidden) {
        return Either::Left(text);
    }
    let part = |part: Stretch| match part {
        Stretch::Seen(text) => Either::Left(text),
        Stretch::Hidden(label) => {
            Either::Right(view! { <span class="invisible" role="img" aria-label=label></span> })
        }
    };
    Either::Right(stretches(&text).into_iter().map(part).collect_view())
}
