//! Why somebody does not get in.

use model::{
    FailureCode,
    account::{InvalidDisplayName, InvalidEmail, InvalidPassword},
};
use tower_sessions::{session, session_store};

use crate::{error::store_code, store};

/// Why identity refused or could not do it. Never holds a password, token or address.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Nobody is signed in, or the account was disabled meanwhile.
    #[error("nobody is signed in")]
    SignInNeeded,
    /// Unknown address, wrong password or disabled account: deliberately one answer.
    #[error("wrong credentials")]
    WrongCredentials,
    /// Too many attempts on this account or from this address.
    #[error("too many attempts, wait {retry_after_s} s")]
    TooManyAttempts {
        /// When the next one may come.
        retry_after_s: u32,
    },
    /// Not an e-mail address.
    #[error(transparent)]
    InvalidEmail(#[from] InvalidEmail),
    /// Not a name.
    #[error(transparent)]
    InvalidName(#[from] InvalidDisplayName),
    /// The password is too short or too long.
    #[error(transparent)]
    InvalidPassword(#[from] InvalidPassword),
    /// The password is among the first that a guesser would try.
    #[error("password too common")]
    PasswordTooCommon,
    /// There is an account of that address.
    #[error("address taken")]
    EmailTaken,
    /// Registration is closed.
    #[error("registration is closed")]
    RegistrationClosed,
    /// The setup link was used, is not the newest, or never was one.
    #[error("setup link invalid")]
    SetupLinkInvalid,
    /// The caller lacks a permission for it.
    #[error("the caller may not do that")]
    Forbidden,
    /// What is sensitive needs a fresh proof of who is asking.
    #[error("a fresh proof is needed")]
    StepUpNeeded,
    /// The password was right; a second factor is awaited.
    #[error("a second factor is awaited")]
    SecondFactorNeeded,
    /// One of the caller's roles asks for a second factor.
    #[error("a second factor must be set up")]
    SecondFactorRequired,
    /// The address must be shown to be the caller's first.
    #[error("the address is not verified")]
    EmailUnverified,
    /// Whom it is about stands as high or higher.
    #[error("the rank is too high")]
    RankTooHigh,
    /// The site would be without an owner.
    #[error("the last owner")]
    LastOwner,
    /// There is no such thing, or it is somebody else's.
    #[error("there is no such thing of the caller's")]
    NotFound,
    /// Another refusal, on which no caller branches.
    #[error("refused: {0}")]
    Refused(FailureCode),
    /// A provider did not vouch for the person, or its answer does not fit the question; the text says why.
    #[error("the provider's answer: {0}")]
    ProviderRefused(String),
    /// A provider can't be reached or does not speak as it should; the text says how.
    #[error("the provider: {0}")]
    ProviderUnavailable(String),
    /// A secret could not be sealed or opened.
    #[error(transparent)]
    Vault(#[from] crate::vault::VaultError),
    /// Something that never fails with what it was given did; the text says what.
    #[error("{0}")]
    Broken(String),
    /// More passwords wait to be hashed than is sensible.
    #[error("too many passwords to hash")]
    Overloaded,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The session could not be read or written.
    #[error("the session")]
    Session(#[from] session::Error),
    /// A password could not be hashed.
    #[error("hashing a password")]
    Hashing(#[source] argon2::password_hash::Error),
    /// The thread that hashed a password died.
    #[error("hashing a password")]
    HashingDied(#[source] tokio::task::JoinError),
}

impl IdentityError {
    /// What the browser may learn of it.
    pub const fn code(&self) -> FailureCode {
        match self {
            Self::SignInNeeded => FailureCode::SignInNeeded,
            Self::WrongCredentials => FailureCode::WrongCredentials,
            Self::TooManyAttempts { .. } => FailureCode::TooManyAttempts,
            Self::InvalidEmail(InvalidEmail) => FailureCode::InvalidEmail,
            Self::InvalidName(InvalidDisplayName) => FailureCode::InvalidName,
            Self::InvalidPassword(InvalidPassword::TooShort) => FailureCode::PasswordTooShort,
            Self::InvalidPassword(InvalidPassword::TooLong) => FailureCode::PasswordTooLong,
            Self::PasswordTooCommon => FailureCode::PasswordTooCommon,
            Self::EmailTaken => FailureCode::EmailTaken,
            Self::RegistrationClosed => FailureCode::RegistrationClosed,
            Self::SetupLinkInvalid => FailureCode::SetupLinkInvalid,
            Self::Forbidden => FailureCode::Forbidden,
            Self::StepUpNeeded => FailureCode::StepUpNeeded,
            Self::SecondFactorNeeded => FailureCode::SecondFactorNeeded,
            Self::SecondFactorRequired => FailureCode::SecondFactorRequired,
            Self::EmailUnverified => FailureCode::EmailUnverified,
            Self::RankTooHigh => FailureCode::RankTooHigh,
            Self::LastOwner => FailureCode::LastOwner,
            Self::NotFound => FailureCode::NotFound,
            Self::Refused(code) => *code,
            Self::ProviderRefused(_) => FailureCode::ProviderRefused,
            Self::ProviderUnavailable(_) => FailureCode::ProviderUnavailable,
            Self::Overloaded => FailureCode::Overloaded,
            Self::Store(error) => store_code(error),
            Self::Session(session::Error::Store(session_store::Error::Backend(_))) => {
                FailureCode::StoreUnavailable
            }
            Self::Session(
                session::Error::SerdeJson(_)
                | session::Error::Store(
                    session_store::Error::Encode(_) | session_store::Error::Decode(_),
                ),
            )
            | Self::Vault(_)
            | Self::Broken(_)
            | Self::Hashing(_)
            | Self::HashingDied(_) => FailureCode::Internal,
        }
    }

    /// Seconds after which trying again makes sense, when that is known.
    pub const fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::TooManyAttempts { retry_after_s } => Some(*retry_after_s),
            // Somebody closes a tab, or a line that has gone is noticed.
            Self::Refused(FailureCode::TooManyOpen) => Some(10),
            _ => None,
        }
    }
}
