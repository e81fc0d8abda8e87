//! Where the keyboard is while one conversation takes the place of another: what has it goes with its page.

use leptos::prelude::*;

use crate::{browser, over::shortcuts::WRITING};

/// What surrounds every page beside the sidebar.
const PAGE: &str = ".frame__main *";

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
