//! Keeping conversations in folders, and words put to them.

use model::{
    Cabinet, ConversationId, ConversationSummary, FailureCode, Filing, Folder, FolderId,
    FolderName, Narrowed, Page, Shelf, ShelfLine, Tag, TagId, TagName,
};

use super::{Conversations, LISTED, found, order::AT_ONCE, parse_cursor, restored};
use crate::{
    Error,
    identity::Caller,
    store::{self, RestoredTag, Tagged},
};

impl Conversations {
    /// The caller's folders and tags, by name.
    #[tracing::instrument(name = "api.conversations.cabinet", skip_all)]
    pub async fn cabinet(&self, caller: &Caller) -> Result<Cabinet, Error> {
        Ok(Cabinet {
            folders: self.db.folders(caller.user()).await?,
            tags: self.db.tags(caller.user()).await?,
        })
    }

    /// The caller's folders, by name.
    #[tracing::instrument(name = "api.conversations.folders", skip_all)]
    pub async fn folders(&self, caller: &Caller) -> Result<Vec<Folder>, Error> {
        Ok(self.db.folders(caller.user()).await?)
    }

    /// Makes a folder. At most 200, and no two of one name.
    #[tracing::instrument(name = "api.conversations.create_folder", skip_all)]
    pub async fn create_folder(
        &self,
        caller: &Caller,
        name: FolderName,
    ) -> Result<FolderId, Error> {
        let id = FolderId::from_uuid(self.ids.next());
        let folder = Folder { id, name };
        let now = self.clock.now();
        let made = self.db.create_folder(caller.user(), &folder, now).await;
        if made.map_err(taken)? {
            Ok(id)
        } else {
            Err(Error::Refused(FailureCode::TooMany))
        }
    }

    /// Gives one of the caller's folders another name.
    #[tracing::instrument(name = "api.conversations.rename_folder", skip_all)]
    pub async fn rename_folder(
        &self,
        caller: &Caller,
        id: FolderId,
        name: FolderName,
    ) -> Result<(), Error> {
        let folder = Folder { id, name };
        let renamed = self.db.rename_folder(caller.user(), &folder).await;
        found(renamed.map_err(taken)?)
    }

    /// Deletes one of the caller's folders; [`Conversations::restore_folder`] brings it back for 30 days, unless 200 are deleted after it. What
    /// is in it stays, or goes to the trash with it: what went there.
    #[tracing::instrument(name = "api.conversations.delete_folder", skip_all)]
    pub async fn delete_folder(
        &self,
        caller: &Caller,
        id: FolderId,
        with_contents: bool,
    ) -> Result<Vec<ConversationId>, Error> {
        let now = self.clock.now();
        let deleted = self.db.delete_folder(caller.user(), id, with_contents, now);
        let thrown = deleted.await?.ok_or(Error::NotFound)?;
        for &id in &thrown {
            self.hub.stop(id);
            self.hub.deleted(id);
        }
        Ok(thrown)
    }

    /// Brings it back, with what was in it and not put elsewhere meanwhile, and with what went to the trash with it. Refused while another
    /// folder has its name, or the caller has 200.
    #[tracing::instrument(name = "api.conversations.restore_folder", skip_all)]
    pub async fn restore_folder(&self, caller: &Caller, id: FolderId) -> Result<(), Error> {
        let back = self.db.restore_folder(caller.user(), id).await;
        restored(back.map_err(taken)?)
    }

    /// What is in one of the caller's folders, newest first; a page after the given cursor.
    #[tracing::instrument(name = "api.conversations.folder", skip_all)]
    pub async fn folder(
        &self,
        caller: &Caller,
        id: FolderId,
        after: Option<&str>,
        utc_offset_minutes: i32,
    ) -> Result<Page<ConversationSummary>, Error> {
        let cursor = after.map(parse_cursor).transpose()?;
        let listed = self
            .db
            .folder_contents(caller.user(), id, None, cursor, LISTED + 1)
            .await?;
        Ok(self.lines(listed, utc_offset_minutes))
    }

    /// Puts several of the caller's conversations into a folder, or out of any, all or none; what is not theirs or there already is passed
    /// over. With how many it was done. More than 200 are refused.
    #[tracing::instrument(name = "api.conversations.put_in_folder", skip_all)]
    pub async fn put_in_folder(
        &self,
        caller: &Caller,
        folder: Option<FolderId>,
        ids: &[ConversationId],
    ) -> Result<u64, Error> {
        bounded(ids)?;
        let put = self.db.put_in_folder(caller.user(), folder, ids).await?;
        put.ok_or(Error::NotFound)
    }

    /// Puts a word to several of the caller's conversations, all or none; what is not theirs, has it or has ten is passed over. With
    /// how many it was done; when all have ten, it is refused.
    #[tracing::instrument(name = "api.conversations.tag", skip_all)]
    pub async fn tag(
        &self,
        caller: &Caller,
        name: TagName,
        ids: &[ConversationId],
    ) -> Result<u64, Error> {
        bounded(ids)?;
        let id = TagId::from_uuid(self.ids.next());
        let tag = Tag { id, name };
        let now = self.clock.now();
        match self
            .db
            .tag_conversations(caller.user(), &tag, ids, now)
            .await?
        {
            Tagged::Done(count) => Ok(count),
            Tagged::TooMany => Err(Error::Refused(FailureCode::TooMany)),
        }
    }

    /// Takes a word off several of the caller's conversations. Off how many.
    #[tracing::instrument(name = "api.conversations.untag", skip_all)]
    pub async fn untag(
        &self,
        caller: &Caller,
        tag: TagId,
        ids: &[ConversationId],
    ) -> Result<u64, Error> {
        bounded(ids)?;
        Ok(self.db.untag_conversations(caller.user(), tag, ids).await?)
    }

    /// Gives one of the caller's tags another name.
    #[tracing::instrument(name = "api.conversations.rename_tag", skip_all)]
    pub async fn rename_tag(&self, caller: &Caller, id: TagId, name: TagName) -> Result<(), Error> {
        let tag = Tag { id, name };
        let renamed = self.db.rename_tag(caller.user(), &tag).await;
        found(renamed.map_err(taken)?)
    }

    /// Takes one of the caller's tags off everything; [`Conversations::restore_tag`] brings it back for 30 days, unless 200 are deleted after it.
    #[tracing::instrument(name = "api.conversations.delete_tag", skip_all)]
    pub async fn delete_tag(&self, caller: &Caller, id: TagId) -> Result<(), Error> {
        let now = self.clock.now();
        found(self.db.delete_tag(caller.user(), id, now).await?)
    }

    /// Puts it back to all that had it, but for what has ten others meanwhile. Where the word was put to something anew, both become one: as
    /// which one it stands.
    #[tracing::instrument(name = "api.conversations.restore_tag", skip_all)]
    pub async fn restore_tag(&self, caller: &Caller, id: TagId) -> Result<TagId, Error> {
        let restored = self.db.restore_tag(caller.user(), id).await?;
        match restored.ok_or(Error::NotFound)? {
            RestoredTag::As(stands) => Ok(stands),
            RestoredTag::TooMany => Err(Error::Refused(FailureCode::TooMany)),
        }
    }

    /// Where one of the caller's conversations is kept, and what there is to choose from. A temporary one is kept nowhere.
    #[tracing::instrument(name = "api.conversations.filing", skip_all, fields(conversation.id = %id))]
    pub async fn filing(&self, caller: &Caller, id: ConversationId) -> Result<Filing, Error> {
        let user = caller.user();
        let conversation = self.db.conversation(user, id).await?;
        let conversation = conversation.filter(|conversation| !conversation.temporary);
        let conversation = conversation.ok_or(Error::NotFound)?;
        let folder = self.db.folders_of(user, &[id]).await?.remove(&id);
        let tags = self.db.tags_of(user, &[id]).await?.remove(&id);
        Ok(Filing {
            id,
            title: conversation.title,
            folder,
            tags: tags.unwrap_or_default(),
            cabinet: self.cabinet(caller).await?,
        })
    }

    /// The caller's conversations in one place as [`Conversations::shelf`] has them, each with its folder and tags. What is in the list can be
    /// narrowed to a folder, a tag, or both; what is pinned is then among the others.
    #[tracing::instrument(name = "api.conversations.shelf_lines", skip_all)]
    pub async fn shelf_lines(
        &self,
        caller: &Caller,
        shelf: Shelf,
        narrowed: Narrowed,
        after: Option<&str>,
        utc_offset_minutes: i32,
    ) -> Result<Page<ShelfLine>, Error> {
        let user = caller.user();
        let cursor = after.map(parse_cursor).transpose()?;
        let most = LISTED + 1;
        let page = match (shelf, narrowed.folder, narrowed.tag) {
            (Shelf::Kept, Some(folder), tag) => {
                let contents = self.db.folder_contents(user, folder, tag, cursor, most);
                self.lines(contents.await?, utc_offset_minutes)
            }
            (Shelf::Kept, None, Some(tag)) => {
                let tagged = self.db.tagged_conversations(user, tag, cursor, most);
                self.lines(tagged.await?, utc_offset_minutes)
            }
            _ => self.shelf(caller, shelf, after, utc_offset_minutes).await?,
        };
        let ids: Vec<ConversationId> = page.items.iter().map(|line| line.id).collect();
        let mut folders = self.db.folders_of(user, &ids).await?;
        let mut tags = self.db.tags_of(user, &ids).await?;
        let line = |summary: ConversationSummary| ShelfLine {
            folder: folders.remove(&summary.id),
            tags: tags.remove(&summary.id).unwrap_or_default(),
            summary,
        };
        Ok(Page {
            items: page.items.into_iter().map(line).collect(),
            next: page.next,
        })
    }

    /// What is in the list, in folders or not: what is pinned before the first page of the others.
    pub(super) async fn kept(
        &self,
        caller: &Caller,
        after: Option<&str>,
        utc_offset_minutes: i32,
    ) -> Result<Page<ConversationSummary>, Error> {
        let cursor = after.map(parse_cursor).transpose()?;
        let listed = self
            .db
            .kept_in_list(caller.user(), cursor, LISTED + 1)
            .await?;
        self.with_pinned(caller, listed, after.is_none(), utc_offset_minutes)
            .await
    }
}

fn bounded(ids: &[ConversationId]) -> Result<(), Error> {
    if ids.len() > AT_ONCE {
        return Err(Error::Refused(FailureCode::BadRequest));
    }
    Ok(())
}

fn taken(error: store::Error) -> Error {
    if error.is_conflict() {
        Error::Refused(FailureCode::NameTaken)
    } else {
        error.into()
    }
}
