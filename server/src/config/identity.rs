//! `[identity]`.

use std::time::Duration;

use anyhow::bail;
use model::{Email, RegistrationMode};
use platform::identity::{IdentityOptions, Limits};
use serde::{Deserialize, Serialize};

/// Where sessions are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionsIn {
    /// Beside everything else.
    #[default]
    Database,
    /// In Redis, see `[redis]`.
    Redis,
}

/// Accounts and sessions.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityConfig {
    /// Who may make an account without being asked.
    pub registration: RegistrationMode,
    /// Domains of addresses that may register under `domains`.
    pub registration_domains: Vec<String>,
    /// Whether an address must be shown to be its owner's; by default where a mail server is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify_email: Option<bool>,
    /// Where sessions are kept.
    pub sessions: SessionsIn,
    /// Sessions that one person may have at once; the oldest ends for a new one.
    pub sessions_per_person: u32,
    /// A session ends after so many hours without a request.
    pub session_idle_hours: u64,
    /// A session ends so many hours after it began.
    pub session_absolute_hours: u64,
    /// What the site calls itself; no password may consist of it.
    pub site_name: String,
    /// Failed sign-ins from one address in ten minutes, at most. An office behind one address shares them.
    pub failures_per_address: u32,
    /// New accounts from one address in ten minutes, at most.
    pub registrations_per_address: u32,
}

impl Default for IdentityConfig {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            registration: RegistrationMode::Open,
            registration_domains: Vec::new(),
            verify_email: None,
            sessions: SessionsIn::Database,
            sessions_per_person: 50,
            session_idle_hours: 7 * 24,
            session_absolute_hours: 30 * 24,
            site_name: "Liantai".to_owned(),
            failures_per_address: limits.address_failures,
            registrations_per_address: limits.registrations,
        }
    }
}

impl IdentityConfig {
    /// For the service, of a site with or without a mail server.
    pub fn options(&self, has_mail_server: bool) -> IdentityOptions {
        IdentityOptions {
            registration: self.registration,
            registration_domains: self.domains().collect(),
            verify_email: self.verify_email.unwrap_or(has_mail_server),
            sessions_per_person: self.sessions_per_person,
            session_idle: Duration::from_hours(self.session_idle_hours),
            session_absolute: Duration::from_hours(self.session_absolute_hours),
            site_names: vec![self.site_name.clone()],
            limits: Limits {
                address_failures: self.failures_per_address,
                registrations: self.registrations_per_address,
                ..Limits::default()
            },
            ..IdentityOptions::default()
        }
    }

    /// As people write them, `@Example.com` too.
    fn domains(&self) -> impl Iterator<Item = String> {
        let domains = self.registration_domains.iter();
        domains.map(|domain| domain.trim().trim_start_matches('@').to_lowercase())
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        if self.session_idle_hours == 0 || self.session_absolute_hours < self.session_idle_hours {
            bail!(
                "identity.session_idle_hours must be at least 1 and at most identity.session_absolute_hours"
            );
        }
        if self.sessions_per_person == 0 {
            bail!("identity.sessions_per_person must be at least 1");
        }
        if self.registration == RegistrationMode::Domains && self.registration_domains.is_empty() {
            bail!(
                "identity.registration_domains must name at least one domain when identity.registration is \"domains\""
            );
        }
        if self.registration == RegistrationMode::Domains && self.verify_email == Some(false) {
            bail!(
                "identity.verify_email can't be false when identity.registration is \"domains\": anybody could claim an \
                 address of yours"
            );
        }
        for domain in self.domains() {
            if Email::parse(format!("x@{domain}")).is_err() || !domain.contains('.') {
                bail!(
                    "identity.registration_domains: {domain:?} is not a domain like \"example.com\""
                );
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<IdentityConfig, String> {
        let config: IdentityConfig = toml::from_str(text).map_err(|error| error.to_string())?;
        config.check().map_err(|error| error.to_string())?;
        Ok(config)
    }

    #[test]
    fn addresses_are_verified_by_default_where_there_is_a_mail_server() {
        for (text, with, without) in [
            ("", true, false),
            ("verify_email = true", true, true),
            ("verify_email = false", false, false),
        ] {
            let config = checked(text).unwrap();
            assert_eq!(config.options(true).verify_email, with, "{text}");
            assert_eq!(config.options(false).verify_email, without, "{text}");
        }
    }

    #[test]
    fn domains_are_taken_as_people_write_them() {
        let text = "registration = \"domains\"\nregistration_domains = [\" @Example.com\"]";
        let options = checked(text).unwrap().options(true);
        assert_eq!(options.registration_domains, ["example.com"]);
    }

    #[test]
    fn what_would_let_anybody_in_or_nobody_is_refused_by_its_name() {
        for (text, named) in [
            ("registration = \"domains\"", "registration_domains"),
            (
                "registration = \"domains\"\nregistration_domains = [\"\"]",
                "registration_domains",
            ),
            ("registration_domains = [\"com\"]", "registration_domains"),
            (
                "registration_domains = [\"a@example.com\"]",
                "registration_domains",
            ),
            (
                "registration = \"domains\"\nregistration_domains = [\"example.com\"]\nverify_email = false",
                "verify_email",
            ),
            ("registration = \"everybody\"", "everybody"),
            ("registration = true", "registration"),
        ] {
            let problem = checked(text).expect_err(text);
            assert!(problem.contains(named), "{text}: {problem}");
        }
    }
}
