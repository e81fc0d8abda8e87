//! The keys behind access tokens: made here, sealed in the database, changed by age. The next one is shown an hour before
//! it signs, and the last one is believed until all that it signed has ended.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey};
use jsonwebtoken::EncodingKey;
use model::{Millis, SigningKeyId};
use serde_json::{Value, json};

use super::millis;
use crate::{
    identity::{Identity, IdentityError},
    store::{self, NewSigningKey, Retirement},
    vault::Place,
};

/// A new key is shown for so long before it signs: whoever keeps the list for less knows every key in time.
const SHOWN_BEFORE_MS: i64 = 60 * 60 * 1000;

/// An access token is believed for less than this beyond its end.
const BELIEVED_AFTER_MS: i64 = 2 * 60 * 1000;

impl Identity {
    /// The public keys, as a JSON Web Key Set.
    #[tracing::instrument(name = "api.identity.jwks", skip_all)]
    pub async fn jwks(&self) -> Result<Value, IdentityError> {
        let keys = self.0.db.signing_keys_shown(self.0.clock.now()).await?;
        let keys = keys.into_iter().map(|(id, x)| {
            json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": id, "x": x })
        });
        Ok(json!({ "keys": keys.collect::<Vec<_>>() }))
    }

    /// Makes the next signing key now; it takes over in an hour. Returns false when another process has just done so.
    #[tracing::instrument(name = "api.identity.rotate_signing_keys", skip_all)]
    pub async fn rotate_signing_keys(&self) -> Result<bool, IdentityError> {
        let now = self.0.clock.now();
        self.rotate(now, now).await
    }

    /// Makes the next signing key when the newest is old enough, or the first when there is none.
    pub(in crate::identity) async fn rotate_aged_signing_keys(
        &self,
        now: Millis,
    ) -> Result<bool, IdentityError> {
        self.rotate(now, now.plus(-millis(self.0.tokens.signing_key)))
            .await
    }

    async fn rotate(&self, now: Millis, made_by: Millis) -> Result<bool, IdentityError> {
        let id = SigningKeyId::from_uuid(self.0.ids.next());
        let key = SigningKey::from_bytes(&rand::random());
        let row = id.to_string();
        let secret = self.0.vault.seal(place(&row), key.as_bytes())?;
        let new = NewSigningKey {
            id,
            secret: &secret,
            public_key: &URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes()),
            created_at: now,
        };
        let retired_at = now.plus(SHOWN_BEFORE_MS);
        let old = Retirement {
            made_by,
            retired_at,
            expires_at: retired_at
                .plus(millis(self.0.tokens.access))
                .plus(BELIEVED_AFTER_MS),
        };
        let made = self.0.db.rotate_signing_key(&new, old).await?;
        if made {
            tracing::info!(key.id = %id, "made the next key for access tokens");
        }
        Ok(made)
    }

    /// The key that signs now; the first one is made when it is needed.
    pub(in crate::identity) async fn signing_key(
        &self,
        now: Millis,
    ) -> Result<(SigningKeyId, EncodingKey), IdentityError> {
        let mut row = self.0.db.signing_key_in_use(now).await?;
        if row.is_none() {
            self.rotate_aged_signing_keys(now).await?;
            row = self.0.db.signing_key_in_use(now).await?;
        }
        let row = row.ok_or_else(|| IdentityError::Broken("there is no signing key".to_owned()))?;
        let id = row.id.to_string();
        let secret = self.0.vault.open(place(&id), &row.secret)?;
        let secret: [u8; 32] = secret.try_into().map_err(|_| corrupt("secret", &id))?;
        let der = SigningKey::from_bytes(&secret)
            .to_pkcs8_der()
            .map_err(|error| IdentityError::Broken(format!("writing a signing key: {error}")))?;
        Ok((row.id, EncodingKey::from_ed_der(der.as_bytes())))
    }

    /// The public half of that key of ours, as long as it is believed.
    pub(super) async fn public_key(
        &self,
        id: SigningKeyId,
        now: Millis,
    ) -> Result<Option<[u8; 32]>, IdentityError> {
        let Some(text) = self.0.db.public_signing_key(id, now).await? else {
            return Ok(None);
        };
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        let bytes = bytes.ok_or_else(|| corrupt("public_key", &id.to_string()))?;
        Ok(Some(bytes))
    }
}

const fn place(row: &str) -> Place<'_> {
    Place {
        table: "signing_keys",
        column: "secret",
        row,
    }
}

fn corrupt(column: &'static str, row: &str) -> IdentityError {
    IdentityError::Store(store::Error::Corrupt {
        table: "signing_keys",
        column,
        row: row.to_owned(),
    })
}
