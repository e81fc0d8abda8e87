//! How an answer begins: a question is put, or another version of one.

use model::{
    Asked, ConversationId, FailureCode, MessageId, ModelName, SubmissionId, Title, UserId,
};

use super::{
    Asking, Generations, attached::refuse_media, live::Before, quota::used_up, task::Task,
};
use crate::{
    Error,
    assistants::{beginning, for_one_question},
    identity::Caller,
    store::{self, Beginning, Place, Question, Submitted},
};

impl Generations {
    /// Puts a question and begins the answer. The same submission twice is one question: the second time only
    /// leads to the first. Files that the model can't be given are refused, and nothing is asked.
    #[tracing::instrument(name = "api.generation.ask", skip_all)]
    pub async fn ask(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        question: impl Into<Asking>,
        model: ModelName,
        submission: SubmissionId,
    ) -> Result<Asked, Error> {
        let question: Asking = question.into();
        let question = question.each_once();
        let begun = match (conversation, &question.assistant) {
            (None, Some(begun)) => Some(beginning(&self.0.db, caller, begun).await?),
            (Some(_), Some(asked)) => Some(for_one_question(&self.0.db, caller, asked).await?),
            (None | Some(_), None) => None,
        };
        let once = begun.as_ref().filter(|_| conversation.is_some());
        let model = self.model_of(caller.user(), once, model).await?;
        self.room_for(caller, &model).await?;
        let files = self.attached(caller, &model, &question.attachments).await?;
        let is_application = match (conversation, &begun) {
            (Some(_), Some(_)) => false,
            (Some(id), None) => self.asks_application(caller, id).await?,
            (None, begun) => begun
                .as_ref()
                .is_some_and(|begun| begun.snapshot.application.is_some()),
        };
        if is_application {
            refuse_media(&files)?;
        }
        let place = if let Some(conversation) = conversation {
            Place::Existing(conversation)
        } else {
            // Without words, what was handed in first says what it is about.
            let words = question.prompt.as_str();
            let first = files.first().filter(|_| words.is_empty());
            let words = first.map_or(words, |file| file.name.as_str());
            Place::New {
                conversation: ConversationId::from_uuid(self.0.ids.next()),
                title: Title::of_question(words),
                temporary: question.temporary,
            }
        };
        self.put(caller, place, (question, begun), model, submission)
            .await
    }

    /// Puts another version of a question beside it and begins the answer to that one. What there was stays.
    #[tracing::instrument(name = "api.generation.edit_question", skip_all, fields(message.id = %message))]
    pub async fn edit_question(
        &self,
        caller: &Caller,
        (conversation, message): (ConversationId, MessageId),
        question: impl Into<Asking>,
        model: ModelName,
        submission: SubmissionId,
    ) -> Result<Asked, Error> {
        let question: Asking = question.into();
        let question = question.each_once();
        // Whom the question was put to is asked its other version too.
        let once = self.0.db.asked_once(caller.user(), conversation, message);
        let once = once.await?;
        let model = self.model_of(caller.user(), once.as_ref(), model).await?;
        self.room_for(caller, &model).await?;
        let files = self.attached(caller, &model, &question.attachments).await?;
        if once.is_none() && self.asks_application(caller, conversation).await? {
            refuse_media(&files)?;
        }
        let place = Place::Beside(conversation, message);
        self.put(caller, place, (question, once), model, submission)
            .await
    }

    async fn put(
        &self,
        caller: &Caller,
        place: Place,
        (asking, begun): (Asking, Option<Beginning>),
        model: ModelName,
        submission: SubmissionId,
    ) -> Result<Asked, Error> {
        let (this, user, asking_one) = (self.clone(), caller.user(), caller.clone());
        let (conversation, question) = self
            .unbroken(async move {
                let inner = &*this.0;
                let question = MessageId::from_uuid(inner.ids.next());
                let answer = this.new_answer(None, &model);
                let files = asking.attachments.iter();
                let attachments: Vec<_> = files.map(|file| (inner.ids.next(), *file)).collect();
                let asked = Question {
                    owner: user,
                    place,
                    question,
                    text: asking.prompt.as_str(),
                    attachments: &attachments,
                    draft: asking.draft,
                    submission,
                    assistant: begun.as_ref(),
                    answer,
                };
                match inner.db.ask(&asked).await.map_err(already)? {
                    Submitted::New(conversation) => {
                        this.start(
                            Task::Answer { question },
                            &asking_one,
                            conversation,
                            &answer,
                            Before::default(),
                        )
                        .await?;
                        Ok((conversation, question))
                    }
                    Submitted::Before(conversation, question) => Ok((conversation, question)),
                    Submitted::NoConversation | Submitted::NotDue => Err(Error::NotFound),
                    Submitted::NoFile => Err(Error::Refused(FailureCode::FileGone)),
                }
            })
            .await?;
        self.asked(caller, conversation, question).await
    }

    /// Whether an application answers in the caller's conversation.
    pub(super) async fn asks_application(
        &self,
        caller: &Caller,
        conversation: ConversationId,
    ) -> Result<bool, Error> {
        Ok(self
            .application(caller.user(), conversation)
            .await?
            .is_some())
    }

    /// Whether it answers that question of the caller's, or the one that this message answers.
    pub(super) async fn asks_application_for(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<bool, Error> {
        let found = self.application_for(caller.user(), conversation, message);
        Ok(found.await?.is_some())
    }

    /// The model that answers: that of the assistant to which a single question is put, where it has one and the person may ask it, or
    /// the one that was chosen.
    pub(super) async fn model_of(
        &self,
        user: UserId,
        once: Option<&Beginning>,
        chosen: ModelName,
    ) -> Result<ModelName, Error> {
        let Some(own) = once.and_then(|once| once.model.clone()) else {
            return Ok(chosen);
        };
        match self.may_ask(user, &own).await {
            Ok(()) => Ok(own),
            Err(Error::UnknownModel) => Ok(chosen),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn asked(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        question: MessageId,
    ) -> Result<Asked, Error> {
        let mut page = self
            .0
            .conversations
            .newest(caller, conversation)
            .await?
            .items;
        let place = page.iter().position(|message| message.id == question);
        let answer = place
            .filter(|place| place + 1 < page.len())
            .map(|place| page.remove(place + 1));
        let question = place.map(|place| page.remove(place));
        match (question, answer) {
            (Some(question), Some(answer)) => Ok(Asked {
                conversation,
                question,
                answer,
            }),
            _ => Err(Error::NotFound),
        }
    }
}

/// A conflict on the way in means that an answer is being written already.
pub(super) fn already(error: store::Error) -> Error {
    match error {
        store::Error::UsedUp { left_ms } => used_up(left_ms),
        error if error.is_conflict() => Error::AlreadyGenerating,
        error => error.into(),
    }
}
