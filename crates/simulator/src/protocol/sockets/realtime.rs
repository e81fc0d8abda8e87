//! `/api-ws/v1/realtime`: a session of events for models that converse, speak or listen.

mod conversation;
mod omni;
mod recognition;
mod reply;
mod session;
mod synthesis;
mod turn;

use self::session::Session;
use super::wire::{Gone, Wire};
use crate::{
    Outcome,
    models::{self, Kind},
};

/// Speaks with the client until one of the two ends it.
pub(super) async fn serve(wire: Wire) -> Outcome {
    let model = wire.model();
    let kind = models::find(wire.handle().models(), &model).map(|model| model.kind);
    let is_streamed = model.contains("realtime");
    let mut session = Session::new(wire, model);
    let served = match kind {
        Some(Kind::Realtime) => omni::serve(&mut session).await,
        Some(Kind::Speech) if is_streamed => synthesis::serve(&mut session).await,
        Some(Kind::Recognition) if is_streamed => recognition::serve(&mut session).await,
        _ => {
            let message = format!("Model not found ({})!", session.model);
            session.refuse("ModelNotFound", &message, None).await
        }
    };
    let wire = &mut session.wire;
    match served {
        Ok(()) => {
            wire.close(1000, "").await;
            Outcome::Answered
        }
        Err(Gone) if wire.handle().stopping().is_cancelled() => Outcome::Broken,
        // In a conversation the client hangs up; only what it did not hear to the end is broken off.
        Err(Gone) if session.is_answering => Outcome::ClientLeft { after: wire.age() },
        Err(Gone) => Outcome::Answered,
    }
}
