//! What is answered in place of the route's answer.

use axum::response::Response;
use http::{
    HeaderValue,
    header::{CONTENT_ENCODING, LOCATION, RETRY_AFTER},
};

use super::bomb;
use crate::{
    Fault, Refusal,
    connections::NoAnswer,
    protocol::{
        dialect::Dialect,
        reply::{self, RequestId},
    },
};

/// The answer that a fault puts in place of any other, if it does.
pub(crate) fn instead(fault: &Fault, dialect: Dialect, id: &RequestId) -> Option<Response> {
    Some(match fault {
        Fault::Refused(refusal) => dialect.refuse(refusal, id),
        Fault::RefusedAsEvent(refusal) => {
            let event = dialect.refusal_event(refusal, id);
            reply::body(refusal.status, "application/json", event)
        }
        Fault::NativeFrame(refusal, status) => {
            let event = Dialect::Native.refusal_event(refusal, id);
            reply::body(*status, "text/event-stream;charset=UTF-8", event)
        }
        Fault::RetryAfter(text) => {
            let mut response = dialect.refuse(&Refusal::too_many_requests(), id);
            let text = match text.as_str() {
                "past" => "Wed, 21 Oct 2015 07:28:00 GMT",
                "future" => "Fri, 31 Dec 2100 23:59:59 GMT",
                text => text,
            };
            if let Ok(value) = HeaderValue::from_str(text) {
                response.headers_mut().insert(RETRY_AFTER, value);
            }
            response
        }
        Fault::Gateway(status) => reply::body(*status, "text/html", gateway_page(*status)),
        Fault::Redirect(status) => {
            let mut response = reply::body(*status, "text/html", "");
            reply::set(&mut response, LOCATION, "https://login.example.invalid/");
            response
        }
        Fault::Html => reply::body(
            200,
            "text/html",
            "<html><body><h1>Welcome to the network</h1></body></html>",
        ),
        Fault::EmptyBody => reply::body(200, "application/json", ""),
        Fault::NoContent => reply::body(204, "application/json", ""),
        Fault::Bomb(size) => {
            let mut response = reply::body(200, "application/json", bomb::body(*size));
            reply::set(&mut response, CONTENT_ENCODING, "gzip");
            response
        }
        Fault::HangUp => without_answer(NoAnswer::HangUp),
        Fault::StreamReset(code) => without_answer(NoAnswer::StreamReset(*code)),
        Fault::SlowStart(_)
        | Fault::SlowHead(_)
        | Fault::ClosedWhenUsed
        | Fault::GoAway
        | Fault::ErrorEvent(_)
        | Fault::Malformed
        | Fault::Reset(_)
        | Fault::Cut(_)
        | Fault::CutInsideCharacter
        | Fault::EndsEarly
        | Fault::Stall
        | Fault::Endless
        | Fault::BigEvent(_)
        | Fault::EmptyChoices
        | Fault::NullDelta
        | Fault::NoUsage
        | Fault::AbsurdUsage(_)
        | Fault::UnknownFields
        | Fault::NoDone
        | Fault::DataAfterDone
        | Fault::TwoDones
        | Fault::TwoFinishes
        | Fault::SlowBytes(_)
        | Fault::SplitCharacters
        | Fault::Framing(_) => return None,
    })
}

fn without_answer(how: NoAnswer) -> Response {
    let mut response = reply::body(500, "text/plain", "");
    response.extensions_mut().insert(how);
    response
}

fn gateway_page(status: u16) -> String {
    let reason = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Error");
    format!(
        "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
}
