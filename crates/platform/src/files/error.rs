//! What can go wrong with files.

use std::io;

use model::{FailureCode, file::InvalidFileName, id::InvalidId};

use crate::{identity::IdentityError, store};

/// Why a file was not taken, found or given.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// Whoever asks may not.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The database could not.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The folder or the S3 store could not.
    #[error("the file store is unavailable")]
    Place(#[from] object_store::Error),
    /// There is no such file or upload, or it is somebody else's.
    #[error("there is no such file of the owner's")]
    NotFound,
    /// The work that it would be was made before.
    #[error("there is such a work already")]
    There,
    /// Larger than allowed.
    #[error("the file is too large")]
    TooLarge,
    /// The owner keeps as much as they may.
    #[error("the owner's storage is used up")]
    StorageUsedUp,
    /// As many uploads are on their way as may be.
    #[error("too many uploads are on their way")]
    TooMany,
    /// Files with that content are not kept.
    #[error("files of this type are not kept")]
    TypeRefused,
    /// The name or the declared type says something else than the content.
    #[error("the content is not what name or declared type says")]
    TypeMismatch,
    /// Damaged, cut off, or a picture that would become enormous.
    #[error("the content can't be read or would become too large")]
    Invalid,
    /// It can be opened only with a password.
    #[error("the document is locked")]
    Locked,
    /// Documents can't be read here and now.
    #[error("documents can't be read")]
    Reader(#[source] io::Error),
    /// The scanner found something.
    #[error("the scanner found {signature}")]
    Infected {
        /// What it calls it.
        signature: String,
    },
    /// The scanner can't be asked, or could not say.
    #[error("the scanner is unavailable")]
    Scanner(#[source] io::Error),
    /// The upload goes on elsewhere.
    #[error("the upload goes on at {at}")]
    WrongOffset {
        /// Where.
        at: i64,
    },
    /// The sender broke off, or sent what can't be read.
    #[error("the sender broke off")]
    Interrupted(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Not a file's name.
    #[error(transparent)]
    Name(#[from] InvalidFileName),
    /// Too many pictures are being worked on.
    #[error("too many pictures at once")]
    Overloaded,
    /// An upload that ended before, and why.
    #[error("the upload ended: {0}")]
    Ended(FailureCode),
    /// A task of ours died.
    #[error("a background task failed")]
    Task(#[from] tokio::task::JoinError),
}

impl From<InvalidId> for FilesError {
    fn from(_: InvalidId) -> Self {
        Self::NotFound
    }
}

impl FilesError {
    /// What the caller may learn.
    pub fn code(&self) -> FailureCode {
        match self {
            Self::Identity(error) => error.code(),
            Self::Store(error) => crate::error::store_code(error),
            Self::Place(_) | Self::Reader(_) => FailureCode::FilesUnavailable,
            Self::NotFound | Self::There => FailureCode::NotFound,
            Self::TooLarge => FailureCode::TooLarge,
            Self::StorageUsedUp => FailureCode::StorageUsedUp,
            Self::TooMany => FailureCode::TooMany,
            Self::TypeRefused => FailureCode::FileTypeRefused,
            Self::TypeMismatch => FailureCode::FileTypeMismatch,
            Self::Invalid => FailureCode::InvalidFile,
            Self::Locked => FailureCode::FileLocked,
            Self::Infected { .. } => FailureCode::FileInfected,
            Self::Scanner(_) => FailureCode::ScannerUnavailable,
            Self::WrongOffset { .. } => FailureCode::WrongOffset,
            Self::Interrupted(_) => FailureCode::BadRequest,
            Self::Name(_) => FailureCode::InvalidName,
            Self::Overloaded => FailureCode::Overloaded,
            Self::Ended(code) => *code,
            Self::Task(_) => FailureCode::Internal,
        }
    }

    /// Seconds until trying again makes sense, where that is known.
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Identity(error) => error.retry_after_s(),
            Self::Place(_)
            | Self::Scanner(_)
            | Self::Reader(_)
            | Self::Overloaded
            | Self::Store(store::Error::Unavailable(_) | store::Error::Redis(_)) => Some(5),
            Self::Store(_)
            | Self::NotFound
            | Self::There
            | Self::TooLarge
            | Self::StorageUsedUp
            | Self::TooMany
            | Self::TypeRefused
            | Self::TypeMismatch
            | Self::Invalid
            | Self::Locked
            | Self::Infected { .. }
            | Self::WrongOffset { .. }
            | Self::Interrupted(_)
            | Self::Name(_)
            | Self::Ended(_)
            | Self::Task(_) => None,
        }
    }

    /// Whether sending the same file again would end the same way: an upload that failed so is over.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::TooLarge
            | Self::StorageUsedUp
            | Self::TypeRefused
            | Self::TypeMismatch
            | Self::Invalid
            | Self::Locked
            | Self::Infected { .. }
            | Self::Name(_)
            | Self::Ended(_) => true,
            Self::Identity(_)
            | Self::Store(_)
            | Self::Place(_)
            | Self::NotFound
            | Self::There
            | Self::TooMany
            | Self::Scanner(_)
            | Self::Reader(_)
            | Self::WrongOffset { .. }
            | Self::Interrupted(_)
            | Self::Overloaded
            | Self::Task(_) => false,
        }
    }
}
