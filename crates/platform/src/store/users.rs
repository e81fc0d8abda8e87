//! The rows of people.

use model::{Account, DisplayName, Email, Habits, Millis, RoleId, UserId};
use sqlx::{FromRow, types::Json};

use super::{Db, Error, Result, audit::append_audit, on_pool};
use crate::audit::Record;

pub(super) const INSERT: &str = "INSERT INTO users \
     (id, email, email_key, name, password_hash, email_verified_at, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";
pub(super) const GRANT: &str = "INSERT INTO user_roles (user_id, role_id, granted_at) VALUES ($1, $2, $3) \
     ON CONFLICT (user_id, role_id) DO NOTHING";

macro_rules! columns {
    () => {
        "SELECT id, email, name, password_hash, disabled, email_verified_at, language, theme, time_zone, habits, \
         (SELECT updated_at FROM user_pictures WHERE user_id = users.id) AS picture_at FROM users "
    };
}

const BY_ID: &str = concat!(columns!(), "WHERE id = $1");
const BY_EMAIL: &str = concat!(columns!(), "WHERE email_key = $1");
const REHASH: &str = "UPDATE users SET password_hash = $3, updated_at = $4 \
     WHERE id = $1 AND password_hash = $2";
const SEEN: &str = "UPDATE users SET seen_at = $2 WHERE id = $1";

/// A person with what only the server may know of them. Not `Debug`: it holds the password's hash.
pub(crate) struct User {
    pub(crate) account: Account,
    /// `None` for those who sign in elsewhere only.
    pub(crate) password_hash: Option<String>,
    pub(crate) disabled: bool,
    pub(crate) email_verified_at: Option<Millis>,
    pub(crate) language: Option<String>,
    pub(crate) theme: Option<String>,
    pub(crate) time_zone: Option<String>,
    pub(crate) habits: Habits,
    pub(crate) picture_at: Option<Millis>,
}

/// An account that is about to be made.
pub(crate) struct NewUser<'a> {
    pub(crate) account: &'a Account,
    pub(crate) password_hash: Option<&'a str>,
    pub(crate) email_verified_at: Option<Millis>,
    pub(crate) roles: &'a [RoleId],
}

#[derive(FromRow)]
struct Row {
    id: String,
    email: String,
    name: String,
    password_hash: Option<String>,
    disabled: bool,
    email_verified_at: Option<i64>,
    language: Option<String>,
    theme: Option<String>,
    time_zone: Option<String>,
    habits: Option<Json<Habits>>,
    picture_at: Option<i64>,
}

impl TryFrom<Row> for User {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let corrupt = |column| Error::Corrupt {
            table: "users",
            column,
            row: row.id.clone(),
        };
        Ok(Self {
            account: Account {
                id: row.id.parse().map_err(|_| corrupt("id"))?,
                name: DisplayName::parse(&row.name).map_err(|_| corrupt("name"))?,
                email: Email::parse(&row.email).map_err(|_| corrupt("email"))?,
            },
            disabled: row.disabled,
            password_hash: row.password_hash,
            email_verified_at: row.email_verified_at.map(Millis::new),
            language: row.language,
            theme: row.theme,
            time_zone: row.time_zone,
            habits: row.habits.map(|habits| habits.0).unwrap_or_default(),
            picture_at: row.picture_at.map(Millis::new),
        })
    }
}

/// Makes an account with its roles, within a transaction of either dialect.
macro_rules! insert_user {
    ($transaction:expr, $user:expr, $now:expr) => {{
        let user: &$crate::store::users::NewUser<'_> = $user;
        let id = user.account.id.to_string();
        sqlx::query($crate::store::users::INSERT)
            .bind(&id)
            .bind(user.account.email.as_str())
            .bind(user.account.email.key())
            .bind(user.account.name.as_str())
            .bind(user.password_hash)
            .bind(user.email_verified_at.map(model::Millis::get))
            .bind($now.get())
            .execute(&mut *$transaction)
            .await?;
        for role in user.roles {
            sqlx::query($crate::store::users::GRANT)
                .bind(&id)
                .bind(role.to_string())
                .bind($now.get())
                .execute(&mut *$transaction)
                .await?;
        }
    }};
}
pub(super) use insert_user;

impl Db {
    /// Adds a person with their roles and the log's line; a conflict when the address has an account already.
    #[tracing::instrument(name = "store.users.insert", skip_all)]
    pub(crate) async fn insert_user(
        &self,
        user: &NewUser<'_>,
        now: Millis,
        record: &Record,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            insert_user!(transaction, user, now);
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(())
    }

    /// The person of that id.
    #[tracing::instrument(name = "store.users.by_id", skip_all)]
    pub(crate) async fn user(&self, id: UserId) -> Result<Option<User>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(BY_ID)
            .bind(id.to_string())
            .fetch_optional(pool)
            .await?);
        row.map(User::try_from).transpose()
    }

    /// The person who signs in with that address.
    #[tracing::instrument(name = "store.users.by_email", skip_all)]
    pub(crate) async fn user_by_email(&self, email: &Email) -> Result<Option<User>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(BY_EMAIL)
            .bind(email.key())
            .fetch_optional(pool)
            .await?);
        row.map(User::try_from).transpose()
    }

    /// Replaces a hash by a stronger one of the same password, unless the password was changed meanwhile.
    #[tracing::instrument(name = "store.users.rehash", skip_all)]
    pub(crate) async fn replace_password_hash(
        &self,
        id: UserId,
        old: &str,
        new: &str,
        now: Millis,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(REHASH)
            .bind(id.to_string())
            .bind(old)
            .bind(new)
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Remembers that the person was here.
    #[tracing::instrument(name = "store.users.seen", skip_all)]
    pub(crate) async fn user_seen(&self, id: UserId, now: Millis) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(SEEN)
            .bind(id.to_string())
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
