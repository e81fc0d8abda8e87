//! Everybody's API keys, for those who administer people. A key itself is nowhere in an answer.

use axum::{Json, extract::State};
use http::StatusCode;
use model::{ApiKeyId, KeyFilter, KeyLine, KeyOrder, KeyState, Page, UserId};
use platform::{Services, identity::Caller};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    body::Body,
    credential::Bearer,
    paging::limit,
    place::{Asked, At},
    problem::Problem,
    problem_words::Fault,
};

/// Where keys are listed. Who looks for one by itself does so at another address, in a body.
pub(super) const PATH: &str = "/rest/v1/admin/keys";

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(search))
        .routes(routes!(revoke))
}

/// Which keys.
#[derive(Deserialize, utoipa::IntoParams, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[schema(as = KeySearch)]
struct Which {
    /// The four characters behind `lt-` with which a key begins, the beginning of its name, of its owner's name or of their address,
    /// or a word in the names; at most 100 characters. What begins with `lt-` is refused in an address, where logs would keep a whole key;
    /// in a body it is looked for by its beginning, and more of it is not looked at.
    search: Option<String>,
    /// This person's only.
    owner: Option<UserId>,
    /// In this state only.
    #[param(inline)]
    state: Option<KeyState>,
    /// Neither made nor used for so many days, 1 to 3650.
    unused_days: Option<u32>,
    /// What comes first; `newest` when left out.
    #[param(inline)]
    order: Option<KeyOrder>,
    /// What the page before gave as `next`.
    after: Option<String>,
    /// Items, 1 to 100; 50 when left out.
    limit: Option<u32>,
}

/// Lists everybody's keys. Needs `users.read`.
#[utoipa::path(get, path = "", tag = "users", params(Which),
    responses((status = 200, description = "A page of them.", body = Page<KeyLine>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(which): Asked<Which>,
) -> Result<Json<Page<KeyLine>>, Problem> {
    // The layer before knows a key by its first letters; behind spaces it is one as well.
    let search = which.search.as_deref().unwrap_or_default();
    if KeyFilter::cut(search) != search.trim() {
        return Err(Problem::unreadable(
            StatusCode::BAD_REQUEST,
            Fault::KeyInQuery,
        ));
    }
    page(&services, &caller, which).await
}

/// Lists everybody's keys like `GET /rest/v1/admin/keys`, and looks for a whole one as well: a body is in no log. Needs `users.read`.
#[utoipa::path(post, path = "/search", tag = "users", request_body = Which,
    responses((status = 200, description = "A page of them.", body = Page<KeyLine>)))]
async fn search(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(which): Body<Which>,
) -> Result<Json<Page<KeyLine>>, Problem> {
    page(&services, &caller, which).await
}

async fn page(
    services: &Services,
    caller: &Caller,
    which: Which,
) -> Result<Json<Page<KeyLine>>, Problem> {
    let filter = KeyFilter {
        search: which.search.unwrap_or_default(),
        owner: which.owner,
        state: which.state,
        unused_days: which.unused_days,
        order: which.order.unwrap_or_default(),
    };
    let (after, limit) = (which.after.as_deref(), limit(which.limit)?);
    let people = &services.people;
    Ok(Json(people.api_keys(caller, &filter, after, limit).await?))
}

/// Revokes somebody's key: it is refused from now on, and what runs with it is ended. Its owner has to stand below the caller. Needs
/// `users.write` and a fresh sign-in.
#[utoipa::path(delete, path = "/{id}", tag = "users", params(("id" = ApiKeyId, Path, description = "The key.")),
    responses((status = 204, description = "It is gone.")))]
async fn revoke(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    services.people.revoke_api_key(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
