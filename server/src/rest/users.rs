//! People, for those who administer them. Nobody touches an equal or a higher rank.

mod acts;

use axum::{Json, extract::State};
use http::StatusCode;
use model::{GroupId, Page, Person, PersonDetail, PersonFilter, PersonState, RoleId, UserId};
use platform::Services;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    body::Body, credential::Bearer, language::In, paging::limit, place::Asked, place::At,
    problem::Problem,
};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show))
        .merge(acts::routes())
}

/// Which people are asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// The beginning of a name or of an address, or a word in them; at most 100 characters.
    search: Option<String>,
    /// In this state.
    state: Option<PersonState>,
    /// With this role of their own.
    role: Option<RoleId>,
    /// In this group.
    group: Option<GroupId>,
    /// What the page before gave as `next`.
    after: Option<String>,
    /// Items, 1 to 100; 50 when left out.
    limit: Option<u32>,
}

/// Who is to have an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPerson {
    /// What to call them.
    name: String,
    /// Their address: a link to choose a password is sent there.
    email: String,
    /// Roles below the caller's rank; none means *member*.
    #[serde(default)]
    roles: Vec<RoleId>,
    /// Groups to be in.
    #[serde(default)]
    groups: Vec<GroupId>,
}

/// An account that was made.
#[derive(Serialize, ToSchema)]
struct NewPersonId {
    /// Its id.
    id: UserId,
}

/// Lists people, by name. Needs `users.read`.
#[utoipa::path(get, path = "", tag = "users", params(Wanted),
    responses((status = 200, description = "A page of them.", body = Page<Person>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Page<Person>>, Problem> {
    let filter = PersonFilter {
        search: wanted.search.unwrap_or_default(),
        state: wanted.state,
        role: wanted.role,
        group: wanted.group,
    };
    let (after, limit) = (wanted.after.as_deref(), limit(wanted.limit)?);
    let page = services.people.list(&caller, filter, after, limit).await?;
    Ok(Json(page))
}

/// Makes an account without a password; a link to choose one is mailed. Needs `users.write`.
#[utoipa::path(post, path = "", tag = "users", request_body = NewPerson,
    responses((status = 201, description = "It is made.", body = NewPersonId)))]
async fn create(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    In(language): In,
    Body(who): Body<NewPerson>,
) -> Result<(StatusCode, Json<NewPersonId>), Problem> {
    let people = &services.people;
    let id = people
        .create(
            &caller, &who.name, &who.email, who.roles, who.groups, language,
        )
        .await?;
    Ok((StatusCode::CREATED, Json(NewPersonId { id })))
}

/// Shows a person. Needs `users.read`.
#[utoipa::path(get, path = "/{id}", tag = "users", params(("id" = UserId, Path, description = "The person.")),
    responses((status = 200, description = "The person.", body = PersonDetail)))]
async fn show(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<UserId>,
) -> Result<Json<PersonDetail>, Problem> {
    Ok(Json(services.people.detail(&caller, id).await?))
}
