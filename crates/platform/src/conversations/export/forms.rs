//! How a message stands in Markdown and in the form that is taken in again.

use model::{Millis, ModelName, Speaker};
use serde_json::json;

use super::{FORMAT, VERSION};
use crate::{
    store::{
        Conversation, KeptCall, Message, Source,
        export::{KeptMessage, NamedFile},
        reasoning_of, sources_of,
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
pub(super) fn markdown(message: &Message, asked: Option<&str>, chinese: bool) -> String {
    let speaker = match message.speaker {
        Speaker::User => own(chinese).to_owned(),
        Speaker::Assistant => plain_markdown(&author(asked, message.model.as_ref(), chinese)),
    };
    let when = date(message.created_at.get());
    let files = message.attachments.iter();
    let files = files.map(|file| format!("{FILE} {}", plain_markdown(&file.name)));
    let said = if message.calls.is_empty() {
        message.text()
    } else {
        answered(message)
    };
    let said = Some(said).filter(|text| !text.is_empty());
    let mut paragraphs: Vec<String> = said.into_iter().chain(files).collect();
    let sources = message.sources();
    if !sources.is_empty() {
        let lines: Vec<String> = sources.iter().map(source).collect();
        paragraphs.push(lines.join("\n"));
    }

    let paragraphs = paragraphs.join("\n\n");
    format!("\n---\n\n**{speaker}** · {when}\n\n{paragraphs}\n")
}

/// A source as a line of a list. Where it is stands as text: what leads there is for the reader's program to decide.
fn source(source: &Source) -> String {
    let Source {
        number, title, url, ..
    } = source;
    format!(
        "- \\[{number}\\] {} {}",
        plain_markdown(title),
        plain_markdown(url)
    )
}

/// Who asks.
pub(super) const fn own(chinese: bool) -> &'static str {
    if chinese { "我" } else { "You" }
}

/// Who answers, where nothing more is known.
pub(super) const fn answer(chinese: bool) -> &'static str {
    if chinese { "回答" } else { "Answer" }
}

/// Who wrote an answer: the assistant that its question was put to alone, and the model.
pub(super) fn author(asked: Option<&str>, model: Option<&ModelName>, chinese: bool) -> String {
    match (asked, model) {
        (Some(name), Some(model)) => format!("{name} · {}", model.as_str()),
        (Some(name), None) => name.to_owned(),
        (None, Some(model)) => model.as_str().to_owned(),
        (None, None) => answer(chinese).to_owned(),
    }
}

/// What stands before the name of a tool that was called.
pub(super) const TOOL: &str = "🔧";

/// How much of what a tool gave back is told beside an answer, in characters; the form that is taken in again has all of it.
const TOLD: usize = 400;

/// A call in a line: what was asked and what came back.
pub(super) fn tool(name: &str, arguments: &str, result: Option<&str>) -> String {
    let line = |text: &str| {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut characters = words.chars();
        let mut line: String = characters.by_ref().take(TOLD).collect();
        if characters.next().is_some() {
            line.push('…');
        }
        line
    };
    let asked = format!("{TOOL} {} {}", line(name), line(arguments));
    match result {
        Some(result) => format!("{asked} → {}", line(result)),
        None => asked,
    }
}

/// An answer's text with its calls where they were made.
fn answered(message: &Message) -> String {
    let text = message.text();
    let (mut whole, mut said) = (String::new(), 0);
    for call in &message.calls {
        let end = call.text_at.max(said);
        whole.push_str(text.get(said..end).unwrap_or_default());
        let line = tool(&call.name, &call.arguments, call.result.as_deref());
        whole.push_str("\n\n> ");
        whole.push_str(&plain_markdown(&line));
        whole.push_str("\n\n");
        said = end;
    }
    whole.push_str(text.get(said..).unwrap_or_default());
    whole.trim().to_owned()
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
pub(super) fn json(message: &KeptMessage, files: &[NamedFile], calls: &[KeptCall]) -> Vec<u8> {
    let told =
        |file: &NamedFile| json!({ "name": file.name, "mime": file.mime, "bytes": file.bytes });
    let attachments: Vec<_> = files.iter().map(told).collect();
    let called = |call: &KeptCall| {
        json!({
            "name": call.name,
            "arguments": call.arguments,
            "state": call.state,
            "result": call.result,
            "duration_ms": call.duration_ms,
        })
    };
    let tools: Vec<_> = calls.iter().map(called).collect();
    let mut written = json!({
        "id": message.id,
        "parent": message.parent_id,
        "role": message.role,
        "status": message.status,
        "model": message.model,
        "edited": message.edited,
        "created_at": message.created_at,
        "reasoning": reasoning_of(&message.parts.0),
        "text": message.text(),
        "sources": sources_of(&message.parts.0),
        "attachments": attachments,
    });
    if !tools.is_empty() {
        written["tools"] = tools.into();
    }
    if let Some(asked) = message.assistant.as_ref().map(|asked| &asked.0) {
        // What it is called; what it is told may be of somebody else, and is in no file that is handed on.
        written["assistant"] = json!({ "name": asked["name"], "emoji": asked["emoji"] });
    }
    written.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use model::Title;

    use super::*;

    /// IO-05.
    #[test]
    fn a_source_stays_text() {
        let hostile = Source {
            number: 2,
            title: "[x](javascript:alert(1)) <b>".to_owned(),
            url: "https://a.example/_x_".to_owned(),
            site: String::new(),
        };
        assert_eq!(
            source(&hostile),
            "- \\[2\\] \\[x\\](javascript:alert(1)) \\<b\\> https://a.example/\\_x\\_"
        );
    }

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
