//! The table itself: a line for each function, by area.

use model::Permission;

use super::{
    Function, Value,
    lines::{half_in, members, members_with, newcomers, open, owners, permitted},
};

const NO_THING: &[(&str, Value)] = &[(
    "id",
    Value::Text("work:01990000-0000-7000-8000-0000000000ff"),
)];
const NO_ID: &[(&str, Value)] = &[("id", Value::Text("01990000-0000-7000-8000-0000000000ff"))];
const GUESSED: &[(&str, Value)] = &[("token", Value::Text("guessed"))];
const NO_PASSKEY: &[(&str, Value)] = &[
    ("ceremony", Value::Text("guessed")),
    ("response", Value::Text("{}")),
];
/// An id that nobody and nothing has.
const NOBODY: &str = "01990000-0000-7000-8000-0000000000ff";

const USAGE: &[(&str, Value)] = &[("form[days]", Value::Text("7"))];

const KIND: &[(&str, Value)] = &[("kind", Value::Text("image"))];
const WISH: &[(&str, Value)] = &[
    ("wish[kind]", Value::Text("image")),
    ("wish[model]", Value::Text("no-such-model")),
    ("submission", Value::Submission),
];

const PROMPT: &[(&str, Value)] = &[
    ("name", Value::Text("mine")),
    ("text", Value::Text("Mine.")),
];

const ASSISTANT: &[(&str, Value)] = &[
    ("form[name]", Value::Text("Mine")),
    ("form[instructions]", Value::Text("Be mine.")),
];

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
    newcomers("identity.sso_step_up", &[("provider", Value::Text("none"))]),
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
    members_with("account.delete", &[("typed_email", Value::Text("not it"))]),
    members("account.check_export"),
    newcomers("security.overview", &[]),
    half_in("security.answer_code", &[("code", Value::Text("000000"))]),
    open("security.passkey_sign_in_options", &[]),
    open("security.passkey_sign_in", NO_PASSKEY),
    half_in("security.passkey_factor_options", &[]),
    half_in("security.passkey_factor", NO_PASSKEY),
    newcomers(
        "security.step_up_password",
        &[("proof_password", Value::Text("wrong"))],
    ),
    newcomers(
        "security.step_up_code",
        &[("proof_code", Value::Text("000000"))],
    ),
    newcomers("security.passkey_step_up_options", &[]),
    newcomers("security.passkey_step_up", NO_PASSKEY),
    newcomers("security.begin_totp", &[]),
    newcomers("security.totp_enrolment", &[]),
    newcomers("security.confirm_totp", &[("code", Value::Text("000000"))]),
    newcomers("security.remove_totp", &[]),
    newcomers("security.renew_recovery_codes", &[]),
    newcomers("security.passkey_options", &[]),
    newcomers(
        "security.add_passkey",
        &[
            ("ceremony", Value::Text("guessed")),
            ("name", Value::Text("Mine")),
            ("response", Value::Text("{}")),
        ],
    ),
    newcomers(
        "security.rename_passkey",
        &[
            ("id", Value::Text("01990000-0000-7000-8000-0000000000ff")),
            ("name", Value::Text("Mine")),
        ],
    ),
    newcomers("security.remove_passkey", NO_ID),
    open("recovery.invitation", GUESSED),
    newcomers("recovery.send_verification", &[]),
    open("recovery.verify_email", GUESSED),
    members_with(
        "recovery.change_email",
        &[("new_email", Value::Text("not an address"))],
    ),
    newcomers(
        "recovery.change_password",
        &[
            ("current_password", Value::Text("wrong")),
            ("new_password", Value::Text("eleven grey herons")),
        ],
    ),
    open(
        "recovery.request_reset",
        &[("email", Value::Text("nobody@example.com"))],
    ),
    open("recovery.check_reset_link", GUESSED),
    open(
        "recovery.reset_password",
        &[
            ("token", Value::Text("guessed")),
            ("new_password", Value::Text("eleven grey herons")),
        ],
    ),
    members("keys.list"),
    permitted(
        "keys.create",
        Permission::ApiKeysUse,
        &[("key[name]", Value::Text(""))],
    ),
    permitted(
        "keys.update",
        Permission::ApiKeysUse,
        &[
            ("id", Value::Text("01990000-0000-7000-8000-0000000000ff")),
            ("key[name]", Value::Text("Mine")),
        ],
    ),
    members_with("keys.delete", NO_ID),
    members("keys.address"),
    members("playground.view"),
    members_with("usage.own", USAGE),
    permitted("usage.everybody", Permission::UsageRead, USAGE),
    permitted("budgets.list", Permission::UsageRead, &[]),
    permitted(
        "budgets.set",
        Permission::GatewayWrite,
        &[
            ("budget[whom]", Value::Text("group")),
            ("budget[group]", Value::Text(NOBODY)),
            ("budget[period]", Value::Text("day")),
            ("budget[amount]", Value::Text("1")),
        ],
    ),
    permitted(
        "budgets.unset",
        Permission::GatewayWrite,
        &[
            ("scope", Value::Text("user")),
            ("id", Value::Text(NOBODY)),
            ("period", Value::Text("day")),
        ],
    ),
    permitted("transcripts.list", Permission::MediaUse, &[]),
    permitted(
        "transcripts.related",
        Permission::MediaUse,
        &[("words", Value::Text("fog"))],
    ),
    permitted(
        "transcripts.make",
        Permission::MediaUse,
        &[
            ("wish[file]", Value::Text(NOBODY)),
            ("submission", Value::Submission),
        ],
    ),
    permitted("transcripts.open", Permission::MediaUse, NO_ID),
    permitted(
        "transcripts.rename",
        Permission::MediaUse,
        &[
            ("id", Value::Text(NOBODY)),
            ("title", Value::Text("x")),
            ("version", Value::Text("0")),
        ],
    ),
    permitted(
        "transcripts.speaker",
        Permission::MediaUse,
        &[
            ("id", Value::Text(NOBODY)),
            ("speaker", Value::Text("0")),
            ("name", Value::Text("x")),
            ("version", Value::Text("0")),
        ],
    ),
    permitted(
        "transcripts.merge",
        Permission::MediaUse,
        &[
            ("id", Value::Text(NOBODY)),
            ("from", Value::Text("1")),
            ("into", Value::Text("0")),
            ("version", Value::Text("0")),
        ],
    ),
    permitted(
        "transcripts.edit",
        Permission::MediaUse,
        &[
            ("id", Value::Text(NOBODY)),
            ("sentence", Value::Text("0")),
            ("text", Value::Text("x")),
            ("version", Value::Text("0")),
        ],
    ),
    permitted("transcripts.cancel", Permission::MediaUse, NO_ID),
    permitted(
        "transcripts.again",
        Permission::MediaUse,
        &[("id", Value::Text(NOBODY)), ("what", Value::Text("notes"))],
    ),
    permitted("transcripts.delete", Permission::MediaUse, NO_ID),
    permitted(
        "transcripts.ask",
        Permission::MediaUse,
        &[("id", Value::Text(NOBODY)), ("question", Value::Text("x"))],
    ),
    permitted("works.view", Permission::MediaUse, KIND),
    permitted(
        "works.more",
        Permission::MediaUse,
        &[
            ("kind", Value::Text("image")),
            ("after", Value::Text(NOBODY)),
        ],
    ),
    permitted("works.making", Permission::MediaUse, NO_ID),
    permitted("works.of_call", Permission::MediaUse, NO_ID),
    permitted("works.quote", Permission::MediaUse, WISH),
    permitted("works.make", Permission::MediaUse, WISH),
    permitted("works.cancel", Permission::MediaUse, NO_ID),
    permitted("works.forget", Permission::MediaUse, NO_ID),
    permitted("library.list", Permission::MediaUse, KIND),
    permitted(
        "library.delete",
        Permission::MediaUse,
        &[(
            "ids[]",
            Value::Text("work:01990000-0000-7000-8000-000000000000"),
        )],
    ),
    permitted(
        "library.undo",
        Permission::MediaUse,
        &[("deleted_at", Value::Text("1"))],
    ),
    permitted("library.trash", Permission::MediaUse, &[]),
    permitted("library.restore", Permission::MediaUse, NO_THING),
    permitted("library.erase", Permission::MediaUse, NO_THING),
    permitted("library.empty", Permission::MediaUse, &[]),
    permitted(
        "works.related",
        Permission::MediaUse,
        &[("words", Value::Text("fog"))],
    ),
    permitted(
        "works.delete",
        Permission::MediaUse,
        &[("ids[]", Value::Text(NOBODY))],
    ),
    open("shares.open", GUESSED),
    permitted("shares.list", Permission::MediaShare, &[]),
    permitted(
        "shares.create",
        Permission::MediaShare,
        &[
            ("kind", Value::Text("work")),
            ("id", Value::Text(NOBODY)),
            ("life", Value::Text("day")),
        ],
    ),
    permitted("shares.revoke", Permission::MediaShare, NO_ID),
    permitted("shares.refresh", Permission::MediaShare, NO_ID),
    permitted("shares.preview", Permission::MediaShare, NO_ID),
    permitted("shares.preview_file", Permission::MediaShare, NO_ID),
    permitted("imports.list", Permission::ChatUse, &[]),
    permitted("files.storage", Permission::FilesUse, &[]),
    permitted("files.discard", Permission::FilesUse, NO_ID),
    permitted("files.document", Permission::FilesUse, NO_ID),
    permitted("files.document_text", Permission::FilesUse, NO_ID),
    permitted(
        "jobs.list",
        Permission::JobsRead,
        &[("form[state]", Value::Text("failed"))],
    ),
    permitted("jobs.stop", Permission::JobsWrite, NO_ID),
    permitted("jobs.again", Permission::JobsWrite, NO_ID),
    permitted("tool_servers.list", Permission::ToolsWrite, &[]),
    permitted(
        "tool_servers.add",
        Permission::ToolsWrite,
        &[
            ("server[name]", Value::Text("No name")),
            ("server[address]", Value::Text("http://127.0.0.1:9/")),
        ],
    ),
    permitted(
        "tool_servers.change",
        Permission::ToolsWrite,
        &[
            ("id", Value::Text("01990000-0000-7000-8000-000000000001")),
            ("server[address]", Value::Text("http://127.0.0.1:9/")),
        ],
    ),
    permitted("tool_servers.check", Permission::ToolsWrite, NO_ID),
    permitted("tool_servers.remove", Permission::ToolsWrite, NO_ID),
    permitted(
        "tool_servers.set_tool",
        Permission::ToolsWrite,
        &[("tool", Value::Text("no__tool"))],
    ),
    permitted("jobs.first", Permission::JobsWrite, NO_ID),
    permitted("model_names.list", Permission::UsageRead, &[]),
    permitted(
        "model_names.set",
        Permission::GatewayWrite,
        &[
            ("name", Value::Text("nothing")),
            ("models", Value::Text("no-such-model")),
        ],
    ),
    permitted(
        "model_names.unset",
        Permission::GatewayWrite,
        &[("name", Value::Text("nothing"))],
    ),
    open("preferences.set_theme", &[("theme", Value::Text("dark"))]),
    open(
        "preferences.set_language",
        &[("language", Value::Text("zh"))],
    ),
    members_with(
        "preferences.set_habits",
        &[
            ("density", Value::Text("compact")),
            ("text_size", Value::Text("large")),
            ("send_key", Value::Text("command")),
        ],
    ),
    members("conversations.list"),
    members_with("conversations.written", &[("ids[]", Value::Text(NOBODY))]),
    members_with(
        "conversations.search",
        &[
            ("words", Value::Text("春")),
            ("folder", Value::Text(NOBODY)),
            ("tag", Value::Text(NOBODY)),
        ],
    ),
    owners(
        "conversations.find",
        &[("id", Value::Conversation), ("words", Value::Text("春"))],
    ),
    members_with("conversations.shelf", &[("shelf", Value::Text("trash"))]),
    members_with(
        "conversations.order",
        &[
            ("act", Value::Text("erase")),
            ("ids[]", Value::Text(NOBODY)),
        ],
    ),
    members("folders.list"),
    members("folders.cabinet"),
    members_with("folders.open", NO_ID),
    members_with("folders.create", &[("name", Value::Text("mine"))]),
    members_with(
        "folders.rename",
        &[("id", Value::Text(NOBODY)), ("name", Value::Text("mine"))],
    ),
    members_with("folders.delete", NO_ID),
    members_with("folders.restore", NO_ID),
    members_with("folders.put", &[("ids[]", Value::Text(NOBODY))]),
    owners("folders.filing", OF_CONVERSATION),
    members_with(
        "tags.put",
        &[("tag", Value::Text("mine")), ("ids[]", Value::Text(NOBODY))],
    ),
    members_with("tags.take_off", &[("tag_id", Value::Text(NOBODY))]),
    members_with(
        "tags.rename",
        &[("id", Value::Text(NOBODY)), ("name", Value::Text("mine"))],
    ),
    members_with("tags.delete", NO_ID),
    members_with("tags.restore", NO_ID),
    owners("conversations.forget", OF_CONVERSATION),
    members("memory.load"),
    members("memory.switch"),
    members_with("memory.add", &[("text", Value::Text("mine"))]),
    members_with(
        "memory.change",
        &[("id", Value::Text(NOBODY)), ("text", Value::Text("mine"))],
    ),
    members_with("memory.forget", NO_ID),
    members("memory.forget_all"),
    members_with("memory.restore", &[("forgotten_at", Value::Text("1"))]),
    members("preferences.default_model"),
    members("preferences.set_default_model"),
    members("conversations.draft"),
    members("generation.offer"),
    owners("tools.load", &[("conversation", Value::Conversation)]),
    permitted(
        "tools.choose",
        Permission::ToolsUse,
        &[
            ("conversation", Value::Conversation),
            ("tools[]", Value::Text("calculate")),
        ],
    ),
    owners(
        "tools.decide",
        &[
            ("id", Value::Conversation),
            ("message", Value::Message),
            ("call", Value::Text("01990000-0000-7000-8000-000000000001")),
        ],
    ),
    owners("parameters.load", &[("conversation", Value::Conversation)]),
    owners(
        "parameters.set",
        &[
            ("conversation", Value::Conversation),
            ("model", Value::Text("qwen-plus")),
            ("form[temperature]", Value::Text("0.5")),
        ],
    ),
    owners(
        "parameters.reset",
        &[
            ("conversation", Value::Conversation),
            ("model", Value::Text("qwen-plus")),
        ],
    ),
    owners(
        "parameters.switches",
        &[
            ("conversation", Value::Conversation),
            ("model", Value::Text("qwen-plus")),
        ],
    ),
    owners(
        "parameters.switch",
        &[
            ("conversation", Value::Conversation),
            ("model", Value::Text("qwen-plus")),
            ("switch", Value::Text("thinking")),
            ("on", Value::Text("true")),
        ],
    ),
    members("instructions.load"),
    members_with("instructions.save", &[("about", Value::Text("mine"))]),
    permitted("assistants.gallery", Permission::ChatUse, &[]),
    permitted(
        "assistants.find",
        Permission::ChatUse,
        &[("key", Value::Text(NOBODY))],
    ),
    permitted("assistants.offer", Permission::ChatUse, &[]),
    members("assistants.form"),
    members_with("assistants.create", ASSISTANT),
    members_with(
        "assistants.update",
        &[
            ("id", Value::Text(NOBODY)),
            ("form[name]", Value::Text("Mine")),
            ("form[instructions]", Value::Text("Be mine.")),
        ],
    ),
    members_with("assistants.delete", NO_ID),
    permitted("assistants.restore", Permission::ChatUse, NO_ID),
    permitted("assistants.take_down", Permission::UsersWrite, NO_ID),
    members_with("assistants.remove_picture", NO_ID),
    permitted("prompts.list", Permission::ChatUse, &[]),
    permitted("prompts.find", Permission::ChatUse, NO_ID),
    permitted("prompts.offer", Permission::ChatUse, &[]),
    permitted("prompts.create", Permission::ChatUse, PROMPT),
    permitted(
        "prompts.update",
        Permission::ChatUse,
        &[
            ("id", Value::Text(NOBODY)),
            ("name", Value::Text("mine")),
            ("text", Value::Text("Mine.")),
        ],
    ),
    members_with("prompts.delete", NO_ID),
    permitted("prompts.restore", Permission::ChatUse, NO_ID),
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
    owners("queue.load", OF_CONVERSATION),
    owners(
        "queue.add",
        &[
            ("id", Value::Conversation),
            ("prompt", Value::Text("whose is this?")),
            ("model", Value::Text("qwen-plus")),
            ("submission", Value::Submission),
        ],
    ),
    owners(
        "queue.edit",
        &[
            ("id", Value::Conversation),
            ("item", Value::Submission),
            ("version", Value::Text("0")),
            ("text", Value::Text("mine")),
        ],
    ),
    owners(
        "queue.move",
        &[
            ("id", Value::Conversation),
            ("item", Value::Submission),
            ("direction", Value::Text("up")),
        ],
    ),
    owners(
        "queue.withdraw",
        &[("id", Value::Conversation), ("item", Value::Submission)],
    ),
    owners(
        "queue.send",
        &[("id", Value::Conversation), ("item", Value::Submission)],
    ),
    owners("messages.compare", OF_MESSAGE),
    owners(
        "messages.compare_with",
        &[
            ("id", Value::Conversation),
            ("message", Value::Message),
            ("models[]", Value::Text("qwen-plus")),
        ],
    ),
    owners(
        "messages.stop_compared",
        &[("id", Value::Conversation), ("question", Value::Message)],
    ),
    permitted(
        "messages.draw_diagram",
        Permission::ChatUse,
        &[("source", Value::Text("pie\n\"a\": 1"))],
    ),
    members("generation.estimate"),
    owners(
        "generation.context",
        &[
            ("id", Value::Conversation),
            ("model", Value::Text("qwen-plus")),
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
    owners(
        "messages.edit_question",
        &[
            ("id", Value::Conversation),
            ("message", Value::Message),
            ("prompt", Value::Text("whose is this?")),
            ("model", Value::Text("qwen-plus")),
            ("submission", Value::Submission),
        ],
    ),
    owners(
        "messages.save_question",
        &[
            ("id", Value::Conversation),
            ("message", Value::Message),
            ("prompt", Value::Text("whose is this?")),
            ("model", Value::Text("qwen-plus")),
            ("submission", Value::Submission),
        ],
    ),
    owners(
        "messages.edit_answer",
        &[
            ("id", Value::Conversation),
            ("message", Value::Message),
            ("text", Value::Text("not what it said")),
            ("submission", Value::Submission),
        ],
    ),
    owners("messages.delete_branch", OF_MESSAGE),
    owners("messages.restore_branch", OF_MESSAGE),
    owners("messages.details", OF_MESSAGE),
    owners(
        "ratings.set",
        &[
            ("id", Value::Conversation),
            ("message", Value::Message),
            ("good", Value::Text("true")),
        ],
    ),
    owners("ratings.remove", OF_MESSAGE),
    permitted("ratings.list", Permission::UsageRead, &[]),
    permitted(
        "people.list",
        Permission::UsersRead,
        &[("query[search]", Value::Text("nobody"))],
    ),
    permitted(
        "people.detail",
        Permission::UsersRead,
        &[("id", Value::Text(NOBODY))],
    ),
    permitted(
        "people.create",
        Permission::UsersWrite,
        &[
            ("person[name]", Value::Text("")),
            ("person[email]", Value::Text("new@example.com")),
        ],
    ),
    permitted(
        "people.act",
        Permission::UsersWrite,
        &[
            ("act", Value::Text("end_sessions")),
            ("people[]", Value::Text(NOBODY)),
        ],
    ),
    permitted(
        "people.act_on",
        Permission::UsersWrite,
        &[("id", Value::Text(NOBODY)), ("act", Value::Text("disable"))],
    ),
    permitted(
        "site_keys.list",
        Permission::UsersRead,
        &[("form[state]", Value::Text("active"))],
    ),
    permitted("site_keys.revoke", Permission::UsersWrite, NO_ID),
    permitted(
        "people.set_roles",
        Permission::UsersGrant,
        &[("id", Value::Text(NOBODY))],
    ),
    permitted(
        "people.set_groups",
        Permission::GroupsWrite,
        &[("id", Value::Text(NOBODY))],
    ),
    permitted(
        "groups.list",
        Permission::GroupsRead,
        &[("after", Value::Text(""))],
    ),
    permitted(
        "groups.detail",
        Permission::GroupsRead,
        &[("id", Value::Text(NOBODY))],
    ),
    permitted(
        "groups.create",
        Permission::GroupsWrite,
        &[
            ("group[name]", Value::Text("")),
            ("group[all_models]", Value::Text("true")),
        ],
    ),
    permitted(
        "groups.update",
        Permission::GroupsWrite,
        &[
            ("id", Value::Text(NOBODY)),
            ("group[name]", Value::Text("Nobody")),
        ],
    ),
    permitted(
        "groups.delete",
        Permission::GroupsWrite,
        &[("id", Value::Text(NOBODY))],
    ),
    permitted(
        "groups.add_members",
        Permission::GroupsWrite,
        &[
            ("id", Value::Text(NOBODY)),
            ("people[]", Value::Text(NOBODY)),
        ],
    ),
    permitted(
        "groups.remove_members",
        Permission::GroupsWrite,
        &[
            ("id", Value::Text(NOBODY)),
            ("people[]", Value::Text(NOBODY)),
        ],
    ),
    permitted("roles.list", Permission::RolesRead, &[]),
    permitted(
        "roles.detail",
        Permission::RolesRead,
        &[("id", Value::Text(NOBODY))],
    ),
    permitted(
        "roles.create",
        Permission::RolesWrite,
        &[
            ("role[name]", Value::Text("")),
            ("role[rank]", Value::Text("1")),
        ],
    ),
    permitted(
        "roles.update",
        Permission::RolesWrite,
        &[
            ("id", Value::Text(NOBODY)),
            ("role[name]", Value::Text("Nobody")),
            ("role[rank]", Value::Text("1")),
        ],
    ),
    permitted(
        "roles.delete",
        Permission::RolesWrite,
        &[("id", Value::Text(NOBODY))],
    ),
    permitted(
        "invitations.list",
        Permission::UsersInvite,
        &[("after", Value::Text(""))],
    ),
    permitted(
        "invitations.create",
        Permission::UsersInvite,
        &[("invitation[email]", Value::Text(""))],
    ),
    permitted(
        "invitations.revoke",
        Permission::UsersInvite,
        &[("id", Value::Text(NOBODY))],
    ),
    permitted(
        "audit.list",
        Permission::AuditRead,
        &[("query[action]", Value::Text("user."))],
    ),
];
