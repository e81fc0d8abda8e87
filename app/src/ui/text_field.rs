//! The one text field: label, problem, and what keys mean.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlFormElement, HtmlTextAreaElement};

use crate::{
    browser, habits,
    language::use_words,
    ui::{
        alive::keep,
        described::described,
        figures::count,
        keys::{Action, Composition, Lines, Press, decide, is_of_input_method},
    },
};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line of text with this `autocomplete`.
    Line(&'static str),
    /// An address, the name to sign in with.
    Email,
    /// An address to sign in with, or a passkey instead, which the browser may offer here.
    SignInName,
    /// A password with this `autocomplete`.
    Password(&'static str),
    /// A line that may stay empty, with this `autocomplete`.
    Optional(&'static str),
    /// A line that may stay empty, with suggestions from the list of this id.
    Suggested(&'static str),
    /// A code from an app or a letter.
    Code,
    /// A whole number that may stay empty.
    Number,
    /// An amount of money.
    Amount,
    /// A day that may stay empty.
    Day,
    /// Text of many lines, its label for screen readers only.
    Text,
    /// The same for long texts: Enter breaks the line, and sends with Ctrl or ⌘.
    LongText,
}

/// A text has so many characters at most, as the browser counts them: it takes no more.
const LONGEST: usize = 100_000;

impl Kind {
    fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::LongText)
    }
}

/// A labelled text field. `problem` stands beneath it; `on_escape` is called for Esc.
#[component]
#[expect(
    clippy::too_many_lines,
    reason = "most are the two elements that it may be"
)]
pub fn TextField(
    name: &'static str,
    #[prop(into)] label: String,
    kind: Kind,
    value: RwSignal<String>,
    #[prop(into, optional)] problem: Signal<Option<String>>,
    #[prop(into, optional)] hint: Option<String>,
    #[prop(into, optional)] on_escape: Option<Callback<()>>,
) -> impl IntoView {
    let words = use_words();
    let composition = Composition::new();
    // Of what was pasted last, so much found no room.
    let lost = RwSignal::new(0_usize);
    let ended = move |event: ev::CompositionEvent| composition.ends(event.time_stamp());
    let lines = if kind.is_text() {
        Lines::Many
    } else {
        Lines::One
    };
    let pressed = move |event: ev::KeyboardEvent| {
        // Most keys are letters, which ask for nothing and are not made to wait for what the document and the screen say.
        if !matches!(event.key().as_str(), "Enter" | "Escape") {
            return;
        }
        let mut press = press_of(&event, composition.ended_at());
        // As with a finger: lines are broken more often than the text is sent.
        press.touch |= kind.is_text() && (kind == Kind::LongText || habits::sends_with_command());
        match decide(press, lines) {
            Action::Send => {
                event.prevent_default();
                if let Some(form) = form_of(&event) {
                    // Throws only for a button of another form.
                    let _asked = form.request_submit();
                }
            }
            Action::Escape => {
                if let Some(escape) = on_escape {
                    escape.run(());
                }
            }
            Action::Swallow => event.prevent_default(),
            Action::Leave => {}
        }
    };
    let problem_id = format!("{name}-problem");
    let hint_id = hint.as_ref().map(|_| format!("{name}-hint"));
    let described = described(hint_id.clone(), problem_id.clone(), problem);
    let invalid = move || problem.with(Option::is_some).then_some("true");
    let (line, area) = (
        NodeRef::<html::Input>::new(),
        NodeRef::<html::Textarea>::new(),
    );
    keep_typed(value, line, area);
    let field = if kind.is_text() {
        let grow = move |event: ev::Event| {
            let area = event_target::<HtmlTextAreaElement>(&event);
            grow(&area);
            if lost.get_untracked() > 0 && length(&area.value()) < LONGEST {
                lost.set(0);
            }
        };
        let pasted = move |event: ev::ClipboardEvent| {
            let over = length_with(&event).saturating_sub(LONGEST);
            lost.set(0);
            if over > 0 {
                // Where it becomes a file nothing of it is left out, which is known when all have heard of it.
                browser::after_layout(move || {
                    if !event.default_prevented() {
                        lost.try_set(over);
                    }
                });
            }
        };
        view! {
            <textarea
                class="field__text"
                name=name
                rows="1"
                maxlength=LONGEST.to_string()
                aria-label=label.clone()
                placeholder=label.clone()
                autocomplete="off"
                enterkeyhint="enter"
                node_ref=area
                on:input:target=move |event| value.set(event.target().value())
                on:input=grow
                on:paste=pasted
                on:compositionend=ended
                on:keydown=pressed
            >
                {as_text(value.get_untracked())}
            </textarea>
        }
        .into_any()
    } else {
        let (input, autocomplete) = match kind {
            Kind::Line(autocomplete) | Kind::Optional(autocomplete) => ("text", autocomplete),
            Kind::Email => ("email", "username"),
            Kind::SignInName => ("email", "username webauthn"),
            Kind::Password(autocomplete) => ("password", autocomplete),
            Kind::Code => ("text", "one-time-code"),
            Kind::Day => ("date", "off"),
            Kind::Number | Kind::Amount | Kind::Suggested(_) | Kind::Text | Kind::LongText => {
                ("text", "off")
            }
        };
        let keys = match kind {
            Kind::Code | Kind::Number => Some("numeric"),
            Kind::Amount => Some("decimal"),
            Kind::Line(_)
            | Kind::Optional(_)
            | Kind::Suggested(_)
            | Kind::Email
            | Kind::SignInName
            | Kind::Password(_)
            | Kind::Day
            | Kind::Text
            | Kind::LongText => None,
        };
        let suggestions = match kind {
            Kind::Suggested(list) => Some(list),
            Kind::Line(_)
            | Kind::Optional(_)
            | Kind::Email
            | Kind::SignInName
            | Kind::Password(_)
            | Kind::Code
            | Kind::Number
            | Kind::Amount
            | Kind::Day
            | Kind::Text
            | Kind::LongText => None,
        };
        let required = match kind {
            Kind::Line(_)
            | Kind::Email
            | Kind::SignInName
            | Kind::Password(_)
            | Kind::Code
            | Kind::Amount
            | Kind::Text
            | Kind::LongText => true,
            Kind::Optional(_) | Kind::Suggested(_) | Kind::Number | Kind::Day => false,
        };
        view! {
            <input
                class="field__line"
                type=input
                id=name
                name=name
                required=required
                autocomplete=autocomplete
                inputmode=keys
                list=suggestions
                value=value.get_untracked()
                node_ref=line
                aria-invalid=invalid
                aria-describedby=described
                on:input:target=move |event| value.set(event.target().value())
                on:compositionend=ended
                on:keydown=pressed
            />
        }
        .into_any()
    };
    let is_text = kind.is_text();
    view! {
        <div class="field" data-kind=if is_text { "text" } else { "line" }>
            {(!is_text).then(|| view! { <label class="field__label" for=name>{label}</label> })}
            {field}
            {hint.map(|hint| view! { <p class="field__hint" id=hint_id>{hint}</p> })}
            {move || {
                problem
                    .get()
                    .map(|text| view! { <p class="field__problem" id=problem_id.clone() role="alert">{text}</p> })
            }}
            {move || {
                let figure = |number: usize| count(i64::try_from(number).unwrap_or(i64::MAX));
                let lost = Some(lost.get()).filter(|lost| *lost > 0)?;
                let told = words.text_cut(&figure(lost), &figure(LONGEST));
                Some(view! { <p class="field__problem" role="alert">{told}</p> })
            }}
        </div>
    }
}

/// What stands in a `textarea` from the beginning, or in the `title`: Leptos writes both into the page as they are, so that a text could end
/// the element and go on as markup. Where the browser makes them, they are text. (IO-05)
#[cfg(feature = "ssr")]
pub fn as_text(text: String) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// What stands in a `textarea` from the beginning.
#[cfg(not(feature = "ssr"))]
pub fn as_text(text: String) -> String {
    text
}

/// Shows `value` in the one of both that is on the page.
fn keep_typed(value: RwSignal<String>, line: NodeRef<html::Input>, area: NodeRef<html::Textarea>) {
    Effect::new(move |_| {
        let text = value.get();
        if let Some(line) = line.get() {
            keep(&line, line.value(), &text, value, |text| {
                line.set_value(text);
            });
        } else if let Some(area) = area.get() {
            keep(&area, area.value(), &text, value, |text| {
                area.set_value(text);
            });
        }
    });
}

/// What was pressed, and when an input method last ended.
pub fn press_of(event: &ev::KeyboardEvent, composition_end: Option<f64>) -> Press {
    Press {
        enter: event.key() == "Enter",
        escape: event.key() == "Escape",
        shift: event.shift_key(),
        command: event.ctrl_key() || event.meta_key(),
        composing: is_of_input_method(event),
        since_composition_ms: composition_end.map(|end| event.time_stamp() - end),
        touch: browser::has_coarse_pointer(),
    }
}

fn form_of(event: &ev::KeyboardEvent) -> Option<HtmlFormElement> {
    browser::closest(event, "form")?.dyn_into().ok()
}

/// How long the text becomes with what is pasted.
fn length_with(event: &ev::ClipboardEvent) -> usize {
    let area = event_target::<HtmlTextAreaElement>(event);
    let text = event
        .clipboard_data()
        .and_then(|data| data.get_data("text/plain").ok());
    let place = |place: Result<Option<u32>, _>| place.ok().flatten().unwrap_or_default();
    let replaced = place(area.selection_end()).saturating_sub(place(area.selection_start()));
    // The end of a line is one there, however it is written.
    let pasted = length(&text.unwrap_or_default().replace('\r', ""));
    let replaced = usize::try_from(replaced).unwrap_or_default();
    (length(&area.value()) + pasted).saturating_sub(replaced)
}

/// As the browser counts.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Fits the height to the text where CSS can't (`field-sizing: content` is young).
fn grow(area: &HtmlTextAreaElement) {
    if !web_sys::css::supports_with_value("field-sizing", "content").unwrap_or(false) {
        let style = web_sys::HtmlElement::style(area);
        // Setting a plain property can't fail.
        let _reset = style.set_property("height", "auto");
        let _fitted = style.set_property("height", &format!("{}px", area.scroll_height()));
    }
}
