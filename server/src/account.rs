//! What plain forms of the settings send and get that no server function can: a file to the server, and one from it.

use app::glue::with_next;
use axum::{
    extract::{Extension, Multipart, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{
    HeaderValue,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE},
};
use model::FailureCode;
use platform::{Error, Services, Visitor, identity::IdentityError};
use tower_sessions::Session;

use crate::health::Readiness;

/// `POST /account/picture`: the file of that field becomes the sender's picture.
pub(crate) async fn set_picture(
    State((services, _)): State<(Services, Readiness)>,
    session: Session,
    Extension(visitor): Extension<Visitor>,
    form: Multipart,
) -> Response {
    let done = async {
        let identity = &services.identity;
        let caller = identity.caller(&session, &visitor).await?;
        let file = file(form).await?;
        identity.set_picture(&caller, &file).await
    };
    match done.await {
        Ok(()) => Redirect::to("/settings?done=1").into_response(),
        Err(error) => back_to("/settings", &error.into()),
    }
}

/// What a picture's form sends.
pub(crate) async fn file(mut form: Multipart) -> Result<Vec<u8>, IdentityError> {
    let invalid = |_| IdentityError::Refused(FailureCode::InvalidPicture);
    while let Some(field) = form.next_field().await.map_err(invalid)? {
        if field.name() == Some("picture") {
            return Ok(field.bytes().await.map_err(invalid)?.to_vec());
        }
    }
    Err(IdentityError::Refused(FailureCode::InvalidPicture))
}

/// `POST /account/export`: all of the sender's data as a file to keep.
pub(crate) async fn export(
    State((services, _)): State<(Services, Readiness)>,
    session: Session,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let packed = async {
        let identity = &services.identity;
        let caller = identity.caller(&session, &visitor).await?;
        // Boxed: otherwise the compiler lays out a future that is too deep for it.
        Box::pin(identity.export(&caller)).await
    };
    match packed.await {
        Ok(archive) => (
            [
                (CONTENT_TYPE, HeaderValue::from_static("application/zip")),
                (
                    CONTENT_DISPOSITION,
                    HeaderValue::from_static("attachment; filename=\"liantai-export.zip\""),
                ),
            ],
            archive,
        )
            .into_response(),
        Err(error) => back_to("/settings/privacy", &error.into()),
    }
}

/// A form's failure goes back to its page, as those of server functions do.
pub(crate) fn back_to(page: &str, error: &Error) -> Response {
    let code = error.code();
    if code.status() >= 500 {
        tracing::error!(
            error = error as &dyn std::error::Error,
            failure.code = code.as_str(),
            "a plain form failed"
        );
    }
    let target = match code {
        FailureCode::StepUpNeeded => with_next("/settings/confirm", page),
        FailureCode::SignInNeeded => with_next("/login", page),
        code => format!("{page}?problem={code}"),
    };
    Redirect::to(&target).into_response()
}
