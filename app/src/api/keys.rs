//! Keys that let programs act for one.

use leptos::prelude::*;
use model::{ApiKey, ApiKeySecret};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A key as it is typed. Lists are a line each, numbers and days may stay empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyForm {
    /// What to call it.
    pub name: String,
    /// Names of permissions.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Names of models.
    #[serde(default)]
    pub models: String,
    /// Networks.
    #[serde(default)]
    pub networks: String,
    /// The last day, `2026-11-28`.
    #[serde(default)]
    pub expires: String,
    /// Requests a minute.
    #[serde(default)]
    pub requests: String,
    /// Tokens a minute.
    #[serde(default)]
    pub tokens: String,
    /// Requests at once.
    #[serde(default)]
    pub at_once: String,
    /// Yuan a month.
    #[serde(default)]
    pub budget: String,
    /// Whether answers are finished when whoever asked has left.
    #[serde(default)]
    pub finishes: bool,
    /// Seconds for which answers are kept.
    #[serde(default)]
    pub cache: String,
}

/// One's keys, newest first.
#[server(prefix = "/fn", endpoint = "keys.list", output = super::encoding::Answer)]
pub async fn load_keys() -> Result<Vec<ApiKey>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let identity = glue::services()?.identity;
    identity.api_keys(&caller).await.map_err(glue::refuse)
}

/// The site's own address, where programs call it.
#[server(prefix = "/fn", endpoint = "keys.address", output = super::encoding::Answer)]
pub async fn load_address() -> Result<String, AppError> {
    use crate::glue;
    glue::caller().await?;
    Ok(glue::services()?.identity.origin().to_owned())
}

/// Makes a key.
#[server(prefix = "/fn", endpoint = "keys.create", output = super::encoding::Answer)]
pub async fn create_key(key: KeyForm) -> Result<ApiKeySecret, AppError> {
    use crate::{api::account::ShownOnce, glue};
    let caller = glue::caller().await?;
    let offset = glue::clock_offset_minutes().await?;
    let draft = form::parse(key, offset).map_err(glue::refuse_text)?;
    let identity = glue::services()?.identity;
    let made = identity
        .create_api_key(&caller, draft)
        .await
        .map_err(glue::refuse)?;
    glue::show_once(&ShownOnce::ApiKey(made.secret.clone()));
    glue::go("/settings/keys");
    Ok(made)
}

/// Changes what a key may do.
#[server(prefix = "/fn", endpoint = "keys.update", output = super::encoding::Answer)]
pub async fn update_key(id: String, key: KeyForm) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let offset = glue::clock_offset_minutes().await?;
    let draft = form::parse(key, offset).map_err(glue::refuse_text)?;
    let identity = glue::services()?.identity;
    identity
        .update_api_key(&caller, id, draft)
        .await
        .map_err(glue::refuse)?;
    glue::go("/settings/keys?done=1");
    Ok(())
}

/// Deletes a key: whoever uses it is refused from then on.
#[server(prefix = "/fn", endpoint = "keys.delete", output = super::encoding::Answer)]
pub async fn delete_key(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let identity = glue::services()?.identity;
    identity
        .delete_api_key(&caller, id)
        .await
        .map_err(glue::refuse)?;
    glue::go("/settings/keys?done=1");
    Ok(())
}

#[cfg(feature = "ssr")]
mod form {
    use model::{ApiKeyDraft, FailureCode, ModelName, Permission};

    use super::KeyForm;
    use crate::ui::{figures::micro_yuan, moment::end_of_day};

    /// Its last day ends by a clock that is so far from UTC.
    pub(super) fn parse(form: KeyForm, offset_minutes: i32) -> Result<ApiKeyDraft, FailureCode> {
        let scopes = form.scopes.iter().map(|name| Permission::from_name(name));
        let models = lines(&form.models).map(ModelName::parse);
        let models: Vec<ModelName> = models
            .collect::<Result<_, _>>()
            .map_err(|_| FailureCode::UnknownModel)?;
        let expires_at = match form.expires.trim() {
            "" => None,
            day => Some(end_of_day(day, offset_minutes).ok_or(FailureCode::InvalidExpiry)?),
        };
        let budget_per_month = match form.budget.trim() {
            "" => None,
            yuan => Some(micro_yuan(yuan).ok_or(FailureCode::InvalidNumber)?),
        };
        Ok(ApiKeyDraft {
            name: form.name,
            scopes: scopes
                .collect::<Option<_>>()
                .ok_or(FailureCode::BadRequest)?,
            models: (!models.is_empty()).then_some(models),
            networks: lines(&form.networks).map(str::to_owned).collect(),
            requests_per_minute: whole(&form.requests)?,
            tokens_per_minute: whole(&form.tokens)?,
            at_once: whole(&form.at_once)?,
            budget_per_month,
            finishes: form.finishes,
            cache_seconds: whole(&form.cache)?,
            expires_at,
        })
    }

    fn lines(text: &str) -> impl Iterator<Item = &str> {
        text.split(['\n', ',', '，'])
            .map(str::trim)
            .filter(|line| !line.is_empty())
    }

    fn whole(text: &str) -> Result<Option<i64>, FailureCode> {
        match text.trim() {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_| FailureCode::InvalidNumber),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn lists_are_a_line_each() {
            let found: Vec<&str> = lines(" a \n\nb，c,").collect();
            assert_eq!(found, ["a", "b", "c"]);
        }
    }
}
