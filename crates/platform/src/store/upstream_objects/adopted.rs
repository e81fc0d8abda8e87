//! Something that was made at an upstream and the call that pays for it: whose it is and what the call waits for are written in one
//! transaction, because half of it would leave the thing unpaid or have it paid twice.

use model::{ApiKeyId, Millis, UserId};

use super::INSERT;
use crate::store::{Db, Result, on_pool};

pub(super) const WAIT: &str =
    "UPDATE call_holds SET task_id = $2, upstream = $3 WHERE task_id = $1 AND task_id <> ''";

/// What was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made<'a> {
    pub(crate) kind: &'a str,
    pub(crate) id: &'a str,
    pub(crate) owner: UserId,
    pub(crate) key: Option<ApiKeyId>,
    /// Where.
    pub(crate) upstream: &'a str,
    pub(crate) now: Millis,
}

impl Db {
    /// Has the call that waits by the name `from` wait by `to` for what was made, which is its owner's from now on. Nothing changes, and
    /// the answer is no, where somebody has the thing already or no call waits by that name.
    #[tracing::instrument(name = "store.upstream_objects.adopt", skip_all)]
    pub(crate) async fn adopt_upstream_object(
        &self,
        made: &Made<'_>,
        from: &str,
        to: &str,
    ) -> Result<bool> {
        Ok(on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let new = sqlx::query(INSERT)
                .bind(made.kind)
                .bind(made.id)
                .bind(made.owner.to_string())
                .bind(made.key.map(|key| key.to_string()).unwrap_or_default())
                .bind(made.upstream)
                .bind(made.now.get())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            let waits = if new == 0 {
                0
            } else {
                sqlx::query(WAIT)
                    .bind(from)
                    .bind(to)
                    .bind(made.upstream)
                    .execute(&mut *transaction)
                    .await?
                    .rows_affected()
            };
            if waits == 0 {
                transaction.rollback().await?;
            } else {
                transaction.commit().await?;
            }
            waits > 0
        }))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::store::testing::{count, execute, on_both};

    /// Either both are written or neither is.
    #[tokio::test]
    async fn what_was_made_is_given_to_one_call_and_both_are_written_together() {
        on_both(async |db| {
            let (lin, now) = (UserId::from_uuid(Uuid::from_u128(1)), Millis::new(1));
            for (number, name) in [(1, "asked:1"), (2, "asked:2")] {
                let sql = format!(
                    "INSERT INTO call_holds (id, node, opened_at, owner_id, key_id, protocol, operation, model, served_model, upstream, \
                     streamed, request_id, task_id, accounts, amount, floor_cost, floor_tokens, priced) \
                     VALUES ('{number}', 'n', 0, '{lin}', '', 'openai', 'batch', 'm', 'm', 'bailian', FALSE, '', '{name}', '{{}}', 1, 0, 0, TRUE)"
                );
                execute(&db, &sql).await;
            }
            let made = |id| Made {
                kind: "batch",
                id,
                owner: lin,
                key: None,
                upstream: "second",
                now,
            };
            let adopt = async |id: &'static str, from: &str| {
                let to = format!("batch:{id}");
                db.adopt_upstream_object(&made(id), from, &to).await.unwrap()
            };
            assert!(adopt("b1", "asked:1").await);
            let waits = async |name: &str, upstream: &str| {
                let sql = format!("SELECT COUNT(*) FROM call_holds WHERE task_id = '{name}' AND upstream = '{upstream}'");
                count(&db, &sql).await
            };
            assert_eq!(waits("batch:b1", "second").await, 1);
            // One batch is one call's, and a call has one batch.
            assert!(!adopt("b1", "asked:2").await);
            assert_eq!(waits("asked:2", "bailian").await, 1);
            assert!(!adopt("b2", "asked:1").await);
            assert_eq!(db.upstream_of("batch", "b2").await.unwrap(), None);
            assert!(adopt("b2", "asked:2").await);
            assert_eq!(waits("batch:b2", "second").await, 1);
            assert_eq!(count(&db, "SELECT COUNT(*) FROM upstream_objects").await, 2);
        })
        .await;
    }
}
