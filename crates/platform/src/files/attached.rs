//! Files that were uploaded to be handed in with questions: they go when nothing has them any more.

use model::{FileId, UserId};
use uuid::Uuid;

use super::{Files, FilesError};

/// Files that are looked at in one step of the purge.
const AT_ONCE: u32 = 200;

impl Files {
    /// Deletes an upload of the owner's that was not sent after all, also out of drafts. What something has already stays.
    #[tracing::instrument(name = "files.discard", skip_all, fields(file.id = %id))]
    pub async fn discard(&self, owner: UserId, id: FileId) -> Result<(), FilesError> {
        self.view(owner, id).await?;
        self.0.db.take_from_drafts(owner, id).await?;
        self.let_go(owner, id).await
    }

    /// Deletes an upload of the owner's that nothing has, no draft either; one that only deleted things have goes where they are, and
    /// comes back with them.
    pub(crate) async fn let_go(&self, owner: UserId, id: FileId) -> Result<(), FilesError> {
        self.view(owner, id).await?;
        let inner = &self.0;
        let now = inner.clock.now();
        let (gone, free) = inner.db.delete_unused_upload(owner, id, now).await?;
        if gone == 0 {
            inner.db.hide_free_uploads(owner, &[id], now).await?;
        }
        self.remove_objects(&free).await;
        Ok(())
    }

    /// Deletes uploads of messages that are gone for good, where nothing else has them. How many messages' files were looked at.
    #[tracing::instrument(name = "files.release", skip_all)]
    pub async fn release(&self) -> Result<u64, FilesError> {
        let mut released = 0;
        let mut after = Uuid::nil();
        loop {
            let left = self.0.db.left_attachments(after, AT_ONCE).await?;
            let Some(last) = left.last() else {
                return Ok(released);
            };
            after = last.id;
            for attachment in &left {
                match self.let_go(attachment.owner, attachment.file).await {
                    Ok(()) | Err(FilesError::NotFound) => {}
                    Err(error) => return Err(error),
                }
                self.0.db.forget_attachment(attachment.id).await?;
                released += 1;
            }
        }
    }
}
