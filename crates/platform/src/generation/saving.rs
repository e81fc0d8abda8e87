//! Another version of a question that is kept and not answered, until somebody asks for that.

use model::{ConversationId, FailureCode, MessageId, ModelName, Permission, SubmissionId};

use super::{Asking, Generations, attached::refuse_media, begin::already};
use crate::{
    Error,
    identity::Caller,
    store::{Place, Question, Submitted},
};

impl Generations {
    /// Puts another version of a question beside it and shows that; no model is asked, so nothing is paid for. What there was stays. The same
    /// submission twice is one version. `model` is the one that would be asked: what it can't be given is refused here too. Its id.
    #[tracing::instrument(name = "api.generation.save_question", skip_all, fields(message.id = %message))]
    pub async fn save_question(
        &self,
        caller: &Caller,
        (conversation, message): (ConversationId, MessageId),
        question: impl Into<Asking>,
        model: ModelName,
        submission: SubmissionId,
    ) -> Result<MessageId, Error> {
        let question: Asking = question.into();
        let question = question.each_once();
        caller.require(Permission::ChatUse)?;
        let (inner, user) = (&*self.0, caller.user());
        // Whom the question was put to stays noted with its other version too.
        let once = inner.db.asked_once(user, conversation, message).await?;
        let own = once.as_ref().and_then(|once| once.model.clone());
        let model = own.unwrap_or(model);
        let files = self.attached(caller, &model, &question.attachments).await?;
        if once.is_none() && self.asks_application(caller, conversation).await? {
            refuse_media(&files)?;
        }
        let id = MessageId::from_uuid(inner.ids.next());
        let attached = question.attachments.iter();
        let attachments: Vec<_> = attached.map(|file| (inner.ids.next(), *file)).collect();
        let saved = Question {
            owner: user,
            place: Place::Saved(conversation, message),
            question: id,
            text: question.prompt.as_str(),
            attachments: &attachments,
            draft: None,
            submission,
            assistant: once.as_ref(),
            answer: self.new_answer(None, &model),
        };
        match inner.db.ask(&saved).await.map_err(already)? {
            Submitted::New(conversation) => {
                inner.hub.changed(conversation);
                Ok(id)
            }
            Submitted::Before(_, before) => Ok(before),
            Submitted::NoConversation | Submitted::NotDue => Err(Error::NotFound),
            Submitted::NoFile => Err(Error::Refused(FailureCode::FileGone)),
        }
    }
}
