//! The models that a caller may use, in OpenAI's form or, for whoever speaks Anthropic's protocol, in that. Bailian's own list would
//! name those that the caller may not.

use axum::{
    Json,
    extract::{Path, Request, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use bailian::capability::ModelCard;
use platform::gateway::{GatewayError, Weight};
use serde_json::{Value, json};

use super::{
    GatewayState,
    entry::{Entered, enter},
    headers, held,
    refusal::Refusal,
    relay::{refused, request_id},
    request::reads_chinese,
    table::{Dialect, dialect_of},
};

/// When the catalogue was made: the form wants a moment.
const CREATED: u64 = 1_767_225_600;
/// The same as Anthropic's protocol writes it.
const CREATED_AT: &str = "2026-01-01T00:00:00Z";

/// The lists' addresses, by which one model is asked for as well.
pub(super) const LISTS: [&str; 3] = [
    "/v1/models",
    "/compatible-mode/v1/models",
    "/anthropic/v1/models",
];

/// All of them.
pub(super) async fn list(State(state): State<GatewayState>, request: Request) -> Response {
    answer(state, request, None).await
}

/// One of them.
pub(super) async fn one(
    State(state): State<GatewayState>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    // What can't be read names no model.
    let id = id.map(|Path(id)| id).unwrap_or_default();
    answer(state, request, Some(id)).await
}

/// Anthropic's clients ask at the same address as OpenAI's, but say which protocol they speak.
fn dialect(parts: &http::request::Parts) -> Dialect {
    if parts.headers.contains_key("anthropic-version") {
        return Dialect::Anthropic;
    }
    dialect_of(parts.uri.path())
}

async fn answer(state: GatewayState, request: Request, id: Option<String>) -> Response {
    let (parts, body) = request.into_parts();
    let (request_id, chinese) = (request_id(&parts.extensions), reads_chinese(&parts));
    let (weight, dialect) = (Weight::Light, dialect(&parts));
    let refuse = |refusal: &Refusal| refused(refusal, dialect, &request_id);
    let entered = enter(&state, &parts, body, weight, dialect, &request_id).await;
    let Entered {
        place, principal, ..
    } = match entered {
        Ok(entered) => entered,
        Err(response) => return *response,
    };
    let models = match state.gateway.models_of(&principal).await {
        Ok(models) => models,
        Err(error) => return refuse(&Refusal::of(&error, chinese)),
    };
    let json = match id {
        None => {
            let models = models.iter();
            let models = models.map(|(name, card)| object(dialect, name, *card));
            list_of(dialect, &models.collect::<Vec<_>>())
        }
        Some(id) => match models.iter().find(|(name, _)| *name == id) {
            Some((name, card)) => object(dialect, name, *card),
            None => {
                return refuse(&Refusal::of(
                    &GatewayError::UnknownModel { model: id },
                    chinese,
                ));
            }
        },
    };
    let mut response = Json(json).into_response();
    headers::always_in(response.headers_mut(), dialect, &request_id);
    held::until_read(response, place)
}

/// All on one page, whatever length of pages is asked for.
fn list_of(dialect: Dialect, models: &[Value]) -> Value {
    if dialect != Dialect::Anthropic {
        return json!({ "object": "list", "data": models });
    }
    let id = |model: Option<&Value>| model.map_or(Value::Null, |model| model["id"].clone());
    let (first, last) = (id(models.first()), id(models.last()));
    json!({ "data": models, "has_more": false, "first_id": first, "last_id": last })
}

fn object(dialect: Dialect, name: &str, card: Option<&ModelCard>) -> Value {
    if dialect == Dialect::Anthropic {
        return json!({
            "type": "model", "id": name, "display_name": name, "created_at": CREATED_AT,
        });
    }
    let owner = card
        .and_then(|card| card.provider.as_deref())
        .unwrap_or("system");
    json!({ "id": name, "object": "model", "created": CREATED, "owned_by": owner })
}
