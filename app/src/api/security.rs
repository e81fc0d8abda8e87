//! How one gets in: the second step of a sign-in, passkeys, fresh proofs, and what of it one has set up.

use leptos::prelude::*;
use model::{RecoveryCodes, SecurityOverview, TotpEnrolment};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What a browser is asked to do with a passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyQuestion {
    /// What it belongs to, for the answer.
    pub ceremony: String,
    /// What `navigator.credentials` takes, as JSON.
    pub options: String,
}

#[cfg(feature = "ssr")]
impl From<(String, serde_json::Value)> for PasskeyQuestion {
    fn from((ceremony, options): (String, serde_json::Value)) -> Self {
        Self {
            ceremony,
            options: options.to_string(),
        }
    }
}

/// Everything about how one gets in.
#[server(prefix = "/fn", endpoint = "security.overview", output = super::encoding::Answer)]
pub async fn load_security() -> Result<SecurityOverview, AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let identity = glue::services()?.identity;
    identity.security(&caller).await.map_err(glue::refuse)
}

/// The second step of a sign-in, by a code of the app or one that was written down.
#[server(prefix = "/fn", endpoint = "security.answer_code", output = super::encoding::Answer)]
pub async fn answer_code(
    code: Option<String>,
    recovery_code: Option<String>,
    next: Option<String>,
) -> Result<(), AppError> {
    use crate::glue;
    let code = code.or(recovery_code).unwrap_or_default();
    let identity = glue::services()?.identity;
    identity
        .answer_code(&glue::session()?, &code, &glue::visitor())
        .await
        .map_err(glue::refuse)?;
    glue::welcome().await?;
    glue::go_on(next.as_deref());
    Ok(())
}

/// Begins a sign-in with a passkey alone.
#[server(prefix = "/fn", endpoint = "security.passkey_sign_in_options", output = super::encoding::Answer)]
pub async fn passkey_sign_in_options() -> Result<PasskeyQuestion, AppError> {
    use crate::glue;
    let identity = glue::services()?.identity;
    let asked = identity
        .passkey_sign_in_options(&glue::session()?, &glue::visitor())
        .await;
    asked.map(PasskeyQuestion::from).map_err(glue::refuse)
}

/// Signs in with a passkey alone.
#[server(prefix = "/fn", endpoint = "security.passkey_sign_in", output = super::encoding::Answer)]
pub async fn passkey_sign_in(ceremony: String, response: String) -> Result<(), AppError> {
    use crate::glue;
    let identity = glue::services()?.identity;
    identity
        .passkey_sign_in(&glue::session()?, &ceremony, &response, &glue::visitor())
        .await
        .map_err(glue::refuse)?;
    glue::welcome().await
}

/// Begins the second step of a sign-in with a passkey.
#[server(prefix = "/fn", endpoint = "security.passkey_factor_options", output = super::encoding::Answer)]
pub async fn passkey_factor_options() -> Result<PasskeyQuestion, AppError> {
    use crate::glue;
    let identity = glue::services()?.identity;
    let asked = identity.passkey_factor_options(&glue::session()?).await;
    asked.map(PasskeyQuestion::from).map_err(glue::refuse)
}

/// The second step of a sign-in with a passkey.
#[server(prefix = "/fn", endpoint = "security.passkey_factor", output = super::encoding::Answer)]
pub async fn passkey_factor(ceremony: String, response: String) -> Result<(), AppError> {
    use crate::glue;
    let identity = glue::services()?.identity;
    identity
        .passkey_factor(&glue::session()?, &ceremony, &response, &glue::visitor())
        .await
        .map_err(glue::refuse)?;
    glue::welcome().await
}

/// Proves again who asks, with the password.
#[server(prefix = "/fn", endpoint = "security.step_up_password", output = super::encoding::Answer)]
pub async fn step_up_password(
    proof_password: String,
    next: Option<String>,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let identity = glue::services()?.identity;
    identity
        .step_up_password(&glue::session()?, &caller, &proof_password)
        .await
        .map_err(glue::refuse)?;
    glue::go_on(next.as_deref());
    Ok(())
}

/// Proves again who asks, with a code.
#[server(prefix = "/fn", endpoint = "security.step_up_code", output = super::encoding::Answer)]
pub async fn step_up_code(proof_code: String, next: Option<String>) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let identity = glue::services()?.identity;
    identity
        .step_up_code(&glue::session()?, &caller, &proof_code)
        .await
        .map_err(glue::refuse)?;
    glue::go_on(next.as_deref());
    Ok(())
}

/// Begins a fresh proof with a passkey.
#[server(prefix = "/fn", endpoint = "security.passkey_step_up_options", output = super::encoding::Answer)]
pub async fn passkey_step_up_options() -> Result<PasskeyQuestion, AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let identity = glue::services()?.identity;
    let asked = identity
        .passkey_step_up_options(&glue::session()?, &caller)
        .await;
    asked.map(PasskeyQuestion::from).map_err(glue::refuse)
}

/// Proves again who asks, with a passkey.
#[server(prefix = "/fn", endpoint = "security.passkey_step_up", output = super::encoding::Answer)]
pub async fn passkey_step_up(ceremony: String, response: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let identity = glue::services()?.identity;
    identity
        .passkey_step_up(&glue::session()?, &caller, &ceremony, &response)
        .await
        .map_err(glue::refuse)
}

/// Begins to set up an app that makes codes; `/settings/security/totp` shows what to scan.
#[server(prefix = "/fn", endpoint = "security.begin_totp", output = super::encoding::Answer)]
pub async fn begin_totp() -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let identity = glue::services()?.identity;
    identity.begin_totp(&caller).await.map_err(glue::refuse)?;
    glue::go("/settings/security/totp");
    Ok(())
}

/// What to scan, while an app is being set up.
#[server(prefix = "/fn", endpoint = "security.totp_enrolment", output = super::encoding::Answer)]
pub async fn load_totp_enrolment() -> Result<Option<TotpEnrolment>, AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let identity = glue::services()?.identity;
    identity.totp_enrolment(&caller).await.map_err(glue::refuse)
}

/// Turns the app's codes on, by the first of them. Whoever had no factor gets recovery codes.
#[server(prefix = "/fn", endpoint = "security.confirm_totp", output = super::encoding::Answer)]
pub async fn confirm_totp(code: String) -> Result<Option<RecoveryCodes>, AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let identity = glue::services()?.identity;
    let codes = identity
        .confirm_totp(&caller, &code)
        .await
        .map_err(glue::refuse)?;
    show_codes(codes.as_ref());
    Ok(codes)
}

/// Turns the app's codes off.
#[server(prefix = "/fn", endpoint = "security.remove_totp", output = super::encoding::Answer)]
pub async fn remove_totp() -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let identity = glue::services()?.identity;
    identity.remove_totp(&caller).await.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Makes new recovery codes; the old ones end.
#[server(prefix = "/fn", endpoint = "security.renew_recovery_codes", output = super::encoding::Answer)]
pub async fn renew_recovery_codes() -> Result<RecoveryCodes, AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let identity = glue::services()?.identity;
    let codes = identity
        .renew_recovery_codes(&caller)
        .await
        .map_err(glue::refuse)?;
    show_codes(Some(&codes));
    Ok(codes)
}

/// Begins to add a passkey.
#[server(prefix = "/fn", endpoint = "security.passkey_options", output = super::encoding::Answer)]
pub async fn passkey_options() -> Result<PasskeyQuestion, AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let identity = glue::services()?.identity;
    let asked = identity.passkey_options(&glue::session()?, &caller).await;
    asked.map(PasskeyQuestion::from).map_err(glue::refuse)
}

/// Adds a passkey. Whoever had no factor gets recovery codes.
#[server(prefix = "/fn", endpoint = "security.add_passkey", output = super::encoding::Answer)]
pub async fn add_passkey(
    ceremony: String,
    name: String,
    response: String,
) -> Result<Option<RecoveryCodes>, AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let identity = glue::services()?.identity;
    identity
        .add_passkey(&glue::session()?, &caller, &ceremony, &name, &response)
        .await
        .map_err(glue::refuse)
}

/// Gives a passkey another name.
#[server(prefix = "/fn", endpoint = "security.rename_passkey", output = super::encoding::Answer)]
pub async fn rename_passkey(id: String, name: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let id = glue::parse_id(&id)?;
    let identity = glue::services()?.identity;
    identity
        .rename_passkey(&caller, id, &name)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Removes a passkey.
#[server(prefix = "/fn", endpoint = "security.remove_passkey", output = super::encoding::Answer)]
pub async fn remove_passkey(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let id = glue::parse_id(&id)?;
    let identity = glue::services()?.identity;
    identity
        .remove_passkey(&caller, id)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Without scripts, the page with everything about how one gets in shows them next.
#[cfg(feature = "ssr")]
fn show_codes(codes: Option<&RecoveryCodes>) {
    use crate::{api::account::ShownOnce, glue};
    if let Some(RecoveryCodes(codes)) = codes {
        glue::show_once(&ShownOnce::RecoveryCodes(codes.clone()));
    }
    glue::go("/settings/security?done=1");
}
