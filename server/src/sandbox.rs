//! `/sandbox`: frames in which a page shows what a model wrote. They are nobody's: their policy gives them an origin of its own, so that they
//! reach neither cookies nor the page around them, and nothing that they show may be loaded from anywhere.

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

/// In the frame of diagrams no script runs and no style holds but its own, which are named by their hashes, and nothing is loaded.
const DIAGRAM_POLICY: HeaderValue = HeaderValue::from_static(
    "sandbox allow-scripts; default-src 'none'; script-src 'sha256-9ZsHu+UaZ7oUvMIz9BipVylJAuzXDIC1S0WEgO/iABI='; \
     style-src 'sha256-FpRCFTJLZf59fPankE+xcGxpo0dgZJOjTV1VQ2SlNUQ='; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'self'",
);

macro_rules! script {
    () => {
        "addEventListener(\"message\",e=>{if(e.source===parent){document.body.innerHTML=e.data}},{once:true})"
    };
}

macro_rules! style {
    () => {
        "body{margin:0;padding:16px;background:#fff;text-align:center}"
    };
}

/// Takes the drawing from the page around it, once. A wide one is scrolled, not shrunk until nobody can read it.
const DIAGRAM: &str = concat!(
    "<!DOCTYPE html><meta charset=\"utf-8\"><style>",
    style!(),
    "</style><script>",
    script!(),
    "</script>"
);

/// The frame of pages, empty.
pub(crate) async fn frame() -> Response {
    answer(POLICY, FRAME)
}

/// The frame of diagrams, empty.
pub(crate) async fn diagram() -> Response {
    answer(DIAGRAM_POLICY, DIAGRAM)
}

fn answer(policy: HeaderValue, frame: &'static str) -> Response {
    let headers = [
        (CONTENT_SECURITY_POLICY, policy),
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
    (headers, Html(frame)).into_response()
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha256};

    use super::*;

    /// IO-10: whoever changes what the frame does names it anew.
    #[test]
    fn the_policy_of_diagrams_names_what_runs_and_nothing_else() {
        let policy = DIAGRAM_POLICY;
        let policy = policy.to_str().unwrap();
        for (kind, own) in [("script-src", script!()), ("style-src", style!())] {
            let hash = STANDARD.encode(Sha256::digest(own));
            assert!(
                policy.contains(&format!("{kind} 'sha256-{hash}';")),
                "{hash}"
            );
        }
        assert!(policy.starts_with("sandbox allow-scripts; default-src 'none';"));
        assert!(!policy.contains("unsafe") && !policy.contains("allow-same-origin"));
        assert!(DIAGRAM.contains(script!()) && DIAGRAM.contains(style!()));
    }
}
