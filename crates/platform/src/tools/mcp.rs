//! Speaking to a server of tools: the Model Context Protocol over streamable HTTP. Each use is a connection of its own, bounded in
//! time and length; what a server says is read and never obeyed.

use std::time::Duration;

use model::FailureCode;
use reqwest::Client;
use rmcp::{
    RoleClient, ServiceError, ServiceExt as _,
    model::{CallToolRequestParams, ContentBlock, PaginatedRequestParams},
    service::{ClientInitializeError, RunningService},
    transport::{
        StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use crate::outside::{OutsideError, Reach, client};

/// How long a server may take to say what is on it.
const LISTING: Duration = Duration::from_secs(15);
/// How long a call may take.
const CALLING: Duration = Duration::from_secs(50);
/// How long a connection may take to end.
const LEAVING: Duration = Duration::from_secs(2);
/// The longest answer, in bytes.
const LARGEST: usize = 1024 * 1024;
/// Tools of a server.
const TOOLS: usize = 100;
/// Pages of a list of tools.
const PAGES: usize = 10;

/// A tool as a server describes it.
pub(super) struct Described {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) parameters: Value,
}

/// The one way to servers of tools.
#[derive(Clone)]
pub(super) struct Mcp {
    client: Client,
}

type Line = RunningService<RoleClient, ()>;

impl Mcp {
    pub(super) fn new() -> Result<Self, OutsideError> {
        // An administrator named the address, so it may be inside; it leads nowhere else, because redirects are not followed.
        Ok(Self {
            client: client(&Reach::everything())?,
        })
    }

    /// What is on a server.
    pub(super) async fn list(
        &self,
        address: &str,
        token: Option<&SecretString>,
    ) -> Result<Vec<Described>, FailureCode> {
        let listing = async {
            let line = self.open(address, token).await?;
            let listed = list(&line).await.map_err(|error| of_service(&error));
            close(line).await;
            listed
        };
        let listed = tokio::time::timeout(LISTING, listing).await;
        listed.unwrap_or(Err(FailureCode::ToolServerUnavailable))
    }

    /// Calls a tool. `Err` says in words for the model why nothing came of it.
    pub(super) async fn call(
        &self,
        address: &str,
        token: Option<&SecretString>,
        name: &str,
        arguments: Map<String, Value>,
    ) -> Result<String, String> {
        let calling = async {
            let line = self.open(address, token).await;
            let line = line.map_err(|_| "The server of the tool can't be reached.".to_owned())?;
            let asked = CallToolRequestParams::new(name.to_owned()).with_arguments(arguments);
            let called = line.call_tool(asked).await;
            close(line).await;
            let result = called.map_err(|error| match error {
                ServiceError::McpError(error) => format!("The server refuses: {}", error.message),
                error => {
                    of_service(&error);
                    "The server of the tool did not answer.".to_owned()
                }
            })?;
            let text = written(&result.content, result.structured_content.as_ref());
            if result.is_error == Some(true) {
                Err(text)
            } else {
                Ok(text)
            }
        };
        let called = tokio::time::timeout(CALLING, calling).await;
        called.unwrap_or_else(|_| Err("The server of the tool took too long.".to_owned()))
    }

    async fn open(&self, address: &str, token: Option<&SecretString>) -> Result<Line, FailureCode> {
        let mut config =
            StreamableHttpClientTransportConfig::with_uri(address).max_sse_event_size(LARGEST);
        config.max_json_response_size = LARGEST;
        if let Some(token) = token {
            config = config.auth_header(token.expose_secret());
        }
        let transport = StreamableHttpClientTransport::with_client(self.client.clone(), config);
        ().serve(transport)
            .await
            .map_err(|error| of_opening(&error))
    }
}

async fn list(line: &Line) -> Result<Vec<Described>, ServiceError> {
    let (mut found, mut cursor) = (Vec::new(), None);
    for _ in 0..PAGES {
        let asked = PaginatedRequestParams::default().with_cursor(cursor.take());
        let page = line.list_tools(Some(asked)).await?;
        for tool in page.tools {
            found.push(Described {
                name: tool.name.into_owned(),
                description: tool.description.unwrap_or_default().into_owned(),
                parameters: Value::Object(tool.input_schema.as_ref().clone()),
            });
        }
        cursor = page.next_cursor;
        if cursor.is_none() || found.len() >= TOOLS {
            break;
        }
    }
    found.truncate(TOOLS);
    Ok(found)
}

/// Ends a connection; a server that does not let go is left.
async fn close(line: Line) {
    let _ = tokio::time::timeout(LEAVING, line.cancel()).await;
}

/// What a tool gave back: its texts, and of all else what it is.
fn written(content: &[ContentBlock], structured: Option<&Value>) -> String {
    let parts = content.iter().map(|block| match block {
        ContentBlock::Text(text) => text.text.clone(),
        ContentBlock::Image(_) => "[An image that can't be shown here]".to_owned(),
        ContentBlock::Audio(_) => "[A recording that can't be played here]".to_owned(),
        _ => "[A resource that can't be shown here]".to_owned(),
    });
    let text = parts.collect::<Vec<_>>().join("\n\n");
    match structured {
        Some(value) if text.is_empty() => value.to_string(),
        _ => text,
    }
}

fn of_opening(error: &ClientInitializeError) -> FailureCode {
    // What a server says is only looked through: it may repeat the token, so it is not logged.
    let words = format!("{error:?}");
    let refusals = [
        "401 Unauthorized",
        "403 Forbidden",
        "AuthRequired",
        "InsufficientScope",
    ];
    let code = if refusals.iter().any(|refusal| words.contains(refusal)) {
        FailureCode::ToolServerRefused
    } else {
        FailureCode::ToolServerUnavailable
    };
    tracing::warn!(code = code.as_str(), "a server of tools can't be used");
    code
}

fn of_service(error: &ServiceError) -> FailureCode {
    let kind = match error {
        ServiceError::McpError(_) => "refusal",
        ServiceError::Timeout { .. } => "timeout",
        _ => "transport",
    };
    tracing::warn!(kind, "a server of tools did not answer");
    FailureCode::ToolServerUnavailable
}
