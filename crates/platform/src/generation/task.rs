//! The task that carries one run: what the model is sent, the run itself, and the title after the first answer.

use std::sync::Arc;

use model::{CallId, ConversationId, FailureCode, MessageId, MessageStatus, ModelName, UserId};

use super::{
    Generations,
    live::{Ending, Live},
    request, run, title,
};

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
        let branch = match inner.db.branch(user, live.conversation, end, CONTEXT).await {
            Ok(branch) => branch,
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
        let request = match task {
            Task::Answer { .. } => request::answer(&model, inner.models.spec(&model), &branch),
            Task::Continue => request::continuation(&model, inner.models.spec(&model), &branch),
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
