//! The shapes in which a refusal arrives: OpenAI's and the native envelope, bare or framed as an event.

use serde_json::{Map, Value};

use super::classify::Refusal;
use crate::sse::{Decoder, Event};

/// Reads a refusal out of JSON of either envelope; `None` if it is no refusal.
pub(crate) fn from_json(value: &Value) -> Option<Refusal> {
    let text = |value: &Value| match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let body = value.as_object()?;
    let outer_id = body.get("request_id").and_then(text);
    match body.get("error") {
        Some(Value::Object(error)) => {
            let field = |name: &str| error.get(name).and_then(text);
            return Some(Refusal {
                code: field("code").or_else(|| field("type")),
                message: field("message").unwrap_or_default(),
                parameter: field("param"),
                request_id: outer_id.or_else(|| field("id")),
                status: None,
            });
        }
        Some(Value::String(message)) if !message.is_empty() => {
            let message = message.clone();
            return Some(Refusal {
                message,
                request_id: outer_id,
                ..Refusal::default()
            });
        }
        _ => {}
    }
    let Some(code) = body.get("code").and_then(text) else {
        return from_openapi(body);
    };
    let message = body.get("message").and_then(text).unwrap_or_default();
    Some(Refusal {
        code: Some(code),
        message,
        request_id: outer_id,
        ..Refusal::default()
    })
}

/// Other APIs of the cloud write their names in capitals, and say `"0"` when all is well.
fn from_openapi(body: &Map<String, Value>) -> Option<Refusal> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let code = text("Code").filter(|code| !code.is_empty() && code != "0")?;
    Some(Refusal {
        code: Some(code),
        message: text("Message")?,
        request_id: text("RequestId"),
        ..Refusal::default()
    })
}

/// Reads a refusal out of one event: either envelope, or anything in an event named `error`.
pub(crate) fn from_event(event: &Event, value: &Value) -> Option<Refusal> {
    let named = event.name == "error";
    let mut refusal = from_json(value).or_else(|| named.then(Refusal::default))?;
    refusal.status = event.comment.as_deref().and_then(stated_status);
    Some(refusal)
}

/// The native protocol states the status in a comment line: `:HTTP_STATUS/429`.
fn stated_status(comment: &str) -> Option<u16> {
    comment
        .trim()
        .strip_prefix("HTTP_STATUS/")?
        .trim()
        .parse()
        .ok()
}

/// Reads a refusal out of a whole body, whatever its content type claims.
pub(crate) fn from_body(body: &[u8]) -> Option<Refusal> {
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        return from_json(&value);
    }
    if let Some(refusal) = from_xml(body) {
        return Some(refusal);
    }
    let mut decoder = Decoder::new(body.len().max(1));
    let mut events = decoder.feed(body).ok()?;
    events.extend(decoder.finish());
    events.iter().find_map(|event| {
        let value = serde_json::from_str(&event.data).unwrap_or(Value::Null);
        from_event(event, &value)
    })
}

/// The object store's `<Error><Code>…</Code><Message>…</Message></Error>`.
fn from_xml(body: &[u8]) -> Option<Refusal> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, error) = text.split_once("<Error>")?;
    let element = |name: &str| {
        let (_, rest) = error.split_once(&format!("<{name}>"))?;
        let (content, _) = rest.split_once(&format!("</{name}>"))?;
        Some(content.trim().to_owned())
    };
    Some(Refusal {
        code: Some(element("Code")?),
        message: element("Message").unwrap_or_default(),
        request_id: element("RequestId"),
        ..Refusal::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_documented_shapes_are_read() {
        for (body, code, request_id, status) in [
            (
                r#"{"error":{"message":"m","type":"invalid_request_error","param":null,"code":"invalid_api_key"},"request_id":"r"}"#,
                Some("invalid_api_key"),
                Some("r"),
                None,
            ),
            (
                r#"{"code":"InvalidApiKey","message":"m","request_id":"r"}"#,
                Some("InvalidApiKey"),
                Some("r"),
                None,
            ),
            (
                r#"{"error":{"message":"m","type":"InvalidParameter"}}"#,
                Some("InvalidParameter"),
                None,
                None,
            ),
            (
                r#"{"error":{"message":"m","id":"i","type":"t","code":"c"}}"#,
                Some("c"),
                Some("i"),
                None,
            ),
            (
                "data: {\"error\":{\"code\":\"data_inspection_failed\",\"message\":\"m\"}}",
                Some("data_inspection_failed"),
                None,
                None,
            ),
            (
                "id:1\nevent:error\n:HTTP_STATUS/429\ndata:{\"request_id\":\"r\",\"code\":\"Throttling.AllocationQuota\",\"message\":\"m\"}\n\n",
                Some("Throttling.AllocationQuota"),
                Some("r"),
                Some(429),
            ),
            (
                r#"{"Code":"SignatureDoesNotMatch","Message":"m","RequestId":"r","HostId":"h"}"#,
                Some("SignatureDoesNotMatch"),
                Some("r"),
                None,
            ),
            (
                "<?xml version=\"1.0\"?>\n<Error>\n  <Code>AccessDenied</Code>\n  <Message>m</Message>\n  <RequestId>r</RequestId>\n</Error>",
                Some("AccessDenied"),
                Some("r"),
                None,
            ),
            ("event:error\ndata:oops\n\n", None, None, None),
        ] {
            let refusal = from_body(body.as_bytes()).unwrap();
            assert_eq!(refusal.code.as_deref(), code, "{body}");
            assert_eq!(refusal.request_id.as_deref(), request_id, "{body}");
            assert_eq!(refusal.status, status, "{body}");
        }
    }

    #[test]
    fn what_is_no_refusal_is_not_taken_for_one() {
        for body in [
            "",
            "<html><body>error</body></html>",
            r#"{"choices":[]}"#,
            r#"{"code":"","error":null}"#,
            r#"{"Code":"0","Data":{},"Message":"success","RequestId":"r"}"#,
            "[1]",
        ] {
            assert_eq!(from_body(body.as_bytes()), None, "{body}");
        }
    }
}
