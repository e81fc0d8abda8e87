//! Text generation in the OpenAI-compatible mode, and the list of models ("OpenAI Chat").

mod accumulator;
mod answer;
mod calls;
mod chat;
mod chunk;
mod content;
mod events;
mod form;
mod logprobs;
mod message;
mod models;
mod request;
mod search;
mod stream;
mod tool;
mod usage;
mod validate;

pub(crate) use answer::finish_reason;
pub(crate) use calls::Calls;

pub use accumulator::Accumulator;
pub use answer::{ChatCompletion, Choice, FinishReason};
pub use chunk::{Audio, ChatChunk, ChunkChoice, Delta};
pub use content::{Content, ContentPart, InputAudio, MediaUrl};
pub use events::{ChatEvent, ChatEvents};
pub use form::{AudioOutput, ResponseFormat, Stop};
pub use logprobs::{Logprobs, TokenLogprob};
pub use message::{Message, Role};
pub use models::{Model, ModelList};
pub use request::{ChatRequest, StreamOptions};
pub use search::{IntentionOptions, SearchInfo, SearchOptions, SearchResult};
pub use stream::ChatStream;
pub use tool::{
    FunctionCall, FunctionCallDelta, FunctionDefinition, Tool, ToolCall, ToolCallDelta, ToolChoice,
};
pub use usage::{CompletionTokensDetails, PromptTokensDetails, Usage};
