//! Doing once more what a transcript came to nothing with, or what is wanted of it anew.

use model::{
    FailureCode, Permission, SubmissionId, TranscriptId, UserId,
    transcript::{NotesState, TranscriptState},
};

use super::{Transcripts, is_language, listing, step::Order};
use crate::{
    Error,
    identity::Caller,
    store::{HandedIn, Job},
};

/// What is to be done once more for a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// All of it: the recording is listened to.
    Hearing,
    /// The notes.
    Notes,
    /// A translation into that language.
    Translation(String),
}

impl Transcripts {
    /// Does something once more for a transcript of the caller's; what is being done already goes on.
    #[tracing::instrument(name = "api.transcripts.again", skip_all, fields(transcript.id = %id))]
    pub async fn again(
        &self,
        caller: &Caller,
        submission: SubmissionId,
        id: TranscriptId,
        what: Again,
    ) -> Result<(), Error> {
        caller.require(Permission::MediaUse)?;
        self.again_for(caller.user(), submission, id, what).await
    }

    /// Does once more what a job of somebody's who may was to do for a transcript of theirs.
    pub(crate) async fn job_again(
        &self,
        owner: UserId,
        submission: SubmissionId,
        job: &Job,
    ) -> Result<(), Error> {
        // The job that worked on it last: whoever tried again or stopped since has had the last word.
        let kept = self.0.db.transcript_of_job(owner, job.id).await?;
        let kept = kept.ok_or(Error::NotFound)?;
        let order: Order = serde_json::from_str(&job.input).map_err(|_| Error::NotFound)?;
        let is_heard = listing::state_of(&kept) == TranscriptState::Ready;
        let is_noted = listing::notes_of(&kept) == NotesState::Ready;
        let what = match (order.hear, order.translate) {
            (Some(_), _) if !is_heard => Again::Hearing,
            (Some(_), Some(language)) if is_noted => Again::Translation(language),
            (Some(_), _) if is_noted => return Err(Error::NotFound),
            (None, Some(language)) => Again::Translation(language),
            (Some(_), _) | (None, None) => Again::Notes,
        };
        self.again_for(owner, submission, order.transcript, what)
            .await
    }

    async fn again_for(
        &self,
        owner: UserId,
        submission: SubmissionId,
        id: TranscriptId,
        what: Again,
    ) -> Result<(), Error> {
        let inner = &*self.0;
        let kept = inner
            .db
            .transcript(owner, id)
            .await?
            .ok_or(Error::NotFound)?;
        let state = listing::state_of(&kept);
        let order = match what {
            Again::Hearing => {
                if !matches!(state, TranscriptState::Failed | TranscriptState::Cancelled) {
                    return Ok(());
                }
                let order: Order = serde_json::from_str(&kept.wish).map_err(|_| Error::NotFound)?;
                // Under the rules of now.
                let offered = self.offered(&inner.db.allowance(owner).await?);
                let hearing = order.hear.as_ref();
                if !hearing.is_some_and(|it| offered.iter().any(|one| one.name == it.model)) {
                    return Err(Error::UnknownModel);
                }
                order
            }
            _ if state != TranscriptState::Ready => return Err(Error::NotFound),
            Again::Notes => {
                if listing::notes_of(&kept) == NotesState::Making {
                    return Ok(());
                }
                Order {
                    transcript: id,
                    hear: None,
                    note: true,
                    translate: None,
                }
            }
            Again::Translation(language) => {
                is_language(&language)?;
                if listing::translating_of(&kept) == NotesState::Making {
                    return Ok(());
                }
                Order {
                    transcript: id,
                    hear: None,
                    note: false,
                    translate: Some(language),
                }
            }
        };
        match self.begin(owner, submission, &order, Some(&kept)).await? {
            HandedIn::New(_) => {}
            // The same press, or another window's: what is being done already goes on.
            HandedIn::Before(_) | HandedIn::TakenUp => return Ok(()),
            HandedIn::TooMany => return Err(Error::Refused(FailureCode::TooMany)),
        }
        if order.hear.is_none() && order.note {
            let state = NotesState::Making;
            inner
                .db
                .note_transcript(owner, id, state, None, None)
                .await?;
        } else if order.translate.is_some() && order.hear.is_none() {
            inner
                .db
                .translating_transcript(owner, id, NotesState::Making)
                .await?;
        }
        inner.jobs.tell(owner);
        Ok(())
    }
}
