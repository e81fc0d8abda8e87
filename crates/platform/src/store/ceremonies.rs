//! What was begun with a browser and has to be finished by the same one, once.

use model::Millis;

use super::{Db, Result, on_pool};

const BEGIN: &str = "INSERT INTO ceremonies (id_hash, kind, browser, state, expires_at) VALUES ($1, $2, $3, $4, $5)";
/// Of parallel takers one gets the row; the others find none.
const TAKE: &str = "DELETE FROM ceremonies \
     WHERE id_hash = $1 AND kind = $2 AND browser = $3 AND expires_at > $4 RETURNING state";

/// A ceremony that is about to be remembered. The names are hashes, the state is sealed.
pub(crate) struct NewCeremony<'a> {
    pub(crate) id_hash: &'a str,
    pub(crate) kind: &'static str,
    pub(crate) browser: &'a str,
    pub(crate) state: &'a [u8],
    pub(crate) expires_at: Millis,
}

impl Db {
    /// Remembers a ceremony.
    #[tracing::instrument(name = "store.ceremonies.begin", skip_all)]
    pub(crate) async fn begin_ceremony(&self, new: &NewCeremony<'_>) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(BEGIN)
            .bind(new.id_hash)
            .bind(new.kind)
            .bind(new.browser)
            .bind(new.state)
            .bind(new.expires_at.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Takes the ceremony's state, if that browser began one of that kind and it has not ended.
    #[tracing::instrument(name = "store.ceremonies.take", skip_all)]
    pub(crate) async fn take_ceremony(
        &self,
        id_hash: &str,
        kind: &str,
        browser: &str,
        now: Millis,
    ) -> Result<Option<Vec<u8>>> {
        Ok(on_pool!(self.writer(), |pool| sqlx::query_scalar(TAKE)
            .bind(id_hash)
            .bind(kind)
            .bind(browser)
            .bind(now.get())
            .fetch_optional(pool)
            .await?))
    }
}
