//! Speaking a text, part after part. A part is answered at once, so it can't be found again as a task can: each is kept as soon as
//! it is spoken, and what a dead process asked for and did not keep is asked for again.

use std::time::Duration;

use bailian::{
    Error as UpstreamError, ErrorKind,
    audio::{Speech, counted, counted_as},
    media::MediaUsage,
};
use model::{MakingStep, SpeechWish};

use super::{
    asking::{ask_of, failure_of},
    making::{Making, Next, count},
    offers,
    parts::parts,
    step::Part,
};
use crate::{
    gateway::JobEnd,
    jobs::{Halt, Pause, halt},
};

/// Characters that a model with short texts speaks at once ("Speech").
const PART: usize = 500;
/// The same for the others, as they count ("Limits").
pub(super) const LONG_PART: usize = 20_000;
/// Of a text that is longer: some minutes of sound, which are joined in memory.
const JOINED_PART: usize = 4_000;

impl Making<'_> {
    /// Speaks what is not spoken yet.
    pub(super) async fn speak(&mut self, wish: &SpeechWish) -> Result<Next, Pause> {
        let any_form = offers::speaks_any_form(self.card);
        let parts = if !any_form {
            parts(&wish.text, PART, |_| 1)
        } else if counted(wish.text.trim()) <= LONG_PART {
            vec![wish.text.trim()]
        } else {
            parts(&wish.text, JOINED_PART, counted_as)
        };
        let client = self.works.0.gateway.client().clone();
        for (number, part) in (0_u32..).zip(&parts).skip(self.step.spoken.len()) {
            if self.step.in_flight == Some(number) {
                self.add_lost(counted(part));
                self.step.in_flight = None;
            }
            if self.desk.cancelled().is_cancelled() {
                return self.called_off().await;
            }
            if !self.desk.may_begin().await? {
                return self.is_closed_to().await;
            }
            let mut speech = Speech::new(&wish.model, *part, &wish.voice);
            if any_form {
                speech = speech.format(wish.format.as_str());
                speech.rate = wish.speed.map(|speed| f64::from(speed) / 100.0);
            }
            self.step.in_flight = Some(number);
            self.keep(MakingStep::Working).await?;
            halt(Halt::Asking, self.job.id).await;
            let answer = match client.speak(&speech).await {
                Ok(answer) => answer,
                Err(error) => return self.not_spoken(&error).await,
            };
            halt(Halt::Answered, self.job.id).await;
            self.step.in_flight = None;
            self.step.request_id = answer.request_id;
            self.step.spoken.push(answer.output.audio.url);
            self.add_usage(answer.usage);
            self.step.done = Some((count(self.step.spoken.len()), count(parts.len())));
            self.keep(MakingStep::Working).await?;
        }
        let made = self.step.spoken.iter().map(|url| Part::Made {
            url: url.clone(),
            actual_prompt: None,
        });
        let (made, usage) = (made.collect(), self.step.usage.clone());
        self.has_results(made, usage).await?;
        Ok(Ok(()))
    }

    async fn not_spoken(&mut self, error: &UpstreamError) -> Result<Next, Pause> {
        self.step.in_flight = None;
        if let ErrorKind::Throttled { .. } | ErrorKind::CircuitOpen = error.kind() {
            self.keep(MakingStep::Waiting).await?;
            let wait = error.retry_after().unwrap_or(Duration::from_secs(5));
            return Err(Pause::Later(wait.min(Duration::from_mins(5))));
        }
        let end = JobEnd {
            usage: self.step.usage.clone(),
            ..JobEnd::failed(error)
        };
        self.fail(end, failure_of(error)).await
    }

    fn add_usage(&mut self, usage: Option<MediaUsage>) {
        let Some(usage) = usage else { return };
        let so_far = self.step.usage.get_or_insert_default();
        so_far.characters = match (so_far.characters, usage.characters) {
            (None, None) => None,
            (before, now) => Some(before.unwrap_or(0) + now.unwrap_or(0)),
        };
        self.reckon();
    }

    /// A part that a dead process asked for: the upstream will most likely have spoken it and counts it, so it is booked beside
    /// the one that is asked for again.
    fn add_lost(&mut self, characters: usize) {
        self.step.estimated = true;
        self.add_usage(Some(MediaUsage {
            characters: Some(characters as u64),
            ..MediaUsage::default()
        }));
    }

    fn reckon(&mut self) {
        let Some(so_far) = &mut self.step.usage else {
            return;
        };
        let ask = ask_of(self.wish);
        if self.step.estimated {
            // What is reckoned here stays within what was reserved for the whole text.
            so_far.characters = so_far.characters.map(|all| all.min(ask.text_bytes));
        }
        if let Some(tariff) = &self.tariff {
            self.step.cost = tariff.cost(so_far);
        }
    }
}
