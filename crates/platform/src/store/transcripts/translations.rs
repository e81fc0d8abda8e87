//! Transcripts in other languages, sentence by sentence.

use model::{TranscriptId, UserId};

use crate::store::{Db, Result, on_pool};

pub(super) const LANGUAGES: &str = "SELECT DISTINCT r.language FROM transcript_translations r JOIN transcripts t ON t.id = r.transcript_id \
     WHERE r.transcript_id = $1 AND t.owner_id = $2 ORDER BY r.language";
pub(super) const FORGET: &str = "DELETE FROM transcript_translations WHERE transcript_id = $1";
const KEEP: &str = "INSERT INTO transcript_translations (transcript_id, language, position, text) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (transcript_id, language, position) DO UPDATE SET text = excluded.text";

impl Db {
    /// The languages into which sentences of one of the owner's transcripts were translated.
    #[tracing::instrument(name = "store.transcripts.languages", level = "debug", skip_all)]
    pub(crate) async fn translations(
        &self,
        owner: UserId,
        id: TranscriptId,
    ) -> Result<Vec<String>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_scalar(
            LANGUAGES
        )
        .bind(id.to_string())
        .bind(owner.to_string())
        .fetch_all(pool)
        .await?))
    }

    /// Keeps translated sentences.
    #[tracing::instrument(name = "store.transcripts.translate", skip_all)]
    pub(crate) async fn keep_translations(
        &self,
        id: TranscriptId,
        language: &str,
        sentences: &[(u32, String)],
    ) -> Result<()> {
        let id = id.to_string();
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            for (position, text) in sentences {
                sqlx::query(KEEP)
                    .bind(&id)
                    .bind(language)
                    .bind(i64::from(*position))
                    .bind(text)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Forgets all translations: the sentences are others now.
    #[tracing::instrument(name = "store.transcripts.untranslate", skip_all)]
    pub(crate) async fn forget_translations(&self, id: TranscriptId) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(FORGET)
            .bind(id.to_string())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
