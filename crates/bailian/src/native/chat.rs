//! A native answer in the words of the compatible mode, so that one consumer serves both protocols.

use super::{Generation, GenerationChoice, Message};
use crate::{
    AnswerStream, ChatChunk, ChatCompletion, ChatEvents, ChatStream, Choice, ChunkChoice, Content,
    Delta, Extra,
};

impl AnswerStream<Generation> {
    /// The same answer as chunks of the compatible mode. What these cannot hold (media in the answer, the
    /// sizes of images) is left out.
    pub fn into_chat(self) -> ChatStream {
        self.convert(|event| Ok(event.into()))
    }

    /// The first answer as simple events: text, reasoning, whole tool calls, sources, usage after each event.
    pub fn events(self) -> ChatEvents {
        self.into_chat().events()
    }
}

impl From<Generation> for ChatChunk {
    fn from(event: Generation) -> Self {
        let choices = choices(
            event.output.choices,
            event.output.text,
            event.output.finish_reason,
        );
        Self {
            id: event.request_id.unwrap_or_default(),
            choices: choices.into_iter().map(piece).collect(),
            usage: event.usage.map(Into::into),
            search_info: event.output.search_info,
            extra: event.output.extra,
            ..Self::default()
        }
    }
}

impl From<Generation> for ChatCompletion {
    fn from(answer: Generation) -> Self {
        let choices = choices(
            answer.output.choices,
            answer.output.text,
            answer.output.finish_reason,
        );
        Self {
            id: answer.request_id.clone().unwrap_or_default(),
            choices: choices.into_iter().map(whole).collect(),
            usage: answer.usage.map(Into::into),
            search_info: answer.output.search_info,
            request_id: answer.request_id,
            extra: answer.output.extra,
            ..Self::default()
        }
    }
}

/// The older form without a message counts as a single answer.
fn choices(
    choices: Vec<GenerationChoice>,
    text: Option<String>,
    finish_reason: Option<crate::FinishReason>,
) -> Vec<GenerationChoice> {
    match text {
        Some(text) if choices.is_empty() => vec![GenerationChoice {
            message: Message::assistant(text),
            finish_reason,
            ..GenerationChoice::default()
        }],
        _ => choices,
    }
}

fn piece(choice: GenerationChoice) -> ChunkChoice {
    let message = choice.message;
    let content = message.content.as_ref().map(super::Content::text);
    ChunkChoice {
        index: choice.index,
        delta: Delta {
            role: Some(message.role),
            content,
            reasoning_content: message.reasoning_content,
            tool_calls: message.tool_calls,
            extra: message.extra,
            ..Delta::default()
        },
        finish_reason: choice.finish_reason,
        logprobs: choice.logprobs,
        extra: choice.extra,
    }
}

fn whole(choice: GenerationChoice) -> Choice {
    let message = choice.message;
    Choice {
        index: choice.index,
        message: crate::Message {
            tool_calls: message.calls(),
            content: Some(Content::Text(message.text())),
            role: message.role,
            reasoning_content: message.reasoning_content.filter(|text| !text.is_empty()),
            tool_call_id: message.tool_call_id,
            partial: message.partial,
            audio: None,
            extra: Extra::from(message.extra),
        },
        finish_reason: choice.finish_reason,
        logprobs: choice.logprobs,
        extra: choice.extra,
    }
}
