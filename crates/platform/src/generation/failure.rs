//! What a failed call means to the reader. The upstream's own words stay in the log: they may name the
//! operator's account.

use bailian::{Error, ErrorKind};
use model::{AnswerFailure, FailureCode, GenerationId};

/// The failure as it is shown under the answer.
pub(super) fn of_upstream(error: &Error, generation: GenerationId) -> AnswerFailure {
    AnswerFailure {
        code: of_document(error).unwrap_or(code(error.kind())),
        reference: error
            .request_id()
            // It may come from a body, and Postgres takes no NUL in text.
            .map_or_else(|| generation.to_string(), |id| id.replace('\0', "")),
        retry_after_s: error
            .retry_after()
            .map(|wait| u32::try_from(wait.as_secs()).unwrap_or(u32::MAX)),
    }
}

/// What the upstream says of documents ("qwen-long files"): such a request is refused again and again, so the reader must learn why.
fn of_document(error: &Error) -> Option<FailureCode> {
    let told = error.message();
    let is_of_one = ["File [id:", "Invalid file [id:", "Too many files provided"]
        .iter()
        .any(|beginning| told.starts_with(beginning));
    is_of_one.then_some(FailureCode::DocumentRefused)
}

/// A failure that the upstream has no part in.
pub(super) fn of_ours(code: FailureCode, generation: GenerationId) -> AnswerFailure {
    AnswerFailure {
        code,
        reference: generation.to_string(),
        retry_after_s: None,
    }
}

pub(crate) fn code(kind: &ErrorKind) -> FailureCode {
    match kind {
        ErrorKind::Authentication
        | ErrorKind::PermissionDenied
        | ErrorKind::Arrears
        | ErrorKind::Configuration => FailureCode::UpstreamRefused,
        ErrorKind::QuotaExhausted => FailureCode::UpstreamQuota,
        ErrorKind::Throttled { .. } => FailureCode::UpstreamThrottled,
        ErrorKind::InvalidParameter { .. } | ErrorKind::TooLarge => FailureCode::UpstreamInvalid,
        ErrorKind::ContentInspection => FailureCode::ContentRefused,
        ErrorKind::NotFound => FailureCode::UnknownModel,
        ErrorKind::Timeout { .. } => FailureCode::UpstreamTimeout,
        ErrorKind::Unavailable | ErrorKind::Connection | ErrorKind::CircuitOpen => {
            FailureCode::UpstreamUnavailable
        }
        ErrorKind::Interrupted | ErrorKind::TaskUnknown => FailureCode::UpstreamInterrupted,
        // A task's failure is classified like that of a refused request.
        ErrorKind::TaskFailed { cause } => code(cause),
        ErrorKind::Other => FailureCode::UpstreamUnavailable,
        // The client may learn of more kinds than this program knows.
        ErrorKind::Malformed | ErrorKind::UnexpectedRedirect | _ => FailureCode::UpstreamUnreadable,
    }
}

/// Whether the operator has to act: nothing that the reader does will help.
pub(super) fn concerns_the_operator(kind: &ErrorKind) -> bool {
    matches!(
        code(kind),
        FailureCode::UpstreamRefused | FailureCode::UpstreamQuota
    )
}
