//! Links to what is shared: whoever has one reads one thing, and nothing else, until it ends or is taken back.
//!
//! A link shows its thing as it stands when it is opened. A work never changes; a transcript shows what was put right in it since, and
//! its recording is not a part of it; an upload is shown under the name that it has then. A conversation goes on, so that its link shows
//! a copy of the branch that was shown when the link was made, and another one only when its owner asks for that; what was thought is
//! not in it. Whatever ends what a link's owner may do ends the link: it asks for the owner's permission anew each time.

mod snapshot;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use model::{
    ConversationId, FailureCode, FileId, FileKind, Millis, NewShare, Page, Permission,
    PermissionSet, Share, ShareId, ShareLife, SharePreview, Shareable, Shared, SharedContent,
    SharedFile, SharedSentence, SharedTranscript, SharedWork, UserId,
    transcript::{Notes, NotesState},
};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::{
    Clock, Error, Ids,
    files::{Content, Files},
    identity::{
        Caller, Identity,
        token::{new_token, sha256_hex},
    },
    store::{Db, NewShareRow, OpenShare, SharedAs},
};

/// Links of a page.
pub const SHARES: u32 = 50;
/// Links of a person that work at once.
const MOST: i64 = 1000;
/// The longest secret that is looked up, in bytes.
const LONGEST_TOKEN: usize = 64;

/// What a link's owner must be allowed to, when it is made and as long as it works.
const fn needed(thing: Shareable) -> PermissionSet {
    let to_have_it = match thing {
        Shareable::Work(_) | Shareable::Transcript(_) => Permission::MediaUse,
        Shareable::Conversation(_) => Permission::ChatUse,
        Shareable::File(_) => Permission::FilesUse,
    };
    PermissionSet::of(&[to_have_it, Permission::MediaShare])
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Shares(Arc<Inner>);

struct Inner {
    db: Db,
    identity: Identity,
    files: Files,
    clock: Arc<dyn Clock>,
    ids: Ids,
    may_be_endless: bool,
}

impl Shares {
    pub(crate) fn new(
        db: Db,
        identity: Identity,
        files: Files,
        clock: Arc<dyn Clock>,
        ids: Ids,
        may_be_endless: bool,
    ) -> Self {
        Self(Arc::new(Inner {
            db,
            identity,
            files,
            clock,
            ids,
            may_be_endless,
        }))
    }

    /// Whether a link may work until it is taken back.
    pub fn may_be_endless(&self) -> bool {
        self.0.may_be_endless
    }

    /// Makes a link to something of the caller's: a work, an uploaded file, a transcript in which something is said, or a conversation
    /// as it stands now. Its secret is told here and never again.
    #[tracing::instrument(name = "api.shares.create", skip_all)]
    pub async fn create(
        &self,
        caller: &Caller,
        thing: Shareable,
        life: ShareLife,
    ) -> Result<NewShare, Error> {
        for permission in needed(thing).iter() {
            caller.require(permission)?;
        }
        let inner = &*self.0;
        if life == ShareLife::Endless && !inner.may_be_endless {
            return Err(Error::Refused(FailureCode::InvalidExpiry));
        }
        let (owner, now) = (caller.user(), inner.clock.now());
        let snapshot = match thing {
            Shareable::Work(_) | Shareable::Transcript(_) | Shareable::File(_) => None,
            Shareable::Conversation(id) => Some(self.snapshot(owner, id).await?),
        };
        let id = ShareId::from_uuid(inner.ids.next());
        let token = new_token();
        let expires_at = life.millis().map(|millis| now.plus(millis));
        let record = inner.identity.audit().by(caller, "share.create");
        let record = record.on("share", id).with(&json!({
            "kind": thing.kind(), "thing": thing.id(), "life": life.as_str(),
        }));
        let new = NewShareRow {
            id,
            owner,
            token_hash: &hash(token.expose_secret()),
            thing,
            now,
            expires_at,
            most: MOST,
        };
        let inserted = inner.db.insert_share(&new, snapshot.as_ref(), &record);
        match inserted.await? {
            SharedAs::Made => {}
            SharedAs::NoThing => return Err(Error::NotFound),
            SharedAs::TooMany => return Err(Error::Refused(FailureCode::TooMany)),
        }
        let origin = inner.identity.origin();
        Ok(NewShare {
            id,
            link: format!("{origin}/s/{}", token.expose_secret()),
            expires_at,
        })
    }

    /// The caller's links that work, newest first, a page after the given cursor.
    #[tracing::instrument(name = "api.shares.list", skip_all)]
    pub async fn list(&self, caller: &Caller, after: Option<&str>) -> Result<Page<Share>, Error> {
        caller.require(Permission::MediaShare)?;
        let before: Option<ShareId> = after.map(str::parse).transpose()?;
        let (db, now) = (&self.0.db, self.0.clock.now());
        let mut items = db.shares(caller.user(), before, SHARES + 1, now).await?;
        let more = items.len() > SHARES as usize;
        items.truncate(SHARES as usize);
        let next = items
            .last()
            .filter(|_| more)
            .map(|last| last.id.to_string());
        Ok(Page { items, next })
    }

    /// Takes a link of the caller's back: from then on it opens nothing.
    #[tracing::instrument(name = "api.shares.revoke", skip_all)]
    pub async fn revoke(&self, caller: &Caller, id: ShareId) -> Result<(), Error> {
        caller.require(Permission::MediaShare)?;
        let inner = &*self.0;
        let record = inner.identity.audit().by(caller, "share.revoke");
        let record = record.on("share", id);
        let revoked = inner.db.revoke_share(caller.user(), id, &record).await?;
        revoked.then_some(()).ok_or(Error::NotFound)
    }

    /// What a link to that conversation of the caller's would show now.
    #[tracing::instrument(name = "api.shares.preview", skip_all)]
    pub async fn preview(
        &self,
        caller: &Caller,
        conversation: ConversationId,
    ) -> Result<SharePreview, Error> {
        caller.require(Permission::MediaShare)?;
        self.preview_of(caller.user(), conversation).await
    }

    /// What a link to that upload of the caller's would show now.
    #[tracing::instrument(name = "api.shares.preview_file", skip_all)]
    pub async fn preview_file(&self, caller: &Caller, file: FileId) -> Result<SharedFile, Error> {
        for permission in needed(Shareable::File(file)).iter() {
            caller.require(permission)?;
        }
        self.file(caller.user(), file).await
    }

    /// Has a link of the caller's to a conversation show it as it stands now. Its secret and its end stay.
    #[tracing::instrument(name = "api.shares.refresh", skip_all)]
    pub async fn refresh(&self, caller: &Caller, id: ShareId) -> Result<(), Error> {
        caller.require(Permission::MediaShare)?;
        let inner = &*self.0;
        let (owner, now) = (caller.user(), inner.clock.now());
        let conversation = inner.db.shared_conversation(owner, id, now).await?;
        let conversation = conversation.ok_or(Error::NotFound)?;
        caller.require(Permission::ChatUse)?;
        let snapshot = self.snapshot(owner, conversation).await?;
        let record = inner.identity.audit().by(caller, "share.refresh");
        let record = record.on("share", id);
        let renewed = inner.db.renew_snapshot(owner, id, &snapshot, &record);
        renewed.await?.then_some(()).ok_or(Error::NotFound)
    }

    /// What the link with that secret shows; of a conversation, the messages from that place on. One that never was, has ended, was taken back, or whose thing is gone: all are the same
    /// [`Error::NotFound`].
    #[tracing::instrument(name = "shares.open", skip_all)]
    pub async fn open(&self, token: &str, from: u32) -> Result<Shared, Error> {
        let found = self.found(token).await?;
        let content = match found.thing {
            Shareable::Work(id) => {
                let work = self.0.db.work(found.owner, id).await?;
                let work = work.ok_or(Error::NotFound)?;
                SharedContent::Work(SharedWork {
                    medium: work.kind,
                    pixels: work.pixels,
                    prompt: work.prompt,
                    model: work.model,
                    created_at: work.created_at,
                })
            }
            Shareable::Transcript(_) => {
                SharedContent::Transcript(Box::new(self.transcript(&found).await?))
            }
            Shareable::Conversation(id) => {
                SharedContent::Conversation(Box::new(self.conversation(&found, id, from).await?))
            }
            Shareable::File(id) => SharedContent::File(self.file(found.owner, id).await?),
        };
        Ok(Shared {
            content,
            expires_at: found.expires_at,
        })
    }

    /// The file that the link with that secret is to, or the file of the work, whose content is about to be read. A transcript's
    /// recording is not shared.
    #[tracing::instrument(name = "shares.content", skip_all)]
    pub async fn content(&self, token: &str) -> Result<Content, Error> {
        let found = self.found(token).await?;
        let file = match found.thing {
            Shareable::Work(id) => {
                let file = self.0.db.file_of_work(found.owner, id).await?;
                file.ok_or(Error::NotFound)?
            }
            Shareable::File(id) => {
                self.file(found.owner, id).await?;
                id
            }
            Shareable::Transcript(_) | Shareable::Conversation(_) => return Err(Error::NotFound),
        };
        Ok(self.0.files.content(found.owner, file).await?)
    }

    /// Forgets links that have ended or whose thing is gone. How many there were.
    pub(crate) async fn purge(&self) -> Result<u64, Error> {
        Ok(self.0.db.forget_shares(self.0.clock.now()).await?)
    }

    async fn found(&self, token: &str) -> Result<OpenShare, Error> {
        if token.len() > LONGEST_TOKEN {
            return Err(Error::NotFound);
        }
        let inner = &*self.0;
        let now: Millis = inner.clock.now();
        let found = inner.db.open_share(&hash(token), now).await?;
        let found = found.ok_or(Error::NotFound)?;
        let access = inner.db.access(found.owner).await?;
        if access.permissions.includes(needed(found.thing)) {
            Ok(found)
        } else {
            Err(Error::NotFound)
        }
    }

    /// An upload of the owner's, as whoever has a link to it is told of it. A work is shared as a work.
    async fn file(&self, owner: UserId, id: FileId) -> Result<SharedFile, Error> {
        let kept = self.0.db.file(owner, id).await?;
        let kept = kept.filter(|kept| kept.view.kind == FileKind::Upload);
        kept.map(|kept| kept.view.into()).ok_or(Error::NotFound)
    }

    async fn transcript(&self, found: &OpenShare) -> Result<SharedTranscript, Error> {
        let Shareable::Transcript(id) = found.thing else {
            return Err(Error::NotFound);
        };
        let db = &self.0.db;
        let kept = db.transcript(found.owner, id).await?;
        let kept = kept.ok_or(Error::NotFound)?;
        let sentences = db.sentences(found.owner, id, "").await?;
        Ok(SharedTranscript {
            title: kept.title,
            language: kept.language,
            duration_ms: kept.duration_ms,
            created_at: kept.created_at,
            speakers: kept.speakers,
            sentences: sentences
                .into_iter()
                .map(|sentence| SharedSentence {
                    begin_ms: sentence.begin_ms,
                    speaker: sentence.speaker,
                    text: sentence.text,
                })
                .collect(),
            notes: match kept.notes_state {
                NotesState::Ready => kept.notes,
                NotesState::None | NotesState::Making | NotesState::Failed => Notes::default(),
            },
        })
    }
}

/// Secrets of 256 bits need no slow hash.
fn hash(token: &str) -> String {
    sha256_hex(token.as_bytes())
}
