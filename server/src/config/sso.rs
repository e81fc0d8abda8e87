//! `[sso.NAME]`: one table for each provider of accounts.

use std::collections::BTreeMap;

use anyhow::{bail, ensure};
use model::BuiltIn;
use platform::identity::{OAuthInterface, Provider, ProviderKind, RoleRule};
use serde::{Deserialize, Serialize};

use super::{Secret, is_origin};

/// All providers, by their names in addresses.
pub type SsoConfigs = BTreeMap<String, SsoConfig>;

/// A provider of accounts. With `authorize_url` it is an OAuth 2.0 provider like GitHub, else an OpenID provider.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SsoConfig {
    /// The name on the button.
    pub label: String,
    /// Who it is: for OpenID Connect its issuer, exactly as its discovery document says; else its origin.
    pub issuer: String,
    /// What it calls this site.
    pub client_id: String,
    /// What this site proves itself with; not set for a public client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// What is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// Domains of which a verified address is needed; empty is everybody.
    pub allowed_domains: Vec<String>,
    /// Whether somebody new gets an account.
    pub create_accounts: bool,
    /// Whether a second factor that was shown there counts here.
    pub trusts_factors: bool,
    /// Where the browser goes (OAuth).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorize_url: Option<String>,
    /// Where a code becomes a token (OAuth).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    /// Who the token's person is (OAuth).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_url: Option<String>,
    /// Their addresses, when that is a question of its own (OAuth).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emails_url: Option<String>,
    /// The field that never changes for a person (OAuth).
    pub subject_field: String,
    /// The field of their name (OAuth).
    pub name_field: String,
    /// The field of their address (OAuth).
    pub email_field: String,
    /// The field that says whether the address is verified (OAuth).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified_field: Option<String>,
    /// Which roles follow from what the provider says.
    pub role_rules: Vec<RoleRuleConfig>,
}

/// Whoever has `value` in `claim` has `role`, and whoever has not, has not.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RoleRuleConfig {
    /// The claim: its name, or a path like `realm_access.roles`.
    pub claim: String,
    /// What it equals, or what its list contains.
    pub value: String,
    /// The role's name: a self-made one, or a built-in one below the owner.
    pub role: String,
}

impl Default for SsoConfig {
    fn default() -> Self {
        Self {
            label: String::new(),
            issuer: String::new(),
            client_id: String::new(),
            client_secret: None,
            scopes: None,
            allowed_domains: Vec::new(),
            create_accounts: true,
            trusts_factors: false,
            authorize_url: None,
            token_url: None,
            userinfo_url: None,
            emails_url: None,
            subject_field: "id".to_owned(),
            name_field: "name".to_owned(),
            email_field: "email".to_owned(),
            email_verified_field: None,
            role_rules: Vec::new(),
        }
    }
}

/// The providers, for the service.
pub fn providers(configs: &SsoConfigs) -> Vec<Provider> {
    configs
        .iter()
        .map(|(id, config)| config.provider(id))
        .collect()
}

pub(super) fn check(configs: &SsoConfigs) -> anyhow::Result<()> {
    for (id, config) in configs {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        ensure!(
            !id.is_empty() && id.len() <= 40 && id.chars().all(plain),
            "sso.{id}: a provider's name is of small letters, digits, - and _, because it stands in addresses"
        );
        config.check(id)?;
    }
    Ok(())
}

impl SsoConfig {
    fn provider(&self, id: &str) -> Provider {
        let secret = self.client_secret.as_ref().filter(|it| !it.is_blank());
        let kind = self
            .oauth()
            .map_or(ProviderKind::OpenId, ProviderKind::OAuth);
        let scopes = match (&self.scopes, &kind) {
            (Some(scopes), _) => scopes.clone(),
            (None, ProviderKind::OpenId) => {
                ["openid", "email", "profile"].map(str::to_owned).to_vec()
            }
            (None, ProviderKind::OAuth(_)) => Vec::new(),
        };
        Provider {
            id: id.to_owned(),
            label: self.label.clone(),
            kind,
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret: secret.map(|secret| secret.reveal().clone()),
            scopes,
            allowed_domains: self
                .allowed_domains
                .iter()
                .map(|domain| domain.trim().trim_start_matches('@').to_lowercase())
                .collect(),
            create_accounts: self.create_accounts,
            trusts_factors: self.trusts_factors,
            role_rules: self
                .role_rules
                .iter()
                .map(|rule| RoleRule {
                    claim: rule.claim.clone(),
                    value: rule.value.clone(),
                    role: rule.role.clone(),
                })
                .collect(),
        }
    }

    fn oauth(&self) -> Option<OAuthInterface> {
        Some(OAuthInterface {
            authorize_url: self.authorize_url.clone()?,
            token_url: self.token_url.clone()?,
            userinfo_url: self.userinfo_url.clone()?,
            emails_url: self.emails_url.clone(),
            subject_field: self.subject_field.clone(),
            name_field: self.name_field.clone(),
            email_field: self.email_field.clone(),
            email_verified_field: self.email_verified_field.clone(),
        })
    }

    fn check(&self, id: &str) -> anyhow::Result<()> {
        for (key, text) in [
            ("label", &self.label),
            ("issuer", &self.issuer),
            ("client_id", &self.client_id),
        ] {
            ensure!(!text.trim().is_empty(), "sso.{id}.{key} is missing");
        }
        let urls = [
            ("authorize_url", &self.authorize_url),
            ("token_url", &self.token_url),
            ("userinfo_url", &self.userinfo_url),
        ];
        let set = urls.iter().filter(|(_, url)| url.is_some()).count();
        if set > 0 && set < urls.len() {
            bail!(
                "sso.{id}: authorize_url, token_url and userinfo_url go together (OAuth 2.0); without all three the issuer is asked (OpenID Connect)"
            );
        }
        if set > 0 && !is_origin(&self.issuer) {
            bail!(
                "sso.{id}.issuer: of an OAuth 2.0 provider it is its origin, like https://github.com"
            );
        }
        if set == 0
            && self
                .scopes
                .as_ref()
                .is_some_and(|all| !all.iter().any(|it| it == "openid"))
        {
            bail!("sso.{id}.scopes must contain \"openid\"");
        }
        let emails = ("emails_url", &self.emails_url);
        for (key, url) in urls.into_iter().chain([emails]) {
            if let Some(url) = url {
                safe(id, key, url)?;
            }
        }
        safe(id, "issuer", &self.issuer)?;
        if self
            .allowed_domains
            .iter()
            .any(|domain| domain.trim().is_empty())
        {
            bail!("sso.{id}.allowed_domains: a domain is empty");
        }
        for rule in &self.role_rules {
            if rule.claim.is_empty() || rule.value.is_empty() || rule.role.trim().is_empty() {
                bail!("sso.{id}.role_rules: each rule needs claim, value and role");
            }
            if rule.role.trim().to_lowercase() == BuiltIn::Owner.as_str() {
                bail!("sso.{id}.role_rules: the owner's role is given by people only");
            }
        }
        Ok(())
    }
}

/// By https, or on this machine.
fn safe(id: &str, key: &str, url: &str) -> anyhow::Result<()> {
    let here = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let here = here.iter().any(|origin| {
        url.strip_prefix(origin)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    ensure!(
        here || (url.starts_with("https://") && url.len() > "https://".len()),
        "sso.{id}.{key}: {url:?} must begin with https:// (http only on this machine)"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use figment::{
        Figment,
        providers::{Format, Toml},
    };

    use super::super::Config;
    use super::*;

    const CORP: &str = "[sso.corp]\nlabel = \"Corp\"\nissuer = \"https://id.example.com/\"\n\
         client_id = \"liantai\"\nclient_secret = \"hush-0123456789\"\n";
    const HUB: &str = "[sso.hub]\nlabel = \"Hub\"\nissuer = \"https://hub.example\"\nclient_id = \"x\"\n\
         authorize_url = \"https://hub.example/a\"\ntoken_url = \"https://hub.example/t\"\n\
         userinfo_url = \"https://api.hub.example/user\"\n";

    fn read(text: &str) -> anyhow::Result<Config> {
        let config: Config = Figment::from(Toml::string(text)).extract()?;
        config.check()?;
        Ok(config)
    }

    #[test]
    fn both_kinds_are_read_and_the_secret_is_masked() -> anyhow::Result<()> {
        let config = read(&format!("{CORP}{HUB}"))?;
        let providers = providers(&config.sso);
        assert!(matches!(providers[0].kind, ProviderKind::OpenId));
        assert_eq!(providers[0].scopes, ["openid", "email", "profile"]);
        assert!(matches!(providers[1].kind, ProviderKind::OAuth(_)));
        for text in [
            format!("{config:?}"),
            toml::to_string(&config)?,
            format!("{providers:?}"),
        ] {
            assert!(!text.contains("hush"), "{text}");
        }
        Ok(())
    }

    #[test]
    fn what_can_not_work_stops_the_start_and_is_named() {
        for (text, named) in [
            ("[sso.corp]\nlabel = \"x\"".to_owned(), "sso.corp.issuer"),
            (CORP.replace("corp", "Corp Inc"), "invalid"),
            (
                CORP.replace("[sso.corp]", "[sso.\"Corp Inc\"]"),
                "sso.Corp Inc",
            ),
            (CORP.replace("https://", "http://"), "sso.corp.issuer"),
            (CORP.replace("label", "lable"), "lable"),
            (format!("{CORP}scopes = [\"email\"]"), "sso.corp.scopes"),
            (
                format!("{CORP}token_url = \"https://x.example\""),
                "sso.corp",
            ),
            (
                HUB.replace("\"https://hub.example\"", "\"https://hub.example/x\""),
                "sso.hub.issuer",
            ),
            (
                format!(
                    "{CORP}role_rules = [{{ claim = \"g\", value = \"a\", role = \"Owner\" }}]"
                ),
                "sso.corp.role_rules",
            ),
        ] {
            let problem = format!("{:#}", read(&text).expect_err(&text));
            assert!(named == "invalid" || problem.contains(named), "{problem}");
        }
    }

    #[test]
    fn the_commented_example_of_the_file_is_valid() -> anyhow::Result<()> {
        let file = include_str!("../../../Leptos.toml");
        let begin = file.find("# [sso.corp]").expect("an example");
        let example: Vec<&str> = file[begin..]
            .lines()
            .take_while(|line| line.starts_with('#'))
            // A remark begins with "## ".
            .filter_map(|line| line.strip_prefix("# "))
            .collect();
        let config = read(&example.join("\n"))?;
        assert_eq!(config.sso.len(), 2);
        Ok(())
    }
}
