//! Changing a password by the one before, and resetting a forgotten one by a link in a mail.

use model::{Email, FailureCode, Password};
use serde_json::json;
use tower_sessions::Session;

use super::{
    Caller, Credential, Identity, IdentityError,
    hashing::Verdict,
    throttle::{Purpose as Attempted, account_key},
    token::sha256_hex,
};
use crate::{
    audit::Record,
    mail::{Language, Letter},
    store::{OneTime, Purpose, User},
    visitor::Visitor,
};

/// A reset link can be used for so long.
const LIFE_MS: i64 = 10 * 60 * 1000;

impl Identity {
    /// Changes the caller's password, by the current one. The session gets a new id; the others end when that is asked
    /// for. Links that were asked for before are void.
    #[tracing::instrument(name = "api.identity.change_password", skip_all)]
    pub async fn change_password(
        &self,
        session: &Session,
        caller: &Caller,
        current: &str,
        new: &str,
        end_others: bool,
    ) -> Result<(), IdentityError> {
        caller.require_person()?;
        let user = self.0.db.user(caller.user()).await?;
        let user = user.ok_or(IdentityError::SignInNeeded)?;
        let new = Password::parse(new)?;
        self.refuse_guessable(&new, &user.account.name, &user.account.email)?;
        let place = self.0.hashing.enqueue()?;
        let now = self.0.clock.now();
        let key = account_key(user.account.email.as_str());
        let from = caller.visitor().address;
        let spent = self.0.throttle.spend(Attempted::SignIn, from, now).await?;
        self.0.throttle.count(&key, now).await?;
        let too_long = current.chars().count() > Password::MAX;
        let old = user.password_hash.as_deref().filter(|_| !too_long);
        let right = match old {
            Some(_) => matches!(place.verify(current, old).await?, Verdict::Right { .. }),
            None => false,
        };
        let record = self
            .0
            .audit
            .by(caller, "password.change")
            .on("user", caller.user());
        let Some(old) = old.filter(|_| right) else {
            self.0.audit.write(record.refused()).await?;
            return Err(IdentityError::Refused(FailureCode::WrongPassword));
        };
        let hash = place.hash(new.expose()).await?;
        let changed = self
            .0
            .db
            .change_password(caller.user(), old, &hash, now, &record)
            .await?;
        if !changed {
            // It was changed meanwhile: what was typed is no longer the current one.
            return Err(IdentityError::Refused(FailureCode::WrongPassword));
        }
        self.0.throttle.clear(&key).await?;
        self.0.throttle.refund(spent).await?;
        self.tell(&user, Letter::PasswordChanged);
        if end_others {
            self.end_others(caller).await?;
        }
        match caller.credential() {
            Credential::Session { .. } => self.renew(session).await,
            Credential::Token { .. } | Credential::Key { .. } | Credential::Absent => Ok(()),
        }
    }

    /// Sends a link for a new password, if there is such an account. Answers before it is known whether there is.
    #[tracing::instrument(name = "api.identity.request_reset", skip_all)]
    pub async fn request_reset(
        &self,
        email: &str,
        visitor: &Visitor,
        language: Language,
    ) -> Result<(), IdentityError> {
        let address = Email::parse(email)?;
        let now = self.0.clock.now();
        let key = sha256_hex(format!("reset {}", address.key()).as_bytes());
        self.0
            .throttle
            .spend(Attempted::Mail, visitor.address, now)
            .await?;
        self.0.throttle.count(&key, now).await?;
        let (identity, visitor) = (self.clone(), visitor.clone());
        self.0.mailer.later(async move {
            if let Err(error) = identity.send_reset(&address, &visitor, language).await {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "a reset link could not be made");
            }
        });
        Ok(())
    }

    /// Whether [`Identity::reset_password`] would take the token.
    #[tracing::instrument(name = "api.identity.reset_link_is_valid", skip_all)]
    pub async fn reset_link_is_valid(&self, token: &str) -> Result<bool, IdentityError> {
        Ok(self.resettable(token).await?.is_some())
    }

    /// Sets a new password by a link that was mailed, and uses the link up. It lets nobody in: who has a second factor
    /// still needs it. All sessions end when that is asked for.
    #[tracing::instrument(name = "api.identity.reset_password", skip_all)]
    pub async fn reset_password(
        &self,
        token: &str,
        new: &str,
        end_others: bool,
        visitor: &Visitor,
    ) -> Result<(), IdentityError> {
        const INVALID: IdentityError = IdentityError::Refused(FailureCode::LinkInvalid);
        let new = Password::parse(new)?;
        let now = self.0.clock.now();
        let spent = self
            .0
            .throttle
            .spend(Attempted::SignIn, visitor.address, now)
            .await?;
        let found = self.resettable(token).await?.ok_or(INVALID)?;
        self.0.throttle.refund(spent).await?;
        let user = self.0.db.user(found.user).await?.ok_or(INVALID)?;
        self.refuse_guessable(&new, &user.account.name, &user.account.email)?;
        let hash = self.0.hashing.enqueue()?.hash(new.expose()).await?;
        let record = self
            .0
            .audit
            .stranger(visitor, Some(found.user), "password.reset")
            .on("user", found.user);
        let token_hash = sha256_hex(token.as_bytes());
        let reset = self
            .0
            .db
            .reset_password(&token_hash, found.user, &hash, now, &record)
            .await?;
        if !reset {
            return Err(INVALID);
        }
        let key = account_key(user.account.email.as_str());
        self.0.throttle.clear(&key).await?;
        self.tell(&user, Letter::PasswordChanged);
        if end_others {
            self.end_all(found.user).await?;
        }
        Ok(())
    }

    /// A link by which that person chooses a new password, for a letter to them: nobody else is to see it. Writes the
    /// log's line; an earlier link is void.
    pub(crate) async fn new_reset_link(
        &self,
        user: &User,
        record: &Record,
    ) -> Result<String, IdentityError> {
        let (id, email) = (user.account.id, &user.account.email);
        let token = self
            .issue(id, email, Purpose::Reset, LIFE_MS, record)
            .await?;
        Ok(self.reset_link(&token))
    }

    async fn send_reset(
        &self,
        email: &Email,
        visitor: &Visitor,
        language: Language,
    ) -> Result<(), IdentityError> {
        let user = self.0.db.user_by_email(email).await?;
        let Some(user) = user.filter(|user| !user.disabled) else {
            let record = self.0.audit.stranger(visitor, None, "password.reset_asked");
            return Ok(self.0.audit.write(record.refused()).await?);
        };
        let record = self
            .0
            .audit
            .stranger(visitor, Some(user.account.id), "password.reset_asked")
            .on("user", user.account.id)
            .with(&json!({ "sent": true }));
        let link = self.new_reset_link(&user, &record).await?;
        let letter = Letter::ResetPassword { link };
        self.0.mailer.post(&user.account.email, letter, language);
        Ok(())
    }

    async fn resettable(&self, token: &str) -> Result<Option<OneTime>, IdentityError> {
        let hash = sha256_hex(token.as_bytes());
        let now = self.0.clock.now();
        Ok(self.0.db.one_time_token(&hash, Purpose::Reset, now).await?)
    }
}
