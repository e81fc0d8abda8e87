//! API keys, as their hashes. Whose a key is stands in every query.

use model::{ApiKey, ApiKeyDraft, ApiKeyId, Millis, ModelName, PermissionSet, UserId};
use sqlx::{FromRow, types::Json};

use super::{
    Db, Result,
    audit::{append_audit, audited},
    on_pool, rows,
};
use crate::audit::Record;

macro_rules! columns {
    () => {
        "SELECT id, user_id, name, hint, scopes, models, networks, requests_per_minute, tokens_per_minute, \
         budget_per_month, finishes, cache_seconds, at_once, created_at, expires_at, used_at, used_from FROM api_keys "
    };
}

const OF_USER: &str = concat!(columns!(), "WHERE user_id = $1 ORDER BY id DESC");
const ONE: &str = concat!(columns!(), "WHERE user_id = $1 AND id = $2");
const BY_HASH: &str = concat!(columns!(), "WHERE key_hash = $1");
/// Takes the turn of all that is done to this person's keys, so that two at once can't both be the last allowed one.
const TAKE_TURN: &str = "UPDATE users SET updated_at = updated_at WHERE id = $1";
const COUNT: &str = "SELECT COUNT(*) FROM api_keys WHERE user_id = $1";
const INSERT: &str = "INSERT INTO api_keys (id, user_id, name, key_hash, hint, scopes, models, networks, \
     requests_per_minute, tokens_per_minute, budget_per_month, finishes, created_at, expires_at, cache_seconds, at_once) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
const UPDATE: &str = "UPDATE api_keys SET name = $3, scopes = $4, models = $5, networks = $6, \
     requests_per_minute = $7, tokens_per_minute = $8, budget_per_month = $9, finishes = $10, \
     expires_at = $11, cache_seconds = $12, at_once = $13 \
     WHERE user_id = $1 AND id = $2";
const DELETE: &str = "DELETE FROM api_keys WHERE user_id = $1 AND id = $2";
const TOUCH: &str = "UPDATE api_keys SET used_at = $2, used_from = $3 \
     WHERE id = $1 AND (used_at IS NULL OR used_at < $2)";

/// A key and whose it is.
pub(crate) struct OwnedKey {
    pub(crate) owner: UserId,
    pub(crate) key: ApiKey,
}

/// A key that is about to be kept.
pub(crate) struct NewApiKey<'a> {
    pub(crate) id: ApiKeyId,
    pub(crate) owner: UserId,
    pub(crate) hash: &'a str,
    pub(crate) hint: &'a str,
    pub(crate) draft: &'a ApiKeyDraft,
    pub(crate) now: Millis,
    /// Keys that the person may have, with this one.
    pub(crate) at_most: i64,
}

/// A key as it stands there.
#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    user_id: String,
    name: String,
    hint: String,
    scopes: Json<PermissionSet>,
    models: Option<Json<Vec<ModelName>>>,
    networks: Json<Vec<String>>,
    requests_per_minute: Option<i64>,
    tokens_per_minute: Option<i64>,
    budget_per_month: Option<i64>,
    finishes: bool,
    cache_seconds: Option<i64>,
    at_once: Option<i64>,
    created_at: i64,
    expires_at: Option<i64>,
    used_at: Option<i64>,
    used_from: Option<String>,
}

impl TryFrom<Row> for OwnedKey {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            owner: rows::id("api_keys", "user_id", &row.user_id)?,
            key: ApiKey {
                id: rows::id("api_keys", "id", &row.id)?,
                name: row.name,
                hint: row.hint,
                scopes: row.scopes.0,
                models: row.models.map(|models| models.0),
                networks: row.networks.0,
                requests_per_minute: row.requests_per_minute,
                tokens_per_minute: row.tokens_per_minute,
                budget_per_month: row.budget_per_month,
                finishes: row.finishes,
                cache_seconds: row.cache_seconds,
                at_once: row.at_once,
                created_at: Millis::new(row.created_at),
                expires_at: row.expires_at.map(Millis::new),
                used_at: row.used_at.map(Millis::new),
                used_from: row.used_from,
            },
        })
    }
}

impl Db {
    /// The person's keys, newest first.
    #[tracing::instrument(name = "store.api_keys.of_user", skip_all)]
    pub(crate) async fn api_keys(&self, owner: UserId) -> Result<Vec<ApiKey>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(OF_USER)
            .bind(owner.to_string())
            .fetch_all(pool)
            .await?);
        let keys = found.into_iter().map(OwnedKey::try_from);
        keys.map(|owned| Ok(owned?.key)).collect()
    }

    /// The person's key of that id.
    #[tracing::instrument(name = "store.api_keys.one", skip_all)]
    pub(crate) async fn api_key(&self, owner: UserId, id: ApiKeyId) -> Result<Option<ApiKey>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(ONE)
            .bind(owner.to_string())
            .bind(id.to_string())
            .fetch_optional(pool)
            .await?);
        row.map(|row| Ok(OwnedKey::try_from(row)?.key)).transpose()
    }

    /// The key of that hash, whoever's it is.
    #[tracing::instrument(name = "store.api_keys.by_hash", skip_all)]
    pub(crate) async fn api_key_by_hash(&self, hash: &str) -> Result<Option<OwnedKey>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(BY_HASH)
            .bind(hash)
            .fetch_optional(pool)
            .await?);
        row.map(OwnedKey::try_from).transpose()
    }

    /// Keeps a key, or returns false when the person has as many as they may.
    #[tracing::instrument(name = "store.api_keys.insert", skip_all)]
    pub(crate) async fn insert_api_key(
        &self,
        new: &NewApiKey<'_>,
        record: &Record,
    ) -> Result<bool> {
        let (owner, draft) = (new.owner.to_string(), new.draft);
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(TAKE_TURN)
                .bind(&owner)
                .execute(&mut *transaction)
                .await?;
            let keys: i64 = sqlx::query_scalar(COUNT)
                .bind(&owner)
                .fetch_one(&mut *transaction)
                .await?;
            if keys >= new.at_most {
                return Ok(false);
            }
            sqlx::query(INSERT)
                .bind(new.id.to_string())
                .bind(&owner)
                .bind(&draft.name)
                .bind(new.hash)
                .bind(new.hint)
                .bind(Json(draft.scopes))
                .bind(draft.models.as_ref().map(Json))
                .bind(Json(&draft.networks))
                .bind(draft.requests_per_minute)
                .bind(draft.tokens_per_minute)
                .bind(draft.budget_per_month)
                .bind(draft.finishes)
                .bind(new.now.get())
                .bind(draft.expires_at.map(Millis::get))
                .bind(draft.cache_seconds)
                .bind(draft.at_once)
                .execute(&mut *transaction)
                .await?;
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// Changes a key; returns whether the person has it.
    #[tracing::instrument(name = "store.api_keys.update", skip_all)]
    pub(crate) async fn update_api_key(
        &self,
        owner: UserId,
        id: ApiKeyId,
        draft: &ApiKeyDraft,
        record: &Record,
    ) -> Result<bool> {
        Ok(audited!(
            self,
            record,
            sqlx::query(UPDATE)
                .bind(owner.to_string())
                .bind(id.to_string())
                .bind(&draft.name)
                .bind(Json(draft.scopes))
                .bind(draft.models.as_ref().map(Json))
                .bind(Json(&draft.networks))
                .bind(draft.requests_per_minute)
                .bind(draft.tokens_per_minute)
                .bind(draft.budget_per_month)
                .bind(draft.finishes)
                .bind(draft.expires_at.map(Millis::get))
                .bind(draft.cache_seconds)
                .bind(draft.at_once)
        ))
    }

    /// Deletes a key; returns whether the person had it.
    #[tracing::instrument(name = "store.api_keys.delete", skip_all)]
    pub(crate) async fn delete_api_key(
        &self,
        owner: UserId,
        id: ApiKeyId,
        record: &Record,
    ) -> Result<bool> {
        Ok(audited!(
            self,
            record,
            sqlx::query(DELETE)
                .bind(owner.to_string())
                .bind(id.to_string())
        ))
    }

    /// Remembers when and from where the key was used.
    #[tracing::instrument(name = "store.api_keys.touch", skip_all)]
    pub(crate) async fn touch_api_key(&self, id: ApiKeyId, now: Millis, from: &str) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(TOUCH)
            .bind(id.to_string())
            .bind(now.get())
            .bind(from)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
