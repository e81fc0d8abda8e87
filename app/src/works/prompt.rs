//! Where wishes are written, and how much of a text there may be.

use leptos::prelude::*;

use crate::{
    language::use_words,
    ui::{
        figures::count,
        text_field::{Kind, TextField},
    },
};

/// A text of so many characters at most. How many there are is told when it matters, and always of a long one.
#[component]
pub fn Prompt(
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    most: usize,
    /// A long text, in which Enter breaks the line.
    #[prop(optional)]
    long: bool,
) -> impl IntoView {
    let words = use_words();
    let kind = if long { Kind::LongText } else { Kind::Text };
    let length = Memo::new(move |_| value.with(|text| text.trim().chars().count()));
    let number = |number: usize| count(i64::try_from(number).unwrap_or(i64::MAX));
    let told = move || {
        let length = length.get();
        (long || length * 5 >= most * 4)
            .then(|| words.characters_of(&number(length), &number(most)))
    };
    let problem = Signal::derive(move || {
        (length.get() > most).then(|| words.too_many_characters(&number(most)))
    });
    view! {
        <div class="wish__prompt">
            {move || view! {
                <TextField name="wish[prompt]" label=label.get() kind=kind value problem/>
            }}
            {move || told().map(|told| view! { <p class="wish__count">{told}</p> })}
        </div>
    }
}

/// Whether the text can be sent.
pub fn fits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.trim().chars().count())
}
