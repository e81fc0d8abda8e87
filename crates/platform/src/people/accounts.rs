//! What is done to accounts: making, closing and deleting them, and helping those who have lost something.

use model::{
    Account, BulkOutcome, DisplayName, Email, FailureCode, GroupId, Permission, Rank, RoleId,
    UserId,
};
use serde_json::json;

use super::{People, each_once, grants, settled};
use crate::{
    identity::{Caller, IdentityError},
    mail::Language,
    store::{NewRoles, NewUser},
};

/// What is done to many people at once.
#[derive(Clone, Copy)]
enum Act {
    Disable,
    Enable,
    EndSessions,
    Delete,
}

impl Act {
    /// Its name in the audit log.
    const fn action(self) -> &'static str {
        match self {
            Self::Disable => "user.disable",
            Self::Enable => "user.enable",
            Self::EndSessions => "user.sessions.end",
            Self::Delete => "user.delete",
        }
    }
}

impl People {
    /// Makes an account without a password; the person is sent a link to choose one.
    #[tracing::instrument(name = "api.people.create", skip_all)]
    pub async fn create(
        &self,
        caller: &Caller,
        name: &str,
        email: &str,
        roles: Vec<RoleId>,
        groups: Vec<GroupId>,
        language: Language,
    ) -> Result<UserId, IdentityError> {
        let id = UserId::from_uuid(self.ids.next());
        let act = async {
            caller.require(Permission::UsersWrite)?;
            let account = Account {
                id,
                name: DisplayName::parse(name)?,
                email: Email::parse(email)?,
            };
            self.create_account(caller, &account, &roles, &groups).await
        };
        self.judged(caller, "user.register", user(id), act).await?;
        let record = self
            .trail()
            .by(caller, "user.password.reset_sent")
            .on("user", id);
        self.identity.post_reset_link(id, &record, language).await?;
        Ok(id)
    }

    async fn create_account(
        &self,
        caller: &Caller,
        account: &Account,
        roles: &[RoleId],
        groups: &[GroupId],
    ) -> Result<(), IdentityError> {
        if !roles.is_empty() {
            caller.require(Permission::UsersGrant)?;
            self.identity.require_fresh(caller)?;
            grants::grantable(&self.db, caller, roles).await?;
        }
        for group in groups {
            self.may_fill(caller, *group).await?;
        }
        let member = [model::BuiltIn::Member.id()];
        let user = NewUser {
            account,
            password_hash: None,
            email_verified_at: None,
            roles: if roles.is_empty() { &member } else { roles },
        };
        let record = self
            .trail()
            .by(caller, "user.register")
            .on("user", account.id);
        let record = record.with(&json!({ "roles": user.roles, "groups": groups }));
        let made = self
            .db
            .insert_person(&user, groups, self.clock.now(), &record);
        made.await.map_err(|error| {
            if error.is_conflict() {
                IdentityError::EmailTaken
            } else {
                error.into()
            }
        })
    }

    /// Closes accounts, or opens them again. A closed one is signed out everywhere at once.
    #[tracing::instrument(name = "api.people.set_disabled", skip_all)]
    pub async fn set_disabled(
        &self,
        caller: &Caller,
        people: &[UserId],
        disabled: bool,
    ) -> Result<BulkOutcome, IdentityError> {
        let act = if disabled { Act::Disable } else { Act::Enable };
        self.each(caller, people, act).await
    }

    /// Deletes accounts and all that is theirs, for good. `confirm` is how many they are, as a number; for one person it
    /// may be their address.
    #[tracing::instrument(name = "api.people.delete", skip_all)]
    pub async fn delete(
        &self,
        caller: &Caller,
        people: &[UserId],
        confirm: &str,
    ) -> Result<BulkOutcome, IdentityError> {
        self.identity.require_fresh(caller)?;
        let people = each_once(people)?;
        let confirm = confirm.trim();
        if confirm != people.len().to_string()
            && !self.is_address_of(caller, &people, confirm).await?
        {
            return Err(IdentityError::Refused(FailureCode::NotConfirmed));
        }
        self.each(caller, &people, Act::Delete).await
    }

    async fn is_address_of(
        &self,
        caller: &Caller,
        people: &[UserId],
        text: &str,
    ) -> Result<bool, IdentityError> {
        match people {
            [one] if caller.permissions().contains(Permission::UsersWrite) => {
                let user = self.db.user(*one).await?;
                Ok(user.is_some_and(|user| user.account.email.key() == text.to_lowercase()))
            }
            _ => Ok(false),
        }
    }

    /// Forgets a person's second factors, who has lost them, and signs them out.
    #[tracing::instrument(name = "api.people.reset_factors", skip_all)]
    pub async fn reset_factors(&self, caller: &Caller, id: UserId) -> Result<(), IdentityError> {
        self.identity.require_fresh(caller)?;
        let act = async {
            caller.require(Permission::UsersWrite)?;
            let record = self.trail().by(caller, "user.factors.reset").on("user", id);
            settled(
                self.identity
                    .clear_factors(id, Some(caller.rank()), &record)
                    .await?,
            )
        };
        self.judged(caller, "user.factors.reset", user(id), act)
            .await?;
        self.shut_out(id).await;
        Ok(())
    }

    /// Sends a person a link to choose a new password. Nobody but them gets to see it or to choose.
    #[tracing::instrument(name = "api.people.send_reset", skip_all)]
    pub async fn send_reset(
        &self,
        caller: &Caller,
        id: UserId,
        language: Language,
    ) -> Result<(), IdentityError> {
        let act = async {
            self.writable(caller, id).await?;
            let record = self
                .trail()
                .by(caller, "user.password.reset_sent")
                .on("user", id);
            self.identity.post_reset_link(id, &record, language).await
        };
        self.judged(caller, "user.password.reset_sent", user(id), act)
            .await
    }

    /// Signs people out everywhere.
    #[tracing::instrument(name = "api.people.end_sessions", skip_all)]
    pub async fn end_sessions(
        &self,
        caller: &Caller,
        people: &[UserId],
    ) -> Result<BulkOutcome, IdentityError> {
        self.each(caller, people, Act::EndSessions).await
    }

    /// Gives and takes roles until the person has just those. Whoever's roles change is signed out, so that nothing that
    /// was opened with the old ones stays open.
    #[tracing::instrument(name = "api.people.set_roles", skip_all)]
    pub async fn set_roles(
        &self,
        caller: &Caller,
        id: UserId,
        roles: Vec<RoleId>,
    ) -> Result<(), IdentityError> {
        self.identity.require_fresh(caller)?;
        let act = async {
            caller.require(Permission::UsersGrant)?;
            let all = self.db.roles().await?;
            if roles.iter().any(|id| all.iter().all(|role| role.id != *id)) {
                return Err(IdentityError::NotFound);
            }
            let new = NewRoles {
                user: id,
                wanted: &roles,
                may_give: &grants::ids_of(&all, |role| grants::may_give(caller, role)),
                may_take: &grants::ids_of(&all, |role| grants::may_take(caller, role)),
                // Owners give and take even among themselves; the store keeps one.
                ceiling: (caller.rank() != Rank::OWNER).then(|| caller.rank()),
                now: self.clock.now(),
            };
            let grant = self.trail().by(caller, "user.role.grant").on("user", id);
            let revoke = self.trail().by(caller, "user.role.revoke").on("user", id);
            settled(self.db.set_roles(&new, &grant, &revoke).await?)
        };
        let changed = self
            .judged(caller, "user.role.grant", user(id), act)
            .await?;
        match changed {
            false => {}
            true if id == caller.user() => {
                self.identity.end_others(caller).await?;
            }
            true => self.shut_out(id).await,
        }
        Ok(())
    }

    /// Does something to each of the people and says with whom it was done. Only what ends it for all of them (no
    /// permission, a store that is gone) is an error.
    async fn each(
        &self,
        caller: &Caller,
        people: &[UserId],
        act: Act,
    ) -> Result<BulkOutcome, IdentityError> {
        let action = act.action();
        let allowed = async { caller.require(Permission::UsersWrite) };
        self.judged(caller, action, ("user", String::new()), allowed)
            .await?;
        let mut outcome = BulkOutcome::default();
        for id in each_once(people)? {
            match self
                .judged(caller, action, user(id), self.act(caller, id, act))
                .await
            {
                Ok(()) => outcome.done.push(id),
                Err(error) if error.code().status() < 500 => {
                    outcome.refused.push((id, error.code()));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(outcome)
    }

    async fn act(&self, caller: &Caller, id: UserId, act: Act) -> Result<(), IdentityError> {
        let record = self.trail().by(caller, act.action()).on("user", id);
        let set_disabled = async |disabled| {
            let now = self.clock.now();
            let touched = self
                .db
                .set_disabled(id, disabled, Some(caller.rank()), now, &record);
            settled(touched.await?)
        };
        match act {
            Act::Disable => {
                if set_disabled(true).await? {
                    self.shut_out(id).await;
                }
            }
            Act::Enable => {
                // Before anything is ended: who may not open an account signs nobody out by trying.
                self.writable(caller, id).await?;
                if !self.db.is_enabled(id).await? {
                    // Sessions that could not be ended then end before the account opens.
                    self.identity.end_all(id).await?;
                    set_disabled(false).await?;
                }
            }
            Act::EndSessions => {
                self.writable(caller, id).await?;
                self.trail().write(record).await?;
                self.identity.end_all(id).await?;
            }
            Act::Delete => {
                // The rank is judged where it is deleted: it may rise in between.
                self.identity
                    .erase(id, Some(caller.rank()), &record)
                    .await?;
            }
        }
        Ok(())
    }

    /// Refuses unless there is such a person and the caller may change them.
    async fn writable(&self, caller: &Caller, id: UserId) -> Result<(), IdentityError> {
        caller.require(Permission::UsersWrite)?;
        self.db.user(id).await?.ok_or(IdentityError::NotFound)?;
        caller.require_above(self.db.access(id).await?.rank)
    }

    /// Signs out whose account was just changed. The change stands already and is asked for with each request, so a session
    /// store that is gone is no reason to say that nothing was done.
    pub(super) async fn shut_out(&self, id: UserId) {
        if let Err(error) = self.identity.end_all(id).await {
            tracing::warn!(
                user.id = %id,
                error = &error as &dyn std::error::Error,
                "sessions of a changed account could not be ended"
            );
        }
    }
}

/// For the log's line.
pub(super) fn user(id: UserId) -> (&'static str, String) {
    ("user", id.to_string())
}
