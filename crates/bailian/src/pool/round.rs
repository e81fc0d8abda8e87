//! One call's way through a pool, step by step: for work that does not fit into one closure.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::time::Instant;

use super::choice::Wanted;
use super::{Pool, another_account_cures};
use crate::pacing::estimate;
use crate::{Client, Error};

/// Which accounts a call may go to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Any.
    #[default]
    Any,
    /// This one while it can be asked, else any: what belongs together should lie together.
    Rather(Arc<str>),
    /// This one alone, because what the call is about exists there only. A refusal for the model does not keep the next call
    /// from asking, as no other account could be asked instead.
    Only(Arc<str>),
}

/// Whose turn it is.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The upstream's name.
    pub upstream: Arc<str>,
    /// Its client, which sends everything once as long as somebody else could be asked.
    pub client: Client,
    /// The same with all of its retries, for what goes on there once something was begun.
    pub patient: Client,
}

/// A call on its way. Ask whose turn is [`next`](Self::next), do the work there, and tell what came of it.
#[derive(Debug)]
pub struct Round {
    pool: Pool,
    model: String,
    tokens: u32,
    reach: Reach,
    until: Instant,
    asked: BTreeSet<usize>,
    lacking: Vec<usize>,
    failed: Option<Error>,
    /// Who is being asked, and whether nobody else can be.
    now: Option<(usize, bool)>,
}

impl Pool {
    /// A call of a model with about so many bytes.
    pub fn round(&self, model: &str, bytes: usize, reach: Reach) -> Round {
        self.round_for(model, estimate(bytes), reach)
    }

    /// The same by its tokens.
    pub(super) fn round_for(&self, model: &str, tokens: u32, reach: Reach) -> Round {
        Round {
            pool: self.clone(),
            model: model.to_owned(),
            tokens,
            reach,
            until: Instant::now() + self.0.policy.wait_at_most,
            asked: BTreeSet::new(),
            lacking: Vec::new(),
            failed: None,
            now: None,
        }
    }
}

impl Round {
    /// The upstream whose turn it is, once it is. If nobody's is, why: what the last one said, or what keeps all from being
    /// asked.
    pub async fn next(&mut self) -> Result<Turn, Error> {
        let wanted = Wanted {
            model: &self.model,
            tokens: self.tokens,
            reach: &self.reach,
        };
        let turn = self.pool.turn(wanted, &self.asked, self.until).await;
        let Some((place, is_last)) = turn else {
            return Err(self.over());
        };
        self.asked.insert(place);
        self.now = Some((place, is_last));
        let upstream = &self.pool.0.upstreams[place];
        let client = if is_last {
            upstream.client.clone()
        } else {
            upstream.client.without_retries()
        };
        Ok(Turn {
            upstream: upstream.name.clone(),
            client,
            patient: upstream.client.clone(),
        })
    }

    /// Whoever's turn it was has answered.
    pub fn answered(&mut self) {
        let Some((place, _)) = self.now.take() else {
            return;
        };
        let standings = &mut self.pool.state().standings;
        standings[place].answered(&self.model);
        for place in self.lacking.drain(..) {
            standings[place].lacks(&self.model, &self.pool.0.policy);
        }
    }

    /// Whoever's turn it was has not answered. `Ok` if another one may be asked, else the error that stays: another account
    /// can't cure it, or the first may have done the work.
    pub fn failed(&mut self, error: Error) -> Result<(), Error> {
        let Some((place, is_last)) = self.now.take() else {
            return Err(error);
        };
        let cured = error.may_be_repeated() && another_account_cures(&error);
        let policy = &self.pool.0.policy;
        self.pool.state().standings[place].failed(&self.model, &error, policy, cured && !is_last);
        if !cured {
            return Err(error);
        }
        if error.misses_model() {
            self.lacking.push(place);
        }
        let name = &self.pool.0.upstreams[place].name;
        tracing::warn!(upstream.name = %name, error.type = error.kind().name(), "passed over an upstream");
        self.failed = Some(match self.failed.take() {
            // What can be cured by waiting is the better news for the caller.
            Some(before) if before.is_retryable() && !error.is_retryable() => before,
            _ => error,
        });
        Ok(())
    }

    /// Ends it without asking anybody else; gives the error that is the call's.
    pub fn over(&mut self) -> Error {
        let failed = self.failed.take();
        failed.unwrap_or_else(|| {
            self.pool.nobody(Wanted {
                model: &self.model,
                tokens: self.tokens,
                reach: &self.reach,
            })
        })
    }
}
