//! The site as passkeys know it: they belong to its host name and answer to its origin only.

use model::FailureCode;
use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder};

use crate::identity::IdentityError;

/// Checks passkeys, where there can be any.
#[derive(Debug)]
pub(in crate::identity) struct Site(Option<Webauthn>);

impl Site {
    /// The site at that origin. Browsers know no passkeys for a site that has an address but no name.
    pub(in crate::identity) fn new(origin: &str, name: &str) -> Self {
        let checks = Url::parse(origin).ok().and_then(|origin| {
            let host = origin.domain()?;
            let builder = WebauthnBuilder::new(host, &origin).ok()?;
            builder.rp_name(name).build().ok()
        });
        Self(checks)
    }

    /// What checks them; without, every passkey is refused.
    pub(super) fn get(&self) -> Result<&Webauthn, IdentityError> {
        self.0
            .as_ref()
            .ok_or(IdentityError::Refused(FailureCode::PasskeyRefused))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_needs_a_name_for_passkeys() {
        for (origin, works) in [
            ("https://ai.example.com", true),
            ("https://ai.example.com:8443", true),
            ("http://localhost:3000", true),
            ("http://127.0.0.1:3000", false),
            ("http://[::1]:3000", false),
            ("nowhere", false),
        ] {
            assert_eq!(
                Site::new(origin, "Liantai").get().is_ok(),
                works,
                "{origin}"
            );
        }
    }
}
