//! What can be found: an entry for each title and each text, with its terms in an index of the database's own kind.

mod backfill;
mod index;
mod place;

use model::{ConversationId, MessageId, Millis, Narrowed, Speaker, UserId};
use sqlx::{FromRow, types::Json};

use super::{Db, Part, Result, db::Pool, rows, text_of};
use crate::search::{Scope, Sought, Term};
pub(super) use index::SearchIndex;

/// A title that may have the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitleEntry {
    /// Its number: newer ones have larger ones.
    pub number: i64,
    /// The conversation.
    pub conversation: ConversationId,
    /// Its title.
    pub title: String,
    /// It is in the archive.
    pub archived: bool,
    /// When something last happened in it.
    pub at: Millis,
}

/// A message that may have the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEntry {
    /// Its conversation; the number and the time are the message's.
    pub title: TitleEntry,
    /// The message.
    pub message: MessageId,
    /// Who speaks.
    pub speaker: Speaker,
    /// All its text, without the reasoning.
    pub text: String,
}

/// Of which folder and with which tag a conversation is, where that is asked for. The folder is its owner's, as the conversation is.
macro_rules! of_place {
    () => {
        "
      AND ($5 = '' OR c.folder_id = $5)
      AND ($6 = '' OR EXISTS (
        SELECT 1 FROM conversation_tags p JOIN tags t ON t.id = p.tag_id
        WHERE p.conversation_id = c.id AND p.tag_id = $6 AND t.owner_id = $3 AND t.deleted_at IS NULL))"
    };
}

// The dialects part here: FTS5 is a table of its own that gives ids from large to small one by one, Postgres has a column and an
// operator. The order of the joins is fixed for SQLite, which would else look each message up in the index.
const TITLES_SQLITE: &str = concat!(
    "
    SELECT e.id, c.id AS conversation_id, c.title, c.archived_at, c.updated_at AS at
    FROM search_terms CROSS JOIN search_entries e ON e.id = search_terms.rowid
         CROSS JOIN conversations c ON c.id = e.conversation_id
    WHERE search_terms MATCH $1 AND search_terms.rowid < $2
      AND e.owner_id = $3 AND e.message_id IS NULL AND c.owner_id = $3 AND c.deleted_at IS NULL",
    of_place!(),
    "
    ORDER BY search_terms.rowid DESC LIMIT $4"
);

const TITLES_POSTGRES: &str = concat!(
    "
    SELECT e.id, c.id AS conversation_id, c.title, c.archived_at, c.updated_at AS at
    FROM search_entries e JOIN conversations c ON c.id = e.conversation_id
    WHERE e.search_terms @@ $1::tsquery AND e.id < $2
      AND e.owner_id = $3 AND e.message_id IS NULL AND c.owner_id = $3 AND c.deleted_at IS NULL",
    of_place!(),
    "
    ORDER BY e.id DESC LIMIT $4"
);

// The numbers of what is in the folder, or has the tag, are collected once, and looked at for each text that has the words before anything
// else is read of it: there may be hundreds of thousands elsewhere.
const TEXTS_SQLITE: &str = "
    SELECT e.id, c.id AS conversation_id, c.title, c.archived_at, m.created_at AS at, m.id AS message_id, m.role, m.parts
    FROM search_terms CROSS JOIN search_entries e ON e.id = search_terms.rowid
         CROSS JOIN conversations c ON c.id = e.conversation_id CROSS JOIN messages m ON m.id = e.message_id
    WHERE search_terms MATCH $1 AND search_terms.rowid < $2
      AND ($5 = '' OR search_terms.rowid IN (
        SELECT w.id FROM conversations f CROSS JOIN search_entries w ON w.conversation_id = f.id
        WHERE f.folder_id = $5 AND f.owner_id = $3))
      AND ($6 = '' OR search_terms.rowid IN (
        SELECT w.id FROM tags t CROSS JOIN conversation_tags p ON p.tag_id = t.id
             CROSS JOIN search_entries w ON w.conversation_id = p.conversation_id
        WHERE t.id = $6 AND t.owner_id = $3 AND t.deleted_at IS NULL))
      AND e.owner_id = $3 AND e.message_id IS NOT NULL AND c.owner_id = $3 AND c.deleted_at IS NULL AND m.deleted_at IS NULL
    ORDER BY search_terms.rowid DESC LIMIT $4";

// Postgres begins with the folder or the tag where that is little, if no `OR` keeps it from that: which folder is sought it knows when it plans,
// a tag has a text of its own.
macro_rules! texts_postgres {
    ($tag:literal) => {
        concat!(
            "
    SELECT e.id, c.id AS conversation_id, c.title, c.archived_at, m.created_at AS at, m.id AS message_id, m.role, m.parts
    FROM search_entries e JOIN conversations c ON c.id = e.conversation_id JOIN messages m ON m.id = e.message_id
    WHERE e.search_terms @@ $1::tsquery AND e.id < $2
      AND e.owner_id = $3 AND e.message_id IS NOT NULL AND c.owner_id = $3 AND c.deleted_at IS NULL AND m.deleted_at IS NULL
      AND ($5 = '' OR c.folder_id = $5) AND ",
            $tag,
            "
    ORDER BY e.id DESC LIMIT $4"
        )
    };
}

const TEXTS_POSTGRES: &str = texts_postgres!("$6 = ''");

const TAGGED_TEXTS_POSTGRES: &str = texts_postgres!(
    "EXISTS (
        SELECT 1 FROM conversation_tags p JOIN tags t ON t.id = p.tag_id
        WHERE p.conversation_id = c.id AND p.tag_id = $6 AND t.owner_id = $3 AND t.deleted_at IS NULL)"
);

// Of one conversation only the numbers between its first and its last are read: that is little, as most are written within a few days.
// The sums keep Postgres from looking for either end among the entries of everybody.
const WITHIN_SQLITE: &str = "
    SELECT e.id, c.id AS conversation_id, c.title, c.archived_at, m.created_at AS at, m.id AS message_id, m.role, m.parts
    FROM search_terms CROSS JOIN search_entries e ON e.id = search_terms.rowid
         CROSS JOIN conversations c ON c.id = e.conversation_id CROSS JOIN messages m ON m.id = e.message_id
    WHERE search_terms MATCH $1
      AND search_terms.rowid < MIN($2, (SELECT MAX(id + 0) + 1 FROM search_entries WHERE conversation_id = $5))
      AND search_terms.rowid >= (SELECT MIN(id + 0) FROM search_entries WHERE conversation_id = $5)
      AND e.owner_id = $3 AND e.conversation_id = $5 AND e.message_id IS NOT NULL
      AND c.owner_id = $3 AND c.deleted_at IS NULL AND m.deleted_at IS NULL
    ORDER BY search_terms.rowid DESC LIMIT $4";

const WITHIN_POSTGRES: &str = "
    SELECT e.id, c.id AS conversation_id, c.title, c.archived_at, m.created_at AS at, m.id AS message_id, m.role, m.parts
    FROM search_entries e JOIN conversations c ON c.id = e.conversation_id JOIN messages m ON m.id = e.message_id
    WHERE e.search_terms @@ $1::tsquery
      AND e.id < LEAST($2, (SELECT MAX(id + 0) + 1 FROM search_entries WHERE conversation_id = $5))
      AND e.id >= (SELECT MIN(id + 0) FROM search_entries WHERE conversation_id = $5)
      AND e.owner_id = $3 AND e.conversation_id = $5 AND e.message_id IS NOT NULL
      AND c.owner_id = $3 AND c.deleted_at IS NULL AND m.deleted_at IS NULL
    ORDER BY e.id DESC LIMIT $4";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[&[(&str, &str)]] = &[
    &[
        ("TITLES_SQLITE", TITLES_SQLITE),
        ("TEXTS_SQLITE", TEXTS_SQLITE),
        ("WITHIN_SQLITE", WITHIN_SQLITE),
    ],
    index::QUERIES,
    backfill::QUERIES,
    place::QUERIES,
];

#[derive(FromRow)]
struct TitleRow {
    id: i64,
    conversation_id: String,
    title: String,
    archived_at: Option<i64>,
    at: i64,
}

#[derive(FromRow)]
struct TextRow {
    #[sqlx(flatten)]
    title: TitleRow,
    message_id: String,
    role: String,
    parts: Json<Vec<Part>>,
}

impl TryFrom<TitleRow> for TitleEntry {
    type Error = super::Error;

    fn try_from(row: TitleRow) -> Result<Self> {
        Ok(Self {
            number: row.id,
            conversation: rows::id("search_entries", "conversation_id", &row.conversation_id)?,
            title: row.title,
            archived: row.archived_at.is_some(),
            at: Millis::new(row.at),
        })
    }
}

impl TryFrom<TextRow> for TextEntry {
    type Error = super::Error;

    fn try_from(row: TextRow) -> Result<Self> {
        Ok(Self {
            message: rows::id("search_entries", "message_id", &row.message_id)?,
            speaker: match row.role.as_str() {
                "user" => Speaker::User,
                "assistant" => Speaker::Assistant,
                _ => return Err(rows::corrupt("messages", "role", &row.message_id)),
            },
            text: text_of(&row.parts.0),
            title: row.title.try_into()?,
        })
    }
}

/// All terms, each in quotes, as the database's own language says it. They are letters and digits: nothing needs to be escaped.
fn written(scope: &Scope, terms: &[Term], quote: char, begins: &str, and: &str) -> String {
    let term = |term: &Term| {
        let begins = if term.begins { begins } else { "" };
        format!("{quote}{}{quote}{begins}", scope.term(term))
    };
    terms.iter().map(term).collect::<Vec<_>>().join(and)
}

/// An id as the queries have it; nothing where none is asked for.
fn asked(id: Option<impl ToString>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

/// Runs one of both queries, with what it asks for beside the words. Postgres plans each anew: how it is read best depends on how many texts
/// have the words.
macro_rules! entries {
    ($db:expr, $sqlite:expr, $postgres:expr, $scope:expr, $owner:expr, $sought:expr, $before:expr, $limit:expr, [$($where:expr),+]) => {{
        let terms = $sought.terms();
        let (owner, limit) = ($owner.to_string(), i64::from($limit));
        match $db.reader() {
            Pool::Sqlite(pool) => {
                let query = sqlx::query_as($sqlite)
                    .bind(written(&$scope, &terms, '"', " *", " AND "))
                    .bind($before)
                    .bind(owner)
                    .bind(limit)
                    $(.bind($where))+;
                query.fetch_all(pool).await?
            }
            Pool::Postgres(pool) => {
                let query = sqlx::query_as($postgres)
                    .bind(written(&$scope, &terms, '\'', ":*", " & "))
                    .bind($before)
                    .bind(owner)
                    .bind(limit)
                    $(.bind($where))+;
                query.persistent(false).fetch_all(pool).await?
            }
        }
    }};
}

impl Db {
    /// Titles of the owner's conversations that may have the words, newest first, of those with a number below `before`. The trash
    /// is left out.
    #[tracing::instrument(name = "store.search.titles", skip_all)]
    pub async fn titles_with(
        &self,
        owner: UserId,
        sought: &Sought,
        narrowed: Narrowed,
        before: i64,
        limit: u32,
    ) -> Result<Vec<TitleEntry>> {
        let scope = Scope::titles(owner);
        let rows: Vec<TitleRow> = entries!(
            self,
            TITLES_SQLITE,
            TITLES_POSTGRES,
            scope,
            owner,
            sought,
            before,
            limit,
            [asked(narrowed.folder), asked(narrowed.tag)]
        );
        rows.into_iter().map(TitleEntry::try_from).collect()
    }

    /// The owner's messages that may have the words, newest first, of those with a number below `before`. The trash is left out.
    #[tracing::instrument(name = "store.search.texts", skip_all)]
    pub async fn texts_with(
        &self,
        owner: UserId,
        sought: &Sought,
        narrowed: Narrowed,
        before: i64,
        limit: u32,
    ) -> Result<Vec<TextEntry>> {
        let scope = Scope::texts(owner);
        let postgres = match narrowed.tag {
            Some(_) => TAGGED_TEXTS_POSTGRES,
            None => TEXTS_POSTGRES,
        };
        let rows: Vec<TextRow> = entries!(
            self,
            TEXTS_SQLITE,
            postgres,
            scope,
            owner,
            sought,
            before,
            limit,
            [asked(narrowed.folder), asked(narrowed.tag)]
        );
        rows.into_iter().map(TextEntry::try_from).collect()
    }

    /// The same of one of the owner's conversations, of all its branches.
    #[tracing::instrument(name = "store.search.within", skip_all, fields(conversation.id = %conversation))]
    pub async fn texts_within(
        &self,
        owner: UserId,
        conversation: ConversationId,
        sought: &Sought,
        before: i64,
        limit: u32,
    ) -> Result<Vec<TextEntry>> {
        let scope = Scope::texts(owner);
        let rows: Vec<TextRow> = entries!(
            self,
            WITHIN_SQLITE,
            WITHIN_POSTGRES,
            scope,
            owner,
            sought,
            before,
            limit,
            [conversation.to_string()]
        );
        rows.into_iter().map(TextEntry::try_from).collect()
    }
}
