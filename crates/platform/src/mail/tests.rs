//! Letters in words, in a folder, and through a mail server that has its whims.

use std::sync::{Arc, Mutex};

use model::{Email, Millis};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

use super::{Encryption, Language, Letter, MailError, MailOptions, MailVia, Mailer};
use crate::identity::testing::Mailbox;

const LINK: &str = "https://ai.example.com/reset?token=se-cret_0&x=<y>";

fn all() -> Vec<Letter> {
    let link = || LINK.to_owned();
    vec![
        Letter::VerifyEmail { link: link() },
        Letter::ResetPassword { link: link() },
        Letter::Invitation {
            link: link(),
            by: Some("<b>Lin</b>".to_owned()),
        },
        Letter::Invitation {
            link: link(),
            by: None,
        },
        Letter::AddressTaken { link: link() },
        Letter::PasswordChanged,
        Letter::EmailChanged { new: lin() },
        Letter::FactorsChanged,
        Letter::NewSignIn {
            device: "Chrome · Linux".to_owned(),
            address: "192.0.2.1".to_owned(),
            at: Millis::new(1_790_000_000_000),
        },
        Letter::ResetByAdministrator { link: link() },
    ]
}

fn lin() -> Email {
    Email::parse("lin@example.com").unwrap()
}

/// What a mail server was told, and how often it says no before it says yes.
#[derive(Clone)]
struct Server {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(mut refusals: Vec<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&heard);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let refusal = (!refusals.is_empty()).then(|| refusals.remove(0));
                // A client that breaks off is its own business.
                let _ = converse(stream, refusal, &notes).await;
            }
        });
        Self { port, heard }
    }

    fn mailer(&self, encryption: Encryption) -> Mailer {
        mailer(MailVia::Smtp {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            user: None,
            password: None,
            encryption,
        })
        .unwrap()
    }

    /// How many letters were begun, and what it was told.
    fn tries(&self) -> (usize, String) {
        let heard = self.heard.lock().unwrap();
        let begun = heard.iter().filter(|line| line.starts_with("MAIL FROM"));
        (begun.count(), heard.join("\n"))
    }
}

/// Speaks just enough of RFC 5321.
async fn converse(
    stream: TcpStream,
    refusal: Option<&'static str>,
    heard: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 here\r\n").await?;
    let mut in_letter = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end().to_owned();
        heard.lock().unwrap().push(line.clone());
        let answer = match (in_letter, line.as_str()) {
            (true, ".") => {
                in_letter = false;
                "250 taken"
            }
            (true, _) => continue,
            (false, "DATA") => {
                in_letter = true;
                "354 go on"
            }
            (false, line) if line.starts_with("MAIL FROM") => refusal.unwrap_or("250 yes"),
            (false, _) => "250 yes",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

fn mailer(via: MailVia) -> Result<Mailer, MailError> {
    Mailer::new(MailOptions {
        sender: "Liantai <no-reply@ai.example.com>".to_owned(),
        via,
        site: "Liantai".to_owned(),
    })
}

#[test]
fn every_letter_has_words_in_both_languages_and_its_link_in_both_forms() {
    for letter in all() {
        let english = letter.compose(Language::En, "Lab & Co");
        let chinese = letter.compose(Language::Zh, "Lab & Co");
        for composed in [&english, &chinese] {
            assert!(composed.subject.contains("Lab & Co"));
            assert!(composed.html.contains("Lab &amp; Co") && !composed.html.contains("<b>"));
            let links = composed.text.lines().filter(|line| *line == LINK).count();
            let shown = composed
                .html
                .matches("token=se-cret_0&amp;x=&lt;y&gt;")
                .count();
            assert_eq!(shown, 2 * links, "{}", letter.kind());
        }
        assert!(english.text.is_ascii() || english.text.contains('—'));
        assert!(
            chinese
                .text
                .chars()
                .any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c))
        );
        assert_ne!(english.subject, chinese.subject);
    }
}

#[test]
fn a_letter_does_not_print_its_link() {
    for letter in all() {
        assert!(!format!("{letter:?}").contains("se-cret"));
    }
}

#[test]
fn a_sender_that_is_none_is_refused() {
    let options = MailOptions {
        sender: "Liantai".to_owned(),
        via: MailVia::Folder("mail".into()),
        site: "Liantai".to_owned(),
    };
    assert!(matches!(
        Mailer::new(options),
        Err(MailError::InvalidSender(_))
    ));
}

#[tokio::test]
async fn without_a_mail_server_letters_are_files_for_their_owners_eyes_only() {
    let mail = Mailbox::new();
    for letter in all() {
        mail.mailer.post(&lin(), letter, Language::En);
        mail.mailer.close().await;
    }
    let letters = mail.letters().await;
    let kinds: Vec<_> = letters.iter().map(|letter| letter.kind.as_str()).collect();
    assert_eq!(kinds, all().iter().map(Letter::kind).collect::<Vec<_>>());
    let first = &letters[0];
    assert_eq!((first.to.as_str(), first.link()), ("lin@example.com", LINK));
    assert!(first.text.contains("Auto-Submitted: auto-generated"));
    assert!(
        first
            .text
            .contains("From: Liantai <no-reply@ai.example.com>")
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode =
            |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&mail.folder()), 0o700);
        for entry in std::fs::read_dir(mail.folder()).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
    }
}

#[tokio::test]
async fn letters_posted_at_once_all_arrive() {
    let mail = Mailbox::new();
    for _ in 0..40 {
        mail.mailer
            .post(&lin(), Letter::PasswordChanged, Language::Zh);
    }
    assert_eq!(mail.letters().await.len(), 40);
}

#[tokio::test]
async fn a_mail_server_gets_the_letter_and_what_fails_for_now_is_tried_three_times() {
    for (refusals, tries, arrives) in [
        (vec![], 1, true),
        (vec!["451 later"], 2, true),
        (vec!["451 later", "421 later"], 3, true),
        (vec!["451 later"; 9], 3, false),
        (vec!["550 never"], 1, false),
    ] {
        let server = Server::start(refusals.clone()).await;
        let mailer = server.mailer(Encryption::None);
        mailer.post(&lin(), Letter::PasswordChanged, Language::En);
        mailer.close().await;
        let (begun, heard) = server.tries();
        assert_eq!(begun, tries, "{refusals:?}");
        assert_eq!(
            heard.contains("Subject: Your password for Liantai was changed"),
            arrives
        );
        assert!(!arrives || heard.contains("RCPT TO:<lin@example.com>"));
    }
}

#[tokio::test]
async fn a_mail_server_without_encryption_is_not_spoken_to_when_there_must_be_some() {
    for encryption in [Encryption::StartTls, Encryption::Tls] {
        let server = Server::start(vec![]).await;
        let mailer = server.mailer(encryption);
        mailer.post(&lin(), Letter::PasswordChanged, Language::En);
        if encryption == Encryption::Tls {
            // The stand-in never answers a TLS greeting: nothing is sent, and nobody waits for it here.
            let _ =
                tokio::time::timeout(std::time::Duration::from_millis(200), mailer.close()).await;
        } else {
            mailer.close().await;
        }
        assert_eq!(server.tries().0, 0, "{encryption:?}");
    }
}

#[tokio::test]
async fn a_mail_server_that_is_gone_holds_nobody_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mailer = mailer(MailVia::Smtp {
        host: "127.0.0.1".to_owned(),
        port,
        user: None,
        password: None,
        encryption: Encryption::None,
    });
    let mailer = mailer.unwrap();
    mailer.post(&lin(), Letter::PasswordChanged, Language::En);
    mailer.close().await;
}
