//! The task that carries one run: what the model is sent, the run itself, and the title after the first answer.

mod application;

use std::sync::Arc;

use bailian::ChatRequest;
use model::{
    CallId, ConversationId, FailureCode, GenerationId, MessageId, MessageStatus, ModelName, Sent,
    UserId,
};

use super::{
    Generations,
    acting::{Acted, MOST_ROUNDS},
    live::{Ending, Live},
    request, run, title,
};
use crate::{
    identity::Caller,
    store::{self, Message, Round},
    tools::Toolbox,
};

/// How far up a branch the model is shown, in messages.
pub(super) const CONTEXT: u32 = 200;

/// What a run is to write.
#[derive(Clone, Copy)]
pub(super) enum Task {
    /// An answer to that question.
    Answer {
        /// The question.
        question: MessageId,
    },
    /// Another answer to it, beside one that is begun at the same time and gives the conversation its name.
    Beside {
        /// The question.
        question: MessageId,
    },
    /// The rest of a cut answer.
    Continue,
    /// What comes after the person has decided about calls of tools.
    GoOn,
    /// Nothing more: the person refused what it waited for, and the model can't be asked now.
    Refused,
}

/// What a question to the model ends with.
#[derive(Clone, Copy)]
enum End {
    /// A question of the person's.
    Question(MessageId),
    /// The answer, which was cut.
    Cut,
    /// Calls of tools in the answer.
    Calls,
}

impl End {
    const fn of(task: Task) -> Self {
        match task {
            Task::Answer { question } | Task::Beside { question } => Self::Question(question),
            Task::Continue => Self::Cut,
            Task::GoOn | Task::Refused => Self::Calls,
        }
    }
}

impl Generations {
    /// Writes the answer; then what waits behind it is sent, and a conversation that has just begun is named.
    pub(super) async fn run(
        &self,
        task: Task,
        caller: Caller,
        model: ModelName,
        call: CallId,
        live: Arc<Live>,
    ) {
        let (user, conversation) = (caller.user(), live.conversation);
        let begun = if matches!(task, Task::Refused) {
            self.leave(&live, MessageStatus::Stopped).await;
            None
        } else {
            self.write(task, caller, model, call, live).await
        };
        self.go_on(user, conversation).await;
        if let Some((question, answer)) = begun {
            self.write_title(user, conversation, subject(&question), answer)
                .await;
        }
    }

    /// Asks until the model calls nothing more. The question and its answer, where they are the first ones.
    async fn write(
        &self,
        task: Task,
        caller: Caller,
        model: ModelName,
        call: CallId,
        live: Arc<Live>,
    ) -> Option<(Message, String)> {
        let inner = &*self.0;
        let user = caller.user();
        if let Task::Answer { question } | Task::Beside { question } = task {
            let asked = self.application_for(user, live.conversation, question);
            match asked.await {
                Ok(None) => {}
                Ok(Some(asked)) => {
                    let of = (question, call);
                    return self.run_application(asked, user, of, live).await;
                }
                Err(error) => return self.give_up(&live, unreadable(error)).await,
            }
        }
        let toolbox = match self.toolbox(&caller, &live, &model).await {
            Ok(toolbox) => toolbox,
            Err(code) => return self.give_up(&live, code).await,
        };
        if let Task::GoOn = task
            && let Acted::Ended = self.act_as_allowed(&caller, &live, &toolbox).await
        {
            return None;
        }
        let (mut end, mut call, mut first) = (End::of(task), call, None);
        loop {
            // Files may have to be put at the upstream first, which takes its time.
            let prepared = tokio::select! {
                biased;
                () = live.stop.cancelled() => {
                    self.leave(&live, MessageStatus::Stopped).await;
                    return None;
                }
                () = inner.leaving.cancelled() => {
                    self.leave(&live, MessageStatus::Interrupted).await;
                    return None;
                }
                prepared = self.request(end, user, &model, &live, &toolbox) => prepared,
            };
            let (branch, request, media) = match prepared {
                Ok(prepared) => prepared,
                Err(code) => return self.give_up(&live, code).await,
            };
            let later =
                first.is_some() || !matches!(task, Task::Answer { .. } | Task::Beside { .. });
            first.get_or_insert(branch);
            let id = live.generation.to_string();
            let reserved = self.reserve(user, (&request, media), id, Some(call)).await;
            let running = match reserved {
                Ok(running) => running,
                Err(code) => return self.give_up(&live, code).await,
            };
            let called = run::run(
                inner.client.clone(),
                (request, inner.models.service(&model)),
                Arc::clone(&live),
                inner.committer.clone(),
                inner.leaving.clone(),
                running,
                later,
            );
            let Some(called) = called.await else {
                break;
            };
            let (Acted::Again, asked) = self.act(&caller, &live, &toolbox, called).await else {
                return None;
            };
            call = CallId::from_uuid(inner.ids.next());
            let round = Round {
                run: live.generation,
                id: GenerationId::from_uuid(inner.ids.next()),
                upstream_request_id: asked.request_id,
                tokens: asked.tokens,
                next_call: call,
                now: inner.clock.now(),
            };
            if let Err(error) = inner.db.next_round(&round).await {
                return self.give_up(&live, unreadable(error)).await;
            }
            end = End::Calls;
        }
        let (status, text) = live.ended().await;
        let mut branch = first.unwrap_or_default().into_iter();
        // What goes on after a click is asked with the answer so far.
        let asked = (task, branch.len());
        let is_first = matches!(asked, (Task::Answer { .. }, 1) | (Task::GoOn, 2));
        branch
            .next()
            .filter(|_| is_first && status == MessageStatus::Complete)
            .map(|question| (question, text))
    }

    /// Ends an answer that could not be asked for, of which nothing more is to be made.
    async fn give_up<T>(&self, live: &Arc<Live>, code: FailureCode) -> Option<T> {
        self.fail(live, code).await;
        None
    }

    /// What the model may call: nothing if it can't, and nothing any more once it was asked often enough.
    async fn toolbox(
        &self,
        caller: &Caller,
        live: &Live,
        model: &ModelName,
    ) -> Result<Toolbox, FailureCode> {
        let tools = self.tools();
        let Some(tools) = tools.filter(|_| self.0.models.spec(model).calls) else {
            return Ok(Toolbox::default());
        };
        let toolbox = tools.toolbox(caller, live.conversation, live.message);
        toolbox.await.map_err(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "reading which tools are on failed"
            );
            error.code()
        })
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
        end: End,
        user: UserId,
        model: &ModelName,
        live: &Live,
        toolbox: &Toolbox,
    ) -> Result<(Vec<Message>, ChatRequest, u64), FailureCode> {
        let inner = &*self.0;
        let last = match end {
            End::Question(question) => question,
            End::Cut | End::Calls => live.message,
        };
        let branch = inner.db.branch(user, live.conversation, last, CONTEXT);
        let mut branch = branch.await.map_err(unreadable)?;
        if let (End::Cut | End::Calls, Some(answer)) = (end, branch.last_mut()) {
            live.write_into(answer);
        }
        let wishes = self.wishes(user, (live.conversation, live.message), model);
        let wishes = wishes.await.map_err(unreadable)?;
        let spec = inner.models.spec(model);
        let materials = self.materials(user, (model, spec), &branch).await?;
        let goes_on = match (end, branch.last()) {
            (End::Cut, Some(answer)) => {
                !request::ends_in_calls(spec, &answer.text(), &answer.calls)
            }
            (End::Question(_) | End::Cut | End::Calls, _) => false,
        };
        let (request, sent) = if goes_on {
            let wishes = wishes.going_on();
            let request = request::continuation(model, spec, &branch, &wishes, &materials);
            (request, wishes.sent())
        } else {
            let request = request::answer(model, spec, &branch, &wishes, &materials);
            // One JSON object is the whole answer: there is nothing around it to call from.
            let offers = request.response_format.is_none() && live.rounds() < MOST_ROUNDS;
            let request = match toolbox.definitions() {
                tools if offers && !tools.is_empty() => request.tools(tools),
                _ => request,
            };
            (request, wishes.sent())
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
        // Of a temporary conversation nothing is asked but its questions; one that can't be looked up is taken for one.
        if inner.db.is_temporary(conversation).await.unwrap_or(true) {
            return;
        }
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
