//! One error around those of the areas, and what each means to whoever asked.

use model::{
    FailureCode,
    conversation::{InvalidModelName, InvalidPrompt, InvalidTitle},
    id::InvalidId,
};

use crate::{files::FilesError, identity::IdentityError, store};

/// Why a service did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A matter of accounts.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// There is no such thing, or it is somebody else's.
    #[error("there is no such thing of the caller's")]
    NotFound,
    /// A title is not one.
    #[error(transparent)]
    Title(#[from] InvalidTitle),
    /// A question is not one.
    #[error(transparent)]
    Prompt(#[from] InvalidPrompt),
    /// What was asked for is not possible, for this reason.
    #[error("refused: {}", .0.as_str())]
    Refused(FailureCode),
    /// A matter of files.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The model is not offered here.
    #[error("the model is not offered")]
    UnknownModel,
    /// What the caller's groups allow for today is used up.
    #[error("the quota is used up for {retry_after_s} s")]
    QuotaUsedUp {
        /// When the next day begins.
        retry_after_s: u32,
    },
    /// An answer is being written in this conversation.
    #[error("an answer is being written in this conversation")]
    AlreadyGenerating,
    /// The answer is not cut, or the model can't take it up.
    #[error("this answer can't be continued")]
    CannotContinue,
    /// The server is on its way out, or has no room for another answer.
    #[error("no room for another answer")]
    Overloaded,
    /// What is taken in can't be put down meanwhile.
    #[error("the temporary folder could not")]
    Disk(#[source] std::io::Error),
    /// A task of ours died.
    #[error("a background task failed")]
    Task(#[from] tokio::task::JoinError),
}

impl From<InvalidId> for Error {
    fn from(_: InvalidId) -> Self {
        Self::NotFound
    }
}

impl From<InvalidModelName> for Error {
    fn from(_: InvalidModelName) -> Self {
        Self::UnknownModel
    }
}

impl Error {
    /// What the caller may learn.
    pub fn code(&self) -> FailureCode {
        match self {
            Self::Identity(error) => error.code(),
            Self::Store(error) => store_code(error),
            Self::NotFound => FailureCode::NotFound,
            Self::Title(_) => FailureCode::InvalidTitle,
            Self::Prompt(_) => FailureCode::InvalidText,
            Self::Refused(code) => *code,
            Self::Files(error) => error.code(),
            Self::UnknownModel => FailureCode::UnknownModel,
            Self::QuotaUsedUp { .. } => FailureCode::QuotaUsedUp,
            Self::AlreadyGenerating => FailureCode::AlreadyGenerating,
            Self::CannotContinue => FailureCode::CannotContinue,
            Self::Overloaded => FailureCode::Overloaded,
            Self::Disk(_) => FailureCode::FilesUnavailable,
            Self::Task(_) => FailureCode::Internal,
        }
    }

    /// Seconds until trying again makes sense, where that is known.
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Identity(error) => error.retry_after_s(),
            Self::Files(error) => error.retry_after_s(),
            Self::QuotaUsedUp { retry_after_s } => Some(*retry_after_s),
            Self::Store(
                store::Error::Unavailable(_) | store::Error::Sqlite(_) | store::Error::Redis(_),
            )
            | Self::Overloaded
            | Self::Disk(_) => Some(5),
            Self::Store(_)
            | Self::NotFound
            | Self::Title(_)
            | Self::Prompt(_)
            | Self::Refused(_)
            | Self::UnknownModel
            | Self::AlreadyGenerating
            | Self::CannotContinue
            | Self::Task(_) => None,
        }
    }
}

/// What a failure of the store means to the caller.
pub(crate) const fn store_code(error: &store::Error) -> FailureCode {
    match error {
        store::Error::Unavailable(_) | store::Error::Sqlite(_) | store::Error::Redis(_) => {
            FailureCode::StoreUnavailable
        }
        store::Error::Busy => FailureCode::AlreadyGenerating,
        store::Error::UsedUp { .. } => FailureCode::QuotaUsedUp,
        store::Error::Conflict(_) | store::Error::Corrupt { .. } | store::Error::Migration(_) => {
            FailureCode::Internal
        }
    }
}
