//! How an answer is taken up again, or written anew.

use model::{
    AnswerWish, Attachment, ConversationId, FailureCode, MessageId, ModelName, Sent, Speaker,
};

use super::{
    Generations, attached::refuse_attached_media, begin::already, live::Before, request, task::Task,
};
use crate::{Error, identity::Caller};

impl Generations {
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
}
