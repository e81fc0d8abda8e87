//! The forms that are known, as far as something is taken of them. One shape for all: what a form does not have is empty.

mod chatgpt;
mod liantai;
mod lobechat;
mod open_webui;

use model::{ImportFormat, Speaker};
use serde::Deserialize;

use super::{
    draft::{Draft, title},
    lenient::{Content, Flag, List, MANY, Moment, Part, Table, Text, Thought},
    plant::{Node, plant},
};

/// An entry of a file, or all of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Item {
    title: Text,
    /// Of ChatGPT: the nodes by their ids.
    mapping: Table<Part<chatgpt::Mapped>>,
    current_node: Text,
    default_model_slug: Text,
    /// Of Open WebUI: the conversation, around which stands what the server knows of it.
    chat: Part<open_webui::Chat>,
    /// Of Open WebUI, without what the server knows.
    history: Part<open_webui::History>,
    /// Of LobeChat, before it had a database in the browser and since.
    state: Part<lobechat::Store>,
    data: Part<lobechat::Store>,
    /// Ours.
    format: Text,
    current: Text,
    /// Ours, and of Open WebUI where there are no branches.
    messages: List<Part<Entry>, MANY>,
}

/// A message in any form but that of ChatGPT.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    id: Text,
    parent: Text,
    #[serde(rename = "parentId")]
    parent_id: Text,
    role: Text,
    text: Text,
    content: Content,
    model: Text,
    extra: Part<lobechat::Extra>,
    reasoning: Thought,
    files: List<Flag>,
    /// Ours.
    attachments: List<Flag>,
    timestamp: Moment,
    created_at: Moment,
    #[serde(rename = "createdAt")]
    made_at: Moment,
    #[serde(rename = "sessionId")]
    session: Text,
    #[serde(rename = "topicId")]
    topic: Text,
}

/// The conversations of an entry.
pub(super) fn drafts(item: Item) -> Option<(ImportFormat, Vec<Draft>)> {
    if item.format.0 == crate::conversations::export::FORMAT {
        return Some((ImportFormat::Liantai, vec![liantai::draft(item)]));
    }
    if !item.mapping.0.is_empty() {
        return Some((ImportFormat::ChatGpt, vec![chatgpt::draft(item)]));
    }
    if let Some(store) = item.state.0.or(item.data.0) {
        return Some((ImportFormat::LobeChat, lobechat::drafts(store)));
    }
    let chat = match item.chat.0 {
        Some(chat) => chat,
        None if item.history.0.is_some() || !item.messages.0.is_empty() => open_webui::Chat {
            title: Text::default(),
            history: item.history,
            messages: item.messages,
        },
        None => return None,
    };
    let draft = open_webui::draft(&item.title.0, chat);
    Some((ImportFormat::OpenWebUi, vec![draft]))
}

/// The two who are heard.
fn speaker(role: &str) -> Option<Speaker> {
    match role {
        "user" | "human" => Some(Speaker::User),
        "assistant" => Some(Speaker::Assistant),
        _ => None,
    }
}

/// A draft of what the nodes become.
fn planted(name: &str, nodes: &[Node], current: &str) -> Draft {
    let planted = plant(nodes, current);
    Draft {
        title: title(name),
        messages: planted.messages,
        leaf: planted.leaf,
        left_out: planted.left_out,
    }
}
