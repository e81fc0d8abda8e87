//! What somebody used today, for the quotas of their groups.

use model::{Millis, UserId};

use super::Ledger;
use crate::store;

/// What somebody used on the day that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Today {
    /// Calls that ended.
    pub calls: i64,
    /// Tokens that went in and came out.
    pub tokens: i64,
    /// When the day ends.
    pub ends_at: Millis,
}

impl Ledger {
    /// What the person used today, by calls that ended.
    #[tracing::instrument(name = "ledger.today", level = "debug", skip_all)]
    pub async fn today(&self, owner: UserId) -> Result<Today, store::Error> {
        let inner = &*self.0;
        let now = inner.calendar.moment(inner.clock.now());
        let (calls, tokens) = inner.db.used_on(owner, now.date).await?;
        Ok(Today {
            calls,
            tokens,
            ends_at: Millis::new(now.next_day),
        })
    }
}
