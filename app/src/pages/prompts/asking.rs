//! What an assistant asks for before a question is put to it: the variables of its instructions, as where a conversation begins
//! with it.

use leptos::{ev::SubmitEvent, html, prelude::*};
use model::{Assistant, AssistantView, Given, template};

use crate::{
    chat::calling::{Calling, asked_id},
    language::use_words,
    ui::dialog::{DialogHead, follow},
};

/// A variable's name, and what is typed for it.
type Asked = (String, RwSignal<String>);

/// Asks for the variables of the assistant that was called. Esc calls it no more.
#[component]
pub(super) fn AskDialog(calling: Calling) -> impl IntoView {
    let words = use_words();
    let dialog = NodeRef::<html::Dialog>::new();
    let asking = calling.asking;
    follow(dialog, Signal::derive(move || asking.with(Option::is_some)));
    let close = move || calling.give_up_asking();
    view! {
        <dialog
            class="dialog"
            aria-label=words.assistant_once_variables
            node_ref=dialog
            on:close=move |_| close()
        >
            <DialogHead title=words.assistant_once_variables close/>
            {move || asking.get().map(|view| view! { <Variables view calling/> })}
        </dialog>
    }
}

#[component]
fn Variables(view: AssistantView, calling: Calling) -> impl IntoView {
    let words = use_words();
    let Assistant {
        name, instructions, ..
    } = view.assistant;
    let lead = words.assistant_once_lead(&name);
    let variables: Vec<Asked> = template::variables(&instructions)
        .into_iter()
        .map(|found| {
            let value = RwSignal::new(found.default.unwrap_or_default().to_owned());
            (found.name.to_owned(), value)
        })
        .collect();
    let fields = variables.clone().into_iter().enumerate();
    let put = move |event: SubmitEvent| {
        event.prevent_default();
        let given = variables.iter().map(|(name, value)| Given {
            name: name.clone(),
            value: value.get_untracked(),
        });
        calling.give(given.collect());
    };
    view! {
        <form class="form" on:submit=put>
            <p class="panel__note">{lead}</p>
            {fields
                .map(|(place, (name, value))| view! { <Field place name value/> })
                .collect_view()}
            <button class="button" data-tone="primary">{words.assistant_once_put}</button>
        </form>
    }
}

#[component]
fn Field(place: usize, name: String, value: RwSignal<String>) -> impl IntoView {
    let id = asked_id(place);
    view! {
        <div class="field">
            <label class="field__label" for=id.clone()>{name}</label>
            <input
                class="field__line"
                id=id
                maxlength=Assistant::MAX_VALUE.to_string()
                autocomplete="off"
                value=value.get_untracked()
                on:input:target=move |event| value.set(event.target().value())
            />
        </div>
    }
}
