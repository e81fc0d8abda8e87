//! What a person has models remember of them: off until they say so, written by nobody but themselves.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use model::{Fact, FactId, FactText, FailureCode, Millis};

use crate::{
    Clock, Error, Ids,
    identity::Caller,
    store::{Db, RestoredFacts},
};

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Remembered {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Ids,
}

impl Remembered {
    pub(crate) fn new(db: Db, clock: Arc<dyn Clock>, ids: Ids) -> Self {
        Self { db, clock, ids }
    }

    /// All that is remembered of the caller, and whether it goes along with questions.
    #[tracing::instrument(name = "api.remembered.read", skip_all)]
    pub async fn read(&self, caller: &Caller) -> Result<model::Remembered, Error> {
        Ok(self.db.remembered(caller.user()).await?)
    }

    /// Has it go along with every question from then on, or not.
    #[tracing::instrument(name = "api.remembered.switch", skip_all)]
    pub async fn switch(&self, caller: &Caller, enabled: bool) -> Result<(), Error> {
        let now = self.clock.now();
        Ok(self.db.switch_memory(caller.user(), enabled, now).await?)
    }

    /// Remembers something. At most 100 things.
    #[tracing::instrument(name = "api.remembered.add", skip_all)]
    pub async fn add(&self, caller: &Caller, text: FactText) -> Result<FactId, Error> {
        let id = FactId::from_uuid(self.ids.next());
        let fact = Fact { id, text };
        let now = self.clock.now();
        if self.db.add_fact(caller.user(), &fact, now).await? {
            Ok(id)
        } else {
            Err(Error::Refused(FailureCode::TooMany))
        }
    }

    /// Changes what is remembered.
    #[tracing::instrument(name = "api.remembered.change", skip_all)]
    pub async fn change(&self, caller: &Caller, id: FactId, text: FactText) -> Result<(), Error> {
        let fact = Fact { id, text };
        let now = self.clock.now();
        found(self.db.change_fact(caller.user(), &fact, now).await?)
    }

    /// Forgets something.
    #[tracing::instrument(name = "api.remembered.forget", skip_all)]
    pub async fn forget(&self, caller: &Caller, id: FactId) -> Result<(), Error> {
        found(self.db.delete_fact(caller.user(), id).await?)
    }

    /// Forgets all of it, at the moment by which [`Remembered::restore`] takes that back for a day; `None` where there was nothing.
    #[tracing::instrument(name = "api.remembered.forget_all", skip_all)]
    pub async fn forget_all(&self, caller: &Caller) -> Result<Option<Millis>, Error> {
        let now = self.clock.now();
        let forgotten = self.db.forget_facts(caller.user(), now).await?;
        Ok((forgotten > 0).then_some(now))
    }

    /// Remembers again all that was forgotten at that moment. Refused where that is more than 100 things with what was added meanwhile.
    #[tracing::instrument(name = "api.remembered.restore", skip_all)]
    pub async fn restore(&self, caller: &Caller, at: Millis) -> Result<(), Error> {
        match self.db.restore_facts(caller.user(), at).await? {
            RestoredFacts::All => Ok(()),
            RestoredFacts::None => Err(Error::NotFound),
            RestoredFacts::TooMany => Err(Error::Refused(FailureCode::TooMany)),
        }
    }

    /// Removes for good what was forgotten more than a day ago. How much.
    pub async fn purge(&self) -> Result<u64, Error> {
        let before = self.clock.now().plus(-Millis::DAY);
        Ok(self.db.purge_facts(before).await?)
    }
}

fn found(there: bool) -> Result<(), Error> {
    if there { Ok(()) } else { Err(Error::NotFound) }
}
