//! Messages that wait for the answer that is being written: seeing, editing, moving and withdrawing them. They are sent by
//! [`crate::generation::Generations`].

use model::{
    ConversationId, FailureCode, Prompt, Queue, QueuedMessage, SubmissionId, UserId,
    queue::Direction,
};

use super::Conversations;
use crate::{
    Error,
    assistants::called,
    identity::Caller,
    store::{Db, QueueOutcome, QueueState, Queued},
};

impl Conversations {
    /// What waits in the caller's conversation.
    #[tracing::instrument(name = "api.conversations.queue", skip_all, fields(conversation.id = %id))]
    pub async fn queue(&self, caller: &Caller, id: ConversationId) -> Result<Queue, Error> {
        let conversation = self.db.conversation(caller.user(), id).await?;
        conversation.ok_or(Error::NotFound)?;
        queue_of(&self.db, caller.user(), id).await
    }

    /// Changes the text of a message that waits, as it is at that version. What waits then.
    #[tracing::instrument(name = "api.conversations.edit_queued", skip_all, fields(conversation.id = %id))]
    pub async fn edit_queued(
        &self,
        caller: &Caller,
        id: ConversationId,
        (message, version): (SubmissionId, i64),
        text: &str,
    ) -> Result<Queue, Error> {
        let user = caller.user();
        let conversation = self.db.conversation(user, id).await?;
        conversation.ok_or(Error::NotFound)?;
        let (queued, _) = self.db.queued(user, id).await?;
        let found = queued.into_iter().find(|queued| queued.id == message);
        let found = found.ok_or(Error::Refused(FailureCode::Outdated))?;
        let text = if found.files.is_empty() {
            Prompt::parse(text)?
        } else {
            Prompt::beside_files(text)?
        };
        let place = (message, version);
        let outcome = self.db.edit_queued(user, id, place, text.as_str()).await?;
        queue_outcome(outcome)?;
        self.tell_queue(user, id).await
    }

    /// Moves a message that waits by one place. What waits then.
    #[tracing::instrument(name = "api.conversations.move_queued", skip_all, fields(conversation.id = %id))]
    pub async fn move_queued(
        &self,
        caller: &Caller,
        id: ConversationId,
        message: SubmissionId,
        direction: Direction,
    ) -> Result<Queue, Error> {
        let user = caller.user();
        let outcome = self.db.move_queued(user, id, message, direction).await?;
        queue_outcome(outcome)?;
        self.tell_queue(user, id).await
    }

    /// Takes a message out of the queue; it stands before what the draft has. What it was, and what waits then.
    #[tracing::instrument(name = "api.conversations.withdraw_queued", skip_all, fields(conversation.id = %id))]
    pub async fn withdraw_queued(
        &self,
        caller: &Caller,
        id: ConversationId,
        message: SubmissionId,
    ) -> Result<(QueuedMessage, Queue), Error> {
        let user = caller.user();
        let conversation = self.db.conversation(user, id).await?;
        conversation.ok_or(Error::NotFound)?;
        let now = self.clock.now();
        let withdrawn = self.db.withdraw_queued(user, id, message, now).await?;
        let withdrawn = withdrawn.ok_or(Error::Refused(FailureCode::Outdated))?;
        let withdrawn = shown(&self.db, user, withdrawn).await?;
        Ok((withdrawn, self.tell_queue(user, id).await?))
    }

    /// Tells every page of the conversation what waits in it, and gives that.
    pub(crate) async fn tell_queue(
        &self,
        user: UserId,
        id: ConversationId,
    ) -> Result<Queue, Error> {
        let queue = queue_of(&self.db, user, id).await?;
        self.hub.queued(id, queue.clone());
        Ok(queue)
    }
}

/// What waits, as it is shown.
pub(crate) async fn queue_of(db: &Db, user: UserId, id: ConversationId) -> Result<Queue, Error> {
    let (queued, state) = db.queued(user, id).await?;
    let mut items = Vec::with_capacity(queued.len());
    for message in queued {
        items.push(shown(db, user, message).await?);
    }
    Ok(Queue {
        items,
        is_paused: state == QueueState::Paused,
    })
}

async fn shown(db: &Db, user: UserId, message: Queued) -> Result<QueuedMessage, Error> {
    let assistant = match message.assistant.as_str() {
        "" => None,
        key => called(db, user, (key, message.given)).await?,
    };
    Ok(QueuedMessage {
        id: message.id,
        assistant,
        attachments: db.handed(user, &message.files).await?,
        text: message.text,
        model: message.model,
        refused: message.refused,
        version: message.version,
    })
}

/// What came of a change, for whoever asked for it.
pub(crate) fn queue_outcome(outcome: QueueOutcome) -> Result<(), Error> {
    match outcome {
        QueueOutcome::Done => Ok(()),
        QueueOutcome::Full => Err(Error::Refused(FailureCode::QueueFull)),
        QueueOutcome::Outdated => Err(Error::Refused(FailureCode::Outdated)),
        QueueOutcome::NoConversation => Err(Error::NotFound),
    }
}
