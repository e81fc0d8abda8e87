//! Recordings as text: what is wished for, what was said, and putting it right.

use leptos::prelude::*;
use model::{
    ConversationId, Page, Related, TranscriptId,
    transcript::{Sentence, TranscriptLine, TranscriptOffers, TranscriptView, UnfinishedRecording},
};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A wish as it is typed: every field a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TranscriptForm {
    /// The id of the recording.
    pub file: String,
    /// The model; empty for the first.
    pub model: String,
    /// What it is called; empty for the file's name.
    pub title: String,
    /// The language that is spoken; empty where it is to be found out.
    pub language: String,
    /// `auto`, `off`, or how many speak.
    pub speakers: String,
    /// The language that it is translated into; empty for none.
    pub translate_to: String,
}

/// All that the list shows at first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptsView {
    /// What can be had.
    pub offers: TranscriptOffers,
    /// Recordings that were sent while they were made and are not finished; none where something is looked for.
    pub unfinished: Vec<UnfinishedRecording>,
    /// The newest, or those that were looked for.
    pub lines: Page<TranscriptLine>,
}

/// The caller's transcripts: with these words in title or text, from the cursor on.
#[server(prefix = "/fn", endpoint = "transcripts.list", output = super::encoding::Answer)]
pub async fn load_transcripts(
    #[server(default)] words: String,
    #[server(default)] after: String,
) -> Result<TranscriptsView, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let transcripts = glue::services()?.transcripts;
    let after = Some(after.as_str()).filter(|after| !after.is_empty());
    let begins = words.is_empty() && after.is_none();
    let lines = transcripts.list(&caller, Some(&words), after).await;
    let unfinished = if begins {
        transcripts.unfinished(&caller).await
    } else {
        Ok(Vec::new())
    };
    Ok(TranscriptsView {
        offers: transcripts.offers(&caller).await.map_err(glue::refuse)?,
        unfinished: unfinished.map_err(glue::refuse)?,
        lines: lines.map_err(glue::refuse)?,
    })
}

/// The caller's transcripts in which something like these words is said.
#[server(prefix = "/fn", endpoint = "transcripts.related", output = super::encoding::Answer)]
pub async fn load_related_transcripts(words: String) -> Result<Related<TranscriptLine>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let meanings = glue::services()?.meanings;
    let found = meanings.transcripts(&caller, &words).await;
    found.map_err(glue::refuse)
}

/// Has a recording written down. The same submission again is the same transcript, and is refused where that was deleted since.
#[server(prefix = "/fn", endpoint = "transcripts.make", output = super::encoding::Answer)]
pub async fn make_transcript(
    wish: TranscriptForm,
    submission: String,
) -> Result<TranscriptId, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let transcripts = glue::services()?.transcripts;
    let submission = glue::parse_id(&submission)?;
    let wish = wish.read().map_err(glue::refuse_text)?;
    let made = transcripts.make(&caller, submission, &wish).await;
    let id = made.map_err(glue::refuse)?;
    glue::go(&format!("/transcripts/{id}"));
    Ok(id)
}

/// A transcript with all that is in it, and with its translation into that language.
#[server(prefix = "/fn", endpoint = "transcripts.open", output = super::encoding::Answer)]
pub async fn load_transcript(
    id: String,
    #[server(default)] translation: String,
) -> Result<TranscriptView, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let transcripts = glue::services()?.transcripts;
    let translation = Some(translation.as_str()).filter(|language| !language.is_empty());
    transcripts
        .view(&caller, glue::parse_id(&id)?, translation)
        .await
        .map_err(glue::refuse)
}

/// Gives a transcript another title.
#[server(prefix = "/fn", endpoint = "transcripts.rename", output = super::encoding::Answer)]
pub async fn rename_transcript(id: String, title: String, version: i64) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let transcripts = glue::services()?.transcripts;
    let title = model::Title::parse(title).map_err(platform::Error::from);
    let title = title.map_err(glue::refuse)?;
    transcripts
        .rename(&caller, glue::parse_id(&id)?, &title, version)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Says whose a voice is.
#[server(prefix = "/fn", endpoint = "transcripts.speaker", output = super::encoding::Answer)]
pub async fn name_speaker(
    id: String,
    speaker: u32,
    name: String,
    version: i64,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let transcripts = glue::services()?.transcripts;
    transcripts
        .name_speaker(&caller, glue::parse_id(&id)?, speaker, &name, version)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Says that two voices are one.
#[server(prefix = "/fn", endpoint = "transcripts.merge", output = super::encoding::Answer)]
pub async fn merge_speakers(
    id: String,
    from: u32,
    into: u32,
    version: i64,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let transcripts = glue::services()?.transcripts;
    transcripts
        .merge_speakers(&caller, glue::parse_id(&id)?, (from, into), version)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Puts a sentence right.
#[server(prefix = "/fn", endpoint = "transcripts.edit", output = super::encoding::Answer)]
pub async fn edit_sentence(
    id: String,
    sentence: u32,
    text: String,
    version: i64,
) -> Result<Sentence, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let transcripts = glue::services()?.transcripts;
    let edited = transcripts
        .edit(&caller, glue::parse_id(&id)?, (sentence, version), &text)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(edited)
}

/// Asks the work on a transcript to stop.
#[server(prefix = "/fn", endpoint = "transcripts.cancel", output = super::encoding::Answer)]
pub async fn cancel_transcript(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let transcripts = glue::services()?.transcripts;
    transcripts
        .cancel(&caller, glue::parse_id(&id)?)
        .await
        .map_err(glue::refuse)?;
    glue::go_back();
    Ok(())
}

/// Does something once more for a transcript: `hearing`, `notes`, or `translation` into that language.
#[server(prefix = "/fn", endpoint = "transcripts.again", output = super::encoding::Answer)]
pub async fn transcript_again(
    id: String,
    what: String,
    #[server(default)] language: String,
) -> Result<(), AppError> {
    use platform::transcripts::Again;

    use crate::glue;
    let caller = glue::caller().await?;
    let transcripts = glue::services()?.transcripts;
    let what = match what.as_str() {
        "hearing" => Again::Hearing,
        "notes" => Again::Notes,
        "translation" => Again::Translation(language),
        _ => return Err(glue::refuse_text(model::FailureCode::BadRequest)),
    };
    let submission = transcripts.new_submission();
    transcripts
        .again(&caller, submission, glue::parse_id(&id)?, what)
        .await
        .map_err(glue::refuse)?;
    glue::go_back();
    Ok(())
}

/// Deletes a transcript; with `recording` its file goes too. Both can be brought back for a while.
#[server(prefix = "/fn", endpoint = "transcripts.delete", output = super::encoding::Answer)]
pub async fn delete_transcript(
    id: String,
    #[server(default)] recording: String,
) -> Result<(), AppError> {
    use platform::transcripts::WithRecording;

    use crate::glue;
    let caller = glue::caller().await?;
    let transcripts = glue::services()?.transcripts;
    let recording = if recording.is_empty() {
        WithRecording::No
    } else {
        WithRecording::Yes
    };
    let deleted = transcripts.delete(&caller, glue::parse_id(&id)?, recording);
    let at = deleted.await.map_err(glue::refuse)?;
    glue::go(&format!("/transcripts?deleted={}", at.get()));
    Ok(())
}

/// Asks about a transcript in a new conversation.
#[server(prefix = "/fn", endpoint = "transcripts.ask", output = super::encoding::Answer)]
pub async fn ask_transcript(
    id: String,
    question: String,
    #[server(default)] submission: String,
) -> Result<ConversationId, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let transcripts = glue::services()?.transcripts;
    let submission = if submission.is_empty() {
        transcripts.new_submission()
    } else {
        glue::parse_id(&submission)?
    };
    let asked = transcripts
        .ask(&caller, glue::parse_id(&id)?, &question, None, submission)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{}", asked.conversation));
    Ok(asked.conversation)
}

impl TranscriptForm {
    /// The wish that was typed; what it must not be is refused by its name.
    pub fn read(&self) -> Result<model::transcript::TranscriptWish, model::FailureCode> {
        use model::{
            FailureCode,
            transcript::{Speakers, TranscriptWish},
        };
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(TranscriptWish {
            file: self
                .file
                .trim()
                .parse()
                .map_err(|_| FailureCode::NotFound)?,
            model: text(&self.model),
            title: text(&self.title),
            language: text(&self.language),
            speakers: match self.speakers.trim() {
                "" | "auto" => Speakers::Auto,
                "off" => Speakers::Off,
                count => Speakers::Count(count.parse().map_err(|_| FailureCode::InvalidNumber)?),
            },
            vocabulary: None,
            translate_to: text(&self.translate_to),
        })
    }
}

#[cfg(test)]
mod tests {
    use model::{FailureCode, transcript::Speakers};

    use super::TranscriptForm;

    #[test]
    fn what_is_typed_is_read_or_refused_by_name() {
        let form = |speakers: &str| TranscriptForm {
            file: "01990000-0000-7000-8000-000000000001".to_owned(),
            language: " zh ".to_owned(),
            speakers: speakers.to_owned(),
            ..TranscriptForm::default()
        };
        let read = form("3").read().unwrap();
        assert_eq!(
            (read.language.as_deref(), read.speakers),
            (Some("zh"), Speakers::Count(3))
        );
        assert_eq!(
            form("off").read().map(|wish| wish.speakers),
            Ok(Speakers::Off)
        );
        assert_eq!(form("many").read(), Err(FailureCode::InvalidNumber));
        assert_eq!(TranscriptForm::default().read(), Err(FailureCode::NotFound));
    }
}
