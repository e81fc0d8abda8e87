//! A form of the settings or of the administration: posted by the browser or, where scripts run, by the page, which
//! keeps what was typed, asks for a fresh proof when one is needed, and then sends the same again.

use std::future::Future;

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use model::FailureCode;

use crate::{
    error::{AppError, Field},
    language::use_words,
    ui::{
        figures::{count, micro_yuan},
        notice::Notice,
        step_up::StepUp,
    },
};

/// Where such a form stands.
#[derive(Clone, Copy)]
pub struct Submission {
    error: RwSignal<Option<AppError>>,
    busy: RwSignal<bool>,
    done: RwSignal<bool>,
    fields: &'static [Field],
    /// What fields for numbers tell.
    numbers: StoredValue<Vec<Signal<Option<String>>>>,
    step_up: Option<StepUp>,
}

impl Submission {
    /// A form that was not sent yet and shows the problems of these fields at them.
    pub fn new(fields: &'static [Field]) -> Self {
        Self {
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
            done: RwSignal::new(false),
            fields,
            numbers: StoredValue::new(Vec::new()),
            step_up: use_context(),
        }
    }

    /// The words for the problem with `field`, if it is that one's.
    pub fn problem_of(self, field: Field) -> Signal<Option<String>> {
        let words = use_words();
        Signal::derive(move || {
            let code = self.error.with(|error| error.as_ref().map(|e| e.code))?;
            (Field::of(code) == Some(field)).then(|| words.failure(code).to_owned())
        })
    }

    /// What `value` may be, when the form was refused for a number and it is none of those from `least` to `most`.
    pub fn problem_of_number(
        self,
        value: RwSignal<String>,
        (least, most): (i64, i64),
    ) -> Signal<Option<String>> {
        let told = use_words().number_between(&count(least), &count(most));
        self.unless(told, move || {
            value.with(|text| is_within(text, least, most))
        })
    }

    /// The same for an amount of yuan, of which so many micro-yuan are the most; nothing is fine too.
    pub fn problem_of_yuan(self, value: RwSignal<String>, most: i64) -> Signal<Option<String>> {
        let told = use_words().failure(FailureCode::InvalidNumber).to_owned();
        self.unless(told, move || {
            value.with(|text| {
                text.trim().is_empty() || micro_yuan(text).is_some_and(|micro| micro <= most)
            })
        })
    }

    /// What a field tells when the form was refused for a number, unless its own `fits`.
    fn unless(
        self,
        told: String,
        fits: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Signal<Option<String>> {
        let problem = Signal::derive(move || {
            let code = self.error.with(|error| error.as_ref().map(|e| e.code))?;
            (code == FailureCode::InvalidNumber && !fits()).then(|| told.clone())
        });
        self.numbers.update_value(|numbers| numbers.push(problem));
        problem
    }

    /// Whether a field tells it. Whether one tells of a number is looked at when that was refused: what is put right afterwards brings no
    /// notice.
    fn is_told_at_field(self, code: FailureCode) -> bool {
        let is_there = |problem: &Signal<Option<String>>| {
            let problem = problem.try_get_untracked().flatten();
            problem.is_some()
        };
        Field::of(code).is_some_and(|field| self.fields.contains(&field))
            || self
                .numbers
                .with_value(|numbers| numbers.iter().any(is_there))
    }

    /// `true` while an answer is awaited, for `aria-busy`.
    pub fn busy(self) -> Signal<Option<&'static str>> {
        Signal::derive(move || self.busy.get().then_some("true"))
    }

    /// What is not the matter of one field, or that it is done.
    pub fn view(self) -> impl IntoView {
        self.view_as(use_words().saved)
    }

    /// The same, with these words when it is done.
    pub fn view_as(self, done: &'static str) -> impl IntoView {
        let error = Signal::derive(move || {
            let error = self.error.get();
            error.filter(|error| !self.is_told_at_field(error.code))
        });
        view! {
            <Notice error/>
            {move || (self.done.get() && !done.is_empty()).then(|| view! { <p class="notice" role="status">{done}</p> })}
        }
    }

    /// Takes over from the browser: what to do when the form is sent. `done` is called with the answer.
    pub fn on_submit<T, R, F>(
        self,
        request: R,
        done: impl Fn(T) + Clone + Send + Sync + 'static,
    ) -> impl Fn(SubmitEvent) + Clone + Send + Sync + 'static
    where
        T: 'static,
        R: Fn() -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<T, AppError>> + 'static,
    {
        move |event| {
            event.prevent_default();
            self.send(request.clone(), done.clone());
        }
    }

    /// Sends it; again after a fresh proof when one is asked for.
    pub fn send<T, R, F>(self, request: R, done: impl Fn(T) + Clone + Send + Sync + 'static)
    where
        T: 'static,
        R: Fn() -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<T, AppError>> + 'static,
    {
        // Nothing is repeated after a proof when the page of the form is gone by then, with what was typed into it.
        if self.busy.try_get_untracked() != Some(false) {
            return;
        }
        self.busy.set(true);
        self.done.set(false);
        spawn_local(async move {
            let answer = request().await;
            self.busy.try_set(false);
            match answer {
                Ok(answer) => {
                    self.error.try_set(None);
                    self.done.try_set(true);
                    done(answer);
                }
                Err(error) => match self.step_up {
                    Some(step_up) if error.code == FailureCode::StepUpNeeded => {
                        step_up.ask(move || self.send(request.clone(), done.clone()));
                    }
                    Some(_) | None => {
                        self.error.try_set(Some(error));
                    }
                },
            }
        });
    }

    /// Whether its form has gone: an answer that comes now takes nobody back there.
    pub fn is_gone(self) -> bool {
        self.busy.try_get_untracked().is_none()
    }

    /// Says nothing any more of what was sent before.
    pub fn forget(self) {
        self.error.try_set(None);
        self.done.try_set(false);
    }

    /// Says what went wrong before anything was sent.
    pub fn fail(self, code: FailureCode) {
        self.error.set(Some(AppError::new(code)));
    }
}

/// Whether it is nothing, or a whole number within these.
fn is_within(text: &str, least: i64, most: i64) -> bool {
    let text = text.trim();
    text.is_empty()
        || text
            .parse()
            .is_ok_and(|number: i64| (least..=most).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::is_within;

    #[test]
    fn a_number_is_within_its_bounds_or_left_out() {
        for fine in ["", " ", "1", " 60 "] {
            assert!(is_within(fine, 1, 60), "{fine}");
        }
        for wrong in ["0", "61", "-1", "1.5", "many", "99999999999999999999"] {
            assert!(!is_within(wrong, 1, 60), "{wrong}");
        }
    }
}
