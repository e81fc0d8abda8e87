//! The first owner: made through a one-time link that is printed at the start, never by being first.

use model::BuiltIn;
use secrecy::{ExposeSecret, SecretString};

use super::{
    Identity, IdentityError, Proof, Registration, taken,
    throttle::Purpose,
    token::{new_token, sha256_hex},
};
use crate::{store::NewUser, visitor::Visitor};

impl Identity {
    /// A new setup link's secret, while there is no owner; an earlier one is void then.
    #[tracing::instrument(name = "api.identity.setup_token", skip_all)]
    pub async fn setup_token(&self) -> Result<Option<SecretString>, IdentityError> {
        let token = new_token();
        let hash = sha256_hex(token.expose_secret().as_bytes());
        let now = self.0.clock.now();
        let issued = self.0.db.issue_setup_link(&hash, now).await?;
        Ok(issued.then_some(token))
    }

    /// Whether [`Identity::set_up`] would take the token.
    #[tracing::instrument(name = "api.identity.setup_link_is_valid", skip_all)]
    pub async fn setup_link_is_valid(&self, token: &str) -> Result<bool, IdentityError> {
        let hash = sha256_hex(token.as_bytes());
        Ok(self.0.db.setup_link_is_valid(&hash).await?)
    }

    /// Makes the owner and uses the link up. Of parallel calls one wins.
    #[tracing::instrument(name = "api.identity.set_up", skip_all)]
    pub async fn set_up(
        &self,
        token: &str,
        who: Registration,
        visitor: &Visitor,
    ) -> Result<Proof, IdentityError> {
        let now = self.0.clock.now();
        let spent = self
            .0
            .throttle
            .spend(Purpose::SignIn, visitor.address, now)
            .await?;
        if !self.setup_link_is_valid(token).await? {
            return Err(IdentityError::SetupLinkInvalid);
        }
        self.0.throttle.refund(spent).await?;
        self.refuse_guessable(&who.password, &who.name, &who.email)?;
        let hash = self
            .0
            .hashing
            .enqueue()?
            .hash(who.password.expose())
            .await?;
        let owner = self.new_account(who.name, who.email);
        let roles = [BuiltIn::Owner.id()];
        let user = NewUser {
            account: &owner,
            password_hash: Some(&hash),
            // Whoever has the operator's log needs no mail to show who they are.
            email_verified_at: Some(now),
            roles: &roles,
        };
        let record = self
            .0
            .audit
            .stranger(visitor, Some(owner.id), "site.set_up");
        let link = sha256_hex(token.as_bytes());
        let made = self
            .0
            .db
            .insert_first_owner(&link, &user, now, &record)
            .await
            .map_err(taken)?;
        if !made {
            return Err(IdentityError::SetupLinkInvalid);
        }
        Ok(Proof {
            user: owner.id,
            awaited: Vec::new(),
            by: "password",
        })
    }
}
