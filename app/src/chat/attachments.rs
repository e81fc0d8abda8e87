//! Files that are handed in with a question.

mod chips;
mod item;
mod reading;
mod shown;
mod taking;

use leptos::prelude::*;
use model::{ModelChoice, ModelName};

pub use chips::{AttachButton, Attached, FitsNot};
pub use item::Item;
pub use shown::Attachments;
pub use taking::Attaching;

/// The models on offer, and whether files may be handed in: a context of the pages with a composer.
#[derive(Clone, Copy)]
pub struct Offered {
    models: StoredValue<Vec<ModelChoice>>,
    /// Whether files may be handed in.
    pub attaches: bool,
}

impl Offered {
    /// Of these models.
    pub fn new(models: Vec<ModelChoice>, attaches: bool) -> Self {
        Self {
            models: StoredValue::new(models),
            attaches,
        }
    }

    /// Whether that model is on offer.
    pub fn has(self, name: &ModelName) -> bool {
        let found = self
            .models
            .try_with_value(|models| models.iter().any(|model| model.name == *name));
        found.unwrap_or_default()
    }

    /// That model, if it is on offer.
    fn find(self, name: &ModelName) -> Option<ModelChoice> {
        let found = self.models.try_with_value(|models| {
            let found = models.iter().find(|model| model.name == *name);
            found.cloned()
        });
        found.flatten()
    }

    /// Those that `takes` says yes to.
    fn that(self, takes: impl Fn(&ModelChoice) -> bool) -> Vec<ModelChoice> {
        let found = self.models.try_with_value(|models| {
            let found = models.iter().filter(|model| takes(model));
            found.cloned().collect::<Vec<_>>()
        });
        found.unwrap_or_default()
    }
}
