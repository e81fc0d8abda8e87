//! The library: works, transcripts and uploaded files as one list, the newest first, and letting go of several at once.
//!
//! Each kind has a table of its own and ids that rise with time in all of them, so a page is made of the first rows of each behind
//! the same id: no more than a page's worth is read of any, and what is not shown comes with the next.

#[cfg(test)]
mod tests;
mod trash;

use std::sync::Arc;

use model::{
    JobKind, LibraryDeleted, LibraryFilter, LibraryId, LibraryItem, LibraryKind, Page, Permission,
    TranscriptId, UserId, WorkId,
};
use uuid::Uuid;

use crate::{
    Clock, Error,
    files::Files,
    identity::Caller,
    search::asked_words,
    store::Db,
    transcripts::{Transcripts, WithRecording, line},
    works::Works,
};

/// Things of a page.
const ITEMS: u32 = 60;
/// Things that one call may delete.
pub const DELETED_AT_ONCE: usize = 500;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Library {
    db: Db,
    files: Files,
    works: Works,
    transcripts: Transcripts,
    clock: Arc<dyn Clock>,
}

impl Library {
    pub(crate) fn new(
        db: Db,
        files: Files,
        works: Works,
        transcripts: Transcripts,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            db,
            files,
            works,
            transcripts,
            clock,
        }
    }

    /// What the caller keeps, newest first, a page after the given cursor. Files are among it for those who may keep some.
    #[tracing::instrument(name = "api.library.page", skip_all)]
    pub async fn page(
        &self,
        caller: &Caller,
        filter: &LibraryFilter,
        after: Option<&str>,
    ) -> Result<Page<LibraryItem>, Error> {
        caller.require(Permission::MediaUse)?;
        let has_files = caller.permissions().contains(Permission::FilesUse);
        if filter.kind.is_some_and(LibraryKind::is_file) {
            caller.require(Permission::FilesUse)?;
        }
        let before = after.map(Uuid::try_parse).transpose();
        let before = before.map_err(|_| Error::NotFound)?;
        let words = asked_words(filter.words.as_deref());
        let owner = caller.user();
        let mut items = match filter.kind {
            Some(LibraryKind::Transcript) => self.transcripts_of(owner, words, before).await?,
            Some(kind) => match kind.of_works() {
                Some(works) => self.works_of(owner, Some(works), words, before).await?,
                None => self.files_of(owner, Some(kind), words, before).await?,
            },
            None => {
                let mut all = self.works_of(owner, None, words, before).await?;
                all.extend(self.transcripts_of(owner, words, before).await?);
                if has_files {
                    all.extend(self.files_of(owner, None, words, before).await?);
                }
                all.sort_by_key(|item| std::cmp::Reverse(place(item)));
                all
            }
        };
        let more = items.len() > ITEMS as usize;
        items.truncate(ITEMS as usize);
        let next = items.last().filter(|_| more);
        let next = next.map(|last| place(last).to_string());
        Ok(Page { items, next })
    }

    async fn works_of(
        &self,
        owner: UserId,
        kind: Option<JobKind>,
        words: Option<&str>,
        before: Option<Uuid>,
    ) -> Result<Vec<LibraryItem>, Error> {
        let before = before.map(WorkId::from_uuid);
        let found = self.db.works(owner, kind, words, before, ITEMS + 1).await?;
        Ok(found.into_iter().map(LibraryItem::Work).collect())
    }

    async fn transcripts_of(
        &self,
        owner: UserId,
        words: Option<&str>,
        before: Option<Uuid>,
    ) -> Result<Vec<LibraryItem>, Error> {
        let before = before.map(TranscriptId::from_uuid);
        let found = self.db.transcripts(owner, words, before, ITEMS + 1).await?;
        let items = found.iter().map(|kept| LibraryItem::Transcript(line(kept)));
        Ok(items.collect())
    }

    async fn files_of(
        &self,
        owner: UserId,
        kind: Option<LibraryKind>,
        words: Option<&str>,
        before: Option<Uuid>,
    ) -> Result<Vec<LibraryItem>, Error> {
        let found = self
            .db
            .library_files(owner, kind, words, before, ITEMS + 1)
            .await?;
        Ok(found.into_iter().map(LibraryItem::File).collect())
    }

    /// Deletes things of the caller's: works and transcripts with their files, and uploads. A file that a conversation, another
    /// transcript or a job that is not done has stays. What is not there, or somebody else's, is passed over. What is deleted can be brought
    /// back for 30 days.
    #[tracing::instrument(name = "api.library.delete", skip_all)]
    pub async fn delete(
        &self,
        caller: &Caller,
        ids: &[LibraryId],
    ) -> Result<LibraryDeleted, Error> {
        trash::may(caller, ids)?;
        let at = self.clock.now();
        let (mut works, mut files, mut done) = (Vec::new(), Vec::new(), LibraryDeleted::default());
        for id in ids {
            match *id {
                LibraryId::Work(id) => works.push(id),
                LibraryId::File(id) => files.push(id),
                LibraryId::Transcript(id) => {
                    let recording = WithRecording::Yes;
                    let deleted = self.transcripts.discard(caller, id, recording, at);
                    match deleted.await {
                        Ok(()) => done.deleted += 1,
                        Err(Error::NotFound) => {}
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        done.deleted += self.works.discard(caller, &works, at).await?;
        if !files.is_empty() {
            let owner = caller.user();
            done.deleted += self.db.hide_free_uploads(owner, &files, at).await?;
            let left = self.files.still_there(owner, &files).await?;
            done.kept = left.into_iter().map(LibraryId::File).collect();
        }
        done.deleted_at = (done.deleted > 0).then_some(at);
        Ok(done)
    }
}

/// Where it stands in the list.
fn place(item: &LibraryItem) -> Uuid {
    uuid_of(item.id())
}

/// The id in it.
fn uuid_of(id: LibraryId) -> Uuid {
    match id {
        LibraryId::Work(id) => id.as_uuid(),
        LibraryId::Transcript(id) => id.as_uuid(),
        LibraryId::File(id) => id.as_uuid(),
    }
}
