//! From the field to what was found, and from one to the next, by the arrow keys.

use leptos::ev;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::field::FIELD;
use crate::{
    browser,
    ui::keys::{has_modifier, is_of_input_method},
};

/// What was found, as links.
const HITS: &str = ".finder .hit__link";

/// Where an arrow leads among so many hits: `None` is the field before them. From the last one down, it stays.
fn next(at: Option<u32>, count: u32, down: bool) -> Option<u32> {
    match (at, down) {
        (_, _) if count == 0 => None,
        (None, true) => Some(0),
        (None, false) => None,
        (Some(at), true) => Some((at + 1).min(count - 1)),
        (Some(at), false) => at.checked_sub(1),
    }
}

/// A key was pressed on the page.
pub(super) fn press(event: &ev::KeyboardEvent) {
    let down = match event.key().as_str() {
        "ArrowDown" => true,
        "ArrowUp" => false,
        _ => return,
    };
    // The arrows of an input method choose among its words.
    if has_modifier(event) || is_of_input_method(event) {
        return;
    }
    let Some(document) = browser::window().and_then(|window| window.document()) else {
        return;
    };
    let Ok(hits) = document.query_selector_all(HITS) else {
        return;
    };
    let focused = document.active_element();
    let at = (0..hits.length()).find(|&index| {
        let hit = hits.item(index);
        hit.is_some() && hit.as_ref() == focused.as_deref()
    });
    let is_field = focused.is_some_and(|focused| focused.id() == FIELD);
    if at.is_none() && !is_field {
        return;
    }
    event.prevent_default();
    match next(at, hits.length(), down).and_then(|index| hits.item(index)) {
        Some(hit) => {
            if let Ok(hit) = hit.dyn_into::<HtmlElement>() {
                // A link can be focused.
                let _focused = hit.focus();
            }
        }
        None => {
            browser::focus(FIELD);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn arrows_walk_between_the_field_and_the_last_hit() {
        for (at, count, down, expected) in [
            (None, 0, true, None),
            (None, 2, true, Some(0)),
            (None, 2, false, None),
            (Some(0), 2, true, Some(1)),
            (Some(1), 2, true, Some(1)),
            (Some(1), 2, false, Some(0)),
            (Some(0), 2, false, None),
        ] {
            assert_eq!(next(at, count, down), expected, "{at:?} of {count}, {down}");
        }
    }
}
