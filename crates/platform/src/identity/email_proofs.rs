//! Showing that an address is one's own, and changing it: by a link that is sent there.

use model::{Account, Email, FailureCode, Millis, RegistrationMode, UserId};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{
    Caller, Identity, IdentityError, taken,
    throttle::Purpose as Attempted,
    token::{new_token, sha256_hex},
};
use crate::{
    audit::Record,
    mail::{Language, Letter},
    store::{NewOneTimeToken, Purpose},
    visitor::Visitor,
};

/// A link that verifies an address can be used for so long.
const LIFE_MS: i64 = Millis::DAY;

impl Identity {
    /// Sends the caller the link that verifies their address, unless it is verified. An earlier link is void then.
    #[tracing::instrument(name = "api.identity.send_verification", skip_all)]
    pub async fn send_verification(
        &self,
        caller: &Caller,
        language: Language,
    ) -> Result<(), IdentityError> {
        caller.require_person()?;
        let user = self.0.db.user(caller.user()).await?;
        let user = user.ok_or(IdentityError::SignInNeeded)?;
        if user.email_verified_at.is_some() {
            return Ok(());
        }
        self.spend_letter(caller).await?;
        let record = self.0.audit.by(caller, "email.verify");
        self.verify_by_mail(user.account.id, &user.account.email, record, language)
            .await
    }

    /// Uses the link up: the address that it was sent to is shown to be theirs, and becomes the account's if it was not.
    #[tracing::instrument(name = "api.identity.verify_email", skip_all)]
    pub async fn verify_email(&self, token: &str, visitor: &Visitor) -> Result<(), IdentityError> {
        let now = self.0.clock.now();
        let spent = self
            .0
            .throttle
            .spend(Attempted::SignIn, visitor.address, now)
            .await?;
        let hash = sha256_hex(token.as_bytes());
        let found = self
            .0
            .db
            .one_time_token(&hash, Purpose::Verify, now)
            .await?;
        let found = found.ok_or(IdentityError::Refused(FailureCode::LinkInvalid))?;
        self.0.throttle.refund(spent).await?;
        let user = self.0.db.user(found.user).await?;
        let changes = user.is_some_and(|user| user.account.email != found.email);
        let action = if changes {
            "email.change"
        } else {
            "email.verify"
        };
        let record = self
            .0
            .audit
            .stranger(visitor, Some(found.user), action)
            .on("user", found.user);
        let verified = self
            .0
            .db
            .verify_email(&hash, found.user, &found.email, now, &record)
            .await
            .map_err(taken)?;
        if verified {
            Ok(())
        } else {
            Err(IdentityError::Refused(FailureCode::LinkInvalid))
        }
    }

    /// Begins to change the caller's address: it is the new one when the link that is sent there is followed. The answer
    /// does not tell whether the new one has an account already.
    #[tracing::instrument(name = "api.identity.change_email", skip_all)]
    pub async fn change_email(
        &self,
        caller: &Caller,
        new_email: &str,
        language: Language,
    ) -> Result<(), IdentityError> {
        caller.require_person()?;
        self.require_fresh(caller)?;
        let new = Email::parse(new_email)?;
        let user = self.0.db.user(caller.user()).await?;
        let user = user.ok_or(IdentityError::SignInNeeded)?;
        if self.0.registration == RegistrationMode::Domains
            && self.is_allowed_domain(&user.account.email)
            && !self.is_allowed_domain(&new)
        {
            return Err(IdentityError::Refused(FailureCode::EmailDomainRefused));
        }
        self.spend_letter(caller).await?;
        let other = self.0.db.user_by_email(&new).await?;
        if other.is_some_and(|other| other.account.id != caller.user()) {
            self.tell_of_taken(&new, "email.change", caller.visitor())
                .await?;
        } else {
            let record = self
                .0
                .audit
                .by(caller, "email.change")
                .with(&json!({ "asked": true }));
            self.verify_by_mail(user.account.id, &new, record, language)
                .await?;
        }
        self.tell(&user, Letter::EmailChanged { new });
        Ok(())
    }

    /// The first link, for an account that was just made.
    pub(super) async fn send_first_verification(
        &self,
        account: &Account,
        visitor: &Visitor,
        language: Language,
    ) -> Result<(), IdentityError> {
        let record = self
            .0
            .audit
            .stranger(visitor, Some(account.id), "email.verify")
            .with(&json!({ "asked": true }));
        self.verify_by_mail(account.id, &account.email, record, language)
            .await
    }

    async fn verify_by_mail(
        &self,
        user: UserId,
        email: &Email,
        record: Record,
        language: Language,
    ) -> Result<(), IdentityError> {
        let token = self
            .issue(
                user,
                email,
                Purpose::Verify,
                LIFE_MS,
                &record.on("user", user),
            )
            .await?;
        let link = self.verification_link(&token);
        let letter = Letter::VerifyEmail { link };
        self.0.mailer.post(email, letter, language);
        Ok(())
    }

    /// A new secret for a link in a mail; an earlier one of that purpose is void.
    pub(super) async fn issue(
        &self,
        user: UserId,
        email: &Email,
        purpose: Purpose,
        life_ms: i64,
        record: &Record,
    ) -> Result<SecretString, IdentityError> {
        let token = new_token();
        let now = self.0.clock.now();
        let new = NewOneTimeToken {
            hash: &sha256_hex(token.expose_secret().as_bytes()),
            purpose,
            user,
            email,
            now,
            expires_at: now.plus(life_ms),
        };
        self.0.db.issue_one_time_token(&new, record).await?;
        Ok(token)
    }

    /// Letters that somebody has sent are counted against them and their network: an address is not to be flooded.
    async fn spend_letter(&self, caller: &Caller) -> Result<(), IdentityError> {
        let now = self.0.clock.now();
        let key = sha256_hex(format!("letters {}", caller.user()).as_bytes());
        let from = caller.visitor().address;
        self.0.throttle.spend(Attempted::Mail, from, now).await?;
        self.0.throttle.count(&key, now).await
    }
}
