//! Assistants: what one keeps, what others let one use, and what everybody has.

mod form;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use model::{AssistantId, AssistantKey, Permission};
use platform::{Services, identity::Caller};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    body::Body,
    credential::Bearer,
    language::In,
    place::{Asked, At},
    problem::Problem,
};
use form::{AssistantForm, Gallery, Shown};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, update, delete))
        .routes(routes!(take_down))
        .routes(routes!(picture, set_picture, remove_picture))
}

/// Which assistants.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// With these words in name or description.
    words: Option<String>,
    /// What the page before gave as `next`.
    after: Option<String>,
}

/// An assistant that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = NewAssistant)]
struct Made {
    /// Its id.
    id: AssistantId,
}

/// Assistants are for those who may ask models.
fn may_use(caller: &Caller) -> Result<(), Problem> {
    caller.require(Permission::ChatUse).map_err(Problem::from)
}

/// Lists the own assistants, what others share, a page of it, and those that everybody has, in the caller's language. Needs `chat.use`.
#[utoipa::path(get, path = "", tag = "assistants", params(Which),
    responses((status = 200, description = "What there is to choose from.", body = Gallery)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    In(language): In,
    Asked(which): Asked<Which>,
) -> Result<Json<Gallery>, Problem> {
    may_use(&caller)?;
    let (words, after) = (which.words.unwrap_or_default(), which.after.as_deref());
    let found = services
        .assistants
        .gallery(&caller, &words, after, language);
    let is_first = after.is_none();
    Ok(Json(Gallery::of(found.await?, is_first)))
}

/// Makes an assistant. Needs `chat.use`; for everybody, or with an application of Bailian's behind it, also `assistants.publish`.
#[utoipa::path(post, path = "", tag = "assistants", request_body = AssistantForm,
    responses((status = 201, description = "It is made.", body = Made)))]
async fn create(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(form): Body<AssistantForm>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    may_use(&caller)?;
    let (assistant, audience, group) = form.parse().map_err(Problem::of)?;
    let made = services
        .assistants
        .create(&caller, &assistant, (audience, group));
    let id = made.await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Shows an assistant that one may use. Needs `chat.use`.
#[utoipa::path(get, path = "/{id}", tag = "assistants",
    params(("id" = String, Path, description = "The assistant: an id, or the name of one that everybody has.")),
    responses((status = 200, description = "The assistant.", body = Shown)))]
async fn show(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(key): At<AssistantKey>,
) -> Result<Json<Shown>, Problem> {
    may_use(&caller)?;
    let view = services.assistants.find(&caller, &key).await?;
    Ok(Json(Shown::of(view)))
}

/// Changes one of one's own, as a whole; conversations that were begun with it stay as they are. Needs what making it needs.
#[utoipa::path(put, path = "/{id}", tag = "assistants", params(("id" = AssistantId, Path, description = "The assistant.")),
    request_body = AssistantForm, responses((status = 204, description = "It is changed.")))]
async fn update(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<AssistantId>,
    Body(form): Body<AssistantForm>,
) -> Result<StatusCode, Problem> {
    may_use(&caller)?;
    let (assistant, audience, group) = form.parse().map_err(Problem::of)?;
    services
        .assistants
        .update(&caller, id, &assistant, (audience, group))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes one of one's own, with its picture; on the page of assistants it can be brought back for 30 days. Needs `chat.use`.
#[utoipa::path(delete, path = "/{id}", tag = "assistants", params(("id" = AssistantId, Path, description = "The assistant.")),
    responses((status = 204, description = "It is gone.")))]
async fn delete(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<AssistantId>,
) -> Result<StatusCode, Problem> {
    may_use(&caller)?;
    services.assistants.delete(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes anybody's that others may use its owner's alone; conversations that were begun with it keep their copy. Of owners of lower ranks
/// only. Needs `users.write`.
#[utoipa::path(post, path = "/{id}/take_down", tag = "assistants", params(("id" = AssistantId, Path, description = "The assistant.")),
    responses((status = 204, description = "It is its owner's alone.")))]
async fn take_down(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<AssistantId>,
) -> Result<StatusCode, Problem> {
    let audit = services.identity.audit();
    services.assistants.take_down(&caller, audit, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives the picture of an assistant that one may use. Needs `chat.use`.
#[utoipa::path(get, path = "/{id}/picture", tag = "assistants", params(("id" = AssistantId, Path, description = "The assistant.")),
    responses((status = 200, description = "The picture.", body = Vec<u8>, content_type = "image/png")))]
async fn picture(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<AssistantId>,
) -> Result<Response, Problem> {
    may_use(&caller)?;
    let (image, _) = services.assistants.picture(&caller, id).await?;
    let kind = [(CONTENT_TYPE, HeaderValue::from_static("image/png"))];
    Ok((kind, image).into_response())
}

/// Sets the picture of one of one's own: PNG, JPEG or WebP of at most 5 MB. It is drawn anew, square and small. Needs what changing the
/// assistant needs.
#[utoipa::path(put, path = "/{id}/picture", tag = "assistants", params(("id" = AssistantId, Path, description = "The assistant.")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204, description = "It is set.")))]
async fn set_picture(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<AssistantId>,
    file: Bytes,
) -> Result<StatusCode, Problem> {
    may_use(&caller)?;
    services.assistants.set_picture(&caller, id, &file).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the picture of one of one's own away. Needs `chat.use`.
#[utoipa::path(delete, path = "/{id}/picture", tag = "assistants", params(("id" = AssistantId, Path, description = "The assistant.")),
    responses((status = 204, description = "There is none.")))]
async fn remove_picture(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<AssistantId>,
) -> Result<StatusCode, Problem> {
    may_use(&caller)?;
    services.assistants.remove_picture(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
