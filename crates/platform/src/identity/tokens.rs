//! Tokens for clients that are no browsers: a short access token that says who is asking, and a refresh token, used once,
//! for the next pair.
//!
//! An access token proves nothing by itself: its device and its owner are looked up for each request, so that both
//! are out at once when they are ended.

mod jwt;
mod keys;

use std::time::Duration;

use model::{FailureCode, FamilyId, Millis};
use secrecy::{ExposeSecret, SecretString};

use super::{
    Caller, Credential, Identity, IdentityError, Proof,
    token::{new_token, sha256_hex},
};
use crate::{
    store::{Family, NewFamily, Refresh, Refreshed},
    visitor::Visitor,
};
use jwt::Claims;

/// What begins a refresh token; no other credential does.
const REFRESH_PREFIX: &str = "ltr-";

/// When a device or a key was last used is written at most this often.
pub(super) const TOUCH_EACH_MS: i64 = 60_000;

/// How long tokens live.
#[derive(Clone, Debug)]
pub struct TokenOptions {
    /// An access token.
    pub access: Duration,
    /// A device, from its sign-in or its last refresh.
    pub refresh: Duration,
    /// A device, from its sign-in, however often it is used.
    pub absolute: Duration,
    /// A key that signs access tokens, before the next one takes over.
    pub signing_key: Duration,
}

impl Default for TokenOptions {
    fn default() -> Self {
        Self {
            access: Duration::from_mins(15),
            refresh: Duration::from_hours(30 * 24),
            absolute: Duration::from_hours(180 * 24),
            signing_key: Duration::from_hours(30 * 24),
        }
    }
}

/// A device's tokens.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Says who is asking, for a short time.
    pub access_token: SecretString,
    /// Good for one new pair.
    pub refresh_token: SecretString,
    /// Seconds that the access token lives.
    pub expires_in_s: u64,
    /// The device.
    pub family: FamilyId,
}

impl Identity {
    /// Lets a device in whose owner has proved all that is asked for. `device` is what the client calls itself; without,
    /// its `User-Agent` is described.
    #[tracing::instrument(name = "api.identity.begin_tokens", skip_all)]
    pub async fn begin_tokens(
        &self,
        proof: Proof,
        device: &str,
        visitor: &Visitor,
    ) -> Result<Tokens, IdentityError> {
        if !proof.awaited.is_empty() {
            return Err(IdentityError::SecondFactorNeeded);
        }
        let now = self.0.clock.now();
        let user = self.0.db.user(proof.user).await?;
        let user = user
            .filter(|user| !user.disabled)
            .ok_or(IdentityError::SignInNeeded)?;
        let access = self.0.db.access(proof.user).await?;
        self.refuse_lacking(&user, &access).await?;
        self.note_sign_in(&proof, visitor).await?;
        let family = FamilyId::from_uuid(self.0.ids.next());
        let refresh_token = new_refresh_token();
        let record = self
            .0
            .audit
            .stranger(visitor, Some(proof.user), "token.begin")
            .on("device", family)
            .with(&serde_json::json!({ "by": proof.by }));
        let new = NewFamily {
            id: family,
            user: proof.user,
            device: &named(device, visitor),
            address: &visitor.address.to_string(),
            token_hash: &hash(&refresh_token),
            now,
            expires_at: self.expires_at(now, now),
            at_most: self.0.sessions_per_person,
        };
        self.0.db.begin_family(&new, &record).await?;
        let access_token = self.sign(proof.user, family, now).await?;
        Ok(self.pair(access_token, refresh_token, family))
    }

    /// A new pair for a refresh token, which is used up. One that was used before is stolen or was: its device ends,
    /// with all tokens that it has.
    #[tracing::instrument(name = "api.identity.refresh_tokens", skip_all)]
    pub async fn refresh_tokens(
        &self,
        refresh: &str,
        visitor: &Visitor,
    ) -> Result<Tokens, IdentityError> {
        let now = self.0.clock.now();
        let old_hash = refresh_hash(refresh).ok_or_else(invalid_token)?;
        let family = self.0.db.family_of_token(&old_hash).await?;
        let family = family
            .filter(|family| family.expires_at > now)
            .ok_or_else(invalid_token)?;
        let user = self.0.db.user(family.user).await?;
        user.filter(|user| !user.disabled)
            .ok_or_else(invalid_token)?;
        let refresh_token = new_refresh_token();
        let step = Refresh {
            family: family.id,
            old_hash: &old_hash,
            new_hash: &hash(&refresh_token),
            address: &visitor.address.to_string(),
            now,
            expires_at: self.expires_at(family.created_at, now),
        };
        let reuse = self
            .0
            .audit
            .stranger(visitor, Some(family.user), "token.refresh_reuse")
            .on("device", family.id)
            .refused();
        match self.0.db.refresh_family(&step, &reuse).await? {
            Refreshed::Done => {}
            Refreshed::Reused => {
                self.revoked(family.user);
                return Err(invalid_token());
            }
            Refreshed::Gone => return Err(invalid_token()),
        }
        let access_token = self.sign(family.user, family.id, now).await?;
        Ok(self.pair(access_token, refresh_token, family.id))
    }

    /// Ends the device of this refresh token, used or not. A token that is none is no fault: it is as ended as can be.
    #[tracing::instrument(name = "api.identity.end_tokens", skip_all)]
    pub async fn end_tokens(&self, refresh: &str, visitor: &Visitor) -> Result<(), IdentityError> {
        let Some(hash) = refresh_hash(refresh) else {
            return Ok(());
        };
        if let Some(family) = self.0.db.family_of_token(&hash).await? {
            let record = self
                .0
                .audit
                .stranger(visitor, Some(family.user), "token.end")
                .on("device", family.id);
            self.0.db.end_family(family.id, &record).await?;
            self.revoked(family.user);
        }
        Ok(())
    }

    /// Who is calling with that credential, an access token or an API key, and with nothing lacking. The one way in for
    /// everything that is no page.
    #[tracing::instrument(name = "api.identity.bearer", skip_all)]
    pub async fn bearer(
        &self,
        credential: &str,
        visitor: &Visitor,
    ) -> Result<Caller, IdentityError> {
        if credential.starts_with(super::api_keys::PREFIX) {
            self.by_key(credential, visitor).await
        } else {
            self.by_access_token(credential, visitor).await
        }
    }

    async fn by_access_token(
        &self,
        token: &str,
        visitor: &Visitor,
    ) -> Result<Caller, IdentityError> {
        let now = self.0.clock.now();
        let Claims { sub, fam, .. } = self.verify(token, now).await?;
        let family = self.0.db.family(fam, now).await?;
        let family = family
            .filter(|family| family.user == sub)
            .ok_or_else(invalid_token)?;
        let user = self.0.db.user(sub).await?;
        let user = user
            .filter(|user| !user.disabled)
            .ok_or_else(invalid_token)?;
        let access = self.0.db.access(sub).await?;
        self.refuse_lacking(&user, &access).await?;
        self.touch(&family, now).await?;
        let credential = Credential::Token {
            family: family.id,
            fresh_at: family.authenticated_at,
        };
        Ok(Caller::new(sub, access, credential, visitor.clone()))
    }

    async fn touch(&self, family: &Family, now: Millis) -> Result<(), IdentityError> {
        if now.since(family.used_at) >= TOUCH_EACH_MS {
            self.0.db.touch_family(family.id, now).await?;
            self.0.db.user_seen(family.user, now).await?;
        }
        Ok(())
    }

    fn expires_at(&self, created_at: Millis, now: Millis) -> Millis {
        let options = &self.0.tokens;
        let idle = now.plus(millis(options.refresh));
        idle.min(created_at.plus(millis(options.absolute)))
    }

    fn pair(&self, access: SecretString, refresh: SecretString, family: FamilyId) -> Tokens {
        Tokens {
            access_token: access,
            refresh_token: refresh,
            expires_in_s: self.0.tokens.access.as_secs(),
            family,
        }
    }

    /// Forgets what can no longer give a theft away.
    pub(super) async fn purge_tokens(&self, now: Millis) -> Result<u64, IdentityError> {
        let before = now.plus(-millis(self.0.tokens.refresh));
        Ok(self.0.db.purge_refresh_tokens(before).await?)
    }
}

/// The one answer to a credential that is wrong in whatever way.
pub(super) const fn invalid_token() -> IdentityError {
    IdentityError::Refused(FailureCode::InvalidToken)
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn new_refresh_token() -> SecretString {
    SecretString::from(format!("{REFRESH_PREFIX}{}", new_token().expose_secret()))
}

fn hash(token: &SecretString) -> String {
    sha256_hex(token.expose_secret().as_bytes())
}

fn refresh_hash(token: &str) -> Option<String> {
    let sound = token.len() <= 100 && token.starts_with(REFRESH_PREFIX);
    sound.then(|| sha256_hex(token.as_bytes()))
}

/// What a client calls itself, in one line of at most 60 characters.
fn named(device: &str, visitor: &Visitor) -> String {
    let name: String = device
        .chars()
        .filter(|c| !c.is_control())
        .take(60)
        .collect();
    match name.trim() {
        "" => super::device::describe(&visitor.user_agent),
        name => name.to_owned(),
    }
}
