//! The answers of the page, and how they follow the server.

use leptos::{prelude::*, task::spawn_local};
use model::{Comparison, ConversationEvent, ConversationId, MessageId, MessageStatus};

use super::asking::ANSWERS;
use crate::{
    api::compare::{compare_with, load_comparison, stop_compared},
    browser::{
        self,
        events::{self, Watcher},
    },
    chat::{answer::OpenMessage, elsewhere::Elsewhere, follow::Outcome, loads::Loads},
    error::AppError,
};

/// What is compared.
#[derive(Clone, Copy)]
pub struct Comparing {
    /// The conversation.
    pub id: ConversationId,
    /// What was asked.
    pub question: MessageId,
    /// The answers, oldest first.
    pub answers: RwSignal<Vec<OpenMessage>>,
    /// The connection to the server is lost.
    pub is_offline: RwSignal<bool>,
    /// What each cost, in micro-yuan, as far as that is known.
    costs: RwSignal<Vec<(MessageId, i64)>>,
    problem: RwSignal<Option<AppError>>,
    /// Answers that are heard of and are not among them: they are to another question, and load nothing anew with each word.
    elsewhere: StoredValue<Elsewhere>,
    /// How often all was asked for: an older answer takes nothing away.
    loads: StoredValue<Loads>,
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
            is_offline: RwSignal::new(false),
            costs: RwSignal::new(comparison.costs),
            problem,
            elsewhere: StoredValue::new(Elsewhere::default()),
            loads: StoredValue::new(Loads::default()),
        }
    }

    /// How many of them are being written.
    pub fn being_written(self) -> Memo<usize> {
        Memo::new(move |_| {
            let is_written =
                |answer: &&OpenMessage| answer.status.get() == MessageStatus::Generating;
            self.answers
                .with(|answers| answers.iter().filter(is_written).count())
        })
    }

    /// What an answer cost, in micro-yuan, once that is known.
    pub fn cost_of(self, answer: MessageId) -> Option<i64> {
        self.costs.with(|costs| {
            let mut costs = costs.iter();
            let found = costs.find(|(known, _)| *known == answer);
            found.map(|(_, cost)| *cost)
        })
    }

    /// Has those models answer too. Whether they do.
    pub async fn ask(self, models: Vec<String>) -> bool {
        match compare_with(self.id, self.question, models).await {
            Ok(_) => {
                self.problem.try_set(None);
                self.reload();
                true
            }
            Err(error) => {
                self.problem.try_set(Some(error));
                false
            }
        }
    }

    /// Stops an answer; without one, all of them.
    pub fn stop(self, answer: Option<MessageId>) {
        let answer = answer.map(|id| id.to_string()).unwrap_or_default();
        spawn_local(async move {
            match stop_compared(self.id, self.question, answer).await {
                // The button that was pressed goes with the answer's end.
                Ok(()) => browser::focus_drawn(ANSWERS.to_owned()),
                Err(error) => {
                    self.problem.try_set(Some(error));
                }
            }
        });
    }

    /// Follows the server until the page goes.
    pub fn watch(self) {
        events::watch(self);
    }

    fn reload(self) {
        let Some(turn) = self.loads.try_update_value(Loads::begin) else {
            return;
        };
        spawn_local(async move {
            match load_comparison(self.id, self.question).await {
                Ok(comparison) => {
                    let is_newest = self.loads.try_update_value(|loads| loads.is_newest(turn));
                    if is_newest == Some(true) {
                        self.merge(comparison);
                    }
                }
                Err(error) => {
                    self.elsewhere.try_update_value(Elsewhere::forget);
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
        let costs = comparison.costs;
        self.costs.try_update(|known| {
            known.retain(|(answer, _)| costs.iter().all(|(new, _)| new != answer));
            known.extend(costs);
        });
        let shown = |id: MessageId| {
            self.answers.with_untracked(|answers| {
                let mut answers = answers.iter();
                let found = answers.find(|answer| answer.id == id);
                found.map(OpenMessage::seq)
            })
        };
        let is_behind = self
            .elsewhere
            .try_update_value(|elsewhere| elsewhere.meets(shown));
        if is_behind == Some(true) {
            self.reload();
        }
    }
}

impl Watcher for Comparing {
    fn address(&self) -> String {
        let places: Vec<String> = self.answers.with_untracked(|answers| {
            let place = |answer: &OpenMessage| format!("{}.{}", answer.id, answer.seq());
            answers.iter().map(place).collect()
        });
        let address = format!("/events/conversations/{}", self.id);
        if places.is_empty() {
            return address;
        }
        format!("{address}?after={}", places.join(","))
    }

    fn receive(&self, data: &str, _id: &str) {
        match ConversationEvent::read(data) {
            Ok(ConversationEvent::Progress(progress)) => {
                let shown = self.answers.try_with_untracked(|answers| {
                    let mut answers = answers.iter();
                    answers
                        .find(|answer| answer.id == progress.message)
                        .cloned()
                });
                match shown.flatten().map(|answer| answer.apply(&progress)) {
                    // What it cost is known with its end.
                    Some(Outcome::Applied) if progress.status != MessageStatus::Generating => {
                        self.reload();
                    }
                    Some(Outcome::Applied | Outcome::Old) => {}
                    Some(Outcome::Missed) => self.reload(),
                    None => {
                        let is_news = self.elsewhere.try_update_value(|elsewhere| {
                            elsewhere.hears(progress.message, progress.seq)
                        });
                        if is_news == Some(true) {
                            self.reload();
                        }
                    }
                }
            }
            Ok(ConversationEvent::Title { .. } | ConversationEvent::Queue { .. }) => {}
            Ok(ConversationEvent::Changed | ConversationEvent::Deleted) | Err(_) => self.reload(),
        }
    }

    fn is_back(&self) {
        let was_away = self.is_offline.try_get_untracked();
        self.is_offline.try_set(false);
        if was_away == Some(true) {
            // A server that was killed could not tell that it stopped writing.
            self.reload();
        }
    }

    fn is_away(&self) {
        self.is_offline.try_set(true);
    }

    fn is_renewed(&self) {
        self.reload();
    }
}
