//! Messages far from what is read give up what they show and keep their place, once there are many of them: a thousand that are all drawn
//! are eighty thousand nodes. Up to `MANY`, the browser's own search finds everything. On paper all of them are drawn.

use std::collections::HashMap;

use leptos::{ev, html, prelude::*};
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
    /// The page is being printed.
    is_printed: bool,
}

/// A message that is drawn again, or goes with the height in pixels that it leaves.
type Change = (Element, RwSignal<bool>, Option<f64>);

struct Watching {
    element: Element,
    is_far: RwSignal<bool>,
    /// Its height in pixels, while it is out of reach.
    out: Option<f64>,
}

impl Nearness {
    /// Of a transcript without messages, as long as the part of the page around is there.
    pub fn new() -> Self {
        let nearness = Self {
            watched: Local::new(),
        };
        Effect::new(move |_| {
            // What this sets off is drawn before the next that listens is told, and so before the browser lays the paper out; unless a script
            // prints, and none does here.
            let before = window_event_listener(ev::beforeprint, move |_| nearness.printed(true));
            let after = window_event_listener(ev::afterprint, move |_| nearness.printed(false));
            on_cleanup(move || {
                before.remove();
                after.remove();
            });
        });
        nearness
    }

    /// Whether some of them show nothing.
    pub fn leaves_out(self) -> bool {
        let has_far = self.watched.with(|watched| {
            let mut messages = watched.messages.values();
            messages.any(Watching::is_far)
        });
        has_far.unwrap_or_default()
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
                is_printed: false,
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
        self.change(|watched| watched.moved(places));
    }

    /// The page is printed from now on, or is not any more.
    fn printed(self, is_printed: bool) {
        self.change(|watched| watched.printed(is_printed));
    }

    fn change(self, what: impl FnOnce(&mut Watched) -> Vec<Change>) {
        let changed = self.watched.with(what);
        // Not within: what is drawn and dropped now asks for the same.
        for (element, is_far, height) in changed.unwrap_or_default() {
            keep_room(&element, height);
            is_far.try_set(height.is_some());
        }
    }
}

impl Watching {
    fn is_far(&self) -> bool {
        self.is_far.try_get_untracked() == Some(true)
    }
}

impl Watched {
    /// Notes it.
    fn moved(&mut self, places: Vec<Place>) -> Vec<Change> {
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
        changed.extend(self.leaving());
        changed
    }

    /// Notes it. On paper all of them are drawn, and afterwards only those that are near.
    fn printed(&mut self, is_printed: bool) -> Vec<Change> {
        self.is_printed = is_printed;
        if !is_printed {
            return self.leaving();
        }
        let far = self.messages.values().filter(|message| message.is_far());
        far.map(|message| (message.element.clone(), message.is_far, None))
            .collect()
    }

    /// Those that go now.
    fn leaving(&self) -> Vec<Change> {
        if self.messages.len() <= MANY || self.is_printed || selection::is_there() {
            return Vec::new();
        }
        let left = self.messages.values().filter(|message| {
            message.out.is_some()
                && message.is_far.try_get_untracked() == Some(false)
                && !is_in_use(&message.element)
        });
        left.map(|message| (message.element.clone(), message.is_far, message.out))
            .collect()
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
