//! Roles: seeing, making and changing them.

use model::{BuiltIn, DisplayName, FailureCode, Permission, Rank, Role, RoleDraft, RoleId};
use serde_json::json;

use super::{People, amended, description, grants, name_taken, readable};
use crate::{
    identity::{Caller, IdentityError},
    store::NewRole,
};

/// Self-made roles that a site may have.
const AT_MOST: i64 = 200;

impl People {
    /// Every role, the highest first.
    #[tracing::instrument(name = "api.people.roles", skip_all)]
    pub async fn roles(&self, caller: &Caller) -> Result<Vec<Role>, IdentityError> {
        readable(caller, Permission::RolesRead)?;
        let mut roles = self.db.roles().await?;
        for role in &mut roles {
            role.can_write = may_write(caller, role);
        }
        Ok(roles)
    }

    /// The role of that id.
    #[tracing::instrument(name = "api.people.role", skip_all)]
    pub async fn role(&self, caller: &Caller, id: RoleId) -> Result<Role, IdentityError> {
        let roles = self.roles(caller).await?;
        let found = roles.into_iter().find(|role| role.id == id);
        found.ok_or(IdentityError::NotFound)
    }

    /// Makes a role below the caller's own rank, of permissions that they have.
    #[tracing::instrument(name = "api.people.create_role", skip_all)]
    pub async fn create_role(
        &self,
        caller: &Caller,
        draft: RoleDraft,
    ) -> Result<RoleId, IdentityError> {
        self.identity.require_fresh(caller)?;
        let id = RoleId::from_uuid(self.ids.next());
        let act = async {
            caller.require(Permission::RolesWrite)?;
            let draft = checked(draft)?;
            grants::below_own(caller, draft.rank, draft.permissions)?;
            let record = self.trail().by(caller, "role.create").on("role", id);
            let record = record.with(&details(&draft));
            let new = NewRole {
                id,
                draft: &draft,
                now: self.clock.now(),
            };
            let kept = self.db.insert_role(&new, AT_MOST, &record).await;
            if kept.map_err(name_taken)? {
                Ok(())
            } else {
                Err(IdentityError::Refused(FailureCode::TooMany))
            }
        };
        self.judged(caller, "role.create", ("role", id.to_string()), act)
            .await?;
        Ok(id)
    }

    /// Changes a role; what those who have it may do changes with it at once. Of a built-in role only whether it asks for a
    /// second factor can be changed.
    pub async fn update_role(
        &self,
        caller: &Caller,
        id: RoleId,
        draft: RoleDraft,
    ) -> Result<(), IdentityError> {
        self.amend_role(caller, id, draft, None).await
    }

    /// The same, unless it is something else by now than what was seen of it: what somebody else has changed meanwhile is not undone by who
    /// did not see it.
    pub async fn update_role_as_seen(
        &self,
        caller: &Caller,
        id: RoleId,
        draft: RoleDraft,
        seen: &RoleDraft,
    ) -> Result<(), IdentityError> {
        self.amend_role(caller, id, draft, Some(seen)).await
    }

    #[tracing::instrument(name = "api.people.update_role", skip_all)]
    async fn amend_role(
        &self,
        caller: &Caller,
        id: RoleId,
        draft: RoleDraft,
        seen: Option<&RoleDraft>,
    ) -> Result<(), IdentityError> {
        self.identity.require_fresh(caller)?;
        let act = async {
            // Who may not change it learns nothing of it.
            let old = self.writable_role(caller, id).await?;
            let looked_at = RoleDraft::from(&old);
            if seen.is_some_and(|seen| *seen != looked_at) {
                return Err(IdentityError::Refused(FailureCode::Outdated));
            }
            let draft = if old.built_in {
                unchanged_but_factor(&old, &draft)?
            } else {
                let draft = checked(draft)?;
                grants::below_own(caller, draft.rank, draft.permissions)?;
                draft
            };
            let record = self.trail().by(caller, "role.update").on("role", id);
            let record = record.with(&details(&draft));
            let new = NewRole {
                id,
                draft: &draft,
                now: self.clock.now(),
            };
            // Judged as it was looked at, so it is changed as long as it is that.
            let changed = self.db.update_role(&new, &looked_at, &record).await;
            amended(changed.map_err(name_taken)?)?;
            self.identity.rights_changed();
            Ok(())
        };
        self.judged(caller, "role.update", ("role", id.to_string()), act)
            .await
    }

    /// Deletes a self-made role, and takes it from whoever has it.
    #[tracing::instrument(name = "api.people.delete_role", skip_all)]
    pub async fn delete_role(&self, caller: &Caller, id: RoleId) -> Result<(), IdentityError> {
        self.identity.require_fresh(caller)?;
        let act = async {
            let old = self.writable_role(caller, id).await?;
            if old.built_in {
                return Err(IdentityError::Refused(FailureCode::BuiltInRole));
            }
            let record = self.trail().by(caller, "role.delete").on("role", id);
            let record = record.with(&json!({ "name": old.name }));
            let looked_at = RoleDraft::from(&old);
            amended(self.db.delete_role(id, &looked_at, &record).await?)?;
            self.identity.rights_changed();
            Ok(())
        };
        self.judged(caller, "role.delete", ("role", id.to_string()), act)
            .await
    }

    /// The role of that id, which the caller may change.
    async fn writable_role(&self, caller: &Caller, id: RoleId) -> Result<Role, IdentityError> {
        caller.require(Permission::RolesWrite)?;
        let roles = self.db.roles().await?;
        let role = roles.into_iter().find(|role| role.id == id);
        let role = role.ok_or(IdentityError::NotFound)?;
        if reaches(caller, &role) {
            Ok(role)
        } else {
            Err(IdentityError::RankTooHigh)
        }
    }
}

fn may_write(caller: &Caller, role: &Role) -> bool {
    caller.permissions().contains(Permission::RolesWrite) && reaches(caller, role)
}

/// It stands below the caller. Owners may also ask owners for a second factor.
fn reaches(caller: &Caller, role: &Role) -> bool {
    grants::may_take(caller, role)
}

/// The draft in its one form.
#[expect(clippy::needless_pass_by_value, reason = "it becomes the checked one")]
fn checked(draft: RoleDraft) -> Result<RoleDraft, IdentityError> {
    let name = DisplayName::parse(&draft.name)?.as_str().to_owned();
    if BuiltIn::from_name(&name.to_lowercase()).is_some() {
        return Err(IdentityError::Refused(FailureCode::NameTaken));
    }
    Ok(RoleDraft {
        name,
        description: description(&draft.description)?,
        ..draft
    })
}

/// A built-in role as it is, but for the second factor. A draft that would change more is refused, and not half done; what
/// it leaves empty stays.
fn unchanged_but_factor(old: &Role, draft: &RoleDraft) -> Result<RoleDraft, IdentityError> {
    let name = draft.name.trim();
    let same = (name.is_empty() || name == old.name)
        && draft.description.trim() == old.description
        && (draft.rank == Rank::NONE || draft.rank == old.rank)
        && (draft.permissions.is_empty() || draft.permissions == old.permissions);
    if same {
        Ok(RoleDraft {
            name: old.name.clone(),
            description: old.description.clone(),
            rank: old.rank,
            permissions: old.permissions,
            requires_second_factor: draft.requires_second_factor,
        })
    } else {
        Err(IdentityError::Refused(FailureCode::BuiltInRole))
    }
}

fn details(draft: &RoleDraft) -> serde_json::Value {
    json!({
        "name": draft.name,
        "rank": draft.rank,
        "permissions": draft.permissions,
        "requires_second_factor": draft.requires_second_factor,
    })
}
