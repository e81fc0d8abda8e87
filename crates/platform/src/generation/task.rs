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
        // Files may have to be put at the upstream first, which takes its time.
        let prepared = tokio::select! {
            biased;
            () = live.stop.cancelled() => return self.leave(&live, MessageStatus::Stopped).await,
            () = inner.leaving.cancelled() => {
                return self.leave(&live, MessageStatus::Interrupted).await;
            }
            prepared = self.request(task, user, &model, &live, end) => prepared,
        };
        let (branch, request, media) = match prepared {
            Ok(prepared) => prepared,
            Err(code) => {
                self.fail(&live, code).await;
                return;
            }
        };
        let reserved = self.reserve(
            user,
            (&request, media),
            live.generation.to_string(),
            Some(call),
        );
        let call = match reserved.await {
            Ok(call) => call,
            Err(code) => {
                self.fail(&live, code).await;
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
            self.write_title(user, live.conversation, subject(question), text)
                .await;
        }
    }

    /// Ends an answer before it was asked for.
    async fn leave(&self, live: &Arc<Live>, status: MessageStatus) {
        let ending = Ending {
            status,
            failure: None,
            upstream_request_id: None,
            tokens: None,
        };
        self.0
            .committer
            .add(live, |pending| pending.end = Some(ending));
        live.ended().await;
    }

    /// Ends an answer that could not be asked for.
    async fn fail(&self, live: &Arc<Live>, code: FailureCode) {
        let ending = Ending::failed(code, live.generation);
        self.0
            .committer
            .add(live, |pending| pending.end = Some(ending));
        live.ended().await;
    }

    /// What is asked, the branch that it is about, and how many tokens its pictures and sound are at most. What goes along with the question is noted with the run.
    async fn request(
        &self,
        task: Task,
        user: UserId,
        model: &ModelName,
        live: &Live,
        end: MessageId,
    ) -> Result<(Vec<Message>, ChatRequest, u64), FailureCode> {
        let inner = &*self.0;
        let branch = inner.db.branch(user, live.conversation, end, CONTEXT);
        let branch = branch.await.map_err(unreadable)?;
        let wishes = self.wishes(user, live.conversation, model);
        let wishes = wishes.await.map_err(unreadable)?;
        let spec = inner.models.spec(model);
        let materials = self.materials(user, (model, spec), &branch).await?;
        let (request, sent) = match task {
            Task::Answer { .. } => (
                request::answer(model, spec, &branch, &wishes, &materials),
                wishes.sent(),
            ),
            Task::Continue => {
                let wishes = wishes.going_on();
                let request = request::continuation(model, spec, &branch, &wishes, &materials);
                (request, wishes.sent())
            }
        };
        if sent != Sent::default() {
            let noted = inner.db.note_sent(live.generation, &sent).await;
            noted.map_err(unreadable)?;
        }
        Ok((branch, request, materials.tokens))
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
        let Ok(call) = self.reserve(user, (&request, 0), id, None).await else {
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

/// What a question is about: its words, or the names of what was handed in.
fn subject(question: &Message) -> String {
    let text = question.text();
    if !text.is_empty() {
        return text;
    }
    let names = question.attachments.iter().map(|file| file.name.as_str());
    names.collect::<Vec<_>>().join(", ")
}

/// The conversation, or what goes along with it, could not be read.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn unreadable(error: store::Error) -> FailureCode {
    tracing::error!(
        error = &error as &dyn std::error::Error,
        "reading the conversation failed"
    );
    FailureCode::StoreUnavailable
}
