//! `/` and `/c/{id}`: the sidebar with a new or an open conversation beside it.

mod conversation;
mod frame;
mod new;
mod opening;

pub use frame::{Chat, LoadFailed, PageOffer};
pub use new::NewConversationPage;
pub use opening::ConversationPage;
