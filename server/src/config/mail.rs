//! `[mail]`.

use std::{net::IpAddr, path::PathBuf};

use anyhow::bail;
use platform::mail::{Encryption, MailOptions, MailVia, Mailer};
use serde::{Deserialize, Serialize};

use super::Secret;

/// How letters leave. Without a mail server they are files in a folder.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailConfig {
    /// The mail server's name; without one, letters are written to `folder`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_host: Option<String>,
    /// Its port; by default 465 with `tls`, 587 with `starttls`, 25 with `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_port: Option<u16>,
    /// Who signs in there; nobody, when it is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_user: Option<String>,
    /// And with what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_password: Option<Secret>,
    /// How the way there is protected.
    pub smtp_encryption: SmtpEncryption,
    /// From whom letters are; needed with a mail server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// Where letters are written to without a mail server.
    pub folder: PathBuf,
}

/// How the way to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpEncryption {
    /// From the first byte.
    #[default]
    Tls,
    /// After asking for it; a server that can't is not spoken to.
    Starttls,
    /// Not at all: only for a server on the same machine or in the same trusted network.
    None,
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            smtp_host: None,
            smtp_port: None,
            smtp_user: None,
            smtp_password: None,
            smtp_encryption: SmtpEncryption::default(),
            sender: None,
            folder: PathBuf::from("data/mail"),
        }
    }
}

impl MailConfig {
    /// Whether letters leave through a mail server.
    pub fn is_smtp(&self) -> bool {
        self.smtp_host.is_some()
    }

    /// For the mailer of a site of that name.
    pub fn options(&self, site: &str) -> MailOptions {
        // A site's name may hold what an unquoted sender may not: without a mail server it only has to be one.
        let sender = self
            .sender
            .clone()
            .unwrap_or_else(|| "no-reply@localhost".to_owned());
        MailOptions {
            sender,
            via: self.via(),
            site: site.to_owned(),
        }
    }

    fn via(&self) -> MailVia {
        let Some(host) = self.smtp_host.clone() else {
            return MailVia::Folder(self.folder.clone());
        };
        let (usual, encryption) = match self.smtp_encryption {
            SmtpEncryption::Tls => (465, Encryption::Tls),
            SmtpEncryption::Starttls => (587, Encryption::StartTls),
            SmtpEncryption::None => (25, Encryption::None),
        };
        let password = self.smtp_password.as_ref();
        MailVia::Smtp {
            host,
            port: self.smtp_port.unwrap_or(usual),
            user: self.smtp_user.clone(),
            password: password.map(|password| password.reveal().clone()),
            encryption,
        }
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        let blank =
            |text: &Option<String>| text.as_deref().is_some_and(|text| text.trim().is_empty());
        for (key, text) in [
            ("smtp_host", &self.smtp_host),
            ("smtp_user", &self.smtp_user),
            ("sender", &self.sender),
        ] {
            if blank(text) {
                bail!("mail.{key} is empty: take it away or give it a value");
            }
        }
        if self.smtp_password.as_ref().is_some_and(Secret::is_blank) {
            bail!("mail.smtp_password is empty: take it away or give it a value");
        }
        let Some(host) = &self.smtp_host else {
            let given = [
                ("smtp_port", self.smtp_port.is_some()),
                ("smtp_user", self.smtp_user.is_some()),
                ("smtp_password", self.smtp_password.is_some()),
            ];
            if let Some((key, _)) = given.iter().find(|(_, given)| *given) {
                bail!(
                    "mail.{key} is set, but mail.smtp_host is not: name the mail server, or take mail.{key} away"
                );
            }
            if self.folder.as_os_str().is_empty() {
                bail!(
                    "mail.folder is empty: letters need a folder as long as mail.smtp_host is not set"
                );
            }
            return self.check_sender();
        };
        if self.sender.is_none() {
            bail!(
                "mail.sender must say from whom letters are, like \"Liantai <no-reply@ai.example.com>\", when \
                 mail.smtp_host is set"
            );
        }
        if self.smtp_user.is_some() != self.smtp_password.is_some() {
            bail!("mail.smtp_user and mail.smtp_password belong together: set both or none");
        }
        if self.smtp_port == Some(0) {
            bail!("mail.smtp_port must be at least 1");
        }
        if self.smtp_password.is_some()
            && self.smtp_encryption == SmtpEncryption::None
            && !is_this_machine(host)
        {
            bail!(
                "mail.smtp_encryption = \"none\" would send mail.smtp_password in clear to {host}: use \"tls\" or \
                 \"starttls\""
            );
        }
        self.check_sender()
    }

    /// Whatever the mailer itself refuses is refused before anything is opened.
    fn check_sender(&self) -> anyhow::Result<()> {
        match Mailer::new(self.options("Liantai")) {
            Ok(_) => Ok(()),
            Err(error) => Err(anyhow::Error::new(error).context("mail.sender or mail.smtp_host")),
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<MailConfig, String> {
        let config: MailConfig = toml::from_str(text).map_err(|error| error.to_string())?;
        config.check().map_err(|error| format!("{error:#}"))?;
        Ok(config)
    }

    #[test]
    fn without_anything_letters_go_to_a_folder() {
        let config = checked("").unwrap();
        assert!(!config.is_smtp());
        assert!(matches!(config.options("Liantai").via, MailVia::Folder(_)));
    }

    #[test]
    fn a_mail_server_has_the_usual_port_of_its_encryption() {
        for (encryption, usual) in [("tls", 465), ("starttls", 587), ("none", 25)] {
            let config = checked(&format!(
                "smtp_host = \"mail.example.com\"\nsender = \"Liantai <a@example.com>\"\nsmtp_encryption = \"{encryption}\""
            ));
            let MailVia::Smtp { port, .. } = config.unwrap().options("Liantai").via else {
                panic!("a folder");
            };
            assert_eq!(port, usual, "{encryption}");
        }
    }

    /// CF: half a configuration is refused, and the words name the key.
    #[test]
    fn what_is_empty_half_or_weak_is_refused_by_its_name() {
        const SENDER: &str = "sender = \"a@example.com\"\n";
        for (text, named) in [
            ("smtp_host = \"\"", "mail.smtp_host"),
            ("sender = \" \"", "mail.sender"),
            ("smtp_port = 25", "mail.smtp_port"),
            ("smtp_user = \"lin\"", "mail.smtp_user"),
            ("smtp_password = \"x\"", "mail.smtp_password"),
            ("folder = \"\"", "mail.folder"),
            ("smtp_host = \"mail.example.com\"", "mail.sender"),
            ("sender = \"nobody\"", "mail.sender"),
            ("smtp_encryption = \"ssl\"", "ssl"),
            ("smtp_hots = \"mail.example.com\"", "smtp_hots"),
            (
                &format!("{SENDER}smtp_host = \"m.example.com\"\nsmtp_user = \"lin\""),
                "mail.smtp_password",
            ),
            (
                &format!("{SENDER}smtp_host = \"m.example.com\"\nsmtp_password = \"x\""),
                "mail.smtp_user",
            ),
            (
                &format!(
                    "{SENDER}smtp_host = \"m.example.com\"\nsmtp_password = \" \"\nsmtp_user = \"lin\""
                ),
                "mail.smtp_password",
            ),
            (
                &format!("{SENDER}smtp_host = \"m.example.com\"\nsmtp_port = 0"),
                "mail.smtp_port",
            ),
            (
                &format!(
                    "{SENDER}smtp_host = \"m.example.com\"\nsmtp_user = \"lin\"\nsmtp_password = \"x\"\nsmtp_encryption = \"none\""
                ),
                "in clear",
            ),
        ] {
            let problem = checked(text).expect_err(text);
            assert!(problem.contains(named), "{text}: {problem}");
        }
    }

    #[test]
    fn a_password_may_go_in_clear_within_this_machine() {
        for host in ["localhost", "127.0.0.1", "::1"] {
            let text = format!(
                "sender = \"a@example.com\"\nsmtp_host = \"{host}\"\nsmtp_user = \"lin\"\nsmtp_password = \"x\"\n\
                 smtp_encryption = \"none\""
            );
            assert!(checked(&text).is_ok(), "{host}");
        }
    }
}
