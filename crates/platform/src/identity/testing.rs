//! For tests of all areas: the service of identity with cheap hashes, and people made without any of the ways in.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    sync::Arc,
};

use model::{Account, BuiltIn, DisplayName, Email, UserId};
use tower_sessions::{Session, session::Id};

use super::{Caller, Identity, IdentityOptions, PasswordCost, Proof};
use crate::{
    mail::{MailOptions, MailVia, Mailer},
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
    mailer_to(std::env::temp_dir().join("liantai-test-mail"))
}

fn mailer_to(folder: PathBuf) -> Mailer {
    let options = MailOptions {
        sender: "Liantai <no-reply@ai.example.com>".to_owned(),
        via: MailVia::Folder(folder),
        site: "Liantai".to_owned(),
    };
    Mailer::new(options).expect("a mailer")
}

/// A folder that letters go to, and reading them.
pub(crate) struct Mailbox {
    folder: tempfile::TempDir,
    pub(crate) mailer: Mailer,
}

/// A letter that was written.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// What kind of letter, like `reset-password`.
    pub(crate) kind: String,
    /// To which address.
    pub(crate) to: String,
    /// All of it.
    pub(crate) text: String,
}

impl Mailbox {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self {
            mailer: mailer_to(folder.path().join("mail")),
            folder,
        }
    }

    /// Where they are.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    /// All letters so far, when those that are on their way have arrived: the oldest first.
    pub(crate) async fn letters(&self) -> Vec<Received> {
        self.mailer.close().await;
        let Ok(entries) = std::fs::read_dir(self.folder()) else {
            return Vec::new();
        };
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
        files.sort();
        files.iter().map(|file| Received::read(file)).collect()
    }

    /// The newest letter of that kind.
    pub(crate) async fn newest(&self, kind: &str) -> Received {
        let letters = self.letters().await;
        let newest = letters.iter().rev().find(|letter| letter.kind == kind);
        newest
            .unwrap_or_else(|| panic!("no {kind} in {letters:?}"))
            .clone()
    }
}

impl Received {
    fn read(file: &Path) -> Self {
        let name = file
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name");
        let (_, rest) = name.split_once('-').expect("a number");
        let (kind, _) = rest.rsplit_once('-').expect("an end");
        let text = std::fs::read_to_string(file).expect("a letter");
        let to = text.lines().find_map(|line| line.strip_prefix("To: "));
        Self {
            kind: kind.to_owned(),
            to: to.expect("a recipient").to_owned(),
            text,
        }
    }

    /// The link in it.
    pub(crate) fn link(&self) -> &str {
        let mut lines = self.text.lines();
        lines.find(|line| line.starts_with("http")).expect("a link")
    }

    /// The secret in its link.
    pub(crate) fn token(&self) -> &str {
        self.link().rsplit_once('=').expect("a secret").1
    }
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
