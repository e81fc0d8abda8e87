//! Speech over WebSocket: `/api-ws/v1/inference`, where each task is run by its own frames, and `/api-ws/v1/realtime`,
//! where both sides send events.

mod failure;
mod gummy;
mod inference;
mod meeting;
mod order;
mod realtime;
mod recognition;
mod sambert;
mod stream;
mod synthesis;
mod wire;

use axum::{
    Router,
    extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    response::Response,
    routing::get,
};

use self::wire::Wire;
use super::entry::Entry;
use crate::{Handle, Outcome, Refusal, visit::VisitPlace};

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new()
        .route("/api-ws/v1/inference", get(tasks))
        .route("/api-ws/v1/inference/", get(tasks))
        .route("/api-ws/v1/realtime", get(events))
        .route("/api-ws/v1/realtime/", get(events))
}

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

async fn tasks(upgrade: Upgrade, entry: Entry) -> Result<Response, Refusal> {
    open(upgrade, entry, inference::serve)
}

async fn events(upgrade: Upgrade, entry: Entry) -> Result<Response, Refusal> {
    open(upgrade, entry, realtime::serve)
}

/// Answers the upgrade and lets `serve` speak for as long as the connection lives.
fn open<F>(
    upgrade: Upgrade,
    entry: Entry,
    serve: impl FnOnce(Wire) -> F + Send + 'static,
) -> Result<Response, Refusal>
where
    F: Future<Output = Outcome> + Send,
{
    let upgrade = upgrade.map_err(|_| {
        Refusal::invalid_parameter("The request is not a valid WebSocket handshake.")
    })?;
    let place = VisitPlace::default();
    let held = place.clone();
    let mut response = upgrade.on_upgrade(async move |socket| {
        let outcome = serve(Wire::new(socket, entry)).await;
        held.end(outcome);
    });
    response.extensions_mut().insert(place);
    Ok(response)
}
