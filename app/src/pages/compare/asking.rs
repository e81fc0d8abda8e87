//! Which models answer next, all of them at once.

use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local};
use model::{ModelChoice, ModelName, compare::MOST_AT_ONCE};
use server_fn::ServerFn;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::comparing::Comparing;
use crate::{api::compare::CompareWith, browser, chat::aloud::all, language::use_words};

/// The boxes that are ticked.
const TICKED: &str = "input[name='models[]']:checked";

/// A box for each model, of which some may be ticked, and the button that asks them. A plain form without scripts.
#[component]
pub fn Asking(
    comparing: Comparing,
    models: Vec<ModelChoice>,
    /// The one that is ticked at first.
    first: ModelName,
    /// Nothing can be asked meanwhile.
    is_generating: Signal<bool>,
) -> impl IntoView {
    let words = use_words();
    let form = NodeRef::<html::Form>::new();
    let chosen = RwSignal::new(vec![first.clone()]);
    let (is_live, busy) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| {
        // Some may have been ticked before the page was alive.
        if form.get().is_some() {
            chosen.set(ticked(form));
            is_live.set(true);
        }
    });
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        let models = ticked(form);
        if busy.get_untracked() || models.is_empty() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let models = models.into_iter().map(String::from).collect();
            if comparing.ask(models).await {
                for ticked in boxes(form) {
                    ticked.set_checked(false);
                }
                chosen.try_set(Vec::new());
                browser::focus_drawn(ANSWERS.to_owned());
            }
            busy.try_set(false);
        });
    };
    let is_idle = move || is_live.get() && (busy.get() || chosen.with(Vec::is_empty));
    let (reasoning, direct): (Vec<_>, Vec<_>) = models.into_iter().partition(|it| it.reasons);
    let group = move |label: &'static str, models: Vec<ModelChoice>| {
        let first = first.clone();
        (!models.is_empty()).then(|| {
            let boxes = models.into_iter().map(|choice| {
                let is_first = choice.name == first;
                view! { <ModelBox choice chosen is_first/> }
            });
            view! {
                <p class="comparison__group">{label}</p>
                <div class="checks">{boxes.collect_view()}</div>
            }
        })
    };
    view! {
        <form class="comparison__more" method="post" action=CompareWith::PATH node_ref=form on:submit=ask>
            <input type="hidden" name="id" value=comparing.id.to_string()/>
            <input type="hidden" name="message" value=comparing.question.to_string()/>
            <fieldset class="fieldset" disabled=move || is_generating.get()>
                <legend>{words.compare_models(&MOST_AT_ONCE.to_string())}</legend>
                <div class="comparison__models">
                    {group(words.other_models, direct)}
                    {group(words.reasoning_models, reasoning)}
                </div>
                <button
                    class="button"
                    aria-busy=move || busy.get().then_some("true")
                    disabled=is_idle
                >
                    {move || {
                        if is_live.get() {
                            words.compare_ask_count(&chosen.with(Vec::len).to_string())
                        } else {
                            words.compare_ask.to_owned()
                        }
                    }}
                </button>
            </fieldset>
        </form>
    }
}

/// Where the answers stand on the page.
pub const ANSWERS: &str = "answers";

/// One model. When as many are ticked as may be, the others can't be.
#[component]
fn ModelBox(
    choice: ModelChoice,
    chosen: RwSignal<Vec<ModelName>>,
    is_first: bool,
) -> impl IntoView {
    let name = choice.name;
    let value = name.as_str().to_owned();
    let known = name.clone();
    let is_closed =
        move || chosen.with(|chosen| chosen.len() >= MOST_AT_ONCE && !chosen.contains(&known));
    let tick = move |is_ticked: bool| {
        chosen.update(|chosen| {
            chosen.retain(|known| *known != name);
            if is_ticked {
                chosen.push(name.clone());
            }
        });
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                name="models[]"
                value=value
                checked=is_first
                disabled=is_closed
                on:change:target=move |event| tick(event.target().checked())
            />
            <span class="check__words">{choice.label}</span>
        </label>
    }
}

fn boxes(form: NodeRef<html::Form>) -> Vec<HtmlInputElement> {
    let form = form.try_get_untracked().flatten();
    let found = form.map(|form| all(&form, TICKED)).unwrap_or_default();
    let boxes = found.into_iter();
    boxes.filter_map(|found| found.dyn_into().ok()).collect()
}

/// What the browser would send.
fn ticked(form: NodeRef<html::Form>) -> Vec<ModelName> {
    let names = boxes(form).into_iter().map(|ticked| ticked.value());
    names
        .filter_map(|name| ModelName::parse(name).ok())
        .collect()
}
