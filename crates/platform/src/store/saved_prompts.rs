//! Prompts that people keep.

use model::{Millis, PromptId, PromptName, PromptText, SavedPrompt, UserId};
use sqlx::FromRow;

use super::{
    Db, Error, Restored, Result,
    bounded::{beyond, counted},
    on_pool, rows,
};

/// By name, which is the key of a page too.
const LIST: &str = "
    SELECT id, name, text FROM prompts
    WHERE owner_id = $1 AND deleted_at IS NULL AND name_key > $2 AND search_key LIKE $3 ESCAPE '\\'
    ORDER BY name_key LIMIT $4";

const NAMED: &str = "
    SELECT id, name, text FROM prompts
    WHERE owner_id = $1 AND deleted_at IS NULL AND name_key LIKE $2 ESCAPE '\\'
    ORDER BY name_key LIMIT $3";

const FIND: &str =
    "SELECT id, name, text FROM prompts WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

const COUNT: &str = "SELECT COUNT(*) FROM prompts WHERE owner_id = $1 AND deleted_at IS NULL";

const CREATE: &str = "
    INSERT INTO prompts (id, owner_id, name, name_key, text, search_key, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";

const UPDATE: &str = "
    UPDATE prompts SET name = $3, name_key = $4, text = $5, search_key = $6, updated_at = $7
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

const DELETE: &str =
    "UPDATE prompts SET deleted_at = $3 WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

const RESTORE: &str = "
    UPDATE prompts SET deleted_at = NULL WHERE id = $1 AND owner_id = $2 AND deleted_at IS NOT NULL";

const BEYOND: &str = beyond!("prompts");

const PURGE: &str = "DELETE FROM prompts WHERE deleted_at < $1";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("LIST", LIST),
    ("NAMED", NAMED),
    ("FIND", FIND),
    ("COUNT", COUNT),
    ("CREATE", CREATE),
    ("UPDATE", UPDATE),
    ("DELETE", DELETE),
    ("RESTORE", RESTORE),
    ("BEYOND", BEYOND),
    ("PURGE", PURGE),
];

/// A prompt as it is to be kept.
pub(crate) struct PromptRow<'a> {
    pub(crate) id: PromptId,
    pub(crate) owner: UserId,
    pub(crate) name: &'a PromptName,
    pub(crate) text: &'a PromptText,
    pub(crate) now: Millis,
}

impl PromptRow<'_> {
    fn search_key(&self) -> String {
        let (name, text) = (self.name.as_str(), self.text.as_str());
        format!("{name}\n{text}").to_lowercase()
    }
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    text: String,
}

impl TryFrom<Row> for SavedPrompt {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let corrupt = |column| rows::corrupt("prompts", column, &row.id);
        Ok(Self {
            id: Some(rows::id("prompts", "id", &row.id)?),
            name: PromptName::parse(&row.name).map_err(|_| corrupt("name"))?,
            text: PromptText::parse(&row.text).map_err(|_| corrupt("text"))?,
        })
    }
}

impl Db {
    /// The owner's prompts with `words` in name or text, by name, those behind the name whose key is `after`.
    #[tracing::instrument(name = "store.prompts.list", skip_all)]
    pub(crate) async fn saved_prompts(
        &self,
        owner: UserId,
        words: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<SavedPrompt>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(LIST)
            .bind(owner.to_string())
            .bind(after)
            .bind(rows::containing(words))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(SavedPrompt::try_from).collect()
    }

    /// The owner's prompts with `letters` in the name, by name.
    #[tracing::instrument(name = "store.prompts.named", skip_all)]
    pub(crate) async fn prompts_named(
        &self,
        owner: UserId,
        letters: &str,
        limit: u32,
    ) -> Result<Vec<SavedPrompt>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(NAMED)
            .bind(owner.to_string())
            .bind(rows::containing(letters))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(SavedPrompt::try_from).collect()
    }

    /// The owner's prompt of that id.
    #[tracing::instrument(name = "store.prompts.find", skip_all)]
    pub(crate) async fn saved_prompt(
        &self,
        owner: UserId,
        id: PromptId,
    ) -> Result<Option<SavedPrompt>> {
        let found: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(FIND)
            .bind(id.to_string())
            .bind(owner.to_string())
            .fetch_optional(pool)
            .await?);
        found.map(SavedPrompt::try_from).transpose()
    }

    /// Keeps a new one. Not when the owner has `most`; a conflict means that they have one of that name.
    #[tracing::instrument(name = "store.prompts.create", skip_all)]
    pub(crate) async fn create_prompt(&self, new: &PromptRow<'_>, most: i64) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let count = counted!(tx, COUNT, new.owner);
            if count >= most {
                return Ok(false);
            }
            sqlx::query(CREATE)
                .bind(new.id.to_string())
                .bind(new.owner.to_string())
                .bind(new.name.as_str())
                .bind(new.name.key())
                .bind(new.text.as_str())
                .bind(new.search_key())
                .bind(new.now.get())
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(true)
        })
    }

    /// Changes one. Whether it is there and the owner's; a conflict means that another one has that name.
    #[tracing::instrument(name = "store.prompts.update", skip_all)]
    pub(crate) async fn update_prompt(&self, changed: &PromptRow<'_>) -> Result<bool> {
        let rows = on_pool!(self.writer(), |pool| sqlx::query(UPDATE)
            .bind(changed.id.to_string())
            .bind(changed.owner.to_string())
            .bind(changed.name.as_str())
            .bind(changed.name.key())
            .bind(changed.text.as_str())
            .bind(changed.search_key())
            .bind(changed.now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(rows == 1)
    }

    /// Deletes one; it can be brought back for a while, unless `most` are deleted after it. Whether it was there and the owner's.
    #[tracing::instrument(name = "store.prompts.delete", skip_all)]
    pub(crate) async fn delete_prompt(
        &self,
        owner: UserId,
        id: PromptId,
        now: Millis,
        most: i64,
    ) -> Result<bool> {
        self.delete_bounded((DELETE, BEYOND), owner, id, now, most)
            .await
    }

    /// Brings one back, unless the owner has `most`. A conflict means that another one has its name by now.
    #[tracing::instrument(name = "store.prompts.restore", skip_all)]
    pub(crate) async fn restore_prompt(
        &self,
        owner: UserId,
        id: PromptId,
        most: i64,
    ) -> Result<Restored> {
        self.restore_bounded((RESTORE, COUNT), owner, id, most)
            .await
    }

    /// Removes for good what was deleted before `before`. How many.
    #[tracing::instrument(name = "store.prompts.purge", skip_all)]
    pub(crate) async fn purge_prompts(&self, before: Millis) -> Result<u64> {
        self.removed_before(PURGE, before).await
    }
}
