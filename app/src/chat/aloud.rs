//! Reading an answer aloud: what of it is spoken, and the place of the bar that does it. One at a time, and nothing without a press.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::part::Part;
use crate::{browser, routes::Own};

/// The longest text that is spoken, in characters.
pub const LONGEST: usize = 20_000;

/// What of an answer is for the eye only: the tools that were called for it are none of it.
const UNSPOKEN: &str = "details.tool, .tool__asking, .made, figure, .table, math, button, .sources, .citation, .footnote, .footnote-mark, .link-host, .image-link, .invisible";

/// What stands apart from what follows.
const APART: &str = "p, li, h3, h4, h5, h6";

/// The text that is being read aloud or offered for it.
#[derive(Clone, Copy)]
pub struct Aloud(pub RwSignal<Option<String>>);

/// The answer beside the button of that id, as it can be spoken; `None` where nothing of it can.
pub fn spoken(button: &str) -> Option<String> {
    let document = browser::window()?.document()?;
    let message = document.get_element_by_id(button)?.closest(".message");
    let answer = message.ok()??.query_selector(".message__answer").ok()??;
    let copy: Element = answer.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
    for unspoken in all(&copy, UNSPOKEN) {
        unspoken.remove();
    }
    for apart in all(&copy, APART) {
        // Throws only for a place that does not exist.
        let _ended = apart.insert_adjacent_text("beforeend", "\n");
    }
    let text = copy.text_content()?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let text = lines.collect::<Vec<_>>().join("\n");
    (!text.is_empty()).then_some(text)
}

/// The elements below `root` that match.
pub fn all(root: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = root.query_selector_all(selector) else {
        return Vec::new();
    };
    let each = (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok());
    each.collect()
}

/// The bar, while there is something to read.
#[component]
pub fn AloudBar(aloud: Aloud) -> impl IntoView {
    provide_context(aloud);
    let wanted = Memo::new(move |_| aloud.0.with(Option::is_some));
    // Once it is there it stays, unseen: what closes it is still running when it is closed.
    let is_there = Memo::new(move |before: Option<&bool>| before == Some(&true) || wanted.get());
    view! { <div class="aloud" hidden=move || !wanted.get()><Part page=Own::ReadAloud wanted=is_there.into()/></div> }
}
