//! From a code to its meaning: the provider's table of error codes, both code systems in one.

use super::{Error, ErrorKind, Limit, Retry};

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
    by_code(code, refusal).unwrap_or_else(|| by_status(refusal))
}

fn by_code(code: &str, refusal: &Refusal) -> Option<(ErrorKind, Retry)> {
    let said = |fragment| refusal.message.contains(fragment);
    let answer = match code {
        "InvalidApiKey" | "invalid_api_key" | "authentication_error" | "NOT AUTHORIZED" => {
            (ErrorKind::Authentication, Retry::Never)
        }
        "AccessDenied"
        | "access_denied"
        | "AccessDenied.Unpurchased"
        | "Model.AccessDenied"
        | "App.AccessDenied"
        | "Workspace.AccessDenied"
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
        | "not_found_error" => (ErrorKind::NotFound, Retry::Never),
        "BadRequest.TooLarge" | "request_too_large" => (ErrorKind::TooLarge, Retry::Never),
        "InvalidParameter.DataInspection"
        | "BadRequest.InputDownloadFailed"
        | "InvalidURL.Timeout" => (invalid(refusal), Retry::Once),
        "InvalidParameter" | "invalid_parameter_error" if said("File parsing in progress") => {
            (invalid(refusal), Retry::Yes)
        }
        "InternalError" | "internal_error" | "InternalError.Algo"
            if CALLERS_FAULT.iter().any(|words| said(words)) =>
        {
            (invalid(refusal), Retry::Never)
        }
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
        "ClientDisconnect" => (ErrorKind::Interrupted, Retry::Yes),
        "ServiceUnavailableError" | "invalid_value" | "invalid_parameter_error" => {
            (invalid(refusal), Retry::Never)
        }
        _ if code == "InvalidParameter" || code.starts_with("InvalidParameter.") => {
            (invalid(refusal), Retry::Never)
        }
        _ if code.starts_with("BadRequest") => (invalid(refusal), Retry::Never),
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

fn throttled(limit: Limit) -> (ErrorKind, Retry) {
    (ErrorKind::Throttled { limit }, Retry::Yes)
}

fn invalid(refusal: &Refusal) -> ErrorKind {
    let parameter = refusal
        .parameter
        .clone()
        .or_else(|| named_in(&refusal.message));
    ErrorKind::InvalidParameter { parameter }
}

/// Request fields that the documented wordings name; `param` itself is always null.
const PARAMETERS: [&str; 17] = [
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "top_k",
    "repetition_penalty",
    "presence_penalty",
    "seed",
    "thinking_budget",
    "enable_thinking",
    "response_format",
    "tool_choice",
    "enable_search",
    "reasoning_effort",
    "stream",
    "messages",
    "n",
];

fn named_in(message: &str) -> Option<String> {
    let words = message.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .map(str::to_ascii_lowercase)
        .find(|word| PARAMETERS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn refusal(status: u16, code: &str, message: &str) -> Refusal {
        let (code, message) = (Some(code.to_owned()), message.to_owned());
        Refusal {
            status: Some(status),
            code,
            message,
            ..Refusal::default()
        }
    }

    /// Every documented pair of code and message, in both code systems, with the provider's own verdict.
    #[test]
    fn every_documented_error_is_retried_exactly_if_documented() {
        let table: Vec<Value> =
            serde_json::from_str(include_str!("../../tests/data/errors.json")).unwrap();
        let mut wrong = Vec::new();
        for row in &table {
            let status = u16::try_from(row["http_status"].as_u64().unwrap()).unwrap();
            let message = row["message_example"].as_str().unwrap();
            for key in ["code", "compat_code"] {
                let Some(code) = row[key].as_str() else {
                    continue;
                };
                let error = Error::from(refusal(status, code, message));
                if error.is_retryable() != row["retryable"].as_bool().unwrap() {
                    wrong.push(format!("{status} {code} {message}: {:?}", error.kind()));
                }
            }
        }
        assert!(table.len() > 100);
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn codes_of_both_systems_mean_the_same() {
        let tokens = ErrorKind::Throttled {
            limit: Limit::Tokens,
        };
        let requests = ErrorKind::Throttled {
            limit: Limit::Requests,
        };
        let burst = ErrorKind::Throttled {
            limit: Limit::Burst,
        };
        for (status, code, message, kind) in [
            (401, "InvalidApiKey", "", ErrorKind::Authentication),
            (401, "invalid_api_key", "", ErrorKind::Authentication),
            (400, "Arrearage", "", ErrorKind::Arrears),
            (429, "PostpaidBillOverdue", "", ErrorKind::Arrears),
            (
                400,
                "DataInspectionFailed",
                "",
                ErrorKind::ContentInspection,
            ),
            (
                400,
                "InternalError.Algo.DataInspectionFailed",
                "",
                ErrorKind::ContentInspection,
            ),
            (
                400,
                "data_inspection_failed",
                "",
                ErrorKind::ContentInspection,
            ),
            (403, "Model.AccessDenied", "", ErrorKind::PermissionDenied),
            (
                403,
                "AllocationQuota.FreeTierOnly",
                "",
                ErrorKind::QuotaExhausted,
            ),
            (
                429,
                "insufficient_quota",
                "Free allocated quota exceeded.",
                ErrorKind::QuotaExhausted,
            ),
            (
                429,
                "insufficient_quota",
                "You exceeded your current quota",
                tokens.clone(),
            ),
            (
                429,
                "Throttling.AllocationQuota",
                "Allocated quota exceeded",
                tokens,
            ),
            (429, "Throttling.RateQuota", "", requests.clone()),
            (429, "limit_requests", "", requests),
            (429, "limit_burst_rate", "", burst),
            (404, "model_not_found", "", ErrorKind::NotFound),
            (404, "model_not_supported", "", ErrorKind::NotFound),
            (500, "internal_error", "", ErrorKind::Unavailable),
            (
                500,
                "InternalError.Algo",
                "list index out of range",
                ErrorKind::InvalidParameter { parameter: None },
            ),
            (503, "ModelServingError", "", ErrorKind::Unavailable),
            (502, "", "", ErrorKind::Unavailable),
            (418, "SomethingNew", "", ErrorKind::Other),
        ] {
            assert_eq!(
                Error::from(refusal(status, code, message)).kind(),
                &kind,
                "{status} {code} {message}"
            );
        }
    }

    #[test]
    fn the_parameter_is_read_from_the_documented_wordings() {
        for (message, parameter) in [
            (
                "<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 32768]",
                Some("max_tokens"),
            ),
            ("Temperature should be in [0.0, 2.0)", Some("temperature")),
            (
                "Parameter top_k be greater than or equal to 0",
                Some("top_k"),
            ),
            ("-1 is lesser than the minimum of 0 - 'seed'", Some("seed")),
            ("Range of n should be [1, 4]", Some("n")),
            ("url error, please check url！", None),
        ] {
            let error = Error::from(refusal(400, "InvalidParameter", message));
            let parameter = parameter.map(str::to_owned);
            assert_eq!(
                error.kind(),
                &ErrorKind::InvalidParameter { parameter },
                "{message}"
            );
        }
    }

    #[test]
    fn neither_display_nor_debug_repeats_the_providers_words() {
        let error = Error::from(refusal(
            400,
            "InvalidParameter",
            "your prompt was: my diary",
        ));
        assert!(!format!("{error} {error:?}").contains("diary"));
        assert!(error.message().contains("diary"));
    }
}
