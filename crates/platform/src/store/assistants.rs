//! Assistants that people keep, and what conversations were begun with.

pub(super) mod begun;
pub(super) mod once;
pub(super) mod pictures;

use model::{
    Assistant, AssistantCard, AssistantId, AssistantKey, AssistantView, Audience, GroupId, Millis,
    ModelName, UserId,
};
use sqlx::{FromRow, types::Json};

use super::{
    Db, Error, Restored, Result,
    audit::audited,
    bounded::{beyond, counted},
    on_pool, rows,
};
use crate::audit::Record;

/// Whether `$2` may use the assistant `a`: it was not deleted, and is theirs, everybody's, or for a group in which both they and its owner
/// are. What belongs to a closed account is nobody's.
macro_rules! open_to {
    ($user:literal) => {
        concat!(
            "(a.deleted_at IS NULL AND (a.owner_id = ", $user, " OR (EXISTS ( \
               SELECT 1 FROM users whose WHERE whose.id = a.owner_id AND whose.disabled = FALSE) \
             AND (a.audience = 'everybody' OR (a.audience = 'group' AND EXISTS ( \
               SELECT 1 FROM group_members mine JOIN group_members theirs ON theirs.group_id = mine.group_id \
               WHERE mine.group_id = a.group_id AND mine.user_id = ", $user, " AND theirs.user_id = a.owner_id))))))"
        )
    };
}
pub(super) use open_to;

const OWN: &str = "
    SELECT a.id, a.name, a.emoji, a.description, a.app_id, a.audience, a.content ->> 'model' AS model, p.version
    FROM assistants a LEFT JOIN assistant_pictures p ON p.assistant_id = a.id
    WHERE a.owner_id = $1 AND a.deleted_at IS NULL AND a.search_key LIKE $2 ESCAPE '\\'
    ORDER BY a.id DESC LIMIT $3";

/// What others let somebody use, the newest first.
const SHARED: &str = "
    SELECT a.id, a.name, a.emoji, a.description, a.app_id, a.audience, a.content ->> 'model' AS model, p.version
    FROM assistants a LEFT JOIN assistant_pictures p ON p.assistant_id = a.id
    WHERE a.id < $3 AND a.owner_id <> $1 AND a.deleted_at IS NULL AND a.search_key LIKE $2 ESCAPE '\\'
      AND EXISTS (SELECT 1 FROM users whose WHERE whose.id = a.owner_id AND whose.disabled = FALSE) AND a.id IN (
        SELECT e.id FROM assistants e WHERE e.audience = 'everybody'
        UNION SELECT s.id FROM group_members mine
              JOIN assistants s ON s.group_id = mine.group_id
              JOIN group_members theirs ON theirs.group_id = s.group_id AND theirs.user_id = s.owner_id
              WHERE mine.user_id = $1 AND s.audience = 'group')
    ORDER BY a.id DESC LIMIT $4";

const FIND: &str = concat!(
    "SELECT a.id, a.owner_id, a.audience, a.group_id, a.app_id, a.content, p.version \
     FROM assistants a LEFT JOIN assistant_pictures p ON p.assistant_id = a.id WHERE a.id = $1 AND ",
    open_to!("$2")
);

const COUNT: &str = "SELECT COUNT(*) FROM assistants WHERE owner_id = $1 AND deleted_at IS NULL";

const IN_GROUP: &str = "SELECT COUNT(*) FROM group_members WHERE group_id = $1 AND user_id = $2";

const CREATE: &str = "
    INSERT INTO assistants (id, owner_id, audience, group_id, name, emoji, description, app_id, content, search_key, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)";

const UPDATE: &str = "
    UPDATE assistants SET audience = $3, group_id = $4, name = $5, emoji = $6, description = $7, app_id = $8, content = $9,
           search_key = $10, updated_at = $11
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

const DELETE: &str =
    "UPDATE assistants SET deleted_at = $3 WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

const PUBLISHED: &str = "SELECT owner_id FROM assistants WHERE id = $1 AND audience <> 'private' AND deleted_at IS NULL";

const TAKE_DOWN: &str = "UPDATE assistants SET audience = 'private', group_id = NULL, updated_at = $2 \
     WHERE id = $1 AND audience <> 'private' AND deleted_at IS NULL";

const DELETED: &str = "SELECT audience, app_id FROM assistants WHERE id = $1 AND owner_id = $2 AND deleted_at IS NOT NULL";

const RESTORE: &str = "UPDATE assistants SET deleted_at = NULL WHERE id = $1 AND owner_id = $2 AND deleted_at IS NOT NULL";

const BEYOND: &str = beyond!("assistants");

const PURGE: &str = "DELETE FROM assistants WHERE deleted_at < $1";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("OWN", OWN),
    ("SHARED", SHARED),
    ("FIND", FIND),
    ("COUNT", COUNT),
    ("IN_GROUP", IN_GROUP),
    ("CREATE", CREATE),
    ("UPDATE", UPDATE),
    ("DELETE", DELETE),
    ("PUBLISHED", PUBLISHED),
    ("TAKE_DOWN", TAKE_DOWN),
    ("DELETED", DELETED),
    ("RESTORE", RESTORE),
    ("BEYOND", BEYOND),
    ("PURGE", PURGE),
];

/// An assistant as it is to be kept.
pub(crate) struct AssistantRow<'a> {
    pub(crate) id: AssistantId,
    pub(crate) owner: UserId,
    pub(crate) assistant: &'a Assistant,
    pub(crate) audience: Audience,
    pub(crate) group: Option<GroupId>,
    pub(crate) now: Millis,
}

impl AssistantRow<'_> {
    fn search_key(&self) -> String {
        let Assistant {
            name, description, ..
        } = self.assistant;
        format!("{name}\n{description}").to_lowercase()
    }
}

#[derive(FromRow)]
struct CardRow {
    id: String,
    name: String,
    emoji: String,
    description: String,
    app_id: Option<String>,
    audience: String,
    model: Option<String>,
    version: Option<String>,
}

impl TryFrom<CardRow> for AssistantCard {
    type Error = Error;

    fn try_from(row: CardRow) -> Result<Self> {
        Ok(Self {
            key: AssistantKey::Kept(rows::id("assistants", "id", &row.id)?),
            audience: audience(&row.audience, &row.id)?,
            picture: pictures::named(&row.id, row.version)?,
            name: row.name,
            emoji: row.emoji,
            description: row.description,
            is_application: row.app_id.is_some(),
            // One that is none any more is nobody's: the one that was chosen is asked.
            model: row.model.and_then(|name| ModelName::parse(name).ok()),
            given: Vec::new(),
        })
    }
}

#[derive(FromRow)]
struct Row {
    id: String,
    owner_id: String,
    audience: String,
    group_id: Option<String>,
    app_id: Option<String>,
    content: Json<Assistant>,
    version: Option<String>,
}

fn audience(text: &str, row: &str) -> Result<Audience> {
    Audience::from_name(text).ok_or_else(|| rows::corrupt("assistants", "audience", row))
}

impl Row {
    fn view(self, reader: UserId) -> Result<AssistantView> {
        let group = self.group_id.as_deref();
        let group = group.map(|group| rows::id("assistants", "group_id", group));
        Ok(AssistantView {
            key: AssistantKey::Kept(rows::id("assistants", "id", &self.id)?),
            is_mine: self.owner_id == reader.to_string(),
            audience: audience(&self.audience, &self.id)?,
            group: group.transpose()?,
            is_application: self.app_id.is_some(),
            picture: pictures::named(&self.id, self.version)?,
            assistant: self.content.0,
        })
    }
}

impl Db {
    /// The owner's assistants with `words` in name or description, the newest first.
    #[tracing::instrument(name = "store.assistants.own", skip_all)]
    pub(crate) async fn own_assistants(
        &self,
        owner: UserId,
        words: &str,
        limit: u32,
    ) -> Result<Vec<AssistantCard>> {
        let found: Vec<CardRow> = on_pool!(self.reader(), |pool| sqlx::query_as(OWN)
            .bind(owner.to_string())
            .bind(rows::containing(words))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(AssistantCard::try_from).collect()
    }

    /// What others let the reader use, with `words` in name or description, the newest first; those made before `before`.
    #[tracing::instrument(name = "store.assistants.shared", skip_all)]
    pub(crate) async fn shared_assistants(
        &self,
        reader: UserId,
        words: &str,
        before: Option<AssistantId>,
        limit: u32,
    ) -> Result<Vec<AssistantCard>> {
        // Above every UUID.
        let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
        let found: Vec<CardRow> = on_pool!(self.reader(), |pool| sqlx::query_as(SHARED)
            .bind(reader.to_string())
            .bind(rows::containing(words))
            .bind(before)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(AssistantCard::try_from).collect()
    }

    /// The assistant of that id, if the reader may use it.
    #[tracing::instrument(name = "store.assistants.find", skip_all)]
    pub(crate) async fn assistant(
        &self,
        reader: UserId,
        id: AssistantId,
    ) -> Result<Option<AssistantView>> {
        let found: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(FIND)
            .bind(id.to_string())
            .bind(reader.to_string())
            .fetch_optional(pool)
            .await?);
        found.map(|row| row.view(reader)).transpose()
    }

    /// Whether that person is in the group.
    #[tracing::instrument(name = "store.assistants.in_group", skip_all)]
    pub(crate) async fn is_in_group(&self, user: UserId, group: GroupId) -> Result<bool> {
        let found: i64 = on_pool!(self.reader(), |pool| sqlx::query_scalar(IN_GROUP)
            .bind(group.to_string())
            .bind(user.to_string())
            .fetch_one(pool)
            .await?);
        Ok(found > 0)
    }

    /// Keeps a new one. Not when the owner has `most`.
    #[tracing::instrument(name = "store.assistants.create", skip_all)]
    pub(crate) async fn create_assistant(&self, new: &AssistantRow<'_>, most: u32) -> Result<bool> {
        Ok(self.write_assistant(CREATE, new, Some(most)).await? == 1)
    }

    /// Changes one. Whether it is there and the owner's.
    #[tracing::instrument(name = "store.assistants.update", skip_all)]
    pub(crate) async fn update_assistant(&self, changed: &AssistantRow<'_>) -> Result<bool> {
        Ok(self.write_assistant(UPDATE, changed, None).await? == 1)
    }

    /// With `most`, only where the owner has fewer.
    async fn write_assistant(
        &self,
        statement: &'static str,
        row: &AssistantRow<'_>,
        most: Option<u32>,
    ) -> Result<u64> {
        let assistant = row.assistant;
        let application = assistant.application.as_ref();
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            if let Some(most) = most {
                let count = counted!(tx, COUNT, row.owner);
                if count >= i64::from(most) {
                    return Ok(0);
                }
            }
            let written = sqlx::query(statement)
                .bind(row.id.to_string())
                .bind(row.owner.to_string())
                .bind(row.audience.as_str())
                .bind(row.group.map(|group| group.to_string()))
                .bind(&assistant.name)
                .bind(&assistant.emoji)
                .bind(&assistant.description)
                .bind(application.map(|application| application.as_str().to_owned()))
                .bind(Json(assistant))
                .bind(row.search_key())
                .bind(row.now.get())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            tx.commit().await?;
            Ok(written)
        })
    }

    /// Whose one that others may use is, whoever that is for.
    #[tracing::instrument(name = "store.assistants.owner_of_published", skip_all)]
    pub(crate) async fn owner_of_published(&self, id: AssistantId) -> Result<Option<UserId>> {
        let found: Option<String> = on_pool!(self.reader(), |pool| sqlx::query_scalar(PUBLISHED)
            .bind(id.to_string())
            .fetch_optional(pool)
            .await?);
        let owner = found.map(|owner| rows::id("assistants", "owner_id", &owner));
        owner.transpose()
    }

    /// Makes one its owner's alone. Whether others could use it until then.
    #[tracing::instrument(name = "store.assistants.take_down", skip_all)]
    pub(crate) async fn take_down_assistant(
        &self,
        id: AssistantId,
        now: Millis,
        record: &Record,
    ) -> Result<bool> {
        Ok(audited!(
            self,
            record,
            sqlx::query(TAKE_DOWN).bind(id.to_string()).bind(now.get())
        ))
    }

    /// Deletes one; it can be brought back for a while, unless `most` are deleted after it. Whether it was there and the owner's.
    #[tracing::instrument(name = "store.assistants.delete", skip_all)]
    pub(crate) async fn delete_assistant(
        &self,
        owner: UserId,
        id: AssistantId,
        now: Millis,
        most: u32,
    ) -> Result<bool> {
        self.delete_bounded((DELETE, BEYOND), owner, id, now, i64::from(most))
            .await
    }

    /// Whether a deleted one of the owner's was for everybody or an application's, if there is one of that id.
    #[tracing::instrument(name = "store.assistants.deleted", skip_all)]
    pub(crate) async fn was_published(
        &self,
        owner: UserId,
        id: AssistantId,
    ) -> Result<Option<bool>> {
        let found: Option<(String, Option<String>)> =
            on_pool!(self.reader(), |pool| sqlx::query_as(DELETED)
                .bind(id.to_string())
                .bind(owner.to_string())
                .fetch_optional(pool)
                .await?);
        Ok(found.map(|(audience, application)| {
            audience == Audience::Everybody.as_str() || application.is_some()
        }))
    }

    /// Brings one back, unless the owner has `most`.
    #[tracing::instrument(name = "store.assistants.restore", skip_all)]
    pub(crate) async fn restore_assistant(
        &self,
        owner: UserId,
        id: AssistantId,
        most: u32,
    ) -> Result<Restored> {
        self.restore_bounded((RESTORE, COUNT), owner, id, i64::from(most))
            .await
    }

    /// Removes for good what was deleted before `before`, with the pictures. How many.
    #[tracing::instrument(name = "store.assistants.purge", skip_all)]
    pub(crate) async fn purge_assistants(&self, before: Millis) -> Result<u64> {
        self.removed_before(PURGE, before).await
    }
}
