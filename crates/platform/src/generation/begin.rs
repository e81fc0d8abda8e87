//! How an answer begins: asked for, taken up again, or written anew.

use std::{slice, sync::Arc};

use model::{
    AnswerWish, Asked, Attachment, CallId, ConversationId, FailureCode, GenerationId, MessageId,
    ModelName, Sent, Speaker, SubmissionId, Title, UserId,
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    Asking, Generations,
    attached::{refuse_attached_media, refuse_media},
    lifetime::LEASE,
    live::{Before, Live},
    request,
    task::Task,
};
use crate::{
    Error,
    assistants::{beginning, for_one_question},
    identity::Caller,
    store::{Beginning, NewAnswer, Place, Question, Submitted},
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

    /// Goes on in a cut answer, from its last word.
    #[tracing::instrument(name = "api.generation.continue", skip_all, fields(message.id = %message))]
    pub async fn continue_answer(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<(), Error> {
        let cut = self
            .0
            .db
            .message(caller.user(), conversation, message)
            .await?
            .ok_or(Error::NotFound)?;
        let model = cut
            .model
            .clone()
            .filter(|_| cut.status.is_cut())
            .ok_or(Error::CannotContinue)?;
        self.room_for(caller, &model).await?;
        // An application can't be asked to go on from a given beginning.
        if self
            .asks_application_for(caller, conversation, message)
            .await?
        {
            return Err(Error::CannotContinue);
        }
        let before = Before::of(&cut);
        let spec = self.0.models.spec(&model);
        if !request::can_continue(spec, &before.text, &before.calls) {
            return Err(Error::CannotContinue);
        }
        let (this, caller) = (self.clone(), caller.clone());
        let user = caller.user();
        self.unbroken(async move {
            let answer = this.new_answer(Some(message), &model);
            if !this
                .0
                .db
                .reopen_answer(user, conversation, answer)
                .await
                .map_err(already)?
            {
                return Err(Error::CannotContinue);
            }
            this.start(Task::Continue, &caller, conversation, &answer, before)
                .await
        })
        .await
    }

    /// Writes another answer beside `message`, or to `message` if that is a question, and shows it. Without a model, the
    /// one that answered last is asked. The question.
    #[tracing::instrument(name = "api.generation.regenerate", skip_all, fields(message.id = %message))]
    pub async fn regenerate(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        message: MessageId,
        model: Option<ModelName>,
    ) -> Result<MessageId, Error> {
        self.regenerate_wishing(caller, (conversation, message), model, None)
            .await
    }

    /// The same with what is asked of that answer alone. An application takes nothing beside the question, so there it is refused.
    #[tracing::instrument(name = "api.generation.regenerate_wishing", skip_all, fields(message.id = %message))]
    pub async fn regenerate_wishing(
        &self,
        caller: &Caller,
        (conversation, message): (ConversationId, MessageId),
        model: Option<ModelName>,
        wish: Option<AnswerWish>,
    ) -> Result<MessageId, Error> {
        let current = self
            .0
            .db
            .conversation(caller.user(), conversation)
            .await?
            .ok_or(Error::NotFound)?;
        let (question, attachments) = self.question_of(caller, conversation, message).await?;
        let user = caller.user();
        let once = self.0.db.asked_once(user, conversation, question).await?;
        let model = match model {
            Some(model) => model,
            None => self.model_of(user, once.as_ref(), current.model).await?,
        };
        self.room_for(caller, &model).await?;
        self.takes(caller.user(), &model, &attachments).await?;
        if once.is_none() && self.asks_application(caller, conversation).await? {
            refuse_attached_media(&attachments)?;
            if wish.is_some() {
                return Err(Error::Refused(FailureCode::BadRequest));
            }
        }
        let (this, caller) = (self.clone(), caller.clone());

        self.unbroken(async move {
            let (db, answer) = (&this.0.db, this.new_answer(None, &model));
            let begun = match wish {
                None => db.answer_again(user, conversation, question, answer).await,
                Some(wish) => {
                    let sent = Sent {
                        wish: wish.into(),
                        ..Sent::default()
                    };
                    db.answer_wishing(user, conversation, question, answer, &sent)
                        .await
                }
            };
            if !begun.map_err(already)? {
                return Err(Error::NotFound);
            }
            this.start(
                Task::Answer { question },
                &caller,
                conversation,
                &answer,
                Before::default(),
            )
            .await?;
            Ok(question)
        })
        .await
    }

    /// The question that `message` is or answers, and what was handed in with it.
    pub(super) async fn question_of(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<(MessageId, Vec<Attachment>), Error> {
        let (db, user) = (&self.0.db, caller.user());
        let found = db.message(user, conversation, message).await?;
        let found = found.ok_or(Error::NotFound)?;
        match found.speaker {
            Speaker::User => Ok((message, found.attachments)),
            Speaker::Assistant => {
                let above = found.parent.ok_or(Error::NotFound)?;
                let asked = db.message(user, conversation, above).await?;
                Ok((above, asked.ok_or(Error::NotFound)?.attachments))
            }
        }
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

    pub(super) async fn room_for(&self, caller: &Caller, model: &ModelName) -> Result<(), Error> {
        self.allowed(caller, model).await?;
        self.has_room()
    }

    /// Refuses when there is no room for another answer.
    pub(super) fn has_room(&self) -> Result<(), Error> {
        self.has_room_for_all(1)
    }

    /// Refuses when there is no room for so many more answers.
    pub(super) fn has_room_for_all(&self, count: usize) -> Result<(), Error> {
        let then = self.0.hub.running().saturating_add(count);
        if self.0.closing.is_cancelled() || then > self.0.options.at_once {
            return Err(Error::Overloaded);
        }
        Ok(())
    }

    pub(super) fn new_answer<'a>(
        &'a self,
        message: Option<MessageId>,
        model: &'a ModelName,
    ) -> NewAnswer<'a> {
        let now = self.0.clock.now();
        NewAnswer {
            message: message.unwrap_or_else(|| MessageId::from_uuid(self.0.ids.next())),
            generation: GenerationId::from_uuid(self.0.ids.next()),
            call: CallId::from_uuid(self.0.ids.next()),
            model,
            node: &self.0.options.node,
            lease_until: now.plus(i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX)),
            now,
        }
    }

    /// Carries on when the caller leaves: what was begun in the store must get its run.
    pub(super) async fn unbroken<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        self.0.runs.spawn(work.in_current_span()).await?
    }

    pub(super) async fn start(
        &self,
        task: Task,
        caller: &Caller,
        conversation: ConversationId,
        answer: &NewAnswer<'_>,
        before: Before,
    ) -> Result<(), Error> {
        let live = self.live(conversation, answer, before).await?;
        self.0.hub.begin(conversation, slice::from_ref(&live));
        self.set_off(task, caller, answer, live);
        Ok(())
    }

    /// An answer that is about to be written.
    pub(super) async fn live(
        &self,
        conversation: ConversationId,
        answer: &NewAnswer<'_>,
        before: Before,
    ) -> Result<Arc<Live>, Error> {
        let (generation, message) = (answer.generation, answer.message);
        let live = tokio::task::spawn_blocking(move || {
            Live::new(
                generation,
                conversation,
                message,
                CancellationToken::new(),
                before,
            )
        });
        Ok(Arc::new(live.await?))
    }

    /// Runs the task that writes an answer.
    pub(super) fn set_off(
        &self,
        task: Task,
        caller: &Caller,
        answer: &NewAnswer<'_>,
        live: Arc<Live>,
    ) {
        let (this, model, call) = (self.clone(), answer.model.clone(), answer.call);
        let caller = caller.clone();
        self.0.runs.spawn(
            async move { this.run(task, caller, model, call, live).await }.in_current_span(),
        );
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
pub(super) fn already(error: crate::store::Error) -> Error {
    if error.is_conflict() {
        Error::AlreadyGenerating
    } else {
        error.into()
    }
}
