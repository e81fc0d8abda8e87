//! Folds what the server tells into an answer, without knowing the page. Two promises: nothing is applied twice or
//! with a gap, and text that is shown is never taken away by an older copy of it.

use model::{AnswerFailure, MessageStatus, MessageView, Progress, ToolCallView};

/// An answer as far as it is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The last event that is contained.
    pub seq: u64,
    /// Where it is in its life.
    pub status: MessageStatus,
    /// The answer's blocks.
    pub blocks: Vec<String>,
    /// The reasoning's blocks.
    pub reasoning: Vec<String>,
    /// The tools that were called.
    pub tools: Vec<ToolCallView>,
    /// How long the model reasoned.
    pub reasoning_ms: Option<i64>,
    /// Why it failed.
    pub failure: Option<AnswerFailure>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is contained now.
    Applied,
    /// Something before it is missing: load the message again.
    Missed,
    /// It was contained already.
    Old,
}

impl Answer {
    /// As the server rendered it.
    pub fn of(view: &MessageView) -> Self {
        Self {
            seq: view.seq,
            status: view.status,
            blocks: view.blocks.clone(),
            reasoning: view.reasoning.clone(),
            tools: view.tools.clone(),
            reasoning_ms: view.reasoning_ms,
            failure: view.failure.clone(),
        }
    }

    /// Applies an event, if it is the next one.
    pub fn apply(&mut self, progress: &Progress) -> Outcome {
        if progress.seq <= self.seq {
            return Outcome::Old;
        }
        if progress.from > self.seq {
            return Outcome::Missed;
        }
        let blocks = progress
            .blocks
            .iter()
            .all(|change| change.apply(&mut self.blocks));
        let reasoning = progress
            .reasoning
            .iter()
            .all(|change| change.apply(&mut self.reasoning));
        if !(blocks && reasoning) {
            return Outcome::Missed;
        }
        for call in &progress.tools {
            match self.tools.iter_mut().find(|known| known.id == call.id) {
                Some(known) => known.clone_from(call),
                None => self.tools.push(call.clone()),
            }
        }
        self.seq = progress.seq;
        self.status = progress.status;
        self.reasoning_ms = progress.reasoning_ms.or(self.reasoning_ms);
        self.failure.clone_from(&progress.failure);
        Outcome::Applied
    }

    /// Takes a copy from the server, unless more is known here already. Says whether it was taken.
    pub fn absorb(&mut self, view: &MessageView) -> bool {
        if view.seq < self.seq {
            return false;
        }
        let fresh = Self::of(view);
        let changed = *self != fresh;
        *self = fresh;
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{BlockChange, Branch, MessageId, Millis, Speaker, ToolCallId, ToolCallState};

    fn id() -> MessageId {
        MessageId::from_uuid(uuid::Uuid::from_u128(1))
    }

    fn snapshot(seq: u64, text: &str) -> MessageView {
        MessageView {
            id: id(),
            parent: None,
            speaker: Speaker::Assistant,
            status: MessageStatus::Generating,
            text: String::new(),
            attachments: vec![],
            blocks: vec![text.to_owned()],
            reasoning: vec![],
            tools: vec![],
            reasoning_ms: None,
            seq,
            model: None,
            failure: None,
            edited: false,
            branch: Branch {
                index: 1,
                count: 1,
                previous: None,
                next: None,
            },
            references: vec![],
            assistant: None,
            rating: None,
            created_at: Millis::new(0),
        }
    }

    fn progress(from: u64, seq: u64, keep: u32, html: &str) -> Progress {
        Progress {
            message: id(),
            from,
            seq,
            status: MessageStatus::Generating,
            blocks: vec![BlockChange {
                index: 0,
                keep,
                html: html.to_owned(),
            }],
            reasoning: vec![],
            tools: vec![],
            reasoning_ms: None,
            failure: None,
        }
    }

    #[test]
    fn events_in_order_grow_the_answer() {
        let mut answer = Answer::of(&snapshot(1, "春"));
        assert_eq!(answer.apply(&progress(1, 2, 3, "眠")), Outcome::Applied);
        assert_eq!(answer.apply(&progress(2, 5, 6, "不觉晓")), Outcome::Applied);
        assert_eq!((answer.seq, answer.blocks[0].as_str()), (5, "春眠不觉晓"));
    }

    #[test]
    fn calls_of_tools_come_and_change() {
        let call = |state: ToolCallState| ToolCallView {
            id: ToolCallId::from_uuid(uuid::Uuid::from_u128(2)),
            name: "calculate".to_owned(),
            arguments: "{}".to_owned(),
            state,
            result: None,
            duration_ms: None,
            after: 1,
        };
        let mut answer = Answer::of(&snapshot(1, "春"));
        for (from, state) in [(1, ToolCallState::Running), (2, ToolCallState::Done)] {
            let step = Progress {
                blocks: vec![],
                tools: vec![call(state)],
                ..progress(from, from + 1, 0, "")
            };
            assert_eq!(answer.apply(&step), Outcome::Applied);
            assert_eq!(answer.tools, [call(state)]);
        }
    }

    #[test]
    fn an_event_that_was_seen_changes_nothing() {
        let mut answer = Answer::of(&snapshot(5, "春眠"));
        let before = answer.clone();
        assert_eq!(answer.apply(&progress(3, 4, 0, "")), Outcome::Old);
        assert_eq!(answer.apply(&progress(4, 5, 0, "")), Outcome::Old);
        assert_eq!(answer, before);
    }

    #[test]
    fn a_gap_is_noticed_and_leaves_the_text() {
        let mut answer = Answer::of(&snapshot(1, "春"));
        assert_eq!(answer.apply(&progress(2, 3, 0, "晓")), Outcome::Missed);
        assert_eq!((answer.seq, answer.blocks[0].as_str()), (1, "春"));
    }

    #[test]
    fn a_change_that_does_not_fit_asks_for_the_message_again() {
        let mut answer = Answer::of(&snapshot(1, "春"));
        assert_eq!(answer.apply(&progress(1, 2, 99, "")), Outcome::Missed);
        assert!(answer.absorb(&snapshot(2, "春眠")), "and then takes it");
        assert_eq!(answer.blocks, ["春眠"]);
    }

    #[test]
    fn an_older_copy_never_replaces_longer_text() {
        let mut answer = Answer::of(&snapshot(9, "春眠不觉晓"));
        assert!(!answer.absorb(&snapshot(4, "春眠")));
        assert_eq!(answer.blocks, ["春眠不觉晓"]);
    }

    #[test]
    fn a_repeated_copy_is_no_change() {
        let mut answer = Answer::of(&snapshot(4, "春眠"));
        assert!(!answer.absorb(&snapshot(4, "春眠")));
    }
}
