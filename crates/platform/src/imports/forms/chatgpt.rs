//! The export of ChatGPT: `conversations.json`, a list of conversations whose messages are nodes of a `mapping`.

use model::{Millis, ModelName, Speaker};
use serde::Deserialize;

use super::{Item, planted, speaker};
use crate::imports::{
    draft::Draft,
    lenient::{Content, Flag, List, Moment, Part, Text},
    plant::Node,
};

/// A node of the mapping.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Mapped {
    parent: Text,
    children: List<Text>,
    message: Part<Message>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Message {
    author: Part<Author>,
    create_time: Moment,
    content: Part<Said>,
    metadata: Part<Metadata>,
    /// Whom it is meant for: `all`, or a tool.
    recipient: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Author {
    role: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    content_type: Text,
    parts: Content,
    thoughts: List<Part<Thought>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Thought {
    summary: Text,
    content: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    model_slug: Text,
    is_visually_hidden_from_conversation: Flag,
    attachments: List<Content>,
}

pub(super) fn draft(item: Item) -> Draft {
    let usual = item.default_model_slug.0;
    let nodes: Vec<Node> = item
        .mapping
        .0
        .into_iter()
        .map(|(key, mapped)| node(key, mapped.0.unwrap_or_default(), &usual))
        .collect();
    planted(&item.title.0, &nodes, &item.current_node.0)
}

fn node(key: String, mapped: Mapped, usual: &str) -> Node {
    let mut node = Node {
        key,
        parent: mapped.parent.0,
        children: mapped.children.0.into_iter().map(|key| key.0).collect(),
        ..Node::default()
    };
    let Some(message) = mapped.message.0 else {
        node.is_joint = true;
        return node;
    };
    let metadata = message.metadata.0.unwrap_or_default();
    let author = message.author.0.unwrap_or_default();
    let said = message.content.0.unwrap_or_default();
    node.at = message.create_time.0.map(Millis::new);
    match said.content_type.0.as_str() {
        // What goes to a tool is not said to the reader.
        "text" | "multimodal_text" => {
            let recipient = message.recipient.0.as_str();
            let is_heard = matches!(recipient, "" | "all");
            let is_hidden = metadata.is_visually_hidden_from_conversation.0;
            node.speaker = speaker(&author.role.0).filter(|_| is_heard && !is_hidden);
            node.text = said.parts.text;
            let attached = u32::try_from(metadata.attachments.0.len()).unwrap_or(u32::MAX);
            node.things = said.parts.things.max(attached);
        }
        "thoughts" => {
            let thoughts = said.thoughts.0.into_iter().filter_map(|thought| thought.0);
            let thoughts = thoughts.map(|thought| {
                if thought.content.0.is_empty() {
                    thought.summary.0
                } else {
                    thought.content.0
                }
            });
            node.reasoning = thoughts.collect::<Vec<_>>().join("\n\n");
            node.is_joint = true;
        }
        // `Thought for 5 seconds`.
        "reasoning_recap" => node.is_joint = true,
        _ => {}
    }
    // Every conversation begins with an empty instruction.
    node.is_joint |= node.speaker.is_none() && node.text.is_empty() && author.role.0 == "system";
    if node.speaker == Some(Speaker::Assistant) {
        let slug = Some(metadata.model_slug.0).filter(|slug| !slug.is_empty());
        node.model = ModelName::parse(slug.as_deref().unwrap_or(usual)).ok();
    }
    node
}
