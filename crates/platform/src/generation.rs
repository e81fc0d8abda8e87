//! Generations: a run of a model that writes an answer.
//!
//! A run belongs to the server. It goes on when the tab closes and can be watched from any number of them; what a
//! watcher is shown was stored first. A run that dies with its process leaves its answer *interrupted*, to be
//! continued or written anew.

mod commit;
mod failure;
mod hub;
mod live;
mod models;
mod request;
mod run;
#[cfg(test)]
mod tests;
mod title;
mod watch;

use std::{sync::Arc, time::Duration};

use futures_util::Stream;
use model::{
    Asked, ConversationEvent, ConversationId, FailureCode, GenerationId, MessageId, MessageStatus,
    ModelChoice, ModelName, Prompt, Speaker, SubmissionId, Title, UserId,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;

pub(crate) use hub::Hub;
pub use live::Event;

use crate::{
    Clock, Error, Ids,
    conversations::Conversations,
    identity::Caller,
    store::{Db, NewAnswer, Place, Question, Submitted},
};
use commit::Committer;
use live::{Before, Ending, Live};
use models::Models;
use watch::Watch;

/// How long a process vouches for its runs. Another process may call them dead after that.
const LEASE: Duration = Duration::from_secs(4);

/// How often it does.
const RENEWAL: Duration = Duration::from_secs(1);

/// How far up a branch the model is shown, in messages.
const CONTEXT: u32 = 200;

/// What the service needs besides the store.
#[derive(Clone, Debug)]
pub struct GenerationOptions {
    /// The model for those who did not choose one.
    pub default_model: ModelName,
    /// The model that writes titles: a small one.
    pub title_model: ModelName,
    /// Bailian is the built-in simulator.
    pub simulated: bool,
    /// Answers that this process writes at once, at most.
    pub at_once: usize,
    /// This process, among those that share a database.
    pub node: String,
}

/// What a run is to write.
#[derive(Clone, Copy)]
enum Task {
    /// An answer to that question.
    Answer {
        /// The question.
        question: MessageId,
    },
    /// The rest of a cut answer.
    Continue,
}

/// The service of generations. Cheap to clone.
#[derive(Clone)]
pub struct Generations(Arc<Inner>);

struct Inner {
    db: Db,
    client: bailian::Client,
    clock: Arc<dyn Clock>,
    ids: Ids,
    hub: Hub,
    committer: Committer,
    conversations: Conversations,
    models: Models,
    options: GenerationOptions,
    runs: TaskTracker,
    /// New answers are refused.
    closing: CancellationToken,
    /// Running answers are cut.
    leaving: CancellationToken,
}

impl Generations {
    /// The service; its commit and its leases run as tasks of their own until [`Generations::drain`].
    pub(crate) fn new(
        db: Db,
        client: bailian::Client,
        clock: Arc<dyn Clock>,
        ids: Ids,
        hub: Hub,
        conversations: Conversations,
        options: GenerationOptions,
    ) -> Self {
        let (committer, commits) = Committer::new(db.clone(), Arc::clone(&clock), hub.clone());
        tokio::spawn(commits.instrument(tracing::info_span!("generation.commit")));
        let models = Models::with_default(&options.default_model);
        let this = Self(Arc::new(Inner {
            db,
            client,
            clock,
            ids,
            hub,
            committer,
            conversations,
            models,
            options,
            runs: TaskTracker::new(),
            closing: CancellationToken::new(),
            leaving: CancellationToken::new(),
        }));
        tokio::spawn(this.clone().keep_leases());
        this
    }

    /// The models on offer, the default first.
    pub fn models(&self) -> &[ModelChoice] {
        self.0.models.choices()
    }

    /// The model for those who did not choose one.
    pub fn default_model(&self) -> &ModelName {
        &self.0.options.default_model
    }

    /// Whether answers come from the built-in simulator.
    pub fn simulated(&self) -> bool {
        self.0.options.simulated
    }

    /// Puts a question and begins the answer. The same submission twice is one question: the second time only
    /// leads to the first.
    #[tracing::instrument(name = "api.generation.ask", skip_all)]
    pub async fn ask(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        prompt: Prompt,
        model: ModelName,
        submission: SubmissionId,
    ) -> Result<Asked, Error> {
        self.room_for(&model)?;
        let (this, user) = (self.clone(), caller.user());
        let (conversation, question) = self
            .unbroken(async move {
                let inner = &*this.0;
                let place = match conversation {
                    Some(conversation) => Place::Existing(conversation),
                    None => Place::New {
                        conversation: ConversationId::from_uuid(inner.ids.next()),
                        title: Title::of_question(prompt.as_str()),
                    },
                };
                let question = MessageId::from_uuid(inner.ids.next());
                let answer = this.new_answer(None, &model);
                let asked = Question {
                    owner: user,
                    place,
                    question,
                    text: prompt.as_str(),
                    submission,
                    answer,
                };
                match inner.db.ask(&asked).await.map_err(already)? {
                    Submitted::New(conversation) => {
                        this.start(
                            Task::Answer { question },
                            user,
                            conversation,
                            &answer,
                            Before::default(),
                        )
                        .await?;
                        Ok((conversation, question))
                    }
                    Submitted::Before(conversation, question) => Ok((conversation, question)),
                    Submitted::NoConversation => Err(Error::NotFound),
                }
            })
            .await?;
        self.asked(caller, conversation, question).await
    }

    /// Stops the conversation's answer; what has arrived stays. Nothing happens when there is none.
    #[tracing::instrument(name = "api.generation.stop", skip_all, fields(conversation.id = %conversation))]
    pub async fn stop(&self, caller: &Caller, conversation: ConversationId) -> Result<(), Error> {
        self.0
            .db
            .conversation(caller.user(), conversation)
            .await?
            .ok_or(Error::NotFound)?;
        self.0.hub.stop(conversation);
        Ok(())
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
        self.room_for(&model)?;
        let before = Before {
            reasoning: cut.reasoning(),
            text: cut.text(),
            reasoning_ms: cut.reasoning_ms,
            seq: cut.last_seq,
        };
        if !request::can_continue(&model, &before.text) {
            return Err(Error::CannotContinue);
        }
        let (this, user) = (self.clone(), caller.user());
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
            this.start(Task::Continue, user, conversation, &answer, before)
                .await
        })
        .await
    }

    /// Writes another answer beside `message`, and shows that one.
    #[tracing::instrument(name = "api.generation.regenerate", skip_all, fields(message.id = %message))]
    pub async fn regenerate(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<(), Error> {
        let inner = &*self.0;
        let current = inner
            .db
            .conversation(caller.user(), conversation)
            .await?
            .ok_or(Error::NotFound)?;
        let old = inner
            .db
            .message(caller.user(), conversation, message)
            .await?
            .ok_or(Error::NotFound)?;
        let question = old
            .parent
            .filter(|_| old.speaker == Speaker::Assistant)
            .ok_or(Error::NotFound)?;
        self.room_for(&current.model)?;
        let (this, user, model) = (self.clone(), caller.user(), current.model);
        self.unbroken(async move {
            let answer = this.new_answer(None, &model);
            let begun = this
                .0
                .db
                .answer_again(user, conversation, question, answer)
                .await
                .map_err(already)?;
            if !begun {
                return Err(Error::NotFound);
            }
            this.start(
                Task::Answer { question },
                user,
                conversation,
                &answer,
                Before::default(),
            )
            .await
        })
        .await
    }

    /// Whether an answer with that text by that model can be continued.
    pub fn can_continue(&self, model: &ModelName, text: &str) -> bool {
        request::can_continue(model, text)
    }

    /// What happens in the caller's conversation, beginning with what a page misses that has seen `seen`: an
    /// answer and its last event.
    #[tracing::instrument(name = "api.generation.watch", skip_all, fields(conversation.id = %conversation))]
    pub async fn watch(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        seen: Option<(MessageId, u64)>,
    ) -> Result<impl Stream<Item = Event> + Send + use<>, Error> {
        let inner = &*self.0;
        // Before the look at the store: what happens between the two is then seen twice, not never.
        let subscription = inner.hub.subscribe(conversation);
        let current = inner
            .db
            .conversation(caller.user(), conversation)
            .await?
            .ok_or(Error::NotFound)?;
        let live = inner.hub.live(conversation);
        let follows = live
            .as_ref()
            .is_some_and(|live| seen.is_some_and(|(message, _)| message == live.message));
        let up_to_date = match (seen, current.leaf) {
            _ if follows => true,
            (None, None) => true,
            (Some((message, seq)), Some(leaf)) if message == leaf => {
                let kept = inner.db.message(caller.user(), conversation, leaf).await?;
                kept.is_some_and(|kept| {
                    kept.status != MessageStatus::Generating && kept.last_seq == seq
                })
            }
            _ => false,
        };
        // An answer that ended before this page came must not be told again from its beginning.
        let following = seen.or_else(|| live.map(|live| (live.message, live.snapshot().seq)));
        let first = (!up_to_date).then(|| Event::aside(&ConversationEvent::Changed));
        let watch = Watch {
            hub: inner.hub.clone(),
            subscription,
            conversation,
            following,
            first,
        };
        Ok(watch.events())
    }

    /// Marks the answers of dead processes as interrupted. How many. When this process is the only one, all that
    /// are not its own are dead.
    pub async fn recover(&self, alone: bool) -> Result<u32, Error> {
        let now = self.0.clock.now();
        let lease_before = if alone {
            model::Millis::new(i64::MAX)
        } else {
            now
        };
        let interrupted = self.0.db.interrupt_abandoned(lease_before, now).await?;
        if interrupted > 0 {
            tracing::warn!(
                interrupted,
                "answers of an ended process were marked interrupted"
            );
        }
        Ok(interrupted)
    }

    /// Refuses new answers from now on.
    pub fn close(&self) {
        self.0.closing.cancel();
    }

    /// Lets running answers end until `deadline`, then cuts the rest; returns when all are stored.
    pub async fn drain(&self, deadline: Duration) {
        self.close();
        self.0.runs.close();
        if tokio::time::timeout(deadline, self.0.runs.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                running = self.0.hub.running(),
                "cutting answers that did not end in time"
            );
            self.0.leaving.cancel();
            self.0.runs.wait().await;
        }
    }

    fn room_for(&self, model: &ModelName) -> Result<(), Error> {
        if !self.0.models.offers(model) {
            return Err(Error::UnknownModel);
        }
        if self.0.closing.is_cancelled() || self.0.hub.running() >= self.0.options.at_once {
            return Err(Error::Overloaded);
        }
        Ok(())
    }

    fn new_answer<'a>(&'a self, message: Option<MessageId>, model: &'a ModelName) -> NewAnswer<'a> {
        let now = self.0.clock.now();
        NewAnswer {
            message: message.unwrap_or_else(|| MessageId::from_uuid(self.0.ids.next())),
            generation: GenerationId::from_uuid(self.0.ids.next()),
            model,
            node: &self.0.options.node,
            lease_until: now.plus(i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX)),
            now,
        }
    }

    /// Carries on when the caller leaves: what was begun in the store must get its run.
    async fn unbroken<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        self.0.runs.spawn(work.in_current_span()).await?
    }

    async fn start(
        &self,
        task: Task,
        user: UserId,
        conversation: ConversationId,
        answer: &NewAnswer<'_>,
        before: Before,
    ) -> Result<(), Error> {
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
        let live = Arc::new(live.await?);
        self.0.hub.begin(&live);
        let (this, model) = (self.clone(), answer.model.clone());
        self.0
            .runs
            .spawn(async move { this.run(task, user, model, live).await }.in_current_span());
        Ok(())
    }

    async fn run(&self, task: Task, user: UserId, model: ModelName, live: Arc<Live>) {
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
            Task::Answer { .. } => request::answer(&model, &branch),
            Task::Continue => request::continuation(&model, &branch),
        };
        run::run(
            inner.client.clone(),
            request,
            Arc::clone(&live),
            inner.committer.clone(),
            inner.leaving.clone(),
        )
        .await;
        let (status, text) = live.ended().await;
        if let ([question], Task::Answer { .. }, MessageStatus::Complete) = (&*branch, task, status)
        {
            self.write_title(live.conversation, question.text(), text)
                .await;
        }
    }

    async fn write_title(&self, conversation: ConversationId, question: String, answer: String) {
        let inner = &*self.0;
        let (client, model) = (inner.client.clone(), inner.options.title_model.clone());
        let writing = title::write(
            client,
            model,
            inner.db.clone(),
            inner.hub.clone(),
            conversation,
            question,
            answer,
        );
        tokio::select! {
            () = inner.leaving.cancelled() => {}
            () = writing => {}
        }
    }

    async fn asked(
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

    async fn keep_leases(self) {
        let lease = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
        let mut ticks = tokio::time::interval(RENEWAL);
        while !self.0.runs.is_closed() || !self.0.runs.is_empty() {
            ticks.tick().await;
            let inner = &*self.0;
            if inner.hub.running() > 0 {
                let until = inner.clock.now().plus(lease);
                if let Err(error) = inner.db.renew_leases(&inner.options.node, until).await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "leases were not renewed"
                    );
                    // It would take its own answers for those of a dead process.
                    continue;
                }
            }
            if inner.db.is_shared()
                && let Err(error) = self.recover(false).await
            {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "looking for abandoned answers failed"
                );
            }
        }
    }
}

/// A conflict on the way in means that an answer is being written already.
fn already(error: crate::store::Error) -> Error {
    if error.is_conflict() {
        Error::AlreadyGenerating
    } else {
        error.into()
    }
}
