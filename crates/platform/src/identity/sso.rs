//! Signing in with an account elsewhere: by OpenID Connect, or by OAuth 2.0 and a provider's own interface for who
//! somebody is.
//!
//! Somebody elsewhere is issuer and subject, and nothing else: an address may be given to another person there, so it
//! never finds an account here. An account that exists is linked by its owner, from a session that is fresh. What the
//! provider hands out stays in these functions: no token of its is kept.

mod entry;
mod oauth;
mod openid;
mod options;
mod person;
#[cfg(test)]
mod tests;
mod web;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Factor, FailureCode, LinkId, Millis, ProviderChoice, SessionId, UserId};
use reqwest::Url;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tower_sessions::Session;

pub use options::{OAuthInterface, Provider, ProviderKind, RoleRule};

use super::{
    Caller, Credential, Identity, IdentityError, ceremony::Ceremony, sessions::own,
    throttle::Purpose, token::new_token,
};
use crate::{store::Removed, visitor::Visitor};
use person::Person;

pub(super) use web::Elsewhere;

/// Where a session's record holds the way to a provider, for a page that leads there without a script.
const WAY_KEY: &str = "sso_way";

/// What somebody goes to a provider for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SsoIntent {
    /// To sign in, and then to go on to that path.
    SignIn {
        /// A path of this site.
        next: String,
    },
    /// To link the account there to theirs here.
    Link,
    /// To prove again who they are, and then to go on to that path.
    StepUp {
        /// A path of this site.
        next: String,
    },
}

/// What a provider sends back with the browser.
#[derive(Clone, Default, Deserialize)]
pub struct SsoAnswer {
    /// What the tokens are asked with, once.
    pub code: Option<String>,
    /// The name of what was begun.
    pub state: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    pub iss: Option<String>,
}

impl std::fmt::Debug for SsoAnswer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("SsoAnswer(…)")
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SsoOutcome {
    /// Somebody signed in, unless second factors are awaited: one of these then.
    Entered {
        /// Second factors of which one is awaited.
        awaited: Vec<Factor>,
        /// Where they wanted to go.
        next: String,
    },
    /// The account there belongs to the caller now.
    Linked,
    /// The caller has proved who they are.
    SteppedUp {
        /// Where they wanted to go.
        next: String,
    },
}

/// What is remembered until the browser comes back.
#[derive(Serialize, Deserialize)]
struct Begun {
    provider: String,
    nonce: String,
    verifier: String,
    at: Millis,
    intent: Kept,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Kept {
    SignIn { next: String },
    Link { by: Asker },
    StepUp { by: Asker, next: String },
}

/// The session that somebody asked from: no other may finish it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Asker {
    user: UserId,
    session: SessionId,
}

impl Asker {
    fn of(caller: &Caller) -> Result<Self, IdentityError> {
        match caller.credential() {
            Credential::Session { id, .. } => Ok(Self {
                user: caller.user(),
                session: id,
            }),
            Credential::Token { .. } | Credential::Key { .. } | Credential::Absent => {
                Err(IdentityError::Forbidden)
            }
        }
    }
}

impl Identity {
    /// Where else people can sign in.
    pub fn providers(&self) -> Vec<ProviderChoice> {
        let choice = |provider: &Provider| ProviderChoice {
            id: provider.id.clone(),
            label: provider.label.clone(),
        };
        self.0.providers.iter().map(choice).collect()
    }

    /// Begins it; the address at the provider that the browser must go to. Linking needs a fresh session.
    #[tracing::instrument(name = "api.identity.begin_sso", skip_all, fields(sso.provider = provider))]
    pub async fn begin_sso(
        &self,
        session: &Session,
        provider: &str,
        intent: SsoIntent,
        caller: Option<&Caller>,
        visitor: &Visitor,
    ) -> Result<String, IdentityError> {
        let provider = self.provider(provider)?;
        let caller = caller.ok_or(IdentityError::SignInNeeded);
        let intent = match intent {
            SsoIntent::SignIn { next } => {
                // It leaves a row, and may ask the provider, whoever comes.
                self.may_begin(visitor).await?;
                Kept::SignIn { next }
            }
            SsoIntent::Link => {
                let caller = caller?;
                let by = Asker::of(caller)?;
                self.require_fresh(caller)?;
                Kept::Link { by }
            }
            SsoIntent::StepUp { next } => {
                let caller = caller?;
                self.refuse_weak_step_up(provider, caller).await?;
                let by = Asker::of(caller)?;
                Kept::StepUp { by, next }
            }
        };
        let again = matches!(intent, Kept::StepUp { .. });
        let begun = Begun {
            provider: provider.id.clone(),
            nonce: new_token().expose_secret().to_owned(),
            verifier: new_token().expose_secret().to_owned(),
            at: self.0.clock.now(),
            intent,
        };
        let authorize = match &provider.kind {
            ProviderKind::OpenId => {
                let known = self.0.sso.discovered(provider, begun.at).await?;
                known.authorization_endpoint.clone()
            }
            ProviderKind::OAuth(interface) => interface.authorize_url.clone(),
        };
        let state = serde_json::to_value(&begun)
            .map_err(|_| IdentityError::Broken("what was begun is no JSON".to_owned()))?;
        let name = self
            .begin_ceremony(session, Ceremony::Provider, &state)
            .await?;
        self.way(provider, &authorize, &name, &begun, again)
    }

    /// Finishes it with what the provider sent back: once, in the browser that began it, with the provider that it was
    /// begun with.
    #[tracing::instrument(name = "api.identity.finish_sso", skip_all, fields(sso.provider = provider))]
    pub async fn finish_sso(
        &self,
        session: &Session,
        provider: &str,
        answer: SsoAnswer,
        visitor: &Visitor,
    ) -> Result<SsoOutcome, IdentityError> {
        let provider = self.provider(provider)?;
        let state = answer.state.as_deref().ok_or_else(|| refused("no state"))?;
        let begun = self
            .take_ceremony(session, Ceremony::Provider, state)
            .await?;
        let begun: Begun = serde_json::from_value(begun)
            .map_err(|_| IdentityError::Broken("what was begun can't be read".to_owned()))?;
        let now = self.0.clock.now();
        let throttle = &self.0.throttle;
        let spent = throttle
            .spend(Purpose::SignIn, visitor.address, now)
            .await?;
        let outcome = match self.vouched(provider, &begun, &answer).await {
            Ok(person) => {
                self.admit(session, provider, &begun, &person, visitor)
                    .await
            }
            Err(error) => Err(error),
        };
        match outcome {
            Ok(outcome) => {
                throttle.refund(spent).await?;
                Ok(outcome)
            }
            Err(error) => {
                let (action, who) = match &begun.intent {
                    Kept::SignIn { .. } => ("session.begin", None),
                    Kept::Link { by } => ("sso.link", Some(by.user)),
                    Kept::StepUp { by, .. } => ("session.step_up", Some(by.user)),
                };
                let record = self.0.audit.stranger(visitor, who, action).with(
                    &serde_json::json!({ "provider": provider.id, "why": error.code().as_str() }),
                );
                self.0.audit.write(record.refused()).await?;
                Err(error)
            }
        }
    }

    /// Takes away the link to an account elsewhere, unless it is the last way in.
    #[tracing::instrument(name = "api.identity.unlink", skip_all)]
    pub async fn unlink(&self, caller: &Caller, id: LinkId) -> Result<(), IdentityError> {
        own(caller)?;
        self.require_fresh(caller)?;
        let record = self.0.audit.by(caller, "sso.unlink").on("link", id);
        match self.0.db.remove_link(caller.user(), id, &record).await? {
            Removed::Done => {
                self.tell_factors_changed(caller.user()).await;
                Ok(())
            }
            Removed::NotFound => Err(IdentityError::NotFound),
            Removed::Needed => Err(IdentityError::Refused(FailureCode::LastWayIn)),
        }
    }

    /// Keeps the way to a provider for the page that leads there without a script.
    pub async fn keep_way(&self, session: &Session, way: &str) -> Result<(), IdentityError> {
        session.insert(WAY_KEY, way).await?;
        Ok(session.save().await?)
    }

    /// The way that was kept, once.
    pub async fn take_way(&self, session: &Session) -> Result<Option<String>, IdentityError> {
        Ok(session.remove(WAY_KEY).await?)
    }

    fn provider(&self, id: &str) -> Result<&Provider, IdentityError> {
        let found = self.0.providers.iter().find(|provider| provider.id == id);
        found.ok_or(IdentityError::NotFound)
    }

    fn callback(&self, provider: &Provider) -> String {
        format!("{}/sso/{}/callback", self.0.origin, provider.id)
    }

    fn way(
        &self,
        provider: &Provider,
        authorize: &str,
        state: &str,
        begun: &Begun,
        again: bool,
    ) -> Result<String, IdentityError> {
        let mut way = Url::parse(authorize).map_err(|_| web::unavailable("no address to go to"))?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(begun.verifier.as_bytes()));
        let mut query = way.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &provider.client_id)
            .append_pair("redirect_uri", &self.callback(provider))
            .append_pair("scope", &provider.scopes.join(" "))
            .append_pair("state", state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if matches!(provider.kind, ProviderKind::OpenId) {
            query.append_pair("nonce", &begun.nonce);
            if again {
                query
                    .append_pair("prompt", "login")
                    .append_pair("max_age", "0");
            }
        }
        drop(query);
        Ok(way.into())
    }

    /// Whom the provider vouches for, if what it sent is the answer to what was asked.
    async fn vouched(
        &self,
        provider: &Provider,
        begun: &Begun,
        answer: &SsoAnswer,
    ) -> Result<Person, IdentityError> {
        if begun.provider != provider.id {
            return Err(refused("it was begun with another provider"));
        }
        if answer
            .iss
            .as_ref()
            .is_some_and(|iss| *iss != provider.issuer)
        {
            return Err(refused("another issuer answers"));
        }
        if answer.error.is_some() {
            return Err(refused("it says no"));
        }
        let code = answer.code.as_deref().ok_or_else(|| refused("no code"))?;
        let callback = self.callback(provider);
        let exchange = web::Exchange {
            code,
            verifier: &begun.verifier,
            callback: &callback,
        };
        let now = self.0.clock.now();
        let person = match &provider.kind {
            ProviderKind::OpenId => {
                let named = answer.iss.is_some();
                openid::ask(&self.0.sso, provider, &exchange, &begun.nonce, named, now).await?
            }
            ProviderKind::OAuth(interface) => {
                oauth::ask(&self.0.sso, provider, interface, &exchange).await?
            }
        };
        if !provider.admits(&person) {
            return Err(IdentityError::Refused(FailureCode::EmailDomainRefused));
        }
        Ok(person)
    }
}

fn refused(why: &str) -> IdentityError {
    IdentityError::ProviderRefused(why.to_owned())
}
