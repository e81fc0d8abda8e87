//! Messages far from what is read give up what they show and keep their place, once there are many of them: a thousand that are all drawn
//! are eighty thousand nodes. Up to `MANY`, the browser's own search finds everything.

use std::collections::HashMap;

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

use crate::browser::{
    local::Local,
    near::{Place, Watch},
    selection,
};

/// With so many messages, or fewer, all of them stay drawn.
const MANY: usize = 200;

/// How far from what is seen they are drawn.
const MARGIN: &str = "400% 0px";

/// What a reader has opened, set, plays or writes is not taken away.
const IN_USE: &str = "textarea, audio, video, details[open], [aria-pressed='true'], [aria-expanded='true'], [aria-sort], [data-wraps]";

/// Which messages of a transcript are far. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Nearness {
    watched: Local<Watched>,
}

struct Watched {
    watch: Watch,
    /// By the elements' ids.
    messages: HashMap<String, Watching>,
}

struct Watching {
    element: Element,
    is_far: RwSignal<bool>,
    /// Its height in pixels, while it is out of reach.
    out: Option<f64>,
}

impl Nearness {
    /// Of a transcript without messages.
    pub fn new() -> Self {
        Self {
            watched: Local::new(),
        }
    }

    /// Whether the message that `place` becomes is far, as long as it is there.
    pub fn watch(self, place: NodeRef<html::Article>) -> ReadSignal<bool> {
        let is_far = RwSignal::new(false);
        let known = StoredValue::new(String::new());
        Effect::new(move |_| {
            if let Some(element) = place.get() {
                known.set_value(element.id());
                self.add(&element, is_far);
            }
        });
        on_cleanup(move || {
            if let Some(id) = known.try_get_value() {
                self.leave(&id);
            }
        });
        is_far.read_only()
    }

    fn add(self, element: &Element, is_far: RwSignal<bool>) {
        if !self.watched.is_some() {
            let view = element.closest(".transcript").ok().flatten();
            let watch = view
                .and_then(|view| Watch::within(&view, MARGIN, move |places| self.moved(places)));
            self.watched.set(watch.map(|watch| Watched {
                watch,
                messages: HashMap::new(),
            }));
        }
        self.watched.with(|watched| {
            watched.watch.add(element);
            let watching = Watching {
                element: element.clone(),
                is_far,
                out: None,
            };
            watched.messages.insert(element.id(), watching);
        });
    }

    fn leave(self, id: &str) {
        self.watched.with(|watched| {
            if let Some(message) = watched.messages.remove(id) {
                watched.watch.leave(&message.element);
            }
        });
    }

    /// They have come nearer or gone farther away.
    fn moved(self, places: Vec<Place>) {
        let changed = self.watched.with(|watched| watched.moved(places));
        // Not within: what is drawn and dropped now asks for the same.
        for (element, is_far, height) in changed.unwrap_or_default() {
            keep_room(&element, height);
            is_far.try_set(height.is_some());
        }
    }
}

impl Watched {
    /// Notes it. What is drawn again, and what goes with the height that it leaves.
    fn moved(&mut self, places: Vec<Place>) -> Vec<(Element, RwSignal<bool>, Option<f64>)> {
        let mut changed = Vec::new();
        for Place {
            element,
            height,
            is_near,
        } in places
        {
            let Some(message) = self.messages.get_mut(&element.id()) else {
                continue;
            };
            let was_out = message.out.is_some();
            message.out = (!is_near).then_some(height);
            if is_near && was_out {
                changed.push((element, message.is_far, None));
            }
        }
        if self.messages.len() > MANY && !selection::is_there() {
            let left = self.messages.values().filter(|message| {
                message.out.is_some()
                    && message.is_far.try_get_untracked() == Some(false)
                    && !is_in_use(&message.element)
            });
            changed
                .extend(left.map(|message| (message.element.clone(), message.is_far, message.out)));
        }
        changed
    }
}

fn is_in_use(element: &Element) -> bool {
    let is = |selector| element.matches(selector).unwrap_or_default();
    let uses = || {
        element
            .query_selector(IN_USE)
            .is_ok_and(|found| found.is_some())
    };
    is(":focus-within, [aria-busy]") || uses()
}

/// Leaves it the height that it had, or that of what it shows.
fn keep_room(element: &Element, height: Option<f64>) {
    let Some(element) = element.dyn_ref::<HtmlElement>() else {
        return;
    };
    // Setting a plain property can't fail.
    let _set = match height {
        Some(height) => {
            HtmlElement::style(element).set_property("block-size", &format!("{height}px"))
        }
        None => HtmlElement::style(element)
            .remove_property("block-size")
            .map(drop),
    };
}
