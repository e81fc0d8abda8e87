//! Everybody's API keys, as those see them who administer people: a page of them, and taking one away. What a key is kept as is not
//! read here.

use model::{
    ApiKeyId, DisplayName, Email, KeyFilter, KeyLine, KeyOrder, KeyState, Millis, Rank, UserId,
};
use sqlx::FromRow;

use super::{
    Db, Result, Touched,
    api_keys::{self, OwnedKey},
    audit::append_audit,
    on_pool,
    people::{below, escaped},
    rows,
};
use crate::audit::Record;

/// Where a key stands at `$8`.
macro_rules! state {
    () => {
        "CASE WHEN k.expires_at <= $8 THEN 'expired' WHEN u.disabled = TRUE THEN 'owner_disabled' ELSE 'active' END"
    };
}

/// One text for all filters; what comes first in it says by which index the keys are found, and where the page begins. It walks them
/// in their order and stops when the page is full. An empty text asks for nothing.
macro_rules! page {
    ($first:literal, $order:literal) => {
        concat!(
            "SELECT k.id, k.user_id, k.name, k.hint, k.scopes, k.models, k.networks, k.requests_per_minute, \
             k.tokens_per_minute, k.budget_per_month, k.finishes, k.cache_seconds, k.at_once, k.created_at, \
             k.expires_at, k.used_at, k.used_from, u.name AS owner_name, u.email AS owner_email, ",
            state!(),
            " AS state, (SELECT COALESCE(MAX(r.rank), 0) FROM roles r WHERE r.id IN ( \
               SELECT o.role_id FROM user_roles o WHERE o.user_id = k.user_id \
               UNION SELECT g.role_id FROM group_members m JOIN group_roles g ON g.group_id = m.group_id \
               WHERE m.user_id = k.user_id)) AS owner_rank \
             FROM api_keys k JOIN users u ON u.id = k.user_id WHERE ",
            $first,
            "($2 = '' OR k.user_id = $2) \
             AND ($3 = '' OR u.email_key LIKE $3 ESCAPE '\\' OR k.hint LIKE $12 ESCAPE '\\' \
                  OR LOWER(k.name) LIKE $3 ESCAPE '\\' OR LOWER(k.name) LIKE $4 ESCAPE '\\' \
                  OR k.name LIKE $5 ESCAPE '\\' OR k.name LIKE $6 ESCAPE '\\' \
                  OR LOWER(u.name) LIKE $3 ESCAPE '\\' OR LOWER(u.name) LIKE $4 ESCAPE '\\' \
                  OR u.name LIKE $5 ESCAPE '\\' OR u.name LIKE $6 ESCAPE '\\') \
             AND ($7 = '' OR $7 = ",
            state!(),
            ") AND COALESCE(k.used_at, k.created_at) < $9 ORDER BY ",
            $order,
            " LIMIT $10"
        )
    };
}

// `$11` is where a page by use begins; by age it says nothing.
const NEWEST: &str = page!("k.id < $1 AND $11 >= 0 AND ", "k.id DESC");
const NEWEST_OF_OWNER: &str = page!(
    "k.user_id = $2 AND k.id < $1 AND $11 >= 0 AND ",
    "k.id DESC"
);
const LAST_USED: &str = page!(
    "COALESCE(k.used_at, 0) <= $11 AND (COALESCE(k.used_at, 0) < $11 OR k.id < $1) AND ",
    "COALESCE(k.used_at, 0) DESC, k.id DESC"
);
/// One person's keys are few.
const LAST_USED_OF_OWNER: &str = page!(
    "k.user_id = $2 AND COALESCE(k.used_at, 0) <= $11 AND (COALESCE(k.used_at, 0) < $11 OR k.id < $1) AND ",
    "COALESCE(k.used_at, 0) DESC, k.id DESC"
);
const WHOSE: &str = "SELECT user_id, name, hint FROM api_keys WHERE id = $1";
const REVOKE: &str = "DELETE FROM api_keys WHERE user_id = $1 AND id = $2";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("NEWEST", NEWEST),
    ("NEWEST_OF_OWNER", NEWEST_OF_OWNER),
    ("LAST_USED", LAST_USED),
    ("LAST_USED_OF_OWNER", LAST_USED_OF_OWNER),
    ("WHOSE", WHOSE),
    ("REVOKE", REVOKE),
];

/// Greater than every id.
const BEYOND: &str = "g";

/// Which keys, and from where on.
pub(crate) struct KeysQuery<'a> {
    pub(crate) filter: &'a KeyFilter,
    /// What is looked for, cut as it has to be.
    pub(crate) search: &'a str,
    /// When the last key of the page before was used, 0 for never, and its id.
    pub(crate) after: Option<(i64, ApiKeyId)>,
    pub(crate) limit: u32,
    pub(crate) now: Millis,
    /// Whose owner stands below this can be revoked by who asks.
    pub(crate) reach: Option<Rank>,
}

/// The pattern of keys that begin so: with `lt-`, or with all four characters that are remembered behind it. An empty one, which none
/// begins with, where it can't be meant.
fn beginning(search: &str) -> String {
    if search.starts_with("lt-") {
        format!("{}%", escaped(search))
    } else if search.chars().count() == 4 {
        format!("lt-{}%", escaped(search))
    } else {
        String::new()
    }
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    key: api_keys::Row,
    owner_name: String,
    owner_email: String,
    state: String,
    owner_rank: i64,
}

impl Row {
    fn line(self, reach: Option<Rank>) -> Result<KeyLine> {
        let OwnedKey { owner, mut key } = OwnedKey::try_from(self.key)?;
        key.used_from = None;
        let corrupt = |column| rows::corrupt("users", column, &owner.to_string());
        Ok(KeyLine {
            key,
            owner,
            owner_name: DisplayName::parse(&self.owner_name).map_err(|_| corrupt("name"))?,
            owner_email: Email::parse(&self.owner_email).map_err(|_| corrupt("email"))?,
            state: KeyState::from_name(&self.state).ok_or_else(|| corrupt("disabled"))?,
            can_revoke: reach.is_some_and(|reach| self.owner_rank < i64::from(reach.get())),
        })
    }
}

/// Whose a key is and what it is called, for who takes it away.
pub(crate) struct KeyOwner {
    pub(crate) owner: UserId,
    pub(crate) name: String,
    pub(crate) hint: String,
}

impl Db {
    /// A page of everybody's keys.
    #[tracing::instrument(name = "store.key_lines.page", skip_all)]
    pub(crate) async fn key_lines(&self, query: &KeysQuery<'_>) -> Result<Vec<KeyLine>> {
        let filter = query.filter;
        let text = match (filter.order, filter.owner) {
            (KeyOrder::Newest, None) => NEWEST,
            (KeyOrder::Newest, Some(_)) => NEWEST_OF_OWNER,
            (KeyOrder::LastUsed, None) => LAST_USED,
            (KeyOrder::LastUsed, Some(_)) => LAST_USED_OF_OWNER,
        };
        let (used, id) = query
            .after
            .map_or((i64::MAX, BEYOND.to_owned()), |(used, id)| {
                (used, id.to_string())
            });
        // SQLite lowers ASCII only, so names are compared as they were typed as well.
        let (typed, lowered) = (escaped(query.search), escaped(&query.search.to_lowercase()));
        let pattern = |text: &str, before: &str| match text {
            "" => String::new(),
            text => format!("{before}{text}%"),
        };
        let unused_since = filter.unused_days.map_or(i64::MAX, |days| {
            query.now.get() - i64::from(days) * Millis::DAY
        });
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(text)
            .bind(id)
            .bind(filter.owner.map(|id| id.to_string()).unwrap_or_default())
            .bind(pattern(&lowered, ""))
            .bind(pattern(&lowered, "% "))
            .bind(pattern(&typed, ""))
            .bind(pattern(&typed, "% "))
            .bind(filter.state.map(KeyState::as_str).unwrap_or_default())
            .bind(query.now.get())
            .bind(unused_since)
            .bind(i64::from(query.limit))
            .bind(used)
            .bind(beginning(query.search))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(|row| row.line(query.reach)).collect()
    }

    /// Whose key it is, and what it is called.
    #[tracing::instrument(name = "store.key_lines.whose", skip_all)]
    pub(crate) async fn owner_of_key(&self, id: ApiKeyId) -> Result<Option<KeyOwner>> {
        let row: Option<(String, String, String)> =
            on_pool!(self.reader(), |pool| sqlx::query_as(WHOSE)
                .bind(id.to_string())
                .fetch_optional(pool)
                .await?);
        row.map(|(owner, name, hint)| {
            Ok(KeyOwner {
                owner: rows::id("api_keys", "user_id", &owner)?,
                name,
                hint,
            })
        })
        .transpose()
    }

    /// Takes a key away from its owner, who has to stand below the ceiling.
    #[tracing::instrument(name = "store.key_lines.revoke", skip_all)]
    pub(crate) async fn revoke_api_key(
        &self,
        owner: UserId,
        id: ApiKeyId,
        ceiling: Rank,
        record: &Record,
    ) -> Result<Touched> {
        let owner = owner.to_string();
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            below!(transaction, &owner, Some(ceiling));
            let gone = sqlx::query(REVOKE)
                .bind(&owner)
                .bind(id.to_string())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if gone == 0 {
                return Ok(Touched::Nobody);
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(Touched::Done)
    }
}
