//! Passwords that are changed or forgotten, and addresses that must be shown to be one's own.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What an invitation says to whoever opens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// The address that it was sent to; none when it may be used by anybody.
    pub email: Option<String>,
    /// Who invites.
    pub by: Option<String>,
}

/// What stands behind an invitation's link.
#[server(prefix = "/fn", endpoint = "recovery.invitation", output = super::encoding::Answer)]
pub async fn load_invitation(token: String) -> Result<Invited, AppError> {
    use crate::glue;
    let identity = glue::services()?.identity;
    let invitation = identity.invitation(&token).await.map_err(glue::refuse)?;
    Ok(Invited {
        email: invitation.email.map(String::from),
        by: invitation.by,
    })
}

/// Sends the letter with the link that shows an address to be one's own.
#[server(prefix = "/fn", endpoint = "recovery.send_verification", output = super::encoding::Answer)]
pub async fn send_verification() -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let identity = glue::services()?.identity;
    identity
        .send_verification(&caller, glue::mail_language())
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Follows the link of such a letter.
#[server(prefix = "/fn", endpoint = "recovery.verify_email", output = super::encoding::Answer)]
pub async fn verify_email(token: String) -> Result<(), AppError> {
    use crate::glue;
    let identity = glue::services()?.identity;
    identity
        .verify_email(&token, &glue::visitor())
        .await
        .map_err(glue::refuse)?;
    glue::go("/verify?verified=1");
    Ok(())
}

/// Asks for another address; the old one stays until the link in the letter is followed.
#[server(prefix = "/fn", endpoint = "recovery.change_email", output = super::encoding::Answer)]
pub async fn change_email(new_email: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let identity = glue::services()?.identity;
    identity
        .change_email(&caller, &new_email, glue::mail_language())
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Changes the password. `end_others` is there when the box is ticked.
#[server(prefix = "/fn", endpoint = "recovery.change_password", output = super::encoding::Answer)]
pub async fn change_password(
    current_password: String,
    new_password: String,
    end_others: Option<String>,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::newcomer().await?;
    let identity = glue::services()?.identity;
    identity
        .change_password(
            &glue::session()?,
            &caller,
            &current_password,
            &new_password,
            end_others.is_some(),
        )
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Asks for a link to choose a new password. The answer is the same whether there is an account or not.
#[server(prefix = "/fn", endpoint = "recovery.request_reset", output = super::encoding::Answer)]
pub async fn request_reset(email: String) -> Result<(), AppError> {
    use crate::glue;
    let identity = glue::services()?.identity;
    identity
        .request_reset(&email, &glue::visitor(), glue::mail_language())
        .await
        .map_err(glue::refuse)?;
    glue::go("/forgot?sent=1");
    Ok(())
}

/// Whether such a link can still be used.
#[server(prefix = "/fn", endpoint = "recovery.check_reset_link", output = super::encoding::Answer)]
pub async fn check_reset_link(token: String) -> Result<bool, AppError> {
    use crate::glue;
    let identity = glue::services()?.identity;
    identity
        .reset_link_is_valid(&token)
        .await
        .map_err(glue::refuse)
}

/// Sets the new password. It does not sign in.
#[server(prefix = "/fn", endpoint = "recovery.reset_password", output = super::encoding::Answer)]
pub async fn reset_password(
    token: String,
    new_password: String,
    end_others: Option<String>,
) -> Result<(), AppError> {
    use crate::glue;
    let identity = glue::services()?.identity;
    identity
        .reset_password(
            &token,
            &new_password,
            end_others.is_some(),
            &glue::visitor(),
        )
        .await
        .map_err(glue::refuse)?;
    glue::go("/reset?done=1");
    Ok(())
}
