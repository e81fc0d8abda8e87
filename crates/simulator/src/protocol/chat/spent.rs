//! What answers cost, in tokens.

use serde_json::{Value, json};

use super::{
    attend::{Cached, Sensed},
    request::Ask,
};
use crate::{Answer, Billed, Usage, tokens};

/// Bytes of one second of speech at 24 kHz.
const SECOND: usize = 48_000;

/// The tokens of one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spent {
    pub(crate) usage: Usage,
    /// Those of the prompt that are not text.
    pub(crate) sensed: Sensed,
    /// Those of the answer that are sound.
    pub(crate) spoken: u32,
    /// Those that marks put into the cache.
    pub(crate) created: Option<u32>,
    /// Seeing and hearing models tell text from the rest.
    pub(crate) senses: bool,
    pub(crate) thinks: bool,
}

impl Spent {
    /// What all answers cost together; a script may say otherwise.
    pub(crate) fn of(ask: &Ask, answers: &[Answer]) -> Self {
        let Cached { hit, created } = ask.cached;
        let told = answers.iter().find_map(|answer| answer.usage);
        let usage = told.unwrap_or_else(|| {
            let reasoning_tokens = answers
                .iter()
                .map(|answer| tokens::count(&answer.reasoning.concat()))
                .sum();
            let called = |answer: &Answer| -> u32 {
                let calls = answer.tool_calls.iter();
                calls.map(|call| tokens::count(&call.arguments) + 8).sum()
            };
            let words: u32 = answers
                .iter()
                .map(|answer| tokens::count(&answer.words.concat()) + called(answer))
                .sum();
            Usage {
                prompt_tokens: ask.prompt_tokens,
                completion_tokens: words + reasoning_tokens,
                reasoning_tokens,
                cached_tokens: hit,
            }
        });
        Self {
            usage,
            sensed: ask.sensed,
            spoken: 0,
            created,
            senses: ask.voice.is_some() || !ask.exhibits.is_empty(),
            thinks: answers.iter().any(|answer| !answer.reasoning.is_empty()),
        }
    }

    /// The same with the sound of the answer, so many bytes of it.
    pub(crate) fn with_speech(mut self, model_id: &str, bytes: usize) -> Self {
        let is_older = ["qwen-omni", "qwen2.5"]
            .iter()
            .any(|family| model_id.starts_with(family));
        let per_second = if is_older { 100 } else { 25 };
        let count = (bytes * per_second).div_ceil(2 * SECOND);
        self.spoken = u32::try_from(count).unwrap_or(u32::MAX);
        self.usage.completion_tokens = self.usage.completion_tokens.saturating_add(self.spoken);
        self
    }

    /// What is billed.
    pub(crate) fn billed(&self, model_id: &str) -> Billed {
        Billed {
            model: model_id.to_owned(),
            input_tokens: self.usage.prompt_tokens.into(),
            output_tokens: self.usage.completion_tokens.into(),
            cached_tokens: self.usage.cached_tokens.into(),
            ..Billed::default()
        }
    }

    /// `prompt_tokens_details`.
    pub(crate) fn prompt_details(&self) -> Value {
        let mut details = json!({ "cached_tokens": self.usage.cached_tokens });
        if self.senses {
            let Sensed {
                image,
                video,
                audio,
            } = self.sensed;
            let rest = self.sensed.total();
            details["text_tokens"] = self.usage.prompt_tokens.saturating_sub(rest).into();
            for (name, count) in [
                ("image_tokens", image),
                ("video_tokens", video),
                ("audio_tokens", audio),
            ] {
                if count > 0 {
                    details[name] = count.into();
                }
            }
        }
        if let Some(created) = self.created {
            details["cache_creation_input_tokens"] = created.into();
            details["cache_creation"] = json!({ "ephemeral_5m_input_tokens": created });
            details["cache_type"] = "ephemeral".into();
        }
        details
    }

    /// `completion_tokens_details`, where there are any.
    pub(crate) fn completion_details(&self) -> Option<Value> {
        let mut details = json!({});
        if self.thinks {
            details["reasoning_tokens"] = self.usage.reasoning_tokens.into();
        }
        if self.senses {
            let text = self.usage.completion_tokens.saturating_sub(self.spoken);
            details["text_tokens"] = text.into();
        }
        if self.spoken > 0 {
            details["audio_tokens"] = self.spoken.into();
        }
        details
            .as_object()
            .is_some_and(|details| !details.is_empty())
            .then_some(details)
    }
}
