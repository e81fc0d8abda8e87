//! What lies over every page of who is signed in: the command palette and the sheet of keyboard shortcuts.

pub mod palette;
pub mod sheet;
pub mod shortcuts;

use leptos::prelude::*;

/// Which of them is open.
#[derive(Clone, Copy)]
pub struct Over {
    /// The command palette.
    pub palette: RwSignal<bool>,
    /// The sheet.
    pub sheet: RwSignal<bool>,
}

impl Over {
    /// Neither is.
    pub fn new() -> Self {
        Self {
            palette: RwSignal::new(false),
            sheet: RwSignal::new(false),
        }
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
