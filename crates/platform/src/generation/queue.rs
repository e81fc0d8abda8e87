//! Messages that wait for the answer that is being written. Whoever ends an answer, or finds one that ended, takes the next
//! message out of the queue in the transaction that begins its answer: of several that try, one does.

use std::pin::Pin;

use model::{
    ConversationId, FailureCode, MessageId, ModelName, Permission, Queue, SubmissionId, UserId,
};

use super::{
    Asking, Generations, attached::refuse_media, begin::already, live::Before, task::Task,
};
use crate::{
    Error,
    assistants::{BegunWith, for_one_question},
    conversations::queue_outcome,
    identity::Caller,
    store::{Beginning, Place, Question, QueueState, Queued, Submitted, Taking},
};

/// Conversations that are looked at in one step.
const AT_ONCE: u32 = 100;

impl Generations {
    /// Lets a message wait until the answer that is being written has ended; where none is, it is sent at once, unless the queue is
    /// paused. The same submission twice is one message. What waits then.
    #[tracing::instrument(name = "api.generation.queue", skip_all, fields(conversation.id = %conversation))]
    pub async fn queue_message(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        question: impl Into<Asking>,
        model: ModelName,
        submission: SubmissionId,
    ) -> Result<Queue, Error> {
        let question: Asking = question.into();
        let question = question.each_once();
        let inner = &*self.0;
        let asked = question.assistant.as_ref();
        let once = match asked {
            Some(asked) => Some(for_one_question(&inner.db, caller, asked).await?),
            None => None,
        };
        let answers = self.model_of(caller.user(), once.as_ref(), model.clone());
        let answers = answers.await?;
        self.allowed(caller, &answers).await?;
        let files = self.attached(caller, &answers, &question.attachments);
        let files = files.await?;
        if once.is_none() && self.asks_application(caller, conversation).await? {
            refuse_media(&files)?;
        }
        let assistant = asked.map(|asked| asked.key.to_string());
        let message = Queued {
            id: submission,
            text: question.prompt.as_str().to_owned(),
            files: question.attachments,
            // Which of its models an assistant is then asked by is decided when its turn comes.
            model,
            assistant: assistant.unwrap_or_default(),
            given: asked.map(|asked| asked.given.clone()).unwrap_or_default(),
            refused: None,
            version: 0,
        };
        let (user, now) = (caller.user(), inner.clock.now());
        let outcome = inner
            .db
            .queue_message(user, conversation, (&message, question.draft), now);
        queue_outcome(outcome.await?)?;
        // The answer may have ended meanwhile.
        self.next_queued(user, conversation).await;
        self.0.conversations.tell_queue(user, conversation).await
    }

    /// Sends a message that waits, before the others and also where the queue is paused; the others follow it. What waits then.
    #[tracing::instrument(name = "api.generation.send_queued", skip_all, fields(conversation.id = %conversation))]
    pub async fn send_queued(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        id: SubmissionId,
    ) -> Result<Queue, Error> {
        caller.require(Permission::ChatUse)?;
        let user = caller.user();
        let conversation_of = self.0.db.conversation(user, conversation);
        conversation_of.await?.ok_or(Error::NotFound)?;
        let (queued, _) = self.0.db.queued(user, conversation).await?;
        let found = queued.into_iter().find(|queued| queued.id == id);
        let queued = found.ok_or(Error::Refused(FailureCode::Outdated))?;
        if !self.take(user, conversation, queued, false).await? {
            return Err(Error::Refused(FailureCode::Outdated));
        }
        self.0.conversations.tell_queue(user, conversation).await
    }

    /// An answer has ended and is stored: what waits behind it is sent, if it is whole; its readers hear of it in either case.
    /// Boxed, because the run that is begun comes here when it ends.
    pub(super) fn go_on(
        &self,
        user: UserId,
        conversation: ConversationId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            let changed = match self.0.db.queued(user, conversation).await {
                Ok((_, QueueState::Empty)) => return,
                Ok(_) => {
                    self.next_queued(user, conversation).await;
                    self.0
                        .conversations
                        .tell_queue(user, conversation)
                        .await
                        .map(drop)
                }
                Err(error) => Err(error.into()),
            };
            if let Err(error) = changed {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    conversation.id = %conversation,
                    "what waits behind an answer could not be looked at"
                );
            }
        })
    }

    /// Sends what waits behind answers that are whole, in all conversations: whoever ended them could not, or died.
    pub(super) async fn resume_queues(&self) -> Result<(), Error> {
        let mut after = String::new();
        loop {
            let waiting = self.0.db.waiting_queues(&after, AT_ONCE).await?;
            let Some((last, _)) = waiting.last() else {
                return Ok(());
            };
            after = last.to_string();
            for (conversation, user) in waiting {
                self.go_on(user, conversation).await;
            }
        }
    }

    /// Sends the first of what waits, if its turn has come. What can't be sent is marked, which pauses the queue.
    async fn next_queued(&self, user: UserId, conversation: ConversationId) {
        if let Err(error) = self.try_next(user, conversation).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                conversation.id = %conversation,
                "a waiting message could not be sent yet"
            );
        }
    }

    async fn try_next(&self, user: UserId, conversation: ConversationId) -> Result<(), Error> {
        let db = &self.0.db;
        let (queued, state) = db.queued(user, conversation).await?;
        let Some(first) = queued.into_iter().next() else {
            return Ok(());
        };
        if state != QueueState::Due {
            return Ok(());
        }
        let place = (first.id, first.version);
        match self.take(user, conversation, first, true).await {
            // Another page or process was first.
            Ok(_) | Err(Error::AlreadyGenerating) => Ok(()),
            Err(error) if is_lasting(&error) => {
                Ok(db.refuse_queued(user, place, error.code()).await?)
            }
            Err(error) => Err(error),
        }
    }

    /// Makes a question of a waiting message and begins its answer. Whether it still waited as it was read.
    async fn take(
        &self,
        user: UserId,
        conversation: ConversationId,
        queued: Queued,
        in_turn: bool,
    ) -> Result<bool, Error> {
        let caller = self.may_still(user, !queued.files.is_empty()).await?;
        let once = self.still_called(&caller, &queued).await?;
        let model = self.model_of(user, once.as_ref(), queued.model.clone());
        let model = model.await?;
        self.may_ask(user, &model).await?;
        self.has_room()?;
        let handed_in = self.fitting(user, &model, &queued.files).await?;
        if once.is_none() && self.asks_application(&caller, conversation).await? {
            refuse_media(&handed_in)?;
        }
        let this = self.clone();
        self.unbroken(async move {
            let inner = &*this.0;
            let question = MessageId::from_uuid(inner.ids.next());
            let answer = this.new_answer(None, &model);
            let files = queued.files.iter();
            let attachments: Vec<_> = files.map(|file| (inner.ids.next(), *file)).collect();
            let taking = Taking {
                version: queued.version,
                in_turn,
            };
            let asked = Question {
                owner: user,
                place: Place::Queued(conversation, taking),
                question,
                text: &queued.text,
                attachments: &attachments,
                draft: None,
                submission: queued.id,
                assistant: once.as_ref(),
                answer,
            };
            match inner.db.ask(&asked).await.map_err(already)? {
                Submitted::New(conversation) => {
                    let task = Task::Answer { question };
                    this.start(task, &caller, conversation, &answer, Before::default())
                        .await?;
                    Ok(true)
                }
                Submitted::NotDue | Submitted::NoConversation => Ok(false),
                Submitted::Before(..) => {
                    inner.db.drop_queued(user, conversation, queued.id).await?;
                    Ok(false)
                }
                Submitted::NoFile => Err(Error::Refused(FailureCode::FileGone)),
            }
        })
        .await
    }

    /// The assistant that a waiting message names. One that was deleted or closed meanwhile, or does not ask any more for what was given,
    /// refuses the message, which keeps its words.
    async fn still_called(
        &self,
        caller: &Caller,
        queued: &Queued,
    ) -> Result<Option<Beginning>, Error> {
        if queued.assistant.is_empty() {
            return Ok(None);
        }
        let gone = Error::Refused(FailureCode::AssistantGone);
        let asked = BegunWith {
            key: queued.assistant.parse().map_err(|_| gone)?,
            values: Vec::new(),
            given: queued.given.clone(),
        };
        let found = for_one_question(&self.0.db, caller, &asked).await?;
        Ok(Some(found))
    }

    /// Refuses for somebody who may not ask any more: nobody calls when a waiting message is sent.
    async fn may_still(&self, user: UserId, hands_in: bool) -> Result<Caller, Error> {
        let caller = self.0.identity.absent(user).await?;
        caller.require(Permission::ChatUse)?;
        if hands_in {
            caller.require(Permission::FilesUse)?;
        }
        Ok(caller)
    }
}

/// Whether trying again by itself would not help.
fn is_lasting(error: &Error) -> bool {
    match error {
        Error::UnknownModel | Error::QuotaUsedUp { .. } | Error::Prompt(_) => true,
        // What is behind these may also be a store that is away, or no room.
        Error::Refused(_) | Error::Identity(_) | Error::Files(_) => error.code().status() < 500,
        Error::Store(_)
        | Error::NotFound
        | Error::Title(_)
        | Error::AlreadyGenerating
        | Error::CannotContinue
        | Error::Overloaded
        | Error::Disk(_)
        | Error::Task(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::FilesError;

    #[test]
    fn a_hiccup_is_not_held_against_a_message() {
        let passing = [
            Error::Files(FilesError::Overloaded),
            Error::Refused(FailureCode::Overloaded),
            Error::Overloaded,
        ];
        assert!(!passing.iter().any(is_lasting));
        let lasting = [
            Error::Files(FilesError::TooLarge),
            Error::Refused(FailureCode::FileGone),
            Error::UnknownModel,
        ];
        assert!(lasting.iter().all(is_lasting));
    }
}
