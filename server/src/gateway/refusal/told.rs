//! A refusal in the words of each protocol.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::{BUDGET, Refusal};
use crate::{
    gateway::{headers::limits, once::Unmade, table::Dialect},
    middleware::request_log::Shed,
};

impl Refusal {
    /// As JSON of that dialect.
    pub(in crate::gateway) fn json(&self, dialect: Dialect, request_id: &str) -> Value {
        match dialect {
            Dialect::OpenAi => json!({
                "error": {
                    "message": self.message,
                    "type": self.openai_type(),
                    "param": self.field,
                    "code": self.upstream_code.as_deref().unwrap_or(self.codes.0),
                },
                "request_id": request_id,
            }),
            Dialect::Native => json!({
                "code": self.codes.1,
                "message": self.message,
                "request_id": request_id,
            }),
            Dialect::Anthropic => json!({
                "type": "error",
                "error": { "type": self.codes.2, "message": self.message },
                "request_id": request_id,
            }),
        }
    }

    fn openai_type(&self) -> &'static str {
        match self.status {
            StatusCode::TOO_MANY_REQUESTS if self.codes == BUDGET => "insufficient_quota",
            StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
            status if status.is_server_error() => "server_error",
            _ => "invalid_request_error",
        }
    }

    /// As the answer.
    pub(in crate::gateway) fn response(&self, dialect: Dialect, request_id: &str) -> Response {
        let mut response =
            (self.status, self.json(dialect, request_id).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.is_final {
            headers.insert(
                HeaderName::from_static("x-should-retry"),
                HeaderValue::from_static("false"),
            );
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some((left, now)) = self.left.as_deref() {
            limits(headers, dialect, *left, *now);
        }
        if self.is_unmade {
            response.extensions_mut().insert(Unmade);
        }
        if self.is_of_overload {
            response.extensions_mut().insert(Shed);
        }
        response
    }

    /// As the last event of a stream of OpenAI's responses, whose events say what they are.
    pub(in crate::gateway) fn response_event(&self, request_id: &str) -> Bytes {
        response_event(self.json(Dialect::OpenAi, request_id))
    }

    /// As the last event of a stream that began well.
    pub(in crate::gateway) fn event(&self, dialect: Dialect, request_id: &str) -> Bytes {
        event(dialect, self.status, &self.json(dialect, request_id))
    }
}

/// A refusal's JSON as an event of OpenAI's responses.
pub(in crate::gateway) fn response_event(mut json: Value) -> Bytes {
    if json["error"].is_object() {
        for field in ["message", "code", "param"] {
            json[field] = json["error"][field].clone();
        }
        json["type"] = "error".into();
    }
    Bytes::from(format!("event: error\ndata: {json}\n\n"))
}

/// A refusal's JSON as an event.
pub(in crate::gateway) fn event(dialect: Dialect, status: StatusCode, json: &Value) -> Bytes {
    let event = match dialect {
        Dialect::OpenAi => format!("data: {json}\n\n"),
        Dialect::Anthropic => format!("event: error\ndata: {json}\n\n"),
        Dialect::Native => {
            let status = status.as_u16();
            format!("id:error\nevent:error\n:HTTP_STATUS/{status}\ndata:{json}\n\n")
        }
    };
    Bytes::from(event)
}
