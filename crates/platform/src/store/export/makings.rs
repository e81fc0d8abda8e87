//! What a person has asked for, whatever came of it.

use model::{JobKind, UserId};
use serde::{Serialize, Serializer};
use serde_json::Value;
use sqlx::FromRow;

use super::{Db, Result, on_pool, page};

/// By kind, as its index has them. How far one has come is the server's own, and has addresses by which anybody could ask for results.
const MAKINGS: &str = "SELECT id, kind, state, model, input, failure, cancel_asked, at_most, cost, created_at, ended_at, deleted_at \
     FROM jobs WHERE owner_id = $1 AND kind = $4 AND id > $2 ORDER BY id LIMIT $3";

/// For the proof that each page uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[("EXPORT_MAKINGS", MAKINGS)];

/// What was asked for: also what is under way, what came to nothing, and what was taken off the page a while ago.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptMaking {
    pub(crate) id: String,
    kind: String,
    state: String,
    model: String,
    #[serde(rename = "wish", serialize_with = "as_json")]
    input: String,
    #[serde(serialize_with = "as_json")]
    failure: Option<String>,
    cancel_asked: bool,
    at_most: Option<i64>,
    cost: Option<i64>,
    created_at: i64,
    ended_at: Option<i64>,
    deleted_at: Option<i64>,
}

/// What is kept as JSON is told as that.
fn as_json<'a, S: Serializer>(
    text: impl Into<Option<&'a String>>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    match text.into() {
        None => serializer.serialize_none(),
        Some(text) => match serde_json::from_str::<Value>(text) {
            Ok(value) => value.serialize(serializer),
            Err(_) => text.serialize(serializer),
        },
    }
}

impl Db {
    /// What the person has asked for of a kind behind that one, by id.
    #[tracing::instrument(name = "store.export.makings", skip_all)]
    pub(crate) async fn kept_makings(
        &self,
        owner: UserId,
        kind: JobKind,
        after: &str,
    ) -> Result<Vec<KeptMaking>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(MAKINGS)
            .bind(owner.to_string())
            .bind(after)
            .bind(page())
            .bind(kind.as_str())
            .fetch_all(pool)
            .await?))
    }
}
