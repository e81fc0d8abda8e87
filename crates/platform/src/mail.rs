//! Letters to people. Without a mail server each is written to a folder, where whoever develops or tries the site
//! finds it.
//!
//! Whoever posts a letter neither waits for it nor fails with it: how long a mail server takes, or that it is gone, tells
//! nobody anything.

mod delivery;
mod letter;
#[cfg(test)]
mod tests;
mod words;

use std::{path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use lettre::{
    Address, Message,
    message::{
        Mailbox,
        header::{HeaderName, HeaderValue},
    },
};
use model::Email;
use secrecy::SecretString;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

pub use delivery::DeliveryError;
pub use letter::{Language, Letter};

use delivery::Way;
use letter::Composed;

/// Letters that are on their way at once.
const AT_ONCE: usize = 4;

/// Letters that wait, at most: a mail server that is gone for long must not cost all memory.
const WAITING: usize = 1_000;

/// What is waited after the first and after the second try. There is no fourth.
const PAUSES: [Duration; 2] = if cfg!(test) {
    [Duration::from_millis(5), Duration::from_millis(10)]
} else {
    [Duration::from_secs(2), Duration::from_secs(15)]
};

/// How mail looks and leaves.
#[derive(Clone, Debug)]
pub struct MailOptions {
    /// From whom: `Liantai <no-reply@ai.example.com>`.
    pub sender: String,
    /// How it leaves.
    pub via: MailVia,
    /// What the site calls itself.
    pub site: String,
}

/// How mail leaves.
#[derive(Clone, Debug)]
pub enum MailVia {
    /// As files in that folder.
    Folder(PathBuf),
    /// Through a mail server.
    Smtp {
        /// Its name, which its certificate must bear.
        host: String,
        /// Its port.
        port: u16,
        /// Who signs in there.
        user: Option<String>,
        /// And with what.
        password: Option<SecretString>,
        /// Whether others can read along.
        encryption: Encryption,
    },
}

/// How the way to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte, usually on port 465.
    Tls,
    /// After asking for it, usually on port 587; a server that can't is not spoken to.
    StartTls,
    /// Not at all: for a server on the same machine.
    None,
}

/// Why there is no mailer.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The sender is not an address.
    #[error("{0:?} is not a sender like \"Liantai <no-reply@ai.example.com>\"")]
    InvalidSender(String),
    /// The mail server's name can't be one.
    #[error("the mail server's name")]
    InvalidHost(#[source] lettre::transport::smtp::Error),
}

/// Sends letters. Cheap to clone.
#[derive(Clone)]
pub struct Mailer(Arc<Inner>);

struct Inner {
    sender: Mailbox,
    site: String,
    way: Way,
    tasks: TaskTracker,
    at_once: Semaphore,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Mailer(…)")
    }
}

impl Mailer {
    /// A mailer. Nothing is connected to before there is a letter.
    pub fn new(options: MailOptions) -> Result<Self, MailError> {
        let sender = Mailbox::from_str(&options.sender)
            .map_err(|_| MailError::InvalidSender(options.sender))?;
        Ok(Self(Arc::new(Inner {
            sender,
            site: options.site,
            way: Way::new(options.via)?,
            tasks: TaskTracker::new(),
            at_once: Semaphore::new(AT_ONCE),
        })))
    }

    /// Sends the letter in the background, with three tries; a letter that can't be delivered is said in the log.
    pub fn post(&self, to: &Email, letter: Letter, language: Language) {
        let kind = letter.kind();
        if self.0.tasks.len() >= WAITING {
            tracing::error!(
                mail.kind = kind,
                "too many letters wait: this one is not sent"
            );
            return;
        }
        let (mailer, to) = (self.clone(), to.clone());
        self.later(async move {
            let composed = letter.compose(language, &mailer.0.site);
            if let Some(message) = mailer.message(&to, &composed) {
                mailer.deliver(&message, kind, &composed.subject).await;
            } else {
                tracing::warn!(mail.kind = kind, "no mail server can take such an address");
            }
        });
    }

    /// Does in the background what may end in a letter, so that the answer does not tell whether it does.
    pub(crate) fn later(&self, work: impl Future<Output = ()> + Send + 'static) {
        let work = work.instrument(tracing::Span::current());
        self.0.tasks.spawn(work);
    }

    /// Waits until all that was posted has left or was given up.
    pub async fn close(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    async fn deliver(&self, message: &Message, kind: &'static str, subject: &str) {
        let Ok(_permit) = self.0.at_once.acquire().await else {
            return;
        };
        let mut pauses = PAUSES.iter();
        loop {
            let error = match self.0.way.deliver(message, kind, subject).await {
                Ok(()) => return,
                Err(error) => error,
            };
            let pause = pauses.next().filter(|_| !error.is_permanent());
            let Some(pause) = pause else {
                let error = &error as &dyn std::error::Error;
                tracing::error!(mail.kind = kind, error, "a letter could not be delivered");
                return;
            };
            tokio::time::sleep(*pause).await;
        }
    }

    /// `None` for an address that mail has no form for.
    fn message(&self, to: &Email, letter: &Composed) -> Option<Message> {
        let to = Address::from_str(to.as_str()).ok()?;
        let domain = self.0.sender.email.domain();
        let id = format!("<{:032x}@{domain}>", rand::random::<u128>());
        Message::builder()
            .from(self.0.sender.clone())
            .to(Mailbox::new(None, to))
            .subject(&letter.subject)
            .message_id(Some(id))
            // So that nobody's note of absence answers it.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(self.0.way.body(letter))
            .ok()
    }
}
