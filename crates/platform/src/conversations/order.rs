//! Keeping order: pinning, putting away, throwing out and bringing back, several at once.

use model::{ConversationAct, ConversationId, ConversationSummary, FailureCode, Page, Shelf};

use super::{Conversations, LISTED, parse_cursor};
use crate::{Error, identity::Caller};

/// Conversations of one act.
pub(super) const AT_ONCE: usize = 200;

impl Conversations {
    /// Does the same with several of the caller's conversations, all or none; what is not theirs, or is so already, is passed over.
    /// With how many it was done. Answers that are being written in what is deleted are stopped. More than 200 are refused.
    #[tracing::instrument(name = "api.conversations.order", skip_all, fields(act = act.as_str()))]
    pub async fn order(
        &self,
        caller: &Caller,
        act: ConversationAct,
        ids: &[ConversationId],
    ) -> Result<u64, Error> {
        if ids.len() > AT_ONCE {
            return Err(Error::Refused(FailureCode::BadRequest));
        }
        let now = self.clock.now();
        let done = self
            .db
            .order_conversations(caller.user(), act, ids, now)
            .await?;
        if act == ConversationAct::Delete {
            for &id in &done {
                self.hub.stop(id);
                self.hub.deleted(id);
            }
        }
        if act == ConversationAct::Restore {
            // Who still looks at one was told that it is gone.
            for &id in &done {
                self.hub.changed(id);
            }
        }
        Ok(u64::try_from(done.len()).unwrap_or(u64::MAX))
    }

    /// The caller's conversations in one place, the newest first, a page after the given cursor; of the archive and the trash by when
    /// they were put there. Days are counted `utc_offset_minutes` east of UTC.
    #[tracing::instrument(name = "api.conversations.shelf", skip_all)]
    pub async fn shelf(
        &self,
        caller: &Caller,
        shelf: Shelf,
        after: Option<&str>,
        utc_offset_minutes: i32,
    ) -> Result<Page<ConversationSummary>, Error> {
        let user = caller.user();
        let cursor = after.map(parse_cursor).transpose()?;
        let listed = match shelf {
            Shelf::Kept => return self.kept(caller, after, utc_offset_minutes).await,
            Shelf::Archive => {
                self.db
                    .archived_conversations(user, cursor, LISTED + 1)
                    .await?
            }
            Shelf::Trash => {
                self.db
                    .deleted_conversations(user, cursor, LISTED + 1)
                    .await?
            }
        };
        Ok(self.lines(listed, utc_offset_minutes))
    }
}
