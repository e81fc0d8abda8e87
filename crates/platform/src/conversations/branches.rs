//! What a person does with the branches of a conversation, and what they may know of a message.

use model::{
    ConversationId, FailureCode, MessageDetails, MessageId, Permission, Prompt, SubmissionId,
};

use super::{Conversations, found};
use crate::{
    Error,
    identity::Caller,
    store::{BranchOutcome, Version},
};

impl Conversations {
    /// Shows the branch that `message` is in, down to its newest end.
    #[tracing::instrument(name = "api.conversations.show_branch", skip_all, fields(conversation.id = %id))]
    pub async fn show_branch(
        &self,
        caller: &Caller,
        id: ConversationId,
        message: MessageId,
    ) -> Result<(), Error> {
        found(self.db.show_branch(caller.user(), id, message).await?)?;
        self.hub.changed(id);
        Ok(())
    }

    /// Puts the caller's own version beside an answer and shows it; the model goes on from there. The same submission
    /// twice is one version. Its id.
    #[tracing::instrument(name = "api.conversations.edit_answer", skip_all, fields(message.id = %message))]
    pub async fn edit_answer(
        &self,
        caller: &Caller,
        id: ConversationId,
        message: MessageId,
        text: Prompt,
        submission: SubmissionId,
    ) -> Result<MessageId, Error> {
        caller.require(Permission::ChatUse)?;
        let version = Version {
            owner: caller.user(),
            conversation: id,
            of: message,
            id: MessageId::from_uuid(self.ids.next()),
            text: text.as_str(),
            submission,
            now: self.clock.now(),
        };
        let outcome = match self.db.add_version(version).await {
            Err(error) if error.is_conflict() => {
                return Err(Error::Refused(FailureCode::BadRequest));
            }
            outcome => outcome?,
        };
        self.changed(id, outcome)
    }

    /// Deletes a message with all that is below it; for 30 days, [`Conversations::restore_branch`] brings it back. What
    /// an answer is being written in can't be deleted.
    #[tracing::instrument(name = "api.conversations.delete_branch", skip_all, fields(message.id = %message))]
    pub async fn delete_branch(
        &self,
        caller: &Caller,
        id: ConversationId,
        message: MessageId,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let outcome = self.db.delete_branch(caller.user(), id, message, now);
        let outcome = outcome.await?;
        self.changed(id, outcome).map(drop)
    }

    /// Brings back what was deleted with `message`, and shows it.
    #[tracing::instrument(name = "api.conversations.restore_branch", skip_all, fields(message.id = %message))]
    pub async fn restore_branch(
        &self,
        caller: &Caller,
        id: ConversationId,
        message: MessageId,
    ) -> Result<(), Error> {
        found(self.db.restore_branch(caller.user(), id, message).await?)?;
        self.hub.changed(id);
        Ok(())
    }

    /// What is known of a message besides its text.
    #[tracing::instrument(name = "api.conversations.details", skip_all, fields(message.id = %message))]
    pub async fn details(
        &self,
        caller: &Caller,
        id: ConversationId,
        message: MessageId,
    ) -> Result<MessageDetails, Error> {
        let kept = self.db.message(caller.user(), id, message).await?;
        let kept = kept.ok_or(Error::NotFound)?;
        Ok(MessageDetails {
            conversation: id,
            message,
            speaker: kept.speaker,
            created_at: kept.created_at,
            status: kept.status,
            failure: kept.failure,
            edited: kept.edited,
            runs: self.db.runs(caller.user(), id, message).await?,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    fn changed(&self, id: ConversationId, outcome: BranchOutcome) -> Result<MessageId, Error> {
        match outcome {
            BranchOutcome::Done(message) => {
                self.hub.changed(id);
                Ok(message)
            }
            BranchOutcome::NotFound => Err(Error::NotFound),
            BranchOutcome::Generating => Err(Error::AlreadyGenerating),
        }
    }
}
