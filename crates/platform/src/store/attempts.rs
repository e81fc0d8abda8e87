//! What has been tried lately, by account and by address. Each attempt is judged and counted in one
//! statement, so parallel guesses can't slip past; the counts survive a restart and are shared by processes.

use model::Millis;

use super::{Db, Result, on_pool};

/// How one account is guarded: some attempts are free, then each failure doubles the wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AccountGuard {
    pub(crate) free: i64,
    pub(crate) first_wait_ms: i64,
    pub(crate) longest_wait_ms: i64,
    /// After so long without an attempt all is forgotten.
    pub(crate) memory_ms: i64,
}

/// How one address is guarded: `burst` attempts at once, then one each `each_ms`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AddressGuard {
    pub(crate) burst: i64,
    pub(crate) each_ms: i64,
}

/// Whether an attempt may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// It was counted and may go on.
    Granted,
    /// It was not counted; the next may come then.
    RefusedUntil(Millis),
}

// $1 account, $2 now, $3 forget what is older, $4 free, $5 first wait, $6 longest wait
const TRY_ACCOUNT: &str = "INSERT INTO account_attempts (account, failures, wait_ms, open_at, last_at) \
     VALUES ($1, 1, 0, $2, $2) \
     ON CONFLICT (account) DO UPDATE SET \
       failures = CASE WHEN account_attempts.last_at < $3 THEN 1 ELSE account_attempts.failures + 1 END, \
       wait_ms = CASE WHEN account_attempts.last_at < $3 OR account_attempts.failures + 1 < $4 THEN 0 \
         WHEN account_attempts.wait_ms = 0 THEN $5 \
         WHEN account_attempts.wait_ms * 2 > $6 THEN $6 \
         ELSE account_attempts.wait_ms * 2 END, \
       open_at = $2 + CASE WHEN account_attempts.last_at < $3 OR account_attempts.failures + 1 < $4 THEN 0 \
         WHEN account_attempts.wait_ms = 0 THEN $5 \
         WHEN account_attempts.wait_ms * 2 > $6 THEN $6 \
         ELSE account_attempts.wait_ms * 2 END, \
       last_at = $2 \
     WHERE account_attempts.open_at <= $2";
const ACCOUNT_OPENS_AT: &str = "SELECT open_at FROM account_attempts WHERE account = $1";
const CLEAR_ACCOUNT: &str = "DELETE FROM account_attempts WHERE account = $1";

// $1 address, $2 now, $3 cost of one attempt, $4 the most that may be spent ahead of now
const TRY_ADDRESS: &str = "INSERT INTO address_attempts (address, spent_until) VALUES ($1, $2 + $3) \
     ON CONFLICT (address) DO UPDATE SET spent_until = $3 + \
       CASE WHEN address_attempts.spent_until < $2 THEN $2 ELSE address_attempts.spent_until END \
     WHERE address_attempts.spent_until <= $2 + $4";
const ADDRESS_SPENT_UNTIL: &str = "SELECT spent_until FROM address_attempts WHERE address = $1";
const REFUND_ADDRESS: &str =
    "UPDATE address_attempts SET spent_until = spent_until - $2 WHERE address = $1";

const PURGE_ACCOUNTS: &str = "DELETE FROM account_attempts WHERE last_at < $1";
const PURGE_ADDRESSES: &str = "DELETE FROM address_attempts WHERE spent_until < $1";

impl Db {
    /// Counts an attempt on the account as failed, unless it must wait.
    #[tracing::instrument(name = "store.attempts.try_account", skip_all)]
    pub(crate) async fn try_account(
        &self,
        account: &str,
        guard: AccountGuard,
        now: Millis,
    ) -> Result<Attempt> {
        let counted = on_pool!(self.writer(), |pool| sqlx::query(TRY_ACCOUNT)
            .bind(account)
            .bind(now.get())
            .bind(now.plus(-guard.memory_ms).get())
            .bind(guard.free)
            .bind(guard.first_wait_ms)
            .bind(guard.longest_wait_ms)
            .execute(pool)
            .await?
            .rows_affected());
        if counted == 1 {
            return Ok(Attempt::Granted);
        }
        let open_at: Option<i64> =
            on_pool!(self.writer(), |pool| sqlx::query_scalar(ACCOUNT_OPENS_AT)
                .bind(account)
                .fetch_optional(pool)
                .await?);
        Ok(Attempt::RefusedUntil(open_at.map_or(now, Millis::new)))
    }

    /// Forgets what was tried on the account.
    #[tracing::instrument(name = "store.attempts.clear_account", skip_all)]
    pub(crate) async fn clear_account_attempts(&self, account: &str) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(CLEAR_ACCOUNT)
            .bind(account)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Spends one attempt of the address's allowance, unless it has none left.
    #[tracing::instrument(name = "store.attempts.try_address", skip_all)]
    pub(crate) async fn try_address(
        &self,
        address: &str,
        guard: AddressGuard,
        now: Millis,
    ) -> Result<Attempt> {
        let ahead = guard.each_ms.saturating_mul(guard.burst - 1);
        let counted = on_pool!(self.writer(), |pool| sqlx::query(TRY_ADDRESS)
            .bind(address)
            .bind(now.get())
            .bind(guard.each_ms)
            .bind(ahead)
            .execute(pool)
            .await?
            .rows_affected());
        if counted == 1 {
            return Ok(Attempt::Granted);
        }
        let spent_until: Option<i64> = on_pool!(self.writer(), |pool| sqlx::query_scalar(
            ADDRESS_SPENT_UNTIL
        )
        .bind(address)
        .fetch_optional(pool)
        .await?);
        let open_at = spent_until.map_or(now, |until| Millis::new(until).plus(-ahead));
        Ok(Attempt::RefusedUntil(open_at))
    }

    /// Gives one attempt back to the address.
    #[tracing::instrument(name = "store.attempts.refund_address", skip_all)]
    pub(crate) async fn refund_address(&self, address: &str, guard: AddressGuard) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(REFUND_ADDRESS)
            .bind(address)
            .bind(guard.each_ms)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Deletes what no longer has an effect; returns how many rows.
    #[tracing::instrument(name = "store.attempts.purge", skip_all)]
    pub(crate) async fn purge_attempts(&self, guard: AccountGuard, now: Millis) -> Result<u64> {
        let forgotten = now.plus(-guard.memory_ms).get();
        on_pool!(self.writer(), |pool| {
            let accounts = sqlx::query(PURGE_ACCOUNTS)
                .bind(forgotten)
                .execute(pool)
                .await?
                .rows_affected();
            let addresses = sqlx::query(PURGE_ADDRESSES)
                .bind(now.get())
                .execute(pool)
                .await?
                .rows_affected();
            Ok(accounts + addresses)
        })
    }
}
