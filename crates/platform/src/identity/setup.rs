//! The first owner: made through a one-time link that is printed at the start, never by being first.

use std::net::IpAddr;

use model::{Account, Role};
use secrecy::{ExposeSecret, SecretString};

use super::{
    Identity, IdentityError, Registration, taken,
    throttle::Purpose,
    token::{new_token, sha256_hex},
};

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
        from: IpAddr,
    ) -> Result<Account, IdentityError> {
        let now = self.0.clock.now();
        let spent = self.0.throttle.spend(Purpose::SignIn, from, now).await?;
        if !self.setup_link_is_valid(token).await? {
            return Err(IdentityError::SetupLinkInvalid);
        }
        self.0.throttle.refund(spent).await?;
        self.refuse_guessable(&who)?;
        let hash = self
            .0
            .hashing
            .enqueue()?
            .hash(who.password.expose())
            .await?;
        let owner = self.new_account(who, Role::Owner);
        let link = sha256_hex(token.as_bytes());
        let made = self
            .0
            .db
            .insert_first_owner(&link, &owner, &hash, now)
            .await
            .map_err(taken)?;
        if !made {
            return Err(IdentityError::SetupLinkInvalid);
        }
        Ok(owner)
    }
}
