//! What stays when the list is drawn anew because something changed elsewhere on the page, a title for one: how much of it was shown, and
//! what was ticked.

use leptos::prelude::*;
use model::{Page, ShelfLine};

use super::Asked;
use crate::error::AppError;

/// So often more is loaded at most, until as much is there as was shown.
const MOST_PAGES: usize = 40;

/// What is shown of what, and what of it is ticked.
#[derive(Clone, Copy)]
pub(super) struct Stays {
    of: StoredValue<Option<Asked>>,
    shown: StoredValue<usize>,
    ticked: StoredValue<Vec<String>>,
}

impl Stays {
    /// Nothing is shown yet.
    pub(super) fn nothing() -> Self {
        Self {
            of: StoredValue::new(None),
            shown: StoredValue::new(0),
            ticked: StoredValue::new(Vec::new()),
        }
    }

    /// Loads what is asked for, and as much of it as is shown already.
    pub(super) async fn load(self, asked: &Asked) -> Result<Page<ShelfLine>, AppError> {
        let is_shown = self.of.try_get_value().flatten().as_ref() == Some(asked);
        let shown = self.shown.try_get_value().filter(|_| is_shown);
        let mut page = asked.load().await?;
        for _ in 0..MOST_PAGES {
            let Some(after) = page.next.clone() else {
                break;
            };
            if page.items.len() >= shown.unwrap_or_default() {
                break;
            }
            let following = Asked {
                after,
                ..asked.clone()
            };
            let following = following.load().await?;
            page.items.extend(following.items);
            page.next = following.next;
        }
        Ok(page)
    }

    /// What is to be ticked in what is drawn now: as before where it is the same, and nothing of another. None where nothing was drawn before:
    /// what was ticked before the page was alive is known to the browser alone.
    pub(super) fn drawn(self, asked: &Asked) -> Option<Vec<String>> {
        let before = self.of.get_value()?;
        let ticked = (before == *asked).then(|| self.ticked.get_value());
        Some(ticked.unwrap_or_default())
    }

    /// So many are shown of what was asked for.
    pub(super) fn shows(self, asked: &Asked, count: usize) {
        self.of.try_set_value(Some(asked.clone()));
        self.shown.try_set_value(count);
    }

    /// These are ticked.
    pub(super) fn ticks(self, ids: Vec<String>) {
        self.ticked.try_set_value(ids);
    }
}
