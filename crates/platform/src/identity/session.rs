//! From a cookie to a person, asked anew for each request: a disabled account is out at once, and so is a role that
//! was taken away.

use model::{Account, Factor, Habits, Lacking, Millis, SessionId, UserId};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use super::{Caller, Credential, Identity, IdentityError, throttle::Purpose, token::sha256_hex};
use crate::{
    store::{Access, SessionStores, USER_KEY, User, mark_renewed},
    visitor::Visitor,
};

/// What a session's record knows besides whose it is.
pub(crate) const ABOUT_KEY: &str = "about";

/// Who has said the right password and owes a second factor. Nobody is signed in by it.
const PENDING_KEY: &str = "pending";

/// A second factor is awaited for so long.
const PENDING_MS: i64 = 10 * 60 * 1000;

/// What somebody is asked for again when their last proof is older than this.
pub(crate) const FRESH_MS: i64 = 10 * 60 * 1000;

/// A session as its owner's list shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct About {
    pub(crate) id: SessionId,
    pub(crate) device: String,
    pub(crate) address: String,
    pub(crate) fresh_at: Millis,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) user: UserId,
    since: Millis,
    /// What the first half was, for the log.
    pub(super) by: String,
    /// The password of then: with another one, it has to be said anew.
    #[serde(default)]
    password: String,
}

/// That somebody has proved who they are, by all that their account asks for or by its first half. Only a check
/// makes one.
#[derive(Clone, Debug)]
pub struct Proof {
    pub(crate) user: UserId,
    /// What is still awaited: one of these. Empty when nothing is.
    pub(crate) awaited: Vec<Factor>,
    /// What was shown, for the log: `password`, `password+totp`, `passkey`, `sso`.
    pub(crate) by: &'static str,
}

impl Proof {
    /// Second factors of which one is still awaited.
    pub fn awaited(&self) -> &[Factor] {
        &self.awaited
    }
}

/// Who is signed in, as every page needs it.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The account.
    pub account: Account,
    /// The proof of it, also while something is lacking.
    pub caller: Caller,
    /// What they must do before anything else is open to them.
    pub lacking: Option<Lacking>,
    /// When their picture was changed last.
    pub picture: Option<Millis>,
    /// Their choice of language, theme and time zone.
    pub language: Option<String>,
    /// `light`, `dark`, `system`.
    pub theme: Option<String>,
    /// A name like `Asia/Shanghai`.
    pub time_zone: Option<String>,
    /// How they like the page to be.
    pub habits: Habits,
}

impl Identity {
    /// Where sessions are kept, for the session layer.
    pub fn session_store(&self) -> SessionStores {
        self.0.sessions.clone()
    }

    /// Lets in whoever has proved all that is asked for, under a new session id and with nothing of what the session
    /// held before. Who owes a second factor is remembered for it and not let in; the second value says so.
    #[tracing::instrument(name = "api.identity.enter", skip_all)]
    pub async fn enter(
        &self,
        session: &Session,
        proof: Proof,
        visitor: &Visitor,
    ) -> Result<Vec<Factor>, IdentityError> {
        session.clear().await;
        session.cycle_id().await?;
        let now = self.0.clock.now();
        if proof.awaited.is_empty() {
            self.note_sign_in(&proof, visitor).await?;
            let about = About {
                id: SessionId::from_uuid(self.0.ids.next()),
                device: super::device::describe(&visitor.user_agent),
                address: visitor.address.to_string(),
                fresh_at: now,
            };
            session.insert(USER_KEY, proof.user).await?;
            session.insert(ABOUT_KEY, about).await?;
        } else {
            let user = self.0.db.user(proof.user).await?;
            let user = user.ok_or(IdentityError::SignInNeeded)?;
            let pending = Pending {
                password: password_of(&user),
                user: proof.user,
                since: now,
                by: proof.by.to_owned(),
            };
            session.insert(PENDING_KEY, pending).await?;
        }
        // Here and not in the layer: a sign-in whose session could not be kept has failed.
        session.save().await?;
        if proof.awaited.is_empty() {
            self.limit_sessions(proof.user).await?;
        }
        Ok(proof.awaited)
    }

    /// Counts the first step of a sign-in from that address.
    pub(super) async fn may_begin(&self, visitor: &Visitor) -> Result<(), IdentityError> {
        let now = self.0.clock.now();
        let spent = self.0.throttle.spend(Purpose::Begin, visitor.address, now);
        spent.await.map(drop)
    }

    /// Whose second factor this session awaits, and after what.
    pub(super) async fn pending(&self, session: &Session) -> Result<Pending, IdentityError> {
        let pending: Option<Pending> = session.get(PENDING_KEY).await?;
        let pending =
            pending.filter(|pending| self.0.clock.now().since(pending.since) <= PENDING_MS);
        let pending = pending.ok_or(IdentityError::SignInNeeded)?;
        let user = self.0.db.user(pending.user).await?;
        if user.is_some_and(|user| password_of(&user) == pending.password) {
            Ok(pending)
        } else {
            Err(IdentityError::SignInNeeded)
        }
    }

    /// Which second factors would let in whoever has said the right password in this session; empty when none is
    /// awaited.
    pub async fn awaited(&self, session: &Session) -> Result<Vec<Factor>, IdentityError> {
        match self.pending(session).await {
            Ok(pending) => self.factors_of(pending.user).await,
            Err(IdentityError::SignInNeeded) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Somebody has proved again who they are: what is sensitive is open to them for ten minutes, under a new id, so that
    /// whoever had copied the old one is out. A session that is ended meanwhile stays ended.
    pub(super) async fn refresh(
        &self,
        session: &Session,
        caller: &Caller,
    ) -> Result<(), IdentityError> {
        let about: Option<About> = session.get(ABOUT_KEY).await?;
        let mut about = about.ok_or(IdentityError::SignInNeeded)?;
        about.fresh_at = self.0.clock.now();
        let record = self.0.audit.by(caller, "session.step_up");
        self.0.audit.write(record).await?;
        session.insert(ABOUT_KEY, about).await?;
        self.renew(session).await
    }

    /// Gives the session a new id. One that is ended meanwhile stays ended.
    pub(super) async fn renew(&self, session: &Session) -> Result<(), IdentityError> {
        let id = session.id().ok_or(IdentityError::SignInNeeded)?;
        let aside = self.0.sessions.set_aside(&id).await?;
        let (key, name) = mark_renewed(aside.ok_or(IdentityError::SignInNeeded)?);
        session.insert(key, name).await?;
        session.cycle_id().await?;
        Ok(session.save().await?)
    }

    /// Refuses what is sensitive unless the caller's last proof is young enough.
    pub fn require_fresh(&self, caller: &Caller) -> Result<(), IdentityError> {
        caller.require_fresh(self.0.clock.now(), FRESH_MS)
    }

    /// Ends the session for good.
    #[tracing::instrument(name = "api.identity.end", skip_all)]
    pub async fn end(&self, session: &Session, visitor: &Visitor) -> Result<(), IdentityError> {
        let user = session.get::<UserId>(USER_KEY).await?;
        if let Some(user) = user {
            let record = self.0.audit.stranger(visitor, Some(user), "session.end");
            self.0.audit.write(record).await?;
        }
        session.flush().await?;
        if let Some(user) = user {
            self.revoked(user);
        }
        Ok(())
    }

    /// Who is calling, with nothing lacking; else [`IdentityError::SignInNeeded`] or what they must do first.
    pub async fn caller(
        &self,
        session: &Session,
        visitor: &Visitor,
    ) -> Result<Caller, IdentityError> {
        Ok(self.ready(session, visitor).await?.caller)
    }

    /// The same, and how far the clock of the time zone in their profile is from UTC now, in minutes; `None` when they chose none.
    pub async fn caller_and_clock(
        &self,
        session: &Session,
        visitor: &Visitor,
    ) -> Result<(Caller, Option<i32>), IdentityError> {
        let signed_in = self.ready(session, visitor).await?;
        let clock = self.utc_offset_minutes(&signed_in);
        Ok((signed_in.caller, clock))
    }

    async fn ready(&self, session: &Session, visitor: &Visitor) -> Result<SignedIn, IdentityError> {
        let signed_in = self.signed_in(session, visitor).await?;
        let signed_in = signed_in.ok_or(IdentityError::SignInNeeded)?;
        refuse(signed_in.lacking)?;
        Ok(signed_in)
    }

    /// Who is calling, also while they must do something first: for doing that.
    pub async fn newcomer(
        &self,
        session: &Session,
        visitor: &Visitor,
    ) -> Result<Caller, IdentityError> {
        let signed_in = self.signed_in(session, visitor).await?;
        Ok(signed_in.ok_or(IdentityError::SignInNeeded)?.caller)
    }

    /// The signed-in person, if anyone is.
    #[tracing::instrument(name = "api.identity.signed_in", skip_all)]
    pub async fn signed_in(
        &self,
        session: &Session,
        visitor: &Visitor,
    ) -> Result<Option<SignedIn>, IdentityError> {
        let Some(id) = session.get::<UserId>(USER_KEY).await? else {
            return Ok(None);
        };
        let Some(about) = session.get::<About>(ABOUT_KEY).await? else {
            return Ok(None);
        };
        let Some(user) = self.0.db.user(id).await?.filter(|user| !user.disabled) else {
            return Ok(None);
        };
        let access = self.0.db.access(id).await?;
        let credential = Credential::Session {
            id: about.id,
            fresh_at: about.fresh_at,
        };
        let lacking = self.lacking(&user, access.requires_second_factor).await?;
        Ok(Some(SignedIn {
            caller: Caller::new(id, access, credential, visitor.clone()),
            lacking,
            picture: user.picture_at,
            language: user.language,
            theme: user.theme,
            time_zone: user.time_zone,
            habits: user.habits,
            account: user.account,
        }))
    }

    /// Somebody for whom something is done that they left waiting: with what they may do now, and refused for what would refuse
    /// them if they called.
    pub(crate) async fn absent(&self, id: UserId) -> Result<Caller, IdentityError> {
        let user = self.0.db.user(id).await?.filter(|user| !user.disabled);
        let user = user.ok_or(IdentityError::Forbidden)?;
        let access = self.0.db.access(id).await?;
        self.refuse_lacking(&user, &access).await?;
        Ok(Caller::absent(id, access))
    }

    /// Refuses whoever must do something first.
    pub(super) async fn refuse_lacking(
        &self,
        user: &User,
        access: &Access,
    ) -> Result<(), IdentityError> {
        refuse(self.lacking(user, access.requires_second_factor).await?)
    }

    /// What the person must do before anything else is open to them.
    pub(super) async fn lacking(
        &self,
        user: &User,
        requires_second_factor: bool,
    ) -> Result<Option<Lacking>, IdentityError> {
        if self.0.verify_email && user.email_verified_at.is_none() {
            return Ok(Some(Lacking::VerifiedEmail));
        }
        if requires_second_factor && self.factors_of(user.account.id).await?.is_empty() {
            return Ok(Some(Lacking::SecondFactor));
        }
        Ok(None)
    }
}

/// What tells a password from another one, and nothing else of it; the same for all who have none.
fn password_of(user: &User) -> String {
    sha256_hex(user.password_hash.as_deref().unwrap_or_default().as_bytes())
}

const fn refuse(lacking: Option<Lacking>) -> Result<(), IdentityError> {
    match lacking {
        None => Ok(()),
        Some(Lacking::VerifiedEmail) => Err(IdentityError::EmailUnverified),
        Some(Lacking::SecondFactor) => Err(IdentityError::SecondFactorRequired),
    }
}
