//! The native event stream: four lines and an empty one, no space after a colon.

use serde_json::Value;

use crate::Framing;

/// One event of a stream that goes well.
pub(crate) fn result(id: u32, data: &Value, framing: Framing) -> String {
    framed(id, "result", 200, &data.to_string(), framing)
}

/// The event that ends a stream which doesn't.
pub(crate) fn error(id: u32, status: u16, data: &Value, framing: Framing) -> String {
    framed(id, "error", status, &data.to_string(), framing)
}

/// An event whose data is cut short.
pub(crate) fn malformed(id: u32, framing: Framing) -> String {
    framed(
        id,
        "result",
        200,
        r#"{"output":{"choices":[{"message":"#,
        framing,
    )
}

fn framed(id: u32, event: &str, status: u16, data: &str, framing: Framing) -> String {
    let frame = format!("id:{id}\nevent:{event}\n:HTTP_STATUS/{status}\ndata:{data}\n\n");
    match framing {
        // The service's own frames have no space anyway.
        Framing::Usual
        | Framing::NoSpace
        | Framing::LoneCarriageReturns
        | Framing::ByteOrderMark
        | Framing::ManyLines
        | Framing::EmptyEvents => frame,
        Framing::CarriageReturns => frame.replace('\n', "\r\n"),
        Framing::Comments => format!(": keep-alive\n\n{frame}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{error, result};
    use crate::Framing;

    #[test]
    fn frames_are_as_documented() {
        assert_eq!(
            result(1, &json!({ "output": {} }), Framing::Usual),
            "id:1\nevent:result\n:HTTP_STATUS/200\ndata:{\"output\":{}}\n\n"
        );
        assert_eq!(
            error(2, 400, &json!({ "code": "X" }), Framing::CarriageReturns),
            "id:2\r\nevent:error\r\n:HTTP_STATUS/400\r\ndata:{\"code\":\"X\"}\r\n\r\n"
        );
    }
}
