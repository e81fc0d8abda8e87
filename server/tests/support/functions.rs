//! Every server function, who may call it, and arguments that it accepts. What must hold for all of them is tested over
//! this table, and a test compares it with what the server has.

mod lines;
mod table;

use model::{ConversationId, MessageId, Permission};

pub(crate) use table::FUNCTIONS;

/// Who may call a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Anyone,
    /// Whoever has said the password and owes a second factor.
    HalfIn,
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
    /// Whether it needs the chat's permission, besides the conversation that it may name.
    pub(crate) fn asks_a_model(&self) -> bool {
        matches!(
            self.name,
            "generation.offer"
                | "generation.ask"
                | "assistants.form"
                | "assistants.create"
                | "generation.estimate"
                | "queue.add"
                | "queue.send"
                | "messages.edit_question"
                | "messages.save_question"
                | "messages.edit_answer"
                | "preferences.default_model"
                | "preferences.set_default_model"
        )
    }

    /// Whether it is asked for by GET, as no other is.
    pub(crate) fn is_read_by_get(&self) -> bool {
        self.name == "identity.session"
    }

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
