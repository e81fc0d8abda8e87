//! What browser and server both know: ids, newtypes that are valid by construction, and the shapes
//! that travel between them. Nothing here does I/O, so it compiles to WASM in seconds.

pub mod account;
pub mod conversation;
pub mod failure;
pub mod generation;
pub mod id;
pub mod message;
pub mod page;
pub mod time;

pub use account::{Account, DisplayName, Email, Password, Role, Session};
pub use conversation::{ConversationSummary, ConversationView, DayGroup, ModelName, Prompt, Title};
pub use failure::FailureCode;
pub use generation::{BlockChange, ConversationEvent, Progress};
pub use id::{ConversationId, GenerationId, MessageId, SubmissionId, UserId};
pub use message::{
    AnswerFailure, Asked, Branch, MessagePage, MessageStatus, MessageView, ModelChoice, Speaker,
};
pub use page::Page;
pub use time::Millis;
