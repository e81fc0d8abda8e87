//! Where somebody is signed in: seeing it, and ending it.

use model::{SessionRef, SessionSummary, UserId};

use super::{Caller, Credential, Identity, IdentityError};

impl Identity {
    /// Where the caller is signed in, in browsers and on devices, the last used first.
    #[tracing::instrument(name = "api.identity.sessions", skip_all)]
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<SessionSummary>, IdentityError> {
        let current = own(caller)?;
        self.sessions_of(caller.user(), Some(current)).await
    }

    /// Ends one of the caller's sessions; another than the one that asks needs a fresh proof.
    #[tracing::instrument(name = "api.identity.end_session", skip_all)]
    pub async fn end_session(
        &self,
        caller: &Caller,
        session: SessionRef,
    ) -> Result<(), IdentityError> {
        if own(caller)? != session {
            self.require_fresh(caller)?;
        }
        let (inner, user) = (&*self.0, caller.user());
        let id = match session {
            SessionRef::Browser(id) => id.to_string(),
            SessionRef::Device(id) => id.to_string(),
        };
        let record = inner.audit.by(caller, "session.end").on("session", id);
        let ended = match session {
            SessionRef::Browser(id) => {
                if !inner.sessions.is_open(user, id).await? {
                    return Err(IdentityError::NotFound);
                }
                // Before the act: without its line it does not happen.
                inner.audit.write(record).await?;
                inner.sessions.end(user, id).await?
            }
            SessionRef::Device(id) => inner.db.end_device(user, id, &record).await?,
        };
        self.revoked(user);
        if ended {
            Ok(())
        } else {
            Err(IdentityError::NotFound)
        }
    }

    /// Ends all of the caller's sessions but the one that asks, which needs a fresh proof; how many there were.
    #[tracing::instrument(name = "api.identity.end_other_sessions", skip_all)]
    pub async fn end_other_sessions(&self, caller: &Caller) -> Result<u64, IdentityError> {
        own(caller)?;
        self.require_fresh(caller)?;
        let record = self.0.audit.by(caller, "session.end_others");
        self.0.audit.write(record).await?;
        self.end_others(caller).await
    }

    /// Ends all of the caller's sessions but the one that asks, for a change that has its own line in the log.
    pub(crate) async fn end_others(&self, caller: &Caller) -> Result<u64, IdentityError> {
        let keep = match caller.credential() {
            Credential::Session { id, .. } => Some(SessionRef::Browser(id)),
            Credential::Token { family, .. } => Some(SessionRef::Device(family)),
            Credential::Key { .. } | Credential::Absent => None,
        };
        self.end_all_but(caller.user(), keep).await
    }

    /// Ends all sessions of a person, in browsers and on devices; how many there were. Whoever calls it writes the log.
    #[tracing::instrument(name = "api.identity.end_all", skip_all)]
    pub async fn end_all(&self, user: UserId) -> Result<u64, IdentityError> {
        self.end_all_but(user, None).await
    }

    /// Where somebody is signed in.
    pub(crate) async fn sessions_of(
        &self,
        user: UserId,
        current: Option<SessionRef>,
    ) -> Result<Vec<SessionSummary>, IdentityError> {
        let inner = &*self.0;
        let browsers = inner.sessions.of(user).await?.into_iter().map(|open| {
            let id = SessionRef::Browser(open.about.id);
            SessionSummary {
                id,
                current: current == Some(id),
                device: open.about.device,
                address: open.about.address,
                created_at: open.created_at,
                seen_at: open.seen_at,
            }
        });
        let devices = inner.db.devices(user, inner.clock.now()).await?;
        let devices = devices.into_iter().map(|open| {
            let id = SessionRef::Device(open.family);
            SessionSummary {
                id,
                current: current == Some(id),
                device: open.device,
                address: open.address,
                created_at: open.created_at,
                seen_at: open.used_at,
            }
        });
        let mut all: Vec<SessionSummary> = browsers.chain(devices).collect();
        all.sort_by_key(|session| std::cmp::Reverse((session.current, session.seen_at)));
        Ok(all)
    }

    /// Ends the oldest sessions in browsers when there are more than one person may have.
    pub(super) async fn limit_sessions(&self, user: UserId) -> Result<(), IdentityError> {
        let limit = self.0.sessions_per_person.max(1);
        if self.0.sessions.keep_newest(user, limit).await? > 0 {
            self.revoked(user);
        }
        Ok(())
    }

    async fn end_all_but(
        &self,
        user: UserId,
        keep: Option<SessionRef>,
    ) -> Result<u64, IdentityError> {
        let (browser, device) = match keep {
            Some(SessionRef::Browser(id)) => (Some(id), None),
            Some(SessionRef::Device(id)) => (None, Some(id)),
            None => (None, None),
        };
        // The devices first: should Redis be gone, at least these have ended.
        let devices = self.0.db.end_devices(user, device).await?;
        let browsers = self.0.sessions.end_all(user, browser).await;
        self.revoked(user);
        Ok(devices + browsers?)
    }
}

/// The session that asks. A key is none, and says nothing of who holds it now: people's own matters are closed to it.
pub(super) fn own(caller: &Caller) -> Result<SessionRef, IdentityError> {
    match caller.credential() {
        Credential::Session { id, .. } => Ok(SessionRef::Browser(id)),
        Credential::Token { family, .. } => Ok(SessionRef::Device(family)),
        Credential::Key { .. } | Credential::Absent => Err(IdentityError::Forbidden),
    }
}
