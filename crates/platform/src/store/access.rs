//! What somebody may do: their own roles and those of their groups, in one query.

use model::{BuiltIn, ModelName, Permission, PermissionSet, Quota, Rank, RoleId, UserId};
use sqlx::{FromRow, types::Json};

use super::{Db, Result, on_pool, rows};

const ROLES: &str = "SELECT id, rank, permissions, requires_second_factor FROM roles WHERE id IN ( \
       SELECT role_id FROM user_roles WHERE user_id = $1 \
       UNION SELECT r.role_id FROM group_members m JOIN group_roles r ON r.group_id = m.group_id \
       WHERE m.user_id = $1)";
pub(super) const GROUPS: &str = "SELECT g.models, g.answers_per_day, g.tokens_per_day \
     FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.user_id = $1";

/// What all roles of somebody come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) rank: Rank,
    pub(crate) permissions: PermissionSet,
    pub(crate) requires_second_factor: bool,
}

/// What all groups of somebody come to: the most generous counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// `None` is every model.
    pub(crate) models: Option<Vec<ModelName>>,
    pub(crate) quota: Quota,
}

#[derive(FromRow)]
struct RoleRow {
    id: String,
    rank: i64,
    permissions: Json<PermissionSet>,
    requires_second_factor: bool,
}

#[derive(FromRow)]
pub(super) struct GroupRow {
    models: Option<Json<Vec<ModelName>>>,
    answers_per_day: Option<i64>,
    tokens_per_day: Option<i64>,
}

/// A role's rank and permissions: the program's own for those that are built in.
pub(crate) fn of_role(
    id: RoleId,
    rank: i64,
    permissions: PermissionSet,
) -> Option<(Rank, PermissionSet)> {
    match BuiltIn::of_id(id) {
        Some(role) => Some((role.rank(), role.permissions())),
        None => Some((Rank::new(u8::try_from(rank).ok()?)?, permissions)),
    }
}

impl Db {
    /// What that person may do now.
    #[tracing::instrument(name = "store.access.of", skip_all)]
    pub(crate) async fn access(&self, user: UserId) -> Result<Access> {
        let found: Vec<RoleRow> = on_pool!(self.reader(), |pool| sqlx::query_as(ROLES)
            .bind(user.to_string())
            .fetch_all(pool)
            .await?);
        let mut access = Access::default();
        for row in found {
            let id = rows::id("roles", "id", &row.id)?;
            let (rank, permissions) = of_role(id, row.rank, row.permissions.0)
                .ok_or_else(|| rows::corrupt("roles", "rank", &row.id))?;
            access.rank = access.rank.max(rank);
            access.permissions = access.permissions.union(permissions);
            access.requires_second_factor |= row.requires_second_factor;
        }
        Ok(access)
    }

    /// Whether that person's account is open, and they may do that: for what is done for them while nobody is signed in.
    #[tracing::instrument(name = "store.access.may_still", skip_all)]
    pub(crate) async fn may_still(&self, user: UserId, permission: Permission) -> Result<bool> {
        Ok(self.is_enabled(user).await?
            && self.access(user).await?.permissions.contains(permission))
    }

    /// The roles of that person, by themselves and by groups.
    #[tracing::instrument(name = "store.access.roles_of", skip_all)]
    pub(crate) async fn roles_of(&self, user: UserId) -> Result<Vec<RoleId>> {
        let found: Vec<RoleRow> = on_pool!(self.reader(), |pool| sqlx::query_as(ROLES)
            .bind(user.to_string())
            .fetch_all(pool)
            .await?);
        let ids = found.iter().map(|row| rows::id("roles", "id", &row.id));
        ids.collect()
    }

    /// Which models that person may use and how much.
    #[tracing::instrument(name = "store.access.allowance", skip_all)]
    pub(crate) async fn allowance(&self, user: UserId) -> Result<Allowance> {
        let groups: Vec<GroupRow> = on_pool!(self.reader(), |pool| sqlx::query_as(GROUPS)
            .bind(user.to_string())
            .fetch_all(pool)
            .await?);
        Ok(sum_of(groups))
    }
}

/// What groups come to. Who is in none is not limited by any.
pub(super) fn sum_of(groups: Vec<GroupRow>) -> Allowance {
    let each = groups.into_iter().map(|group| Allowance {
        models: group.models.map(|models| models.0),
        quota: Quota {
            answers_per_day: group.answers_per_day,
            tokens_per_day: group.tokens_per_day,
        },
    });
    each.reduce(Allowance::or).unwrap_or_default()
}

impl Allowance {
    /// Whether that model is among theirs.
    pub(crate) fn allows(&self, model: &str) -> bool {
        self.models
            .as_ref()
            .is_none_or(|models| models.iter().any(|name| name.as_str() == model))
    }

    /// The more generous of both, in each respect.
    fn or(self, other: Self) -> Self {
        let more = |a: Option<i64>, b: Option<i64>| Some(a?.max(b?));
        let models = self.models.zip(other.models).map(|(mut all, more)| {
            for model in more {
                if !all.contains(&model) {
                    all.push(model);
                }
            }
            all
        });
        Self {
            models,
            quota: Quota {
                answers_per_day: more(self.quota.answers_per_day, other.quota.answers_per_day),
                tokens_per_day: more(self.quota.tokens_per_day, other.quota.tokens_per_day),
            },
        }
    }
}
