//! What a watching page is told: `/events/conversations/{id}` sends these, one JSON object an event.
//!
//! A generation's progress is numbered from 1 without gaps. An event covers the numbers `from + 1 ..= seq`;
//! a page that has seen `from` or more applies it, one that has seen less has missed something and loads
//! the message again. The event's id is `{message}.{seq}`, so `Last-Event-ID` resumes at the right place.

use serde::{Deserialize, Serialize};

use crate::{AnswerFailure, MessageId, MessageStatus, Queue, Title, ToolCallView};

/// A change to one rendered block: it becomes its first `keep` bytes followed by `html`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockChange {
    /// The block's place in the message, from 0.
    pub index: u32,
    /// How many bytes of what is there stay; always a character boundary.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub keep: u32,
    /// What follows them: with the kept part, safe HTML.
    pub html: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(keep: &u32) -> bool {
    *keep == 0
}

/// How far an answer has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The answer.
    pub message: MessageId,
    /// The last event before this one.
    pub from: u64,
    /// The last event that this one contains.
    pub seq: u64,
    /// Where the answer is in its life.
    pub status: MessageStatus,
    /// Changes to the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<BlockChange>,
    /// Changes to the reasoning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasoning: Vec<BlockChange>,
    /// Calls of tools that are new or have changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolCallView>,
    /// How long the model reasoned, in milliseconds, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_ms: Option<i64>,
    /// Why it failed, at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<AnswerFailure>,
}

/// One event of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ConversationEvent {
    /// An answer grew or ended.
    Progress(Progress),
    /// The conversation has a new title.
    Title {
        /// The title.
        title: Title,
    },
    /// Messages came, went or changed in another way than by growing: load the newest page again.
    Changed,
    /// Other messages wait now, or in another order.
    Queue {
        /// All of them.
        queue: Queue,
    },
    /// The conversation was deleted.
    Deleted,
}

/// What an event is of, which says how the rest of it is read.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "type")]
    kind: Kind,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Progress,
    Title,
    Changed,
    Queue,
    Deleted,
}

#[derive(Deserialize)]
struct NewTitle {
    title: Title,
}

#[derive(Deserialize)]
struct NewQueue {
    queue: Queue,
}

impl ConversationEvent {
    /// Reads an event as it was sent. The same as by its `Deserialize`, which puts everything down once more first: a page would have
    /// to load a reader of that for each thing that can be in an event.
    pub fn read(text: &str) -> serde_json::Result<Self> {
        let Head { kind } = serde_json::from_str(text)?;
        Ok(match kind {
            Kind::Progress => Self::Progress(serde_json::from_str(text)?),
            Kind::Title => {
                let NewTitle { title } = serde_json::from_str(text)?;
                Self::Title { title }
            }
            Kind::Changed => Self::Changed,
            Kind::Queue => {
                let NewQueue { queue } = serde_json::from_str(text)?;
                Self::Queue { queue }
            }
            Kind::Deleted => Self::Deleted,
        })
    }
}

impl BlockChange {
    /// Applies this change to a message's blocks. `false` when it does not fit what is there: the page has
    /// missed something and must load the message again.
    pub fn apply(&self, blocks: &mut Vec<String>) -> bool {
        let index = self.index as usize;
        let keep = self.keep as usize;
        if index > blocks.len() {
            return false;
        }
        if index == blocks.len() {
            blocks.push(String::new());
        }
        let block = &mut blocks[index];
        if !block.is_char_boundary(keep) {
            return false;
        }
        block.truncate(keep);
        block.push_str(&self.html);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(index: u32, keep: u32, html: &str) -> BlockChange {
        BlockChange {
            index,
            keep,
            html: html.into(),
        }
    }

    #[test]
    fn changes_append_patch_and_replace() {
        let mut blocks = vec![];
        assert!(change(0, 0, "<p>春").apply(&mut blocks));
        assert!(change(0, 6, "眠</p>").apply(&mut blocks));
        assert!(change(1, 0, "<hr>").apply(&mut blocks));
        assert_eq!(blocks, ["<p>春眠</p>", "<hr>"]);
    }

    #[test]
    fn a_change_that_does_not_fit_says_so() {
        let mut blocks = vec!["春".to_owned()];
        assert!(!change(2, 0, "").apply(&mut blocks), "a block was missed");
        assert!(!change(0, 1, "").apply(&mut blocks), "inside a character");
        assert!(!change(0, 9, "").apply(&mut blocks), "beyond the end");
        assert_eq!(blocks, ["春"]);
    }

    #[test]
    fn a_page_reads_what_was_sent() {
        let events = [
            ConversationEvent::Progress(Progress {
                message: MessageId::from_uuid(uuid::Uuid::nil()),
                from: 1,
                seq: 2,
                status: MessageStatus::Failed,
                blocks: vec![change(0, 3, "<p>春</p>")],
                reasoning: Vec::new(),
                tools: Vec::new(),
                reasoning_ms: Some(7),
                failure: None,
            }),
            ConversationEvent::Changed,
            ConversationEvent::Queue {
                queue: Queue::default(),
            },
            ConversationEvent::Deleted,
        ];
        for event in events {
            let sent = serde_json::json!(event).to_string();
            let read = ConversationEvent::read(&sent).ok();
            assert_eq!(read.as_ref(), Some(&event), "{sent}");
            assert_eq!(serde_json::from_str(&sent).ok(), read, "{sent}");
        }
        for other in ["", "{}", r#"{"type":"new"}"#, r#"{"type":"title"}"#] {
            assert!(ConversationEvent::read(other).is_err(), "{other}");
        }
    }

    #[test]
    fn an_event_is_small_on_the_wire() {
        let event = ConversationEvent::Changed;
        assert_eq!(
            serde_json::json!(event).to_string(),
            r#"{"type":"changed"}"#
        );
    }
}
