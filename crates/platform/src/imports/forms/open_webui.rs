//! The export of chats of Open WebUI: a list of conversations, each with its messages by their ids in `chat.history`. What a model
//! thought stands in the text, in `<details type="reasoning">`.

use model::{Millis, ModelName, Speaker};
use serde::Deserialize;

use super::{Entry, planted, speaker};
use crate::imports::{
    draft::Draft,
    lenient::{List, MANY, Part, Table, Text},
    plant::Node,
};

/// A conversation.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chat {
    pub(super) title: Text,
    pub(super) history: Part<History>,
    /// The branch that is shown, where there is no history.
    pub(super) messages: List<Part<Entry>, MANY>,
}

/// Its messages.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct History {
    messages: Table<Part<Entry>>,
    #[serde(rename = "currentId")]
    current: Text,
}

pub(super) fn draft(name: &str, chat: Chat) -> Draft {
    let name = if name.is_empty() {
        chat.title.0.as_str()
    } else {
        name
    };
    let history = chat.history.0.unwrap_or_default();
    if !history.messages.0.is_empty() {
        let entries = history.messages.0.into_iter();
        let nodes: Vec<Node> = entries
            .filter_map(|(key, entry)| Some(node(key, entry.0?)))
            .collect();
        return planted(name, &nodes, &history.current.0);
    }
    let mut nodes: Vec<Node> = Vec::with_capacity(chat.messages.0.len());
    for (place, entry) in chat.messages.0.into_iter().enumerate() {
        let mut next = node(format!("#{place}"), entry.0.unwrap_or_default());
        // They stand in their order and say nothing else of it that could be relied on.
        next.parent = match place.checked_sub(1) {
            Some(before) => format!("#{before}"),
            None => String::new(),
        };
        nodes.push(next);
    }
    planted(name, &nodes, "")
}

fn node(key: String, entry: Entry) -> Node {
    let (thought, text) = match speaker(&entry.role.0) {
        Some(Speaker::Assistant) => apart(&entry.content.text),
        Some(Speaker::User) | None => (String::new(), entry.content.text),
    };
    let reasoning = if thought.is_empty() {
        entry.reasoning.0
    } else {
        thought
    };
    let files = u32::try_from(entry.files.0.len()).unwrap_or(u32::MAX);
    Node {
        key,
        parent: entry.parent_id.0,
        speaker: speaker(&entry.role.0),
        text,
        reasoning: match speaker(&entry.role.0) {
            Some(_) => reasoning,
            None => String::new(),
        },
        things: entry.content.things.max(files),
        model: ModelName::parse(&entry.model.0).ok(),
        at: entry.timestamp.0.map(Millis::new),
        ..Node::default()
    }
}

/// Thoughts and text apart. A block that does not end is text like any other.
fn apart(text: &str) -> (String, String) {
    const OPEN: &str = "<details type=\"reasoning\"";
    const CLOSE: &str = "</details>";
    let (mut thoughts, mut said, mut rest) = (Vec::new(), String::new(), text);
    while let Some((before, block)) = rest.split_once(OPEN) {
        let Some((block, after)) = block.split_once(CLOSE) else {
            break;
        };
        said.push_str(before);
        let inner = block.split_once('>').map_or("", |(_, inner)| inner);
        let inner = inner
            .split_once("</summary>")
            .map_or(inner, |(_, inner)| inner);
        let lines = inner.trim().lines().map(|line| {
            let line = line.strip_prefix("&gt;").or(line.strip_prefix('>'));
            line.map(|line| line.strip_prefix(' ').unwrap_or(line))
                .unwrap_or_default()
        });
        // Lines that are not quoted are of no block of Open WebUI's.
        let quoted = lines.collect::<Vec<_>>().join("\n");
        thoughts.push(if quoted.trim().is_empty() {
            inner.trim().to_owned()
        } else {
            quoted
        });
        rest = after;
    }
    said.push_str(rest);
    let said = if thoughts.is_empty() {
        said
    } else {
        said.trim_start().to_owned()
    };
    (thoughts.join("\n\n"), said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thoughts_are_told_from_what_is_said() {
        let text = "<details type=\"reasoning\" done=\"true\" duration=\"5\">\n<summary>Thought for 5 seconds</summary>\n> a\n>\n> b\n</details>\nHello";
        assert_eq!(apart(text), ("a\n\nb".to_owned(), "Hello".to_owned()));
        let plain = "<details type=\"reasoning\">x</details>y";
        assert_eq!(apart(plain), ("x".to_owned(), "y".to_owned()));
        for whole in ["a", "<details>a</details>", "<details type=\"reasoning\" a"] {
            assert_eq!(apart(whole), (String::new(), whole.to_owned()));
        }
    }
}
