//! Prompts that a person keeps, to be called by name where questions are written, and some that everybody has.

mod built_in;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use model::{FailureCode, Millis, Page, Permission, PromptId, PromptName, PromptText, SavedPrompt};

use crate::{
    Clock, Error, Ids,
    conversations::{TRASH_DAYS, restored},
    identity::Caller,
    mail::Language,
    store::{self, Db, PromptRow},
};
pub use built_in::built_in;

/// Prompts of a page.
const LISTED: u32 = 30;
/// Prompts that are offered at once where one is called by name.
const OFFERED: u32 = 8;
/// Prompts of a person.
const MOST: i64 = 500;
/// The longest words that are searched, in characters.
const LONGEST_WORDS: usize = 200;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Prompts {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Ids,
}

impl Prompts {
    pub(crate) fn new(db: Db, clock: Arc<dyn Clock>, ids: Ids) -> Self {
        Self { db, clock, ids }
    }

    /// The caller's prompts that have these words in name or text, by name; a page behind the given cursor.
    #[tracing::instrument(name = "api.prompts.list", skip_all)]
    pub async fn list(
        &self,
        caller: &Caller,
        words: &str,
        after: Option<&str>,
    ) -> Result<Page<SavedPrompt>, Error> {
        caller.require(Permission::ChatUse)?;
        let words: String = words.trim().chars().take(LONGEST_WORDS).collect();
        if words.contains('\0') || after.is_some_and(|after| after.contains('\0')) {
            return Ok(Page::default());
        }
        let after = after.unwrap_or_default();
        let found = self
            .db
            .saved_prompts(caller.user(), &words, after, LISTED + 1);
        let mut items = found.await?;
        let more = items.len() > LISTED as usize;
        items.truncate(LISTED as usize);
        let last = items.last().filter(|_| more);
        let next = last.map(|last| last.name.key());
        Ok(Page { items, next })
    }

    /// The caller's prompt of that id.
    #[tracing::instrument(name = "api.prompts.find", skip_all)]
    pub async fn find(&self, caller: &Caller, id: PromptId) -> Result<SavedPrompt, Error> {
        caller.require(Permission::ChatUse)?;
        let found = self.db.saved_prompt(caller.user(), id).await?;
        found.ok_or(Error::NotFound)
    }

    /// What `/letters` may mean: the caller's own prompts first, then those that everybody has and the caller has none of that name.
    #[tracing::instrument(name = "api.prompts.offer", skip_all)]
    pub async fn offer(
        &self,
        caller: &Caller,
        letters: &str,
        language: Language,
    ) -> Result<Vec<SavedPrompt>, Error> {
        caller.require(Permission::ChatUse)?;
        let letters: String = letters.chars().take(PromptName::MAX).collect();
        if letters.contains('\0') {
            return Ok(Vec::new());
        }
        let own = self.db.prompts_named(caller.user(), &letters, OFFERED);
        let mut offered = own.await?;
        let key = letters.to_lowercase();
        for everybodys in built_in(language) {
            let name = everybodys.name.key();
            let is_new = offered.iter().all(|own| own.name.key() != name);
            if is_new && name.contains(&key) && offered.len() < OFFERED as usize {
                offered.push(everybodys);
            }
        }
        Ok(offered)
    }

    /// Keeps a new prompt.
    #[tracing::instrument(name = "api.prompts.create", skip_all)]
    pub async fn create(
        &self,
        caller: &Caller,
        name: &PromptName,
        text: &PromptText,
    ) -> Result<PromptId, Error> {
        caller.require(Permission::ChatUse)?;
        let id = PromptId::from_uuid(self.ids.next());
        let new = self.row(caller, id, name, text);
        if self.db.create_prompt(&new, MOST).await.map_err(taken)? {
            Ok(id)
        } else {
            Err(Error::Refused(FailureCode::TooMany))
        }
    }

    /// Changes one of the caller's prompts.
    #[tracing::instrument(name = "api.prompts.update", skip_all)]
    pub async fn update(
        &self,
        caller: &Caller,
        id: PromptId,
        name: &PromptName,
        text: &PromptText,
    ) -> Result<(), Error> {
        caller.require(Permission::ChatUse)?;
        let changed = self.row(caller, id, name, text);
        found(self.db.update_prompt(&changed).await.map_err(taken)?)
    }

    /// Deletes one of the caller's prompts, also for who may not use it any more; [`Prompts::restore`] brings it back for 30 days, unless
    /// 500 are deleted after it.
    #[tracing::instrument(name = "api.prompts.delete", skip_all)]
    pub async fn delete(&self, caller: &Caller, id: PromptId) -> Result<(), Error> {
        let now = self.clock.now();
        found(self.db.delete_prompt(caller.user(), id, now, MOST).await?)
    }

    /// Brings it back, unless another one has its name by now or the caller has 500.
    #[tracing::instrument(name = "api.prompts.restore", skip_all)]
    pub async fn restore(&self, caller: &Caller, id: PromptId) -> Result<(), Error> {
        caller.require(Permission::ChatUse)?;
        let back = self.db.restore_prompt(caller.user(), id, MOST).await;
        restored(back.map_err(taken)?)
    }

    /// Removes for good what was deleted long ago. How many.
    pub async fn purge(&self) -> Result<u64, Error> {
        let before = self.clock.now().plus(-TRASH_DAYS * Millis::DAY);
        Ok(self.db.purge_prompts(before).await?)
    }

    fn row<'a>(
        &self,
        caller: &Caller,
        id: PromptId,
        name: &'a PromptName,
        text: &'a PromptText,
    ) -> PromptRow<'a> {
        PromptRow {
            id,
            owner: caller.user(),
            name,
            text,
            now: self.clock.now(),
        }
    }
}

fn found(there: bool) -> Result<(), Error> {
    if there { Ok(()) } else { Err(Error::NotFound) }
}

fn taken(error: store::Error) -> Error {
    if error.is_conflict() {
        Error::Refused(FailureCode::NameTaken)
    } else {
        error.into()
    }
}
