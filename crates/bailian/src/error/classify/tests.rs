//! Every documented error, in every shape.

use serde_json::{Value, json};

use super::*;
use crate::error::envelope;

fn refusal(status: u16, code: &str, message: &str) -> Refusal {
    let (code, message) = (Some(code.to_owned()), message.to_owned());
    Refusal {
        status: Some(status),
        code,
        message,
        ..Refusal::default()
    }
}

/// All 283 documented errors, in every envelope and code system in which they can come, with the provider's own
/// verdict on trying again and with what a reader of the documentation takes them for.
#[test]
fn every_documented_error_is_understood() {
    let table: Vec<Value> =
        serde_json::from_str(include_str!("../../../tests/data/errors.json")).unwrap();
    assert_eq!(table.len(), 283);
    let mut wrong = Vec::new();
    for row in &table {
        let status = u16::try_from(row["http_status"].as_u64().unwrap()).unwrap();
        let message = row["message"].as_str().unwrap();
        let codes = ["code", "compat_code"]
            .into_iter()
            .filter_map(|key| row[key].as_str());
        for body in codes.flat_map(|code| bodies(status, code, message)) {
            let mut refusal = envelope::from_body(body.as_bytes()).unwrap();
            refusal.status = Some(status);
            let error = Error::from(refusal);
            let (kind, parameter) = in_words(error.kind());
            let right = kind == row["kind"].as_str().unwrap()
                && parameter == row["parameter"].as_str()
                && error.is_retryable() == row["retryable"].as_bool().unwrap();
            if !right {
                wrong.push(format!("{status} {body}: {:?}", error.kind()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The same refusal in every shape.
fn bodies(status: u16, code: &str, message: &str) -> [String; 5] {
    let native = json!({ "code": code, "message": message, "request_id": "r" });
    let error = json!({ "code": code, "message": message, "type": "t", "param": null });
    let typed = json!({ "type": code, "message": message });
    let details = format!("{message} For details, see: https://help.example/error-code#x");
    let decorated = json!({ "code": code, "message": details, "request_id": "r" });
    let native_event = format!("id:1\nevent:error\n:HTTP_STATUS/{status}\ndata:{native}\n\n");
    [
        json!({ "error": error, "request_id": "r" }).to_string(),
        json!({ "type": "error", "error": typed }).to_string(),
        native_event,
        decorated.to_string(),
        native.to_string(),
    ]
}

fn in_words(kind: &ErrorKind) -> (&str, Option<&str>) {
    match kind {
        ErrorKind::Throttled { limit } => match limit {
            Limit::Requests => ("throttled requests", None),
            Limit::Tokens => ("throttled tokens", None),
            Limit::Burst => ("throttled burst", None),
            Limit::Unspecified => ("throttled unspecified", None),
        },
        ErrorKind::InvalidParameter { parameter } => (kind.name(), parameter.as_deref()),
        _ => (kind.name(), None),
    }
}

#[test]
fn an_unknown_code_means_what_its_status_means() {
    for (status, kind, retried) in [
        (400, "invalid_parameter", false),
        (401, "authentication", false),
        (402, "other", false),
        (403, "permission_denied", false),
        (404, "not_found", false),
        (408, "unavailable", true),
        (409, "other", false),
        (413, "too_large", false),
        (422, "invalid_parameter", false),
        (429, "throttled", true),
        (500, "unavailable", true),
        (501, "unavailable", false),
        (502, "unavailable", true),
        (503, "unavailable", true),
        (504, "unavailable", true),
        (529, "unavailable", true),
    ] {
        let error = Error::from(refusal(status, "SomethingNew", "m"));
        assert_eq!(
            (error.kind().name(), error.is_retryable()),
            (kind, retried),
            "{status}"
        );
    }
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
