//! How a letter leaves: through a mail server, or into a folder.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Body, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType},
    },
    transport::smtp::{self, authentication::Credentials},
};
use secrecy::ExposeSecret;

use super::{Encryption, MailError, MailVia, letter::Composed};

/// A mail server has so long for each of its answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// Letters that a folder keeps: the oldest goes for the newest.
const KEPT: usize = 1_000;

/// Where letters go.
pub(super) enum Way {
    Folder(Arc<Folder>),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

/// A folder of letters, each a file named by its number and kind. One is written at a time.
pub(super) struct Folder {
    path: PathBuf,
    turn: Mutex<()>,
}

/// Why a letter did not leave. Holds nothing of what the server said: that may name the recipient.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The mail server answered with a refusal.
    #[error("the mail server refused with {code}")]
    Refused {
        /// Its code.
        code: u16,
        /// Whether it would refuse again.
        permanent: bool,
    },
    /// The mail server can't be reached, or not be trusted.
    #[error("the mail server can't be spoken to")]
    Smtp(#[source] smtp::Error),
    /// The folder can't be written.
    #[error("writing a letter to its folder")]
    Folder(#[source] io::Error),
}

impl DeliveryError {
    /// Whether another try makes no sense.
    pub const fn is_permanent(&self) -> bool {
        match self {
            Self::Refused { permanent, .. } => *permanent,
            Self::Smtp(_) | Self::Folder(_) => false,
        }
    }
}

impl From<smtp::Error> for DeliveryError {
    fn from(error: smtp::Error) -> Self {
        match error.status() {
            Some(code) => Self::Refused {
                code: code.into(),
                permanent: error.is_permanent(),
            },
            None => Self::Smtp(error),
        }
    }
}

impl Way {
    pub(super) fn new(via: MailVia) -> Result<Self, MailError> {
        let (host, port, user, password, encryption) = match via {
            MailVia::Folder(path) => {
                return Ok(Self::Folder(Arc::new(Folder {
                    path,
                    turn: Mutex::new(()),
                })));
            }
            MailVia::Smtp {
                host,
                port,
                user,
                password,
                encryption,
            } => (host, port, user, password, encryption),
        };
        let builder = match encryption {
            Encryption::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(&host),
            Encryption::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&host),
            Encryption::None => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(
                &host,
            )),
        };
        let mut builder = builder
            .map_err(MailError::InvalidHost)?
            .port(port)
            .timeout(Some(PATIENCE));
        if let Some((user, password)) = user.zip(password) {
            let password = password.expose_secret().to_owned();
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(Self::Smtp(builder.build()))
    }

    /// The letter as text and as HTML. In a folder both stand in clear, for people and tests to read.
    pub(super) fn body(&self, letter: &Composed) -> MultiPart {
        match self {
            Self::Smtp(_) => {
                MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone())
            }
            Self::Folder(_) => MultiPart::alternative()
                .singlepart(clear(ContentType::TEXT_PLAIN, &letter.text))
                .singlepart(clear(ContentType::TEXT_HTML, &letter.html)),
        }
    }

    pub(super) async fn deliver(
        &self,
        message: &Message,
        kind: &'static str,
        subject: &str,
    ) -> Result<(), DeliveryError> {
        let folder = match self {
            Self::Smtp(transport) => {
                transport
                    .send_raw(message.envelope(), &message.formatted())
                    .await?;
                return Ok(());
            }
            Self::Folder(folder) => Arc::clone(folder),
        };
        let letter = message.formatted();
        let written = tokio::task::spawn_blocking(move || folder.keep(&letter, kind)).await;
        let file = written
            .map_err(io::Error::other)
            .and_then(|written| written)
            .map_err(DeliveryError::Folder)?;
        tracing::info!(
            mail.file = %file.display(),
            mail.subject = subject,
            "there is no mail server: the letter is in a file"
        );
        Ok(())
    }
}

impl Folder {
    fn keep(&self, letter: &[u8], kind: &str) -> io::Result<PathBuf> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        make_private(&self.path)?;
        let mut kept = self.letters()?;
        kept.sort();
        let number = kept
            .last()
            .map_or(1, |(number, _)| number.saturating_add(1));
        for (_, oldest) in kept.iter().take(kept.len().saturating_sub(KEPT - 1)) {
            // Another process may have thrown it out already.
            let _ = fs::remove_file(oldest);
        }
        // Several processes may write into one folder: the end of the name tells equal numbers apart.
        let name = format!("{number:06}-{kind}-{:08x}", rand::random::<u32>());
        let part = self.path.join(format!("{name}.part"));
        private_file(&part)?.write_all(letter)?;
        let file = self.path.join(format!("{name}.eml"));
        // Whoever finds it finds it whole.
        fs::rename(part, &file)?;
        Ok(file)
    }

    /// The letters' numbers and files.
    fn letters(&self) -> io::Result<Vec<(u64, PathBuf)>> {
        let mut letters = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "eml")
                && let Some(number) = number_of(&path)
            {
                letters.push((number, path));
            }
        }
        Ok(letters)
    }
}

fn number_of(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.split('-').next()?.parse().ok()
}

/// As it is, whatever is in it and however long its lines are: no mail server ever sees it.
fn clear(content_type: ContentType, text: &str) -> SinglePart {
    let bytes = text.replace('\n', "\r\n").into_bytes();
    SinglePart::builder()
        .header(content_type)
        .body(Body::dangerous_pre_encoded(
            bytes,
            ContentTransferEncoding::EightBit,
        ))
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(unix)]
fn private_file(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
}
