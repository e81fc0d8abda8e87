//! Carries the rules of scrolling out on the transcript's element.

use std::iter::successors;

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollBehavior, ScrollToOptions};

use super::{
    nearness::Nearness,
    scroll::{Gesture, Scroll, spacer, wants_older},
};
use crate::browser::{self, frames::OnceAFrame};

/// What the reader asked, or is asking.
const QUESTION: &str = ".message[data-speaker='user']";

/// What is answered, or being answered.
const ANSWER: &str = ".message[data-speaker='assistant']";

/// For so long the place of what is read is watched after older messages came.
const HOLD_FRAMES: u32 = 4;

/// The transcript's element and what is known of its movement.
#[derive(Clone, Copy)]
pub struct Scroller {
    /// The element that scrolls.
    pub view: NodeRef<html::Div>,
    /// The empty space at its end.
    pub spacer: NodeRef<html::Div>,
    state: RwSignal<Scroll>,
    anchored: StoredValue<bool>,
    /// The look at what was drawn.
    looks: OnceAFrame,
    /// Which messages are far from what is seen.
    pub nearness: Nearness,
}

impl Scroller {
    /// At the end.
    pub fn new() -> Self {
        Self {
            view: NodeRef::new(),
            spacer: NodeRef::new(),
            state: RwSignal::new(Scroll::default()),
            anchored: StoredValue::new(false),
            looks: OnceAFrame::new(),
            nearness: Nearness::new(),
        }
    }

    /// Whether the button to the end shows.
    pub fn offers_button(self) -> Signal<bool> {
        Signal::derive(move || self.state.with(|state| state.offers_button()))
    }

    /// Text was drawn: in the next frame, does `first` what else that asks for and goes on to the end if it is followed. Once, however
    /// often text comes until then.
    pub fn drawn(self, first: impl FnOnce() + 'static) {
        self.looks.ask(move || {
            first();
            self.settle();
        });
    }

    /// The answer at the end.
    pub fn newest_answer(self) -> Option<Element> {
        last_before(&self.space()?, ANSWER)
    }

    /// Fits the empty space and goes on to the end if it is followed. What is read after something was written lays the page out once
    /// more; while the empty space shrinks by as much as the text grows, there is nowhere to go.
    fn settle(self) {
        let Some(view) = self.element() else {
            return;
        };
        let distance = distance(&view);
        let grown = self.fit_spacer();
        let follows = self
            .state
            .try_with_untracked(|state| state.follows())
            .unwrap_or(false);
        if !follows {
            self.measure();
        } else if distance + grown >= 1.0 {
            self.go_to_end(ScrollBehavior::Instant);
        }
    }

    /// A question was sent: lets it rest near the top.
    pub fn sent(self) {
        self.anchored.set_value(true);
        self.state.update(Scroll::attach);
        browser::after_layout(move || {
            self.fit_spacer();
            self.go_to_end(smoothly());
        });
    }

    /// The reader came for the message that is marked: rests there and follows nothing.
    pub fn seek(self) {
        self.state.update(Scroll::detach);
        Effect::new(move |_| {
            browser::after_layout(move || {
                let found = self
                    .element()
                    .and_then(|view| view.query_selector("[data-found]").ok().flatten());
                if let Some(found) = found {
                    found.scroll_into_view();
                    let top = found.get_bounding_client_rect().top();
                    self.keep_at(found, top, HOLD_FRAMES);
                }
            });
        });
    }

    /// The reader asked for the end.
    pub fn return_to_end(self) {
        self.state.update(Scroll::attach);
        self.go_to_end(smoothly());
    }

    /// Older messages are about to appear above: keeps what is read where it is.
    pub fn hold(self) {
        let first = self
            .element()
            .and_then(|view| view.query_selector(".message").ok().flatten());
        if let Some(first) = first {
            let top = first.get_bounding_client_rect().top();
            self.keep_at(first, top, HOLD_FRAMES);
        }
    }

    /// Undoes in each of the next `frames` what has moved `message` from `top`: what is above it gets its true height
    /// only when it comes near.
    fn keep_at(self, message: Element, top: f64, frames: u32) {
        browser::after_layout(move || {
            let Some(view) = self.element() else {
                return;
            };
            let moved = message.get_bounding_client_rect().top() - top;
            if moved.abs() >= 1.0 {
                view.scroll_by_with_x_and_y(0.0, moved);
            }
            if frames > 1 {
                self.keep_at(message, top, frames - 1);
            }
        });
    }

    /// The view came to rest; `load_older` is called near the top.
    pub fn rested(self, load_older: impl FnOnce()) {
        self.measure();
        if self
            .element()
            .is_some_and(|view| wants_older(f64::from(view.scroll_top())))
        {
            load_older();
        }
    }

    /// Notes how far from the end the view is.
    fn measure(self) {
        if let (Some(view), Some(state)) = (self.element(), self.state.try_get_untracked()) {
            let mut next = state;
            next.rest(distance(&view));
            if next != state {
                self.state.set(next);
            }
        }
    }

    /// The reader turned the wheel.
    pub fn wheel(self, event: &ev::WheelEvent) {
        self.feel(Gesture::Wheel {
            across: event.delta_x(),
            down: event.delta_y(),
            pinch: event.ctrl_key(),
            inner: browser::closest(event, "pre, .table-scroll")
                .is_some_and(|inner| inner.scroll_top() > 0),
        });
    }

    /// The reader moved fingers.
    pub fn touch(self, event: &ev::TouchEvent) {
        self.feel(Gesture::Touch {
            fingers: event.touches().length(),
        });
    }

    /// The reader pressed a key on the transcript.
    pub fn key(self, event: &ev::KeyboardEvent) {
        if matches!(event.key().as_str(), "PageUp" | "ArrowUp" | "Home") {
            self.feel(Gesture::KeyUp);
        }
    }

    /// The reader pressed the pointer: on the scroll bar, the target is the view itself, right of its content.
    pub fn press(self, event: &ev::MouseEvent) {
        if let Some(view) = self.element()
            && event.offset_x() >= view.client_width()
            && event.target() == Some(view.into())
        {
            self.feel(Gesture::ScrollBar);
        }
    }

    fn feel(self, gesture: Gesture) {
        let mut next = self.state.get_untracked();
        next.feel(gesture);
        if next != self.state.get_untracked() {
            self.state.set(next);
        }
    }

    fn element(self) -> Option<HtmlElement> {
        self.view
            .try_get_untracked()
            .flatten()
            .map(JsCast::unchecked_into)
    }

    fn space(self) -> Option<HtmlElement> {
        self.spacer
            .try_get_untracked()
            .flatten()
            .map(JsCast::unchecked_into)
    }

    /// By how much the empty space has grown.
    fn fit_spacer(self) -> f64 {
        if !self.anchored.try_get_value().unwrap_or(false) {
            return 0.0;
        }
        let (Some(view), Some(space)) = (self.element(), self.space()) else {
            return 0.0;
        };
        let Some(question) = last_before(&space, QUESTION) else {
            return 0.0;
        };
        let present = space.get_bounding_client_rect();
        let content = present.top() - question.get_bounding_client_rect().top();
        let height = spacer(f64::from(view.client_height()), content).round();
        let grown = height - present.height();
        if grown.abs() < 0.5 {
            return 0.0;
        }
        // Setting a plain property can't fail.
        let _set = HtmlElement::style(&space).set_property("height", &format!("{height:.0}px"));
        grown
    }

    fn go_to_end(self, behavior: ScrollBehavior) {
        if let Some(view) = self.element() {
            let options = ScrollToOptions::new();
            options.set_top(f64::from(view.scroll_height()));
            options.set_behavior(behavior);
            view.scroll_to_with_scroll_to_options(&options);
        }
    }
}

/// The last element before that space which matches: it is near, however long the conversation is.
fn last_before(space: &HtmlElement, selector: &str) -> Option<Element> {
    let mut before = successors(
        space.previous_element_sibling(),
        Element::previous_element_sibling,
    );
    before.find(|element| element.matches(selector).unwrap_or_default())
}

/// How far from the end the view is.
fn distance(view: &HtmlElement) -> f64 {
    f64::from(view.scroll_height() - view.scroll_top() - view.client_height())
}

fn smoothly() -> ScrollBehavior {
    if browser::prefers_reduced_motion() {
        ScrollBehavior::Instant
    } else {
        ScrollBehavior::Smooth
    }
}
