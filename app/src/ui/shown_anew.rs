//! Forms that stand in a list, or for what the address names. What the page draws again in its place keeps what was typed and ticked in it:
//! a form that has come to be another one's would still show, and send, what was meant for the one before.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlFormElement};

use crate::browser;

/// Says of a form of what it is.
const OF: &str = "data-of";

/// Has the form show what it is of as soon as that is something else than it was: another thing, or the same as it was changed. Until then
/// all that is typed and ticked stays.
pub fn show_anew(form: NodeRef<html::Form>, of: String) {
    Effect::new(move |_| {
        if let Some(form) = form.get() {
            tell(&form, &of);
        }
    });
}

/// The same for the form of that id, whose fields stand elsewhere on the page.
pub fn show_anew_around(id: &'static str, of: String) {
    Effect::new(move |_| {
        let document = browser::window().and_then(|window| window.document());
        let form = document.and_then(|document| document.get_element_by_id(id));
        if let Some(Ok(form)) = form.map(JsCast::dyn_into::<HtmlFormElement>) {
            tell(&form, &of);
        }
    });
}

/// The same for a box by itself: it is ticked or not as it was drawn once it is of something else.
pub fn show_box_anew(field: NodeRef<html::Input>, of: String, checked: bool) {
    Effect::new(move |_| {
        let Some(field) = field.get() else { return };
        if has_come_to_be(&field, &of) {
            field.set_checked(checked);
        }
    });
}

fn tell(form: &HtmlFormElement, of: &str) {
    if has_come_to_be(form, of) {
        // To what was drawn, which is of this one by now.
        form.reset();
    }
}

/// Whether it was of something else until now.
fn has_come_to_be(element: &Element, of: &str) -> bool {
    let before = element.get_attribute(OF);
    // A constant attribute can be set.
    let _told = element.set_attribute(OF, of);
    before.is_some_and(|before| before != of)
}
