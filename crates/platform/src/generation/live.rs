//! An answer while it is written: what is to be stored, what was stored, and what a watcher has not seen.
//!
//! Two sides meet here. The run adds what the upstream sends to `pending`; the commit takes it from there,
//! stores it, and only then shows it in `shown`. Watchers read `shown` by number and hold no queue of their own, so
//! a slow reader costs nothing and skips what it would have overtaken anyway.

mod shown;

use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{
    AnswerFailure, ConversationId, FailureCode, GenerationId, MessageId, MessageStatus,
    ToolCallState,
};
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

pub use shown::Event;
pub(super) use shown::Snapshot;

use self::shown::Shown;
use super::{blocks::apply, failure};
use crate::{
    render::Growing,
    store::{KeptCall, Message, Source, Tokens, parts_of},
};

/// How much may wait for the next commit before the upstream is read no further, in bytes.
const MOST_PENDING: usize = 64 * 1024;

/// An answer that is being written by this process.
pub(crate) struct Live {
    pub(super) generation: GenerationId,
    pub(super) conversation: ConversationId,
    pub(super) message: MessageId,
    /// The person pressed *Stop*.
    pub(super) stop: CancellationToken,
    /// The store has refused for too long.
    pub(super) store_lost: CancellationToken,
    /// The end is stored and shown.
    finished: CancellationToken,
    pending: Mutex<Pending>,
    drained: Notify,
    /// Only the commit touches it; the lock proves that to the compiler.
    pub(super) written: Mutex<Written>,
    shown: Mutex<Shown>,
}

/// What the run has brought and the commit has not taken.
#[derive(Default)]
pub(super) struct Pending {
    pub(super) reasoning: String,
    pub(super) text: String,
    pub(super) reasoning_ms: Option<i64>,
    /// Calls of tools that are new or have changed.
    pub(super) calls: Vec<KeptCall>,
    /// Who waits until all of this is stored.
    pub(super) stored: Vec<oneshot::Sender<()>>,
    pub(super) sources: Vec<Source>,
    pub(super) end: Option<Ending>,
    queued: bool,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    pub(super) status: MessageStatus,
    pub(super) failure: Option<AnswerFailure>,
    pub(super) upstream_request_id: Option<String>,
    pub(super) tokens: Option<Tokens>,
}

/// The whole answer as far as it was taken.
pub(super) struct Written {
    pub(super) growing: Growing,
    pub(super) reasoning: String,
    pub(super) text: String,
    pub(super) calls: Vec<KeptCall>,
    pub(super) reasoning_ms: Option<i64>,
    pub(super) sources: Vec<Source>,
    pub(super) seq: u64,
}

impl Ending {
    /// The run failed for a reason of ours.
    pub(super) fn failed(code: FailureCode, generation: GenerationId) -> Self {
        let failure = Some(failure::of_ours(code, generation));
        Self {
            status: MessageStatus::Failed,
            failure,
            upstream_request_id: None,
            tokens: None,
        }
    }
}

/// What an answer that is taken up again had before.
#[derive(Default)]
pub(super) struct Before {
    pub(super) reasoning: String,
    pub(super) text: String,
    pub(super) calls: Vec<KeptCall>,
    pub(super) reasoning_ms: Option<i64>,
    pub(super) sources: Vec<Source>,
    pub(super) seq: u64,
}

impl Before {
    /// What is kept of an answer.
    pub(super) fn of(message: &Message) -> Self {
        Self {
            reasoning: message.reasoning(),
            text: message.text(),
            calls: message.calls.clone(),
            reasoning_ms: message.reasoning_ms,
            sources: message.sources(),
            seq: message.last_seq,
        }
    }
}

impl Live {
    /// A new answer, or one that goes on from `before`. Renders what was there: call it off the async threads.
    pub(super) fn new(
        generation: GenerationId,
        conversation: ConversationId,
        message: MessageId,
        stop: CancellationToken,
        before: Before,
    ) -> Self {
        let mut growing = Growing::new(message);
        growing.cite(&before.sources);
        let changes = growing.grow(&before.reasoning, &before.text);
        // Taking an answer up again is an event of its own: its end is open once more.
        let seq = if before.seq == 0 { 0 } else { before.seq + 1 };
        let mut shown = Shown {
            blocks: Vec::new(),
            reasoning: Vec::new(),
            tools: before.calls.iter().map(|call| (seq, call.view())).collect(),
            seq,
            status: MessageStatus::Generating,
            reasoning_ms: before.reasoning_ms,
            failure: None,
            newest: None,
        };
        apply(&mut shown.blocks, changes.blocks, seq);
        apply(&mut shown.reasoning, changes.reasoning, seq);
        let written = Written {
            growing,
            reasoning: before.reasoning,
            text: before.text,
            calls: before.calls,
            reasoning_ms: before.reasoning_ms,
            sources: before.sources,
            seq,
        };
        Self {
            generation,
            conversation,
            message,
            stop,
            store_lost: CancellationToken::new(),
            finished: CancellationToken::new(),
            pending: Mutex::default(),
            drained: Notify::new(),
            written: Mutex::new(written),
            shown: Mutex::new(shown),
        }
    }

    /// Adds to what waits for the commit. Whether the commit must be told.
    pub(super) fn add(&self, add: impl FnOnce(&mut Pending)) -> bool {
        let mut pending = lock(&self.pending);
        add(&mut pending);
        !std::mem::replace(&mut pending.queued, true)
    }

    /// Takes what waits, for the commit.
    pub(super) fn take(&self) -> Pending {
        let taken = std::mem::take(&mut *lock(&self.pending));
        self.drained.notify_one();
        taken
    }

    /// Waits until there is room for more: back-pressure for the upstream.
    pub(super) async fn room(&self) {
        loop {
            {
                let pending = lock(&self.pending);
                if pending.reasoning.len() + pending.text.len() < MOST_PENDING {
                    return;
                }
            }
            self.drained.notified().await;
        }
    }

    /// Waits until the end is stored and shown: how the answer ended, and its text.
    pub(super) async fn ended(&self) -> (MessageStatus, String) {
        self.finished.cancelled().await;
        let status = lock(&self.shown).status;
        (status, lock(&self.written).text.clone())
    }

    /// Whether the end is stored and shown.
    pub(super) fn has_ended(&self) -> bool {
        self.finished.is_cancelled()
    }

    /// How often the model was asked and called tools.
    pub(super) fn rounds(&self) -> u32 {
        let written = lock(&self.written);
        written.calls.last().map_or(0, |call| call.round)
    }

    /// Puts what was written so far into the answer as it is kept, which has it from its end on only.
    pub(super) fn write_into(&self, answer: &mut Message) {
        let written = lock(&self.written);
        answer.parts = parts_of(written.reasoning.clone(), written.text.clone());
        answer.calls.clone_from(&written.calls);
    }
}

impl Written {
    /// Whether the newest of the answer is a call of a tool, with text before it.
    pub(super) fn follows_calls(&self) -> bool {
        let end = self.text.len();
        end > 0 && self.calls.last().is_some_and(|call| call.text_at == end)
    }

    /// Takes in calls that are new or have changed. With its end an answer has no call that is still to be done, but those that
    /// wait for the person in one that waits.
    pub(super) fn take_calls(
        &mut self,
        mut calls: Vec<KeptCall>,
        end: Option<&Ending>,
    ) -> Vec<KeptCall> {
        for call in &mut calls {
            let known = self.calls.iter().position(|known| known.id == call.id);
            let known = known.and_then(|place| self.calls.get_mut(place));
            if let Some(known) = known {
                // Where it stands is what was found when it came.
                (call.text_at, call.after_blocks) = (known.text_at, known.after_blocks);
                known.clone_from(call);
            } else {
                (call.text_at, call.after_blocks) = (self.text.len(), self.growing.blocks());
                self.calls.push(call.clone());
            }
        }
        if end.is_none_or(|end| end.status == MessageStatus::Waiting) {
            return calls;
        }
        for known in &mut self.calls {
            if !known.state.is_settled() {
                known.state = ToolCallState::Interrupted;
                calls.retain(|call| call.id != known.id);
                calls.push(known.clone());
            }
        }
        calls
    }
}

/// A poisoned lock means that another task panicked; what it guards is replaced as a whole, so it is sound.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
