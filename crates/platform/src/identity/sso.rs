//! Signing in with an account elsewhere.

/// A provider of accounts.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its name in addresses.
    pub id: String,
    /// Its name on the button.
    pub label: String,
    /// What it speaks.
    pub kind: ProviderKind,
}

/// What a provider speaks.
#[derive(Clone, Debug)]
pub enum ProviderKind {
    /// OpenID Connect.
    OpenId,
    /// OAuth 2.0 with an interface of its own for who somebody is, as GitHub has.
    OAuth,
}
