//! The export of one conversation from here, or from another Liantai.

use model::{Millis, ModelName};

use super::{Item, planted, speaker};
use crate::imports::{draft::Draft, plant::Node};

pub(super) fn draft(item: Item) -> Draft {
    let entries = item.messages.0.into_iter().filter_map(|entry| entry.0);
    let nodes: Vec<Node> = entries
        .map(|entry| Node {
            key: entry.id.0,
            parent: entry.parent.0,
            speaker: speaker(&entry.role.0),
            text: entry.text.0,
            reasoning: entry.reasoning.0,
            model: ModelName::parse(&entry.model.0).ok(),
            at: entry.created_at.0.map(Millis::new),
            ..Node::default()
        })
        .collect();
    planted(&item.title.0, &nodes, &item.current.0)
}
