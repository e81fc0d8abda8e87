//! Answers beside each other, and what the next one will cost, about.

use leptos::prelude::*;
use model::{Comparison, ContextUse, ConversationId, EstimateBase, MessageId};

use crate::error::AppError;

/// A question with the newest of its answers.
#[server(prefix = "/fn", endpoint = "messages.compare", output = super::encoding::Answer)]
pub async fn load_comparison(
    id: ConversationId,
    message: MessageId,
) -> Result<Comparison, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let conversations = glue::services()?.conversations;
    let compared = conversations.compare(&caller, id, message).await;
    compared.map_err(glue::refuse)
}

/// Has each of these models answer the same question, all at once, to be compared. The question.
#[server(prefix = "/fn", endpoint = "messages.compare_with", output = super::encoding::Answer)]
pub async fn compare_with(
    id: ConversationId,
    message: MessageId,
    #[server(default)] models: Vec<String>,
) -> Result<MessageId, AppError> {
    use crate::glue::{self, refuse_text};
    use model::{FailureCode, ModelName};
    let caller = glue::caller().await?;
    let models: Result<Vec<ModelName>, _> = models.iter().map(ModelName::parse).collect();
    let models = models.map_err(|_| refuse_text(FailureCode::UnknownModel))?;
    let question = glue::services()?
        .generations
        .compare(&caller, id, message, models)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}/compare/{question}"));
    Ok(question)
}

/// Stops one of the answers to that question; where none is named, all that are being written.
#[server(prefix = "/fn", endpoint = "messages.stop_compared", output = super::encoding::Answer)]
pub async fn stop_compared(
    id: ConversationId,
    question: MessageId,
    #[server(default)] message: String,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let message: Option<MessageId> = glue::parse_optional_id(&message)?;
    let generations = glue::services()?.generations;
    let stopped = match message {
        Some(message) => generations.stop_answer(&caller, id, message).await,
        None => generations.stop(&caller, id).await,
    };
    stopped.map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}/compare/{question}"));
    Ok(())
}

/// What there is to reckon with in a conversation; without one, before it begins.
#[server(prefix = "/fn", endpoint = "generation.estimate", output = super::encoding::Answer)]
pub async fn load_estimate(
    #[server(default)] conversation: String,
) -> Result<EstimateBase, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let conversation = glue::parse_optional_id(&conversation)?;
    let generations = glue::services()?.generations;
    let base = generations.estimate(&caller, conversation).await;
    base.map_err(glue::refuse)
}

/// How much of what that model reads at once a conversation fills.
#[server(prefix = "/fn", endpoint = "generation.context", output = super::encoding::Answer)]
pub async fn load_context_use(id: ConversationId, model: String) -> Result<ContextUse, AppError> {
    use crate::glue::{self, refuse_text};
    use model::{FailureCode, ModelName};
    let caller = glue::caller().await?;
    let model = ModelName::parse(&model).map_err(|_| refuse_text(FailureCode::UnknownModel))?;
    let generations = glue::services()?.generations;
    let filled = generations.context_use(&caller, id, &model).await;
    filled.map_err(glue::refuse)
}
