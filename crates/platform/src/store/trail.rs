//! Reading the audit log: a page of it, newest first, and line after line for the verifier.

use model::{AuditEntry, AuditFilter, AuditOutcome, Millis};
use sqlx::FromRow;

use super::{Db, Result, on_pool, people::escaped, rows};

/// One text for all filters; what comes first in it says by which index the lines are found. An empty text asks for
/// nothing.
macro_rules! page {
    ($first:literal) => {
        concat!(
            "SELECT l.seq, l.at, l.actor_id, u.name AS actor_name, l.via, l.address, l.request_id, l.action, \
             l.object_kind, l.object_id, l.outcome, l.details, l.hash \
             FROM audit_log l LEFT JOIN users u ON u.id = l.actor_id WHERE ",
            $first,
            "l.seq < $1 AND ($2 = '' OR l.object_id = $2) AND ($3 = '' OR l.actor_id = $3) \
             AND ($4 = '' OR l.action = $4) AND ($5 = '' OR l.action LIKE $5 ESCAPE '\\') \
             AND l.at >= $6 AND l.at < $7 ORDER BY l.seq DESC LIMIT $8"
        )
    };
}

const PAGE: &str = page!("");
const PAGE_OF_OBJECT: &str = page!("l.object_id = $2 AND ");
const PAGE_OF_ACTOR: &str = page!("l.actor_id = $3 AND ");
const PAGE_OF_ACTION: &str = page!("l.action = $4 AND ");
const LINES: &str = "SELECT seq, at, actor_id, via, address, request_id, action, object_kind, object_id, outcome, \
     details, hash FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT $2";
const HEAD: &str = "SELECT seq, hash FROM audit_head WHERE one = 1";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("PAGE", PAGE),
    ("PAGE_OF_OBJECT", PAGE_OF_OBJECT),
    ("PAGE_OF_ACTOR", PAGE_OF_ACTOR),
    ("PAGE_OF_ACTION", PAGE_OF_ACTION),
    ("LINES", LINES),
];

/// Which lines, and from where on.
pub(crate) struct TrailQuery<'a> {
    pub(crate) filter: &'a AuditFilter,
    /// Lines before this one.
    pub(crate) before: i64,
    pub(crate) limit: u32,
}

/// A line as it stands there, for the verifier.
#[derive(FromRow)]
pub(crate) struct Line {
    pub(crate) seq: i64,
    at: i64,
    actor_id: Option<String>,
    via: String,
    address: String,
    request_id: String,
    action: String,
    object_kind: String,
    object_id: String,
    outcome: String,
    details: String,
    pub(crate) hash: String,
}

impl Line {
    /// What its hash must be after the line before.
    pub(crate) fn expected(&self, key: &[u8; 32], previous: &str) -> String {
        crate::audit::chain(
            key,
            previous,
            &[
                &self.seq.to_string(),
                &self.at.to_string(),
                self.actor_id.as_deref().unwrap_or_default(),
                &self.via,
                &self.address,
                &self.request_id,
                &self.action,
                &self.object_kind,
                &self.object_id,
                &self.outcome,
                &self.details,
            ],
        )
    }
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    line: Line,
    actor_name: Option<String>,
}

impl TryFrom<Row> for AuditEntry {
    type Error = super::Error;

    fn try_from(Row { line, actor_name }: Row) -> Result<Self> {
        let corrupt = |column| rows::corrupt("audit_log", column, &line.seq.to_string());
        let actor_id = line.actor_id.as_deref();
        Ok(Self {
            actor_id: actor_id
                .map(|id| rows::id("audit_log", "actor_id", id))
                .transpose()?,
            outcome: match line.outcome.as_str() {
                "done" => AuditOutcome::Done,
                "refused" => AuditOutcome::Refused,
                _ => return Err(corrupt("outcome")),
            },
            details: serde_json::from_str(&line.details).map_err(|_| corrupt("details"))?,
            seq: line.seq,
            at: Millis::new(line.at),
            actor_name,
            via: line.via,
            address: line.address,
            request_id: line.request_id,
            action: line.action,
            object_kind: line.object_kind,
            object_id: line.object_id,
            hash: line.hash,
        })
    }
}

impl Db {
    /// A page of the log, newest first.
    #[tracing::instrument(name = "store.trail.page", skip_all)]
    pub(crate) async fn audit_page(&self, query: &TrailQuery<'_>) -> Result<Vec<AuditEntry>> {
        let filter = query.filter;
        let actor = filter.actor.map(|id| id.to_string()).unwrap_or_default();
        let (exact, prefix) = if filter.action.ends_with('.') {
            (String::new(), format!("{}%", escaped(&filter.action)))
        } else {
            (filter.action.clone(), String::new())
        };
        let text = if !filter.object.is_empty() {
            PAGE_OF_OBJECT
        } else if !actor.is_empty() {
            PAGE_OF_ACTOR
        } else if !exact.is_empty() {
            PAGE_OF_ACTION
        } else {
            PAGE
        };
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(text)
            .bind(query.before)
            .bind(&filter.object)
            .bind(actor)
            .bind(exact)
            .bind(prefix)
            .bind(filter.from.map_or(i64::MIN, Millis::get))
            .bind(filter.until.map_or(i64::MAX, Millis::get))
            .bind(i64::from(query.limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(AuditEntry::try_from).collect()
    }

    /// Lines after that place, in order.
    #[tracing::instrument(name = "store.trail.lines", skip_all)]
    pub(crate) async fn audit_lines(&self, after: i64, limit: i64) -> Result<Vec<Line>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(LINES)
            .bind(after)
            .bind(limit)
            .fetch_all(pool)
            .await?))
    }

    /// The place and hash of the last line, as they are remembered beside the log.
    #[tracing::instrument(name = "store.trail.head", skip_all)]
    pub(crate) async fn audit_head(&self) -> Result<(i64, String)> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(HEAD)
            .fetch_one(pool)
            .await?))
    }
}
