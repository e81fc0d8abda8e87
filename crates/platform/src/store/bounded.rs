//! What a person may have so many of: it is counted while nothing of theirs is added, and of what they deleted no more is kept either.

use std::fmt::Display;

use model::{Millis, UserId};

use super::{Db, Result, on_pool};

/// Takes the owner's row, so that what is counted stays so until what is added is there.
pub(super) const TURN: &str = "UPDATE users SET disabled = disabled WHERE id = $1";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[("TURN", TURN)];

/// Removes for good what the owner `$1` deleted first, of more than `$2`: who makes and deletes by turns fills no table.
macro_rules! beyond {
    ($table:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE owner_id = $1 AND deleted_at IS NOT NULL AND id NOT IN ( \
               SELECT id FROM ",
            $table,
            " WHERE owner_id = $1 AND deleted_at IS NOT NULL \
               ORDER BY deleted_at DESC, id DESC LIMIT $2)"
        )
    };
}
pub(super) use beyond;

/// Takes the owner's turn in a transaction, and counts by a text what they have.
macro_rules! counted {
    ($transaction:expr, $text:expr, $owner:expr) => {{
        sqlx::query($crate::store::bounded::TURN)
            .bind($owner.to_string())
            .execute(&mut *$transaction)
            .await?;
        let count: i64 = sqlx::query_scalar($text)
            .bind($owner.to_string())
            .fetch_one(&mut *$transaction)
            .await?;
        count
    }};
}
pub(super) use counted;

/// What became of bringing something back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Restored {
    /// It is there again.
    Done,
    /// Nothing of the owner's was deleted by that id, or it is gone for good.
    None,
    /// The owner has as many as they may.
    TooMany,
}

impl Db {
    /// Deletes by a text what is the owner's, and by a [`beyond!`] what of theirs was deleted first of more than `most`. Whether it
    /// was there.
    pub(super) async fn delete_bounded(
        &self,
        (delete, beyond): (&'static str, &'static str),
        owner: UserId,
        id: impl Display,
        now: Millis,
        most: i64,
    ) -> Result<bool> {
        let id = id.to_string();
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let deleted = sqlx::query(delete)
                .bind(&id)
                .bind(owner.to_string())
                .bind(now.get())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if deleted == 0 {
                return Ok(false);
            }
            sqlx::query(beyond)
                .bind(owner.to_string())
                .bind(most)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(true)
        })
    }

    /// Brings back by a text what the owner deleted, unless another text counts `most`.
    pub(super) async fn restore_bounded(
        &self,
        (restore, count): (&'static str, &'static str),
        owner: UserId,
        id: impl Display,
        most: i64,
    ) -> Result<Restored> {
        let id = id.to_string();
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let there = counted!(tx, count, owner);
            let restored = sqlx::query(restore)
                .bind(&id)
                .bind(owner.to_string())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if restored == 0 {
                return Ok(Restored::None);
            }
            if there >= most {
                return Ok(Restored::TooMany);
            }
            tx.commit().await?;
            Ok(Restored::Done)
        })
    }
}
