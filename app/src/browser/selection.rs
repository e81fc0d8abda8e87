//! What is selected on the page.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Document, Element, Node};

use super::window;

/// A selection.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected {
    /// Its text as it is read, line by line.
    pub text: String,
    /// How far its upper edge is from the window's, in pixels.
    pub top: f64,
    /// The same of its lower edge.
    pub bottom: f64,
    /// The same of its left edge from the window's left.
    pub left: f64,
}

/// A listener that lives as long as this does.
pub struct Watch {
    document: Document,
    changed: Closure<dyn FnMut()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Removing what was added can't fail.
        let _removed = self.document.remove_event_listener_with_callback(
            "selectionchange",
            self.changed.as_ref().unchecked_ref(),
        );
    }
}

/// Calls `changed` whenever something else is selected.
pub fn watch(changed: impl FnMut() + 'static) -> Option<Watch> {
    let document = window()?.document()?;
    let changed = Closure::<dyn FnMut()>::new(changed);
    document
        .add_event_listener_with_callback("selectionchange", changed.as_ref().unchecked_ref())
        .ok()?;
    Some(Watch { document, changed })
}

/// Whether anything is selected.
pub fn is_there() -> bool {
    let selection = window().and_then(|window| window.get_selection().ok().flatten());
    selection.is_some_and(|selection| !selection.is_collapsed())
}

/// What is selected, if all of it is inside one element that matches.
pub fn within(selector: &str) -> Option<Selected> {
    let selection = window()?.get_selection().ok()??;
    if selection.is_collapsed() || selection.range_count() == 0 {
        return None;
    }
    let range = selection.get_range_at(0).ok()?;
    let start = around(range.start_container().ok()?, selector)?;
    let end = around(range.end_container().ok()?, selector);
    // A paragraph that is selected as a whole ends where the next one begins.
    if end.as_ref() != Some(&start) && range.end_offset().ok()? != 0 {
        return None;
    }
    let text: String = selection.to_string().into();
    if text.trim().is_empty() {
        return None;
    }
    let place = range.get_bounding_client_rect();
    Some(Selected {
        text,
        top: place.top(),
        bottom: place.bottom(),
        left: place.left(),
    })
}

/// Selects nothing.
pub fn clear() {
    if let Some(Ok(Some(selection))) = window().map(|window| window.get_selection()) {
        // Fails only for a selection that is gone.
        let _cleared = selection.remove_all_ranges();
    }
}

fn around(node: Node, selector: &str) -> Option<Element> {
    let element = match node.dyn_into::<Element>() {
        Ok(element) => element,
        Err(node) => node.parent_element()?,
    };
    element.closest(selector).ok().flatten()
}
