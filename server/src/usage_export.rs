//! `GET /usage/export` and `GET /admin/usage/export`: calls as a file, as the page's filters ask for them.

use app::api::usage::{UsageForm, call_filter};
use axum::{
    body::Body,
    extract::{Extension, Query, State},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE},
};
use platform::{Services, Visitor, identity::IdentityError};
use tower_sessions::Session;

use crate::{account::back_to, audit_export::clock_offset_minutes, health::Readiness};

/// One's own.
pub(crate) async fn own(
    State((services, _)): State<(Services, Readiness)>,
    session: Session,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    Query(form): Query<UsageForm>,
) -> Response {
    let lines = async {
        let caller = services.identity.caller(&session, &visitor).await?;
        let offset = clock_offset_minutes(&services, &session, &visitor, &headers).await?;
        let filter = call_filter(&form, offset).map_err(IdentityError::Refused)?;
        services.usage.export_own(&caller, filter)
    };
    match lines.await {
        Ok(lines) => file(Body::from_stream(lines)),
        Err(error) => back_to("/usage", &error.into()),
    }
}

/// Everybody's, or one person's.
pub(crate) async fn everybody(
    State((services, _)): State<(Services, Readiness)>,
    session: Session,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    Query(form): Query<UsageForm>,
) -> Response {
    let lines = async {
        let caller = services.identity.caller(&session, &visitor).await?;
        let offset = clock_offset_minutes(&services, &session, &visitor, &headers).await?;
        let filter = call_filter(&form, offset).map_err(IdentityError::Refused)?;
        services.usage.export_site(&caller, filter).await
    };
    match lines.await {
        Ok(lines) => file(Body::from_stream(lines)),
        Err(error) => back_to("/admin/usage", &error.into()),
    }
}

/// The file to keep.
pub(crate) fn file(lines: Body) -> Response {
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (
            CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"liantai-calls.csv\""),
        ),
    ];
    (headers, lines).into_response()
}
