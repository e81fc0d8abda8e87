//! What takes two steps with a browser in between: a passkey's challenge, a sign-in elsewhere. It has a name that can't be
//! guessed, belongs to the browser that began it, lasts five minutes, and is finished once.

use model::FailureCode;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tower_sessions::Session;

use super::{
    Identity, IdentityError,
    token::{new_token, sha256_hex},
};
use crate::{store::NewCeremony, vault::Place};

/// Where a session's record holds the secret that ties ceremonies to its browser.
const BROWSER_KEY: &str = "browser";

/// A ceremony must be finished after so long.
const LIFE_MS: i64 = 5 * 60 * 1000;

/// No name of ours is longer: what is, is not even hashed.
const LONGEST_NAME: usize = 64;

/// What is done in two steps. One that was begun as one thing can't be finished as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ceremony {
    /// Adding a passkey.
    PasskeyAdded,
    /// Signing in with a passkey alone.
    PasskeySignIn,
    /// A passkey after the password.
    PasskeyFactor,
    /// A passkey as a fresh proof.
    PasskeyStepUp,
    /// Signing in elsewhere.
    Provider,
}

impl Ceremony {
    const fn kind(self) -> &'static str {
        match self {
            Self::PasskeyAdded => "passkey.add",
            Self::PasskeySignIn => "passkey.sign_in",
            Self::PasskeyFactor => "passkey.factor",
            Self::PasskeyStepUp => "passkey.step_up",
            Self::Provider => "provider",
        }
    }

    /// What is said of one that never was, is over, or is another browser's: deliberately the same.
    const fn refusal(self) -> IdentityError {
        match self {
            Self::PasskeyAdded
            | Self::PasskeySignIn
            | Self::PasskeyFactor
            | Self::PasskeyStepUp => IdentityError::Refused(FailureCode::PasskeyRefused),
            Self::Provider => IdentityError::Refused(FailureCode::ProviderRefused),
        }
    }
}

impl Identity {
    /// Remembers what has to be known at the second step; returns the ceremony's name.
    pub(super) async fn begin_ceremony(
        &self,
        session: &Session,
        ceremony: Ceremony,
        state: &Value,
    ) -> Result<String, IdentityError> {
        let browser = match session.get::<String>(BROWSER_KEY).await? {
            Some(secret) => SecretString::from(secret),
            None => self.know_browser(session).await?,
        };
        let name = new_token();
        let id_hash = hash(&name);
        let sealed = self
            .0
            .vault
            .seal(place(&id_hash), state.to_string().as_bytes())?;
        let new = NewCeremony {
            id_hash: &id_hash,
            kind: ceremony.kind(),
            browser: &hash(&browser),
            state: &sealed,
            expires_at: self.0.clock.now().plus(LIFE_MS),
        };
        self.0.db.begin_ceremony(&new).await?;
        Ok(name.expose_secret().to_owned())
    }

    /// What was remembered at the first step, given out once and to the browser that began it.
    pub(super) async fn take_ceremony(
        &self,
        session: &Session,
        ceremony: Ceremony,
        name: &str,
    ) -> Result<Value, IdentityError> {
        let browser = session.get::<String>(BROWSER_KEY).await?;
        let browser = SecretString::from(browser.ok_or_else(|| ceremony.refusal())?);
        if name.len() > LONGEST_NAME {
            return Err(ceremony.refusal());
        }
        let id_hash = sha256_hex(name.as_bytes());
        let (kind, now) = (ceremony.kind(), self.0.clock.now());
        let sealed = self
            .0
            .db
            .take_ceremony(&id_hash, kind, &hash(&browser), now)
            .await?;
        let sealed = sealed.ok_or_else(|| ceremony.refusal())?;
        let state = self.0.vault.open(place(&id_hash), &sealed)?;
        serde_json::from_slice(&state)
            .map_err(|_| IdentityError::Broken("a ceremony's state is not JSON".to_owned()))
    }

    /// Kept at once: the next request of this browser must find it.
    async fn know_browser(&self, session: &Session) -> Result<SecretString, IdentityError> {
        let secret = new_token();
        session.insert(BROWSER_KEY, secret.expose_secret()).await?;
        session.save().await?;
        Ok(secret)
    }
}

fn hash(secret: &SecretString) -> String {
    sha256_hex(secret.expose_secret().as_bytes())
}

const fn place(id_hash: &str) -> Place<'_> {
    Place {
        table: "ceremonies",
        column: "state",
        row: id_hash,
    }
}
