//! How often one may try: by account, with a wait that doubles but stays short, so that nobody can lock
//! another out for long; and by address, with an allowance that refills.

use std::{net::IpAddr, time::Duration};

use model::{ApiKeyId, Millis};

use super::{IdentityError, token::sha256_hex};
use crate::store::{AccountGuard, AddressGuard, Attempt, Db};

/// How many attempts are allowed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Failures on one account before the first wait, which is a second and doubles from there.
    pub account_failures: u32,
    /// The longest wait for one account.
    pub longest_wait: Duration,
    /// Failures to sign in from one address (IPv6: one /64) in [`Limits::WINDOW`].
    pub address_failures: u32,
    /// Registrations from one address in [`Limits::WINDOW`].
    pub registrations: u32,
}

impl Limits {
    /// What an address has spent comes back evenly over this time.
    pub const WINDOW: Duration = Duration::from_mins(10);
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            account_failures: 5,
            longest_wait: Duration::from_mins(5),
            address_failures: 30,
            registrations: 20,
        }
    }
}

/// First steps to each failure that an address may have: whole offices have one address, and nothing is guessed by a first step.
const BEGINNINGS: u32 = 20;

/// What an address's allowance is spent on; each has its own.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    SignIn,
    Register,
    /// Mails that a stranger can cause.
    Mail,
    /// The first step of a sign-in, which every page for signing in takes by itself.
    Begin,
}

#[derive(Clone)]
pub(super) struct Throttle {
    db: Db,
    limits: Limits,
}

/// An attempt that was counted against an address.
pub(super) struct Spent {
    address: String,
    guard: AddressGuard,
}

impl Throttle {
    pub(super) const fn new(db: Db, limits: Limits) -> Self {
        Self { db, limits }
    }

    /// Counts an attempt from the address.
    pub(super) async fn spend(
        &self,
        purpose: Purpose,
        from: IpAddr,
        now: Millis,
    ) -> Result<Spent, IdentityError> {
        let (kind, burst) = match purpose {
            Purpose::SignIn => ("sign-in", self.limits.address_failures),
            Purpose::Register => ("register", self.limits.registrations),
            Purpose::Mail => ("mail", self.limits.registrations),
            Purpose::Begin => {
                let most = self.limits.address_failures;
                ("begin", most.saturating_mul(BEGINNINGS))
            }
        };
        let burst = i64::from(burst.max(1));
        let guard = AddressGuard {
            burst,
            each_ms: (millis(Limits::WINDOW) / burst).max(1),
        };
        let address = format!("{kind} {}", network(from));
        let attempt = self.db.try_address(&address, guard, now).await?;
        granted(attempt, now)?;
        Ok(Spent { address, guard })
    }

    /// Counts a request of an API key that is allowed so many a minute.
    pub(super) async fn spend_of_key(
        &self,
        key: ApiKeyId,
        per_minute: i64,
        now: Millis,
    ) -> Result<(), IdentityError> {
        let burst = per_minute.max(1);
        let guard = AddressGuard {
            burst,
            each_ms: (60_000 / burst).max(1),
        };
        let attempt = self
            .db
            .try_address(&format!("key {key}"), guard, now)
            .await?;
        granted(attempt, now)
    }

    /// Gives the attempt back: it did no harm.
    pub(super) async fn refund(&self, spent: Spent) -> Result<(), IdentityError> {
        Ok(self.db.refund_address(&spent.address, spent.guard).await?)
    }

    /// Counts an attempt on the account, whether there is one or not.
    pub(super) async fn count(&self, account: &str, now: Millis) -> Result<(), IdentityError> {
        let attempt = self.db.try_account(account, self.guard(), now).await?;
        granted(attempt, now)
    }

    /// Forgets the failures on the account.
    pub(super) async fn clear(&self, account: &str) -> Result<(), IdentityError> {
        Ok(self.db.clear_account_attempts(account).await?)
    }

    /// Deletes what no longer has an effect.
    pub(super) async fn purge(&self, now: Millis) -> Result<u64, IdentityError> {
        Ok(self.db.purge_attempts(self.guard(), now).await?)
    }

    fn guard(&self) -> AccountGuard {
        AccountGuard {
            free: i64::from(self.limits.account_failures.max(1)),
            first_wait_ms: 1_000,
            longest_wait_ms: millis(self.limits.longest_wait),
            memory_ms: Millis::DAY,
        }
    }
}

/// The key of an account that is or is not there: no address stands in the table, and none is too long for it.
pub(super) fn account_key(email: &str) -> String {
    sha256_hex(email.trim().to_lowercase().as_bytes())
}

/// Who owns an IPv6 address owns at least its /64.
pub(super) fn network(from: IpAddr) -> String {
    match from.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn granted(attempt: Attempt, now: Millis) -> Result<(), IdentityError> {
    match attempt {
        Attempt::Granted => Ok(()),
        Attempt::RefusedUntil(open_at) => Err(IdentityError::TooManyAttempts {
            retry_after_s: u32::try_from(open_at.since(now).max(1).saturating_add(999) / 1000)
                .unwrap_or(u32::MAX),
        }),
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_ipv6_network_counts_as_one_address() {
        let key = |text: &str| network(text.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:10.0.0.1"), key("10.0.0.1"));
    }

    #[test]
    fn spellings_of_one_address_are_one_account() {
        assert_eq!(
            account_key(" Lin@Example.com"),
            account_key("lin@example.com")
        );
    }
}
