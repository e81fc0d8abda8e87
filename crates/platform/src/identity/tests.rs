//! The promises of identity, on both databases.

mod accounts;
mod api_keys;
mod attempts;
mod authenticator;
mod browser;
mod email_proofs;
mod invitations;
mod passkeys;
mod passwords;
mod places;
mod privacy;
mod profile;
mod recovery_codes;
mod registration;
mod sessions;
mod setup;
mod step_up;
mod tokens;
mod totp;

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use model::{Account, FailureCode, Millis, UserId};
use tower_sessions::{Session, session::Id};

use super::{
    Caller, Identity, IdentityError, IdentityOptions, Proof, Registered, Registration,
    testing::{Mailbox, cheap, vault, visitor},
};
use crate::{
    Clock as _,
    clock::{Ids, ManualClock},
    mail::Language,
    store::{Db, testing},
    visitor::Visitor,
};

const PASSWORD: &str = "four lamps by the river";
const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const AWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

/// The service with cheap hashes, a clock to turn, and a mailbox to look into.
struct House {
    identity: Identity,
    clock: ManualClock,
    mail: Mailbox,
    db: Db,
}

impl House {
    fn on(db: &Db) -> Self {
        Self::with(db, cheap())
    }

    fn with(db: &Db, options: IdentityOptions) -> Self {
        let clock = ManualClock::at(Millis::new(1_790_000_000_000));
        let shared = Arc::new(clock.clone());
        let ids = Ids::new(shared.clone());
        let mail = Mailbox::new();
        let mailer = mail.mailer.clone();
        Self {
            identity: Identity::new(db.clone(), shared, ids, vault(), mailer, options),
            clock,
            mail,
            db: db.clone(),
        }
    }

    /// Lin, who registered.
    async fn lin(&self) -> Account {
        let proof = entered(self.register(lin(), None).await).unwrap();
        self.account(proof.user).await
    }

    async fn register(
        &self,
        who: Registration,
        invitation: Option<&str>,
    ) -> Result<Registered, FailureCode> {
        let language = Language::En;
        code(
            self.identity
                .register(who, invitation, &visitor(), language)
                .await,
        )
    }

    /// Asks for a link to a new password.
    async fn forgot(&self, email: &str) -> Result<(), FailureCode> {
        let visitor = visitor();
        code(
            self.identity
                .request_reset(email, &visitor, Language::En)
                .await,
        )
    }

    async fn account(&self, user: UserId) -> Account {
        self.db.user(user).await.unwrap().unwrap().account
    }

    async fn sign_in(
        &self,
        email: &str,
        password: &str,
        from: IpAddr,
    ) -> Result<Proof, IdentityError> {
        self.identity
            .sign_in(email, password, &Visitor::at(from))
            .await
    }

    /// Whoever has that account, in a new session.
    async fn caller(&self, user: UserId) -> Caller {
        let session = self.session(self.identity.entered(user).await);
        self.identity.newcomer(&session, &visitor()).await.unwrap()
    }

    /// What a request with this cookie sees.
    fn session(&self, cookie: Option<Id>) -> Session {
        Session::new(cookie, Arc::new(self.identity.session_store()), None)
    }

    async fn disable(&self, email: &str) {
        let sql = format!("UPDATE users SET disabled = TRUE WHERE email = '{email}'");
        testing::execute(&self.db, &sql).await;
    }

    async fn count(&self, sql: &str) -> i64 {
        testing::count(&self.db, sql).await
    }
}

fn lin() -> Registration {
    Registration::parse("Lin", "Lin@example.com", PASSWORD).unwrap()
}

/// The proof of whoever was let in at once.
fn entered(registered: Result<Registered, FailureCode>) -> Result<Proof, FailureCode> {
    match registered? {
        Registered::Entered(proof) => Ok(proof),
        Registered::MailSent => panic!("a letter was sent instead"),
    }
}

fn code<T>(result: Result<T, IdentityError>) -> Result<T, FailureCode> {
    result.map_err(|error| error.code())
}
