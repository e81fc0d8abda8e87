//! One of a few, seen at once or in a list. What is shown as chosen may be other than what was typed: a model that does
//! not have it has its own first.

use leptos::{html, prelude::*};

/// A choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// What is said beneath, if anything.
    pub hint: String,
    /// Width and height of what it stands for.
    pub shape: Option<(u32, u32)>,
}

impl Choice {
    /// One that is called so.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            hint: String::new(),
            shape: None,
        }
    }
}

/// A choice that is offered: the typed one where it is among them, the first otherwise.
pub fn offered(typed: &str, choices: &[Choice]) -> String {
    let is_there = choices.iter().any(|choice| choice.value == typed);
    if is_there {
        return typed.to_owned();
    }
    let first = choices.first();
    first.map(|choice| choice.value.clone()).unwrap_or_default()
}

/// Ticks the box as `is_ticked` says. What was ticked before the page was alive is taken over by `take` instead.
pub fn keep_ticked(
    node: NodeRef<html::Input>,
    is_ticked: impl Fn() -> bool + 'static,
    take: impl Fn() + 'static,
) {
    Effect::new(move |was_alive: Option<bool>| {
        let ticked = is_ticked();
        let Some(input) = node.get() else {
            return false;
        };
        if was_alive != Some(true) && input.checked() && !ticked {
            take();
        } else if input.checked() != ticked {
            input.set_checked(ticked);
        }
        true
    });
}

/// The choices beside each other; nothing where there is no choice.
#[component]
pub fn Picker(
    name: &'static str,
    #[prop(into)] label: String,
    typed: RwSignal<String>,
    #[prop(into)] choices: Signal<Vec<Choice>>,
) -> impl IntoView {
    let chosen = Memo::new(move |_| choices.with(|all| typed.with(|typed| offered(typed, all))));
    let choice = move |choice: Choice| {
        let own = choice.value.clone();
        let is_chosen = move || chosen.with(|chosen| *chosen == own);
        let at_first = is_chosen.clone();
        let taken = choice.value.clone();
        let take = move || typed.set(taken.clone());
        let node = NodeRef::new();
        keep_ticked(node, is_chosen, take.clone());
        view! {
            <label class="pick" data-shaped=choice.shape.is_some().then_some("true")>
                <input
                    class="visually-hidden"
                    type="radio"
                    name=name
                    value=choice.value
                    checked=untrack(at_first)
                    node_ref=node
                    on:change=move |_| take()
                />
                {choice.shape.map(|(width, height)| view! { <Shape width height/> })}
                <span class="pick__label">{choice.label}</span>
                {(!choice.hint.is_empty()).then(|| view! { <span class="pick__hint">{choice.hint}</span> })}
            </label>
        }
    };
    move || {
        let choices = choices.get();
        (choices.len() > 1).then(|| {
            view! {
                <fieldset class="fieldset picker">
                    <legend class="field__label">{label.clone()}</legend>
                    <div class="picker__choices">{choices.into_iter().map(choice).collect_view()}</div>
                </fieldset>
            }
        })
    }
}

/// The choices in the browser's own list; nothing where there is no choice.
#[component]
pub fn ListField(
    name: &'static str,
    #[prop(into)] label: String,
    typed: RwSignal<String>,
    #[prop(into)] choices: Signal<Vec<Choice>>,
) -> impl IntoView {
    let chosen = Memo::new(move |_| choices.with(|all| typed.with(|typed| offered(typed, all))));
    let option = move |choice: Choice| {
        let own = choice.value.clone();
        let is_chosen = move || chosen.with(|chosen| *chosen == own);
        let at_first = is_chosen.clone();
        view! {
            <option value=choice.value selected=untrack(at_first) prop:selected=is_chosen>{choice.label}</option>
        }
    };
    move || {
        let choices = choices.get();
        (!choices.is_empty()).then(|| {
            view! {
                <div class="field">
                    <label class="field__label" for=name>{label.clone()}</label>
                    <select
                        class="field__line"
                        id=name
                        name=name
                        on:change:target=move |event| typed.set(event.target().value())
                    >
                        {choices.into_iter().map(option).collect_view()}
                    </select>
                </div>
            }
        })
    }
}

/// A number between two, which is told beside it as `shown` says it.
#[component]
pub fn Slider(
    name: &'static str,
    #[prop(into)] label: String,
    typed: RwSignal<String>,
    range: (u32, u32, u32),
    usual: u32,
    shown: fn(u32) -> String,
) -> impl IntoView {
    let (least, most, step) = range;
    let number = move || typed.with(|typed| typed.parse().unwrap_or(usual));
    view! {
        <div class="field slider">
            <label class="field__label" for=name>{label}</label>
            <output class="slider__shown" for=name>{move || shown(number())}</output>
            <input
                class="slider__line"
                type="range"
                id=name
                name=name
                min=least
                max=most
                step=step
                value=untrack(number)
                prop:value=move || number().to_string()
                on:input:target=move |event| typed.set(event.target().value())
            />
        </div>
    }
}

/// A rectangle of these proportions.
#[component]
fn Shape(width: u32, height: u32) -> impl IntoView {
    const ROOM: f64 = 20.0;
    let longest = f64::from(width.max(height).max(1));
    let (width, height) = (
        ROOM * f64::from(width) / longest,
        ROOM * f64::from(height) / longest,
    );
    let (left, top) = (12.0 - width / 2.0, 12.0 - height / 2.0);
    view! {
        <svg class="pick__shape" viewBox="0 0 24 24" aria-hidden="true">
            <rect
                x=format!("{left:.1}")
                y=format!("{top:.1}")
                width=format!("{width:.1}")
                height=format!("{height:.1}")
                rx="2"
            />
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, offered};

    #[test]
    fn what_is_not_offered_is_the_first_of_what_is() {
        let choices = [Choice::new("a", "A"), Choice::new("b", "B")];
        assert_eq!(offered("b", &choices), "b");
        assert_eq!(offered("c", &choices), "a");
        assert_eq!(offered("c", &[]), "");
    }
}
