//! Who answers in a conversation that was begun with an assistant.

use leptos::prelude::*;
use model::AnsweringAssistant;

use super::beginning::{Sign, Told};
use crate::language::use_words;

/// Its name above the conversation; unfolded, what it is told.
#[component]
pub fn Answering(assistant: AnsweringAssistant) -> impl IntoView {
    let words = use_words();
    let AnsweringAssistant {
        name,
        emoji,
        picture,
        instructions,
        is_application,
        ..
    } = assistant;
    let label = words.assistant_answers(&name);
    view! {
        <details class="answering">
            <summary class="answering__name" title=label>
                <Sign emoji name=name.clone() picture/>
                <span>{name}</span>
            </summary>
            <div class="answering__more">
                {is_application.then(|| view! { <p>{words.assistant_application_lead}</p> })}
                {(!instructions.is_empty())
                    .then(|| view! { <Told text=instructions lead=words.assistant_told_lead/> })}
                <p>{words.assistant_copy_kept}</p>
            </div>
        </details>
    }
}

/// Says that an application is no longer open to the reader.
#[component]
pub fn Withdrawn(is_withdrawn: bool) -> impl IntoView {
    let words = use_words();
    is_withdrawn.then(|| view! { <p class="notice" role="status">{words.assistant_withdrawn}</p> })
}
