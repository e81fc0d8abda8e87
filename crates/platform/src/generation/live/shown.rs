//! What watchers are shown of an answer: blocks and calls by the number under which they last changed.

use std::sync::Arc;

use model::{AnswerFailure, ConversationEvent, MessageStatus, Progress, ToolCallView};

use super::{Ending, Live, lock};
use crate::{
    generation::blocks::{Block, apply, changes},
    render::Changes,
    store::{KeptCall, Rendered},
};

/// As far as it is stored.
pub(super) struct Shown {
    pub(super) blocks: Vec<Block>,
    pub(super) reasoning: Vec<Block>,
    /// Each with the number under which it last changed.
    pub(super) tools: Vec<(u64, ToolCallView)>,
    pub(super) seq: u64,
    pub(super) status: MessageStatus,
    pub(super) reasoning_ms: Option<i64>,
    pub(super) failure: Option<AnswerFailure>,
    /// The newest event, written once for all watchers that keep up.
    pub(super) newest: Option<(u64, Event)>,
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

impl Live {
    /// Shows what was stored under `seq`.
    pub(in crate::generation) fn show(
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

    /// What a watcher who has seen `have` has not seen yet.
    pub(in crate::generation) fn since(&self, have: u64) -> Option<(u64, Event)> {
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
    pub(in crate::generation) fn snapshot(&self) -> Snapshot {
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

impl Event {
    /// An event that has no place in an answer.
    pub(in crate::generation) fn aside(event: &ConversationEvent) -> Self {
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
