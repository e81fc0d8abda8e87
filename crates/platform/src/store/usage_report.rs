//! Sums of what was used: by day, by model, key or person, and of some of these by day. Every text has two forms: over
//! everybody it walks the days, over one person it goes through the index of their days.

use model::{ApiKeyId, UsageBy, UsageShare, UsageSum, UserId};
use sqlx::FromRow;

use super::{Db, Result, on_pool, rows};

/// Both forms of a text: `[over everybody, over one person]`. Empty texts ask for nothing.
macro_rules! both {
    ($columns:expr, $narrowed:literal, $rest:literal) => {
        [
            both!(@ $columns, "", $narrowed, $rest),
            both!(@ $columns, "d.owner_id = $5 AND ", $narrowed, $rest),
        ]
    };
    ($of_all:expr, $of_one:expr, $narrowed:literal, $rest:literal) => {
        [
            both!(@ $of_all, "", $narrowed, $rest),
            both!(@ $of_one, "d.owner_id = $5 AND ", $narrowed, $rest),
        ]
    };
    (@ $columns:expr, $first:literal, $narrowed:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM usage_days d WHERE ",
            $first,
            "d.day >= $1 AND d.day <= $2 AND ($3 = '' OR d.key_id = $3) AND ($4 = '' OR d.model = $4) \
             AND ($5 = '' OR d.owner_id = $5) ",
            $narrowed,
            $rest
        )
    };
}

/// All sums, after what they are told apart by.
macro_rules! sums {
    ($apart:literal) => {
        concat!(
            $apart,
            "CAST(SUM(d.calls) AS BIGINT) AS calls, CAST(SUM(d.failures) AS BIGINT) AS failures, \
             CAST(SUM(d.input_tokens) AS BIGINT) AS input_tokens, \
             CAST(SUM(d.output_tokens) AS BIGINT) AS output_tokens, \
             CAST(SUM(d.cached_tokens) AS BIGINT) AS cached_tokens, \
             CAST(SUM(d.reasoning_tokens) AS BIGINT) AS reasoning_tokens, \
             CAST(SUM(d.images) AS BIGINT) AS images, CAST(SUM(d.media_ms) AS BIGINT) AS media_ms, \
             CAST(SUM(d.characters) AS BIGINT) AS characters, CAST(SUM(d.cost) AS BIGINT) AS cost"
        )
    };
}

/// What a band shows, after what bands are told apart by.
macro_rules! heights {
    ($apart:literal) => {
        concat!(
            "d.day, ",
            $apart,
            " AS id, CAST(SUM(d.calls) AS BIGINT) AS calls, \
             CAST(SUM(d.input_tokens + d.output_tokens) AS BIGINT) AS tokens, \
             CAST(SUM(d.cost) AS BIGINT) AS cost"
        )
    };
}

const DAYS: [&str; 2] = both!(sums!("d.day, "), "", "GROUP BY d.day");

const MODELS: [&str; 2] = both!(
    sums!("d.model AS id, d.model AS name, "),
    "",
    "GROUP BY d.model ORDER BY SUM(d.cost) DESC, SUM(d.calls) DESC, d.model LIMIT $6"
);
/// Among everybody's a key is told with whose it is: many call theirs alike.
const KEYS: [&str; 2] = both!(
    sums!(
        "d.key_id AS id, COALESCE((SELECT k.name || ' · ' || u.name FROM api_keys k \
         JOIN users u ON u.id = k.user_id WHERE k.id = d.key_id), '') AS name, "
    ),
    sums!(
        "d.key_id AS id, COALESCE((SELECT k.name FROM api_keys k WHERE k.id = d.key_id), '') AS name, "
    ),
    "",
    "GROUP BY d.key_id ORDER BY SUM(d.cost) DESC, SUM(d.calls) DESC, d.key_id LIMIT $6"
);
const PEOPLE: [&str; 2] = both!(
    sums!(
        "d.owner_id AS id, COALESCE((SELECT u.name FROM users u WHERE u.id = d.owner_id), '') AS name, "
    ),
    "",
    "GROUP BY d.owner_id ORDER BY SUM(d.cost) DESC, SUM(d.calls) DESC, d.owner_id LIMIT $6"
);

const BANDS_OF_MODELS: [&str; 2] = both!(
    heights!("d.model"),
    "AND d.model IN ($6, $7, $8, $9, $10) ",
    "GROUP BY d.day, d.model"
);
const BANDS_OF_KEYS: [&str; 2] = both!(
    heights!("d.key_id"),
    "AND d.key_id IN ($6, $7, $8, $9, $10) ",
    "GROUP BY d.day, d.key_id"
);
const BANDS_OF_PEOPLE: [&str; 2] = both!(
    heights!("d.owner_id"),
    "AND d.owner_id IN ($6, $7, $8, $9, $10) ",
    "GROUP BY d.day, d.owner_id"
);

const USED_MODELS: [&str; 2] = both!("d.model", "", "GROUP BY d.model ORDER BY d.model LIMIT $6");
const USED_KEYS: [&str; 2] = both!(
    "d.key_id, (SELECT k.name || ' · ' || u.name FROM api_keys k JOIN users u ON u.id = k.user_id \
     WHERE k.id = d.key_id) AS name",
    "d.key_id, (SELECT k.name FROM api_keys k WHERE k.id = d.key_id) AS name",
    "AND d.key_id IN (SELECT k.id FROM api_keys k WHERE k.id = d.key_id) ",
    "GROUP BY d.key_id ORDER BY 2, d.key_id LIMIT $6"
);

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("DAYS", DAYS[0]),
    ("DAYS of one", DAYS[1]),
    ("MODELS", MODELS[0]),
    ("MODELS of one", MODELS[1]),
    ("KEYS", KEYS[0]),
    ("KEYS of one", KEYS[1]),
    ("PEOPLE", PEOPLE[0]),
    ("PEOPLE of one", PEOPLE[1]),
    ("BANDS_OF_MODELS", BANDS_OF_MODELS[0]),
    ("BANDS_OF_MODELS of one", BANDS_OF_MODELS[1]),
    ("BANDS_OF_KEYS", BANDS_OF_KEYS[0]),
    ("BANDS_OF_KEYS of one", BANDS_OF_KEYS[1]),
    ("BANDS_OF_PEOPLE", BANDS_OF_PEOPLE[0]),
    ("BANDS_OF_PEOPLE of one", BANDS_OF_PEOPLE[1]),
    ("USED_MODELS", USED_MODELS[0]),
    ("USED_MODELS of one", USED_MODELS[1]),
    ("USED_KEYS", USED_KEYS[0]),
    ("USED_KEYS of one", USED_KEYS[1]),
];

/// Of how many shares the days are told.
pub(crate) const BANDS: usize = 5;

/// Which sums. Days are counted from 1970 in the site's time zone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReportQuery<'a> {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) owner: Option<UserId>,
    pub(crate) key: Option<ApiKeyId>,
    pub(crate) model: Option<&'a str>,
}

impl ReportQuery<'_> {
    /// The form that finds its rows soonest.
    fn of(&self, texts: [&'static str; 2]) -> &'static str {
        texts[usize::from(self.owner.is_some())]
    }
}

/// What one share used on one day.
#[derive(FromRow)]
pub(crate) struct Height {
    pub(crate) day: i64,
    pub(crate) id: String,
    pub(crate) calls: i64,
    pub(crate) tokens: i64,
    pub(crate) cost: i64,
}

#[derive(FromRow)]
struct Sums {
    calls: i64,
    failures: i64,
    input_tokens: i64,
    output_tokens: i64,
    cached_tokens: i64,
    reasoning_tokens: i64,
    images: i64,
    media_ms: i64,
    characters: i64,
    cost: i64,
}

impl From<Sums> for UsageSum {
    fn from(row: Sums) -> Self {
        Self {
            calls: row.calls,
            failures: row.failures,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cached_tokens: row.cached_tokens,
            reasoning_tokens: row.reasoning_tokens,
            images: row.images,
            media_ms: row.media_ms,
            characters: row.characters,
            cost: row.cost,
        }
    }
}

#[derive(FromRow)]
struct DayRow {
    day: i64,
    #[sqlx(flatten)]
    sums: Sums,
}

#[derive(FromRow)]
struct ShareRow {
    id: String,
    name: String,
    #[sqlx(flatten)]
    sums: Sums,
}

/// A text with the first five values bound.
macro_rules! asked {
    ($text:expr, $query:expr) => {
        sqlx::query_as($query.of($text))
            .bind($query.first)
            .bind($query.last)
            .bind($query.key.map(|id| id.to_string()).unwrap_or_default())
            .bind($query.model.unwrap_or_default())
            .bind($query.owner.map(|id| id.to_string()).unwrap_or_default())
    };
}

impl Db {
    /// The sums of each day that has any.
    #[tracing::instrument(name = "store.usage_report.days", skip_all)]
    pub(crate) async fn usage_days(&self, query: &ReportQuery<'_>) -> Result<Vec<(i64, UsageSum)>> {
        let found: Vec<DayRow> = on_pool!(self.reader(), |pool| asked!(DAYS, query)
            .fetch_all(pool)
            .await?);
        let days = found.into_iter();
        Ok(days.map(|row| (row.day, row.sums.into())).collect())
    }

    /// The largest shares by cost, then by calls.
    #[tracing::instrument(name = "store.usage_report.shares", skip_all)]
    pub(crate) async fn usage_shares(
        &self,
        query: &ReportQuery<'_>,
        by: UsageBy,
        limit: u32,
    ) -> Result<Vec<UsageShare>> {
        let texts = match by {
            UsageBy::Model => MODELS,
            UsageBy::Key => KEYS,
            UsageBy::User => PEOPLE,
        };
        let found: Vec<ShareRow> = on_pool!(self.reader(), |pool| asked!(texts, query)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let shares = found.into_iter();
        Ok(shares
            .map(|row| UsageShare {
                id: row.id,
                name: row.name,
                sum: row.sums.into(),
            })
            .collect())
    }

    /// What the first of the shares used, on each day that they used something.
    #[tracing::instrument(name = "store.usage_report.bands", skip_all)]
    pub(crate) async fn usage_bands(
        &self,
        query: &ReportQuery<'_>,
        by: UsageBy,
        shares: &[UsageShare],
    ) -> Result<Vec<Height>> {
        let texts = match by {
            UsageBy::Model => BANDS_OF_MODELS,
            UsageBy::Key => BANDS_OF_KEYS,
            UsageBy::User => BANDS_OF_PEOPLE,
        };
        let Some(last) = shares.last() else {
            return Ok(Vec::new());
        };
        // Where there are fewer, the last one is asked for again: the same rows.
        let id = |place: usize| shares.get(place).unwrap_or(last).id.as_str();
        const { assert!(BANDS == 5) };
        Ok(on_pool!(self.reader(), |pool| asked!(texts, query)
            .bind(id(0))
            .bind(id(1))
            .bind(id(2))
            .bind(id(3))
            .bind(id(4))
            .fetch_all(pool)
            .await?))
    }

    /// The models that were used, by name.
    #[tracing::instrument(name = "store.usage_report.models", skip_all)]
    pub(crate) async fn used_models(
        &self,
        query: &ReportQuery<'_>,
        limit: u32,
    ) -> Result<Vec<String>> {
        let found: Vec<(String,)> = on_pool!(self.reader(), |pool| asked!(USED_MODELS, query)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        Ok(found.into_iter().map(|(model,)| model).collect())
    }

    /// The keys that were used and still are there, by name.
    #[tracing::instrument(name = "store.usage_report.keys", skip_all)]
    pub(crate) async fn used_keys(
        &self,
        query: &ReportQuery<'_>,
        limit: u32,
    ) -> Result<Vec<(ApiKeyId, String)>> {
        let found: Vec<(String, Option<String>)> =
            on_pool!(self.reader(), |pool| asked!(USED_KEYS, query)
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?);
        let keys = found.into_iter();
        keys.map(|(id, name)| {
            Ok((
                rows::id("usage_days", "key_id", &id)?,
                name.unwrap_or_default(),
            ))
        })
        .collect()
    }
}
