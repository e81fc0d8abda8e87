//! Servers of tools, and what is on them.

use model::{
    FailureCode, Millis, RoleId, ServerTool, ToolName, ToolServer, ToolServerId, ToolServerName,
};
use serde_json::Value;
use sqlx::{FromRow, types::Json};

use super::{Amended, Db, Error, Result, audit::append_audit, erasure::TURN, on_pool, rows};
use crate::audit::Record;

/// All of them: there are twenty at most.
const SERVERS: &str = "
    SELECT id, name, address, token, is_on, checked_at, failure FROM tool_servers ORDER BY name";
const SERVER: &str =
    "SELECT id, name, address, token, is_on, checked_at, failure FROM tool_servers WHERE id = $1";
/// All of them: there are a hundred on each server at most.
const TOOLS: &str = "
    SELECT t.name, t.server_id, t.own_name, t.description, t.parameters, t.is_on, t.asks_first, t.roles
    FROM server_tools t ORDER BY t.name";
const COUNT: &str = "SELECT COUNT(*) FROM tool_servers";
const CREATE: &str = "
    INSERT INTO tool_servers (id, name, address, token, is_on, created_at, updated_at) VALUES ($1, $2, $3, $4, TRUE, $5, $5)";
/// Each token is sealed otherwise, so that of the same one given twice the second is another.
const UPDATE: &str = "
    UPDATE tool_servers SET address = $2, token = $3, is_on = $4, updated_at = $5
    WHERE id = $1 AND address = $6 AND token IS NOT DISTINCT FROM $7 AND is_on = $8";
/// What was decided about tools was decided about those of the address before.
const MOVED: &str = "UPDATE server_tools SET is_on = FALSE, asks_first = TRUE WHERE server_id = $1";
const DELETE: &str = "DELETE FROM tool_servers WHERE id = $1";
/// What another address has said meanwhile is not what is there.
const CHECKED: &str =
    "UPDATE tool_servers SET checked_at = $2, failure = $3 WHERE id = $1 AND address = $4";
/// What an administrator decided about a tool stays when it is found again; but one that says of itself something else than it did
/// asks first again.
const FOUND: &str = "
    INSERT INTO server_tools (name, server_id, own_name, description, parameters, is_on, asks_first, roles)
    SELECT $1, s.id, $3, $4, $5, FALSE, TRUE, $6 FROM tool_servers s WHERE s.id = $2
    ON CONFLICT (name) DO UPDATE SET own_name = excluded.own_name, description = excluded.description,
                                     parameters = excluded.parameters, asks_first = CASE
        WHEN server_tools.own_name = excluded.own_name AND server_tools.description = excluded.description
             AND server_tools.parameters = excluded.parameters THEN server_tools.asks_first
        ELSE TRUE END
    WHERE server_tools.server_id = excluded.server_id";
const OWN: &str = "SELECT name FROM server_tools WHERE server_id = $1";
const LOST: &str = "DELETE FROM server_tools WHERE name = $1 AND server_id = $2";
const SET_TOOL: &str =
    "UPDATE server_tools SET is_on = $2, asks_first = $3, roles = $4 WHERE name = $1";

/// A server as it is kept.
#[derive(Clone)]
pub(crate) struct KeptServer {
    pub(crate) id: ToolServerId,
    pub(crate) name: ToolServerName,
    pub(crate) address: String,
    /// Sealed.
    pub(crate) token: Option<Vec<u8>>,
    pub(crate) is_on: bool,
    pub(crate) checked_at: Option<Millis>,
    pub(crate) failure: Option<FailureCode>,
}

/// A tool as it is kept.
#[derive(Clone)]
pub(crate) struct KeptTool {
    pub(crate) name: ToolName,
    pub(crate) server: ToolServerId,
    pub(crate) own_name: String,
    pub(crate) description: String,
    pub(crate) parameters: Value,
    pub(crate) is_on: bool,
    pub(crate) asks_first: bool,
    pub(crate) roles: Vec<RoleId>,
}

/// A tool that was found on a server.
pub(crate) struct FoundTool {
    pub(crate) name: ToolName,
    pub(crate) own_name: String,
    pub(crate) description: String,
    pub(crate) parameters: Value,
}

impl KeptServer {
    /// As administrators see it.
    pub(crate) fn view(self, tools: &[KeptTool]) -> ToolServer {
        let own = tools.iter().filter(|tool| tool.server == self.id);
        ToolServer {
            tools: own
                .map(|tool| ServerTool {
                    name: tool.name.clone(),
                    description: tool.description.clone(),
                    is_on: tool.is_on,
                    asks_first: tool.asks_first,
                    roles: tool.roles.clone(),
                })
                .collect(),
            id: self.id,
            name: self.name,
            address: self.address,
            has_token: self.token.is_some(),
            is_on: self.is_on,
            checked_at: self.checked_at,
            failure: self.failure,
        }
    }
}

#[derive(FromRow)]
struct ServerRow {
    id: String,
    name: String,
    address: String,
    token: Option<Vec<u8>>,
    is_on: bool,
    checked_at: Option<i64>,
    failure: Option<String>,
}

#[derive(FromRow)]
struct ToolRow {
    name: String,
    server_id: String,
    own_name: String,
    description: String,
    parameters: Json<Value>,
    is_on: bool,
    asks_first: bool,
    roles: Json<Vec<RoleId>>,
}

impl TryFrom<ServerRow> for KeptServer {
    type Error = Error;

    fn try_from(row: ServerRow) -> Result<Self> {
        let at = |column| rows::corrupt("tool_servers", column, &row.id);
        Ok(Self {
            id: rows::id("tool_servers", "id", &row.id)?,
            name: ToolServerName::parse(&row.name).map_err(|_| at("name"))?,
            failure: row
                .failure
                .as_deref()
                .map(str::parse)
                .transpose()
                .map_err(|_| at("failure"))?,
            address: row.address,
            token: row.token,
            is_on: row.is_on,
            checked_at: row.checked_at.map(Millis::new),
        })
    }
}

impl TryFrom<ToolRow> for KeptTool {
    type Error = Error;

    fn try_from(row: ToolRow) -> Result<Self> {
        let name = ToolName::parse(&row.name);
        Ok(Self {
            name: name.map_err(|_| rows::corrupt("server_tools", "name", &row.name))?,
            server: rows::id("server_tools", "server_id", &row.server_id)?,
            own_name: row.own_name,
            description: row.description,
            parameters: row.parameters.0,
            is_on: row.is_on,
            asks_first: row.asks_first,
            roles: row.roles.0,
        })
    }
}

/// One statement and the log's line, or neither. How many rows it changed.
macro_rules! with_line {
    ($db:expr, $record:expr, $query:expr) => {
        on_pool!($db.writer(), |pool| {
            let mut transaction = pool.begin_with($db.begin()).await?;
            let rows = $query.execute(&mut *transaction).await?.rows_affected();
            if rows > 0 {
                append_audit!(transaction, $record);
                transaction.commit().await?;
            }
            Ok(rows > 0)
        })
    };
}

impl Db {
    /// All servers, by name.
    #[tracing::instrument(name = "store.tool_servers.all", skip_all)]
    pub(crate) async fn tool_servers(&self) -> Result<Vec<KeptServer>> {
        let found: Vec<ServerRow> = on_pool!(self.reader(), |pool| sqlx::query_as(SERVERS)
            .fetch_all(pool)
            .await?);
        found.into_iter().map(KeptServer::try_from).collect()
    }

    /// A server.
    #[tracing::instrument(name = "store.tool_servers.one", skip_all)]
    pub(crate) async fn tool_server(&self, id: ToolServerId) -> Result<Option<KeptServer>> {
        let found: Option<ServerRow> = on_pool!(self.reader(), |pool| sqlx::query_as(SERVER)
            .bind(id.to_string())
            .fetch_optional(pool)
            .await?);
        found.map(KeptServer::try_from).transpose()
    }

    /// What is on all servers, by name.
    #[tracing::instrument(name = "store.tool_servers.tools", skip_all)]
    pub(crate) async fn server_tools(&self) -> Result<Vec<KeptTool>> {
        let found: Vec<ToolRow> = on_pool!(self.reader(), |pool| sqlx::query_as(TOOLS)
            .fetch_all(pool)
            .await?);
        found.into_iter().map(KeptTool::try_from).collect()
    }

    /// Adds a server. Not when there are `most`; a conflict means that there is one of that name.
    #[tracing::instrument(name = "store.tool_servers.create", skip_all)]
    pub(crate) async fn create_tool_server(
        &self,
        new: &KeptServer,
        most: i64,
        now: Millis,
        record: &Record,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(TURN).execute(&mut *transaction).await?;
            let there: i64 = sqlx::query_scalar(COUNT)
                .fetch_one(&mut *transaction)
                .await?;
            if there >= most {
                return Ok(false);
            }
            sqlx::query(CREATE)
                .bind(new.id.to_string())
                .bind(new.name.as_str())
                .bind(&new.address)
                .bind(new.token.as_deref())
                .bind(now.get())
                .execute(&mut *transaction)
                .await?;
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// Changes all of a server but its name, as long as it is what was looked at. When it moves, its tools are off and ask first again.
    #[tracing::instrument(name = "store.tool_servers.update", skip_all)]
    pub(crate) async fn update_tool_server(
        &self,
        changed: &KeptServer,
        looked_at: &KeptServer,
        now: Millis,
        record: &Record,
    ) -> Result<Amended> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            // First the server, then its tools, as where these are noted: of two at once one waits, and not each for the other.
            let rows = sqlx::query(UPDATE)
                .bind(changed.id.to_string())
                .bind(&changed.address)
                .bind(changed.token.as_deref())
                .bind(changed.is_on)
                .bind(now.get())
                .bind(&looked_at.address)
                .bind(looked_at.token.as_deref())
                .bind(looked_at.is_on)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if rows == 0 {
                let there: Option<ServerRow> = sqlx::query_as(SERVER)
                    .bind(changed.id.to_string())
                    .fetch_optional(&mut *transaction)
                    .await?;
                return Ok(if there.is_some() {
                    Amended::Outdated
                } else {
                    Amended::NotThere
                });
            }
            if changed.address != looked_at.address {
                sqlx::query(MOVED)
                    .bind(changed.id.to_string())
                    .execute(&mut *transaction)
                    .await?;
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(Amended::Done)
    }

    /// Takes a server away with all that is on it. Whether it was there.
    #[tracing::instrument(name = "store.tool_servers.delete", skip_all)]
    pub(crate) async fn delete_tool_server(
        &self,
        id: ToolServerId,
        record: &Record,
    ) -> Result<bool> {
        with_line!(self, record, sqlx::query(DELETE).bind(id.to_string()))
    }

    /// Decides about a tool. Whether it is there.
    #[tracing::instrument(name = "store.tool_servers.set_tool", skip_all)]
    pub(crate) async fn set_server_tool(&self, tool: &ServerTool, record: &Record) -> Result<bool> {
        with_line!(
            self,
            record,
            sqlx::query(SET_TOOL)
                .bind(tool.name.as_str())
                .bind(tool.is_on)
                .bind(tool.asks_first)
                .bind(Json(&tool.roles))
        )
    }

    /// Keeps what was found on a server, unless it has moved since: what is new is off, and what is not there any more is forgotten. Of a
    /// failure only that it was one.
    #[tracing::instrument(name = "store.tool_servers.found", skip_all)]
    pub(crate) async fn note_server_tools(
        &self,
        (id, address): (ToolServerId, &str),
        found: std::result::Result<&[FoundTool], FailureCode>,
        now: Millis,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let is_there = sqlx::query(CHECKED)
                .bind(id.to_string())
                .bind(now.get())
                .bind(found.as_ref().err().map(|code| code.as_str()))
                .bind(address)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if is_there == 0 {
                return Ok(());
            }
            if let Ok(found) = found {
                let own: Vec<String> = sqlx::query_scalar(OWN)
                    .bind(id.to_string())
                    .fetch_all(&mut *transaction)
                    .await?;
                for lost in own {
                    if found.iter().all(|tool| tool.name.as_str() != lost) {
                        sqlx::query(LOST)
                            .bind(lost)
                            .bind(id.to_string())
                            .execute(&mut *transaction)
                            .await?;
                    }
                }
                for tool in found {
                    sqlx::query(FOUND)
                        .bind(tool.name.as_str())
                        .bind(id.to_string())
                        .bind(&tool.own_name)
                        .bind(&tool.description)
                        .bind(Json(&tool.parameters))
                        .bind(Json(Vec::<RoleId>::new()))
                        .execute(&mut *transaction)
                        .await?;
                }
            }
            transaction.commit().await?;
        });
        Ok(())
    }
}
