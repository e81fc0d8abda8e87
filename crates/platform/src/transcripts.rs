//! Transcripts: recordings as text with times and voices, and what a model makes of them. A recording becomes a job, like a work;
//! what it can cost is reserved when it is asked for, and booked when it is known what came of it.

mod again;
mod asking;
mod chatting;
mod editing;
mod export;
mod hearing;
mod listing;
mod making;
mod notes;
mod recording;
mod step;
#[cfg(test)]
mod tests;
mod translating;
mod words;

use std::sync::Arc;

use bailian::capability::Unit;
use model::{
    CallOutcome, FailureCode, JobId, Medium, Millis, Operation, Permission, SubmissionId, Title,
    TranscriptId, UserId,
    transcript::{
        LANGUAGES, Speakers, TranscriptModel, TranscriptOffers, TranscriptState, TranscriptWish,
    },
};

use crate::{
    Clock, Error, Ids,
    files::Files,
    gateway::{Gateway, JobAsk, JobEnd, ObjectKind},
    generation::Generations,
    identity::Caller,
    jobs::{Jobs, Stopped},
    store::{Allowance, Db, HandedIn, KeptTranscript, NewJob, NewTranscript},
};
use step::{Hearing, Order};

pub use again::Again;
pub use asking::LONGEST_QUESTION;
pub use export::Exported;
pub use listing::TRANSCRIPTS;
pub(crate) use listing::line;

/// What recordings cost.
const OPERATION: Operation = Operation::Transcription;
/// The longest id of a list of hot words, in bytes.
const LONGEST_NAME: usize = 200;

/// What the operator decides of transcripts.
#[derive(Clone, Debug)]
pub struct TranscriptsOptions {
    /// Models that listen to recordings, in the order in which they are offered.
    pub models: Vec<String>,
    /// The chat model that writes chapters, summary and the rest.
    pub notes_model: String,
    /// The model that translates.
    pub translation_model: String,
}

impl Default for TranscriptsOptions {
    fn default() -> Self {
        Self {
            models: ["fun-asr", "paraformer-v2"].map(str::to_owned).to_vec(),
            notes_model: "qwen-plus".to_owned(),
            translation_model: "qwen-mt-turbo".to_owned(),
        }
    }
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Transcripts(Arc<Inner>);

struct Inner {
    db: Db,
    gateway: Gateway,
    files: Files,
    jobs: Jobs,
    generations: Generations,
    clock: Arc<dyn Clock>,
    ids: Ids,
    options: TranscriptsOptions,
    waiting_per_person: u32,
}

/// What the service is built of.
pub(crate) struct TranscriptsParts {
    pub(crate) db: Db,
    pub(crate) gateway: Gateway,
    pub(crate) files: Files,
    pub(crate) jobs: Jobs,
    pub(crate) generations: Generations,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Ids,
}

impl Transcripts {
    pub(crate) fn new(
        parts: TranscriptsParts,
        options: TranscriptsOptions,
        waiting_per_person: u32,
    ) -> Self {
        Self(Arc::new(Inner {
            db: parts.db,
            gateway: parts.gateway,
            files: parts.files,
            jobs: parts.jobs,
            generations: parts.generations,
            clock: parts.clock,
            ids: parts.ids,
            options,
            waiting_per_person,
        }))
    }

    /// An id for a submission whose sender has none.
    pub fn new_submission(&self) -> SubmissionId {
        SubmissionId::from_uuid(self.0.ids.next())
    }

    /// What transcripts the caller can have made here, and how.
    #[tracing::instrument(name = "api.transcripts.offers", skip_all)]
    pub async fn offers(&self, caller: &Caller) -> Result<TranscriptOffers, Error> {
        caller.require(Permission::MediaUse)?;
        let allowance = self.0.db.allowance(caller.user()).await?;
        let languages = || LANGUAGES.iter().map(|name| (*name).to_owned()).collect();
        Ok(TranscriptOffers {
            models: self.offered(&allowance),
            languages: languages(),
            translations: languages(),
        })
    }

    fn offered(&self, allowance: &Allowance) -> Vec<TranscriptModel> {
        let gateway = &self.0.gateway;
        let names = self.0.options.models.iter();
        let allowed = names.filter(|name| allowance.allows(name));
        let offered = allowed.filter_map(|name| {
            let card = gateway.card(name)?;
            Some(TranscriptModel {
                name: name.clone(),
                price: gateway.unit_price(card, Unit::Second, None),
            })
        });
        offered.collect()
    }

    /// The most that a transcript can cost, in micro-yuan, without its notes; `None` where there is no price.
    #[tracing::instrument(name = "api.transcripts.quote", skip_all)]
    pub async fn quote(
        &self,
        caller: &Caller,
        wish: &TranscriptWish,
    ) -> Result<Option<i64>, Error> {
        let hearing = self.hearing(caller, wish).await?;
        let seconds = self.seconds(caller.user(), &hearing).await?;
        Ok(self.0.gateway.quote(&ask_of(&hearing.model, seconds)))
    }

    /// Has a recording of the caller's written down. Its money is reserved when this returns; the same submission again is the
    /// same transcript, and is refused where that was deleted since.
    #[tracing::instrument(name = "api.transcripts.make", skip_all)]
    pub async fn make(
        &self,
        caller: &Caller,
        submission: SubmissionId,
        wish: &TranscriptWish,
    ) -> Result<TranscriptId, Error> {
        caller.require(Permission::MediaUse)?;
        let inner = &*self.0;
        let owner = caller.user();
        if let Some(job) = inner.db.job_of_submission(owner, submission).await? {
            return self.made_by(owner, job).await;
        }
        let hearing = self.hearing(caller, wish).await?;
        if let Some(language) = &wish.translate_to {
            is_language(language)?;
        }
        let order = Order {
            transcript: TranscriptId::from_uuid(inner.ids.next()),
            hear: Some(hearing),
            note: true,
            translate: wish.translate_to.clone(),
        };
        match self.begin(owner, submission, &order, None).await? {
            HandedIn::New(job) => {
                self.keep(owner, job, &order).await?;
                Ok(order.transcript)
            }
            HandedIn::Before(job) => self.made_by(owner, job).await,
            HandedIn::TooMany | HandedIn::TakenUp => Err(Error::Refused(FailureCode::TooMany)),
        }
    }

    /// The transcript that a job was asked for, if it was not deleted since.
    async fn made_by(&self, owner: UserId, job: JobId) -> Result<TranscriptId, Error> {
        let deleted = || Error::Refused(FailureCode::DeletedSince);
        let job = self.0.db.job(owner, job).await?.ok_or_else(deleted)?;
        let order: Order = serde_json::from_str(&job.input).map_err(|_| Error::NotFound)?;
        // Another press of the same button may not have given it a row yet. Who deletes a transcript stops its job.
        if job.cancel_asked || job.ended_at.is_some() {
            let kept = self.0.db.transcript(owner, order.transcript).await?;
            kept.ok_or_else(deleted)?;
        }
        Ok(order.transcript)
    }

    async fn keep(&self, owner: UserId, job: JobId, order: &Order) -> Result<(), Error> {
        let Some(hearing) = &order.hear else {
            return Ok(());
        };
        let inner = &*self.0;
        let wish = serde_json::to_string(order).unwrap_or_default();
        let new = NewTranscript {
            id: order.transcript,
            owner,
            job,
            file: hearing.file,
            title: &hearing.title,
            wish: &wish,
            language: hearing.language.as_deref().unwrap_or_default(),
            duration_ms: hearing.duration_ms,
            now: inner.clock.now(),
        };
        inner.db.insert_transcript(&new).await?;
        inner.jobs.tell(owner);
        Ok(())
    }

    /// Reserves what a job can cost and keeps it. One for a transcript that is there already is kept unless another one than `seen` works
    /// on that by then.
    async fn begin(
        &self,
        owner: UserId,
        submission: SubmissionId,
        order: &Order,
        seen: Option<&KeptTranscript>,
    ) -> Result<HandedIn, Error> {
        let inner = &*self.0;
        // Looked at before anything is reserved, and once more where it is kept: others may come at the same moment.
        let waiting_at_most = i64::from(inner.waiting_per_person);
        if inner.db.unfinished_jobs(owner).await? >= waiting_at_most {
            return Ok(HandedIn::TooMany);
        }
        let input =
            serde_json::to_string(order).map_err(|_| Error::Refused(FailureCode::InvalidText))?;
        let id = JobId::from_uuid(inner.ids.next());
        let (model, at_most) = match &order.hear {
            Some(hearing) => {
                let seconds = self.seconds(owner, hearing).await?;
                let ask = ask_of(&hearing.model, seconds);
                inner.gateway.reserve_job(owner, id, &ask).await?;
                (hearing.model.as_str(), inner.gateway.quote(&ask))
            }
            // Each question to a chat model is reserved by itself.
            None if order.note => (inner.options.notes_model.as_str(), None),
            None => (inner.options.translation_model.as_str(), None),
        };
        let job = NewJob {
            id,
            submission,
            owner,
            kind: model::JobKind::Transcript,
            priority: 0,
            model,
            input: &input,
            at_most,
            waiting_at_most,
            takes_up: seen.map(|seen| (seen.id, seen.job)),
            now: inner.clock.now(),
        };
        let kept = inner.jobs.submit(&job).await;
        // Another press of the same button was faster, others were, or it can't be kept: what was reserved is free again.
        if !matches!(kept, Ok(HandedIn::New(_))) && order.hear.is_some() {
            let end = JobEnd::of(CallOutcome::Cancelled);
            inner.gateway.settle_job(id, end).await?;
        }
        Ok(kept?)
    }

    /// Asks the work on a transcript of the caller's to stop. What was heard by then stays.
    #[tracing::instrument(name = "api.transcripts.cancel", skip_all, fields(transcript.id = %id))]
    pub async fn cancel(&self, caller: &Caller, id: TranscriptId) -> Result<(), Error> {
        caller.require(Permission::MediaUse)?;
        let owner = caller.user();
        let kept = self.0.db.transcript(owner, id).await?;
        let job = kept.ok_or(Error::NotFound)?.job.ok_or(Error::NotFound)?;
        let inner = &*self.0;
        match inner.jobs.stop(&inner.gateway, owner, job).await? {
            Stopped::AtOnce => {
                let state = TranscriptState::Cancelled;
                let ended = inner.db.fail_transcript(owner, id, state, None, None);
                ended.await?;
                inner.jobs.tell(owner);
                Ok(())
            }
            Stopped::Asked => Ok(()),
            Stopped::NotThere => Err(Error::NotFound),
        }
    }

    /// Deletes a transcript of the caller's, and with `with_recording` its file, unless something else has that too. Both can be brought
    /// back for 30 days, by the moment that is told. What is done for it is stopped, and stays so.
    #[tracing::instrument(name = "api.transcripts.delete", skip_all, fields(transcript.id = %id))]
    pub async fn delete(
        &self,
        caller: &Caller,
        id: TranscriptId,
        with_recording: WithRecording,
    ) -> Result<Millis, Error> {
        let at = self.0.clock.now();
        self.discard(caller, id, with_recording, at).await?;
        Ok(at)
    }

    /// The same at that moment.
    pub(crate) async fn discard(
        &self,
        caller: &Caller,
        id: TranscriptId,
        with_recording: WithRecording,
        at: Millis,
    ) -> Result<(), Error> {
        caller.require(Permission::MediaUse)?;
        let inner = &*self.0;
        let owner = caller.user();
        loop {
            // Another window may have been faster: then there is none any more.
            let kept = inner
                .db
                .transcript(owner, id)
                .await?
                .ok_or(Error::NotFound)?;
            if let Some(job) = kept.job {
                // One that has ended already is as good.
                inner.jobs.stop(&inner.gateway, owner, job).await?;
            }
            let recording = match with_recording {
                WithRecording::Yes => kept.file,
                WithRecording::No => None,
            };
            let stopped = (id, kept.job);
            let hidden = inner.db.hide_transcript(owner, stopped, recording, at);
            if hidden.await? {
                inner.jobs.tell(owner);
                return Ok(());
            }
        }
    }

    /// What was wished for, as it is handed in. Refuses what can't be.
    async fn hearing(&self, caller: &Caller, wish: &TranscriptWish) -> Result<Hearing, Error> {
        caller.require(Permission::MediaUse)?;
        let inner = &*self.0;
        let allowance = inner.db.allowance(caller.user()).await?;
        let offered = self.offered(&allowance);
        let named = match &wish.model {
            Some(name) => offered.into_iter().find(|model| model.name == *name),
            None => offered.into_iter().next(),
        };
        let model = named.ok_or(Error::UnknownModel)?.name;
        if let Some(language) = &wish.language {
            is_language(language)?;
        }
        if let Speakers::Count(count) = wish.speakers
            && !(2..=100).contains(&count)
        {
            return Err(Error::Refused(FailureCode::InvalidNumber));
        }
        let vocabulary = wish.vocabulary.clone().filter(|id| !id.is_empty());
        if let Some(list) = &vocabulary {
            self.may_name(caller.user(), list).await?;
        }
        let file = inner.files.view(caller.user(), wish.file).await?;
        match Medium::of_mime(&file.mime) {
            Some(Medium::Audio | Medium::Video) => {}
            Some(Medium::Image) | None => return Err(Error::Refused(FailureCode::FileTypeRefused)),
        }
        let named = wish.title.as_deref().map(str::trim);
        let title = match named.filter(|title| !title.is_empty()) {
            Some(title) => Title::parse(title)?,
            None => Title::of_question(
                file.name
                    .rsplit_once('.')
                    .map_or(&file.name, |(name, _)| name),
            ),
        };
        Ok(Hearing {
            file: wish.file,
            model,
            title: title.as_str().to_owned(),
            language: wish.language.clone(),
            speakers: wish.speakers,
            vocabulary,
            duration_ms: file.duration_ms.unwrap_or(0),
        })
    }

    /// Refuses a list of hot words that somebody else has made here: it looks like none. What nobody has made here is everybody's, as
    /// it is for programs.
    async fn may_name(&self, owner: UserId, list: &str) -> Result<(), Error> {
        if list.len() > LONGEST_NAME || list.contains('\0') {
            return Err(Error::Refused(FailureCode::InvalidText));
        }
        let kinds = [ObjectKind::Vocabulary.as_str()];
        let known = self.0.db.places_of(&kinds, &[list.to_owned()]).await?;
        let owner = owner.to_string();
        if known.iter().all(|(_, whose, _)| *whose == owner) {
            Ok(())
        } else {
            Err(Error::NotFound)
        }
    }
}

/// Whether the recording goes with its transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithRecording {
    /// It does.
    Yes,
    /// It stays.
    No,
}

fn ask_of(model: &str, seconds: u64) -> JobAsk<'_> {
    JobAsk {
        operation: OPERATION,
        model,
        text_bytes: 0,
        count: None,
        seconds: Some(seconds),
        lines: None,
    }
}

fn is_language(name: &str) -> Result<(), Error> {
    if LANGUAGES.contains(&name) {
        Ok(())
    } else {
        Err(Error::Refused(FailureCode::InvalidText))
    }
}
