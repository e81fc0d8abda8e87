//! Taking all of one's data along, and leaving for good.

mod archive;

use model::{FailureCode, Rank, UserId};

use super::{Caller, Identity, IdentityError, sessions::own, throttle::account_key};
use crate::{audit::Record, store::Erased};

impl Identity {
    /// All of the caller's data as a ZIP. Needs a fresh proof.
    #[tracing::instrument(name = "api.identity.export", skip_all)]
    pub async fn export(&self, caller: &Caller) -> Result<Vec<u8>, IdentityError> {
        own(caller)?;
        self.require_fresh(caller)?;
        let place = self.0.heavy.try_acquire();
        let _place = place.map_err(|_| IdentityError::Overloaded)?;
        let record = self.0.audit.by(caller, "account.export");
        self.0.audit.write(record.on("user", caller.user())).await?;
        self.pack(caller).await
    }

    /// Deletes the caller's account and all that is theirs, for good. Needs a fresh proof, and the account's address
    /// typed once more. Sessions, devices and keys end with it; open streams and running answers within a second.
    #[tracing::instrument(name = "api.identity.delete_account", skip_all)]
    pub async fn delete_account(
        &self,
        caller: &Caller,
        typed_email: &str,
    ) -> Result<(), IdentityError> {
        own(caller)?;
        self.require_fresh(caller)?;
        let user = self.myself(caller).await?;
        let email = &user.account.email;
        if typed_email.trim().to_lowercase() != email.key() {
            return Err(IdentityError::Refused(FailureCode::NotConfirmed));
        }
        let record = self.0.audit.by(caller, "account.delete");
        self.erase(caller.user(), None, &record.on("user", caller.user()))
            .await
    }

    /// Deletes somebody and all that is theirs, with the log's line; with a `ceiling`, only who stands below it. Whether the caller may
    /// is for whoever asks.
    pub(crate) async fn erase(
        &self,
        user: UserId,
        ceiling: Option<Rank>,
        record: &Record,
    ) -> Result<(), IdentityError> {
        let inner = &*self.0;
        let row = inner.db.user(user).await?.ok_or(IdentityError::NotFound)?;
        let email = &row.account.email;
        let attempts = account_key(email.as_str());
        let erased = inner
            .db
            .erase_user(user, email, &attempts, (ceiling, record));
        match erased.await? {
            Erased::Done => {}
            Erased::Nobody => return Err(IdentityError::NotFound),
            Erased::TooHigh => return Err(IdentityError::RankTooHigh),
            Erased::LastOwner => return Err(IdentityError::LastOwner),
        }
        self.revoked(user);
        // Rows went with the account. What Redis keeps leads to nobody now, so a Redis that is gone is no reason to
        // say that the account is still there: it forgets by itself.
        if let Err(error) = inner.sessions.end_all(user, None).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "sessions of a deleted account are left to expire"
            );
        }
        Ok(())
    }
}
