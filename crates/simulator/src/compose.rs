//! What the simulator says by itself: prepared texts, chosen by what the last message asks for, the same for the same
//! seed and messages.

mod invent;
mod language;
mod scripted;
mod senses;
mod topic;

use serde_json::Value;

pub(crate) use self::senses::{Sight, describe, look, passage};
use self::{
    language::{Language, Phrases},
    topic::Topic,
};
use crate::{dice::Dice, script::ToolCall, tokens};

/// A message of the conversation.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) role: Role,
    pub(crate) text: String,
    pub(crate) calls_tools: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    System,
    User,
    Assistant,
    Tool,
}

/// A function that may be called.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    pub(crate) name: String,
    /// The JSON schema of its arguments.
    pub(crate) parameters: Value,
}

impl Tool {
    /// What its definition adds to the prompt.
    pub(crate) fn tokens(&self) -> u32 {
        let parameters = self.parameters.to_string();
        tokens::count(&self.name).saturating_add(tokens::count(&parameters))
    }

    /// Whether a parameter is an array or an object.
    pub(crate) fn is_nested(&self) -> bool {
        let properties = self.parameters.get("properties").and_then(Value::as_object);
        let kind = |schema: &Value| {
            schema
                .get("type")
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let mut kinds = properties
            .into_iter()
            .flatten()
            .filter_map(|(_, schema)| kind(schema));
        kinds.any(|kind| kind == "array" || kind == "object")
    }
}

/// The whole answer.
pub(crate) fn text(seed: u64, messages: &[Message]) -> String {
    let question = question(messages);
    let language = Language::of(question);
    let phrases = language.phrases();
    let mut dice = dice(seed, messages);
    if let Some(last) = messages.last().filter(|message| message.role == Role::Tool) {
        return phrases
            .tool_result
            .replace("{result}", &short(&last.text, 200));
    }
    if asks_for_title(messages) {
        return title(question, phrases);
    }
    let topic = Topic::of(question);
    let opening = if messages
        .iter()
        .any(|message| message.role == Role::Assistant)
    {
        phrases.again
    } else {
        phrases.first
    };
    let opening = opening[dice.below(opening.len())];
    let body = topic.text(language, question, &mut dice);
    if topic == Topic::Who {
        return body;
    }
    let quote = phrases.quote.replace("{question}", &short(question, 40));
    let closing = phrases.last[dice.below(phrases.last.len())];
    format!("{opening}\n\n{quote}\n\n{}\n\n{closing}", body.trim_end())
}

/// What goes through its mind before that.
pub(crate) fn reasoning(seed: u64, messages: &[Message]) -> String {
    let question = question(messages);
    let phrases = Language::of(question).phrases();
    let mut dice = dice(seed, messages).and("reasoning");
    let [first, middle @ .., last] = phrases.reasoning;
    let mut lines = vec![first.replace("{question}", &short(question, 60))];
    lines.extend(
        middle
            .iter()
            .filter(|_| dice.falls_within(0.8))
            .map(|&line| line.to_owned()),
    );
    lines.push((*last).to_owned());
    lines.join("\n\n")
}

/// What follows after `prefix`: the rest of the answer that the same messages get, or something that fits.
pub(crate) fn continuation(seed: u64, messages: &[Message], prefix: &str) -> String {
    if let Some(rest) = text(seed, messages).strip_prefix(prefix) {
        return rest.to_owned();
    }
    let phrases = Language::of(prefix).phrases();
    // An open code block would swallow the sentence.
    let is_in_code = prefix
        .lines()
        .filter(|line| line.trim_start().starts_with("```"))
        .count()
        % 2
        == 1;
    let gap = match (is_in_code, prefix.ends_with('\n')) {
        (true, true) => "```\n\n",
        (true, false) => "\n```\n\n",
        (false, true) => "",
        (false, false) => "\n\n",
    };
    format!("{gap}{}", phrases.continuation)
}

/// Which functions the model may and must call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum ToolChoice {
    #[default]
    Auto,
    /// Any, but one.
    Required,
    Named(String),
}

/// The calls, when functions are given and the question speaks of them: one, or as many as fit when `parallel`.
pub(crate) fn tool_calls(
    seed: u64,
    messages: &[Message],
    tools: &[Tool],
    choice: &ToolChoice,
    parallel: bool,
) -> Vec<ToolCall> {
    let Some(last) = messages.last().filter(|last| last.role == Role::User) else {
        return Vec::new();
    };
    if let Some((name, arguments)) = scripted::call(&last.text, tools) {
        let mut dice = dice(seed, messages).and(&name);
        return vec![ToolCall {
            id: format!("call_{}", dice.hex(22)),
            name,
            arguments,
        }];
    }
    let question = last.text.to_lowercase();
    let spoken_of = |tool: &&Tool| is_spoken_of(&tool.name, &question);
    let mut wanted: Vec<&Tool> = match choice {
        ToolChoice::Named(name) => tools.iter().filter(|tool| tool.name == *name).collect(),
        ToolChoice::Auto | ToolChoice::Required => tools.iter().filter(spoken_of).collect(),
    };
    if wanted.is_empty() && *choice == ToolChoice::Required {
        wanted.extend(tools.first());
    }
    if !parallel {
        wanted.truncate(1);
    }
    let subjects: Vec<&str> = match wanted.as_slice() {
        [_] if parallel => subjects(&question),
        _ => vec![question.as_str()],
    };
    let pairs = wanted
        .iter()
        .flat_map(|tool| subjects.iter().map(move |subject| (*tool, *subject)));
    pairs
        .enumerate()
        .map(|(place, (tool, subject))| {
            let dice = dice(seed, messages).and(&tool.name);
            let mut dice = if place == 0 { dice } else { dice.and(subject) };
            ToolCall {
                id: format!("call_{}", dice.hex(22)),
                name: tool.name.clone(),
                arguments: invent::value(&tool.parameters, subject).to_string(),
            }
        })
        .collect()
}

/// What a question asks about one after the other: "the weather in Hangzhou and Beijing".
fn subjects(question: &str) -> Vec<&str> {
    let mut parts = vec![question];
    for joint in [" and ", "、", "和", "与", ", "] {
        parts = parts.iter().flat_map(|part| part.split(joint)).collect();
    }
    let parts: Vec<&str> = parts
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        vec![question]
    } else {
        parts
    }
}

/// JSON that fits the schema.
pub(crate) fn json(messages: &[Message], schema: &Value) -> String {
    let question = short(question(messages), 80);
    if schema.is_null() {
        return serde_json::json!({ "question": question, "answer": "simulated", "simulated": true }).to_string();
    }
    invent::value(schema, &question).to_string()
}

fn is_spoken_of(tool: &str, question: &str) -> bool {
    let hints = ["工具", "调用", "tool", "function", "call "];
    let translated = [
        ("weather", "天气"),
        ("time", "几点"),
        ("time", "时间"),
        ("stock", "股"),
        ("calc", "计算"),
    ];
    let name = tool.to_lowercase();
    hints.iter().any(|hint| question.contains(hint))
        || name
            .split(['_', '-'])
            .any(|word| word.len() >= 4 && question.contains(word))
        || translated
            .iter()
            .any(|(english, chinese)| name.contains(english) && question.contains(chinese))
}

fn question(messages: &[Message]) -> &str {
    let asked = messages
        .iter()
        .rev()
        .find(|message| message.role == Role::User);
    asked.map_or("", |message| message.text.trim())
}

fn dice(seed: u64, messages: &[Message]) -> Dice {
    messages.iter().fold(Dice::new(seed), |dice, message| {
        dice.and(&format!("{:?}", message.role)).and(&message.text)
    })
}

fn asks_for_title(messages: &[Message]) -> bool {
    let is_request = |text: &str| text.contains("标题") || text.to_lowercase().contains("title");
    messages
        .iter()
        .any(|message| message.role == Role::System && is_request(&message.text))
}

/// The first words of the question without what is only politeness.
fn title(question: &str, phrases: &Phrases) -> String {
    let mut line = question
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let polite = [
        "User:",
        "用户：",
        "用户:",
        "请帮我",
        "请你",
        "请",
        "帮我",
        "Please ",
        "please ",
        "Can you ",
        "Could you ",
    ];
    while let Some(rest) = polite.iter().find_map(|word| line.strip_prefix(word)) {
        line = rest.trim_start();
    }
    let line = line
        .split(['。', '？', '！', '?', '!', '；', ';'])
        .next()
        .unwrap_or_default();
    let words = line.trim_matches(|c: char| c.is_ascii_punctuation() || "，、：“”".contains(c));
    let is_chinese = matches!(Language::of(words), Language::Chinese);
    let title: String = if is_chinese {
        words.chars().take(16).collect()
    } else {
        words
            .split_whitespace()
            .take(6)
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(60)
            .collect()
    };
    if title.is_empty() {
        phrases.empty_title.to_owned()
    } else {
        title
    }
}

/// The first line, at most `limit` characters of it, with nothing in it that Markdown would read.
fn short(text: &str, limit: usize) -> String {
    let line = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let plain = line
        .trim()
        .replace(['`', '*', '_', '#', '|', '<', '>', '[', ']', '$', '\\'], "");
    let mut kept: String = plain.chars().take(limit).collect();
    if plain.chars().count() > limit {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests;
