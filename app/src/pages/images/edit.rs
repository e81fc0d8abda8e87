//! What is done with an image.

use leptos::prelude::*;
use model::{EditFunction, ImageModel};

use super::offer::{self, EXPAND, STRENGTH, takes_strength};
use crate::{
    language::use_words,
    works::{
        mask::MaskField,
        picker::{Choice, ListField, Picker, Slider},
        typed::Typed,
        upload::UploadField,
    },
};

/// The image, the function, and what belongs to it.
#[component]
pub fn EditFields(
    typed: Typed,
    model: Memo<Option<ImageModel>>,
    function: Memo<Option<EditFunction>>,
) -> impl IntoView {
    let words = use_words();
    let functions = Signal::derive(move || {
        model.with(|model| {
            model
                .as_ref()
                .map(|model| offer::functions(words, model))
                .unwrap_or_default()
        })
    });
    let is = move |own| Memo::new(move |_| function.get() == Some(own));
    let (masked, expands, enlarges) = (
        is(EditFunction::DescribeMasked),
        is(EditFunction::Expand),
        is(EditFunction::Enlarge),
    );
    let with_strength = Memo::new(move |_| takes_strength(function.get()));
    let times = Signal::stored(
        ["2", "3", "4"]
            .map(|times| Choice::new(times, format!("{times}×")))
            .to_vec(),
    );
    view! {
        <input type="hidden" name="wish[image]" value=typed.image/>
        <UploadField label=words.image_to_change value=typed.image/>
        <ListField name="wish[function]" label=words.edit_what typed=typed.function choices=functions/>
        {move || masked.get().then(|| view! { <MaskField image=typed.image mask=typed.mask/> })}
        {move || with_strength.get().then(|| view! {
            <Slider
                name="wish[strength]"
                label=words.edit_strength
                typed=typed.strength
                range=(0, 100, 5)
                usual=STRENGTH
                shown=|hundredths| format!("{hundredths}%")
            />
        })}
        {move || expands.get().then(|| view! {
            <Slider
                name="wish[expand]"
                label=words.edit_expand_by
                typed=typed.expand
                range=(105, 200, 5)
                usual=EXPAND
                shown=|hundredths| format!("{}.{:02}×", hundredths / 100, hundredths % 100)
            />
        })}
        {move || enlarges.get().then(|| view! {
            <Picker name="wish[enlarge]" label=words.edit_enlarge_by typed=typed.enlarge choices=times/>
        })}
    }
}
