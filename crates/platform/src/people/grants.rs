//! Who may give and take which roles.

use model::{FailureCode, PermissionSet, Rank, Role, RoleId};

use crate::{
    identity::{Caller, IdentityError},
    store::Db,
};

/// Whether the caller may take the role from somebody: it stands below them. Owners take and give all there are.
pub(super) fn may_take(caller: &Caller, role: &Role) -> bool {
    reaches(caller.rank(), role.rank)
}

/// Whether the caller may give the role to somebody: it stands below them, and holds nothing that they lack.
pub(super) fn may_give(caller: &Caller, role: &Role) -> bool {
    reaches(caller.rank(), role.rank) && caller.permissions().includes(role.permissions)
}

fn reaches(rank: Rank, role: Rank) -> bool {
    rank == Rank::OWNER || rank > role
}

/// Those of all roles that `may` lets through.
pub(super) fn ids_of(roles: &[Role], may: impl Fn(&Role) -> bool) -> Vec<RoleId> {
    roles
        .iter()
        .filter(|role| may(role))
        .map(|role| role.id)
        .collect()
}

/// Refuses unless there are such roles and the caller may give each.
pub(super) async fn grantable(
    db: &Db,
    caller: &Caller,
    wanted: &[RoleId],
) -> Result<(), IdentityError> {
    let roles = db.roles().await?;
    for id in wanted {
        let role = roles.iter().find(|role| role.id == *id);
        if !may_give(caller, role.ok_or(IdentityError::NotFound)?) {
            return Err(IdentityError::RankTooHigh);
        }
    }
    Ok(())
}

/// Refuses a role that would stand as high as who makes it, or hold what they lack.
pub(super) fn below_own(
    caller: &Caller,
    rank: Rank,
    permissions: PermissionSet,
) -> Result<(), IdentityError> {
    if rank == Rank::NONE {
        return Err(IdentityError::Refused(FailureCode::InvalidNumber));
    }
    caller.require_above(rank)?;
    if caller.permissions().includes(permissions) {
        Ok(())
    } else {
        Err(IdentityError::Forbidden)
    }
}
