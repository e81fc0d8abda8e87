//! What an operator knows of models better than the built-in catalogue. There are as many rows as an operator writes.

use model::Millis;
use serde_json::{Map, Value};
use sqlx::types::Json;

use super::{Db, Result, audit::audited, on_pool};
use crate::audit::Record;

const ALL: &str = "SELECT model, card FROM model_overrides ORDER BY model";
const SET: &str = "INSERT INTO model_overrides (model, card, updated_at) VALUES ($1, $2, $3) \
     ON CONFLICT (model) DO UPDATE SET card = excluded.card, updated_at = excluded.updated_at";
const UNSET: &str = "DELETE FROM model_overrides WHERE model = $1";

/// A model's id and the fields that replace those of the built-in catalogue.
pub(crate) type Override = (String, Json<Map<String, Value>>);

impl Db {
    /// All of them.
    #[tracing::instrument(name = "store.model_overrides.all", skip_all)]
    pub(crate) async fn model_overrides(&self) -> Result<Vec<Override>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(ALL)
            .fetch_all(pool)
            .await?))
    }

    /// Replaces a model's fields, all of them at once, and writes that down.
    #[tracing::instrument(name = "store.model_overrides.set", skip_all)]
    pub(crate) async fn set_model_override(
        &self,
        model: &str,
        card: &Map<String, Value>,
        now: Millis,
        record: &Record,
    ) -> Result<()> {
        let _is_set: bool = audited!(
            self,
            record,
            sqlx::query(SET)
                .bind(model)
                .bind(Json(card))
                .bind(now.get())
        );
        Ok(())
    }

    /// Goes back to the built-in catalogue, and writes that down. False when there was nothing to forget.
    #[tracing::instrument(name = "store.model_overrides.unset", skip_all)]
    pub(crate) async fn unset_model_override(&self, model: &str, record: &Record) -> Result<bool> {
        Ok(audited!(self, record, sqlx::query(UNSET).bind(model)))
    }
}
