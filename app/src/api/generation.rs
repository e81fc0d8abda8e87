//! Asking, stopping, continuing.

#![expect(
    clippy::too_many_arguments,
    reason = "a field of the form each, and the macro repeats them"
)]

use leptos::prelude::*;
use model::{Asked, ConversationId, MessageId, ModelChoice, ModelName};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// The models that the site offers, and what a form needs to be sent once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What the picker lists.
    pub models: Vec<ModelChoice>,
    /// What it shows first.
    pub default: ModelName,
    /// Whether files may be handed in.
    pub attaches: bool,
    /// Sent with a plain form, so that pressing *Send* twice asks once.
    pub submission: String,
}

/// What the composer needs.
#[server(prefix = "/fn", endpoint = "generation.offer", output = super::encoding::Answer)]
pub async fn load_offer() -> Result<Offer, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let generations = glue::services()?.generations;
    let (models, default) = generations.offer(&caller).await.map_err(glue::refuse)?;
    Ok(Offer {
        models,
        default,
        attaches: caller.require(model::Permission::FilesUse).is_ok(),
        submission: uuid::Uuid::new_v4().to_string(),
    })
}

/// Asks, with files in their order. Without a conversation, begins one: with an assistant where one is named, and what stands for the
/// variables of its instructions, by their `names` where these are said; in a conversation that has begun, that assistant answers this question alone. While an answer is being written, what a plain form asks waits for its end. It is a
/// temporary one when `temporary` is anything. Its `draft`, known by when it was kept, is forgotten with it.
#[server(prefix = "/fn", endpoint = "generation.ask", output = super::encoding::Answer)]
pub async fn ask(
    conversation: Option<String>,
    prompt: String,
    model: String,
    submission: String,
    #[server(default)] attachments: Vec<String>,
    #[server(default)] assistant: String,
    #[server(default)] variables: Vec<String>,
    #[server(default)] names: Vec<String>,
    #[server(default)] temporary: String,
    #[server(default)] draft: String,
) -> Result<Asked, AppError> {
    use crate::glue::{self, refuse_text};
    use model::FailureCode;
    let caller = glue::caller().await?;
    let services = glue::services()?;
    let conversation = match conversation.as_deref() {
        None | Some("") => None,
        Some(id) => Some(id.parse().map_err(|_| refuse_text(FailureCode::NotFound))?),
    };
    let mut question = glue::parse_question(&prompt, &attachments)?;
    let given = model::Given::pairs(names.clone(), variables.clone());
    question.assistant = glue::parse_called(&assistant, names, variables)?;
    let files = question.attachments.clone();
    question.temporary = !temporary.is_empty();
    question.draft = glue::parse_kept_at(&draft);
    let is_kept = !question.temporary;
    let model = ModelName::parse(model).map_err(|_| refuse_text(FailureCode::UnknownModel))?;
    let submission = submission
        .parse()
        .map_err(|_| refuse_text(FailureCode::BadRequest))?;
    match services
        .generations
        .ask(
            &caller,
            conversation,
            question.clone(),
            model.clone(),
            submission,
        )
        .await
    {
        Ok(asked) => {
            glue::go(&format!("/c/{}", asked.conversation));
            Ok(asked)
        }
        Err(mut error) => {
            let waits = matches!(error, platform::Error::AlreadyGenerating) && glue::is_form_post();
            if let Some(id) = conversation.filter(|_| waits) {
                let waits = services
                    .generations
                    .queue_message(&caller, id, question, model, submission);
                match waits.await {
                    Ok(_) => {
                        glue::go(&format!("/c/{id}"));
                        return Err(AppError::new(FailureCode::AlreadyGenerating));
                    }
                    Err(refused) => error = refused,
                }
            }
            if is_kept && glue::is_form_post() {
                // The page will be loaded anew: what was typed comes back as the draft.
                services
                    .conversations
                    .save_draft(&caller, conversation, (&prompt, &files))
                    .await
                    .map_err(glue::refuse)?;
                if conversation.is_some() {
                    let called: Option<model::AssistantKey> = assistant.parse().ok();
                    services
                        .conversations
                        .call_in_draft(&caller, conversation, called.as_ref(), &given)
                        .await
                        .map_err(glue::refuse)?;
                }
            }
            Err(glue::refuse(error))
        }
    }
}

/// Stops that answer while it is being written; without one, all that are.
#[server(prefix = "/fn", endpoint = "generation.stop", output = super::encoding::Answer)]
pub async fn stop(id: ConversationId, #[server(default)] answer: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let generations = glue::services()?.generations;
    let stopped = match glue::parse_optional_id(&answer)? {
        Some(answer) => generations.stop_answer(&caller, id, answer).await,
        None => generations.stop(&caller, id).await,
    };
    stopped.map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(())
}

/// Takes up an answer that was cut.
#[server(prefix = "/fn", endpoint = "generation.continue", output = super::encoding::Answer)]
pub async fn continue_answer(id: ConversationId, message: MessageId) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    glue::services()?
        .generations
        .continue_answer(&caller, id, message)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(())
}

/// Answers the same question once more, beside the answers that are there; without a model, by the one that answered
/// last. What is asked of that answer alone is its `wish`.
#[server(prefix = "/fn", endpoint = "generation.regenerate", output = super::encoding::Answer)]
pub async fn regenerate(
    id: ConversationId,
    message: MessageId,
    model: Option<String>,
    #[server(default)] wish: String,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let model = match model.filter(|name| !name.is_empty()) {
        None => None,
        Some(name) => Some(
            ModelName::parse(name)
                .map_err(|_| glue::refuse_text(model::FailureCode::UnknownModel))?,
        ),
    };
    let wish = model::AnswerWish::parse(&wish).map_err(glue::refuse_text)?;
    glue::services()?
        .generations
        .regenerate_wishing(&caller, (id, message), model, wish)
        .await
        .map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(())
}
