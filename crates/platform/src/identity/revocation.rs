//! What is open ends when its right to be open does: here at once, because whoever ends something says so; elsewhere
//! soon, because an open stream asks again every few seconds.

use std::time::Duration;

use model::UserId;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep},
};

use super::{Caller, Credential, Identity, IdentityError};

/// Signals that may wait for a stream; one that misses some asks.
const WAITING: usize = 256;

/// An open stream asks this often whether it may stay, for what is ended by other processes.
const ASK_EACH: Duration = Duration::from_secs(4);

/// A stream ends when nobody could say for so long whether it may stay.
const BLIND: Duration = Duration::from_secs(30);

/// Tells open streams that something of a person was ended.
pub(super) struct Revocations(broadcast::Sender<UserId>);

impl Revocations {
    pub(super) fn new() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }

    fn subscribe(&self) -> broadcast::Receiver<UserId> {
        self.0.subscribe()
    }
}

impl Identity {
    /// Something of that person's was ended or changed: what is open of theirs in this process asks at once whether it
    /// may stay. To be called after the change is stored.
    pub(crate) fn revoked(&self, user: UserId) {
        // Nobody who listens is no error.
        let _ = self.0.revocations.0.send(user);
    }

    /// Whether what the caller came in by is still good: for what stays open after the request was let in.
    #[tracing::instrument(name = "api.identity.still_valid", skip_all)]
    pub async fn still_valid(&self, caller: &Caller) -> Result<bool, IdentityError> {
        let (inner, user) = (&*self.0, caller.user());
        let now = inner.clock.now();
        let enabled = inner.db.is_enabled(user).await?;
        Ok(enabled
            && match caller.credential() {
                Credential::Session { id, .. } => inner.sessions.is_open(user, id).await?,
                Credential::Token { family, .. } => {
                    inner.db.device_is_open(user, family, now).await?
                }
                Credential::Key { id } => inner.db.key_is_valid(user, id, now).await?,
                Credential::Absent => true,
            })
    }

    /// Ends when what the caller came in by is no longer good: within a second of it in this process, within five
    /// elsewhere.
    pub fn until_ended(&self, caller: &Caller) -> impl Future<Output = ()> + Send + use<> {
        let (identity, caller) = (self.clone(), caller.clone());
        // Before the first question, so that nothing is missed between the two.
        let mut signals = self.0.revocations.subscribe();
        async move {
            let mut known = Instant::now();
            loop {
                match identity.still_valid(&caller).await {
                    Ok(true) => known = Instant::now(),
                    Ok(false) => return,
                    Err(error) if known.elapsed() > BLIND => {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "a stream ends because nobody can say whether it may stay"
                        );
                        return;
                    }
                    Err(_) => {}
                }
                tokio::select! {
                    () = sleep(ASK_EACH) => {}
                    () = concerns(&mut signals, caller.user()) => {}
                }
            }
        }
    }
}

/// Waits for a signal about that person, or for having missed some.
async fn concerns(signals: &mut broadcast::Receiver<UserId>, user: UserId) {
    loop {
        match signals.recv().await {
            Ok(whose) if whose != user => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return,
            // Whoever waits holds the sender, so this can't be.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
