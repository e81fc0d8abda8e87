//! From the pieces of a stream to the answer that a call without streaming would have given.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::calls::Calls;
use super::{
    Audio, ChatChunk, ChatCompletion, Choice, ChunkChoice, Content, FinishReason, Logprobs,
    Message, Role,
};
use crate::Error;

/// Gathers chunks into a [`ChatCompletion`].
#[derive(Clone, Debug, Default)]
pub struct Accumulator {
    answer: ChatCompletion,
    choices: BTreeMap<u32, Gathered>,
}

#[derive(Clone, Debug, Default)]
struct Gathered {
    role: Option<Role>,
    content: String,
    reasoning: Option<String>,
    calls: Calls,
    audio: Option<(Audio, Vec<u8>)>,
    logprobs: Option<Logprobs>,
    finish_reason: Option<FinishReason>,
}

impl Accumulator {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next chunk. Fails with [`Malformed`](crate::ErrorKind::Malformed) if a piece of sound is not base64.
    pub fn push(&mut self, chunk: &ChatChunk) -> Result<(), Error> {
        if self.answer.id.is_empty() {
            self.answer.id.clone_from(&chunk.id);
            self.answer.model.clone_from(&chunk.model);
            self.answer.extra.clone_from(&chunk.extra);
            self.answer
                .extra
                .insert("object".to_owned(), "chat.completion".into());
        }
        if chunk.usage.is_some() {
            self.answer.usage.clone_from(&chunk.usage);
        }
        if let Some(found) = chunk.search_info.as_ref().filter(|found| !found.is_empty()) {
            self.answer.search_info = Some(found.clone());
        }
        for choice in &chunk.choices {
            self.choices.entry(choice.index).or_default().push(choice)?;
        }
        Ok(())
    }

    /// What was gathered, whether or not the stream ended well.
    pub fn finish(mut self) -> ChatCompletion {
        let choices = self.choices.into_iter();
        self.answer.choices = choices
            .map(|(index, choice)| choice.finish(index))
            .collect();
        self.answer
    }
}

impl Gathered {
    fn push(&mut self, choice: &ChunkChoice) -> Result<(), Error> {
        let delta = &choice.delta;
        if self.role.is_none() {
            self.role.clone_from(&delta.role);
        }
        self.content
            .push_str(delta.content.as_deref().unwrap_or_default());
        if let Some(piece) = &delta.reasoning_content {
            self.reasoning.get_or_insert_default().push_str(piece);
        }
        delta
            .tool_calls
            .iter()
            .for_each(|fragment| self.calls.push(fragment));
        if let Some(piece) = &choice.logprobs {
            let logprobs = self.logprobs.get_or_insert_default();
            logprobs.content.extend_from_slice(&piece.content);
            logprobs.extra.extend(piece.extra.clone());
        }
        if let Some(piece) = &delta.audio {
            self.push_audio(piece)?;
        }
        if self.finish_reason.is_none() {
            self.finish_reason.clone_from(&choice.finish_reason);
        }
        Ok(())
    }

    fn push_audio(&mut self, piece: &Audio) -> Result<(), Error> {
        let (audio, sound) = self.audio.get_or_insert_default();
        audio.id = audio.id.take().or_else(|| piece.id.clone());
        if let Some(text) = &piece.transcript {
            audio.transcript.get_or_insert_default().push_str(text);
        }
        audio.extra.extend(piece.extra.clone());
        let data = piece.data.as_deref().unwrap_or_default();
        STANDARD
            .decode_vec(data, sound)
            .map_err(|error| Error::malformed("a piece of sound is not base64").with_source(error))
    }

    fn finish(self, index: u32) -> Choice {
        let audio = self.audio.map(|(audio, sound)| Audio {
            data: Some(STANDARD.encode(sound)),
            ..audio
        });
        let message = Message {
            role: self.role.unwrap_or_default(),
            content: Some(Content::Text(self.content)),
            reasoning_content: self.reasoning.filter(|text| !text.is_empty()),
            tool_calls: self.calls.finish(),
            audio,
            ..Message::default()
        };
        Choice {
            index,
            message,
            finish_reason: self.finish_reason,
            logprobs: self.logprobs,
            ..Choice::default()
        }
    }
}
