//! Deleting an account for real: nothing of it stays but its id in the audit log.

use model::{BuiltIn, Email, Rank, UserId};

use super::{
    Db, Result, audit::append_audit, blobs, files::take_turn, on_pool, people, upstream_objects,
};
use crate::audit::Record;

/// Makes transactions take turns, as writing the log does: of two last owners who leave at once, one stays.
pub(super) const TURN: &str = "UPDATE audit_head SET seq = seq WHERE one = 1";
pub(super) const IS_OWNER: &str =
    "SELECT COUNT(*) FROM user_roles WHERE user_id = $1 AND role_id = $2";
pub(super) const OTHER_OWNERS: &str = "SELECT COUNT(*) FROM users u WHERE u.id <> $1 AND u.disabled = FALSE \
     AND EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = u.id AND r.role_id = $2)";

/// What does not go with the row of the person by itself.
const CONVERSATIONS: &str = "DELETE FROM conversations WHERE owner_id = $1";
const ATTEMPTS: &str = "DELETE FROM account_attempts WHERE account = $1";
const INVITATIONS: &str = "DELETE FROM invitations WHERE used_by = $1 OR LOWER(email) = $2";
const USER: &str = "DELETE FROM users WHERE id = $1";

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Erased {
    /// All is gone.
    Done,
    /// There is no such person.
    Nobody,
    /// The person stands too high by now.
    TooHigh,
    /// The site would be without an owner.
    LastOwner,
}

impl Db {
    /// Deletes the person and all that is theirs, the trash too, and writes the log's line. `attempts` is the key under
    /// which failed sign-ins to the account are counted. With a `ceiling`, only who stands below it, judged in the same transaction.
    #[tracing::instrument(name = "store.erasure.user", skip_all)]
    pub(crate) async fn erase_user(
        &self,
        user: UserId,
        email: &Email,
        attempts: &str,
        (ceiling, record): (Option<Rank>, &Record),
    ) -> Result<Erased> {
        let owner = BuiltIn::Owner.id().to_string();
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(TURN).execute(&mut *transaction).await?;
            if let Some(ceiling) = ceiling {
                let rank: Option<i64> = sqlx::query_scalar(people::RANK)
                    .bind(user.to_string())
                    .fetch_optional(&mut *transaction)
                    .await?;
                if rank.is_some_and(|rank| rank >= i64::from(ceiling.get())) {
                    return Ok(Erased::TooHigh);
                }
            }
            let owns: i64 = sqlx::query_scalar(IS_OWNER)
                .bind(user.to_string())
                .bind(&owner)
                .fetch_one(&mut *transaction)
                .await?;
            if owns > 0 {
                let others: i64 = sqlx::query_scalar(OTHER_OWNERS)
                    .bind(user.to_string())
                    .bind(&owner)
                    .fetch_one(&mut *transaction)
                    .await?;
                if others == 0 {
                    return Ok(Erased::LastOwner);
                }
            }
            sqlx::query(CONVERSATIONS)
                .bind(user.to_string())
                .execute(&mut *transaction)
                .await?;
            // Before the contents, as where one is written: neither waits for the other.
            take_turn!(transaction, user);
            // Their objects go with the next purge; until then these rows are what knows of them.
            sqlx::query(blobs::DOOM_ALL)
                .bind(user.to_string())
                .bind(record.at.get())
                .execute(&mut *transaction)
                .await?;
            // So it is with what is theirs at the upstream.
            sqlx::query(upstream_objects::LEAVE)
                .bind(user.to_string())
                .bind(record.at.get())
                .execute(&mut *transaction)
                .await?;
            sqlx::query(ATTEMPTS)
                .bind(attempts)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(INVITATIONS)
                .bind(user.to_string())
                .bind(email.key())
                .execute(&mut *transaction)
                .await?;
            let gone = sqlx::query(USER)
                .bind(user.to_string())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if gone == 0 {
                return Ok(Erased::Nobody);
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
            Ok(Erased::Done)
        })
    }
}
