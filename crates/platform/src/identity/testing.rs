//! For tests of all areas: the service of identity with cheap hashes, and people made without any of the ways in.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use model::{Account, BuiltIn, DisplayName, Email, UserId};
use tower_sessions::{Session, session::Id};

use super::{Caller, Identity, IdentityOptions, PasswordCost, Proof};
use crate::{
    mail::{MailOptions, Mailer},
    store::NewUser,
    vault::Vault,
    visitor::Visitor,
};

/// Hashes that cost next to nothing.
pub(crate) fn cheap() -> IdentityOptions {
    IdentityOptions {
        password_cost: PasswordCost::new(16, 1, 1).expect("a cost"),
        ..IdentityOptions::default()
    }
}

/// A vault under a key of its own.
pub(crate) fn vault() -> Vault {
    Vault::new(&Vault::new_key()).expect("a key")
}

/// A mailer whose letters nobody reads.
pub(crate) fn mailer() -> Mailer {
    Mailer::new(MailOptions::Folder(
        std::env::temp_dir().join("liantai-test-mail"),
    ))
}

/// Whoever sits at home with Chrome.
pub(crate) fn visitor() -> Visitor {
    Visitor {
        address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/140.0.0.0 Safari/537.36"
            .to_owned(),
        request_id: "r-1".to_owned(),
    }
}

impl Identity {
    /// An account of that name with that role: its address is `{name}@example.com`.
    pub(crate) async fn person(&self, name: &str, role: BuiltIn) -> UserId {
        let account = Account {
            id: UserId::from_uuid(self.0.ids.next()),
            name: DisplayName::parse(name).expect("a name"),
            email: Email::parse(format!("{name}@example.com")).expect("an address"),
        };
        let now = self.0.clock.now();
        let user = NewUser {
            account: &account,
            password_hash: None,
            email_verified_at: Some(now),
            roles: &[role.id()],
        };
        let record = self.0.audit.command_line("user.register");
        let made = self.0.db.insert_user(&user, now, &record).await;
        made.expect("an account");
        account.id
    }

    /// Signs somebody in; the cookie.
    pub(crate) async fn entered(&self, user: UserId) -> Option<Id> {
        let session = self.session(None);
        let proof = Proof {
            user,
            awaited: Vec::new(),
            by: "password",
        };
        let entered = self.enter(&session, proof, &visitor()).await;
        entered.expect("a session");
        session.id()
    }

    /// What a request with this cookie sees.
    pub(crate) fn session(&self, cookie: Option<Id>) -> Session {
        Session::new(cookie, Arc::new(self.session_store()), None)
    }

    /// A new account with that role that is signed in.
    pub(crate) async fn signed_up(&self, name: &str, role: BuiltIn) -> Caller {
        let user = self.person(name, role).await;
        let session = self.session(self.entered(user).await);
        let caller = self.caller(&session, &visitor()).await;
        caller.expect("a caller")
    }
}
