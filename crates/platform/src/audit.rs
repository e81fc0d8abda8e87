//! What was done, by whom and to what, in a log that only grows: each line's keyed hash covers the line before, so
//! that a line that is changed, left out or put in later is found.
//!
//! An act that must be logged is written in one transaction with its line: without the line it does not happen.

mod verify;

use std::sync::Arc;

use hmac::{Hmac, Mac};
use model::{AuditOutcome, Millis, UserId};
use serde_json::Value;
use sha2::Sha256;

pub use verify::Verified;

use crate::{
    Clock,
    identity::{Caller, Credential},
    store::{self, Db},
    vault::Vault,
    visitor::Visitor,
};

/// Writes and reads the log. Cheap to clone.
#[derive(Clone)]
pub struct Audit {
    pub(crate) db: Db,
    clock: Arc<dyn Clock>,
    key: Arc<[u8; 32]>,
}

/// A line that is about to be written.
#[derive(Clone)]
pub struct Record {
    pub(crate) at: Millis,
    pub(crate) actor: Option<UserId>,
    pub(crate) via: &'static str,
    pub(crate) address: String,
    pub(crate) request_id: String,
    pub(crate) action: &'static str,
    pub(crate) object_kind: &'static str,
    pub(crate) object_id: String,
    pub(crate) outcome: AuditOutcome,
    pub(crate) details: String,
    key: Arc<[u8; 32]>,
}

impl Audit {
    /// A log under the vault's key.
    pub fn new(db: Db, clock: Arc<dyn Clock>, vault: &Vault) -> Self {
        Self {
            db,
            clock,
            key: Arc::new(vault.key_for("audit")),
        }
    }

    /// A line about what somebody who is signed in does.
    pub fn by(&self, caller: &Caller, action: &'static str) -> Record {
        let via = match caller.credential() {
            Credential::Session { .. } => "session",
            Credential::Token { .. } => "token",
            Credential::Key { .. } => "key",
            Credential::Absent => "absent",
        };
        self.line(Some(caller.user()), via, caller.visitor(), action)
    }

    /// A line about what somebody does who is not signed in (yet): `actor` is whom it is about, if that is known.
    pub fn stranger(
        &self,
        visitor: &Visitor,
        actor: Option<UserId>,
        action: &'static str,
    ) -> Record {
        self.line(actor, "nobody", visitor, action)
    }

    /// A line about what the server found in what somebody does.
    pub fn about(&self, actor: UserId, action: &'static str) -> Record {
        let mut record = self.line(Some(actor), "server", &Visitor::default(), action);
        record.address = String::new();
        record
    }

    /// A line about what is done on the command line.
    pub fn command_line(&self, action: &'static str) -> Record {
        let mut record = self.line(None, "command_line", &Visitor::default(), action);
        record.address = String::new();
        record
    }

    /// Writes a line by itself.
    #[tracing::instrument(name = "audit.write", skip_all)]
    pub async fn write(&self, record: Record) -> store::Result<()> {
        self.db.append_audit(&record).await
    }

    fn line(
        &self,
        actor: Option<UserId>,
        via: &'static str,
        visitor: &Visitor,
        action: &'static str,
    ) -> Record {
        Record {
            at: self.clock.now(),
            actor,
            via,
            address: visitor.address.to_string(),
            request_id: visitor.request_id.clone(),
            action,
            object_kind: "",
            object_id: String::new(),
            outcome: AuditOutcome::Done,
            details: "{}".to_owned(),
            key: Arc::clone(&self.key),
        }
    }

    /// The hash of a line after `previous`, for verifying.
    pub(crate) fn key(&self) -> &[u8; 32] {
        &self.key
    }
}

impl Record {
    /// To what it was done.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "ids are small, and calls read better"
    )]
    pub fn on(mut self, kind: &'static str, id: impl ToString) -> Self {
        self.object_kind = kind;
        self.object_id = id.to_string();
        self
    }

    /// More about it: a JSON object without secrets.
    #[must_use]
    pub fn with(mut self, details: &Value) -> Self {
        self.details = details.to_string();
        self
    }

    /// It was not let through.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.outcome = AuditOutcome::Refused;
        self
    }

    /// Says the line in the server's log as well: shipped elsewhere, it shows when the table was cut.
    pub(crate) fn log(&self, seq: i64, hash: &str) {
        let actor = self.actor.map(|actor| actor.to_string());
        tracing::info!(
            audit.seq = seq,
            audit.action = self.action,
            audit.outcome = outcome_text(self.outcome),
            audit.via = self.via,
            audit.object_kind = self.object_kind,
            audit.object_id = self.object_id,
            audit.hash = hash,
            user.id = actor,
            client.address = self.address,
            request.id = self.request_id,
            "audit"
        );
    }

    /// The hash of this line at that place.
    pub(crate) fn hash(&self, seq: i64, previous: &str) -> String {
        let actor = self.actor.map(|actor| actor.to_string());
        chain(
            &self.key,
            previous,
            &[
                &seq.to_string(),
                &self.at.get().to_string(),
                actor.as_deref().unwrap_or_default(),
                self.via,
                &self.address,
                &self.request_id,
                self.action,
                self.object_kind,
                &self.object_id,
                outcome_text(self.outcome),
                &self.details,
            ],
        )
    }
}

/// HMAC-SHA-256 over the previous hash and the fields, each with its length before it.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
pub(crate) fn chain(key: &[u8; 32], previous: &str, fields: &[&str]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
    for field in std::iter::once(&previous).chain(fields) {
        mac.update(&(field.len() as u64).to_be_bytes());
        mac.update(field.as_bytes());
    }
    crate::identity::token::hex(&mac.finalize().into_bytes())
}

/// The outcome's name in the log.
pub(crate) const fn outcome_text(outcome: AuditOutcome) -> &'static str {
    match outcome {
        AuditOutcome::Done => "done",
        AuditOutcome::Refused => "refused",
    }
}
