//! Where the keyboard is while one conversation takes the place of another, or goes: what has it goes with its page, or its line.

use std::iter::successors;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::{browser, over::shortcuts::WRITING};

/// What surrounds every page beside the sidebar.
const PAGE: &str = ".frame__main *";

/// The line of a conversation in the sidebar.
pub const LINE: &str = ".sidebar .conversation";
/// What opens the conversation of a line.
const LINK: &str = ".conversation__link";
/// What begins a new one.
const NEW: &str = ".sidebar__new";

/// Gives the keyboard, if the line that is to go has it, to the conversation after it, else to the one before, else to what begins a new
/// one.
pub fn hand_on(line: &HtmlElement) {
    let Some(document) = browser::window().and_then(|window| window.document()) else {
        return;
    };
    let active = document.active_element();
    let is_on_line = active.is_some_and(|active| line.contains(Some(&active)));
    if !is_on_line {
        return;
    }
    let after = successors(line.next_element_sibling(), Element::next_element_sibling);
    let before = successors(
        line.previous_element_sibling(),
        Element::previous_element_sibling,
    );
    let heir = after
        .chain(before)
        .find_map(|other| other.query_selector(LINK).ok().flatten())
        .or_else(|| document.query_selector(NEW).ok().flatten());
    if let Some(Ok(heir)) = heir.map(JsCast::dyn_into::<HtmlElement>) {
        // A link of the page can be focused.
        let _focused = heir.focus();
    }
}

/// Which conversation's line has the keyboard: where it leads to.
pub fn on_line() -> Option<String> {
    let active = browser::window()?.document()?.active_element()?;
    let line = active.closest(LINE).ok()??;
    let link = line.query_selector(LINK).ok()??;
    link.get_attribute("href")
}

/// Gives it to the line that leads there once that is drawn, unless something else has it by then: the line that had it may have made room
/// for one that shows more.
pub fn go_on_line(to: String) {
    browser::after_layout(move || {
        if !browser::is_keyboard_lost() {
            return;
        }
        let links = browser::all(&format!("{LINE} {LINK}[href=\"{to}\"]"));
        if let Some(link) = links.first() {
            // A link of the page can be focused.
            let _focused = link.focus();
        }
    });
}

/// Gives it to where one writes on the page that is being drawn, unless something else has it by then.
pub fn go_on_writing() {
    browser::after_layout(|| {
        if browser::is_keyboard_lost() {
            browser::write_at_end(WRITING);
        }
    });
}

/// What of the page it was in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyboard {
    /// Where questions are typed.
    Writing,
    /// Something else of the page.
    Page,
    /// None of it, or nothing.
    Elsewhere,
}

impl Keyboard {
    /// Where it is; only in a browser.
    pub fn now() -> Self {
        if browser::has_keyboard(WRITING) {
            Self::Writing
        } else if browser::has_keyboard(PAGE) {
            Self::Page
        } else {
            Self::Elsewhere
        }
    }

    /// Gives it to the same of the page that is being drawn, before the next key can come.
    pub fn go_on(self) {
        Effect::new(move |_| match self {
            Self::Writing => {
                if !browser::write_at_end(WRITING) {
                    browser::focus("main");
                }
            }
            Self::Page => {
                browser::focus("main");
            }
            Self::Elsewhere => {}
        });
    }
}
