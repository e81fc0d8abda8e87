//! A page that watches a conversation, as the browser does.

use std::pin::Pin;

use futures_util::{Stream, StreamExt};
use model::{ConversationEvent, ConversationId, MessageView, Progress, Title};

use super::{BUDGET, House};
use crate::generation::Event;

/// The newest answer of a conversation as it is shown.
pub(super) struct Page<'a> {
    house: &'a House,
    conversation: ConversationId,
    pub(super) answer: MessageView,
    pub(super) title: Option<Title>,
    events: Pin<Box<dyn Stream<Item = Event> + Send>>,
}

impl<'a> Page<'a> {
    pub(super) async fn open(house: &'a House, conversation: ConversationId) -> Self {
        let answer = newest(house, conversation).await;
        Self::watching(house, conversation, answer).await
    }

    /// A page that shows `answer` and comes back after a broken connection.
    pub(super) async fn watching(
        house: &'a House,
        conversation: ConversationId,
        answer: MessageView,
    ) -> Self {
        let seen = vec![(answer.id, answer.seq)];
        let events = house.generations().watch(&house.lin, conversation, seen);
        Self {
            house,
            conversation,
            answer,
            title: None,
            events: Box::pin(events.await.unwrap()),
        }
    }

    /// Takes the next event in. Its number goes on where the last one ended.
    pub(super) async fn next(&mut self) {
        let event = tokio::time::timeout(BUDGET, self.events.next()).await;
        let event = event.unwrap().unwrap();
        match serde_json::from_str(&event.data).unwrap() {
            ConversationEvent::Progress(progress) => {
                let id = format!("{}.{}", progress.message, progress.seq);
                assert_eq!(event.id, Some(id));
                self.follow(progress);
            }
            ConversationEvent::Title { title } => self.title = Some(title),
            ConversationEvent::Changed => {
                self.answer = newest(self.house, self.conversation).await;
            }
            ConversationEvent::Queue { .. } => {}
            ConversationEvent::Deleted => panic!("nobody deleted it"),
        }
    }

    pub(super) async fn until(&mut self, mut done: impl FnMut(&Self) -> bool) {
        while !done(self) {
            self.next().await;
        }
    }

    pub(super) async fn until_ended(&mut self) {
        self.until(|page| page.answer.status != model::MessageStatus::Generating)
            .await;
    }

    /// What a person reads.
    pub(super) fn text(&self) -> String {
        text(&self.answer.blocks)
    }

    fn follow(&mut self, progress: Progress) {
        assert_eq!(progress.message, self.answer.id, "an answer nobody told of");
        assert!(progress.from <= self.answer.seq, "a gap: {progress:?}");
        if progress.seq <= self.answer.seq {
            return;
        }
        let fits = |changes: &[model::BlockChange], blocks: &mut Vec<String>| {
            changes.iter().all(|change| change.apply(blocks))
        };
        assert!(fits(&progress.blocks, &mut self.answer.blocks));
        assert!(fits(&progress.reasoning, &mut self.answer.reasoning));
        self.answer.seq = progress.seq;
        self.answer.status = progress.status;
        self.answer.failure = progress.failure;
        self.answer.reasoning_ms = progress.reasoning_ms;
    }
}

/// The newest answer as a page that opens now shows it.
pub(super) async fn newest(house: &House, conversation: ConversationId) -> MessageView {
    let page = house
        .services
        .conversations
        .newest(&house.lin, conversation);
    page.await.unwrap().items.pop().unwrap()
}

/// The blocks without their tags.
fn text(blocks: &[String]) -> String {
    let mut inside = false;
    let html = blocks.concat();
    let text = html.chars().filter(|&character| {
        inside = character == '<' || (inside && character != '>');
        !inside && !matches!(character, '>' | '\n')
    });
    text.collect()
}
