//! The answers of the page, and how they follow the server.

use leptos::{prelude::*, task::spawn_local};
use model::{Comparison, ConversationEvent, ConversationId, MessageId, MessageStatus};

use crate::{
    api::compare::load_comparison,
    browser::events::{self, Watcher},
    chat::{answer::OpenMessage, follow::Outcome},
    error::AppError,
};

/// What is compared.
#[derive(Clone, Copy)]
pub struct Comparing {
    id: ConversationId,
    question: MessageId,
    /// The answers, oldest first.
    pub answers: RwSignal<Vec<OpenMessage>>,
    problem: RwSignal<Option<AppError>>,
    /// An answer that is heard of and is not among them: it is to another question, and loads nothing anew with each word.
    elsewhere: StoredValue<Option<MessageId>>,
}

impl Comparing {
    /// As the server rendered it.
    pub fn new(
        id: ConversationId,
        comparison: Comparison,
        problem: RwSignal<Option<AppError>>,
    ) -> Self {
        let answers = comparison.answers.into_iter().map(OpenMessage::new);
        Self {
            id,
            question: comparison.question.id,
            answers: RwSignal::new(answers.collect()),
            problem,
            elsewhere: StoredValue::new(None),
        }
    }

    /// Whether one of them is being written.
    pub fn is_generating(self) -> Memo<bool> {
        Memo::new(move |_| {
            let is_written =
                |answer: &OpenMessage| answer.status.get() == MessageStatus::Generating;
            self.answers.with(|answers| answers.iter().any(is_written))
        })
    }

    /// Follows the server until the page goes.
    pub fn watch(self) {
        events::watch(self);
    }

    fn reload(self) {
        spawn_local(async move {
            match load_comparison(self.id, self.question).await {
                Ok(comparison) => self.merge(comparison),
                Err(error) => {
                    self.problem.try_set(Some(error));
                }
            }
        });
    }

    fn merge(self, comparison: Comparison) {
        let Some(known) = self.answers.try_get_untracked() else {
            return;
        };
        let merged: Vec<OpenMessage> = comparison
            .answers
            .into_iter()
            .map(
                |view| match known.iter().find(|answer| answer.id == view.id) {
                    Some(answer) => {
                        answer.absorb(&view);
                        answer.clone()
                    }
                    None => OpenMessage::new(view),
                },
            )
            .collect();
        let same = merged.len() == known.len()
            && merged.iter().zip(&known).all(|(new, old)| new.id == old.id);
        if !same {
            self.answers.try_set(merged);
        }
    }
}

impl Watcher for Comparing {
    fn address(&self) -> String {
        let position = self.answers.with_untracked(|answers| {
            let last = answers.last()?;
            Some(format!("?after={}.{}", last.id, last.seq()))
        });
        let position = position.unwrap_or_default();
        format!("/events/conversations/{}{position}", self.id)
    }

    fn receive(&self, data: &str, _id: &str) {
        match serde_json::from_str::<ConversationEvent>(data) {
            Ok(ConversationEvent::Progress(progress)) => {
                let shown = self.answers.try_with_untracked(|answers| {
                    let mut answers = answers.iter();
                    answers
                        .find(|answer| answer.id == progress.message)
                        .cloned()
                });
                match shown.flatten().map(|answer| answer.apply(&progress)) {
                    Some(Outcome::Applied | Outcome::Old) => {}
                    Some(Outcome::Missed) => self.reload(),
                    None => {
                        let before = self
                            .elsewhere
                            .try_update_value(|known| known.replace(progress.message));
                        if before != Some(Some(progress.message)) {
                            self.reload();
                        }
                    }
                }
            }
            Ok(ConversationEvent::Title { .. } | ConversationEvent::Queue { .. }) => {}
            Ok(ConversationEvent::Changed | ConversationEvent::Deleted) | Err(_) => self.reload(),
        }
    }

    fn is_back(&self) {}

    fn is_away(&self) {}

    fn is_renewed(&self) {
        self.reload();
    }
}
