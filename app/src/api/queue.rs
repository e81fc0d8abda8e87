//! Messages that wait for the answer that is being written.

#![expect(
    clippy::too_many_arguments,
    reason = "a field of the form each, and the macro repeats them"
)]

use leptos::prelude::*;
use model::{ConversationId, Queue, QueuedMessage, SubmissionId};

use crate::error::AppError;

/// What waits in a conversation.
#[server(prefix = "/fn", endpoint = "queue.load", output = super::encoding::Answer)]
pub async fn load_queue(id: ConversationId) -> Result<Queue, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let conversations = glue::services()?.conversations;
    conversations.queue(&caller, id).await.map_err(glue::refuse)
}

/// Lets a message wait, with files in their order, for whoever answers in the conversation or for an assistant, with what was given for
/// variables of its instructions. Its `draft`, known by when it was kept, is forgotten. What waits then.
#[server(prefix = "/fn", endpoint = "queue.add", output = super::encoding::Answer)]
pub async fn queue_message(
    id: ConversationId,
    prompt: String,
    model: String,
    submission: SubmissionId,
    #[server(default)] attachments: Vec<String>,
    #[server(default)] assistant: String,
    #[server(default)] names: Vec<String>,
    #[server(default)] variables: Vec<String>,
    #[server(default)] draft: String,
) -> Result<Queue, AppError> {
    use crate::glue::{self, refuse_text};
    use model::{FailureCode, ModelName};
    let caller = glue::caller().await?;
    let mut question = glue::parse_question(&prompt, &attachments)?;
    question.assistant = glue::parse_called(&assistant, names, variables)?;
    question.draft = glue::parse_kept_at(&draft);
    let model = ModelName::parse(model).map_err(|_| refuse_text(FailureCode::UnknownModel))?;
    let queue = glue::services()?
        .generations
        .queue_message(&caller, id, question, model, submission)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(queue)
}

/// Changes the text of a message that waits, as it is at that version. What waits then.
#[server(prefix = "/fn", endpoint = "queue.edit", output = super::encoding::Answer)]
pub async fn edit_queued(
    id: ConversationId,
    item: SubmissionId,
    version: i64,
    text: String,
) -> Result<Queue, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let queue = glue::services()?
        .conversations
        .edit_queued(&caller, id, (item, version), &text)
        .await
        .map_err(glue::refuse)?;
    glue::go_back();
    Ok(queue)
}

/// Moves a message that waits by one place: `up` or `down`. What waits then.
#[server(prefix = "/fn", endpoint = "queue.move", output = super::encoding::Answer)]
pub async fn move_queued(
    id: ConversationId,
    item: SubmissionId,
    direction: String,
) -> Result<Queue, AppError> {
    use crate::glue;
    use model::{FailureCode, queue::Direction};
    let caller = glue::caller().await?;
    let direction = Direction::from_name(&direction)
        .ok_or_else(|| glue::refuse_text(FailureCode::BadRequest))?;
    let queue = glue::services()?
        .conversations
        .move_queued(&caller, id, item, direction)
        .await
        .map_err(glue::refuse)?;
    glue::go_back();
    Ok(queue)
}

/// Takes a message out of the queue; it stands before what the draft has. What it was, and what waits then.
#[server(prefix = "/fn", endpoint = "queue.withdraw", output = super::encoding::Answer)]
pub async fn withdraw_queued(
    id: ConversationId,
    item: SubmissionId,
) -> Result<(QueuedMessage, Queue), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let withdrawn = glue::services()?
        .conversations
        .withdraw_queued(&caller, id, item)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(withdrawn)
}

/// Sends a message that waits, also where the queue is paused. What waits then.
#[server(prefix = "/fn", endpoint = "queue.send", output = super::encoding::Answer)]
pub async fn send_queued(id: ConversationId, item: SubmissionId) -> Result<Queue, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let queue = glue::services()?
        .generations
        .send_queued(&caller, id, item)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(queue)
}
