//! `POST /admin/audit/export`: lines of the audit log as a file, as the page's filter asks for them.

use app::{
    api::audit::{AuditQuery, filter},
    glue::with_next,
};
use axum::{
    Form,
    body::Body,
    extract::{Extension, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE, COOKIE},
};
use model::FailureCode;
use platform::{Error, Services, Visitor, identity::IdentityError, people::AuditFormat};
use tower_sessions::Session;

use crate::health::Readiness;

const PAGE: &str = "/admin/audit";

/// Streams the file, as CSV.
pub(crate) async fn export(
    State((services, _)): State<(Services, Readiness)>,
    session: Session,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    Form(query): Form<AuditQuery>,
) -> Response {
    let lines = async {
        let caller = services.identity.caller(&session, &visitor).await?;
        let filter =
            filter(&query, utc_offset_minutes(&headers)).map_err(IdentityError::Refused)?;
        services
            .people
            .export_audit(&caller, filter, AuditFormat::Csv)
            .await
    };
    match lines.await {
        Ok(lines) => (
            [
                (
                    CONTENT_TYPE,
                    HeaderValue::from_static("text/csv; charset=utf-8"),
                ),
                (
                    CONTENT_DISPOSITION,
                    HeaderValue::from_static("attachment; filename=\"liantai-audit.csv\""),
                ),
            ],
            Body::from_stream(lines),
        )
            .into_response(),
        Err(error) => back(&error.into()),
    }
}

/// How far the sender's clock is from UTC, as their page has said it.
pub(crate) fn utc_offset_minutes(headers: &HeaderMap) -> i32 {
    let cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|pair| pair.trim().strip_prefix("lt_utc_offset="))
        .and_then(app::glue::offset_minutes)
        .unwrap_or(0)
}

/// A form's failure goes back to its page, as those of server functions do.
fn back(error: &Error) -> Response {
    let code = error.code();
    if code.status() >= 500 {
        tracing::error!(
            error = error as &dyn std::error::Error,
            failure.code = code.as_str(),
            "exporting the audit log failed"
        );
    }
    let target = match code {
        FailureCode::StepUpNeeded => with_next("/settings/confirm", PAGE),
        FailureCode::SignInNeeded => with_next("/login", PAGE),
        code => format!("{PAGE}?problem={code}"),
    };
    Redirect::to(&target).into_response()
}
