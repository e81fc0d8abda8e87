//! The closed set of reasons a request can fail for. The words for each come from the translations, so
//! both languages say the same and nothing crafted into a URL is ever displayed.

use std::{fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, Visitor},
};

macro_rules! failure_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal;)*) => {
        /// Why something did not happen.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum FailureCode { $($(#[$doc])* $name,)* }

        impl FailureCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable name, as on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status that fits.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }
        }

        impl FromStr for FailureCode {
            type Err = UnknownFailureCode;
            fn from_str(text: &str) -> Result<Self, UnknownFailureCode> {
                match text { $($code => Ok(Self::$name),)* _ => Err(UnknownFailureCode) }
            }
        }
    };
}

/// By its name, which is looked up in one place: derived, that would be written out for each way in which a code is read.
impl<'de> Deserialize<'de> for FailureCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Named;

        impl Visitor<'_> for Named {
            type Value = FailureCode;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a failure code")
            }

            fn visit_str<E: de::Error>(self, code: &str) -> Result<FailureCode, E> {
                code.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Named)
    }
}

/// No such code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown failure code")]
pub struct UnknownFailureCode;

failure_codes! {
    /// Nobody is signed in.
    SignInNeeded = "sign_in_needed", 401;
    /// Unknown address, wrong password or disabled account: deliberately one answer.
    WrongCredentials = "wrong_credentials", 401;
    /// Too many attempts; wait.
    TooManyAttempts = "too_many_attempts", 429;
    /// The request came from another site.
    ForeignOrigin = "foreign_origin", 403;
    /// Not an e-mail address.
    InvalidEmail = "invalid_email", 422;
    /// Not a name that models could be asked for by.
    InvalidModelName = "invalid_model_name", 422;
    /// Nobody here has this address.
    NoSuchPerson = "no_such_person", 422;
    /// Not a name.
    InvalidName = "invalid_name", 422;
    /// The password is too short.
    PasswordTooShort = "password_too_short", 422;
    /// The password is too long.
    PasswordTooLong = "password_too_long", 422;
    /// The password is among the most used or breached ones, or names the site or its owner.
    PasswordTooCommon = "password_too_common", 422;
    /// This address can't be registered (again).
    EmailTaken = "email_taken", 409;
    /// What is asked for needs a permission that the caller does not have.
    Forbidden = "forbidden", 403;
    /// What is sensitive needs a fresh proof of who is asking: password, code or passkey.
    StepUpNeeded = "step_up_needed", 403;
    /// The password was right; a second factor is awaited.
    SecondFactorNeeded = "second_factor_needed", 401;
    /// One of the caller's roles asks for a second factor, and there is none yet.
    SecondFactorRequired = "second_factor_required", 403;
    /// The address must be shown to be the caller's first, by the link in the mail.
    EmailUnverified = "email_unverified", 403;
    /// The code is wrong, was used, or is too old.
    WrongCode = "wrong_code", 422;
    /// The passkey was not accepted.
    PasskeyRefused = "passkey_refused", 422;
    /// The link was used, is not the newest, or is too old.
    LinkInvalid = "link_invalid", 422;
    /// The invitation was used, was taken back, or is too old.
    InvitationInvalid = "invitation_invalid", 403;
    /// Addresses of this domain can't register here.
    EmailDomainRefused = "email_domain_refused", 403;
    /// The provider did not vouch for the person, or the answer does not fit the question.
    ProviderRefused = "provider_refused", 403;
    /// The provider can't be reached.
    ProviderUnavailable = "provider_unavailable", 502;
    /// The account elsewhere has no account here, and none is made by itself.
    NoSuchAccount = "no_such_account", 403;
    /// The account elsewhere is linked to somebody already.
    AlreadyLinked = "already_linked", 409;
    /// The last way to sign in can't be taken away.
    LastWayIn = "last_way_in", 409;
    /// The current password is not right.
    WrongPassword = "wrong_password", 422;
    /// Who stands as high or higher can't be touched.
    RankTooHigh = "rank_too_high", 403;
    /// The site would be without an owner.
    LastOwner = "last_owner", 409;
    /// What every site has can't be changed.
    BuiltInRole = "built_in_role", 409;
    /// There is something of that name.
    NameTaken = "name_taken", 409;
    /// Not a name for a server of tools.
    InvalidToolServerName = "invalid_tool_server_name", 422;
    /// Not an address that a server of tools can be at.
    InvalidToolServerAddress = "invalid_tool_server_address", 422;
    /// Not a token that can be sent.
    InvalidServerToken = "invalid_server_token", 422;
    /// The server of tools can't be reached, or does not speak its protocol.
    ToolServerUnavailable = "tool_server_unavailable", 502;
    /// The server of tools refuses the token.
    ToolServerRefused = "tool_server_refused", 502;
    /// The description is too long.
    InvalidDescription = "invalid_description", 422;
    /// A number is out of its bounds.
    InvalidNumber = "invalid_number", 422;
    /// Not a network like 203.0.113.0/24.
    InvalidNetwork = "invalid_network", 422;
    /// Not a time zone like Asia/Shanghai.
    InvalidTimeZone = "invalid_time_zone", 422;
    /// Not a time, or one that ends before it begins.
    InvalidPeriod = "invalid_period", 422;
    /// The time lies in the past or too far ahead.
    InvalidExpiry = "invalid_expiry", 422;
    /// Not a picture that can be read, or too large.
    InvalidPicture = "invalid_picture", 422;
    /// Files of this type are not kept here.
    FileTypeRefused = "file_type_refused", 422;
    /// What is in the file is not what its name or its declared type says.
    FileTypeMismatch = "file_type_mismatch", 422;
    /// The file is damaged, cut off, or would become enormous when it is opened.
    InvalidFile = "invalid_file", 422;
    /// The scanner found something in the file that does harm.
    FileInfected = "file_infected", 422;
    /// Files can't be looked at for what does harm, so none is taken.
    ScannerUnavailable = "scanner_unavailable", 503;
    /// So long a text is spoken in parts, which only WAV joins.
    LongTextNeedsWav = "long_text_needs_wav", 422;
    /// Models can't be given files of this type.
    AttachmentRefused = "attachment_refused", 422;
    /// The file that was to be handed in was deleted meanwhile.
    FileGone = "file_gone", 422;
    /// What is in the file is no text, or in an encoding that is not known.
    UnreadableText = "unreadable_text", 422;
    /// The model takes no pictures.
    ModelCantSee = "model_cant_see", 422;
    /// The model takes no sound.
    ModelCantHear = "model_cant_hear", 422;
    /// The model takes no films.
    ModelCantWatch = "model_cant_watch", 422;
    /// The document can be opened only with a password, or its makers forbid copying it.
    FileLocked = "file_locked", 422;
    /// There is no text in the document, perhaps because its pages are pictures, and the model reads only text.
    DocumentWithoutText = "document_without_text", 422;
    /// The document takes too long, too much memory or too much room to be read.
    DocumentTooComplex = "document_too_complex", 422;
    /// The source of a diagram is longer than what is drawn.
    DiagramTooLong = "diagram_too_long", 422;
    /// The upstream could not read the document.
    DocumentRefused = "document_refused", 422;
    /// Pictures, sound and films can't be handed in together.
    MediaMixed = "media_mixed", 422;
    /// Not the place at which the upload goes on.
    WrongOffset = "wrong_offset", 409;
    /// One keeps as much as one may.
    StorageUsedUp = "storage_used_up", 409;
    /// Where files are kept can't be reached or is full.
    FilesUnavailable = "files_unavailable", 503;
    /// It was sent before, and what came of it was deleted since; sent anew, it is done anew.
    DeletedSince = "deleted_since", 409;
    /// It was changed meanwhile, here or elsewhere.
    Outdated = "outdated", 409;
    /// The image is too small or too large for what is to be done with it.
    UnfitImage = "unfit_image", 422;
    /// There are as many of these as one may have.
    TooMany = "too_many", 409;
    /// As much of it is open at once as one person may have.
    TooManyOpen = "too_many_open", 429;
    /// The access token or key is wrong, ended, or for something else.
    InvalidToken = "invalid_token", 401;
    /// The key can't be used from this network.
    NetworkRefused = "network_refused", 403;
    /// The group's quota for today is used up.
    QuotaUsedUp = "quota_used_up", 429;
    /// The words that confirm it are not the right ones.
    NotConfirmed = "not_confirmed", 422;
    /// Registration is closed.
    RegistrationClosed = "registration_closed", 403;
    /// The setup link was used or is not the newest.
    SetupLinkInvalid = "setup_link_invalid", 403;
    /// There is no such thing, or it is somebody else's.
    NotFound = "not_found", 404;
    /// Empty, too long, or with characters that can't be stored.
    InvalidText = "invalid_text", 422;
    /// A title must be 1 to 120 characters.
    InvalidTitle = "invalid_title", 422;
    /// The temperature is not below 2, or no number.
    InvalidTemperature = "invalid_temperature", 422;
    /// Top-p is not above 0 and at most 1.
    InvalidTopP = "invalid_top_p", 422;
    /// Not a length of answers that the model can write.
    InvalidMaxTokens = "invalid_max_tokens", 422;
    /// Not a seed.
    InvalidSeed = "invalid_seed", 422;
    /// Not a length of reasoning that the model can do.
    InvalidThinkingBudget = "invalid_thinking_budget", 422;
    /// An answer in JSON excludes reasoning.
    JsonWhileThinking = "json_while_thinking", 422;
    /// Instructions are too long, or have characters that can't be stored.
    InvalidInstructions = "invalid_instructions", 422;
    /// Not a name for a folder.
    InvalidFolderName = "invalid_folder_name", 422;
    /// Not a word that conversations could be tagged with.
    InvalidTagName = "invalid_tag_name", 422;
    /// Nothing that could be remembered: empty, or too long.
    InvalidFact = "invalid_fact", 422;
    /// Not a name that a prompt can be called by.
    InvalidPromptName = "invalid_prompt_name", 422;
    /// Not a name for an assistant.
    InvalidAssistantName = "invalid_assistant_name", 422;
    /// Too long for a picture made of signs.
    InvalidSign = "invalid_sign", 422;
    /// Questions to begin with are too many or too long.
    InvalidStarters = "invalid_starters", 422;
    /// Not an id that an application could have.
    InvalidApplication = "invalid_application", 422;
    /// The assistant was deleted, or is no longer open to the caller.
    AssistantGone = "assistant_gone", 422;
    /// An application answers only in conversations that were begun with it.
    ApplicationAlone = "application_alone", 422;
    /// What is said about an answer is too long, or has characters that can't be stored.
    InvalidComment = "invalid_comment", 422;
    /// The model is not offered here.
    UnknownModel = "unknown_model", 422;
    /// An answer is being written in this conversation; stop it or wait.
    AlreadyGenerating = "already_generating", 409;
    /// As many messages wait as may.
    QueueFull = "queue_full", 409;
    /// Not a choice of models that can answer one question at once.
    CompareUnfit = "compare_unfit", 422;
    /// This answer can't be continued.
    CannotContinue = "cannot_continue", 409;
    /// The body is larger than allowed.
    TooLarge = "too_large", 413;
    /// The request can't be read.
    BadRequest = "bad_request", 400;
    /// The server has more to do than it can.
    Overloaded = "overloaded", 503;
    /// The database can't be reached or is out of space.
    StoreUnavailable = "store_unavailable", 503;
    /// A fault of ours.
    Internal = "internal", 500;
    /// The upstream key was refused, or the account is in arrears: the operator has to act.
    UpstreamRefused = "upstream_refused", 502;
    /// The upstream is throttling.
    UpstreamThrottled = "upstream_throttled", 429;
    /// The upstream's quota is used up.
    UpstreamQuota = "upstream_quota", 429;
    /// The upstream could not be reached or failed.
    UpstreamUnavailable = "upstream_unavailable", 502;
    /// The upstream took too long.
    UpstreamTimeout = "upstream_timeout", 504;
    /// The upstream broke off in the middle.
    UpstreamInterrupted = "upstream_interrupted", 502;
    /// It was answered while the process that asked ended, and can't be asked for again.
    AnswerLost = "answer_lost", 502;
    /// The upstream's answer can't be read.
    UpstreamUnreadable = "upstream_unreadable", 502;
    /// Content inspection refused the question or the answer.
    ContentRefused = "content_refused", 422;
    /// The upstream does not accept the request.
    UpstreamInvalid = "upstream_invalid", 422;
}

impl fmt::Display for FailureCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives_its_name_and_its_json() {
        for code in FailureCode::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
            assert_eq!(serde_json::json!(code), serde_json::json!(code.as_str()));
        }
    }
}
