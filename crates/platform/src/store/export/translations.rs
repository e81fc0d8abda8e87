//! A person's transcripts in other languages.

use model::UserId;
use serde::Serialize;
use sqlx::FromRow;

use super::{Db, Result, on_pool, page};

const TRANSLATIONS: &str = "SELECT r.language, r.position, r.text \
     FROM transcript_translations r JOIN transcripts t ON t.id = r.transcript_id \
     WHERE t.owner_id = $1 AND r.transcript_id = $2 AND (r.language, r.position) > ($3, $4) \
     ORDER BY r.language, r.position LIMIT $5";

/// For the proof that each page uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[("EXPORT_TRANSLATIONS", TRANSLATIONS)];

/// A sentence in another language.
#[derive(FromRow, Serialize)]
pub(crate) struct KeptTranslation {
    pub(crate) language: String,
    /// The sentence's.
    pub(crate) position: i64,
    text: String,
}

impl Db {
    /// Translated sentences of the person's transcript behind that one, by language and place.
    #[tracing::instrument(name = "store.export.translations", skip_all)]
    pub(crate) async fn kept_translations(
        &self,
        owner: UserId,
        transcript: &str,
        (language, position): (&str, i64),
    ) -> Result<Vec<KeptTranslation>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(TRANSLATIONS)
            .bind(owner.to_string())
            .bind(transcript)
            .bind(language)
            .bind(position)
            .bind(page())
            .fetch_all(pool)
            .await?))
    }
}
