//! The promises of identity, on both databases.

mod accounts;
mod api_keys;
mod attempts;
mod authenticator;
mod browser;
mod passkeys;
mod privacy;
mod profile;
mod recovery_codes;
mod sessions;
mod setup;
mod step_up;
mod tokens;
mod totp;

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use model::{FailureCode, Millis};
use tower_sessions::{Session, session::Id};

use super::{Identity, IdentityError, IdentityOptions, PasswordCost, Registration};
use crate::{
    Clock as _,
    clock::{Ids, ManualClock},
    store::{Db, testing},
};

const PASSWORD: &str = "four lamps by the river";
const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const AWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

/// The service with cheap hashes and a clock to turn.
struct House {
    identity: Identity,
    clock: ManualClock,
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
        Self {
            identity: Identity::new(
                db.clone(),
                shared,
                ids,
                super::testing::vault(),
                super::testing::mailer(),
                options,
            ),
            clock,
            db: db.clone(),
        }
    }

    async fn lin(&self) -> model::Account {
        self.identity.register(lin(), HOME).await.unwrap()
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

fn cheap() -> IdentityOptions {
    IdentityOptions {
        password_cost: PasswordCost::new(16, 1, 1).unwrap(),
        ..IdentityOptions::default()
    }
}

fn lin() -> Registration {
    Registration::parse("Lin", "Lin@example.com", PASSWORD).unwrap()
}

fn code<T>(result: Result<T, IdentityError>) -> Result<T, FailureCode> {
    result.map_err(|error| error.code())
}
