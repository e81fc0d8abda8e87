//! The provider's own protocol: `model`, `input` and `parameters` go out, `output` and `usage` come back
//! ("Native DashScope protocol").
//!
//! Most services speak it; those of text are here, the others in the modules named after what they make.
//! A stream's events have no end mark: it is whole when the answer gave its `finish_reason`.

mod answer;
mod chat;
mod content;
mod generate;
mod message;
mod pieces;
mod request;
mod usage;
mod validate;
mod wire;

pub(crate) use pieces::news;

pub use answer::{Generation, GenerationChoice, GenerationOutput};
pub use content::{Content, Part, Video};
pub use generate::GenerationStream;
pub use message::Message;
pub use request::{GenerationInput, GenerationParameters, GenerationRequest, Service};
pub use usage::{GenerationUsage, PluginUse, Plugins};
pub use wire::{NativeAnswer, NativeRequest};
