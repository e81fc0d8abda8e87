//! Making, changing and deleting groups.

use model::{GroupDraft, GroupId, Millis};
use sqlx::types::Json;

use super::{DetailRow, ONE, ROLES_OF, named};
use crate::{
    audit::Record,
    store::{Amended, Db, Result, audit::append_audit, on_pool},
};

const INSERT: &str = "INSERT INTO groups \
     (id, name, name_key, description, models, answers_per_day, tokens_per_day, requests_per_minute, \
     tokens_per_minute, calls_at_once, created_at, updated_at, shares_answers) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)";
pub(super) const UPDATE: &str = "UPDATE groups SET name = $2, name_key = $3, description = $4, models = $5, \
     answers_per_day = $6, tokens_per_day = $7, requests_per_minute = $8, tokens_per_minute = $9, \
     calls_at_once = $10, updated_at = $11, shares_answers = $12 WHERE id = $1";
pub(super) const TAKE_ROLES: &str = "DELETE FROM group_roles WHERE group_id = $1";
const GIVE_ROLE: &str = "INSERT INTO group_roles (group_id, role_id) VALUES ($1, $2) \
     ON CONFLICT (group_id, role_id) DO NOTHING";
pub(super) const DELETE: &str = "DELETE FROM groups WHERE id = $1";
/// Takes the group's row, so that it and its roles stay what they are until it is changed.
pub(super) const TAKE: &str = "UPDATE groups SET updated_at = updated_at WHERE id = $1";

/// A group that is about to be kept.
pub(crate) struct NewGroup<'a> {
    pub(crate) id: GroupId,
    pub(crate) draft: &'a GroupDraft,
    pub(crate) now: Millis,
}

/// Replaces the group's roles, within a transaction of either dialect.
macro_rules! put_roles {
    ($transaction:expr, $new:expr) => {{
        let id = $new.id.to_string();
        sqlx::query(TAKE_ROLES)
            .bind(&id)
            .execute(&mut *$transaction)
            .await?;
        for role in &$new.draft.roles {
            sqlx::query(GIVE_ROLE)
                .bind(&id)
                .bind(role.to_string())
                .execute(&mut *$transaction)
                .await?;
        }
    }};
}

/// Takes the group, and leaves the function unless it is what was looked at.
macro_rules! take {
    ($transaction:expr, $id:expr, $looked_at:expr) => {{
        sqlx::query(TAKE)
            .bind($id.to_string())
            .execute(&mut *$transaction)
            .await?;
        let found: Option<DetailRow> = sqlx::query_as(ONE)
            .bind($id.to_string())
            .fetch_optional(&mut *$transaction)
            .await?;
        let Some(found) = found else {
            return Ok(Amended::NotThere);
        };
        let roles: Vec<(String, String)> = sqlx::query_as(ROLES_OF)
            .bind($id.to_string())
            .fetch_all(&mut *$transaction)
            .await?;
        if GroupDraft::from(&found.detail(named(roles)?)?) != *$looked_at {
            return Ok(Amended::Outdated);
        }
    }};
}

impl Db {
    /// Keeps a group. A conflict when the name is taken.
    #[tracing::instrument(name = "store.groups.insert", skip_all)]
    pub(crate) async fn insert_group(&self, new: &NewGroup<'_>, record: &Record) -> Result<()> {
        let draft = new.draft;
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(INSERT)
                .bind(new.id.to_string())
                .bind(&draft.name)
                .bind(draft.name.to_lowercase())
                .bind(&draft.description)
                .bind(draft.models.as_ref().map(Json))
                .bind(draft.quota.answers_per_day)
                .bind(draft.quota.tokens_per_day)
                .bind(draft.rates.requests_per_minute)
                .bind(draft.rates.tokens_per_minute)
                .bind(draft.rates.at_once)
                .bind(new.now.get())
                .bind(draft.shares_answers)
                .execute(&mut *transaction)
                .await?;
            put_roles!(transaction, new);
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Changes a group as long as it is what was looked at. A conflict when the name is taken.
    #[tracing::instrument(name = "store.groups.update", skip_all)]
    pub(crate) async fn update_group(
        &self,
        new: &NewGroup<'_>,
        looked_at: &GroupDraft,
        record: &Record,
    ) -> Result<Amended> {
        let draft = new.draft;
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take!(transaction, new.id, looked_at);
            let changed = sqlx::query(UPDATE)
                .bind(new.id.to_string())
                .bind(&draft.name)
                .bind(draft.name.to_lowercase())
                .bind(&draft.description)
                .bind(draft.models.as_ref().map(Json))
                .bind(draft.quota.answers_per_day)
                .bind(draft.quota.tokens_per_day)
                .bind(draft.rates.requests_per_minute)
                .bind(draft.rates.tokens_per_minute)
                .bind(draft.rates.at_once)
                .bind(new.now.get())
                .bind(draft.shares_answers)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if changed == 0 {
                return Ok(Amended::NotThere);
            }
            put_roles!(transaction, new);
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(Amended::Done)
    }

    /// Deletes a group as long as it is what was looked at; its members lose what they had by it.
    #[tracing::instrument(name = "store.groups.delete", skip_all)]
    pub(crate) async fn delete_group(
        &self,
        id: GroupId,
        looked_at: &GroupDraft,
        record: &Record,
    ) -> Result<Amended> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take!(transaction, id, looked_at);
            sqlx::query(DELETE)
                .bind(id.to_string())
                .execute(&mut *transaction)
                .await?;
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(Amended::Done)
    }
}
