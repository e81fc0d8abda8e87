//! Which elements are near what is seen of the one that scrolls them.

use js_sys::Array;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

/// One element, and how far it is.
pub struct Place {
    /// The element.
    pub element: Element,
    /// Its height in pixels, as it stands there.
    pub height: f64,
    /// It is seen, or nearly.
    pub is_near: bool,
}

/// Watches elements as long as this lives.
pub struct Watch {
    observer: IntersectionObserver,
    _told: Closure<dyn FnMut(Array)>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

impl Watch {
    /// Tells whenever elements within `view` come nearer than `margin` (as CSS writes it, in per cent of the view) or go farther away, and
    /// once of each that it is given.
    pub fn within(
        view: &Element,
        margin: &str,
        mut told: impl FnMut(Vec<Place>) + 'static,
    ) -> Option<Self> {
        let told = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            told(entries.iter().map(place).collect());
        });
        let options = IntersectionObserverInit::new();
        options.set_root(Some(view));
        options.set_root_margin(margin);
        let observer =
            IntersectionObserver::new_with_options(told.as_ref().unchecked_ref(), &options).ok()?;
        Some(Self {
            observer,
            _told: told,
        })
    }

    /// Watches this one too.
    pub fn add(&self, element: &Element) {
        self.observer.observe(element);
    }

    /// Watches it no more.
    pub fn leave(&self, element: &Element) {
        self.observer.unobserve(element);
    }
}

fn place(entry: wasm_bindgen::JsValue) -> Place {
    let entry: IntersectionObserverEntry = entry.unchecked_into();
    Place {
        element: entry.target(),
        height: entry.bounding_client_rect().height(),
        is_near: entry.is_intersecting(),
    }
}
