//! What somebody whom a provider vouches for came for: to get in, to link, to prove again who they are.

use model::{BuiltIn, FailureCode, LinkId, RoleId, UserId};
use tower_sessions::Session;

use super::{
    Asker, Begun, Identity, IdentityError, Kept, Person, Provider, ProviderKind, SsoOutcome,
    refused,
};
use crate::{
    audit::Record,
    identity::{Caller, Proof},
    store::{Link, LinkUse, NewLink, NewUser, Ruled},
    visitor::Visitor,
};

/// The provider's clock and ours may be so far apart.
const SKEW_S: i64 = 60;

impl Identity {
    pub(super) async fn admit(
        &self,
        session: &Session,
        provider: &Provider,
        begun: &Begun,
        person: &Person,
        visitor: &Visitor,
    ) -> Result<SsoOutcome, IdentityError> {
        match &begun.intent {
            Kept::SignIn { next } => {
                let proof = self.prove_elsewhere(provider, person, visitor).await?;
                Ok(SsoOutcome::Entered {
                    awaited: self.enter(session, proof, visitor).await?,
                    next: next.clone(),
                })
            }
            Kept::Link { by } => {
                let caller = self.asker(session, *by, visitor).await?;
                self.link(provider, person, &caller).await?;
                Ok(SsoOutcome::Linked)
            }
            Kept::StepUp { by, next } => {
                let caller = self.asker(session, *by, visitor).await?;
                self.step_up_elsewhere(provider, person, begun, &caller)
                    .await?;
                self.refresh(session, &caller).await?;
                Ok(SsoOutcome::SteppedUp { next: next.clone() })
            }
        }
    }

    /// Refuses what a provider can't prove: that somebody was there just now, or the second factor that they have here.
    pub(super) async fn refuse_weak_step_up(
        &self,
        provider: &Provider,
        caller: &Caller,
    ) -> Result<(), IdentityError> {
        match provider.kind {
            ProviderKind::OpenId => {}
            ProviderKind::OAuth(_) => {
                return Err(refused("it can't say when somebody was there last"));
            }
        }
        if !provider.trusts_factors && !self.factors_of(caller.user()).await?.is_empty() {
            return Err(IdentityError::SecondFactorNeeded);
        }
        Ok(())
    }

    /// Whoever is signed in, if it is still who asked, in the same session.
    async fn asker(
        &self,
        session: &Session,
        by: Asker,
        visitor: &Visitor,
    ) -> Result<Caller, IdentityError> {
        let caller = self.newcomer(session, visitor).await?;
        if Asker::of(&caller)? == by {
            Ok(caller)
        } else {
            Err(IdentityError::SignInNeeded)
        }
    }

    async fn prove_elsewhere(
        &self,
        provider: &Provider,
        person: &Person,
        visitor: &Visitor,
    ) -> Result<Proof, IdentityError> {
        let known = self.0.db.link(&provider.issuer, &person.subject).await?;
        let user = match known {
            Some(link) => {
                if !self.0.db.is_enabled(link.user).await? {
                    return Err(IdentityError::Refused(FailureCode::NoSuchAccount));
                }
                self.use_link(provider, person, &link, visitor).await?;
                link.user
            }
            None => self.new_from_elsewhere(provider, person, visitor).await?,
        };
        let awaited = if provider.trusts_factors && person.two_factors {
            Vec::new()
        } else {
            self.factors_of(user).await?
        };
        Ok(Proof {
            user,
            awaited,
            by: "sso",
        })
    }

    async fn use_link(
        &self,
        provider: &Provider,
        person: &Person,
        link: &Link,
        visitor: &Visitor,
    ) -> Result<(), IdentityError> {
        let mut roles = Vec::new();
        for (role, held) in self.ruled(provider, person).await? {
            let action = if held {
                "user.role.grant"
            } else {
                "user.role.revoke"
            };
            roles.push(Ruled {
                role,
                held,
                record: self.by_rule(action, provider, link.user, role, visitor),
            });
        }
        let member = BuiltIn::Member.id();
        let fallback = self.by_rule("user.role.grant", provider, link.user, member, visitor);
        let used = LinkUse {
            link,
            provider: &provider.id,
            email: person.email.as_ref(),
            verified: person.verified,
            roles: &roles,
            fallback: &fallback,
        };
        Ok(self.0.db.use_link(&used, self.0.clock.now()).await?)
    }

    async fn new_from_elsewhere(
        &self,
        provider: &Provider,
        person: &Person,
        visitor: &Visitor,
    ) -> Result<UserId, IdentityError> {
        let unknown = || IdentityError::Refused(FailureCode::NoSuchAccount);
        if !provider.create_accounts {
            return Err(unknown());
        }
        let email = person
            .email
            .as_ref()
            .ok_or_else(|| refused("it tells no address"))?;
        let name = person
            .display_name(email)
            .ok_or_else(|| refused("it tells no name"))?;
        let account = self.new_account(name, email.clone());
        let mut roles: Vec<RoleId> = Vec::new();
        for (role, held) in self.ruled(provider, person).await? {
            if held {
                roles.push(role);
            }
        }
        if roles.is_empty() {
            roles.push(BuiltIn::Member.id());
        }
        let now = self.0.clock.now();
        let user = NewUser {
            account: &account,
            password_hash: None,
            email_verified_at: person.verified.then_some(now),
            roles: &roles,
        };
        let link = self.new_link(provider, person, account.id);
        let audit = &self.0.audit;
        let mut records = vec![
            audit
                .stranger(visitor, Some(account.id), "user.register")
                .on("user", account.id),
            of_provider(
                audit.stranger(visitor, Some(account.id), "sso.link"),
                provider,
                link.id,
            ),
        ];
        for role in &roles {
            records.push(self.by_rule("user.role.grant", provider, account.id, *role, visitor));
        }
        let made = self
            .0
            .db
            .insert_linked_user(&user, &link, &records, now)
            .await;
        match made {
            Ok(()) => Ok(account.id),
            // An address that has an account does not open it: its owner signs in and links.
            Err(error) if error.is_conflict() => Err(unknown()),
            Err(error) => Err(error.into()),
        }
    }

    async fn link(
        &self,
        provider: &Provider,
        person: &Person,
        caller: &Caller,
    ) -> Result<(), IdentityError> {
        let taken = || IdentityError::Refused(FailureCode::AlreadyLinked);
        match self.0.db.link(&provider.issuer, &person.subject).await? {
            Some(link) if link.user == caller.user() => return Ok(()),
            Some(_) => return Err(taken()),
            None => {}
        }
        let link = self.new_link(provider, person, caller.user());
        let record = of_provider(self.0.audit.by(caller, "sso.link"), provider, link.id);
        match self.0.db.insert_link(&link, &record).await {
            Ok(()) => {
                self.tell_factors_changed(caller.user()).await;
                Ok(())
            }
            Err(error) if error.is_conflict() => Err(taken()),
            Err(error) => Err(error.into()),
        }
    }

    async fn step_up_elsewhere(
        &self,
        provider: &Provider,
        person: &Person,
        begun: &Begun,
        caller: &Caller,
    ) -> Result<(), IdentityError> {
        let link = self.0.db.link(&provider.issuer, &person.subject).await?;
        if link.is_none_or(|link| link.user != caller.user()) {
            return Err(refused("it vouches for somebody else"));
        }
        let since = begun.at.get() / 1000 - SKEW_S;
        if person.proved_at_s.is_none_or(|at| at < since) {
            return Err(refused("nobody was there just now"));
        }
        let enough = provider.trusts_factors && person.two_factors;
        if !enough && !self.factors_of(caller.user()).await?.is_empty() {
            return Err(IdentityError::SecondFactorNeeded);
        }
        Ok(())
    }

    /// Roles that rules govern, by their ids. The owner's is given by people only.
    async fn ruled(
        &self,
        provider: &Provider,
        person: &Person,
    ) -> Result<Vec<(RoleId, bool)>, IdentityError> {
        let mut ruled = Vec::new();
        for (name, held) in provider.ruled(person) {
            match self.0.db.role_named(name).await? {
                Some(role) if role != BuiltIn::Owner.id() => ruled.push((role, held)),
                Some(_) | None => tracing::warn!(
                    sso.provider = provider.id,
                    role.name = name,
                    "a rule names a role that it can't give"
                ),
            }
        }
        Ok(ruled)
    }

    fn by_rule(
        &self,
        action: &'static str,
        provider: &Provider,
        user: UserId,
        role: RoleId,
        visitor: &Visitor,
    ) -> Record {
        let details = serde_json::json!({ "role": role, "provider": provider.id });
        self.0
            .audit
            .stranger(visitor, Some(user), action)
            .on("user", user)
            .with(&details)
    }

    fn new_link<'a>(
        &self,
        provider: &'a Provider,
        person: &'a Person,
        user: UserId,
    ) -> NewLink<'a> {
        NewLink {
            id: LinkId::from_uuid(self.0.ids.next()),
            user,
            provider: &provider.id,
            issuer: &provider.issuer,
            subject: &person.subject,
            email: person.email.as_ref(),
        }
    }
}

fn of_provider(record: Record, provider: &Provider, link: LinkId) -> Record {
    record
        .on("link", link)
        .with(&serde_json::json!({ "provider": provider.id }))
}
