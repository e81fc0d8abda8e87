//! The account's meetings and the words that they expect.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::{sync::watch, time::Instant};

use super::record::Record;

/// Meetings that are remembered.
const REMEMBERED: usize = 1024;

/// What a recording came to, or the service's code and message.
pub(crate) type Outcome = Result<Arc<Record>, (String, String)>;

/// A meeting that is worked on or was.
#[derive(Clone, Debug)]
pub(crate) struct Meeting {
    pub(crate) id: String,
    /// The client's own id.
    pub(crate) key: Option<String>,
    /// What was asked for.
    pub(crate) order: Value,
    /// When it is over; never, before it is stopped, for one in realtime.
    pub(crate) ends: Option<Instant>,
    /// Seconds since 1970, for names of files.
    pub(crate) stamp: u64,
    pub(crate) work: watch::Receiver<Option<Outcome>>,
}

impl Meeting {
    /// What it came to, once it is over.
    pub(crate) async fn outcome(&self) -> Option<Outcome> {
        if self.ends.is_none_or(|ends| ends > Instant::now()) {
            return None;
        }
        let mut work = self.work.clone();
        let done = work.wait_for(Option::is_some).await;
        done.ok().and_then(|done| done.clone())
    }
}

/// A list of words that meetings expect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Phrases {
    pub(crate) name: String,
    pub(crate) description: String,
    /// JSON text: words and their weights.
    pub(crate) word_weights: String,
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Meetings(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    meetings: HashMap<String, Meeting>,
    order: Vec<String>,
    phrases: Vec<(String, Phrases)>,
    /// Nonces of signatures, and when they were seen.
    nonces: HashMap<String, Instant>,
}

impl Meetings {
    /// Keeps a meeting, in place of one with its id.
    pub(crate) fn put(&self, meeting: Meeting) {
        let mut kept = self.kept();
        let id = meeting.id.clone();
        if kept.meetings.insert(id.clone(), meeting).is_none() {
            kept.order.push(id);
        }
        if kept.order.len() > REMEMBERED {
            let oldest = kept.order.remove(0);
            kept.meetings.remove(&oldest);
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<Meeting> {
        self.kept().meetings.get(id).cloned()
    }

    /// Ends a meeting in realtime; false when there is none.
    pub(crate) fn stop(&self, id: &str, after: Duration) -> bool {
        let mut kept = self.kept();
        let meeting = kept.meetings.get_mut(id);
        meeting.is_some_and(|meeting| {
            meeting.ends.get_or_insert(Instant::now() + after);
            true
        })
    }

    pub(crate) fn put_phrases(&self, id: String, phrases: Phrases) {
        let mut kept = self.kept();
        match kept.phrases.iter_mut().find(|(known, _)| *known == id) {
            Some((_, known)) => *known = phrases,
            None => kept.phrases.push((id, phrases)),
        }
    }

    pub(crate) fn phrases(&self) -> Vec<(String, Phrases)> {
        self.kept().phrases.clone()
    }

    pub(crate) fn remove_phrases(&self, id: &str) -> bool {
        let mut kept = self.kept();
        let before = kept.phrases.len();
        kept.phrases.retain(|(known, _)| known != id);
        kept.phrases.len() < before
    }

    /// Whether a nonce is used for the first time within `life`.
    pub(crate) fn is_fresh(&self, nonce: &str, life: Duration) -> bool {
        let mut kept = self.kept();
        let now = Instant::now();
        kept.nonces.retain(|_, seen| now - *seen < life);
        kept.nonces.insert(nonce.to_owned(), now).is_none()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
