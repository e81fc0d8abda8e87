//! Answering with a passkey: instead of everything else, after the password, or as a fresh proof.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Factor, UserId};
use serde_json::Value;
use tower_sessions::Session;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, PasskeyAuthentication, PublicKeyCredential,
};

use super::{broken, key, keys, not_accepted, read, refused, unreadable, value};
use crate::{
    audit::Record,
    identity::{
        Caller, Identity, IdentityError, Proof, ceremony::Ceremony, factors::both,
        step_up::in_a_browser, throttle::Purpose,
    },
    store::KeptPasskey,
    visitor::Visitor,
};

impl Identity {
    /// The first step of signing in with a passkey alone: the ceremony's name, and what `navigator.credentials.get` takes.
    #[tracing::instrument(name = "api.identity.passkey_sign_in_options", skip_all)]
    pub async fn passkey_sign_in_options(
        &self,
        session: &Session,
        visitor: &Visitor,
    ) -> Result<(String, Value), IdentityError> {
        let site = self.0.passkeys.get()?;
        // It leaves a row, whoever asks.
        self.may_begin(visitor).await?;
        let (options, state) = site
            .start_discoverable_authentication()
            .map_err(|error| broken(&error))?;
        let mut options = value(&options)?;
        // Whether it is offered in the address's field or by a button is the page's affair.
        if let Some(options) = options.as_object_mut() {
            options.remove("mediation");
        }
        let ceremony = self
            .begin_ceremony(session, Ceremony::PasskeySignIn, &value(&state)?)
            .await?;
        Ok((ceremony, options))
    }

    /// The second step. A passkey is both factors: something that one has, and the device has verified who holds it.
    #[tracing::instrument(name = "api.identity.passkey_sign_in", skip_all)]
    pub async fn passkey_sign_in(
        &self,
        session: &Session,
        ceremony: &str,
        response: &str,
        visitor: &Visitor,
    ) -> Result<(), IdentityError> {
        let inner = &*self.0;
        let now = inner.clock.now();
        let spent = inner
            .throttle
            .spend(Purpose::SignIn, visitor.address, now)
            .await?;
        let state = self
            .take_ceremony(session, Ceremony::PasskeySignIn, ceremony)
            .await?;
        let state = serde_json::from_value(state).map_err(|_| unreadable())?;
        let refusal = |user| {
            let line = inner.audit.stranger(visitor, user, "session.begin");
            line.refused()
        };
        let response: PublicKeyCredential = read(response)?;
        let Some(kept) = self.claimed(&response).await? else {
            inner.audit.write(refusal(None)).await?;
            return Err(refused());
        };
        if let Err(error) = self.check_alone(&response, state, &kept).await {
            inner.audit.write(refusal(Some(kept.user))).await?;
            return Err(error);
        }
        inner.throttle.refund(spent).await?;
        let proof = Proof {
            user: kept.user,
            awaited: Vec::new(),
            by: "passkey",
        };
        self.enter(session, proof, visitor).await?;
        Ok(())
    }

    /// The first step of answering with a passkey after the password.
    #[tracing::instrument(name = "api.identity.passkey_factor_options", skip_all)]
    pub async fn passkey_factor_options(
        &self,
        session: &Session,
    ) -> Result<(String, Value), IdentityError> {
        let user = self.pending(session).await?.user;
        self.ask(session, Ceremony::PasskeyFactor, user).await
    }

    /// The second step, which lets in.
    #[tracing::instrument(name = "api.identity.passkey_factor", skip_all)]
    pub async fn passkey_factor(
        &self,
        session: &Session,
        ceremony: &str,
        response: &str,
        visitor: &Visitor,
    ) -> Result<(), IdentityError> {
        let pending = self.pending(session).await?;
        let user = pending.user;
        if !self.0.db.is_enabled(user).await? {
            return Err(IdentityError::SignInNeeded);
        }
        let refusal = self
            .0
            .audit
            .stranger(visitor, Some(user), "session.begin")
            .refused();
        let asked = (Ceremony::PasskeyFactor, ceremony);
        self.answered(session, asked, user, response, refusal)
            .await?;
        let proof = Proof {
            user,
            awaited: Vec::new(),
            by: both(&pending.by, Factor::Passkey),
        };
        self.enter(session, proof, visitor).await?;
        Ok(())
    }

    /// The first step of a passkey as a fresh proof.
    #[tracing::instrument(name = "api.identity.passkey_step_up_options", skip_all)]
    pub async fn passkey_step_up_options(
        &self,
        session: &Session,
        caller: &Caller,
    ) -> Result<(String, Value), IdentityError> {
        in_a_browser(caller)?;
        self.ask(session, Ceremony::PasskeyStepUp, caller.user())
            .await
    }

    /// The second step.
    #[tracing::instrument(name = "api.identity.passkey_step_up", skip_all)]
    pub async fn passkey_step_up(
        &self,
        session: &Session,
        caller: &Caller,
        ceremony: &str,
        response: &str,
    ) -> Result<(), IdentityError> {
        in_a_browser(caller)?;
        let refusal = self.0.audit.by(caller, "session.step_up").refused();
        let asked = (Ceremony::PasskeyStepUp, ceremony);
        self.answered(session, asked, caller.user(), response, refusal)
            .await?;
        self.refresh(session, caller).await
    }

    /// Asks somebody who is known for one of their passkeys.
    async fn ask(
        &self,
        session: &Session,
        ceremony: Ceremony,
        user: UserId,
    ) -> Result<(String, Value), IdentityError> {
        let site = self.0.passkeys.get()?;
        let keys = keys(&self.0.db.passkeys(user).await?)?;
        if keys.is_empty() {
            return Err(refused());
        }
        let (options, state) = site
            .start_passkey_authentication(&keys)
            .map_err(|error| broken(&error))?;
        let begun = value(&super::Begun { user, state })?;
        let ceremony = self.begin_ceremony(session, ceremony, &begun).await?;
        Ok((ceremony, value(&options)?))
    }

    /// Checks the answer to [`Identity::ask`]; one that is not right is written to the log as that refusal.
    async fn answered(
        &self,
        session: &Session,
        (ceremony, name): (Ceremony, &str),
        user: UserId,
        response: &str,
        refusal: Record,
    ) -> Result<(), IdentityError> {
        let begun: super::Begun<PasskeyAuthentication> =
            self.take_begun(session, ceremony, name).await?;
        let response: PublicKeyCredential = read(response)?;
        let checked = self
            .0
            .passkeys
            .get()?
            .finish_passkey_authentication(&response, &begun.state)
            .map_err(|error| not_accepted(&error));
        let checked = match (checked, self.claimed(&response).await?) {
            (Ok(result), Some(kept)) if begun.user == user && kept.user == user => {
                self.note_use(&kept, &result).await
            }
            (Ok(_), _) => Err(refused()),
            (Err(error), _) => Err(error),
        };
        if checked.is_err() {
            self.0.audit.write(refusal).await?;
        }
        checked
    }

    /// The passkey that the answer says it is from; no more is known of it yet. One whose account is given wrong counts as
    /// none.
    async fn claimed(
        &self,
        response: &PublicKeyCredential,
    ) -> Result<Option<KeptPasskey>, IdentityError> {
        let id = URL_SAFE_NO_PAD.encode(response.get_credential_id());
        let kept = self.0.db.passkey_by_credential(&id).await?;
        let stated = response.get_user_unique_id();
        Ok(
            kept.filter(|kept| {
                stated.is_none_or(|stated| stated == kept.user.as_uuid().as_bytes())
            }),
        )
    }

    async fn check_alone(
        &self,
        response: &PublicKeyCredential,
        state: DiscoverableAuthentication,
        kept: &KeptPasskey,
    ) -> Result<(), IdentityError> {
        let site = self.0.passkeys.get()?;
        // Whoever is not known yet must be named by their authenticator.
        site.identify_discoverable_authentication(response)
            .map_err(|error| not_accepted(&error))?;
        let result = site
            .finish_discoverable_authentication_v2(response, state, &key(kept)?)
            .map_err(|error| not_accepted(&error))?;
        if !self.0.db.is_enabled(kept.user).await? {
            return Err(refused());
        }
        self.note_use(kept, &result).await
    }

    /// Remembers the use, with the authenticator's counter. One that was removed meanwhile is refused.
    async fn note_use(
        &self,
        kept: &KeptPasskey,
        result: &AuthenticationResult,
    ) -> Result<(), IdentityError> {
        let mut key = key(kept)?;
        key.update_credential(result);
        let (credential, now) = (value(&key)?, self.0.clock.now());
        let id = kept.passkey.id;
        if self.0.db.passkey_used(id, &credential, now).await? {
            Ok(())
        } else {
            Err(refused())
        }
    }
}
