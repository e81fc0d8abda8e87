//! Recordings as text: what is wished for, how it goes, what was said, and taking it along.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use model::{
    Page, Related, SubmissionId, Title, TranscriptId,
    transcript::{
        ExportFormat, Sentence, TranscriptLine, TranscriptOffers, TranscriptView, TranscriptWish,
    },
};
use platform::{
    Services,
    transcripts::{Again, WithRecording},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    body::Body,
    credential::Bearer,
    place::{Asked, At, Within},
    problem::Problem,
};
use crate::transcript_export::file;

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(related))
        .routes(routes!(offers))
        .routes(routes!(quote))
        .routes(routes!(find, rename, delete))
        .routes(routes!(export))
        .routes(routes!(cancel))
        .routes(routes!(again))
        .routes(routes!(edit))
        .routes(routes!(name_speaker))
        .routes(routes!(merge_speakers))
        .routes(routes!(ask))
}

/// Which transcripts.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Transcripts {
    /// With these words in title or text.
    words: Option<String>,
    /// What the page before gave as `next`.
    after: Option<String>,
}

/// Which transcripts, by what they mean.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Meaning {
    /// What is said in them, in at most 200 bytes.
    words: String,
}

/// How a transcript is read.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Reading {
    /// The language of the translation that is given with it.
    translation: Option<String>,
}

/// As what a transcript is taken along.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Export {
    /// The form.
    #[param(inline)]
    format: ExportFormat,
    /// The language of the translation that is given with it.
    translation: Option<String>,
    /// The language of headings: `zh` or `en`.
    language: Option<String>,
}

/// Whether the recording goes with its transcript.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Deleting {
    /// Whether it does; it stays otherwise.
    recording: Option<bool>,
}

/// A recording that is to be written down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TranscriptDraft)]
struct Draft {
    /// An id of your own, a UUID: the same one again is the same transcript, and is refused (`deleted_since`) where that was
    /// deleted since.
    submission_id: Option<SubmissionId>,
    /// The wish.
    wish: TranscriptWish,
}

/// What a transcript can cost.
#[derive(Serialize, ToSchema)]
#[schema(as = TranscriptQuote)]
struct Quote {
    /// At most, in micro-yuan, without its notes; `null` where there is no price.
    at_most: Option<i64>,
}

/// Another title.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TranscriptTitle)]
struct Naming {
    /// The title.
    title: String,
    /// The version that was seen.
    version: i64,
}

/// What is to be done once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case", tag = "what")]
#[schema(as = TranscriptAgain)]
enum Once {
    /// The recording is listened to again: after a failure.
    Hearing,
    /// The notes are written again.
    Notes,
    /// It is translated.
    Translation {
        /// Into that language.
        language: String,
    },
}

/// A sentence as it is right.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SentenceDraft)]
struct Edit {
    /// What is said.
    text: String,
    /// The sentence's version that was seen.
    version: i64,
}

/// Whose a voice is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SpeakerDraft)]
struct Speaker {
    /// The name; empty takes it back.
    name: String,
    /// The transcript's version that was seen.
    version: i64,
}

/// Two voices that are one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SpeakersToMerge)]
struct Merge {
    /// The voice that goes.
    from: u32,
    /// The voice that stays.
    into: u32,
    /// The transcript's version that was seen.
    version: i64,
}

/// A question about a transcript.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TranscriptQuestion)]
struct Question {
    /// An id of your own, a UUID: the same one again is the same question.
    submission_id: Option<SubmissionId>,
    /// The question.
    question: String,
}

/// Where it is answered.
#[derive(Serialize, ToSchema)]
#[schema(as = TranscriptAsked)]
struct Answered {
    /// The conversation.
    conversation: model::ConversationId,
}

/// Lists transcripts, newest first. Needs `media.use`.
#[utoipa::path(get, path = "", tag = "transcripts", params(Transcripts),
    responses((status = 200, description = "A page of them.", body = Page<TranscriptLine>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(asked): Asked<Transcripts>,
) -> Result<Json<Page<TranscriptLine>>, Problem> {
    let (words, after) = (asked.words.as_deref(), asked.after.as_deref());
    Ok(Json(
        services.transcripts.list(&caller, words, after).await?,
    ))
}

/// Finds transcripts by what is said in them, the best first, each with the sentence where it begins: those in which the words do
/// not stand. What the words mean is asked of an embedding model, at the caller's cost; `state` says whether that was possible. Needs
/// `media.use`.
#[utoipa::path(get, path = "/related", tag = "transcripts", params(Meaning),
    responses((status = 200, description = "Those that are near.", body = Related<TranscriptLine>)))]
async fn related(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(asked): Asked<Meaning>,
) -> Result<Json<Related<TranscriptLine>>, Problem> {
    let found = services.meanings.transcripts(&caller, &asked.words);
    Ok(Json(found.await?))
}

/// Has a recording written down. It goes on by itself: ask for the transcript until nothing is done for it. Needs `media.use`.
#[utoipa::path(post, path = "", tag = "transcripts", request_body = Draft,
    responses((status = 202, description = "It is on its way.", body = TranscriptLine)))]
async fn make(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(draft): Body<Draft>,
) -> Result<(StatusCode, Json<TranscriptLine>), Problem> {
    let transcripts = &services.transcripts;
    let submission = draft
        .submission_id
        .unwrap_or_else(|| transcripts.new_submission());
    let id = transcripts.make(&caller, submission, &draft.wish).await?;
    let line = transcripts.line(&caller, id).await?;
    Ok((StatusCode::ACCEPTED, Json(line)))
}

/// Tells which models listen, and which languages they know. Needs `media.use`.
#[utoipa::path(get, path = "/offers", tag = "transcripts",
    responses((status = 200, description = "What can be had.", body = TranscriptOffers)))]
async fn offers(
    State(services): State<Services>,
    Bearer(caller): Bearer,
) -> Result<Json<TranscriptOffers>, Problem> {
    Ok(Json(services.transcripts.offers(&caller).await?))
}

/// Tells what a transcript can cost at most. Needs `media.use`.
#[utoipa::path(post, path = "/quote", tag = "transcripts", request_body = TranscriptWish,
    responses((status = 200, description = "At most so much.", body = Quote)))]
async fn quote(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(wish): Body<TranscriptWish>,
) -> Result<Json<Quote>, Problem> {
    let at_most = services.transcripts.quote(&caller, &wish).await?;
    Ok(Json(Quote { at_most }))
}

/// Gives a transcript with all that is in it. Needs `media.use`.
#[utoipa::path(get, path = "/{id}", tag = "transcripts", params(("id" = TranscriptId, Path, description = "The transcript."), Reading),
    responses((status = 200, description = "As it stands.", body = TranscriptView)))]
async fn find(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<TranscriptId>,
    Asked(reading): Asked<Reading>,
) -> Result<Json<TranscriptView>, Problem> {
    let translation = reading.translation.as_deref();
    Ok(Json(
        services.transcripts.view(&caller, id, translation).await?,
    ))
}

/// Gives a transcript another title. Needs `media.use`.
#[utoipa::path(patch, path = "/{id}", tag = "transcripts", params(("id" = TranscriptId, Path, description = "The transcript.")),
    request_body = Naming, responses((status = 204, description = "It is called so.")))]
async fn rename(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<TranscriptId>,
    Body(naming): Body<Naming>,
) -> Result<StatusCode, Problem> {
    let title = Title::parse(naming.title).map_err(platform::Error::from)?;
    let transcripts = &services.transcripts;
    transcripts
        .rename(&caller, id, &title, naming.version)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a transcript, and its recording where that is asked for and nothing else has it. They are found nowhere, and
/// `POST /library/restore` brings them back for 30 days; what was done for it is stopped. Needs `media.use`.
#[utoipa::path(delete, path = "/{id}", tag = "transcripts", params(("id" = TranscriptId, Path, description = "The transcript."), Deleting),
    responses((status = 204, description = "It is gone.")))]
async fn delete(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<TranscriptId>,
    Asked(deleting): Asked<Deleting>,
) -> Result<StatusCode, Problem> {
    let recording = match deleting.recording {
        Some(true) => WithRecording::Yes,
        Some(false) | None => WithRecording::No,
    };
    services.transcripts.delete(&caller, id, recording).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a transcript as a file. Needs `media.use`.
#[utoipa::path(get, path = "/{id}/export", tag = "transcripts", params(("id" = TranscriptId, Path, description = "The transcript."), Export),
    responses((status = 200, description = "The file.", body = Vec<u8>, content_type = "application/octet-stream")))]
async fn export(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<TranscriptId>,
    Asked(export): Asked<Export>,
) -> Result<Response, Problem> {
    let chinese = export.language.as_deref() == Some("zh");
    let translation = export.translation.as_deref();
    let exported = services
        .transcripts
        .export(&caller, id, export.format, translation, chinese)
        .await?;
    Ok(file(exported).into_response())
}

/// Asks the work on a transcript to stop. What was heard by then stays. Needs `media.use`.
#[utoipa::path(post, path = "/{id}/cancel", tag = "transcripts", params(("id" = TranscriptId, Path, description = "The transcript.")),
    responses((status = 204, description = "It was asked to.")))]
async fn cancel(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<TranscriptId>,
) -> Result<StatusCode, Problem> {
    services.transcripts.cancel(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Does something once more for a transcript. Needs `media.use`.
#[utoipa::path(post, path = "/{id}/again", tag = "transcripts", params(("id" = TranscriptId, Path, description = "The transcript.")),
    request_body = Once, responses((status = 202, description = "It is on its way.")))]
async fn again(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<TranscriptId>,
    Body(once): Body<Once>,
) -> Result<StatusCode, Problem> {
    let what = match once {
        Once::Hearing => Again::Hearing,
        Once::Notes => Again::Notes,
        Once::Translation { language } => Again::Translation(language),
    };
    let transcripts = &services.transcripts;
    let submission = transcripts.new_submission();
    transcripts.again(&caller, submission, id, what).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Puts a sentence right. Needs `media.use`.
#[utoipa::path(put, path = "/{id}/sentences/{sentence}", tag = "transcripts",
    params(("id" = TranscriptId, Path, description = "The transcript."), ("sentence" = u32, Path, description = "The sentence.")),
    request_body = Edit, responses((status = 200, description = "As it stands now.", body = Sentence)))]
async fn edit(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Within(id, sentence): Within<TranscriptId, u32>,
    Body(edit): Body<Edit>,
) -> Result<Json<Sentence>, Problem> {
    let seen = (sentence, edit.version);
    let transcripts = &services.transcripts;
    Ok(Json(transcripts.edit(&caller, id, seen, &edit.text).await?))
}

/// Says whose a voice is. Needs `media.use`.
#[utoipa::path(put, path = "/{id}/speakers/{speaker}", tag = "transcripts",
    params(("id" = TranscriptId, Path, description = "The transcript."), ("speaker" = u32, Path, description = "The voice.")),
    request_body = Speaker, responses((status = 204, description = "It is called so.")))]
async fn name_speaker(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Within(id, speaker): Within<TranscriptId, u32>,
    Body(draft): Body<Speaker>,
) -> Result<StatusCode, Problem> {
    let (name, version) = (draft.name.as_str(), draft.version);
    let transcripts = &services.transcripts;
    transcripts
        .name_speaker(&caller, id, speaker, name, version)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that two voices are one. Needs `media.use`.
#[utoipa::path(post, path = "/{id}/merge-speakers", tag = "transcripts", params(("id" = TranscriptId, Path, description = "The transcript.")),
    request_body = Merge, responses((status = 204, description = "They are.")))]
async fn merge_speakers(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<TranscriptId>,
    Body(merge): Body<Merge>,
) -> Result<StatusCode, Problem> {
    let voices = (merge.from, merge.into);
    let transcripts = &services.transcripts;
    transcripts
        .merge_speakers(&caller, id, voices, merge.version)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks about a transcript in a new conversation. Needs `media.use` and `chat.use`.
#[utoipa::path(post, path = "/{id}/ask", tag = "transcripts", params(("id" = TranscriptId, Path, description = "The transcript.")),
    request_body = Question, responses((status = 202, description = "It is being answered there.", body = Answered)))]
async fn ask(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<TranscriptId>,
    Body(draft): Body<Question>,
) -> Result<(StatusCode, Json<Answered>), Problem> {
    let transcripts = &services.transcripts;
    let submission = draft
        .submission_id
        .unwrap_or_else(|| transcripts.new_submission());
    let asked = transcripts
        .ask(&caller, id, &draft.question, None, submission)
        .await?;
    let conversation = asked.conversation;
    Ok((StatusCode::ACCEPTED, Json(Answered { conversation })))
}
