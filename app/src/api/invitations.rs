//! Inviting people.

use leptos::prelude::*;
use model::{Invitation, NewInvitation, Page};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Whom to invite, as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationForm {
    /// Where to send it; empty for a link to hand over.
    #[serde(default)]
    pub email: String,
    /// Ids of roles.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Ids of groups.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// A page of invitations that were not used yet.
#[server(prefix = "/fn", endpoint = "invitations.list", output = super::encoding::Answer)]
pub async fn load_invitations(
    #[server(default)] after: String,
) -> Result<Page<Invitation>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let after = Some(after.as_str()).filter(|after| !after.is_empty());
    let people = glue::services()?.people;
    people
        .invitations(&caller, after, 50)
        .await
        .map_err(glue::refuse)
}

/// Makes an invitation: one with an address is sent there, the link of one without is shown once.
#[server(prefix = "/fn", endpoint = "invitations.create", output = super::encoding::Answer)]
pub async fn create_invitation(invitation: InvitationForm) -> Result<NewInvitation, AppError> {
    use crate::{api::account::ShownOnce, glue};
    use model::{Email, FailureCode, InvitationDraft};
    let caller = glue::caller().await?;
    let email = match invitation.email.trim() {
        "" => None,
        text => Some(Email::parse(text).map_err(|_| glue::refuse_text(FailureCode::InvalidEmail))?),
    };
    let is_sent = email.is_some();
    let draft = InvitationDraft {
        email,
        roles: glue::parse_ids(&invitation.roles)?,
        groups: glue::parse_ids(&invitation.groups)?,
    };
    let language = glue::mail_language();
    let people = glue::services()?.people;
    let made = people
        .create_invitation(&caller, draft, language)
        .await
        .map_err(glue::refuse)?;
    if is_sent {
        glue::go("/admin/invitations?done=1");
    } else {
        glue::show_once(&ShownOnce::Link(made.link.clone()));
        glue::go("/admin/invitations");
    }
    Ok(made)
}

/// Takes an invitation back.
#[server(prefix = "/fn", endpoint = "invitations.revoke", output = super::encoding::Answer)]
pub async fn revoke_invitation(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let people = glue::services()?.people;
    people
        .revoke_invitation(&caller, id)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}
