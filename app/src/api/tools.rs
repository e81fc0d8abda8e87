//! Tools that models may use while they answer, and what somebody says about a call that waits for them.

use leptos::prelude::*;
use model::{ConversationId, MessageId, ToolCallId, ToolChoices};

use crate::error::AppError;

/// The tools that there are for the caller and which of them are on: in a conversation or, without one, where nothing was chosen.
/// And whether `model` can use any; without one, the model that answers next.
#[server(prefix = "/fn", endpoint = "tools.load", output = super::encoding::Answer)]
pub async fn load_tools(
    #[server(default)] conversation: String,
    #[server(default)] model: String,
) -> Result<ToolChoices, AppError> {
    use crate::glue;
    use model::ModelName;
    let caller = glue::caller().await?;
    let conversation = glue::parse_optional_id(&conversation)?;
    let model = ModelName::parse(&model).ok();
    let generations = glue::services()?.generations;
    let choices = generations.tool_choices(&caller, conversation, model).await;
    choices.map_err(glue::refuse)
}

/// Turns exactly these on in a conversation, and on request where nothing is chosen; without a conversation only there.
#[server(prefix = "/fn", endpoint = "tools.choose", output = super::encoding::Answer)]
pub async fn choose_tools(
    #[server(default)] conversation: String,
    #[server(default)] tools: Vec<String>,
    #[server(default)] as_default: String,
) -> Result<(), AppError> {
    use crate::glue;
    use model::ToolName;
    let caller = glue::caller().await?;
    let conversation = glue::parse_optional_id(&conversation)?;
    // What is no tool's name is none that there is.
    let names = tools.iter().filter_map(|name| ToolName::parse(name).ok());
    let names: Vec<ToolName> = names.collect();
    let tools = glue::services()?.tools;
    let chosen = tools.choose(&caller, conversation, &names).await;
    chosen.map_err(glue::refuse)?;
    if conversation.is_some() && !as_default.is_empty() {
        let chosen = tools.choose(&caller, None, &names).await;
        chosen.map_err(glue::refuse)?;
    }
    glue::go_back_done();
    Ok(())
}

/// Allows a call that waits, or refuses it; when no other one waits the answer goes on.
#[server(prefix = "/fn", endpoint = "tools.decide", output = super::encoding::Answer)]
pub async fn decide_tool_call(
    id: ConversationId,
    message: MessageId,
    call: ToolCallId,
    #[server(default)] allow: String,
) -> Result<(), AppError> {
    use crate::glue;
    use platform::generation::ToolDecision;
    let caller = glue::caller().await?;
    let decision = if allow.is_empty() {
        ToolDecision::Refuse
    } else {
        ToolDecision::Allow
    };
    let generations = glue::services()?.generations;
    let decided = generations.decide(&caller, (id, message), call, decision);
    decided.await.map_err(glue::refuse)?;
    glue::go(&format!("/c/{id}"));
    Ok(())
}
