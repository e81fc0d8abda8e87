//! Generations: a run of a model that writes an answer.
//!
//! A run belongs to the server. It goes on when the tab closes and can be watched from any number of them; what a
//! watcher is shown was stored first. A run that dies with its process leaves its answer *interrupted*, to be
//! continued or written anew.

mod acting;
mod again;
mod attached;
mod begin;
mod blocks;
mod booking;
mod called;
mod commit;
mod comparing;
mod copies;
mod estimate;
mod failure;
mod hub;
mod lifetime;
mod live;
mod material;
mod models;
mod parameters;
mod queue;
mod quota;
mod request;
mod run;
mod saving;
mod searching;
mod start;
mod task;
#[cfg(test)]
mod tests;
mod title;
mod watch;
mod wishes;

use std::{
    iter,
    sync::{Arc, OnceLock},
};

use bailian::capability::Catalogue;
use futures_util::Stream;
use model::{ConversationEvent, ConversationId, MessageId, MessageStatus, ModelName};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;

pub use acting::ToolDecision;
pub use attached::Asking;
pub(crate) use failure::code as failure_code;
pub(crate) use hub::Hub;
pub use live::Event;

use crate::{
    Clock, Error, Ids,
    conversations::{Conversations, queue_of},
    files::Files,
    gateway::Gateway,
    identity::{Caller, Identity},
    imports::Imports,
    store::Db,
    tools::{Tools, WeakTools},
};
use commit::Committer;
use models::Models;
use watch::{Places, Watch};

/// Answers that a page names at most when it says what it has seen: more than are shown beside each other.
pub const MOST_PLACES: usize = 8;

/// What the service needs besides the store.
#[derive(Clone, Debug)]
pub struct GenerationOptions {
    /// The model for those who did not choose one.
    pub default_model: ModelName,
    /// The other models on offer.
    pub models: Vec<ModelName>,
    /// What models can do.
    pub catalogue: Catalogue,
    /// The model that writes titles: a small one.
    pub title_model: ModelName,
    /// Bailian is the built-in simulator.
    pub simulated: bool,
    /// Answers that this process writes at once, at most.
    pub at_once: usize,
    /// This process, among those that share a database.
    pub node: String,
}

/// The service of generations. Cheap to clone.
#[derive(Clone)]
pub struct Generations(Arc<Inner>);

struct Inner {
    db: Db,
    client: bailian::Client,
    gateway: Gateway,
    identity: Identity,
    clock: Arc<dyn Clock>,
    ids: Ids,
    hub: Hub,
    committer: Committer,
    conversations: Conversations,
    files: Files,
    models: Models,
    options: GenerationOptions,
    /// What models may call. The tools know works, which know answers, so this end holds nothing.
    tools: OnceLock<WeakTools>,
    runs: TaskTracker,
    /// New answers are refused.
    closing: CancellationToken,
    /// Running answers are cut.
    leaving: CancellationToken,
}

impl Generations {
    /// The service; its commit and its leases run as tasks of their own until [`Generations::drain`].
    #[expect(
        clippy::too_many_arguments,
        reason = "each is something that the service needs"
    )]
    pub(crate) fn new(
        db: Db,
        client: bailian::Client,
        gateway: Gateway,
        identity: Identity,
        clock: Arc<dyn Clock>,
        ids: Ids,
        hub: Hub,
        conversations: Conversations,
        files: Files,
        options: GenerationOptions,
    ) -> Self {
        let (committer, commits) = Committer::new(db.clone(), Arc::clone(&clock), hub.clone());
        tokio::spawn(commits.instrument(tracing::info_span!("generation.commit")));
        let models = Models::new(
            options.catalogue.clone(),
            &options.default_model,
            &options.models,
        );
        let this = Self(Arc::new(Inner {
            db,
            client,
            gateway,
            identity,
            clock,
            ids,
            hub,
            committer,
            conversations,
            files,
            models,
            options,
            tools: OnceLock::new(),
            runs: TaskTracker::new(),
            closing: CancellationToken::new(),
            leaving: CancellationToken::new(),
        }));
        tokio::spawn(this.clone().keep_leases());
        this
    }

    /// Gives models tools to call, once.
    pub(crate) fn equip(&self, tools: &Tools) {
        let _ = self.0.tools.set(tools.downgrade());
    }

    fn tools(&self) -> Option<Tools> {
        self.0.tools.get()?.upgrade()
    }

    /// Taking conversations in from elsewhere: in them the default model answers next.
    pub(crate) fn imports(&self) -> Imports {
        let inner = &*self.0;
        Imports::new(
            inner.db.clone(),
            Arc::clone(&inner.clock),
            inner.ids.clone(),
            inner.options.default_model.clone(),
        )
    }

    /// Whether answers come from the built-in simulator.
    pub fn simulated(&self) -> bool {
        self.0.options.simulated
    }

    /// Stops the conversation's answers; what has arrived stays. Nothing happens when there is none.
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

    /// Stops one of the conversation's answers; others that are being written beside it go on.
    #[tracing::instrument(name = "api.generation.stop_answer", skip_all, fields(message.id = %message))]
    pub async fn stop_answer(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<(), Error> {
        self.0
            .db
            .message(caller.user(), conversation, message)
            .await?
            .ok_or(Error::NotFound)?;
        self.0.hub.stop_answer(conversation, message);
        Ok(())
    }

    /// What happens in the caller's conversation, beginning with what a page misses that has seen `seen`:
    /// answers, each with its last event.
    #[tracing::instrument(name = "api.generation.watch", skip_all, fields(conversation.id = %conversation))]
    pub async fn watch(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        mut seen: Vec<(MessageId, u64)>,
    ) -> Result<impl Stream<Item = Event> + Send + use<>, Error> {
        let inner = &*self.0;
        seen.truncate(MOST_PLACES);
        // Before the look at the store: what happens between the two is then seen twice, not never.
        let subscription = inner.hub.subscribe(conversation);
        let current = inner
            .db
            .conversation(caller.user(), conversation)
            .await?
            .ok_or(Error::NotFound)?;
        let lives = inner.hub.lives(conversation);
        let is_live = |message: MessageId| lives.iter().any(|live| live.message == message);
        // What is shown, or is being written, has to be among what the page knows, and all that it knows as it is now.
        let mut up_to_date = match current.leaf {
            None => seen.is_empty(),
            Some(leaf) => seen.iter().any(|(id, _)| *id == leaf || is_live(*id)),
        };
        for &(message, seq) in seen.iter().filter(|(message, _)| !is_live(*message)) {
            if !up_to_date {
                break;
            }
            let kept = inner.db.message(caller.user(), conversation, message);
            up_to_date = kept.await?.is_some_and(|kept| {
                kept.status != MessageStatus::Generating && kept.last_seq == seq
            });
        }
        // A title may have been written between the page and its stream.
        let title = Event::aside(&ConversationEvent::Title {
            title: current.title,
        });
        let changed = (!up_to_date).then(|| Event::aside(&ConversationEvent::Changed));
        let queue = queue_of(&inner.db, caller.user(), conversation).await?;
        let queue = (!queue.is_empty()).then(|| Event::aside(&ConversationEvent::Queue { queue }));
        let watch = Watch {
            hub: inner.hub.clone(),
            subscription,
            conversation,
            places: Places::new(seen, &lives),
            turn: 0,
            opening: iter::once(title).chain(queue).chain(changed).collect(),
        };
        Ok(watch.events())
    }
}
