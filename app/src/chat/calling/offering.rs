//! What may be meant by a call is loaded as it is typed, and once more where it could not be.

use leptos::{prelude::*, task::spawn_local};
use model::FailureCode;

use super::{Calling, Offered};
use crate::{
    api::{assistants::offer_assistants, prompts::offer_prompts},
    browser::number::lower,
    chat::call::{Call, Mark},
    error::AppError,
};

impl Calling {
    /// Offers what may be meant by that call.
    pub(super) fn offer(self, call: Call) {
        let (turn, letters, mark) = (self.turns.begin(), call.letters.clone(), call.mark);
        self.call.set(Some(call));
        // Until the answer is there, nothing is offered that what was typed on rules out.
        let key = lower(&letters);
        self.active.set(0);
        self.offered
            .update(|offered| offered.retain(|one| one.is_meant(mark, &key)));
        let models = self.models(mark, &key);
        let once = !self.callable.beginning.is_open();
        spawn_local(async move {
            let found = load(mark, letters, once).await;
            if !self.turns.is_last(turn) {
                return;
            }
            // Who may not be offered anything goes on typing.
            let is_missing = matches!(&found, Err(error) if error.code != FailureCode::Forbidden);
            let mut offered = found.unwrap_or_default();
            offered.extend(models);
            if is_missing {
                offered.push(Offered::Missing);
            }
            self.active.set(0);
            self.offered.set(offered);
        });
    }

    /// The models that may be meant; an application has its own.
    fn models(self, mark: Mark, letters: &str) -> Vec<Offered> {
        if mark == Mark::Slash || untrack(|| self.callable.beginning.is_application()) {
            return Vec::new();
        }
        self.callable.models.with_value(|models| {
            let all = models.iter().cloned().map(Offered::Model);
            all.filter(|one| one.is_meant(mark, letters)).collect()
        })
    }
}

/// The prompts or assistants that may be meant.
async fn load(mark: Mark, letters: String, once: bool) -> Result<Vec<Offered>, AppError> {
    Ok(match mark {
        Mark::Slash => {
            let found = offer_prompts(letters).await?;
            found.into_iter().map(Offered::Prompt).collect()
        }
        Mark::At => {
            let found = offer_assistants(letters, once).await?;
            found.into_iter().map(Offered::Assistant).collect()
        }
    })
}
