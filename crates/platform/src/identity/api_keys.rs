//! API keys: for programs of one's own. A key is shown once and kept as its hash; what it allows is what its scopes and
//! its owner have in common now.

mod draft;

pub(super) use draft::checked;

use model::{ApiKey, ApiKeyDraft, ApiKeyId, ApiKeySecret, FailureCode, Millis, Permission};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{
    Caller, Credential, Identity, IdentityError,
    token::{new_token, sha256_hex},
    tokens::{TOUCH_EACH_MS, invalid_token},
};
use crate::{
    store::{Access, NewApiKey},
    visitor::Visitor,
};

/// What begins a key; no other credential does.
pub(crate) const PREFIX: &str = "lt-";

/// Ours have 46 characters.
const LONGEST: usize = 100;

/// Keys that one person may have.
pub(super) const AT_MOST: i64 = 50;

impl Identity {
    /// The caller's keys, newest first.
    #[tracing::instrument(name = "api.identity.api_keys", skip_all)]
    pub async fn api_keys(&self, caller: &Caller) -> Result<Vec<ApiKey>, IdentityError> {
        caller.require_person()?;
        Ok(self.0.db.api_keys(caller.user()).await?)
    }

    /// Makes a key. It is in the answer and nowhere else.
    #[tracing::instrument(name = "api.identity.create_api_key", skip_all)]
    pub async fn create_api_key(
        &self,
        caller: &Caller,
        draft: ApiKeyDraft,
    ) -> Result<ApiKeySecret, IdentityError> {
        self.require_fresh(caller)?;
        caller.require(Permission::ApiKeysUse)?;
        let now = self.0.clock.now();
        let draft = checked(draft, None, caller.permissions(), now)?;
        let id = ApiKeyId::from_uuid(self.0.ids.next());
        let secret = format!("{PREFIX}{}", new_token().expose_secret());
        let hint = hint(&secret);
        let record = self
            .0
            .audit
            .by(caller, "api_key.create")
            .on("api_key", id)
            .with(&json!({ "name": draft.name, "scopes": draft.scopes, "hint": hint }));
        let new = NewApiKey {
            id,
            owner: caller.user(),
            hash: &sha256_hex(secret.as_bytes()),
            hint: &hint,
            draft: &draft,
            now,
            at_most: AT_MOST,
        };
        if !self.0.db.insert_api_key(&new, &record).await? {
            return Err(IdentityError::Refused(FailureCode::TooMany));
        }
        let key = self.0.db.api_key(caller.user(), id).await?;
        let key = key.ok_or(IdentityError::NotFound)?;
        Ok(ApiKeySecret { key, secret })
    }

    /// Changes what a key allows; the key itself stays.
    #[tracing::instrument(name = "api.identity.update_api_key", skip_all)]
    pub async fn update_api_key(
        &self,
        caller: &Caller,
        id: ApiKeyId,
        draft: ApiKeyDraft,
    ) -> Result<ApiKey, IdentityError> {
        self.require_fresh(caller)?;
        caller.require(Permission::ApiKeysUse)?;
        let old = self.0.db.api_key(caller.user(), id).await?;
        let old = old.ok_or(IdentityError::NotFound)?;
        let now = self.0.clock.now();
        let draft = checked(draft, Some(&old), caller.permissions(), now)?;
        let record = self
            .0
            .audit
            .by(caller, "api_key.update")
            .on("api_key", id)
            .with(&json!({ "name": draft.name, "scopes": draft.scopes, "hint": old.hint }));
        let user = caller.user();
        if !self.0.db.update_api_key(user, id, &draft, &record).await? {
            return Err(IdentityError::NotFound);
        }
        let key = self.0.db.api_key(user, id).await?;
        key.ok_or(IdentityError::NotFound)
    }

    /// Deletes a key: it is refused from now on.
    #[tracing::instrument(name = "api.identity.delete_api_key", skip_all)]
    pub async fn delete_api_key(&self, caller: &Caller, id: ApiKeyId) -> Result<(), IdentityError> {
        caller.require_person()?;
        let record = self.0.audit.by(caller, "api_key.delete").on("api_key", id);
        if self.0.db.delete_api_key(caller.user(), id, &record).await? {
            self.revoked(caller.user());
            Ok(())
        } else {
            Err(IdentityError::NotFound)
        }
    }

    /// Who is calling with that key, which pays for the request out of its requests a minute.
    pub(super) async fn by_key(
        &self,
        key: &str,
        visitor: &Visitor,
    ) -> Result<Caller, IdentityError> {
        let (caller, key) = self.owner_of_key(key, visitor).await?;
        if let Some(limit) = key.requests_per_minute {
            let now = self.0.clock.now();
            self.0.throttle.spend_of_key(key.id, limit, now).await?;
        }
        Ok(caller)
    }

    /// Who is calling with that key, and what it allows.
    pub(crate) async fn owner_of_key(
        &self,
        key: &str,
        visitor: &Visitor,
    ) -> Result<(Caller, ApiKey), IdentityError> {
        let now = self.0.clock.now();
        if key.len() > LONGEST {
            return Err(invalid_token());
        }
        let owned = self
            .0
            .db
            .api_key_by_hash(&sha256_hex(key.as_bytes()))
            .await?;
        let owned = owned.ok_or_else(invalid_token)?;
        let key = owned.key;
        if key.expires_at.is_some_and(|end| end <= now) {
            return Err(invalid_token());
        }
        let user = self.0.db.user(owned.owner).await?;
        let user = user
            .filter(|user| !user.disabled)
            .ok_or_else(invalid_token)?;
        if !draft::is_within(visitor.address, &key.networks) {
            return Err(IdentityError::Refused(FailureCode::NetworkRefused));
        }
        let access = self.0.db.access(owned.owner).await?;
        if !access.permissions.contains(Permission::ApiKeysUse) {
            return Err(IdentityError::Forbidden);
        }
        self.refuse_lacking(&user, &access).await?;
        self.touch_key(&key, owned.owner, visitor, now).await?;
        let access = Access {
            permissions: access.permissions.intersection(key.scopes),
            ..access
        };
        let credential = Credential::Key { id: key.id };
        let caller = Caller::new(owned.owner, access, credential, visitor.clone());
        Ok((caller, key))
    }

    async fn touch_key(
        &self,
        key: &ApiKey,
        owner: model::UserId,
        visitor: &Visitor,
        now: Millis,
    ) -> Result<(), IdentityError> {
        if key
            .used_at
            .is_none_or(|used_at| now.since(used_at) >= TOUCH_EACH_MS)
        {
            let from = visitor.address.to_string();
            self.0.db.touch_api_key(key.id, now, &from).await?;
            self.0.db.user_seen(owner, now).await?;
        }
        Ok(())
    }
}

/// The beginning and the end, to tell keys apart by: 8 of its 43 random characters.
pub(super) fn hint(secret: &str) -> String {
    let random = secret.strip_prefix(PREFIX).unwrap_or(secret);
    let (first, last) = (&random[..4], &random[random.len() - 4..]);
    format!("{PREFIX}{first}…{last}")
}
