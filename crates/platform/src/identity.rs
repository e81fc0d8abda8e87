//! Who is calling: accounts, passwords, sessions, and the link that makes the first owner.

pub(crate) mod api_keys;
mod caller;
mod ceremony;
pub(crate) mod device;
mod email_proofs;
mod error;
mod factors;
mod hashing;
mod invitations;
mod links;
mod open_lines;
mod operator;
mod passkeys;
mod password_rules;
mod passwords;
mod places;
mod privacy;
mod profile;
mod recovery_codes;
mod registration;
mod revocation;
mod session;
mod sessions;
mod setup;
mod sso;
mod step_up;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod throttle;
pub(crate) mod token;
mod tokens;
mod totp;

use std::{sync::Arc, time::Duration};

use model::{Account, Email, Password, RegistrationMode, UserId, account::InvalidPassword};

pub use caller::{Caller, Credential};
pub use error::IdentityError;
pub use hashing::{InvalidPasswordCost, PasswordCost};
pub use invitations::InvitationPreview;
pub use open_lines::{LineKind, OpenLine};
pub(crate) use profile::picture;
pub use registration::{Registered, Registration};
pub(crate) use revocation::Moment;
pub(crate) use session::{ABOUT_KEY, About, FRESH_MS};
pub use session::{Proof, SignedIn};
pub use sso::{OAuthInterface, Provider, ProviderKind, RoleRule, SsoAnswer, SsoIntent, SsoOutcome};
pub use throttle::Limits;
pub use tokens::{TokenOptions, Tokens};

use crate::{
    audit::Audit,
    clock::{Clock, Ids},
    mail::Mailer,
    store::{self, Db, Redis, SessionStores},
    vault::Vault,
    visitor::Visitor,
};
use hashing::{Hashing, Place, Verdict};
use revocation::Revocations;
use throttle::{Purpose, Throttle, account_key};

/// Pictures that are read and exports that are packed at once, at most.
const HEAVY_AT_ONCE: usize = 2;

/// How people get in.
#[derive(Clone, Debug)]
pub struct IdentityOptions {
    /// Who may make an account.
    pub registration: RegistrationMode,
    /// Domains of addresses that may register under [`RegistrationMode::Domains`], lowercased.
    pub registration_domains: Vec<String>,
    /// Whether an address must be shown to be its owner's before the account can be used.
    pub verify_email: bool,
    /// A session ends after so long without a request.
    pub session_idle: Duration,
    /// A session ends so long after it began.
    pub session_absolute: Duration,
    /// Where sessions are kept instead of in the database.
    pub redis: Option<Redis>,
    /// Sessions that one person may have at once; the oldest ends for a new one.
    pub sessions_per_person: u32,
    /// What one hash costs.
    pub password_cost: PasswordCost,
    /// What this site calls itself: no password may consist of it, and mails and apps show the first.
    pub site_names: Vec<String>,
    /// The site's own origin, `https://ai.example.com`: links in mails lead there and nowhere else.
    pub origin: String,
    /// How many attempts are allowed.
    pub limits: Limits,
    /// Where else people can sign in.
    pub providers: Vec<Provider>,
    /// Tokens for clients that are no browsers.
    pub tokens: TokenOptions,
}

impl Default for IdentityOptions {
    fn default() -> Self {
        Self {
            registration: RegistrationMode::Open,
            registration_domains: Vec::new(),
            verify_email: false,
            session_idle: Duration::from_hours(7 * 24),
            session_absolute: Duration::from_hours(30 * 24),
            redis: None,
            sessions_per_person: 50,
            password_cost: PasswordCost::default(),
            site_names: Vec::new(),
            origin: "http://127.0.0.1:3000".to_owned(),
            limits: Limits::default(),
            providers: Vec::new(),
            tokens: TokenOptions::default(),
        }
    }
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Ids,
    vault: Vault,
    audit: Audit,
    mailer: Mailer,
    hashing: Hashing,
    throttle: Throttle,
    passkeys: passkeys::Site,
    sso: sso::Elsewhere,
    sessions: SessionStores,
    revocations: Revocations,
    open_lines: open_lines::OpenLines,
    heavy: tokio::sync::Semaphore,
    registration: RegistrationMode,
    registration_domains: Vec<String>,
    verify_email: bool,
    sessions_per_person: u32,
    site_names: Vec<String>,
    origin: String,
    providers: Vec<Provider>,
    tokens: TokenOptions,
}

impl Identity {
    /// The service over this database.
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        ids: Ids,
        vault: Vault,
        mailer: Mailer,
        options: IdentityOptions,
    ) -> Self {
        Self(Arc::new(Inner {
            hashing: Hashing::new(options.password_cost),
            throttle: Throttle::new(db.clone(), options.limits),
            passkeys: passkeys::Site::new(&options.origin, name_of(&options.site_names)),
            sso: sso::Elsewhere::new(),
            revocations: Revocations::new(),
            open_lines: open_lines::OpenLines::default(),
            heavy: tokio::sync::Semaphore::new(HEAVY_AT_ONCE),
            sessions: SessionStores::new(
                db.clone(),
                options.redis,
                Arc::clone(&clock),
                options.session_idle,
                options.session_absolute,
            ),
            audit: Audit::new(db.clone(), Arc::clone(&clock), &vault),
            vault,
            mailer,
            registration: options.registration,
            registration_domains: options.registration_domains,
            // Whoever may come because of their address has to show that it is theirs.
            verify_email: options.verify_email || options.registration == RegistrationMode::Domains,
            sessions_per_person: options.sessions_per_person,
            site_names: options.site_names,
            origin: options.origin,
            providers: options.providers,
            tokens: options.tokens,
            db,
            clock,
            ids,
        }))
    }

    /// Who may make an account.
    pub fn registration(&self) -> RegistrationMode {
        self.0.registration
    }

    /// What this site calls itself.
    fn site_name(&self) -> &str {
        name_of(&self.0.site_names)
    }

    /// The log of what was done.
    pub fn audit(&self) -> &Audit {
        &self.0.audit
    }

    /// Whether an address must be shown to be its owner's.
    pub(crate) fn verifies_email(&self) -> bool {
        self.0.verify_email
    }

    /// Checks address and password. The attempt is counted before it is judged, and unknown, wrong, disabled and
    /// without a password differ neither in the answer nor in the work.
    #[tracing::instrument(name = "api.identity.sign_in", skip_all)]
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        visitor: &Visitor,
    ) -> Result<Proof, IdentityError> {
        let place = self.0.hashing.enqueue()?;
        let now = self.0.clock.now();
        let key = account_key(email);
        let from = visitor.address;
        let spent = self.0.throttle.spend(Purpose::SignIn, from, now).await?;
        self.0.throttle.count(&key, now).await?;
        if matches!(Password::parse(password), Err(InvalidPassword::TooLong)) {
            return Err(IdentityError::WrongCredentials);
        }
        let account = match self.verified(&place, email, password).await {
            Err(IdentityError::WrongCredentials) => {
                let record = self.0.audit.stranger(visitor, None, "session.begin");
                self.0.audit.write(record.refused()).await?;
                return Err(IdentityError::WrongCredentials);
            }
            other => other?,
        };
        self.0.throttle.clear(&key).await?;
        self.0.throttle.refund(spent).await?;
        Ok(Proof {
            user: account.id,
            awaited: self.factors_of(account.id).await?,
            by: "password",
        })
    }

    /// Deletes ended sessions and forgotten attempts; returns how many rows.
    #[tracing::instrument(name = "job.identity.purge", skip_all)]
    pub async fn purge(&self) -> Result<u64, IdentityError> {
        let now = self.0.clock.now();
        let sessions = self.0.sessions.purge().await?;
        let attempts = self.0.throttle.purge(now).await?;
        let tokens = self.purge_tokens(now).await?;
        let proofs = self.0.db.purge_proofs(now).await?;
        self.rotate_aged_signing_keys(now).await?;
        Ok(sessions + attempts + tokens + proofs)
    }

    async fn verified(
        &self,
        place: &Place,
        email: &str,
        password: &str,
    ) -> Result<Account, IdentityError> {
        let user = match Email::parse(email) {
            Ok(email) => self.0.db.user_by_email(&email).await?,
            Err(_) => None,
        };
        let stored = user.as_ref().and_then(|user| user.password_hash.as_deref());
        let verdict = place.verify(password, stored).await?;
        let (Some(user), Some(stored)) = (&user, stored) else {
            return Err(IdentityError::WrongCredentials);
        };
        let outdated = match verdict {
            Verdict::Right { outdated } if !user.disabled => outdated,
            Verdict::Right { .. } | Verdict::Wrong => return Err(IdentityError::WrongCredentials),
            Verdict::Unreadable => {
                return Err(store::Error::Corrupt {
                    table: "users",
                    column: "password_hash",
                    row: user.account.id.to_string(),
                }
                .into());
            }
        };
        if outdated && let Err(error) = self.rehash(place, user.account.id, password, stored).await
        {
            tracing::warn!(user.id = %user.account.id, error = &error as &dyn std::error::Error, "a password keeps its older hash");
        }
        Ok(user.account.clone())
    }

    async fn rehash(
        &self,
        place: &Place,
        user: UserId,
        password: &str,
        old: &str,
    ) -> Result<(), IdentityError> {
        let new = place.hash(password).await?;
        let now = self.0.clock.now();
        Ok(self
            .0
            .db
            .replace_password_hash(user, old, &new, now)
            .await?)
    }
}

fn name_of(site_names: &[String]) -> &str {
    site_names.first().map_or("Liantai", String::as_str)
}

/// The only key of a person that a newcomer chooses is the address.
fn taken(error: store::Error) -> IdentityError {
    if error.is_conflict() {
        IdentityError::EmailTaken
    } else {
        error.into()
    }
}
