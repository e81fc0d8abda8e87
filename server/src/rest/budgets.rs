//! What may be spent: by a key, a person, a group or the site, in a day, a month or ever.

use axum::{Json, extract::State};
use http::StatusCode;
use model::{BudgetLine, BudgetPeriod, BudgetScope};
use platform::{Services, ledger::BudgetDraft};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{body::Body, credential::Bearer, place::Asked, problem::Problem};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(list, set, unset))
}

/// A budget as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BudgetDraft)]
struct Draft {
    /// Who.
    scope: BudgetScope,
    /// The key's, person's or group's id; left out for the site.
    #[serde(default)]
    id: String,
    /// In which time.
    period: BudgetPeriod,
    /// How much, in micro-yuan.
    limit: i64,
}

/// Which budget.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Whose.
    #[param(inline)]
    scope: BudgetScope,
    /// The key's, person's or group's id; left out for the site.
    #[serde(default)]
    id: String,
    /// In which time.
    #[param(inline)]
    period: BudgetPeriod,
}

/// Lists all budgets, with what is spent and reserved of each in the period that runs. Needs `usage.read`.
#[utoipa::path(get, path = "", tag = "gateway",
    responses((status = 200, description = "All of them.", body = Vec<BudgetLine>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
) -> Result<Json<Vec<BudgetLine>>, Problem> {
    Ok(Json(services.ledger.budgets(&caller).await?))
}

/// Sets a budget or changes it. What was spent in the period before counts. Needs `gateway.write`.
#[utoipa::path(put, path = "", tag = "gateway", request_body = Draft,
    responses((status = 204, description = "It is set.")))]
async fn set(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(draft): Body<Draft>,
) -> Result<StatusCode, Problem> {
    let draft = BudgetDraft {
        scope: draft.scope,
        id: draft.id,
        period: draft.period,
        limit: draft.limit,
    };
    services.ledger.set_budget(&caller, draft).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a budget away. Needs `gateway.write`.
#[utoipa::path(delete, path = "", tag = "gateway", params(Which),
    responses((status = 204, description = "It is gone.")))]
async fn unset(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(which): Asked<Which>,
) -> Result<StatusCode, Problem> {
    let unset = services
        .ledger
        .unset_budget(&caller, which.scope, &which.id, which.period);
    unset.await?;
    Ok(StatusCode::NO_CONTENT)
}
