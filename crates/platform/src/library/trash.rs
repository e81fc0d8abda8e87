//! What was deleted from a library: seen by its owner, brought back, or removed for good.
//!
//! As long as it can be brought back its files lie in the store, and so they are counted among what somebody keeps; who needs the room
//! removes it for good.

use std::cmp::Reverse;

use model::{LibraryDiscarded, LibraryId, Millis, Page, Permission, UserId};
use uuid::Uuid;

use super::{DELETED_AT_ONCE, Library, uuid_of};
use crate::{Error, conversations::TRASH_DAYS, identity::Caller, store::Discarded};

/// Things of a page.
const THINGS: u32 = 50;
/// Files that are looked at in one step of the purge.
const AT_ONCE: u32 = 200;
/// What stands before all that was deleted.
const FIRST: (Millis, Uuid) = (Millis::new(i64::MAX), Uuid::max());

impl Library {
    /// What the caller deleted and can bring back, the last first, a page after the given cursor. Files are among it for those who may
    /// keep some.
    #[tracing::instrument(name = "api.library.trash", skip_all)]
    pub async fn trash(
        &self,
        caller: &Caller,
        after: Option<&str>,
    ) -> Result<Page<LibraryDiscarded>, Error> {
        caller.require(Permission::MediaUse)?;
        let place = match after {
            Some(after) => read(after).ok_or(Error::NotFound)?,
            None => FIRST,
        };
        let owner = caller.user();
        let mut items = Vec::new();
        for table in tables(caller) {
            let found = self.db.discarded(*table, owner, place, THINGS + 1);
            items.extend(found.await?);
        }
        items.sort_by_key(|item| Reverse(place_of(item)));
        let more = items.len() > THINGS as usize;
        items.truncate(THINGS as usize);
        let next = items.last().filter(|_| more).map(|last| {
            let (at, id) = place_of(last);
            format!("{}.{id}", at.get())
        });
        Ok(Page { items, next })
    }

    /// Brings back all that the caller deleted at that moment, and what they took off their pages then.
    #[tracing::instrument(name = "api.library.undo", skip_all)]
    pub async fn undo(&self, caller: &Caller, deleted_at: Millis) -> Result<(), Error> {
        caller.require(Permission::MediaUse)?;
        let owner = caller.user();
        let mut ids = Vec::new();
        for table in tables(caller) {
            ids.extend(self.db.discarded_at(*table, owner, deleted_at).await?);
        }
        let mut restored = self.bring_back(owner, &ids).await?;
        restored += self.works.bring_back(owner, deleted_at).await?;
        (restored > 0).then_some(()).ok_or(Error::NotFound)
    }

    /// Brings back things that the caller deleted; what is not there, or somebody else's, is passed over. How many there were.
    #[tracing::instrument(name = "api.library.restore", skip_all)]
    pub async fn restore(&self, caller: &Caller, ids: &[LibraryId]) -> Result<u64, Error> {
        may(caller, ids)?;
        self.bring_back(caller.user(), ids).await
    }

    /// Removes for good things that the caller deleted, with their files; what is not there, or somebody else's, is passed over. How many
    /// there were.
    #[tracing::instrument(name = "api.library.erase", skip_all)]
    pub async fn erase(&self, caller: &Caller, ids: &[LibraryId]) -> Result<u64, Error> {
        may(caller, ids)?;
        self.remove(caller.user(), ids).await
    }

    /// Removes for good all that the caller deleted by now. How much it was.
    #[tracing::instrument(name = "api.library.empty", skip_all)]
    pub async fn empty(&self, caller: &Caller) -> Result<u64, Error> {
        let mut removed = 0;
        loop {
            let page = self.trash(caller, None).await?;
            let ids: Vec<LibraryId> = page.items.iter().map(|item| item.id).collect();
            let gone = self.remove(caller.user(), &ids).await?;
            removed += gone;
            // What several had is an upload of its own when the last of them is gone.
            if gone == 0 {
                return Ok(removed);
            }
        }
    }

    /// Removes for good what was deleted long ago, whoever's it is. How much it was.
    #[tracing::instrument(name = "library.purge", skip_all)]
    pub async fn purge(&self) -> Result<u64, Error> {
        let now = self.clock.now();
        let before = now.plus(-TRASH_DAYS * Millis::DAY);
        let mut purged = 0;
        // What is removed is not found again, so each step begins at the beginning.
        loop {
            let mut gone = 0;
            for file in self.db.files_deleted_before(before, AT_ONCE).await? {
                let (erased, free) = self.db.erase_file(file.owner, file.id, now).await?;
                self.files.remove_objects(&free).await;
                gone += erased;
            }
            purged += gone;
            if gone == 0 {
                break;
            }
        }
        Ok(purged + self.db.purge_trash(before).await?)
    }

    /// Transcripts first: their recording may be a work's, which that has again then.
    async fn bring_back(&self, owner: UserId, ids: &[LibraryId]) -> Result<u64, Error> {
        let mut ids = ids.to_vec();
        ids.sort_by_key(|id| !matches!(id, LibraryId::Transcript(_)));
        let mut restored = 0;
        for id in ids {
            let is_back = match id {
                LibraryId::Work(id) => self.db.restore_work(owner, id).await?,
                LibraryId::Transcript(id) => self.db.restore_transcript(owner, id).await?,
                LibraryId::File(id) => self.db.restore_upload(owner, id).await?,
            };
            restored += u64::from(is_back);
        }
        Ok(restored)
    }

    async fn remove(&self, owner: UserId, ids: &[LibraryId]) -> Result<u64, Error> {
        let now = self.clock.now();
        let mut removed = 0;
        for id in ids {
            let (gone, free) = match *id {
                LibraryId::Work(id) => self.db.erase_work(owner, id, now).await?,
                LibraryId::Transcript(id) => self.db.erase_transcript(owner, id, now).await?,
                LibraryId::File(id) => self.db.erase_upload(owner, id, now).await?,
            };
            self.files.remove_objects(&free).await;
            removed += gone;
        }
        Ok(removed)
    }
}

/// Where what the caller may have stands.
fn tables(caller: &Caller) -> &'static [Discarded] {
    const ALL: &[Discarded] = &[Discarded::Works, Discarded::Transcripts, Discarded::Uploads];
    if caller.permissions().contains(Permission::FilesUse) {
        ALL
    } else {
        &[Discarded::Works, Discarded::Transcripts]
    }
}

/// Refuses who may not have such things, and too many at once.
pub(super) fn may(caller: &Caller, ids: &[LibraryId]) -> Result<(), Error> {
    caller.require(Permission::MediaUse)?;
    if ids.iter().any(|id| matches!(id, LibraryId::File(_))) {
        caller.require(Permission::FilesUse)?;
    }
    if ids.len() > DELETED_AT_ONCE {
        return Err(Error::Refused(model::FailureCode::TooMany));
    }
    Ok(())
}

/// Where it stands in the list.
fn place_of(item: &LibraryDiscarded) -> (Millis, Uuid) {
    (item.deleted_at, uuid_of(item.id))
}

fn read(cursor: &str) -> Option<(Millis, Uuid)> {
    let (at, id) = cursor.split_once('.')?;
    Some((Millis::new(at.parse().ok()?), Uuid::try_parse(id).ok()?))
}
