//! Tools that models call while they answer: those that every site has, and those of servers that an administrator added.
//!
//! A tool acts for the person who asked, with what they may do and nothing more. What changes something or costs money waits for
//! their click. What a tool gives back is material for the model, never an instruction to this program.

mod addresses;
mod arguments;
mod built_in;
mod calculate;
mod date_time;
mod mcp;
mod page;
mod running;
mod servers;
#[cfg(test)]
mod tests;

use std::{
    collections::HashSet,
    sync::{Arc, Weak},
};

use bailian::Tool;
use model::{
    Assistant, BuiltInTool, ConversationId, FailureCode, MessageId, Permission, RoleId, ToolCallId,
    ToolName, ToolOffer, ToolServerId, ToolsChosen,
};
use serde_json::Value;

use crate::{
    Clock, Error, Ids,
    audit::Audit,
    conversations::Conversations,
    identity::Caller,
    outside::{Outside, OutsideError, Reach},
    store::Db,
    vault::Vault,
    works::Works,
};
use arguments::Arguments;
use mcp::Mcp;

/// Tools that are on at once: each is paid for with every question.
pub const MOST: usize = Assistant::MAX_TOOLS;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Tools(Arc<Inner>);

struct Inner {
    db: Db,
    conversations: Conversations,
    works: Works,
    audit: Audit,
    vault: Vault,
    /// Nothing where TLS can't be set up; that was logged.
    outside: Option<Outside>,
    mcp: Option<Mcp>,
    clock: Arc<dyn Clock>,
    ids: Ids,
    time_zone: String,
}

/// The service, as those know it whom it knows.
#[derive(Clone)]
pub(crate) struct WeakTools(Weak<Inner>);

impl WeakTools {
    /// The service, unless it is gone.
    pub(crate) fn upgrade(&self) -> Option<Tools> {
        self.0.upgrade().map(Tools)
    }
}

/// What the service is built of.
pub(crate) struct ToolsParts {
    pub(crate) db: Db,
    pub(crate) conversations: Conversations,
    pub(crate) works: Works,
    pub(crate) audit: Audit,
    pub(crate) vault: Vault,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Ids,
    /// The site's, for those who have not named their own.
    pub(crate) time_zone: String,
    /// What pages are fetched from.
    pub(crate) reach: Reach,
}

/// A tool that somebody may use.
#[derive(Clone)]
struct Known {
    name: ToolName,
    how: How,
    asks_first: bool,
    definition: Tool,
}

/// How a tool is called.
#[derive(Clone)]
enum How {
    BuiltIn(BuiltInTool),
    Server {
        server: ToolServerId,
        server_name: String,
        own_name: String,
        parameters: Value,
    },
}

/// The tools of one answer.
#[derive(Clone, Default)]
pub(crate) struct Toolbox(Vec<Known>);

/// What is to be done about a call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// It is done at once.
    Runs,
    /// The person is asked first.
    Asks,
    /// It can't be done; the model is told why.
    Refused(String),
}

/// In what a tool is called.
#[derive(Clone, Copy)]
pub(crate) struct Occasion<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) conversation: ConversationId,
    /// The answer.
    pub(crate) message: MessageId,
    pub(crate) call: ToolCallId,
}

impl Tools {
    pub(crate) fn new(parts: ToolsParts) -> Self {
        let said = |error: &OutsideError| {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "tools reach nothing outside"
            );
        };
        Self(Arc::new(Inner {
            outside: Outside::new(parts.reach).inspect_err(said).ok(),
            mcp: Mcp::new().inspect_err(said).ok(),
            db: parts.db,
            conversations: parts.conversations,
            works: parts.works,
            audit: parts.audit,
            vault: parts.vault,
            clock: parts.clock,
            ids: parts.ids,
            time_zone: parts.time_zone,
        }))
    }

    pub(crate) fn downgrade(&self) -> WeakTools {
        WeakTools(Arc::downgrade(&self.0))
    }

    /// All tools that the caller may use, and which are on: in a conversation, or where nothing was chosen for one. And whose choice
    /// that is.
    #[tracing::instrument(name = "api.tools.choices", skip_all)]
    pub async fn choices(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
    ) -> Result<(Vec<ToolOffer>, ToolsChosen), Error> {
        let (on, chosen) = self.chosen(caller, conversation).await?;
        let known = self.known(caller).await?;
        let offers = known.into_iter().map(|tool| {
            let (server, description) = match tool.how {
                How::BuiltIn(_) => (None, String::new()),
                How::Server { server_name, .. } => (
                    Some(server_name),
                    tool.definition.function.description.unwrap_or_default(),
                ),
            };
            ToolOffer {
                is_on: on.contains(&tool.name),
                name: tool.name,
                server,
                description,
                asks_first: tool.asks_first,
            }
        });
        Ok((offers.collect(), chosen))
    }

    /// Chooses which tools are on in a conversation; without one, in those for which nothing was chosen. What the caller may not
    /// use is left out.
    #[tracing::instrument(name = "api.tools.choose", skip_all)]
    pub async fn choose(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        names: &[ToolName],
    ) -> Result<(), Error> {
        caller.require(Permission::ToolsUse)?;
        let known = self.known(caller).await?;
        let wanted: HashSet<&ToolName> = names.iter().collect();
        let on = known.into_iter().map(|tool| tool.name);
        let on: Vec<ToolName> = on.filter(|name| wanted.contains(name)).collect();
        if on.len() > MOST {
            return Err(Error::Refused(FailureCode::TooMany));
        }
        let (db, user) = (&self.0.db, caller.user());
        match conversation {
            None => db.set_default_tools(user, &on, self.0.clock.now()).await?,
            Some(id) => {
                let is_there = db.set_conversation_tools(user, id, &on).await?;
                is_there.then_some(()).ok_or(Error::NotFound)?;
            }
        }
        Ok(())
    }

    /// The tools that are on for that answer, and that the caller may use now. The assistant that its question was put to says which,
    /// where it says anything.
    pub(crate) async fn toolbox(
        &self,
        caller: &Caller,
        conversation: ConversationId,
        answer: MessageId,
    ) -> Result<Toolbox, Error> {
        if caller.require(Permission::ToolsUse).is_err() {
            return Ok(Toolbox::default());
        }
        let once = self.0.db.asked_once(caller.user(), conversation, answer);
        let brought = once.await?.map(|once| once.snapshot.tools);
        let on: HashSet<ToolName> = match brought.filter(|tools| !tools.is_empty()) {
            Some(brought) => brought.into_iter().collect(),
            None => self.chosen(caller, Some(conversation)).await?.0,
        };
        if on.is_empty() {
            return Ok(Toolbox::default());
        }
        let mut known = self.known(caller).await?;
        known.retain(|tool| on.contains(&tool.name));
        Ok(Toolbox(known))
    }

    /// The person's choice for the conversation goes first, then what its assistant brings, then their default.
    async fn chosen(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
    ) -> Result<(HashSet<ToolName>, ToolsChosen), Error> {
        let (db, user) = (&self.0.db, caller.user());
        let own = match conversation {
            None => None,
            Some(id) => {
                let found = db.conversation_tools(user, id).await?;
                found.ok_or(Error::NotFound)?.0
            }
        };
        let assistants = match conversation.filter(|_| own.is_none()) {
            None => None,
            Some(id) => {
                let answering = db.answering(user, id).await?;
                answering
                    .map(|it| it.snapshot.tools)
                    .filter(|tools| !tools.is_empty())
            }
        };
        let (on, chosen) = match (own, assistants) {
            (Some(on), _) => (on, ToolsChosen::Here),
            (None, Some(on)) => (on, ToolsChosen::ByAssistant),
            (None, None) => (db.default_tools(user).await?, ToolsChosen::ByDefault),
        };
        Ok((on.into_iter().collect(), chosen))
    }

    /// What the caller may use: nothing without the permission, nothing that makes works without theirs, and of servers what is on
    /// for one of their roles.
    async fn known(&self, caller: &Caller) -> Result<Vec<Known>, Error> {
        if caller.require(Permission::ToolsUse).is_err() {
            return Ok(Vec::new());
        }
        let makes = caller.require(Permission::MediaUse).is_ok();
        let mut known = Vec::new();
        for tool in BuiltInTool::ALL {
            if tool.has_effect() && !makes {
                continue;
            }
            let Ok(name) = ToolName::parse(tool.as_str()) else {
                continue;
            };
            known.push(Known {
                name,
                how: How::BuiltIn(tool),
                asks_first: tool.has_effect(),
                definition: built_in::definition(tool),
            });
        }
        let db = &self.0.db;
        let servers = db.tool_servers().await?;
        if servers.iter().all(|server| !server.is_on) {
            return Ok(known);
        }
        let roles: HashSet<RoleId> = db.roles_of(caller.user()).await?.into_iter().collect();
        for tool in db.server_tools().await? {
            let server = servers.iter().find(|server| server.id == tool.server);
            let Some(server) = server.filter(|server| server.is_on && tool.is_on) else {
                continue;
            };
            let may = tool.roles.is_empty() || tool.roles.iter().any(|role| roles.contains(role));
            if !may {
                continue;
            }
            known.push(Known {
                definition: Tool::function(
                    tool.name.as_str(),
                    tool.description,
                    tool.parameters.clone(),
                ),
                how: How::Server {
                    server: server.id,
                    server_name: server.name.as_str().to_owned(),
                    own_name: tool.own_name,
                    parameters: tool.parameters,
                },
                name: tool.name,
                asks_first: tool.asks_first,
            });
        }
        Ok(known)
    }
}

impl Toolbox {
    /// What models are told of them.
    pub(crate) fn definitions(&self) -> Vec<Tool> {
        let tools = self.0.iter().take(MOST);
        tools.map(|tool| tool.definition.clone()).collect()
    }

    /// What is to be done about a call that a model wrote.
    pub(crate) fn judge(&self, name: &str, arguments: &str) -> Judged {
        let Some(tool) = self.find(name) else {
            return Judged::Refused(format!("There is no tool `{}` here.", shown(name)));
        };
        let read = match &tool.how {
            How::BuiltIn(tool) => Arguments::parse(*tool, arguments).map(drop),
            How::Server { parameters, .. } => arguments::object(arguments)
                .and_then(|object| arguments::required(object, parameters))
                .map(drop),
        };
        match read {
            Err(wrong) => Judged::Refused(wrong),
            Ok(()) if tool.asks_first => Judged::Asks,
            Ok(()) => Judged::Runs,
        }
    }

    fn find(&self, name: &str) -> Option<&Known> {
        self.0.iter().find(|tool| tool.name.as_str() == name)
    }
}

/// A name that a model made up, short enough to be told.
fn shown(name: &str) -> String {
    name.chars().take(ToolName::MAX).collect()
}
