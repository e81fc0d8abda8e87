//! What a prompt is called, and what it says.

use leptos::prelude::*;
use model::SavedPrompt;

use crate::{
    error::Field,
    language::use_words,
    ui::{
        lines::LinesField,
        submission::Submission,
        text_field::{Kind, TextField},
    },
};

/// Fields whose problems stand at them.
pub(super) const FIELDS: &[Field] = &[Field::Name];

/// The fields of a form for a prompt.
#[component]
pub(super) fn PromptFields(
    submission: Submission,
    #[prop(optional)] prompt: Option<SavedPrompt>,
) -> impl IntoView {
    let words = use_words();
    let (name, text) = prompt
        .map(|prompt| (String::from(prompt.name), String::from(prompt.text)))
        .unwrap_or_default();
    view! {
        <TextField
            name="name"
            label=words.prompt_name
            kind=Kind::Line("off")
            value=RwSignal::new(name)
            hint=words.prompt_name_hint
            problem=submission.problem_of(Field::Name)
        />
        <LinesField
            name="text"
            label=words.prompt_text
            value=RwSignal::new(text)
            required=true
            hint=words.prompt_text_hint
        />
    }
}
