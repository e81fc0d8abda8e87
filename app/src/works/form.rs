//! What the forms for images and for videos have in common.

use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    desk::use_desk,
    more::{ExtendField, SeedField},
    typed::Typed,
};
use crate::{
    api::works::WishForm,
    browser,
    language::use_words,
    ui::text_field::{Kind, TextField},
};

/// A wish as it stands, and what it still lacks: nothing, an empty text where it goes without saying, or words.
type Standing = (Memo<Option<WishForm>>, Memo<Option<&'static str>>);

/// The wish whose price is asked for, as soon as only its prompt is missing: the price is the same whatever that says.
pub fn priced((wish, lacking): Standing) -> Signal<Option<WishForm>> {
    Signal::derive(move || {
        let mut wish = wish.get()?;
        if wish.prompt.trim().is_empty() {
            "-".clone_into(&mut wish.prompt);
        }
        lacking.get().is_none_or(str::is_empty).then_some(wish)
    })
}

/// Has the wish made, if it lacks nothing, and shows where it goes on.
pub fn makes((wish, lacking): Standing) -> impl Fn(SubmitEvent) + Clone + Send + Sync + 'static {
    let press = use_desk().press;
    move |event| {
        event.prevent_default();
        if let (Some(wish), None) = (wish.get_untracked(), lacking.get_untracked()) {
            press.make(wish, |_| browser::reveal(".makings"));
        }
    }
}

/// What most wishes do without.
#[component]
pub fn MoreChoices(
    typed: Typed,
    /// Whether the model understands what is not to be there.
    #[prop(into)]
    takes_negative: Signal<bool>,
) -> impl IntoView {
    let words = use_words();
    let is_open = typed.seed.with_untracked(|seed| !seed.is_empty())
        || typed
            .negative_prompt
            .with_untracked(|text| !text.is_empty());
    view! {
        <details class="more wish__more" open=is_open>
            <summary>{words.more_choices}</summary>
            {move || takes_negative.get().then(|| view! {
                <TextField
                    name="wish[negative_prompt]"
                    label=words.negative_prompt
                    kind=Kind::Optional("off")
                    value=typed.negative_prompt
                    hint=words.negative_prompt_hint
                />
            })}
            <SeedField seed=typed.seed/>
            <ExtendField typed/>
        </details>
    }
}
