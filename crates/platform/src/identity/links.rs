//! Where the links in mails lead: always to the configured origin, whatever a request says that it was sent to.

use secrecy::{ExposeSecret, SecretString};

use super::Identity;

impl Identity {
    /// The site's own origin, `https://ai.example.com`.
    pub fn origin(&self) -> &str {
        &self.0.origin
    }

    /// Where somebody makes an account by an invitation.
    pub(super) fn invitation_link(&self, token: &SecretString) -> String {
        self.mailed_link("/register?invitation=", token)
    }

    /// Where somebody shows that an address is theirs.
    pub(super) fn verification_link(&self, token: &SecretString) -> String {
        self.mailed_link("/verify?token=", token)
    }

    /// Where somebody chooses a new password.
    pub(super) fn reset_link(&self, token: &SecretString) -> String {
        self.mailed_link("/reset?token=", token)
    }

    /// Where people sign in.
    pub(super) fn sign_in_link(&self) -> String {
        format!("{}/login", self.0.origin)
    }

    /// A token has no characters that a URL would have to escape.
    fn mailed_link(&self, path: &str, token: &SecretString) -> String {
        format!("{}{path}{}", self.0.origin, token.expose_secret())
    }
}
