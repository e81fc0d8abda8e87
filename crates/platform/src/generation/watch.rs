//! Watching a conversation: what a page has missed, and from then on what happens.

use std::{collections::VecDeque, sync::Arc};

use futures_util::{Stream, stream};
use model::{ConversationEvent, MessageId};
use tokio::sync::broadcast::error::RecvError;

use super::{
    hub::{Hub, Signal, Subscription},
    live::{Event, Live},
};

/// A watcher's place.
pub(super) struct Watch {
    pub(super) hub: Hub,
    pub(super) subscription: Subscription,
    pub(super) conversation: model::ConversationId,
    /// The answer that is followed and the last event of it that was sent.
    pub(super) following: Option<(MessageId, u64)>,
    /// What is to be said first, in this order.
    pub(super) opening: VecDeque<Event>,
}

impl Watch {
    /// The events, without end: the page closes it, or the server when it leaves.
    pub(super) fn events(self) -> impl Stream<Item = Event> + Send + 'static {
        stream::unfold(self, |mut watch| async move {
            watch.next().await.map(|event| (event, watch))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        if let Some(first) = self.opening.pop_front() {
            return Some(first);
        }
        loop {
            if let Some(event) = self.grown() {
                return Some(event);
            }
            match self.subscription.signals.recv().await {
                Ok(Signal::Grew) => {}
                Ok(Signal::Aside(event)) => return Some(event),
                Err(RecvError::Lagged(_)) => {
                    return Some(Event::aside(&ConversationEvent::Changed));
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// What the answer has grown by since the watcher last looked.
    fn grown(&mut self) -> Option<Event> {
        let live: Arc<Live> = self.hub.live(self.conversation)?;
        let have = match self.following {
            Some((message, have)) if message == live.message => have,
            _ => 0,
        };
        let (seq, event) = live.since(have)?;
        self.following = Some((live.message, seq));
        Some(event)
    }
}
