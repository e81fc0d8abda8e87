//! What administrators may do about what others have published.

use model::{AssistantId, Permission};

use super::{Assistants, there};
use crate::{Error, audit::Audit, identity::Caller};

impl Assistants {
    /// Makes anybody's assistant its owner's alone again, and writes that down. For who governs accounts, and of lower ranks only.
    /// Conversations that were begun with it keep their copy; its owner can publish it again for as long as they may publish.
    #[tracing::instrument(name = "api.assistants.take_down", skip_all)]
    pub async fn take_down(
        &self,
        caller: &Caller,
        audit: &Audit,
        id: AssistantId,
    ) -> Result<(), Error> {
        let record = audit
            .by(caller, "assistant.take_down")
            .on("assistant", id.to_string());
        if let Err(error) = caller.require(Permission::UsersWrite) {
            audit.write(record.refused()).await?;
            return Err(error.into());
        }
        let owner = self.db.owner_of_published(id).await?;
        let owner = owner.ok_or(Error::NotFound)?;
        if owner != caller.user() {
            let rank = self.db.access(owner).await?.rank;
            if let Err(error) = caller.require_above(rank) {
                audit.write(record.refused()).await?;
                return Err(error.into());
            }
        }
        let record = record.with(&serde_json::json!({ "owner": owner }));
        let now = self.clock.now();
        there(self.db.take_down_assistant(id, now, &record).await?)
    }
}
