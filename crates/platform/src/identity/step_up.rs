//! Proving again who is asking, for what is sensitive: with a factor, or with the password by those who have none.

use model::{FailureCode, Password, account::InvalidPassword};
use tower_sessions::Session;

use super::{
    Caller, Credential, Identity, IdentityError,
    throttle::{Purpose, account_key},
};

impl Identity {
    /// The password as a fresh proof, by those who have no second factor; the others owe that.
    #[tracing::instrument(name = "api.identity.step_up_password", skip_all)]
    pub async fn step_up_password(
        &self,
        session: &Session,
        caller: &Caller,
        password: &str,
    ) -> Result<(), IdentityError> {
        in_a_browser(caller)?;
        let (inner, visitor) = (&*self.0, caller.visitor());
        if !self.factors_of(caller.user()).await?.is_empty() {
            return Err(IdentityError::SecondFactorNeeded);
        }
        let user = inner.db.user(caller.user()).await?;
        let email = user.ok_or(IdentityError::SignInNeeded)?.account.email;
        let place = inner.hashing.enqueue()?;
        let now = inner.clock.now();
        let key = account_key(email.as_str());
        let spent = inner
            .throttle
            .spend(Purpose::SignIn, visitor.address, now)
            .await?;
        inner.throttle.count(&key, now).await?;
        let checked = if matches!(Password::parse(password), Err(InvalidPassword::TooLong)) {
            Err(IdentityError::WrongCredentials)
        } else {
            self.verified(&place, email.as_str(), password).await
        };
        match checked {
            Ok(_) => {}
            Err(IdentityError::WrongCredentials) => {
                let record = inner.audit.by(caller, "session.step_up");
                inner.audit.write(record.refused()).await?;
                return Err(IdentityError::Refused(FailureCode::WrongPassword));
            }
            Err(error) => return Err(error),
        }
        inner.throttle.clear(&key).await?;
        inner.throttle.refund(spent).await?;
        self.refresh(session, caller).await
    }

    /// A code, of the app or written down, as a fresh proof.
    #[tracing::instrument(name = "api.identity.step_up_code", skip_all)]
    pub async fn step_up_code(
        &self,
        session: &Session,
        caller: &Caller,
        code: &str,
    ) -> Result<(), IdentityError> {
        in_a_browser(caller)?;
        let refusal = self.0.audit.by(caller, "session.step_up").refused();
        self.check_code(caller.user(), code, caller.visitor(), refusal)
            .await?;
        self.refresh(session, caller).await
    }
}

/// Only a session can be made fresh: a device signs in anew, and a key proves nothing.
pub(super) fn in_a_browser(caller: &Caller) -> Result<(), IdentityError> {
    match caller.credential() {
        Credential::Session { .. } => Ok(()),
        Credential::Token { .. } | Credential::Key { .. } | Credential::Absent => {
            Err(IdentityError::Forbidden)
        }
    }
}
