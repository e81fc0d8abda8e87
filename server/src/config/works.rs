//! `[works]`.

use anyhow::bail;
use model::ModelName;
use platform::{transcripts::TranscriptsOptions, works::WorksOptions};
use serde::{Deserialize, Serialize};

/// Images, videos and speech.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorksConfig {
    /// Models for images, in the order in which they are offered.
    pub images: Vec<String>,
    /// Models for videos.
    pub videos: Vec<String>,
    /// Models for speech.
    pub speech: Vec<String>,
    /// The model that listens while somebody speaks.
    pub dictation: String,
    /// Models that write recordings down, in the order in which they are offered.
    pub transcripts: Vec<String>,
    /// The chat model that writes chapters, summary and the rest about a transcript. Empty: the chat's default model.
    pub notes_model: String,
    /// The model that translates transcripts.
    pub translation_model: String,
    /// The model by which works and transcripts are found by what they mean. Empty: by words alone.
    pub embedding_model: String,
    /// The model that puts what was found by its meaning in order. Empty: the nearest is the first.
    pub rerank_model: String,
    /// Whether a link to something shared may work until it is taken back; otherwise it ends after thirty days at most.
    pub endless_shares: bool,
    /// Jobs that this process works on at once. 0 leaves them to other processes.
    pub jobs_at_once: usize,
    /// Jobs of a person that are worked on at once; further ones wait.
    pub jobs_per_person: u32,
    /// Jobs of a person that may wait.
    pub waiting_per_person: u32,
}

impl Default for WorksConfig {
    fn default() -> Self {
        let WorksOptions {
            images,
            videos,
            speech,
            dictation,
            transcripts,
            embedding_model,
            rerank_model,
            endless_shares,
            jobs_at_once,
            jobs_per_person,
            waiting_per_person,
        } = WorksOptions::default();
        Self {
            images,
            videos,
            speech,
            dictation,
            transcripts: transcripts.models,
            notes_model: String::new(),
            translation_model: transcripts.translation_model,
            embedding_model: embedding_model.unwrap_or_default(),
            rerank_model: rerank_model.unwrap_or_default(),
            endless_shares,
            jobs_at_once,
            jobs_per_person,
            waiting_per_person,
        }
    }
}

impl WorksConfig {
    /// As the service takes it, with the chat's default model for what names none.
    pub(crate) fn options(&self, chat_model: &ModelName) -> WorksOptions {
        let notes_model = match self.notes_model.as_str() {
            "" => chat_model.as_str(),
            named => named,
        };
        WorksOptions {
            images: self.images.clone(),
            videos: self.videos.clone(),
            speech: self.speech.clone(),
            dictation: self.dictation.clone(),
            transcripts: TranscriptsOptions {
                models: self.transcripts.clone(),
                notes_model: notes_model.to_owned(),
                translation_model: self.translation_model.clone(),
            },
            embedding_model: Some(self.embedding_model.clone()).filter(|name| !name.is_empty()),
            rerank_model: Some(self.rerank_model.clone()).filter(|name| !name.is_empty()),
            endless_shares: self.endless_shares,
            jobs_at_once: self.jobs_at_once,
            jobs_per_person: self.jobs_per_person,
            waiting_per_person: self.waiting_per_person,
        }
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        if self.jobs_per_person == 0 {
            bail!("works.jobs_per_person must be at least 1");
        }
        if self.waiting_per_person == 0 {
            bail!("works.waiting_per_person must be at least 1");
        }
        Ok(())
    }
}
