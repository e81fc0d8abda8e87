//! Asks the gateway as a program does, from the page.

use leptos::{prelude::*, task::spawn_local};
use web_sys::AbortController;

use super::{answer::Answer, ask::Ask};
use crate::browser::{self, fetch, local::Local};

/// A question that is being answered, or was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) answer: RwSignal<Answer>,
    pub(super) is_running: RwSignal<bool>,
    /// Whether anything was asked yet.
    pub(super) was_asked: RwSignal<bool>,
    /// Milliseconds to the first words, and to the end.
    pub(super) times: RwSignal<(Option<f64>, Option<f64>)>,
    stop: Local<AbortController>,
}

impl Run {
    pub(super) fn new() -> Self {
        Self {
            answer: RwSignal::new(Answer::default()),
            is_running: RwSignal::new(false),
            was_asked: RwSignal::new(false),
            times: RwSignal::new((None, None)),
            stop: Local::new(),
        }
    }

    /// Asks; nothing while another question is being answered.
    pub(super) fn ask(self, ask: &Ask, key: String) {
        if self.is_running.get_untracked() {
            return;
        }
        let Ok(controller) = AbortController::new() else {
            return;
        };
        let signal = controller.signal();
        self.stop.set(Some(controller));
        self.answer.set(Answer::default());
        self.times.set((None, None));
        self.was_asked.set(true);
        self.is_running.set(true);
        let body = serde_json::Value::Object(ask.body()).to_string();
        spawn_local(async move {
            let began = browser::now_ms();
            let answering = fetch::post("/v1/chat/completions", &key, &body, &signal).await;
            let is_whole = match answering {
                Some(answering) => self.read(answering, began).await,
                None => false,
            };
            // What has come stays, whether it was called off or broke off. Only the latter has to be said.
            if !is_whole && !signal.aborted() {
                self.answer.update(|answer| {
                    if answer.refusal.is_none() {
                        answer.refuse(0, "", "");
                    }
                });
            }
            self.times
                .update(|times| times.1 = Some(browser::now_ms() - began));
            self.is_running.set(false);
        });
    }

    /// Stops what runs; what has come stays.
    pub(super) fn stop(self) {
        self.stop.with(|stop| stop.abort());
    }

    /// Whether it came to its end.
    async fn read(self, mut answering: fetch::Answering, began: f64) -> bool {
        let mut whole = String::new();
        loop {
            match answering.next().await {
                Ok(Some(piece)) => {
                    self.times.update(|times| {
                        times.0.get_or_insert_with(|| browser::now_ms() - began);
                    });
                    if answering.is_stream() {
                        self.answer.update(|answer| answer.take(&piece));
                    } else {
                        whole.push_str(&piece);
                    }
                }
                Ok(None) => break,
                Err(_) => return false,
            }
        }
        if !answering.is_stream() {
            let status = answering.status();
            self.answer
                .update(|answer| answer.take_whole(status, &whole));
        }
        true
    }
}
