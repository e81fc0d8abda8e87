//! Errors as the object store writes them.

use axum::response::Response;

use super::super::{entry::Entry, reply};

/// An error; `more` are further elements.
pub(super) fn error(entry: &Entry, status: u16, code: &str, message: &str, more: &str) -> Response {
    let id = entry.dice().and("oss").hex(24).to_uppercase();
    let host = entry.handle.origin();
    let host = host.trim_start_matches("http://");
    let (code, message) = (escaped(code), escaped(message));
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{id}</RequestId><HostId>{host}</HostId>{more}</Error>\n"
    );
    reply::body(status, "application/xml", text)
}

/// Text within an element.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
