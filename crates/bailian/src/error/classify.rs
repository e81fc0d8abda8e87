//! From a code to its meaning: the provider's table of error codes, both code systems in one.

use super::{Error, ErrorKind, Limit, Retry, parameter, services};

/// What the provider said, in whichever envelope it came.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    pub(crate) parameter: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// Longest message that is kept: a page of HTML or an echoed prompt is of no use to anyone.
const MESSAGE_CHARS: usize = 2_000;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let (kind, retry) = classify(&refusal);
        let message: String = refusal.message.chars().take(MESSAGE_CHARS).collect();
        let error = Error::new(kind, message)
            .with_code(refusal.code)
            .with_retry(retry);
        let error = error.or_request_id(refusal.request_id.as_deref());
        match refusal.status {
            Some(status) => error.with_status(status),
            None => error,
        }
    }
}

/// By code first; by status when the code says nothing ("Classification rules for a client").
fn classify(refusal: &Refusal) -> (ErrorKind, Retry) {
    let code = refusal.code.as_deref().unwrap_or_default();
    // Some paths put the inference layer's second-level code into `code` itself.
    let code = match code.strip_prefix("InternalError.Algo.") {
        Some(second) if !second.is_empty() => second,
        _ => code,
    };
    of_the_account(code, refusal)
        .or_else(|| of_the_request(code, refusal))
        .or_else(|| of_the_provider(code))
        .or_else(|| services::by_code(code))
        .unwrap_or_else(|| by_status(refusal))
}

/// Keys, rights, money and limits.
fn of_the_account(code: &str, refusal: &Refusal) -> Option<(ErrorKind, Retry)> {
    let said = |fragment| refusal.message.contains(fragment);
    let answer = match code {
        "InvalidApiKey" | "invalid_api_key" | "authentication_error" | "NOT AUTHORIZED" => {
            (ErrorKind::Authentication, Retry::Never)
        }
        // How it is called, and nobody's rights: whoever calls it so must not have the account passed over for all others.
        "AccessDenied" | "access_denied" if said("current user api does not support") => {
            (invalid(refusal), Retry::Never)
        }
        "AccessDenied"
        | "access_denied"
        | "AccessDenied.Unpurchased"
        | "Model.AccessDenied"
        | "App.AccessDenied"
        | "Workspace.AccessDenied"
        | "BailianGateway.Workspace.NotAuthorised"
        | "permission_error" => (ErrorKind::PermissionDenied, Retry::Never),
        "Arrearage" | "CommodityNotPurchased" | "PrepaidBillOverdue" | "PostpaidBillOverdue" => {
            (ErrorKind::Arrears, Retry::Never)
        }
        "AllocationQuota.FreeTierOnly" | "billing_error" => {
            (ErrorKind::QuotaExhausted, Retry::Never)
        }
        "Throttling.AllocationQuota" | "insufficient_quota" => {
            // The same code stands for tokens per minute and for quotas that waiting does not refill.
            let lasting =
                said("Free allocated quota") || said("voice") || refusal.status == Some(400);
            if lasting {
                (ErrorKind::QuotaExhausted, Retry::Never)
            } else {
                throttled(Limit::Tokens)
            }
        }
        "Throttling.RateQuota" | "LimitRequests" | "limit_requests" => throttled(Limit::Requests),
        "Throttling.BurstRate" | "limit_burst_rate" => throttled(Limit::Burst),
        "Throttling" | "Throttling.Concurrency" | "TooManyRequests" | "rate_limit_error" => {
            throttled(Limit::Unspecified)
        }
        _ => return None,
    };
    Some(answer)
}

/// What is asked for, and how.
fn of_the_request(code: &str, refusal: &Refusal) -> Option<(ErrorKind, Retry)> {
    let said = |fragment| refusal.message.contains(fragment);
    let answer = match code {
        "DataInspectionFailed"
        | "data_inspection_failed"
        | "CustomRoleBlocked"
        | "FaqRuleBlocked"
        | "IPInfringementSuspect" => (ErrorKind::ContentInspection, Retry::Never),
        "ModelNotFound"
        | "model_not_found"
        | "model_not_supported"
        | "Model.NotExist"
        | "WorkSpaceNotFound"
        | "NotFound"
        | "UserNotFound"
        | "BadRequest.ResourceNotExist"
        | "BadRequest.VoiceNotFound"
        | "not_found_error" => (ErrorKind::NotFound, Retry::Never),
        "BadRequest.TooLarge" | "request_too_large" => (ErrorKind::TooLarge, Retry::Never),
        "InvalidParameter.DataInspection"
        | "BadRequest.InputDownloadFailed"
        | "InvalidURL.Timeout" => (invalid(refusal), Retry::Once),
        "InvalidParameter" | "invalid_parameter_error" if said("File parsing in progress") => {
            (invalid(refusal), Retry::Yes)
        }
        "InvalidParameter" | "invalid_parameter_error"
            if NOTHING_THERE.iter().any(|words| said(words)) =>
        {
            (ErrorKind::NotFound, Retry::Never)
        }
        "InvalidParameter" | "invalid_parameter_error"
            if MODERATED.iter().any(|words| said(words)) =>
        {
            (ErrorKind::ContentInspection, Retry::Never)
        }
        "mismatched_model" => (named("model"), Retry::Never),
        "duplicate_custom_id" => (named("custom_id"), Retry::Never),
        "InternalError" | "internal_error" | "InternalError.Algo"
            if CALLERS_FAULT.iter().any(|words| said(words)) =>
        {
            (invalid(refusal), Retry::Never)
        }
        "ServiceUnavailableError" | "invalid_value" | "invalid_parameter_error" => {
            (invalid(refusal), Retry::Never)
        }
        _ if code == "InvalidParameter" || code.starts_with("InvalidParameter.") => {
            (invalid(refusal), Retry::Never)
        }
        _ if code.starts_with("BadRequest") || code.starts_with("Audio.") => {
            (invalid(refusal), Retry::Never)
        }
        _ => return None,
    };
    Some(answer)
}

/// Failures of the provider itself.
fn of_the_provider(code: &str) -> Option<(ErrorKind, Retry)> {
    let answer = match code {
        "InternalError"
        | "internal_error"
        | "InternalError.Algo"
        | "InternalError.FileUpload"
        | "InternalError.Upload"
        | "InternalError.Timeout"
        | "FileUpload"
        | "Upload"
        | "Timeout"
        | "SystemError"
        | "ModelServiceFailed"
        | "InvokePluginFailed"
        | "AppProcessFailed"
        | "RewriteFailed"
        | "RetrivalFailed"
        | "RetrievalFailed"
        | "RequestTimeOut"
        | "ResponseTimeout"
        | "ModelServingError"
        | "ModelUnavailable"
        | "ServiceUnavailable"
        | "GatewayTimeout" => (ErrorKind::Unavailable, Retry::Yes),
        "APIConnectionError" => (ErrorKind::Connection, Retry::Yes),
        "ClientDisconnect" => (ErrorKind::Interrupted, Retry::Yes),
        _ => return None,
    };
    Some(answer)
}

fn by_status(refusal: &Refusal) -> (ErrorKind, Retry) {
    match refusal.status {
        Some(400 | 422) => (invalid(refusal), Retry::Never),
        Some(401) => (ErrorKind::Authentication, Retry::Never),
        Some(403) => (ErrorKind::PermissionDenied, Retry::Never),
        Some(404) => (ErrorKind::NotFound, Retry::Never),
        Some(413) => (ErrorKind::TooLarge, Retry::Never),
        Some(429) => throttled(Limit::Unspecified),
        Some(408 | 500 | 502 | 503 | 504 | 529) => (ErrorKind::Unavailable, Retry::Yes),
        Some(500..=599) => (ErrorKind::Unavailable, Retry::Never),
        _ => (ErrorKind::Other, Retry::Never),
    }
}

/// Messages of `InternalError.Algo` that name the caller's fault, whatever the status says.
const CALLERS_FAULT: [&str; 4] = [
    "Role must be in",
    "list index out of range",
    "Missing Content-Length",
    "Embedding_pipeline_Error",
];

/// Messages of `InvalidParameter` about something that does not exist.
const NOTHING_THERE: [&str; 3] = ["Model not exist", "File not found", "Response with id"];

/// Messages of `InvalidParameter` that are verdicts of moderation.
const MODERATED: [&str; 2] = ["green network verification", "content is illegal"];

fn named(parameter: &str) -> ErrorKind {
    let parameter = Some(parameter.to_owned());
    ErrorKind::InvalidParameter { parameter }
}

fn throttled(limit: Limit) -> (ErrorKind, Retry) {
    (ErrorKind::Throttled { limit }, Retry::Yes)
}

fn invalid(refusal: &Refusal) -> ErrorKind {
    let parameter = refusal
        .parameter
        .clone()
        .or_else(|| parameter::named_in(&refusal.message));
    ErrorKind::InvalidParameter { parameter }
}

#[cfg(test)]
mod tests;
