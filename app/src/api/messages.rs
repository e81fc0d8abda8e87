//! Messages: versions of them, branches that go and come back, and what is known of each.

use leptos::prelude::*;
use model::{Asked, ConversationId, MessageDetails, MessageId};

use crate::error::AppError;

/// Another version of a question as it was posted: what is asked, of whom, and by which submission.
#[cfg(feature = "ssr")]
fn posted(
    prompt: &str,
    attachments: &[String],
    model: String,
    submission: &str,
) -> Result<
    (
        platform::generation::Asking,
        model::ModelName,
        model::SubmissionId,
    ),
    AppError,
> {
    use crate::glue::{self, refuse_text};
    use model::{FailureCode, ModelName};
    let question = glue::parse_question(prompt, attachments)?;
    let model = ModelName::parse(model).map_err(|_| refuse_text(FailureCode::UnknownModel))?;
    let submission = submission
        .parse()
        .map_err(|_| refuse_text(FailureCode::BadRequest))?;
    Ok((question, model, submission))
}

/// Puts another version of a question beside it, with the files that it has then, and has that one answered.
#[server(prefix = "/fn", endpoint = "messages.edit_question", output = super::encoding::Answer)]
pub async fn edit_question(
    id: ConversationId,
    message: MessageId,
    prompt: String,
    model: String,
    submission: String,
    #[server(default)] attachments: Vec<String>,
) -> Result<Asked, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let (question, model, submission) = posted(&prompt, &attachments, model, &submission)?;
    let asked = glue::services()?
        .generations
        .edit_question(&caller, (id, message), question, model, submission)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(asked)
}

/// Puts another version of a question beside it, with the files that it has then, and has nobody answer that. Its id.
#[server(prefix = "/fn", endpoint = "messages.save_question", output = super::encoding::Answer)]
pub async fn save_question(
    id: ConversationId,
    message: MessageId,
    prompt: String,
    model: String,
    submission: String,
    #[server(default)] attachments: Vec<String>,
) -> Result<MessageId, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let (question, model, submission) = posted(&prompt, &attachments, model, &submission)?;
    let version = glue::services()?
        .generations
        .save_question(&caller, (id, message), question, model, submission)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(version)
}

/// Puts the caller's own version beside an answer. Its id.
#[server(prefix = "/fn", endpoint = "messages.edit_answer", output = super::encoding::Answer)]
pub async fn edit_answer(
    id: ConversationId,
    message: MessageId,
    text: String,
    submission: String,
) -> Result<MessageId, AppError> {
    use crate::glue::{self, refuse_text};
    use model::{FailureCode, Prompt};
    let caller = glue::caller().await?;
    let text = Prompt::parse(&text).map_err(|_| refuse_text(FailureCode::InvalidText))?;
    let submission = submission
        .parse()
        .map_err(|_| refuse_text(FailureCode::BadRequest))?;
    let version = glue::services()?
        .conversations
        .edit_answer(&caller, id, message, text, submission)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(version)
}

/// Deletes a message and what is below it; it can be brought back for a while.
#[server(prefix = "/fn", endpoint = "messages.delete_branch", output = super::encoding::Answer)]
pub async fn delete_branch(id: ConversationId, message: MessageId) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    glue::services()?
        .conversations
        .delete_branch(&caller, id, message)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(())
}

/// Brings back what was deleted with a message.
#[server(prefix = "/fn", endpoint = "messages.restore_branch", output = super::encoding::Answer)]
pub async fn restore_branch(id: ConversationId, message: MessageId) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    glue::services()?
        .conversations
        .restore_branch(&caller, id, message)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(())
}

/// What is known of a message besides its text.
#[server(prefix = "/fn", endpoint = "messages.details", output = super::encoding::Answer)]
pub async fn load_details(
    id: ConversationId,
    message: MessageId,
) -> Result<MessageDetails, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    glue::services()?
        .conversations
        .details(&caller, id, message)
        .await
        .map_err(glue::refuse)
}
