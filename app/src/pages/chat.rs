//! `/` and `/c/{id}`: the sidebar with a new or an open conversation beside it.

mod conversation;
mod frame;
mod new;

pub use conversation::ConversationPage;
pub use frame::{Chat, LoadFailed, PageOffer};
pub use new::NewConversationPage;
