//! The model that a person begins conversations with.

use model::{Millis, ModelName, UserId};

use super::{Db, Result, on_pool, rows};

const READ: &str = "SELECT model FROM default_models WHERE user_id = $1";

const WRITE: &str = "
    INSERT INTO default_models (user_id, model, updated_at) VALUES ($1, $2, $3)
    ON CONFLICT (user_id) DO UPDATE SET model = excluded.model, updated_at = excluded.updated_at";

const FORGET: &str = "DELETE FROM default_models WHERE user_id = $1";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("DEFAULT_MODEL", READ),
    ("SET_DEFAULT_MODEL", WRITE),
    ("FORGET_DEFAULT_MODEL", FORGET),
];

impl Db {
    /// The person's, if they ever chose one.
    #[tracing::instrument(name = "store.default_models.read", skip_all)]
    pub(crate) async fn default_model(&self, user: UserId) -> Result<Option<ModelName>> {
        let model: Option<String> = on_pool!(self.reader(), |pool| sqlx::query_scalar(READ)
            .bind(user.to_string())
            .fetch_optional(pool)
            .await?);
        let corrupt = |_| rows::corrupt("default_models", "model", &user.to_string());
        let model = model.map(|model| ModelName::parse(model).map_err(corrupt));
        model.transpose()
    }

    /// Keeps their choice, or that they want the site's.
    #[tracing::instrument(name = "store.default_models.write", skip_all)]
    pub(crate) async fn set_default_model(
        &self,
        user: UserId,
        model: Option<&ModelName>,
        now: Millis,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| match model {
            Some(model) => sqlx::query(WRITE)
                .bind(user.to_string())
                .bind(model.as_str())
                .bind(now.get())
                .execute(pool)
                .await?
                .rows_affected(),
            None => sqlx::query(FORGET)
                .bind(user.to_string())
                .execute(pool)
                .await?
                .rows_affected(),
        });
        Ok(())
    }
}
