//! The audit log's rows: appended in order, each under the lock of the one row that knows the last.

use super::{Db, Result, on_pool};
use crate::audit::Record;

/// Takes the next number and, until the transaction ends, the turn.
pub(super) const NEXT: &str =
    "UPDATE audit_head SET seq = seq + 1 WHERE one = 1 RETURNING seq, hash";
pub(super) const APPEND: &str = "INSERT INTO audit_log \
     (seq, at, actor_id, via, address, request_id, action, object_kind, object_id, outcome, details, hash) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
pub(super) const REMEMBER: &str = "UPDATE audit_head SET hash = $1 WHERE one = 1";

/// Appends a record within a transaction of either dialect: `append_audit!(transaction, record)`.
macro_rules! append_audit {
    ($transaction:expr, $record:expr) => {{
        let record: &$crate::audit::Record = $record;
        let (seq, previous): (i64, String) = sqlx::query_as($crate::store::audit::NEXT)
            .fetch_one(&mut *$transaction)
            .await?;
        let hash = record.hash(seq, &previous);
        sqlx::query($crate::store::audit::APPEND)
            .bind(seq)
            .bind(record.at.get())
            .bind(record.actor.map(|actor| actor.to_string()))
            .bind(record.via)
            .bind(&record.address)
            .bind(&record.request_id)
            .bind(record.action)
            .bind(record.object_kind)
            .bind(&record.object_id)
            .bind($crate::audit::outcome_text(record.outcome))
            .bind(&record.details)
            .bind(&hash)
            .execute(&mut *$transaction)
            .await?;
        sqlx::query($crate::store::audit::REMEMBER)
            .bind(&hash)
            .execute(&mut *$transaction)
            .await?;
        record.log(seq, &hash);
    }};
}
pub(super) use append_audit;

/// Runs a statement and appends the record, both or neither; false where no row is met, and nothing is appended then:
/// `audited!(self, record, sqlx::query(…).bind(…))`.
macro_rules! audited {
    ($db:expr, $record:expr, $statement:expr) => {
        $crate::store::on_pool!($db.writer(), |pool| {
            let mut transaction = pool.begin_with($db.begin()).await?;
            let run = $statement.execute(&mut *transaction).await?;
            let met = run.rows_affected() > 0;
            if met {
                $crate::store::audit::append_audit!(transaction, $record);
                transaction.commit().await?;
            }
            met
        })
    };
}
pub(super) use audited;

impl Db {
    /// Appends a line by itself.
    #[tracing::instrument(name = "store.audit.append", skip_all)]
    pub(crate) async fn append_audit(&self, record: &Record) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(())
    }
}
