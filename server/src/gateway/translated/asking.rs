//! Asking in turn: models, and the upstreams within reach, as long as somebody waits for the answer.

use bailian::{
    capability::ModelCard,
    pool::{Reach, Turn},
};
use platform::gateway::{GatewayError, Running};

use super::{Call, Fault, Translated};
use crate::gateway::unanswered::another_may_answer;

/// The answer, as long as somebody waits for it.
pub(super) async fn asked<W: Translated>(
    wish: &W,
    call: &Call,
    running: &mut Running,
    whom: &(Vec<String>, Reach),
) -> Result<W::Answer, Fault> {
    let right_ended = running.right_ended();
    let mut asking = Box::pin(one_of(wish, call, running, whom));
    if let Some(answer) = right_ended.run_until_cancelled(asking.as_mut()).await {
        return answer;
    }
    call.stop.cancel();
    asking.await
}

/// Asks the models one after the other until one answers.
async fn one_of<W: Translated>(
    wish: &W,
    call: &Call,
    running: &mut Running,
    (models, reach): &(Vec<String>, Reach),
) -> Result<W::Answer, Fault> {
    let mut failed = None;
    for (place, model) in models.iter().enumerate() {
        // One that the catalogue does not know can't be asked in another protocol.
        let Some(card) = call.gateway.card(model) else {
            continue;
        };
        if failed.is_some() {
            tracing::warn!(model.name = card.id, "a model failed, asking the next");
        }
        if place > 0 {
            running.now_asks(&card.id);
        }
        match within(wish, call, running, card, reach).await {
            Err(Fault::Upstream(error)) if another_may_answer(&error) => failed = Some(error),
            answered => return answered,
        }
    }
    Err(failed.map_or(Fault::Here(GatewayError::NoModel), Fault::Upstream))
}

/// Asks the upstream within reach whose turn it is, and the next one for what another account can cure, as a call that is passed through.
async fn within<W: Translated>(
    wish: &W,
    call: &Call,
    running: &mut Running,
    card: &ModelCard,
    reach: &Reach,
) -> Result<W::Answer, Fault> {
    let bytes = running.text_bytes();
    let mut round = call.gateway.round(&card.id, bytes, reach.clone());
    loop {
        let there = call.noting(call.unless_stopped(round.next()).await??);
        running.answered_by(&there.upstream);
        let asking = Box::pin(wish.ask(call, &there, running, card));
        let answer = if wish.begins_task(card) {
            // It stops by itself, where that leaves no task behind.
            asking.await
        } else {
            call.unless_stopped(asking).await?
        };
        match answer {
            Ok(answer) => {
                round.answered();
                return Ok(answer);
            }
            Err(Fault::Upstream(error)) => round.failed(error)?,
            // A task that was begun, or something here, or nobody waits: no other account helps.
            Err(fault) => return Err(fault),
        }
    }
}

impl Call {
    /// The same turn, of which is noted what leaves.
    fn noting(&self, there: Turn) -> Turn {
        Turn {
            client: there.client.noting(&self.sent),
            patient: there.patient.noting(&self.sent),
            ..there
        }
    }

    /// What comes of it, unless nobody waits for that any more.
    pub(super) async fn unless_stopped<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> Result<T, Fault> {
        let done = self.stop.run_until_cancelled(work).await;
        done.ok_or(Fault::Stopped)
    }
}
