//! Who watches what: one channel a conversation, made when the first watcher or answer comes and gone with the
//! last.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use model::{ConversationEvent, ConversationId, GenerationId, MessageId, Queue, Title};
use tokio::sync::broadcast;

use super::live::{Event, Live, Snapshot, lock};

/// Signals that may wait for a watcher; one that falls behind is told to load the page's newest part again.
const WAITING: usize = 32;

/// All that is live in this process. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Hub(Arc<Mutex<Channels>>);

#[derive(Default)]
struct Channels {
    channels: HashMap<ConversationId, Channel>,
    answers: HashMap<MessageId, Arc<Live>>,
}

struct Channel {
    signals: broadcast::Sender<Signal>,
    /// The answers that were begun last, in the order of their lanes.
    lives: Vec<Arc<Live>>,
}

/// Why a watcher should look.
#[derive(Clone)]
pub(super) enum Signal {
    /// Answers grew or ended.
    Grew,
    /// Something else, ready to be sent.
    Aside(Event),
}

/// A watcher's end of a channel.
pub(super) struct Subscription {
    hub: Hub,
    conversation: ConversationId,
    pub(super) signals: broadcast::Receiver<Signal>,
}

impl Hub {
    /// Makes answers of a conversation known, before their first word. They take the place of those that have ended.
    pub(super) fn begin(&self, conversation: ConversationId, begun: &[Arc<Live>]) {
        let mut inner = lock(&self.0);
        let answers = begun.iter().map(|live| (live.message, Arc::clone(live)));
        inner.answers.extend(answers);
        let channel = inner.channel(conversation);
        let is_begun = |known: &Live| begun.iter().any(|live| live.message == known.message);
        channel
            .lives
            .retain(|known| !known.has_ended() && !is_begun(known));
        channel.lives.extend_from_slice(begun);
        // No watcher is no error.
        let _ = channel
            .signals
            .send(Signal::Aside(Event::aside(&ConversationEvent::Changed)));
    }

    /// Wakes those who watch the conversation's answers.
    pub(super) fn grew(&self, conversation: ConversationId) {
        if let Some(channel) = lock(&self.0).channels.get(&conversation) {
            let _ = channel.signals.send(Signal::Grew);
        }
    }

    /// An answer has ended and is in the store.
    pub(super) fn ended(&self, live: &Live) {
        self.grew(live.conversation);
        let mut inner = lock(&self.0);
        // It may have been taken up again meanwhile.
        let of_it = inner.answers.get(&live.message);
        if of_it.is_some_and(|known| known.generation == live.generation) {
            inner.answers.remove(&live.message);
        }
        inner.drop_if_idle(live.conversation);
    }

    /// The answer as it is shown now, if this process writes it.
    pub(crate) fn snapshot(&self, message: MessageId) -> Option<Snapshot> {
        let live = lock(&self.0).answers.get(&message).cloned();
        live.map(|live| live.snapshot())
    }

    /// The answers that were begun last in the conversation, in the order of their lanes, as long as somebody watches it or one of them is
    /// being written.
    pub(super) fn lives(&self, conversation: ConversationId) -> Vec<Arc<Live>> {
        let inner = lock(&self.0);
        let channel = inner.channels.get(&conversation);
        channel.map_or_else(Vec::new, |channel| channel.lives.clone())
    }

    /// How many answers this process is writing.
    pub(super) fn running(&self) -> usize {
        lock(&self.0).answers.len()
    }

    /// Whether nobody watches and nothing is written.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        let inner = lock(&self.0);
        inner.channels.is_empty() && inner.answers.is_empty()
    }

    /// Stops the conversation's answers. Whether one was being written here.
    pub(crate) fn stop(&self, conversation: ConversationId) -> bool {
        let inner = lock(&self.0);
        let mut stopped = false;
        let channel = inner.channels.get(&conversation);
        for live in channel.into_iter().flat_map(|channel| &channel.lives) {
            if inner.answers.contains_key(&live.message) {
                live.stop.cancel();
                stopped = true;
            }
        }
        stopped
    }

    /// Stops one answer of the conversation, if it is being written here.
    pub(super) fn stop_answer(&self, conversation: ConversationId, message: MessageId) {
        let inner = lock(&self.0);
        let live = inner.answers.get(&message);
        if let Some(live) = live.filter(|live| live.conversation == conversation) {
            live.stop.cancel();
        }
    }

    /// The runs of this process.
    pub(super) fn runs(&self) -> Vec<GenerationId> {
        let inner = lock(&self.0);
        inner.answers.values().map(|live| live.generation).collect()
    }

    /// Stops that run, if it is one of this process.
    pub(super) fn stop_run(&self, run: GenerationId) {
        let inner = lock(&self.0);
        let live = inner.answers.values().find(|live| live.generation == run);
        if let Some(live) = live {
            live.stop.cancel();
        }
    }

    /// Ends every answer: the store has refused for too long.
    pub(super) fn fail_all(&self) {
        lock(&self.0)
            .answers
            .values()
            .for_each(|live| live.store_lost.cancel());
    }

    /// Watches a conversation.
    pub(super) fn subscribe(&self, conversation: ConversationId) -> Subscription {
        let signals = lock(&self.0).channel(conversation).signals.subscribe();
        Subscription {
            hub: self.clone(),
            conversation,
            signals,
        }
    }

    /// Tells the watchers of a new title.
    pub(crate) fn titled(&self, conversation: ConversationId, title: Title) {
        self.tell(conversation, &ConversationEvent::Title { title });
    }

    /// Tells the watchers that messages changed otherwise than by growing.
    pub(crate) fn changed(&self, conversation: ConversationId) {
        self.tell(conversation, &ConversationEvent::Changed);
    }

    /// Tells the watchers what waits now.
    pub(crate) fn queued(&self, conversation: ConversationId, queue: Queue) {
        self.tell(conversation, &ConversationEvent::Queue { queue });
    }

    /// Tells the watchers that the conversation is gone.
    pub(crate) fn deleted(&self, conversation: ConversationId) {
        self.tell(conversation, &ConversationEvent::Deleted);
    }

    fn tell(&self, conversation: ConversationId, event: &ConversationEvent) {
        if let Some(channel) = lock(&self.0).channels.get(&conversation) {
            let _ = channel.signals.send(Signal::Aside(Event::aside(event)));
        }
    }
}

impl Channels {
    fn channel(&mut self, conversation: ConversationId) -> &mut Channel {
        let new = || Channel {
            signals: broadcast::Sender::new(WAITING),
            lives: Vec::new(),
        };
        self.channels.entry(conversation).or_insert_with(new)
    }

    fn drop_if_idle(&mut self, conversation: ConversationId) {
        let Some(channel) = self.channels.get(&conversation) else {
            return;
        };
        let is_written = |live: &Arc<Live>| self.answers.contains_key(&live.message);
        let writing = channel.lives.iter().any(is_written);
        if !writing && channel.signals.receiver_count() == 0 {
            self.channels.remove(&conversation);
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // The receiver itself is dropped after this, so it is still counted.
        self.signals = broadcast::Sender::new(1).subscribe();
        lock(&self.hub.0).drop_if_idle(self.conversation);
    }
}
