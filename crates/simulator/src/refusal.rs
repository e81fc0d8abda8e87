//! The documented refusals, and the envelopes that carry them.

use serde_json::{Value, json};

/// An error as the service words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The code in the compatible envelope.
    pub code: String,
    /// The `type` in the compatible envelope.
    pub kind: String,
    /// The code in the native envelope.
    pub native_code: String,
    /// The message.
    pub message: String,
    /// Seconds for a `retry-after` header. The service sends none.
    pub retry_after: Option<u32>,
}

impl Refusal {
    /// A refusal whose codes and type are all `code`.
    pub fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        let code = code.into();
        Self {
            status,
            kind: code.clone(),
            native_code: code.clone(),
            code,
            message: message.into(),
            retry_after: None,
        }
    }

    /// The same with another `type`.
    #[must_use]
    pub fn of_type(self, kind: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            ..self
        }
    }

    /// The same with another code in the native envelope.
    #[must_use]
    pub fn natively(self, native_code: impl Into<String>) -> Self {
        Self {
            native_code: native_code.into(),
            ..self
        }
    }

    /// The same with a `retry-after` header, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// 400: a parameter is out of its range.
    pub fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_parameter_error", message)
            .of_type("invalid_request_error")
            .natively("InvalidParameter")
    }

    /// 400 as the inference layer words it, with its prefix.
    pub fn inference_parameter(message: &str) -> Self {
        Self::invalid_parameter(format!(
            "<400> InternalError.Algo.InvalidParameter: {message}"
        ))
    }

    /// 401: the key is wrong.
    pub fn invalid_key() -> Self {
        let message = "Incorrect API key provided. For details, see: https://help.aliyun.com/zh/model-studio/error-code#apikey-error";
        Self::new(401, "invalid_api_key", message)
            .of_type("invalid_request_error")
            .natively("InvalidApiKey")
    }

    /// 400: the model is not told.
    pub(crate) fn no_model() -> Self {
        Self::new(
            400,
            "invalid_request_error",
            "you must provide a model parameter.",
        )
        .natively("InvalidParameter")
    }

    /// 404: no such model, or not for this account.
    pub fn model_not_found(model: &str) -> Self {
        Self::new(
            404,
            "model_not_found",
            format!("The model `{model}` does not exist or you do not have access to it."),
        )
        .of_type("invalid_request_error")
        .natively("ModelNotFound")
    }

    /// 404: the model does not speak the compatible protocol.
    pub fn model_not_supported(model: &str) -> Self {
        Self::new(
            404,
            "model_not_supported",
            format!("Unsupported model {model} for OpenAI compatibility mode."),
        )
        .of_type("invalid_request_error")
    }

    /// 429: too many requests a minute.
    pub fn too_many_requests() -> Self {
        Self::new(
            429,
            "limit_requests",
            "Requests rate limit exceeded, please try again later.",
        )
        .natively("Throttling.RateQuota")
    }

    /// 429: too many tokens a minute.
    pub fn too_many_tokens() -> Self {
        Self::new(
            429,
            "insufficient_quota",
            "Allocated quota exceeded, please increase your quota limit.",
        )
        .natively("Throttling.AllocationQuota")
    }

    /// 429: the rate grew too fast.
    pub fn burst() -> Self {
        let message = "Request rate increased too quickly. To ensure system stability, please adjust your client logic to scale requests more smoothly over time.";
        Self::new(429, "limit_burst_rate", message).natively("Throttling.BurstRate")
    }

    /// 429 that no waiting heals: the free quota is used up.
    pub fn free_quota_spent() -> Self {
        Self::new(429, "insufficient_quota", "Free allocated quota exceeded.")
            .natively("Throttling.AllocationQuota")
    }

    /// 400: the account is in arrears.
    pub fn arrears() -> Self {
        let message = "Access denied, please make sure your account is in good standing. For details, see: https://help.aliyun.com/zh/model-studio/error-code#overdue-payment";
        Self::new(400, "Arrearage", message)
    }

    /// 403: the free tier is spent and paying is switched off.
    pub fn free_tier_only() -> Self {
        let message = "The free tier of the model has been exhausted. If you wish to continue access the model on a paid basis, please disable the \"use free tier only\" mode in the management console.";
        Self::new(403, "AllocationQuota.FreeTierOnly", message)
    }

    /// 403: no access.
    pub fn access_denied() -> Self {
        Self::new(403, "access_denied", "Access denied.").natively("AccessDenied")
    }

    /// 400: moderation of what was asked.
    pub fn inspected_input() -> Self {
        let message = "<400> InternalError.Algo.DataInspectionFailed: Input text data may contain inappropriate content.";
        Self::new(400, "data_inspection_failed", message).natively("DataInspectionFailed")
    }

    /// 400: moderation of what was answered.
    pub fn inspected_output() -> Self {
        Self::new(
            400,
            "data_inspection_failed",
            "Output data may contain inappropriate content.",
        )
        .natively("DataInspectionFailed")
    }

    /// 500: the service's own fault.
    pub fn internal() -> Self {
        let message =
            "An internal error has occured, please try again later or contact service support.";
        Self::new(500, "internal_error", message).natively("InternalError")
    }

    /// 500: the answer took longer than the server waits.
    pub fn timed_out() -> Self {
        Self::new(
            500,
            "RequestTimeOut",
            "Request timed out, please try again later.",
        )
    }

    /// 503: the model is down.
    pub fn unavailable() -> Self {
        Self::new(
            503,
            "ModelUnavailable",
            "Model is unavailable, please try again later.",
        )
    }

    /// 503: no capacity.
    pub fn overloaded() -> Self {
        let message = "Too many requests. Your requests are being throttled due to system capacity limits. Please try again later.";
        Self::new(503, "ModelServingError", message)
    }

    /// The compatible envelope. No completion id exists yet when the key is refused.
    pub(crate) fn compatible(&self, request_id: &str) -> Value {
        let mut envelope = json!({
            "error": { "message": self.message, "type": self.kind, "param": null, "code": self.code },
            "request_id": request_id,
        });
        if self.status != 401 {
            envelope["id"] = format!("chatcmpl-{request_id}").into();
        }
        envelope
    }

    /// The native envelope.
    pub(crate) fn native(&self, request_id: &str) -> Value {
        json!({ "code": self.native_code, "message": self.message, "request_id": request_id })
    }
}
