//! The conversation: what is shown, how it follows the server, and what a person can do with it.

pub mod account_menu;
pub mod actions;
pub mod announcer;
pub mod answer;
pub mod composer;
pub mod deleted;
pub mod dictation;
mod drafts;
pub mod empty;
pub mod follow;
pub mod found;
pub mod header;
pub mod message;
pub mod model_picker;
pub mod open;
pub mod order;
pub mod preferences;
pub mod reasoning;
pub mod scroll;
pub mod scroller;
pub mod sidebar;
pub mod sidebar_item;
pub mod sidebar_list;
pub mod table;
pub mod tools;
pub mod transcript;
pub mod watch;
