//! What an answer says was used.

mod figures;
#[cfg(test)]
mod tests;

use bailian::Usage;
use memchr::memmem;
use model::CallUsage;

use figures::Envelope;

/// Where a protocol writes what was used, and what it means by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageShape {
    /// OpenAI's chat and text completions, embeddings and ranks: `usage`, in a stream the last one.
    OpenAi,
    /// OpenAI's responses: `usage`, in a stream `response.usage` of the last event.
    Responses,
    /// Bailian's own: `usage`, in a stream of all so far.
    Native,
    /// Anthropic's: `usage`, in a stream in two parts. What was cached is not part of its input.
    Anthropic,
}

/// What an upstream says was used. A figure that is absent, negative or no number is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reported {
    /// Tokens, under the names that prices are reckoned by.
    pub usage: Usage,
    /// Pictures that were made. Those that were only looked at come as tokens.
    pub images: Option<u64>,
    /// Milliseconds of sound or film that are billed.
    pub media_ms: Option<u64>,
    /// Characters that were spoken.
    pub characters: Option<u64>,
    /// Lines of a film's picture, which its price depends on: 480, 720, 1080.
    pub resolution: Option<u64>,
    /// The model that was used, where the figures name it: an application's.
    pub model: Option<String>,
    /// What each of several models used, where the figures tell them apart; empty where they don't.
    pub by_model: Vec<Self>,
}

impl Reported {
    /// The figures for the log. What is unknown is 0, and nothing is negative.
    pub fn call_usage(&self) -> CallUsage {
        let known = |figure: Option<u64>| i64::try_from(figure.unwrap_or(0)).unwrap_or(i64::MAX);
        let input = self.usage.prompt_tokens_details.as_ref();
        let output = self.usage.completion_tokens_details.as_ref();
        CallUsage {
            input_tokens: known(self.usage.prompt_tokens),
            output_tokens: known(self.usage.completion_tokens),
            cached_tokens: known(input.and_then(|parts| parts.cached_tokens)),
            reasoning_tokens: known(output.and_then(|parts| parts.reasoning_tokens)),
            images: known(self.images),
            media_ms: known(self.media_ms),
            characters: known(self.characters),
        }
    }

    /// Brings the tokens down to what is possible at most. Returns whether a figure had to be: then it was absurd.
    pub fn cap(&mut self, input_tokens: u64, output_tokens: u64) -> bool {
        let mut was_absurd = false;
        let mut bound = |figure: &mut Option<u64>, most: u64| {
            if let Some(count) = figure.filter(|count| *count > most) {
                was_absurd |= count > most;
                *figure = Some(most);
            }
        };
        bound(&mut self.usage.prompt_tokens, input_tokens);
        bound(&mut self.usage.completion_tokens, output_tokens);
        bound(
            &mut self.usage.total_tokens,
            input_tokens.saturating_add(output_tokens),
        );
        self.keep_parts_within();
        for part in &mut self.by_model {
            was_absurd |= part.cap(input_tokens, output_tokens);
        }
        was_absurd
    }

    /// What two answers used together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        let add = |to: &mut Option<u64>, more: Option<u64>| {
            if let Some(more) = more {
                *to = Some(to.unwrap_or(0).saturating_add(more));
            }
        };
        add(&mut self.usage.prompt_tokens, other.usage.prompt_tokens);
        add(
            &mut self.usage.completion_tokens,
            other.usage.completion_tokens,
        );
        add(&mut self.usage.total_tokens, other.usage.total_tokens);
        if let Some(more) = &other.usage.prompt_tokens_details {
            let parts = self.usage.prompt_tokens_details.get_or_insert_default();
            add(&mut parts.cached_tokens, more.cached_tokens);
            add(&mut parts.text_tokens, more.text_tokens);
            add(&mut parts.image_tokens, more.image_tokens);
            add(&mut parts.audio_tokens, more.audio_tokens);
        }
        if let Some(more) = &other.usage.completion_tokens_details {
            let parts = self.usage.completion_tokens_details.get_or_insert_default();
            add(&mut parts.reasoning_tokens, more.reasoning_tokens);
            add(&mut parts.text_tokens, more.text_tokens);
            add(&mut parts.audio_tokens, more.audio_tokens);
        }
        add(&mut self.images, other.images);
        add(&mut self.media_ms, other.media_ms);
        add(&mut self.characters, other.characters);
        self
    }

    /// A part is never larger than the whole.
    fn keep_parts_within(&mut self) {
        let bound = |figure: &mut Option<u64>, whole: Option<u64>| {
            if let (Some(part), Some(whole)) = (&mut *figure, whole) {
                *part = whole.min(*part);
            }
        };
        let Usage {
            prompt_tokens,
            completion_tokens,
            ..
        } = self.usage;
        if let Some(parts) = &mut self.usage.prompt_tokens_details {
            bound(&mut parts.cached_tokens, prompt_tokens);
            bound(&mut parts.cache_creation_input_tokens, prompt_tokens);
            bound(&mut parts.text_tokens, prompt_tokens);
            bound(&mut parts.image_tokens, prompt_tokens);
            bound(&mut parts.video_tokens, prompt_tokens);
            bound(&mut parts.audio_tokens, prompt_tokens);
        }
        if let Some(parts) = &mut self.usage.completion_tokens_details {
            bound(&mut parts.reasoning_tokens, completion_tokens);
            bound(&mut parts.text_tokens, completion_tokens);
            bound(&mut parts.audio_tokens, completion_tokens);
        }
    }

    /// Takes what a later event of the same stream says. Figures that it leaves out stay as they were.
    pub(super) fn follow(&mut self, later: Self) {
        if later.usage.prompt_tokens.is_some() {
            self.usage.prompt_tokens = later.usage.prompt_tokens;
            self.usage.prompt_tokens_details = later.usage.prompt_tokens_details;
        }
        if later.usage.completion_tokens.is_some() {
            self.usage.completion_tokens = later.usage.completion_tokens;
            self.usage.completion_tokens_details = later.usage.completion_tokens_details;
        }
        let sum = |(input, output): (u64, u64)| input.saturating_add(output);
        let Usage {
            prompt_tokens,
            completion_tokens,
            ..
        } = self.usage;
        let total = later.usage.total_tokens;
        self.usage.total_tokens = total.or(prompt_tokens.zip(completion_tokens).map(sum));
        self.images = later.images.or(self.images);
        self.media_ms = later.media_ms.or(self.media_ms);
        self.characters = later.characters.or(self.characters);
        self.resolution = later.resolution.or(self.resolution);
        self.model = later.model.or(self.model.take());
        if !later.by_model.is_empty() {
            self.by_model = later.by_model;
        }
    }
}

/// What a whole answer, or one event of a stream, says was used; `None` if it says nothing.
pub fn usage_of_json(body: &[u8], shape: UsageShape) -> Option<Reported> {
    // The figures mostly stand near the end, behind a text or vectors that need not be read: what begins at the last
    // `"usage"` and ends with the one brace that closes the body is an object once a brace is put before it.
    let at = memmem::rfind(body, b"\"usage\"")?;
    let mut tail = Vec::with_capacity(body.len() - at + 1);
    tail.push(b'{');
    tail.extend_from_slice(&body[at..]);
    let envelope: Result<Envelope, _> = serde_json::from_slice(&tail);
    envelope
        .or_else(|_| serde_json::from_slice(body))
        .ok()?
        .reported(shape)
}
