//! Making an account: who may, and what it must look like.

use model::{Account, BuiltIn, DisplayName, Email, Millis, Password, RegistrationMode, RoleId, UserId};

use super::{Identity, IdentityError, Proof, password_rules, taken, throttle::Purpose};
use crate::{store::NewUser, visitor::Visitor};

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

impl Identity {
    /// Makes a member's account. A taken address costs as much time as a free one.
    #[tracing::instrument(name = "api.identity.register", skip_all)]
    pub async fn register(
        &self,
        who: Registration,
        visitor: &Visitor,
    ) -> Result<Proof, IdentityError> {
        if self.0.registration != RegistrationMode::Open {
            return Err(IdentityError::RegistrationClosed);
        }
        self.refuse_guessable(&who.password, &who.name, &who.email)?;
        let place = self.0.hashing.enqueue()?;
        let now = self.0.clock.now();
        let from = visitor.address;
        self.0.throttle.spend(Purpose::Register, from, now).await?;
        let hash = place.hash(who.password.expose()).await?;
        let account = self.new_account(who.name, who.email);
        self.insert(&account, Some(&hash), None, &[BuiltIn::Member.id()], visitor)
            .await?;
        Ok(Proof {
            user: account.id,
            awaited: Vec::new(),
            by: "password",
        })
    }

    pub(super) async fn insert(
        &self,
        account: &Account,
        password_hash: Option<&str>,
        email_verified_at: Option<Millis>,
        roles: &[RoleId],
        visitor: &Visitor,
    ) -> Result<(), IdentityError> {
        let user = NewUser {
            account,
            password_hash,
            email_verified_at,
            roles,
        };
        let audit = &self.0.audit;
        let record = audit
            .stranger(visitor, Some(account.id), "user.register")
            .on("user", account.id);
        let now = self.0.clock.now();
        self.0
            .db
            .insert_user(&user, now, &record)
            .await
            .map_err(taken)
    }

    pub(super) fn refuse_guessable(
        &self,
        password: &Password,
        name: &DisplayName,
        email: &Email,
    ) -> Result<(), IdentityError> {
        if password_rules::is_easily_guessed(password, name, email, &self.0.site_names) {
            return Err(IdentityError::PasswordTooCommon);
        }
        Ok(())
    }

    pub(super) fn new_account(&self, name: DisplayName, email: Email) -> Account {
        Account {
            id: UserId::from_uuid(self.0.ids.next()),
            name,
            email,
        }
    }
}
