//! The rows of people.

use model::{Account, DisplayName, Email, Millis, Role, UserId};
use sqlx::FromRow;

use super::{Db, Error, Result, on_pool};

pub(super) const INSERT: &str = "INSERT INTO users (id, email, email_key, name, role, password_hash, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";
const BY_ID: &str =
    "SELECT id, email, name, role, password_hash, disabled FROM users WHERE id = $1";
const BY_EMAIL: &str =
    "SELECT id, email, name, role, password_hash, disabled FROM users WHERE email_key = $1";
const REHASH: &str = "UPDATE users SET password_hash = $3, updated_at = $4 \
     WHERE id = $1 AND password_hash = $2";

/// A person with what only the server may know of them. Not `Debug`: it holds the password's hash.
pub(crate) struct User {
    pub(crate) account: Account,
    pub(crate) password_hash: String,
    pub(crate) disabled: bool,
}

#[derive(FromRow)]
struct Row {
    id: String,
    email: String,
    name: String,
    role: String,
    password_hash: String,
    disabled: bool,
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
                role: match row.role.as_str() {
                    "owner" => Role::Owner,
                    "member" => Role::Member,
                    _ => return Err(corrupt("role")),
                },
            },
            disabled: row.disabled,
            password_hash: row.password_hash,
        })
    }
}

pub(super) const fn role_text(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Member => "member",
    }
}

/// Runs the insert on a pool or a transaction of either dialect.
macro_rules! insert {
    ($executor:expr, $account:expr, $hash:expr, $now:expr) => {
        sqlx::query(INSERT)
            .bind($account.id.to_string())
            .bind($account.email.as_str())
            .bind($account.email.key())
            .bind($account.name.as_str())
            .bind(role_text($account.role))
            .bind($hash)
            .bind($now.get())
            .execute($executor)
            .await?
            .rows_affected()
    };
}
pub(super) use insert;

impl Db {
    /// Adds a person; a conflict when the address has an account already.
    #[tracing::instrument(name = "store.users.insert", skip_all)]
    pub(crate) async fn insert_user(
        &self,
        account: &Account,
        password_hash: &str,
        now: Millis,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| insert!(
            pool,
            account,
            password_hash,
            now
        ));
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
}
