//! From a cookie to a person, asked anew for each request: a disabled account is out at once.

use model::{Account, Role, UserId};
use tower_sessions::Session;

use super::{Identity, IdentityError};
use crate::store::{SessionRows, USER_KEY};

/// The proof that a signed-in person is asking. Only [`Identity::caller`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    user: UserId,
    role: Role,
}

impl Caller {
    /// Who it is.
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// What they are to the site.
    pub const fn role(&self) -> Role {
        self.role
    }
}

impl Identity {
    /// Where sessions are kept, for the session layer.
    pub fn session_store(&self) -> SessionRows {
        self.0.sessions.clone()
    }

    /// Makes it that person's session: under a new id, and with nothing of what it held before.
    #[tracing::instrument(name = "api.identity.begin", skip_all)]
    pub async fn begin(&self, session: &Session, user: UserId) -> Result<(), IdentityError> {
        session.clear().await;
        session.cycle_id().await?;
        session.insert(USER_KEY, user).await?;
        // Here and not in the layer: a sign-in whose session could not be kept has failed.
        Ok(session.save().await?)
    }

    /// Ends the session for good.
    #[tracing::instrument(name = "api.identity.end", skip_all)]
    pub async fn end(&self, session: &Session) -> Result<(), IdentityError> {
        Ok(session.flush().await?)
    }

    /// Ends every session of the person; returns how many there were.
    #[tracing::instrument(name = "api.identity.end_all", skip_all)]
    pub async fn end_all(&self, user: UserId) -> Result<u64, IdentityError> {
        Ok(self.0.sessions.end_all(user).await?)
    }

    /// Who is calling, or [`IdentityError::SignInNeeded`].
    pub async fn caller(&self, session: &Session) -> Result<Caller, IdentityError> {
        let account = self.account(session).await?;
        let account = account.ok_or(IdentityError::SignInNeeded)?;
        Ok(Caller {
            user: account.id,
            role: account.role,
        })
    }

    /// The signed-in person, if anyone is.
    #[tracing::instrument(name = "api.identity.account", skip_all)]
    pub async fn account(&self, session: &Session) -> Result<Option<Account>, IdentityError> {
        let Some(id) = session.get::<UserId>(USER_KEY).await? else {
            return Ok(None);
        };
        let user = self.0.db.user(id).await?;
        Ok(user.filter(|user| !user.disabled).map(|user| user.account))
    }
}
