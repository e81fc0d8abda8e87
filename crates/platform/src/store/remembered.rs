//! What people have models remember of them.

use model::{ConversationId, Fact, FactId, FactText, Millis, Remembered, UserId};
use sqlx::FromRow;

use super::{
    Db, Error, Result,
    bounded::{TURN, counted},
    on_pool, rows,
};

const IS_ON: &str = "SELECT enabled FROM memories WHERE user_id = $1";

const SWITCH: &str = "
    INSERT INTO memories (user_id, enabled, updated_at) VALUES ($1, $2, $3)
    ON CONFLICT (user_id) DO UPDATE SET enabled = excluded.enabled, updated_at = excluded.updated_at";

const LIST: &str = "SELECT id, text FROM memory_facts WHERE owner_id = $1 AND forgotten_at IS NULL ORDER BY id LIMIT $2";

/// What goes along with a question: nothing while it is off, and nothing into a temporary conversation.
const SENT: &str = "
    SELECT f.text FROM memories m JOIN memory_facts f ON f.owner_id = m.user_id
    WHERE m.user_id = $1 AND m.enabled = TRUE AND f.forgotten_at IS NULL
      AND EXISTS (SELECT 1 FROM conversations c WHERE c.id = $2 AND c.owner_id = $1 AND c.expires_at IS NULL)
    ORDER BY f.id LIMIT $3";

const COUNT: &str =
    "SELECT COUNT(*) FROM memory_facts WHERE owner_id = $1 AND forgotten_at IS NULL";

const ADD: &str = "INSERT INTO memory_facts (id, owner_id, text, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)";

const CHANGE: &str = "
    UPDATE memory_facts SET text = $3, updated_at = $4
    WHERE id = $1 AND owner_id = $2 AND forgotten_at IS NULL";

const DELETE: &str =
    "DELETE FROM memory_facts WHERE id = $1 AND owner_id = $2 AND forgotten_at IS NULL";

const FORGET_ALL: &str =
    "UPDATE memory_facts SET forgotten_at = $2 WHERE owner_id = $1 AND forgotten_at IS NULL";

/// What was forgotten before that: only the last time can be taken back.
const DROP_OTHERS: &str = "DELETE FROM memory_facts WHERE owner_id = $1 AND forgotten_at <> $2";

const COUNT_FORGOTTEN: &str =
    "SELECT COUNT(*) FROM memory_facts WHERE owner_id = $1 AND forgotten_at = $2";

const RESTORE: &str =
    "UPDATE memory_facts SET forgotten_at = NULL WHERE owner_id = $1 AND forgotten_at = $2";

const PURGE: &str = "DELETE FROM memory_facts WHERE forgotten_at < $1";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("MEMORY_IS_ON", IS_ON),
    ("MEMORY_SWITCH", SWITCH),
    ("FACTS_LIST", LIST),
    ("FACTS_SENT", SENT),
    ("FACTS_COUNT", COUNT),
    ("FACTS_ADD", ADD),
    ("FACTS_CHANGE", CHANGE),
    ("FACTS_DELETE", DELETE),
    ("FACTS_FORGET_ALL", FORGET_ALL),
    ("FACTS_DROP_OTHERS", DROP_OTHERS),
    ("FACTS_COUNT_FORGOTTEN", COUNT_FORGOTTEN),
    ("FACTS_RESTORE", RESTORE),
    ("FACTS_PURGE", PURGE),
];

/// What became of taking it back that all was forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RestoredFacts {
    /// All of it is there again.
    All,
    /// Nothing of the person's was forgotten then, or it is gone for good.
    None,
    /// With what was added meanwhile it would be more than a person may have.
    TooMany,
}

#[derive(FromRow)]
struct Row {
    id: String,
    text: String,
}

impl TryFrom<Row> for Fact {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: rows::id("memory_facts", "id", &row.id)?,
            text: FactText::parse(&row.text)
                .map_err(|_| rows::corrupt("memory_facts", "text", &row.id))?,
        })
    }
}

impl Db {
    /// All that is remembered of the person, and whether it goes along.
    #[tracing::instrument(name = "store.remembered.read", skip_all)]
    pub(crate) async fn remembered(&self, user: UserId) -> Result<Remembered> {
        let enabled: Option<bool> = on_pool!(self.reader(), |pool| sqlx::query_scalar(IS_ON)
            .bind(user.to_string())
            .fetch_optional(pool)
            .await?);
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(LIST)
            .bind(user.to_string())
            .bind(i64::from(Remembered::MOST))
            .fetch_all(pool)
            .await?);
        let facts = found.into_iter().map(Fact::try_from);
        Ok(Remembered {
            enabled: enabled.unwrap_or_default(),
            facts: facts.collect::<Result<_>>()?,
        })
    }

    /// What goes along with a question in the person's conversation.
    #[tracing::instrument(name = "store.remembered.sent", skip_all)]
    pub(crate) async fn facts_sent(
        &self,
        user: UserId,
        conversation: ConversationId,
    ) -> Result<Vec<String>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_scalar(SENT)
            .bind(user.to_string())
            .bind(conversation.to_string())
            .bind(i64::from(Remembered::MOST))
            .fetch_all(pool)
            .await?))
    }

    /// Has it go along with questions, or not.
    #[tracing::instrument(name = "store.remembered.switch", skip_all)]
    pub(crate) async fn switch_memory(
        &self,
        user: UserId,
        enabled: bool,
        now: Millis,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(SWITCH)
            .bind(user.to_string())
            .bind(enabled)
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Keeps a fact. Not when the person has as many as they may.
    #[tracing::instrument(name = "store.remembered.add", skip_all)]
    pub(crate) async fn add_fact(&self, user: UserId, fact: &Fact, now: Millis) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let count = counted!(tx, COUNT, user);
            if count >= i64::from(Remembered::MOST) {
                return Ok(false);
            }
            sqlx::query(ADD)
                .bind(fact.id.to_string())
                .bind(user.to_string())
                .bind(fact.text.as_str())
                .bind(now.get())
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(true)
        })
    }

    /// Changes a fact. Whether it is there and the person's.
    #[tracing::instrument(name = "store.remembered.change", skip_all)]
    pub(crate) async fn change_fact(&self, user: UserId, fact: &Fact, now: Millis) -> Result<bool> {
        let changed = on_pool!(self.writer(), |pool| sqlx::query(CHANGE)
            .bind(fact.id.to_string())
            .bind(user.to_string())
            .bind(fact.text.as_str())
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(changed == 1)
    }

    /// Forgets a fact. Whether it was there and the person's.
    #[tracing::instrument(name = "store.remembered.delete", skip_all)]
    pub(crate) async fn delete_fact(&self, user: UserId, id: FactId) -> Result<bool> {
        let deleted = on_pool!(self.writer(), |pool| sqlx::query(DELETE)
            .bind(id.to_string())
            .bind(user.to_string())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(deleted == 1)
    }

    /// Forgets all of it, which can be taken back for a while. How much that was.
    #[tracing::instrument(name = "store.remembered.forget_all", skip_all)]
    pub(crate) async fn forget_facts(&self, user: UserId, now: Millis) -> Result<u64> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            sqlx::query(TURN)
                .bind(user.to_string())
                .execute(&mut *tx)
                .await?;
            let forgotten = sqlx::query(FORGET_ALL)
                .bind(user.to_string())
                .bind(now.get())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if forgotten > 0 {
                sqlx::query(DROP_OTHERS)
                    .bind(user.to_string())
                    .bind(now.get())
                    .execute(&mut *tx)
                    .await?;
            }
            tx.commit().await?;
            Ok(forgotten)
        })
    }

    /// Takes that back.
    #[tracing::instrument(name = "store.remembered.restore", skip_all)]
    pub(crate) async fn restore_facts(&self, user: UserId, at: Millis) -> Result<RestoredFacts> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let count = counted!(tx, COUNT, user);
            let forgotten: i64 = sqlx::query_scalar(COUNT_FORGOTTEN)
                .bind(user.to_string())
                .bind(at.get())
                .fetch_one(&mut *tx)
                .await?;
            if forgotten == 0 {
                return Ok(RestoredFacts::None);
            }
            if count + forgotten > i64::from(Remembered::MOST) {
                return Ok(RestoredFacts::TooMany);
            }
            sqlx::query(RESTORE)
                .bind(user.to_string())
                .bind(at.get())
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(RestoredFacts::All)
        })
    }

    /// Removes for good what was forgotten before `before`. How much.
    #[tracing::instrument(name = "store.remembered.purge", skip_all)]
    pub(crate) async fn purge_facts(&self, before: Millis) -> Result<u64> {
        self.removed_before(PURGE, before).await
    }
}
