//! Conversations from elsewhere: a file is read conversation by conversation, and each is taken in whole or not at all.
//!
//! What is in such a file was written by anybody. It is bounded in size, number and depth before it is kept, and it is shown by the
//! same renderer as all else. Taking in the same file again finds what is there already.

mod draft;
mod escapes;
mod forms;
mod lenient;
mod plant;
mod reading;
mod room;
#[cfg(test)]
mod tests;

use std::{
    collections::HashSet,
    fs::File,
    io::{Seek as _, Write as _},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use model::{
    ConversationId, FailureCode, ImportFormat, ImportId, ImportLine, ImportOutcome, ImportReport,
    MessageId, Millis, ModelName, Permission, Title, UserId, import::LARGEST_IMPORT,
};
use tokio::{
    sync::{Semaphore, mpsc},
    time::timeout,
};

use crate::{
    Clock, Error, Ids,
    files::FilesError,
    identity::Caller,
    store::{Db, ImportedMessage, KEPT_REPORTS, NewImport, parts_of},
};
use draft::Draft;

/// Files that are read at once. Each can take as much memory as a file is large when it is unpacked and holds one conversation, and a
/// few times what `room` allows.
const AT_ONCE: usize = 2;

/// How long nothing may come of a file that is being sent.
const STALLED: Duration = Duration::from_secs(30);

/// Files of a person in a day that something was taken of, at most.
const A_DAY: i64 = 20;

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Conversations that were read and are not written yet.
const WAITING: usize = 2;

/// The longest name of a file that is told, in characters.
const LONGEST_NAME: usize = 200;

/// The earliest moment that is believed: before it there was nothing to talk with.
const EARLIEST: i64 = 946_684_800_000;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Imports(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Ids,
    /// Answers next, whatever answered before.
    model: ModelName,
    places: Arc<Semaphore>,
    /// Whose files are on their way or being read.
    busy: Mutex<HashSet<UserId>>,
}

/// Someone whose file is on its way or being read, until this is dropped.
struct Turn<'a> {
    busy: &'a Mutex<HashSet<UserId>>,
    owner: UserId,
}

impl<'a> Turn<'a> {
    /// Unless another of theirs is.
    fn of(owner: UserId, busy: &'a Mutex<HashSet<UserId>>) -> Option<Self> {
        let is_first = busy
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(owner);
        // Made only then: what is dropped ends the turn.
        if is_first {
            Some(Self { busy, owner })
        } else {
            None
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.remove(&self.owner);
    }
}

impl Imports {
    pub(crate) fn new(db: Db, clock: Arc<dyn Clock>, ids: Ids, model: ModelName) -> Self {
        Self(Arc::new(Inner {
            db,
            clock,
            ids,
            model,
            places: Arc::new(Semaphore::new(AT_ONCE)),
            busy: Mutex::default(),
        }))
    }

    /// Takes in the conversations of a file of that name, and keeps what came of it. What was taken in when the sender breaks off
    /// stays; sent again, it is there already.
    #[tracing::instrument(name = "api.imports.take", skip_all)]
    pub async fn take<E>(
        &self,
        caller: &Caller,
        name: &str,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send,
    ) -> Result<ImportReport, Error>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        caller.require(Permission::ChatUse)?;
        let inner = &*self.0;
        let owner = caller.user();
        let _turn = Turn::of(owner, &inner.busy).ok_or(Error::Overloaded)?;
        self.allow_another(owner).await?;
        let file = put_down(bytes).await?;
        let place = Arc::clone(&inner.places).try_acquire_owned();
        let place = place.map_err(|_| Error::Overloaded)?;
        let id = ImportId::from_uuid(inner.ids.next());
        let mut report = ImportReport::begun(id, inner.clock.now(), shown(name));
        let (sender, mut drafts) = mpsc::channel(WAITING);
        let reading = tokio::task::spawn_blocking(move || {
            // Until it is read, also where nobody waits for that any more.
            let _place = place;
            reading::read(file, &sender)
        });
        while let Some((format, draft)) = drafts.recv().await {
            report.format = report.format.or(Some(format));
            let left_out = draft.left_out.counts();
            let line = self.keep(owner, format, draft).await?;
            report.note(line, &left_out);
        }
        report.end = reading.await?;
        inner.db.insert_import(owner, &report).await?;
        Ok(report)
    }

    /// What came of the caller's files, the newest first.
    #[tracing::instrument(name = "api.imports.list", skip_all)]
    pub async fn list(&self, caller: &Caller) -> Result<Vec<ImportReport>, Error> {
        caller.require(Permission::ChatUse)?;
        Ok(self.0.db.imports(caller.user()).await?)
    }

    /// Whether the day's files are not used up. Of files that nothing was taken of there may be as many as are remembered.
    async fn allow_another(&self, owner: UserId) -> Result<(), Error> {
        let since = Millis::new(self.0.clock.now().get() - DAY);
        let (all, fruitful) = self.0.db.imports_since(owner, since).await?;
        if fruitful >= A_DAY || all >= i64::from(KEPT_REPORTS) {
            return Err(Error::Refused(FailureCode::TooManyAttempts));
        }
        Ok(())
    }

    /// Writes a conversation, unless it is there.
    async fn keep(
        &self,
        owner: UserId,
        format: ImportFormat,
        draft: Draft,
    ) -> Result<ImportLine, Error> {
        let inner = &*self.0;
        let left_out = draft.left_out.sum();
        let Some(leaf) = draft.leaf else {
            return Ok(ImportLine {
                conversation: None,
                title: draft.title,
                outcome: ImportOutcome::Empty,
                messages: 0,
                left_out,
            });
        };
        let content_hash = draft.content_hash(format);
        let title = title_of(&draft);
        let titled = !draft.title.is_empty();
        let messages = dated(draft, inner.clock.now());
        let (Some(first), Some(last)) = (messages.first(), messages.iter().map(|m| m.at).max())
        else {
            return Err(Error::NotFound);
        };
        let id = ConversationId::from_uuid(Ids::of_then(first.at));
        let new = NewImport {
            owner,
            id,
            title: &title,
            titled,
            model: &inner.model,
            leaf: messages.get(leaf).unwrap_or(first).id,
            created_at: first.at,
            updated_at: last,
            content_hash: &content_hash,
            messages: &messages,
        };
        let is_new = inner.db.import_conversation(&new).await?;
        let (outcome, conversation) = if is_new {
            (ImportOutcome::Taken, Some(id))
        } else {
            (ImportOutcome::Already, None)
        };
        Ok(ImportLine {
            conversation,
            title: title.into(),
            outcome,
            messages: u32::try_from(messages.len()).unwrap_or(u32::MAX),
            left_out,
        })
    }
}

/// Puts the file down where nobody finds it: it is read more slowly than it may come, and nobody waits for a sender who stalls.
async fn put_down<E>(bytes: impl Stream<Item = Result<Bytes, E>> + Send) -> Result<File, Error>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut bytes = pin!(bytes);
    let mut file = tempfile::tempfile().map_err(Error::Disk)?;
    let mut room = LARGEST_IMPORT;
    while let Some(piece) = timeout(STALLED, bytes.next())
        .await
        .map_err(|stalled| FilesError::Interrupted(stalled.into()))?
    {
        let piece = piece.map_err(|error| FilesError::Interrupted(error.into()))?;
        room = room
            .checked_sub(piece.len() as u64)
            .ok_or(FilesError::TooLarge)?;
        let written = tokio::task::spawn_blocking(move || {
            file.write_all(&piece)?;
            Ok::<_, std::io::Error>(file)
        });
        file = written.await?.map_err(Error::Disk)?;
    }
    file.rewind().map_err(Error::Disk)?;
    Ok(file)
}

/// A file's name as it is told: one line, not endless.
fn shown(name: &str) -> String {
    let name = name.chars().filter(|c| !c.is_control());
    name.take(LONGEST_NAME).collect()
}

/// The title that it had, or else the beginning of what was asked first.
fn title_of(draft: &Draft) -> Title {
    Title::parse(&draft.title).unwrap_or_else(|_| {
        let first = draft.messages.first();
        Title::of_question(first.map_or("", |first| first.text.as_str()))
    })
}

/// The messages with ids in the order of the file, each at its time as far as that can be believed: not before there was anything to
/// talk with, not after now, and each id behind the one before.
fn dated(draft: Draft, now: Millis) -> Vec<ImportedMessage> {
    let mut left = i64::try_from(draft.messages.len()).unwrap_or(i64::MAX);
    let first = draft.messages.iter().find_map(|message| message.at);
    let (mut at, mut then) = (first.unwrap_or(now), 0);
    let mut messages: Vec<ImportedMessage> = Vec::with_capacity(draft.messages.len());
    for message in draft.messages {
        let latest = now.get() - left;
        at = Millis::new(
            message
                .at
                .unwrap_or(at)
                .get()
                .clamp(EARLIEST, latest.max(EARLIEST)),
        );
        then = at.get().max(then + 1);
        left -= 1;
        messages.push(ImportedMessage {
            id: MessageId::from_uuid(Ids::of_then(Millis::new(then))),
            parent: message
                .parent
                .and_then(|parent| messages.get(parent))
                .map(|parent| parent.id),
            speaker: message.speaker,
            parts: parts_of(message.reasoning, message.text),
            model: message.model,
            at,
        });
    }
    messages
}
