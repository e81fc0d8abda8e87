//! What an application's events say: text, steps, references, and what was used.

use std::collections::HashSet;

use bailian::apps::{AppAnswer, AppUsage, DocReference, Thought};
use model::DocumentReference;
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    gateway::scan::{Reported, UsageShape, usage_of_json},
    store::Tokens,
};

/// References of an answer that are kept.
const MOST_REFERENCES: usize = 50;
/// The longest title that is kept, in characters.
const LONGEST_TITLE: usize = 200;
/// The beginning of a passage that is kept, in characters.
const LONGEST_PASSAGE: usize = 400;
/// What stands around numbers of references in a text.
const MARKS: [&str; 2] = ["<ref>", "</ref>"];

/// What is known of an answer so far.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) request_id: Option<String>,
    pub(super) session: Option<String>,
    pub(super) references: Vec<DocumentReference>,
    pub(super) bytes: usize,
    usage: Option<AppUsage>,
    steps: HashSet<String>,
    /// The end of the text, where it may be the beginning of a mark.
    held: String,
    reasoning_since: Option<Instant>,
}

/// What an event adds to the answer.
#[derive(Default)]
pub(super) struct News {
    pub(super) reasoning: String,
    pub(super) text: String,
    pub(super) reasoning_ms: Option<i64>,
}

impl Reading {
    /// Takes an event.
    pub(super) fn take(&mut self, event: AppAnswer) -> News {
        let output = event.output;
        self.session = output.session_id.map(plain).or(self.session.take());
        // It may come without figures at the end.
        let usage = event.usage.filter(|usage| !usage.models.is_empty());
        self.usage = usage.or(self.usage.take());
        if !output.doc_references.is_empty() {
            let references = output.doc_references.into_iter().filter_map(reference);
            self.references = references.take(MOST_REFERENCES).collect();
        }
        let mut news = News {
            reasoning: output
                .thoughts
                .into_iter()
                .map(|thought| self.step(thought))
                .collect(),
            ..News::default()
        };
        self.bytes += news.reasoning.len() + output.text.len();
        if !news.reasoning.is_empty() {
            self.reasoning_since.get_or_insert_with(Instant::now);
        }
        news.text = self.unmarked(&plain(output.text));
        if !news.text.is_empty()
            && let Some(since) = self.reasoning_since.take()
        {
            news.reasoning_ms = i64::try_from(since.elapsed().as_millis()).ok();
        }
        news
    }

    /// What was held back at the end of the text.
    pub(super) fn rest(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// What was used, as the gateway reads it too.
    pub(super) fn reported(&self) -> Option<Reported> {
        let usage = self.usage.as_ref()?;
        let body = serde_json::to_vec(&serde_json::json!({ "usage": usage })).ok()?;
        usage_of_json(&body, UsageShape::Native)
    }

    /// The same for the run.
    pub(super) fn tokens(&self) -> Option<Tokens> {
        let usage = self.reported()?.usage;
        let count = |tokens: Option<u64>| i64::try_from(tokens.unwrap_or(0)).unwrap_or(i64::MAX);
        Some(Tokens {
            input: count(usage.prompt_tokens),
            output: count(usage.completion_tokens),
            ..Tokens::default()
        })
    }

    /// A step as it is read: what was thought as it comes; what was done once, by its name.
    fn step(&mut self, thought: Thought) -> String {
        if let Some(text) = thought.thought.filter(|text| !text.is_empty()) {
            return plain(text);
        }
        let name = match thought.response.as_deref().and_then(node) {
            Some(name) => Some(name),
            None => thought
                .action_name
                .filter(|_| thought.action_type.as_deref() != Some("reasoning")),
        };
        let Some(name) = name.map(plain).filter(|name| !name.trim().is_empty()) else {
            return String::new();
        };
        let input = thought.action_input.as_ref().map(Value::to_string);
        let step = format!("{name} {}", input.unwrap_or_default());
        if self.steps.insert(step) {
            format!("\n\n- {name}\n\n")
        } else {
            String::new()
        }
    }

    /// The text without the marks around numbers, which come in pieces too.
    fn unmarked(&mut self, piece: &str) -> String {
        let mut text = std::mem::take(&mut self.held) + piece;
        for mark in MARKS {
            text = text.replace(mark, "");
        }
        let begins = |tail: &str| MARKS.iter().any(|mark| mark.starts_with(tail));
        if let Some(at) = text.rfind('<')
            && text.get(at..).is_some_and(begins)
        {
            self.held = text.split_off(at);
        }
        text
    }
}

/// The name of a workflow's node that is done; its state is JSON in a text.
fn node(response: &str) -> Option<String> {
    let state: Value = serde_json::from_str(response).ok()?;
    let text = |name: &str| state.get(name).and_then(Value::as_str);
    let is_done = text("nodeStatus") == Some("success");
    text("nodeName").filter(|_| is_done).map(str::to_owned)
}

fn reference(found: DocReference) -> Option<DocumentReference> {
    let text = |text: Option<String>| text.map(plain).filter(|text| !text.trim().is_empty());
    let title = text(found.title).or(text(found.doc_name));
    let passage = text(found.text).unwrap_or_default();
    let title = title.unwrap_or_else(|| passage.clone());
    if title.is_empty() {
        return None;
    }
    let is_safe = |url: &String| url.starts_with("https://") && url.len() <= 2_000;
    Some(DocumentReference {
        number: text(found.index_id).map_or_else(String::new, |id| start(&id, 8)),
        title: start(&title, LONGEST_TITLE),
        passage: start(&passage, LONGEST_PASSAGE),
        url: text(found.doc_url).filter(is_safe),
    })
}

fn start(text: &str, most: usize) -> String {
    text.trim().chars().take(most).collect()
}

/// Postgres takes no NUL in text: one in an answer would hold up everybody's commit.
fn plain(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(json: Value) -> AppAnswer {
        serde_json::from_value(json).expect("an event")
    }

    #[test]
    fn marks_are_taken_out_also_where_they_come_in_pieces() {
        let mut reading = Reading::default();
        let mut text = String::new();
        for piece in ["a<", "b <re", "f>[1]</", "ref> c <", "i> d <ref"] {
            let piece = event(json!({ "output": { "text": piece } }));
            text.push_str(&reading.take(piece).text);
        }
        text.push_str(&reading.rest());
        assert_eq!(text, "a<b [1] c <i> d <ref");
    }

    #[test]
    fn what_is_done_is_told_once_and_what_is_thought_as_it_comes() {
        let mut reading = Reading::default();
        let rag = json!({ "thought": "", "action_type": "agentRag", "action_name": "知识检索", "action_input": { "query": "x" } });
        let thinks = |text: &str| json!({ "thought": text, "response": text, "action_type": "reasoning", "action_name": "思考过程" });
        let state = json!({ "nodeName": "大模型", "nodeStatus": "success" }).to_string();
        let mut told = String::new();
        for thoughts in [
            json!([thinks("先"), rag]),
            json!([thinks("想"), rag]),
            json!([thinks("")]),
            json!([{ "response": state }, { "response": "{\"nodeName\":\"结束\",\"nodeStatus\":\"executing\"}" }]),
            json!([{ "response": state }]),
        ] {
            let event = event(json!({ "output": { "text": "", "thoughts": thoughts } }));
            told.push_str(&reading.take(event).reasoning);
        }
        assert_eq!(told, "先\n\n- 知识检索\n\n想\n\n- 大模型\n\n");
    }

    #[test]
    fn references_session_and_use_are_read() {
        let mut reading = Reading::default();
        let last = event(json!({
            "output": {
                "text": "好\u{0}", "session_id": "6105", "finish_reason": "stop",
                "doc_references": [
                    { "index_id": "1", "title": "手册", "doc_name": "a.pdf", "text": "第一段", "doc_url": "https://example.com/a" },
                    { "doc_name": "b.pdf", "doc_url": "javascript:alert(1)" },
                    { "index_id": "3" },
                ],
            },
            "usage": { "models": [
                { "model_id": "qwen-plus", "input_tokens": 74, "output_tokens": 36 },
                { "model_id": "qwen-flash", "input_tokens": 6, "output_tokens": 4 },
            ] },
        }));
        assert_eq!(reading.take(last).text, "好");
        assert_eq!(reading.session.as_deref(), Some("6105"));
        let [first, second] = &*reading.references else {
            panic!("{:?}", reading.references);
        };
        assert_eq!((&*first.number, &*first.title), ("1", "手册"));
        assert_eq!(first.url.as_deref(), Some("https://example.com/a"));
        assert_eq!((&*second.title, &second.url), ("b.pdf", &None));
        let tokens = reading.tokens().map(|tokens| (tokens.input, tokens.output));
        assert_eq!(tokens, Some((80, 40)));
        let reported = reading.reported().and_then(|reported| reported.model);
        assert_eq!(reported.as_deref(), Some("qwen-plus"));
    }
}
