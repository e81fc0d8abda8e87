//! What every beginning needs: room for an answer, its ids, and the task that writes it.

use std::{slice, sync::Arc};

use model::{CallId, ConversationId, GenerationId, MessageId, ModelName};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    Generations,
    lifetime::LEASE,
    live::{Before, Live},
    task::Task,
};
use crate::{Error, identity::Caller, store::NewAnswer};

impl Generations {
    pub(super) async fn room_for(&self, caller: &Caller, model: &ModelName) -> Result<(), Error> {
        self.allowed(caller, model).await?;
        self.has_room()
    }

    /// Refuses when there is no room for another answer.
    pub(super) fn has_room(&self) -> Result<(), Error> {
        self.has_room_for_all(1)
    }

    /// Refuses when there is no room for so many more answers.
    pub(super) fn has_room_for_all(&self, count: usize) -> Result<(), Error> {
        let then = self.0.hub.running().saturating_add(count);
        if self.0.closing.is_cancelled() || then > self.0.options.at_once {
            return Err(Error::Overloaded);
        }
        Ok(())
    }

    pub(super) fn new_answer<'a>(
        &'a self,
        message: Option<MessageId>,
        model: &'a ModelName,
    ) -> NewAnswer<'a> {
        let now = self.0.clock.now();
        NewAnswer {
            message: message.unwrap_or_else(|| MessageId::from_uuid(self.0.ids.next())),
            generation: GenerationId::from_uuid(self.0.ids.next()),
            call: CallId::from_uuid(self.0.ids.next()),
            model,
            node: &self.0.options.node,
            lease_until: now.plus(i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX)),
            now,
        }
    }

    /// Carries on when the caller leaves: what was begun in the store must get its run.
    pub(super) async fn unbroken<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        self.0.runs.spawn(work.in_current_span()).await?
    }

    pub(super) async fn start(
        &self,
        task: Task,
        caller: &Caller,
        conversation: ConversationId,
        answer: &NewAnswer<'_>,
        before: Before,
    ) -> Result<(), Error> {
        let live = self.live(conversation, answer, before).await?;
        self.0.hub.begin(conversation, slice::from_ref(&live));
        self.set_off(task, caller, answer, live);
        Ok(())
    }

    /// An answer that is about to be written.
    pub(super) async fn live(
        &self,
        conversation: ConversationId,
        answer: &NewAnswer<'_>,
        before: Before,
    ) -> Result<Arc<Live>, Error> {
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
        Ok(Arc::new(live.await?))
    }

    /// Runs the task that writes an answer.
    pub(super) fn set_off(
        &self,
        task: Task,
        caller: &Caller,
        answer: &NewAnswer<'_>,
        live: Arc<Live>,
    ) {
        let (this, model, call) = (self.clone(), answer.model.clone(), answer.call);
        let caller = caller.clone();
        self.0.runs.spawn(
            async move { this.run(task, caller, model, call, live).await }.in_current_span(),
        );
    }
}
