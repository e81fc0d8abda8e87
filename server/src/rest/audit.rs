//! What was done, by whom and to what.

use axum::{
    Json,
    body::Body as Stream,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE},
};
use model::{AuditEntry, AuditFilter, Millis, Page, UserId};
use platform::{Services, people::AuditFormat};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{body::Body, credential::Bearer, paging::limit, place::Asked, problem::Problem};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(export))
}

/// Which lines are asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Of this person.
    actor: Option<UserId>,
    /// This action, or with a dot at the end, all that begin so: `user.`.
    action: Option<String>,
    /// About this thing.
    object: Option<String>,
    /// Not before.
    from: Option<Millis>,
    /// Before.
    until: Option<Millis>,
    /// What the page before gave as `next`.
    after: Option<String>,
    /// Items, 1 to 100; 50 when left out.
    limit: Option<u32>,
}

/// What to export, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Export {
    /// The form.
    format: Form,
    /// Of this person.
    #[serde(default)]
    actor: Option<UserId>,
    /// This action, or with a dot at the end, all that begin so: `user.`.
    #[serde(default)]
    action: String,
    /// About this thing.
    #[serde(default)]
    object: String,
    /// Not before.
    #[serde(default)]
    from: Option<Millis>,
    /// Before.
    #[serde(default)]
    until: Option<Millis>,
}

/// How an export is written.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Form {
    /// For spreadsheets.
    Csv,
    /// A JSON object a line.
    JsonLines,
}

/// Lists lines, the newest first. Needs `audit.read`.
#[utoipa::path(get, path = "", tag = "audit", params(Wanted),
    responses((status = 200, description = "A page of them.", body = Page<AuditEntry>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Page<AuditEntry>>, Problem> {
    let filter = AuditFilter {
        actor: wanted.actor,
        action: wanted.action.unwrap_or_default(),
        object: wanted.object.unwrap_or_default(),
        from: wanted.from,
        until: wanted.until,
    };
    let (after, limit) = (wanted.after.as_deref(), limit(wanted.limit)?);
    let page = services.people.audit(&caller, filter, after, limit).await?;
    Ok(Json(page))
}

/// Exports lines, the oldest first; that it was done is a line too. Needs `audit.read`, and to have just signed in.
#[utoipa::path(post, path = "/export", tag = "audit", request_body = Export,
    responses((status = 200, description = "The lines.", content(
        (String = "text/csv"), (String = "application/jsonl")))))]
async fn export(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(export): Body<Export>,
) -> Result<Response, Problem> {
    let filter = AuditFilter {
        actor: export.actor,
        action: export.action,
        object: export.object,
        from: export.from,
        until: export.until,
    };
    let (format, kind, name) = match export.format {
        Form::Csv => (
            AuditFormat::Csv,
            "text/csv; charset=utf-8",
            "attachment; filename=\"audit.csv\"",
        ),
        Form::JsonLines => (
            AuditFormat::JsonLines,
            "application/jsonl; charset=utf-8",
            "attachment; filename=\"audit.jsonl\"",
        ),
    };
    let lines = services
        .people
        .export_audit(&caller, filter, format)
        .await?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CONTENT_DISPOSITION, HeaderValue::from_static(name)),
    ];
    Ok((headers, Stream::from_stream(lines)).into_response())
}
