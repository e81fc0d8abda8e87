//! What lies over every page of who is signed in: the command palette and the sheet of keyboard shortcuts.

pub mod palette;
pub mod sheet;
pub mod shortcuts;

use leptos::prelude::*;

use crate::browser;

/// Which of them is open.
#[derive(Clone, Copy)]
pub struct Over {
    /// The command palette.
    pub palette: RwSignal<bool>,
    /// The sheet.
    pub sheet: RwSignal<bool>,
    /// The page of a new conversation is asked for by a key, which is followed by others.
    pub begins: RwSignal<bool>,
}

impl Over {
    /// Neither is.
    pub fn new() -> Self {
        Self {
            palette: RwSignal::new(false),
            sheet: RwSignal::new(false),
            begins: RwSignal::new(false),
        }
    }

    /// Gives the keyboard to where one writes on the page of a new conversation, which calls this, where that was asked for by a key: before
    /// it was there, or while it is.
    pub fn write_when_begun(self) {
        Effect::new(move |_| {
            if self.begins.get() {
                self.begins.set(false);
                browser::focus_at_end(shortcuts::WRITING.to_owned());
            }
        });
    }

    /// Opens the palette, or closes it.
    pub fn toggle_palette(self) {
        self.sheet.set(false);
        self.palette.update(|open| *open = !*open);
    }

    /// Opens the sheet, or closes it.
    pub fn toggle_sheet(self) {
        self.palette.set(false);
        self.sheet.update(|open| *open = !*open);
    }
}
