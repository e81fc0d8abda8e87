//! The access token itself: a JWT after RFC 9068, signed with Ed25519 and nothing else.

use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header, encode};
use model::{FamilyId, Millis, SigningKeyId, UserId};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{invalid_token, millis};
use crate::identity::{Identity, IdentityError};

/// The header's type: a JWT for something else, signed with the same key, is none of these.
const TYPE: &str = "at+jwt";

/// What it may be used for.
const PURPOSE: &str = "access";

/// Clocks of two of our processes differ by less.
const LEEWAY_MS: i64 = 30_000;

/// Ours have about 600 bytes.
const LONGEST: usize = 2048;

/// What an access token says. Times are in seconds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: String,
    purpose: String,
    /// Who.
    pub(super) sub: UserId,
    /// On which device.
    pub(super) fam: FamilyId,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl Identity {
    /// Who checks the tokens that we sign: our own REST interface.
    fn audience(&self) -> String {
        format!("{}/rest/v1", self.0.origin)
    }

    pub(super) async fn sign(
        &self,
        user: UserId,
        family: FamilyId,
        now: Millis,
    ) -> Result<SecretString, IdentityError> {
        let (id, key) = self.signing_key(now).await?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(id.to_string());
        let claims = Claims {
            iss: self.0.origin.clone(),
            aud: self.audience(),
            purpose: PURPOSE.to_owned(),
            sub: user,
            fam: family,
            jti: self.0.ids.next().to_string(),
            iat: now.get() / 1000,
            nbf: now.get() / 1000,
            exp: now.plus(millis(self.0.tokens.access)).get() / 1000,
        };
        let token = encode(&header, &claims, &key)
            .map_err(|error| IdentityError::Broken(format!("signing an access token: {error}")))?;
        Ok(SecretString::from(token))
    }

    /// What the token says, if we signed it for this and it is its time. Of the header only the key's id is read, and it
    /// is looked up among our own keys; where a key is to be had otherwise is none of the sender's business.
    pub(super) async fn verify(&self, token: &str, now: Millis) -> Result<Claims, IdentityError> {
        if token.len() > LONGEST {
            return Err(invalid_token());
        }
        let header = decode_header(token).map_err(|_| invalid_token())?;
        let sound = header.alg == Algorithm::EdDSA
            && header.crit.is_none()
            && header
                .typ
                .as_deref()
                .is_some_and(|typ| typ.eq_ignore_ascii_case(TYPE));
        let kid: Option<SigningKeyId> = header.kid.and_then(|kid| kid.parse().ok());
        let kid = kid.filter(|_| sound).ok_or_else(invalid_token)?;
        let key = self.public_key(kid, now).await?.ok_or_else(invalid_token)?;
        let claims = decode::<Claims>(token, &DecodingKey::from_ed_der(&key), &self.validation());
        let claims = claims.map_err(|_| invalid_token())?.claims;
        let seconds = |seconds: i64| Millis::new(seconds.saturating_mul(1000));
        let is_its_time =
            seconds(claims.nbf) <= now.plus(LEEWAY_MS) && now < seconds(claims.exp).plus(LEEWAY_MS);
        // The library takes a list of issuers or audiences when ours is in it; we signed none such.
        let is_for_us = claims.purpose == PURPOSE
            && claims.iss == self.0.origin
            && claims.aud == self.audience();
        if is_its_time && is_for_us {
            Ok(claims)
        } else {
            Err(invalid_token())
        }
    }

    fn validation(&self) -> Validation {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "nbf", "exp"]);
        validation.set_issuer(&[&self.0.origin]);
        validation.set_audience(&[self.audience()]);
        // It would ask the machine's clock and not ours.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation
    }
}
