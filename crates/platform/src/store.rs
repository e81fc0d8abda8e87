//! Everything that is kept, in SQLite or Postgres. All SQL lives below this module.
//!
//! One text with `$1` serves both dialects; `on_pool!` runs it on whichever pool is open and type-checks it
//! against both. Absence is an `Option`, never an error.

// Above those that use its macros.
#[macro_use]
mod uses;

mod access;
mod answers;
mod api_keys;
mod assistants;
mod attachments;
mod attempts;
mod audit;
mod blobs;
mod branches;
mod budgets;
mod calls;
mod ceremonies;
mod conversations;
mod db;
mod default_models;
mod devices;
mod direct;
mod drafts;
mod erasure;
mod error;
mod expiry;
pub(crate) mod export;
mod factors;
mod files;
mod folders;
mod generations;
mod groups;
mod idempotency;
mod imports;
mod instructions;
mod invitations;
mod job_lines;
mod jobs;
mod kept_answers;
mod key_lines;
mod lanes;
mod ledger;
mod left_files;
mod library;
mod linked_accounts;
mod master_key;
mod messages;
mod model_overrides;
mod model_routes;
mod one_time_tokens;
mod order;
mod parameters;
mod passkeys;
mod people;
mod pictures;
mod places;
mod profiles;
mod proofs;
mod purging;
mod queue;
mod ratings;
mod recovery_codes;
mod redis;
mod remembered;
mod roles;
mod rows;
mod runs;
mod saved_prompts;
mod search;
mod sessions;
mod setup_link;
mod shares;
mod signing_keys;
mod sources;
mod tags;
mod temporary;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tokens;
mod tool_calls;
mod tool_servers;
mod tools;
mod totp;
mod trail;
mod transcripts;
mod uploads;
mod upstream_copies;
mod upstream_objects;
mod usage;
mod usage_report;
mod users;
mod vectors;
mod works;
mod written;

pub(crate) use access::{Access, Allowance};
pub(crate) use api_keys::NewApiKey;
pub(crate) use assistants::{
    AssistantRow,
    begun::{Answering, Session as ApplicationSession},
};
pub(crate) use attempts::{AccountGuard, AddressGuard, Attempt};
pub(crate) use blobs::Blob;
pub(crate) use branches::{BranchOutcome, Version};
pub(crate) use calls::CallsQuery;
pub(crate) use ceremonies::NewCeremony;
pub(crate) use db::on_pool;
pub(crate) use drafts::LONGEST as LONGEST_DRAFT;
pub(crate) use erasure::Erased;
pub(crate) use expiry::Expired;
pub(crate) use factors::{Removal, Removed};
pub(crate) use files::{Keep, Kept, KeptFile, Quota};
pub(crate) use groups::NewGroup;
pub(crate) use idempotency::OnceKey;
pub(crate) use imports::{ImportedMessage, KEPT_REPORTS, NewImport};
pub(crate) use invitations::{NewInvitationRow, OpenInvitation};
pub(crate) use jobs::{Job, NewJob, Taken};
pub(crate) use key_lines::KeysQuery;
pub(crate) use lanes::{Entry, SharedLimit};
pub(crate) use ledger::{Account, Accounts, Batch, Decision, Facts, Hold, Opening, refuses_values};
pub(crate) use linked_accounts::{Link, LinkUse, NewLink, Ruled};
pub(crate) use one_time_tokens::{NewOneTimeToken, OneTime, Purpose};
pub(crate) use passkeys::{KeptPasskey, NewPasskey};
pub(crate) use people::{NewRoles, PeopleQuery, Touched};
pub(crate) use places::Seen;
pub(crate) use profiles::NewProfile;
pub(crate) use queue::{QueueOutcome, QueueState};
pub(crate) use remembered::RestoredFacts;
pub(crate) use roles::NewRole;
pub(crate) use saved_prompts::PromptRow;
pub(crate) use sessions::{USER_KEY, mark_renewed};
pub(crate) use shares::{NewShareRow, OpenShare, SharedAs, ShownMessage, Snapshot};
pub(crate) use signing_keys::{NewSigningKey, Retirement};
pub(crate) use tags::{Tagged, undo::RestoredTag};
pub(crate) use tokens::{Family, NewFamily, Refresh, Refreshed};
pub(crate) use totp::NewTotp;
pub(crate) use trail::TrailQuery;
pub(crate) use transcripts::{Found, KeptTranscript, NewSentence, NewTranscript};
pub(crate) use uploads::{Advanced, Begun, KeptUpload, NewPart, NewUpload};
pub(crate) use upstream_copies::{CopyPlace, UpstreamCopy};
pub(crate) use upstream_objects::{Gone, Made};

pub(crate) use usage_report::{BANDS, ReportQuery};
pub(crate) use users::{NewUser, User};
pub(crate) use vectors::{Due, NewPassage, Reading, Unread, Vectors};
pub(crate) use works::NewWork;

pub use assistants::begun::Beginning;
pub use conversations::{Conversation, Listed};
pub use db::{Claim, Db, DbOptions};
pub use error::{Error, Result};
pub(crate) use generations::begin::Decided;
pub use generations::{Chunk, End, NewAnswer, Place, Question, Submitted, Tokens};
pub use messages::{Chunks, Message, Part, Rendered, parts_of, reasoning_of, text_of};
pub use queue::{Queued, Taking};
pub use redis::{Redis, RedisError};
pub(crate) use runs::Round;
pub use search::{TextEntry, TitleEntry};
pub use sessions::SessionStores;
pub(crate) use sources::with_sources;
pub use sources::{Source, sources_of};
pub use tool_calls::KeptCall;
pub(crate) use tool_servers::{FoundTool, KeptServer};
