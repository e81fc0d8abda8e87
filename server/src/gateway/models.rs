//! The models that a caller may use, in OpenAI's form. Bailian's own list would name those that the caller may not.

use axum::{
    Json,
    extract::{Path, Request, State},
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
    table::Dialect,
};

/// When the catalogue was made: the form wants a moment.
const CREATED: u64 = 1_767_225_600;

/// All of them.
pub(super) async fn list(State(state): State<GatewayState>, request: Request) -> Response {
    answer(state, request, None).await
}

/// One of them.
pub(super) async fn one(
    State(state): State<GatewayState>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    answer(state, request, Some(id)).await
}

async fn answer(state: GatewayState, request: Request, id: Option<String>) -> Response {
    let (parts, body) = request.into_parts();
    let (request_id, chinese) = (request_id(&parts.extensions), reads_chinese(&parts));
    let refuse = |refusal: &Refusal| refused(refusal, Dialect::OpenAi, &request_id);
    let (weight, dialect) = (Weight::Light, Dialect::OpenAi);
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
            let models: Vec<_> = models
                .iter()
                .map(|(name, card)| object(name, *card))
                .collect();
            json!({ "object": "list", "data": models })
        }
        Some(id) => match models.iter().find(|(name, _)| *name == id) {
            Some((name, card)) => object(name, *card),
            None => {
                return refuse(&Refusal::of(
                    &GatewayError::UnknownModel { model: id },
                    chinese,
                ));
            }
        },
    };
    let mut response = Json(json).into_response();
    headers::always(response.headers_mut(), &request_id);
    held::until_read(response, place)
}

fn object(name: &str, card: Option<&ModelCard>) -> Value {
    let owner = card
        .and_then(|card| card.provider.as_deref())
        .unwrap_or("system");
    json!({ "id": name, "object": "model", "created": CREATED, "owned_by": owner })
}
