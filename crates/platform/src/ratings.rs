//! What people think of answers. Each sees and changes their own; administrators read what was said, and nothing of the conversation.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use model::{Comment, ConversationId, MessageId, Millis, Page, Permission, Ratings as Read};

use crate::{Clock, Error, Ids, identity::Caller, store::Db};

/// Ratings of a page.
pub const LISTED: u32 = 50;
/// Models that are summed up.
const MODELS: u32 = 50;
/// Days that are summed up.
const DAYS: i64 = 30;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Ratings {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Ids,
}

impl Ratings {
    pub(crate) fn new(db: Db, clock: Arc<dyn Clock>, ids: Ids) -> Self {
        Self { db, clock, ids }
    }

    /// Keeps what the caller thinks of an answer to them. Without a comment, what was said before stays.
    #[tracing::instrument(name = "api.ratings.set", skip_all, fields(message.id = %message))]
    pub async fn set(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        message: MessageId,
        good: bool,
        comment: Option<&Comment>,
    ) -> Result<(), Error> {
        let (id, now) = (self.ids.next().to_string(), self.clock.now());
        let answer = (conversation, message);
        let rated = self
            .db
            .rate(caller.user(), answer, &id, (good, comment), now);
        rated.await?.then_some(()).ok_or(Error::NotFound)
    }

    /// Takes it back. What was not rated stays so.
    #[tracing::instrument(name = "api.ratings.remove", skip_all, fields(message.id = %message))]
    pub async fn remove(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<(), Error> {
        let there = self.db.unrate(caller.user(), conversation, message).await?;
        there.then_some(()).ok_or(Error::NotFound)
    }

    /// Everybody's ratings, newest first, a page behind the given cursor, and how the models did lately.
    #[tracing::instrument(name = "api.ratings.list", skip_all)]
    pub async fn list(&self, caller: &Caller, after: Option<&str>) -> Result<Read, Error> {
        caller.require(Permission::UsageRead)?;
        if after.is_some_and(|after| after.contains('\0')) {
            return Ok(Read::default());
        }
        let mut lines = self.db.ratings(after, LISTED + 1).await?;
        let more = lines.len() > LISTED as usize;
        lines.truncate(LISTED as usize);
        let next = lines.last().filter(|_| more).map(|(id, _)| id.clone());
        let since = self.clock.now().plus(-DAYS * Millis::DAY);
        Ok(Read {
            sums: self.db.rating_sums(since, MODELS).await?,
            page: Page {
                items: lines.into_iter().map(|(_, line)| line).collect(),
                next,
            },
        })
    }
}
