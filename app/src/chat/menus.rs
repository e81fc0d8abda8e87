//! Menus that unfold over the page fold again when something else is pressed, and by Esc.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Node;

use crate::{browser, ui::keys::is_of_input_method};

/// Those that Esc folds: menus, and questions that stay when something else is pressed, for what is typed in them.
const ESCAPABLE: &str = "details:is(.account, .answering, .take, .confirm)[open]";

/// Those that are open.
const OPEN: &str = "details:is(.account, .answering, .take)[open]";

/// Looks after them as long as the part of the page around is there.
pub fn fold_menus() {
    Effect::new(move |_| {
        let pressed = window_event_listener(ev::click, move |event| {
            let on = event
                .target()
                .and_then(|target| target.dyn_into::<Node>().ok());
            // Where a link of theirs leads, they would only be in the way.
            let leads = browser::closest(&event, "a[href]").is_some();
            for menu in browser::all(OPEN) {
                if leads || !menu.contains(on.as_ref()) {
                    browser::fold(&menu);
                }
            }
        });
        let escaped = window_event_listener(ev::keydown, move |event| {
            if event.key() != "Escape" || event.default_prevented() || is_of_input_method(&event) {
                return;
            }
            let Some(menu) = browser::closest(&event, ESCAPABLE) else {
                return;
            };
            // What lies around, a dialog, stays.
            event.prevent_default();
            browser::fold(&menu);
        });
        on_cleanup(move || {
            pressed.remove();
            escaped.remove();
        });
    });
}
