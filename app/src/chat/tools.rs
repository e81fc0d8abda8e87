//! What the buttons inside rendered answers do. The server renders an answer once for readers of every language, so what a button is
//! called is the page's affair, and one listener hears them all.

use leptos::{ev::MouseEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{part::Part, sources, table};
use crate::{
    browser,
    language::{Words, use_words},
    routes::Own,
    ui::dialog::Dialog,
};

/// Buttons that have no name yet.
const NAMELESS: &str = "button[data-action]:not([aria-label])";

/// Stands on code whose lines are wrapped.
const WRAPS: &str = "data-wraps";

/// What is shown of an answer, beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The page or picture that this code is.
    Page(String),
    /// The diagram that this is the source of.
    Diagram(String),
}

/// What is shown now, for the part of the module that draws diagrams.
#[derive(Clone, Copy)]
pub struct Previewed(pub RwSignal<Option<Shown>>);

/// Names the buttons that have come with new answers, and says what their sources are counted in.
pub fn name_buttons(words: &Words) {
    if let Some(root) = browser::root() {
        name_buttons_in(&root, words);
    }
}

/// The same where it is known which of the answers has grown: with each piece of it, the others would be looked through too.
pub fn name_buttons_in(part: &Element, words: &Words) {
    sources::name(part, words);
    let Ok(found) = part.query_selector_all(NAMELESS) else {
        return;
    };
    for index in 0..found.length() {
        let button = found.item(index).map(JsCast::dyn_into::<Element>);
        let Some(Ok(button)) = button else { continue };
        if let Some(name) = usual_name(&button, words) {
            call(&button, name);
        }
    }
}

/// What a button is called by what it does.
fn usual_name(button: &Element, words: &Words) -> Option<&'static str> {
    match button.get_attribute("data-action").as_deref()? {
        "copy-code" => Some(words.copy),
        "save-code" => Some(words.code_save),
        "wrap-code" => Some(words.code_wrap),
        "preview-code" | "draw-code" => Some(words.code_preview),
        "copy-table" => Some(words.table_copy),
        "sort-table" => Some(words.table_sort),
        _ => None,
    }
}

/// Gives a button that name, for the eye and for screen readers.
fn call(button: &Element, name: &str) {
    for attribute in ["aria-label", "title"] {
        // A constant attribute can be set.
        let _named = button.set_attribute(attribute, name);
    }
}

/// Whether a reader has the lines of that code wrapped.
pub fn is_wrapped(figure: &Element) -> bool {
    figure.has_attribute(WRAPS)
}

/// Has them wrapped, or not.
pub fn wrap(figure: &Element, wraps: bool) {
    // Throws only for a name with a space in it.
    let _set = figure.toggle_attribute_with_force(WRAPS, wraps);
    if let Ok(Some(button)) = figure.query_selector("[data-action=\"wrap-code\"]") {
        let _told = button.set_attribute("aria-pressed", &wraps.to_string());
    }
}

/// Does what a button that was clicked is for. Code to be shown is put into `preview`.
pub fn press(event: &MouseEvent, words: &'static Words, preview: RwSignal<Option<Shown>>) {
    let Some(button) = browser::closest(event, "button[data-action]") else {
        return;
    };
    match button.get_attribute("data-action").as_deref() {
        Some("copy-code") => {
            if let Some(code) = code_of(&button) {
                copy(button, code, words);
            }
        }
        Some("save-code") => {
            if let Some(code) = code_of(&button) {
                let language = figure(&button).and_then(|it| it.get_attribute("data-language"));
                let ending = ending(language.as_deref().unwrap_or_default());
                browser::save(&format!("code.{ending}"), &code);
            }
        }
        Some("wrap-code") => {
            if let Some(figure) = figure(&button) {
                wrap(&figure, !is_wrapped(&figure));
            }
        }
        Some("preview-code") => preview.set(code_of(&button).map(Shown::Page)),
        Some("draw-code") => preview.set(code_of(&button).map(Shown::Diagram)),
        Some("copy-table") => {
            if let Some(csv) = table::csv_of(&button) {
                copy(button, csv, words);
            }
        }
        Some("sort-table") => table::sort_by(&button),
        _ => {}
    }
}

/// The code, in a frame that can reach nothing: neither this page nor the network. A diagram is drawn first, which is done by a part of
/// the module that is loaded then.
#[component]
pub fn Preview(code: RwSignal<Option<Shown>>) -> impl IntoView {
    let words = use_words();
    provide_context(Previewed(code));
    let open = RwSignal::new(false);
    let is_page = Memo::new(move |_| code.with(|code| matches!(code, Some(Shown::Page(_)))));
    let is_diagram = Memo::new(move |_| code.with(|code| matches!(code, Some(Shown::Diagram(_)))));
    Effect::new(move |_| open.set(code.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && code.with_untracked(Option::is_some) {
            code.set(None);
        }
    });
    let loaded = move |event: leptos::ev::Event| {
        if let Some(Shown::Page(code)) = code.get_untracked() {
            give(&event, &code);
        }
    };
    view! {
        <Dialog open title=words.code_preview>
            <Show when=move || is_page.get()>
                <iframe
                    class="code-preview"
                    src="/sandbox"
                    sandbox="allow-scripts"
                    referrerpolicy="no-referrer"
                    title=words.code_preview
                    on:load=loaded
                ></iframe>
            </Show>
            <Part page=Own::DiagramPanel wanted=is_diagram.into()/>
        </Dialog>
    }
}

/// Gives the frame that has been loaded what it is to show: it has no address from which that could be loaded.
pub fn give(event: &leptos::ev::Event, content: &str) {
    let frame = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::HtmlIFrameElement>().ok());
    if let Some(window) = frame.and_then(|frame| frame.content_window()) {
        // Text can always be sent. The frame has an origin of its own, which has no name.
        let _sent = window.post_message(&content.into(), "*");
    }
}

fn figure(button: &HtmlElement) -> Option<Element> {
    button.closest(".code, figure, pre").ok().flatten()
}

fn code_of(button: &HtmlElement) -> Option<String> {
    let code = figure(button)?.query_selector("code").ok().flatten()?;
    code.text_content()
}

/// The button says for a moment what came of it.
fn copy(button: HtmlElement, text: String, words: &'static Words) {
    leptos::task::spawn_local(async move {
        let mut failure = None;
        if browser::copy(&text).await {
            call(&button, words.copied);
            // Attributes of an element that exists can be set.
            let _shown = button.set_attribute("data-state", "copied");
        } else {
            call(&button, words.copy_failed);
            // A name alone is seen by nobody who has no pointer.
            failure = tell_beside(&button, words.copy_failed);
        }
        gloo_timers::future::TimeoutFuture::new(2_000).await;
        let _hidden = button.remove_attribute("data-state");
        if let Some(failure) = failure {
            failure.remove();
        }
        if let Some(name) = usual_name(&button, words) {
            call(&button, name);
        }
    });
}

/// Says something behind a button.
fn tell_beside(button: &HtmlElement, text: &str) -> Option<Element> {
    let told = button.owner_document()?.create_element("span").ok()?;
    told.set_class_name("failed");
    // Constant attributes can be set.
    let _loud = told.set_attribute("role", "alert");
    let told = button.insert_adjacent_element("afterend", &told).ok()??;
    // Said once it is there, so that it is read aloud.
    told.set_text_content(Some(text));
    Some(told)
}

/// What the name of a file in that language ends in.
fn ending(language: &str) -> &str {
    const ENDINGS: &[(&str, &str)] = &[
        ("bash", "sh"),
        ("c#", "cs"),
        ("c++", "cpp"),
        ("csharp", "cs"),
        ("javascript", "js"),
        ("kotlin", "kt"),
        ("markdown", "md"),
        ("plaintext", "txt"),
        ("powershell", "ps1"),
        ("python", "py"),
        ("ruby", "rb"),
        ("rust", "rs"),
        ("shell", "sh"),
        ("text", "txt"),
        ("typescript", "ts"),
        ("yaml", "yml"),
        ("zsh", "sh"),
    ];
    let known = ENDINGS.iter().find(|(name, _)| *name == language);
    let is_ending = !language.is_empty() && language.chars().all(|c| c.is_ascii_alphanumeric());
    match known {
        Some((_, ending)) => ending,
        None if is_ending => language,
        None => "txt",
    }
}

#[cfg(test)]
mod tests {
    use super::ending;

    #[test]
    fn a_file_ends_as_its_language_has_it() {
        for (language, expected) in [
            ("rust", "rs"),
            ("html", "html"),
            ("c++", "cpp"),
            ("", "txt"),
            ("objective-c", "txt"),
            ("../x", "txt"),
        ] {
            assert_eq!(ending(language), expected, "{language}");
        }
    }
}
