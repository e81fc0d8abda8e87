//! The promises of signing in elsewhere, against a provider that can be told to lie.

mod oauth;
mod provider;
mod refusals;
mod roles;
mod ways;

use std::sync::Arc;

use model::{BuiltIn, FailureCode, Millis};
use reqwest::Url;
use secrecy::SecretString;
use tower_sessions::{Session, session::Id};

use self::provider::FakeProvider;
use super::{Provider, ProviderKind, SsoAnswer, SsoIntent, SsoOutcome};
use crate::{
    clock::{Ids, ManualClock},
    identity::{
        Caller, Identity, IdentityError, IdentityOptions,
        testing::{cheap, mailer, vault, visitor},
    },
    store::Db,
};

/// The service and the provider that it knows, `corp`.
struct Site {
    identity: Identity,
    clock: ManualClock,
    provider: FakeProvider,
}

impl Site {
    async fn on(db: &Db) -> Self {
        Self::with(db, |_| {}).await
    }

    /// With other words about `corp`.
    async fn with(db: &Db, change: impl FnOnce(&mut Provider)) -> Self {
        let provider = FakeProvider::start().await;
        let mut corp = corp(&provider);
        change(&mut corp);
        Self::of(db, provider, vec![corp])
    }

    fn of(db: &Db, provider: FakeProvider, providers: Vec<Provider>) -> Self {
        let clock = ManualClock::at(Millis::new(1_790_000_000_000));
        let shared = Arc::new(clock.clone());
        let options = IdentityOptions {
            providers,
            ..cheap()
        };
        let ids = Ids::new(shared.clone());
        Self {
            identity: Identity::new(db.clone(), shared, ids, vault(), mailer(), options),
            clock,
            provider,
        }
    }

    fn now_s(&self) -> i64 {
        use crate::Clock as _;
        self.clock.now().get() / 1000
    }

    /// A browser that goes to the provider to sign in: its cookie and the provider's address.
    async fn leave(&self) -> (Option<Id>, Url) {
        let session = self.identity.session(None);
        let way = self.begin(&session, sign_in(), None).await.expect("a way");
        (session.id(), way)
    }

    async fn begin(
        &self,
        session: &Session,
        intent: SsoIntent,
        caller: Option<&Caller>,
    ) -> Result<Url, IdentityError> {
        let visitor = visitor();
        let way = self
            .identity
            .begin_sso(session, "corp", intent, caller, &visitor);
        Ok(Url::parse(&way.await?).expect("an address"))
    }

    /// The provider's answer to that, if it vouches as it is told to.
    fn answer(&self, way: &Url) -> SsoAnswer {
        let nonce = value(way, "nonce");
        let challenge = value(way, "code_challenge");
        SsoAnswer {
            code: Some(self.provider.code(nonce, challenge, self.now_s())),
            state: value(way, "state"),
            error: None,
            iss: Some(self.provider.issuer()),
        }
    }

    async fn finish(
        &self,
        session: &Session,
        answer: SsoAnswer,
    ) -> Result<SsoOutcome, IdentityError> {
        self.identity
            .finish_sso(session, "corp", answer, &visitor())
            .await
    }

    /// There and back.
    async fn sign_in(&self) -> Result<(Session, SsoOutcome), IdentityError> {
        let (cookie, way) = self.leave().await;
        let session = self.identity.session(cookie);
        let outcome = self.finish(&session, self.answer(&way)).await?;
        Ok((session, outcome))
    }

    /// There and back, as somebody who gets in.
    async fn enter(&self) -> Caller {
        let (session, outcome) = self.sign_in().await.expect("to get in");
        assert_eq!(outcome, entered());
        self.caller(&session).await
    }

    async fn caller(&self, session: &Session) -> Caller {
        let session = self.identity.session(session.id());
        let caller = self.identity.caller(&session, &visitor()).await;
        caller.expect("a caller")
    }

    async fn refusal(&self) -> FailureCode {
        match self.sign_in().await {
            Ok((_, outcome)) => panic!("let in: {outcome:?}"),
            Err(error) => error.code(),
        }
    }

    /// Somebody with an account of their own, signed in: `{name}@example.com`.
    async fn at_home(&self, name: &str) -> (Session, Caller) {
        let user = self.identity.person(name, BuiltIn::Member).await;
        let session = self.identity.session(self.identity.entered(user).await);
        let caller = self.caller(&session).await;
        (session, caller)
    }

    async fn link(&self, session: &Session, caller: &Caller) -> Result<SsoOutcome, IdentityError> {
        let way = self.begin(session, SsoIntent::Link, Some(caller)).await?;
        let back = self.identity.session(session.id());
        self.finish(&back, self.answer(&way)).await
    }
}

fn corp(provider: &FakeProvider) -> Provider {
    Provider {
        id: "corp".to_owned(),
        label: "Corp".to_owned(),
        kind: ProviderKind::OpenId,
        issuer: provider.issuer(),
        client_id: "liantai".to_owned(),
        client_secret: Some(SecretString::from("hush")),
        scopes: vec!["openid".to_owned(), "email".to_owned()],
        allowed_domains: Vec::new(),
        create_accounts: true,
        trusts_factors: false,
        role_rules: Vec::new(),
    }
}

fn sign_in() -> SsoIntent {
    SsoIntent::SignIn {
        next: "/c/1".to_owned(),
    }
}

fn entered() -> SsoOutcome {
    SsoOutcome::Entered {
        awaited: Vec::new(),
        next: "/c/1".to_owned(),
    }
}

fn value(way: &Url, name: &str) -> Option<String> {
    let mut pairs = way.query_pairs();
    pairs
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
