//! `[identity]`.

use std::time::Duration;

use anyhow::bail;
use model::RegistrationMode;
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
    /// For the service.
    pub fn options(&self) -> IdentityOptions {
        IdentityOptions {
            registration: self.registration,
            registration_domains: self
                .registration_domains
                .iter()
                .map(|domain| domain.trim().trim_start_matches('@').to_lowercase())
                .collect(),
            verify_email: self.verify_email.unwrap_or(false),
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
        Ok(())
    }
}
