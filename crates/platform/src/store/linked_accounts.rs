//! Accounts elsewhere. A person there is issuer and subject together; an address finds nobody.

use model::{BuiltIn, Email, LinkId, Millis, RoleId, UserId};
use sqlx::FromRow;

use super::{
    Db, NewUser, Removed, Result,
    audit::append_audit,
    factors::{TAKE_TURN, WAYS_IN},
    on_pool, rows,
    users::{GRANT, insert_user},
};
use crate::audit::Record;

const FIND: &str = "SELECT id, user_id FROM linked_accounts WHERE issuer = $1 AND subject = $2";
const INSERT: &str = "INSERT INTO linked_accounts \
     (id, user_id, provider, issuer, subject, email, created_at, used_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";
const USE: &str =
    "UPDATE linked_accounts SET provider = $2, email = $3, used_at = $4 WHERE id = $1";
const VERIFIED: &str = "UPDATE users SET email_verified_at = $3 \
     WHERE id = $1 AND email_key = $2 AND email_verified_at IS NULL";
const REMOVE: &str = "DELETE FROM linked_accounts WHERE user_id = $1 AND id = $2";
const ROLE: &str = "SELECT id FROM roles WHERE name_key = $1";
const REVOKE: &str = "DELETE FROM user_roles WHERE user_id = $1 AND role_id = $2";
const ROLES_LEFT: &str = "SELECT COUNT(*) FROM user_roles WHERE user_id = $1";

/// Whose an account elsewhere is.
pub(crate) struct Link {
    pub(crate) id: LinkId,
    pub(crate) user: UserId,
}

/// An account elsewhere that is about to be linked.
pub(crate) struct NewLink<'a> {
    pub(crate) id: LinkId,
    pub(crate) user: UserId,
    pub(crate) provider: &'a str,
    pub(crate) issuer: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) email: Option<&'a Email>,
}

/// What a sign-in with a link brings along.
pub(crate) struct LinkUse<'a> {
    pub(crate) link: &'a Link,
    pub(crate) provider: &'a str,
    pub(crate) email: Option<&'a Email>,
    /// Whether the provider vouches for the address.
    pub(crate) verified: bool,
    /// What its rules say of roles.
    pub(crate) roles: &'a [Ruled],
    /// Written when the last role went and the member's came in its place.
    pub(crate) fallback: &'a Record,
}

/// A role that rules govern: given or taken, with the log's line for the case that this changes something.
pub(crate) struct Ruled {
    pub(crate) role: RoleId,
    pub(crate) held: bool,
    pub(crate) record: Record,
}

#[derive(FromRow)]
struct Row {
    id: String,
    user_id: String,
}

/// Links within a transaction of either dialect.
macro_rules! insert_link {
    ($transaction:expr, $link:expr, $now:expr) => {{
        let link: &NewLink<'_> = $link;
        sqlx::query(INSERT)
            .bind(link.id.to_string())
            .bind(link.user.to_string())
            .bind(link.provider)
            .bind(link.issuer)
            .bind(link.subject)
            .bind(link.email.map(Email::as_str))
            .bind($now.get())
            .execute(&mut *$transaction)
            .await?;
    }};
}

impl Db {
    /// Who is linked to that account elsewhere.
    #[tracing::instrument(name = "store.linked_accounts.find", skip_all)]
    pub(crate) async fn link(&self, issuer: &str, subject: &str) -> Result<Option<Link>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(FIND)
            .bind(issuer)
            .bind(subject)
            .fetch_optional(pool)
            .await?);
        row.map(|row| {
            Ok(Link {
                id: rows::id("linked_accounts", "id", &row.id)?,
                user: rows::id("linked_accounts", "user_id", &row.user_id)?,
            })
        })
        .transpose()
    }

    /// Links an account elsewhere to a person; a conflict when it is linked already.
    #[tracing::instrument(name = "store.linked_accounts.insert", skip_all)]
    pub(crate) async fn insert_link(&self, link: &NewLink<'_>, record: &Record) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            insert_link!(transaction, link, record.at);
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Makes a person together with the link that they came by; a conflict when address or link is taken.
    #[tracing::instrument(name = "store.linked_accounts.insert_user", skip_all)]
    pub(crate) async fn insert_linked_user(
        &self,
        user: &NewUser<'_>,
        link: &NewLink<'_>,
        records: &[Record],
        now: Millis,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            insert_user!(transaction, user, now);
            insert_link!(transaction, link, now);
            for record in records {
                append_audit!(transaction, record);
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Remembers a sign-in with a link and gives and takes the roles that rules govern. Whom that would leave without
    /// any role is a member.
    #[tracing::instrument(name = "store.linked_accounts.used", skip_all)]
    pub(crate) async fn use_link(&self, used: &LinkUse<'_>, now: Millis) -> Result<()> {
        let user = used.link.user.to_string();
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(USE)
                .bind(used.link.id.to_string())
                .bind(used.provider)
                .bind(used.email.map(Email::as_str))
                .bind(now.get())
                .execute(&mut *transaction)
                .await?;
            if let Some(email) = used.email.filter(|_| used.verified) {
                sqlx::query(VERIFIED)
                    .bind(&user)
                    .bind(email.key())
                    .bind(now.get())
                    .execute(&mut *transaction)
                    .await?;
            }
            let mut taken = 0;
            for ruled in used.roles {
                let statement = if ruled.held {
                    sqlx::query(GRANT)
                        .bind(&user)
                        .bind(ruled.role.to_string())
                        .bind(now.get())
                } else {
                    sqlx::query(REVOKE).bind(&user).bind(ruled.role.to_string())
                };
                let changed = statement.execute(&mut *transaction).await?.rows_affected();
                if changed > 0 {
                    append_audit!(transaction, &ruled.record);
                    taken += u64::from(!ruled.held);
                }
            }
            if taken > 0 {
                let left: i64 = sqlx::query_scalar(ROLES_LEFT)
                    .bind(&user)
                    .fetch_one(&mut *transaction)
                    .await?;
                if left == 0 {
                    sqlx::query(GRANT)
                        .bind(&user)
                        .bind(BuiltIn::Member.id().to_string())
                        .bind(now.get())
                        .execute(&mut *transaction)
                        .await?;
                    append_audit!(transaction, used.fallback);
                }
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Takes a link away, unless it is the person's last way in.
    #[tracing::instrument(name = "store.linked_accounts.remove", skip_all)]
    pub(crate) async fn remove_link(
        &self,
        user: UserId,
        id: LinkId,
        record: &Record,
    ) -> Result<Removed> {
        let user = user.to_string();
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(TAKE_TURN)
                .bind(&user)
                .bind(record.at.get())
                .execute(&mut *transaction)
                .await?;
            let removed = sqlx::query(REMOVE)
                .bind(&user)
                .bind(id.to_string())
                .execute(&mut *transaction)
                .await?;
            if removed.rows_affected() == 0 {
                return Ok(Removed::NotFound);
            }
            let ways_in: i64 = sqlx::query_scalar(WAYS_IN)
                .bind(&user)
                .fetch_one(&mut *transaction)
                .await?;
            if ways_in == 0 {
                return Ok(Removed::Needed);
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(Removed::Done)
    }

    /// The role of that name, if there is one.
    #[tracing::instrument(name = "store.linked_accounts.role", skip_all)]
    pub(crate) async fn role_named(&self, name: &str) -> Result<Option<RoleId>> {
        let id: Option<String> = on_pool!(self.reader(), |pool| sqlx::query_scalar(ROLE)
            .bind(name.to_lowercase())
            .fetch_optional(pool)
            .await?);
        id.map(|id| rows::id("roles", "id", &id)).transpose()
    }
}
