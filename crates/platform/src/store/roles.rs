//! Roles: those that every site has, and self-made ones. There are few, so they are read all at once.

use model::{BuiltIn, Millis, PermissionSet, Role, RoleDraft, RoleId};
use sqlx::{FromRow, types::Json};

use super::{Amended, Db, Result, access::of_role, audit::append_audit, on_pool, rows};
use crate::audit::Record;

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, description, rank, permissions, built_in, requires_second_factor, \
             (SELECT COUNT(*) FROM user_roles u WHERE u.role_id = roles.id) AS people FROM roles ",
            $rest
        )
    };
}

const ALL: &str = columns!("ORDER BY rank DESC, name_key");
const ONE: &str = columns!("WHERE id = $1");
/// Takes the role's row, so that it stays what it is until it is changed.
const TAKE: &str = "UPDATE roles SET updated_at = updated_at WHERE id = $1";
const COUNT: &str = "SELECT COUNT(*) FROM roles WHERE built_in = FALSE";
const INSERT: &str = "INSERT INTO roles \
     (id, name, name_key, description, rank, permissions, built_in, requires_second_factor, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7, $8, $8)";
const UPDATE: &str = "UPDATE roles SET name = $2, name_key = $3, description = $4, rank = $5, permissions = $6, \
     requires_second_factor = $7, updated_at = $8 WHERE id = $1 AND built_in = FALSE";
const UPDATE_BUILT_IN: &str = "UPDATE roles SET requires_second_factor = $2, updated_at = $3 \
     WHERE id = $1 AND built_in = TRUE";
const DELETE: &str = "DELETE FROM roles WHERE id = $1 AND built_in = FALSE";

/// A role that is about to be kept.
pub(crate) struct NewRole<'a> {
    pub(crate) id: RoleId,
    pub(crate) draft: &'a RoleDraft,
    pub(crate) now: Millis,
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    description: String,
    rank: i64,
    permissions: Json<PermissionSet>,
    built_in: bool,
    requires_second_factor: bool,
    people: i64,
}

impl TryFrom<Row> for Role {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        let id = rows::id("roles", "id", &row.id)?;
        let (rank, permissions) = of_role(id, row.rank, row.permissions.0)
            .ok_or_else(|| rows::corrupt("roles", "rank", &row.id))?;
        Ok(Self {
            id,
            name: row.name,
            description: row.description,
            rank,
            permissions,
            built_in: row.built_in,
            requires_second_factor: row.requires_second_factor,
            people: row.people,
            can_write: false,
        })
    }
}

/// Takes the role, and leaves the function unless it is what was looked at.
macro_rules! take {
    ($transaction:expr, $id:expr, $looked_at:expr) => {{
        sqlx::query(TAKE)
            .bind($id.to_string())
            .execute(&mut *$transaction)
            .await?;
        let found: Option<Row> = sqlx::query_as(ONE)
            .bind($id.to_string())
            .fetch_optional(&mut *$transaction)
            .await?;
        let Some(found) = found else {
            return Ok(Amended::NotThere);
        };
        if RoleDraft::from(&Role::try_from(found)?) != *$looked_at {
            return Ok(Amended::Outdated);
        }
    }};
}

impl Db {
    /// Every role, the highest first. Whether the caller may change one is not known here.
    #[tracing::instrument(name = "store.roles.all", skip_all)]
    pub(crate) async fn roles(&self) -> Result<Vec<Role>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(ALL)
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Role::try_from).collect()
    }

    /// Keeps a role, or returns false when there are as many as there may be. A conflict when the name is taken.
    #[tracing::instrument(name = "store.roles.insert", skip_all)]
    pub(crate) async fn insert_role(
        &self,
        new: &NewRole<'_>,
        at_most: i64,
        record: &Record,
    ) -> Result<bool> {
        let draft = new.draft;
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(super::erasure::TURN)
                .execute(&mut *transaction)
                .await?;
            let roles: i64 = sqlx::query_scalar(COUNT)
                .fetch_one(&mut *transaction)
                .await?;
            if roles >= at_most {
                return Ok(false);
            }
            sqlx::query(INSERT)
                .bind(new.id.to_string())
                .bind(&draft.name)
                .bind(draft.name.to_lowercase())
                .bind(&draft.description)
                .bind(i64::from(draft.rank.get()))
                .bind(Json(draft.permissions))
                .bind(draft.requires_second_factor)
                .bind(new.now.get())
                .execute(&mut *transaction)
                .await?;
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// Changes a role as long as it is what was looked at; of a built-in one only whether it asks for a second factor. A conflict
    /// when the name is taken.
    #[tracing::instrument(name = "store.roles.update", skip_all)]
    pub(crate) async fn update_role(
        &self,
        new: &NewRole<'_>,
        looked_at: &RoleDraft,
        record: &Record,
    ) -> Result<Amended> {
        let draft = new.draft;
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take!(transaction, new.id, looked_at);
            let changed = if BuiltIn::of_id(new.id).is_some() {
                sqlx::query(UPDATE_BUILT_IN)
                    .bind(new.id.to_string())
                    .bind(draft.requires_second_factor)
                    .bind(new.now.get())
                    .execute(&mut *transaction)
                    .await?
                    .rows_affected()
            } else {
                sqlx::query(UPDATE)
                    .bind(new.id.to_string())
                    .bind(&draft.name)
                    .bind(draft.name.to_lowercase())
                    .bind(&draft.description)
                    .bind(i64::from(draft.rank.get()))
                    .bind(Json(draft.permissions))
                    .bind(draft.requires_second_factor)
                    .bind(new.now.get())
                    .execute(&mut *transaction)
                    .await?
                    .rows_affected()
            };
            if changed == 0 {
                return Ok(Amended::NotThere);
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(Amended::Done)
    }

    /// Deletes a self-made role as long as it is what was looked at, and takes it from whoever has it.
    #[tracing::instrument(name = "store.roles.delete", skip_all)]
    pub(crate) async fn delete_role(
        &self,
        id: RoleId,
        looked_at: &RoleDraft,
        record: &Record,
    ) -> Result<Amended> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take!(transaction, id, looked_at);
            let deleted = sqlx::query(DELETE)
                .bind(id.to_string())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if deleted == 0 {
                return Ok(Amended::NotThere);
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(Amended::Done)
    }
}
