//! What a person has models remember of them: off until they say so, written by nobody but themselves.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use model::{Fact, FactId, FactText, FailureCode};

use crate::{Clock, Error, Ids, identity::Caller, store::Db};

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

    /// Forgets all of it. How much that was.
    #[tracing::instrument(name = "api.remembered.forget_all", skip_all)]
    pub async fn forget_all(&self, caller: &Caller) -> Result<u64, Error> {
        Ok(self.db.delete_facts(caller.user()).await?)
    }
}

fn found(there: bool) -> Result<(), Error> {
    if there { Ok(()) } else { Err(Error::NotFound) }
}
