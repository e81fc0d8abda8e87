//! Answers to one question beside each other.

use model::{
    ConversationId, MessageId, RunSum, Speaker,
    compare::{Comparison, MOST_COMPARED},
};

use super::Conversations;
use crate::{Error, identity::Caller};

impl Conversations {
    /// A question of the caller's with the newest of its answers.
    #[tracing::instrument(name = "api.conversations.compare", skip_all, fields(message.id = %question))]
    pub async fn compare(
        &self,
        caller: &Caller,
        id: ConversationId,
        question: MessageId,
    ) -> Result<Comparison, Error> {
        let user = caller.user();
        let conversation = self.db.conversation(user, id).await?;
        let conversation = conversation.ok_or(Error::NotFound)?;
        let asked = self.db.message(user, id, question).await?;
        let asked = asked.filter(|message| message.speaker == Speaker::User);
        let asked = asked.ok_or(Error::NotFound)?;
        let (mut messages, mut costs) = (vec![asked], Vec::new());
        let answers = self
            .db
            .answers_to(user, id, question, MOST_COMPARED)
            .await?;
        for answer in answers {
            messages.extend(self.db.message(user, id, answer).await?);
            let sum = RunSum::of(&self.db.runs(user, id, answer).await?);
            costs.extend(sum.and_then(|sum| sum.cost).map(|cost| (answer, cost)));
        }
        let mut views = self.views(messages).await?;
        self.refer(user, id, &mut views).await?;
        let answers = views.split_off(1);
        let question = views.pop().ok_or(Error::NotFound)?;
        let answering = self.db.answering(user, id).await?;
        let is_application = answering.is_some_and(|it| it.open_application().is_some());
        Ok(Comparison {
            title: conversation.title,
            model: conversation.model,
            question,
            answers,
            is_application,
            costs,
        })
    }
}
