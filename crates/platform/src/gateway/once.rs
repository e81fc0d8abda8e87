//! Requests that may be sent twice and are made once: who sends the same `Idempotency-Key` again within a day gets what was
//! answered the first time. A key is its owner's and its address's alone.
//!
//! Claimed before anything is asked and durable, so that not even a process that is killed in between makes it twice: what
//! came of such a request nobody knows, and that is said.

use std::time::Duration;

use bailian::Sent;
use bytes::Bytes;
use model::Millis;

use super::{Gateway, GatewayError, Principal};
use crate::{
    identity::token::sha256_hex,
    store::{Error, OnceKey},
};

/// How long an answer is kept: a day, and an hour for clocks that differ.
const KEPT_MS: i64 = 25 * 60 * 60 * 1000;

/// Answers that one statement deletes, or some more that expire in the same moment. Each may be large.
const FORGOTTEN_AT_ONCE: u32 = 200;

/// Between two such statements others write.
const BETWEEN: Duration = Duration::from_millis(20);

/// The longest key, in characters.
pub const LONGEST_KEY: usize = 255;

/// The largest answer that is kept, in bytes.
pub const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// An answer that was given before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Bytes,
}

/// What becomes of a request with a key.
#[derive(Debug)]
pub enum Once {
    /// It is to be made now.
    Now(Claimed),
    /// It was made.
    Given(Given),
}

/// A request that is being made. Dropped before anything has left for the upstream, it may be made again; dropped later
/// without an answer, nobody knows what came of it.
#[derive(Debug)]
#[must_use = "what is dropped can't be answered again"]
pub struct Claimed {
    gateway: Gateway,
    key: Option<OnceKey>,
    at: Millis,
    /// Whether anything has been asked.
    sent: Sent,
}

impl Gateway {
    /// Claims a request with that key for the caller. The same key with another body is refused, and so is one whose
    /// request is being made or of which nobody knows what came.
    #[tracing::instrument(name = "gateway.once", skip_all)]
    pub async fn once(
        &self,
        principal: &Principal,
        route: &str,
        key: &str,
        body: &[u8],
    ) -> Result<Once, GatewayError> {
        if key.is_empty() || key.chars().count() > LONGEST_KEY {
            return Err(GatewayError::OnceKey);
        }
        let inner = &*self.0;
        let now = inner.clock.now();
        let key = OnceKey {
            owner: principal.user(),
            route: route.to_owned(),
            key_hash: sha256_hex(key.as_bytes()),
        };
        let body_hash = sha256_hex(body);
        let expires_at = now.plus(KEPT_MS);
        let node = inner.ledger.node();
        let claimed = inner
            .db
            .claim_once(&key, &body_hash, node, now, expires_at)
            .await?;
        if claimed {
            return Ok(Once::Now(Claimed {
                gateway: self.clone(),
                key: Some(key),
                at: now,
                sent: Sent::default(),
            }));
        }
        // Released in this moment, it may be made by whoever comes next.
        let Some(row) = inner.db.once(&key, now).await? else {
            return Err(GatewayError::OnceBusy);
        };
        if row.body_hash != body_hash {
            return Err(GatewayError::OnceOther);
        }
        match &*row.state {
            "done" => Ok(Once::Given(Given {
                status: u16::try_from(row.status).unwrap_or(500),
                headers: serde_json::from_str(&row.headers).unwrap_or_default(),
                body: row.body.into(),
            })),
            "running" if row.is_alive || *row.node == **node => Err(GatewayError::OnceBusy),
            _ => Err(GatewayError::OnceUnknown),
        }
    }

    /// Forgets answers that are kept no longer, some at a time: whoever books calls goes first. How many.
    pub async fn forget_answers(&self) -> Result<u64, Error> {
        let now = self.0.clock.now();
        let mut forgotten = 0;
        loop {
            let some = self.0.db.forget_once(now, FORGOTTEN_AT_ONCE).await?;
            forgotten += some;
            if some < u64::from(FORGOTTEN_AT_ONCE) {
                return Ok(forgotten);
            }
            tokio::time::sleep(BETWEEN).await;
        }
    }
}

impl Claimed {
    /// Whoever asks notes there that something has left.
    pub const fn sent(&self) -> &Sent {
        &self.sent
    }

    /// Keeps the answer; it may be given away when this returns.
    pub async fn keep(mut self, given: &Given) -> Result<(), Error> {
        let Some(key) = self.key.take() else {
            return Ok(());
        };
        let headers = serde_json::to_string(&given.headers).unwrap_or_default();
        let row = ("done", given.status, &*headers, &*given.body);
        self.gateway.0.db.finish_once(&key, self.at, row).await
    }

    /// Nothing was asked: the request may be made again.
    pub async fn release(mut self) -> Result<(), Error> {
        match self.key.take() {
            Some(key) => self.gateway.0.db.release_once(&key, self.at).await,
            None => Ok(()),
        }
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        let (Some(key), Ok(runtime)) = (self.key.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let (db, at, asked) = (self.gateway.0.db.clone(), self.at, self.sent.is_noted());
        runtime.spawn(async move {
            let ended = if asked {
                db.finish_once(&key, at, ("unknown", 0, "", &[])).await
            } else {
                db.release_once(&key, at).await
            };
            if let Err(error) = ended {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "that a request has no answer could not be kept"
                );
            }
        });
    }
}
