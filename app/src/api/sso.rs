//! Going to a provider from within: to link an account there, to prove again who one is, to take a link away.

use leptos::prelude::*;

use crate::error::AppError;

/// Begins to link an account of that provider; the address that the browser must go to.
#[server(prefix = "/fn", endpoint = "identity.sso_link", output = super::encoding::Answer)]
pub async fn link_account(provider: String) -> Result<String, AppError> {
    go(&provider, platform::identity::SsoIntent::Link).await
}

/// Begins to prove again who one is; the address that the browser must go to.
#[server(prefix = "/fn", endpoint = "identity.sso_step_up", output = super::encoding::Answer)]
pub async fn step_up_elsewhere(provider: String, next: Option<String>) -> Result<String, AppError> {
    let next = next.filter(|path| crate::glue::is_local(path));
    let next = next.unwrap_or_else(|| "/settings/security".to_owned());
    go(&provider, platform::identity::SsoIntent::StepUp { next }).await
}

/// Takes the link to an account elsewhere away.
#[server(prefix = "/fn", endpoint = "identity.sso_unlink", output = super::encoding::Answer)]
pub async fn unlink_account(id: String) -> Result<(), AppError> {
    use crate::glue;
    use model::{FailureCode, LinkId};
    let caller = glue::caller().await?;
    let id: LinkId = id
        .parse()
        .map_err(|_| glue::refuse_text(FailureCode::NotFound))?;
    glue::services()?
        .identity
        .unlink(&caller, id)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// A script goes to the provider by itself. A form can't: the policy keeps forms on this site, so it leads to a page that
/// goes on.
#[cfg(feature = "ssr")]
async fn go(provider: &str, intent: platform::identity::SsoIntent) -> Result<String, AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let session = glue::session()?;
    let identity = glue::services()?.identity;
    let way = identity
        .begin_sso(&session, provider, intent, Some(&caller), &glue::visitor())
        .await
        .map_err(glue::refuse)?;
    if glue::is_form_post() {
        identity
            .keep_way(&session, &way)
            .await
            .map_err(glue::refuse)?;
        glue::go(&format!("/sso/{provider}/continue"));
    }
    Ok(way)
}
