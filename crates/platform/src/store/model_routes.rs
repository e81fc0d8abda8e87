//! Names that stand for models.

use model::Millis;
use sqlx::types::Json;

use super::{
    Db, Result,
    audit::{append_audit, audited},
    on_pool,
};
use crate::audit::Record;

const ALL: &str = "SELECT name, models FROM model_routes ORDER BY name";
const SET: &str = "INSERT INTO model_routes (name, models, updated_at) VALUES ($1, $2, $3) \
     ON CONFLICT (name) DO UPDATE SET models = excluded.models, updated_at = excluded.updated_at";
const ADD: &str = "INSERT INTO model_routes (name, models, updated_at) VALUES ($1, $2, $3) \
     ON CONFLICT (name) DO NOTHING";
const UNSET: &str = "DELETE FROM model_routes WHERE name = $1";

impl Db {
    /// All of them; administrators put up a handful.
    #[tracing::instrument(name = "store.model_routes.all", skip_all)]
    pub(crate) async fn model_routes(&self) -> Result<Vec<(String, Vec<String>)>> {
        let rows: Vec<(String, Json<Vec<String>>)> =
            on_pool!(self.reader(), |pool| sqlx::query_as(ALL)
                .fetch_all(pool)
                .await?);
        Ok(rows
            .into_iter()
            .map(|(name, models)| (name, models.0))
            .collect())
    }

    /// Puts models behind a name that stands for none yet. Whether it stood for none.
    #[tracing::instrument(name = "store.model_routes.add", skip_all)]
    pub(crate) async fn add_model_route(
        &self,
        name: &str,
        models: &[String],
        now: Millis,
        record: &Record,
    ) -> Result<bool> {
        Ok(audited!(
            self,
            record,
            sqlx::query(ADD)
                .bind(name)
                .bind(Json(models))
                .bind(now.get())
        ))
    }

    /// Puts models behind a name, or takes it down with none. Whether there was something to take down.
    #[tracing::instrument(name = "store.model_routes.set", skip_all)]
    pub(crate) async fn set_model_route(
        &self,
        name: &str,
        models: &[String],
        now: Millis,
        record: &Record,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            if models.is_empty() {
                let deleted = sqlx::query(UNSET)
                    .bind(name)
                    .execute(&mut *transaction)
                    .await?
                    .rows_affected();
                if deleted == 0 {
                    return Ok(false);
                }
            } else {
                sqlx::query(SET)
                    .bind(name)
                    .bind(Json(models))
                    .bind(now.get())
                    .execute(&mut *transaction)
                    .await?;
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(true)
    }
}
