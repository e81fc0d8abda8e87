//! Conversations that are not kept: gone for good when their page is left, or an hour after the last question.

use model::ConversationId;

use super::{Conversations, found};
use crate::{Error, identity::Caller};

/// Conversations that are removed at once.
const BATCH: u32 = 100;

impl Conversations {
    /// Removes one of the caller's temporary conversations for good. An answer that is being written is stopped.
    #[tracing::instrument(name = "api.conversations.forget", skip_all, fields(conversation.id = %id))]
    pub async fn forget(&self, caller: &Caller, id: ConversationId) -> Result<(), Error> {
        found(self.db.forget_temporary(caller.user(), id).await?)?;
        self.hub.stop(id);
        self.hub.deleted(id);
        Ok(())
    }

    /// Removes temporary conversations that nobody left and whose time is over. How many.
    #[tracing::instrument(name = "job.forget_temporary", skip_all)]
    pub async fn forget_expired(&self) -> Result<u64, Error> {
        let mut forgotten = 0;
        loop {
            let expired = self.db.expired_temporary(self.clock.now(), BATCH).await?;
            let is_last = expired.len() < BATCH as usize;
            for (owner, id) in expired {
                if self.db.forget_temporary(owner, id).await? {
                    self.hub.stop(id);
                    self.hub.deleted(id);
                    forgotten += 1;
                }
            }
            if is_last {
                return Ok(forgotten);
            }
        }
    }
}
