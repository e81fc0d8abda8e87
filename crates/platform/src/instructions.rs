//! Personal instructions: what a person tells every model.

use std::sync::Arc;

use crate::{Clock, Error, identity::Caller, store::Db};

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Instructions {
    db: Db,
    clock: Arc<dyn Clock>,
}

impl Instructions {
    pub(crate) fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self { db, clock }
    }

    /// The caller's; empty and on where they never wrote any.
    #[tracing::instrument(name = "api.instructions.read", skip_all)]
    pub async fn read(&self, caller: &Caller) -> Result<model::Instructions, Error> {
        let kept = self.db.instructions(caller.user()).await?;
        Ok(kept.unwrap_or(model::Instructions {
            enabled: true,
            ..model::Instructions::default()
        }))
    }

    /// Keeps them; from then on they go along with every question, unless they are off.
    #[tracing::instrument(name = "api.instructions.save", skip_all)]
    pub async fn save(
        &self,
        caller: &Caller,
        instructions: &model::Instructions,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let user = caller.user();
        Ok(self.db.save_instructions(user, instructions, now).await?)
    }
}
