//! Who is calling: accounts, passwords, sessions, and the link that makes the first owner.

mod error;
mod hashing;
mod password_rules;
mod session;
mod setup;
#[cfg(test)]
mod tests;
mod throttle;
pub(crate) mod token;

use std::{net::IpAddr, sync::Arc, time::Duration};

use model::{Account, DisplayName, Email, Password, Role, UserId, account::InvalidPassword};

pub use error::IdentityError;
pub use hashing::{InvalidPasswordCost, PasswordCost};
pub use session::Caller;
pub use throttle::Limits;

use crate::{
    clock::{Clock, Ids},
    store::{self, Db, SessionRows},
};
use hashing::{Hashing, Place, Verdict};
use throttle::{Purpose, Throttle, account_key};

/// How people get in.
#[derive(Clone, Debug)]
pub struct IdentityOptions {
    /// Whether anybody may make an account.
    pub registration_open: bool,
    /// A session ends after so long without a request.
    pub session_idle: Duration,
    /// A session ends so long after it began.
    pub session_absolute: Duration,
    /// What one hash costs.
    pub password_cost: PasswordCost,
    /// What this site calls itself: no password may consist of it.
    pub site_names: Vec<String>,
    /// How many attempts are allowed.
    pub limits: Limits,
}

impl Default for IdentityOptions {
    fn default() -> Self {
        Self {
            registration_open: true,
            session_idle: Duration::from_hours(7 * 24),
            session_absolute: Duration::from_hours(30 * 24),
            password_cost: PasswordCost::default(),
            site_names: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// What a newcomer says of themselves.
#[derive(Clone, Debug)]
pub struct Registration {
    /// What to call them.
    pub name: DisplayName,
    /// What they will sign in with.
    pub email: Email,
    /// What they will prove it with.
    pub password: Password,
}

impl Registration {
    /// Checks the three fields; the error's code says which one is wrong.
    pub fn parse(name: &str, email: &str, password: &str) -> Result<Self, IdentityError> {
        Ok(Self {
            name: DisplayName::parse(name)?,
            email: Email::parse(email)?,
            password: Password::parse(password)?,
        })
    }
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Ids,
    hashing: Hashing,
    throttle: Throttle,
    sessions: SessionRows,
    registration_open: bool,
    site_names: Vec<String>,
}

impl Identity {
    /// The service over this database.
    pub fn new(db: Db, clock: Arc<dyn Clock>, ids: Ids, options: IdentityOptions) -> Self {
        Self(Arc::new(Inner {
            hashing: Hashing::new(options.password_cost),
            throttle: Throttle::new(db.clone(), options.limits),
            sessions: SessionRows::new(
                db.clone(),
                Arc::clone(&clock),
                options.session_idle,
                options.session_absolute,
            ),
            registration_open: options.registration_open,
            site_names: options.site_names,
            db,
            clock,
            ids,
        }))
    }

    /// Whether anybody may make an account.
    pub fn registration_open(&self) -> bool {
        self.0.registration_open
    }

    /// Makes a member's account. A taken address costs as much time as a free one.
    #[tracing::instrument(name = "api.identity.register", skip_all)]
    pub async fn register(
        &self,
        who: Registration,
        from: IpAddr,
    ) -> Result<Account, IdentityError> {
        if !self.0.registration_open {
            return Err(IdentityError::RegistrationClosed);
        }
        self.refuse_guessable(&who)?;
        let place = self.0.hashing.enqueue()?;
        let now = self.0.clock.now();
        self.0.throttle.spend(Purpose::Register, from, now).await?;
        let hash = place.hash(who.password.expose()).await?;
        let account = self.new_account(who, Role::Member);
        self.0
            .db
            .insert_user(&account, &hash, now)
            .await
            .map_err(taken)?;
        Ok(account)
    }

    /// Checks address and password. The attempt is counted before it is judged, and unknown, wrong and
    /// disabled differ neither in the answer nor in the work.
    #[tracing::instrument(name = "api.identity.sign_in", skip_all)]
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        from: IpAddr,
    ) -> Result<Account, IdentityError> {
        let place = self.0.hashing.enqueue()?;
        let now = self.0.clock.now();
        let key = account_key(email);
        let spent = self.0.throttle.spend(Purpose::SignIn, from, now).await?;
        self.0.throttle.count(&key, now).await?;
        if matches!(Password::parse(password), Err(InvalidPassword::TooLong)) {
            return Err(IdentityError::WrongCredentials);
        }
        let account = self.verified(&place, email, password).await?;
        self.0.throttle.clear(&key).await?;
        self.0.throttle.refund(spent).await?;
        Ok(account)
    }

    /// Deletes ended sessions and forgotten attempts; returns how many rows.
    #[tracing::instrument(name = "job.identity.purge", skip_all)]
    pub async fn purge(&self) -> Result<u64, IdentityError> {
        let sessions = self.0.sessions.purge().await?;
        Ok(sessions + self.0.throttle.purge(self.0.clock.now()).await?)
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
        let stored = user.as_ref().map(|user| user.password_hash.as_str());
        let verdict = place.verify(password, stored).await?;
        let Some(user) = user else {
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
        if outdated
            && let Err(error) = self
                .rehash(place, user.account.id, password, &user.password_hash)
                .await
        {
            tracing::warn!(user.id = %user.account.id, error = &error as &dyn std::error::Error, "a password keeps its older hash");
        }
        Ok(user.account)
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

    fn refuse_guessable(&self, who: &Registration) -> Result<(), IdentityError> {
        let site_names = &self.0.site_names;
        if password_rules::is_easily_guessed(&who.password, &who.name, &who.email, site_names) {
            return Err(IdentityError::PasswordTooCommon);
        }
        Ok(())
    }

    fn new_account(&self, who: Registration, role: Role) -> Account {
        Account {
            id: UserId::from_uuid(self.0.ids.next()),
            name: who.name,
            email: who.email,
            role,
        }
    }
}

/// The only key of a person that a newcomer chooses is the address.
fn taken(error: store::Error) -> IdentityError {
    if error.is_conflict() {
        IdentityError::EmailTaken
    } else {
        error.into()
    }
}
