//! Providers, as the operator describes them.

use secrecy::SecretString;

/// A provider of accounts.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its name in addresses.
    pub id: String,
    /// Its name on the button.
    pub label: String,
    /// What it speaks.
    pub kind: ProviderKind,
    /// Who it is: for OpenID Connect exactly as its discovery document says, else its origin.
    pub issuer: String,
    /// What it calls this site.
    pub client_id: String,
    /// What this site proves itself with; `None` for a public client.
    pub client_secret: Option<SecretString>,
    /// What is asked for, and no more.
    pub scopes: Vec<String>,
    /// Domains, lowercased, of which a verified address is needed; empty is everybody.
    pub allowed_domains: Vec<String>,
    /// Whether somebody new gets an account.
    pub create_accounts: bool,
    /// Whether a second factor that was shown there counts here.
    pub trusts_factors: bool,
    /// Which roles follow from what the provider says.
    pub role_rules: Vec<RoleRule>,
}

/// What a provider speaks.
#[derive(Clone, Debug)]
pub enum ProviderKind {
    /// OpenID Connect: the rest is discovered.
    OpenId,
    /// OAuth 2.0 with an interface of its own for who somebody is, as GitHub has.
    OAuth(OAuthInterface),
}

/// Where an OAuth provider is asked, and what it calls things.
#[derive(Clone, Debug)]
pub struct OAuthInterface {
    /// Where the browser goes.
    pub authorize_url: String,
    /// Where a code becomes a token.
    pub token_url: String,
    /// Who the token's person is, as JSON.
    pub userinfo_url: String,
    /// Their addresses, as a list of `{email, primary, verified}`, when that is a question of its own.
    pub emails_url: Option<String>,
    /// The field that never changes for a person: text or a number.
    pub subject_field: String,
    /// The field of their name.
    pub name_field: String,
    /// The field of their address.
    pub email_field: String,
    /// The field that says whether it is verified; without one it is not.
    pub email_verified_field: Option<String>,
}

/// Whoever has that value in that claim has that role, and whoever has not, has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRule {
    /// The claim: its name, or a path like `realm_access.roles`.
    pub claim: String,
    /// What it equals, or what its list contains.
    pub value: String,
    /// The role's name: never the owner's.
    pub role: String,
}
