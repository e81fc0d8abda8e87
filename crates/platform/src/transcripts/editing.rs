//! Putting a transcript right. Each change says what it has seen: what was changed meanwhile is not overwritten.

use model::{
    FailureCode, Permission, Title, TranscriptId,
    transcript::{Participant, Sentence},
};

use super::{Transcripts, words};
use crate::{Error, identity::Caller, store::KeptTranscript};

/// The longest sentence, in characters.
const LONGEST: usize = 10_000;
/// The longest name of somebody who speaks, in characters.
const LONGEST_NAME: usize = 60;

const OUTDATED: Error = Error::Refused(FailureCode::Outdated);

impl Transcripts {
    async fn seen(
        &self,
        caller: &Caller,
        id: TranscriptId,
        version: i64,
    ) -> Result<KeptTranscript, Error> {
        caller.require(Permission::MediaUse)?;
        let kept = self.0.db.transcript(caller.user(), id).await?;
        let kept = kept.ok_or(Error::NotFound)?;
        if kept.version == version {
            Ok(kept)
        } else {
            Err(OUTDATED)
        }
    }

    async fn change(
        &self,
        caller: &Caller,
        kept: &KeptTranscript,
        title: &str,
        speakers: &[Participant],
    ) -> Result<(), Error> {
        let (owner, id) = (caller.user(), kept.id);
        let db = &self.0.db;
        let changed = db.change_transcript(owner, id, title, speakers, kept.version);
        changed.await?.then_some(()).ok_or(OUTDATED)
    }

    /// Gives a transcript of the caller's another title.
    #[tracing::instrument(name = "api.transcripts.rename", skip_all, fields(transcript.id = %id))]
    pub async fn rename(
        &self,
        caller: &Caller,
        id: TranscriptId,
        title: &Title,
        version: i64,
    ) -> Result<(), Error> {
        let kept = self.seen(caller, id, version).await?;
        self.change(caller, &kept, title.as_str(), &kept.speakers)
            .await
    }

    /// Says whose a voice is; an empty name takes that back.
    #[tracing::instrument(name = "api.transcripts.name_speaker", skip_all, fields(transcript.id = %id))]
    pub async fn name_speaker(
        &self,
        caller: &Caller,
        id: TranscriptId,
        speaker: u32,
        name: &str,
        version: i64,
    ) -> Result<(), Error> {
        let name = name.trim();
        if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(Error::Refused(FailureCode::InvalidName));
        }
        let kept = self.seen(caller, id, version).await?;
        let mut speakers = kept.speakers.clone();
        let known = speakers.iter_mut().find(|known| known.id == speaker);
        name.clone_into(&mut known.ok_or(Error::NotFound)?.name);
        self.change(caller, &kept, &kept.title, &speakers).await
    }

    /// Says that two voices are one: what `from` says is said by `into`.
    #[tracing::instrument(name = "api.transcripts.merge_speakers", skip_all, fields(transcript.id = %id))]
    pub async fn merge_speakers(
        &self,
        caller: &Caller,
        id: TranscriptId,
        (from, into): (u32, u32),
        version: i64,
    ) -> Result<(), Error> {
        let kept = self.seen(caller, id, version).await?;
        let knows = |voice| kept.speakers.iter().any(|known| known.id == voice);
        if from == into || !knows(from) || !knows(into) {
            return Err(Error::NotFound);
        }
        let mut left = kept.speakers.clone();
        left.retain(|known| known.id != from);
        let db = &self.0.db;
        let merged = db
            .merge_speakers(caller.user(), id, (from, into), &left, version)
            .await?;
        merged.then_some(()).ok_or(OUTDATED)
    }

    /// Puts a sentence right. Its words keep their times as far as they stayed.
    #[tracing::instrument(name = "api.transcripts.edit", skip_all, fields(transcript.id = %id))]
    pub async fn edit(
        &self,
        caller: &Caller,
        id: TranscriptId,
        (sentence, version): (u32, i64),
        text: &str,
    ) -> Result<Sentence, Error> {
        caller.require(Permission::MediaUse)?;
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let length = text.chars().count();
        if !(1..=LONGEST).contains(&length) || text.contains('\0') {
            return Err(Error::Refused(FailureCode::InvalidText));
        }
        let owner = caller.user();
        let db = &self.0.db;
        let all = db.sentences(owner, id, "").await?;
        let old = all.into_iter().find(|known| known.id == sentence);
        let old = old.ok_or(Error::NotFound)?;
        let words = words::realigned((&old.text, &old.words), &text, (old.begin_ms, old.end_ms));
        let edited = db.edit_sentence(owner, id, (sentence, version), (&text, &words));
        if !edited.await? {
            return Err(OUTDATED);
        }
        Ok(Sentence {
            text,
            words,
            version: version + 1,
            translation: None,
            ..old
        })
    }
}
