//! Text generation in the OpenAI-compatible mode, and the list of models ("OpenAI Chat").

mod accumulator;
mod answer;
mod calls;
mod chat;
mod chunk;
mod content;
mod events;
mod message;
mod models;
mod request;
mod stream;
mod tool;
mod usage;
mod validate;

pub use accumulator::Accumulator;
pub use answer::{ChatCompletion, Choice, FinishReason};
pub use chunk::{Audio, ChatChunk, ChunkChoice, Delta};
pub use content::{Content, ContentPart, InputAudio, MediaUrl};
pub use events::{ChatEvent, ChatEvents};
pub use message::{Message, Role};
pub use models::{Model, ModelList};
pub use request::{AudioOutput, ChatRequest, ResponseFormat, SearchOptions, Stop, StreamOptions};
pub use stream::ChatStream;
pub use tool::{
    FunctionCall, FunctionCallDelta, FunctionDefinition, Tool, ToolCall, ToolCallDelta, ToolChoice,
};
pub use usage::{CompletionTokensDetails, PromptTokensDetails, Usage};
