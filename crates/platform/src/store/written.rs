//! In which conversations an answer is being written.

use model::{ConversationId, UserId};
use sqlx::QueryBuilder;

use super::{Db, Result, on_pool, rows};

macro_rules! written {
    ($rest:literal) => {
        concat!(
            "SELECT c.id FROM conversations c WHERE c.deleted_at IS NULL \
             AND EXISTS (SELECT 1 FROM generations g WHERE g.conversation_id = c.id AND g.status = 'running') \
             AND c.owner_id = ",
            $rest
        )
    };
}

/// For the proof that it uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[("WRITTEN", written!("$1 AND c.id IN ($2, $3)"))];

impl Db {
    /// Those of the owner's conversations among these, each once.
    #[tracing::instrument(name = "store.written.among", skip_all, fields(count = ids.len()))]
    pub(crate) async fn written_among(
        &self,
        owner: UserId,
        ids: &[ConversationId],
    ) -> Result<Vec<ConversationId>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<String> = on_pool!(self.reader(), |pool| {
            let mut query = QueryBuilder::new(written!(""));
            query.push_bind(owner.to_string()).push(" AND c.id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.to_string());
            }
            query.push(")");
            query.build_query_scalar().fetch_all(pool).await?
        });
        let found = found.iter().map(|id| rows::id("conversations", "id", id));
        found.collect()
    }
}
