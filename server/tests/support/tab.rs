//! A page that watches its conversation: it folds the events into blocks, as the browser does.

use std::collections::VecDeque;

use anyhow::{Context, bail, ensure};
use futures_util::{Stream, StreamExt};
use http::StatusCode;
use model::{
    AnswerFailure, ConversationEvent, ConversationId, MessageStatus, MessageView, Progress, Queue,
    Title,
};

use super::{Browser, within};

/// What the page shows of the answer that it follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) blocks: Vec<String>,
    pub(crate) reasoning: Vec<String>,
    pub(crate) seq: u64,
    pub(crate) status: MessageStatus,
    pub(crate) failure: Option<AnswerFailure>,
}

impl From<MessageView> for Shown {
    fn from(message: MessageView) -> Self {
        Self {
            blocks: message.blocks,
            reasoning: message.reasoning,
            seq: message.seq,
            status: message.status,
            failure: message.failure,
        }
    }
}

impl Shown {
    /// The words without their markup.
    pub(crate) fn text(&self) -> String {
        let mut inside = false;
        let outside = |c: &char| match c {
            '<' => {
                inside = true;
                false
            }
            '>' => !std::mem::take(&mut inside),
            _ => !inside,
        };
        let html = self.blocks.concat();
        html.chars().filter(outside).collect()
    }

    /// `reloaded`: the page may be ahead of its stream, which then repeats what the page has seen.
    fn apply(&mut self, progress: &Progress, reloaded: bool) -> anyhow::Result<()> {
        let follows = progress.from == self.seq && progress.seq > progress.from;
        ensure!(
            follows || (reloaded && progress.from < self.seq),
            "events are not contiguous: {progress:?} after {}",
            self.seq
        );
        if progress.seq <= self.seq {
            return Ok(());
        }
        let fits = progress
            .blocks
            .iter()
            .all(|change| change.apply(&mut self.blocks))
            && progress
                .reasoning
                .iter()
                .all(|change| change.apply(&mut self.reasoning));
        ensure!(fits, "a change does not fit: {progress:?} on {self:?}");
        self.seq = progress.seq;
        self.status = progress.status;
        self.failure.clone_from(&progress.failure);
        Ok(())
    }
}

/// An open tab.
pub(crate) struct Tab {
    pub(crate) shown: Shown,
    pub(crate) title: Option<Title>,
    pub(crate) deleted: bool,
    /// What waits, as the page was told last.
    pub(crate) queue: Queue,
    /// How often the page was told to load itself again.
    pub(crate) reloads: usize,
    /// The id of the last event that had one.
    pub(crate) last_event_id: Option<String>,
    browser: Browser,
    conversation: ConversationId,
    message: model::MessageId,
    events: Events,
}

impl Tab {
    /// Follows an answer from the state in which it was loaded.
    pub(crate) async fn open(
        browser: Browser,
        conversation: ConversationId,
        answer: MessageView,
    ) -> anyhow::Result<Self> {
        let after = format!("{}.{}", answer.id, answer.seq);
        let events = Events::of(
            browser
                .get(&format!("/events/conversations/{conversation}"))
                .query(&[("after", after)]),
        )
        .await?;
        Ok(Self {
            message: answer.id,
            shown: answer.into(),
            title: None,
            deleted: false,
            queue: Queue::default(),
            reloads: 0,
            last_event_id: None,
            browser,
            conversation,
            events,
        })
    }

    /// The connection is lost and the page comes back by itself, as `EventSource` does: with the id of the last event.
    pub(crate) async fn reconnect(&mut self) -> anyhow::Result<()> {
        let seen = || format!("{}.{}", self.message, self.shown.seq);
        let last = self.last_event_id.clone().unwrap_or_else(seen);
        let path = format!(
            "/events/conversations/{}?after={}.0",
            self.conversation, self.message
        );
        self.events = Events::of(self.browser.get(&path).header("last-event-id", last)).await?;
        Ok(())
    }

    /// Watches until the page is as `condition` says.
    pub(crate) async fn until(
        &mut self,
        what: &str,
        condition: impl Fn(&Self) -> bool,
    ) -> anyhow::Result<()> {
        let watching = async {
            while !condition(self) {
                self.step().await?;
            }
            Ok(())
        };
        within(what, watching)
            .await
            .with_context(|| format!("{:?}", self.shown))
    }

    /// Watches until the answer has ended.
    pub(crate) async fn ended(&mut self) -> anyhow::Result<Shown> {
        self.until("the answer's end", |tab| {
            tab.shown.status != MessageStatus::Generating
        })
        .await?;
        Ok(self.shown.clone())
    }

    async fn step(&mut self) -> anyhow::Result<()> {
        let (id, event) = self.events.next().await?;
        self.last_event_id = id.or(self.last_event_id.take());
        match event {
            ConversationEvent::Progress(progress) => {
                ensure!(
                    progress.message == self.message,
                    "another answer: {progress:?}"
                );
                self.shown.apply(&progress, self.reloads > 0)?;
            }
            ConversationEvent::Title { title } => self.title = Some(title),
            ConversationEvent::Queue { queue } => self.queue = queue,
            ConversationEvent::Deleted => self.deleted = true,
            ConversationEvent::Changed => {
                self.reloads += 1;
                let page = self.browser.newest(self.conversation).await?;
                let found = page.items.into_iter().find(|one| one.id == self.message);
                self.shown = found.context("the answer is gone")?.into();
            }
        }
        Ok(())
    }
}

/// A stream of server-sent events.
struct Events {
    bytes: std::pin::Pin<Box<dyn Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    unread: Vec<u8>,
    ready: VecDeque<(Option<String>, ConversationEvent)>,
}

impl Events {
    async fn of(request: reqwest::RequestBuilder) -> anyhow::Result<Self> {
        let response = request.send().await?;
        ensure!(response.status() == StatusCode::OK, "{response:?}");
        Ok(Self {
            bytes: Box::pin(response.bytes_stream()),
            unread: Vec::new(),
            ready: VecDeque::new(),
        })
    }

    async fn next(&mut self) -> anyhow::Result<(Option<String>, ConversationEvent)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(event);
            }
            let Some(bytes) = self.bytes.next().await else {
                bail!("the stream has ended");
            };
            self.unread.extend_from_slice(&bytes?);
            while let Some(end) = self.unread.windows(2).position(|two| two == b"\n\n") {
                let block: Vec<u8> = self.unread.drain(..end + 2).collect();
                self.ready.extend(parse(std::str::from_utf8(&block)?)?);
            }
        }
    }
}

/// One block of lines; comments and `retry` say nothing to a test.
fn parse(block: &str) -> anyhow::Result<Option<(Option<String>, ConversationEvent)>> {
    let (mut id, mut data) = (None, None);
    for line in block.lines() {
        if let Some(value) = line.strip_prefix("id: ") {
            id = Some(value.to_owned());
        } else if let Some(value) = line.strip_prefix("data: ") {
            data = Some(serde_json::from_str(value).with_context(|| value.to_owned())?);
        }
    }
    Ok(data.map(|event| (id, event)))
}
