//! Transcripts, as their owner sees them.

use model::{
    JobId, JobState, Page, Permission, TranscriptId, UserId,
    transcript::{
        Hit, NotesState, Participant, TranscriptLine, TranscriptState, TranscriptStep,
        TranscriptView, UnfinishedRecording,
    },
};

use super::{
    Transcripts,
    step::{Order, Step},
};
use crate::{
    Error,
    identity::Caller,
    search::asked_words,
    store::{Job, KeptTranscript},
};

/// Transcripts of a page.
pub const TRANSCRIPTS: u32 = 30;

impl Transcripts {
    /// The caller's recordings that were sent while they were made and that nobody has finished, the newest first.
    #[tracing::instrument(name = "api.transcripts.unfinished", skip_all)]
    pub async fn unfinished(&self, caller: &Caller) -> Result<Vec<UnfinishedRecording>, Error> {
        caller.require(Permission::MediaUse)?;
        Ok(self.0.files.unfinished_recordings(caller.user()).await?)
    }

    /// The caller's transcripts, newest first, a page after the given cursor; with `words` those that have them in title or text.
    #[tracing::instrument(name = "api.transcripts.list", skip_all)]
    pub async fn list(
        &self,
        caller: &Caller,
        words: Option<&str>,
        after: Option<&str>,
    ) -> Result<Page<TranscriptLine>, Error> {
        caller.require(Permission::MediaUse)?;
        let db = &self.0.db;
        let before: Option<TranscriptId> = after.map(str::parse).transpose()?;
        let words = asked_words(words);
        let found = db.transcripts(caller.user(), words, before, TRANSCRIPTS + 1);
        let mut found = found.await?;
        let more = found.len() > TRANSCRIPTS as usize;
        found.truncate(TRANSCRIPTS as usize);
        let next = found
            .last()
            .filter(|_| more)
            .map(|last| last.id.to_string());
        let mut items: Vec<TranscriptLine> = found.iter().map(line).collect();
        if let Some(words) = words {
            for item in &mut items {
                let hit = db.sentence_with(item.id, words).await?;
                item.hit = hit.map(|(sentence, begin_ms, text)| Hit {
                    sentence: u32::try_from(sentence).unwrap_or(0),
                    begin_ms,
                    text,
                });
            }
        }
        Ok(Page { items, next })
    }

    /// One of the caller's transcripts with all that is in it, and with its translation into that language.
    #[tracing::instrument(name = "api.transcripts.view", skip_all, fields(transcript.id = %id))]
    pub async fn view(
        &self,
        caller: &Caller,
        id: TranscriptId,
        translation: Option<&str>,
    ) -> Result<TranscriptView, Error> {
        caller.require(Permission::MediaUse)?;
        let (db, owner) = (&self.0.db, caller.user());
        let kept = db.transcript(owner, id).await?.ok_or(Error::NotFound)?;
        let translations = db.translations(owner, id).await?;
        let translation =
            translation.filter(|wanted| translations.iter().any(|there| there == wanted));
        let sentences = db
            .sentences(owner, id, translation.unwrap_or_default())
            .await?;
        Ok(TranscriptView {
            line: line(&kept),
            version: kept.version,
            sentences,
            translation: translation.map(ToOwned::to_owned),
            translations,
            translating: translating_of(&kept),
            file: kept.file,
            mime: kept.mime,
            speakers: kept.speakers,
            notes: kept.notes,
            notes_failure: kept.notes_failure,
        })
    }

    /// One of the caller's transcripts, as a list shows it.
    #[tracing::instrument(name = "api.transcripts.line", skip_all, fields(transcript.id = %id))]
    pub async fn line(&self, caller: &Caller, id: TranscriptId) -> Result<TranscriptLine, Error> {
        caller.require(Permission::MediaUse)?;
        let kept = self.0.db.transcript(caller.user(), id).await?;
        Ok(line(&kept.ok_or(Error::NotFound)?))
    }

    /// What the list shows of the transcript that a job is for, if it is still there.
    pub(crate) async fn line_of(&self, job: &Job) -> Result<Option<TranscriptLine>, Error> {
        let Ok(order) = serde_json::from_str::<Order>(&job.input) else {
            return Ok(None);
        };
        let kept = self.0.db.transcript(job.owner, order.transcript).await?;
        Ok(kept.as_ref().map(line))
    }

    /// What becomes of a transcript whose job an administrator called off before anybody worked on it.
    pub(crate) async fn called_off(&self, owner: UserId, job: JobId) -> Result<(), Error> {
        let db = &self.0.db;
        if let Some(kept) = db.transcript_of_job(owner, job).await? {
            let state = TranscriptState::Cancelled;
            db.fail_transcript(owner, kept.id, state, None, None)
                .await?;
        }
        Ok(())
    }
}

/// Where it is: the job that was to make it may have ended without a word to it.
pub(super) fn state_of(kept: &KeptTranscript) -> TranscriptState {
    let job = kept.worked.as_ref().map(|(state, ..)| *state);
    match (kept.state, job) {
        (TranscriptState::Making, Some(JobState::Cancelled)) => TranscriptState::Cancelled,
        (TranscriptState::Making, Some(JobState::Failed) | None) => TranscriptState::Failed,
        (state, _) => state,
    }
}

fn works(kept: &KeptTranscript) -> bool {
    kept.worked
        .as_ref()
        .is_some_and(|(state, ..)| !state.is_final())
}

/// What is being written is not, once nobody works on it.
fn written(state: NotesState, kept: &KeptTranscript) -> NotesState {
    if state == NotesState::Making && !works(kept) {
        NotesState::Failed
    } else {
        state
    }
}

pub(super) fn notes_of(kept: &KeptTranscript) -> NotesState {
    written(kept.notes_state, kept)
}

pub(super) fn translating_of(kept: &KeptTranscript) -> NotesState {
    written(kept.translating, kept)
}

/// What a list shows of a transcript.
pub(crate) fn line(kept: &KeptTranscript) -> TranscriptLine {
    let step = match &kept.worked {
        Some((JobState::Queued, ..)) => TranscriptStep::Waiting,
        Some((JobState::Running, step, _)) => Step::read(step).at.0,
        _ => TranscriptStep::Ended,
    };
    TranscriptLine {
        id: kept.id,
        title: kept.title.clone(),
        state: state_of(kept),
        step,
        job: kept.job.filter(|_| works(kept)),
        failure: kept.failure.clone(),
        language: kept.language.clone(),
        duration_ms: kept.duration_ms,
        sentences: kept.sentences,
        notes: notes_of(kept),
        cost: kept.cost,
        created_at: kept.created_at,
        hit: None,
    }
}

/// What somebody who speaks is called, as texts that leave the page say it.
pub(super) fn called(speakers: &[Participant], id: u32, chinese: bool) -> String {
    let named = speakers.iter().find(|speaker| speaker.id == id);
    match named.map(|speaker| speaker.name.as_str()) {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ if chinese => format!("说话人 {}", id + 1),
        _ => format!("Speaker {}", id + 1),
    }
}
