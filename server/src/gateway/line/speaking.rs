//! What a task is given to speak.

use model::Operation;
use platform::gateway::{
    Running,
    scan::{Reported, each_text},
};
use serde_json::Value;

use super::Line;
use crate::gateway::{refusal::Refusal, spoken::billed_characters, words};

/// Characters for which money is reserved. Bailian speaks ten times as many in a task: who has a budget can't be let.
pub(super) const RESERVED: u64 = 20_000;

impl Line {
    /// Counts what a task is given to speak. Where a budget binds its caller, that is no more than what is reserved; gives the
    /// refusal to send back.
    pub(super) fn take_text(&mut self, text: &str) -> Result<(), String> {
        let operation = self.running.as_ref().map(Running::operation);
        if operation != Some(Operation::Speech) {
            return Ok(());
        }
        let mut more = 0_u64;
        let read = each_text(text.as_bytes(), |name, said| {
            if name == "text" {
                more = more.saturating_add(billed_characters(said));
            }
        });
        if read.is_err() {
            // Somebody else may be able to read it.
            more = text.len() as u64;
        }
        let given = self.given.saturating_add(more);
        if given > RESERVED && self.principal.has_budget() {
            let message = words::too_much_spoken(RESERVED, self.chinese);
            let refusal = Refusal::field("payload.input.text", message);
            let begun: Value = serde_json::from_str(text).unwrap_or_default();
            return Err(self.task_failed(&begun, &refusal));
        }
        self.given = given;
        Ok(())
    }

    /// What was spoken, where sound came and Bailian has not said of how much text: all that was given.
    pub(super) fn spoken(&self, operation: Operation) -> Option<Reported> {
        (operation == Operation::Speech && self.sounds).then(|| Reported {
            characters: Some(self.given),
            ..Reported::default()
        })
    }
}
