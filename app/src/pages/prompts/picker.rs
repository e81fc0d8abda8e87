//! What is offered while something is called in the composer, and the form for a prompt's variables.

use leptos::{ev::SubmitEvent, html, prelude::*};
use model::{AssistantPicture, template};
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

use super::asking::AskDialog;
use crate::{
    browser,
    chat::calling::{Calling, Filling, LIST, Offered as Meant, option_id, variable_id},
    language::{Words, use_words},
    ui::{
        dialog::{DialogHead, follow},
        text_field::as_text,
    },
};

/// The list and the dialog. The keyboard stays in the composer until a dialog takes it.
#[component]
pub fn PromptPicker() -> impl IntoView {
    let words = use_words();
    let calling: Calling = expect_context();
    let told = move || {
        if !calling.is_open() {
            return None;
        }
        let (all, is_missing) = calling
            .offered
            .with(|offered| (offered.len(), offered.contains(&Meant::Missing)));
        let count = all - usize::from(is_missing);
        if count == 0 {
            return Some(words.load_failed.to_owned());
        }
        let count = count.to_string();
        let counted = if calling.is_mention() {
            words.mentions_offered_count(&count)
        } else {
            words.prompts_offered_count(&count)
        };
        Some(if is_missing {
            format!("{} {counted}", words.load_failed)
        } else {
            counted
        })
    };
    view! {
        <p class="visually-hidden" role="status">{told}</p>
        {move || calling.is_open().then(|| view! { <Offered calling/> })}
        <FillDialog calling/>
        <AskDialog calling/>
    }
}

#[component]
fn Offered(calling: Calling) -> impl IntoView {
    let words = use_words();
    let options = move || {
        let offered = calling.offered.get().into_iter().enumerate();
        offered
            .map(|(place, meant)| {
                let is_missing = (meant == Meant::Missing).then_some("true");
                let (picture, name, about) = shown(words, meant);
                let picture = picture.map(|picture| {
                    view! { <img class="prompt-option__picture" src=picture.address() alt=""/> }
                });
                let is_active = move || calling.active.get() == place;
                // Before the composer loses the keyboard.
                let press = move |event: leptos::ev::MouseEvent| {
                    event.prevent_default();
                    calling.choose(place);
                };
                view! {
                    <li
                        class="prompt-option"
                        id=option_id(place)
                        role="option"
                        data-missing=is_missing
                        aria-selected=move || if is_active() { "true" } else { "false" }
                        on:mousedown=press
                    >
                        <span class="prompt-option__name">{picture} {name}</span>
                        <span class="prompt-option__text">{about}</span>
                    </li>
                }
            })
            .collect_view()
    };
    // On a low screen the list is longer than its box.
    Effect::new(move |_| show(&option_id(calling.active.get())));
    // Whoever scrolls the list stays in the composer.
    let stay = |event: leptos::ev::MouseEvent| event.prevent_default();
    view! {
        <ul
            class="prompt-options"
            id=LIST
            role="listbox"
            aria-label=move || {
                if calling.is_mention() { words.mentions_offered } else { words.prompts_offered }
            }
            on:mousedown=stay
        >
            {options}
        </ul>
    }
}

/// The image of something that may be meant, what it is called, and what it is.
fn shown(words: &Words, meant: Meant) -> (Option<AssistantPicture>, String, String) {
    match meant {
        Meant::Prompt(prompt) => (
            None,
            format!("/{}", prompt.name.as_str()),
            beginning(prompt.text.as_str()),
        ),
        Meant::Assistant(card) => {
            let name = if card.picture.is_some() {
                card.name
            } else {
                let sign = model::assistant::sign(&card.emoji, &card.name);
                format!("{sign} {}", card.name)
            };
            (card.picture, name, card.description)
        }
        Meant::Model(model) => (None, model.label, model.name.into()),
        Meant::Missing => {
            let (name, about) = (words.load_failed, words.try_again);
            (None, name.to_owned(), about.to_owned())
        }
    }
}

fn show(id: &str) {
    let document = browser::window().and_then(|window| window.document());
    if let Some(element) = document.and_then(|document| document.get_element_by_id(id)) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// As much of a text as fits into a line.
fn beginning(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .take(120)
        .collect()
}

/// Asks for the variables of the prompt that was chosen.
#[component]
fn FillDialog(calling: Calling) -> impl IntoView {
    let words = use_words();
    let dialog = NodeRef::<html::Dialog>::new();
    let filling = calling.filling;
    follow(
        dialog,
        Signal::derive(move || filling.with(Option::is_some)),
    );
    let close = move || filling.set(None);
    view! {
        <dialog class="dialog" aria-label=words.prompt_variables node_ref=dialog on:close=move |_| close()>
            <DialogHead title=words.prompt_variables close/>
            {move || filling.get().map(|filling| view! { <Variables filling calling/> })}
        </dialog>
    }
}

#[component]
fn Variables(filling: Filling, calling: Calling) -> impl IntoView {
    let words = use_words();
    let text = String::from(filling.prompt.text);
    let variables: Vec<(String, RwSignal<String>)> = template::variables(&text)
        .into_iter()
        .map(|found| {
            let value = RwSignal::new(found.default.unwrap_or_default().to_owned());
            (found.name.to_owned(), value)
        })
        .collect();
    let fields = variables.clone();
    let put = move |event: SubmitEvent| {
        event.prevent_default();
        let given: Vec<(&str, String)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.get_untracked()))
            .collect();
        let value = |name: &str| {
            let found = given.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.as_str())
        };
        calling.fill(&template::fill(&text, value));
    };
    view! {
        <form class="form" on:submit=put>
            <p class="panel__note">"/" {String::from(filling.prompt.name)}</p>
            {variables
                .into_iter()
                .enumerate()
                .map(|(place, (name, value))| {
                    let id = variable_id(place);
                    view! {
                        <div class="field">
                            <label class="field__label" for=id.clone()>{name}</label>
                            <textarea
                                class="field__line field__variable"
                                id=id
                                rows="1"
                                autocomplete="off"
                                on:input:target=move |event| value.set(event.target().value())
                            >
                                {as_text(value.get_untracked())}
                            </textarea>
                        </div>
                    }
                })
                .collect_view()}
            <button class="button" data-tone="primary">{words.prompt_put}</button>
        </form>
    }
}
