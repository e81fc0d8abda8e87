//! The pages, one a file.

pub mod admin;
mod asked;
pub mod chat;
pub mod conversations;
pub mod document;
pub mod factor;
pub mod images;
pub mod library;
pub mod login;
pub mod not_found;
pub mod parameters;
pub mod playground;
pub mod prompts;
pub mod recovery;
pub mod register;
pub mod search;
pub mod settings;
pub mod setup;
pub mod shared;
pub mod speech;
pub mod transcripts;
pub mod usage;
pub mod verify;
pub mod videos;
mod welcome;
