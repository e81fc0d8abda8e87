//! What is done on the command line: whoever has the database and the master key may do everything. Each act is written
//! to the audit log as the command line's.

use model::{
    Account, BuiltIn, DisplayName, Email, FailureCode, Millis, Page, Password, Person,
    PersonFilter, Role, UserId,
};
use secrecy::SecretString;

use super::{People, settled};
use crate::{
    identity::IdentityError,
    store::{NewRoles, NewUser},
};

/// The command line's hands. Cheap to clone.
#[derive(Clone)]
pub struct Operator(People);

impl People {
    /// For the command line only: nobody is asked for a permission here.
    pub fn operator(&self) -> Operator {
        Operator(self.clone())
    }
}

impl Operator {
    /// Makes an account with a password, whose address needs no proof.
    #[tracing::instrument(name = "api.operator.add", skip_all)]
    pub async fn add(
        &self,
        name: &str,
        email: &str,
        password: Password,
        role: &str,
    ) -> Result<UserId, IdentityError> {
        let people = &self.0;
        let account = Account {
            id: UserId::from_uuid(people.ids.next()),
            name: DisplayName::parse(name)?,
            email: Email::parse(email)?,
        };
        let role = self.role_named(role).await?;
        let hash = people.identity.hash_for(&account, &password).await?;
        let now = people.clock.now();
        let user = NewUser {
            account: &account,
            password_hash: Some(&hash),
            email_verified_at: Some(now),
            roles: &[role.id],
        };
        let record = people
            .trail()
            .command_line("user.register")
            .on("user", account.id);
        let made = people.db.insert_person(&user, &[], now, &record).await;
        made.map_err(|error| {
            if error.is_conflict() {
                IdentityError::EmailTaken
            } else {
                error.into()
            }
        })?;
        Ok(account.id)
    }

    /// Gives somebody another password and signs them out everywhere.
    #[tracing::instrument(name = "api.operator.set_password", skip_all)]
    pub async fn set_password(&self, email: &str, password: Password) -> Result<(), IdentityError> {
        let people = &self.0;
        let account = self.account(email).await?;
        let hash = people.identity.hash_for(&account, &password).await?;
        let record = people
            .trail()
            .command_line("password.change")
            .on("user", account.id);
        let now = people.clock.now();
        settled(
            people
                .db
                .set_password_of(account.id, &hash, now, &record)
                .await?,
        )?;
        people.identity.forget_attempts(&account.email).await?;
        people.identity.end_all(account.id).await.map(drop)
    }

    /// Gives somebody a role, or takes it. Whether that changed anything.
    #[tracing::instrument(name = "api.operator.set_role", skip_all)]
    pub async fn set_role(
        &self,
        email: &str,
        role: &str,
        has: bool,
    ) -> Result<bool, IdentityError> {
        let people = &self.0;
        let account = self.account(email).await?;
        let role = self.role_named(role).await?.id;
        let person = people.db.person(account.id, false).await?;
        let person = person.ok_or(IdentityError::NotFound)?;
        let mut wanted: Vec<_> = person.roles.iter().map(|role| role.id).collect();
        wanted.retain(|id| *id != role);
        if has {
            wanted.push(role);
        }
        let any = [role];
        let new = NewRoles {
            user: account.id,
            wanted: &wanted,
            may_give: &any,
            may_take: &any,
            ceiling: None,
            now: people.clock.now(),
        };
        let record = |action| people.trail().command_line(action).on("user", account.id);
        let (grant, revoke) = (record("user.role.grant"), record("user.role.revoke"));
        let changed = settled(people.db.set_roles(&new, &grant, &revoke).await?)?;
        if changed {
            people.shut_out(account.id).await;
        }
        Ok(changed)
    }

    /// Closes somebody's account, or opens it again. Whether that changed anything.
    #[tracing::instrument(name = "api.operator.set_disabled", skip_all)]
    pub async fn set_disabled(&self, email: &str, disabled: bool) -> Result<bool, IdentityError> {
        let people = &self.0;
        let account = self.account(email).await?;
        if !disabled {
            // Whose account is open stays signed in.
            if people.db.is_enabled(account.id).await? {
                return Ok(false);
            }
            people.identity.end_all(account.id).await?;
        }
        let action = if disabled {
            "user.disable"
        } else {
            "user.enable"
        };
        let record = people.trail().command_line(action).on("user", account.id);
        let now = people.clock.now();
        let touched = people
            .db
            .set_disabled(account.id, disabled, None, now, &record)
            .await?;
        let changed = settled(touched)?;
        if changed && disabled {
            people.shut_out(account.id).await;
        }
        Ok(changed)
    }

    /// People by name, those after `after`.
    #[tracing::instrument(name = "api.operator.list", skip_all)]
    pub async fn list(
        &self,
        search: &str,
        after: Option<&str>,
    ) -> Result<Page<Person>, IdentityError> {
        let filter = PersonFilter {
            search: search.to_owned(),
            ..PersonFilter::default()
        };
        self.0.page_of_people(&filter, after, super::PAGE).await
    }

    /// Makes an API key with all that its owner may do; it is in the answer and nowhere else.
    #[tracing::instrument(name = "api.operator.add_key", skip_all)]
    pub async fn add_key(
        &self,
        email: &str,
        name: &str,
        expires_at: Option<Millis>,
    ) -> Result<SecretString, IdentityError> {
        let account = self.account(email).await?;
        self.0
            .identity
            .add_key_for(account.id, name, expires_at)
            .await
    }

    async fn account(&self, email: &str) -> Result<Account, IdentityError> {
        let email = Email::parse(email)?;
        let user = self.0.db.user_by_email(&email).await?;
        user.map(|user| user.account).ok_or(IdentityError::NotFound)
    }

    async fn role_named(&self, name: &str) -> Result<Role, IdentityError> {
        let name = name.trim().to_lowercase();
        let roles = self.0.db.roles().await?;
        let found = roles
            .into_iter()
            .find(|role| match BuiltIn::of_id(role.id) {
                Some(built_in) => built_in.as_str() == name,
                None => role.name.to_lowercase() == name,
            });
        found.ok_or(IdentityError::Refused(FailureCode::NotFound))
    }
}
