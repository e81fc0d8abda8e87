//! Entries of the index, written in the transaction that writes what they are about.

use std::future::Future;

use futures_util::future::BoxFuture;
use model::{ConversationId, MessageId, UserId};
use sqlx::{FromRow, PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::{
    search::Scope,
    store::{Result, rows},
};

/// Numbers of a millisecond.
const WITHIN: i64 = 1 << 15;

/// What an entry is about.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum About {
    /// A conversation's title.
    Title(ConversationId),
    /// A message's text.
    Text(MessageId),
}

impl About {
    /// The number that an entry gets unless another one has it: the id's 48 bits of time, and the last 15 bits of its counter, which tell
    /// apart what was made in the same millisecond and keep it in order.
    fn number(self) -> i64 {
        let id: Uuid = match self {
            Self::Title(id) => id.as_uuid(),
            Self::Text(id) => id.as_uuid(),
        };
        let bits = id.as_u128();
        let part = |bits: u128| i64::try_from(bits & 0xffff_ffff_ffff).unwrap_or_default();
        part(bits >> 80) * WITHIN + part(bits >> 32) % WITHIN
    }

    fn scope(self, owner: UserId) -> Scope {
        match self {
            Self::Title(_) => Scope::titles(owner),
            Self::Text(_) => Scope::texts(owner),
        }
    }

    fn message(self) -> Option<String> {
        match self {
            Self::Title(_) => None,
            Self::Text(id) => Some(id.to_string()),
        }
    }

    const fn find(self) -> &'static str {
        match self {
            Self::Title(_) => FIND_TITLE,
            Self::Text(_) => FIND_TEXT,
        }
    }

    fn key(self) -> String {
        match self {
            Self::Title(id) => id.to_string(),
            Self::Text(id) => id.to_string(),
        }
    }
}

/// Where something is, and its entry.
#[derive(FromRow)]
pub(in crate::store) struct Place {
    conversation_id: String,
    owner_id: String,
    number: Option<i64>,
}

/// Temporary conversations are not there for the index.
const FIND_TITLE: &str = "
    SELECT c.id AS conversation_id, c.owner_id, e.id AS number
    FROM conversations c LEFT JOIN search_entries e ON e.conversation_id = c.id AND e.message_id IS NULL
    WHERE c.id = $1 AND c.expires_at IS NULL";

const FIND_TEXT: &str = "
    SELECT c.id AS conversation_id, c.owner_id, e.id AS number
    FROM messages m JOIN conversations c ON c.id = m.conversation_id LEFT JOIN search_entries e ON e.message_id = m.id
    WHERE m.id = $1 AND c.expires_at IS NULL";

const LARGEST: &str = "SELECT MAX(id) FROM search_entries WHERE id < $1";

const INSERT_SQLITE: &str = "
    INSERT INTO search_entries (id, conversation_id, owner_id, message_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

const TERMS_SQLITE: &str = "INSERT OR REPLACE INTO search_terms (rowid, terms) VALUES ($1, $2)";

const INSERT_POSTGRES: &str = "
    INSERT INTO search_entries (id, conversation_id, owner_id, message_id, search_terms)
    VALUES ($1, $2, $3, $4, array_to_tsvector($5)) ON CONFLICT DO NOTHING";

const TERMS_POSTGRES: &str =
    "UPDATE search_entries SET search_terms = array_to_tsvector($2) WHERE id = $1";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("FIND_TITLE", FIND_TITLE),
    ("FIND_TEXT", FIND_TEXT),
    ("LARGEST", LARGEST),
    ("INSERT_SQLITE", INSERT_SQLITE),
    ("TERMS_SQLITE", TERMS_SQLITE),
];

/// The index, seen from a transaction of either dialect.
pub(in crate::store) trait SearchIndex: Send {
    /// Where it is now; nothing when it is gone.
    fn place(&mut self, about: About) -> impl Future<Output = Result<Option<Place>>> + Send;

    /// The largest number below that one.
    fn largest(&mut self, below: i64) -> impl Future<Output = Result<Option<i64>>> + Send;

    /// Makes an entry. Not when the number is taken, or something else was quicker.
    fn insert(
        &mut self,
        number: i64,
        place: &Place,
        about: About,
        terms: &[String],
    ) -> impl Future<Output = Result<bool>> + Send;

    /// Gives an entry other terms.
    fn replace(&mut self, number: i64, terms: &[String])
    -> impl Future<Output = Result<()>> + Send;

    /// Makes it found by this text from now on, and by no earlier one.
    fn index<'a>(&'a mut self, about: About, text: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let mut number = about.number();
            let mut end = number;
            while let Some(place) = self.place(about).await? {
                let owner = rows::id("conversations", "owner_id", &place.owner_id)?;
                let terms = about.scope(owner).terms(text);
                if let Some(present) = place.number {
                    return self.replace(present, &terms).await;
                }
                if self.insert(number, &place, about, &terms).await? {
                    break;
                }
                // Taken: the next that is free in that millisecond, or in one behind it.
                end = (end / WITHIN + 1) * WITHIN;
                number = self.largest(end).await?.map_or(number, |taken| taken + 1);
            }
            Ok(())
        })
    }

    /// Makes it found by this text unless it is found already: what is read from before may be old.
    fn index_if_new<'a>(&'a mut self, about: About, text: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            match self.place(about).await? {
                Some(place) if place.number.is_none() => self.index(about, text).await,
                _ => Ok(()),
            }
        })
    }

    /// A conversation's title was written.
    fn index_title<'a>(
        &'a mut self,
        conversation: ConversationId,
        title: &'a str,
    ) -> BoxFuture<'a, Result<()>> {
        self.index(About::Title(conversation), title)
    }

    /// A message's text was written, or is whole now.
    fn index_text<'a>(
        &'a mut self,
        message: MessageId,
        text: &'a str,
    ) -> BoxFuture<'a, Result<()>> {
        self.index(About::Text(message), text)
    }
}

impl SearchIndex for SqliteConnection {
    async fn largest(&mut self, below: i64) -> Result<Option<i64>> {
        let query = sqlx::query_scalar(LARGEST).bind(below);
        Ok(query.fetch_one(self).await?)
    }

    async fn place(&mut self, about: About) -> Result<Option<Place>> {
        let query = sqlx::query_as(about.find()).bind(about.key());
        Ok(query.fetch_optional(self).await?)
    }

    async fn insert(
        &mut self,
        number: i64,
        place: &Place,
        about: About,
        terms: &[String],
    ) -> Result<bool> {
        let query = sqlx::query(INSERT_SQLITE)
            .bind(number)
            .bind(&place.conversation_id)
            .bind(&place.owner_id)
            .bind(about.message());
        if query.execute(&mut *self).await?.rows_affected() == 0 {
            return Ok(false);
        }
        self.replace(number, terms).await?;
        Ok(true)
    }

    async fn replace(&mut self, number: i64, terms: &[String]) -> Result<()> {
        let query = sqlx::query(TERMS_SQLITE).bind(number).bind(terms.join(" "));
        query.execute(self).await?;
        Ok(())
    }
}

impl SearchIndex for PgConnection {
    async fn largest(&mut self, below: i64) -> Result<Option<i64>> {
        let query = sqlx::query_scalar(LARGEST).bind(below);
        Ok(query.fetch_one(self).await?)
    }

    async fn place(&mut self, about: About) -> Result<Option<Place>> {
        let query = sqlx::query_as(about.find()).bind(about.key());
        Ok(query.fetch_optional(self).await?)
    }

    async fn insert(
        &mut self,
        number: i64,
        place: &Place,
        about: About,
        terms: &[String],
    ) -> Result<bool> {
        let query = sqlx::query(INSERT_POSTGRES)
            .bind(number)
            .bind(&place.conversation_id)
            .bind(&place.owner_id)
            .bind(about.message())
            .bind(terms);
        Ok(query.execute(self).await?.rows_affected() == 1)
    }

    async fn replace(&mut self, number: i64, terms: &[String]) -> Result<()> {
        let query = sqlx::query(TERMS_POSTGRES).bind(number).bind(terms);
        query.execute(self).await?;
        Ok(())
    }
}
