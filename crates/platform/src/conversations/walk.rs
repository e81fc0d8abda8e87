//! A branch from its beginning to its end, a page at a time: only its ids are known as a whole.

use model::{ConversationId, MessageId, UserId};

use crate::store::{self, Db, Message};

/// Messages of a page.
const PAGE: usize = 50;

/// The longest branch that is walked, in messages.
const LONGEST: u32 = 100_000;

/// Someone on the way.
pub(crate) struct Walk {
    db: Db,
    owner: UserId,
    conversation: ConversationId,
    ids: Vec<MessageId>,
    /// How many of them were read.
    at: usize,
}

impl Walk {
    /// At the beginning of the branch that ends there; nothing is before them where there is no such branch of the owner's.
    pub(crate) async fn to(
        db: &Db,
        owner: UserId,
        conversation: ConversationId,
        end: Option<MessageId>,
    ) -> store::Result<Self> {
        let ids = match end {
            Some(end) => db.path(owner, conversation, end, LONGEST).await?,
            None => Vec::new(),
        };
        Ok(Self {
            db: db.clone(),
            owner,
            conversation,
            ids,
            at: 0,
        })
    }

    /// How many messages there are on the way.
    pub(crate) fn length(&self) -> usize {
        self.ids.len()
    }

    /// The messages that come next, oldest first; `None` at the end. A page that was deleted meanwhile is empty.
    pub(crate) async fn next(&mut self) -> store::Result<Option<Vec<Message>>> {
        let page = &self.ids[self.at..];
        let page = &page[..page.len().min(PAGE)];
        let Some(end) = page.last() else {
            return Ok(None);
        };
        self.at += page.len();
        let length = u32::try_from(page.len()).unwrap_or(u32::MAX);
        let messages = self
            .db
            .branch(self.owner, self.conversation, *end, length)
            .await?;
        Ok(Some(messages))
    }
}
