//! Images that stand for assistants. Who may see one is who may use its assistant.

use model::{AssistantId, AssistantPicture, Millis, UserId};

use super::open_to;
use crate::store::{Db, Result, on_pool, rows};

const SET: &str = "
    INSERT INTO assistant_pictures (assistant_id, image, version, updated_at)
    SELECT a.id, $3, $4, $5 FROM assistants a WHERE a.id = $1 AND a.owner_id = $2 AND a.deleted_at IS NULL
    ON CONFLICT (assistant_id) DO UPDATE SET image = excluded.image, version = excluded.version, updated_at = excluded.updated_at";

const REMOVE: &str = "
    DELETE FROM assistant_pictures WHERE assistant_id = $1
      AND EXISTS (SELECT 1 FROM assistants a WHERE a.id = $1 AND a.owner_id = $2 AND a.deleted_at IS NULL)";

const OPEN: &str = concat!(
    "SELECT p.image, p.version FROM assistants a JOIN assistant_pictures p ON p.assistant_id = a.id WHERE a.id = $1 AND ",
    open_to!("$2")
);

/// For the proof that each uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[
    ("ASSISTANT_PICTURE_SET", SET),
    ("ASSISTANT_PICTURE_REMOVE", REMOVE),
    ("ASSISTANT_PICTURE_OPEN", OPEN),
];

/// The picture of that assistant, of a version that a row names.
pub(super) fn named(id: &str, version: Option<String>) -> Result<Option<AssistantPicture>> {
    let named = |version| {
        Ok(AssistantPicture {
            assistant: rows::id("assistants", "id", id)?,
            version,
        })
    };
    version.map(named).transpose()
}

impl Db {
    /// Keeps the picture of the owner's assistant in the place of what was there. Whether there is such an assistant.
    #[tracing::instrument(name = "store.assistants.set_picture", skip_all)]
    pub(crate) async fn set_assistant_picture(
        &self,
        owner: UserId,
        id: AssistantId,
        (image, version): (&[u8], &str),
        now: Millis,
    ) -> Result<bool> {
        let rows = on_pool!(self.writer(), |pool| sqlx::query(SET)
            .bind(id.to_string())
            .bind(owner.to_string())
            .bind(image)
            .bind(version)
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(rows == 1)
    }

    /// Removes the picture of the owner's assistant, if it has one.
    #[tracing::instrument(name = "store.assistants.remove_picture", skip_all)]
    pub(crate) async fn remove_assistant_picture(
        &self,
        owner: UserId,
        id: AssistantId,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(REMOVE)
            .bind(id.to_string())
            .bind(owner.to_string())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The picture and its version, if the reader may use the assistant and it has one.
    #[tracing::instrument(name = "store.assistants.picture", skip_all)]
    pub(crate) async fn assistant_picture(
        &self,
        reader: UserId,
        id: &str,
    ) -> Result<Option<(Vec<u8>, String)>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(OPEN)
            .bind(id)
            .bind(reader.to_string())
            .fetch_optional(pool)
            .await?))
    }
}
