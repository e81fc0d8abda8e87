//! Making an account: who may, and what it must look like.

use model::{
    Account, BuiltIn, DisplayName, Email, FailureCode, Password, RegistrationMode, RoleId, UserId,
};

use super::{Identity, IdentityError, Proof, password_rules, taken, throttle::Purpose};
use crate::{
    mail::{Language, Letter},
    store::{NewUser, OpenInvitation},
    visitor::Visitor,
};

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

/// What became of a registration.
#[derive(Clone, Debug)]
pub enum Registered {
    /// They have an account and may enter.
    Entered(Proof),
    /// A letter is on its way to the address, which says more. Whether there was an account is not told here.
    MailSent,
}

/// What a newcomer comes in by.
struct Entry {
    invitation: Option<OpenInvitation>,
    roles: Vec<RoleId>,
    /// The address has to be shown to be theirs by a link that is sent there.
    verify: bool,
}

impl Identity {
    /// Makes an account, by an invitation or where registration is open to the address. Where the address has to be
    /// verified, one that is taken gets the same answer for the same work as one that is free, and its owner is told.
    #[tracing::instrument(name = "api.identity.register", skip_all)]
    pub async fn register(
        &self,
        who: Registration,
        invitation: Option<&str>,
        visitor: &Visitor,
        language: Language,
    ) -> Result<Registered, IdentityError> {
        let entry = self.entry(&who.email, invitation, visitor).await?;
        self.refuse_guessable(&who.password, &who.name, &who.email)?;
        let place = self.0.hashing.enqueue()?;
        let now = self.0.clock.now();
        let from = visitor.address;
        self.0.throttle.spend(Purpose::Register, from, now).await?;
        let hash = place.hash(who.password.expose()).await?;
        let account = self.new_account(who.name, who.email);
        let made = self.make(&entry, &account, &hash, visitor).await;
        match (made, entry.verify) {
            (Ok(()), true) => {
                self.send_first_verification(&account, visitor, language)
                    .await?;
                Ok(Registered::MailSent)
            }
            (Ok(()), false) => Ok(Registered::Entered(Proof {
                user: account.id,
                awaited: Vec::new(),
                by: "password",
            })),
            (Err(IdentityError::EmailTaken), true) => {
                self.tell_of_taken(&account.email, "user.register", visitor)
                    .await?;
                Ok(Registered::MailSent)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Tells the owner of an address that somebody wanted an account of it.
    pub(super) async fn tell_of_taken(
        &self,
        email: &Email,
        action: &'static str,
        visitor: &Visitor,
    ) -> Result<(), IdentityError> {
        let owner = self.0.db.user_by_email(email).await?;
        let actor = owner.as_ref().map(|owner| owner.account.id);
        let record = self.0.audit.stranger(visitor, actor, action).refused();
        self.0.audit.write(record).await?;
        if let Some(owner) = owner {
            let link = self.sign_in_link();
            self.tell(&owner, Letter::AddressTaken { link });
        }
        Ok(())
    }

    /// Whether the address is of a domain that may register, where only some may.
    pub(super) fn is_allowed_domain(&self, email: &Email) -> bool {
        let key = email.key();
        let domain = key.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.0
            .registration_domains
            .iter()
            .any(|allowed| allowed == domain)
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

    /// Whether they may come at all, and as what.
    async fn entry(
        &self,
        email: &Email,
        invitation: Option<&str>,
        visitor: &Visitor,
    ) -> Result<Entry, IdentityError> {
        let invitation = invitation.filter(|token| !token.is_empty());
        let Some(token) = invitation else {
            match self.0.registration {
                RegistrationMode::Open => {}
                RegistrationMode::Domains if self.is_allowed_domain(email) => {}
                RegistrationMode::Domains => {
                    return Err(IdentityError::Refused(FailureCode::EmailDomainRefused));
                }
                RegistrationMode::Invited | RegistrationMode::Closed => {
                    return Err(IdentityError::RegistrationClosed);
                }
            }
            return Ok(Entry {
                invitation: None,
                roles: vec![BuiltIn::Member.id()],
                verify: self.0.verify_email,
            });
        };
        let now = self.0.clock.now();
        let spent = self
            .0
            .throttle
            .spend(Purpose::SignIn, visitor.address, now)
            .await?;
        let open = self.standing_invitation(token).await?;
        self.0.throttle.refund(spent).await?;
        // Who got the link by a letter to the address has shown that they read what is sent there.
        let proven = open
            .email
            .as_ref()
            .is_some_and(|sent_to| sent_to.key() == email.key());
        Ok(Entry {
            roles: self.roles_that_are_left(&open.roles).await?,
            verify: self.0.verify_email && !proven,
            invitation: Some(open),
        })
    }

    async fn make(
        &self,
        entry: &Entry,
        account: &Account,
        password_hash: &str,
        visitor: &Visitor,
    ) -> Result<(), IdentityError> {
        let now = self.0.clock.now();
        let invited_here = entry.invitation.as_ref().is_some_and(|open| {
            let sent_to = open.email.as_ref();
            sent_to.is_some_and(|sent_to| sent_to.key() == account.email.key())
        });
        let user = NewUser {
            account,
            password_hash: Some(password_hash),
            email_verified_at: invited_here.then_some(now),
            roles: &entry.roles,
        };
        let invitation = entry.invitation.as_ref().map(|open| open.id.to_string());
        let record = self
            .0
            .audit
            .stranger(visitor, Some(account.id), "user.register")
            .on("user", account.id)
            .with(&serde_json::json!({ "invitation": invitation }));
        match &entry.invitation {
            None => self
                .0
                .db
                .insert_user(&user, now, &record)
                .await
                .map_err(taken),
            Some(open) => {
                let made = self
                    .0
                    .db
                    .insert_invited_user(open, &user, now, &record)
                    .await;
                if made.map_err(taken)? {
                    Ok(())
                } else {
                    Err(IdentityError::Refused(FailureCode::InvitationInvalid))
                }
            }
        }
    }
}
