//! What was used and what it cost: one's own, and everybody's.

use axum::{Json, body::Body, extract::State, response::Response};
use model::{
    ApiKeyId, CallFilter, CallLine, Millis, Page, UsageBy, UsageQuery, UsageReport, UserId,
};
use platform::Services;
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{credential::Bearer, place::Asked, problem::Problem};
use crate::usage_export::file;

/// Days back when nobody says.
const USUAL_DAYS: u16 = 30;

/// One's own.
pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(own))
        .routes(routes!(own_calls))
        .routes(routes!(own_export))
}

/// Everybody's.
pub(super) fn site_routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(site))
        .routes(routes!(site_calls))
        .routes(routes!(site_export))
}

/// Which sums of one's own.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OwnSums {
    /// Days back, with today: 1 to 366; 30 when left out.
    days: Option<u16>,
    /// By this key only.
    key_id: Option<ApiKeyId>,
    /// Of this model only, as it was asked for.
    model: Option<String>,
    /// What the shares are told apart by; the model when left out.
    #[param(inline)]
    by: Option<UsageBy>,
}

/// Which sums.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SiteSums {
    /// Days back, with today: 1 to 366; 30 when left out.
    days: Option<u16>,
    /// Of this person only.
    user_id: Option<UserId>,
    /// By this key only.
    key_id: Option<ApiKeyId>,
    /// Of this model only, as it was asked for.
    model: Option<String>,
    /// What the shares are told apart by; the person when left out.
    #[param(inline)]
    by: Option<UsageBy>,
}

/// Which of one's own calls.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OwnCalls {
    /// By this key only.
    key_id: Option<ApiKeyId>,
    /// Of this model only, as it was asked for.
    model: Option<String>,
    /// Only those that did not succeed.
    #[serde(default)]
    failed: bool,
    /// Begun then or later, in milliseconds since 1970.
    from: Option<Millis>,
    /// Begun before then; later than `from`.
    to: Option<Millis>,
    /// What the page before gave as `next`.
    after: Option<String>,
}

/// Which calls.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SiteCalls {
    /// Of this person only.
    user_id: Option<UserId>,
    /// By this key only.
    key_id: Option<ApiKeyId>,
    /// Of this model only, as it was asked for.
    model: Option<String>,
    /// Only those that did not succeed.
    #[serde(default)]
    failed: bool,
    /// Begun then or later, in milliseconds since 1970.
    from: Option<Millis>,
    /// Begun before then; later than `from`.
    to: Option<Millis>,
    /// What the page before gave as `next`.
    after: Option<String>,
}

impl OwnCalls {
    fn filter(self) -> (CallFilter, Option<String>) {
        let filter = CallFilter {
            owner: None,
            key: self.key_id,
            model: self.model,
            failed: self.failed,
            from: self.from,
            to: self.to,
        };
        (filter, self.after)
    }
}

impl SiteCalls {
    fn filter(self) -> (CallFilter, Option<String>) {
        let filter = CallFilter {
            owner: self.user_id,
            key: self.key_id,
            model: self.model,
            failed: self.failed,
            from: self.from,
            to: self.to,
        };
        (filter, self.after)
    }
}

/// Sums up what one used, by day and by model or key. Days are those of the site's time zone.
#[utoipa::path(get, path = "", tag = "usage", params(OwnSums),
    responses((status = 200, description = "The sums.", body = UsageReport)))]
async fn own(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(asked): Asked<OwnSums>,
) -> Result<Json<UsageReport>, Problem> {
    let query = UsageQuery {
        days: asked.days.unwrap_or(USUAL_DAYS),
        owner: None,
        key: asked.key_id,
        model: asked.model,
        by: asked.by.unwrap_or(UsageBy::Model),
    };
    Ok(Json(services.usage.own_report(&caller, query).await?))
}

/// Lists one's own calls, the newest first, fifty a page.
#[utoipa::path(get, path = "/calls", tag = "usage", params(OwnCalls),
    responses((status = 200, description = "A page of them.", body = Page<CallLine>)))]
async fn own_calls(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(asked): Asked<OwnCalls>,
) -> Result<Json<Page<CallLine>>, Problem> {
    let (filter, after) = asked.filter();
    let page = services.usage.own_calls(&caller, filter, after.as_deref());
    Ok(Json(page.await?))
}

/// Exports one's own calls as CSV, the newest first.
#[utoipa::path(get, path = "/export", tag = "usage", params(OwnCalls),
    responses((status = 200, description = "The calls.", content((String = "text/csv")))))]
async fn own_export(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(asked): Asked<OwnCalls>,
) -> Result<Response, Problem> {
    let (filter, _) = asked.filter();
    let lines = services.usage.export_own(&caller, filter)?;
    Ok(file(Body::from_stream(lines)))
}

/// Sums up what everybody used, by day and by person, model or key. Needs `usage.read`.
#[utoipa::path(get, path = "", tag = "usage", params(SiteSums),
    responses((status = 200, description = "The sums.", body = UsageReport)))]
async fn site(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(asked): Asked<SiteSums>,
) -> Result<Json<UsageReport>, Problem> {
    let query = UsageQuery {
        days: asked.days.unwrap_or(USUAL_DAYS),
        owner: asked.user_id,
        key: asked.key_id,
        model: asked.model,
        by: asked.by.unwrap_or(UsageBy::User),
    };
    Ok(Json(services.usage.site_report(&caller, query).await?))
}

/// Lists everybody's calls, the newest first, fifty a page. Needs `usage.read`.
#[utoipa::path(get, path = "/calls", tag = "usage", params(SiteCalls),
    responses((status = 200, description = "A page of them.", body = Page<CallLine>)))]
async fn site_calls(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(asked): Asked<SiteCalls>,
) -> Result<Json<Page<CallLine>>, Problem> {
    let (filter, after) = asked.filter();
    let page = services.usage.site_calls(&caller, filter, after.as_deref());
    Ok(Json(page.await?))
}

/// Exports everybody's calls as CSV, the newest first. Needs `usage.read`, and to have just signed in, or a key.
#[utoipa::path(get, path = "/export", tag = "usage", params(SiteCalls),
    responses((status = 200, description = "The calls.", content((String = "text/csv")))))]
async fn site_export(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(asked): Asked<SiteCalls>,
) -> Result<Response, Problem> {
    let (filter, _) = asked.filter();
    let lines = services.usage.export_site(&caller, filter).await?;
    Ok(file(Body::from_stream(lines)))
}
