//! What an answer says was used.

use bailian::Usage;
use model::CallUsage;

/// Where a protocol writes what was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageShape {
    /// OpenAI's chat and text completions, embeddings and ranks: `usage`.
    OpenAi,
    /// OpenAI's responses: `usage`, in a stream `response.usage` of the last event.
    Responses,
    /// Bailian's own: `usage`, in a stream of all so far.
    Native,
    /// Anthropic's: `usage`, in a stream in two parts.
    Anthropic,
}

/// What an upstream says was used. A figure that is absent, negative or no number is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reported {
    /// Tokens, under the names that prices are reckoned by.
    pub usage: Usage,
    /// Pictures.
    pub images: Option<u64>,
    /// Milliseconds of sound or film that are billed.
    pub media_ms: Option<u64>,
    /// Characters that were spoken.
    pub characters: Option<u64>,
    /// Lines of a film's picture, which its price depends on: 480, 720, 1080.
    pub resolution: Option<u64>,
    /// The model that answered, if it says.
    pub model: Option<String>,
    /// The upstream's id of the request, if it says.
    pub request_id: Option<String>,
}

impl Reported {
    /// The figures for the log; what is unknown is 0.
    pub fn call_usage(&self) -> CallUsage {
        CallUsage::default()
    }

    /// Brings figures down to what is possible at most. Returns whether one had to be.
    pub fn cap(&mut self, _input_tokens: u64, _output_tokens: u64) -> bool {
        false
    }
}

/// What a whole answer says was used; `None` if it says nothing.
pub fn usage_of_json(_body: &[u8], _shape: UsageShape) -> Option<Reported> {
    None
}
