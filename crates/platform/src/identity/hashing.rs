//! argon2id off the async threads: two at a time, and never on all processors, with a short queue behind them, so that a
//! flood of passwords is refused instead of starving everything else.

#[cfg(test)]
use std::sync::atomic::{AtomicU64, Ordering};
use std::{num::NonZero, sync::Arc, thread};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{Error, Output, PasswordHash, SaltString},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::IdentityError;

/// Hashes at once, where there are processors enough.
const AT_ONCE: usize = 2;
const WAITING: usize = 32;

/// What one hash costs.
#[derive(Clone, Debug, Default)]
pub struct PasswordCost(Params);

/// argon2 can't work with such a cost.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("argon2 can't work with such a cost: {0}")]
pub struct InvalidPasswordCost(argon2::Error);

impl PasswordCost {
    /// Memory in KiB, passes, lanes. The default, 19456 · 2 · 1, is about 60 ms on a small server.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, InvalidPasswordCost> {
        Params::new(memory_kib, passes, lanes, None)
            .map(Self)
            .map_err(InvalidPasswordCost)
    }
}

/// Hashes and verifies. Cheap to clone.
#[derive(Clone)]
pub(super) struct Hashing {
    params: Params,
    queue: Arc<Semaphore>,
    threads: Arc<Semaphore>,
    #[cfg(test)]
    computed: Arc<AtomicU64>,
}

/// A place in the queue, taken before anything else is done for the request.
pub(super) struct Place {
    hashing: Hashing,
    _queued: OwnedSemaphorePermit,
}

/// What a verified password said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Right {
        outdated: bool,
    },
    Wrong,
    /// The stored hash can't be read.
    Unreadable,
}

/// One processor stays for everything else.
fn at_once() -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    processors.saturating_sub(1).clamp(1, AT_ONCE)
}

impl Hashing {
    pub(super) fn new(cost: PasswordCost) -> Self {
        Self {
            params: cost.0,
            queue: Arc::new(Semaphore::new(at_once() + WAITING)),
            threads: Arc::new(Semaphore::new(at_once())),
            #[cfg(test)]
            computed: Arc::new(AtomicU64::new(0)),
        }
    }

    /// A place in the queue, or [`IdentityError::Overloaded`].
    pub(super) fn enqueue(&self) -> Result<Place, IdentityError> {
        let queued = Arc::clone(&self.queue)
            .try_acquire_owned()
            .map_err(|_| IdentityError::Overloaded)?;
        Ok(Place {
            hashing: self.clone(),
            _queued: queued,
        })
    }

    /// How many hashes were computed so far.
    #[cfg(test)]
    pub(super) fn computed(&self) -> u64 {
        self.computed.load(Ordering::SeqCst)
    }

    fn argon2(&self) -> Argon2<'static> {
        #[cfg(test)]
        self.computed.fetch_add(1, Ordering::SeqCst);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone())
    }

    fn hash(&self, password: &[u8]) -> Result<String, Error> {
        let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>())?;
        Ok(self.argon2().hash_password(password, &salt)?.to_string())
    }

    fn verify(&self, password: &[u8], stored: &str) -> Result<Verdict, Error> {
        let Ok(stored) = PasswordHash::new(stored) else {
            return Ok(Verdict::Unreadable);
        };
        match self.argon2().verify_password(password, &stored) {
            Ok(()) => Ok(Verdict::Right {
                outdated: self.is_outdated(&stored),
            }),
            Err(Error::Password) => Ok(Verdict::Wrong),
            Err(error) => Err(error),
        }
    }

    /// For an account that there is not: the same work against an output that nothing hashes to.
    fn verify_nothing(&self, password: &[u8]) -> Result<Verdict, Error> {
        let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>())?;
        let nothing = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: (&self.params).try_into()?,
            salt: Some(salt.as_salt()),
            hash: Some(Output::new(&rand::random::<[u8; 32]>())?),
        };
        match self.argon2().verify_password(password, &nothing) {
            Ok(()) | Err(Error::Password) => Ok(Verdict::Wrong),
            Err(error) => Err(error),
        }
    }

    fn is_outdated(&self, stored: &PasswordHash<'_>) -> bool {
        let Ok(params) = Params::try_from(stored) else {
            return true;
        };
        stored.algorithm != Algorithm::Argon2id.ident()
            || params.m_cost() < self.params.m_cost()
            || params.t_cost() < self.params.t_cost()
            || params.p_cost() < self.params.p_cost()
    }
}

impl Place {
    /// The hash to store.
    pub(super) async fn hash(&self, password: &str) -> Result<String, IdentityError> {
        let password = password.to_owned();
        self.run(move |hashing| hashing.hash(password.as_bytes()))
            .await
    }

    /// Compares with the stored hash; `None` takes as long and is wrong.
    pub(super) async fn verify(
        &self,
        password: &str,
        stored: Option<&str>,
    ) -> Result<Verdict, IdentityError> {
        let password = password.to_owned();
        let stored = stored.map(str::to_owned);
        self.run(move |hashing| match stored {
            Some(stored) => hashing.verify(password.as_bytes(), &stored),
            None => hashing.verify_nothing(password.as_bytes()),
        })
        .await
    }

    /// The permit goes with the work: a request that is given up does not make room for another hash early.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hashing) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, IdentityError> {
        let hashing = self.hashing.clone();
        let permit = Arc::clone(&hashing.threads)
            .acquire_owned()
            .await
            .map_err(|_| IdentityError::Overloaded)?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&hashing)
        })
        .await
        .map_err(IdentityError::HashingDied)?
        .map_err(IdentityError::Hashing)
    }
}
