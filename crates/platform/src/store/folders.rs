//! Folders, what is in them, and which of a page's conversations are in which.

use std::collections::HashMap;

use model::{ConversationId, Folder, FolderId, FolderName, Millis, TagId, UserId};
use sqlx::{FromRow, QueryBuilder};

use super::{
    Db, Error, Listed, Restored, Result,
    bounded::{beyond, counted},
    conversations::ListedRow,
    on_pool,
    order::After,
    rows,
};

const LIST: &str = "SELECT id, name FROM folders WHERE owner_id = $1 AND deleted_at IS NULL ORDER BY name_key LIMIT $2";

const COUNT: &str = "SELECT COUNT(*) FROM folders WHERE owner_id = $1 AND deleted_at IS NULL";

const CREATE: &str =
    "INSERT INTO folders (id, owner_id, name, name_key, created_at) VALUES ($1, $2, $3, $4, $5)";

const RENAME: &str = "UPDATE folders SET name = $3, name_key = $4 WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

/// Proves whose it is, and keeps it there until what is put into it is in it.
const TAKE: &str =
    "UPDATE folders SET name = name WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

/// Before what is in it leaves: nothing is put into it from then on.
const DELETE: &str =
    "UPDATE folders SET deleted_at = $3 WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

const DELETED_AT: &str =
    "SELECT deleted_at FROM folders WHERE id = $1 AND owner_id = $2 AND deleted_at IS NOT NULL";

const RESTORE: &str = "UPDATE folders SET deleted_at = NULL WHERE id = $1 AND owner_id = $2 AND deleted_at IS NOT NULL";

const BEYOND: &str = beyond!("folders");

const PURGE: &str = "DELETE FROM folders WHERE deleted_at < $1";

/// All that can be found in it; what was deleted before stays in the trash as it is.
const THROW_OUT: &str = "
    UPDATE conversations SET deleted_at = $3
    WHERE folder_id = $1 AND owner_id = $2 AND deleted_at IS NULL RETURNING id";

/// What was in it is listed by its day, and knows where it was; in the trash too.
const LEAVE: &str = "
    UPDATE conversations SET folder_before = folder_id, folder_id = NULL
    WHERE folder_id = $1 AND owner_id = $2";

/// What was not put elsewhere meanwhile; of what is in the trash, that which went there with it, at `$3`, comes out again.
const RETURN: &str = "
    UPDATE conversations SET folder_id = folder_before, folder_before = NULL,
           deleted_at = CASE WHEN deleted_at = $3 THEN NULL ELSE deleted_at END
    WHERE folder_before = $1 AND owner_id = $2";

const PUT: &str = "
    UPDATE conversations SET folder_id = $3, folder_before = NULL
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL AND expires_at IS NULL
      AND (folder_id IS NULL OR folder_id <> $3)";

const TAKE_OUT: &str = "
    UPDATE conversations SET folder_id = NULL
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL AND folder_id IS NOT NULL";

/// What is pinned is among them. A tag may narrow it.
const CONTENTS: &str = "
    SELECT c.id, c.title, c.updated_at,
           EXISTS (SELECT 1 FROM generations g WHERE g.conversation_id = c.id AND g.status = 'running') AS generating
    FROM conversations c
    WHERE c.folder_id = $5 AND c.owner_id = $1 AND c.deleted_at IS NULL AND c.archived_at IS NULL
      AND (c.updated_at, c.id) < ($2, $3)
      AND ($6 = '' OR EXISTS (
        SELECT 1 FROM conversation_tags p JOIN tags t ON t.id = p.tag_id
        WHERE p.conversation_id = c.id AND p.tag_id = $6 AND t.deleted_at IS NULL))
    ORDER BY c.updated_at DESC, c.id DESC
    LIMIT $4";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("FOLDERS_LIST", LIST),
    ("FOLDERS_COUNT", COUNT),
    ("FOLDERS_CREATE", CREATE),
    ("FOLDERS_RENAME", RENAME),
    ("FOLDERS_TAKE", TAKE),
    ("FOLDERS_DELETE", DELETE),
    ("FOLDERS_DELETED_AT", DELETED_AT),
    ("FOLDERS_RESTORE", RESTORE),
    ("FOLDERS_BEYOND", BEYOND),
    ("FOLDERS_PURGE", PURGE),
    ("FOLDERS_THROW_OUT", THROW_OUT),
    ("FOLDERS_LEAVE", LEAVE),
    ("FOLDERS_RETURN", RETURN),
    ("FOLDERS_PUT", PUT),
    ("FOLDERS_TAKE_OUT", TAKE_OUT),
    ("FOLDERS_CONTENTS", CONTENTS),
];

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
}

impl TryFrom<Row> for Folder {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: rows::id("folders", "id", &row.id)?,
            name: FolderName::parse(&row.name)
                .map_err(|_| rows::corrupt("folders", "name", &row.id))?,
        })
    }
}

#[derive(FromRow)]
struct PlaceRow {
    conversation_id: String,
    id: String,
    name: String,
}

impl Db {
    /// The owner's folders by name.
    #[tracing::instrument(name = "store.folders.list", skip_all)]
    pub(crate) async fn folders(&self, owner: UserId) -> Result<Vec<Folder>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(LIST)
            .bind(owner.to_string())
            .bind(i64::from(Folder::MOST))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Folder::try_from).collect()
    }

    /// Makes one. Not when the owner has as many as they may; a conflict means that they have one of that name.
    #[tracing::instrument(name = "store.folders.create", skip_all)]
    pub(crate) async fn create_folder(
        &self,
        owner: UserId,
        folder: &Folder,
        now: Millis,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let count = counted!(tx, COUNT, owner);
            if count >= i64::from(Folder::MOST) {
                return Ok(false);
            }
            sqlx::query(CREATE)
                .bind(folder.id.to_string())
                .bind(owner.to_string())
                .bind(folder.name.as_str())
                .bind(folder.name.key())
                .bind(now.get())
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(true)
        })
    }

    /// Gives one another name. Whether it is there and the owner's; a conflict means that another one has that name.
    #[tracing::instrument(name = "store.folders.rename", skip_all)]
    pub(crate) async fn rename_folder(&self, owner: UserId, folder: &Folder) -> Result<bool> {
        let changed = on_pool!(self.writer(), |pool| sqlx::query(RENAME)
            .bind(folder.id.to_string())
            .bind(owner.to_string())
            .bind(folder.name.as_str())
            .bind(folder.name.key())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(changed == 1)
    }

    /// Deletes one, which can be brought back for a while, unless as many as the owner may have are deleted after it; what is in it stays, or
    /// goes to the trash. What went there; `None` when the owner has no such folder.
    #[tracing::instrument(name = "store.folders.delete", skip_all)]
    pub(crate) async fn delete_folder(
        &self,
        owner: UserId,
        id: FolderId,
        with_contents: bool,
        now: Millis,
    ) -> Result<Option<Vec<ConversationId>>> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let deleted = sqlx::query(DELETE)
                .bind(id.to_string())
                .bind(owner.to_string())
                .bind(now.get())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if deleted == 0 {
                return Ok(None);
            }
            let mut thrown: Vec<String> = Vec::new();
            if with_contents {
                thrown = sqlx::query_scalar(THROW_OUT)
                    .bind(id.to_string())
                    .bind(owner.to_string())
                    .bind(now.get())
                    .fetch_all(&mut *tx)
                    .await?;
            }
            sqlx::query(LEAVE)
                .bind(id.to_string())
                .bind(owner.to_string())
                .execute(&mut *tx)
                .await?;
            sqlx::query(BEYOND)
                .bind(owner.to_string())
                .bind(i64::from(Folder::MOST))
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            let thrown = thrown.iter().map(|id| rows::id("conversations", "id", id));
            Ok(Some(thrown.collect::<Result<_>>()?))
        })
    }

    /// Brings one back with what was in it, and with what went to the trash with it. A conflict means that another one has its name
    /// meanwhile.
    #[tracing::instrument(name = "store.folders.restore", skip_all)]
    pub(crate) async fn restore_folder(&self, owner: UserId, id: FolderId) -> Result<Restored> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let count = counted!(tx, COUNT, owner);
            let deleted_at: Option<i64> = sqlx::query_scalar(DELETED_AT)
                .bind(id.to_string())
                .bind(owner.to_string())
                .fetch_optional(&mut *tx)
                .await?;
            let Some(deleted_at) = deleted_at else {
                return Ok(Restored::None);
            };
            if count >= i64::from(Folder::MOST) {
                return Ok(Restored::TooMany);
            }
            let restored = sqlx::query(RESTORE)
                .bind(id.to_string())
                .bind(owner.to_string())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if restored == 0 {
                return Ok(Restored::None);
            }
            sqlx::query(RETURN)
                .bind(id.to_string())
                .bind(owner.to_string())
                .bind(deleted_at)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(Restored::Done)
        })
    }

    /// Removes for good what was deleted before `before`. How many.
    #[tracing::instrument(name = "store.folders.purge", skip_all)]
    pub(crate) async fn purge_folders(&self, before: Millis) -> Result<u64> {
        self.removed_before(PURGE, before).await
    }

    /// Puts several of the owner's conversations into one folder, or out of any, all or none. With how many it was done; `None` when
    /// the owner has no such folder.
    #[tracing::instrument(name = "store.folders.put", skip_all, fields(count = ids.len()))]
    pub(crate) async fn put_in_folder(
        &self,
        owner: UserId,
        folder: Option<FolderId>,
        ids: &[ConversationId],
    ) -> Result<Option<u64>> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            if let Some(folder) = folder {
                let there = sqlx::query(TAKE)
                    .bind(folder.to_string())
                    .bind(owner.to_string())
                    .execute(&mut *tx)
                    .await?
                    .rows_affected();
                if there == 0 {
                    return Ok(None);
                }
            }
            let mut done = 0;
            for id in ids {
                let mut query = sqlx::query(if folder.is_some() { PUT } else { TAKE_OUT })
                    .bind(id.to_string())
                    .bind(owner.to_string());
                if let Some(folder) = folder {
                    query = query.bind(folder.to_string());
                }
                done += query.execute(&mut *tx).await?.rows_affected();
            }
            tx.commit().await?;
            Ok(Some(done))
        })
    }

    /// What is in the owner's folder after `after`, newest first; with a tag, what has that.
    #[tracing::instrument(name = "store.folders.contents", skip_all)]
    pub(crate) async fn folder_contents(
        &self,
        owner: UserId,
        folder: FolderId,
        tag: Option<TagId>,
        after: After,
        limit: u32,
    ) -> Result<Vec<Listed>> {
        let (at, id) = after.map_or((i64::MAX, String::new()), |(at, id)| {
            (at.get(), id.to_string())
        });
        let found: Vec<ListedRow> = on_pool!(self.reader(), |pool| sqlx::query_as(CONTENTS)
            .bind(owner.to_string())
            .bind(at)
            .bind(id)
            .bind(i64::from(limit))
            .bind(folder.to_string())
            .bind(tag.map(|tag| tag.to_string()).unwrap_or_default())
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Listed::try_from).collect()
    }

    /// The folders of those of the conversations that are the owner's and in one.
    #[tracing::instrument(name = "store.folders.of", skip_all)]
    pub(crate) async fn folders_of(
        &self,
        owner: UserId,
        ids: &[ConversationId],
    ) -> Result<HashMap<ConversationId, Folder>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found: Vec<PlaceRow> = on_pool!(self.reader(), |pool| {
            let mut query = QueryBuilder::new(
                "SELECT c.id AS conversation_id, f.id, f.name FROM conversations c JOIN folders f ON f.id = c.folder_id \
                 WHERE c.owner_id = ",
            );
            query.push_bind(owner.to_string()).push(" AND c.id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.to_string());
            }
            query.push(")");
            query.build_query_as().fetch_all(pool).await?
        });
        let place = |row: PlaceRow| -> Result<(ConversationId, Folder)> {
            let conversation = rows::id("conversations", "id", &row.conversation_id)?;
            let folder = Row {
                id: row.id,
                name: row.name,
            };
            Ok((conversation, folder.try_into()?))
        };
        found.into_iter().map(place).collect()
    }
}
