//! How large a body may be. One that does not state its length is measured as it is read.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use app::error::AppError;
use axum::{
    Json,
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header::CONTENT_LENGTH};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use model::{FailureCode, import::LARGEST_IMPORT};
use platform::{Error, files::FilesError};

use crate::{
    account::back_to,
    config::Config,
    moving::{IMPORT, IMPORTS},
};

/// How large bodies may be, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    usual: u64,
    /// Of uploads, which are written as they come and never whole in memory.
    uploads: u64,
}

/// The forms that uploads come in have a little more in them than their files.
const FORM: u64 = 64 * 1024;

impl Limits {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            usual: config.server.max_body_bytes as u64,
            uploads: config.files.largest_upload.saturating_add(FORM),
        }
    }

    /// Of a request to that path.
    fn on(self, path: &str) -> u64 {
        let is_upload =
            path == "/files" || path == "/rest/v1/files" || path.starts_with("/uploads/");
        if is_upload {
            self.uploads
        } else if path == IMPORT {
            LARGEST_IMPORT + FORM
        } else {
            self.usual
        }
    }
}

/// Refuses a larger one, whatever the handler made of the part that it was given.
pub(crate) async fn refuse_large(
    State(limits): State<Limits>,
    request: Request,
    next: Next,
) -> Response {
    let is_import = request.uri().path() == IMPORT;
    let limit = limits.on(request.uri().path());
    let stated = request.headers().get(CONTENT_LENGTH);
    let stated = stated.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|length| length > limit) {
        return too_large(is_import);
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let exceeded = Arc::new(AtomicBool::new(false));
    let noted = Arc::clone(&exceeded);
    let request = request.map(|body| {
        Body::new(Limited::new(body, limit).map_err(move |error| {
            if error.is::<LengthLimitError>() {
                noted.store(true, Ordering::Relaxed);
            }
            error
        }))
    });
    let response = next.run(request).await;
    if exceeded.load(Ordering::Relaxed) {
        return too_large(is_import);
    }
    response
}

/// In the form that a server function's caller reads; a plain form goes back to its page.
fn too_large(is_import: bool) -> Response {
    if is_import {
        return back_to(IMPORTS, &Error::Files(FilesError::TooLarge));
    }
    let refusal = AppError::new(FailureCode::TooLarge);
    (StatusCode::PAYLOAD_TOO_LARGE, Json(refusal)).into_response()
}

#[cfg(test)]
mod tests {
    use http::header::LOCATION;

    use super::*;

    #[test]
    fn a_plain_form_that_is_too_large_goes_back_to_its_page() {
        let refused = too_large(true);
        assert_eq!(refused.status(), StatusCode::SEE_OTHER);
        let place = refused.headers().get(LOCATION);
        assert!(place.is_some_and(|place| place == "/settings/import?problem=too_large"));
        assert_eq!(too_large(false).status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
}
