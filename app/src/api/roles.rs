//! Administering roles.

use leptos::prelude::*;
use model::{Role, RoleId};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A role as it is typed. Of a built-in one only the second factor is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleForm {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// How high it stands.
    #[serde(default)]
    pub rank: String,
    /// Names of permissions.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// Whether it asks for a second factor.
    #[serde(default)]
    pub requires_second_factor: bool,
}

/// All roles, the highest first.
#[server(prefix = "/fn", endpoint = "roles.list", output = super::encoding::Answer)]
pub async fn load_roles() -> Result<Vec<Role>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let people = glue::services()?.people;
    people.roles(&caller).await.map_err(glue::refuse)
}

/// One role.
#[server(prefix = "/fn", endpoint = "roles.detail", output = super::encoding::Answer)]
pub async fn load_role(id: String) -> Result<Role, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let people = glue::services()?.people;
    people.role(&caller, id).await.map_err(glue::refuse)
}

/// Makes a role.
#[server(prefix = "/fn", endpoint = "roles.create", output = super::encoding::Answer)]
pub async fn create_role(role: RoleForm) -> Result<RoleId, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let draft = typed::draft(role).map_err(glue::refuse_text)?;
    let people = glue::services()?.people;
    let id = people
        .create_role(&caller, draft)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/admin/roles/{id}?done=1"));
    Ok(id)
}

/// Changes a role; what those who have it may do changes at once. Only as long as it is what was `seen` of it, when that is sent along: its
/// draft as JSON.
#[server(prefix = "/fn", endpoint = "roles.update", output = super::encoding::Answer)]
pub async fn update_role(
    id: String,
    #[server(default)] role: RoleForm,
    #[server(default)] seen: String,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let draft = typed::draft(role).map_err(glue::refuse_text)?;
    let people = glue::services()?.people;
    let changed = match glue::seen(&seen)? {
        Some(seen) => people.update_role_as_seen(&caller, id, draft, &seen).await,
        None => people.update_role(&caller, id, draft).await,
    };
    changed.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Deletes a role and takes it from whoever has it.
#[server(prefix = "/fn", endpoint = "roles.delete", output = super::encoding::Answer)]
pub async fn delete_role(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let people = glue::services()?.people;
    people
        .delete_role(&caller, id)
        .await
        .map_err(glue::refuse)?;
    glue::go("/admin/roles?done=1");
    Ok(())
}

#[cfg(feature = "ssr")]
mod typed {
    use model::{FailureCode, Permission, Rank, RoleDraft};

    use super::RoleForm;

    pub(super) fn draft(form: RoleForm) -> Result<RoleDraft, FailureCode> {
        let permissions = form
            .permissions
            .iter()
            .map(|name| Permission::from_name(name));
        let rank = match form.rank.trim() {
            "" => Some(Rank::NONE),
            text => text.parse().ok().and_then(Rank::new),
        };
        Ok(RoleDraft {
            name: form.name,
            description: form.description,
            rank: rank.ok_or(FailureCode::InvalidNumber)?,
            permissions: permissions
                .collect::<Option<_>>()
                .ok_or(FailureCode::BadRequest)?,
            requires_second_factor: form.requires_second_factor,
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_role_is_parsed_or_refused_for_its_reason() {
            let form = |rank: &str, permission: &str| RoleForm {
                rank: rank.to_owned(),
                permissions: vec![permission.to_owned()],
                ..RoleForm::default()
            };
            let fine = draft(form("30", "users.read"));
            assert!(fine.is_ok_and(|role| role.permissions.contains(Permission::UsersRead)));
            assert_eq!(
                draft(form("101", "users.read")),
                Err(FailureCode::InvalidNumber)
            );
            assert_eq!(
                draft(form("-1", "users.read")),
                Err(FailureCode::InvalidNumber)
            );
            assert_eq!(
                draft(form("30", "users.rule")),
                Err(FailureCode::BadRequest)
            );
        }
    }
}
