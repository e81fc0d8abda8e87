//! The open conversation: its messages on the page, and the ways they change.

use leptos::{prelude::*, task::spawn_local};
use model::{
    Asked, ConversationEvent, ConversationId, ConversationView, MessageId, MessagePage,
    MessageStatus, ModelName, Queue,
};

use super::{
    acts::Acts, answer::OpenMessage, elsewhere::Elsewhere, follow::Outcome, loads::Loads,
    queueing::reload_queue,
};
use crate::{
    api::conversations::{load_newest, load_older},
    error::AppError,
};

/// The conversation that the page shows.
#[derive(Clone, Copy)]
pub struct OpenConversation {
    /// Its id.
    pub id: ConversationId,
    /// Its title.
    pub title: RwSignal<String>,
    /// The model that answers next.
    pub model: RwSignal<ModelName>,
    /// What is shown, oldest first.
    pub messages: RwSignal<Vec<OpenMessage>>,
    /// Older ones are before this message.
    pub older_than: RwSignal<Option<MessageId>>,
    /// Older ones are on their way.
    pub is_loading_older: RwSignal<bool>,
    /// The connection to the server is lost.
    pub is_offline: RwSignal<bool>,
    /// The page shows an older part of it, without scripts to load what follows.
    pub is_past: bool,
    /// Nothing of it is kept.
    pub is_temporary: bool,
    /// It was deleted elsewhere.
    pub is_deleted: RwSignal<bool>,
    /// What waits for the answer that is being written.
    pub queue: RwSignal<Queue>,
    /// What went wrong last.
    pub problem: RwSignal<Option<AppError>>,
    /// What the reader is doing with its messages.
    pub acts: Acts,
    /// How many answers have ended that are not shown.
    pub ended_elsewhere: RwSignal<u32>,
    /// How often the newest messages were asked for, and why they could not be loaded the last time.
    loads: StoredValue<(Loads, Option<AppError>)>,
    elsewhere: StoredValue<Elsewhere>,
}

impl OpenConversation {
    /// As the server rendered it.
    pub fn new(view: ConversationView) -> Self {
        let messages = view
            .messages
            .items
            .into_iter()
            .map(OpenMessage::new)
            .collect();
        Self {
            id: view.id,
            title: RwSignal::new(view.title.into()),
            model: RwSignal::new(view.model),
            messages: RwSignal::new(messages),
            older_than: RwSignal::new(view.messages.older_than),
            is_loading_older: RwSignal::new(false),
            is_offline: RwSignal::new(false),
            is_past: view.has_newer,
            is_temporary: view.is_temporary,
            is_deleted: RwSignal::new(false),
            queue: RwSignal::new(view.queue),
            problem: RwSignal::new(None),
            acts: Acts::new(),
            ended_elsewhere: RwSignal::new(0),
            loads: StoredValue::new((Loads::default(), None)),
            elsewhere: StoredValue::new(Elsewhere::default()),
        }
    }

    /// Which messages are shown, oldest first. To draw what is new of thousands, the others are not taken in hand.
    pub fn ids(self) -> Vec<MessageId> {
        self.messages
            .with(|messages| messages.iter().map(|message| message.id).collect())
    }

    /// Whether there is more of it than the page has.
    pub fn is_in_part(self) -> bool {
        self.is_past || self.older_than.with(Option::is_some)
    }

    /// The message of that id, if it is shown.
    pub fn find(self, id: MessageId) -> Option<OpenMessage> {
        self.messages
            .with(|messages| messages.iter().find(|message| message.id == id).cloned())
    }

    /// Whether the answer at its end is being written.
    pub fn is_generating(self) -> Signal<bool> {
        let being_written = self.being_written();
        Signal::derive(move || being_written.with(Option::is_some))
    }

    /// The answer at its end, while that is being written.
    pub fn being_written(self) -> Signal<Option<MessageId>> {
        let running = Memo::new(move |_| {
            self.messages.with(|messages| {
                let last = messages.last();
                let last = last.filter(|last| last.status.get() == MessageStatus::Generating);
                last.map(|last| last.id)
            })
        });
        running.into()
    }

    /// Where watching resumes: the last message and its last event.
    pub fn position(self) -> Option<String> {
        self.messages.with_untracked(|messages| {
            messages
                .last()
                .map(|last| format!("{}.{}", last.id, last.seq()))
        })
    }

    /// Takes in what the server tells.
    pub fn receive(self, event: ConversationEvent) {
        match event {
            ConversationEvent::Progress(progress) => {
                let message = self.messages.with_untracked(|messages| {
                    messages
                        .iter()
                        .rev()
                        .find(|m| m.id == progress.message)
                        .cloned()
                });
                match message.map(|message| message.apply(&progress)) {
                    Some(Outcome::Applied | Outcome::Old) => {}
                    Some(Outcome::Missed) => self.refresh(),
                    None => {
                        if progress.status != MessageStatus::Generating {
                            self.ended_elsewhere.try_update(|count| *count += 1);
                        }
                        let is_news = self.elsewhere.try_update_value(|elsewhere| {
                            elsewhere.hears(progress.message, progress.seq)
                        });
                        if is_news == Some(true) {
                            self.refresh();
                        }
                    }
                }
            }
            ConversationEvent::Title { title } => self.title.set(title.into()),
            ConversationEvent::Changed => {
                self.refresh();
                // What waited may be what was begun.
                if self.queue.with_untracked(|queue| !queue.is_empty()) {
                    reload_queue(self.id, self.queue);
                }
            }
            ConversationEvent::Queue { queue } => self.queue.set(queue),
            ConversationEvent::Deleted => self.is_deleted.set(true),
        }
    }

    /// Shows a question and its empty answer.
    pub fn append(self, asked: Asked) {
        self.messages.update(|messages| {
            for view in [asked.question, asked.answer] {
                // The stream may have told of them first.
                if !messages.iter().any(|message| message.id == view.id) {
                    messages.push(OpenMessage::new(view));
                }
            }
        });
    }

    /// Shows a new version of a question instead of `old` and of what was below that.
    pub fn replace(self, old: MessageId, asked: Asked) {
        self.messages.update(|messages| {
            if let Some(place) = messages.iter().position(|message| message.id == old) {
                messages.truncate(place);
            }
        });
        self.append(asked);
    }

    /// Loads the newest messages and takes in what is new, some time.
    pub fn refresh(self) {
        spawn_local(self.reload());
    }

    /// Loads the newest messages and takes in what is new. Of loads that overtake each other, the older ones are not taken
    /// in.
    pub async fn reload(self) {
        let Some(turn) = self.loads.try_update_value(|(loads, _)| loads.begin()) else {
            return;
        };
        match load_newest(self.id).await {
            Ok(page) => {
                let is_newest = self
                    .loads
                    .try_update_value(|(loads, _)| loads.is_newest(turn));
                if is_newest == Some(true) {
                    self.merge(page);
                }
                // What is loaded now is no problem any more.
                let before = self.loads.try_update_value(|(_, why)| why.take()).flatten();
                if before.is_some() && self.problem.try_get_untracked() == Some(before) {
                    self.problem.set(None);
                }
                // It was taken out of the trash again.
                if self.is_deleted.try_get_untracked() == Some(true) {
                    self.is_deleted.set(false);
                }
            }
            Err(error) => {
                self.elsewhere.try_update_value(Elsewhere::forget);
                // Of one that is gone that is said already.
                if self.is_deleted.try_get_untracked() == Some(false) {
                    self.loads
                        .try_update_value(|(_, why)| *why = Some(error.clone()));
                    self.problem.try_set(Some(error));
                }
            }
        }
    }

    fn merge(self, page: MessagePage) {
        let Some(first) = page.items.first().map(|view| view.id) else {
            // All of it was deleted.
            self.messages.try_set(Vec::new());
            self.older_than.try_set(None);
            return;
        };
        let Some(known) = self.messages.try_get_untracked() else {
            return;
        };
        let older = known.iter().position(|message| message.id == first);
        let mut merged: Vec<OpenMessage> = known[..older.unwrap_or(0)].to_vec();
        for view in page.items {
            merged.push(match known.iter().find(|message| message.id == view.id) {
                Some(message) => {
                    message.absorb(&view);
                    message.clone()
                }
                None => OpenMessage::new(view),
            });
        }
        if older.is_none_or(|count| count == 0) {
            self.older_than.set(page.older_than);
        }
        let same = merged.len() == known.len()
            && merged.iter().zip(&known).all(|(new, old)| new.id == old.id);
        if !same {
            self.messages.set(merged);
        }
        let shown = |id: MessageId| {
            self.messages.with_untracked(|messages| {
                let message = messages.iter().find(|message| message.id == id);
                message.map(OpenMessage::seq)
            })
        };
        let is_behind = self
            .elsewhere
            .try_update_value(|elsewhere| elsewhere.meets(shown));
        if is_behind == Some(true) {
            self.refresh();
        }
    }

    /// Loads the messages before the first one, and calls `before_drawing` when they are there.
    pub fn load_older(self, before_drawing: impl FnOnce() + 'static) {
        let Some(message) = self.older_than.get_untracked() else {
            return;
        };
        if self.is_loading_older.get_untracked() {
            return;
        }
        self.is_loading_older.set(true);
        spawn_local(async move {
            match load_older(self.id, message).await {
                // Another branch is shown by now: these are not what stands before it.
                Ok(_) if self.older_than.try_get_untracked() != Some(Some(message)) => {}
                Ok(page) => {
                    before_drawing();
                    self.older_than.try_set(page.older_than);
                    self.messages.try_update(|messages| {
                        let older = page.items.into_iter().map(OpenMessage::new);
                        messages.splice(0..0, older);
                    });
                }
                Err(error) => {
                    self.problem.try_set(Some(error));
                }
            }
            self.is_loading_older.try_set(false);
        });
    }
}
