//! An assistant that one question is put to: beside what is typed, and with question and answer.

use leptos::prelude::*;
use model::AskedAssistant;

use super::{
    beginning::{Beginning, FIELD, Sign},
    drafts::numbered,
};
use crate::{
    browser,
    language::use_words,
    ui::icon::{Glyph, Icon},
};

/// Who is asked with what is typed, above the field, until that is sent or taken back.
#[component]
pub fn CalledOnce(beginning: Beginning) -> impl IntoView {
    let words = use_words();
    let shown = move || {
        beginning.once.get().map(|card| {
            let label = words.assistant_once(&card.name);
            let given = card.given.iter().map(|one| one.value.trim());
            let given: Vec<&str> = given.filter(|value| !value.is_empty()).collect();
            let given = given.join(" · ");
            view! {
                <span class="once">
                    <Sign emoji=card.emoji name=card.name picture=card.picture/>
                    <span class="once__name">{label}</span>
                    {(!given.is_empty()).then(|| view! { <span class="once__given">{given}</span> })}
                    <button
                        class="icon-button"
                        type="button"
                        data-needs="script"
                        title=words.assistant_once_not
                        aria-label=words.assistant_once_not
                        on:click=move |_| {
                            beginning.once.set(None);
                            // The button is gone.
                            browser::focus_at_end(FIELD.to_owned());
                        }
                    >
                        <Glyph icon=Icon::Close/>
                    </button>
                </span>
            }
        })
    };
    view! { <div class="composer__once" role="status">{shown}</div> }
}

/// What was given for the variables of the assistant that a draft calls, for a page without scripts. Those with which a conversation
/// begins have fields that are seen.
#[component]
pub fn GivenFields(beginning: Beginning) -> impl IntoView {
    move || {
        let (_, names, values) = beginning.called();
        let all = [("names", names), ("variables", values)].into_iter();
        let fields = all.flat_map(numbered);
        fields
            .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
            .collect_view()
    }
}

/// Whom a question was put to, or who wrote an answer, where that is not who answers in the conversation.
#[component]
pub fn AskedOnce(asked: Option<AskedAssistant>, is_answer: bool) -> impl IntoView {
    let words = use_words();
    let of = if is_answer { "answer" } else { "question" };
    asked.map(|asked| {
        let label = if is_answer {
            asked.name.clone()
        } else {
            words.assistant_once(&asked.name)
        };
        view! {
            <p class="once" data-of=of>
                <Sign emoji=asked.emoji name=asked.name picture=asked.picture/>
                <span class="once__name">{label}</span>
            </p>
        }
    })
}
