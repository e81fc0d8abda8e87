//! Conversations: what a person reads, finds again, names and throws away.
//!
//! Ownership is in every query: a stranger's conversation and one that never was look the same.

mod branches;
mod compare;
mod day;
pub mod export;
mod filing;
mod order;
mod queue;
mod search;
mod temporary;
#[cfg(test)]
mod tests;
mod view;
mod walk;
mod written;

use std::sync::Arc;

use model::{
    AnsweringAssistant, AssistantKey, ConversationId, ConversationSummary, ConversationView,
    DayGroup, Draft, FailureCode, FileId, Given, MessageId, MessagePage, MessageView, Millis, Page,
    Speaker, Title, UserId, attachment::MOST_ATTACHMENTS, invisible::without_hidden,
};

pub(crate) use queue::{queue_of, queue_outcome};
pub(crate) use walk::Walk;

use crate::{
    Clock, Error, Ids,
    assistants::called,
    generation::Hub,
    identity::Caller,
    store::{Db, LONGEST_DRAFT, Listed, Message, Restored},
};

/// Lines of the sidebar a page.
const LISTED: u32 = 40;

/// Messages of a transcript a page.
const SHOWN: u32 = 50;

/// Messages below one that is opened, where it is far from the end.
const BELOW: u32 = 20;

/// How long a deleted conversation can be brought back.
pub const TRASH_DAYS: i64 = 30;

/// The service of conversations. Cheap to clone.
#[derive(Clone)]
pub struct Conversations {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Ids,
    hub: Hub,
}

impl Conversations {
    pub(crate) fn new(db: Db, clock: Arc<dyn Clock>, ids: Ids, hub: Hub) -> Self {
        Self {
            db,
            clock,
            ids,
            hub,
        }
    }

    /// The caller's conversations, those that are pinned and then newest first, without the archive and without what is in
    /// folders and not pinned; a page after the given cursor. Days are counted
    /// `utc_offset_minutes` east of UTC.
    #[tracing::instrument(name = "api.conversations.list", skip_all)]
    pub async fn list(
        &self,
        caller: &Caller,
        after: Option<&str>,
        utc_offset_minutes: i32,
    ) -> Result<Page<ConversationSummary>, Error> {
        let cursor = after.map(parse_cursor).transpose()?;
        let listed = self
            .db
            .list_conversations(caller.user(), cursor, LISTED + 1)
            .await?;
        self.with_pinned(caller, listed, after.is_none(), utc_offset_minutes)
            .await
    }

    /// A page of the list: the first one begins with what is pinned.
    async fn with_pinned(
        &self,
        caller: &Caller,
        listed: Vec<Listed>,
        is_first: bool,
        utc_offset_minutes: i32,
    ) -> Result<Page<ConversationSummary>, Error> {
        let mut page = self.lines(listed, utc_offset_minutes);
        if is_first {
            let pinned = self.db.pinned_conversations(caller.user()).await?;
            let pinned = pinned
                .into_iter()
                .map(|line| summary(line, DayGroup::Pinned));
            page.items.splice(0..0, pinned);
        }
        Ok(page)
    }

    /// A conversation as its page opens: the newest messages of the branch that is shown, and the draft.
    #[tracing::instrument(name = "api.conversations.open", skip_all, fields(conversation.id = %id))]
    pub async fn open(
        &self,
        caller: &Caller,
        id: ConversationId,
    ) -> Result<ConversationView, Error> {
        let user = caller.user();
        let conversation = self
            .db
            .conversation(user, id)
            .await?
            .ok_or(Error::NotFound)?;
        let draft = self.draft(caller, Some(id)).await?;
        let queue = queue_of(&self.db, user, id).await?;
        let assistant = self.db.answering(user, id).await?;
        let messages = match conversation.leaf {
            Some(leaf) => self.page(user, id, leaf).await?,
            None => MessagePage::default(),
        };
        Ok(ConversationView {
            id,
            title: conversation.title,
            model: conversation.model,
            messages,
            draft: draft.text,
            draft_kept_at: draft.kept_at,
            draft_attachments: draft.attachments,
            draft_assistant: draft.assistant,
            queue,
            has_newer: false,
            is_pinned: conversation.pinned,
            is_archived: conversation.archived,
            assistant: assistant.map(AnsweringAssistant::from),
            is_temporary: conversation.temporary,
        })
    }

    /// A conversation as its page opens at one of its messages: the branch on which that lies is shown from now on, and the messages
    /// are those around it. Where there is no such message, as it opens otherwise.
    #[tracing::instrument(name = "api.conversations.open_at", skip_all, fields(conversation.id = %id))]
    pub async fn open_at(
        &self,
        caller: &Caller,
        id: ConversationId,
        message: MessageId,
    ) -> Result<ConversationView, Error> {
        let user = caller.user();
        let mut place = self.db.place_on_branch(user, id, message, BELOW).await?;
        if place.is_none() {
            match self.show_branch(caller, id, message).await {
                Ok(()) => place = self.db.place_on_branch(user, id, message, BELOW).await?,
                Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        let mut view = self.open(caller, id).await?;
        if let Some(place) = place.filter(|place| place.from_end > i64::from(SHOWN)) {
            view.messages = self.page(user, id, place.below).await?;
            view.has_newer = true;
        }
        Ok(view)
    }

    /// The newest messages of the branch that is shown.
    #[tracing::instrument(name = "api.conversations.newest", skip_all, fields(conversation.id = %id))]
    pub async fn newest(&self, caller: &Caller, id: ConversationId) -> Result<MessagePage, Error> {
        let conversation = self
            .db
            .conversation(caller.user(), id)
            .await?
            .ok_or(Error::NotFound)?;
        match conversation.leaf {
            Some(leaf) => self.page(caller.user(), id, leaf).await,
            None => Ok(MessagePage::default()),
        }
    }

    /// The messages above `message`.
    #[tracing::instrument(name = "api.conversations.before", skip_all, fields(conversation.id = %id))]
    pub async fn before(
        &self,
        caller: &Caller,
        id: ConversationId,
        message: MessageId,
    ) -> Result<MessagePage, Error> {
        let below = self
            .db
            .message(caller.user(), id, message)
            .await?
            .ok_or(Error::NotFound)?;
        match below.parent {
            Some(parent) => self.page(caller.user(), id, parent).await,
            None => Ok(MessagePage::default()),
        }
    }

    /// Gives it a title, for good.
    #[tracing::instrument(name = "api.conversations.rename", skip_all, fields(conversation.id = %id))]
    pub async fn rename(
        &self,
        caller: &Caller,
        id: ConversationId,
        title: Title,
    ) -> Result<(), Error> {
        found(
            self.db
                .rename_conversation(caller.user(), id, &title)
                .await?,
        )?;
        self.hub.titled(id, title);
        Ok(())
    }

    /// Puts it in the trash, where [`Conversations::restore`] finds it for 30 days. An answer that is being
    /// written is stopped. A temporary one is gone for good.
    #[tracing::instrument(name = "api.conversations.delete", skip_all, fields(conversation.id = %id))]
    pub async fn delete(&self, caller: &Caller, id: ConversationId) -> Result<(), Error> {
        let now = self.clock.now();
        if !self.db.delete_conversation(caller.user(), id, now).await? {
            return self.forget(caller, id).await;
        }
        self.hub.stop(id);
        self.hub.deleted(id);
        Ok(())
    }

    /// Takes it out of the trash.
    #[tracing::instrument(name = "api.conversations.restore", skip_all, fields(conversation.id = %id))]
    pub async fn restore(&self, caller: &Caller, id: ConversationId) -> Result<(), Error> {
        found(self.db.restore_conversation(caller.user(), id).await?)?;
        // Who still looks at it was told that it is gone.
        self.hub.changed(id);
        Ok(())
    }

    /// What the caller typed there and did not send; without a conversation, on the page for a new one.
    #[tracing::instrument(name = "api.conversations.draft", skip_all)]
    pub async fn draft(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
    ) -> Result<Draft, Error> {
        let user = caller.user();
        let (text, files, kept_at) = self.db.draft(user, conversation).await?;
        let mut attachments = self.db.handed(user, &files).await?;
        attachments.retain(|file| !file.is_gone);
        let assistant = match self.db.called_in_draft(user, conversation).await? {
            Some((key, given)) => called(&self.db, user, (&key, given)).await?,
            None => None,
        };
        Ok(Draft {
            text,
            attachments,
            assistant,
            kept_at,
        })
    }

    /// Keeps what the caller typed there, and the files beside it. By when that is known.
    #[tracing::instrument(name = "api.conversations.save_draft", skip_all)]
    pub async fn save_draft(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        (text, files): (&str, &[FileId]),
    ) -> Result<Millis, Error> {
        let files = &files[..files.len().min(MOST_ATTACHMENTS)];
        let text: String = text
            .chars()
            .filter(|&c| c != '\0')
            .take(LONGEST_DRAFT)
            .collect();
        let draft = (&*text, files);
        let kept_at = self
            .db
            .save_draft(caller.user(), conversation, draft, self.clock.now());
        kept_at.await?.ok_or(Error::NotFound)
    }

    /// Keeps with a draft which assistant is asked with it, a key or nothing, and what was given for its variables.
    #[tracing::instrument(name = "api.conversations.call_in_draft", skip_all)]
    pub async fn call_in_draft(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        key: Option<&AssistantKey>,
        given: &[Given],
    ) -> Result<(), Error> {
        let given: &[Given] = if key.is_some() { given } else { &[] };
        let key = key.map(ToString::to_string).unwrap_or_default();
        let call = self
            .db
            .call_in_draft(caller.user(), conversation, (&key, given));
        Ok(call.await?)
    }

    /// A message's text as it was written: Markdown for an answer.
    #[tracing::instrument(name = "api.conversations.source", skip_all, fields(conversation.id = %id))]
    pub async fn source(
        &self,
        caller: &Caller,
        id: ConversationId,
        message: MessageId,
    ) -> Result<String, Error> {
        let found = self
            .db
            .message(caller.user(), id, message)
            .await?
            .ok_or(Error::NotFound)?;
        let grown = self
            .db
            .chunks(message)
            .await?
            .map(|chunks| chunks.text)
            .unwrap_or_default();
        // What is copied has nothing in it that nobody saw.
        Ok(without_hidden(&(found.text() + &grown)))
    }

    /// Removes for good what has been in the trash for too long, and branches, folders and tags that were deleted as long ago. How
    /// many conversations.
    pub async fn purge(&self) -> Result<u64, Error> {
        let before = self.clock.now().plus(-TRASH_DAYS * Millis::DAY);
        let purged = self.db.purge_conversations(before).await?;
        self.db.purge_branches(before).await?;
        self.db.purge_folders(before).await?;
        self.db.purge_tags(before).await?;
        Ok(purged)
    }

    /// A page of a list of which one line more was read.
    fn lines(&self, mut listed: Vec<Listed>, utc_offset_minutes: i32) -> Page<ConversationSummary> {
        let more = listed.len() > LISTED as usize;
        listed.truncate(LISTED as usize);
        let next = listed
            .last()
            .filter(|_| more)
            .map(|last| format!("{}.{}", last.updated_at.get(), last.id));
        let now = self.clock.now();
        let items = listed.into_iter().map(|line| {
            let day = day::group(line.updated_at, now, utc_offset_minutes);
            summary(line, day)
        });
        Page {
            items: items.collect(),
            next,
        }
    }

    async fn page(
        &self,
        user: UserId,
        id: ConversationId,
        end: MessageId,
    ) -> Result<MessagePage, Error> {
        let mut messages = self.db.branch(user, id, end, SHOWN + 1).await?;
        let more = messages.len() > SHOWN as usize;
        if more {
            messages.remove(0);
        }
        let older_than = messages.first().filter(|_| more).map(|first| first.id);
        let mut items = self.views(messages).await?;
        self.refer(user, id, &mut items).await?;
        Ok(MessagePage { items, older_than })
    }

    /// Adds to answers of applications what they refer to, and to questions and answers the assistant that was asked.
    async fn refer(
        &self,
        user: UserId,
        id: ConversationId,
        items: &mut [MessageView],
    ) -> Result<(), Error> {
        // The question of the first answer may be on the page above.
        let of = |item: &MessageView| item.parent.into_iter().chain([item.id]);
        let ids = || items.iter().flat_map(of);
        let Some(between) = ids().min().zip(ids().max()) else {
            return Ok(());
        };
        for (message, references) in self.db.references(id, between).await? {
            if let Some(item) = items.iter_mut().find(|item| item.id == message) {
                item.references = references;
            }
        }
        for (question, asked) in self.db.asked_assistants(user, id, between).await? {
            let is_of = |item: &&mut MessageView| {
                let is_answer = item.speaker == Speaker::Assistant;
                item.id == question || (is_answer && item.parent == Some(question))
            };
            for item in items.iter_mut().filter(is_of) {
                item.assistant = Some(asked.clone());
            }
        }
        Ok(())
    }

    async fn views(&self, messages: Vec<Message>) -> Result<Vec<MessageView>, Error> {
        view::views(&self.db, &self.hub, messages).await
    }
}

fn summary(line: Listed, day: DayGroup) -> ConversationSummary {
    ConversationSummary {
        id: line.id,
        title: line.title,
        updated_at: line.updated_at,
        day,
        generating: line.generating,
    }
}

fn found(there: bool) -> Result<(), Error> {
    if there { Ok(()) } else { Err(Error::NotFound) }
}

/// What is told of bringing back what a person may have only so many of.
pub(crate) fn restored(outcome: Restored) -> Result<(), Error> {
    match outcome {
        Restored::Done => Ok(()),
        Restored::None => Err(Error::NotFound),
        Restored::TooMany => Err(Error::Refused(FailureCode::TooMany)),
    }
}

fn parse_cursor(cursor: &str) -> Result<(Millis, ConversationId), Error> {
    let (at, id) = cursor.split_once('.').ok_or(Error::NotFound)?;
    let at = at.parse().map_err(|_| Error::NotFound)?;
    Ok((Millis::new(at), id.parse()?))
}
