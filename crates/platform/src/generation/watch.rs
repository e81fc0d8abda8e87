//! Watching a conversation: what a page has missed, and from then on what happens.

use std::{collections::VecDeque, fmt::Write as _, sync::Arc};

use futures_util::{Stream, stream};
use model::{ConversationEvent, MessageId};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::{
    hub::{Hub, Signal, Subscription},
    live::{Event, Live},
};

/// A watcher's place.
pub(super) struct Watch {
    pub(super) hub: Hub,
    pub(super) subscription: Subscription,
    pub(super) conversation: model::ConversationId,
    /// The last event of each answer that was sent.
    pub(super) places: Places,
    /// The answer that is looked at first: each in turn, so that one that always has news does not keep the others waiting.
    pub(super) turn: usize,
    /// What is to be said first, in this order.
    pub(super) opening: VecDeque<Event>,
}

/// How far answers were seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Vec<(MessageId, u64)>);

impl Places {
    /// What a watcher says it has seen, and where the other answers are by now: whoever does not name them loads them anew, and must not
    /// be told of them from their beginning.
    pub(super) fn new(seen: Vec<(MessageId, u64)>, lives: &[Arc<Live>]) -> Self {
        let mut places = Self(seen);
        for live in lives {
            if places.get(live.message).is_none() {
                places.0.push((live.message, live.snapshot().seq));
            }
        }
        places
    }

    fn get(&self, message: MessageId) -> Option<u64> {
        let mut places = self.0.iter();
        let found = places.find(|(known, _)| *known == message);
        found.map(|(_, seq)| *seq)
    }

    /// The last event that was seen of an answer; of one that has begun since, none.
    fn of(&self, live: &Live) -> u64 {
        self.get(live.message).unwrap_or(0)
    }

    /// An event was sent. With the first one of a new answer, those that it took the place of are forgotten.
    fn set(&mut self, message: MessageId, seq: u64, lives: &[Arc<Live>]) {
        let mut places = self.0.iter_mut();
        if let Some(place) = places.find(|(known, _)| *known == message) {
            place.1 = seq;
            return;
        }
        self.0
            .retain(|(known, _)| lives.iter().any(|live| live.message == *known));
        self.0.push((message, seq));
    }

    /// All of them as an event's id, by which a watcher that lost its line comes back to each.
    fn id(&self, lives: &[Arc<Live>]) -> String {
        let mut id = String::new();
        for live in lives {
            let gap = if id.is_empty() { "" } else { "," };
            // Writing to a string can't fail.
            let _ = write!(id, "{gap}{}.{}", live.message, self.of(live));
        }
        id
    }
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
            // What is no growth goes first: on a slow line there is always some more of that.
            match self.subscription.signals.try_recv() {
                Ok(Signal::Grew) => continue,
                Ok(Signal::Aside(event)) => return Some(event),
                Err(TryRecvError::Lagged(_)) => {
                    return Some(Event::aside(&ConversationEvent::Changed));
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => {}
            }
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

    /// What one of the answers has grown by since the watcher last looked.
    fn grown(&mut self) -> Option<Event> {
        let lives = self.hub.lives(self.conversation);
        let first = self.turn.min(lives.len());
        let (before, after) = lives.split_at(first);
        for (step, live) in after.iter().chain(before).enumerate() {
            let Some((seq, event)) = live.since(self.places.of(live)) else {
                continue;
            };
            self.turn = (first + step + 1) % lives.len().max(1);
            self.places.set(live.message, seq, &lives);
            return Some(Event {
                id: Some(self.places.id(&lives)),
                data: event.data,
            });
        }
        None
    }
}
