//! Words that people put to their conversations.

pub(super) mod undo;

use std::collections::HashMap;

use model::{ConversationId, Millis, Tag, TagId, TagName, UserId};
use sqlx::{FromRow, QueryBuilder};

use super::{
    Db, Error, Listed, Result, bounded::TURN, conversations::ListedRow, on_pool, order::After, rows,
};

const LIST: &str = "SELECT id, name FROM tags WHERE owner_id = $1 AND deleted_at IS NULL ORDER BY name_key LIMIT $2";

const COUNT: &str = "SELECT COUNT(*) FROM tags WHERE owner_id = $1 AND deleted_at IS NULL";

const NAMED: &str =
    "SELECT id FROM tags WHERE owner_id = $1 AND name_key = $2 AND deleted_at IS NULL";

const CREATE: &str =
    "INSERT INTO tags (id, owner_id, name, name_key, created_at) VALUES ($1, $2, $3, $4, $5)";

const RENAME: &str = "UPDATE tags SET name = $3, name_key = $4 WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

const HAS: &str =
    "SELECT COUNT(*) FROM conversation_tags WHERE conversation_id = $1 AND tag_id = $2";

const COUNT_EACH: &str = "
    SELECT COUNT(*) FROM conversation_tags p JOIN conversations c ON c.id = p.conversation_id JOIN tags t ON t.id = p.tag_id
    WHERE p.conversation_id = $1 AND c.owner_id = $2 AND t.deleted_at IS NULL";

const PUT: &str = "
    INSERT INTO conversation_tags (conversation_id, tag_id)
    SELECT c.id, $3 FROM conversations c
    WHERE c.id = $1 AND c.owner_id = $2 AND c.deleted_at IS NULL AND c.expires_at IS NULL";

const TAKE_OFF: &str = "
    DELETE FROM conversation_tags WHERE conversation_id = $1 AND tag_id = $3
      AND EXISTS (SELECT 1 FROM tags t WHERE t.id = $3 AND t.owner_id = $2 AND t.deleted_at IS NULL)";

/// Begins with the tag: `CROSS` keeps SQLite from reading all conversations.
const TAGGED: &str = "
    SELECT c.id, c.title, c.updated_at,
           EXISTS (SELECT 1 FROM generations g WHERE g.conversation_id = c.id AND g.status = 'running') AS generating
    FROM conversation_tags t CROSS JOIN conversations c
    WHERE t.tag_id = $5 AND c.id = t.conversation_id AND c.owner_id = $1 AND c.deleted_at IS NULL AND c.archived_at IS NULL
      AND (c.updated_at, c.id) < ($2, $3)
      AND EXISTS (SELECT 1 FROM tags w WHERE w.id = $5 AND w.deleted_at IS NULL)
    ORDER BY c.updated_at DESC, c.id DESC
    LIMIT $4";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("TAGS_LIST", LIST),
    ("TAGS_COUNT", COUNT),
    ("TAGS_NAMED", NAMED),
    ("TAGS_CREATE", CREATE),
    ("TAGS_RENAME", RENAME),
    ("TAGS_HAS", HAS),
    ("TAGS_COUNT_EACH", COUNT_EACH),
    ("TAGS_PUT", PUT),
    ("TAGS_TAKE_OFF", TAKE_OFF),
    ("TAGGED", TAGGED),
];

/// What became of tagging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tagged {
    /// It was put to so many.
    Done(u64),
    /// The owner has as many tags as they may, or each of the conversations has.
    TooMany,
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
}

impl TryFrom<Row> for Tag {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: rows::id("tags", "id", &row.id)?,
            name: TagName::parse(&row.name).map_err(|_| rows::corrupt("tags", "name", &row.id))?,
        })
    }
}

#[derive(FromRow)]
struct PutRow {
    conversation_id: String,
    id: String,
    name: String,
}

impl Db {
    /// The owner's tags by name.
    #[tracing::instrument(name = "store.tags.list", skip_all)]
    pub(crate) async fn tags(&self, owner: UserId) -> Result<Vec<Tag>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(LIST)
            .bind(owner.to_string())
            .bind(i64::from(Tag::MOST))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Tag::try_from).collect()
    }

    /// Gives one another name. Whether it is there and the owner's; a conflict means that another one has that name.
    #[tracing::instrument(name = "store.tags.rename", skip_all)]
    pub(crate) async fn rename_tag(&self, owner: UserId, tag: &Tag) -> Result<bool> {
        let changed = on_pool!(self.writer(), |pool| sqlx::query(RENAME)
            .bind(tag.id.to_string())
            .bind(owner.to_string())
            .bind(tag.name.as_str())
            .bind(tag.name.key())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(changed == 1)
    }

    /// Puts the word to several of the owner's conversations, all or none; those that are not theirs, have it or are full are passed
    /// over. A word that the owner does not have yet becomes `tag`, unless nothing comes of it.
    #[tracing::instrument(name = "store.tags.put", skip_all, fields(count = ids.len()))]
    pub(crate) async fn tag_conversations(
        &self,
        owner: UserId,
        tag: &Tag,
        ids: &[ConversationId],
        now: Millis,
    ) -> Result<Tagged> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            sqlx::query(TURN)
                .bind(owner.to_string())
                .execute(&mut *tx)
                .await?;
            let known: Option<String> = sqlx::query_scalar(NAMED)
                .bind(owner.to_string())
                .bind(tag.name.key())
                .fetch_optional(&mut *tx)
                .await?;
            let tag_id = if let Some(known) = known {
                known
            } else {
                let count: i64 = sqlx::query_scalar(COUNT)
                    .bind(owner.to_string())
                    .fetch_one(&mut *tx)
                    .await?;
                if count >= i64::from(Tag::MOST) {
                    return Ok(Tagged::TooMany);
                }
                sqlx::query(CREATE)
                    .bind(tag.id.to_string())
                    .bind(owner.to_string())
                    .bind(tag.name.as_str())
                    .bind(tag.name.key())
                    .bind(now.get())
                    .execute(&mut *tx)
                    .await?;
                tag.id.to_string()
            };
            let (mut done, mut full) = (0, 0_u32);
            for id in ids {
                let has: i64 = sqlx::query_scalar(HAS)
                    .bind(id.to_string())
                    .bind(&tag_id)
                    .fetch_one(&mut *tx)
                    .await?;
                if has > 0 {
                    continue;
                }
                let count: i64 = sqlx::query_scalar(COUNT_EACH)
                    .bind(id.to_string())
                    .bind(owner.to_string())
                    .fetch_one(&mut *tx)
                    .await?;
                if count >= i64::from(Tag::MOST_EACH) {
                    full += 1;
                    continue;
                }
                done += sqlx::query(PUT)
                    .bind(id.to_string())
                    .bind(owner.to_string())
                    .bind(&tag_id)
                    .execute(&mut *tx)
                    .await?
                    .rows_affected();
            }
            if done == 0 {
                return Ok(if full > 0 {
                    Tagged::TooMany
                } else {
                    Tagged::Done(0)
                });
            }
            tx.commit().await?;
            Ok(Tagged::Done(done))
        })
    }

    /// Takes a tag of the owner's off several conversations, all or none. Off how many.
    #[tracing::instrument(name = "store.tags.take_off", skip_all, fields(count = ids.len()))]
    pub(crate) async fn untag_conversations(
        &self,
        owner: UserId,
        tag: TagId,
        ids: &[ConversationId],
    ) -> Result<u64> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let mut done = 0;
            for id in ids {
                done += sqlx::query(TAKE_OFF)
                    .bind(id.to_string())
                    .bind(owner.to_string())
                    .bind(tag.to_string())
                    .execute(&mut *tx)
                    .await?
                    .rows_affected();
            }
            tx.commit().await?;
            Ok(done)
        })
    }

    /// The owner's conversations with that tag after `after`, newest first; neither of the archive nor of the trash.
    #[tracing::instrument(name = "store.tags.tagged", skip_all)]
    pub(crate) async fn tagged_conversations(
        &self,
        owner: UserId,
        tag: TagId,
        after: After,
        limit: u32,
    ) -> Result<Vec<Listed>> {
        let (at, id) = after.map_or((i64::MAX, String::new()), |(at, id)| {
            (at.get(), id.to_string())
        });
        let found: Vec<ListedRow> = on_pool!(self.reader(), |pool| sqlx::query_as(TAGGED)
            .bind(owner.to_string())
            .bind(at)
            .bind(id)
            .bind(i64::from(limit))
            .bind(tag.to_string())
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Listed::try_from).collect()
    }

    /// The owner's tags of these conversations, by name.
    #[tracing::instrument(name = "store.tags.of", skip_all)]
    pub(crate) async fn tags_of(
        &self,
        owner: UserId,
        ids: &[ConversationId],
    ) -> Result<HashMap<ConversationId, Vec<Tag>>> {
        let mut tags: HashMap<ConversationId, Vec<Tag>> = HashMap::new();
        if ids.is_empty() {
            return Ok(tags);
        }
        let found: Vec<PutRow> = on_pool!(self.reader(), |pool| {
            let mut query = QueryBuilder::new(
                "SELECT p.conversation_id, t.id, t.name FROM conversation_tags p JOIN tags t ON t.id = p.tag_id \
                 WHERE t.owner_id = ",
            );
            query
                .push_bind(owner.to_string())
                .push(" AND t.deleted_at IS NULL AND p.conversation_id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.to_string());
            }
            query.push(") ORDER BY t.name_key");
            query.build_query_as().fetch_all(pool).await?
        });
        for row in found {
            let id = rows::id("conversation_tags", "conversation_id", &row.conversation_id)?;
            let tag = Row {
                id: row.id,
                name: row.name,
            };
            tags.entry(id).or_default().push(tag.try_into()?);
        }
        Ok(tags)
    }
}
