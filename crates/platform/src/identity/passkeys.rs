//! Passkeys: adding, naming and removing them. Each answer of an authenticator is checked against what this site asked this
//! browser, once; that a person was there and was verified by their device is part of it.

mod sign_in;
mod site;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{DisplayName, FailureCode, PasskeyId, RecoveryCodes, UserId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tower_sessions::Session;
use webauthn_rs::prelude::{PasskeyRegistration, WebauthnError};

use super::{Caller, Identity, IdentityError, ceremony::Ceremony, sessions::own};
use crate::store::{self, KeptPasskey, NewPasskey, Removal};
pub(super) use site::Site;

/// Passkeys that one person may have.
const AT_MOST: usize = 20;

/// What a ceremony remembers: whom it is about, and what webauthn wants to know again.
#[derive(Serialize, Deserialize)]
struct Begun<State> {
    user: UserId,
    state: State,
}

impl Identity {
    /// The first step of adding a passkey: the ceremony's name, and what `navigator.credentials.create` takes.
    #[tracing::instrument(name = "api.identity.passkey_options", skip_all)]
    pub async fn passkey_options(
        &self,
        session: &Session,
        caller: &Caller,
    ) -> Result<(String, Value), IdentityError> {
        own(caller)?;
        self.require_fresh(caller)?;
        let (inner, id) = (&*self.0, caller.user());
        let site = inner.passkeys.get()?;
        let user = inner
            .db
            .user(id)
            .await?
            .ok_or(IdentityError::SignInNeeded)?;
        let known = keys(&inner.db.passkeys(id).await?)?;
        if known.len() >= AT_MOST {
            return Err(IdentityError::Refused(FailureCode::TooMany));
        }
        let known = known.iter().map(|key| key.cred_id().clone()).collect();
        let (options, state) = site
            .start_passkey_registration(
                id.as_uuid(),
                user.account.email.as_str(),
                user.account.name.as_str(),
                Some(known),
            )
            .map_err(|error| broken(&error))?;
        let mut options = value(&options)?;
        // Where the authenticator can, it keeps the account's id as well, so that the passkey alone signs in.
        options["publicKey"]["authenticatorSelection"]["residentKey"] = "preferred".into();
        let begun = value(&Begun { user: id, state })?;
        let ceremony = self
            .begin_ceremony(session, Ceremony::PasskeyAdded, &begun)
            .await?;
        Ok((ceremony, options))
    }

    /// The second step: `response` is the browser's answer as JSON. Whoever had no factor gets recovery codes.
    #[tracing::instrument(name = "api.identity.add_passkey", skip_all)]
    pub async fn add_passkey(
        &self,
        session: &Session,
        caller: &Caller,
        ceremony: &str,
        name: &str,
        response: &str,
    ) -> Result<Option<RecoveryCodes>, IdentityError> {
        own(caller)?;
        let (inner, user) = (&*self.0, caller.user());
        let name = DisplayName::parse(name)?;
        let begun: Begun<PasskeyRegistration> = self
            .take_begun(session, Ceremony::PasskeyAdded, ceremony)
            .await?;
        if begun.user != user {
            return Err(refused());
        }
        let response = read(response)?;
        let key = inner
            .passkeys
            .get()?
            .finish_passkey_registration(&response, &begun.state)
            .map_err(|error| not_accepted(&error))?;
        let codes = self.first_codes(caller).await?;
        let id = PasskeyId::from_uuid(inner.ids.next());
        let new = NewPasskey {
            id,
            user,
            name: name.as_str(),
            credential_id: &URL_SAFE_NO_PAD.encode(key.cred_id()),
            credential: &value(&key)?,
            now: inner.clock.now(),
            at_most: i64::try_from(AT_MOST).unwrap_or(i64::MAX),
            codes: codes.as_ref().map(|codes| &*codes.hashes),
        };
        let record = inner
            .audit
            .by(caller, "factor.passkey.add")
            .on("passkey", id);
        let added = inner.db.insert_passkey(&new, &record).await;
        match added {
            Ok(true) => {}
            Ok(false) => return Err(IdentityError::Refused(FailureCode::TooMany)),
            // It is somebody's already.
            Err(error) if error.is_conflict() => return Err(refused()),
            Err(error) => return Err(error.into()),
        }
        self.tell_factors_changed(user).await;
        Ok(codes.map(|codes| codes.shown))
    }

    /// Calls one of the caller's passkeys something else.
    #[tracing::instrument(name = "api.identity.rename_passkey", skip_all)]
    pub async fn rename_passkey(
        &self,
        caller: &Caller,
        id: PasskeyId,
        name: &str,
    ) -> Result<(), IdentityError> {
        own(caller)?;
        let name = DisplayName::parse(name)?;
        if self
            .0
            .db
            .rename_passkey(caller.user(), id, name.as_str())
            .await?
        {
            Ok(())
        } else {
            Err(IdentityError::NotFound)
        }
    }

    /// Takes one of the caller's passkeys away, unless it is the last factor and a role asks for one, or the last way in.
    #[tracing::instrument(name = "api.identity.remove_passkey", skip_all)]
    pub async fn remove_passkey(
        &self,
        caller: &Caller,
        id: PasskeyId,
    ) -> Result<(), IdentityError> {
        let record = self
            .0
            .audit
            .by(caller, "factor.passkey.remove")
            .on("passkey", id);
        self.remove_factor(caller, Removal::Passkey(id), record)
            .await
    }

    async fn take_begun<State: DeserializeOwned>(
        &self,
        session: &Session,
        ceremony: Ceremony,
        name: &str,
    ) -> Result<Begun<State>, IdentityError> {
        let state = self.take_ceremony(session, ceremony, name).await?;
        serde_json::from_value(state).map_err(|_| unreadable())
    }
}

/// The keys that answers are checked by.
fn keys(kept: &[KeptPasskey]) -> Result<Vec<webauthn_rs::prelude::Passkey>, IdentityError> {
    kept.iter().map(key).collect()
}

fn key(kept: &KeptPasskey) -> Result<webauthn_rs::prelude::Passkey, IdentityError> {
    let corrupt = |_: serde_json::Error| store::Error::Corrupt {
        table: "passkeys",
        column: "credential",
        row: kept.passkey.id.to_string(),
    };
    Ok(webauthn_rs::prelude::Passkey::deserialize(&kept.credential).map_err(corrupt)?)
}

/// A browser's answer.
fn read<Answer: DeserializeOwned>(response: &str) -> Result<Answer, IdentityError> {
    serde_json::from_str(response).map_err(|_| refused())
}

fn value(known: &impl Serialize) -> Result<Value, IdentityError> {
    serde_json::to_value(known).map_err(|_| unreadable())
}

fn unreadable() -> IdentityError {
    IdentityError::Broken("what webauthn remembers is not JSON".to_owned())
}

const fn refused() -> IdentityError {
    IdentityError::Refused(FailureCode::PasskeyRefused)
}

/// The person is told no more than that; the reason helps whoever runs the site.
fn not_accepted(error: &WebauthnError) -> IdentityError {
    tracing::info!(reason = %error, "a passkey was not accepted");
    refused()
}

fn broken(error: &WebauthnError) -> IdentityError {
    IdentityError::Broken(format!("asking for a passkey: {error}"))
}
