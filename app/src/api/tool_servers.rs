//! Servers of tools, for administrators.

use leptos::prelude::*;
use model::{RoleRef, ToolServer, ToolServerDraft};

use crate::error::AppError;

/// All servers with what is on them, and the roles to choose from.
#[server(prefix = "/fn", endpoint = "tool_servers.list", output = super::encoding::Answer)]
pub async fn load_tool_servers() -> Result<(Vec<ToolServer>, Vec<RoleRef>), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let tools = glue::services()?.tools;
    tools.servers(&caller).await.map_err(glue::refuse)
}

/// Adds a server and asks it what is on it.
#[server(prefix = "/fn", endpoint = "tool_servers.add", output = super::encoding::Answer)]
pub async fn add_tool_server(server: ToolServerDraft) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let tools = glue::services()?.tools;
    let added = tools.add_server(&caller, &server).await;
    added.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Moves a server, switches it, or changes its token.
#[server(prefix = "/fn", endpoint = "tool_servers.change", output = super::encoding::Answer)]
pub async fn change_tool_server(
    id: String,
    server: ToolServerDraft,
    #[server(default)] is_on: String,
    #[server(default)] forget_token: String,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let tools = glue::services()?.tools;
    let switches = (!is_on.is_empty(), !forget_token.is_empty());
    let changed = tools.change_server(&caller, id, &server, switches).await;
    changed.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Asks a server again what is on it.
#[server(prefix = "/fn", endpoint = "tool_servers.check", output = super::encoding::Answer)]
pub async fn check_tool_server(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let tools = glue::services()?.tools;
    tools
        .check_server(&caller, id)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Takes a server away.
#[server(prefix = "/fn", endpoint = "tool_servers.remove", output = super::encoding::Answer)]
pub async fn remove_tool_server(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let tools = glue::services()?.tools;
    tools
        .remove_server(&caller, id)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Decides about a tool of a server.
#[server(prefix = "/fn", endpoint = "tool_servers.set_tool", output = super::encoding::Answer)]
pub async fn set_server_tool(
    tool: String,
    #[server(default)] is_on: String,
    #[server(default)] asks_first: String,
    #[server(default)] roles: Vec<String>,
) -> Result<(), AppError> {
    use crate::glue::{self, refuse_text};
    use model::{FailureCode, ServerTool, ToolName};
    let caller = glue::caller().await?;
    let tool = ServerTool {
        name: ToolName::parse(&tool).map_err(|_| refuse_text(FailureCode::NotFound))?,
        description: String::new(),
        is_on: !is_on.is_empty(),
        asks_first: !asks_first.is_empty(),
        roles: glue::parse_ids(&roles)?,
    };
    let tools = glue::services()?.tools;
    tools.set_tool(&caller, &tool).await.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}
