//! How a message stands in Markdown and in the form that is taken in again.

use model::{Millis, Speaker};
use serde_json::json;

use super::{FORMAT, VERSION};
use crate::{
    store::{
        Conversation, Message,
        export::{KeptMessage, NamedFile},
        reasoning_of,
    },
    written::{date, plain_markdown},
};

pub(super) fn markdown_head(title: &str) -> String {
    format!("# {}\n", plain_markdown(title))
}

/// What stands before the name of a file that was handed in.
pub(super) const FILE: &str = "📎";

/// A question or an answer, without what was thought, and the names of what was handed in. What was written is Markdown already, or was typed as text that reads well
/// as it is.
pub(super) fn markdown(message: &Message, chinese: bool) -> String {
    let speaker = match (message.speaker, &message.model) {
        (Speaker::User, _) => own(chinese).to_owned(),
        (Speaker::Assistant, Some(model)) => plain_markdown(model.as_str()),
        (Speaker::Assistant, None) => answer(chinese).to_owned(),
    };
    let when = date(message.created_at.get());
    let files = message.attachments.iter();
    let files = files.map(|file| format!("{FILE} {}", plain_markdown(&file.name)));
    let said = Some(message.text()).filter(|text| !text.is_empty());
    let paragraphs: Vec<String> = said.into_iter().chain(files).collect();
    let paragraphs = paragraphs.join("\n\n");
    format!("\n---\n\n**{speaker}** · {when}\n\n{paragraphs}\n")
}

/// Who asks.
pub(super) const fn own(chinese: bool) -> &'static str {
    if chinese { "我" } else { "You" }
}

/// Who answers, where nothing more is known.
pub(super) const fn answer(chinese: bool) -> &'static str {
    if chinese { "回答" } else { "Answer" }
}

/// All that stands before the messages, up to the bracket that opens their list.
pub(super) fn json_head(conversation: &Conversation, now: Millis) -> Vec<u8> {
    let head = json!({
        "format": FORMAT,
        "version": VERSION,
        "exported_at": now,
        "title": conversation.title,
        "model": conversation.model,
        "current": conversation.leaf,
    });
    let mut written = head.to_string();
    written.pop();
    written.push_str(",\"messages\":[");
    written.into_bytes()
}

/// A message of any branch, and what is told of the files that were handed in with it.
pub(super) fn json(message: &KeptMessage, files: &[NamedFile]) -> Vec<u8> {
    let told =
        |file: &NamedFile| json!({ "name": file.name, "mime": file.mime, "bytes": file.bytes });
    let attachments: Vec<_> = files.iter().map(told).collect();
    let written = json!({
        "id": message.id,
        "parent": message.parent_id,
        "role": message.role,
        "status": message.status,
        "model": message.model,
        "edited": message.edited,
        "created_at": message.created_at,
        "reasoning": reasoning_of(&message.parts.0),
        "text": message.text(),
        "attachments": attachments,
    });
    written.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use model::{ModelName, Title};

    use super::*;

    #[test]
    fn the_head_and_messages_make_one_json() {
        let conversation = Conversation {
            title: Title::parse("\"}],").unwrap(),
            model: ModelName::parse("qwen-plus").unwrap(),
            leaf: None,
            pinned: false,
            archived: false,
            temporary: false,
        };
        let mut whole = json_head(&conversation, Millis::new(7));
        whole.extend(b"]}");
        let whole: serde_json::Value = serde_json::from_slice(&whole).unwrap();
        assert_eq!(whole["format"], FORMAT);
        assert_eq!(whole["version"], 1);
        assert_eq!(whole["exported_at"], 7);
        assert_eq!(whole["title"], "\"}],");
        assert_eq!(whole["messages"], json!([]));
    }
}
