//! The promises of the administration of people, on both databases.

mod accounts;
mod closed;
mod groups;
mod keys;
mod listing;
mod open;
mod operator;
mod owners;
mod ranks;
mod roles;
mod trail;

use std::sync::Arc;

use model::{BuiltIn, FailureCode, GroupDraft, GroupId, Millis, Rank, RoleDraft, RoleId, UserId};

use super::People;
use crate::{
    Ids, ManualClock,
    identity::{
        Caller, Identity, IdentityError,
        testing::{cheap, mailer, vault},
    },
    store::{Db, testing},
};

/// A moment after which no proof is fresh.
const STALE_MS: i64 = 11 * 60 * 1000;

/// The service, and people who use it.
struct House {
    people: People,
    identity: Identity,
    clock: ManualClock,
    db: Db,
}

impl House {
    fn on(db: &Db) -> Self {
        let clock = ManualClock::at(Millis::new(1_790_000_000_000));
        let shared = Arc::new(clock.clone());
        let ids = Ids::new(shared.clone());
        let identity = Identity::new(
            db.clone(),
            shared.clone(),
            ids.clone(),
            vault(),
            mailer(),
            cheap(),
        );
        Self {
            people: People::new(db.clone(), shared, ids, identity.clone()),
            identity,
            clock,
            db: db.clone(),
        }
    }

    /// Somebody of that role who is signed in and has just proved who they are.
    async fn signed_up(&self, name: &str, role: BuiltIn) -> Caller {
        self.identity.signed_up(name, role).await
    }

    async fn person(&self, name: &str, role: BuiltIn) -> UserId {
        self.identity.person(name, role).await
    }

    async fn count(&self, sql: &str) -> i64 {
        testing::count(&self.db, sql).await
    }

    /// Lines of the log of that action and outcome.
    async fn lines(&self, action: &str, outcome: &str) -> i64 {
        let sql = format!(
            "SELECT COUNT(*) FROM audit_log WHERE action = '{action}' AND outcome = '{outcome}'"
        );
        self.count(&sql).await
    }

    async fn role(&self, owner: &Caller, name: &str, rank: u8) -> RoleId {
        let draft = role_draft(name, rank);
        self.people.create_role(owner, draft).await.unwrap()
    }

    async fn group(&self, owner: &Caller, name: &str, roles: Vec<RoleId>) -> GroupId {
        let draft = GroupDraft {
            name: name.to_owned(),
            roles,
            ..GroupDraft::default()
        };
        self.people.create_group(owner, draft).await.unwrap()
    }
}

fn role_draft(name: &str, rank: u8) -> RoleDraft {
    RoleDraft {
        name: name.to_owned(),
        rank: Rank::new(rank).unwrap(),
        ..RoleDraft::default()
    }
}

fn code<T>(result: Result<T, IdentityError>) -> Result<T, FailureCode> {
    result.map_err(|error| error.code())
}
