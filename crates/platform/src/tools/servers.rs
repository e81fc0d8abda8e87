//! Which servers of tools there are, and who may use what is on them: for administrators. Each change is one transaction with its
//! line in the audit log.

use model::{
    FailureCode, Permission, RoleRef, ServerTool, ToolName, ToolServer, ToolServerDraft,
    ToolServerId, ToolServerName,
};
use reqwest::Url;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::{Tools, arguments::LONGEST};
use crate::{
    Error,
    audit::Record,
    identity::Caller,
    outside::Reach,
    store::{self, Amended, FoundTool, KeptServer},
    vault::Place,
};

/// Servers of a site.
const MOST: i64 = 20;
/// The longest description of a tool, in characters.
const LONGEST_DESCRIPTION: usize = 1_000;

impl Tools {
    /// All servers with what is on them, and the roles to choose from.
    #[tracing::instrument(name = "api.tools.servers", skip_all)]
    pub async fn servers(&self, caller: &Caller) -> Result<(Vec<ToolServer>, Vec<RoleRef>), Error> {
        caller.require(Permission::ToolsWrite)?;
        let db = &self.0.db;
        let tools = db.server_tools().await?;
        let servers = db.tool_servers().await?.into_iter();
        let servers = servers.map(|server| server.view(&tools)).collect();
        let roles = db.roles().await?.into_iter();
        let roles = roles.map(|role| RoleRef {
            id: role.id,
            name: role.name,
        });
        Ok((servers, roles.collect()))
    }

    /// Adds a server and asks it what is on it. That it can't be asked is noted with it and no failure of adding.
    #[tracing::instrument(name = "api.tools.add_server", skip_all)]
    pub async fn add_server(
        &self,
        caller: &Caller,
        draft: &ToolServerDraft,
    ) -> Result<ToolServerId, Error> {
        let inner = &*self.0;
        let record = self.may(caller, "tool_server.create").await?;
        let name = ToolServerName::parse(&draft.name)
            .map_err(|_| Error::Refused(FailureCode::InvalidToolServerName))?;
        let address = address(&draft.address)?;
        let id = ToolServerId::from_uuid(inner.ids.next());
        let new = KeptServer {
            id,
            name,
            token: self.sealed(id, &draft.token)?,
            address,
            is_on: true,
            checked_at: None,
            failure: None,
        };
        let record = record
            .on("tool_server", id.to_string())
            .with(&json!({ "name": new.name, "address": new.address }));
        let created = inner
            .db
            .create_tool_server(&new, MOST, inner.clock.now(), &record)
            .await;
        if !created.map_err(taken)? {
            return Err(Error::Refused(FailureCode::TooMany));
        }
        self.ask(&new).await?;
        Ok(id)
    }

    /// Moves a server, or switches it. A blank token leaves the one that is there, unless `forget_token`; one for another address
    /// is never sent there, and what is on another address is off until somebody has looked at it.
    #[tracing::instrument(name = "api.tools.change_server", skip_all)]
    pub async fn change_server(
        &self,
        caller: &Caller,
        id: ToolServerId,
        draft: &ToolServerDraft,
        (is_on, forget_token): (bool, bool),
    ) -> Result<(), Error> {
        let inner = &*self.0;
        let record = self.may(caller, "tool_server.update").await?;
        let address = address(&draft.address)?;
        let looked_at = inner.db.tool_server(id).await?.ok_or(Error::NotFound)?;
        let mut server = looked_at.clone();
        let has_moved = server.address != address;
        if forget_token || has_moved || !draft.token.trim().is_empty() {
            server.token = self.sealed(id, &draft.token)?;
        }
        (server.address, server.is_on) = (address, is_on);
        let record = record
            .on("tool_server", id.to_string())
            .with(&json!({ "address": server.address, "on": is_on }));
        let now = inner.clock.now();
        let changed = inner
            .db
            .update_tool_server(&server, &looked_at, now, &record);
        match changed.await? {
            Amended::Done => {}
            Amended::NotThere => return Err(Error::NotFound),
            Amended::Outdated => return Err(Error::Refused(FailureCode::Outdated)),
        }
        if is_on {
            self.ask(&server).await
        } else {
            Ok(())
        }
    }

    /// Asks a server anew what is on it. Why that failed is noted with it.
    #[tracing::instrument(name = "api.tools.check_server", skip_all)]
    pub async fn check_server(&self, caller: &Caller, id: ToolServerId) -> Result<(), Error> {
        caller.require(Permission::ToolsWrite)?;
        let server = self.0.db.tool_server(id).await?.ok_or(Error::NotFound)?;
        self.ask(&server).await
    }

    /// Takes a server away with all that is on it.
    #[tracing::instrument(name = "api.tools.remove_server", skip_all)]
    pub async fn remove_server(&self, caller: &Caller, id: ToolServerId) -> Result<(), Error> {
        let record = self.may(caller, "tool_server.delete").await?;
        let record = record.on("tool_server", id.to_string());
        let removed = self.0.db.delete_tool_server(id, &record).await?;
        removed.then_some(()).ok_or(Error::NotFound)
    }

    /// Decides about a tool: whether it may be used, whether a click comes first, and who may use it.
    #[tracing::instrument(name = "api.tools.set_tool", skip_all)]
    pub async fn set_tool(&self, caller: &Caller, tool: &ServerTool) -> Result<(), Error> {
        let record = self.may(caller, "tool_server.set_tool").await?;
        let known = self.0.db.roles().await?;
        let is_known = |role| known.iter().any(|known| known.id == role);
        if !tool.roles.iter().all(|role| is_known(*role)) {
            return Err(Error::NotFound);
        }
        let record = record
            .on("server_tool", tool.name.to_string())
            .with(&json!({
                "on": tool.is_on, "asks_first": tool.asks_first, "roles": tool.roles,
            }));
        let set = self.0.db.set_server_tool(tool, &record).await?;
        set.then_some(()).ok_or(Error::NotFound)
    }

    /// Calls a tool where it is.
    pub(super) async fn on_server(
        &self,
        id: ToolServerId,
        own_name: &str,
        arguments: Map<String, Value>,
    ) -> Result<String, String> {
        let gone = || "The tool is not available any more.".to_owned();
        let server = self
            .0
            .db
            .tool_server(id)
            .await
            .map_err(|error| super::running::failed(&error.into()))?;
        let server = server.filter(|server| server.is_on).ok_or_else(gone)?;
        let token = self
            .token(&server)
            .map_err(|error| super::running::failed(&error))?;
        let mcp = self.0.mcp.as_ref().ok_or_else(super::running::broken)?;
        mcp.call(&server.address, token.as_ref(), own_name, arguments)
            .await
    }

    async fn ask(&self, server: &KeptServer) -> Result<(), Error> {
        let inner = &*self.0;
        let token = self.token(server)?;
        let listed = match &inner.mcp {
            Some(mcp) => mcp.list(&server.address, token.as_ref()).await,
            None => Err(FailureCode::ToolServerUnavailable),
        };
        let now = inner.clock.now();
        let found = listed.map(|tools| {
            let mut found: Vec<FoundTool> = Vec::new();
            for tool in tools {
                let name = server.name.tool(&tool.name);
                let is_new = |name: &ToolName| found.iter().all(|known| known.name != *name);
                let Some(name) = name.filter(is_new) else {
                    continue;
                };
                if let Some(tool) = bounded(name, tool) {
                    found.push(tool);
                }
            }
            found
        });
        let found = found.as_deref().map_err(|code| *code);
        let asked = (server.id, server.address.as_str());
        Ok(inner.db.note_server_tools(asked, found, now).await?)
    }

    /// Begins the log's line, or writes that it was refused.
    async fn may(&self, caller: &Caller, action: &'static str) -> Result<Record, Error> {
        let audit = &self.0.audit;
        let record = audit.by(caller, action);
        if let Err(error) = caller.require(Permission::ToolsWrite) {
            audit.write(record.refused()).await?;
            return Err(error.into());
        }
        Ok(record)
    }

    fn sealed(&self, id: ToolServerId, token: &str) -> Result<Option<Vec<u8>>, Error> {
        let token = token.trim();
        if token.is_empty() {
            return Ok(None);
        }
        let is_sent = token.bytes().all(|byte| byte.is_ascii_graphic());
        if token.len() > ToolServerDraft::MAX_TOKEN || !is_sent {
            return Err(Error::Refused(FailureCode::InvalidServerToken));
        }
        let row = id.to_string();
        let sealed = self.0.vault.seal(place(&row), token.as_bytes());
        Ok(Some(sealed.map_err(crate::identity::IdentityError::from)?))
    }

    fn token(&self, server: &KeptServer) -> Result<Option<SecretString>, Error> {
        let Some(sealed) = &server.token else {
            return Ok(None);
        };
        let row = server.id.to_string();
        let opened = self.0.vault.open(place(&row), sealed);
        let opened = opened.map_err(crate::identity::IdentityError::from)?;
        let token = String::from_utf8(opened);
        let token = token.map_err(|_| Error::Refused(FailureCode::InvalidServerToken))?;
        Ok(Some(token.into()))
    }
}

fn place(row: &str) -> Place<'_> {
    Place {
        table: "tool_servers",
        column: "token",
        row,
    }
}

/// A description is cut, and a tool whose parameters are too long to be sent with every question is left out.
fn bounded(name: ToolName, tool: super::mcp::Described) -> Option<FoundTool> {
    let is_short = tool.parameters.to_string().len() <= LONGEST;
    let has_nul = tool.parameters.to_string().contains("\\u0000") || tool.name.contains('\0');
    let seen = tool.description.chars().filter(|c| *c != '\0');
    (is_short && !has_nul).then(|| FoundTool {
        name,
        own_name: tool.name,
        description: seen.take(LONGEST_DESCRIPTION).collect(),
        parameters: tool.parameters,
    })
}

/// Where a server can be: of the web, inside or outside, without a password in it.
fn address(written: &str) -> Result<String, Error> {
    let refused = || Error::Refused(FailureCode::InvalidToolServerAddress);
    let written = written.trim();
    if written.chars().count() > ToolServerDraft::MAX_ADDRESS {
        return Err(refused());
    }
    let mut url = Url::parse(written).map_err(|_| refused())?;
    if !Reach::everything().allows(&url) {
        return Err(refused());
    }
    url.set_fragment(None);
    Ok(url.into())
}

fn taken(error: store::Error) -> Error {
    if error.is_conflict() {
        Error::Refused(FailureCode::NameTaken)
    } else {
        error.into()
    }
}
