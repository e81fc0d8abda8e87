//! All that a browser may learn of a failure.

use std::fmt;

use model::FailureCode;
use serde::{Deserialize, Serialize};
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

use crate::api::encoding::Text;

/// Why a server function refused. The words come from the translations, by code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppError {
    /// What happened.
    pub code: FailureCode,
    /// What to name when asking the operator: the request's id. Only with faults of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Seconds until trying again makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}

impl AppError {
    /// A failure without details.
    pub const fn new(code: FailureCode) -> Self {
        Self {
            code,
            reference: None,
            retry_after_s: None,
        }
    }
}

/// The input that a failure belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The e-mail address.
    Email,
    /// The display name.
    Name,
    /// The password.
    Password,
    /// The password as it is now.
    CurrentPassword,
    /// A code.
    Code,
    /// The time zone.
    TimeZone,
    /// Networks.
    Networks,
    /// When something ends.
    Expiry,
    /// What is typed to confirm.
    Confirmation,
    /// A description.
    Description,
    /// An amount of money.
    Amount,
    /// Models.
    Models,
    /// The temperature.
    Temperature,
    /// Top-p.
    TopP,
    /// The longest answer.
    MaxTokens,
    /// The seed.
    Seed,
    /// The longest reasoning.
    ThinkingBudget,
    /// Whether the answer is JSON.
    Json,
    /// Instructions.
    Instructions,
    /// Where a server is.
    Address,
    /// A token.
    Token,
    /// A picture made of signs.
    Sign,
    /// Questions to begin with.
    Starters,
    /// An application.
    Application,
    /// Something to remember.
    Fact,
}

impl Field {
    /// The input that `code` speaks of, if it speaks of one.
    pub const fn of(code: FailureCode) -> Option<Self> {
        match code {
            FailureCode::InvalidEmail | FailureCode::EmailTaken | FailureCode::NoSuchPerson => {
                Some(Self::Email)
            }
            FailureCode::InvalidName
            | FailureCode::InvalidModelName
            | FailureCode::InvalidToolServerName
            | FailureCode::InvalidFolderName
            | FailureCode::InvalidTagName
            | FailureCode::InvalidPromptName
            | FailureCode::InvalidAssistantName => Some(Self::Name),

            FailureCode::PasswordTooShort
            | FailureCode::PasswordTooLong
            | FailureCode::PasswordTooCommon => Some(Self::Password),
            FailureCode::WrongPassword => Some(Self::CurrentPassword),
            FailureCode::WrongCode => Some(Self::Code),
            FailureCode::InvalidTimeZone => Some(Self::TimeZone),
            FailureCode::InvalidNetwork => Some(Self::Networks),
            FailureCode::InvalidExpiry => Some(Self::Expiry),
            FailureCode::NotConfirmed => Some(Self::Confirmation),
            FailureCode::InvalidDescription => Some(Self::Description),
            FailureCode::InvalidNumber => Some(Self::Amount),
            FailureCode::UnknownModel => Some(Self::Models),
            FailureCode::InvalidTemperature => Some(Self::Temperature),
            FailureCode::InvalidTopP => Some(Self::TopP),
            FailureCode::InvalidMaxTokens => Some(Self::MaxTokens),
            FailureCode::InvalidSeed => Some(Self::Seed),
            FailureCode::InvalidThinkingBudget => Some(Self::ThinkingBudget),
            FailureCode::JsonWhileThinking => Some(Self::Json),
            FailureCode::InvalidInstructions => Some(Self::Instructions),
            FailureCode::InvalidToolServerAddress => Some(Self::Address),
            FailureCode::InvalidServerToken => Some(Self::Token),
            FailureCode::InvalidSign => Some(Self::Sign),
            FailureCode::InvalidStarters => Some(Self::Starters),
            FailureCode::InvalidApplication => Some(Self::Application),
            FailureCode::InvalidFact => Some(Self::Fact),

            _ => None,
        }
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.code, out)
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = Text;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::new(match error {
            // The browser could not reach the server, or what came back was not from it.
            ServerFnErrorErr::Request(_)
            | ServerFnErrorErr::Response(_)
            | ServerFnErrorErr::Deserialization(_) => FailureCode::Overloaded,
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_) => FailureCode::BadRequest,
            ServerFnErrorErr::Registration(_)
            | ServerFnErrorErr::ServerError(_)
            | ServerFnErrorErr::MiddlewareError(_)
            | ServerFnErrorErr::Serialization(_) => FailureCode::Internal,
        })
    }
}
