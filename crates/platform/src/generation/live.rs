//! An answer while it is written: what is to be stored, what was stored, and what a watcher has not seen.
//!
//! Two sides meet here. The run adds what the upstream sends to `pending`; the commit takes it from there,
//! stores it, and only then shows it in `shown`. Watchers read `shown` by number and hold no queue of their own, so
//! a slow reader costs nothing and skips what it would have overtaken anyway.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{
    AnswerFailure, ConversationEvent, ConversationId, FailureCode, GenerationId, MessageId,
    MessageStatus, Progress, ToolCallState, ToolCallView,
};
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use super::{
    blocks::{Block, apply, changes},
    failure,
};
use crate::{
    render::{Changes, Growing},
    store::{KeptCall, Message, Rendered, Source, Tokens, parts_of},
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

struct Shown {
    blocks: Vec<Block>,
    reasoning: Vec<Block>,
    /// Each with the number under which it last changed.
    tools: Vec<(u64, ToolCallView)>,
    seq: u64,
    status: MessageStatus,
    reasoning_ms: Option<i64>,
    failure: Option<AnswerFailure>,
    /// The newest event, written once for all watchers that keep up.
    newest: Option<(u64, Event)>,
}

/// An event as it goes over the wire.
#[derive(Clone, Debug)]
pub struct Event {
    /// `{message}.{seq}`, for who watches a conversation of all its answers that are being written, with commas between; events without
    /// a place in an answer have none.
    pub id: Option<String>,
    /// The JSON of a [`ConversationEvent`].
    pub data: Arc<str>,
}

/// An answer as it is shown at this moment.
pub(crate) struct Snapshot {
    pub(crate) rendered: Rendered,
    pub(crate) tools: Vec<ToolCallView>,
    pub(crate) seq: u64,
    pub(crate) status: MessageStatus,
    pub(crate) reasoning_ms: Option<i64>,
    pub(crate) failure: Option<AnswerFailure>,
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

    /// Shows what was stored under `seq`.
    pub(super) fn show(
        &self,
        seq: u64,
        (changes, calls): (Changes, &[KeptCall]),
        reasoning_ms: Option<i64>,
        end: Option<&Ending>,
    ) {
        let mut shown = lock(&self.shown);
        let from = shown.seq;
        apply(&mut shown.blocks, changes.blocks, seq);
        apply(&mut shown.reasoning, changes.reasoning, seq);
        for call in calls {
            let tools = &mut shown.tools;
            let changed = (seq, call.view());
            match tools.iter_mut().find(|(_, tool)| tool.id == call.id) {
                Some(tool) => *tool = changed,
                None => tools.push(changed),
            }
        }
        shown.seq = seq;
        shown.reasoning_ms = reasoning_ms;
        if let Some(end) = end {
            shown.status = end.status;
            shown.failure.clone_from(&end.failure);
        }
        shown.newest = Some((from, self.event(&shown, from)));
        if end.is_some() {
            self.finished.cancel();
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

    /// What a watcher who has seen `have` has not seen yet.
    pub(super) fn since(&self, have: u64) -> Option<(u64, Event)> {
        let shown = lock(&self.shown);
        if have >= shown.seq {
            return None;
        }
        match &shown.newest {
            Some((from, event)) if *from == have => Some((shown.seq, event.clone())),
            _ => Some((shown.seq, self.event(&shown, have))),
        }
    }

    /// The answer as it is shown now.
    pub(super) fn snapshot(&self) -> Snapshot {
        let shown = lock(&self.shown);
        let html = |blocks: &[Block]| blocks.iter().map(|block| block.html.clone()).collect();
        Snapshot {
            rendered: Rendered {
                blocks: html(&shown.blocks),
                reasoning: html(&shown.reasoning),
            },
            tools: shown.tools.iter().map(|(_, tool)| tool.clone()).collect(),
            seq: shown.seq,
            status: shown.status,
            reasoning_ms: shown.reasoning_ms,
            failure: shown.failure.clone(),
        }
    }

    fn event(&self, shown: &Shown, from: u64) -> Event {
        let progress = Progress {
            message: self.message,
            from,
            seq: shown.seq,
            status: shown.status,
            blocks: changes(&shown.blocks, from),
            reasoning: changes(&shown.reasoning, from),
            tools: shown
                .tools
                .iter()
                .filter(|(changed, _)| *changed > from)
                .map(|(_, tool)| tool.clone())
                .collect(),
            reasoning_ms: shown.reasoning_ms,
            failure: shown.failure.clone(),
        };
        Event {
            id: Some(format!("{}.{}", self.message, shown.seq)),
            data: Event::json(&ConversationEvent::Progress(progress)),
        }
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

impl Event {
    /// An event that has no place in an answer.
    pub(super) fn aside(event: &ConversationEvent) -> Self {
        Self {
            id: None,
            data: Self::json(event),
        }
    }

    fn json(event: &ConversationEvent) -> Arc<str> {
        // Strings and numbers under string keys: there is nothing in it that JSON can't say.
        serde_json::to_string(event).unwrap_or_default().into()
    }
}

/// A poisoned lock means that another task panicked; what it guards is replaced as a whole, so it is sound.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use model::BlockChange;
    use tokio_util::sync::CancellationToken;
    use uuid::Uuid;

    use super::*;

    fn live() -> Live {
        let id = Uuid::from_u128(1);
        Live::new(
            GenerationId::from_uuid(id),
            ConversationId::from_uuid(id),
            MessageId::from_uuid(id),
            CancellationToken::new(),
            Before::default(),
        )
    }

    fn step(live: &Live, seq: u64, index: u32, keep: u32, html: &str) {
        let changes = Changes {
            blocks: vec![BlockChange {
                index,
                keep,
                html: html.into(),
            }],
            reasoning: vec![],
        };
        live.show(seq, (changes, &[]), None, None);
    }

    fn progress(live: &Live, have: u64) -> Option<Progress> {
        let (_, event) = live.since(have)?;
        match serde_json::from_str(&event.data) {
            Ok(ConversationEvent::Progress(progress)) => Some(progress),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_watcher_at_any_number_ends_up_with_the_same_blocks() {
        let live = live();
        let steps = [
            (0, 0, "<p>a</p>"),
            (0, 4, "b</p>"),
            (1, 0, "<p>c</p>"),
            (1, 3, "d</p>"),
            (0, 3, "z</p>"),
        ];
        let mut seen = vec![vec![]];
        for (seq, (index, keep, html)) in (1..).zip(steps) {
            step(&live, seq, index, keep, html);
            seen.push(live.snapshot().rendered.blocks);
        }
        for (have, mut blocks) in (0..).zip(seen) {
            if let Some(progress) = progress(&live, have) {
                assert_eq!((progress.from, progress.seq), (have, 5));
                assert!(
                    progress
                        .blocks
                        .iter()
                        .all(|change| change.apply(&mut blocks))
                );
            }
            assert_eq!(blocks, live.snapshot().rendered.blocks, "from {have}");
        }
    }

    #[test]
    fn a_watcher_who_keeps_up_is_sent_only_what_is_new() {
        let live = live();
        step(&live, 1, 0, 0, "<p>春</p>");
        step(&live, 2, 0, 6, "眠</p>");
        let blocks = progress(&live, 1).map(|progress| progress.blocks);
        assert_eq!(
            blocks,
            Some(vec![BlockChange {
                index: 0,
                keep: 6,
                html: "眠</p>".into()
            }])
        );
        assert_eq!(progress(&live, 2), None);
    }

    #[test]
    fn what_waits_is_announced_once_until_it_is_taken() {
        let live = live();
        assert!(live.add(|pending| pending.text.push('a')));
        assert!(!live.add(|pending| pending.text.push('b')));
        assert_eq!(live.take().text, "ab");
        assert!(live.add(|pending| pending.text.push('c')));
    }
}
