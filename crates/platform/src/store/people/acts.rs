//! What is done to people.

use model::{BuiltIn, GroupId, Millis, Rank, RoleId, UserId};
use serde_json::json;

use crate::{
    audit::Record,
    store::{
        Db, NewUser, Result,
        audit::append_audit,
        erasure::{IS_OWNER, OTHER_OWNERS},
        groups::JOIN,
        on_pool,
        one_time_tokens::FORGET,
        users::{GRANT, insert_user},
    },
};

/// How high somebody stands; nothing when there is no such person.
pub(in crate::store) const RANK: &str = "SELECT COALESCE((SELECT MAX(r.rank) FROM roles r WHERE r.id IN ( \
       SELECT o.role_id FROM user_roles o WHERE o.user_id = u.id \
       UNION SELECT g.role_id FROM group_members m JOIN group_roles g ON g.group_id = m.group_id \
       WHERE m.user_id = u.id)), 0) FROM users u WHERE u.id = $1";
const SET_DISABLED: &str =
    "UPDATE users SET disabled = $2, updated_at = $3 WHERE id = $1 AND disabled <> $2";
const ROLES_OF: &str = "SELECT role_id FROM user_roles WHERE user_id = $1";
const REVOKE: &str = "DELETE FROM user_roles WHERE user_id = $1 AND role_id = $2";
const SET_PASSWORD: &str = "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1";

/// What became of an act on a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touched {
    /// It was done, and its line written.
    Done,
    /// It was so already; nothing was written.
    Unchanged,
    /// There is no such person, or no such group.
    Nobody,
    /// The person, or a role that would be given or taken, stands too high.
    TooHigh,
    /// The site would be without an owner.
    LastOwner,
}

/// The roles that somebody is to have, and those that the caller may give and take.
pub(crate) struct NewRoles<'a> {
    pub(crate) user: UserId,
    pub(crate) wanted: &'a [RoleId],
    pub(crate) may_give: &'a [RoleId],
    pub(crate) may_take: &'a [RoleId],
    /// The person must stand below this.
    pub(crate) ceiling: Option<Rank>,
    pub(crate) now: Millis,
}

/// Takes the turn, and leaves the function unless there is such a person who stands below the ceiling:
/// `below!(transaction, &user, ceiling)`.
macro_rules! below {
    ($transaction:expr, $user:expr, $ceiling:expr) => {{
        sqlx::query($crate::store::erasure::TURN)
            .execute(&mut *$transaction)
            .await?;
        let rank: Option<i64> = sqlx::query_scalar($crate::store::people::RANK)
            .bind($user)
            .fetch_optional(&mut *$transaction)
            .await?;
        let Some(rank) = rank else {
            return Ok($crate::store::people::Touched::Nobody);
        };
        let ceiling: Option<model::Rank> = $ceiling;
        if ceiling.is_some_and(|ceiling| rank >= i64::from(ceiling.get())) {
            return Ok($crate::store::people::Touched::TooHigh);
        }
    }};
}
pub(in crate::store) use below;

/// Leaves the function when the person is the last owner who can sign in.
macro_rules! keep_an_owner {
    ($transaction:expr, $user:expr) => {{
        let owner = BuiltIn::Owner.id().to_string();
        let owns: i64 = sqlx::query_scalar(IS_OWNER)
            .bind($user)
            .bind(&owner)
            .fetch_one(&mut *$transaction)
            .await?;
        if owns > 0 {
            let others: i64 = sqlx::query_scalar(OTHER_OWNERS)
                .bind($user)
                .bind(&owner)
                .fetch_one(&mut *$transaction)
                .await?;
            if others == 0 {
                return Ok(Touched::LastOwner);
            }
        }
    }};
}

impl Db {
    /// Adds a person with their roles and groups, and the log's line; a conflict when the address has an account.
    #[tracing::instrument(name = "store.people.insert", skip_all)]
    pub(crate) async fn insert_person(
        &self,
        user: &NewUser<'_>,
        groups: &[GroupId],
        now: Millis,
        record: &Record,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            insert_user!(transaction, user, now);
            for group in groups {
                sqlx::query(JOIN)
                    .bind(group.to_string())
                    .bind(user.account.id.to_string())
                    .bind(now.get())
                    .execute(&mut *transaction)
                    .await?;
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Closes the person's account, or opens it again. What was begun by a link in a letter ends with it: whoever had got in does not
    /// come back by another address, or another password, when it opens.
    #[tracing::instrument(name = "store.people.set_disabled", skip_all)]
    pub(crate) async fn set_disabled(
        &self,
        user: UserId,
        disabled: bool,
        ceiling: Option<Rank>,
        now: Millis,
        record: &Record,
    ) -> Result<Touched> {
        let user = user.to_string();
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            below!(transaction, &user, ceiling);
            if disabled {
                keep_an_owner!(transaction, &user);
            }
            let changed = sqlx::query(SET_DISABLED)
                .bind(&user)
                .bind(disabled)
                .bind(now.get())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if changed == 0 {
                return Ok(Touched::Unchanged);
            }
            if disabled {
                sqlx::query(FORGET)
                    .bind(&user)
                    .execute(&mut *transaction)
                    .await?;
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(Touched::Done)
    }

    /// Gives and takes roles until the person has just those, with a line for each.
    #[tracing::instrument(name = "store.people.set_roles", skip_all)]
    pub(crate) async fn set_roles(
        &self,
        new: &NewRoles<'_>,
        grant: &Record,
        revoke: &Record,
    ) -> Result<Touched> {
        let (user, owner) = (new.user.to_string(), BuiltIn::Owner.id());
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            below!(transaction, &user, new.ceiling);
            let had: Vec<String> = sqlx::query_scalar(ROLES_OF)
                .bind(&user)
                .fetch_all(&mut *transaction)
                .await?;
            let had: Vec<RoleId> = had.iter().filter_map(|id| id.parse().ok()).collect();
            let given = new.wanted.iter().filter(|role| !had.contains(role));
            let given: Vec<RoleId> = given.copied().collect();
            let taken = had.iter().filter(|role| !new.wanted.contains(role));
            let taken: Vec<RoleId> = taken.copied().collect();
            let allowed = given.iter().all(|role| new.may_give.contains(role))
                && taken.iter().all(|role| new.may_take.contains(role));
            if !allowed {
                return Ok(Touched::TooHigh);
            }
            if given.is_empty() && taken.is_empty() {
                return Ok(Touched::Unchanged);
            }
            if taken.contains(&owner) {
                keep_an_owner!(transaction, &user);
            }
            for role in given {
                sqlx::query(GRANT)
                    .bind(&user)
                    .bind(role.to_string())
                    .bind(new.now.get())
                    .execute(&mut *transaction)
                    .await?;
                let record = grant.clone().with(&json!({ "role": role }));
                append_audit!(transaction, &record);
            }
            for role in taken {
                sqlx::query(REVOKE)
                    .bind(&user)
                    .bind(role.to_string())
                    .execute(&mut *transaction)
                    .await?;
                let record = revoke.clone().with(&json!({ "role": role }));
                append_audit!(transaction, &record);
            }
            transaction.commit().await?;
        });
        Ok(Touched::Done)
    }

    /// Gives the person another password; links to choose one are void then, and those to another address.
    #[tracing::instrument(name = "store.people.set_password", skip_all)]
    pub(crate) async fn set_password_of(
        &self,
        user: UserId,
        hash: &str,
        now: Millis,
        record: &Record,
    ) -> Result<Touched> {
        let user = user.to_string();
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            below!(transaction, &user, None);
            sqlx::query(SET_PASSWORD)
                .bind(&user)
                .bind(hash)
                .bind(now.get())
                .execute(&mut *transaction)
                .await?;
            sqlx::query(FORGET)
                .bind(&user)
                .execute(&mut *transaction)
                .await?;
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(Touched::Done)
    }
}
