//! Several models that answer one question at once, each in a run of its own.

use std::{collections::HashSet, sync::Arc};

use model::{ConversationId, FailureCode, MessageId, ModelName, Permission, compare::MOST_AT_ONCE};

use super::{
    Generations,
    begin::already,
    live::{Before, Live},
    task::Task,
};
use crate::{Error, identity::Caller, store::NewAnswer};

impl Generations {
    /// Has each of those models answer the question that `message` is or answers, all at once, and shows the first. All of them begin, or
    /// none; once begun, each ends by itself. The question.
    #[tracing::instrument(name = "api.generation.compare", skip_all, fields(message.id = %message, models = models.len()))]
    pub async fn compare(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        message: MessageId,
        models: Vec<ModelName>,
    ) -> Result<MessageId, Error> {
        refuse_unfit(&models)?;
        let found = self.question_of(caller, conversation, message).await?;
        let (question, attachments) = found;
        caller.require(Permission::ChatUse)?;
        self.may_ask_all(caller.user(), &models).await?;
        self.has_room_for_all(models.len())?;
        // It has a model of its own, so that there is nothing to compare.
        if self
            .asks_application_for(caller, conversation, question)
            .await?
        {
            return Err(Error::Refused(FailureCode::CompareUnfit));
        }
        for model in &models {
            self.takes(caller.user(), model, &attachments).await?;
        }
        let (this, caller) = (self.clone(), caller.clone());
        self.unbroken(async move {
            this.begin_all(&caller, conversation, question, &models)
                .await?;
            Ok(question)
        })
        .await
    }

    async fn begin_all(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        question: MessageId,
        models: &[ModelName],
    ) -> Result<(), Error> {
        let new = models.iter().map(|model| self.new_answer(None, model));
        let answers: Vec<NewAnswer<'_>> = new.collect();
        let db = &self.0.db;
        let begun = db.answer_with(caller.user(), conversation, question, &answers);
        if !begun.await.map_err(already)? {
            return Err(Error::NotFound);
        }
        let mut lives: Vec<Arc<Live>> = Vec::with_capacity(answers.len());
        for answer in &answers {
            let live = self.live(conversation, answer, Before::default());
            lives.push(live.await?);
        }
        // Known together, before any of them can end: whoever watches is told of all of them by one event.
        self.0.hub.begin(conversation, &lives);
        let mut task = Task::Answer { question };
        for (answer, live) in answers.iter().zip(lives) {
            self.set_off(task, caller, answer, live);
            task = Task::Beside { question };
        }
        Ok(())
    }
}

/// Refuses what is no choice of models that can answer at once.
fn refuse_unfit(models: &[ModelName]) -> Result<(), Error> {
    let different: HashSet<&str> = models.iter().map(ModelName::as_str).collect();
    let is_unfit =
        models.is_empty() || models.len() > MOST_AT_ONCE || different.len() < models.len();
    if is_unfit {
        return Err(Error::Refused(FailureCode::CompareUnfit));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_four_different_models_can_answer_at_once() {
        let names = |names: &[&str]| {
            let names = names.iter().map(|name| ModelName::parse(*name));
            names.collect::<Result<Vec<_>, _>>().expect("names")
        };
        for (models, fits) in [
            (&[][..], false),
            (&["a"][..], true),
            (&["a", "b", "c", "d"][..], true),
            (&["a", "b", "c", "d", "e"][..], false),
            (&["a", "b", "a"][..], false),
        ] {
            let refused = refuse_unfit(&names(models)).err();
            let code = refused.map(|error| error.code());
            assert_eq!(
                code,
                (!fits).then_some(FailureCode::CompareUnfit),
                "{models:?}"
            );
        }
    }
}
