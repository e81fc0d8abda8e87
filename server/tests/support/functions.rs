//! Every server function, who may call it, and arguments that it accepts. What must hold for all of them is tested over
//! this table, and a test compares it with what the server has.

use model::{ConversationId, MessageId, Permission};

/// Who may call a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Anyone,
    /// Whoever is signed in, also while something is lacking: a verified address, a second factor.
    Newcomer,
    /// Whoever is signed in.
    Member,
    /// Whoever has the permission.
    Permitted(Permission),
    /// Whoever owns the conversation that it names.
    Owner,
}

/// A server function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) access: Access,
    arguments: &'static [(&'static str, Value)],
}

#[derive(Clone, Copy, Debug)]
enum Value {
    Conversation,
    Message,
    Submission,
    Text(&'static str),
}

/// What an owner's function is called about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) conversation: ConversationId,
    pub(crate) message: MessageId,
}

impl Target {
    /// Ids that nothing has.
    pub(crate) fn nowhere() -> Self {
        Self {
            conversation: ConversationId::from_uuid(uuid::Uuid::new_v4()),
            message: MessageId::from_uuid(uuid::Uuid::new_v4()),
        }
    }
}

impl Function {
    /// Whether calling it leaves its caller signed out.
    pub(crate) fn ends_a_session(&self) -> bool {
        self.name == "identity.sign_out"
    }

    pub(crate) fn path(&self) -> String {
        format!("/fn/{}", self.name)
    }

    pub(crate) fn arguments(&self, target: Target) -> Vec<(&'static str, String)> {
        let value = |value| match value {
            Value::Conversation => target.conversation.to_string(),
            Value::Message => target.message.to_string(),
            Value::Submission => super::submission(),
            Value::Text(text) => text.to_owned(),
        };
        let arguments = self.arguments.iter();
        arguments
            .map(|&(name, given)| (name, value(given)))
            .collect()
    }
}

const fn open(name: &'static str, arguments: &'static [(&'static str, Value)]) -> Function {
    Function {
        name,
        access: Access::Anyone,
        arguments,
    }
}

const fn members(name: &'static str) -> Function {
    Function {
        name,
        access: Access::Member,
        arguments: &[],
    }
}

const fn members_with(
    name: &'static str,
    arguments: &'static [(&'static str, Value)],
) -> Function {
    Function {
        name,
        access: Access::Member,
        arguments,
    }
}

const fn newcomers(
    name: &'static str,
    arguments: &'static [(&'static str, Value)],
) -> Function {
    Function {
        name,
        access: Access::Newcomer,
        arguments,
    }
}

const fn owners(name: &'static str, arguments: &'static [(&'static str, Value)]) -> Function {
    Function {
        name,
        access: Access::Owner,
        arguments,
    }
}

const OF_CONVERSATION: &[(&str, Value)] = &[("id", Value::Conversation)];
const OF_MESSAGE: &[(&str, Value)] = &[("id", Value::Conversation), ("message", Value::Message)];

/// All of them. `identity.session` alone is a GET.
pub(crate) const FUNCTIONS: &[Function] = &[
    open("identity.session", &[]),
    open(
        "identity.sign_in",
        &[
            ("email", Value::Text("nobody@example.com")),
            ("password", Value::Text("wrong")),
        ],
    ),
    open(
        "identity.register",
        &[
            ("name", Value::Text("")),
            ("email", Value::Text("")),
            ("password", Value::Text("")),
        ],
    ),
    open(
        "identity.set_up",
        &[
            ("token", Value::Text("guessed")),
            ("name", Value::Text("Eve")),
            ("email", Value::Text("eve@example.com")),
            ("password", Value::Text("eleven grey herons")),
        ],
    ),
    open(
        "identity.check_setup_link",
        &[("token", Value::Text("guessed"))],
    ),
    open("identity.sign_out", &[]),
    newcomers("identity.sso_link", &[("provider", Value::Text("none"))]),
    newcomers(
        "identity.sso_step_up",
        &[("provider", Value::Text("none"))],
    ),
    members_with(
        "identity.sso_unlink",
        &[("id", Value::Text("01990000-0000-7000-8000-0000000000ff"))],
    ),
    open("account.take_shown_once", &[]),
    members("account.profile"),
    members_with(
        "account.update_profile",
        &[
            ("name", Value::Text("Lin")),
            ("language", Value::Text("")),
            ("theme", Value::Text("")),
            ("time_zone", Value::Text("")),
        ],
    ),
    members("account.remove_picture"),
    members("account.sessions"),
    members_with(
        "account.end_session",
        &[
            ("kind", Value::Text("browser")),
            ("id", Value::Text("01990000-0000-7000-8000-0000000000ff")),
        ],
    ),
    members("account.end_other_sessions"),
    members_with(
        "account.delete",
        &[("typed_email", Value::Text("not it"))],
    ),
    open("preferences.set_theme", &[("theme", Value::Text("dark"))]),
    open(
        "preferences.set_language",
        &[("language", Value::Text("zh"))],
    ),
    members("conversations.list"),
    members("conversations.draft"),
    members("generation.offer"),
    owners("conversations.open", OF_CONVERSATION),
    owners("conversations.newest", OF_CONVERSATION),
    owners("conversations.older", OF_MESSAGE),
    owners(
        "conversations.rename",
        &[("id", Value::Conversation), ("title", Value::Text("Mine"))],
    ),
    owners("conversations.delete", OF_CONVERSATION),
    owners("conversations.restore", OF_CONVERSATION),
    owners(
        "conversations.save_draft",
        &[
            ("conversation", Value::Conversation),
            ("text", Value::Text("mine")),
        ],
    ),
    owners("conversations.show_branch", OF_MESSAGE),
    owners("conversations.source", OF_MESSAGE),
    owners(
        "generation.ask",
        &[
            ("conversation", Value::Conversation),
            ("prompt", Value::Text("whose is this?")),
            ("model", Value::Text("qwen-plus")),
            ("submission", Value::Submission),
        ],
    ),
    owners("generation.stop", OF_CONVERSATION),
    owners("generation.continue", OF_MESSAGE),
    owners("generation.regenerate", OF_MESSAGE),
];
