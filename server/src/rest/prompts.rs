//! Prompts that one keeps, to be called by name where questions are written.

use axum::{Json, extract::State};
use http::StatusCode;
use model::{FailureCode, Page, Permission, PromptId, PromptName, PromptText, SavedPrompt};
use platform::{Services, identity::Caller};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    body::Body,
    credential::Bearer,
    place::{Asked, At},
    problem::Problem,
};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, update, delete))
        .routes(routes!(restore))
}

/// Which prompts.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// With these words in name or text.
    words: Option<String>,
    /// What the page before gave as `next`.
    after: Option<String>,
}

/// A prompt as it is to be kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PromptForm {
    /// What it is called by, behind a `/`: 1 to 40 letters, digits, `-` and `_`, in any script.
    name: String,
    /// What it says, with `{{variables}}`, in at most 10,000 characters.
    text: String,
}

impl PromptForm {
    fn parse(&self) -> Result<(PromptName, PromptText), Problem> {
        let name = PromptName::parse(&self.name);
        let name = name.map_err(|_| Problem::of(FailureCode::InvalidPromptName))?;
        let text = PromptText::parse(&self.text);
        let text = text.map_err(|_| Problem::of(FailureCode::InvalidText))?;
        Ok((name, text))
    }
}

/// A prompt.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Prompt)]
struct Kept {
    /// Its id.
    id: Option<PromptId>,
    /// What it is called by.
    name: String,
    /// What it says.
    text: String,
}

impl From<SavedPrompt> for Kept {
    fn from(kept: SavedPrompt) -> Self {
        Self {
            id: kept.id,
            name: kept.name.as_str().to_owned(),
            text: kept.text.as_str().to_owned(),
        }
    }
}

/// A prompt that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = NewPrompt)]
struct Made {
    /// Its id.
    id: PromptId,
}

/// Prompts are for those who may ask models.
fn may_use(caller: &Caller) -> Result<(), Problem> {
    caller.require(Permission::ChatUse).map_err(Problem::from)
}

/// Lists one's own prompts, by name. Needs `chat.use`.
#[utoipa::path(get, path = "", tag = "prompts", params(Which),
    responses((status = 200, description = "A page of them.", body = Page<Kept>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(which): Asked<Which>,
) -> Result<Json<Page<Kept>>, Problem> {
    may_use(&caller)?;
    let (words, after) = (which.words.unwrap_or_default(), which.after.as_deref());
    let page = services.prompts.list(&caller, &words, after).await?;
    Ok(Json(Page {
        items: page.items.into_iter().map(Kept::from).collect(),
        next: page.next,
    }))
}

/// Makes a prompt. Needs `chat.use`.
#[utoipa::path(post, path = "", tag = "prompts", request_body = PromptForm,
    responses((status = 201, description = "It is made.", body = Made)))]
async fn create(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(form): Body<PromptForm>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    may_use(&caller)?;
    let (name, text) = form.parse()?;
    let id = services.prompts.create(&caller, &name, &text).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Shows one of one's own prompts. Needs `chat.use`.
#[utoipa::path(get, path = "/{id}", tag = "prompts", params(("id" = PromptId, Path, description = "The prompt.")),
    responses((status = 200, description = "The prompt.", body = Kept)))]
async fn show(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<PromptId>,
) -> Result<Json<Kept>, Problem> {
    may_use(&caller)?;
    Ok(Json(services.prompts.find(&caller, id).await?.into()))
}

/// Changes one of one's own prompts. Needs `chat.use`.
#[utoipa::path(put, path = "/{id}", tag = "prompts", params(("id" = PromptId, Path, description = "The prompt.")),
    request_body = PromptForm, responses((status = 204, description = "It is changed.")))]
async fn update(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<PromptId>,
    Body(form): Body<PromptForm>,
) -> Result<StatusCode, Problem> {
    may_use(&caller)?;
    let (name, text) = form.parse()?;
    let changed = services.prompts.update(&caller, id, &name, &text);
    changed.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes one of one's own prompts; it can be brought back for 30 days. Needs `chat.use`.
#[utoipa::path(delete, path = "/{id}", tag = "prompts", params(("id" = PromptId, Path, description = "The prompt.")),
    responses((status = 204, description = "It is gone.")))]
async fn delete(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<PromptId>,
) -> Result<StatusCode, Problem> {
    may_use(&caller)?;
    services.prompts.delete(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings back a prompt that was deleted, unless another one has its name by now. Needs `chat.use`.
#[utoipa::path(post, path = "/{id}/restore", tag = "prompts", params(("id" = PromptId, Path, description = "The prompt.")),
    responses((status = 204, description = "It is there again.")))]
async fn restore(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<PromptId>,
) -> Result<StatusCode, Problem> {
    may_use(&caller)?;
    services.prompts.restore(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
