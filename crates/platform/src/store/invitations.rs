//! Invitations: a link's hash, and what whoever uses it gets.

use std::collections::HashMap;

use model::{
    Email, GroupId, Invitation, InvitationId, Millis, PermissionSet, Rank, RoleId, RoleRef, UserId,
};
use sqlx::{FromRow, types::Json};

use super::{
    Access, Db, Result, access,
    audit::{append_audit, audited},
    on_pool, rows,
    users::{NewUser, insert_user},
};
use crate::audit::Record;

const INSERT: &str = "INSERT INTO invitations (id, token_hash, email, roles, groups, invited_by, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const OPEN: &str = "SELECT id, email, roles, groups, invited_by, created_at, expires_at, \
       (SELECT name FROM users WHERE users.id = invitations.invited_by) AS inviter \
     FROM invitations WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
const LIST: &str = "SELECT id, email, roles, groups, invited_by, created_at, expires_at, \
       (SELECT name FROM users WHERE users.id = invitations.invited_by) AS inviter \
     FROM invitations WHERE used_at IS NULL AND expires_at > $1 AND (created_at, id) < ($2, $3) \
     ORDER BY created_at DESC, id DESC LIMIT $4";
const REVOKE: &str =
    "DELETE FROM invitations WHERE id = $1 AND used_at IS NULL AND expires_at > $2";
/// Of parallel users one changes the row; the others find it used.
const USE: &str = "UPDATE invitations SET used_at = $2, used_by = $3 \
     WHERE id = $1 AND used_at IS NULL AND expires_at > $2";
/// A group that is gone meanwhile is nobody's.
const JOIN: &str = "INSERT INTO group_members (group_id, user_id, added_at) \
     SELECT id, $2, $3 FROM groups WHERE id = $1 ON CONFLICT (group_id, user_id) DO NOTHING";
const ROLE_NAMES: &str = "SELECT id, name FROM roles";
const ROLE: &str = "SELECT id, rank, permissions FROM roles WHERE id = $1";
const GROUP: &str = "SELECT COUNT(*) FROM groups WHERE id = $1";
const GROUP_ROLES: &str = "SELECT id, rank, permissions FROM roles \
     WHERE id IN (SELECT role_id FROM group_roles WHERE group_id = $1)";

/// The queries that grow with use.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[("open", OPEN), ("list", LIST)];

/// An invitation that is about to be made.
pub(crate) struct NewInvitationRow<'a> {
    pub(crate) id: InvitationId,
    pub(crate) token_hash: &'a str,
    pub(crate) email: Option<&'a Email>,
    pub(crate) roles: &'a [RoleId],
    pub(crate) groups: &'a [GroupId],
    pub(crate) invited_by: UserId,
    pub(crate) created_at: Millis,
    pub(crate) expires_at: Millis,
}

/// An invitation that can be used.
pub(crate) struct OpenInvitation {
    pub(crate) id: InvitationId,
    pub(crate) email: Option<Email>,
    pub(crate) roles: Vec<RoleId>,
    pub(crate) groups: Vec<GroupId>,
    /// `None` when the account is gone.
    pub(crate) invited_by: Option<UserId>,
    pub(crate) inviter: Option<String>,
    pub(crate) created_at: Millis,
    pub(crate) expires_at: Millis,
}

#[derive(FromRow)]
struct Row {
    id: String,
    email: Option<String>,
    roles: Json<Vec<RoleId>>,
    groups: Json<Vec<GroupId>>,
    invited_by: Option<String>,
    inviter: Option<String>,
    created_at: i64,
    expires_at: i64,
}

#[derive(FromRow)]
struct RoleRow {
    id: String,
    rank: i64,
    permissions: Json<PermissionSet>,
}

impl TryFrom<Row> for OpenInvitation {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        let id = rows::id("invitations", "id", &row.id)?;
        let email = row.email.map(Email::parse).transpose();
        let invited_by = row
            .invited_by
            .map(|by| rows::id("invitations", "invited_by", &by));
        Ok(Self {
            email: email.map_err(|_| rows::corrupt("invitations", "email", &row.id))?,
            id,
            roles: row.roles.0,
            groups: row.groups.0,
            invited_by: invited_by.transpose()?,
            inviter: row.inviter,
            created_at: Millis::new(row.created_at),
            expires_at: Millis::new(row.expires_at),
        })
    }
}

impl OpenInvitation {
    /// As a list shows it; a role that is gone meanwhile is left out.
    pub(crate) fn shown(self, names: &HashMap<RoleId, String>) -> Invitation {
        let role = |id: &RoleId| {
            let name = names.get(id)?.clone();
            Some(RoleRef { id: *id, name })
        };
        Invitation {
            id: self.id,
            email: self.email,
            roles: self.roles.iter().filter_map(role).collect(),
            invited_by: self.inviter,
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}

impl Db {
    /// Adds an invitation and the log's line.
    #[tracing::instrument(name = "store.invitations.insert", skip_all)]
    pub(crate) async fn insert_invitation(
        &self,
        new: &NewInvitationRow<'_>,
        record: &Record,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(INSERT)
                .bind(new.id.to_string())
                .bind(new.token_hash)
                .bind(new.email.map(Email::as_str))
                .bind(Json(new.roles))
                .bind(Json(new.groups))
                .bind(new.invited_by.to_string())
                .bind(new.created_at.get())
                .bind(new.expires_at.get())
                .execute(&mut *transaction)
                .await?;
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(())
    }

    /// The invitation of that link, if it can be used.
    #[tracing::instrument(name = "store.invitations.open", skip_all)]
    pub(crate) async fn open_invitation(
        &self,
        token_hash: &str,
        now: Millis,
    ) -> Result<Option<OpenInvitation>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(OPEN)
            .bind(token_hash)
            .bind(now.get())
            .fetch_optional(pool)
            .await?);
        row.map(OpenInvitation::try_from).transpose()
    }

    /// The invitations that can be used, the newest first, beginning after that one.
    #[tracing::instrument(name = "store.invitations.list", skip_all)]
    pub(crate) async fn open_invitations(
        &self,
        after: Option<(Millis, InvitationId)>,
        limit: u32,
        now: Millis,
    ) -> Result<Vec<OpenInvitation>> {
        let (at, id) = match after {
            Some((at, id)) => (at.get(), id.to_string()),
            None => (i64::MAX, String::new()),
        };
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(LIST)
            .bind(now.get())
            .bind(at)
            .bind(&id)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(OpenInvitation::try_from).collect()
    }

    /// Takes the invitation back, with the log's line; false when it can't be used any more.
    #[tracing::instrument(name = "store.invitations.revoke", skip_all)]
    pub(crate) async fn revoke_invitation(
        &self,
        id: InvitationId,
        now: Millis,
        record: &Record,
    ) -> Result<bool> {
        Ok(audited!(
            self,
            record,
            sqlx::query(REVOKE).bind(id.to_string()).bind(now.get())
        ))
    }

    /// Makes the account that the invitation is for and uses it up, or neither: of parallel calls one gets true. A
    /// conflict when the address has an account already.
    #[tracing::instrument(name = "store.invitations.use", skip_all)]
    pub(crate) async fn insert_invited_user(
        &self,
        invitation: &OpenInvitation,
        user: &NewUser<'_>,
        now: Millis,
        record: &Record,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            insert_user!(transaction, user, now);
            let id = user.account.id.to_string();
            let used = sqlx::query(USE)
                .bind(invitation.id.to_string())
                .bind(now.get())
                .bind(&id)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if used == 0 {
                return Ok(false);
            }
            for group in &invitation.groups {
                sqlx::query(JOIN)
                    .bind(group.to_string())
                    .bind(&id)
                    .bind(now.get())
                    .execute(&mut *transaction)
                    .await?;
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// All roles' names.
    #[tracing::instrument(name = "store.invitations.role_names", skip_all)]
    pub(crate) async fn role_names(&self) -> Result<HashMap<RoleId, String>> {
        let found: Vec<(String, String)> =
            on_pool!(self.reader(), |pool| sqlx::query_as(ROLE_NAMES)
                .fetch_all(pool)
                .await?);
        let named = |(id, name): (String, String)| Ok((rows::id("roles", "id", &id)?, name));
        found.into_iter().map(named).collect()
    }

    /// Rank and permissions that the role gives; `None` when there is no such role.
    #[tracing::instrument(name = "store.invitations.role_gives", skip_all)]
    pub(crate) async fn role_gives(&self, role: RoleId) -> Result<Option<Access>> {
        let row: Option<RoleRow> = on_pool!(self.reader(), |pool| sqlx::query_as(ROLE)
            .bind(role.to_string())
            .fetch_optional(pool)
            .await?);
        row.map(|row| given(Access::default(), &row)).transpose()
    }

    /// Rank and permissions that all roles of a group give; `None` when there is no such group.
    #[tracing::instrument(name = "store.invitations.group_gives", skip_all)]
    pub(crate) async fn group_gives(&self, group: GroupId) -> Result<Option<Access>> {
        let id = group.to_string();
        let groups: i64 = on_pool!(self.reader(), |pool| sqlx::query_scalar(GROUP)
            .bind(&id)
            .fetch_one(pool)
            .await?);
        if groups == 0 {
            return Ok(None);
        }
        let found: Vec<RoleRow> = on_pool!(self.reader(), |pool| sqlx::query_as(GROUP_ROLES)
            .bind(&id)
            .fetch_all(pool)
            .await?);
        let access = found.iter().try_fold(Access::default(), given)?;
        Ok(Some(access))
    }
}

fn given(sum: Access, row: &RoleRow) -> Result<Access> {
    let id = rows::id("roles", "id", &row.id)?;
    let (rank, permissions): (Rank, PermissionSet) =
        access::of_role(id, row.rank, row.permissions.0)
            .ok_or_else(|| rows::corrupt("roles", "rank", &row.id))?;
    Ok(Access {
        rank: sum.rank.max(rank),
        permissions: sum.permissions.union(permissions),
        ..sum
    })
}
