//! What is open ends when its right to be open does: here at once, because whoever ends something says so; elsewhere
//! soon, because an open stream asks again every few seconds.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use model::{Permission, UserId};
use tokio::{
    sync::{
        Semaphore,
        broadcast::{self, error::RecvError},
    },
    time::{Instant, sleep_until, timeout},
};

use super::{Caller, Credential, Identity, IdentityError};

/// Signals that may wait for a stream; one that misses some asks.
const WAITING: usize = 256;

/// An open stream asks this often whether it may stay, for what is ended by other processes.
const ASK_EACH: Duration = Duration::from_secs(4);

/// A stream ends when nobody could say for so long whether it may stay.
const BLIND: Duration = Duration::from_secs(30);

/// So many streams ask at once: a role that is changed wakes all of them, and pages and calls ask the same database meanwhile.
const ASK_AT_ONCE: usize = 4;

/// A stream asks out of turn when it has waited for so long: a database that answers slowly keeps none of them open.
const TURN: Duration = Duration::from_millis(500);

/// Tells open streams that something of a person was ended.
pub(super) struct Revocations {
    /// Whose; `None` is anybody's.
    signals: broadcast::Sender<Option<UserId>>,
    /// How many there were, whoever's.
    sent: AtomicU64,
    /// Whoever is woken asks in turn.
    turns: Semaphore,
}

impl Revocations {
    pub(super) fn new() -> Self {
        Self {
            signals: broadcast::Sender::new(WAITING),
            sent: AtomicU64::new(0),
            turns: Semaphore::new(ASK_AT_ONCE),
        }
    }

    fn send(&self, user: Option<UserId>) {
        // Counted before it is sent: whoever subscribes too late to hear it finds that there was one.
        self.sent.fetch_add(1, Ordering::SeqCst);
        // Nobody who listens is no error.
        let _ = self.signals.send(user);
    }

    fn subscribe(&self) -> broadcast::Receiver<Option<UserId>> {
        self.signals.subscribe()
    }
}

/// The moment before somebody is looked up: what was ended until then is seen, what is ended later may be missed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    at: Instant,
    signals: u64,
}

impl Moment {
    /// How long ago that was.
    pub(crate) fn elapsed(&self) -> Duration {
        self.at.elapsed()
    }
}

impl Identity {
    /// Something of that person's was ended or changed: what is open of theirs in this process asks at once whether it
    /// may stay. To be called after the change is stored.
    pub(crate) fn revoked(&self, user: UserId) {
        self.0.revocations.send(Some(user));
    }

    /// What a role or a group gives was changed: all that is open in this process asks at once whether it may stay. To be
    /// called after the change is stored.
    pub(crate) fn rights_changed(&self) {
        self.0.revocations.send(None);
    }

    /// Now, for somebody who is about to be looked up.
    pub(crate) fn moment(&self) -> Moment {
        Moment {
            at: Instant::now(),
            signals: self.0.revocations.sent.load(Ordering::SeqCst),
        }
    }

    /// Whether what the caller came in by is still good, and they may still do all that they might then: for what stays open
    /// after the request was let in. Whoever lost something comes again, and is judged by what they have now.
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
            }
            && self.still_may(caller).await?)
    }

    /// The same for a stream, of which there may be thousands.
    async fn still_valid_in_turn(&self, caller: &Caller) -> Result<bool, IdentityError> {
        let _turn = timeout(TURN, self.0.revocations.turns.acquire()).await;
        self.still_valid(caller).await
    }

    /// Whether the caller's roles still give all that they gave.
    async fn still_may(&self, caller: &Caller) -> Result<bool, IdentityError> {
        let access = self.0.db.access(caller.user()).await?;
        let now = access.permissions;
        // No scope of a key says this, and no key is taken without it.
        let by_key = matches!(caller.credential(), Credential::Key { .. });
        if !now.includes(caller.permissions()) || (by_key && !now.contains(Permission::ApiKeysUse))
        {
            return Ok(false);
        }
        // Whoever a role asks for one since then is let in again when they have one.
        Ok(!access.requires_second_factor || !self.factors_of(caller.user()).await?.is_empty())
    }

    /// Ends when what the caller came in by is no longer good: within a second of it in this process, within five
    /// elsewhere.
    pub fn until_ended(&self, caller: &Caller) -> impl Future<Output = ()> + Send + use<> {
        self.until_ended_since(caller, None)
    }

    /// The same for a caller by a key who was looked up after that moment, which counts as the first question: most of what
    /// is asked is answered before it would be time for the next. If anything was ended in this process since, it asks at once.
    pub(crate) fn until_ended_since(
        &self,
        caller: &Caller,
        looked_up: Option<Moment>,
    ) -> impl Future<Output = ()> + Send + use<> {
        let (identity, caller) = (self.clone(), caller.clone());
        // Before the first question, so that nothing is missed between the two.
        let mut signals = self.0.revocations.subscribe();
        let sent = self.0.revocations.sent.load(Ordering::SeqCst);
        let is_key = matches!(caller.credential(), Credential::Key { .. });
        let looked_up = looked_up.filter(|moment| is_key && moment.signals == sent);
        async move {
            let mut known = Instant::now();
            if let Some(moment) = looked_up {
                known = moment.at;
                until_due(known, &mut signals, caller.user()).await;
            }
            loop {
                match identity.still_valid_in_turn(&caller).await {
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
                until_due(Instant::now(), &mut signals, caller.user()).await;
            }
        }
    }
}

/// Waits until it is time to ask again after having asked then, or for a signal.
async fn until_due(
    asked: Instant,
    signals: &mut broadcast::Receiver<Option<UserId>>,
    user: UserId,
) {
    tokio::select! {
        () = sleep_until(asked + ASK_EACH) => {}
        () = concerns(signals, user) => {}
    }
}

/// Waits for a signal about that person or about anybody, or for having missed some.
async fn concerns(signals: &mut broadcast::Receiver<Option<UserId>>, user: UserId) {
    loop {
        match signals.recv().await {
            Ok(Some(whose)) if whose != user => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return,
            // Whoever waits holds the sender, so this can't be.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
