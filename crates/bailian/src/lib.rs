//! An async client of Alibaba Cloud Bailian (Model Studio, DashScope).
//!
//! It speaks the provider's protocol over HTTP and nothing else: what to do with an answer, where to keep
//! it and what it costs are the caller's. One [`Client`] holds the connection pool, the key, the time-outs
//! and the retry budget; every call goes through its one way out, so limits and errors are the same for all.
//!
//! ```no_run
//! use bailian::{ChatEvent, ChatRequest, Client, ClientOptions, Message};
//! use futures_util::StreamExt;
//!
//! # async fn example() -> Result<(), bailian::Error> {
//! let client = Client::new(ClientOptions::new("https://dashscope.aliyuncs.com", "sk-…"))?;
//! let request = ChatRequest::new("qwen-plus", [Message::user("浙江的省会是哪里？")])
//!     .temperature(0.7)
//!     .include_usage();
//! let mut events = client.chat_stream(request).await?.events();
//! while let Some(event) = events.next().await {
//!     match event? {
//!         ChatEvent::Text(_piece) => {}
//!         ChatEvent::Usage(_usage) => {}
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Sections named in the documentation are those of the provider's own references: "OpenAI Chat" (requests,
//! answers, streams), "Error codes" and "Rate limits".

pub mod apps;
pub mod audio;
mod auth;
pub mod batches;
mod body;
mod breaker;
mod call_options;
pub mod capability;
mod client;
pub mod completions;
mod download;
pub mod embeddings;
mod error;
pub mod files;
mod form;
pub mod image;
mod lenient;
pub mod media;
pub mod models;
pub mod native;
mod options;
mod pacing;
mod path;
pub mod pool;
mod region;
pub mod relay;
pub mod rerank;
mod retry;
mod setters;
pub mod socket;
mod span;
pub mod sse;
mod status;
mod stream;
pub mod task;
mod text;
pub mod tingwu;
pub mod tokens;
mod transport;
mod upload;
mod validate;
pub mod video;

pub use breaker::{BreakerPolicy, Circuit};
pub use call_options::{CallOptions, DataInspection};
pub use client::{Client, Sent};
pub use download::Download;
pub use error::{Error, ErrorKind, Limit, Phase};
pub use form::{PieceStream, Pieces, Source};
pub use options::{ClientOptions, RetryPolicy, Timeouts};
pub use pacing::Pacing;
pub use region::Region;
pub use secrecy::SecretString;
pub use status::ClientStatus;
pub use stream::AnswerStream;
pub use text::{
    Accumulator, Audio, AudioOutput, ChatChunk, ChatCompletion, ChatEvent, ChatEvents, ChatRequest,
    ChatStream, Choice, ChunkChoice, CompletionTokensDetails, Content, ContentPart, Delta,
    FinishReason, FunctionCall, FunctionCallDelta, FunctionDefinition, InputAudio,
    IntentionOptions, Logprobs, MediaUrl, Message, Model, ModelList, PromptTokensDetails,
    ResponseFormat, Role, SearchInfo, SearchOptions, SearchResult, Stop, StreamOptions,
    TokenLogprob, Tool, ToolCall, ToolCallDelta, ToolChoice, Usage,
};
pub use upload::Uploaded;

/// Fields that this crate has no name for, kept as they came and sent as they are.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// What the fuzz targets reach that no caller should.
#[cfg(fuzzing)]
pub mod fuzzing {
    /// Reads a body as a refusal.
    pub fn refusal(body: &[u8]) -> Option<crate::Error> {
        crate::error::envelope::from_body(body).map(Into::into)
    }

    /// Reads a text message as each kind of line would.
    pub fn socket(text: &str) {
        crate::socket::fuzz(text);
    }
}
