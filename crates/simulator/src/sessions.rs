//! What applications remember of a conversation, for as long as it goes on.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// A session that nobody uses is forgotten.
const SESSION_LIFE: Duration = Duration::from_hours(1);
/// Older rounds of a session are forgotten.
const MOST_ROUNDS: usize = 50;

/// Every session by its application and id.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<(String, String), Session>>);

#[derive(Debug)]
struct Session {
    rounds: Vec<Round>,
    used: Instant,
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Round {
    pub(crate) question: String,
    pub(crate) answer: String,
}

impl Sessions {
    /// The rounds so far; none for a session that is new or over.
    pub(crate) fn rounds(&self, app: &str, session: &str) -> Vec<Round> {
        let key = (app.to_owned(), session.to_owned());
        let sessions = self.sessions();
        let session = sessions.get(&key).filter(|session| session.is_alive());
        session.map_or(Vec::new(), |session| session.rounds.clone())
    }

    /// Adds a round to a session, which begins with it or goes on.
    pub(crate) fn add(&self, app: &str, session: &str, round: Round) {
        let mut sessions = self.sessions();
        sessions.retain(|_, session| session.is_alive());
        let session = sessions
            .entry((app.to_owned(), session.to_owned()))
            .or_insert_with(|| Session {
                rounds: Vec::new(),
                used: Instant::now(),
            });
        session.used = Instant::now();
        session.rounds.push(round);
        let surplus = session.rounds.len().saturating_sub(MOST_ROUNDS);
        session.rounds.drain(..surplus);
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<(String, String), Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn is_alive(&self) -> bool {
        self.used.elapsed() < SESSION_LIFE
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Round, Sessions};

    #[tokio::test(start_paused = true)]
    async fn a_session_lives_an_hour_after_its_last_use() {
        let sessions = Sessions::default();
        let round = |question: &str| Round {
            question: question.to_owned(),
            answer: String::new(),
        };
        sessions.add("app", "one", round("a"));
        tokio::time::advance(Duration::from_mins(59)).await;
        sessions.add("app", "one", round("b"));
        tokio::time::advance(Duration::from_mins(59)).await;
        assert_eq!(sessions.rounds("app", "one"), [round("a"), round("b")]);
        assert!(sessions.rounds("other", "one").is_empty());
        tokio::time::advance(Duration::from_mins(2)).await;
        assert!(sessions.rounds("app", "one").is_empty());
    }
}
