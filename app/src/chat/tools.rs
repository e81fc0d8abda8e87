//! What the buttons inside rendered answers do. The server renders an answer once for readers of every language, so what a button is
//! called is the page's affair, and one listener hears them all.

use leptos::{ev::MouseEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{sources, table};
use crate::{
    browser,
    language::{Words, use_words},
    ui::dialog::Dialog,
};

/// Buttons that have no name yet.
const NAMELESS: &str = "button[data-action]:not([aria-label])";

/// Names the buttons that have come with new answers, and says what their sources are counted in.
pub fn name_buttons(words: &Words) {
    let document = browser::window().and_then(|window| window.document());
    if let Some(document) = &document {
        sources::name(document, words);
    }
    let found = document.and_then(|document| document.query_selector_all(NAMELESS).ok());
    let Some(found) = found else { return };
    for index in 0..found.length() {
        let button = found.item(index).map(JsCast::dyn_into::<Element>);
        let Some(Ok(button)) = button else { continue };
        let name = match button.get_attribute("data-action").as_deref() {
            Some("copy-code") => words.copy,
            Some("save-code") => words.code_save,
            Some("wrap-code") => words.code_wrap,
            Some("preview-code") => words.code_preview,
            Some("copy-table") => words.table_copy,
            Some("sort-table") => words.table_sort,
            _ => continue,
        };
        for attribute in ["aria-label", "title"] {
            // A constant attribute can be set.
            let _named = button.set_attribute(attribute, name);
        }
    }
}

/// Does what a button that was clicked is for. Code to be shown is put into `preview`.
pub fn press(event: &MouseEvent, preview: RwSignal<Option<String>>) {
    let Some(button) = browser::closest(event, "button[data-action]") else {
        return;
    };
    match button.get_attribute("data-action").as_deref() {
        Some("copy-code") => {
            if let Some(code) = code_of(&button) {
                copy(button, code);
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
                // Throws only for a name with a space in it.
                let wraps = figure.toggle_attribute("data-wraps").unwrap_or_default();
                let _told = button.set_attribute("aria-pressed", &wraps.to_string());
            }
        }
        Some("preview-code") => preview.set(code_of(&button)),
        Some("copy-table") => {
            if let Some(csv) = table::csv_of(&button) {
                copy(button, csv);
            }
        }
        Some("sort-table") => table::sort_by(&button),
        _ => {}
    }
}

/// The code, in a frame that can reach nothing: neither this page nor the network.
#[component]
pub fn Preview(code: RwSignal<Option<String>>) -> impl IntoView {
    let words = use_words();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(code.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && code.with_untracked(Option::is_some) {
            code.set(None);
        }
    });
    // The frame asks for what it shows once it is there: it has no address from which it could be loaded.
    let loaded = move |event: leptos::ev::Event| {
        let frame = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::HtmlIFrameElement>().ok());
        let window = frame.and_then(|frame| frame.content_window());
        if let (Some(window), Some(code)) = (window, code.get_untracked()) {
            // Text can always be sent. The frame has an origin of its own, which has no name.
            let _sent = window.post_message(&code.into(), "*");
        }
    };
    view! {
        <Dialog open title=words.code_preview>
            <iframe
                class="code-preview"
                src="/sandbox"
                sandbox="allow-scripts"
                referrerpolicy="no-referrer"
                title=words.code_preview
                on:load=loaded
            ></iframe>
        </Dialog>
    }
}

fn figure(button: &HtmlElement) -> Option<Element> {
    button.closest(".code, figure, pre").ok().flatten()
}

fn code_of(button: &HtmlElement) -> Option<String> {
    let code = figure(button)?.query_selector("code").ok().flatten()?;
    code.text_content()
}

fn copy(button: HtmlElement, text: String) {
    leptos::task::spawn_local(async move {
        if browser::copy(&text).await {
            // Attributes of an element that exists can be set.
            let _shown = button.set_attribute("data-state", "copied");
            gloo_timers::future::TimeoutFuture::new(2_000).await;
            let _hidden = button.remove_attribute("data-state");
        }
    });
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
