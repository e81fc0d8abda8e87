//! Finding things of one person by what they mean.

use std::{collections::HashSet, time::Duration};

use model::{
    Permission, Related, RelatedState, TranscriptId, WorkFilter, WorkView,
    transcript::{Hit, TranscriptLine},
};

use super::{Meanings, asking::AskError, passages::beginning, vector::nearest};
use crate::{
    Error,
    gateway::GatewayError,
    identity::Caller,
    store::{KeptTranscript, Reading},
    transcripts,
};

/// Vectors of a person that are looked at, those of the newest things: all of them take a few milliseconds and 5 MB.
const LOOKED_AT: u32 = 20_000;
/// Things that are shown.
pub(super) const SHOWN: usize = 24;
/// The longest words that are looked for, in bytes.
const LONGEST_WORDS: usize = 200;
/// A page is not kept waiting for longer.
const PATIENCE: Duration = Duration::from_secs(3);

impl Meanings {
    /// The caller's works that mean something like `words`, the best first, without those in whose prompts the words stand. Works
    /// that were not read yet are not found.
    #[tracing::instrument(name = "api.meaning.works", skip_all)]
    pub async fn works(
        &self,
        caller: &Caller,
        filter: &WorkFilter,
    ) -> Result<Related<WorkView>, Error> {
        caller.require(Permission::MediaUse)?;
        let words = filter.words.as_deref().unwrap_or_default().trim();
        let (model, wanted) = match self.wanted(caller, words).await? {
            Ok(wanted) => wanted,
            Err(state) => return Ok(Related::none(state)),
        };
        let (db, owner) = (&self.0.db, caller.user());
        let all = db
            .work_vectors(owner, filter.kind, model, LOOKED_AT)
            .await?;
        let near = tokio::task::spawn_blocking(move || nearest(&wanted, all)).await?;
        let pattern = words.to_lowercase();
        let mut found = Vec::new();
        for id in near {
            if found.len() == self.candidates() {
                break;
            }
            // As the databases compare: what they don't fold is rather shown twice than not at all.
            let work = db.work(owner, id).await?;
            let work = work.filter(|work| !work.prompt.to_ascii_lowercase().contains(&pattern));
            found.extend(work.map(|work| {
                let text = work.prompt.clone();
                (work, text)
            }));
        }
        Ok(Related {
            items: self.best(caller, words, found).await,
            state: RelatedState::Ready,
            unread: db.count_unread(owner, Reading::Works).await?,
        })
    }

    /// The caller's transcripts in which something like `words` is said, the best first, each with the sentence where it begins;
    /// without those in which the words stand.
    #[tracing::instrument(name = "api.meaning.transcripts", skip_all)]
    pub async fn transcripts(
        &self,
        caller: &Caller,
        words: &str,
    ) -> Result<Related<TranscriptLine>, Error> {
        caller.require(Permission::MediaUse)?;
        let words = words.trim();
        let (model, wanted) = match self.wanted(caller, words).await? {
            Ok(wanted) => wanted,
            Err(state) => return Ok(Related::none(state)),
        };
        let (db, owner) = (&self.0.db, caller.user());
        let all = db.passage_vectors(owner, model, LOOKED_AT).await?;
        let near = tokio::task::spawn_blocking(move || nearest(&wanted, all)).await?;
        let pattern = words.to_lowercase();
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for (id, sentence) in near {
            if found.len() == self.candidates() {
                break;
            }
            if !seen.insert(id) {
                continue;
            }
            let Some(kept) = db.transcript(owner, id).await? else {
                continue;
            };
            let has_words = kept.title.to_ascii_lowercase().contains(&pattern)
                || db.sentence_with(id, words).await?.is_some();
            if !has_words {
                let said = self.said(&kept, sentence).await?;
                let line = TranscriptLine {
                    hit: self.hit(id, sentence).await?,
                    ..transcripts::line(&kept)
                };
                found.push((line, said));
            }
        }
        Ok(Related {
            items: self.best(caller, words, found).await,
            state: RelatedState::Ready,
            unread: db.count_unread(owner, Reading::Transcripts).await?,
        })
    }

    /// What is said in a passage, where a model is to read that.
    async fn said(&self, kept: &KeptTranscript, sentence: Option<u32>) -> Result<String, Error> {
        if !self.ranks() {
            return Ok(String::new());
        }
        Ok(match sentence {
            Some(sentence) => self.0.db.said_from(kept.id, sentence).await?.join(" "),
            None => format!("{}\n{}", kept.title, kept.notes.summary),
        })
    }

    async fn hit(&self, id: TranscriptId, sentence: Option<u32>) -> Result<Option<Hit>, Error> {
        let Some(sentence) = sentence else {
            return Ok(None);
        };
        let found = self.0.db.sentence_at(id, sentence).await?;
        Ok(found.map(|(begin_ms, text)| Hit {
            sentence,
            begin_ms,
            text,
        }))
    }

    /// The model and the vector of what is looked for, or why there is none.
    async fn wanted(
        &self,
        caller: &Caller,
        words: &str,
    ) -> Result<Result<(&str, Vec<u8>), RelatedState>, Error> {
        let Some(model) = self.0.model.as_deref() else {
            return Ok(Err(RelatedState::Off));
        };
        let Some(text) = beginning(words).filter(|text| text.len() <= LONGEST_WORDS) else {
            return Ok(Err(RelatedState::Off));
        };
        let owner = caller.user();
        let allowance = self.0.db.allowance(owner).await?;
        if !allowance.allows(model) {
            return Ok(Err(RelatedState::Off));
        }
        let texts = [text];
        let request_id = caller.visitor().request_id.clone();
        let asked = self.vectors(model, owner, &texts, request_id);
        let failed = match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(vectors)) => {
                let vector = vectors.into_iter().next();
                return Ok(vector
                    .map(|vector| (model, vector))
                    .ok_or(RelatedState::Failed));
            }
            Ok(Err(AskError::Store(error))) => return Err(error.into()),
            // Who has nothing left to spend searches by words.
            Ok(Err(AskError::NotNow(
                GatewayError::OverBudget { .. }
                | GatewayError::NoPrice
                | GatewayError::QuotaUsedUp { .. },
            ))) => return Ok(Err(RelatedState::Off)),
            Ok(Err(error)) => Some(error),
            Err(_) => None,
        };
        let error = failed.as_ref().map(|error| error as &dyn std::error::Error);
        tracing::warn!(error, "a search found by words alone");
        Ok(Err(RelatedState::Failed))
    }
}
