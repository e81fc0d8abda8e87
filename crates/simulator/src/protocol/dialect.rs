//! Which protocol a path speaks: it decides how a key is shown and how a refusal is put.

use axum::response::{IntoResponse, Response};
use http::{
    HeaderMap, HeaderValue,
    header::{AUTHORIZATION, RETRY_AFTER},
};
use serde_json::{Value, json};

use crate::{
    Refusal,
    protocol::reply::{self, RequestId},
};

/// The protocols under one origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// OpenAI's shapes.
    Compatible,
    /// Anthropic's shapes.
    Anthropic,
    /// `DashScope`'s own shapes.
    Native,
    /// Alibaba Cloud's `OpenAPI`, which is signed instead of keyed; its routes check that themselves.
    Signed,
    /// The object store and the simulator's own control: no key.
    Open,
}

impl Dialect {
    /// The protocol of a path.
    pub(crate) fn of(path: &str) -> Self {
        if path.starts_with("/compatible-mode/")
            || (path.starts_with("/api/v2/apps/") && path.contains("/compatible-mode/"))
        {
            Self::Compatible
        } else if path.starts_with("/apps/anthropic/") {
            Self::Anthropic
        } else if path.starts_with("/openapi/") {
            Self::Signed
        } else if path.starts_with("/results/")
            || path.starts_with("/oss")
            || path.starts_with("/simulator/")
        {
            Self::Open
        } else {
            Self::Native
        }
    }

    /// The key that a request shows, where the protocol has one.
    pub(crate) fn key(self, headers: &HeaderMap) -> Option<&str> {
        let text = |name: &str| headers.get(name)?.to_str().ok();
        let bearer = || {
            let (scheme, key) = text(AUTHORIZATION.as_str())?.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
        };
        match self {
            Self::Anthropic => text("x-api-key").or_else(bearer),
            Self::Compatible | Self::Native => bearer(),
            Self::Signed | Self::Open => None,
        }
    }

    /// How a refusal is put.
    pub(crate) fn envelope(self, refusal: &Refusal, request_id: &str) -> Value {
        match self {
            Self::Compatible => refusal.compatible(request_id),
            Self::Anthropic => anthropic(refusal, request_id),
            Self::Signed => signed(refusal, request_id),
            Self::Native | Self::Open => refusal.native(request_id),
        }
    }

    /// A refusal as an answer.
    pub(crate) fn refuse(self, refusal: &Refusal, id: &RequestId) -> Response {
        let mut response = reply::json(refusal.status, &self.envelope(refusal, &id.0));
        if let Some(seconds) = refusal.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    /// A refusal as an event of this protocol's streams.
    pub(crate) fn refusal_event(self, refusal: &Refusal, id: &RequestId) -> String {
        let data = self.envelope(refusal, &id.0);
        match self {
            Self::Compatible => format!("data: {data}\n\n"),
            Self::Anthropic => format!("event:error\ndata:{data}\n\n"),
            Self::Native | Self::Signed | Self::Open => {
                let status = refusal.status;
                format!("id:1\nevent:error\n:HTTP_STATUS/{status}\ndata:{data}\n\n")
            }
        }
    }
}

fn anthropic(refusal: &Refusal, request_id: &str) -> Value {
    let kind = match refusal.status {
        400 if refusal.native_code == "Arrearage" => "Arrearage",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 | 529 => "overloaded_error",
        504 => "timeout_error",
        status if status >= 500 => "api_error",
        _ => "invalid_request_error",
    };
    json!({
        "type": "error",
        "error": { "type": kind, "message": refusal.message },
        "request_id": request_id,
    })
}

/// The `OpenAPI`'s gateway points at an explanation.
fn signed(refusal: &Refusal, request_id: &str) -> Value {
    let code = &refusal.native_code;
    json!({
        "Code": code,
        "Message": refusal.message,
        "RequestId": request_id.to_uppercase(),
        "HostId": "tingwu.cn-beijing.aliyuncs.com",
        "Recommend": format!("https://api.aliyun.com/troubleshoot?q={code}"),
    })
}

/// A route that refuses says only why; the front puts it into the path's envelope.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        *response.status_mut() = http::StatusCode::from_u16(self.status)
            .unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        response.extensions_mut().insert(self);
        response
    }
}
