//! Uploads whose length is told with their end (tus: creation-defer-length), such as a recording that is sent while it is made.

use model::{FileName, UploadId, UserId, transcript::UnfinishedRecording};

use super::{KEPT_MS, UploadStatus};
use crate::{
    files::{Files, FilesError},
    store::{Advanced, KeptUpload, NewUpload},
};

/// The longest recording that is noted, in milliseconds: what is said of more is not believed.
const LONGEST_MS: u64 = 24 * 60 * 60 * 1000;

impl Files {
    /// Begins an upload whose length is told with its end. What comes is reserved as it comes.
    #[tracing::instrument(name = "files.begin_deferred_upload", skip_all)]
    pub async fn begin_deferred_upload(
        &self,
        owner: UserId,
        name: &FileName,
        declared: Option<&str>,
        is_recording: bool,
    ) -> Result<UploadStatus, FilesError> {
        let inner = &self.0;
        let now = inner.clock.now();
        let upload = NewUpload {
            id: UploadId::from_uuid(inner.ids.next()),
            owner,
            name: name.as_str(),
            declared: declared.unwrap_or_default(),
            length: None,
            is_recording,
            expires_at: now.plus(KEPT_MS),
        };
        self.begun(&upload, now).await
    }

    /// Says how long one of the owner's uploads will be. Said again, it must be the same.
    #[tracing::instrument(name = "files.define_upload", skip_all, fields(upload.id = %id))]
    pub async fn define_upload(
        &self,
        owner: UserId,
        id: UploadId,
        length: u64,
    ) -> Result<(), FilesError> {
        let inner = &self.0;
        if length > inner.largest_upload {
            return Err(FilesError::TooLarge);
        }
        let length = i64::try_from(length).map_err(|_| FilesError::TooLarge)?;
        let kept = self.kept_upload(owner, id).await?;
        if let Some(failure) = UploadStatus::of(id, &kept).failure {
            return Err(FilesError::Ended(failure));
        }
        if !kept.deferred {
            return if kept.length == length {
                Ok(())
            } else {
                Err(FilesError::Interrupted("another length was said".into()))
            };
        }
        if length == 0 || length < kept.received {
            return Err(FilesError::Interrupted("less than what came".into()));
        }
        let told = (kept.received, length);
        match inner
            .db
            .define_upload(owner, id, told, inner.quota())
            .await?
        {
            Advanced::Done => Ok(()),
            Advanced::QuotaUsedUp => Err(FilesError::StorageUsedUp),
            Advanced::Elsewhere => {
                let now = self.kept_upload(owner, id).await?;
                Err(FilesError::WrongOffset { at: now.received })
            }
        }
    }

    /// Notes how much was recorded of what is sent while it is made.
    pub async fn note_recorded(
        &self,
        owner: UserId,
        id: UploadId,
        recorded_ms: u64,
    ) -> Result<(), FilesError> {
        let recorded = i64::try_from(recorded_ms.min(LONGEST_MS)).unwrap_or(0);
        Ok(self.0.db.note_recorded(owner, id, recorded).await?)
    }

    /// The owner's recordings that nobody has finished, the newest first.
    #[tracing::instrument(name = "files.unfinished_recordings", skip_all)]
    pub async fn unfinished_recordings(
        &self,
        owner: UserId,
    ) -> Result<Vec<UnfinishedRecording>, FilesError> {
        let now = self.0.clock.now();
        let kept = self.0.db.unfinished_recordings(owner, now).await?;
        let shown = kept.into_iter().map(|kept| UnfinishedRecording {
            id: kept.id,
            name: kept.name,
            bytes: kept.received,
            recorded_ms: kept.recorded_ms,
            last_at: kept.expires_at.plus(-KEPT_MS),
            expires_at: kept.expires_at,
        });
        Ok(shown.collect())
    }

    /// Whether a failure leaves an upload as it is: that there is no room for more is no reason to throw away what came of
    /// something that can't be sent again.
    pub(super) async fn keeps_what_came(
        &self,
        owner: UserId,
        id: UploadId,
        error: &FilesError,
    ) -> bool {
        matches!(error, FilesError::StorageUsedUp | FilesError::TooLarge)
            && self
                .kept_upload(owner, id)
                .await
                .is_ok_and(|kept| kept.deferred)
    }

    /// Where an upload ends at the latest.
    pub(super) fn longest(&self, upload: &KeptUpload) -> i64 {
        if upload.deferred {
            i64::try_from(self.0.largest_upload).unwrap_or(i64::MAX)
        } else {
            upload.length
        }
    }
}
