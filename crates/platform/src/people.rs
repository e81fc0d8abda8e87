//! Administering people, groups and roles, and reading what was done.
//!
//! Three rules hold for every act: the caller has the permission for it, whom it touches stands below them, and it is one
//! transaction with its line in the audit log. What is refused for lack of permission or rank is written there too.

mod accounts;
mod doctor;
mod grants;
mod groups;
mod invitations;
mod keys;
mod listing;
mod operator;
mod roles;
#[cfg(test)]
mod tests;
mod trail;

use std::sync::Arc;

use model::{FailureCode, Permission, UserId};
use serde_json::json;

use crate::{
    Clock, Ids,
    audit::Audit,
    identity::{Caller, Identity, IdentityError},
    store::{Amended, Db, Touched},
};

pub use doctor::Finding;
pub use operator::Operator;
pub use trail::AuditFormat;

/// People, groups or lines that a page has at most.
const PAGE: u32 = 100;

/// People that one act may touch.
const AT_ONCE: usize = 200;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct People {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Ids,
    pub(crate) identity: Identity,
}

impl People {
    /// The service over this database.
    pub fn new(db: Db, clock: Arc<dyn Clock>, ids: Ids, identity: Identity) -> Self {
        Self {
            db,
            clock,
            ids,
            identity,
        }
    }

    fn trail(&self) -> &Audit {
        self.identity.audit()
    }

    /// Writes down that an act was refused for lack of permission or rank: the one place for it. Everything that changes
    /// something passes through.
    async fn judged<T>(
        &self,
        caller: &Caller,
        action: &'static str,
        on: (&'static str, String),
        act: impl Future<Output = Result<T, IdentityError>>,
    ) -> Result<T, IdentityError> {
        let outcome = act.await;
        if let Err(error) = &outcome {
            let code = error.code();
            if [
                FailureCode::Forbidden,
                FailureCode::RankTooHigh,
                FailureCode::LastOwner,
            ]
            .contains(&code)
            {
                let record = self.trail().by(caller, action).on(on.0, on.1);
                let record = record.with(&json!({ "reason": code })).refused();
                self.trail().write(record).await?;
            }
        }
        outcome
    }
}

/// Refuses to show what the caller may not see, and says so in the server's log.
pub(crate) fn readable(caller: &Caller, permission: Permission) -> Result<(), IdentityError> {
    caller.require(permission).inspect_err(|_| {
        let visitor = caller.visitor();
        tracing::info!(
            user.id = %caller.user(),
            client.address = %visitor.address,
            request.id = visitor.request_id,
            permission = permission.as_str(),
            "refused to show"
        );
    })
}

/// What became of an act, as an error; whether it changed anything.
fn settled(touched: Touched) -> Result<bool, IdentityError> {
    match touched {
        Touched::Done => Ok(true),
        Touched::Unchanged => Ok(false),
        Touched::Nobody => Err(IdentityError::NotFound),
        Touched::TooHigh => Err(IdentityError::RankTooHigh),
        Touched::LastOwner => Err(IdentityError::LastOwner),
    }
}

/// What became of changing something, as an error.
fn amended(outcome: Amended) -> Result<(), IdentityError> {
    match outcome {
        Amended::Done => Ok(()),
        Amended::NotThere => Err(IdentityError::NotFound),
        Amended::Outdated => Err(IdentityError::Refused(FailureCode::Outdated)),
    }
}

/// The people, each once; refuses more than one act may touch.
fn each_once(people: &[UserId]) -> Result<Vec<UserId>, IdentityError> {
    let mut once: Vec<UserId> = Vec::with_capacity(people.len().min(AT_ONCE));
    for person in people {
        if !once.contains(person) {
            if once.len() == AT_ONCE {
                return Err(IdentityError::Refused(FailureCode::TooMany));
            }
            once.push(*person);
        }
    }
    Ok(once)
}

/// A description: trimmed, at most 500 characters, none of them a control character but line breaks.
fn description(raw: &str) -> Result<String, IdentityError> {
    let text = raw.trim().replace("\r\n", "\n");
    let sound = text.chars().count() <= 500 && !text.chars().any(|c| c.is_control() && c != '\n');
    if sound {
        Ok(text)
    } else {
        Err(IdentityError::Refused(FailureCode::InvalidDescription))
    }
}

/// A conflict over a name that somebody chose.
fn name_taken(error: crate::store::Error) -> IdentityError {
    if error.is_conflict() {
        IdentityError::Refused(FailureCode::NameTaken)
    } else {
        error.into()
    }
}
