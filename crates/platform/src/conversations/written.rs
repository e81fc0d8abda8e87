//! Where answers are being written, for pages that list conversations and show none of them.

use model::{ConversationId, ConversationSummary, FailureCode};

use super::Conversations;
use crate::{Error, identity::Caller};

impl Conversations {
    /// In which of these conversations of the caller's an answer is being written. More than 50 are refused.
    #[tracing::instrument(name = "api.conversations.written", skip_all)]
    pub async fn written(
        &self,
        caller: &Caller,
        ids: &[ConversationId],
    ) -> Result<Vec<ConversationId>, Error> {
        if ids.len() > ConversationSummary::MOST_FOLLOWED {
            return Err(Error::Refused(FailureCode::BadRequest));
        }
        Ok(self.db.written_among(caller.user(), ids).await?)
    }
}
