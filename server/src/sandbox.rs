//! `/sandbox`: a frame in which a page shows code that a model wrote. It is nobody's: its policy gives it an origin of its own, so that it
//! reaches neither cookies nor the page around it, and nothing that it shows may be loaded from anywhere.

use axum::response::{Html, IntoResponse, Response};
use http::{
    HeaderName, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS},
};

/// Scripts may run, and can do nothing but draw. `frame-src` of the page around keeps the frame from going elsewhere.
const POLICY: HeaderValue = HeaderValue::from_static(
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; \
     media-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
);

/// Takes the code from the page around it, once.
const FRAME: &str = "<!DOCTYPE html><meta charset=\"utf-8\"><script>\
addEventListener(\"message\",e=>{if(e.source===parent){document.open();document.write(e.data);document.close()}},{once:true})\
</script>";

/// The frame, empty.
pub(crate) async fn frame() -> Response {
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
        (
            HeaderName::from_static("x-dns-prefetch-control"),
            HeaderValue::from_static("off"),
        ),
        (
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=3600"),
        ),
    ];
    (headers, Html(FRAME)).into_response()
}
