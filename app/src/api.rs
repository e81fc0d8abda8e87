//! Server functions: who is calling, what they typed, one call into the platform, and what its failure becomes.

#![expect(
    missing_docs,
    reason = "`#[server]` makes a struct of the arguments, which their function documents"
)]

pub mod account;
pub mod assistants;
pub mod audit;
pub mod budgets;
pub mod compare;
pub mod conversations;
pub mod diagrams;
pub mod encoding;
pub mod files;
pub mod folders;
pub mod generation;
pub mod groups;
pub mod identity;
pub mod imports;
pub mod instructions;
pub mod invitations;
pub mod jobs;
pub mod keys;
pub mod library;
pub mod messages;
pub mod model_names;
pub mod parameters;
pub mod people;
pub mod playground;
pub mod preferences;
pub mod prompts;
pub mod queue;
pub mod ratings;
pub mod recovery;
pub mod remembered;
pub mod roles;
pub mod security;
pub mod shares;
pub mod site_keys;
pub mod sso;
pub mod tool_servers;
pub mod tools;
pub mod transcripts;
pub mod usage;
pub mod works;
