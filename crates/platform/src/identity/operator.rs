//! What the administration of people needs of identity: hashes, keys and letters for somebody else.

use model::{
    Account, ApiKeyDraft, ApiKeyId, Email, FailureCode, Millis, Password, Permission, UserId,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{
    Identity, IdentityError,
    api_keys::{self, AT_MOST, PREFIX},
    throttle::account_key,
    token::{new_token, sha256_hex},
};
use crate::{
    audit::Record,
    mail::{Language, Letter},
    store::NewApiKey,
};

impl Identity {
    /// The hash of a new password for that account, unless it is easily guessed.
    pub(crate) async fn hash_for(
        &self,
        account: &Account,
        password: &Password,
    ) -> Result<String, IdentityError> {
        self.refuse_guessable(password, &account.name, &account.email)?;
        self.0.hashing.enqueue()?.hash(password.expose()).await
    }

    /// Forgets the failed sign-ins to an account whose password is another one now.
    pub(crate) async fn forget_attempts(&self, email: &Email) -> Result<(), IdentityError> {
        self.0.throttle.clear(&account_key(email.as_str())).await
    }

    /// Sends somebody a link to choose a password: nobody but them gets to see it. With the log's line; an earlier link is
    /// void.
    pub(crate) async fn post_reset_link(
        &self,
        to: UserId,
        record: &Record,
        language: Language,
    ) -> Result<(), IdentityError> {
        let user = self.0.db.user(to).await?.ok_or(IdentityError::NotFound)?;
        let link = self.new_reset_link(&user, record).await?;
        let letter = Letter::ResetByAdministrator { link };
        self.0.mailer.post(&user.account.email, letter, language);
        Ok(())
    }

    /// Makes an API key for somebody, with all that they may do.
    pub(crate) async fn add_key_for(
        &self,
        owner: UserId,
        name: &str,
        expires_at: Option<Millis>,
    ) -> Result<SecretString, IdentityError> {
        let inner = &*self.0;
        let permissions = inner.db.access(owner).await?.permissions;
        if !permissions.contains(Permission::ApiKeysUse) {
            return Err(IdentityError::Forbidden);
        }
        let now = inner.clock.now();
        let draft = ApiKeyDraft {
            name: name.to_owned(),
            scopes: permissions,
            expires_at,
            ..ApiKeyDraft::default()
        };
        let draft = api_keys::checked(draft, None, permissions, now)?;
        let id = ApiKeyId::from_uuid(inner.ids.next());
        let secret = format!("{PREFIX}{}", new_token().expose_secret());
        let hint = api_keys::hint(&secret);
        let record = inner.audit.command_line("api_key.create").on("api_key", id);
        let record = record.with(&json!({
            "owner": owner, "name": draft.name, "scopes": draft.scopes, "hint": hint,
        }));
        let new = NewApiKey {
            id,
            owner,
            hash: &sha256_hex(secret.as_bytes()),
            hint: &hint,
            draft: &draft,
            now,
            at_most: AT_MOST,
        };
        if inner.db.insert_api_key(&new, &record).await? {
            Ok(SecretString::from(secret))
        } else {
            Err(IdentityError::Refused(FailureCode::TooMany))
        }
    }
}
