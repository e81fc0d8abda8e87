//! The copy of a conversation that a link shows.

use model::{
    Attachment, AttachmentKind, ConversationId, FailureCode, MessageStatus, SharePreview,
    SharedConversation, SharedMessage, Speaker, UserId,
};

use super::Shares;
use crate::{
    Error,
    conversations::Walk,
    render,
    store::{Conversation, Message, OpenShare, ShownMessage, Snapshot},
    written::plain_markdown,
};

/// Messages of a copy at most.
const MOST_MESSAGES: usize = 5_000;

/// How much text a copy has in it at most, in bytes.
const MOST_TEXT: usize = 8 * 1024 * 1024;

/// Messages that are shown at once.
const PAGE: u32 = 100;

/// What the ids in rendered answers begin with: the place follows, and nothing that leads further.
const SCOPE: &str = "s";

impl Shares {
    pub(super) async fn preview_of(
        &self,
        owner: UserId,
        id: ConversationId,
    ) -> Result<SharePreview, Error> {
        let (found, walk) = self.way_through(owner, id).await?;
        Ok(SharePreview {
            title: found.title.into(),
            messages: u32::try_from(walk.length()).unwrap_or(u32::MAX),
        })
    }

    /// The branch that is shown now: what was asked and answered, and by which models. Not while an answer is being written, which
    /// would be cut for ever.
    pub(super) async fn snapshot(
        &self,
        owner: UserId,
        id: ConversationId,
    ) -> Result<Snapshot, Error> {
        let (found, mut walk) = self.way_through(owner, id).await?;
        if walk.length() > MOST_MESSAGES {
            return Err(Error::Refused(FailureCode::TooLarge));
        }
        let mut messages = Vec::with_capacity(walk.length());
        let mut room = MOST_TEXT;
        while let Some(page) = walk.next().await? {
            for message in page {
                if message.status == MessageStatus::Generating {
                    return Err(Error::AlreadyGenerating);
                }
                let text = told(&message);
                if text.is_empty() {
                    continue;
                }
                room = room
                    .checked_sub(text.len())
                    .ok_or(Error::Refused(FailureCode::TooLarge))?;
                messages.push(ShownMessage {
                    speaker: message.speaker,
                    sources: message.sources(),
                    model: message.model,
                    text,
                    blocks: Vec::new(),
                    render_version: render::VERSION,
                });
            }
        }
        if messages.is_empty() {
            return Err(Error::NotFound);
        }
        for (place, message) in messages.iter_mut().enumerate() {
            message.blocks = blocks(place, message).await?;
        }
        Ok(Snapshot {
            title: found.title.into(),
            taken_at: self.0.clock.now(),
            messages,
        })
    }

    /// What a link shows, from that message on. What an older renderer made is made anew and kept.
    pub(super) async fn conversation(
        &self,
        found: &OpenShare,
        id: ConversationId,
        from: u32,
    ) -> Result<SharedConversation, Error> {
        let db = &self.0.db;
        // What is in the trash is not shown either.
        let is_there = db.conversation(found.owner, id).await?.is_some();
        let head = db.snapshot_head(found.id).await?;
        let (title, taken_at) = head.filter(|_| is_there).ok_or(Error::NotFound)?;
        let mut shown = db.shown_messages(found.id, from, PAGE + 1).await?;
        let more = shown.len() > PAGE as usize;
        shown.truncate(PAGE as usize);
        let mut messages = Vec::with_capacity(shown.len());
        for (position, mut message) in shown {
            if message.render_version != render::VERSION {
                let blocks = blocks(position, &message).await?;
                db.save_shown(found.id, position, &blocks, render::VERSION)
                    .await?;
                message.blocks = blocks;
            }
            messages.push(SharedMessage {
                speaker: message.speaker,
                model: message.model,
                text: match message.speaker {
                    Speaker::User => message.text,
                    Speaker::Assistant => String::new(),
                },
                blocks: message.blocks,
            });
        }
        Ok(SharedConversation {
            title,
            taken_at,
            messages,
            is_beginning: from == 0,
            next: more.then(|| from.saturating_add(PAGE)),
        })
    }

    async fn way_through(
        &self,
        owner: UserId,
        id: ConversationId,
    ) -> Result<(Conversation, Walk), Error> {
        let db = &self.0.db;
        let found = db.conversation(owner, id).await?;
        let found = found.ok_or(Error::NotFound)?;
        let walk = Walk::to(db, owner, id, found.leaf).await?;
        Ok((found, walk))
    }
}

/// What a message says, and what kinds of files were handed in with it: their names may tell more than is meant to be told.
fn told(message: &Message) -> String {
    let kind = |file: &Attachment| match file.kind() {
        Some(AttachmentKind::Image) => "📎 image · 图片",
        Some(AttachmentKind::Audio) => "📎 audio · 音频",
        Some(AttachmentKind::Video) => "📎 video · 视频",
        Some(AttachmentKind::Text) => "📎 text · 文本",
        Some(AttachmentKind::Document) => "📎 document · 文档",
        None => "📎",
    };
    if !message.calls.is_empty() {
        // What was asked and what came back may tell more than is meant to be told.
        let names = message.calls.iter().map(|call| plain_markdown(&call.name));
        let names = names.collect::<Vec<_>>().join(" · ");
        return format!("{}\n\n🔧 {names}", message.text())
            .trim()
            .to_owned();
    }
    let said = Some(message.text()).filter(|text| !text.is_empty());
    let kinds = message.attachments.iter().map(kind).map(str::to_owned);
    let lines: Vec<String> = said.into_iter().chain(kinds).collect();
    lines.join("\n")
}

/// What is rendered of a message: answers are Markdown, questions are text.
async fn blocks(
    place: impl std::fmt::Display,
    message: &ShownMessage,
) -> Result<Vec<String>, Error> {
    match message.speaker {
        Speaker::User => Ok(Vec::new()),
        Speaker::Assistant => {
            let scope = format!("{SCOPE}{place}");
            render::under(scope, message.text.clone(), &message.sources).await
        }
    }
}
