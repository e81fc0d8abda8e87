//! The task that carries one run: what the model is sent, the run itself, and the title after the first answer.

use std::sync::Arc;

use bailian::ChatRequest;
use model::{
    CallId, ConversationId, FailureCode, MessageId, MessageStatus, ModelName, Sent, UserId,
};

use super::{
    Generations,
    live::{Ending, Live},
    request, run, title,
};
use crate::store::{self, Message};

/// How far up a branch the model is shown, in messages.
const CONTEXT: u32 = 200;

/// What a run is to write.
#[derive(Clone, Copy)]
pub(super) enum Task {
    /// An answer to that question.
    Answer {
        /// The question.
        question: MessageId,
    },
    /// The rest of a cut answer.
    Continue,
}

impl Generations {
    pub(super) async fn run(
        &self,
        task: Task,
        user: UserId,
        model: ModelName,
        call: CallId,
        live: Arc<Live>,
    ) {
        let inner = &*self.0;
        let end = match task {
            Task::Answer { question } => question,
            Task::Continue => live.message,
        };
        let (branch, request) = match self.request(task, user, &model, &live, end).await {
            Ok(prepared) => prepared,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "reading the conversation failed"
                );
                let ending = Ending::failed(FailureCode::StoreUnavailable, live.generation);
                inner
                    .committer
                    .add(&live, |pending| pending.end = Some(ending));
                live.ended().await;
                return;
            }
        };
        let call = match self
            .reserve(user, &request, live.generation.to_string(), Some(call))
            .await
        {
            Ok(call) => call,
            Err(code) => {
                let ending = Ending::failed(code, live.generation);
                inner
                    .committer
                    .add(&live, |pending| pending.end = Some(ending));
                live.ended().await;
                return;
            }
        };
        run::run(
            inner.client.clone(),
            request,
            Arc::clone(&live),
            inner.committer.clone(),
            inner.leaving.clone(),
            call,
        )
        .await;
        let (status, text) = live.ended().await;
        if let ([question], Task::Answer { .. }, MessageStatus::Complete) = (&*branch, task, status)
        {
            self.write_title(user, live.conversation, question.text(), text)
                .await;
        }
    }

    /// What is asked, and the branch that it is about. What goes along with the question is noted with the run.
    async fn request(
        &self,
        task: Task,
        user: UserId,
        model: &ModelName,
        live: &Live,
        end: MessageId,
    ) -> Result<(Vec<Message>, ChatRequest), store::Error> {
        let inner = &*self.0;
        let branch = inner
            .db
            .branch(user, live.conversation, end, CONTEXT)
            .await?;
        let wishes = self.wishes(user, live.conversation, model).await?;
        let spec = inner.models.spec(model);
        let (request, sent) = match task {
            Task::Answer { .. } => (
                request::answer(model, spec, &branch, &wishes),
                wishes.sent(),
            ),
            Task::Continue => {
                let wishes = wishes.going_on();
                let request = request::continuation(model, spec, &branch, &wishes);
                (request, wishes.sent())
            }
        };
        if sent != Sent::default() {
            inner.db.note_sent(live.generation, &sent).await?;
        }
        Ok((branch, request))
    }

    async fn write_title(
        &self,
        user: UserId,
        conversation: ConversationId,
        question: String,
        answer: String,
    ) {
        let inner = &*self.0;
        let request = title::request(&inner.options.title_model, &question, &answer);
        // Who has nothing left keeps the question's beginning as the title.
        let id = conversation.to_string();
        let Ok(call) = self.reserve(user, &request, id, None).await else {
            return;
        };
        let writing = title::write(
            inner.client.clone(),
            request,
            call,
            inner.db.clone(),
            inner.hub.clone(),
            conversation,
        );
        tokio::select! {
            () = inner.leaving.cancelled() => {}
            () = writing => {}
        }
    }
}
